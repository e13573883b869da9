// The specification's view of one connection, kept beside the production code: for every event it asks which outcomes
// are permitted, finds the one that the production code took, and goes on from there. What fits none is a violation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "model/spec/matching.hpp"
#include "model/spec/specification.hpp"
#include "tests/refinement/abstraction.hpp"
#include "tests/refinement/packet.hpp"
#include "tests/refinement/places.hpp"

namespace sequent::refinement {

/// How often the rules fired, and how often each change of state happened, over all shadows of a thread or of all.
struct firing_record {
  spec::firing_counts rules{};
  std::array<std::array<std::uint64_t, spec::phase_count>, spec::phase_count> moves{};

  void add(const firing_record& other) {
    for (std::size_t i = 0; i != rules.counts.size(); ++i) rules.counts[i] += other.rules.counts[i];
    for (std::size_t i = 0; i != moves.size(); ++i) {
      for (std::size_t j = 0; j != moves.size(); ++j) moves[i][j] += other.moves[i][j];
    }
  }
};

namespace detail {

/// What threads that have ended left behind.
struct firing_total {
  std::mutex guard;
  firing_record record;
  static firing_total& instance() {
    static firing_total total;
    return total;
  }
};

/// A thread's own record, added to the total when the thread ends.
struct firing_of_thread : firing_record {
  firing_of_thread() { firing_total::instance(); }
  firing_of_thread(const firing_of_thread&) = delete;
  firing_of_thread& operator=(const firing_of_thread&) = delete;
  ~firing_of_thread() {
    firing_total& total = firing_total::instance();
    const std::scoped_lock lock(total.guard);
    total.record.add(*this);
  }
};

}  // namespace detail

/// This thread's record.
[[nodiscard]] inline firing_record& fired_here() {
  thread_local detail::firing_of_thread record;
  return record;
}

/// The record of this thread and of all that have ended.
[[nodiscard]] inline firing_record fired_in_all() {
  firing_record sum = fired_here();
  detail::firing_total& total = detail::firing_total::instance();
  const std::scoped_lock lock(total.guard);
  sum.add(total.record);
  return sum;
}

/// A state in one line, for messages.
[[nodiscard]] inline std::string state_text(const spec::state<spec::position>& s) {
  std::string text =
      fmt::format("{} snd una {} nxt {} end {} wnd {} wl {}/{} max {}{}{} rcv nxt {} wnd {} up {}", name(s.at),
                  s.snd_una, s.snd_nxt, s.snd_end, s.snd_wnd, s.snd_wl1, s.snd_wl2, s.snd_max_wnd,
                  s.fin_asked ? " fin-asked" : "", s.fin_sent ? " fin-sent" : "", s.rcv_nxt, s.rcv_wnd, s.rcv_up);
  for (const auto& r : s.held) text += fmt::format(" held {}-{}", r.first, r.last);
  if (s.fin_held) text += fmt::format(" fin-held {}", *s.fin_held);
  if (s.passive) text += " passive";
  if (s.closed_early) text += " closed-early";
  if (s.ecn) text += " ecn";
  if (s.fast_opened) text += " fast-opened";
  if (s.owes_ack) text += " owes-ack";
  if (s.timestamps) text += fmt::format(" ts {} last-ack {}", s.ts_recent, s.last_ack_sent);
  return text;
}

/// What was seen in one line.
[[nodiscard]] inline std::string sight_text(const spec::observation<spec::position>& seen) {
  constexpr const char* replies[] = {"nothing", "ACK", "SYN", "SYN,ACK", "RST"};
  std::string text = fmt::format("sends {} signals {:#x}", replies[static_cast<int>(seen.sent)], seen.signals);
  if (seen.tolerated != 0) text += fmt::format(" (tolerated {:#x})", seen.tolerated);
  if (seen.may_ack) text += " (may acknowledge)";
  if (seen.lingers) text += " starts 2 MSL";
  if (seen.sent == spec::reply::reset) text += fmt::format(" seq {}", seen.reset_seq);
  if (seen.reset_ack) text += fmt::format(" ack {}", *seen.reset_ack);
  if (seen.reset_echo) text += fmt::format(" echo {}{}", *seen.reset_echo, seen.reset_answers ? " at 0" : "");
  return text;
}

/// The specification in lockstep with one production connection.
class spec_shadow {
 public:
  using state = spec::state<spec::position>;
  using event = spec::event<spec::position>;
  using observation = spec::observation<spec::position>;

  [[nodiscard]] const state& now() const noexcept { return state_; }
  [[nodiscard]] const std::string& violation() const noexcept { return violation_; }

  void set_choices(const spec::policy& choices) { state_.choices = choices; }

  /// Anchors of the axes for an event in the state that `tcb` had before it.
  [[nodiscard]] places places_for(const control_block<u32>& tcb, const segment<u32>* arriving) const {
    places where;
    const bool sending = tcb.state >= connection_state::syn_sent;
    const bool receiving = tcb.state >= connection_state::syn_received;
    if (sending) where.ours = {tcb.snd.una, state_.snd_una};
    if (receiving) {
      where.theirs = {tcb.rcv.nxt, state_.rcv_nxt};
      if (tcb.ts.enabled) where.their_clock = {tcb.ts.recent, state_.ts_recent};
    } else if (arriving != nullptr) {
      // Without a connection a position is the number itself, so that it cannot lie half the circle away.
      where.theirs = {arriving->seq, sending ? 0 : static_cast<spec::position>(arriving->seq.wire())};
      if (arriving->options.ts) where.their_clock = {arriving->options.ts->value, 0};
    }
    return where;
  }

  /// Moves the anchors to a connection that an event has just opened.
  static void settle(places& where, const control_block<u32>& before, const control_block<u32>& after) {
    if (before.state < connection_state::syn_sent) where.ours = {after.snd.iss, 0};
    if (before.state < connection_state::syn_received) where.theirs = {after.rcv.irs, 0};
  }

  /// An event happened; the production code is now in `after`, and showed `seen`. `more` is what the layers around the
  /// control block know, `what` names the event in a message.
  void follow(const event& e, const control_block<u32>& after, const places& where, const surplus<spec::position>& more,
              const observation& seen, const std::string& what) {
    if (!violation_.empty()) return;
    state reached = abstract_state(after, where, more);
    firing_record& fired = fired_here();
    auto outcomes = spec::permitted(state_, e, fired.rules);
    for (const auto& each : outcomes) {
      if (!spec::matches(each, reached, seen)) continue;
      ++fired.moves[static_cast<std::size_t>(state_.at)][static_cast<std::size_t>(reached.at)];
      state_ = reached;
      state_.snd_shift = after.snd.shift;  // RFC 7323's shift is the handshake's; no rule touches it
      if (each.seen.sent != spec::reply::none && each.seen.sent != spec::reply::ack) owe(each.seen, where);
      return;
    }
    blame(what, reached, seen, outcomes);
  }

  /// No event of the specification happened: the production code may owe an acknowledgment more, and nothing else.
  void follow_silence(const control_block<u32>& after, const places& where, const surplus<spec::position>& more,
                      const std::string& what) {
    if (!violation_.empty()) return;
    const state reached = abstract_state(after, where, more);
    if (!spec::same_state(reached, state_)) return blame(what, reached, {}, {{state_, {}, true}});
    if (state_.owes_ack && !reached.owes_ack) violation_ = what + ": an acknowledgment that is due was forgotten";
    state_.owes_ack = reached.owes_ack;
  }

  /// A RST goes on the wire: it must be the one that is owed.
  void follow_reset(const segment<u32>& sent) {
    if (!violation_.empty()) return;
    const bool same_ack =
        sent.control.ack() == owed_reset_ack_.has_value() && (!owed_reset_ack_ || *owed_reset_ack_ == sent.ack.wire());
    const bool stamped = sent.options.ts.has_value();
    const bool same_echo =
        stamped == owed_reset_echo_.has_value() && (!stamped || *owed_reset_echo_ == sent.options.ts->echo.wire());
    const bool blank = !owed_reset_answers_ || (stamped && sent.options.ts->value.wire() == 0);
    if (owed_ != spec::reply::reset || !blank || owed_reset_seq_ != sent.seq.wire() || !same_ack || !same_echo) {
      violation_ = fmt::format("a RST is sent that no rule asked for: {}", segment_text(sent));
    }
    owed_ = spec::reply::none;
  }

  /// A segment other than a RST goes on the wire.
  void follow_emission(const segment<u32>& sent, spec::position offered, const control_block<u32>& after,
                       const places& where, const surplus<spec::position>& more) {
    event e;
    e.what = spec::kind::emission;
    // What we send is read on the axes from the other end: our stream carries SEG.SEQ, the peer's SEG.ACK.
    e.seg = abstract_segment<spec::position>(sent, places{where.theirs, where.ours, {}}, false);
    if (sent.options.ts) e.seg.ts_echo = where.clock(sent.options.ts->echo);
    e.offered = offered;
    follow(e, after, where, more, {}, "emission " + segment_text(sent));
    if (sent.control.syn()) owed_ = spec::reply::none;
  }

  /// There is nothing more to send: no reply may be left owing.
  void follow_quiet() {
    if (!violation_.empty()) return;
    if (owed_ != spec::reply::none) violation_ = "a SYN, SYN,ACK or RST is due and is not sent";
    if (state_.owes_ack && state_.at > spec::phase::listen) violation_ = "an acknowledgment is due and is not sent";
  }

  void set_violation(const std::string& what) {
    if (violation_.empty()) violation_ = what;
  }

 private:
  // The connection may be gone by the time that a RST is sent, so the RST is kept as wire numbers.
  void owe(const observation& seen, const places& where) {
    owed_ = seen.sent;
    if (seen.sent != spec::reply::reset) return;
    // Without a connection the sequence number of a RST that acknowledges is a plain zero.
    const bool plain = state_.at == spec::phase::closed && where.ours == anchor{};
    owed_reset_seq_ = plain ? static_cast<u32>(seen.reset_seq) : where.ours.number_at(seen.reset_seq).wire();
    owed_reset_ack_.reset();
    if (seen.reset_ack) owed_reset_ack_ = where.theirs.number_at(*seen.reset_ack).wire();
    owed_reset_echo_.reset();
    owed_reset_answers_ = seen.reset_answers;
    if (seen.reset_echo) owed_reset_echo_ = where.their_clock.number_at(*seen.reset_echo).wire();
  }

  void blame(const std::string& what, const state& reached, const observation& seen,
             const spec::outcomes<spec::position>& outcomes) {
    violation_ = fmt::format("{}\n  from      {}\n  reached   {}; {}", what, state_text(state_), state_text(reached),
                             sight_text(seen));
    for (const auto& each : outcomes) {
      violation_ += fmt::format("\n  permitted {}; {}", state_text(each.next), sight_text(each.seen));
    }
    if (outcomes.empty()) violation_ += "\n  permitted nothing";
  }

  state state_{};
  std::string violation_;
  u32 owed_reset_seq_ = 0;
  std::optional<u32> owed_reset_ack_{};
  std::optional<u32> owed_reset_echo_{};
  bool owed_reset_answers_ = false;
  spec::reply owed_ = spec::reply::none;
};

}  // namespace sequent::refinement

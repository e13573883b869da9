// Ends of the world that are watched from outside: from the segments that come and go, and from what a connection tells
// about itself, each watcher works out what may not be, and says so as a violation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/spec/oracles/cwnd.hpp"
#include "model/spec/oracles/retransmission.hpp"
#include "model/spec/oracles/silly_window.hpp"
#include "tests/property/connection/stream_world.hpp"

namespace sequent::property {

/// Watches the congestion window of Base, an end in lockstep whose congestion control is NewReno's, beside its oracle;
/// and that no more text goes out than the oracle's window leaves room for in the network.
template <class Base>
class window_watched : public Base {
 public:
  using packet = typename Base::packet;
  using Base::Base;

  void arrives(const packet& p) {
    const moment before = now();
    Base::arrives(p);
    if (!oracle_) {
      if (Base::established()) begin(before.attempts);
      return check("arrival");
    }
    hear(before, now());
    check("arrival");
  }

  void advance(std::int64_t microseconds) {
    const moment before = now();
    Base::advance(microseconds);
    const moment after = now();
    const u32 flight = before.nxt - before.una;
    if (!oracle_) return;
    // A probe of a closed window that is not answered says nothing about congestion.
    const bool probe = before.wnd == 0 && flight <= 1;
    if (after.attempts > before.attempts && !probe) oracle_->timed_out(flight, before.attempts != 0);
    if (before.phase == recovery_phase::open && after.phase == recovery_phase::recovery) {
      oracle_->enter_recovery(flight);  // the reordering timer
    }
    check("timer");
  }

  std::optional<packet> poll() {
    const moment before = now();
    auto sent = Base::poll();
    if (sent && oracle_) check_sent(*sent, before);
    check("sending");
    return sent;
  }

  [[nodiscard]] std::string violation() const {
    if (!wrong_.empty()) return wrong_;
    if (oracle_ && !oracle_->violation().empty()) return context_ + oracle_->violation();
    return Base::violation();
  }

 private:
  // What is compared across an event.
  struct moment {
    sequence_number<u32> una, nxt, recover, answered;
    u32 wnd, sacked, pipe, threshold;
    recovery_phase phase;
    std::uint8_t attempts;
    std::uint8_t duplicates;
    bool can_undo, forced, head_due, probe_due, probed, fin_sent;
  };

  [[nodiscard]] moment now() const {
    const control_block<u32>& tcb = Base::tcp().tcb();
    const auto& sending = Base::tcp().sending();
    const auto& recovery = sending.recovery();
    return {tcb.snd.una,           tcb.snd.nxt,
            recovery.recover(),    recovery.answered_until(),
            tcb.snd.wnd,           recovery.board().sacked(),
            recovery.pipe(),       sending.congestion().threshold(),
            recovery.phase(),      sending.attempts(),
            recovery.duplicates(), sending.congestion().before().cwnd != 0,
            sending.forced(),      recovery.head_due(),
            recovery.probe_due(),  recovery.probe().on_its_way(),
            tcb.snd.fin_sent};
  }

  void begin(int timeouts) {
    oracle_.emplace(spec::cwnd_parameters{.smss = Base::tcp().effective_mss(),
                                          .recovery = spec::recovery_rule::proportional,
                                          .initial_segments = Base::tcp().config().initial_window});
    oracle_->handshake_repeated(timeouts);
  }

  // Tells the oracle what an arrival did.
  void hear(const moment& before, const moment& after) {
    const u32 acked = after.una - before.una;
    if (acked >= half_circle) return;
    const u32 sacked = after.sacked + acked > before.sacked ? after.sacked + acked - before.sacked : 0;
    const u32 flight = before.nxt - before.una;
    const bool ended = before.phase == recovery_phase::recovery &&
                       (after.phase != recovery_phase::recovery || !(after.recover == before.recover));
    const bool undone = before.can_undo && !after.can_undo;
    if (undone) {
      oracle_->undone(after.nxt - after.una, acked);
    } else if (ended) {
      oracle_->exit_recovery();
    } else if (before.probed && !after.probed && !(after.answered == before.answered) && after.answered == after.nxt &&
               after.phase != recovery_phase::recovery) {
      // It repaired a loss; a recovery that begins calls the probe off. Half of what is outstanding may be more than
      // the threshold was before (RFC 5681 equation 4).
      oracle_->loss_repaired(flight);
    }
    if (after.phase == recovery_phase::recovery && (before.phase != recovery_phase::recovery || ended)) {
      oracle_->enter_recovery(flight);
    } else if (acked != 0 && !ended && !undone) {
      oracle_->acknowledged(std::max(acked, sacked));
    } else if (after.duplicates > before.duplicates) {
      oracle_->duplicate();
    }
    if (before.pipe > after.pipe + std::max(acked, sacked)) oracle_->lost_more(after.pipe);
  }

  void check_sent(const packet& p, const moment& before) {
    const auto parsed = parse_segment(p.octets(), pseudo_header{});
    if (!parsed || parsed->header.text_length == 0) return;
    if (wrong_.empty() && !from_until(before.una, parsed->header.seq, before.nxt)) {
      wrong_ = "text is sent that neither goes on where the last ended nor repeats what is outstanding";
    }
    // The first octets that are taken for lost go out in any case, and so does a probe of a closed window.
    if (before.head_due || before.forced) return;
    // A FIN has a number and takes no room.
    const u32 pipe = before.pipe - (before.fin_sent && before.pipe != 0 ? 1u : 0u);
    oracle_->sends(pipe, parsed->header.text_length, before.probe_due);
  }

  void check(const char* after) {
    if (!oracle_ || Base::closed() || !oracle_->violation().empty()) return;
    const auto& congestion = Base::tcp().sending().congestion();
    oracle_->segment_size_is(Base::tcp().effective_mss());
    context_ = std::string("after ") + after + " ";
    oracle_->claims(congestion.window(), congestion.threshold());
  }

  std::optional<spec::cwnd_oracle> oracle_{};
  std::string context_;
  std::string wrong_;
};

/// Watches the right edge of the window that Base offers on the wire: it never moves left by a whole unit of its scale.
template <class Base>
class edge_watched : public Base {
 public:
  using packet = typename Base::packet;
  using Base::Base;

  std::optional<packet> poll() {
    auto sent = Base::poll();
    if (!sent) return sent;
    const auto parsed = parse_segment(sent->octets(), pseudo_header{});
    if (!parsed || !parsed->header.control.ack() || parsed->header.control.rst()) return sent;
    const segment<u32>& seg = parsed->header;
    const u32 shift = seg.control.syn() ? 0 : Base::tcp().tcb().rcv.shift;
    const sequence_number<u32> edge = seg.ack + (seg.wnd << shift);
    if (furthest_ && before(edge, *furthest_) && *furthest_ - edge >= 1u << shift && wrong_.empty()) {
      wrong_ = "the right edge of the offered window moves left by " + std::to_string(*furthest_ - edge);
    }
    if (!furthest_ || before(*furthest_, edge)) furthest_ = edge;
    return sent;
  }

  [[nodiscard]] std::string violation() const { return wrong_.empty() ? Base::violation() : wrong_; }

 private:
  std::optional<sequence_number<u32>> furthest_{};
  std::string wrong_;
};

/// Watches what Base sends beside the conditions for small segments. `nagle_believed`: as if Nagle's algorithm were on,
/// and as section 3.7.4 has it, whatever the user chose.
template <class Base, bool nagle_believed = false>
class silliness_watched : public Base {
 public:
  using packet = typename Base::packet;
  using Base::Base;

  std::optional<packet> poll() {
    const auto& tcp = Base::tcp();
    const send_variables<u32> before = tcp.tcb().snd;
    const u32 unsent = tcp.sending().end() - before.nxt;
    const u32 full = tcp.effective_mss();
    const bool any_size = tcp.sending().forced() || tcp.sending().recovery().probe_due();
    auto sent = Base::poll();
    if (!sent || !wrong_.empty()) return sent;
    const auto parsed = parse_segment(sent->octets(), pseudo_header{});
    if (!parsed || parsed->header.text_length == 0 || !(parsed->header.seq == before.nxt)) return sent;
    const segment<u32>& seg = parsed->header;
    const std::uint32_t report = seg.options.sack.count == 0 ? 0 : 4 + 8 * static_cast<u32>(seg.options.sack.count);
    const bool small = small_until_ && sequent::before(before.una, *small_until_);
    if (seg.text_length < full - report) small_until_ = seg.seq + seg.text_length;
    wrong_ = spec::why_silly({.length = seg.text_length,
                              .full = full - report,
                              .unsent = unsent,
                              .max_window = before.max_wnd,
                              .outstanding = !(before.una == before.nxt),
                              .small = small,
                              .nagle = nagle_believed || tcp.config().nagle,
                              .modified = !nagle_believed && tcp.config().nagle_modified,
                              .fin = seg.control.fin(),
                              .override = any_size});
    return sent;
  }

  [[nodiscard]] std::string violation() const { return wrong_.empty() ? Base::violation() : wrong_; }

 private:
  std::optional<sequence_number<u32>> small_until_{};
  std::string wrong_;
};

/// Watches when the retransmission timer of Base expires.
template <class Base>
class timer_watched : public Base {
 public:
  using packet = typename Base::packet;
  using Base::Base;

  void arrives(const packet& p) {
    Base::arrives(p);
    if (Base::tcp().state() <= connection_state::listen) {
      oracle_ = {};
    } else {
      oracle_.acknowledged(position_of(Base::tcp().tcb().snd.una));
      oracle_.timeout_is(timeout());
    }
  }

  void advance(std::int64_t microseconds) {
    now_ += microseconds;
    const control_block<u32> before = Base::tcp().tcb();
    const auto& sending = Base::tcp().sending();
    const std::uint8_t attempts = sending.attempts();
    Base::advance(microseconds);
    const bool again = sending.attempts() > attempts && !(before.snd.una == before.snd.nxt);
    // What probes a closed window goes by the clock of probes.
    if (again && before.snd.wnd != 0) oracle_.expired(position_of(before.snd.una), now_);
    oracle_.timeout_is(timeout());
  }

  std::optional<packet> poll() {
    auto sent = Base::poll();
    if (!sent) return sent;
    const auto parsed = parse_segment(sent->octets(), pseudo_header{});
    if (!parsed || parsed->header.control.rst()) return sent;
    const segment<u32>& seg = parsed->header;
    const spec::position first = position_of(seg.seq);
    const spec::position last = first + seg.text_length + (seg.control.syn() ? 1 : 0) + (seg.control.fin() ? 1 : 0);
    if (first < last) oracle_.sent(first, last, timeout(), now_);
    return sent;
  }

  [[nodiscard]] std::string violation() const {
    return oracle_.violation().empty() ? Base::violation() : oracle_.violation();
  }

 private:
  [[nodiscard]] spec::microseconds timeout() const { return Base::tcp().sending().rtt().timeout().count(); }
  [[nodiscard]] spec::position position_of(sequence_number<u32> number) const {
    return static_cast<std::int32_t>(number - Base::tcp().tcb().snd.iss);
  }

  spec::retransmission_oracle oracle_{};
  spec::microseconds now_ = 0;
};

}  // namespace sequent::property

// Two ends, the network between them, their applications and the clock: a value that offers its possible moves.
//
// Whatever may go more than one way is a move, and whoever picks among the moves is the engine. The world itself is
// deterministic: the scenario, the two ends and the list of picks determine everything.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/check/bounds.hpp"
#include "model/world/application.hpp"
#include "model/world/endpoint.hpp"
#include "model/world/fingerprint.hpp"
#include "model/world/move.hpp"
#include "model/world/network.hpp"
#include "model/world/witness.hpp"

namespace sequent::model {

/// The world. Flight: most segments in flight each way; Kept: most old copies each way.
template <endpoint E, std::size_t Flight = 8, std::size_t Kept = 2>
class world {
 public:
  using end_type = E;
  using packet = typename E::packet;

  /// Lists what the attacker can forge against an end in its present state, in a fixed order. A pure function.
  using forger = void (*)(const scenario& setting, side victim, const E& end, const E& peer, std::vector<packet>& out);

  /// The ends are in CLOSED. The scenario must outlive the world and all copies of it.
  world(const scenario& setting, E left, E right, forger forge = nullptr)
      : setting_(&setting),
        left_(setting.limit),
        ends_{std::move(left), std::move(right)},
        applications_{application(side::left, setting.scripts[0]), application(side::right, setting.scripts[1])},
        forge_(forge) {
    // Passive opens come first, or an active open at the start would meet a closed port.
    for (const bool passive : {true, false}) {
      for (const side s : both_sides) {
        const script& todo = setting.scripts[at(s)];
        if (!todo.open_at_start || todo.calls.empty()) continue;
        if ((todo.calls.front().what == call_kind::open_passive) != passive) continue;
        applications_[at(s)].make_call(ends_[at(s)]);
        follow_up(s);
      }
    }
  }

  /// Fills `out` with the moves that are possible now, in canonical order. Empty after a violation.
  void moves(std::vector<move>& out) const {
    out.clear();
    if (!violation_.empty()) return;
    add_benign_moves(out);
    for (const side s : both_sides) add_network_moves(s, out);
    if (left_.injections > 0 && forge_ != nullptr) {
      for (const side s : both_sides) {
        const std::size_t count = std::min<std::size_t>(forged(s).size(), 255);
        for (std::size_t i = 0; i < count; ++i) push(out, move_kind::inject, s, i);
      }
    }
  }

  /// Makes a move, which must be one of moves().
  void apply(const move& m) {
    overflowed_ = false;
    switch (m.kind) {
      case move_kind::call:
        tell(m, applications_[at(m.where)].next_call());
        applications_[at(m.where)].make_call(ends_[at(m.where)]);
        break;
      case move_kind::read: read_once(m.where); break;
      case move_kind::time: pass_time(); return;
      default:
        if (!apply_network(m)) return;
    }
    follow_up(m.where);
  }

  /// Lets the chooser pick one of the moves and makes it. False: there was none. The chooser sees one question.
  template <class Chooser>
  bool step(Chooser& choose, std::vector<move>& scratch) {
    moves(scratch);
    if (scratch.empty()) return false;
    apply(scratch[choose.pick(scratch.size())]);
    return true;
  }

  /// Whether everything is over: nothing in flight, and each end is closed with its application done, or listens idly
  /// (never established, no timer) after its peer has gone.
  [[nodiscard]] bool finished() const {
    return wire_.idle() && (gone(side::left) || gone(side::right)) && at_rest(side::left) && at_rest(side::right);
  }

  /// Whether only the bound on timers keeps time from passing.
  [[nodiscard]] bool at_horizon() const { return left_.timers == 0 && earliest().has_value(); }

  /// Empty, or what went wrong, beginning with the side.
  [[nodiscard]] const std::string& violation() const { return violation_; }

  /// Whether the last move sent a segment for which bounds::in_flight left no room.
  [[nodiscard]] bool overflowed() const { return overflowed_; }

  [[nodiscard]] const scenario& setting() const { return *setting_; }
  [[nodiscard]] const bounds& budgets() const { return left_; }
  [[nodiscard]] const E& end(side s) const { return ends_[at(s)]; }
  [[nodiscard]] const application& user(side s) const { return applications_[at(s)]; }
  [[nodiscard]] const auto& wire() const { return wire_; }

  /// Microseconds since the start. Not part of the state.
  [[nodiscard]] std::int64_t now() const { return now_; }

  /// Lets somebody watch this world (and copies of it) from now on; null for nobody.
  void watch(witness<packet>* watcher) { watcher_ = watcher; }

  /// The hash of the whole state.
  [[nodiscard]] digest state_digest() const {
    fingerprint f;
    for (const E& e : ends_) e.fingerprint(f);
    for (const application& a : applications_) a.fingerprint(f);
    wire_.fingerprint(f, [](const packet& p, fingerprint& into) { E::fingerprint_packet(p, into); });
    f.word(pack(left_.losses, left_.duplicates, left_.overtakings, left_.corruptions));
    f.word(pack(left_.old_duplicates, left_.injections, left_.early_timers, left_.timers));
    if (setting_->limit.marks > 0) f.word(left_.marks);
    return f.value();
  }

 private:
  static constexpr int most_segments_in_a_row = 64;
  static constexpr int most_timers_in_a_row = 16;

  static constexpr std::uint64_t pack(std::uint16_t a, std::uint16_t b, std::uint16_t c, std::uint16_t d) {
    return a | (std::uint64_t{b} << 16) | (std::uint64_t{c} << 32) | (std::uint64_t{d} << 48);
  }

  static void push(std::vector<move>& out, move_kind kind, side where, std::size_t index = 0) {
    out.push_back({kind, where, static_cast<std::uint8_t>(index)});
  }

  void add_benign_moves(std::vector<move>& out) const {
    for (const side s : both_sides) {
      if (applications_[at(s)].call_enabled(ends_[at(s)])) push(out, move_kind::call, s);
    }
    for (const side s : both_sides) {
      if (!setting_->scripts[at(s)].reads_at_once && applications_[at(s)].read_enabled(ends_[at(s)])) {
        push(out, move_kind::read, s);
      }
    }
    for (const side s : both_sides) {
      if (!wire_.toward(s).empty()) push(out, move_kind::deliver, s);
    }
    // Time is free when nothing else can happen; before that it is early and has its price.
    const bool free = out.empty();
    if ((free || left_.early_timers > 0) && left_.timers > 0 && earliest()) push(out, move_kind::time, side::left);
  }

  void add_network_moves(side s, std::vector<move>& out) const {
    const auto& flights = wire_.toward(s);
    if (!flights.empty()) {
      // Losing the oldest is enough: a segment that is lost later could as well have been lost earlier.
      if (left_.losses > 0) push(out, move_kind::lose, s);
      if (left_.duplicates > 0) push(out, move_kind::duplicate, s);
      if (left_.old_duplicates > 0 && wire_.can_keep(s)) push(out, move_kind::keep, s);
      const std::size_t reach = std::min<std::size_t>(flights.size(), left_.overtaking_reach + std::size_t{1});
      for (std::size_t i = 1; left_.overtakings > 0 && i < reach; ++i) push(out, move_kind::overtake, s, i);
      for (int which = 0; left_.corruptions > 0 && which < left_.corruption_kinds; ++which) {
        packet damaged = flights[0].content;
        if (E::corrupt(damaged, which)) push(out, move_kind::corrupt, s, static_cast<std::size_t>(which));
      }
      if (left_.marks > 0) {
        packet marked = flights[0].content;
        if (put_mark(marked)) push(out, move_kind::mark, s);
      }
    }
    for (std::size_t i = 0; i < wire_.kept(s).size(); ++i) push(out, move_kind::old, s, i);
  }

  /// Makes a move of the network; false if no segment arrived.
  bool apply_network(const move& m) {
    const side s = m.where;
    if (m.kind == move_kind::inject) {
      --left_.injections;
      arrive(s, 0, packet(forged(s)[m.index]), m.kind);
      return true;
    }
    if (m.kind == move_kind::old) {
      const auto copy = wire_.take_kept(s, m.index);
      arrive(s, copy.number, copy.content, m.kind);
      return true;
    }
    if (m.kind == move_kind::duplicate) {
      --left_.duplicates;
      const auto copy = wire_.toward(s)[0];
      arrive(s, copy.number, copy.content, m.kind);
      return true;
    }
    auto taken = wire_.take(s, m.kind == move_kind::overtake ? m.index : 0);
    if (m.kind == move_kind::overtake) --left_.overtakings;
    if (m.kind == move_kind::keep) {
      --left_.old_duplicates;
      wire_.keep(s, taken);
    }
    if (m.kind == move_kind::corrupt) {
      --left_.corruptions;
      static_cast<void>(E::corrupt(taken.content, m.index));
    }
    if (m.kind == move_kind::mark) {
      --left_.marks;
      static_cast<void>(put_mark(taken.content));
    }
    if (m.kind == move_kind::lose) {
      --left_.losses;
      if (watcher_ != nullptr) watcher_->lost(s, taken.number, taken.content);
      return false;
    }
    arrive(s, taken.number, taken.content, m.kind);
    return true;
  }

  /// Marks a segment as a congested router does; false if it cannot carry a mark.
  static bool put_mark(packet& p) {
    if constexpr (requires { E::mark(p); }) {
      return E::mark(p);
    } else {
      return false;
    }
  }

  void arrive(side to, std::uint32_t number, const packet& content, move_kind how) {
    if (watcher_ != nullptr) watcher_->arrives(to, number, content, how);
    ends_[at(to)].arrives(content);
  }

  /// The earliest deadline of either end in microseconds from now, never negative.
  [[nodiscard]] std::optional<std::int64_t> earliest() const {
    std::optional<std::int64_t> first;
    for (const E& e : ends_) {
      const std::optional<std::int64_t> due = e.deadline();
      if (due && (!first || *due < *first)) first = *due;
    }
    if (first && *first < 0) first = 0;
    return first;
  }

  /// Lets time pass for both ends up to the earliest deadline, so that timers fire in the order of their deadlines.
  void pass_time() {
    const std::int64_t elapsed = earliest().value_or(0);
    const bool free = wire_.idle() && !user_can_act();
    if (!free) --left_.early_timers;
    if (left_.timers != unlimited) --left_.timers;
    now_ += elapsed;
    tell({move_kind::time, side::left, 0}, std::to_string(elapsed) + " us pass");
    for (const side s : both_sides) {
      E& e = ends_[at(s)];
      e.advance(elapsed);
      follow_up(s);
      for (int again = 0; violation_.empty() && overdue(e); ++again) {
        if (again == most_timers_in_a_row) return blame(s, "a timer stays due after it fired");
        e.advance(0);
        follow_up(s);
      }
    }
  }

  [[nodiscard]] static bool overdue(const E& e) {
    const std::optional<std::int64_t> due = e.deadline();
    return due && *due <= 0;
  }

  [[nodiscard]] bool user_can_act() const {
    for (const side s : both_sides) {
      const application& a = applications_[at(s)];
      if (a.call_enabled(ends_[at(s)])) return true;
      if (!setting_->scripts[at(s)].reads_at_once && a.read_enabled(ends_[at(s)])) return true;
    }
    return false;
  }

  void read_once(side s) {
    application& a = applications_[at(s)];
    const std::uint64_t before = a.taken();
    blame(s, a.make_read(ends_[at(s)], applications_[at(other(s))].written()));
    if (a.taken() == before) blame(s, "octets were ready and could not be read");
    if (watcher_ != nullptr) tell({move_kind::read, s, 0}, "read " + std::to_string(a.taken() - before));
  }

  /// What follows an event at one end: it sends all that it wants to, its application reads if it reads at once, and
  /// everybody looks whether something is wrong.
  void follow_up(side s) {
    transmit(s);
    if (setting_->scripts[at(s)].reads_at_once) {
      while (violation_.empty() && applications_[at(s)].read_enabled(ends_[at(s)])) read_once(s);
      transmit(s);
    }
    blame(s, applications_[at(s)].notice_end(ends_[at(s)], applications_[at(other(s))]));
    if (violation_.empty()) blame(s, ends_[at(s)].violation());
  }

  void transmit(side s) {
    for (int count = 0; count <= most_segments_in_a_row; ++count) {
      const std::optional<packet> next = ends_[at(s)].poll();
      if (!next) return;
      const bool dropped = wire_.full(other(s), left_.in_flight);
      const std::uint32_t number = dropped ? wire_.overflow() : wire_.send(other(s), *next);
      overflowed_ = overflowed_ || dropped;
      if (watcher_ != nullptr) watcher_->sent(s, number, *next, dropped);
    }
    blame(s, "transmit loop: it always has one more segment to send");
  }

  void blame(side s, const std::string& what) {
    if (violation_.empty() && !what.empty()) violation_ = std::string(name(s)) + ": " + what;
  }

  void tell(const move& m, const std::string& what) {
    if (watcher_ != nullptr) watcher_->acted(m, what);
  }

  [[nodiscard]] const std::vector<packet>& forged(side s) const {
    thread_local std::vector<packet> list;
    list.clear();
    forge_(*setting_, s, ends_[at(s)], ends_[at(other(s))], list);
    return list;
  }

  [[nodiscard]] bool done(side s) const {
    const application& a = applications_[at(s)];
    return a.calls_done(ends_[at(s)]) && a.reads_done(ends_[at(s)]);
  }
  [[nodiscard]] bool gone(side s) const { return ends_[at(s)].closed() && done(s); }
  [[nodiscard]] bool at_rest(side s) const {
    const E& e = ends_[at(s)];
    const application& a = applications_[at(s)];
    return gone(s) || (a.opened() && a.passive() && !e.established() && !e.deadline());
  }

  const scenario* setting_;
  witness<packet>* watcher_ = nullptr;
  bounds left_;
  std::array<E, 2> ends_;
  std::array<application, 2> applications_;
  network<packet, Flight, Kept> wire_;
  forger forge_;
  std::string violation_;
  std::int64_t now_ = 0;
  bool overflowed_ = false;
};

}  // namespace sequent::model

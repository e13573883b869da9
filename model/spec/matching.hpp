// When a step that was observed is one of the outcomes that are permitted.
//
// Conditions on positions are combined without converting them to bool, so that a symbolic comparison does not fork.
#pragma once

#include <cstddef>

#include "model/spec/guards.hpp"
#include "model/spec/rule.hpp"

namespace sequent::spec {

/// Both hold the same ranges and the same FIN.
template <class P>
[[nodiscard]] truth<P> same_held(const state<P>& a, const state<P>& b) {
  if (a.held.size() != b.held.size() || a.fin_held.has_value() != b.fin_held.has_value()) return false;
  truth<P> all = true;
  for (std::size_t i = 0; i < a.held.size(); ++i) {
    all = all && (a.held[i].first == b.held[i].first) && (a.held[i].last == b.held[i].last);
  }
  if (a.fin_held) all = all && (*a.fin_held == *b.fin_held);
  return all;
}

/// The send variables of both are the same. The shift is the handshake's and the adapter's to write: no rule touches
/// it.
template <class P>
[[nodiscard]] truth<P> same_send_side(const state<P>& a, const state<P>& b) {
  if (a.fin_asked != b.fin_asked || a.fin_sent != b.fin_sent || a.left != b.left) return false;
  return (a.snd_una == b.snd_una) && (a.snd_nxt == b.snd_nxt) && (a.snd_wnd == b.snd_wnd) && (a.snd_wl1 == b.snd_wl1) &&
         (a.snd_wl2 == b.snd_wl2) && (a.snd_max_wnd == b.snd_max_wnd) && (a.snd_end == b.snd_end);
}

/// The receive variables of both are the same. Urgent positions agree when both say that nothing urgent is ahead: an
/// implementation must drag its own along, since it cannot compare numbers more than 2^31 apart (A33).
template <class P>
[[nodiscard]] truth<P> same_receive_side(const state<P>& a, const state<P>& b) {
  const truth<P> urgent_over = (a.rcv_up <= a.rcv_nxt) && (b.rcv_up <= b.rcv_nxt);
  const truth<P> same_window = (a.rcv_nxt == b.rcv_nxt) && (a.rcv_wnd == b.rcv_wnd);
  return same_window && ((a.rcv_up == b.rcv_up) || urgent_over) && same_held(a, b);
}

/// The variables of RFC 7323 are the same; without timestamps they mean nothing.
template <class P>
[[nodiscard]] truth<P> same_timestamps(const state<P>& a, const state<P>& b) {
  if (a.timestamps != b.timestamps) return false;
  if (!a.timestamps) return true;
  return (a.ts_recent == b.ts_recent) && (a.last_ack_sent == b.last_ack_sent);
}

/// Both states are the same but for owes_ack.
template <class P>
[[nodiscard]] truth<P> same_state(const state<P>& a, const state<P>& b) {
  if (a.ecn != b.ecn || a.fast_opened != b.fast_opened || a.closed_early != b.closed_early) return false;
  if (a.at != b.at || a.passive != b.passive || !(a.choices == b.choices)) return false;
  return same_send_side(a, b) && same_receive_side(a, b) && same_timestamps(a, b);
}

/// What was seen is what the outcome says: the same reply (or an acknowledgment more, where one is allowed), every
/// signal that is required, none beyond those tolerated, the timer of TIME-WAIT set or left alone, and nothing left out
/// for throttling unless that was due.
template <class P>
[[nodiscard]] truth<P> shows(const observation<P>& expected, const observation<P>& seen) {
  if (seen.lingers != expected.lingers || (expected.throttled && !seen.throttled)) return false;
  if ((expected.signals & ~seen.signals) != 0) return false;
  if ((seen.signals & ~(expected.signals | expected.tolerated)) != 0) return false;
  const bool extra_ack = expected.may_ack && seen.sent == reply::ack && expected.sent == reply::none;
  if (seen.sent != expected.sent && !extra_ack) return false;
  if (seen.sent != reply::reset) return true;
  if (seen.reset_ack.has_value() != expected.reset_ack.has_value()) return false;
  if (seen.reset_echo.has_value() != expected.reset_echo.has_value()) return false;
  if (seen.reset_answers != expected.reset_answers) return false;
  truth<P> same_seq = seen.reset_seq == expected.reset_seq;
  if (seen.reset_echo) same_seq = same_seq && (*seen.reset_echo == *expected.reset_echo);
  if (!seen.reset_ack) return same_seq;
  return same_seq && (*seen.reset_ack == *expected.reset_ack);
}

/// The state reached and what was seen on the way are what the outcome permits. An acknowledgment that is required must
/// be owed, which is as good as having been sent: nothing more may be sent before it. One may be owed besides where the
/// outcome allows it.
template <class P>
[[nodiscard]] truth<P> matches(const outcome<P>& expected, const state<P>& reached, const observation<P>& seen) {
  const bool owed = expected.next.owes_ack == reached.owes_ack || (reached.owes_ack && expected.seen.may_ack);
  if (!owed) return false;
  observation<P> shown = seen;
  if (expected.seen.sent == reply::ack && seen.sent == reply::none && reached.owes_ack) shown.sent = reply::ack;
  return same_state(expected.next, reached) && shows(expected.seen, shown);
}

/// Some permitted outcome matches.
template <class P>
[[nodiscard]] bool any_matches(const outcomes<P>& permitted, const state<P>& reached, const observation<P>& seen) {
  for (const auto& each : permitted) {
    if (is(matches(each, reached, seen))) return true;
  }
  return false;
}

}  // namespace sequent::spec

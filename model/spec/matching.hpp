// When a step that was observed is one of the outcomes that are permitted.
#pragma once

#include "model/spec/guards.hpp"
#include "model/spec/rule.hpp"

namespace sequent::spec {

/// True when what was seen is what the outcome says: the same reply (or an acknowledgment more, where one is allowed),
/// every signal that is required, none beyond those tolerated.
template <class P>
[[nodiscard]] bool shows(const observation<P>& expected, const observation<P>& seen) {
  if ((expected.signals & ~seen.signals) != 0) return false;
  if ((seen.signals & ~(expected.signals | expected.tolerated)) != 0) return false;
  if (seen.sent != expected.sent) {
    return expected.sent == reply::none && expected.may_ack && seen.sent == reply::ack;
  }
  if (seen.sent != reply::reset) return true;
  if (seen.reset_ack.has_value() != expected.reset_ack.has_value()) return false;
  if (seen.reset_ack && !is(*seen.reset_ack == *expected.reset_ack)) return false;
  return is(seen.reset_seq == expected.reset_seq);
}

/// True when the variables of the send side agree.
template <class P>
[[nodiscard]] bool same_send_side(const state<P>& a, const state<P>& b) {
  return a.fin_asked == b.fin_asked && a.fin_sent == b.fin_sent && is(a.snd_una == b.snd_una) &&
         is(a.snd_nxt == b.snd_nxt) && is(a.snd_wnd == b.snd_wnd) && is(a.snd_wl1 == b.snd_wl1) &&
         is(a.snd_wl2 == b.snd_wl2) && is(a.snd_max_wnd == b.snd_max_wnd) && is(a.snd_end == b.snd_end) &&
         is(a.snd_shift == b.snd_shift);
}

/// True when the variables of the receive side agree. Urgent positions agree when both say that nothing urgent is
/// ahead: an implementation must drag its own along, since it cannot compare numbers more than 2^31 apart (A33).
template <class P>
[[nodiscard]] bool same_receive_side(const state<P>& a, const state<P>& b) {
  if (!is(a.rcv_nxt == b.rcv_nxt) || !is(a.rcv_wnd == b.rcv_wnd)) return false;
  if (a.held.size() != b.held.size() || a.fin_held.has_value() != b.fin_held.has_value()) return false;
  if (a.fin_held && !is(*a.fin_held == *b.fin_held)) return false;
  for (std::size_t i = 0; i < a.held.size(); ++i) {
    if (!is(a.held[i].first == b.held[i].first) || !is(a.held[i].last == b.held[i].last)) return false;
  }
  return is(a.rcv_up == b.rcv_up) || (is(a.rcv_up <= a.rcv_nxt) && is(b.rcv_up <= b.rcv_nxt));
}

/// True when the variables of RFC 7323 agree.
template <class P>
[[nodiscard]] bool same_timestamps(const state<P>& a, const state<P>& b) {
  return a.timestamps == b.timestamps && is(a.ts_recent == b.ts_recent) && is(a.last_ack_sent == b.last_ack_sent);
}

/// True when the state reached and what was seen on the way are what the outcome permits. An acknowledgment that is
/// required must be owed; one may be owed besides where the outcome allows it.
template <class P>
[[nodiscard]] bool matches(const outcome<P>& expected, const state<P>& reached, const observation<P>& seen) {
  const state<P>& next = expected.next;
  if (next.at != reached.at || next.passive != reached.passive || !(next.choices == reached.choices)) return false;
  const bool owed = next.owes_ack == reached.owes_ack || (reached.owes_ack && expected.seen.may_ack);
  return owed && shows(expected.seen, seen) && same_send_side(next, reached) && same_receive_side(next, reached) &&
         same_timestamps(next, reached);
}

/// True when some permitted outcome matches.
template <class P>
[[nodiscard]] bool any_matches(const outcomes<P>& permitted, const state<P>& reached, const observation<P>& seen) {
  for (const auto& each : permitted) {
    if (matches(each, reached, seen)) return true;
  }
  return false;
}

}  // namespace sequent::spec

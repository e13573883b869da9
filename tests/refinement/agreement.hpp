// When the core's result of a step is one of those that the specification permits. Both sides are in the specification's
// words by now (abstraction.hpp). Conditions on positions are combined without converting them to bool, so that a
// symbolic comparison does not fork.
#pragma once

#include <cstddef>

#include "model/spec/event.hpp"
#include "model/spec/rule.hpp"
#include "model/spec/state.hpp"

namespace sequent::refinement {

/// Both hold the same ranges.
template <class P>
[[nodiscard]] spec::truth<P> same_held(const spec::state<P>& a, const spec::state<P>& b) {
  if (a.held.size() != b.held.size() || a.fin_held.has_value() != b.fin_held.has_value()) return false;
  spec::truth<P> all = true;
  for (std::size_t i = 0; i < a.held.size(); ++i) {
    all = all && (a.held[i].first == b.held[i].first) && (a.held[i].last == b.held[i].last);
  }
  if (a.fin_held) all = all && (*a.fin_held == *b.fin_held);
  return all;
}

/// The send variables of both are the same.
template <class P>
[[nodiscard]] spec::truth<P> same_send(const spec::state<P>& a, const spec::state<P>& b) {
  if (a.fin_asked != b.fin_asked || a.fin_sent != b.fin_sent) return false;
  return (a.snd_una == b.snd_una) && (a.snd_nxt == b.snd_nxt) && (a.snd_wnd == b.snd_wnd) &&
         (a.snd_wl1 == b.snd_wl1) && (a.snd_wl2 == b.snd_wl2) && (a.snd_max_wnd == b.snd_max_wnd) &&
         (a.snd_end == b.snd_end);
}

/// The receive variables of both are the same. RCV.UP means nothing unless it is ahead of RCV.NXT, and Last.ACK.sent
/// means nothing without timestamps.
template <class P>
[[nodiscard]] spec::truth<P> same_receive(const spec::state<P>& a, const spec::state<P>& b) {
  if (a.timestamps != b.timestamps) return false;
  const spec::truth<P> urgent_over = (a.rcv_up <= a.rcv_nxt) && (b.rcv_up <= b.rcv_nxt);
  spec::truth<P> all = (a.rcv_nxt == b.rcv_nxt) && (a.rcv_wnd == b.rcv_wnd);
  all = all && ((a.rcv_up == b.rcv_up) || urgent_over);
  if (a.timestamps) all = all && (a.ts_recent == b.ts_recent) && (a.last_ack_sent == b.last_ack_sent);
  return all && same_held(a, b);
}

/// Both states are the same, but for owes_ack, and for the shift and the choices, which no rule changes.
template <class P>
[[nodiscard]] spec::truth<P> same_state(const spec::state<P>& a, const spec::state<P>& b) {
  if (a.at != b.at || a.passive != b.passive) return false;
  return same_send(a, b) && same_receive(a, b);
}

/// What was seen is what was to be seen, or more where that is tolerated.
template <class P>
[[nodiscard]] spec::truth<P> same_sight(const spec::observation<P>& core, const spec::observation<P>& permitted) {
  if ((core.signals & permitted.signals) != permitted.signals) return false;
  if ((core.signals & ~(permitted.signals | permitted.tolerated)) != 0) return false;
  const bool extra_ack =
      permitted.may_ack && core.sent == spec::reply::ack && permitted.sent == spec::reply::none;
  if (core.sent != permitted.sent && !extra_ack) return false;
  if (core.sent != spec::reply::reset) return true;
  if (core.reset_ack.has_value() != permitted.reset_ack.has_value()) return false;
  const spec::truth<P> seq = core.reset_seq == permitted.reset_seq;
  if (!core.reset_ack) return seq;
  return seq && (*core.reset_ack == *permitted.reset_ack);
}

/// The core's result is the permitted outcome. An implementation may owe an acknowledgment where it may send one.
template <class P>
[[nodiscard]] spec::truth<P> agrees(const spec::state<P>& next, const spec::observation<P>& seen,
                                    const spec::outcome<P>& permitted) {
  if (next.owes_ack != permitted.next.owes_ack && !(next.owes_ack && permitted.seen.may_ack)) return false;
  return same_state(next, permitted.next) && same_sight(seen, permitted.seen);
}

}  // namespace sequent::refinement

// The eighth check: FIN. RFC 9293 section 3.10.7.4.
//
// A FIN counts when every octet before it has been taken and it lies in the window itself (A35). One that was held
// earlier counts as soon as the text reaches it.
#pragma once

#include <array>

#include "model/spec/guards.hpp"
#include "model/spec/reassembly.hpp"
#include "model/spec/rule.hpp"

namespace sequent::spec {

/// True when the peer's FIN is the next thing in its stream, whether this segment brought it or an earlier one.
template <class P>
[[nodiscard]] constexpr bool fin_due(const state<P>& s, const segment<P>& seg) {
  if (s.fin_held && is(*s.fin_held == s.rcv_nxt)) return true;
  return is(seg.fin) && is(fin_position(seg) == s.rcv_nxt) && is(P(0) < s.rcv_wnd);
}

/// The peer's stream ends: its FIN is passed over and acknowledged at once, and the user is told.
template <class P>
[[nodiscard]] outcomes<P> end_stream(const state<P>& s, phase at) {
  state<P> next = s;
  next.at = at;
  next.rcv_nxt = s.rcv_nxt + P(1);
  if (P(0) < s.rcv_wnd) next.rcv_wnd = s.rcv_wnd - P(1);
  next.held.clear();
  next.fin_held.reset();
  return {with_ack(stop_with(next, signal_closing))};
}

/// A FIN beyond a gap is held; it ends what may be held.
template <class P>
[[nodiscard]] outcomes<P> hold_fin(const state<P>& s, const segment<P>& seg) {
  const P end = fin_position(seg);
  state<P> next = s;
  next.fin_held = s.fin_held ? lesser(*s.fin_held, end) : end;
  end_held_at(next, *next.fin_held);
  outcomes<P> permitted{answer(next)};
  if (!s.choices.must_hold_out_of_order) permitted.push_back(answer(s));
  return permitted;
}

/// A FIN for which there is no room is not taken; one that comes alone is answered.
template <class P>
[[nodiscard]] outcomes<P> leave_fin(const state<P>& s, const segment<P>& seg) {
  if (seg.text == P(0)) return {answer(s)};
  auto left = stop(s);
  left.seen.may_ack = true;
  return {left};
}

/// The FIN check.
template <class P>
constexpr auto fin_rules() {
  return std::array{
      rule<P>{
          "FIN-1", "rfc9293#3.10.7.4/eighth", "no FIN is due", stage::fin,
          [](const state<P>& s, const event<P>& e) { return !is(e.seg.fin) && (!receiving(s) || !fin_due(s, e.seg)); },
          [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop(s)}; }},
      rule<P>{"FIN-2", "rfc9293#3.10.7.4/eighth/close-wait", "a second FIN is ignored", stage::fin,
              [](const state<P>& s, const event<P>& e) { return is(e.seg.fin) && !receiving(s); },
              [](const state<P>& s, const event<P>&) -> outcomes<P> {
                auto ignored = stop(s);
                ignored.seen.may_ack = true;
                return {ignored};
              }},
      rule<P>{"FIN-3", "rfc9293#3.10.7.4/eighth/established", "the peer closes first: CLOSE-WAIT", stage::fin,
              [](const state<P>& s, const event<P>& e) { return in(s, phase::established) && fin_due(s, e.seg); },
              [](const state<P>& s, const event<P>&) { return end_stream(s, phase::close_wait); }},
      rule<P>{"FIN-4", "rfc9293#3.10.7.4/eighth/fin-wait-1", "both ends close at once: CLOSING", stage::fin,
              [](const state<P>& s, const event<P>& e) {
                return receiving(s) && in(s, phase::fin_wait_1) && fin_due(s, e.seg);
              },
              [](const state<P>& s, const event<P>&) { return end_stream(s, phase::closing); }},
      rule<P>{"FIN-5", "rfc9293#3.10.7.4/eighth/fin-wait-2", "the peer closes second: TIME-WAIT", stage::fin,
              [](const state<P>& s, const event<P>& e) { return in(s, phase::fin_wait_2) && fin_due(s, e.seg); },
              [](const state<P>& s, const event<P>&) -> outcomes<P> {
                return {lingering(end_stream(s, phase::time_wait).front())};
              }},
      rule<P>{"FIN-6", "rfc9293#3.10.7.4/first/SHLD-31", "a FIN beyond a gap is held and acknowledged at once",
              stage::fin,
              [](const state<P>& s, const event<P>& e) {
                return receiving(s) && is(e.seg.fin) && !fin_due(s, e.seg) && fin_in_window(s, e.seg);
              },
              [](const state<P>& s, const event<P>& e) { return hold_fin(s, e.seg); }},
      rule<P>{"FIN-7", "rfc9293#3.10.7.4/first", "a FIN outside the window is not taken", stage::fin,
              [](const state<P>& s, const event<P>& e) {
                return receiving(s) && is(e.seg.fin) && !fin_due(s, e.seg) && !fin_in_window(s, e.seg);
              },
              [](const state<P>& s, const event<P>& e) { return leave_fin(s, e.seg); }},
  };
}

}  // namespace sequent::spec

// The fifth check: the ACK field. RFC 9293 section 3.10.7.4, RFC 5961 section 5.
#pragma once

#include <array>

#include "model/spec/guards.hpp"
#include "model/spec/rule.hpp"
#include "model/spec/rules/transitions.hpp"

namespace sequent::spec {

/// RFC 5961 section 5.2: an acknowledgment older than anything a window's worth of octets ago. Synchronized states
/// only, since SYN-RECEIVED has a rule of its own for a wrong one (A28).
template <class P>
[[nodiscard]] constexpr bool acknowledges_too_old(const state<P>& s, const segment<P>& seg) {
  return s.choices.ack_range_check && synchronized(s) && is(seg.ack < s.snd_una - s.snd_max_wnd);
}

/// True when the segment has an ACK field that the per-state processing is to look at.
template <class P>
[[nodiscard]] constexpr bool acknowledges_in_range(const state<P>& s, const segment<P>& seg) {
  return is(seg.has_ack) && is(seg.ack <= s.snd_nxt) && !acknowledges_too_old(s, seg);
}

/// True when the acknowledgment completes the handshake.
template <class P>
[[nodiscard]] constexpr bool acknowledges_our_syn(const state<P>& s, const segment<P>& seg) {
  return is(s.snd_una < seg.ack) && is(seg.ack <= s.snd_nxt);
}

/// True when the segment may update the send window, were it to begin at seq.
template <class P>
[[nodiscard]] constexpr bool window_is_newer(const state<P>& s, const segment<P>& seg, const P& seq) {
  if (s.snd_wl1 < seq) return true;
  return is(s.snd_wl1 == seq) && is(s.snd_wl2 <= seg.ack);
}

/// SND.UNA moves by a segment whose number is older than that of the last window, as when the peer sends something
/// again. By the letter SND.WND stays, and SND.UNA + SND.WND then lies beyond every edge that was offered. As RCV.NXT
/// never moves back, what acknowledges more than all before it was sent after all of them, so its window is the latest
/// and may be taken; else the edge stays where it is, and SND.WND is what is left up to it (A29).
template <class P>
[[nodiscard]] std::vector<state<P>> edge_kept(const state<P>& s, const state<P>& next, const segment<P>& seg,
                                              const P& seq) {
  state<P> less = next;
  less.snd_wnd = greater(P(0), P(s.snd_una + s.snd_wnd - seg.ack));
  return {with_window(next, seg, seq), less};
}

/// What the ESTABLISHED state does with an acknowledgment in range, for the other states too: SND.UNA moves up, and the
/// window is taken from the newer segment. An acknowledgment below SND.UNA changes nothing.
template <class P>
[[nodiscard]] std::vector<state<P>> acknowledged(const state<P>& s, const segment<P>& seg) {
  if (seg.ack < s.snd_una) return {s};
  state<P> next = s;
  next.snd_una = seg.ack;
  std::vector<state<P>> permitted;
  for (const P& seq : begins_at(s, seg)) {
    if (window_is_newer(s, seg, seq)) {
      permitted.push_back(with_window(next, seg, seq));
    } else if (s.snd_una < seg.ack) {
      for (const state<P>& each : edge_kept(s, next, seg, seq)) permitted.push_back(each);
    } else {
      permitted.push_back(next);
    }
  }
  return permitted;
}

/// The processing of acknowledged, going on with the next check.
template <class P>
[[nodiscard]] outcomes<P> acknowledge(const state<P>& s, const segment<P>& seg) {
  outcomes<P> permitted;
  for (const auto& next : acknowledged(s, seg)) permitted.push_back(go_on(next));
  return permitted;
}

/// The same, moving on to another state.
template <class P>
[[nodiscard]] outcomes<P> acknowledge_into(const state<P>& s, const segment<P>& seg, phase at) {
  outcomes<P> permitted = acknowledge(s, seg);
  for (auto& result : permitted) result.next.at = at;
  return permitted;
}

/// The same, entering TIME-WAIT: its timer starts (A31).
template <class P>
[[nodiscard]] outcomes<P> acknowledge_and_linger(const state<P>& s, const segment<P>& seg) {
  outcomes<P> permitted;
  for (const auto& result : acknowledge(s, seg)) permitted.push_back(lingering(result));
  return permitted;
}

/// The same, ending there: the rest of the segment is ignored.
template <class P>
[[nodiscard]] outcomes<P> acknowledge_only(const state<P>& s, const segment<P>& seg) {
  outcomes<P> permitted = acknowledge(s, seg);
  for (auto& result : permitted) result.done = true;
  return permitted;
}

/// Our SYN is acknowledged in SYN-RECEIVED.
template <class P>
[[nodiscard]] outcomes<P> establish(const state<P>& s, const segment<P>& seg) {
  outcomes<P> permitted;
  for (const P& seq : begins_at(s, seg)) permitted.push_back(established_by(s, seg, seq));
  return permitted;
}

/// The part of the ACK check that comes before the state is looked at, and SYN-RECEIVED.
template <class P>
constexpr auto ack_range_rules() {
  return std::array{
      rule<P>{"ACK-1", "rfc9293#3.10.7.4/fifth", "without an ACK field the segment is dropped", stage::ack,
              [](const state<P>&, const event<P>& e) { return !is(e.seg.has_ack); },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop(s)}; }},
      rule<P>{"ACK-2", "rfc5961#5.2", "an acknowledgment from too far back is challenged", stage::ack,
              [](const state<P>& s, const event<P>& e) {
                return synchronized(s) && is(e.seg.has_ack) && acknowledges_too_old(s, e.seg);
              },
              [](const state<P>& s, const event<P>&) { return challenge(s); }},
      rule<P>{"ACK-3", "rfc9293#3.10.7.4/fifth/established", "an acknowledgment of what was never sent is answered",
              stage::ack,
              [](const state<P>& s, const event<P>& e) {
                return synchronized(s) && is(e.seg.has_ack) && is(s.snd_nxt < e.seg.ack) &&
                       !acknowledges_too_old(s, e.seg);
              },
              [](const state<P>& s, const event<P>&) { return challenge(s); }},
      rule<P>{"ACK-4", "rfc9293#3.10.7.4/fifth/syn-received", "our SYN is acknowledged: the connection is open",
              stage::ack,
              [](const state<P>& s, const event<P>& e) {
                return shaking_hands(s) && is(e.seg.has_ack) && acknowledges_our_syn(s, e.seg);
              },
              [](const state<P>& s, const event<P>& e) { return establish(s, e.seg); }},
      rule<P>{"ACK-5", "rfc9293#3.10.7.4/fifth/syn-received", "a wrong acknowledgment is answered by a RST", stage::ack,
              [](const state<P>& s, const event<P>& e) {
                return shaking_hands(s) && is(e.seg.has_ack) && !acknowledges_our_syn(s, e.seg);
              },
              [](const state<P>& s, const event<P>& e) -> outcomes<P> {
                return {answering(with_reset(stop(s), e.seg.ack), e.seg)};
              }},
  };
}

/// The ACK check in the synchronized states.
template <class P>
constexpr auto ack_rules() {
  return std::array{
      rule<P>{"ACK-6", "rfc9293#3.10.7.4/fifth/established", "SND.UNA and the send window move on", stage::ack,
              [](const state<P>& s, const event<P>& e) {
                return in(s, phase::established, phase::fin_wait_2, phase::close_wait) &&
                       acknowledges_in_range(s, e.seg);
              },
              [](const state<P>& s, const event<P>& e) { return acknowledge(s, e.seg); }},
      rule<P>{"ACK-7", "rfc9293#3.10.7.4/fifth/fin-wait-1", "our FIN is not acknowledged yet", stage::ack,
              [](const state<P>& s, const event<P>& e) {
                return in(s, phase::fin_wait_1) && !s.closed_early && acknowledges_in_range(s, e.seg) &&
                       !fin_acknowledged(s, e.seg.ack);
              },
              [](const state<P>& s, const event<P>& e) { return acknowledge(s, e.seg); }},
      rule<P>{"ACK-8", "rfc9293#3.10.7.4/fifth/fin-wait-1", "our FIN is acknowledged: FIN-WAIT-2", stage::ack,
              [](const state<P>& s, const event<P>& e) {
                return in(s, phase::fin_wait_1) && !s.closed_early && acknowledges_in_range(s, e.seg) &&
                       fin_acknowledged(s, e.seg.ack);
              },
              [](const state<P>& s, const event<P>& e) { return acknowledge_into(s, e.seg, phase::fin_wait_2); }},
      rule<P>{"ACK-9", "rfc9293#3.10.7.4/fifth/closing", "our FIN is not acknowledged yet; the rest is ignored",
              stage::ack,
              [](const state<P>& s, const event<P>& e) {
                return in(s, phase::closing, phase::last_ack) && acknowledges_in_range(s, e.seg) &&
                       !fin_acknowledged(s, e.seg.ack);
              },
              [](const state<P>& s, const event<P>& e) { return acknowledge_only(s, e.seg); }},
      rule<P>{"ACK-10", "rfc9293#3.10.7.4/fifth/closing", "our FIN is acknowledged: TIME-WAIT", stage::ack,
              [](const state<P>& s, const event<P>& e) {
                return in(s, phase::closing) && acknowledges_in_range(s, e.seg) && fin_acknowledged(s, e.seg.ack);
              },
              [](const state<P>& s, const event<P>& e) { return acknowledge_and_linger(s, e.seg); }},
      rule<P>{"ACK-11", "rfc9293#3.10.7.4/fifth/last-ack", "our FIN is acknowledged: the connection is over",
              stage::ack,
              [](const state<P>& s, const event<P>& e) {
                return in(s, phase::last_ack) && acknowledges_in_range(s, e.seg) && fin_acknowledged(s, e.seg.ack);
              },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop(deleted(s))}; }},
      rule<P>{"ACK-12", "rfc9293#3.10.7.4/fifth/time-wait", "everything is acknowledged: nothing to do", stage::ack,
              [](const state<P>& s, const event<P>& e) {
                return in(s, phase::time_wait) && acknowledges_in_range(s, e.seg);
              },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {go_on(s)}; }},
  };
}

}  // namespace sequent::spec

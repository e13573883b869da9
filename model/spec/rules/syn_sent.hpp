// A segment arrives in SYN-SENT: RFC 9293 section 3.10.7.3.
#pragma once

#include <array>

#include "model/spec/guards.hpp"
#include "model/spec/rule.hpp"

namespace sequent::spec {

/// True when the ACK field acknowledges our SYN and nothing that was not sent.
template <class P>
[[nodiscard]] constexpr bool acknowledges_syn(const state<P>& s, const segment<P>& seg) {
  return is(seg.has_ack) && is(P(0) < seg.ack) && is(seg.ack <= s.snd_nxt);
}

/// True when there is an ACK field and it points elsewhere.
template <class P>
[[nodiscard]] constexpr bool acknowledges_wrongly(const state<P>& s, const segment<P>& seg) {
  return is(seg.has_ack) && !(is(P(0) < seg.ack) && is(seg.ack <= s.snd_nxt));
}

/// What the peer's SYN tells: its stream starts, and its window counts from there, not scaled (RFC 7323 section 2.2).
template <class P>
[[nodiscard]] state<P> learn_from_syn(const state<P>& s, const segment<P>& seg) {
  state<P> next = s;
  next.rcv_nxt = P(1);
  next.snd_wnd = seg.wnd;
  next.snd_max_wnd = greater(s.snd_max_wnd, seg.wnd);
  next.snd_wl1 = P(0);
  next.snd_wl2 = P(0);
  if (seg.has_timestamps && s.choices.offers_timestamps) {
    next.timestamps = true;
    next.ts_recent = seg.ts_value;
  }
  next.ecn = s.choices.offers_ecn && is(sets_up_ecn(seg));
  return next;
}

/// SYN,ACK of our SYN: the connection is open and the acknowledgment goes out. Text and FIN that came along are not
/// kept; the peer sends them again (C6).
template <class P>
[[nodiscard]] outcomes<P> establish_actively(const state<P>& s, const segment<P>& seg) {
  state<P> next = learn_from_syn(s, seg);
  next.at = phase::established;
  next.snd_una = seg.ack;
  next.snd_wl2 = seg.ack;
  return {with_ack(stop_with(next, signal_established))};
}

/// A bare SYN crosses ours (RFC 9293 figure 7).
template <class P>
[[nodiscard]] outcomes<P> open_simultaneously(const state<P>& s, const segment<P>& seg) {
  state<P> next = learn_from_syn(s, seg);
  next.at = phase::syn_received;
  auto result = stop(next);
  result.seen.sent = reply::syn_ack;
  return {result};
}

/// The peer refuses. RFC 9293 words the signal as a reset; users know it as "refused" (A21): one of the two is raised.
template <class P>
[[nodiscard]] outcomes<P> refused_by_peer(const state<P>& s) {
  return {stop_with(deleted(s), signal_reset, signal_refused), stop_with(deleted(s), signal_refused, signal_reset)};
}

/// Arrivals in SYN-SENT.
template <class P>
constexpr auto syn_sent_rules() {
  return std::array{
      rule<P>{"SYNSENT-1", "rfc9293#3.10.7.3/first", "a RST with a wrong acknowledgment is dropped", stage::syn_sent,
              [](const state<P>& s, const event<P>& e) { return is(e.seg.rst) && acknowledges_wrongly(s, e.seg); },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop(s)}; }},
      rule<P>{"SYNSENT-2", "rfc9293#3.10.7.3/first", "a wrong acknowledgment is answered by a RST where it points",
              stage::syn_sent,
              [](const state<P>& s, const event<P>& e) { return !is(e.seg.rst) && acknowledges_wrongly(s, e.seg); },
              [](const state<P>& s, const event<P>& e) -> outcomes<P> {
                return {answering(with_reset(stop(s), e.seg.ack), e.seg)};
              }},
      rule<P>{"SYNSENT-3", "rfc9293#3.10.7.3/second", "a RST that acknowledges our SYN ends the attempt",
              stage::syn_sent,
              [](const state<P>& s, const event<P>& e) { return is(e.seg.rst) && acknowledges_syn(s, e.seg); },
              [](const state<P>& s, const event<P>&) { return refused_by_peer(s); }},
      rule<P>{"SYNSENT-4", "rfc9293#3.10.7.3/second", "a RST without an acknowledgment proves nothing and is dropped",
              stage::syn_sent, [](const state<P>&, const event<P>& e) { return is(e.seg.rst) && !is(e.seg.has_ack); },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop(s)}; }},
      rule<P>{"SYNSENT-5", "rfc9293#3.10.7.3/fourth", "SYN,ACK establishes the connection and is acknowledged",
              stage::syn_sent,
              [](const state<P>& s, const event<P>& e) {
                return !is(e.seg.rst) && is(e.seg.syn) && acknowledges_syn(s, e.seg);
              },
              [](const state<P>& s, const event<P>& e) { return establish_actively(s, e.seg); }},
      rule<P>{"SYNSENT-6", "rfc9293#3.10.7.3/fourth", "a SYN alone is a simultaneous open and is answered by SYN,ACK",
              stage::syn_sent,
              [](const state<P>&, const event<P>& e) { return !is(e.seg.rst) && is(e.seg.syn) && !is(e.seg.has_ack); },
              [](const state<P>& s, const event<P>& e) { return open_simultaneously(s, e.seg); }},
      rule<P>{"SYNSENT-7", "rfc9293#3.10.7.3/fifth", "neither SYN nor RST: dropped", stage::syn_sent,
              [](const state<P>& s, const event<P>& e) {
                return !is(e.seg.rst) && !is(e.seg.syn) && !acknowledges_wrongly(s, e.seg);
              },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop(s)}; }},
  };
}

}  // namespace sequent::spec

// A segment arrives in LISTEN: RFC 9293 section 3.10.7.2.
#pragma once

#include <array>

#include "model/spec/guards.hpp"
#include "model/spec/rule.hpp"

namespace sequent::spec {

/// Fast Open (RFC 7413 section 4.2.2): text of a SYN with a good cookie may be taken, from the first octet as many as
/// there is room for. Then the SYN's window counts at once, since text may go out before the handshake is complete.
template <class P>
void allow_fast_open(outcomes<P>& permitted, const segment<P>& seg) {
  const outcome<P> plain = permitted.front();
  for (P taken = P(1); is(taken <= seg.text); taken = taken + P(1)) {
    outcome<P> opened = plain;
    opened.next.fast_opened = true;
    opened.next.rcv_nxt = P(1) + taken;
    opened.next.snd_wnd = seg.wnd;
    opened.next.snd_max_wnd = seg.wnd;
    opened.seen.may_ack = true;
    permitted.push_back(opened);
  }
}

/// A SYN starts a connection. Text, FIN and urgent pointer that came with it are not kept, only the SYN is acknowledged
/// (C6, A10), but for Fast Open; the send window is not known before an acknowledgment brings it.
template <class P>
[[nodiscard]] outcomes<P> accept_syn(const state<P>& s, const segment<P>& seg) {
  state<P> next = s;
  next.at = phase::syn_received;
  next.passive = true;
  next.snd_una = P(0);
  next.snd_nxt = P(1);
  next.snd_end = P(1);
  next.rcv_nxt = P(1);
  if (seg.has_timestamps && s.choices.offers_timestamps) {
    next.timestamps = true;
    next.ts_recent = seg.ts_value;
  }
  next.ecn = s.choices.offers_ecn && is(sets_up_ecn(seg));
  auto result = stop(next);
  result.seen.sent = reply::syn_ack;
  outcomes<P> permitted{result};
  if (s.choices.fast_open && seg.good_cookie) allow_fast_open(permitted, seg);
  return permitted;
}

/// Arrivals in LISTEN.
template <class P>
constexpr auto listen_rules() {
  return std::array{
      rule<P>{"LISTEN-1", "rfc9293#3.10.7.2/first", "a RST is ignored", stage::listen,
              [](const state<P>&, const event<P>& e) { return is(e.seg.rst); },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop(s)}; }},
      rule<P>{"LISTEN-2", "rfc9293#3.10.7.2/second", "an acknowledgment of nothing is answered by a RST", stage::listen,
              [](const state<P>&, const event<P>& e) { return !is(e.seg.rst) && is(e.seg.has_ack); },
              [](const state<P>& s, const event<P>& e) -> outcomes<P> {
                return {answering(with_reset(stop(s), e.seg.ack), e.seg)};
              }},
      rule<P>{"LISTEN-3", "rfc9293#3.10.7.2/third", "a SYN is answered by SYN,ACK", stage::listen,
              [](const state<P>&, const event<P>& e) { return !is(e.seg.rst) && !is(e.seg.has_ack) && is(e.seg.syn); },
              [](const state<P>& s, const event<P>& e) { return accept_syn(s, e.seg); }},
      rule<P>{"LISTEN-4", "rfc9293#3.10.7.2/fourth", "anything else is dropped", stage::listen,
              [](const state<P>&, const event<P>& e) { return !is(e.seg.rst) && !is(e.seg.has_ack) && !is(e.seg.syn); },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop(s)}; }},
  };
}

}  // namespace sequent::spec

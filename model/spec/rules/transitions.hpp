// Changes of state that more than one stage makes. RFC 9293 section 3.10.7.4, fifth and sixth checks.
#pragma once

#include "model/spec/guards.hpp"
#include "model/spec/rule.hpp"

namespace sequent::spec {

/// The peer's window as octets. The window of a segment with SYN is never scaled (RFC 7323 section 2.2).
template <class P>
[[nodiscard]] constexpr P window_in_octets(const state<P>& s, const segment<P>& seg) {
  if (seg.syn) return seg.wnd;
  return seg.wnd << s.snd_shift;
}

/// SND.WND, SND.WL1 and SND.WL2 from a segment that is taken to begin at seq.
template <class P>
[[nodiscard]] state<P> with_window(state<P> next, const segment<P>& seg, const P& seq) {
  next.snd_wnd = window_in_octets(next, seg);
  next.snd_wl1 = seq;
  next.snd_wl2 = seg.ack;
  next.snd_max_wnd = greater(next.snd_max_wnd, next.snd_wnd);
  return next;
}

/// The handshake ends: ESTABLISHED, or FIN-WAIT-1 after a CLOSE (C11), FIN-WAIT-2 if the FIN that went out with it is
/// acknowledged too. The segment acknowledges our SYN and gives the window. Where the segment begins is for the caller
/// to say (see begins_at). A user who has read text of the SYN meanwhile (RFC 7413) has made room, which may be told
/// now (RFC 9293 section 3.8.6.2.2).
template <class P>
[[nodiscard]] outcome<P> established_by(const state<P>& s, const segment<P>& seg, const P& seq) {
  state<P> next = with_window(s, seg, seq);
  next.at = s.fin_asked ? phase::fin_wait_1 : phase::established;
  if (fin_acknowledged(s, seg.ack)) next.at = phase::fin_wait_2;
  next.passive = false;
  next.closed_early = false;
  next.fast_opened = false;
  next.snd_una = seg.ack;
  auto result = go_on(next);
  result.seen.signals = signal_established;
  result.seen.may_ack = s.fast_opened;
  return result;
}

/// RFC 9293 reads every segment as if it were trimmed to begin at RCV.NXT, most implementations keep SEG.SEQ as it was
/// sent for the window test. Both are permitted (A29): the list holds SEG.SEQ, and RCV.NXT when that is further on.
template <class P>
[[nodiscard]] std::vector<P> begins_at(const state<P>& s, const segment<P>& seg) {
  if (!empty(seg) && is(seg.seq < s.rcv_nxt)) return {seg.seq, s.rcv_nxt};
  return {seg.seq};
}

/// The sixth check: RCV.UP moves forward to the octet after the urgent data (RFC 6093 section 4). The user is told each
/// time that it does so and lies ahead of what has arrived (MUST-32); an implementation that counts from what the user
/// has consumed may tell it at other times too (A34).
template <class P>
[[nodiscard]] outcome<P> urgent_raised(const state<P>& s, const segment<P>& seg) {
  auto result = go_on(s);
  result.seen.tolerated = signal_urgent;
  const P up = seg.seq + seg.urgent;
  if (s.rcv_up < up) {
    result.next.rcv_up = up;
    if (s.rcv_nxt < up) result.seen.signals = signal_urgent;
  }
  return result;
}

}  // namespace sequent::spec

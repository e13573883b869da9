// What the TCP may put on the wire of its own accord. RFC 9293 sections 3.4, 3.7, 3.8 and 3.10.2.
//
// When and how much it sends is its own affair (C8, C31, C35). What it sends must fit its state, and the right edge
// that it offers never moves left (SHLD-14). RSTs are replies and are seen with the event that causes them.
#pragma once

#include <array>
#include <cstdint>

#include "model/spec/guards.hpp"
#include "model/spec/rule.hpp"

namespace sequent::spec {

/// What a segment on its way out amounts to.
enum class emitted : std::uint8_t {
  forbidden,
  syn,             ///< our SYN, first or again
  syn_ack,         ///< our SYN,ACK, first or again
  acknowledgment,  ///< an empty segment at SND.NXT
  keep_alive,      ///< an empty segment, or one stale octet, just before SND.NXT with nothing outstanding
  repetition,      ///< text or FIN that has all been sent before
  fresh,           ///< text or FIN, some of it new, within the peer's window
  probe,           ///< one new octet or the FIN into a closed window
};

/// The largest window that can be put on the wire: 65535 shifted by 14 (RFC 7323 section 2.3).
inline constexpr int largest_window = 65535 * 16384;

/// True when the right edge that a segment offers is not behind what was offered, nor further than a header can say.
/// Once the peer's FIN has come its window says nothing, and may be anything (A18).
template <class P>
[[nodiscard]] constexpr bool offers_fairly(const state<P>& s, const event<P>& e) {
  const bool more_may_come = receiving(s) || in(s, phase::syn_sent) || shaking_hands(s);
  const P least = more_may_come ? right_edge(s) : s.rcv_nxt;
  return is(least <= e.offered) && is(e.offered - s.rcv_nxt <= P(largest_window));
}

/// A segment without text, FIN, and outside the handshake.
template <class P>
[[nodiscard]] constexpr emitted classify_bare(const state<P>& s, const segment<P>& seg) {
  if (seg.seq == s.snd_nxt) return emitted::acknowledgment;
  const bool may_probe = !shaking_hands(s) && !in(s, phase::time_wait);
  const bool idle = may_probe && is(s.snd_una == s.snd_nxt);
  return idle && is(seg.seq + P(1) == s.snd_una) ? emitted::keep_alive : emitted::forbidden;
}

/// The FIN that RFC 9293 section 3.10.4 sends at once on a CLOSE in SYN-RECEIVED, right behind our SYN. It may as well
/// wait for the handshake, as it may wait for text after a CLOSE in ESTABLISHED (A8).
template <class P>
[[nodiscard]] constexpr emitted classify_early_fin(const state<P>& s, const segment<P>& seg) {
  if (!is(seg.text == P(0)) || !is(seg.seq == s.snd_end)) return emitted::forbidden;
  return s.fin_sent ? emitted::repetition : emitted::fresh;
}

/// A segment with text or FIN.
template <class P>
[[nodiscard]] constexpr emitted classify_stream(const state<P>& s, const segment<P>& seg) {
  if (in(s, phase::time_wait)) return emitted::forbidden;
  if (s.closed_early && seg.fin) return classify_early_fin(s, seg);
  const bool early = s.fast_opened && !is(seg.fin);  // RFC 7413 section 4.2.2
  if (shaking_hands(s) && !early) return emitted::forbidden;
  const P text_end = seg.seq + seg.text;
  if (!is(seg.fin) && is(seg.text == P(1)) && is(text_end == s.snd_una) && is(s.snd_una == s.snd_nxt)) {
    return emitted::keep_alive;
  }
  if (in(s, phase::fin_wait_2)) return emitted::forbidden;
  if (is(seg.seq < s.snd_una) || is(s.snd_nxt < seg.seq) || is(s.snd_end < text_end)) return emitted::forbidden;
  if (seg.fin && (!s.fin_asked || !is(text_end == s.snd_end))) return emitted::forbidden;
  const P end = seg.seq + length(seg);
  if (end <= s.snd_nxt) return emitted::repetition;
  if (end <= s.snd_una + s.snd_wnd) return emitted::fresh;
  const bool one_octet = is(length(seg) == P(1)) && is(seg.seq == s.snd_una);
  return one_octet && is(s.snd_wnd == P(0)) ? emitted::probe : emitted::forbidden;
}

/// RFC 3168 section 6.1.1: a SYN asks for ECN with both bits or not at all, a SYN,ACK grants it with ECE alone, and
/// without the consent of both ends neither bit is ever set. When they are set after that is the ECN oracle's matter.
template <class P>
[[nodiscard]] constexpr bool marks_fairly(const state<P>& s, const segment<P>& seg) {
  if (in(s, phase::syn_sent)) return is(seg.ece) == is(seg.cwr) && (s.choices.offers_ecn || !is(seg.ece));
  if (seg.syn) return !is(seg.cwr) && is(seg.ece) == s.ecn;
  return s.ecn || (!is(seg.ece) && !is(seg.cwr));
}

/// Text of the user's on our SYN: only with Fast Open (RFC 7413 section 4.2.2), and never a FIN.
template <class P>
[[nodiscard]] constexpr bool syn_may_carry(const state<P>& s, const segment<P>& seg) {
  return s.choices.fast_open && !is(seg.fin) && is(seg.text < s.snd_end);
}

/// RFC 7323 section 3.2: a SYN carries timestamps if this end offers them and echoes nothing; every other segment
/// carries them exactly if both SYNs have, and echoes TS.Recent. A SYN,ACK so answers only a SYN that had them.
template <class P>
[[nodiscard]] constexpr bool stamps_fairly(const state<P>& s, const segment<P>& seg) {
  const bool first = in(s, phase::syn_sent);
  if (seg.has_timestamps != (first ? s.choices.offers_timestamps : s.timestamps)) return false;
  return !seg.has_timestamps || is(seg.ts_echo == (first ? P(0) : s.ts_recent));
}

/// What an outgoing segment amounts to in this state.
template <class P>
[[nodiscard]] constexpr emitted classify(const state<P>& s, const event<P>& e) {
  const segment<P>& seg = e.seg;
  if (in(s, phase::closed, phase::listen) || is(seg.rst) || !offers_fairly(s, e)) return emitted::forbidden;
  if (!marks_fairly(s, seg) || !stamps_fairly(s, seg)) return emitted::forbidden;
  const bool bare = !is(seg.fin) && is(seg.text == P(0));
  if (in(s, phase::syn_sent)) {
    const bool fits = bare || syn_may_carry(s, seg);
    return seg.syn && !is(seg.has_ack) && fits && is(seg.seq == P(0)) ? emitted::syn : emitted::forbidden;
  }
  if (!is(seg.has_ack) || !is(seg.ack == s.rcv_nxt)) return emitted::forbidden;
  if (seg.syn) {
    const bool expected = shaking_hands(s) && bare && is(seg.seq == P(0));
    return expected ? emitted::syn_ack : emitted::forbidden;
  }
  return bare ? classify_bare(s, seg) : classify_stream(s, seg);
}

/// True when an emission event amounts to this.
template <class P>
[[nodiscard]] constexpr bool emits(const state<P>& s, const event<P>& e, emitted what) {
  return e.what == kind::emission && classify(s, e) == what;
}

/// The state once the segment is on the wire: what it acknowledges and offers, and how far it reaches.
template <class P>
[[nodiscard]] state<P> having_sent(const state<P>& s, const event<P>& e) {
  state<P> next = s;
  next.rcv_wnd = e.offered - s.rcv_nxt;
  if (e.seg.has_ack) {
    next.last_ack_sent = e.seg.ack;
    next.owes_ack = false;
  }
  next.snd_nxt = greater(s.snd_nxt, P(e.seg.seq + length(e.seg)));
  if (e.seg.fin) {
    next.fin_sent = true;
    if (in(s, phase::close_wait)) next.at = phase::last_ack;
  }
  return next;
}

/// Emissions.
template <class P>
constexpr auto emission_rules() {
  constexpr auto sends = [](const state<P>& s, const event<P>& e) -> outcomes<P> { return {stop(having_sent(s, e))}; };
  return std::array{
      rule<P>{"EMIT-1", "rfc9293#3.10.1", "our SYN, at position 0, without ACK, while in SYN-SENT", stage::emission,
              [](const state<P>& s, const event<P>& e) { return emits(s, e, emitted::syn); }, sends},
      rule<P>{"EMIT-2", "rfc9293#3.10.7.2/third", "our SYN,ACK, at position 0, while the handshake lasts",
              stage::emission, [](const state<P>& s, const event<P>& e) { return emits(s, e, emitted::syn_ack); },
              sends},
      rule<P>{"EMIT-3", "rfc9293#3.4", "an acknowledgment of what is expected, at SND.NXT", stage::emission,
              [](const state<P>& s, const event<P>& e) { return emits(s, e, emitted::acknowledgment); }, sends},
      rule<P>{"EMIT-4", "rfc9293#3.8.4/MAY-6", "a keep-alive just before SND.NXT when nothing is outstanding",
              stage::emission, [](const state<P>& s, const event<P>& e) { return emits(s, e, emitted::keep_alive); },
              sends},
      rule<P>{"EMIT-5", "rfc9293#3.8.6/MAY-7", "what was sent before may be sent again, whatever the window says",
              stage::emission, [](const state<P>& s, const event<P>& e) { return emits(s, e, emitted::repetition); },
              sends},
      rule<P>{"EMIT-6", "rfc9293#3.8.6", "new text and the FIN go out without a gap and inside the peer's window",
              stage::emission, [](const state<P>& s, const event<P>& e) { return emits(s, e, emitted::fresh); }, sends},
      rule<P>{"EMIT-7", "rfc9293#3.8.6.1", "one new octet probes a closed window", stage::emission,
              [](const state<P>& s, const event<P>& e) { return emits(s, e, emitted::probe); }, sends},
      rule<P>{"EMIT-8", "rfc9293#3.4", "nothing else may be sent", stage::emission,
              [](const state<P>& s, const event<P>& e) { return emits(s, e, emitted::forbidden); },
              [](const state<P>&, const event<P>&) -> outcomes<P> { return {}; }},
  };
}

}  // namespace sequent::spec

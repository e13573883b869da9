// Predicates and outcome makers that several rule files share. RFC 9293 sections 3.3.1, 3.4 and 3.10.7.4.
//
// Everything here uses of P only + - << and comparisons, and asks cheap flags before it compares positions: a symbolic
// position forks the path at each comparison.
#pragma once

#include "model/spec/event.hpp"
#include "model/spec/rule.hpp"
#include "model/spec/state.hpp"

namespace sequent::spec {

/// A truth value as bool. A symbolic one forks here.
template <class T>
[[nodiscard]] constexpr bool is(const T& value) {
  return value ? true : false;
}

/// The smaller of two positions.
template <class P>
[[nodiscard]] constexpr P lesser(const P& a, const P& b) {
  if (b < a) return b;
  return a;
}

/// The larger of two positions.
template <class P>
[[nodiscard]] constexpr P greater(const P& a, const P& b) {
  if (a < b) return b;
  return a;
}

/// True in any of the phases listed.
template <class P, class... Phases>
[[nodiscard]] constexpr bool in(const state<P>& s, Phases... phases) {
  return ((s.at == phases) || ...);
}

/// The peer's SYN has come and ours is not acknowledged: SYN-RECEIVED, and FIN-WAIT-1 by a CLOSE there. What a segment
/// must prove before anything of it is believed is the same in both (A8).
template <class P>
[[nodiscard]] constexpr bool shaking_hands(const state<P>& s) {
  return in(s, phase::syn_received) || s.closed_early;
}

/// A reset or a new SYN sends the connection back to LISTEN: it came from a passive OPEN, and nobody has closed it.
template <class P>
[[nodiscard]] constexpr bool may_listen_again(const state<P>& s) {
  return in(s, phase::syn_received) && s.passive && !s.fin_asked;
}

/// The synchronized states of RFC 9293 section 3.5.2: ESTABLISHED and later.
template <class P>
[[nodiscard]] constexpr bool synchronized(const state<P>& s) {
  return !s.closed_early && in(s, phase::established, phase::fin_wait_1, phase::fin_wait_2, phase::close_wait,
                               phase::closing, phase::last_ack, phase::time_wait);
}

/// The states in which the peer may still send text: its FIN has not been processed.
template <class P>
[[nodiscard]] constexpr bool receiving(const state<P>& s) {
  return !s.closed_early && in(s, phase::established, phase::fin_wait_1, phase::fin_wait_2);
}

/// SEG.LEN: octets of text, plus one for a SYN and one for a FIN (RFC 9293 section 3.4).
template <class P>
[[nodiscard]] constexpr P length(const segment<P>& seg) {
  P octets = seg.text;
  if (seg.syn) octets = octets + P(1);
  if (seg.fin) octets = octets + P(1);
  return octets;
}

/// True for a SYN or SYN,ACK that sets up ECN: both bits on the one, ECE alone on the other (RFC 3168 section 6.1.1).
template <class P>
[[nodiscard]] constexpr truth<P> sets_up_ecn(const segment<P>& seg) {
  return seg.ece && ((seg.cwr && !seg.has_ack) || (!seg.cwr && seg.has_ack));
}

/// True when a segment occupies no sequence space.
template <class P>
[[nodiscard]] constexpr bool empty(const segment<P>& seg) {
  return !is(seg.syn) && !is(seg.fin) && is(seg.text == P(0));
}

/// One past the last position offered to the peer.
template <class P>
[[nodiscard]] constexpr P right_edge(const state<P>& s) {
  return s.rcv_nxt + s.rcv_wnd;
}

/// True when a position lies in the receive window.
template <class P>
[[nodiscard]] constexpr bool in_window(const state<P>& s, const P& x) {
  return is(s.rcv_nxt <= x) && is(x < right_edge(s));
}

/// RFC 9293 Table 6. The rows for a zero window need no words of their own beyond the empty segment at rcv_nxt: no
/// position lies in an empty window.
template <class P>
[[nodiscard]] constexpr bool acceptable(const state<P>& s, const segment<P>& seg) {
  if (in_window(s, seg.seq)) return true;
  if (empty(seg)) return is(seg.seq == s.rcv_nxt) && is(s.rcv_wnd == P(0));
  return in_window(s, P(seg.seq + length(seg) - P(1)));
}

/// True for what RFC 9293 makes special allowance for: the window is closed and the segment starts at its edge
/// (MUST-66).
template <class P>
[[nodiscard]] constexpr bool at_closed_window(const state<P>& s, const segment<P>& seg) {
  return is(s.rcv_wnd == P(0)) && is(seg.seq == s.rcv_nxt);
}

/// The position of a segment's FIN.
template <class P>
[[nodiscard]] constexpr P fin_position(const segment<P>& seg) {
  return seg.seq + seg.text;
}

/// True when our FIN has been sent and una acknowledges it.
template <class P>
[[nodiscard]] constexpr bool fin_acknowledged(const state<P>& s, const P& una) {
  return s.fin_sent && is(una == s.snd_nxt);
}

/// What is left of a connection that is deleted: CLOSED, with nothing but the choices that the TCP made.
template <class P>
[[nodiscard]] state<P> deleted(const state<P>& s) {
  state<P> next;
  next.choices = s.choices;
  return next;
}

/// What is left of a passive connection that goes back to LISTEN.
template <class P>
[[nodiscard]] state<P> back_to_listen(const state<P>& s) {
  state<P> next;
  next.at = phase::listen;
  next.passive = true;
  next.choices = s.choices;
  return next;
}

/// Processing ends here and nothing is seen.
template <class P>
[[nodiscard]] outcome<P> stop(const state<P>& next) {
  return {next, {}, true};
}

/// Processing ends here and the user is told.
template <class P>
[[nodiscard]] outcome<P> stop_with(const state<P>& next, std::uint32_t signals, std::uint32_t tolerated = 0) {
  outcome<P> result{next, {}, true};
  result.seen.signals = signals;
  result.seen.tolerated = tolerated;
  return result;
}

/// Processing goes on with the next stage and nothing has been seen yet.
template <class P>
[[nodiscard]] outcome<P> go_on(const state<P>& next) {
  return {next, {}, false};
}

/// The same outcome with an immediate acknowledgment as its reply.
template <class P>
[[nodiscard]] outcome<P> with_ack(outcome<P> result) {
  result.next.owes_ack = true;
  result.seen.sent = reply::ack;
  return result;
}

/// Processing ends with an acknowledgment of what is expected: <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>.
template <class P>
[[nodiscard]] outcome<P> answer(const state<P>& next) {
  return with_ack(stop(next));
}

/// Processing ends with an acknowledgment that may be throttled away (RFC 5961 section 7, C24), but only then.
template <class P>
[[nodiscard]] outcomes<P> challenge(const state<P>& next) {
  auto silent = stop(next);
  silent.seen.throttled = true;
  return {answer(next), silent};
}

/// The same outcome in TIME-WAIT, whose timer starts or starts over.
template <class P>
[[nodiscard]] outcome<P> lingering(outcome<P> result) {
  result.next.at = phase::time_wait;
  result.seen.lingers = true;
  return result;
}

/// The same outcome with a RST as its reply, <SEQ=seq><CTL=RST>.
template <class P>
[[nodiscard]] outcome<P> with_reset(outcome<P> result, const P& seq) {
  result.seen.sent = reply::reset;
  result.seen.reset_seq = seq;
  return result;
}

/// The same outcome with <SEQ=seq><ACK=ack><CTL=RST,ACK> as its reply.
template <class P>
[[nodiscard]] outcome<P> with_reset(outcome<P> result, const P& seq, const P& ack) {
  result = with_reset(result, seq);
  result.seen.reset_ack = ack;
  return result;
}

/// The RST of an outcome carries our clock and TS.Recent, where timestamps are in use: a user gives the connection up
/// (RFC 7323 section 5.2).
template <class P>
[[nodiscard]] outcome<P> stamped(outcome<P> result, const state<P>& s) {
  if (s.timestamps) result.seen.reset_echo = s.ts_recent;
  return result;
}

/// The RST of an outcome carries 0 and the timestamp of the segment that has caused it, if that has one, whatever was
/// agreed (RFC 7323 section 5.2, which recommends it: decided).
template <class P>
[[nodiscard]] outcome<P> answering(outcome<P> result, const segment<P>& seg) {
  result.seen.reset_echo.reset();
  result.seen.reset_answers = seg.has_timestamps;
  if (seg.has_timestamps) result.seen.reset_echo = seg.ts_value;
  return result;
}

/// The same for each of several outcomes.
template <class P>
[[nodiscard]] outcomes<P> answering(outcomes<P> permitted, const segment<P>& seg) {
  for (auto& each : permitted) each = answering(each, seg);
  return permitted;
}

/// The connection is deleted with a RST on its way to the peer: with or without an ACK field (C14), and with timestamps
/// where they are in use.
template <class P>
[[nodiscard]] outcomes<P> deleted_with_reset(const state<P>& s, std::uint32_t signals, std::uint32_t tolerated = 0) {
  const auto gone = stamped(stop_with(deleted(s), signals, tolerated), s);
  return {with_reset(gone, s.snd_nxt), with_reset(gone, s.snd_nxt, s.rcv_nxt)};
}

}  // namespace sequent::spec

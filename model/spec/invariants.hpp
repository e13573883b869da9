// What holds of every state that the specification can reach: an inductive invariant. Checked over samples and random
// walks in tests/spec; proofs may take it as the assumption about the state before a step.
#pragma once

#include "model/spec/guards.hpp"
#include "model/spec/reassembly.hpp"
#include "model/spec/rules/emission.hpp"
#include "model/spec/state.hpp"

namespace sequent::spec {

/// What is wrong with the send side, in words, or a null pointer.
template <class P>
[[nodiscard]] constexpr const char* ill_formed_send_side(const state<P>& s) {
  if (s.fin_sent && !s.fin_asked) return "a FIN was sent that nobody asked for";
  if (s.left && !s.fin_asked) return "a user who has left did not close";
  if (s.snd_una < P(0) || s.snd_nxt < s.snd_una) return "snd_una lies outside what was sent";
  if (s.fin_sent && !is(s.snd_nxt == s.snd_end + P(1))) return "the FIN does not follow the last octet";
  if (!s.fin_sent && is(s.snd_end < s.snd_nxt)) return "more was sent than the user wrote";
  if (s.snd_wnd < P(0) || s.snd_max_wnd < s.snd_wnd) return "the send window exceeds the largest one seen";
  if (s.snd_una < s.snd_wl2) return "snd_wl2 is ahead of snd_una";
  return nullptr;
}

/// What is wrong with the receive side, in words, or a null pointer.
template <class P>
[[nodiscard]] constexpr const char* ill_formed_receive_side(const state<P>& s) {
  if (s.rcv_wnd < P(0) || P(largest_window) < s.rcv_wnd) return "the receive window cannot be advertised";
  if (s.rcv_nxt < s.last_ack_sent) return "something was acknowledged that has not come";
  if (s.rcv_up < P(0)) return "the urgent pointer lies before the stream";
  P least = s.rcv_nxt;
  for (const auto& each : s.held) {
    if (!is(least < each.first) || !is(each.first < each.last)) return "held ranges touch, overlap or are empty";
    least = each.last;
  }
  if (!s.held.empty() && is(text_limit(s) < least)) return "text is held beyond the window or the FIN";
  if (s.fin_held && (!is(s.rcv_nxt < *s.fin_held) || !is(*s.fin_held < right_edge(s)))) {
    return "a FIN is held outside the window";
  }
  if (!receiving(s) && (!s.held.empty() || s.fin_held)) return "something is held although the stream has ended";
  return nullptr;
}

/// What is wrong with the bond between the phase and our SYN and FIN, in words, or a null pointer.
template <class P>
[[nodiscard]] constexpr const char* ill_formed_phase(const state<P>& s) {
  const bool before_handshake = in(s, phase::closed, phase::listen);
  const bool handshake = in(s, phase::syn_sent) || shaking_hands(s);
  if (before_handshake && !is(s.snd_nxt == P(0))) return "something was sent without a connection";
  if (handshake && !is(s.snd_una == P(0))) return "something is acknowledged before the handshake is complete";
  if (s.closed_early && (!in(s, phase::fin_wait_1) || !s.fin_asked)) return "an early CLOSE outlives FIN-WAIT-1";
  const P sent_before = s.fin_sent ? P(2) : P(1);
  if (handshake && !s.choices.fast_open && !is(s.snd_nxt == sent_before)) return "more than the SYN is outstanding";
  if (s.fast_opened && !shaking_hands(s)) return "an early opening outlives the handshake";
  if (synchronized(s) && is(s.snd_una < P(1))) return "our SYN is not acknowledged";
  if (in(s, phase::closed, phase::listen, phase::syn_sent) && !is(s.rcv_nxt == P(0))) return "rcv_nxt without a SYN";
  if (!in(s, phase::closed, phase::listen, phase::syn_sent) && is(s.rcv_nxt < P(1))) return "the peer's SYN is missing";
  if (s.passive && !in(s, phase::listen) && !shaking_hands(s)) return "the origin outlives the handshake";
  const bool may_ask = !in(s, phase::closed, phase::listen, phase::syn_sent, phase::established);
  if (s.fin_asked && !may_ask) return "a CLOSE is queued in a state that has none";
  const bool acknowledged = fin_acknowledged(s, s.snd_una);
  if (in(s, phase::fin_wait_1, phase::closing) && (!s.fin_asked || acknowledged)) return "a FIN should be outstanding";
  if (in(s, phase::last_ack) && (!s.fin_sent || acknowledged)) return "our FIN should be outstanding";
  if (in(s, phase::fin_wait_2, phase::time_wait) && !acknowledged) return "our FIN should be acknowledged";
  if (in(s, phase::syn_received, phase::close_wait) && s.fin_sent) return "the FIN was sent too early";
  return nullptr;
}

/// The first thing that is wrong with a state, in words, or a null pointer when it is well formed.
template <class P>
[[nodiscard]] constexpr const char* ill_formed(const state<P>& s) {
  if (const char* wrong = ill_formed_phase(s)) return wrong;
  if (const char* wrong = ill_formed_send_side(s)) return wrong;
  return ill_formed_receive_side(s);
}

/// True when nothing is wrong with a state.
template <class P>
[[nodiscard]] constexpr bool well_formed(const state<P>& s) {
  return ill_formed(s) == nullptr;
}

}  // namespace sequent::spec

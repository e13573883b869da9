// The abstraction function: what a production control block, segment or step means in the specification's words.
//
// Written over the word type W of the core and the position type P of the specification, so that the lockstep run
// (std::uint32_t, std::int64_t) and the proofs (symbolic words and positions) compare by the very same function.
// `places` turns numbers into positions; it offers
//   P send(sequence_number<W>)     the position on our axis nearest SND.UNA
//   P receive(sequence_number<W>)  the position on the peer's axis nearest RCV.NXT
//   P clock(sequence_number<W>)    the position on the peer's timestamp clock nearest TS.Recent
//   P octets(W)                    an amount
//   truth<P> bit(W, u32)           whether a bit is set
#pragma once

#include <cstdint>
#include <vector>

#include "model/spec/event.hpp"
#include "model/spec/guards.hpp"
#include "model/spec/state.hpp"
#include "sequent/core/actions.hpp"
#include "sequent/core/control_block.hpp"
#include "sequent/wire/segment.hpp"

namespace sequent::refinement {

/// What the specification knows of a connection and a control block does not: it is kept by the layers around it.
template <class P>
struct surplus {
  P snd_end{};                         ///< position after the last octet the user gave
  std::vector<spec::range<P>> held{};  ///< what is stored out of order
  bool owes_ack = false;
  bool left = false;  ///< the user has closed both directions
  spec::policy choices{};
};

/// The specification's phase of a state. Both list RFC 9293's eleven in the same order.
[[nodiscard]] constexpr spec::phase phase_of(connection_state state) noexcept {
  return static_cast<spec::phase>(static_cast<std::uint8_t>(state));
}

/// The specification's state of a control block. Members that mean nothing in a phase are zero.
template <class P, word W, class Places>
[[nodiscard]] spec::state<P> abstract_state(const control_block<W>& tcb, const Places& places, const surplus<P>& more) {
  spec::state<P> s;
  s.at = phase_of(tcb.state);
  s.choices = more.choices;
  s.choices.offers_timestamps = tcb.offer.timestamps;
  s.choices.offers_ecn = tcb.offer.ecn;
  s.closed_early = tcb.closed_early;
  s.passive = tcb.passive && (s.at == spec::phase::listen || spec::shaking_hands(s));
  if (s.at == spec::phase::closed || s.at == spec::phase::listen) return s;
  s.snd_una = places.send(tcb.snd.una);
  s.snd_nxt = places.send(tcb.snd.nxt);
  s.snd_end = more.snd_end;
  s.fin_asked = tcb.snd.fin_asked;
  s.fin_sent = tcb.snd.fin_sent;
  s.left = more.left;
  s.rcv_wnd = places.octets(tcb.rcv.wnd);
  s.snd_shift = places.octets(tcb.snd.shift);
  if (s.at == spec::phase::syn_sent) return s;
  s.snd_wnd = places.octets(tcb.snd.wnd);
  s.snd_max_wnd = places.octets(tcb.snd.max_wnd);
  if (!s.passive) {  // until the handshake of a passive connection is complete nothing has given it a window
    s.snd_wl1 = places.receive(tcb.snd.wl1);
    s.snd_wl2 = places.send(tcb.snd.wl2);
  }
  s.rcv_nxt = places.receive(tcb.rcv.nxt);
  s.rcv_up = places.receive(tcb.rcv.up);
  if (tcb.rcv.fin) s.fin_held = places.receive(*tcb.rcv.fin);
  s.held = more.held;
  s.owes_ack = more.owes_ack;
  s.ecn = tcb.ecn;
  s.fast_opened = tcb.fast_opened && s.passive;
  s.timestamps = tcb.ts.enabled;
  if (s.timestamps) s.ts_recent = places.clock(tcb.ts.recent);
  s.last_ack_sent = places.receive(tcb.ts.last_ack_sent);
  return s;
}

/// The specification's segment.
template <class P, word W, class Places>
[[nodiscard]] spec::segment<P> abstract_segment(const segment<W>& seg, const Places& places, bool ts_stale) {
  spec::segment<P> s;
  const W bits = seg.control.wire();
  s.has_ack = places.bit(bits, control_bits<W>::ack_bit);
  s.syn = places.bit(bits, control_bits<W>::syn_bit);
  s.rst = places.bit(bits, control_bits<W>::rst_bit);
  s.fin = places.bit(bits, control_bits<W>::fin_bit);
  s.urg = places.bit(bits, control_bits<W>::urg_bit);
  s.ece = places.bit(bits, control_bits<W>::ece_bit);
  s.cwr = places.bit(bits, control_bits<W>::cwr_bit);
  s.seq = places.receive(seg.seq);
  s.ack = places.send(seg.ack);
  s.wnd = places.octets(seg.wnd);
  s.urgent = places.octets(seg.up);
  s.text = places.octets(seg.text_length);
  s.has_timestamps = seg.options.ts.has_value();
  if (s.has_timestamps) s.ts_value = places.clock(seg.options.ts->value);
  s.ts_stale = ts_stale;
  return s;
}

/// The specification's name of what a step sends.
[[nodiscard]] constexpr spec::reply reply_of(reply answer) noexcept {
  switch (answer) {
    case reply::none: break;
    case reply::ack:
    case reply::challenge_ack: return spec::reply::ack;
    case reply::syn: return spec::reply::syn;
    case reply::syn_ack: return spec::reply::syn_ack;
    case reply::reset: return spec::reply::reset;
  }
  return spec::reply::none;
}

/// The specification's names of what a step tells the user. That an orderly end was reached, and that the path is in
/// trouble, the specification leaves to the implementation.
[[nodiscard]] constexpr std::uint32_t signals_of(signals raised) noexcept {
  std::uint32_t bits = 0;
  if (raised.has(signal::established)) bits |= spec::signal_established;
  if (raised.has(signal::peer_closed)) bits |= spec::signal_closing;
  if (raised.has(signal::reset)) bits |= spec::signal_reset;
  if (raised.has(signal::refused)) bits |= spec::signal_refused;
  if (raised.has(signal::timed_out)) bits |= spec::signal_timed_out;
  if (raised.has(signal::urgent)) bits |= spec::signal_urgent;
  return bits;
}

/// So many challenges have gone out in this period that the next one may be left out (RFC 5961 section 7).
template <word W>
[[nodiscard]] constexpr bool challenges_used_up(const control_block<W>& tcb, instant now) noexcept {
  const challenge_allowance& allowance = tcb.challenges;
  const bool same_period = now >= allowance.since && now - allowance.since < challenge_allowance::period;
  return allowance.limit == 0 || (same_period && allowance.sent >= allowance.limit);
}

/// What is seen of a step. `known` says whether a connection gives the numbers of a RST their meaning; if none does, as
/// in CLOSED and LISTEN, the sequence number of a RST that acknowledges is a plain number.
template <class P, word W, class Places>
[[nodiscard]] spec::observation<P> abstract_actions(const actions<W>& out, const Places& places, bool known) {
  spec::observation<P> seen;
  seen.sent = reply_of(out.answer);
  seen.signals = signals_of(out.raised);
  seen.lingers = out.time_wait;
  if (seen.sent == spec::reply::reset) {
    const bool plain = !known && out.reset_ack.has_value();
    seen.reset_seq = plain ? places.octets(out.reset_seq.wire()) : places.send(out.reset_seq);
    if (out.reset_ack) seen.reset_ack = places.receive(*out.reset_ack);
    if (out.reset_echo) seen.reset_echo = places.clock(*out.reset_echo);
    seen.reset_answers = out.reset_echo.has_value();
  }
  return seen;
}

}  // namespace sequent::refinement

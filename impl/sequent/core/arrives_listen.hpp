// SEGMENT ARRIVES in LISTEN (RFC 9293 section 3.10.7.2).
#pragma once

#include "sequent/core/handshake.hpp"
#include "sequent/core/reply.hpp"

namespace sequent {

/// Fast Open (RFC 7413 section 4.2.2): text of the SYN is taken and acknowledged with it, and the SYN's window may be
/// used before the handshake is complete. Nothing was offered, so the right edge is still RCV.NXT.
template <word W>
constexpr void take_syn_text(control_block<W>& tcb, const segment<W>& seg, W room, actions<W>& out) noexcept {
  out.text_take = lesser(seg.text_length, room);
  if (out.text_take == W(0u)) return;
  out.text = text_placement::in_order;
  out.text_at = tcb.rcv.nxt;
  tcb.rcv.nxt = tcb.rcv.nxt + out.text_take;
  tcb.fast_opened = true;
  tcb.snd.wnd = seg.wnd;
  tcb.snd.max_wnd = seg.wnd;
  tcb.snd.wl1 = seg.seq;
  tcb.snd.wl2 = tcb.snd.una;
}

/// A SYN opens the connection with the ISS of the surroundings; an ACK is answered with RST; the rest is dropped. Text
/// and FIN on the SYN are not kept: the peer sends them again (C6 of docs/choices.md). Fast Open keeps the text.
template <word W>
constexpr void arrives_listen(control_block<W>& tcb, const segment<W>& seg, const surroundings<W>& around,
                              actions<W>& out) noexcept {
  if (seg.control.rst()) return;                              // first
  if (seg.control.ack()) return answer_with_reset(seg, out);  // second
  if (!seg.control.syn()) return;                             // fourth; the third is for multilevel security
  take_syn(tcb, seg, around.now);
  start_sending(tcb, around.iss);
  tcb.state = connection_state::syn_received;
  tcb.passive = true;
  out.answer = reply::syn_ack;
  if (around.syn_text != 0) take_syn_text(tcb, seg, W(around.syn_text), out);
}

}  // namespace sequent

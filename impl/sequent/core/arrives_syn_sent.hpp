// SEGMENT ARRIVES in SYN-SENT (RFC 9293 section 3.10.7.3).
#pragma once

#include "sequent/core/handshake.hpp"
#include "sequent/core/reply.hpp"

namespace sequent {

/// The peer's answer to our SYN, or its own SYN crossing it. RST needs an acceptable ACK and has no sequence check
/// (erratum 8167). Text and FIN on the SYN are not kept (C6 of docs/choices.md).
template <word W>
constexpr void arrives_syn_sent(control_block<W>& tcb, const segment<W>& seg, const surroundings<W>& around,
                                actions<W>& out) noexcept {
  const bool has_ack = seg.control.ack();
  const bool acceptable_ack = has_ack && after_until(tcb.snd.iss, seg.ack, tcb.snd.nxt);
  if (has_ack && !acceptable_ack) {  // first
    if (!seg.control.rst()) answer_with_reset(seg, out);
    return;
  }
  if (seg.control.rst()) {  // second
    if (!acceptable_ack) return;
    delete_block(tcb, out);
    out.raised.raise(signal::reset);
    return;
  }
  if (!seg.control.syn()) return;  // fifth
  take_syn(tcb, seg, around.now);  // fourth
  if (!acceptable_ack) {
    // Simultaneous open. The window is taken now; WL2 gets its meaning when an ACK arrives (A13).
    tcb.state = connection_state::syn_received;
    tcb.snd.wnd = seg.wnd;
    tcb.snd.max_wnd = seg.wnd;
    tcb.snd.wl1 = seg.seq;
    tcb.snd.wl2 = tcb.snd.una;
    out.answer = reply::syn_ack;
    return;
  }
  out.acked = seg.ack - tcb.snd.una;
  out.acceptable_ack = true;
  tcb.snd.una = seg.ack;
  take_window(tcb.snd, seg);  // RFC 1122 section 4.2.2.20 (c); see A12
  out.window_opened = true;
  tcb.state = connection_state::established;  // a CLOSE would have deleted the record
  out.raised.raise(signal::established);
  answer_with_ack(out);
}

}  // namespace sequent

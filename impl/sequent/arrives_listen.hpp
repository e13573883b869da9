// SEGMENT ARRIVES in LISTEN (RFC 9293 section 3.10.7.2).
#pragma once

#include "sequent/handshake.hpp"
#include "sequent/reply.hpp"

namespace sequent {

/// A SYN opens the connection with the ISS of the surroundings; an ACK is answered with RST; the rest is dropped. Text
/// and FIN on the SYN are not kept: the peer sends them again (C6 of docs/choices.md).
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
}

}  // namespace sequent

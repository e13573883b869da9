// Writing the segment that a step asks for, where there is no connection with buffers to write it: for a half-open
// connection, one in TIME-WAIT, and none at all.
#pragma once

#include <optional>

#include "sequent/core/actions.hpp"
#include "sequent/core/control_block.hpp"
#include "sequent/core/transmit.hpp"
#include "sequent/wire/segment.hpp"

namespace sequent {

/// The RST that a step asks for (RFC 9293 section 3.5.2), without ports. Constant time.
template <word W>
[[nodiscard]] constexpr segment<W> compose_reset(const actions<W>& step) noexcept {
  segment<W> seg;
  seg.seq = step.reset_seq;
  seg.control = control_bits<W>(W(control_bits<W>::rst_bit));
  if (step.reset_ack) {
    seg.ack = *step.reset_ack;
    seg.control = seg.control.with(control_bits<W>::ack_bit);
  }
  if (step.reset_echo) seg.stamp({sequence_number<W>(), *step.reset_echo});
  return seg;
}

/// The segment that answers what `tcb` has just processed, without ports; nothing if the step asks for none. The window
/// stays as it was offered, since nothing has been read or stored. `clock` is our timestamp clock. Constant time.
template <word W>
[[nodiscard]] constexpr std::optional<segment<W>> compose_answer(const control_block<W>& tcb, const actions<W>& step,
                                                                 W clock) noexcept {
  switch (step.answer) {
    case reply::none: return std::nullopt;
    case reply::reset: return compose_reset(step);
    case reply::syn:
    case reply::syn_ack: return compose_syn(tcb, lesser(tcb.rcv.wnd, W(0xffffu)), clock);
    case reply::ack:
    case reply::challenge_ack: break;
  }
  const W field = lesser(tcb.rcv.wnd >> tcb.rcv.shift, W(0xffffu));
  return compose(tcb, tcb.snd.nxt, W(0u), control_bits<W>(), field, clock);
}

}  // namespace sequent

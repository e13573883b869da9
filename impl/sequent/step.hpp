// The only dispatcher of SEGMENT ARRIVES (RFC 9293 section 3.10.7): from a state to the walk that belongs to it.
#pragma once

#include "sequent/core/arrives_closed.hpp"
#include "sequent/core/arrives_listen.hpp"
#include "sequent/core/arrives_syn_sent.hpp"
#include "sequent/core/arrives_synchronized.hpp"

namespace sequent {

/// Processes one segment: changes the control block and says in `out`, which is as new, what is to be done. A pure
/// function of its arguments; constant time. The segment has passed the checksum and belongs to this connection.
template <word W>
constexpr void step(control_block<W>& tcb, const segment<W>& seg, const surroundings<W>& around,
                    actions<W>& out) noexcept {
  switch (tcb.state) {
    case connection_state::closed: arrives_closed(seg, out); break;
    case connection_state::listen: arrives_listen(tcb, seg, around, out); break;
    case connection_state::syn_sent: arrives_syn_sent(tcb, seg, around, out); break;
    default: arrives_synchronized(tcb, seg, around.now, out); break;
  }
}

/// The same with the actions as a value.
template <word W>
[[nodiscard]] constexpr actions<W> step(control_block<W>& tcb, const segment<W>& seg,
                                        const surroundings<W>& around) noexcept {
  actions<W> out;
  step(tcb, seg, around, out);
  return out;
}

}  // namespace sequent

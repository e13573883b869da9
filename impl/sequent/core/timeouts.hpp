// Timeouts that change the state (RFC 9293 section 3.10.8).
#pragma once

#include "sequent/core/reply.hpp"
#include "sequent/core/user_calls.hpp"

namespace sequent {

/// USER TIMEOUT, and R2 of section 3.8.3 which this library takes to be the same threshold (C34): the record is deleted
/// and the user told, in LISTEN too. A peer that may exist is told as well, with a RST (A37); in TIME-WAIT it has
/// closed in good order.
template <word W>
constexpr void user_timeout(control_block<W>& tcb, actions<W>& out) noexcept {
  if (tcb.state == connection_state::closed) return;
  if (tcb.state > connection_state::syn_sent && tcb.state != connection_state::time_wait) reset_peer(tcb, out);
  out.raised.raise(signal::timed_out);
  delete_block(tcb, out);
}

/// The host takes back what a connection holds that its user has left: the record is deleted, and the peer told by a
/// RST also where both have closed and ABORT would be silent, as what is outstanding will not be sent again. TIME-WAIT
/// has nothing outstanding and goes on (MUST-13); before a peer is known there is nothing to take back.
template <word W>
constexpr void evict(control_block<W>& tcb, actions<W>& out) noexcept {
  if (tcb.state <= connection_state::syn_sent || tcb.state == connection_state::time_wait) return;
  reset_peer(tcb, out);
  delete_block(tcb, out);
}

/// TIME-WAIT TIMEOUT: two maximum segment lifetimes have passed (MUST-13).
template <word W>
constexpr void time_wait_timeout(control_block<W>& tcb, actions<W>& out) noexcept {
  if (tcb.state != connection_state::time_wait) return;
  out.raised.raise(signal::closed);
  delete_block(tcb, out);
}

}  // namespace sequent

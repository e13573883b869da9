// What an ICMP hard error does to the state of a connection (RFC 9293 section 3.9.2.2).
#pragma once

#include "sequent/core/reply.hpp"

namespace sequent {

/// A hard error about a segment that is outstanding. Before the connection is synchronized it ends the attempt
/// (SHLD-26): the record is deleted and the user told, or a passive connection waits for the next SYN, as a RST would
/// make it. Once a peer has answered, some router's word is not enough (RFC 5461 section 2.1, RFC 5927 section 5.2):
/// nothing changes.
template <word W>
constexpr void hard_error(control_block<W>& tcb, actions<W>& out) noexcept {
  const bool half_open = tcb.syn_pending();
  if (!half_open && tcb.state != connection_state::syn_sent) return;
  if (half_open && may_listen_again(tcb)) return return_to_listen(tcb, out);
  out.raised.raise(signal::unreachable);
  delete_block(tcb, out);
}

}  // namespace sequent

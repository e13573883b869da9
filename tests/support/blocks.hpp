// Control blocks in a given state, for tests of the control core without buffers.
#pragma once

#include "sequent/step.hpp"
#include "tests/support/build.hpp"

namespace sequent::test {

/// Where the numbers of such a block begin.
struct block_origin {
  u32 iss = 999;    ///< SND.UNA is one more
  u32 irs = 4'999;  ///< RCV.NXT is one more, or two past the peer's FIN
};

/// A block that has finished its handshake without options, with a window of 1000 octets each way and a FIN sent or
/// received as the state says. Nothing but that FIN is outstanding.
[[nodiscard]] constexpr control_block<u32> block_in(connection_state state, block_origin origin = {}) {
  control_block<u32> tcb;
  tcb.state = state;
  if (state == connection_state::closed || state == connection_state::listen) {
    tcb.passive = state == connection_state::listen;
    return tcb;
  }
  send_variables<u32>& snd = tcb.snd;
  snd.iss = sequence_number<u32>(origin.iss);
  snd.una = snd.iss;
  snd.nxt = snd.iss + 1u;
  if (state == connection_state::syn_sent) return tcb;
  tcb.rcv.irs = sequence_number<u32>(origin.irs);
  tcb.rcv.nxt = tcb.rcv.irs + 1u;
  tcb.rcv.up = tcb.rcv.nxt;
  tcb.rcv.wnd = 1'000;
  tcb.peer_mss = 536;
  tcb.ts.last_ack_sent = tcb.rcv.nxt;
  if (state == connection_state::syn_received) return tcb;
  snd.una = snd.nxt;
  snd.wnd = snd.max_wnd = 1'000;
  snd.wl1 = tcb.rcv.irs;
  snd.wl2 = snd.una;
  const bool our_fin = state != connection_state::established && state != connection_state::close_wait;
  const bool their_fin = state == connection_state::close_wait || state == connection_state::closing ||
                         state == connection_state::last_ack || state == connection_state::time_wait;
  if (our_fin) {
    snd.fin_asked = snd.fin_sent = true;
    snd.nxt = snd.nxt + 1u;
    if (state == connection_state::fin_wait_2 || state == connection_state::time_wait) snd.una = snd.nxt;
  }
  if (their_fin) tcb.rcv.nxt = tcb.rcv.nxt + 1u;
  return tcb;
}

/// One step of the core at time zero; a passive open would take the ISS 7000.
inline actions<u32> arrive(control_block<u32>& tcb, const packet& p, instant now = {}) {
  return step(tcb, p.header, surroundings<u32>{now, sequence_number<u32>(7'000)});
}

inline constexpr connection_state all_states[] = {
    connection_state::closed,       connection_state::listen,      connection_state::syn_sent,
    connection_state::syn_received, connection_state::established, connection_state::fin_wait_1,
    connection_state::fin_wait_2,   connection_state::close_wait,  connection_state::closing,
    connection_state::last_ack,     connection_state::time_wait};

}  // namespace sequent::test

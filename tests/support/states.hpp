// Brings an endpoint into any of the eleven states, the way the RFC leads there.
#pragma once

#include <initializer_list>

#include "tests/support/endpoint.hpp"

namespace sequent::test {

/// All states in which a connection exists with a peer that has been heard of.
inline constexpr connection_state synchronized_states[] = {connection_state::established, connection_state::fin_wait_1,
                                                           connection_state::fin_wait_2,  connection_state::close_wait,
                                                           connection_state::closing,     connection_state::last_ack,
                                                           connection_state::time_wait};

/// The synchronized states, TIME-WAIT left out.
inline constexpr connection_state living_states[] = {connection_state::established, connection_state::fin_wait_1,
                                                     connection_state::fin_wait_2,  connection_state::close_wait,
                                                     connection_state::closing,     connection_state::last_ack};

/// Leads a fresh endpoint to a state. The peer's ISS is 5000, so that RCV.NXT is 5001, or 5002 past its FIN.
template <class Policy>
void lead_to(endpoint<Policy>& host, connection_state goal) {
  const auto peer = [&] { return at(host.rcv_nxt()).ack(host.nxt()).from(9); };
  const auto before_fin = [&] { return at(host.rcv_nxt()).ack(host.iss() + 1).from(9); };
  switch (goal) {
    case connection_state::closed: return;
    case connection_state::listen: (void)host.tcp.listen(); return;
    case connection_state::syn_sent:
      (void)host.tcp.connect(host.now);
      host.out();
      return;
    case connection_state::syn_received:
      (void)host.tcp.listen();
      host.in(at(5'000).syn().mss(1'460).from(9));
      return;
    default: host.open();
  }
  switch (goal) {
    case connection_state::fin_wait_1:
    case connection_state::fin_wait_2:
    case connection_state::closing:
    case connection_state::time_wait:
      (void)host.tcp.shutdown();
      host.out();
      if (goal == connection_state::fin_wait_1) return;
      if (goal == connection_state::closing) {
        host.in(before_fin().fin());
        return;
      }
      host.in(peer());
      if (goal == connection_state::time_wait) host.in(peer().fin());
      return;
    case connection_state::close_wait: host.in(peer().fin()); return;
    case connection_state::last_ack:
      host.in(peer().fin());
      (void)host.tcp.shutdown();
      host.out();
      return;
    default: return;
  }
}

}  // namespace sequent::test

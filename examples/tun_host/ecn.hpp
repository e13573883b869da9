// Explicit congestion notification (RFC 3168), as far as the library underneath has it.
#pragma once

#include <cstdint>

#include "sequent/ip.hpp"
#include "sequent/sequent.hpp"

namespace tun_host {

/// Switches it on or off; says whether that is possible at all.
template <class Config>
constexpr bool switch_ecn(Config& config, bool on) {
  if constexpr (requires { config.ecn = on; }) {
    config.ecn = on;
    return true;
  } else {
    return !on;
  }
}

/// Is there such a setting?
inline constexpr bool has_ecn = [] {
  sequent::connection_config config;
  return switch_ecn(config, true);
}();

/// The octet of service for a packet of a connection.
template <class Transmission>
constexpr std::uint8_t service_of(const Transmission& sent) {
  if constexpr (requires { sequent::with_ecn(0, sent.ecn); }) {
    return sequent::with_ecn(0, sent.ecn);
  } else {
    return 0;
  }
}

/// Hands a segment to its connection, together with what routers have marked on its packet.
template <class Connection>
auto hand_over(Connection& connection, const sequent::ip_datagram& datagram, sequent::instant now) {
  if constexpr (requires { connection.on_octets(datagram.payload, now, datagram.ecn()); }) {
    return connection.on_octets(datagram.payload, now, datagram.ecn());
  } else {
    return connection.on_octets(datagram.payload, now);
  }
}

}  // namespace tun_host

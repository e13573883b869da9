// Flow labels as they stand in the octets of a packet, read without the reader under test.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "model/spec/oracles/flow_label.hpp"

namespace sequent::property {

/// Puts a label into a packet of IPv6.
inline void put_label(std::span<std::uint8_t> packet, std::uint32_t label) {
  packet[1] = static_cast<std::uint8_t>((packet[1] & 0xf0u) | label >> 16);
  packet[2] = static_cast<std::uint8_t>(label >> 8);
  packet[3] = static_cast<std::uint8_t>(label);
}

[[nodiscard]] inline std::uint32_t label_of(std::span<const std::uint8_t> packet) {
  return (packet[1] & 15u) << 16 | std::uint32_t{packet[2]} << 8 | packet[3];
}

/// Tells the oracle of a packet that carries a segment, if it is of IPv6: a flow is its addresses and ports.
inline void tell_label(spec::flow_label_oracle& labels, std::span<const std::uint8_t> packet) {
  if (packet.size() < 44 || packet[0] >> 4 != 6) return;
  labels.sent(std::string(packet.begin() + 8, packet.begin() + 44), label_of(packet));
}

}  // namespace sequent::property

// What routers and liars do to a packet on its way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sequent/base/checksum.hpp"
#include "sequent/base/octets.hpp"

namespace tun_host {

/// Replaces the 16-bit word at `at` and corrects the checksum field at `field` for it (RFC 1624).
inline void replace_word(std::span<std::uint8_t> octets, std::size_t at, std::uint16_t word, std::size_t field) {
  const auto inverted = [](std::uint32_t value) { return ~value & 0xffffu; };
  const std::uint32_t sum = inverted(sequent::load16(&octets[field])) + inverted(sequent::load16(&octets[at])) + word;
  sequent::store16(&octets[at], word);
  sequent::store16(&octets[field], static_cast<std::uint16_t>(inverted(sequent::fold_checksum(sum))));
}

/// Sets the ECN codepoint to "congestion experienced" (RFC 3168 section 5), if the sender takes part; says whether.
inline bool mark_congestion(std::span<std::uint8_t> packet) {
  if (packet.size() < 20) return false;
  if (packet[0] >> 4 == 4) {
    if ((packet[1] & 3) == 0) return false;
    replace_word(packet, 0, static_cast<std::uint16_t>(sequent::load16(packet.data()) | 3u), 10);
    return true;
  }
  if ((packet[1] & 0x30) == 0) return false;
  packet[1] = static_cast<std::uint8_t>(packet[1] | 0x30);
  return true;
}

/// Changes the last octet of a TCP packet so that every checksum still holds. The packet has no IP options, no
/// extension headers and no padding.
inline void forge_last_octet(std::span<std::uint8_t> packet) {
  const std::size_t tcp = packet[0] >> 4 == 4 ? 20 : 40;
  const std::size_t last = packet.size() - 1;
  if (last % 2 == 1) {
    replace_word(packet, last - 1, static_cast<std::uint16_t>(sequent::load16(&packet[last - 1]) ^ 1u), tcp + 16);
    return;
  }
  // Half a word: the checksum counts the octet as if a zero followed (RFC 9293 section 3.1).
  const std::size_t whole = last - 2;
  replace_word(packet, whole, static_cast<std::uint16_t>(sequent::load16(&packet[whole]) ^ 1u), tcp + 16);
}

}  // namespace tun_host

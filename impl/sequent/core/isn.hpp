// Initial sequence numbers (RFC 6528, RFC 9293 section 3.4.1): a clock plus a keyed hash of the connection's
// four-tuple.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sequent/base/seq.hpp"
#include "sequent/base/siphash.hpp"
#include "sequent/base/time.hpp"

namespace sequent {

/// F of RFC 6528: the part of an ISN that belongs to a four-tuple. Addresses are 4 or 16 octets in network order, both
/// of one length.
[[nodiscard]] constexpr u32 isn_offset(secret_key key, std::span<const std::uint8_t> local_address,
                                       std::uint16_t local_port, std::span<const std::uint8_t> remote_address,
                                       std::uint16_t remote_port) noexcept {
  std::array<std::uint8_t, 36> tuple{};
  std::size_t n = 0;
  for (const std::uint8_t octet : local_address.first(local_address.size() < 16 ? local_address.size() : 16)) {
    tuple[n++] = octet;
  }
  for (const std::uint8_t octet : remote_address.first(remote_address.size() < 16 ? remote_address.size() : 16)) {
    tuple[n++] = octet;
  }
  for (const std::uint16_t port : {local_port, remote_port}) {
    tuple[n++] = static_cast<std::uint8_t>(port >> 8);
    tuple[n++] = static_cast<std::uint8_t>(port);
  }
  return static_cast<u32>(siphash(key, std::span(tuple).first(n)));
}

/// The ISN at a moment: M + F, where M ticks once in four microseconds (MUST-8).
[[nodiscard]] constexpr sequence_number<u32> initial_sequence_number(u32 offset, instant now) noexcept {
  return sequence_number<u32>(offset + static_cast<u32>(static_cast<std::uint64_t>(now.microseconds()) / 4));
}

}  // namespace sequent

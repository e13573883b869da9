// Initial sequence numbers (RFC 6528, RFC 9293 section 3.4.1): a clock plus a keyed hash of the connection's
// four-tuple.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sequent/seq.hpp"
#include "sequent/time.hpp"

namespace sequent {

/// A secret of 128 bits. The caller draws it from a good source once per boot.
struct secret_key {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

/// SipHash-2-4 (Aumasson and Bernstein, 2012): a pseudo-random function of short messages. Linear in the octets.
[[nodiscard]] constexpr std::uint64_t siphash(secret_key key, std::span<const std::uint8_t> message) noexcept {
  std::uint64_t v0 = key.first ^ 0x736f'6d65'7073'6575u;
  std::uint64_t v1 = key.second ^ 0x646f'7261'6e64'6f6du;
  std::uint64_t v2 = key.first ^ 0x6c79'6765'6e65'7261u;
  std::uint64_t v3 = key.second ^ 0x7465'6462'7974'6573u;
  const auto rounds = [&](int count) {
    for (; count != 0; --count) {
      v0 += v1;
      v1 = std::rotl(v1, 13) ^ v0;
      v0 = std::rotl(v0, 32);
      v2 += v3;
      v3 = std::rotl(v3, 16) ^ v2;
      v0 += v3;
      v3 = std::rotl(v3, 21) ^ v0;
      v2 += v1;
      v1 = std::rotl(v1, 17) ^ v2;
      v2 = std::rotl(v2, 32);
    }
  };
  const auto little_endian = [](std::span<const std::uint8_t> octets) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i != octets.size(); ++i) value |= std::uint64_t{octets[i]} << (8 * i);
    return value;
  };
  std::span<const std::uint8_t> left = message;
  for (; left.size() >= 8; left = left.subspan(8)) {
    const std::uint64_t m = little_endian(left.first(8));
    v3 ^= m;
    rounds(2);
    v0 ^= m;
  }
  const std::uint64_t last = little_endian(left) | (std::uint64_t{message.size()} << 56);
  v3 ^= last;
  rounds(2);
  v0 ^= last;
  v2 ^= 0xff;
  rounds(4);
  return v0 ^ v1 ^ v2 ^ v3;
}

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

// Which connection a segment belongs to: both addresses and both ports (RFC 9293 section 3.3.1, "four-tuple").
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sequent/ip_address.hpp"
#include "sequent/isn.hpp"
#include "sequent/octets.hpp"

namespace sequent {

/// The two ends of a connection, seen from this one.
struct flow {
  ip_address local{};
  ip_address remote{};
  std::uint16_t local_port = 0;
  std::uint16_t remote_port = 0;

  /// The same connection seen from the other end.
  [[nodiscard]] constexpr flow reversed() const noexcept { return {remote, local, remote_port, local_port}; }

  friend constexpr bool operator==(const flow&, const flow&) noexcept = default;
};

/// The flow as the message of a keyed hash: addresses in their sixteen octets, then ports.
[[nodiscard]] constexpr std::array<std::uint8_t, 36> octets_of(const flow& f) noexcept {
  std::array<std::uint8_t, 36> octets{};
  for (std::size_t i = 0; i != 16; ++i) {
    octets[i] = f.local.v6()[i];
    octets[16 + i] = f.remote.v6()[i];
  }
  store16(octets.data() + 32, f.local_port);
  store16(octets.data() + 34, f.remote_port);
  return octets;
}

/// Which of `shards` stacks serves a flow: the same for both directions, and for both ends if they share the key, so
/// that whoever steers packets need not know which end is local. An outsider without the key cannot aim at one shard.
/// Constant time. `shards` is not zero.
[[nodiscard]] constexpr u32 shard_of(const flow& f, u32 shards, secret_key key) noexcept {
  SEQUENT_ASSERT(shards != 0);
  const auto one = octets_of(f);
  const auto other = octets_of(f.reversed());
  const std::uint64_t hash = siphash(key, one < other ? one : other);
  return static_cast<u32>(((hash >> 32) * shards) >> 32);  // the high half scaled to the range
}

}  // namespace sequent

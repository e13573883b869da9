// What names a connection: two addresses and two ports, and their hashes.
// implements: demultiplexing
#pragma once

#include <cstdint>

#include "sequent/base/octets.hpp"
#include "sequent/base/siphash.hpp"
#include "sequent/wire/ip_address.hpp"

namespace sequent {

/// One end of a connection: an address and a port, which RFC 9293 calls a socket.
struct ip_endpoint {
  ip_address address{};    ///< IPv4 or IPv6
  std::uint16_t port = 0;  ///< 1 to 65535; 0: none
  friend constexpr bool operator==(const ip_endpoint&, const ip_endpoint&) noexcept = default;
};

/// The four-tuple of a connection as this end sees it. Both addresses are of one family.
struct flow {
  ip_address local{};             ///< ours
  ip_address remote{};            ///< the peer's
  std::uint16_t local_port = 0;   ///< ours
  std::uint16_t remote_port = 0;  ///< the peer's
  friend constexpr bool operator==(const flow&, const flow&) noexcept = default;
};

/// From a socket to itself: nobody talks to himself through the network (CVE-1999-0016, "LAND").
[[nodiscard]] constexpr bool is_land(const flow& path) noexcept {
  return path.local == path.remote && path.local_port == path.remote_port;
}

/// Two ports as the words that a hash takes.
[[nodiscard]] constexpr std::uint64_t word_of_ports(std::uint16_t local, std::uint16_t remote) noexcept {
  return std::uint64_t{local} | std::uint64_t{remote} << 16;
}

/// Are both addresses IPv4? As is_v4(), in two loads each, since every segment asks.
[[nodiscard]] constexpr bool both_v4(const ip_address& local, const ip_address& remote) noexcept {
  const std::uint8_t* const here = local.v6().data();
  const std::uint8_t* const there = remote.v6().data();
  const std::uint64_t zeros = load64_little(here) | load64_little(there);
  return zeros == 0 && load32(here + 8) == 0xffffu && load32(there + 8) == 0xffffu;
}

/// Gives both addresses to a hash: eight octets of IPv4, thirty-two of IPv6. Whoever calls tells the two apart by the
/// length at the end: see octets_of_addresses(). Constant time.
template <class Function>
constexpr void absorb_addresses(Function& state, const ip_address& local, const ip_address& remote) noexcept {
  const std::uint8_t* const here = local.v6().data();
  const std::uint8_t* const there = remote.v6().data();
  if (both_v4(local, remote)) {
    state.absorb(std::uint64_t{load32(here + 12)} << 32 | load32(there + 12));
    return;
  }
  state.absorb(load64_little(here));
  state.absorb(load64_little(here + 8));
  state.absorb(load64_little(there));
  state.absorb(load64_little(there + 8));
}

/// How many octets absorb_addresses() gives.
[[nodiscard]] constexpr std::size_t octets_of_addresses(const ip_address& local, const ip_address& remote) noexcept {
  return both_v4(local, remote) ? 8 : 32;
}

/// The hash of a flow for tables: SipHash-1-3, whose key nobody outside knows, so that nobody can choose flows that
/// collide. Tables in several hosts or at several times hold different orders. Constant time.
class flow_hash {
 public:
  constexpr flow_hash() noexcept = default;
  constexpr explicit flow_hash(secret_key key) noexcept : key_(key) {}  ///< with 128 bits that nobody else knows

  /// The hash; the same for the same flow and key.
  [[nodiscard]] constexpr std::uint64_t operator()(const flow& f) const noexcept {
    siphash_1_3 state(key_);
    absorb_addresses(state, f.local, f.remote);
    return state.finish(
        siphash_1_3::last_word(word_of_ports(f.local_port, f.remote_port), octets_of_addresses(f.local, f.remote) + 4));
  }

 private:
  secret_key key_{};
};

}  // namespace sequent

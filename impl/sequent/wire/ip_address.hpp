// Addresses of either family of the Internet Protocol as one value (RFC 791, RFC 4291).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sequent/base/checksum.hpp"

namespace sequent {

/// An IPv4 address, in network byte order.
using ipv4_address = std::array<std::uint8_t, 4>;
/// An IPv6 address, in network byte order.
using ipv6_address = std::array<std::uint8_t, 16>;

/// Can the address belong to one host at the other end of a connection? Not if it is of network 0, loopback, multicast,
/// reserved or the limited broadcast address (RFC 1122 section 3.2.1.3). The broadcast address of a particular subnet
/// looks like any other; a host that knows its subnet refuses it too.
[[nodiscard]] constexpr bool is_ipv4_peer(const ipv4_address& address) noexcept {
  return address[0] != 0 && address[0] != 127 && address[0] < 224;
}

/// Is it an IPv4 address in the form that IPv6 has for it, ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2)?
[[nodiscard]] constexpr bool is_ipv4_mapped(const ipv6_address& address) noexcept {
  std::uint8_t ahead = 0;
  for (std::size_t i = 0; i != 10; ++i) ahead |= address[i];
  return ahead == 0 && address[10] == 0xff && address[11] == 0xff;
}

/// The same question as is_ipv4_peer() for IPv6. Not if it is unspecified, loopback, one of the abolished
/// IPv4-compatible addresses (all three in ::/96), multicast, or IPv4-mapped, which is never seen on a wire
/// (RFC 4291 sections 2.5.2, 2.5.3, 2.5.5 and 2.7). There is no broadcast.
[[nodiscard]] constexpr bool is_ipv6_peer(const ipv6_address& address) noexcept {
  std::uint8_t ahead = 0;
  for (std::size_t i = 0; i != 12; ++i) ahead |= address[i];
  return ahead != 0 && address[0] != 0xff && !is_ipv4_mapped(address);
}

/// An address of either family: sixteen octets, in which IPv4 stands as ::ffff:a.b.c.d. A plain value that compares
/// equal by its octets; the default is the unspecified address. It knows no zone (RFC 4007): hosts with several links
/// keep the connections of each link's fe80::/10 apart themselves.
class ip_address {
 public:
  constexpr ip_address() noexcept = default;

  /// The address of these four octets.
  [[nodiscard]] static constexpr ip_address from_v4(const ipv4_address& address) noexcept {
    using parts = std::array<ipv4_address, 4>;  // whole words: they are soon read as such
    ip_address made;
    made.octets_ =
        std::bit_cast<ipv6_address>(parts{ipv4_address{}, ipv4_address{}, ipv4_address{0, 0, 0xff, 0xff}, address});
    return made;
  }
  /// An IPv4-mapped address becomes the IPv4 address that it means; on a wire there are none, see parse_ipv6().
  [[nodiscard]] static constexpr ip_address from_v6(const ipv6_address& address) noexcept {
    ip_address made;
    made.octets_ = address;
    return made;
  }

  /// Is it of IPv4?
  [[nodiscard]] constexpr bool is_v4() const noexcept { return is_ipv4_mapped(octets_); }
  /// The last four octets, which are the IPv4 address if is_v4().
  [[nodiscard]] constexpr ipv4_address v4() const noexcept {
    return {octets_[12], octets_[13], octets_[14], octets_[15]};
  }
  /// All sixteen octets: of IPv4, the mapped form.
  [[nodiscard]] constexpr const ipv6_address& v6() const noexcept { return octets_; }

  /// Can it belong to one host at the other end of a connection (MUST-46, MUST-57, MUST-63)? See is_ipv4_peer() and
  /// is_ipv6_peer().
  [[nodiscard]] constexpr bool is_unicast_peer() const noexcept {
    return is_v4() ? is_ipv4_peer(v4()) : is_ipv6_peer(octets_);
  }

  friend constexpr bool operator==(const ip_address& a, const ip_address& b) noexcept {
    // Two words each; compilers call a function for sixteen octets.
    using words = std::array<std::uint64_t, 2>;
    const auto x = std::bit_cast<words>(a.octets_);
    const auto y = std::bit_cast<words>(b.octets_);
    return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
  }

 private:
  ipv6_address octets_{};
};

/// The part of the TCP checksum that addresses contribute, for segments from source to destination or back.
[[nodiscard]] inline pseudo_header pseudo_header_of(const ipv4_address& source,
                                                    const ipv4_address& destination) noexcept {
  return pseudo_header::ipv4(source, destination);
}

/// The same for addresses of either family; both must be of the same one. Constant time, no branch.
[[nodiscard]] inline pseudo_header pseudo_header_of(const ip_address& local, const ip_address& remote) noexcept {
  // The ffff in front of a mapped address is a zero of one's complement sums, so the sixteen octets of two IPv4
  // addresses give what their four give.
  return pseudo_header::ipv6(local.v6(), remote.v6());
}

}  // namespace sequent

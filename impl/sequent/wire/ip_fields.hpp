// What the headers of IPv4 and IPv6 have in common: the protocol carried, and the octet of service with its ECN bits.
#pragma once

#include <cstdint>

#include "sequent/base/compiler.hpp"

namespace sequent {

/// What a datagram carries: the protocol field of IPv4, the last next header of IPv6. Other values are left alone.
enum class ip_protocol : std::uint8_t { icmp = 1, tcp = 6, icmpv6 = 58 };

/// The two lowest bits of the octet of service, which is TOS in IPv4 and traffic class in IPv6 (RFC 3168 section 5).
enum class ecn_codepoint : std::uint8_t {
  not_capable = 0,             ///< Not-ECT: the transport does not take part
  capable_1 = 1,               ///< ECT(1)
  capable_0 = 2,               ///< ECT(0), the one that a sender of RFC 3168 uses
  congestion_experienced = 3,  ///< CE: set by a router
};

/// The ECN codepoint of an octet of service.
[[nodiscard]] constexpr ecn_codepoint ecn_of(std::uint8_t service) noexcept {
  return static_cast<ecn_codepoint>(service & 3u);
}

/// The octet of service with its ECN codepoint replaced; the differentiated services (RFC 2474) stay.
[[nodiscard]] constexpr std::uint8_t with_ecn(std::uint8_t service, ecn_codepoint codepoint) noexcept {
  return static_cast<std::uint8_t>((service & 0xfcu) | static_cast<std::uint8_t>(codepoint));
}

}  // namespace sequent

// Datagrams of either family of the Internet Protocol, read and written in one form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "sequent/base/result.hpp"
#include "sequent/wire/ip_address.hpp"
#include "sequent/wire/ip_fields.hpp"
#include "sequent/wire/ipv4.hpp"
#include "sequent/wire/ipv6.hpp"

namespace sequent {

/// A datagram of either family. Its addresses are of the same one.
struct ip_datagram {
  ip_address source{};
  ip_address destination{};
  std::span<const std::uint8_t> payload{};  ///< without headers, options, extension headers and padding of the link
  ip_protocol protocol = ip_protocol::tcp;
  std::uint8_t hop_limit = 0;  ///< IPv4: time to live
  std::uint8_t service = 0;    ///< differentiated services and ECN

  [[nodiscard]] constexpr ecn_codepoint ecn() const noexcept { return ecn_of(service); }
};

/// What a caller chooses about the header of a datagram.
struct ip_header {
  ip_address source{};
  ip_address destination{};  ///< of the same family as the source
  ip_protocol protocol = ip_protocol::tcp;
  std::uint8_t hop_limit = 64;       ///< configurable (RFC 9293 MUST-49)
  std::uint8_t service = 0;          ///< differentiated services and ECN, see with_ecn()
  std::uint32_t flow_label = 0;      ///< IPv6 only: 20 bits
  std::uint16_t identification = 0;  ///< IPv4 only
};

/// Octets of the header that emit_ip() writes for an address of this family.
[[nodiscard]] constexpr std::size_t ip_header_length(const ip_address& address) noexcept {
  return address.is_v4() ? ipv4_header_length : ipv6_header_length;
}

/// Reads one datagram from the octets of a packet, by its version. What is carried may be TCP, ICMP or anything else:
/// see `protocol`. Errors as parse_any_ipv4() and parse_any_ipv6(); the caller drops such a packet. Never reads outside
/// the octets.
[[nodiscard]] inline result<ip_datagram> parse_ip(std::span<const std::uint8_t> octets) noexcept {
  // One variable to return, so that it is filled in where the caller wants it.
  result<ip_datagram> parsed(std::in_place);
  ip_datagram& datagram = *parsed;
  if (!octets.empty() && octets[0] >> 4 == 6) {
    const auto v6 = parse_any_ipv6(octets);
    if (!v6) {
      parsed = v6.why();
      return parsed;
    }
    datagram.source = ip_address::from_v6(v6->source);
    datagram.destination = ip_address::from_v6(v6->destination);
    datagram.payload = v6->payload;
    datagram.protocol = v6->protocol;
    datagram.hop_limit = v6->hop_limit;
    datagram.service = v6->service;
    return parsed;
  }
  ipv4_datagram v4;
  if (const auto read = detail::read_ipv4(octets, v4); !read) {
    parsed = read.why();
    return parsed;
  }
  datagram.source = ip_address::from_v4(v4.source);
  datagram.destination = ip_address::from_v4(v4.destination);
  datagram.payload = v4.payload;
  datagram.protocol = v4.protocol;
  datagram.hop_limit = v4.time_to_live;
  datagram.service = v4.service;
  return parsed;
}

/// Writes the header in front of a payload that already stands at out[ip_header_length(header.source) ...]; `out` is
/// the whole datagram. Errors: bad_ip_header when the addresses are of two families, and as emit_ipv4() and
/// emit_ipv6(); nothing is written then. Constant time.
inline result<void> emit_ip(const ip_header& header, std::span<std::uint8_t> out) noexcept {
  if (header.source.is_v4() != header.destination.is_v4()) return error::bad_ip_header;
  if (header.source.is_v4()) {
    return emit_ipv4({.source = header.source.v4(),
                      .destination = header.destination.v4(),
                      .time_to_live = header.hop_limit,
                      .service = header.service,
                      .identification = header.identification,
                      .protocol = header.protocol},
                     out);
  }
  return emit_ipv6({.source = header.source.v6(),
                    .destination = header.destination.v6(),
                    .hop_limit = header.hop_limit,
                    .service = header.service,
                    .flow_label = header.flow_label,
                    .protocol = header.protocol},
                   out);
}

}  // namespace sequent

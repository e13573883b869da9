// The least of IPv4 (RFC 791) that a host needs to carry TCP: reading a datagram's header and writing one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "sequent/base/checksum.hpp"
#include "sequent/base/octets.hpp"
#include "sequent/base/result.hpp"
#include "sequent/wire/ip_address.hpp"
#include "sequent/wire/ip_fields.hpp"

namespace sequent {

/// Octets of an IPv4 header without options, the only kind that is written here.
inline constexpr std::size_t ipv4_header_length = 20;

/// An IPv4 datagram.
struct ipv4_datagram {
  ipv4_address source{};
  ipv4_address destination{};
  std::span<const std::uint8_t> payload{};  ///< total length less header, without what pads the link
  std::uint8_t time_to_live = 0;            ///< hops left; not looked at, as RFC 1122 section 3.2.1.7 asks
  std::uint8_t service = 0;                 ///< differentiated services and ECN (RFC 2474, RFC 3168)
  ip_protocol protocol = ip_protocol::tcp;  ///< what the payload is
};

/// What a caller chooses about the header of a datagram.
struct ipv4_header {
  ipv4_address source{};
  ipv4_address destination{};
  std::uint8_t time_to_live = 64;    ///< configurable (RFC 9293 MUST-49); 64 is the assigned default
  std::uint8_t service = 0;          ///< differentiated services and ECN
  std::uint16_t identification = 0;  ///< means nothing here, as no datagram written is ever fragmented (RFC 6864)
  ip_protocol protocol = ip_protocol::tcp;
};

namespace detail {

// A header of so many octets, nearly always five words.
[[nodiscard]] inline bool ipv4_checksum_holds(const std::uint8_t* at, std::size_t header) noexcept {
  const u32 sum = header == ipv4_header_length ? fold_native(sum_words<5>(at)) : sum_octets({at, header});
  return fold_checksum(sum) == 0xffffu;
}

// Fills in what parse_any_ipv4() below reads.
[[nodiscard]] inline result<void> read_ipv4(std::span<const std::uint8_t> octets, ipv4_datagram& datagram) noexcept {
  constexpr std::uint16_t more_fragments_and_offset = 0x3fff;
  if (octets.empty()) return error::truncated_header;
  const std::uint8_t* const at = octets.data();
  if (at[0] >> 4 != 4) return error::bad_ip_header;
  const std::size_t header = std::size_t{at[0] & 0x0fu} * 4;
  if (header < ipv4_header_length) return error::bad_ip_header;
  if (octets.size() < header) return error::truncated_header;
  if (!ipv4_checksum_holds(at, header)) return error::bad_checksum;
  const std::size_t total = load16(at + 2);
  if (total < header) return error::bad_ip_header;
  if (octets.size() < total) return error::truncated_header;
  if ((load16(at + 6) & more_fragments_and_offset) != 0) return error::bad_ip_header;
  std::copy_n(at + 12, 4, datagram.source.begin());
  std::copy_n(at + 16, 4, datagram.destination.begin());
  if (!is_ipv4_peer(datagram.source) || !is_ipv4_peer(datagram.destination)) return error::bad_ip_header;
  datagram.payload = octets.subspan(header, total - header);
  datagram.time_to_live = at[8];
  datagram.service = at[1];
  datagram.protocol = static_cast<ip_protocol>(at[9]);
  return {};
}

}  // namespace detail

/// Reads one datagram of any protocol from the octets of a packet; whatever follows its total length is padding of the
/// link. IP options are passed over unread (MUST-50). Errors: truncated_header (fewer octets than the header or the
/// total length asks for), bad_checksum (of the IP header), bad_ip_header (not version 4, a header length below five
/// words, a total length below the header's, a fragment, a source or destination that is_ipv4_peer() refuses: MUST-57
/// and MUST-63). The caller drops such a packet. Never reads outside the octets. Constant time.
[[nodiscard]] inline result<ipv4_datagram> parse_any_ipv4(std::span<const std::uint8_t> octets) noexcept {
  result<ipv4_datagram> parsed(std::in_place);
  if (const auto read = detail::read_ipv4(octets, *parsed); !read) parsed = read.why();
  return parsed;
}

/// The same for a host that wants nothing but TCP: another protocol is bad_ip_header as well.
[[nodiscard]] inline result<ipv4_datagram> parse_ipv4(std::span<const std::uint8_t> octets) noexcept {
  const auto datagram = parse_any_ipv4(octets);
  if (datagram && datagram->protocol != ip_protocol::tcp) return error::bad_ip_header;
  return datagram;
}

/// Writes the header in front of a payload that already stands at out[ipv4_header_length ...]; `out` is the whole
/// datagram. Fragmentation is forbidden (DF), which path MTU discovery needs. Error: bad_ip_header when `out` is
/// shorter than the header or longer than the 65535 octets of a datagram; nothing is written then. Constant time.
inline result<void> emit_ipv4(const ipv4_header& header, std::span<std::uint8_t> out) noexcept {
  constexpr std::uint16_t do_not_fragment = 0x4000;
  if (out.size() < ipv4_header_length || out.size() > 0xffffu) return error::bad_ip_header;
  std::uint8_t* const at = out.data();
  at[0] = 0x45;
  at[1] = header.service;
  store16(at + 2, static_cast<std::uint16_t>(out.size()));
  store16(at + 4, header.identification);
  store16(at + 6, do_not_fragment);
  at[8] = header.time_to_live;
  at[9] = static_cast<std::uint8_t>(header.protocol);
  store16(at + 10, 0);
  for (std::size_t i = 0; i != 4; ++i) {
    at[12 + i] = header.source[i];
    at[16 + i] = header.destination[i];
  }
  store16(at + 10, checksum_field(detail::fold_native(detail::sum_words<5>(at))));
  return {};
}

}  // namespace sequent

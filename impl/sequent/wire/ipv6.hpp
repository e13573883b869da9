// The least of IPv6 (RFC 8200) that a host needs to carry TCP: reading a packet's headers and writing one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "sequent/base/octets.hpp"
#include "sequent/base/result.hpp"
#include "sequent/wire/ip_address.hpp"
#include "sequent/wire/ip_fields.hpp"

namespace sequent {

/// Octets of an IPv6 header, without extension headers; none are written here.
inline constexpr std::size_t ipv6_header_length = 40;

/// Most extension headers in front of a payload; RFC 8504 section 5.3 lets a host set such limits. RFC 8200 section 4.1
/// recommends an order in which each appears once, but for destination options, which appear twice.
inline constexpr int max_extension_headers = 8;

/// An IPv6 packet.
struct ipv6_datagram {
  ipv6_address source{};
  ipv6_address destination{};
  std::span<const std::uint8_t> payload{};  ///< after the extension headers, without what pads the link
  std::uint8_t hop_limit = 0;               ///< hops left; not looked at
  std::uint8_t service = 0;                 ///< traffic class: differentiated services and ECN
  ip_protocol protocol = ip_protocol::tcp;  ///< what the payload is
};

/// What a caller chooses about the header of a packet.
struct ipv6_header {
  ipv6_address source{};
  ipv6_address destination{};
  std::uint8_t hop_limit = 64;
  std::uint8_t service = 0;
  std::uint32_t flow_label = 0;  ///< 20 bits, the same for all of a connection (RFC 6437); zero says nothing
  ip_protocol protocol = ip_protocol::tcp;
};

/// The kinds of extension header that a host passes over (RFC 8200 section 4), by the next header value that leads to
/// them.
enum class extension_header : std::uint8_t { hop_by_hop = 0, routing = 43, fragment = 44, destination_options = 60 };

/// Where a walk over the headers of a packet has come.
struct header_cursor {
  std::uint8_t next = 0;  ///< what stands at `at`
  std::size_t at = 0;     ///< octets from the front of the packet
  friend bool operator==(const header_cursor&, const header_cursor&) noexcept = default;
};

/// Does an extension header stand there? Otherwise it is the payload, or something that only its protocol can read.
[[nodiscard]] constexpr bool at_extension_header(header_cursor cursor) noexcept {
  switch (static_cast<extension_header>(cursor.next)) {
    case extension_header::hop_by_hop:
    case extension_header::routing:
    case extension_header::fragment:
    case extension_header::destination_options: return true;
  }
  return false;
}

/// May a host ignore all these options? Padding, and unknown ones whose highest two bits allow it (RFC 8200 section
/// 4.2); the jumbo payload option is among those that do not (RFC 2675). False as well if an option does not fit.
[[nodiscard]] constexpr bool may_ignore_options(std::span<const std::uint8_t> options) noexcept {
  std::size_t at = 0;
  while (at != options.size()) {
    if (options[at] == 0) {  // Pad1, the only one without a length
      ++at;
      continue;
    }
    if ((options[at] & 0xc0u) != 0 || options.size() - at < 2) return false;
    const std::size_t length = std::size_t{2} + options[at + 1];
    if (options.size() - at < length) return false;
    at += length;
  }
  return true;
}

/// Passes over the extension header at the cursor, which lies inside the octets. The new cursor is at least eight
/// octets further on, and not past the end. Errors: truncated_header (the header does not fit), bad_ip_header
/// (hop-by-hop options elsewhere than right after the IPv6 header; options that may not be ignored; a route that is not
/// finished, whatever its type; a fragment, but for one that is the whole packet: RFC 6946). Linear in the options.
[[nodiscard]] constexpr result<header_cursor> pass_extension_header(std::span<const std::uint8_t> octets,
                                                                    header_cursor cursor) noexcept {
  const auto rest = octets.subspan(cursor.at);
  if (rest.size() < 8) return error::truncated_header;
  const auto kind = static_cast<extension_header>(cursor.next);
  // The fragment header has a reserved octet where the others have their length.
  const std::size_t length = kind == extension_header::fragment ? 8 : (std::size_t{rest[1]} + 1) * 8;
  if (rest.size() < length) return error::truncated_header;
  switch (kind) {
    case extension_header::hop_by_hop:
      if (cursor.at != ipv6_header_length) return error::bad_ip_header;
      [[fallthrough]];
    case extension_header::destination_options:
      if (!may_ignore_options(rest.subspan(2, length - 2))) return error::bad_ip_header;
      break;
    case extension_header::routing:
      if (rest[3] != 0) return error::bad_ip_header;
      break;
    case extension_header::fragment:
      if ((load16(rest.data() + 2) & 0xfff9u) != 0) return error::bad_ip_header;
      break;
  }
  return header_cursor{rest[0], cursor.at + length};
}

/// Reads one packet of any protocol; whatever follows its payload length is padding of the link. Errors:
/// truncated_header (fewer octets than the headers or the payload length ask for), bad_ip_header (not version 6, a
/// payload length of zero, which is nothing or a jumbogram, more than max_extension_headers, those that
/// pass_extension_header() refuses, a source or destination that is_ipv6_peer() refuses: MUST-57 and MUST-63). The
/// caller drops such a packet. Never reads outside the octets. Constant time without extension headers, linear in
/// their octets with them.
[[nodiscard]] inline result<ipv6_datagram> parse_any_ipv6(std::span<const std::uint8_t> octets) noexcept {
  if (octets.empty()) return error::truncated_header;
  const std::uint8_t* const at = octets.data();
  if (at[0] >> 4 != 6) return error::bad_ip_header;
  if (octets.size() < ipv6_header_length) return error::truncated_header;
  const std::size_t length = load16(at + 4);
  if (length == 0) return error::bad_ip_header;
  if (octets.size() - ipv6_header_length < length) return error::truncated_header;
  const auto packet = octets.first(ipv6_header_length + length);
  ipv6_datagram datagram;
  std::memcpy(datagram.source.data(), at + 8, 16);
  std::memcpy(datagram.destination.data(), at + 24, 16);
  if (!is_ipv6_peer(datagram.source) || !is_ipv6_peer(datagram.destination)) return error::bad_ip_header;
  header_cursor cursor{at[6], ipv6_header_length};
  for (int passed = 0; at_extension_header(cursor); ++passed) {
    if (passed == max_extension_headers) return error::bad_ip_header;
    const auto further = pass_extension_header(packet, cursor);
    if (!further) return further.why();
    cursor = *further;
  }
  datagram.payload = packet.subspan(cursor.at);
  datagram.hop_limit = at[7];
  datagram.service = static_cast<std::uint8_t>(load16(at) >> 4);
  datagram.protocol = static_cast<ip_protocol>(cursor.next);
  return datagram;
}

/// Writes the header in front of a payload that already stands at out[ipv6_header_length ...]; `out` is the whole
/// packet. Error: bad_ip_header when the payload is empty or longer than 65535 octets, or the flow label has more than
/// 20 bits; nothing is written then. Constant time.
inline result<void> emit_ipv6(const ipv6_header& header, std::span<std::uint8_t> out) noexcept {
  if (out.size() <= ipv6_header_length || out.size() - ipv6_header_length > 0xffffu) return error::bad_ip_header;
  if (header.flow_label > 0xf'ffffu) return error::bad_ip_header;
  std::uint8_t* const at = out.data();
  store32(at, 0x6000'0000u | u32{header.service} << 20 | header.flow_label);
  store16(at + 4, static_cast<std::uint16_t>(out.size() - ipv6_header_length));
  at[6] = static_cast<std::uint8_t>(header.protocol);
  at[7] = header.hop_limit;
  std::memcpy(at + 8, header.source.data(), 16);
  std::memcpy(at + 24, header.destination.data(), 16);
  return {};
}

}  // namespace sequent

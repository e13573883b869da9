// What the network tells about a segment that did not get through: ICMP (RFC 792, RFC 1191) and ICMPv6 (RFC 4443).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "sequent/base/checksum.hpp"
#include "sequent/base/octets.hpp"
#include "sequent/base/result.hpp"
#include "sequent/base/seq.hpp"
#include "sequent/wire/ip.hpp"

namespace sequent {

/// What an ICMP error means for a TCP (RFC 9293 section 3.9.2.2, RFC 5461 section 2).
enum class icmp_kind : std::uint8_t {
  soft,     ///< may pass: never the end of a connection (MUST-56)
  hard,     ///< no such protocol, or no such port
  too_big,  ///< the segment does not fit a link of the path, and must not be fragmented
};

/// An ICMP error about a segment that this host seems to have sent. Anybody can send one: see connection::on_icmp() for
/// what is believed.
struct icmp_error {
  icmp_kind kind = icmp_kind::soft;    ///< what follows from type and code
  std::uint8_t type = 0;               ///< as received: of ICMP or ICMPv6, by the family of the addresses
  std::uint8_t code = 0;               ///< as received
  std::uint32_t mtu = 0;               ///< too_big: what the link takes, in octets of a whole datagram; else 0
  ip_address source{};                 ///< of the quoted segment: this host
  ip_address destination{};            ///< the peer
  std::uint16_t source_port = 0;       ///< this host's
  std::uint16_t destination_port = 0;  ///< the peer's
  sequence_number<u32> seq{};          ///< SEG.SEQ of the quoted segment
};

/// The size to try when a router of before RFC 1191 says that a datagram of `length` octets was too big, but not what
/// would fit: the next lower step of that RFC's table of common MTUs (section 7.1), 68 at least. Constant time.
[[nodiscard]] constexpr std::uint16_t plateau_below(std::size_t length) noexcept {
  constexpr std::uint16_t plateaus[] = {65'535, 32'000, 17'914, 8'166, 4'352, 2'002, 1'492, 1'006, 508, 296};
  for (const std::uint16_t plateau : plateaus) {
    if (plateau < length) return plateau;
  }
  return 68;
}

namespace icmp_detail {

/// Least MTU of a link that carries the protocol (RFC 791 section 3.2, RFC 8200 section 5).
inline constexpr std::uint32_t min_mtu4 = 68;
inline constexpr std::uint32_t min_mtu6 = 1'280;

/// Octets in front of what an ICMP error quotes.
inline constexpr std::size_t header = 8;

/// Octets of the quoted TCP header that every error has: ports and sequence number.
inline constexpr std::size_t quoted = 8;

inline void take_quoted_front(const std::uint8_t* at, icmp_error& about) noexcept {
  about.source_port = load16(at);
  about.destination_port = load16(at + 2);
  about.seq = sequence_number<u32>(load32(at + 4));
}

/// What type and code of ICMP mean; nothing if they are no error, or source quench (MUST-55). Codes that
/// RFC 9293 does not list, be they of RFC 1122 and RFC 1812 or of nobody yet, say that something is in the way: soft.
[[nodiscard]] constexpr std::optional<icmp_kind> kind_of_v4(std::uint8_t type, std::uint8_t code) noexcept {
  switch (type) {
    case 3:
      if (code == 4) return icmp_kind::too_big;
      return code == 2 || code == 3 ? icmp_kind::hard : icmp_kind::soft;
    case 11:
    case 12: return icmp_kind::soft;
    default: return std::nullopt;
  }
}

/// The same for ICMPv6. No such port is the only hard error: an administrator's prohibition (code 1) may be lifted, and
/// an unknown next header counts as soft in RFC 9293. The code of "packet too big" means nothing (RFC 4443 section
/// 3.2). An error of a type that is not known, below 128, is passed on all the same (section 2.4 (a)), and so
/// is a code that is not known.
[[nodiscard]] constexpr std::optional<icmp_kind> kind_of_v6(std::uint8_t type, std::uint8_t code) noexcept {
  switch (type) {
    case 1: return code == 4 ? icmp_kind::hard : icmp_kind::soft;
    case 2: return icmp_kind::too_big;
    default: return type < 128 ? std::optional(icmp_kind::soft) : std::nullopt;
  }
}

[[nodiscard]] inline result<icmp_error> parse_v4(std::span<const std::uint8_t> octets) noexcept {
  if (octets.size() < header + ipv4_header_length + quoted) return error::truncated_header;
  if (fold_checksum(sum_octets(octets)) != 0xffffu) return error::bad_checksum;
  const std::uint8_t* const at = octets.data();
  const auto kind = kind_of_v4(at[0], at[1]);
  if (!kind) return error::bad_icmp_message;
  const std::uint8_t* const ip = at + header;
  const std::size_t ip_header = std::size_t{ip[0] & 0x0fu} * 4;
  if (ip[0] >> 4 != 4 || ip_header < ipv4_header_length) return error::bad_icmp_message;
  if (octets.size() < header + ip_header + quoted) return error::truncated_header;
  // Routers have changed the quoted header's hops and checksum, and some its length; its addresses are what counts.
  if ((load16(ip + 6) & 0x1fffu) != 0 || static_cast<ip_protocol>(ip[9]) != ip_protocol::tcp) {
    return error::bad_icmp_message;
  }
  icmp_error about;
  about.kind = *kind;
  about.type = at[0];
  about.code = at[1];
  if (about.kind == icmp_kind::too_big) {
    about.mtu = load16(at + 6);
    if (about.mtu == 0) about.mtu = plateau_below(load16(ip + 2));
    if (about.mtu < min_mtu4) return error::bad_icmp_message;
  }
  about.source = ip_address::from_v4({ip[12], ip[13], ip[14], ip[15]});
  about.destination = ip_address::from_v4({ip[16], ip[17], ip[18], ip[19]});
  take_quoted_front(ip + ip_header, about);
  return about;
}

[[nodiscard]] inline result<icmp_error> parse_v6(const ip_datagram& datagram) noexcept {
  const auto octets = datagram.payload;
  if (octets.size() < header + ipv6_header_length + quoted) return error::truncated_header;
  const u32 pseudo = sum_octets(datagram.source.v6()) + sum_octets(datagram.destination.v6()) +
                     static_cast<u32>(octets.size()) + static_cast<u32>(ip_protocol::icmpv6);
  if (fold_checksum(sum_octets(octets) + pseudo) != 0xffffu) return error::bad_checksum;
  const std::uint8_t* const at = octets.data();
  const auto kind = kind_of_v6(at[0], at[1]);
  if (!kind) return error::bad_icmp_message;
  const std::uint8_t* const ip = at + header;
  // No segment leaves with an extension header, so none comes back with one.
  if (ip[0] >> 4 != 6 || static_cast<ip_protocol>(ip[6]) != ip_protocol::tcp) return error::bad_icmp_message;
  icmp_error about;
  about.kind = *kind;
  about.type = at[0];
  about.code = at[1];
  if (about.kind == icmp_kind::too_big) {
    about.mtu = load32(at + 4);
    if (about.mtu < min_mtu6) return error::bad_icmp_message;  // RFC 8201 section 4
  }
  ipv6_address address;
  std::memcpy(address.data(), ip + 8, 16);
  about.source = ip_address::from_v6(address);
  std::memcpy(address.data(), ip + 24, 16);
  about.destination = ip_address::from_v6(address);
  take_quoted_front(ip + ipv6_header_length, about);
  return about;
}

}  // namespace icmp_detail

/// Reads an ICMP or ICMPv6 error about a TCP segment; the quoted header and eight octets more are enough. Whoever holds
/// the connection between the quoted addresses and ports hands it to connection::on_icmp() (MUST-54). Errors, upon
/// which the message is dropped: truncated_header, bad_checksum, bad_icmp_message (no error at all, a source quench
/// (MUST-55), about something else than TCP, an MTU below the protocol's least, a quoted segment that was not sent from
/// the address which the message was sent to, or not to a unicast peer). Never reads outside the payload. Linear in its
/// octets, for the checksum.
[[nodiscard]] inline result<icmp_error> parse_icmp(const ip_datagram& datagram) noexcept {
  const bool v4 = datagram.source.is_v4();
  if (datagram.protocol != (v4 ? ip_protocol::icmp : ip_protocol::icmpv6)) return error::bad_icmp_message;
  const auto about = v4 ? icmp_detail::parse_v4(datagram.payload) : icmp_detail::parse_v6(datagram);
  if (!about) return about;
  if (!(about->source == datagram.destination)) return error::bad_icmp_message;
  if (about->destination.is_v4() != v4 || !about->destination.is_unicast_peer()) return error::bad_icmp_message;
  return about;
}

}  // namespace sequent

// The Internet checksum (RFC 1071, RFC 9293 section 3.1, MUST-2 and MUST-3).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "sequent/word.hpp"

namespace sequent {

/// Adds the two halves of a sum of 16-bit quantities until it fits sixteen bits (RFC 1071 section 1). Two steps are
/// enough for every 32-bit sum. The result is congruent to the sum modulo 65535, and zero only if the sum is.
template <word W>
[[nodiscard]] constexpr W fold_checksum(W sum) noexcept {
  const W once = (sum & W(0xffffu)) + (sum >> W(16u));
  return (once & W(0xffffu)) + (once >> W(16u));
}

/// The sum of a run of octets as big-endian 16-bit words, folded to sixteen bits; an odd last octet is padded with zero
/// on its right. Linear in the octets, eight at a time.
[[nodiscard]] inline u32 sum_octets(std::span<const std::uint8_t> octets) noexcept {
  // One's complement sums may be formed in either byte order and swapped at the end (RFC 1071 section 2.B), and in
  // wider words whose carries are wrapped around (section 2.C): two accumulators of 64 bits take 32-bit words without
  // carries.
  const std::uint8_t* at = octets.data();
  std::size_t left = octets.size();
  std::uint64_t even = 0;
  std::uint64_t odd = 0;
  while (left >= 16) {
    std::uint64_t words[2];
    std::memcpy(words, at, sizeof words);
    even += (words[0] & 0xffff'ffffu) + (words[1] & 0xffff'ffffu);
    odd += (words[0] >> 32) + (words[1] >> 32);
    at += 16;
    left -= 16;
  }
  while (left >= 4) {
    std::uint32_t half;
    std::memcpy(&half, at, sizeof half);
    even += half;
    at += 4;
    left -= 4;
  }
  std::uint8_t tail[4] = {};
  if (left != 0) std::memcpy(tail, at, left);
  std::uint32_t rest;
  std::memcpy(&rest, tail, sizeof rest);
  std::uint64_t sum = even + rest;
  sum = (sum & 0xffff'ffffu) + (sum >> 32) + (odd & 0xffff'ffffu) + (odd >> 32);
  sum = (sum & 0xffff'ffffu) + (sum >> 32);
  sum = (sum & 0xffff'ffffu) + (sum >> 32);
  const u32 folded = fold_checksum(static_cast<u32>(sum));
  if constexpr (std::endian::native == std::endian::little) {
    return ((folded & 0xffu) << 8) | (folded >> 8);
  } else {
    return folded;
  }
}

/// The checksum field that makes a sum come out right: the one's complement of the folded sum.
[[nodiscard]] constexpr std::uint16_t checksum_field(u32 sum) noexcept {
  return static_cast<std::uint16_t>(~fold_checksum(sum) & 0xffffu);
}

/// The part of the pseudo-header (RFC 9293 section 3.1) that a connection never changes: addresses and protocol,
/// folded. Add the TCP length of each segment to it.
class pseudo_header {
 public:
  /// Nothing to add: for callers whose checksums are made and verified elsewhere.
  constexpr pseudo_header() noexcept = default;

  /// IPv4 addresses in network byte order, four octets each.
  [[nodiscard]] static pseudo_header ipv4(std::span<const std::uint8_t, 4> source,
                                          std::span<const std::uint8_t, 4> destination) noexcept {
    return pseudo_header(sum_octets(source) + sum_octets(destination) + protocol_tcp);
  }
  /// IPv6 addresses in network byte order, sixteen octets each (RFC 8200 section 8.1).
  [[nodiscard]] static pseudo_header ipv6(std::span<const std::uint8_t, 16> source,
                                          std::span<const std::uint8_t, 16> destination) noexcept {
    return pseudo_header(sum_octets(source) + sum_octets(destination) + protocol_tcp);
  }

  /// The pseudo-header's sum for a segment of so many octets, header included; at most 17 bits wide.
  [[nodiscard]] constexpr u32 sum(std::size_t tcp_length) const noexcept {
    const auto length = static_cast<u32>(tcp_length);
    return addresses_ + (length & 0xffffu) + (length >> 16);
  }

  friend bool operator==(pseudo_header, pseudo_header) noexcept = default;

 private:
  static constexpr u32 protocol_tcp = 6;
  constexpr explicit pseudo_header(u32 sum) noexcept : addresses_(fold_checksum(sum)) {}
  u32 addresses_ = 0;
};

}  // namespace sequent

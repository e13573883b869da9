// Packets of IPv4, IPv6 and ICMP for tests, made octet by octet without the headers under test.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace sequent::build {

using octets = std::vector<std::uint8_t>;
using four = std::array<std::uint8_t, 4>;
using sixteen = std::array<std::uint8_t, 16>;

inline constexpr four mine4{192, 0, 2, 1};
inline constexpr four theirs4{198, 51, 100, 77};
inline constexpr four router4{203, 0, 113, 9};
inline constexpr sixteen mine6{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
inline constexpr sixteen theirs6{0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2};
inline constexpr sixteen router6{0x20, 0x01, 0x0d, 0xb8, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3};

inline void put16(octets& to, std::size_t at, std::size_t value) {
  to[at] = static_cast<std::uint8_t>(value >> 8);
  to[at + 1] = static_cast<std::uint8_t>(value);
}

/// The Internet checksum, a 16-bit word at a time; `begin` is what else is summed.
[[nodiscard]] inline std::uint16_t plain_checksum(const octets& of, std::uint64_t begin = 0) {
  std::uint64_t sum = begin;
  for (std::size_t i = 0; i < of.size(); ++i) sum += i % 2 == 0 ? std::uint64_t{of[i]} << 8 : of[i];
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

template <std::size_t N>
[[nodiscard]] std::uint64_t word_sum(const std::array<std::uint8_t, N>& of) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < N; i += 2) sum += std::uint64_t{of[i]} << 8 | of[i + 1];
  return sum;
}

[[nodiscard]] inline octets joined(std::initializer_list<octets> parts) {
  octets all;
  for (const octets& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// Makes the checksum of an IPv4 header right again.
inline void mend_ipv4(octets& packet) {
  const std::size_t header = std::size_t{packet[0] & 15u} * 4;
  put16(packet, 10, 0);
  put16(packet, 10, plain_checksum(octets(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(header))));
}

struct ipv4_shape {
  four source = theirs4;
  four destination = mine4;
  std::uint8_t protocol = 6;
  octets options{};  ///< a multiple of four octets
  std::uint8_t service = 0;
  std::uint8_t time_to_live = 57;
};

[[nodiscard]] inline octets ipv4_packet(const octets& payload, const ipv4_shape& shape = {}) {
  octets packet(20, 0);
  packet[0] = static_cast<std::uint8_t>(0x40 | (5 + shape.options.size() / 4));
  packet[1] = shape.service;
  put16(packet, 2, 20 + shape.options.size() + payload.size());
  put16(packet, 6, 0x4000);
  packet[8] = shape.time_to_live;
  packet[9] = shape.protocol;
  for (std::size_t i = 0; i < 4; ++i) {
    packet[12 + i] = shape.source[i];
    packet[16 + i] = shape.destination[i];
  }
  packet = joined({packet, shape.options, payload});
  mend_ipv4(packet);
  return packet;
}

struct ipv6_shape {
  sixteen source = theirs6;
  sixteen destination = mine6;
  std::uint8_t next = 6;  ///< what the fixed header says follows
  std::uint8_t service = 0;
  std::uint8_t hop_limit = 57;
};

/// `payload` is all that follows the fixed header.
[[nodiscard]] inline octets ipv6_packet(const octets& payload, const ipv6_shape& shape = {}) {
  octets packet(40, 0);
  packet[0] = static_cast<std::uint8_t>(0x60 | shape.service >> 4);
  packet[1] = static_cast<std::uint8_t>(shape.service << 4);
  put16(packet, 4, payload.size());
  packet[6] = shape.next;
  packet[7] = shape.hop_limit;
  for (std::size_t i = 0; i < 16; ++i) {
    packet[8 + i] = shape.source[i];
    packet[24 + i] = shape.destination[i];
  }
  return joined({packet, payload});
}

/// The first eight octets of a TCP header.
[[nodiscard]] inline octets tcp_front(std::uint16_t source_port, std::uint16_t destination_port, std::uint32_t seq) {
  octets front(8);
  put16(front, 0, source_port);
  put16(front, 2, destination_port);
  put16(front, 4, seq >> 16);
  put16(front, 6, seq & 0xffff);
  return front;
}

/// What a router quotes of a segment that we sent: its header, which says `total` octets, and eight octets more.
[[nodiscard]] inline octets quoted_ipv4(std::size_t total, const octets& front) {
  octets packet = ipv4_packet(front, {.source = mine4, .destination = theirs4});
  put16(packet, 2, total);
  mend_ipv4(packet);
  return packet;
}
[[nodiscard]] inline octets quoted_ipv6(std::size_t total, const octets& front) {
  octets packet = ipv6_packet(front, {.source = mine6, .destination = theirs6});
  put16(packet, 4, total - 40);
  return packet;
}

/// An ICMP message with its checksum; `rest` are the four octets after it.
[[nodiscard]] inline octets icmpv4_message(std::uint8_t type, std::uint8_t code, std::uint32_t rest,
                                           const octets& quoted) {
  octets message(8);
  message[0] = type;
  message[1] = code;
  put16(message, 4, rest >> 16);
  put16(message, 6, rest & 0xffff);
  message = joined({message, quoted});
  put16(message, 2, plain_checksum(message));
  return message;
}
[[nodiscard]] inline octets icmpv6_message(std::uint8_t type, std::uint8_t code, std::uint32_t rest,
                                           const octets& quoted, const sixteen& source = router6,
                                           const sixteen& destination = mine6) {
  octets message = icmpv4_message(type, code, rest, quoted);
  put16(message, 2, 0);
  put16(message, 2, plain_checksum(message, word_sum(source) + word_sum(destination) + message.size() + 58));
  return message;
}

/// The whole packets in which a router sends them to us.
[[nodiscard]] inline octets icmpv4_packet(std::uint8_t type, std::uint8_t code, std::uint32_t rest,
                                          const octets& quoted) {
  return ipv4_packet(icmpv4_message(type, code, rest, quoted), {.source = router4, .protocol = 1});
}
[[nodiscard]] inline octets icmpv6_packet(std::uint8_t type, std::uint8_t code, std::uint32_t rest,
                                          const octets& quoted) {
  return ipv6_packet(icmpv6_message(type, code, rest, quoted), {.source = router6, .next = 58});
}

}  // namespace sequent::build

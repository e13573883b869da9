// A segment on the world's wire: the very octets that the production code wrote, checksum included.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <fmt/format.h>

#include "model/world/fingerprint.hpp"
#include "sequent/wire/ip_fields.hpp"
#include "sequent/wire/parse.hpp"

namespace sequent::refinement {

/// At most Most octets.
template <std::size_t Most>
struct wire_packet {
  std::array<std::uint8_t, Most> room{};
  std::uint16_t size = 0;
  ecn_codepoint ecn = ecn_codepoint::not_capable;  ///< of the IP header around it

  [[nodiscard]] std::span<const std::uint8_t> octets() const noexcept { return {room.data(), size}; }
  friend bool operator==(const wire_packet& a, const wire_packet& b) noexcept {
    return a.ecn == b.ecn && std::ranges::equal(a.octets(), b.octets());
  }
};

/// Damages a packet in the which-th way. Every one of them is a single bit in a place that matters, so the checksum
/// must notice it (RFC 1071: every single-bit error).
template <std::size_t Most>
[[nodiscard]] bool damage(wire_packet<Most>& packet, int which) noexcept {
  // Sequence number, acknowledgment number, control bits, window, checksum, and the last octet of all.
  constexpr std::array<std::size_t, 5> places{7, 11, 13, 15, 17};
  if (which < 0 || which > 5 || packet.size < header_length) return false;
  const std::size_t at = which < 5 ? places[static_cast<std::size_t>(which)] : packet.size - 1u;
  packet.room[at] = static_cast<std::uint8_t>(packet.room[at] ^ (1u << (which % 3)));
  return true;
}

/// Marks a packet as a congested router does; says whether it may (RFC 3168 section 5).
template <std::size_t Most>
[[nodiscard]] bool mark_congestion(wire_packet<Most>& packet) noexcept {
  if (packet.ecn == ecn_codepoint::not_capable) return false;
  packet.ecn = ecn_codepoint::congestion_experienced;
  return true;
}

/// The control bits in the RFC's notation.
[[nodiscard]] inline std::string control_text(control_bits<u32> bits) {
  std::string text;
  const auto add = [&text](bool is_set, const char* name) {
    if (!is_set) return;
    if (!text.empty()) text += ',';
    text += name;
  };
  add(bits.syn(), "SYN");
  add(bits.fin(), "FIN");
  add(bits.rst(), "RST");
  add(bits.ack(), "ACK");
  add(bits.psh(), "PSH");
  add(bits.urg(), "URG");
  add(bits.ece(), "ECE");
  add(bits.cwr(), "CWR");
  return text;
}

/// One line for a ladder diagram: <SEQ=..><ACK=..><CTL=..> and what else matters.
[[nodiscard]] inline std::string segment_text(const segment<u32>& seg) {
  std::string text = fmt::format("<SEQ={}>", seg.seq.wire());
  if (seg.control.ack()) text += fmt::format("<ACK={}>", seg.ack.wire());
  text += fmt::format("<CTL={}> wnd {}", control_text(seg.control), seg.wnd);
  if (seg.text_length != 0) text += fmt::format(" len {}", seg.text_length);
  if (seg.control.urg()) text += fmt::format(" up {}", seg.up);
  if (seg.options.ts) text += fmt::format(" ts {}/{}", seg.options.ts->value.wire(), seg.options.ts->echo.wire());
  for (const auto& block : seg.options.sack.view()) {
    text += fmt::format(" sack {}-{}", block.left.wire(), block.right.wire());
  }
  return text;
}

/// The same for a packet, which may be damaged.
template <std::size_t Most>
[[nodiscard]] std::string packet_text(const wire_packet<Most>& packet) {
  const auto parsed = parse_segment(packet.octets(), pseudo_header{});
  if (!parsed) return fmt::format("({}, {} octets)", describe(parsed.why()), packet.size);
  constexpr const char* codepoints[] = {"", " ECT(1)", " ECT(0)", " CE"};
  return segment_text(parsed->header) + codepoints[static_cast<std::size_t>(packet.ecn)];
}

}  // namespace sequent::refinement

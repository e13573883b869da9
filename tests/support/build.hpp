// Segments for tests, written as the RFC writes them: at(100).ack(300).text(5).fin().
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sequent/wire/emit.hpp"
#include "sequent/wire/segment.hpp"

namespace sequent::test {

/// Octets of a text whose content tells where in the stream it stands: octet i is a function of first + i alone.
[[nodiscard]] inline std::vector<std::uint8_t> pattern(std::size_t length, std::size_t first = 0) {
  std::vector<std::uint8_t> octets(length);
  for (std::size_t i = 0; i != length; ++i) {
    const std::size_t at = first + i;
    octets[i] = static_cast<std::uint8_t>(at ^ (at >> 8) * 31 ^ (at >> 16) * 17);
  }
  return octets;
}

/// A segment together with its text, built up field by field.
class packet {
 public:
  segment<u32> header{};
  std::vector<std::uint8_t> octets{};

  packet() = default;
  explicit packet(segment<u32> with, std::vector<std::uint8_t> text = {}) : header(with), octets(std::move(text)) {}

  packet& ack(u32 number) {
    header.ack = sequence_number<u32>(number);
    return bit(control_bits<u32>::ack_bit);
  }
  packet& syn() { return bit(control_bits<u32>::syn_bit); }
  packet& fin() { return bit(control_bits<u32>::fin_bit); }
  packet& rst() { return bit(control_bits<u32>::rst_bit); }
  packet& psh() { return bit(control_bits<u32>::psh_bit); }
  packet& urg(u32 pointer) {
    header.up = pointer;
    return bit(control_bits<u32>::urg_bit);
  }
  packet& window(u32 field) {
    header.wnd = field;
    return *this;
  }
  packet& from(std::uint16_t port) {
    header.source_port = port;
    return *this;
  }
  packet& text(std::vector<std::uint8_t> content) {
    octets = std::move(content);
    header.text_length = static_cast<u32>(octets.size());
    return *this;
  }
  packet& text(std::size_t length, std::size_t first = 0) { return text(pattern(length, first)); }
  packet& text(std::string_view content) { return text(std::vector<std::uint8_t>(content.begin(), content.end())); }
  /// So many octets of text in the header, none in memory: for the control core, which never looks at text.
  packet& length_only(u32 length) {
    header.text_length = length;
    return *this;
  }
  packet& mss(std::uint16_t size) {
    header.options.mss = size;
    return *this;
  }
  packet& scale(std::uint8_t shift) {
    header.options.window_scale = shift;
    return *this;
  }
  /// A SYN that asks for ECN, or a SYN,ACK that agrees to it; call it after ack().
  packet& ecn() {
    bit(control_bits<u32>::ece_bit);
    return header.control.ack() ? *this : bit(control_bits<u32>::cwr_bit);
  }
  packet& sack_permitted() {
    header.options.sack_permitted = true;
    return *this;
  }
  packet& ts(u32 value, u32 echo = 0) {
    header.options.ts = timestamps<u32>{sequence_number<u32>(value), sequence_number<u32>(echo)};
    return *this;
  }

  [[nodiscard]] u32 seq() const { return header.seq.wire(); }
  [[nodiscard]] u32 acknowledges() const { return header.ack.wire(); }
  /// The control bits by their initials in the order of the header, "SA" for a SYN,ACK.
  [[nodiscard]] std::string bits() const {
    std::string names;
    const u32 wire = header.control.wire();
    for (u32 i = 0; i != 8; ++i) {
      if ((wire >> i & 1u) != 0) names += "FSRPAUEC"[i];
    }
    return names;
  }

 private:
  packet& bit(u32 which) {
    header.control = header.control.with(which);
    return *this;
  }
};

/// A segment at a sequence number, with a window of 65535 unless told otherwise.
[[nodiscard]] inline packet at(u32 seq) {
  packet made;
  made.header.seq = sequence_number<u32>(seq);
  made.header.wnd = 65'535;
  return made;
}

/// The octets of a packet, header and text, with a checksum that holds.
[[nodiscard]] inline std::vector<std::uint8_t> wire(const packet& p, pseudo_header addresses = {}) {
  const std::size_t offset = header_length + options_length(p.header.options);
  std::vector<std::uint8_t> out(offset + p.octets.size());
  std::copy(p.octets.begin(), p.octets.end(), out.begin() + static_cast<std::ptrdiff_t>(offset));
  emit_segment(p.header, out, addresses);
  return out;
}

}  // namespace sequent::test

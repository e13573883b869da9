// Captures with comments: the blocks of pcapng that are needed for packets of one interface. libpcap reads such files
// and writes none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <span>
#include <string_view>

#include "sequent/base/time.hpp"

namespace sequent::tracing {

/// Writes packets to a pcapng file with link type RAW and times in microseconds. Every block is written whole, in the
/// order of this machine, as its magic number tells.
class pcapng {
 public:
  /// `out` must outlive the writer, which never looks whether it could be written. `interface` names it.
  pcapng(std::ostream& out, std::string_view interface) : out_(&out) {
    begin(section_header, 16);
    word(0x1A2B3C4D);  // the order of octets
    half(1);           // version 1.0
    half(0);
    word(0xFFFF'FFFF);  // how long the section is, is not said
    word(0xFFFF'FFFF);
    end(16);
    const std::size_t length = 8 + option_length(interface) + end_of_options;
    begin(interface_description, length);
    half(link_raw);
    half(0);
    word(0);  // packets are whole
    option(option_name, interface);
    word(0);
    end(length);
  }

  /// Appends an IP packet and what is to be said about it, which may be nothing.
  void add(std::span<const std::uint8_t> packet, instant at, std::string_view comment) {
    const std::size_t options = comment.empty() ? 0 : option_length(comment) + end_of_options;
    const std::size_t length = 20 + padded(packet.size()) + options;
    const auto time = static_cast<std::uint64_t>(at.microseconds());
    begin(enhanced_packet, length);
    word(0);  // the interface
    word(static_cast<std::uint32_t>(time >> 32));
    word(static_cast<std::uint32_t>(time));
    word(static_cast<std::uint32_t>(packet.size()));
    word(static_cast<std::uint32_t>(packet.size()));
    write(packet.data(), packet.size());
    pad(packet.size());
    if (!comment.empty()) {
      option(option_comment, comment);
      word(0);
    }
    end(length);
  }

 private:
  static constexpr std::uint32_t section_header = 0x0A0D0D0A;
  static constexpr std::uint32_t interface_description = 1;
  static constexpr std::uint32_t enhanced_packet = 6;
  static constexpr std::uint16_t link_raw = 101;
  static constexpr std::uint16_t option_comment = 1;
  static constexpr std::uint16_t option_name = 2;
  static constexpr std::size_t end_of_options = 4;

  [[nodiscard]] static constexpr std::size_t padded(std::size_t octets) { return (octets + 3) / 4 * 4; }
  [[nodiscard]] static constexpr std::size_t option_length(std::string_view text) { return 4 + padded(text.size()); }

  void begin(std::uint32_t type, std::size_t body) {
    word(type);
    word(static_cast<std::uint32_t>(body + 12));
  }
  void end(std::size_t body) { word(static_cast<std::uint32_t>(body + 12)); }
  void option(std::uint16_t code, std::string_view text) {
    half(code);
    half(static_cast<std::uint16_t>(text.size()));
    write(text.data(), text.size());
    pad(text.size());
  }
  void word(std::uint32_t value) { write(&value, sizeof value); }
  void half(std::uint16_t value) { write(&value, sizeof value); }
  void pad(std::size_t octets) { write("\0\0\0", padded(octets) - octets); }
  void write(const void* octets, std::size_t count) {
    out_->write(static_cast<const char*>(octets), static_cast<std::streamsize>(count));
  }

  std::ostream* out_;
};

}  // namespace sequent::tracing

// From octets to a segment (RFC 9293 section 3.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sequent/checksum.hpp"
#include "sequent/octets.hpp"
#include "sequent/options.hpp"
#include "sequent/result.hpp"
#include "sequent/segment.hpp"

namespace sequent {

/// Octets of a header without options.
inline constexpr std::size_t header_length = 20;
/// Octets of the longest header: a data offset of fifteen words.
inline constexpr std::size_t longest_header = 60;

/// A segment and where its text stands in the octets it was read from.
struct parsed_segment {
  segment<u32> header{};
  std::span<const std::uint8_t> text{};
};

/// Who makes and verifies checksums.
enum class checksum_by : std::uint8_t {
  library,   ///< this library, in software
  hardware,  ///< the caller or its network interface: neither made nor verified here
};

/// Reads one segment, exactly the octets of the datagram's payload. Errors: truncated_header, bad_data_offset,
/// bad_checksum (only when verified here), bad_option_length; a segment in error is to be dropped without reply (C2, C3
/// of docs/choices.md). Never reads outside the octets. Linear in their number.
[[nodiscard]] inline result<parsed_segment> parse_segment(std::span<const std::uint8_t> octets, pseudo_header addresses,
                                                          checksum_by verifier = checksum_by::library) noexcept {
  if (octets.size() < header_length) return error::truncated_header;
  const std::uint8_t* const at = octets.data();
  const std::size_t offset = std::size_t{at[12]} >> 4 << 2;
  if (offset < header_length) return error::bad_data_offset;
  if (octets.size() < offset) return error::truncated_header;
  if (verifier == checksum_by::library && fold_checksum(sum_octets(octets) + addresses.sum(octets.size())) != 0xffffu) {
    return error::bad_checksum;
  }
  parsed_segment parsed;
  if (offset != header_length) {
    const auto options = parse_options(octets.subspan(header_length, offset - header_length));
    if (!options) return options.why();
    parsed.header.options = *options;
  }
  segment<u32>& header = parsed.header;
  header.source_port = load16(at);
  header.destination_port = load16(at + 2);
  header.seq = sequence_number<u32>(load32(at + 4));
  header.ack = sequence_number<u32>(load32(at + 8));
  header.control = control_bits<u32>(at[13]);
  header.wnd = load16(at + 14);
  header.up = load16(at + 18);
  parsed.text = octets.subspan(offset);
  header.text_length = static_cast<u32>(parsed.text.size());
  return parsed;
}

}  // namespace sequent

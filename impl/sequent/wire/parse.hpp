// From octets to a segment (RFC 9293 section 3.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include "sequent/base/checksum.hpp"
#include "sequent/base/octets.hpp"
#include "sequent/base/result.hpp"
#include "sequent/wire/options.hpp"
#include "sequent/wire/segment.hpp"

namespace sequent {

/// Octets of a header without options.
inline constexpr std::size_t header_length = 20;
/// Octets of the longest header: a data offset of fifteen words.
inline constexpr std::size_t longest_header = 60;

/// A segment and where its text stands in the octets it was read from.
struct parsed_segment {
  segment<u32> header{};
  std::span<const std::uint8_t> text{};

  constexpr parsed_segment() noexcept = default;
  /// What stands in the fixed part of a header of `offset` octets, and the text; the options are left out.
  parsed_segment(std::span<const std::uint8_t> octets, std::size_t offset) noexcept
      : header{.source_port = load16(octets.data()),
               .destination_port = load16(octets.data() + 2),
               .seq = sequence_number<u32>(load32(octets.data() + 4)),
               .ack = sequence_number<u32>(load32(octets.data() + 8)),
               .control = control_bits<u32>(octets[13]),
               .wnd = load16(octets.data() + 14),
               .up = load16(octets.data() + 18),
               .text_length = static_cast<u32>(octets.size() - offset),
               .options = {}},
        text(octets.subspan(offset)) {}
};

/// Who makes and verifies checksums.
enum class checksum_by : std::uint8_t {
  library,   ///< this library, in software
  hardware,  ///< the caller or its network interface: neither made nor verified here
};

namespace detail {

/// The sum of a header of `offset` octets in words of 32 bits, a multiple of four from header_length on; not folded.
[[nodiscard]] inline std::uint64_t sum_header(const std::uint8_t* at, std::size_t offset) noexcept {
  std::uint64_t sum = 0;
  const auto add = [&](std::size_t words) noexcept {
    for (; words != 0; --words, at += 4) {
      u32 word = 0;
      std::memcpy(&word, at, sizeof word);
      sum += word;
    }
  };
  add(5);
  const std::size_t left = offset - header_length;
  if ((left & 32) != 0) add(8);
  if ((left & 16) != 0) add(4);
  if ((left & 8) != 0) add(2);
  if ((left & 4) != 0) add(1);
  return sum;
}

/// Whether the checksum of a segment holds, whose header of so many octets is in front of its text. The text is copied
/// to `text_to` in the same pass, if that is wanted.
template <bool Copying = false>
[[nodiscard]] inline bool checksum_holds(const std::uint8_t* at, std::size_t offset, std::size_t size,
                                         pseudo_header addresses, std::uint8_t* text_to = nullptr) noexcept {
  std::uint64_t sum = sum_header(at, offset);
  if (size != offset) sum += sum_native<Copying>(at + offset, text_to, size - offset);
  return fold_checksum(fold_native(sum) + addresses.sum(size)) == 0xffffu;
}

/// The segment in octets that hold a header of `offset` octets.
[[nodiscard]] inline result<parsed_segment> read_fields(std::span<const std::uint8_t> octets,
                                                        std::size_t offset) noexcept {
  result<parsed_segment> parsed(std::in_place, octets, offset);
  if (offset != header_length &&
      !read_options(octets.subspan(header_length, offset - header_length), (*parsed).header.options)) {
    parsed = error::bad_option_length;
  }
  return parsed;
}

}  // namespace detail

/// Reads one segment, exactly the octets of the datagram's payload. Errors: truncated_header, bad_data_offset,
/// bad_checksum (only when verified here), bad_option_length; a segment in error is to be dropped without reply (C2, C3
/// of docs/choices.md). Never reads outside the octets. Linear in their number.
[[nodiscard]] inline result<parsed_segment> parse_segment(std::span<const std::uint8_t> octets, pseudo_header addresses,
                                                          checksum_by verifier = checksum_by::library) noexcept {
  if (octets.size() < header_length) return error::truncated_header;
  const std::size_t offset = std::size_t{octets[12]} >> 4 << 2;
  if (offset < header_length) return error::bad_data_offset;
  if (octets.size() < offset) return error::truncated_header;
  if (verifier == checksum_by::library && !detail::checksum_holds(octets.data(), offset, octets.size(), addresses)) {
    return error::bad_checksum;
  }
  return detail::read_fields(octets, offset);
}

}  // namespace sequent

// From a segment to octets (RFC 9293 section 3.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sequent/checksum.hpp"
#include "sequent/octets.hpp"
#include "sequent/options.hpp"
#include "sequent/parse.hpp"
#include "sequent/segment.hpp"

namespace sequent {

namespace detail {

inline std::uint8_t* emit_padding(std::uint8_t* at, int count) noexcept {
  for (; count != 0; --count) *at++ = static_cast<std::uint8_t>(option_kind::no_operation);
  return at;
}

inline std::uint8_t* emit_kind(std::uint8_t* at, u32 kind, std::size_t length) noexcept {
  *at++ = static_cast<std::uint8_t>(kind);
  *at++ = static_cast<std::uint8_t>(length);
  return at;
}

inline std::uint8_t* emit_sack(std::uint8_t* at, const sack_blocks<u32>& sack, std::size_t blocks) noexcept {
  at = emit_kind(emit_padding(at, 2), option_kind::sack, 2 + 8 * blocks);
  for (std::size_t i = 0; i != blocks; ++i) {
    store32(at, sack.block[i].left.wire());
    store32(at + 4, sack.block[i].right.wire());
    at += 8;
  }
  return at;
}

}  // namespace detail

/// How many SACK blocks fit beside a segment's other options (RFC 2018 section 3): at most four, three with timestamps.
[[nodiscard]] constexpr std::size_t sack_blocks_that_fit(const segment_options<u32>& options) noexcept {
  const std::size_t room = options.ts ? 3 : 4;
  return options.sack.count < room ? options.sack.count : room;
}

/// Octets that the options take in a header: a multiple of four, at most 40.
[[nodiscard]] constexpr std::size_t options_length(const segment_options<u32>& options) noexcept {
  const std::size_t blocks = sack_blocks_that_fit(options);
  return (options.mss ? 4u : 0u) + (options.window_scale ? 4u : 0u) + (options.ts ? 12u : 0u) +
         (options.sack_permitted ? (options.ts ? 0u : 4u) : 0u) + (blocks != 0 ? 4 + 8 * blocks : 0u);
}

/// Writes the options. Each is padded in front to a multiple of four octets with NOPs, so no end marker and no octets
/// after one are ever needed (MUST-69); SACK-permitted takes the place of the NOPs before timestamps.
inline void emit_options(const segment_options<u32>& options, std::uint8_t* at) noexcept {
  if (options.mss) {
    at = detail::emit_kind(at, option_kind::mss, 4);
    store16(at, *options.mss);
    at += 2;
  }
  if (options.sack_permitted) {
    if (!options.ts) at = detail::emit_padding(at, 2);
    at = detail::emit_kind(at, option_kind::sack_permitted, 2);
  }
  if (options.ts) {
    if (!options.sack_permitted) at = detail::emit_padding(at, 2);
    at = detail::emit_kind(at, option_kind::timestamps, 10);
    store32(at, options.ts->value.wire());
    store32(at + 4, options.ts->echo.wire());
    at += 8;
  }
  if (options.window_scale) {
    at = detail::emit_kind(detail::emit_padding(at, 1), option_kind::window_scale, 3);
    *at++ = *options.window_scale;
  }
  const std::size_t blocks = sack_blocks_that_fit(options);
  if (blocks != 0) detail::emit_sack(at, options.sack, blocks);
}

/// Writes a header with its options in front of text that already stands at out[header length ...], and the checksum
/// over both. `out` is the whole segment: header_length + options_length(...) + text_length octets. With
/// checksum_by::hardware the field is left zero. Linear in the octets.
inline void emit_segment(const segment<u32>& header, std::span<std::uint8_t> out, pseudo_header addresses,
                         checksum_by maker = checksum_by::library) noexcept {
  const std::size_t offset = header_length + options_length(header.options);
  SEQUENT_ASSERT(offset <= longest_header && out.size() == offset + header.text_length);
  std::uint8_t* const at = out.data();
  store16(at, header.source_port);
  store16(at + 2, header.destination_port);
  store32(at + 4, header.seq.wire());
  store32(at + 8, header.ack.wire());
  at[12] = static_cast<std::uint8_t>(offset << 2);
  at[13] = static_cast<std::uint8_t>(header.control.wire());
  store16(at + 14, static_cast<std::uint16_t>(header.wnd));
  store16(at + 16, 0);
  store16(at + 18, static_cast<std::uint16_t>(header.up));
  emit_options(header.options, at + header_length);
  if (maker == checksum_by::library) {
    store16(at + 16, checksum_field(sum_octets(out) + addresses.sum(out.size())));
  }
}

}  // namespace sequent

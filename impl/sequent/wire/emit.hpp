// From a segment to octets (RFC 9293 section 3.1).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sequent/base/checksum.hpp"
#include "sequent/base/octets.hpp"
#include "sequent/config.hpp"
#include "sequent/wire/options.hpp"
#include "sequent/wire/parse.hpp"
#include "sequent/wire/segment.hpp"

namespace sequent {

namespace detail {

/// Writes words in network order one behind the other, and sums them on the way: a header is whole words.
struct word_writer {
  std::uint8_t* at;
  std::uint64_t sum = 0;

  void put(u32 word) noexcept {
    store32(at, word);
    at += 4;
    sum += word;
  }
};

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
         (options.sack_permitted ? (options.ts ? 0u : 4u) : 0u) + (blocks != 0 ? 4 + 8 * blocks : 0u) +
         (options.fast_open ? (options.fast_open->octets().size() + 5) / 4 * 4 : 0u);
}

namespace detail {

[[gnu::noinline]] inline void write_fast_open(const fast_open_cookie& cookie, word_writer& out) noexcept {
  const auto octets = cookie.octets();
  std::array<std::uint8_t, fast_open_cookie::most + 4> group{};
  const std::size_t padding = octets.size() % 4 == 0 ? 2 : 0;
  const std::size_t length = padding + 2 + octets.size();
  std::fill_n(group.begin(), padding, std::uint8_t{option_kind::no_operation});
  group[padding] = option_kind::fast_open;
  group[padding + 1] = static_cast<std::uint8_t>(octets.size() + 2);
  std::copy(octets.begin(), octets.end(), group.begin() + static_cast<std::ptrdiff_t>(padding + 2));
  for (std::size_t at = 0; at != length; at += 4) out.put(load32(group.data() + at));
}

inline void write_timestamps(const timestamps<u32>& ts, u32 before, word_writer& out) noexcept {
  out.put(before << 16 | option_kind::timestamps << 8 | 10u);
  out.put(ts.value.wire());
  out.put(ts.echo.wire());
}

inline void write_options(const segment_options<u32>& options, word_writer& out) noexcept {
  constexpr u32 nop = option_kind::no_operation;
  if (options.mss) out.put(option_kind::mss << 24 | 4u << 16 | *options.mss);
  if (options.ts) {
    write_timestamps(*options.ts, options.sack_permitted ? option_kind::sack_permitted << 8 | 2u : nop << 8 | nop, out);
  } else if (options.sack_permitted) {
    out.put(nop << 24 | nop << 16 | option_kind::sack_permitted << 8 | 2u);
  }
  if (options.window_scale) out.put(nop << 24 | option_kind::window_scale << 16 | 3u << 8 | *options.window_scale);
  if (options.fast_open) write_fast_open(*options.fast_open, out);
  const auto blocks = static_cast<u32>(sack_blocks_that_fit(options));
  if (blocks == 0) return;
  out.put(nop << 24 | nop << 16 | option_kind::sack << 8 | (2u + 8u * blocks));
  for (u32 i = 0; i != blocks; ++i) {
    out.put(options.sack.block[i].left.wire());
    out.put(options.sack.block[i].right.wire());
  }
}

}  // namespace detail

/// Writes the options. Each is padded in front to a multiple of four octets with NOPs, so no end marker and no octets
/// after one are ever needed (MUST-69); SACK-permitted takes the place of the NOPs before timestamps.
inline void emit_options(const segment_options<u32>& options, std::uint8_t* at) noexcept {
  detail::word_writer out{at};
  detail::write_options(options, out);
}

/// A header without options but timestamps: nearly every one of a connection past its SYN.
struct plain_header {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  sequence_number<u32> seq{};
  sequence_number<u32> ack{};
  control_bits<u32> control{};
  u32 wnd = 0;  ///< as it goes on the wire
  u32 up = 0;
  u32 text_length = 0;
  bool stamped = false;  ///< it has timestamps
  timestamps<u32> ts;    ///< without a value if it has none

  constexpr plain_header() noexcept {}
  /// Octets of the header.
  [[nodiscard]] constexpr std::size_t length() const noexcept { return header_length + (stamped ? 12u : 0u); }
  /// Gives it timestamps.
  constexpr void stamp(const timestamps<u32>& given) noexcept {
    ts = given;
    stamped = true;
  }
  /// The same as a segment, which is as new.
  constexpr void expand(segment<u32>& whole) const noexcept {
    whole.source_port = source_port;
    whole.destination_port = destination_port;
    whole.seq = seq;
    whole.ack = ack;
    whole.control = control;
    whole.wnd = wnd;
    whole.up = up;
    whole.text_length = text_length;
    if (stamped) whole.stamp(ts);
  }
};

namespace detail {

/// Writes the fixed part of a header of so many octets, from a segment or a plain_header.
template <class Header>
inline void write_fields(const Header& header, std::size_t offset, word_writer& out) noexcept {
  out.put(u32{header.source_port} << 16 | header.destination_port);
  out.put(header.seq.wire());
  out.put(header.ack.wire());
  out.put(static_cast<u32>(offset) << 26 | header.control.wire() << 16 | (header.wnd & 0xffffu));
  out.put(header.up & 0xffffu);
}

/// Writes the checksum of a header of so many octets that sum up to `header_sum`. The urgent field is written with it:
/// who reads the whole word soon afterwards would wait for a half of it.
inline void write_checksum(std::uint8_t* at, std::size_t offset, std::uint64_t header_sum, u32 up, u32 text_length,
                           u32 text_sum, pseudo_header addresses) noexcept {
  const std::uint64_t sum = header_sum + text_sum + addresses.sum(offset + text_length);
  store32(at + 16, u32{checksum_field(fold_wide(sum))} << 16 | (up & 0xffffu));
}

}  // namespace detail

/// Writes a header as emit_header() below does, `out` as long as it says. Constant time.
inline void emit_plain_header(const plain_header& header, std::span<std::uint8_t> out, pseudo_header addresses,
                              u32 text_sum, checksum_by maker) noexcept {
  SEQUENT_ASSERT(out.size() == header.length());
  constexpr u32 nop = option_kind::no_operation;
  detail::word_writer words{out.data()};
  detail::write_fields(header, out.size(), words);
  if (header.stamped) detail::write_timestamps(header.ts, nop << 8 | nop, words);
  if (maker != checksum_by::library) return;
  detail::write_checksum(out.data(), out.size(), words.sum, header.up, header.text_length, text_sum, addresses);
}

/// Writes a header with its options, `out` as long as they are, and the checksum over it and header.text_length octets
/// of text whose sum_octets() is `text_sum`; the text itself is not looked at. With checksum_by::hardware the field is
/// left zero. Constant time.
inline void emit_header(const segment<u32>& header, std::span<std::uint8_t> out, pseudo_header addresses, u32 text_sum,
                        checksum_by maker = checksum_by::library) noexcept {
  SEQUENT_ASSERT(out.size() == header_length + options_length(header.options) && out.size() <= longest_header);
  detail::word_writer words{out.data()};
  detail::write_fields(header, out.size(), words);
  detail::write_options(header.options, words);
  if (maker != checksum_by::library) return;
  detail::write_checksum(out.data(), out.size(), words.sum, header.up, header.text_length, text_sum, addresses);
}

/// Writes a header with its options in front of text that already stands at out[header length ...], and the checksum
/// over both. `out` is the whole segment: header_length + options_length(...) + text_length octets. With
/// checksum_by::hardware the field is left zero. Linear in the octets.
inline void emit_segment(const segment<u32>& header, std::span<std::uint8_t> out, pseudo_header addresses,
                         checksum_by maker = checksum_by::library) noexcept {
  const std::size_t offset = header_length + options_length(header.options);
  SEQUENT_ASSERT(out.size() == offset + header.text_length);
  const u32 text_sum = maker == checksum_by::library ? sum_octets(out.subspan(offset)) : 0;
  emit_header(header, out.first(offset), addresses, text_sum, maker);
}

}  // namespace sequent

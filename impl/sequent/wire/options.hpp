// Reading TCP options (RFC 9293 section 3.2): a cursor that always advances and never leaves the header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "sequent/base/octets.hpp"
#include "sequent/base/result.hpp"
#include "sequent/wire/segment.hpp"

namespace sequent {

/// Option kinds that are read and written; any other kind is skipped by its length (MUST-6).
namespace option_kind {
inline constexpr u32 end = 0, no_operation = 1, mss = 2, window_scale = 3, sack_permitted = 4, sack = 5, timestamps = 8,
                     fast_open = 34;
}  // namespace option_kind

/// What the cursor met.
enum class option_step : std::uint8_t {
  finished,   ///< the end of the list, or its end marker
  padding,    ///< a NOP
  option,     ///< an option with kind and length
  malformed,  ///< a length of 0 or 1, or one past the end (MUST-7)
};

/// One step of the cursor.
template <word W>
struct option_cursor_step {
  option_step met = option_step::finished;
  W kind{};
  W length{};  ///< octets of the option, kind and length included; at least 2 for an option
  W next{};    ///< offset at which to go on; for padding and option: at < next =< end
};

/// Looks at the option at offset `at` of a list that ends at offset `end`. `octet(offset)` gives the octet at an offset
/// as a word and is called only with offsets below end. Constant time.
template <word W, class Octet>
[[nodiscard]] constexpr option_cursor_step<W> step_option(W at, W end, Octet octet) noexcept {
  if (end <= at) return {option_step::finished, W(0u), W(0u), at};
  const W kind = octet(at);
  if (kind == W(option_kind::end)) return {option_step::finished, kind, W(0u), at};
  if (kind == W(option_kind::no_operation)) return {option_step::padding, kind, W(1u), at + W(1u)};
  const W left = end - at;
  if (left < W(2u)) return {option_step::malformed, kind, W(0u), at};
  const W length = octet(at + W(1u));
  if (length < W(2u) || left < length) return {option_step::malformed, kind, length, at};
  return {option_step::option, kind, length, at + length};
}

namespace detail {

inline void read_timestamps(const std::uint8_t* body, segment_options<u32>& into) noexcept {
  into.ts.emplace(timestamps<u32>{sequence_number<u32>(load32(body)), sequence_number<u32>(load32(body + 4))});
}

inline void read_sack(const std::uint8_t* body, u32 length, sack_blocks<u32>& into) noexcept {
  into.count = 0;
  // A length that is no whole number of blocks is nonsense of its own kind: the option is ignored.
  if (length % 8 != 2) return;
  const u32 blocks = lesser(length / 8, u32{sack_blocks<u32>::most});
  for (u32 i = 0; i != blocks; ++i) {
    into.block[i].left = sequence_number<u32>(load32(body + 2 + 8 * i));
    into.block[i].right = sequence_number<u32>(load32(body + 6 + 8 * i));
  }
  into.count = static_cast<std::uint8_t>(blocks);
}

/// Takes a known option whose length is as its RFC says; any other is ignored like an unknown one.
inline void read_option(const std::uint8_t* at, u32 kind, u32 length, segment_options<u32>& into) noexcept {
  switch (kind) {
    case option_kind::mss:
      if (length == 4) into.mss = load16(at + 2);
      break;
    case option_kind::window_scale:
      if (length == 3) into.window_scale = at[2];
      break;
    case option_kind::sack_permitted:
      if (length == 2) into.sack_permitted = true;
      break;
    case option_kind::sack: read_sack(at, length, into.sack); break;
    case option_kind::timestamps:
      if (length == 10) read_timestamps(at + 2, into);
      break;
    case option_kind::fast_open:
      if (const auto cookie = fast_open_cookie::of({at + 2, length - 2})) into.fast_open = cookie;
      break;
    default: break;
  }
}

/// The cursor at work from an offset on; says whether it reached the end without meeting a malformed option.
[[gnu::noinline]] inline bool read_any_options(const std::uint8_t* first, u32 at, u32 end,
                                               segment_options<u32>& into) noexcept {
  const auto octet = [first](u32 offset) noexcept { return u32{first[offset]}; };
  for (;;) {
    const option_cursor_step<u32> step = step_option(at, end, octet);
    switch (step.met) {
      case option_step::finished: return true;
      case option_step::malformed: return false;
      case option_step::padding: break;
      case option_step::option: read_option(first + at, step.kind, step.length, into); break;
    }
    at = step.next;
  }
}

/// Reads what most hosts write: options that, together with the padding before them, fill whole words. Returns how many
/// octets the group at `at` fills, or 0 for anything else, which is left to the cursor. The cursor would find the same
/// options and the same end in each group.
inline u32 read_group(const std::uint8_t* at, u32 left, segment_options<u32>& into) noexcept {
  if (left < 4) return 0;
  const u32 word = load32(at);
  if (left >= 12 && (word == 0x0101'080au || word == 0x0402'080au)) {
    if (word == 0x0402'080au) into.sack_permitted = true;
    read_timestamps(at + 4, into);
    return 12;
  }
  if (word >> 8 == 0x01'0105u) {
    const u32 length = word & 0xffu;
    if (length % 8 != 2 || left - 2 < length) return 0;
    read_sack(at + 2, length, into.sack);
    return 2 + length;
  }
  if (word >> 16 == 0x0204u) {
    into.mss = static_cast<std::uint16_t>(word);
    return 4;
  }
  if (word >> 8 == 0x01'0303u) {
    into.window_scale = static_cast<std::uint8_t>(word);
    return 4;
  }
  if (word == 0x0101'0402u) {
    into.sack_permitted = true;
    return 4;
  }
  return 0;
}

/// Reads options into a value that has none yet; says whether all lengths were possible.
inline bool read_options(std::span<const std::uint8_t> octets, segment_options<u32>& into) noexcept {
  const auto end = static_cast<u32>(octets.size());
  u32 at = 0;
  while (const u32 group = read_group(octets.data() + at, end - at, into)) at += group;
  return at == end || read_any_options(octets.data(), at, end, into);
}

}  // namespace detail

/// Reads the options of a header: the octets between the fixed header and the text. Options may stand at any alignment
/// (MUST-64) and on any segment (MUST-5); of one that is repeated the last counts. An impossible length ends in
/// bad_option_length, and the segment is to be dropped (C3 of docs/choices.md). Linear in the octets, at most 40.
[[nodiscard]] inline result<segment_options<u32>> parse_options(std::span<const std::uint8_t> octets) noexcept {
  result<segment_options<u32>> options(std::in_place);
  if (!detail::read_options(octets, *options)) options = error::bad_option_length;
  return options;
}

}  // namespace sequent

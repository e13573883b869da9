// Reading TCP options (RFC 9293 section 3.2): a cursor that always advances and never leaves the header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sequent/octets.hpp"
#include "sequent/result.hpp"
#include "sequent/segment.hpp"

namespace sequent {

/// Option kinds that are read and written; any other kind is skipped by its length (MUST-6).
namespace option_kind {
inline constexpr u32 end = 0, no_operation = 1, mss = 2, window_scale = 3, sack_permitted = 4, sack = 5, timestamps = 8;
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

inline void read_sack(const std::uint8_t* body, u32 length, sack_blocks<u32>& into) noexcept {
  // A length that is no whole number of blocks is nonsense of its own kind: the option is ignored.
  if (length % 8 != 2) return;
  for (u32 at = 2; at < length; at += 8) {
    into.push({sequence_number<u32>(load32(body + at)), sequence_number<u32>(load32(body + at + 4))});
  }
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
    case option_kind::sack:
      into.sack = {};
      read_sack(at, length, into.sack);
      break;
    case option_kind::timestamps:
      if (length == 10) {
        into.ts = timestamps<u32>{sequence_number<u32>(load32(at + 2)), sequence_number<u32>(load32(at + 6))};
      }
      break;
    default: break;
  }
}

}  // namespace detail

/// Reads the options of a header: the octets between the fixed header and the text. Options may stand at any alignment
/// (MUST-64) and on any segment (MUST-5); of one that is repeated the last counts. An impossible length ends in
/// bad_option_length, and the segment is to be dropped (C3 of docs/choices.md). Linear in the octets, at most 40.
[[nodiscard]] inline result<segment_options<u32>> parse_options(std::span<const std::uint8_t> octets) noexcept {
  segment_options<u32> options;
  const std::uint8_t* const first = octets.data();
  const auto end = static_cast<u32>(octets.size());
  // The layout that nearly every segment of a connection with timestamps has (RFC 7323 appendix A).
  if (end == 12 && load32(first) == 0x0101'080au) {
    options.ts = timestamps<u32>{sequence_number<u32>(load32(first + 4)), sequence_number<u32>(load32(first + 8))};
    return options;
  }
  const auto octet = [first](u32 offset) noexcept { return u32{first[offset]}; };
  u32 at = 0;
  for (;;) {
    const option_cursor_step<u32> step = step_option(at, end, octet);
    switch (step.met) {
      case option_step::finished: return options;
      case option_step::malformed: return error::bad_option_length;
      case option_step::padding: break;
      case option_step::option: detail::read_option(first + at, step.kind, step.length, options); break;
    }
    at = step.next;
  }
}

}  // namespace sequent

// A segment as the core sees it: the header's fields in host order, its options, and how much text follows.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "sequent/base/seq.hpp"
#include "sequent/wire/control_bits.hpp"
#include "sequent/wire/fast_open.hpp"

namespace sequent {

/// The timestamps option (RFC 7323 section 3.2).
template <word W = u32>
struct timestamps {
  sequence_number<W> value{};  ///< TSval: the sender's clock, a point on its own circle
  sequence_number<W> echo{};   ///< TSecr: our clock as the sender last saw it
  friend bool operator==(const timestamps&, const timestamps&) noexcept = default;
};

/// One block of a SACK option (RFC 2018 section 3): [left, right).
template <word W = u32>
struct sack_block {
  sequence_number<W> left{};   ///< of its first octet
  sequence_number<W> right{};  ///< of the octet behind its last
  friend bool operator==(const sack_block&, const sack_block&) noexcept = default;
};

/// The blocks of a SACK option: none to four, in the order of the option.
template <word W = u32>
struct sack_blocks {
  static constexpr std::uint8_t most = 4;   ///< what 40 octets of options have room for
  std::array<sack_block<W>, most> block{};  ///< those that count stand first
  std::uint8_t count = 0;                   ///< 0 to most

  /// Those that count.
  [[nodiscard]] constexpr std::span<const sack_block<W>> view() const noexcept { return {block.data(), count}; }
  /// Adds a block if there is room for it; says whether there was.
  constexpr bool push(sack_block<W> b) noexcept {
    if (count == most) return false;
    block[count++] = b;
    return true;
  }
  /// Equal if the same blocks count, whatever is left over behind them.
  friend constexpr bool operator==(const sack_blocks& a, const sack_blocks& b) noexcept {
    return std::equal(a.view().begin(), a.view().end(), b.view().begin(), b.view().end());
  }
};

/// The options of a segment that this library knows. What is absent from the header is absent here.
template <word W = u32>
struct segment_options {
  std::optional<std::uint16_t> mss;           ///< octets of text (RFC 9293 section 3.7.1); only on SYN (MUST-65)
  std::optional<std::uint8_t> window_scale;   ///< shift count as on the wire (RFC 7323 section 2.2); only on SYN
  bool sack_permitted = false;                ///< RFC 2018 section 2; only on SYN
  std::optional<timestamps<W>> ts;            ///< RFC 7323 section 3.2
  sack_blocks<W> sack;                        ///< RFC 2018 section 3
  std::optional<fast_open_cookie> fast_open;  ///< RFC 7413 section 4.1.1; only on SYN

  /// None. Nothing is written where an option would stand that is absent.
  constexpr segment_options() noexcept {}
  friend bool operator==(const segment_options&, const segment_options&) noexcept = default;
};

/// A segment without its text octets. Member names are the RFC's SEG variables (RFC 9293 section 3.3.1).
template <word W = u32>
struct segment {
  std::uint16_t source_port = 0;       ///< the sender's
  std::uint16_t destination_port = 0;  ///< the receiver's
  sequence_number<W> seq{};            ///< SEG.SEQ
  sequence_number<W> ack{};            ///< SEG.ACK, meaningful with the ACK bit
  control_bits<W> control{};           ///< SYN, ACK and the others
  W wnd{};                             ///< SEG.WND as on the wire: 0 to 65535, not scaled
  W up{};                              ///< the urgent field, an offset from seq, meaningful with the URG bit
  W text_length{};                     ///< octets of text
  segment_options<W> options;          ///< those that this library knows

  /// SEG.LEN: octets of sequence space, SYN and FIN included (section 3.4).
  [[nodiscard]] constexpr W length() const noexcept { return text_length + control.length(); }
  /// Gives it timestamps.
  constexpr void stamp(const timestamps<W>& ts) noexcept { options.ts = ts; }
  /// Each number fits its field; one that was parsed always does.
  [[nodiscard]] constexpr bool fits_a_header() const noexcept {
    return !(W(0xffffu) < wnd) && !(W(0xffffu) < up) && options.sack.count <= sack_blocks<W>::most;
  }

  friend bool operator==(const segment&, const segment&) noexcept = default;
};

}  // namespace sequent

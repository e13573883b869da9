// Big-endian numbers in runs of octets. Callers have checked that the octets are there.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "sequent/base/compiler.hpp"
#include "sequent/base/word.hpp"

namespace sequent {

namespace detail {

// From the processor's order of octets to the network's, or back.
[[nodiscard]] constexpr std::uint16_t network_order(std::uint16_t word) noexcept {
  return std::endian::native == std::endian::little ? swapped(word) : word;
}
[[nodiscard]] constexpr u32 network_order(u32 word) noexcept {
  return std::endian::native == std::endian::little ? swapped(word) : word;
}

}  // namespace detail

// While compiling, numbers are put together octet by octet; while running, they are moved as a whole, as compilers do
// not always see that one is the other.

/// The 16-bit number at two octets, network order.
[[nodiscard]] constexpr std::uint16_t load16(const std::uint8_t* at) noexcept {
  if (std::is_constant_evaluated()) return static_cast<std::uint16_t>((at[0] << 8) | at[1]);
  std::uint16_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return detail::network_order(word);
}

/// The 32-bit number at four octets, network order.
[[nodiscard]] constexpr u32 load32(const std::uint8_t* at) noexcept {
  if (std::is_constant_evaluated()) return u32{load16(at)} << 16 | load16(at + 2);
  u32 word = 0;
  std::memcpy(&word, at, sizeof word);
  return detail::network_order(word);
}

/// Writes a 16-bit number to two octets, network order.
constexpr void store16(std::uint8_t* at, std::uint16_t value) noexcept {
  if (std::is_constant_evaluated()) {
    at[0] = static_cast<std::uint8_t>(value >> 8);
    at[1] = static_cast<std::uint8_t>(value);
    return;
  }
  const std::uint16_t word = detail::network_order(value);
  std::memcpy(at, &word, sizeof word);
}

/// Writes a 32-bit number to four octets, network order.
constexpr void store32(std::uint8_t* at, u32 value) noexcept {
  if (std::is_constant_evaluated()) {
    store16(at, static_cast<std::uint16_t>(value >> 16));
    store16(at + 2, static_cast<std::uint16_t>(value));
    return;
  }
  const u32 word = detail::network_order(value);
  std::memcpy(at, &word, sizeof word);
}

/// Copies octets between places that do not overlap. Linear. In pieces, because C libraries copy longer ones by string
/// instructions, which AMD's Zen 3 and 4 carry out twenty times as slowly where `to` stands a few octets behind `from`
/// within its page (microsoft/STL issue 5658).
inline void copy_octets(std::uint8_t* to, const std::uint8_t* from, std::size_t count) noexcept {
  constexpr std::size_t most = 2'048;
  while (count != 0) {
    const std::size_t piece = count < most ? count : most;
    std::memcpy(to, from, piece);
    to += piece;
    from += piece;
    count -= piece;
  }
}

/// Has the memory at `first` and so many octets on brought near, all of it at once, because it will be wanted soon.
/// Says nothing about what stands there; does nothing where the compiler has no way to ask.
constexpr void fetch_ahead(const void* first, std::size_t octets) noexcept {
  if (std::is_constant_evaluated()) return;
  constexpr std::size_t line = 64;
  const auto* const at = static_cast<const char*>(first);
  for (std::size_t i = 0; i < octets; i += line) detail::prefetch(at + i);
  if (octets != 0) detail::prefetch(at + octets - 1);
}

}  // namespace sequent

// Big-endian numbers in runs of octets. Callers have checked that the octets are there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "sequent/word.hpp"

namespace sequent {

/// The 16-bit number at two octets, network order.
[[nodiscard]] constexpr std::uint16_t load16(const std::uint8_t* at) noexcept {
  return static_cast<std::uint16_t>((at[0] << 8) | at[1]);
}

/// The 32-bit number at four octets, network order.
[[nodiscard]] constexpr u32 load32(const std::uint8_t* at) noexcept {
  return (u32{at[0]} << 24) | (u32{at[1]} << 16) | (u32{at[2]} << 8) | u32{at[3]};
}

/// Writes a 16-bit number to two octets, network order.
constexpr void store16(std::uint8_t* at, std::uint16_t value) noexcept {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}

/// Writes a 32-bit number to four octets, network order.
constexpr void store32(std::uint8_t* at, u32 value) noexcept {
  at[0] = static_cast<std::uint8_t>(value >> 24);
  at[1] = static_cast<std::uint8_t>(value >> 16);
  at[2] = static_cast<std::uint8_t>(value >> 8);
  at[3] = static_cast<std::uint8_t>(value);
}

/// Has the memory at `first` and so many octets on brought near, all of it at once, because it will be wanted soon.
/// Says nothing about what stands there; does nothing where the compiler has no way to ask.
constexpr void fetch_ahead(const void* first, std::size_t octets) noexcept {
#if defined(__GNUC__)
  if (std::is_constant_evaluated()) return;
  constexpr std::size_t line = 64;
  const auto* const at = static_cast<const char*>(first);
  for (std::size_t i = 0; i < octets; i += line) __builtin_prefetch(at + i);
  if (octets != 0) __builtin_prefetch(at + octets - 1);
#else
  static_cast<void>(first);
  static_cast<void>(octets);
#endif
}

}  // namespace sequent

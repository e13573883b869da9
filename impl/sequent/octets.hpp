// Big-endian numbers in runs of octets. Callers have checked that the octets are there.
#pragma once

#include <cstdint>
#include <cstring>

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

}  // namespace sequent

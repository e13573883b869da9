// The arithmetic of CUBIC (RFC 9438 section 4.2): a cube, a cube root, and units that spare divisions.
//
// Times are whole microseconds, windows whole octets. Inside, the cube is taken of seconds in fixed point; every
// intermediate result fits 64 bits for all times below 2^31 microseconds and segments below 2^16 octets, which a proof
// checks.
#pragma once

#include <cstdint>

#include "sequent/base/word.hpp"

namespace sequent::congestion {

/// The cube root of what has been read so far, from the left, of a number: root^3 + rest is what was read.
template <word W>
struct partial_root {
  W root{};
  W square{};  ///< of the root
  W rest{};    ///< at most 3 root^2 + 3 root: one more in the root would be too much
};

/// Reads three more bits: the root doubles, and is one more if (2 root + 1)^3 still fits.
template <word W>
[[nodiscard]] constexpr partial_root<W> next_root(const partial_root<W>& s, W three_bits) noexcept {
  const W root = s.root << W(1u);
  const W square = s.square << W(2u);
  const W rest = (s.rest << W(3u)) + three_bits;
  // (root + 1)^3 - root^3
  const W step = square + square + square + root + root + root + W(1u);
  if (rest < step) return {root, square, rest};
  return {root + W(1u), square + root + root + W(1u), rest - step};
}

/// The largest number whose cube is at most x. 22 steps, whatever x.
[[nodiscard]] constexpr u32 cube_root(std::uint64_t x) noexcept {
  partial_root<std::uint64_t> s;
  for (unsigned left = 66; left != 0; left -= 3) s = next_root(s, (x >> (left - 3)) & 7);
  return static_cast<u32>(s.root);
}

/// C t^3 in octets, for a time t below 2^31 microseconds and a segment size below 2^16 octets, with C = 0.4 segments a
/// second cubed. Rounded down by less than a segment for t below 2^11 s.
template <word W>
[[nodiscard]] constexpr W cubic_growth(W microseconds, W mss) noexcept {
  const W time = (microseconds * W(281'474'977u)) >> W(32u);  // in 1/2^16 s, below 2^28
  const W square = (time * time) >> W(22u);                   // in 1/2^10 s^2
  const W cube = (square * time) >> W(14u);                   // in 1/2^12 s^3
  return ((cube * mss * W(2u)) / W(5u)) >> W(12u);            // C = 2/5
}

/// K of RFC 9438 Figure 2 in microseconds, rounded down to 1/1024 s: the time for which the window, `below` octets
/// under its plateau, takes to reach it. `below` is at most 2^30; a segment of no octets counts as one of one. About 22
/// steps.
[[nodiscard]] constexpr std::int32_t time_to_plateau(u32 below, u32 mss) noexcept {
  // (below / mss) / 0.4 in 1/2^30 s^3, below 2^62
  const std::uint64_t cube = (std::uint64_t{below} * 5 << 29) / greater(mss, u32{1});
  return static_cast<std::int32_t>(std::uint64_t{cube_root(cube)} * 15'625 >> 4);
}

}  // namespace sequent::congestion

// The word over which the core's arithmetic is written.
#pragma once

#include <concepts>
#include <cstdint>

#include "sequent/base/compiler.hpp"

namespace sequent {

/// A 32-bit unsigned word with wrap-around arithmetic. The production word is std::uint32_t; the proofs execute the
/// very same functions with a symbolic bit-vector, whose comparisons fork the execution. Only these operations are
/// used, so that C++ promotions and narrowing, which a bit-vector does not know, cannot enter.
template <class W>
concept word = std::regular<W> && std::constructible_from<W, std::uint32_t> && requires(const W a, const W b) {
  { a + b } -> std::convertible_to<W>;
  { a - b } -> std::convertible_to<W>;
  { a& b } -> std::convertible_to<W>;
  { a | b } -> std::convertible_to<W>;
  { a ^ b } -> std::convertible_to<W>;
  { a << b } -> std::convertible_to<W>;
  { a >> b } -> std::convertible_to<W>;
  { a < b } -> std::convertible_to<bool>;
  { a <= b } -> std::convertible_to<bool>;
  { a == b } -> std::convertible_to<bool>;
};

/// The production word.
using u32 = std::uint32_t;

static_assert(word<u32>);

/// The smaller of two words.
template <word W>
[[nodiscard]] constexpr W lesser(W a, W b) noexcept {
  return b < a ? b : a;
}

/// The greater of two words.
template <word W>
[[nodiscard]] constexpr W greater(W a, W b) noexcept {
  return a < b ? b : a;
}

}  // namespace sequent

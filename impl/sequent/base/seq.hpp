// Sequence numbers (RFC 9293 section 3.4): numbers on a circle of 2^32, so they have no order, only distances.
#pragma once

#include "sequent/base/compiler.hpp"
#include "sequent/base/word.hpp"

namespace sequent {

/// A point on the circle of sequence numbers. It has no `<`: ask whether it lies in an interval, or how far it is
/// ahead. Acknowledgment numbers and timestamp values are points on such circles too.
template <word W = u32>
class sequence_number {
 public:
  constexpr sequence_number() noexcept = default;
  /// The number as it stands in a header, in host byte order.
  constexpr explicit sequence_number(W wire) noexcept : wire_(wire) {}

  /// The number as it goes into a header.
  [[nodiscard]] constexpr W wire() const noexcept { return wire_; }

  /// The point so many octets further on.
  [[nodiscard]] friend constexpr sequence_number operator+(sequence_number a, W octets) noexcept {
    return sequence_number(a.wire_ + octets);
  }
  /// The point so many octets back.
  [[nodiscard]] friend constexpr sequence_number operator-(sequence_number a, W octets) noexcept {
    return sequence_number(a.wire_ - octets);
  }
  /// Octets from b forward to a, modulo 2^32.
  [[nodiscard]] friend constexpr W operator-(sequence_number a, sequence_number b) noexcept {
    return a.wire_ - b.wire_;
  }
  [[nodiscard]] friend constexpr bool operator==(sequence_number a, sequence_number b) noexcept {
    return a.wire_ == b.wire_;
  }

 private:
  W wire_{};
};

/// The first distance at which "ahead" and "behind" cannot be told apart any more.
inline constexpr u32 half_circle = 0x8000'0000u;

/// RFC 9293 section 3.4 `a < b`: b is ahead of a by less than half the circle. At exactly half (A1 of docs/choices.md)
/// neither is before the other. Prefer the interval tests below wherever two bounds are known.
template <word W>
[[nodiscard]] constexpr bool before(sequence_number<W> a, sequence_number<W> b) noexcept {
  return (b - a) - W(1u) < W(half_circle - 1u);
}

/// `a =< b`, with the meaning of before().
template <word W>
[[nodiscard]] constexpr bool at_or_before(sequence_number<W> a, sequence_number<W> b) noexcept {
  return b - a < W(half_circle);
}

/// x lies in [start, start + length): one of the length octets that begin at start.
template <word W>
[[nodiscard]] constexpr bool in_window(sequence_number<W> x, sequence_number<W> start, W length) noexcept {
  return x - start < length;
}

/// `low < x =< high`, exact for every distance from low to high.
template <word W>
[[nodiscard]] constexpr bool after_until(sequence_number<W> low, sequence_number<W> x,
                                         sequence_number<W> high) noexcept {
  return (x - low) - W(1u) < high - low;
}

/// `low =< x =< high`, exact for every distance from low to high.
template <word W>
[[nodiscard]] constexpr bool from_until(sequence_number<W> low, sequence_number<W> x,
                                        sequence_number<W> high) noexcept {
  return x - low <= high - low;
}

}  // namespace sequent

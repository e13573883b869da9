// Where 32-bit numbers lie on axes that never wrap: each is read as the position nearest one that is known.
#pragma once

#include <cstdint>

#include "model/spec/position.hpp"
#include "sequent/wire/segment.hpp"

namespace sequent::refinement {

/// A number whose position is known, and with it the position of everything within half the circle of it.
struct anchor {
  sequence_number<u32> wire{};
  spec::position at = 0;

  /// The position of a number. At a distance of exactly half the circle it is taken to lie behind (A1).
  [[nodiscard]] spec::position operator()(sequence_number<u32> number) const noexcept {
    return at + static_cast<std::int32_t>(number - wire);
  }
  /// The number of a position.
  [[nodiscard]] sequence_number<u32> number_at(spec::position position) const noexcept {
    return wire + static_cast<u32>(position - at);
  }
  friend bool operator==(const anchor&, const anchor&) = default;
};

/// The three axes of a connection, in the form that abstraction.hpp asks for.
struct places {
  anchor ours{};         ///< our stream: 0 is our SYN
  anchor theirs{};       ///< the peer's stream: 0 is its SYN
  anchor their_clock{};  ///< the peer's timestamp clock

  [[nodiscard]] spec::position send(sequence_number<u32> n) const noexcept { return ours(n); }
  [[nodiscard]] spec::position receive(sequence_number<u32> n) const noexcept { return theirs(n); }
  [[nodiscard]] spec::position clock(sequence_number<u32> n) const noexcept { return their_clock(n); }
  [[nodiscard]] spec::position octets(u32 n) const noexcept { return n; }
  [[nodiscard]] bool bit(u32 bits, u32 which) const noexcept { return (bits & which) != 0; }
};

}  // namespace sequent::refinement

// Storage for tables of things: inside the table or somebody else's.
// implements: storage
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "sequent/base/compiler.hpp"

namespace sequent {

/// Slots inside the object itself: a table that is a value and can be copied.
template <class T, std::size_t Count>
class inline_slots {
 public:
  using value_type = T;
  [[nodiscard]] constexpr std::span<T> slots() noexcept { return slots_; }
  [[nodiscard]] constexpr std::span<const T> slots() const noexcept { return slots_; }

 private:
  std::array<T, Count> slots_{};
};

/// Slots that the caller owns and that outlive the table, for tables too large for an object. Copies of the table share
/// them, so only one may go on being used.
template <class T>
class span_slots {
 public:
  using value_type = T;
  constexpr span_slots() noexcept = default;
  constexpr explicit span_slots(std::span<T> slots) noexcept : slots_(slots) {}
  [[nodiscard]] constexpr std::span<T> slots() noexcept { return slots_; }
  [[nodiscard]] constexpr std::span<const T> slots() const noexcept { return slots_; }

 private:
  std::span<T> slots_{};
};

}  // namespace sequent

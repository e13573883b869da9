// A position type that offers the specification nothing beyond what a symbolic one does.
#pragma once

#include <concepts>
#include <cstdint>

#include "model/spec/position.hpp"

namespace sequent::spec {

/// The result of a comparison: converts to bool only where a condition is asked, and counts how often that happens.
struct strict_truth {
  bool value = false;
  inline static std::uint64_t asked = 0;
  strict_truth() = default;
  strict_truth(bool v) : value(v) {}
  explicit operator bool() const {
    ++asked;
    return value;
  }
};

/// Exactly the strict truth, so that these never compete with the built-in operators.
template <class T>
concept only_strict_truth = std::same_as<T, strict_truth>;

template <only_strict_truth A, only_strict_truth B>
strict_truth operator&&(const A& a, const B& b) {
  return {a.value && b.value};
}
template <only_strict_truth A, only_strict_truth B>
strict_truth operator||(const A& a, const B& b) {
  return {a.value || b.value};
}

/// An integer without implicit conversions, and without any operation that the contract does not list.
struct strict_position {
  std::int64_t value = 0;
  constexpr strict_position() = default;
  explicit constexpr strict_position(int v) : value(v) {}
  friend strict_position operator+(strict_position a, strict_position b) { return of(a.value + b.value); }
  friend strict_position operator-(strict_position a, strict_position b) { return of(a.value - b.value); }
  strict_position operator-() const { return of(-value); }
  friend strict_position operator<<(strict_position a, strict_position b) { return of(a.value << b.value); }
  friend strict_truth operator==(strict_position a, strict_position b) { return {a.value == b.value}; }
  friend strict_truth operator!=(strict_position a, strict_position b) { return {a.value != b.value}; }
  friend strict_truth operator<(strict_position a, strict_position b) { return {a.value < b.value}; }
  friend strict_truth operator<=(strict_position a, strict_position b) { return {a.value <= b.value}; }
  friend strict_truth operator>(strict_position a, strict_position b) { return {a.value > b.value}; }
  friend strict_truth operator>=(strict_position a, strict_position b) { return {a.value >= b.value}; }

  /// A strict position from a plain one.
  static constexpr strict_position of(std::int64_t v) {
    strict_position p;
    p.value = v;
    return p;
  }
};

template <>
struct truth_of<strict_position> {
  using type = strict_truth;
};

}  // namespace sequent::spec

// The word over which the proofs execute the production source.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "proofs/engine/truth.hpp"

namespace sequent::proof {

/// A 32-bit unsigned word, constant or symbolic. It has no implicit conversions, so that no promotion or narrowing can
/// enter. Its comparisons are plain bools: one that depends on the inputs forks the execution. A shift by 32 or more,
/// undefined for std::uint32_t, is a failure of the proof.
class word32 {
 public:
  word32() = default;
  explicit word32(std::uint32_t value) : value_(value) {}
  /// From an expression of 32 bits.
  explicit word32(const z3::expr& bits) {
    const z3::expr plain = explorer::current().simplified(bits);
    if (plain.is_numeral()) {
      value_ = static_cast<std::uint32_t>(plain.get_numeral_uint64());
    } else {
      symbolic_ = plain;
    }
  }

  /// A fresh input of 32 bits, or of fewer: the rest is zero.
  [[nodiscard]] static word32 input(const std::string& name, unsigned bits = 32) {
    const z3::expr fresh = explorer::current().declare(name, bits);
    return word32(bits == 32 ? fresh : z3::zext(fresh, 32 - bits));
  }

  /// As an expression of the current exploration.
  [[nodiscard]] z3::expr expression() const {
    return symbolic_ ? *symbolic_ : explorer::current().context().bv_val(value_, 32);
  }
  [[nodiscard]] bool is_constant() const { return !symbolic_; }
  /// The value of a constant.
  [[nodiscard]] std::uint32_t value() const { return value_; }

  friend word32 operator+(const word32& a, const word32& b) {
    if (a.zero()) return b;
    if (b.zero()) return a;
    if (constants(a, b)) return word32(a.value_ + b.value_);
    return word32(a.expression() + b.expression());
  }
  friend word32 operator-(const word32& a, const word32& b) {
    if (b.zero()) return a;
    if (constants(a, b)) return word32(a.value_ - b.value_);
    return word32(a.expression() - b.expression());
  }
  friend word32 operator*(const word32& a, const word32& b) {
    if (constants(a, b)) return word32(a.value_ * b.value_);
    return word32(a.expression() * b.expression());
  }
  friend word32 operator&(const word32& a, const word32& b) {
    if (constants(a, b)) return word32(a.value_ & b.value_);
    return word32(a.expression() & b.expression());
  }
  friend word32 operator|(const word32& a, const word32& b) {
    if (constants(a, b)) return word32(a.value_ | b.value_);
    return word32(a.expression() | b.expression());
  }
  friend word32 operator^(const word32& a, const word32& b) {
    if (constants(a, b)) return word32(a.value_ ^ b.value_);
    return word32(a.expression() ^ b.expression());
  }
  friend word32 operator<<(const word32& a, const word32& count) {
    if (!shiftable(count)) return word32{};
    if (constants(a, count)) return word32(a.value_ << count.value_);
    return word32(z3::shl(a.expression(), count.expression()));
  }
  friend word32 operator>>(const word32& a, const word32& count) {
    if (!shiftable(count)) return word32{};
    if (constants(a, count)) return word32(a.value_ >> count.value_);
    return word32(z3::lshr(a.expression(), count.expression()));
  }
  word32 operator~() const { return symbolic_ ? word32(~*symbolic_) : word32(~value_); }
  word32 operator-() const { return word32{} - *this; }

  word32& operator+=(const word32& b) { return *this = *this + b; }
  word32& operator-=(const word32& b) { return *this = *this - b; }
  word32& operator*=(const word32& b) { return *this = *this * b; }
  word32& operator&=(const word32& b) { return *this = *this & b; }
  word32& operator|=(const word32& b) { return *this = *this | b; }
  word32& operator^=(const word32& b) { return *this = *this ^ b; }
  word32& operator<<=(const word32& b) { return *this = *this << b; }
  word32& operator>>=(const word32& b) { return *this = *this >> b; }

  friend bool operator==(const word32& a, const word32& b) { return same(a, b); }
  friend bool operator<(const word32& a, const word32& b) { return below(a, b); }
  friend bool operator>(const word32& a, const word32& b) { return below(b, a); }
  friend bool operator<=(const word32& a, const word32& b) { return !below(b, a); }
  friend bool operator>=(const word32& a, const word32& b) { return !below(a, b); }

  /// a == b, without forking.
  [[nodiscard]] friend truth same(const word32& a, const word32& b) {
    if (constants(a, b)) return a.value_ == b.value_;
    return truth(a.expression() == b.expression());
  }
  /// The greater, without forking. The core's own greater() gives way to this in the proofs of what calls it; that the
  /// two agree is a theorem by itself.
  [[nodiscard]] friend word32 greater(const word32& a, const word32& b) { return choose(below(a, b), b, a); }
  /// One of two, without forking.
  [[nodiscard]] friend word32 choose(const truth& condition, const word32& yes, const word32& no) {
    if (condition.is_constant()) return bool(condition) ? yes : no;
    return word32(z3::ite(condition.expression(), yes.expression(), no.expression()));
  }
  /// a < b, unsigned, without forking.
  [[nodiscard]] friend truth below(const word32& a, const word32& b) {
    if (constants(a, b)) return a.value_ < b.value_;
    return truth(z3::ult(a.expression(), b.expression()));
  }

 private:
  [[nodiscard]] static bool constants(const word32& a, const word32& b) { return !a.symbolic_ && !b.symbolic_; }
  [[nodiscard]] bool zero() const { return !symbolic_ && value_ == 0; }
  [[nodiscard]] static bool shiftable(const word32& count) {
    if (below(count, word32(32))) return true;
    explorer::current().give_up("a shift by the width of the word or more");
    return false;
  }

  std::uint32_t value_ = 0;
  std::optional<z3::expr> symbolic_;
};

}  // namespace sequent::proof

// A word of 64 bits, for arithmetic that is proved never to leave it.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "proofs/engine/truth.hpp"

namespace sequent::proof {

/// A 64-bit unsigned word, constant or symbolic, like word32. Each carries the largest value that it can have, worked
/// out from those of its operands, and the condition that nothing on the way to it overflowed or went below zero: true
/// without asking the solver where the largest values fit.
class word64 {
 public:
  word64() = default;
  explicit word64(std::uint64_t value) : value_(value), most_(value) {}
  explicit word64(std::uint32_t value) : word64(std::uint64_t{value}) {}

  /// A fresh input of so many bits; the rest is zero.
  [[nodiscard]] static word64 input(const std::string& name, unsigned bits) {
    const z3::expr fresh = explorer::current().declare(name, bits);
    const std::uint64_t most = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
    return word64(bits == 64 ? fresh : z3::zext(fresh, 64 - bits), most, true);
  }

  /// Nothing on the way to this value overflowed or went below zero.
  [[nodiscard]] const truth& exact() const { return exact_; }

  friend word64 operator+(const word64& a, const word64& b) {
    const bool fits = a.most_ <= ~std::uint64_t{0} - b.most_;
    const truth sound = fits ? truth(true) : predicate(Z3_mk_bvadd_no_overflow, a, b);
    return word64(a.expression() + b.expression(), fits ? a.most_ + b.most_ : ~std::uint64_t{0}, both(a, b) && sound);
  }
  friend word64 operator-(const word64& a, const word64& b) {
    return word64(a.expression() - b.expression(), a.most_, both(a, b) && !below(a, b));
  }
  friend word64 operator*(const word64& a, const word64& b) {
    const bool fits = b.most_ == 0 || a.most_ <= ~std::uint64_t{0} / b.most_;
    const truth sound = fits ? truth(true) : predicate(Z3_mk_bvmul_no_overflow, a, b);
    return word64(a.expression() * b.expression(), fits ? a.most_ * b.most_ : ~std::uint64_t{0}, both(a, b) && sound);
  }
  /// Division by a constant other than zero.
  friend word64 operator/(const word64& a, const word64& b) {
    if (b.symbolic_ || b.value_ == 0) explorer::current().give_up("a division by zero or by what is not known");
    return word64(z3::udiv(a.expression(), b.expression()), b.value_ == 0 ? a.most_ : a.most_ / b.value_, both(a, b));
  }
  /// Shifts by a constant below 64.
  friend word64 operator<<(const word64& a, const word64& count) { return a * word64(std::uint64_t{1} << bits(count)); }
  friend word64 operator>>(const word64& a, const word64& count) {
    return word64(z3::lshr(a.expression(), count.expression()), a.most_ >> bits(count), both(a, count));
  }
  friend word64 operator&(const word64& a, const word64& b) {
    return word64(a.expression() & b.expression(), a.most_ < b.most_ ? a.most_ : b.most_, both(a, b));
  }
  friend word64 operator|(const word64& a, const word64& b) {
    return word64(a.expression() | b.expression(), ~std::uint64_t{0}, both(a, b));
  }
  friend word64 operator^(const word64& a, const word64& b) {
    return word64(a.expression() ^ b.expression(), ~std::uint64_t{0}, both(a, b));
  }

  friend bool operator==(const word64& a, const word64& b) { return same(a, b); }
  friend bool operator<(const word64& a, const word64& b) { return below(a, b); }
  friend bool operator<=(const word64& a, const word64& b) { return !below(b, a); }

  /// a == b, without forking.
  [[nodiscard]] friend truth same(const word64& a, const word64& b) { return truth(a.expression() == b.expression()); }
  /// a < b, unsigned, without forking.
  [[nodiscard]] friend truth below(const word64& a, const word64& b) {
    return truth(z3::ult(a.expression(), b.expression()));
  }

 private:
  word64(const z3::expr& given, std::uint64_t most, const truth& exact) : most_(most), exact_(exact) {
    const z3::expr plain = explorer::current().simplified(given);
    if (plain.is_numeral()) {
      value_ = plain.get_numeral_uint64();
      most_ = value_;
    } else {
      symbolic_ = plain;
    }
  }

  [[nodiscard]] z3::expr expression() const {
    return symbolic_ ? *symbolic_ : explorer::current().context().bv_val(value_, 64);
  }
  [[nodiscard]] static truth both(const word64& a, const word64& b) { return a.exact_ && b.exact_; }
  [[nodiscard]] static unsigned bits(const word64& count) {
    if (count.symbolic_ || count.value_ > 63) {
      explorer::current().give_up("a shift by the width of the word, or by what is not known");
      return 0;
    }
    return static_cast<unsigned>(count.value_);
  }
  // One of the solver's own questions about unsigned overflow.
  template <class Question>
  [[nodiscard]] static truth predicate(Question question, const word64& a, const word64& b) {
    z3::context& context = explorer::current().context();
    return truth(z3::expr(context, question(context, a.expression(), b.expression(), false)));
  }

  std::uint64_t value_ = 0;
  std::uint64_t most_ = 0;
  truth exact_{true};
  std::optional<z3::expr> symbolic_;
};

}  // namespace sequent::proof

// The number over which the proofs execute the specification.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "model/spec/position.hpp"
#include "proofs/engine/word32.hpp"

namespace sequent::proof {

/// Width of the bit-vectors that hold offsets and positions. Every position carries a bound on its magnitude; one that
/// might not fit is a failure of the proof, so the arithmetic below is that of the integers.
inline constexpr unsigned position_bits = 44;

/// The streams whose positions are counted from an arbitrary origin.
enum class axis : std::uint8_t { send, receive, clock };
inline constexpr std::size_t axis_count = 3;

/// An integer: a sum of origins and an offset. An origin is the unknown position of a state variable (how much has been
/// sent before is arbitrary); differences within one stream cancel it, so the solver never sees it there.
///
/// Beside the wide offset its lowest 32 bits are kept as a word. An offset that was made from a word is compared with
/// another number by these: it equals the number if the lowest bits are the same and the number is in the word's range,
/// which the solver finds far more easily than the equality of two wide sums.
class position {
 public:
  position() = default;
  position(std::int64_t value) : value_(value), magnitude_(value < 0 ? -value : value), low_(low_of(value)) { check(); }
  /// From a word, taken as unsigned.
  [[nodiscard]] static position unsigned_of(const word32& word) {
    if (word.is_constant()) return position(std::int64_t{word.value()});
    const z3::expr bits = word.expression();
    const std::int64_t bound = std::int64_t{1} << (32 - leading_zeros(bits));
    return position(z3::zext(bits, position_bits - 32), bound, word, made::unsigned_word);
  }
  /// From a word, taken as a two's complement offset.
  [[nodiscard]] static position signed_of(const word32& word) {
    if (word.is_constant()) return position(std::int64_t{static_cast<std::int32_t>(word.value())});
    const z3::expr bits = word.expression();
    return position(z3::sext(bits, position_bits - 32), std::int64_t{1} << 31, word, made::signed_word);
  }
  /// The origin of a stream: an input, from 1 to 2^40 - 1.
  [[nodiscard]] static position origin(axis stream) {
    position result;
    result.origins_[static_cast<std::size_t>(stream)] = 1;
    return result;
  }

  friend position operator+(const position& a, const position& b) {
    if (a.is_zero()) return b;
    if (b.is_zero()) return a;
    position sum;
    if (a.symbolic_ || b.symbolic_) {
      const bool only_an_origin = !a.symbolic_ && a.value_ == 0;
      const bool only_added_to = !b.symbolic_ && b.value_ == 0;
      sum.symbolic_ = explorer::current().simplified(a.offset() + b.offset());
      sum.made_ = only_an_origin ? b.made_ : only_added_to ? a.made_ : made::by_arithmetic;
    } else {
      sum.value_ = a.value_ + b.value_;
    }
    sum.low_ = a.low_ + b.low_;
    for (std::size_t i = 0; i < axis_count; ++i) sum.origins_[i] = a.origins_[i] + b.origins_[i];
    sum.magnitude_ = a.magnitude_ + b.magnitude_;
    sum.check();
    return sum;
  }
  position operator-() const {
    position negated = *this;
    negated.value_ = -value_;
    if (symbolic_) negated.symbolic_ = explorer::current().simplified(-*symbolic_);
    negated.low_ = -low_;
    negated.made_ = made::by_arithmetic;
    for (int& count : negated.origins_) count = -count;
    return negated;
  }
  friend position operator-(const position& a, const position& b) { return a + -b; }
  /// A shift to the left by 0 to 14.
  friend position operator<<(const position& a, const position& count) {
    if (!(count >= position(0) && count <= position(14)) || !a.rootless()) {
      explorer::current().give_up("a position is shifted by more than 14");
      return a;
    }
    if (a.is_constant() && count.is_constant()) return position(a.value_ * (std::int64_t{1} << count.value_));
    const std::int64_t bound = a.magnitude_ << 14;
    const word32 low = a.low_ << count.low_;
    if (a.made_ == made::unsigned_word && bound <= (std::int64_t{1} << 32)) return unsigned_of(low).within(bound);
    return position(z3::shl(a.offset(), count.offset()), bound, low, made::by_arithmetic);
  }
  /// The greater of two positions of one stream, without forking: see word32.hpp.
  [[nodiscard]] friend position greater(const position& a, const position& b) { return choose(a < b, b, a); }
  /// One of two positions of one stream, without forking.
  [[nodiscard]] friend position choose(const truth& condition, const position& yes, const position& no) {
    if (condition.is_constant() || yes.origins_ != no.origins_) return bool(condition) ? yes : no;
    const bool one_kind = yes.made_ == no.made_;
    position chosen(z3::ite(condition.expression(), yes.offset(), no.offset()), std::max(yes.magnitude_, no.magnitude_),
                    choose(condition, yes.low_, no.low_), one_kind ? yes.made_ : made::by_arithmetic);
    chosen.origins_ = yes.origins_;
    return chosen;
  }

  position& operator+=(const position& b) { return *this = *this + b; }
  position& operator-=(const position& b) { return *this = *this - b; }

  friend truth operator==(const position& a, const position& b) {
    if (a.origins_ != b.origins_) {
      const position gap = a - b;
      return truth(gap.expression() == bits(0));
    }
    if (!a.symbolic_ && !b.symbolic_) return a.value_ == b.value_;
    if (a.from_word()) return same(a.low_, b.low_) && b.in_range(a.made_);
    if (b.from_word()) return same(a.low_, b.low_) && a.in_range(b.made_);
    return truth(a.offset() == b.offset());
  }
  friend truth operator!=(const position& a, const position& b) { return !(a == b); }
  friend truth operator<(const position& a, const position& b) {
    if (a.origins_ == b.origins_) {
      if (!a.symbolic_ && !b.symbolic_) return a.value_ < b.value_;
      if (a.made_ == made::unsigned_word && b.made_ == made::unsigned_word) return below(a.low_, b.low_);
      return truth(z3::slt(a.offset(), b.offset()));
    }
    const position gap = a - b;
    return truth(z3::slt(gap.expression(), bits(0)));
  }
  friend truth operator>(const position& a, const position& b) { return b < a; }
  friend truth operator<=(const position& a, const position& b) { return !(b < a); }
  friend truth operator>=(const position& a, const position& b) { return !(a < b); }

  /// As an expression of the current exploration, origins included.
  [[nodiscard]] z3::expr expression() const {
    z3::expr sum = offset();
    for (std::size_t i = 0; i < axis_count; ++i) {
      if (origins_[i] != 0) sum = sum + bits(origins_[i]) * origin_expression(static_cast<axis>(i));
    }
    return explorer::current().simplified(sum);
  }
  [[nodiscard]] bool is_constant() const { return !symbolic_ && rootless(); }
  /// The value of a constant.
  [[nodiscard]] std::int64_t value() const { return value_; }

  /// The name of an origin as an input.
  [[nodiscard]] static const char* origin_name(axis stream) {
    constexpr const char* names[] = {"origin.send", "origin.receive", "origin.clock"};
    return names[static_cast<std::size_t>(stream)];
  }
  /// The origin as an input; axes.hpp declares it.
  [[nodiscard]] static z3::expr origin_expression(axis stream) {
    return z3::zext(explorer::current().declared(origin_name(stream)), position_bits - origin_bits);
  }
  static constexpr unsigned origin_bits = 40;

 private:
  // How an offset came about: from a word it has the word's range.
  enum class made : std::uint8_t { by_arithmetic, unsigned_word, signed_word };

  position(const z3::expr& bits, std::int64_t magnitude, const word32& low, made how)
      : magnitude_(magnitude), low_(low), made_(how) {
    const z3::expr plain = explorer::current().simplified(bits);
    if (plain.is_numeral()) {
      const auto raw = static_cast<std::int64_t>(plain.get_numeral_uint64() << (64 - position_bits));
      value_ = raw >> (64 - position_bits);
      made_ = made::by_arithmetic;
    } else {
      symbolic_ = plain;
    }
    check();
  }
  [[nodiscard]] position within(std::int64_t bound) const {
    position narrowed = *this;
    narrowed.magnitude_ = std::min(magnitude_, bound);
    return narrowed;
  }
  [[nodiscard]] static word32 low_of(std::int64_t value) {
    return word32(static_cast<std::uint32_t>(static_cast<std::uint64_t>(value) & 0xffff'ffffu));
  }
  [[nodiscard]] bool from_word() const { return made_ != made::by_arithmetic; }
  // Whether the offset is in the range of such words.
  [[nodiscard]] truth in_range(made how) const {
    if (made_ == how) return true;
    const std::int64_t least = how == made::signed_word ? -(std::int64_t{1} << 31) : 0;
    const std::int64_t beyond = least + (std::int64_t{1} << 32);
    if (!symbolic_) return least <= value_ && value_ < beyond;
    return truth(z3::sle(bits(least), offset())) && truth(z3::slt(offset(), bits(beyond)));
  }
  // Bits at the left that are zero by the form of the expression: a narrow input is one joined on to zeros.
  [[nodiscard]] static unsigned leading_zeros(const z3::expr& bits) {
    if (bits.decl().decl_kind() != Z3_OP_CONCAT) return 0;
    const z3::expr left = bits.arg(0);
    return left.is_numeral() && left.get_numeral_uint64() == 0 ? left.get_sort().bv_size() : 0;
  }
  [[nodiscard]] static z3::expr bits(std::int64_t value) {
    return explorer::current().context().bv_val(value, position_bits);
  }
  [[nodiscard]] z3::expr offset() const { return symbolic_ ? *symbolic_ : bits(value_); }
  [[nodiscard]] bool is_zero() const { return is_constant() && value_ == 0; }
  [[nodiscard]] bool rootless() const {
    return std::all_of(origins_.begin(), origins_.end(), [](int count) { return count == 0; });
  }
  // Offsets stay within 2^41 and at most one origin, below 2^40, is added or taken away: all sums are below 2^43.
  void check() {
    const bool narrow = std::all_of(origins_.begin(), origins_.end(), [](int c) { return -1 <= c && c <= 1; });
    const auto used = std::count_if(origins_.begin(), origins_.end(), [](int c) { return c != 0; });
    if (magnitude_ > (std::int64_t{1} << (position_bits - 3)) || !narrow || used > 1) {
      explorer::current().give_up("a position may not fit its bit-vector");
    }
  }

  std::int64_t value_ = 0;
  std::int64_t magnitude_ = 0;
  std::array<int, axis_count> origins_{};
  std::optional<z3::expr> symbolic_;
  word32 low_;
  made made_ = made::by_arithmetic;
};

}  // namespace sequent::proof

/// The truth type of symbolic positions.
template <>
struct sequent::spec::truth_of<sequent::proof::position> {
  using type = sequent::proof::truth;
};

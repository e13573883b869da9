// A symbolic truth value.
#pragma once

#include <concepts>
#include <optional>

#include "proofs/engine/explorer.hpp"

namespace sequent::proof {

/// True, false, or a condition on the inputs. Converting it to bool forks the execution; combining two with && || ! ==
/// does not. A built-in && with a plain bool on one side converts, as everywhere in C++.
class truth {
 public:
  truth() = default;
  truth(bool value) : value_(value) {}
  explicit truth(const z3::expr& condition) {
    const z3::expr plain = explorer::current().simplified(condition);
    if (plain.is_true() || plain.is_false()) {
      value_ = plain.is_true();
    } else {
      symbolic_ = plain;
    }
  }

  /// A fresh input.
  [[nodiscard]] static truth input(const std::string& name) { return truth(explorer::current().declare(name, 0)); }

  operator bool() const { return symbolic_ ? explorer::current().decide(*symbolic_) : value_; }

  /// As an expression of the current exploration.
  [[nodiscard]] z3::expr expression() const {
    return symbolic_ ? *symbolic_ : explorer::current().context().bool_val(value_);
  }
  /// Whether it depends on no input.
  [[nodiscard]] bool is_constant() const { return !symbolic_; }

  [[nodiscard]] truth operator!() const { return symbolic_ ? truth(!*symbolic_) : truth(!value_); }

 private:
  bool value_ = false;
  std::optional<z3::expr> symbolic_;
};

/// Exactly truth, so that the operators below never compete with the built-in ones.
template <class T>
concept only_truth = std::same_as<T, truth>;

template <only_truth A, only_truth B>
[[nodiscard]] truth operator&&(const A& a, const B& b) {
  if (a.is_constant()) return bool(a) ? b : truth(false);
  if (b.is_constant()) return bool(b) ? a : truth(false);
  return truth(a.expression() && b.expression());
}

template <only_truth A, only_truth B>
[[nodiscard]] truth operator||(const A& a, const B& b) {
  return !(!a && !b);
}

template <only_truth A, only_truth B>
[[nodiscard]] truth operator==(const A& a, const B& b) {
  if (a.is_constant()) return bool(a) ? b : !b;
  if (b.is_constant()) return bool(b) ? a : !a;
  return truth(a.expression() == b.expression());
}

/// a implies b, without forking.
[[nodiscard]] inline truth implies(const truth& a, const truth& b) { return !a || b; }

/// Restricts the inputs of this exploration.
inline void assume(const truth& condition) { explorer::current().assume(condition.expression()); }

/// Claims that a condition holds on this path.
inline void prove(const truth& condition, const char* what) { explorer::current().prove(condition.expression(), what); }

}  // namespace sequent::proof

// Questions to the solver, and everything that saves asking them.
//
// A question is whether a condition is possible together with the conditions of a path. Only those of the path that
// share inputs with it, directly or through one another, bear on the answer: the others have inputs of their own. So
// the same question comes back on many paths, and is answered from memory. When the answer is no, the solver names
// conditions that suffice for it, and they suffice on every other path. When it is yes, values that once satisfied the
// condition may satisfy the rest of another question too, by themselves or in the place of the path's values: it is
// tried.
#pragma once

#include <z3++.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sequent::proof {

/// A condition, by the id of its expression, and the truth it is to have (the lowest bit).
using literal = std::uint64_t;

/// Values of the inputs, by their numbers. An input beyond the end is zero.
using valuation = std::vector<std::uint64_t>;

/// Answers questions about conditions over numbered inputs. Expressions that were given to it stay alive, so that their
/// ids stay theirs.
class oracle {
 public:
  /// An answer; if possible, with values of the inputs that bear on it.
  struct answer {
    z3::check_result possible = z3::unknown;
    std::vector<std::pair<std::size_t, std::uint64_t>> values;
  };

  oracle(z3::context& context, unsigned query_milliseconds)
      : context_(context), query_milliseconds_(query_milliseconds) {}

  /// The number of an input, the same for the same name ever after. 0 bits mean a bool. At most 64 inputs.
  std::size_t input(const std::string& name, unsigned bits);
  /// An input as an expression.
  [[nodiscard]] const z3::expr& input(std::size_t number) const { return inputs_[number]; }

  /// The simplest form of an expression that is known.
  [[nodiscard]] z3::expr simplified(const z3::expr& given);

  /// The literal of a condition that is neither a constant nor a negation.
  [[nodiscard]] literal literal_of(const z3::expr& condition, bool truth) {
    conditions_.try_emplace(condition.id(), condition);
    return literal{condition.id()} * 2 + (truth ? 1 : 0);
  }

  /// Is the literal possible together with those of a path? These are possible themselves, with values given.
  [[nodiscard]] const answer& ask(const std::vector<literal>& path, const valuation& values, literal extra);

  /// Whether earlier answers exclude the literal where all of these conditions have been decided as given.
  [[nodiscard]] bool excludes(const std::unordered_map<unsigned, bool>& decided, literal extra) const;

  /// Whether a condition is true of some values.
  [[nodiscard]] bool holds(const valuation& values, const z3::expr& condition);

  /// Questions that the solver itself had to answer.
  [[nodiscard]] std::uint64_t queries() const { return queries_; }
  /// Why the solver did not know.
  [[nodiscard]] const std::string& reason_unknown() const { return reason_unknown_; }

 private:
  [[nodiscard]] const z3::expr& condition(literal l) const { return conditions_.at(static_cast<unsigned>(l / 2)); }
  z3::solver new_solver();
  std::uint64_t inputs_of(const z3::expr& expression);
  std::vector<literal> relevant(const std::vector<literal>& path, literal extra);
  [[nodiscard]] bool recall_values(const std::vector<literal>& question, const valuation& values, literal extra,
                                   answer& found);
  [[nodiscard]] bool satisfies(const valuation& values, const std::vector<literal>& question, answer& found);
  answer solve(const std::vector<literal>& question, literal extra);
  [[nodiscard]] answer read_model(const z3::model& model, std::uint64_t inputs) const;
  [[nodiscard]] z3::expr numeral(std::size_t input, std::uint64_t value);

  // Values kept for each literal.
  static constexpr std::size_t most_recalled = 8;

  z3::context& context_;
  unsigned query_milliseconds_;
  std::uint64_t queries_ = 0;
  std::string reason_unknown_;
  std::vector<z3::expr> inputs_;
  std::map<std::string, std::size_t> input_numbers_;
  std::unordered_map<unsigned, z3::expr> conditions_;
  std::unordered_map<unsigned, std::pair<z3::expr, z3::expr>> simplified_;  // what was given, and its simplest form
  std::unordered_map<unsigned, std::pair<z3::expr, std::uint64_t>> inputs_of_;
  std::map<std::vector<literal>, answer> answers_;
  std::unordered_map<literal, std::vector<std::vector<literal>>> reasons_;  // sets of literals that exclude one
  std::unordered_map<literal, std::vector<answer>> satisfied_;  // the latest values that satisfied a literal
  std::size_t next_replaced_ = 0;
  valuation evaluated_;
  std::optional<z3::model> evaluator_;  // the model of evaluated_
};

}  // namespace sequent::proof

#include "proofs/engine/oracle_impl.hpp"

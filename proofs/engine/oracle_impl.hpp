// The workings of oracle.hpp.
#pragma once

#include <algorithm>

#include "proofs/engine/oracle.hpp"

namespace sequent::proof {

inline std::size_t oracle::input(const std::string& name, unsigned bits) {
  if (const auto known = input_numbers_.find(name); known != input_numbers_.end()) return known->second;
  if (inputs_.size() == 64) throw z3::exception("more than 64 inputs");
  inputs_.push_back(bits == 0 ? context_.bool_const(name.c_str()) : context_.bv_const(name.c_str(), bits));
  input_numbers_.emplace(name, inputs_.size() - 1);
  inputs_of_.emplace(inputs_.back().id(), std::pair(inputs_.back(), std::uint64_t{1} << (inputs_.size() - 1)));
  return inputs_.size() - 1;
}

inline z3::expr oracle::simplified(const z3::expr& given) {
  if (const auto known = simplified_.find(given.id()); known != simplified_.end()) return known->second.second;
  z3::expr plain = given.simplify();
  simplified_.emplace(given.id(), std::pair(given, plain));
  return plain;
}

// The inputs that an expression mentions, as bits.
inline std::uint64_t oracle::inputs_of(const z3::expr& expression) {
  if (const auto known = inputs_of_.find(expression.id()); known != inputs_of_.end()) return known->second.second;
  std::uint64_t inputs = 0;
  for (unsigned i = 0; i < expression.num_args(); ++i) inputs |= inputs_of(expression.arg(i));
  inputs_of_.emplace(expression.id(), std::pair(expression, inputs));
  return inputs;
}

// The literals of the path that share inputs with one more, directly or through one another, and that one; sorted.
inline std::vector<literal> oracle::relevant(const std::vector<literal>& path, literal extra) {
  const auto inputs = [this](literal l) { return inputs_of(condition(l)); };
  std::uint64_t reached = inputs(extra);
  std::vector<literal> chosen{extra};
  std::vector<std::pair<literal, std::uint64_t>> rest;
  for (const literal l : path) rest.emplace_back(l, inputs(l));
  for (bool grown = true; grown;) {
    const auto apart =
        std::partition(rest.begin(), rest.end(), [&](const auto& l) { return (l.second & reached) == 0; });
    grown = apart != rest.end();
    for (auto l = apart; l != rest.end(); ++l) {
      chosen.push_back(l->first);
      reached |= l->second;
    }
    rest.erase(apart, rest.end());
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

inline const oracle::answer& oracle::ask(const std::vector<literal>& path, const valuation& values, literal extra) {
  std::vector<literal> question = relevant(path, extra);
  // The same literals with another of them in question have the same answer: all of them are possible, or not.
  if (const auto known = answers_.find(question); known != answers_.end()) return known->second;
  answer found;
  if (!recall_values(question, values, extra, found)) {
    found = solve(question, extra);
    if (found.possible == z3::sat) {
      std::vector<answer>& latest = satisfied_[extra];
      if (latest.size() < most_recalled)
        latest.push_back(found);
      else
        latest[next_replaced_++ % most_recalled] = found;
    }
  }
  return answers_.emplace(std::move(question), std::move(found)).first->second;
}

// Whether the values satisfy the question; if so they are the answer.
inline bool oracle::satisfies(const valuation& values, const std::vector<literal>& question, answer& found) {
  std::uint64_t inputs = 0;
  for (const literal l : question) {
    if (holds(values, condition(l)) != ((l & 1) != 0)) return false;
    inputs |= inputs_of(condition(l));
  }
  found.possible = z3::sat;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    if ((inputs >> i & 1) != 0) found.values.emplace_back(i, values[i]);
  }
  return true;
}

// Whether values that satisfied the literal before satisfy the whole question, all of them, or those that the literal
// itself mentions together with the path's.
inline bool oracle::recall_values(const std::vector<literal>& question, const valuation& values, literal extra,
                                  answer& found) {
  const auto known = satisfied_.find(extra);
  if (known == satisfied_.end()) return false;
  const std::uint64_t own = inputs_of(condition(extra));
  for (const answer& earlier : known->second) {
    valuation all(inputs_.size());
    valuation some = values;
    some.resize(inputs_.size());
    for (const auto& [input, value] : earlier.values) {
      all[input] = value;
      if ((own >> input & 1) != 0) some[input] = value;
    }
    if (satisfies(some, question, found) || satisfies(all, question, found)) return true;
  }
  return false;
}

// A solver of its own for each question: what it would keep of others is more in its way than of use.
inline z3::solver oracle::new_solver() {
  z3::solver solver(context_, "QF_BV");
  z3::params options(context_);
  options.set("timeout", query_milliseconds_);
  options.set("ctrl_c", false);
  solver.set(options);
  return solver;
}

inline oracle::answer oracle::solve(const std::vector<literal>& question, literal extra) {
  ++queries_;
  z3::solver solver = new_solver();
  std::unordered_map<unsigned, literal> stands_for;
  std::uint64_t inputs = 0;
  for (const literal l : question) {
    const z3::expr name = context_.bool_const(("literal." + std::to_string(l)).c_str());
    solver.add((l & 1) != 0 ? condition(l) : !condition(l), name);
    stands_for.emplace(name.id(), l);
    inputs |= inputs_of(condition(l));
  }
  const z3::check_result possible = solver.check();
  if (possible == z3::unknown) reason_unknown_ = solver.reason_unknown();
  if (possible == z3::sat) return read_model(solver.get_model(), inputs);
  if (possible == z3::unsat) {
    std::vector<literal> because;
    for (const z3::expr& name : solver.unsat_core()) {
      const literal l = stands_for.at(name.id());
      if (l != extra) because.push_back(l);
    }
    reasons_[extra].push_back(std::move(because));
  }
  return {possible, {}};
}

inline oracle::answer oracle::read_model(const z3::model& model, std::uint64_t inputs) const {
  answer found{z3::sat, {}};
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    if ((inputs >> i & 1) == 0) continue;
    const z3::expr value = model.eval(inputs_[i], true);
    const std::uint64_t number = value.is_bool() ? (value.is_true() ? 1 : 0) : value.get_numeral_uint64();
    found.values.emplace_back(i, number);
  }
  return found;
}

inline bool oracle::excludes(const std::unordered_map<unsigned, bool>& decided, literal extra) const {
  const auto found = reasons_.find(extra);
  if (found == reasons_.end()) return false;
  const auto agrees = [&decided](literal l) {
    const auto known = decided.find(static_cast<unsigned>(l / 2));
    return known != decided.end() && known->second == ((l & 1) != 0);
  };
  return std::any_of(found->second.begin(), found->second.end(),
                     [&](const auto& because) { return std::all_of(because.begin(), because.end(), agrees); });
}

inline z3::expr oracle::numeral(std::size_t input, std::uint64_t value) {
  const z3::sort sort = inputs_[input].get_sort();
  return sort.is_bool() ? context_.bool_val(value != 0) : context_.bv_val(value, sort.bv_size());
}

inline bool oracle::holds(const valuation& values, const z3::expr& condition) {
  if (!evaluator_ || evaluated_ != values) {
    evaluated_ = values;
    evaluator_.emplace(context_);
    for (std::size_t i = 0; i < values.size(); ++i) {
      z3::func_decl input = inputs_[i].decl();
      z3::expr value = numeral(i, values[i]);
      evaluator_->add_const_interp(input, value);
    }
  }
  return evaluator_->eval(condition, true).is_true();
}

}  // namespace sequent::proof

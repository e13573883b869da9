// The workings of explorer.hpp: the trail of decisions.
#pragma once

#include <time.h>

#include <algorithm>

#include "proofs/engine/explorer.hpp"

namespace sequent::proof {

inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Seconds that this thread has kept the processor busy: a limit on these does not depend on what else the machine
/// does.
inline double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

inline finding explorer::run(const std::function<void(explorer&)>& body) {
  running_ = this;
  started_ = ticked_ = std::chrono::steady_clock::now();
  processor_started_ = processor_seconds();
  found_ = {};
  failure_.clear();
  forget();
  try {
    do {
      at_ = 0;
      known_.clear();
      inputs_.clear();
      input_numbers_.clear();
      try {
        body(*this);
        end_path(false);
      } catch (const infeasible&) {
        end_path(true);
      }
      if (!failure_.empty()) throw proof_failure{failure_};
      if (found_.paths > bounds_.paths) throw proof_failure{"more paths than allowed"};
    } while (next_path());
    if (found_.claims == 0) throw proof_failure{"vacuous: no path reaches a claim"};
    check_coverage();
    found_.result = verdict::holds;
  } catch (const claim_falls&) {
    found_.result = verdict::falls;
  } catch (const proof_failure& failure) {
    found_.result = verdict::unknown;
    found_.what = failure.why;
  } catch (const z3::exception& error) {
    found_.result = verdict::unknown;
    found_.what = std::string("solver: ") + error.msg();
  }
  found_.seconds = seconds_since(started_);
  running_ = nullptr;
  return found_;
}

inline bool explorer::falls_concretely(const std::function<void(explorer&)>& body, std::vector<assignment> values) {
  running_ = this;
  forget();
  failure_.clear();
  pinned_ = std::move(values);
  pinned_falls_ = false;
  try {
    body(*this);
  } catch (const claim_falls&) {
  } catch (const infeasible&) {
    pinned_falls_ = false;
  } catch (const proof_failure&) {
    pinned_falls_ = false;
  }
  pinned_.reset();
  running_ = nullptr;
  return pinned_falls_ && failure_.empty();
}

inline z3::expr explorer::declare(const std::string& name, unsigned bits) {
  for (const auto& [known, unused] : inputs_) {
    if (known == name) throw proof_failure{"two inputs are called " + name};
  }
  const std::size_t number = oracle_.input(name, bits);
  z3::expr input = oracle_.input(number);
  if (pinned_) {
    std::uint64_t value = 0;
    for (const assignment& given : *pinned_) {
      if (given.name == name) value = given.value;
    }
    input = bits == 0 ? context_.bool_val(value != 0) : context_.bv_val(value, bits);
  }
  inputs_.emplace_back(name, input);
  input_numbers_.push_back(number);
  return input;
}

inline z3::expr explorer::declared(const std::string& name) const {
  for (const auto& [known, input] : inputs_) {
    if (known == name) return input;
  }
  throw proof_failure{"no input is called " + name};
}

// Is the condition possible on this path, as answered? If so, with values for the whole path.
inline z3::check_result explorer::ask(const z3::expr& condition, bool answer, valuation* values) {
  tick();
  if (processor_seconds() - processor_started_ > bounds_.seconds) {
    give_up("out of time");
    return z3::unknown;
  }
  const oracle::answer& found = oracle_.ask(path_, model_, oracle_.literal_of(condition, answer));
  found_.queries = oracle_.queries() - queries_before_;
  if (found.possible == z3::unknown) give_up("the solver does not know: " + oracle_.reason_unknown());
  if (found.possible == z3::sat && values != nullptr) {
    // The rest of the path has inputs of its own, which keep their values.
    *values = model_;
    for (const auto& [input, value] : found.values) {
      if (values->size() <= input) values->resize(input + 1);
      (*values)[input] = value;
    }
  }
  return found.possible;
}

// The answer that the trail gives, if this run of the body has not yet come to the trail's end.
inline bool explorer::replayed(const z3::expr& condition, bool assumed, bool& answer) {
  if (at_ == trail_.size()) return false;
  const step& taken = trail_[at_];
  if (taken.assumed != assumed || !z3::eq(taken.condition, condition)) {
    give_up("the body is not deterministic");
    answer = false;
    return true;
  }
  ++at_;
  answer = taken.answer;
  return true;
}

inline void explorer::take(step taken) {
  if (taken.restricts) path_.push_back(oracle_.literal_of(taken.condition, taken.answer));
  trail_.push_back(std::move(taken));
  ++at_;
}

inline void explorer::assume(const z3::expr& given) {
  z3::expr condition = simplified(given);
  if (condition.is_true() || !failure_.empty()) return;
  if (condition.is_false()) throw infeasible{};
  const bool answer = !condition.is_not();
  if (!answer) condition = condition.arg(0);
  if (bool same = false; replayed(condition, true, same)) {
    known_[condition.id()] = answer;
    return;
  }
  const bool satisfied = oracle_.holds(model_, condition) == answer;
  valuation values;
  const z3::check_result possible = satisfied ? z3::sat : ask(condition, answer, &values);
  take(step{condition, answer, false, true, true});
  known_[condition.id()] = answer;
  if (possible == z3::unsat) throw infeasible{};
  if (!satisfied && possible == z3::sat) model_ = std::move(values);
}

inline bool explorer::decide(const z3::expr& given) {
  z3::expr condition = simplified(given);
  if (condition.is_true()) return true;
  if (condition.is_false()) return false;
  if (!failure_.empty()) {
    // Nothing counts any more; only the end of the body has to be reached.
    if (++at_ > bounds_.decisions) throw proof_failure{failure_};
    return false;
  }
  const bool negated = condition.is_not();
  if (negated) condition = condition.arg(0);
  if (const auto known = known_.find(condition.id()); known != known_.end()) return known->second != negated;
  if (pinned_) {
    give_up("a condition is not concrete although all inputs are");
    return false;
  }
  bool answer = false;
  if (!replayed(condition, false, answer)) answer = decide_anew(condition);
  if (!failure_.empty()) return false;
  known_[condition.id()] = answer;
  return answer != negated;
}

// Takes the answer that the path's values give, and leaves the other open if it is possible too.
inline bool explorer::decide_anew(const z3::expr& condition) {
  if (trail_.size() >= bounds_.decisions) {
    give_up("more decisions on one path than allowed");
    return false;
  }
  for (const bool side : {false, true}) {
    if (!oracle_.excludes(known_, oracle_.literal_of(condition, side))) continue;
    ++found_.recalled;
    take(step{condition, !side});
    return !side;
  }
  const bool answer = oracle_.holds(model_, condition);
  valuation other;
  const z3::check_result possible = ask(condition, !answer, &other);
  if (possible == z3::unknown) return false;
  const bool both = possible == z3::sat;
  take(step{condition, answer, both, both, false, std::move(other)});
  return answer;
}

// Whether the path leaves only one truth to a condition. True is always right; false may mean that it takes all of a
// disjunction to know. Parts are asked about one by one: they are small, and recur from path to path.
inline bool explorer::certain(const z3::expr& condition, bool wanted) {
  if (condition.is_true() || condition.is_false()) return condition.is_true() == wanted;
  if (condition.is_not()) return certain(condition.arg(0), !wanted);
  if (!condition.is_and() && !condition.is_or()) return excluded(condition, !wanted, nullptr);
  const bool all = condition.is_and() == wanted;
  for (unsigned i = 0; i < condition.num_args(); ++i) {
    if (certain(condition.arg(i), wanted) != all) return !all;
  }
  return all;
}

// Whether the path excludes an answer, by what is known, by its values, by reasons, or else by asking.
inline bool explorer::excluded(const z3::expr& condition, bool answer, valuation* values) {
  if (const auto known = known_.find(condition.id()); known != known_.end()) return known->second != answer;
  if (oracle_.excludes(known_, oracle_.literal_of(condition, answer))) {
    ++found_.recalled;
    return true;
  }
  if (oracle_.holds(model_, condition) == answer) {
    if (values != nullptr) *values = model_;
    return false;
  }
  return ask(condition, answer, values) == z3::unsat;
}

inline void explorer::prove(const z3::expr& given, const char* what) {
  if (!failure_.empty()) return;
  z3::expr condition = simplified(given);
  if (pinned_) {
    if (!condition.is_true() && !condition.is_false()) give_up("a claim is not concrete although all inputs are");
    if (condition.is_false()) {
      pinned_falls_ = true;
      throw claim_falls{};
    }
    return;
  }
  if (at_ < proved_to_) return;
  ++found_.claims;
  if (found_.witness.empty()) found_.witness = named(model_);
  if (certain(condition, true) || !failure_.empty()) return;
  const bool wanted = !condition.is_not();
  if (!wanted) condition = condition.arg(0);
  valuation values = model_;
  if (!condition.is_false() && (excluded(condition, !wanted, &values) || !failure_.empty())) return;
  found_.what = what;
  found_.values = named(values);
  throw claim_falls{};
}

inline std::vector<assignment> explorer::named(const valuation& values) const {
  std::vector<assignment> given;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const std::size_t number = input_numbers_[i];
    given.push_back({inputs_[i].first, number < values.size() ? values[number] : 0});
  }
  return given;
}

// The inputs that a path accounts for: those that take its decisions, or break an assumption on the way. A path that
// was cut accounts only for inputs that break one.
inline void explorer::end_path(bool cut) {
  if (!failure_.empty()) return;
  if (at_ != trail_.size()) throw proof_failure{"the body is not deterministic: a path ended early"};
  if (!cut) ++found_.paths;
  if (path_conditions_.size() > bounds_.covered_paths) return;
  z3::expr covered = context_.bool_val(!cut);
  for (auto taken = trail_.rbegin(); taken != trail_.rend(); ++taken) {
    if (!taken->restricts) continue;
    const z3::expr chosen = taken->answer ? taken->condition : !taken->condition;
    covered = taken->assumed ? !chosen || covered : chosen && covered;
  }
  path_conditions_.push_back(covered);
}

inline void explorer::check_coverage() {
  if (path_conditions_.size() > bounds_.covered_paths) return;
  z3::expr_vector all(context_);
  for (const z3::expr& covered : path_conditions_) all.push_back(covered);
  const z3::expr covered = z3::mk_or(all).simplify();
  const z3::check_result answer = covered.is_true() ? z3::unsat : ask(covered, false, nullptr);
  if (answer == z3::sat) throw proof_failure{"the paths do not cover every input"};
  if (answer == z3::unknown) throw proof_failure{failure_};
  found_.coverage_checked = true;
}

// Goes back to the last decision whose other side is open. False when there is none.
inline bool explorer::next_path() {
  while (!trail_.empty()) {
    step last = std::move(trail_.back());
    trail_.pop_back();
    if (last.restricts) path_.pop_back();
    if (!last.open) continue;
    model_ = std::move(last.other);
    proved_to_ = trail_.size() + 1;
    take(step{last.condition, !last.answer, false, true, false, {}});
    return true;
  }
  return false;
}

inline void explorer::forget() {
  trail_.clear();
  path_.clear();
  inputs_.clear();
  input_numbers_.clear();
  known_.clear();
  path_conditions_.clear();
  model_.clear();
  queries_before_ = oracle_.queries();
  at_ = proved_to_ = 0;
}

inline void explorer::tick() {
  if (!on_progress || seconds_since(ticked_) < 1) return;
  ticked_ = std::chrono::steady_clock::now();
  found_.seconds = seconds_since(started_);
  on_progress(found_);
}

}  // namespace sequent::proof

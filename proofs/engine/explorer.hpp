// Symbolic execution by forking: runs a function once for every feasible path through it.
//
// A symbolic condition converts to bool by asking decide(). If both answers are possible the first is taken and the
// other is remembered; when the function has ended it is run again with the decisions that lead to the next path.
//
// Why the paths cover everything: a decision follows only one side without remembering the other when the solver has
// shown the other side impossible under the conditions so far. So at every decision the conditions of the two sides
// together are implied by the condition before it, and by induction the conditions of all paths together are implied by
// the assumptions. Below a bound of paths this is checked as one more query as well.
#pragma once

#include <z3++.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "proofs/engine/oracle.hpp"

namespace sequent::proof {

/// What came of an exploration.
enum class verdict : std::uint8_t {
  holds,    ///< every path ended and everything was proved on each
  falls,    ///< a concrete counterexample was found
  unknown,  ///< the solver or the time did not suffice, or the claim is vacuous: a failure
};

/// An input and the value it has in a witness or counterexample; bools are 0 and 1.
struct assignment {
  std::string name;
  std::uint64_t value = 0;
  friend bool operator==(const assignment&, const assignment&) = default;
};

/// The outcome of an exploration and what it took.
struct finding {
  verdict result = verdict::unknown;
  std::string what;                 ///< the claim that falls, or why nothing is known
  std::vector<assignment> values;   ///< the counterexample's inputs
  std::vector<assignment> witness;  ///< inputs that satisfy the assumptions and reach a claim
  std::uint64_t paths = 0;          ///< paths that ran to their end
  std::uint64_t queries = 0;        ///< questions put to the solver
  std::uint64_t recalled = 0;       ///< questions answered by the reasons of an earlier answer
  std::uint64_t claims = 0;         ///< claims proved, counted on each path
  bool coverage_checked = false;    ///< the disjunction of the path conditions was checked too
  double seconds = 0;
};

/// Bounds on an exploration. To exceed one is to know nothing.
struct limits {
  unsigned query_milliseconds = 30'000;  ///< for one question
  double seconds = 240;                  ///< of the processor's time, for all of it
  std::uint64_t paths = 1'000'000;
  std::size_t decisions = 20'000;   ///< on one path
  std::size_t covered_paths = 128;  ///< so many paths at most have their disjunction checked
};

/// Thrown by prove() when a claim falls: ends the exploration.
struct claim_falls {};
/// Thrown when nothing more can be known: ends the exploration.
struct proof_failure {
  std::string why;
};

/// Runs functions of symbolic values; one at a time on a thread.
class explorer {
 public:
  explicit explorer(limits bounds = {}) : bounds_(bounds), oracle_(context_, bounds.query_milliseconds) {}
  explorer(const explorer&) = delete;
  explorer& operator=(const explorer&) = delete;
  ~explorer() {
    if (running_ == this) running_ = nullptr;
  }

  /// The exploration that runs on this thread. There must be one.
  [[nodiscard]] static explorer& current() {
    if (running_ == nullptr) throw proof_failure{"a symbolic value outside an exploration"};
    return *running_;
  }

  [[nodiscard]] z3::context& context() { return context_; }

  /// The simplest form of an expression that is known.
  [[nodiscard]] z3::expr simplified(const z3::expr& given) { return oracle_.simplified(given); }

  /// Called about once a second with the counts so far.
  std::function<void(const finding&)> on_progress;

  /// Explores a body: it declares inputs, assumes, executes and proves. It must be deterministic but for decide().
  finding run(const std::function<void(explorer&)>& body);

  /// Runs a body once with its inputs given. Says whether a claim is false: a check of a counterexample that uses
  /// arithmetic alone and no solver.
  [[nodiscard]] bool falls_concretely(const std::function<void(explorer&)>& body, std::vector<assignment> values);

  /// A fresh input of so many bits, or a bool for 0. Names must be unique in a body.
  [[nodiscard]] z3::expr declare(const std::string& name, unsigned bits);

  /// An input of this run of the body that has been declared.
  [[nodiscard]] z3::expr declared(const std::string& name) const;

  /// Restricts the inputs. Impossible assumptions end the path; if no path reaches a claim the verdict is unknown.
  void assume(const z3::expr& condition);

  /// The truth of a condition on this path; forks if both are possible.
  [[nodiscard]] bool decide(const z3::expr& condition);

  /// Claims that a condition holds for all inputs of this path.
  void prove(const z3::expr& condition, const char* what);

  /// Records that nothing can be known on this path, where an exception could not pass (the core is noexcept).
  void give_up(std::string why) {
    if (failure_.empty()) failure_ = std::move(why);
  }

 private:
  struct step {
    z3::expr condition;
    bool answer;
    bool open = false;       // the other answer is possible and has not been explored
    bool restricts = false;  // the other answer is possible, or this was assumed: the path's condition contains it
    bool assumed = false;    // by assume(), not by decide()
    valuation other{};       // satisfies the path with the other answer, when open
  };
  struct infeasible {};

  z3::check_result ask(const z3::expr& condition, bool answer, valuation* values);
  bool replayed(const z3::expr& condition, bool assumed, bool& answer);
  bool excluded(const z3::expr& condition, bool answer, valuation* values);
  [[nodiscard]] bool certain(const z3::expr& condition, bool wanted);
  [[nodiscard]] bool decide_anew(const z3::expr& condition);
  void take(step taken);
  bool next_path();
  void forget();
  void end_path(bool cut);
  void check_coverage();
  void tick();
  [[nodiscard]] std::vector<assignment> named(const valuation& values) const;

  limits bounds_;
  z3::context context_;
  oracle oracle_;
  std::vector<step> trail_;
  std::vector<literal> path_;                 // the literals of the trail that restrict the path
  std::size_t at_ = 0;                        // trail entries already met in this run of the body
  std::size_t proved_to_ = 0;                 // claims met with fewer entries were proved on an earlier path
  std::unordered_map<unsigned, bool> known_;  // what has been decided on this path
  valuation model_;                           // satisfies the path so far
  std::vector<std::pair<std::string, z3::expr>> inputs_;
  std::vector<std::size_t> input_numbers_;  // of inputs_, in the oracle
  std::vector<z3::expr> path_conditions_;
  std::optional<std::vector<assignment>> pinned_;
  bool pinned_falls_ = false;
  std::string failure_;
  finding found_;
  std::uint64_t queries_before_ = 0;
  std::chrono::steady_clock::time_point started_, ticked_;
  double processor_started_ = 0;
  static inline thread_local explorer* running_ = nullptr;
};

}  // namespace sequent::proof

#include "proofs/engine/explorer_impl.hpp"

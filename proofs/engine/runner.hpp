// Checks theorems in processes of their own, some at a time.
//
// A process each, because a solver that runs out of memory or a noexcept function that is left by an exception must
// cost one theorem its verdict and not the others theirs.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "proofs/engine/theorem.hpp"

namespace sequent::proof {

/// The word of a verdict in reports: "holds", "falls" or "unknown".
[[nodiscard]] const char* word(verdict result);

/// One claim record, as report.json has it.
[[nodiscard]] nlohmann::json claim_record(const theorem& claim, const record& outcome);

/// What the runner tells while it works.
struct watcher {
  std::function<void(const theorem&)> started;
  std::function<void(const theorem&, const nlohmann::json& counts)> progress;  ///< about once a second
  std::function<void(const theorem&, const nlohmann::json& claim)> finished;
};

/// Checks the theorems, at most so many at a time; the ones with the most time allowed first. Gives one claim record
/// for each, in the order given. A process that dies or overstays leaves an "unknown". When interrupted() turns true
/// the processes are ended and the unfinished theorems are "unknown".
[[nodiscard]] nlohmann::json check_all(const std::vector<theorem>& claims, unsigned jobs, const watcher& tell,
                                       const std::function<bool()>& interrupted);

}  // namespace sequent::proof

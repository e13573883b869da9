// Draws cases for a property with RapidCheck, shrinks what fails, and tells the result as a claim record.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "tests/property/claim.hpp"

namespace sequent::property {

/// How much to draw.
struct effort {
  int cases = 1000;        ///< cases for the property and, at most, for each control
  std::uint64_t seed = 0;  ///< the same seed draws the same cases
  bool shrinks = true;     ///< looks for a smaller case, once one has failed: for twenty seconds at most
};

/// Which parts of a claim are checked.
enum class part { both, property, controls };

/// How drawing ended.
struct outcome {
  bool held = false;         ///< every case held and all were drawn
  bool interrupted = false;  ///< ended early on request: says nothing
  int cases = 0;             ///< cases that held
  finding found;             ///< of the smallest case that failed
  drawn_case smallest;       ///< that case
  double seconds = 0;
};

/// Set by a signal handler: drawing then ends after the case at hand.
inline std::atomic<bool> interrupt_seen{false};

/// Draws cases of a claim's shape and checks them with `check`.
[[nodiscard]] outcome draw(const claim& shape, const case_check& check, const effort& how);

/// Checks a property and its controls: one record {id, says, strength, engine, bounds, figures, verdict, seconds, and
/// for one that falls a counterexample}. A control that survives makes the verdict "falls". A counterexample is written
/// to the folder `traces` under a name made from the id. Controls do not shrink: that one fails is all they say. Ends
/// with a line on standard output.
[[nodiscard]] nlohmann::json examine(const claim& c, const effort& how, part asked, const std::string& traces);

/// Remembers the case at hand, so that a crash can tell it: installs handlers for the signals of a failed assertion.
void tell_crashes(const std::string& traces);

}  // namespace sequent::property

// What a theorem is, and how one is checked.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "proofs/axes.hpp"

namespace sequent::proof {

/// A variant of a theorem that is false: it shows that the theorem could have fallen.
struct control {
  std::string broken;  ///< what was broken, e.g. "unsigned < on numbers"
  std::function<void()> body;
};

/// A claim about the production source for all values of its inputs.
struct theorem {
  std::string id;                 ///< lower case with dots, e.g. "proof.acceptance"
  std::string says;               ///< one sentence
  std::string cite;               ///< e.g. "rfc9293#3.10.7.4/first"
  std::string bounds;             ///< what the inputs range over, and what is assumed of them
  std::function<void()> body;     ///< declares, assumes, executes, proves; see explorer.hpp
  std::vector<control> controls;  ///< at least one
  double seconds = 60;            ///< processor time; to take longer, all controls included, is a failure
};

/// The outcome of checking a theorem and its controls.
struct record {
  verdict result = verdict::unknown;
  std::string detail;  ///< why it does not hold; empty when it does
  finding main;
  std::size_t controls_refuted = 0;
  double seconds = 0;
};

/// All theorems linked into this program, in no particular order.
[[nodiscard]] inline std::vector<theorem>& theorems() {
  static std::vector<theorem> all;
  return all;
}

/// Adds a theorem when the program starts.
struct enrol {
  explicit enrol(theorem claim) { theorems().push_back(std::move(claim)); }
};

/// Inputs in a line: "flight=0x10 d=0xffffffff".
[[nodiscard]] inline std::string to_string(const std::vector<assignment>& values) {
  std::string line;
  for (const assignment& given : values) {
    char digits[24];
    std::snprintf(digits, sizeof digits, "0x%llx", static_cast<unsigned long long>(given.value));
    line += (line.empty() ? "" : " ") + given.name + "=" + digits;
  }
  return line;
}

/// Explores one body; a counterexample counts only if it is one by arithmetic alone too.
[[nodiscard]] inline finding explore(const std::function<void()>& body, const limits& bounds,
                                     const std::function<void(const finding&)>& progress = {}) {
  explorer search(bounds);
  search.on_progress = progress;
  const auto run = [&body](explorer&) { body(); };
  finding found = search.run(run);
  if (found.result == verdict::falls && !search.falls_concretely(run, found.values)) {
    found.result = verdict::unknown;
    found.what = "the counterexample does not replay: " + found.what + " with " + to_string(found.values);
  }
  return found;
}

/// Checks a theorem: it must hold, and each of its controls must fall.
[[nodiscard]] inline record check(const theorem& claim, const std::function<void(const finding&)>& progress = {}) {
  record result;
  limits bounds;
  const double started = processor_seconds();
  bounds.seconds = claim.seconds;
  result.main = explore(claim.body, bounds, progress);
  result.result = result.main.result;
  result.seconds = result.main.seconds;
  if (result.result == verdict::falls) result.detail = result.main.what + " with " + to_string(result.main.values);
  if (result.result == verdict::unknown) result.detail = result.main.what;
  if (claim.controls.empty()) {
    result.result = verdict::unknown;
    result.detail = "the theorem has no negative control";
  }
  for (const control& variant : claim.controls) {
    bounds.seconds = claim.seconds - (processor_seconds() - started);
    const finding refuted = explore(variant.body, bounds, progress);
    result.seconds += refuted.seconds;
    if (refuted.result == verdict::falls) {
      ++result.controls_refuted;
    } else if (result.result == verdict::holds) {
      result.result = verdict::unknown;
      result.detail = "the control is not refuted: " + variant.broken + " " + refuted.what;
    }
  }
  return result;
}

}  // namespace sequent::proof

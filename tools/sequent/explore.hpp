// `sequent explore`: the explorer over the scenarios, with progress, claims and counterexamples.
#pragma once

#include <string>

namespace sequent::tools {

/// What was asked for on the command line.
struct explore_options {
  std::string only;    ///< regular expression on scenario names; empty: all
  bool large = false;  ///< the large variants too
  double minutes = 0;  ///< time for the large variants together; 0: as long as they take
  unsigned threads = 2;
  double gibibytes = 4;
  std::string json;          ///< file for the claims; empty: none
  std::string traces = ".";  ///< folder for counterexamples
};

/// Explores. Returns the exit status: 0 every claim holds, 1 one falls, 2 bad usage, 130 interrupted.
int explore(const explore_options& options);

}  // namespace sequent::tools

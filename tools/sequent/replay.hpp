// `sequent replay`: runs a list of choices from any engine and draws it.
#pragma once

#include <string>

namespace sequent::tools {

/// What was asked for on the command line.
struct replay_options {
  std::string file;
};

/// Replays. Returns the exit status: 0 nothing wrong, 1 the run ends in a violation, 2 the file cannot be read.
int replay(const replay_options& options);

}  // namespace sequent::tools

// `sequent explain`: TCP explained by the production core at work, step by step, with the rule behind each.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sequent::tools {

/// What was asked for on the command line.
struct explain_options {
  std::string topic{};                ///< empty: list the topics
  std::uint32_t seed = 1;             ///< of random losses
  std::uint32_t loss = 0;             ///< percent of segments lost besides
  std::int64_t round_trip = 0;        ///< milliseconds; 0: as the topic has it
  std::vector<std::uint32_t> isn{};   ///< none, or the client's and the server's
  unsigned run = 0;                   ///< this run alone, counted from 1; 0: all
  bool wide = false;                  ///< pictures of 820 units instead of 400
  std::string scheme = "auto";        ///< of pictures: auto, light or dark
  std::string html{}, svg{}, json{};  ///< files; "-" is the standard output
};

/// Explains. Returns the exit status: 0 done, 1 the specification objects to a run, 2 bad usage, or a file cannot be
/// written.
int explain(const explain_options& options);

}  // namespace sequent::tools

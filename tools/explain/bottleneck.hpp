// Whole transfers over a path with a bottleneck and a queue, and how their congestion windows grow and shrink.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tools/explain/facts.hpp"

namespace sequent::explain {

/// The path, the same in all runs.
struct bottleneck {
  std::int64_t rate = 10'000'000;  ///< bit/s
  microseconds round_trip = 100 * millisecond;
  std::int64_t queue = 62'500;  ///< octets: half of what is in flight on an empty path
  std::uint32_t loss = 0;       ///< percent, besides what the queue drops
  std::uint32_t seed = 1;
};

/// A moment at which the window was reduced.
struct reduction {
  double at = 0;                 ///< seconds
  double before = 0, after = 0;  ///< segments
  bool timeout = false;
};

/// What one transfer did.
struct growth {
  std::vector<std::pair<double, double>> window{};  ///< seconds, segments
  std::vector<reduction> reductions{};
  double slow_start_until = 0;  ///< seconds
  double seconds = 0, mbit = 0;
  std::uint64_t octets = 0, segments = 0, dropped = 0, again = 0;
  std::string wrong{};  ///< what the oracles objected to
};

/// A transfer of so many octets, judged by the oracles of whole runs.
[[nodiscard]] growth grow_alone(const bottleneck& over, bool cubic, std::uint64_t octets);

/// What two transfers that share the path got.
struct sharing {
  std::vector<series> rates{};  ///< of each, Mbit/s over seconds
  std::vector<double> mbit{};   ///< of each, from the middle of the run on
  double jain = 0;              ///< Jain's index of the shares: 1 is equal, 1/2 is one that has all
  std::string wrong{};
};

/// Two endless transfers, the second of which begins later; watched for so many seconds.
[[nodiscard]] sharing grow_together(const bottleneck& over, double second_begins, double until);

}  // namespace sequent::explain

// `sequent trace`: a transfer over a path that loses packets, written down for Wireshark and for plots.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sequent::tools {

/// What was asked for on the command line.
struct trace_options {
  std::uint64_t octets = 1'000'000;
  std::int64_t rate = 20'000'000;       ///< bit/s
  std::int64_t delay = 20'000;          ///< microseconds, one way
  std::int64_t queue = 100'000;         ///< octets that wait at the bottleneck
  std::uint32_t loss = 0;               ///< of a million packets, either way
  std::vector<std::uint64_t> losses{};  ///< packets of the writer that the path loses, counted from 0
  std::uint32_t seed = 1;               ///< of random losses
  bool reno = false;                    ///< NewReno instead of CUBIC
  std::string json{};                   ///< file for the events of the end that writes, as lines of JSON
  std::string pcapng{};                 ///< file for the packets that it sends and hears, with the reasons as comments
};

/// Runs the transfer. Returns the exit status: 0 it finished, 1 the run broke a rule or did not end, 2 a file cannot be
/// written.
int trace(const trace_options& options);

}  // namespace sequent::tools

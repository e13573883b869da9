#include <algorithm>

#include "sequent/congestion/reno.hpp"
#include "tests/path/two_ends.hpp"
#include "tools/explain/bottleneck.hpp"

namespace sequent::explain {

namespace {

constexpr double segment_octets = 1'448;  // 1460 less the timestamps

struct reno_path : path::path_policy {
  using congestion_control = congestion::reno;
};

path::path_setting setting_of(const bottleneck& over, std::uint64_t octets) {
  path::path_setting setting;
  setting.application[0].writes = octets;
  for (std::size_t i = 0; i != 2; ++i) {
    path::link_setting& way = setting.way[i];
    way.rate = over.rate;
    way.delay = over.round_trip / 2 * path::microsecond;
    way.queue = over.queue;
    way.loss = over.loss * 10'000;
    way.seed = over.seed + static_cast<std::uint32_t>(i);
  }
  setting.most_time = 600 * path::second;
  return setting;
}

/// Follows the window of the end that writes.
class follower {
 public:
  explicit follower(growth& to) : to_(to) {}

  void operator()(const trace_event& what) {
    if (what.state < connection_state::established) return;
    const double now = static_cast<double>(what.at.microseconds()) / 1e6;
    const double window = what.congestion_window / segment_octets;
    const bool expired = what.kind == trace_kind::expired && what.expired == timer::retransmission;
    // A recovery is one reduction, whatever the window does on its way down.
    if ((what.recovering && !recovering_) || (expired && window < window_)) {
      to_.reductions.push_back({now, window_, what.slow_start_threshold / segment_octets, expired});
    }
    if (to_.reductions.empty()) to_.slow_start_until = now;
    recovering_ = what.recovering;
    window_ = window;
    if (!to_.window.empty() && now - to_.window.back().first < 0.02 && window == to_.window.back().second) return;
    to_.window.emplace_back(now, window);
  }

 private:
  growth& to_;
  double window_ = 0;
  bool recovering_ = false;
};

template <class Policy>
growth run(const bottleneck& over, std::uint64_t octets) {
  growth found;
  follower follow(found);
  path::two_ends<Policy> ends(setting_of(over, octets));
  ends.watch({.tells = [&](const trace_event& what) { follow(what); }, .passes = {}});
  const path::path_result result = ends.run();
  found.wrong = result.why;
  found.seconds = static_cast<double>(result.took) / static_cast<double>(path::second);
  found.octets = result.read[1];
  found.mbit = found.seconds > 0 ? static_cast<double>(found.octets) * 8 / 1e6 / found.seconds : 0;
  found.segments = result.segments[0];
  found.dropped = result.drops[0];
  found.again = result.again[0];
  return found;
}

}  // namespace

growth grow_alone(const bottleneck& over, bool cubic, std::uint64_t octets) {
  return cubic ? run<path::path_policy>(over, octets) : run<reno_path>(over, octets);
}

}  // namespace sequent::explain

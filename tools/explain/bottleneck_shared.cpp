#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "tests/path/shared_link.hpp"
#include "tools/explain/bottleneck.hpp"

namespace sequent::explain {

namespace {

/// What a writer has had acknowledged by and by.
struct progress {
  static inline progress* current = nullptr;
  std::uint32_t first = 0;
  bool begun = false;
  std::map<int, std::uint32_t> by_half_second{};

  void operator()(const trace_event& what) {
    if (what.kind != trace_kind::heard || what.text_length != 0 || what.state < connection_state::established) return;
    if (!begun) first = what.ack.wire();
    begun = true;
    by_half_second[static_cast<int>(what.at.microseconds() / 500'000)] = what.ack.wire() - first;
  }
};

/// Tells the one that is current when a connection is made.
struct told_progress : traced_by<progress> {
  told_progress() { sink = progress::current; }
};

struct watched_policy : path::shared_policy {
  using trace = told_progress;
};

series rate_of(const progress& of, std::string name) {
  series curve{std::move(name), {}};
  std::uint32_t before = 0;
  for (const auto& [half, octets] : of.by_half_second) {
    curve.points.emplace_back((half + 1) / 2.0, static_cast<double>(octets - before) * 8 / 1e6 / 0.5);
    before = octets;
  }
  return curve;
}

}  // namespace

sharing grow_together(const bottleneck& over, double second_begins, double until) {
  path::shared_setting setting;
  for (std::size_t i = 0; i != 2; ++i) {
    setting.way[i].rate = over.rate;
    setting.way[i].delay = over.round_trip / 2 * path::microsecond;
    setting.way[i].queue = over.queue;
    setting.way[i].loss = over.loss * 10'000;
    setting.way[i].seed = over.seed + static_cast<std::uint32_t>(i);
  }
  const auto in_nanoseconds = [](double seconds) { return static_cast<path::nanoseconds>(seconds * 1e9); };
  setting.most_time = in_nanoseconds(until);
  setting.counts_from = in_nanoseconds(until / 2);
  path::shared_link link(setting);
  // Both ends of a pair are made with the same one, which hears of the acknowledgments that the writer hears.
  std::array<progress, 2> followed{};
  for (std::size_t i = 0; i != 2; ++i) {
    progress::current = &followed[i];
    path::flow_setting flow;
    flow.begins = i == 0 ? 0 : in_nanoseconds(second_begins);
    link.add<watched_policy>(flow);
  }
  progress::current = nullptr;
  const path::shared_result result = link.run();
  sharing found;
  found.wrong = result.why;
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i != 2; ++i) {
    found.rates.push_back(rate_of(followed[i], fmt::format("transfer {}", i + 1)));
    const double mbit = static_cast<double>(result.flows[i].share) * 8 / 1e6 / (until / 2);
    found.mbit.push_back(mbit);
    sum += mbit;
    squares += mbit * mbit;
  }
  found.jain = squares > 0 ? sum * sum / (2 * squares) : 0;
  return found;
}

}  // namespace sequent::explain

// Runs of two production connections, each in lockstep with the specification, in a world of drawn settings.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "model/check/properties.hpp"
#include "model/world/ladder.hpp"
#include "model/world/run.hpp"
#include "model/world/trace.hpp"
#include "model/world/world.hpp"
#include "tests/property/claim.hpp"
#include "tests/property/connection/stream_setting.hpp"
#include "tests/refinement/bounded_storage.hpp"
#include "tests/refinement/lockstep.hpp"

namespace sequent::property {

/// Buffers for ordinary_size.
struct roomy_policy : default_policy {
  using send_storage = refinement::bounded_storage<ordinary_size.most_ring>;
  using receive_storage = refinement::bounded_storage<ordinary_size.most_ring>;
  using congestion_control = congestion::reno;
  static constexpr std::size_t max_held_ranges = 4;
  static constexpr std::size_t max_sent_runs = 8;
};

/// Buffers for scaled_size.
struct vast_policy : default_policy {
  using send_storage = refinement::bounded_storage<scaled_size.most_ring>;
  using receive_storage = refinement::bounded_storage<scaled_size.most_ring>;
  using congestion_control = congestion::reno;
  static constexpr std::size_t max_held_ranges = 32;
  static constexpr std::size_t max_sent_runs = 32;
};

/// The ends of an ordinary run and of one with scaled windows.
using roomy_end = refinement::lockstep<roomy_policy, longest_header + ordinary_size.most_mss>;
using vast_end = refinement::lockstep<vast_policy, longest_header + scaled_size.most_mss>;

/// The world of a stream. Its scenario stands outside it and must outlive it.
template <class End>
using stream_world = model::world<End, most_flight, 4>;

/// The configuration of one end. No user timeout: losses alone never abort a connection here.
[[nodiscard]] inline connection_config config_for(const stream_setting& s, model::side where) {
  const std::size_t i = model::at(where);
  connection_config config;
  config.local_port = static_cast<std::uint16_t>(1 + i);
  config.remote_port = static_cast<std::uint16_t>(2 - i);
  config.receive_mss = static_cast<std::uint16_t>(s.mss[i]);
  config.send_mss = config.receive_mss;
  config.min_mss = 1;
  config.timestamps = (s.options[i] & with_timestamps) != 0;
  config.sack = (s.options[i] & with_sack) != 0;
  config.ecn = (s.options[i] & with_ecn) != 0;
  config.window_scale = (s.options[i] & with_scaling) != 0;
  const std::uint32_t initial = s.options[i] >> initial_window_at;
  if (initial != 0) config.initial_window = static_cast<std::uint8_t>(initial);
  config.nagle = (s.options[i] & with_nagle) != 0;
  config.nagle_modified = (s.options[i] & with_sack) != 0;  // one more number would change what all seeds draw
  if ((s.options[i] & (with_delayed_ack | with_nagle)) != 0) config.fast_open_amplification = 255;
  if ((s.options[i] & with_delayed_ack) == 0) config.delayed_ack = duration{};
  config.user_timeout.reset();
  config.isn_offset = s.iss[i];
  return config;
}

/// A world in which both ends are closed and about to open.
template <class End>
[[nodiscard]] std::unique_ptr<stream_world<End>> start_stream(const stream_setting& s, const model::scenario& setting) {
  using storage = typename End::connection_type::policy::send_storage;
  const auto end = [&](model::side where) {
    const std::size_t i = model::at(where);
    auto made = std::make_unique<End>(config_for(s, where), storage(s.send_ring[i]), storage(s.receive_ring[i]));
    if constexpr (requires { made->set_up(s, where); }) made->set_up(s, where);
    return made;
  };
  const auto left = end(model::side::left);
  const auto right = end(model::side::right);
  return std::make_unique<stream_world<End>>(setting, *left, *right);
}

/// Answers 0, the well-behaved move, except where a step interferes: step {n, a, ...} lets n questions pass (at most
/// sixty-three) and answers the next one with a.
class interfering_choice {
 public:
  /// `steps` must outlive the chooser.
  explicit interfering_choice(const std::vector<step>& steps) : steps_(&steps) { load(); }
  std::size_t pick(std::size_t n) {
    if (exhausted()) return 0;
    if (waiting_ != 0) {
      --waiting_;
      return 0;
    }
    const std::size_t answer = (*steps_)[next_][1] % n;
    ++next_;
    load();
    return answer;
  }
  [[nodiscard]] bool exhausted() const { return next_ == steps_->size(); }

 private:
  void load() {
    if (!exhausted()) waiting_ = (*steps_)[next_][0] % 64;
  }
  const std::vector<step>* steps_;
  std::size_t next_ = 0;
  std::size_t waiting_ = 0;
};

/// The most moves of one run, and of its undisturbed end. No run of these sizes comes near it.
inline constexpr std::size_t most_moves = 400'000;

/// Runs a setting: first with interference, then undisturbed, and then both ends must have finished.
template <class End>
[[nodiscard]] finding run_stream(const stream_setting& s, const stream_size& size, const std::vector<step>& steps) {
  const model::scenario setting = scenario_of(s, size);
  const auto judge = [](const stream_world<End>& w) { return model::judge(w); };
  const auto w = start_stream<End>(s, setting);
  interfering_choice choose(steps);
  model::run_result result = model::run(*w, choose, most_moves, judge);
  if (result.why.empty() && result.how != model::ending::finished) {
    const model::run_result rest = model::run_fairly(*w, most_moves, judge);
    // Of a run that goes on for ever the beginning tells enough; whoever replays it goes on undisturbed too.
    const std::size_t told =
        rest.how == model::ending::bounded ? std::min<std::size_t>(rest.choices.size(), 400) : rest.choices.size();
    result.choices.insert(result.choices.end(), rest.choices.begin(),
                          rest.choices.begin() + static_cast<std::ptrdiff_t>(told));
    result.why = rest.why;
  }
  if (result.why.empty()) return {};
  finding found;
  found.why = result.why;
  found.ladder = model::ladder(*start_stream<End>(s, setting), result.choices, judge);
  // A trace is replayed with plain ends: what only another kind of end notices is replayed as a case of its property.
  if constexpr (std::is_same_v<End, roomy_end> || std::is_same_v<End, vast_end>) {
    found.trace = model::format(model::trace{setting.name, "RapidCheck", result.why, result.choices});
  }
  return found;
}

/// The check of a drawn case: the head gives the setting, the steps interfere.
template <class End>
[[nodiscard]] case_check stream_check(const stream_size& size) {
  return [&size](const drawn_case& c) {
    number_choice head(c.head);
    const stream_setting s = drawn_setting(head, size);
    return run_stream<End>(s, size, c.steps);
  };
}

}  // namespace sequent::property

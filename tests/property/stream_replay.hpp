// Replays a run of a drawn setting from its trace: for `sequent replay` and for property_tests --replay.
#pragma once

#include <string_view>

#include "tests/property/stream_world.hpp"

namespace sequent::property {

/// Whether a trace's scenario is a drawn setting rather than one of the named scenarios.
[[nodiscard]] inline bool is_stream(std::string_view scenario) {
  return setting_of(scenario, ordinary_size).has_value() || setting_of(scenario, scaled_size).has_value();
}

namespace stream_detail {

template <class End>
[[nodiscard]] finding replay(const stream_setting& s, const stream_size& size, const model::trace& t) {
  const model::scenario setting = scenario_of(s, size);
  const auto judge = [](const stream_world<End>& w) { return model::judge(w); };
  finding found;
  found.ladder = model::ladder(*start_stream<End>(s, setting), t.choices, judge);
  const auto w = start_stream<End>(s, setting);
  model::replay_choice choose(t.choices);
  const model::run_result result = model::run(*w, choose, most_moves, judge);
  found.why = choose.diverged() ? "the list was made for another world" : result.why;
  if (found.why.empty() && result.how != model::ending::finished)
    found.why = model::run_fairly(*w, most_moves, judge).why;
  return found;
}

}  // namespace stream_detail

/// Runs a trace whose scenario is_stream(): the ladder, and what is wrong at its end, or when it then goes on
/// undisturbed.
[[nodiscard]] inline finding replay_stream(const model::trace& t) {
  if (const auto s = setting_of(t.scenario, ordinary_size)) {
    return stream_detail::replay<roomy_end>(*s, ordinary_size, t);
  }
  const auto s = setting_of(t.scenario, scaled_size);
  if (!s) return {"not a drawn setting: " + t.scenario, {}, {}};
  return stream_detail::replay<vast_end>(*s, scaled_size, t);
}

}  // namespace sequent::property

// A run of the explorer's world whose choices are octets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "model/check/properties.hpp"
#include "model/check/scenarios.hpp"
#include "model/world/choice.hpp"
#include "model/world/ladder.hpp"
#include "model/world/run.hpp"
#include "model/world/trace.hpp"
#include "tests/refinement/scenario_world.hpp"

namespace sequent::fuzz {

/// What a run was and found: the trace is complete also when nothing is wrong.
struct world_outcome {
  model::trace run;    ///< run.why is empty if nothing is wrong
  std::string ladder;  ///< the drawing, if something is
};

/// The most moves of a run and of its undisturbed end.
inline constexpr std::size_t most_moves = 3'000;

/// Runs a scenario, which the first question chooses, by the octets; then both ends must still be able to finish, where
/// the scenario says so.
template <class World, class Make>
[[nodiscard]] world_outcome run_world(std::span<const std::uint8_t> octets, Make make) {
  const auto& all = model::scenarios();
  model::octet_choice choose(octets);
  const model::scenario& setting = all[choose.pick(all.size())];
  const auto judge = [](const World& w) { return model::judge(w); };
  World w = make(setting);
  model::run_result result = model::run(w, choose, most_moves, judge);
  if (result.why.empty() && result.how != model::ending::finished && setting.must_finish) {
    const model::run_result rest = model::run_fairly(w, most_moves, judge);
    result.choices.insert(result.choices.end(), rest.choices.begin(), rest.choices.end());
    result.why = rest.why;
  }
  world_outcome out{{setting.name, "libFuzzer", result.why, result.choices}, {}};
  if (!result.why.empty()) out.ladder = model::ladder(make(setting), result.choices, judge);
  return out;
}

/// The same of the production code in lockstep with the specification.
[[nodiscard]] inline world_outcome run_world(std::span<const std::uint8_t> octets) {
  return run_world<refinement::tiny_world>(octets, [](const model::scenario& s) { return refinement::make_world(s); });
}

}  // namespace sequent::fuzz

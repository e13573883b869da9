#include "tests/property/engine/stream_replay.hpp"

#include "tests/property/connection/stream_world.hpp"

namespace sequent::property {

bool is_stream(std::string_view scenario) {
  return setting_of(scenario, ordinary_size).has_value() || setting_of(scenario, scaled_size).has_value();
}

namespace {

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

}  // namespace

finding replay_stream(const model::trace& t) {
  if (const auto s = setting_of(t.scenario, ordinary_size)) {
    return replay<roomy_end>(*s, ordinary_size, t);
  }
  const auto s = setting_of(t.scenario, scaled_size);
  if (!s) return {"not a drawn setting: " + t.scenario, {}, {}};
  return replay<vast_end>(*s, scaled_size, t);
}

}  // namespace sequent::property

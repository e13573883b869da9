#include "tools/sequent/replay.hpp"

#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "model/check/properties.hpp"
#include "model/check/scenarios.hpp"
#include "model/world/ladder.hpp"
#include "model/world/run.hpp"
#include "model/world/trace.hpp"
#include "tests/property/engine/stream_replay.hpp"
#include "tests/refinement/scenario_world.hpp"

namespace sequent::tools {

int replay(const replay_options& options) {
  std::ifstream in(options.file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    fmt::print(stderr, "sequent replay: {} cannot be read\n", options.file);
    return 2;
  }
  const model::parsed_trace parsed = model::parse_trace(text.str());
  if (!parsed.value) {
    fmt::print(stderr, "sequent replay: {}: {}\n", options.file, parsed.error);
    return 2;
  }
  if (property::is_stream(parsed.value->scenario)) {
    const property::finding found = property::replay_stream(*parsed.value);
    fmt::print("{}{}\n", found.ladder, found.why);
    return found.why.empty() ? 0 : 1;
  }
  const model::scenario* setting = model::find_scenario(parsed.value->scenario);
  if (setting == nullptr) {
    fmt::print(stderr, "sequent replay: {}: there is no scenario \"{}\" (see sequent scenarios)\n", options.file,
               parsed.value->scenario);
    return 2;
  }
  model::replay_choice choices(parsed.value->choices);
  const model::run_result result = refinement::with_world(*setting, [&]<class World>(World start) {
    fmt::print("{}\n", model::ladder(start, parsed.value->choices, model::judge<World>));
    return model::run(start, choices, parsed.value->choices.size(), model::judge<World>);
  });
  if (choices.diverged()) {
    fmt::print(stderr, "sequent replay: {}: the list was made for another world\n", options.file);
    return 2;
  }
  const bool wrong = result.how == model::ending::violated || result.how == model::ending::stuck;
  return wrong ? 1 : 0;
}

}  // namespace sequent::tools

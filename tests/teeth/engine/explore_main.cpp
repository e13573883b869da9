// The explorer alone, for the controls: explores the small scenarios whose name contains the argument and stops at the
// first counterexample. Exit status 1 with its ladder: a bug was caught; 0: it was not.
#include <atomic>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "model/check/explorer.hpp"
#include "model/check/scenarios.hpp"
#include "model/world/ladder.hpp"
#include "tests/refinement/scenario_world.hpp"

int main(int argc, char** argv) {
  namespace model = sequent::model;
  if (argc != 2) {
    fmt::print(stderr, "usage: explore_main PART-OF-A-SCENARIO-NAME\n");
    return 2;
  }
  const std::atomic<bool> never{false};
  int explored = 0;
  for (const model::scenario& each : model::scenarios()) {
    if (each.name.find(argv[1]) == std::string::npos || !each.name.ends_with(".small")) continue;
    ++explored;
    const bool violated = sequent::refinement::with_world(each, [&]<class World>(const World& start) {
      model::explorer<World> engine(model::exploration_options{}, never);
      const model::exploration found = engine.run(start);
      if (found.verdict != model::exploration_verdict::violated) return false;
      fmt::print("{}\n", model::ladder(start, found.counterexample, model::judge<World>));
      return true;
    });
    if (violated) return 1;
  }
  return explored == 0 ? 2 : 0;
}

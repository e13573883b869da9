#include "tools/sequent/replay.hpp"

#include <cstddef>
#include <fstream>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "model/check/properties.hpp"
#include "model/check/scenarios.hpp"
#include "model/world/ladder.hpp"
#include "model/world/run.hpp"
#include "model/world/trace.hpp"
#include "tests/property/engine/stream_replay.hpp"
#include "tests/refinement/scenario_world.hpp"

namespace sequent::tools {

namespace {

// The longest list that is read has less: most_choices numbers of at most five digits, a space after each.
constexpr std::size_t largest_file = 8 << 20;

/// The whole file; nothing, having said why, if it cannot be one.
std::optional<std::string> contents(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(largest_file + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  const bool readable = in.is_open() && !in.bad();
  text.resize(static_cast<std::size_t>(in.gcount()));
  const char* const wrong = !readable                    ? "cannot be read"
                            : text.empty()               ? "is empty"
                            : text.size() > largest_file ? "is too large for a list of choices"
                            : text.starts_with("sequent-case ")
                                ? "is a case of a property: property_tests --replay draws it"
                                : nullptr;
  if (wrong == nullptr) return text;
  fmt::print(stderr, "sequent replay: {} {}\n", file, wrong);
  return std::nullopt;
}

}  // namespace

int replay(const replay_options& options) {
  const auto text = contents(options.file);
  if (!text) return 2;
  const model::parsed_trace parsed = model::parse_trace(*text);
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

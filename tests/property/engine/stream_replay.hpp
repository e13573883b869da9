// Replays a run of a drawn setting from its trace: for `sequent replay` and for property_tests --replay.
#pragma once

#include <string_view>

#include "model/world/trace.hpp"
#include "tests/property/claim.hpp"

namespace sequent::property {

/// Whether a trace's scenario is a drawn setting rather than one of the named scenarios.
[[nodiscard]] bool is_stream(std::string_view scenario);

/// Runs a trace whose scenario is_stream(): the ladder, and what is wrong at its end, or when it then goes on
/// undisturbed.
[[nodiscard]] finding replay_stream(const model::trace& t);

}  // namespace sequent::property

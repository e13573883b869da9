// What an end says of why it sends, beside what the oracle of reasons makes of the segments alone.
#pragma once

#include <functional>
#include <optional>

#include "model/spec/oracles/reasons.hpp"
#include "sequent/transfer/trace.hpp"

namespace sequent::path {

/// Hears what a connection tells, keeps the latest cause, and passes it on.
struct told_causes {
  std::optional<cause> latest{};
  std::function<void(const trace_event&)> besides{};
  void operator()(const trace_event& what) {
    if (what.kind == trace_kind::sent) latest = what.why;
    if (besides) besides(what);
  }
};

/// Whether a segment that an end says to send for a cause may be one for which the oracle finds a reason: something
/// new, something sent again, or neither. Which of several reasons to send again holds first is not compared: a repair
/// may also be due by the timer, a tail probe overtaken.
[[nodiscard]] inline bool agree(cause said, spec::reason found) {
  const bool fresh = found == spec::reason::fresh;
  const bool control = found == spec::reason::control;
  switch (said) {
    case cause::fresh: return fresh;
    case cause::acknowledgment:
    case cause::keep_alive:
    case cause::reset: return control;
    case cause::handshake:
    case cause::tail_probe:
    case cause::window_probe: return !control;
    case cause::timeout:
    case cause::repair:
    case cause::smaller_path: return !control && !fresh;
  }
  return false;
}

}  // namespace sequent::path

// What an end says of why it sends, beside what the oracle of reasons makes of the segments alone.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>

#include "model/spec/oracle_reasons.hpp"
#include "sequent/trace.hpp"

namespace sequent::path {

/// Hears what a connection tells, and keeps the latest cause.
struct told_causes {
  std::optional<cause> latest{};
  void operator()(const trace_event& what) {
    if (what.kind == trace_kind::sent) latest = what.why;
  }
};

/// Whether a segment that an end says to send for a cause may be one for which the oracle finds a reason. The oracle
/// names the first reason that holds: what is sent again after a timeout may also have been reported lost meanwhile,
/// and what was outstanding when a packet was reported to be too big, or a closed window opens, may go again for any.
[[nodiscard]] inline bool agree(cause said, spec::reason found) {
  using spec::reason;
  const auto is = [&](std::initializer_list<reason> any) {
    return std::find(any.begin(), any.end(), found) != any.end();
  };
  switch (said) {
    case cause::fresh: return is({reason::fresh});
    case cause::acknowledgment:
    case cause::keep_alive:
    case cause::reset: return is({reason::control});
    case cause::handshake:
      return is({reason::fresh, reason::timer, reason::after_timer, reason::handshake, reason::rescue, reason::recent,
                 reason::partial, reason::duplicates});
    case cause::timeout:
      return is({reason::timer, reason::after_timer, reason::duplicates, reason::partial, reason::recent,
                 reason::rescue, reason::smaller_packet, reason::tail_probe});
    case cause::repair:
      return is({reason::duplicates, reason::partial, reason::recent, reason::rescue, reason::after_timer,
                 reason::smaller_packet});
    case cause::tail_probe:
      return is({reason::tail_probe, reason::fresh, reason::smaller_packet, reason::window_probe});
    case cause::window_probe: return is({reason::window_probe, reason::fresh, reason::timer, reason::smaller_packet});
    case cause::smaller_path:
      return is({reason::smaller_packet, reason::after_timer, reason::duplicates, reason::partial, reason::recent,
                 reason::rescue});
  }
  return false;
}

}  // namespace sequent::path

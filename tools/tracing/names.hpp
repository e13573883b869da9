// The names that traces use for what happens.
#pragma once

#include <string>

#include "sequent/transfer/timers.hpp"
#include "sequent/transfer/trace.hpp"

namespace sequent::tracing {

/// The name of a timer, e.g. "loss probe".
[[nodiscard]] constexpr const char* timer_name(timer which) noexcept {
  switch (which) {
    case timer::loss_probe: return "loss probe";
    case timer::retransmission: return "retransmission";
    case timer::persist: return "persist";
    case timer::delayed_ack: return "delayed ack";
    case timer::keep_alive: return "keep-alive";
    case timer::user_timeout: return "user timeout";
    case timer::time_wait: return "TIME-WAIT";
    case timer::fin_wait_2: return "FIN-WAIT-2";
    case timer::reordering: return "reordering";
    case timer::zero_window: return "zero window";
  }
  return "unknown";
}

/// One line on what goes out and how the connection stands then, for the comment of a packet.
[[nodiscard]] inline std::string remark(const trace_event& what) {
  return std::string(name(what.why)) + "; cwnd " + std::to_string(what.congestion_window) + ", pipe " +
         std::to_string(what.pipe) + ", SRTT " + std::to_string(what.round_trip.count()) + " us, RTO " +
         std::to_string(what.timeout.count()) + " us" + (what.recovering ? ", recovering" : "");
}

}  // namespace sequent::tracing

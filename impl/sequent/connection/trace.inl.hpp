// What a connection tells of itself as it happens. Part of connection.hpp, which includes it.
#pragma once

#include "sequent/connection.hpp"

namespace sequent {

template <class Policy>
void connection<Policy>::tell(trace_event what, instant now) noexcept {
  if constexpr (Policy::trace::enabled) {
    if (trace_.sink == nullptr) return;
    what.at = now;
    what.state = tcb_.state;
    what.recovering = sender_.recovery().recovering();
    what.congestion_window = sender_.congestion().window();
    what.slow_start_threshold = sender_.congestion().threshold();
    what.pipe = sender_.recovery().pipe();
    what.lost = sender_.recovery().board().lost();
    what.round_trip = sender_.rtt().smoothed();
    what.timeout = sender_.rtt().timeout();
    (*trace_.sink)(what);
  }
}

}  // namespace sequent

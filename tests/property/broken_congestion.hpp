// Congestion controls that are wrong on purpose: what the checks of the congestion window must find.
#pragma once

#include "sequent/congestion/reno.hpp"

namespace sequent::property {

/// Keeps its window after a timeout.
struct shameless : congestion::reno {
  void on_timeout(u32 flight, u32 mss, bool) noexcept {
    if (flight < mss) congestion::reno::on_timeout(flight, mss, true);
  }
};

/// Grows by what was acknowledged in congestion avoidance too.
struct exponential : congestion::reno {
  void on_ack(u32 acked, u32 mss, bool full) noexcept {
    congestion::reno::on_ack(acked, mss, full);
    if (window() >= threshold()) inflate(mss);
  }
};

}  // namespace sequent::property

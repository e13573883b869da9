// What an acknowledgment tells congestion control.
#pragma once

#include <optional>

#include "sequent/seq.hpp"
#include "sequent/time.hpp"

namespace sequent::congestion {

/// An acknowledgment of new data outside of fast recovery. Sizes are octets.
struct progress {
  u32 acked = 0;                 // newly delivered by it, cumulatively or by SACK
  u32 mss = 0;                   // effective segment size
  u32 flight = 0;                // what was in the network before it
  bool window_was_full = false;  // the window, not the application, limited sending
  instant now{};
  std::optional<duration> round_trip{};  // what this acknowledgment measured
  duration smoothed{};                   // SRTT; zero when unknown
  sequence_number<u32> una{};            // SND.UNA after it
  sequence_number<u32> nxt{};            // SND.NXT
};

}  // namespace sequent::congestion

// The parts of loss recovery and of what it goes by, each in a header of its own.
#pragma once

#include "sequent/recovery/prr.hpp"
#include "sequent/recovery/rack.hpp"
#include "sequent/recovery/round_trip.hpp"
#include "sequent/recovery/spurious.hpp"
#include "sequent/recovery/tail_probe.hpp"

namespace sequent {

/// What loss recovery is put together from. A check of it may put in something that is wrong on purpose.
struct recovery_parts {
  using recent = rack;
  using reduction = proportional_rate_reduction;
  using probe = tail_probe;
  using doubt = spurious_detector;
  using round_trip = round_trip_timer;
};

}  // namespace sequent

// What goes out again although no acknowledgment tells that it is lost: what a smaller path or the peer could not take,
// and what a closed window may have cost. Part of recovery/loss_recovery.hpp, which includes it.
#pragma once

#include "sequent/recovery/loss_recovery.hpp"

namespace sequent {

template <std::size_t MostRuns, class Parts>
constexpr void loss_recovery<MostRuns, Parts>::give_up_outstanding(sequence_number<u32> nxt) noexcept {
  // A timeout's repair stays one: no fast recovery begins before its end (RFC 6675 section 5.1).
  const bool timed_out = phase_ == recovery_phase::loss && lowered_again_;
  doubt_.give_up();
  (void)board_.mark_all_lost();
  go_back(nxt);
  lowered_again_ = timed_out;
}

template <std::size_t MostRuns, class Parts>
constexpr void loss_recovery<MostRuns, Parts>::give_up_rest() noexcept {
  if (phase_ != recovery_phase::loss) return;
  (void)board_.mark_all_lost();
}

template <std::size_t MostRuns, class Parts>
constexpr bool loss_recovery<MostRuns, Parts>::on_window_reopened(instant now, duration smoothed) noexcept {
  if (phase_ != recovery_phase::open || board_.view().empty()) return false;
  if (short_time(now) - board_.view().front().sent_at < clipped(smoothed)) return false;  // it is on its way
  doubt_.give_up();
  probe_.cancel();
  return head_due_ = true;
}

template <std::size_t MostRuns, class Parts>
constexpr void loss_recovery<MostRuns, Parts>::probe_again(sequence_number<u32> nxt, bool reduced) noexcept {
  if (reduced) answered_until_ = nxt;
  board_.forget_losses();
  departed_ = 0;
  duplicates_ = 0;
  recover_ = nxt;
  phase_ = recovery_phase::open;
  doubt_.give_up();
  probe_.cancel();
  head_due_ = true;
}

}  // namespace sequent

// What an acknowledgment tells to have arrived, and what to be lost: by RACK with SACK, else by duplicates (RFC 6582).
// Part of recovery/loss_recovery.hpp, which includes it.
#pragma once

#include "sequent/recovery/loss_recovery.hpp"

namespace sequent {

// Notes on the scoreboard what arrived; returns how many octets that were, and fills in the news if they are asked
// for.
template <std::size_t MostRuns, class Parts>
constexpr u32 loss_recovery<MostRuns, Parts>::deliver(const acknowledgment& ack, acknowledged_news* news) noexcept {
  u32 octets = 0;
  bool again = false;
  rack::arrival heard = rack_.hear(short_time(ack.now), granule(ack.smoothed));
  const auto note = [&](const delivered_run& run) {
    octets += run.last - run.first;
    again = again || run.again;
    // Of what is only SACKed the echo tells nothing: it is that of the last segment in sequence (RFC 7323 section 4.3).
    const bool tells = at_or_before(run.last, ack.una);
    // What SACK had reported before was measured then, and the report may be the same where it was sent again.
    const bool old = run.told || (run.doubtful && !tells);
    if (ack.sack && !old) rack_.delivered(heard, run, tells && run.again && answers_before(ack, run.sent_at));
    if (news == nullptr) return;
    news->original = news->original || !run.again;
    news->again = news->again || run.again;
    news->beyond = news->beyond || before(recover_, run.last);
  };
  board_.acknowledge(ack.una, note);
  // A receiver that holds what lies there would have acknowledged it: it has thrown away what it reported (RFC 2018
  // section 8).
  if (ack.acked != 0 && !board_.view().empty() && board_.view().front().fate == run_fate::sacked) board_.forget_sacks();
  if (ack.sack && news != nullptr) {
    const auto blocks = ack.blocks->view();
    for (std::size_t i = news->reported ? 1 : 0; i < blocks.size(); ++i) {
      const sack_block<u32>& block = blocks[i];
      if (after_until(ack.una, block.left, ack.nxt) && after_until(block.left, block.right, ack.nxt)) {
        board_.sack(block.left, block.right, note);
      }
    }
  }
  if (ack.sack) rack_.conclude(heard);
  plain_round_trip_ = heard.valid && !again ? heard.now - heard.sent_at : 0;
  return octets;
}

template <std::size_t MostRuns, class Parts>
constexpr u32 loss_recovery<MostRuns, Parts>::take(const acknowledgment& ack, acknowledged_news& news) noexcept {
  const u32 delivered = deliver(ack, &news);
  if (!ack.sack) return count_departures(ack, delivered);
  duplicates_ = 0;
  if (news.reported) rack_.duplicate_reported(ack.una, ack.nxt);
  return delivered;
}

// Without SACK: a duplicate says that some segment has arrived beyond the hole; an acknowledgment that moves on takes
// back as many as it covers, but for the hole itself, of which none has told. In a recovery no more than was
// outstanding when it began is believed to have left or to be delivered: a peer may send any number (RFC 9937
// section 6.2).
template <std::size_t MostRuns, class Parts>
constexpr u32 loss_recovery<MostRuns, Parts>::count_departures(const acknowledgment& ack, u32 acknowledged) noexcept {
  const u32 all = board_.pipe();
  const u32 beyond = all > ack.mss ? all - ack.mss : 0;  // of the hole itself none tells
  if (ack.duplicate) {
    // Until there is a recovery only the duplicates that lead to one count: two segments more than the window allows,
    // and the third of them begins it (RFC 3042 section 2). After a timeout none does: they may answer repetitions.
    const u32 lead = limited_transmit(ack) * ack.mss;
    const bool leads = phase_ == recovery_phase::open && departed_ < lead;
    const bool counts = phase_ == recovery_phase::recovery || leads;
    const u32 most = (std::min)(beyond, phase_ == recovery_phase::recovery ? reduction_.flight() : lead);
    departed_ = (std::max)((std::min)(departed_ + (counts ? ack.mss : 0), most), departed_);
    if (duplicates_ != duplicate_threshold) ++duplicates_;
    return counts ? ack.mss : 0;
  }
  if (acknowledged == 0) return 0;
  duplicates_ = 0;
  if (phase_ != recovery_phase::recovery) departed_ = 0;
  const u32 behind = (std::min)(departed_, acknowledged > ack.mss ? acknowledged - ack.mss : 0);
  departed_ = (std::min)(departed_ - behind, beyond);
  return acknowledged - behind;
}

// Without SACK: how many duplicates may count before there is a recovery.
template <std::size_t MostRuns, class Parts>
constexpr u32 loss_recovery<MostRuns, Parts>::limited_transmit(const acknowledgment& ack) const noexcept {
  return may_enter(ack) ? duplicate_threshold : duplicate_threshold - 1u;
}

// Without SACK: duplicates may begin a recovery, once for each window (RFC 6582 section 3.2, step 2).
template <std::size_t MostRuns, class Parts>
constexpr bool loss_recovery<MostRuns, Parts>::may_enter(const acknowledgment& ack) const noexcept {
  return phase_ == recovery_phase::open && before(recover_, ack.una);
}

// Looks for losses; begins a recovery when there is one and none is under way.
template <std::size_t MostRuns, class Parts>
template <class Congestion>
constexpr typename loss_recovery<MostRuns, Parts>::losses loss_recovery<MostRuns, Parts>::detect(
    const acknowledgment& ack, bool progress, u32 delivered, Congestion& congestion) noexcept {
  losses seen;
  if (ack.sack) {
    const u32 window = rack_.reordering_window(clipped(ack.smoothed), urgent(ack.mss));
    const auto out = rack_.detect(board_, short_time(ack.now), window, granule(ack.smoothed));
    seen.found = out.found;
    if (out.again && unanswered(*out.again)) lower_again(ack, delivered, congestion);
    if (out.again_in) seen.again = duration::microseconds(*out.again_in);
  } else if (phase_ == recovery_phase::recovery) {
    // The next hole (RFC 6582 section 3.2, partial acknowledgment), unless it is on its way again already: a peer that
    // acknowledges a part of a segment draws no second one.
    const bool repaired = !board_.view().empty() && board_.view().front().again;
    if (progress && !repaired) seen.found = lose_head(ack.mss);
  } else if (phase_ == recovery_phase::loss) {
    // Slow start repairs from SND.UNA on (RFC 5681 section 3.1): what is lost there fits any window, also where F-RTO's
    // new data fills it, of which nothing tells that it has left the network (RFC 5682 section 2.1, step 3a).
    const bool head_lost = !board_.view().empty() && board_.view().front().fate == run_fate::lost;
    if (head_lost && !doubt_.wants_new_data()) head_due_ = true;
  } else if (duplicates_ == duplicate_threshold && may_enter(ack)) {
    seen.found = lose_head(ack.mss);
  }
  // What was sent in a recovery and found lost before its end is the next window's loss (RFC 5681 section 4.3).
  const bool left_over = ack.sack && board_.lost() != 0;
  const bool begins = phase_ == recovery_phase::open ? seen.found || left_over : seen.found && unhurt();
  if (begins) enter(ack, delivered, congestion);
  return seen;
}

template <std::size_t MostRuns, class Parts>
constexpr bool loss_recovery<MostRuns, Parts>::lose_head(u32 mss) noexcept {
  if (board_.view().empty() || board_.view().front().fate != run_fate::in_flight) return false;
  board_.mark_head_lost(mss);
  head_due_ = true;
  return true;
}

template <std::size_t MostRuns, class Parts>
constexpr void loss_recovery<MostRuns, Parts>::on_timeout(sequence_number<u32> nxt, bool first, bool sack, u32 mss,
                                                          duration smoothed, instant now, bool marked) noexcept {
  const bool reneged = !board_.view().empty() && board_.view().front().fate == run_fate::sacked;
  const bool was_open = phase_ == recovery_phase::open;
  const u32 window = rack_.reordering_window(clipped(smoothed), urgent(mss));
  if (!first || reneged) board_.forget_sacks();
  if (!first || phase_ == recovery_phase::recovery) {
    doubt_.timed_out_again(!first && !reneged);
  } else if (was_open && !board_.view().empty()) {
    const sequence_number<u32> una = board_.view().front().first;
    doubt_.begin(true, !reneged && !before(una, recover_), una);  // RFC 5682 section 3.1, step 1
    if (marked) doubt_.marked();
  } else {
    doubt_.give_up();
  }
  if (sack) {
    board_.mark_head_lost(mss);
    rack_.time_out(board_, short_time(now), window);
  } else {
    (void)board_.mark_all_lost();
  }
  go_back(nxt);
  lowered_again_ = true;
  lowered_at_ = short_time(now);
}

template <std::size_t MostRuns, class Parts>
constexpr void loss_recovery<MostRuns, Parts>::go_back(sequence_number<u32> nxt) noexcept {
  departed_ = 0;
  duplicates_ = 0;
  recover_ = nxt;
  phase_ = recovery_phase::loss;
  head_due_ = true;
  probe_.cancel();
  lowered_again_ = false;
}

}  // namespace sequent

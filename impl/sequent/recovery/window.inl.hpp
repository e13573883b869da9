// What losses do to the congestion window: a recovery begins, is steered by PRR, ends or is undone. Part of
// recovery/loss_recovery.hpp, which includes it.
#pragma once

#include "sequent/recovery/loss_recovery.hpp"

namespace sequent {

template <std::size_t MostRuns, class Parts>
template <class Congestion>
constexpr void loss_recovery<MostRuns, Parts>::answer_probe(const acknowledgment& ack, const acknowledged_news& news,
                                                            Congestion& congestion) noexcept {
  const bool bare = ack.duplicate && ack.blocks->count == 0;
  if (probe_.on_ack(ack.una, news.reported, news.until, bare) == tail_probe::verdict::none) return;
  if (phase_ != recovery_phase::open || before(ack.una, answered_until_)) return;
  const u32 window = congestion.window();
  congestion.on_congestion((std::min)(ack.nxt - ack.una + ack.acked, window), ack.mss, ack.now);
  congestion.leave_recovery();
  if (congestion.window() > window) congestion.set_window(window);
  doubt_.give_up();  // what it could give back is not this
  answered_until_ = ack.nxt;
  reduced_ = true;
}

// RecoverFS (RFC 9937 section 6.1): what was outstanding before the acknowledgment, which counts as delivered in this
// recovery, less what SACK had reported by then, which it will not see delivered.
template <std::size_t MostRuns, class Parts>
constexpr u32 loss_recovery<MostRuns, Parts>::outstanding_before(const acknowledgment& ack,
                                                                 u32 delivered) const noexcept {
  const u32 now = ack.nxt - ack.una;
  return ack.sack ? now - board_.sacked() + delivered : now + ack.acked;
}

// The loss of a retransmission is one more indication of congestion (RFC 5681 section 4.3), once for what was sent
// again in one round trip; with ECN too, whatever the first one was (RFC 3168 section 6.1.2). After a timeout, where
// slow start repairs, no fast recovery begins (RFC 6675 section 5.1); half of the window goes there.
template <std::size_t MostRuns, class Parts>
template <class Congestion>
constexpr void loss_recovery<MostRuns, Parts>::lower_again(const acknowledgment& ack, u32 delivered,
                                                           Congestion& congestion) noexcept {
  lowered_again_ = reduced_ = true;
  lowered_at_ = short_time(ack.now);
  answered_until_ = ack.nxt;
  doubt_.give_up();
  const u32 window = congestion.window();
  const u32 flight = (std::min)(ack.nxt - ack.una, congestion.threshold());
  if (phase_ == recovery_phase::loss) {
    congestion.on_timeout(flight, ack.mss, true, ack.now);
    return congestion.set_window((std::min)((std::max)(Congestion::reduced(window), ack.mss), congestion.threshold()));
  }
  congestion.on_congestion(flight, ack.mss, ack.now);
  reduction_.start(outstanding_before(ack, delivered), congestion.threshold());
}

template <std::size_t MostRuns, class Parts>
template <class Congestion>
constexpr void loss_recovery<MostRuns, Parts>::enter(const acknowledgment& ack, u32 delivered,
                                                     Congestion& congestion) noexcept {
  // What limited transmit added does not count (RFC 5681 section 3.2, step 2).
  const u32 flight = (std::min)(ack.nxt - ack.una, congestion.window());
  const bool in_repair = phase_ == recovery_phase::loss;  // of what was too large for the path, and had not been lost
  // But for the loss of what was sent again, which is one more (RFC 5681 section 4.3).
  const bool again = !in_repair && !board_.view().empty() && board_.view().front().again &&
                     board_.view().front().fate == run_fate::lost;
  const bool answered = before(ack.una, answered_until_) && !again;
  if (!answered) congestion.on_congestion(flight, ack.mss, ack.now);
  reduction_.start(outstanding_before(ack, delivered), congestion.threshold());
  // Of an earlier reduction's losses: what went out after that belongs to the next one (RFC 5681 section 4.3).
  recover_ = answered ? answered_until_ : ack.nxt;
  phase_ = recovery_phase::recovery;
  head_due_ = true;
  // What was too large is marked as sent again, and its loss is this one.
  lowered_again_ = in_repair;
  if (in_repair) lowered_at_ = short_time(ack.now);
  probe_.cancel();
  if (answered) return doubt_.give_up();  // the reduction was not for this loss, and stays if this was none
  reduced_ = true;
  // What was too large is lost for certain: no echo can put it back in flight.
  if (in_repair) return doubt_.give_up();
  doubt_.begin(false, false, ack.una);
}

template <std::size_t MostRuns, class Parts>
template <class Congestion>
constexpr void loss_recovery<MostRuns, Parts>::steer(u32 delivered, bool progress, u32 mss,
                                                     Congestion& congestion) noexcept {
  const u32 in_network = pipe();
  congestion.set_window(in_network + reduction_.on_ack(delivered, in_network, mss, progress));
}

template <std::size_t MostRuns, class Parts>
template <class Congestion>
constexpr void loss_recovery<MostRuns, Parts>::grow(const acknowledgment& ack, u32 delivered, u32 before_it,
                                                    Congestion& congestion) noexcept {
  // Kept within reach of SND.UNA, or after 2^31 octets without a loss it would seem to lie ahead.
  if (phase_ == recovery_phase::open && before(recover_, ack.una)) recover_ = ack.una - 1u;
  if (before(answered_until_, ack.una)) answered_until_ = ack.una - 1u;
  rack_.forget_round(ack.una);
  doubt_.keep_in_reach(ack.una);
  // What was sent up to a moment at which the window was full counts as sent in a full window, also where several
  // acknowledgments come in before anything can be sent again.
  if (before_it + ack.mss > congestion.window()) full_until_ = ack.nxt;
  const bool full = before(ack.una - ack.acked, full_until_);
  if (!full) full_until_ = ack.una - 1u;  // kept within reach
  if (!ack.grows) return;
  // HyStart++ wants a sample of every acknowledgment, and looks at milliseconds (RFC 9406 section 4.2).
  const auto sample = ack.round_trip ? ack.round_trip : ack.since_echo;
  congestion.on_ack({delivered, ack.mss, before_it, full, ack.now, sample, ack.smoothed, ack.una, ack.nxt});
}

template <std::size_t MostRuns, class Parts>
template <class Congestion>
constexpr void loss_recovery<MostRuns, Parts>::leave(const acknowledgment& ack, Congestion& congestion) noexcept {
  if (ack.sack) recover_ = ack.nxt;
  if (phase_ == recovery_phase::recovery) congestion.leave_recovery();
  rack_.recovered();
  doubt_.no_new_data();
  phase_ = recovery_phase::open;
  duplicates_ = 0;
  departed_ = 0;
  head_due_ = false;
}

// Nothing was lost: what is new goes out next (RFC 4015 section 3.1, step 8), and unless congestion was echoed the
// reduction is taken back (step 9). FlightSize is what counts against the window, so that what SACK has reported does
// not go into the burst; and a report alone, with nothing outstanding, leaves a segment all the same.
template <std::size_t MostRuns, class Parts>
template <class Congestion>
constexpr void loss_recovery<MostRuns, Parts>::resume(const acknowledgment& ack, u32 delivered, undoing needless,
                                                      Congestion& congestion) noexcept {
  board_.forget_losses();
  rack_.mistrust();
  const bool undone = needless == undoing::recovery || needless == undoing::timeout;
  // A reduction that stays answers what was outstanding then, of which nothing is where its repair is over.
  if (!undone && phase_ != recovery_phase::open) answered_until_ = recover_;
  recover_ = ack.una - 1u;     // duplicates may begin a recovery (RFC 5682 section 3.1)
  full_until_ = ack.una - 1u;  // that the reduced window was full says nothing about this one
  departed_ = 0;
  head_due_ = false;
  if (undone) {
    congestion.undo((std::max)(pipe() + (std::min)(delivered, congestion.initial_window(ack.mss)), ack.mss));
  } else if (phase_ == recovery_phase::recovery) {
    congestion.leave_recovery();
  }
  phase_ = recovery_phase::open;
  undone_ = needless;
}

}  // namespace sequent

// What acknowledgments and time-outs do to the sending half: samples, losses, timers (RFC 6298 section 5), echoes of
// congestion. Part of sender.hpp, which includes it.
// implements: bounded-resends
#pragma once

#include "sequent/transfer/sender.hpp"

namespace sequent {

template <class Storage, class Congestion, std::size_t MostRuns, class Pacing, class Parts>
constexpr void sender<Storage, Congestion, MostRuns, Pacing, Parts>::on_ack(
    const control_block<u32>& tcb, const segment<u32>& header, const actions<u32>& step, bool window_was_closed,
    u32 mss, const std::optional<duration>& since_echo, instant now, timer_set& timers,
    const connection_config& config) noexcept {
  const send_variables<u32>& snd = tcb.snd;
  const bool sacks = tcb.sack_permitted && header.options.sack.count != 0;
  if (step.acked != 0 || step.duplicate_ack || sacks) {
    if constexpr (bounds_bursts()) congestion_.heard();
    const auto echo = tcb.ts.enabled && header.options.ts ? std::optional(header.options.ts->echo) : std::nullopt;
    const auto measured = step.acked != 0 || sacks ? take_sample(snd, header.options.sack, echo, now) : std::nullopt;
    if (step.raised.has(signal::established)) [[unlikely]] {
      if (syn_lost_) rtt_.restart_after_syn_loss();
      if (measured && duration{} < *measured) recovery_.handshake_measured(*measured, now);
    }
    if (step.acked != 0) {
      drop_acknowledged(snd);
      break_silence();
    }
    recover_from(tcb, header, step, mss, echo, since_echo, measured, now, timers);
    if (step.acked != 0) restart_timers(tcb, mss, now, timers, config);
  }
  if (tcb.may_mark()) answer_echo(snd, header, step.acked, mss, now, timers, config);
  if (step.acceptable_ack && snd.wnd == 0) {
    // The peer lives and keeps its window closed: that may last as long as it likes (MUST-37). The user timeout, which
    // may be shorter than the time to the next probe, begins with that.
    break_silence();
    if (!(snd.una == snd.nxt)) expect_ack(now, timers, config);
    timers.stop(timer::user_timeout);
  }
  if (step.window_opened && (snd.wnd == 0) != window_was_closed) {
    if (window_was_closed) {
      on_window_reopened(snd, now, timers, config);
    } else {
      on_window_closed(timers);
    }
  }
  if (config.zero_window) watch_window(snd, mss, now, timers, config);
}

// The first probe waits for a whole timeout (SHLD-29). A small segment that was held back goes when the window opens
// again, if its time has come by then (RFC 9293 section 3.8.6.2.1): closing and opening a window puts nothing off.
template <class Storage, class Congestion, std::size_t MostRuns, class Pacing, class Parts>
constexpr void sender<Storage, Congestion, MostRuns, Pacing, Parts>::on_window_closed(timer_set& timers) noexcept {
  const auto due = timers.due(timer::persist);
  if (!due) return;
  overrides_ = !ecn_.held();
  override_at_ = overrides_ ? short_time(*due) : 0;
  timers.stop(timer::persist);
}

// The peer may have had no room for what was sent while its window was closed. Only what probed it goes out again at
// once, and only if it did and a round trip ago: so a peer that closes and opens its window draws no more than one
// segment for each timeout. What else is missing, SACK or the timer tells. The timers wait no longer than usual again.
template <class Storage, class Congestion, std::size_t MostRuns, class Pacing, class Parts>
constexpr void sender<Storage, Congestion, MostRuns, Pacing, Parts>::on_window_reopened(
    const send_variables<u32>& snd, instant now, timer_set& timers, const connection_config& config) noexcept {
  break_silence();  // probes went unanswered, and what goes out now has not expired yet
  if (overrides_) {
    overrides_ = false;
    const u32 left = override_at_ - short_time(now);
    if (left == 0 || left >= half_circle) {
      force_ = !ecn_.held();
    } else {
      timers.start(timer::persist, now + duration::microseconds(left));
    }
  }
  const bool probed = probes_ != 0;
  probes_ = 0;
  if (!probed || snd.una == snd.nxt) return;
  if (recovery_.on_window_reopened(now, rtt_.smoothed())) return restart_retransmission(now, timers, config);
  timers.stop(timer::retransmission);
  expect_ack(now, timers, config);
}

// RFC 6429 section 4: how long the peer may keep its window closed while something waits, queued or outstanding, is the
// user's choice. A window too small to be worth a segment counts as closed, or a trickle would hold the connection; and
// that a probe is answered or taken changes nothing.
template <class Storage, class Congestion, std::size_t MostRuns, class Pacing, class Parts>
constexpr void sender<Storage, Congestion, MostRuns, Pacing, Parts>::watch_window(
    const send_variables<u32>& snd, u32 mss, instant now, timer_set& timers, const connection_config& config) noexcept {
  if (!config.zero_window) return;
  const bool waits = queued_ != 0 || (snd.fin_asked && !(snd.fin_sent && snd.una == snd.nxt));
  const bool closed = snd.wnd == 0 || snd.wnd < (std::min)(mss, snd.max_wnd / 2);
  if (!waits || !closed) {
    spares_closed_window_ = false;
    return timers.stop(timer::zero_window);
  }
  if (!timers.running(timer::zero_window)) timers.start(timer::zero_window, now + *config.zero_window);
}

// Meanwhile nothing was sent, and what arrived may be lost: that time does not count against the peer. Where a limit
// would be over with it all the same, what waits goes out again when its timer says so, and has one timeout to be
// answered; once, or a host that is away most of the time would never come to an end (RFC 9293 section 3.8.3, R2).
template <class Storage, class Congestion, std::size_t MostRuns, class Pacing, class Parts>
constexpr void sender<Storage, Congestion, MostRuns, Pacing, Parts>::after_absence(instant missed, instant now,
                                                                                   timer_set& timers) noexcept {
  const auto asks =
      timers.running(timer::retransmission) ? timers.due(timer::retransmission) : timers.due(timer::persist);
  const auto prolong = [&](timer limit, bool& spared) {
    const auto due = timers.due(limit);
    if (!due) return;
    instant until = *due + (now - missed);
    const instant answered = asks ? (std::max)(*asks, now) + rtt_.undoubled() : now;
    if (until < answered && !spared) {
      until = answered;
      spared = true;
    }
    timers.start(limit, until);
  };
  prolong(timer::user_timeout, spares_user_timeout_);
  prolong(timer::zero_window, spares_closed_window_);
}

template <class Storage, class Congestion, std::size_t MostRuns, class Pacing, class Parts>
constexpr void sender<Storage, Congestion, MostRuns, Pacing, Parts>::on_reordering_timeout(
    const control_block<u32>& tcb, u32 mss, instant now, timer_set& timers) noexcept {
  const auto again = recovery_.on_reordering_timeout(tcb.snd.una, tcb.snd.nxt, mss, rtt_.smoothed(), now, congestion_);
  if (again) timers.start(timer::reordering, now + *again);
  if (tcb.may_mark() && recovery_.take_reduced()) ecn_.reduced(tcb.snd.nxt);
}

template <class Storage, class Congestion, std::size_t MostRuns, class Pacing, class Parts>
constexpr std::uint8_t sender<Storage, Congestion, MostRuns, Pacing, Parts>::on_retransmission_timeout(
    const control_block<u32>& tcb, u32 mss, instant now, timer_set& timers, const connection_config& config) noexcept {
  const send_variables<u32>& snd = tcb.snd;
  const u32 flight = snd.nxt - snd.una;
  // An octet that probes a closed window is refused, which is no sign of congestion; more than that had been sent
  // inside a window, and may have been lost as well (RFC 5681 section 3.1).
  const bool first = attempts_ == 0;
  const bool marked = tcb.may_mark() && ecn_.answers(snd.una);
  if (snd.wnd != 0 || flight > 1) {
    congestion_.on_timeout(flight, mss, first, now);
    if (tcb.may_mark()) ecn_.reduced(snd.nxt, !first);
  }
  ecn_.release();
  if (snd.wnd != 0) {
    if (first && recovery_.phase() == recovery_phase::open) {
      rtt_.remember();
      unsent_from_ = snd.nxt;
    }
    recovery_.on_timeout(snd.nxt, first, tcb.sack_permitted, mss, rtt_.smoothed(), now, marked);
    rtt_.back_off();
  } else {
    recovery_.probe_again(snd.nxt, flight > 1);
    count_probe();
  }
  if (attempts_ != 255) ++attempts_;
  timed_.stop();
  timers.stop(timer::reordering);
  timers.stop(timer::loss_probe);
  expect_ack(now, timers, config);
  return attempts_;
}

template <class Storage, class Congestion, std::size_t MostRuns, class Pacing, class Parts>
constexpr std::uint8_t sender<Storage, Congestion, MostRuns, Pacing, Parts>::on_syn_timeout(
    instant now, timer_set& timers, const connection_config& config) noexcept {
  syn_lost_ = true;
  if (attempts_ != 255) ++attempts_;
  rtt_.back_off();
  timed_.stop();
  expect_ack(now, timers, config);
  return attempts_;
}

// The round trip that this acknowledgment measures, if it does; the estimator has taken it then.
template <class Storage, class Congestion, std::size_t MostRuns, class Pacing, class Parts>
constexpr std::optional<duration> sender<Storage, Congestion, MostRuns, Pacing, Parts>::take_sample(
    const send_variables<u32>& snd, const sack_blocks<u32>& blocks, const std::optional<sequence_number<u32>>& echo,
    instant now) noexcept {
  const auto measured = timed_.acknowledged(snd.una, blocks, echo, now);
  if (!measured) return measured;
  if (rtt_.raises() && before(unsent_from_, snd.una)) [[unlikely]] {
    rtt_.raising_sample(*measured);  // from what had not been sent when a timer had expired too early
  } else {
    rtt_.sample(*measured);
  }
  return measured;
}

template <class Storage, class Congestion, std::size_t MostRuns, class Pacing, class Parts>
constexpr void sender<Storage, Congestion, MostRuns, Pacing, Parts>::drop_acknowledged(
    const send_variables<u32>& snd) noexcept {
  if (!before(first_, snd.una)) return;
  const u32 octets = (std::min)(snd.una - first_, queued_);
  ring_.drop(octets);
  queued_ -= octets;
  first_ = first_ + octets;
  if (urgent_until_ && !before(snd.una, *urgent_until_)) urgent_until_.reset();
}

template <class Storage, class Congestion, std::size_t MostRuns, class Pacing, class Parts>
constexpr void sender<Storage, Congestion, MostRuns, Pacing, Parts>::recover_from(
    const control_block<u32>& tcb, const segment<u32>& header, const actions<u32>& step, u32 mss,
    const std::optional<sequence_number<u32>>& echo, const std::optional<duration>& since_echo,
    const std::optional<duration>& measured, instant now, timer_set& timers) noexcept {
  // That of a SYN alone tells nothing of losses; text that went out with the SYN would be on the scoreboard.
  if (step.raised.has(signal::established) && recovery_.untouched()) return timers.stop(timer::reordering);
  const bool marks = tcb.may_mark();
  const acknowledgment ack{.una = tcb.snd.una,
                           .ack = header.ack,
                           .nxt = tcb.snd.nxt,
                           .acked = step.acked,
                           .duplicate = step.duplicate_ack,
                           .sack = tcb.sack_permitted,
                           .blocks = &header.options.sack,
                           .echo = echo,
                           .since_echo = since_echo,
                           .round_trip = measured,
                           .smoothed = rtt_.smoothed(),
                           .mss = mss,
                           .now = now,
                           .grows = !step.raised.has(signal::established) && !(marks && header.control.ece()),
                           .marked = marks && header.control.ece()};
  duration again;
  if (recovery_.on_ack(ack, congestion_, again)) {
    timers.start(timer::reordering, now + again);
  } else {
    timers.stop(timer::reordering);
  }
  // What is timed may have been sent again before anything was measured. The rest of its flight tells as well (RFC 6298
  // section 3), and a timer that knows no round trip may be shorter than one each time.
  if (const u32 plain = recovery_.take_round_trip(); plain != 0 && !measured && !rtt_.sampled()) [[unlikely]] {
    rtt_.sample(duration::microseconds(plain));
    timed_.stop();
  }
  if (const undoing undone = recovery_.take_undone(); undone != undoing::nothing) [[unlikely]] {
    // RFC 4015 section 3.1, step 11: an echo keeps the reduction, and makes the timer no less hasty.
    if (undone != undoing::recovery) {
      rtt_.raise();
      attempts_ = 0;  // also where a report that moves nothing told: the next one is a first one
    }
    if (measured && rtt_.raises() && before(unsent_from_, tcb.snd.una)) rtt_.raising_sample(*measured);
    if (undone != undoing::marked_timeout) ecn_.undone();
  }
}

// RFC 3168 section 6.1.2. What was outstanding before the acknowledgment counts, as where a loss is found; while one
// is being repaired the window has been reduced already. Unlike ssthresh the window goes down to one segment (RFC 9438
// section 4.6). There the timer paces: it starts over with every echo that acknowledges something, whatever window of
// data that belongs to; those that acknowledge nothing, which no CWR can end meanwhile, would hold for ever.
template <class Storage, class Congestion, std::size_t MostRuns, class Pacing, class Parts>
constexpr void sender<Storage, Congestion, MostRuns, Pacing, Parts>::answer_echo(
    const send_variables<u32>& snd, const segment<u32>& header, u32 acked, u32 mss, instant now, timer_set& timers,
    const connection_config& config) noexcept {
  if (recovery_.take_reduced()) ecn_.reduced(snd.nxt);
  const bool echoes = header.control.ece() && !header.control.syn() && header.ack == snd.una;
  if (!echoes && acked != 0) ecn_.release();
  if (echoes) recovery_.marked();
  const bool asks = ecn_.asks(snd.una, echoes);
  if (!echoes || recovery_.recovering()) return;
  const u32 window = congestion_.window();
  if (window <= mss && (asks || acked != 0)) {
    ecn_.hold(now + rtt_.timeout());
    if (timers.running(timer::retransmission)) {
      timers.stop(timer::retransmission);
      expect_ack(now, timers, config);
    }
  }
  if (!asks) return;
  const u32 flight = (std::min)(snd.nxt - snd.una + acked, window);
  congestion_.on_congestion(flight, mss, now);
  congestion_.leave_recovery();
  congestion_.set_window((std::min)({window, congestion_.window(), (std::max)(Congestion::reduced(flight), mss)}));
  ecn_.reduced_by_echo(snd.nxt);
  recovery_.answered_by_echo(snd.nxt);
}

// RFC 8985 section 7.2; `last_length` counts a FIN. Where the retransmission timer would come first the probe goes at
// its time, and it starts over.
template <class Storage, class Congestion, std::size_t MostRuns, class Pacing, class Parts>
constexpr void sender<Storage, Congestion, MostRuns, Pacing, Parts>::arm_probe(
    u32 last_length, instant now, timer_set& timers, const connection_config& config) noexcept {
  if (!recovery_.may_probe() || !rtt_.sampled()) return timers.stop(timer::loss_probe);
  const duration wait = probe_timeout(rtt_.smoothed(), recovery_.pipe() <= last_length, config.peer_ack_delay);
  timers.start(timer::loss_probe, (std::min)(now + wait, timers.due(timer::retransmission).value_or(now + wait)));
}

// RFC 6298 sections 5.2 and 5.3.
template <class Storage, class Congestion, std::size_t MostRuns, class Pacing, class Parts>
constexpr void sender<Storage, Congestion, MostRuns, Pacing, Parts>::restart_timers(
    const control_block<u32>& tcb, u32 mss, instant now, timer_set& timers, const connection_config& config) noexcept {
  const send_variables<u32>& snd = tcb.snd;
  timers.stop(timer::retransmission);
  timers.stop(timer::user_timeout);
  if (snd.una == snd.nxt) {
    timers.stop(timer::loss_probe);
    // Only a window that has grown beyond the initial one has anything to lose by idleness.
    if (congestion_.window() <= congestion_.initial_window(mss)) last_sent_.reset();
    return;
  }
  expect_ack(now, timers, config);
  if (tcb.sack_permitted) arm_probe(mss + (snd.fin_sent ? 1u : 0u), now, timers, config);
}

}  // namespace sequent

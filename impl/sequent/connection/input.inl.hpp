// What arrives at a connection: segments and deadlines. Part of connection.hpp, which includes it.
#pragma once

#include "sequent/connection.hpp"

namespace sequent {

namespace detail {

// The fast recovery that is under way, by its end; one may begin with the acknowledgment that ends another.
template <class Recovery>
[[nodiscard]] constexpr std::optional<sequence_number<u32>> recovery_under_way(const Recovery& recovery) noexcept {
  return recovery.recovering() ? std::optional(recovery.recover()) : std::nullopt;
}

}  // namespace detail

template <class Policy>
result<actions<u32>> connection<Policy>::on_octets(std::span<const std::uint8_t> octets, instant now,
                                                   std::optional<ecn_codepoint> mark) noexcept {
  // One variable to return, so that it is filled in where the caller wants it.
  result<actions<u32>> done(std::in_place);
  if (config_.ecn && !mark) {
    done = error::bad_argument;
    return done;
  }
  const auto parsed = parse_segment(octets, config_.addresses, checksum_by::hardware);
  if (!parsed) {
    // Read once more, as a checksum that does not hold comes before most other faults.
    done = parse_segment(octets, config_.addresses, config_.checksum).why();
    return done;
  }
  const std::size_t length = parsed->text.size();
  const std::uint8_t* text = parsed->text.data();
  if (config_.checksum == checksum_by::library) {
    // Text that comes next is copied in the same pass to where it will be wanted: nothing stands there yet, and what
    // does counts for nothing if the checksum does not hold.
    const bool is_next = tcb_.state == connection_state::established && parsed->header.seq == tcb_.rcv.nxt;
    std::uint8_t* const place = is_next && length != 0 ? receiver_.place_of(length) : nullptr;
    const std::size_t offset = octets.size() - length;
    const bool holds =
        place != nullptr ? detail::checksum_holds<true>(octets.data(), offset, octets.size(), config_.addresses, place)
                         : detail::checksum_holds(octets.data(), offset, octets.size(), config_.addresses);
    if (!holds) {
      done = error::bad_checksum;
      return done;
    }
    if (place != nullptr) text = place;
  }
  arrive(parsed->header, {text, length}, now, mark.value_or(ecn_codepoint::not_capable), *done);
  return done;
}

template <class Policy>
result<actions<u32>> connection<Policy>::on_segment(const segment<u32>& header, std::span<const std::uint8_t> text,
                                                    instant now, std::optional<ecn_codepoint> mark) noexcept {
  result<actions<u32>> done(std::in_place);
  const bool marked = mark || !config_.ecn;
  if (text.size() == header.text_length && header.fits_a_header() && marked) {
    arrive(header, text, now, mark.value_or(ecn_codepoint::not_capable), *done);
  } else {
    done = error::bad_argument;
  }
  return done;
}

// `step` is as new.
template <class Policy>
[[gnu::always_inline]] inline void connection<Policy>::arrive(const segment<u32>& header,
                                                              std::span<const std::uint8_t> text, instant now,
                                                              ecn_codepoint mark, actions<u32>& step) noexcept {
  if (!arrives_as_predicted(tcb_, header, now, step)) {
    walk(header, text, now, mark, step);
  } else {
    if (tcb_.ecn) echo_.arrived(header.control, mark, header.text_length != 0);
    take_predicted(header, step, text, now);
  }
  if constexpr (Policy::trace::enabled) tell(detail::event_of(trace_kind::heard, cause::fresh, header), now);
}

template <class Policy>
void connection<Policy>::walk(const segment<u32>& header, std::span<const std::uint8_t> text, instant now,
                              ecn_codepoint mark, actions<u32>& step) noexcept {
  const bool window_was_closed = tcb_.snd.wnd == 0;
  const connection_state old_state = tcb_.state;
  surroundings<u32> around{now, initial_sequence_number(config_.isn_offset, now)};
  if constexpr (Policy::fast_open::enabled) {
    if (old_state == connection_state::listen && fast_open_.take_verdict()) around.syn_text = receiver_.offerable();
  }
  sequent::step(tcb_, header, around, step);
  if (old_state == connection_state::listen && tcb_.state == connection_state::syn_received) {
    if (config_.remote_port == 0) config_.remote_port = header.source_port;
    begin(now);
    if constexpr (Policy::fast_open::enabled) {
      if (tcb_.fast_opened) take_early(header);
    }
  } else if (old_state == connection_state::closed && step.answer == reply::reset && reset_due_) {
    return;  // one RST is waiting to go already; the peer learns the same from it
  }
  // What lies outside the window or acknowledges wrongly may be anybody's (RFC 3168 section 6.1.5).
  if (tcb_.ecn && step.acceptable_ack && !header.control.syn())
    echo_.arrived(header.control, mark, header.text_length != 0);
  if (step.text != text_placement::none) {
    take_text(header, step, text, now);
    if (step.raised.has(signal::aborted)) return;
  } else if (step.raised.has(signal::peer_closed)) {
    receiver_.end_stream_at(tcb_.rcv.nxt, tcb_.rcv.nxt);
  } else if (tcb_.rcv.fin) {
    receiver_.end_stream_at(tcb_.rcv.nxt, *tcb_.rcv.fin);
  }
  if (step.text == text_placement::none && step.answer == reply::ack) receiver_.note_refused(tcb_, header);
  if (!step.deleted && step.acceptable_ack) take_acknowledgment(header, step, window_was_closed, now);
  if constexpr (Policy::fast_open::enabled) {
    if (step.raised.has(signal::established)) conclude_fast_open(header, now);
  }
  apply(step, header.source_port, tcb_.ts, now);
}

// A SYN has brought text that was taken: what may go out early is the initial window (RFC 7413 section 4.2.2), as far
// as the SYN has paid for it.
template <class Policy>
void connection<Policy>::take_early(const segment<u32>& syn) noexcept {
  if constexpr (Policy::fast_open::enabled) {
    sender_.established(effective_mss(), config_.initial_window);
    fast_open_.took_syn(config_.ip_header_octets + header_length + options_length(syn.options) + syn.text_length,
                        config_.fast_open_amplification);
  }
}

// The handshake is complete. Text that a client put on its SYN and that was not acknowledged with it goes out at once
// (RFC 7413 section 4.2.2), and so does what a server sent behind a SYN,ACK that was lost: its peer could not take it.
template <class Policy>
void connection<Policy>::conclude_fast_open(const segment<u32>& header, instant now) noexcept {
  if (!tcb_.passive && header.control.syn()) {
    fast_open_.answered(header.options.fast_open, !(tcb_.snd.una == tcb_.snd.iss + 1u));
  }
  if (!tcb_.passive || sender_.syn_lost()) {
    if constexpr (Policy::trace::enabled) trace_.smaller_path = true;
    sender_.send_again(tcb_.snd, now, timers_, config_);
  }
  if (tcb_.fast_opened && tcb_.passive) reopen_window();
  fast_open_.sent_early(fast_open_.early_room());  // nobody counts it any more
}

// What a step asked for that arrived as predicted: there is no answer, no signal and no change of state.
template <class Policy>
[[gnu::always_inline]] inline void connection<Policy>::take_predicted(const segment<u32>& header, actions<u32>& step,
                                                                      std::span<const std::uint8_t> text,
                                                                      instant now) noexcept {
  if (step.text != text_placement::none) take_text(header, step, text, now);
  if (step.deleted) return;
  if (step.acked != 0 || config_.zero_window) take_acknowledgment(header, step, false, now);
  keep_alives_ = 0;
  if (config_.keep_alive.enabled) restart_keep_alive(now);  // else the timer does not run
}

// Stores text, and decides between an acknowledgment now and a delayed one (RFC 9293 section 3.8.6.3).
template <class Policy>
[[gnu::always_inline]] inline void connection<Policy>::take_text(const segment<u32>& header, actions<u32>& step,
                                                                 std::span<const std::uint8_t> text,
                                                                 instant now) noexcept {
  const sequence_number<u32> old_nxt = step.text == text_placement::in_order ? step.text_at : tcb_.rcv.nxt;
  if (nobody_reads_) return refuse_text(header, step);
  const bool at_hole = receiver_.accept(tcb_, step, text);
  if constexpr (Policy::statistics::enabled) {
    const u32 fin = step.raised.has(signal::peer_closed) ? 1 : 0;
    counters_.took(step.text == text_placement::in_order, tcb_.rcv.nxt - old_nxt - fin);
  }
  if (receiver_.window_may_grow() && !header.control.syn()) tune_window(header, tcb_.rcv.nxt - old_nxt, now);
  // A text larger than any segment is several that were put together on their way.
  const u32 full = (std::min)(receiver_.largest_text(), u32{config_.receive_mss});
  const u32 unacknowledged = tcb_.rcv.nxt - tcb_.ts.last_ack_sent;
  if (at_hole || config_.delayed_ack == duration{} || unacknowledged >= 2 * full) {
    ack_due_ = true;
  } else if (!timers_.running(timer::delayed_ack)) {
    timers_.start(timer::delayed_ack, now + config_.delayed_ack);
  }
}

// SHLD-3: the peer must not believe that anybody has read this. It is not acknowledged, and a FIN behind it does not
// count.
template <class Policy>
void connection<Policy>::refuse_text(const segment<u32>& header, actions<u32>& step) noexcept {
  const bool in_order = step.text == text_placement::in_order;
  actions<u32> refused;
  refused.acceptable_ack = step.acceptable_ack;
  refused.acked = step.acked;
  reset_peer(tcb_, refused);
  if (in_order) refused.reset_ack = step.text_at;
  echo_in_reset(header, refused);
  refused.raised = step.raised;
  refused.raised.drop(signal::peer_closed);
  refused.raised.raise(signal::aborted);
  const timestamp_variables<u32> ts = tcb_.ts;
  delete_block(tcb_, refused);
  owe(refused, config_.remote_port, ts);
  receiver_.flush();
  ended_by_ = error::connection_aborted;
  ended(refused);
  signals_.raise(refused.raised);
  step = refused;
}

// How much is offered follows what is read in a round trip.
template <class Policy>
void connection<Policy>::tune_window(const segment<u32>& header, u32 octets, instant now) noexcept {
  if (octets == 0) return;
  std::optional<u32> echoed;
  if (tcb_.ts.enabled && header.options.ts) {
    const u32 ticks = clock(now) - header.options.ts->echo.wire();
    if (ticks < half_circle) echoed = ticks;  // an echo from the future is none
  }
  receiver_.tune(octets, tcb_.rcv.wnd, echoed, now);
}

template <class Policy>
void connection<Policy>::take_acknowledgment(const segment<u32>& header, const actions<u32>& step,
                                             bool window_was_closed, instant now) noexcept {
  const bool handshake_over = step.raised.has(signal::established);
  if (handshake_over) sender_.established(effective_mss(), config_.initial_window);
  if (step.acked != 0) path_.on_acked(tcb_.snd.una);
  std::optional<duration> since_echo;
  if (tcb_.ts.enabled && header.options.ts && header.control.ack()) {
    const u32 ticks = clock(now) - header.options.ts->echo.wire();
    // An echo from the future or from days ago tells nothing.
    if (ticks < 86'400'000u) since_echo = duration::milliseconds(ticks);
  }
  [[maybe_unused]] const auto earlier = detail::recovery_under_way(sender_.recovery());
  sender_.on_ack(tcb_, header, step, window_was_closed, effective_mss(), since_echo, now, timers_, config_);
  if constexpr (Policy::statistics::enabled) {
    counters_.heard(header, tcb_.sack_permitted, step.acked, step.duplicate_ack);
    const auto present = detail::recovery_under_way(sender_.recovery());
    if (present && present != earlier) counters_.recovery_began();
  }
}

// Carries out what a step asked for beside text and acknowledgments.
template <class Policy>
void connection<Policy>::apply(actions<u32>& step, std::uint16_t to_port, const timestamp_variables<u32>& ts,
                               instant now) noexcept {
  owe(step, to_port, ts);
  if (step.raised.has(signal::peer_closed)) stream_ended_ = true;
  // What ends where the user has read already is no news.
  if (step.raised.has(signal::urgent) && !before(reader_at(), tcb_.rcv.up)) step.raised.drop(signal::urgent);
  signals_.raise(step.raised);
  if (step.time_wait) {
    timers_.stop_all();
    timers_.start(timer::time_wait, now + config_.msl * 2);
  }
  if (step.deleted) return ended(step);
  if (tcb_.state == connection_state::listen) {
    fall_silent();
    if (any_peer_) config_.remote_port = 0;
    return;
  }
  if (tcb_.state == connection_state::closed) return;
  keep_alives_ = 0;
  restart_keep_alive(now);
  if (tcb_.state == connection_state::fin_wait_2 && nobody_reads_ && config_.fin_wait_2 &&
      !timers_.running(timer::fin_wait_2)) {
    timers_.start(timer::fin_wait_2, now + *config_.fin_wait_2);
  }
}

// Remembers which segment a step asked to be sent; a RST goes to where what it answers came from, and has that one's
// timestamp, or TS.Recent from before the step where a user gives up.
template <class Policy>
void connection<Policy>::owe(const actions<u32>& step, std::uint16_t to_port,
                             const timestamp_variables<u32>& ts) noexcept {
  switch (step.answer) {
    case reply::none: break;
    case reply::ack:
    case reply::challenge_ack: ack_due_ = true; break;
    case reply::syn:
    case reply::syn_ack: syn_due_ = true; break;
    case reply::reset: {
      const bool given_up = ts.enabled && step.reset_ack.has_value();
      reset_due_ = reset_owed{step.reset_seq, step.reset_ack, given_up ? std::optional(ts.recent) : std::nullopt, false,
                              to_port};
      if (step.reset_echo) {
        reset_due_->echo = step.reset_echo;
        reset_due_->answers = true;
      }
      break;
    }
  }
}

// Nothing is left to send or to wait for, but a RST that may be due.
template <class Policy>
void connection<Policy>::fall_silent() noexcept {
  timers_.stop_all();
  sender_.flush();
  syn_due_ = false;
  ack_due_ = false;
  keep_alive_due_ = false;
}

// The control block was deleted. Octets that arrived in order before a good end can still be read.
template <class Policy>
void connection<Policy>::ended(const actions<u32>& step) noexcept {
  fall_silent();
  if (step.raised.has(signal::reset)) ended_by_ = error::connection_reset;
  if (step.raised.has(signal::refused)) ended_by_ = error::connection_refused;
  if (step.raised.has(signal::timed_out)) ended_by_ = error::connection_timed_out;
  if (step.raised.has(signal::unreachable)) ended_by_ = error::unreachable;
  if (!ended_by_) return;
  if (receiver_.unread() != 0) stream_ended_ = false;
  receiver_.flush();
}

template <class Policy>
void connection<Policy>::on_deadline(instant now) noexcept {
  if (const auto first = timers_.next(); !first || *first > now) return;
  // Late acknowledgments alone are no absence: a peer that sends without end has one fall due at any time, and would
  // put off its own end where a host comes late by habit.
  const auto missed = timers_.next_but(timer::delayed_ack);
  const bool away = missed && now - *missed >= sender_.rtt().undoubled();
  if (away) [[unlikely]]
    sender_.after_absence(*missed, now, timers_);
  // Each timer is handled at most once a call, and none of them starts itself again in the past.
  for (std::size_t i = 0; i != timer_set::count; ++i) {
    const auto due = timers_.take_due(now);
    if (!due) return;
    on_timer(*due, away, now);
    if constexpr (Policy::trace::enabled) tell(trace_event{.kind = trace_kind::expired, .expired = *due}, now);
  }
}

// `away`: the host did not come when a timer was due, for a timeout at least.
template <class Policy>
void connection<Policy>::on_timer(timer t, bool away, instant now) noexcept {
  actions<u32> step;
  switch (t) {
    case timer::retransmission: {
      if constexpr (Policy::statistics::enabled) counters_.timed_out();
      if constexpr (Policy::trace::enabled) trace_.smaller_path = false;
      const bool in_handshake = tcb_.state == connection_state::syn_sent || tcb_.syn_pending();
      const std::uint8_t attempts =
          in_handshake ? sender_.on_syn_timeout(now, timers_, config_)
                       : sender_.on_retransmission_timeout(tcb_, effective_mss(), now, timers_, config_);
      if (in_handshake) {
        // Who has opened this fast may have forged the rest: it waits no longer than a record of the SYN queue would.
        const bool in_vain = attempts > config_.fast_open_retries || attempts == 255;
        if (tcb_.fast_opened && tcb_.passive && in_vain) return give_up(now);
        syn_due_ = true;
      } else {
        suspect_path(attempts, now);
      }
      if (attempts == config_.r1) signals_.raise(signal::retransmitting);
      return;
    }
    case timer::persist: return sender_.on_persist_timeout(tcb_.snd);
    case timer::reordering: {
      [[maybe_unused]] const bool recovered = sender_.recovery().recovering();
      sender_.on_reordering_timeout(tcb_, effective_mss(), now, timers_);
      if constexpr (Policy::statistics::enabled) {
        if (!recovered && sender_.recovery().recovering()) counters_.recovery_began();
      }
      return;
    }
    case timer::loss_probe:
      if constexpr (Policy::statistics::enabled) counters_.probed();
      return sender_.on_probe_timeout(tcb_.snd, now, timers_, config_);
    case timer::delayed_ack: ack_due_ = true; return;
    case timer::keep_alive:
      if (!(tcb_.snd.una == tcb_.snd.nxt)) return restart_keep_alive(now);  // MUST-26: only when nothing is outstanding
      if (timers_.running(timer::delayed_ack)) {  // the peer was heard just now, and drops what a probe acknowledges
        ack_due_ = true;
        return restart_keep_alive(now);
      }
      // A host that was away may have missed the answer to its last probe, and sends one more.
      if (keep_alives_ >= config_.keep_alive.probes) {
        const bool once_more = away && keep_alives_ == config_.keep_alive.probes && keep_alives_ != 255;
        if (!once_more) return give_up(now);
      }
      ++keep_alives_;
      keep_alive_due_ = true;
      timers_.start(timer::keep_alive, now + config_.keep_alive.interval);
      return;
    case timer::user_timeout:
    case timer::zero_window: return give_up(now);
    case timer::time_wait: time_wait_timeout(tcb_, step); return apply(step, config_.remote_port, tcb_.ts, now);
    case timer::fin_wait_2: (void)abort(); return;
  }
}

template <class Policy>
void connection<Policy>::give_up(instant now) noexcept {
  actions<u32> step;
  const timestamp_variables<u32> ts = tcb_.ts;
  user_timeout(tcb_, step);
  apply(step, config_.remote_port, ts, now);
}

// Anything that arrives shows that the peer lives, and the idle interval starts over (MUST-26).
template <class Policy>
void connection<Policy>::restart_keep_alive(instant now) noexcept {
  const bool watched = tcb_.state == connection_state::established || tcb_.state == connection_state::close_wait ||
                       tcb_.state == connection_state::fin_wait_2;
  if (config_.keep_alive.enabled && watched) {
    timers_.start(timer::keep_alive, now + config_.keep_alive.idle);
  } else {
    timers_.stop(timer::keep_alive);
  }
}

}  // namespace sequent

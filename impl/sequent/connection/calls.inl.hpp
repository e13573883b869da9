// The user's side of a connection: calls, signals, settings. Part of connection.hpp, which includes it.
#pragma once

#include "sequent/connection.hpp"

namespace sequent {

template <class Policy>
void connection<Policy>::prepare() noexcept {
  tcb_.offer.mss = config_.receive_mss;
  tcb_.offer.shift = window_shift_for(receiver_.room());
  tcb_.offer.window_scale = config_.window_scale;
  tcb_.offer.timestamps = config_.timestamps;
  tcb_.offer.sack = config_.sack;
  tcb_.offer.ecn = config_.ecn;
  tcb_.offer.default_peer_mss = config_.default_peer_mss;
  // MUST-40: under half a second, whatever the user says.
  config_.delayed_ack = (std::min)(config_.delayed_ack, duration::milliseconds(499));
  tcb_.challenges.limit = config_.challenge_acks_per_second;
  start_path();
}

template <class Policy>
validity connection<Policy>::validate() const noexcept {
  const auto usable = [](std::size_t octets) { return octets != 0 && octets <= largest_buffer; };
  if (!usable(sender_.room() + sender_.queued())) return {"send_storage"};
  if (!usable(receiver_.storage_octets())) return {"receive_storage"};
  return config_.validate();
}

// Both halves start over at the ISS that the control block has chosen.
template <class Policy>
void connection<Policy>::begin(instant now) noexcept {
  sender_.start(tcb_.snd.iss, config_.rto);
  receiver_.start(config_.initial_receive_window);
  start_path();
  ended_by_.reset();
  nobody_reads_ = false;
  stream_ended_ = false;
  keep_alives_ = 0;
  keep_alive_due_ = false;
  ack_due_ = false;
  echo_ = {};
  syn_due_ = true;
  sender_.expect_ack(now, timers_, config_);
}

template <class Policy>
result<void> connection<Policy>::connect(instant now) noexcept {
  if (!validate()) return error::bad_argument;
  actions<u32> step;
  const auto iss = initial_sequence_number(config_.isn_offset, now);
  const auto opened = call_open_active(tcb_, config_.remote_port != 0, iss, step);
  if (opened) {
    begin(now);
    fast_open_ = {};
  }
  return opened;
}

template <class Policy>
result<void> connection<Policy>::connect(const fast_open_server& known,
                                         instant now) noexcept requires Policy::fast_open::enabled {
  const auto opened = connect(now);
  if (opened) fast_open_.open(known);
  return opened;
}

template <class Policy>
result<void> connection<Policy>::listen() noexcept {
  if (!validate()) return error::bad_argument;
  const auto opened = call_open_passive(tcb_);
  if (!opened) return opened;
  ended_by_.reset();
  stream_ended_ = false;
  receiver_.start(config_.initial_receive_window);
  any_peer_ = config_.remote_port == 0;
  return opened;
}

template <class Policy>
result<void> connection<Policy>::resume(const control_block<u32>& half_open, const syn_ack_history& past,
                                        instant now) noexcept {
  if (tcb_.state != connection_state::closed) return error::connection_already_exists;
  const send_variables<u32>& snd = half_open.snd;
  const bool waits = half_open.state == connection_state::syn_received && snd.una == snd.iss &&
                     snd.nxt == snd.iss + 1u && snd.shift <= largest_shift && half_open.rcv.shift <= largest_shift;
  if (!validate() || !waits || half_open.rcv.wnd > receiver_.capacity()) return error::bad_argument;
  tcb_ = half_open;
  begin(now);
  syn_due_ = false;
  const sequence_number<u32> sent_clock(clock(past.sent_at));
  sender_.sent_syn(tcb_.snd.iss, past.sent_at, sent_clock, false, timers_, config_);
  // In the order in which it happened: what the timer sent again is timed by its echo.
  for (std::uint8_t i = 0; i != std::min<std::uint8_t>(past.timeouts, 2); ++i) {  // a third would change nothing
    static_cast<void>(sender_.on_syn_timeout(now, timers_, config_));
  }
  if (past.repeated) sender_.sent_syn(tcb_.snd.iss, past.sent_at, sent_clock, past.apart, timers_, config_);
  return {};
}

template <class Policy>
result<std::size_t> connection<Policy>::queue(std::span<const std::uint8_t> octets, bool urgent) noexcept {
  const auto allowed = call_send(tcb_);
  if (!allowed) return ended_by_ && tcb_.state == connection_state::closed ? *ended_by_ : allowed.why();
  const std::size_t taken = sender_.write(octets, urgent);
  if (taken == 0 && !octets.empty()) return error::insufficient_resources;
  return taken;
}

template <class Policy>
result<std::size_t> connection<Policy>::read(std::span<std::uint8_t> out) noexcept {
  if (receiver_.unread() == 0) return nothing_to_read();
  const std::size_t taken = receiver_.read(out);
  reopen_window();
  return taken;
}

// Once the end of the stream was reached it stays the answer: a RST that comes later took nothing away.
template <class Policy>
result<std::size_t> connection<Policy>::nothing_to_read() const noexcept {
  if (stream_ended_) return std::size_t{0};
  return ended_by_ ? *ended_by_ : call_receive_empty(tcb_);
}

template <class Policy>
result<std::size_t> connection<Policy>::commit(std::size_t octets) noexcept {
  const auto allowed = call_send(tcb_);
  if (!allowed) return ended_by_ && tcb_.state == connection_state::closed ? *ended_by_ : allowed.why();
  if (octets > sender_.free_span().size()) return error::bad_argument;
  sender_.commit(octets);
  return octets;
}

template <class Policy>
result<std::size_t> connection<Policy>::consume(std::size_t octets) noexcept {
  if (receiver_.unread() == 0 && (octets == 0 || ended_by_)) return nothing_to_read();
  if (octets > receiver_.unread_span().size()) return error::bad_argument;
  receiver_.consume(octets);
  reopen_window();
  return octets;
}

// Reading made room: if the window can move by a worthwhile amount (MUST-39), the peer is told at once where it would
// stand still otherwise, with less than a segment left; else from two segments on, as what arrives is acknowledged
// (SHLD-18, SHLD-19), so that a reader who reads at once draws no acknowledgment for each. In a buffer of few segments
// one of them is much: a sixteenth of the buffer is enough there. See decision 0033.
template <class Policy>
void connection<Policy>::reopen_window() noexcept {
  if (!may_receive_text(tcb_.state) || tcb_.closed_early || offer(false).wnd <= tcb_.rcv.wnd) return;
  const u32 full = full_text();
  const u32 gain = receiver_.offerable() - tcb_.rcv.wnd;
  if (tcb_.rcv.wnd < full || gain >= (std::min)(2 * full, receiver_.tuning().limit() / 16)) ack_due_ = true;
}

template <class Policy>
result<void> connection<Policy>::shutdown() noexcept {
  actions<u32> step;
  const auto closed = call_close(tcb_, sender_.queued() != 0, step);
  if (step.deleted) ended(step);
  return closed;
}

template <class Policy>
result<void> connection<Policy>::close(instant now) noexcept {
  if (tcb_.state == connection_state::closed) return error::connection_does_not_exist;
  nobody_reads_ = true;
  if (receiver_.unread() != 0) {
    end_with_reset(discard_unread<u32>);
    return {};
  }
  // After shutdown() only the reader is left to go, which it has.
  const auto closed = tcb_.snd.fin_asked ? result<void>{} : shutdown();
  orphan(now);
  if (tcb_.state == connection_state::fin_wait_2 && config_.fin_wait_2) {
    timers_.start(timer::fin_wait_2, now + *config_.fin_wait_2);
  }
  return closed;
}

// Nobody can abort the connection any more: a peer that has fallen silent is waited for no longer than an orphan's
// timeout, whatever was configured for a connection with a user.
template <class Policy>
void connection<Policy>::orphan(instant now) noexcept {
  if (!config_.orphan_timeout || tcb_.state == connection_state::closed) return;
  const duration patience = *config_.orphan_timeout;
  if (config_.user_timeout && *config_.user_timeout <= patience) return;
  const auto due = timers_.due(timer::user_timeout);
  static_cast<void>(set_user_timeout(patience, now));
  if (due && *due < now + patience) timers_.start(timer::user_timeout, *due);
}

template <class Policy>
result<void> connection<Policy>::abort() noexcept {
  if (tcb_.state == connection_state::closed) return error::connection_does_not_exist;
  end_with_reset(call_abort<u32>);
  return {};
}

template <class Policy>
result<void> connection<Policy>::evict() noexcept {
  if (tcb_.state == connection_state::closed) return error::connection_does_not_exist;
  if (!nobody_reads_) return error::bad_argument;
  end_with_reset(sequent::evict<u32>);
  return {};
}

// The user gives up what is unread, and `call` the block.
template <class Policy>
template <class Call>
void connection<Policy>::end_with_reset(Call call) noexcept {
  actions<u32> step;
  const timestamp_variables<u32> ts = tcb_.ts;
  static_cast<void>(call(tcb_, step));
  owe(step, config_.remote_port, ts);
  if (receiver_.unread() != 0) stream_ended_ = false;
  receiver_.flush();
  if (!step.deleted) return;
  ended_by_ = error::connection_aborted;
  ended(step);
}

template <class Policy>
signals connection<Policy>::take_signals() noexcept {
  const signals taken = signals_;
  signals_ = {};
  return taken;
}

template <class Policy>
u32 connection<Policy>::urgent_ahead() const noexcept {
  const sequence_number<u32> reader = reader_at();
  if (tcb_.state < connection_state::established || !before(reader, tcb_.rcv.up)) return 0;
  const u32 ahead = tcb_.rcv.up - reader;
  return may_receive_text(tcb_.state) ? ahead : (std::min)(ahead, receiver_.unread());
}

// The next octet to be read. A FIN that was processed stands behind the last one.
template <class Policy>
sequence_number<u32> connection<Policy>::reader_at() const noexcept {
  return tcb_.rcv.nxt - (receiver_.unread() + (tcb_.state > connection_state::fin_wait_2 ? 1u : 0u));
}

template <class Policy>
u32 connection<Policy>::effective_mss() const noexcept {
  const u32 most = std::min<u32>(tcb_.peer_mss, path_.largest_text());
  const u32 options = tcb_.ts.enabled ? 12 : 0;
  return (std::max)(most > options ? most - options : 0, u32{1});
}

template <class Policy>
connection_statistics connection<Policy>::statistics() const noexcept {
  const auto& board = sender_.recovery().board();  // it ends behind what was sent, on a SYN too
  connection_statistics now{.state = tcb_.state,
                            .timeout = sender_.rtt().timeout(),
                            .segment_size = effective_mss(),
                            .congestion_window = sender_.congestion().window(),
                            .slow_start_threshold = sender_.congestion().threshold(),
                            .in_flight = tcb_.snd.nxt - tcb_.snd.una,
                            .pipe = sender_.recovery().pipe(),
                            .sacked = board.sacked(),
                            .lost = board.lost(),
                            .unsent = sender_.queued() == 0 || tcb_.snd.fin_sent ? 0 : sender_.end() - board.end(),
                            .unread = receiver_.unread(),
                            .send_window = tcb_.snd.wnd,
                            .receive_window = tcb_.rcv.wnd,
                            .timeouts_in_a_row = sender_.attempts(),
                            .recovering = sender_.recovery().recovering(),
                            .reordering_seen = sender_.recovery().recent().reordering_seen()};
  if (sender_.rtt().sampled()) {
    now.round_trip = sender_.rtt().smoothed();
    now.variation = sender_.rtt().variation();
  }
  if (const auto least = sender_.recovery().recent().min_round_trip()) {
    now.min_round_trip = duration::microseconds(*least);
  }
  if constexpr (Policy::statistics::enabled) now.counters = counters_.count;
  return now;
}

template <class Policy>
void connection<Policy>::set_keep_alive(bool on, instant now) noexcept {
  config_.keep_alive.enabled = on;
  keep_alives_ = 0;
  keep_alive_due_ = false;
  timers_.stop(timer::keep_alive);
  restart_keep_alive(now);
}

template <class Policy>
result<void> connection<Policy>::set_user_timeout(std::optional<duration> timeout, instant now) noexcept {
  if (timeout && *timeout <= duration{}) return error::bad_argument;
  config_.user_timeout = timeout;
  // Behind a closed window it begins with the next probe, unless one waits for its answer already (MUST-37).
  const bool watching = timers_.running(timer::user_timeout) ||
                        (timers_.running(timer::retransmission) && (tcb_.snd.wnd != 0 || sender_.attempts() != 0));
  timers_.stop(timer::user_timeout);
  if (timeout && watching) timers_.start(timer::user_timeout, now + *timeout);
  return {};
}

template <class Policy>
void connection<Policy>::rebase(duration elapsed) noexcept {
  timers_.rebase(elapsed);
  sender_.rebase(elapsed);
  path_.rebase(elapsed);
  receiver_.rebase(elapsed);
  config_.timestamp_offset += static_cast<u32>(elapsed.count() / 1'000);
  config_.isn_offset += static_cast<u32>(elapsed.count() / 4);
  tcb_.ts.recent_at = tcb_.ts.enabled ? tcb_.ts.recent_at - elapsed : instant{};
  challenge_allowance& allowance = tcb_.challenges;
  allowance.since = allowance.since - elapsed;
  if (allowance.sent == 0 || instant{} - allowance.since >= challenge_allowance::period) {
    allowance.since = instant{} - challenge_allowance::period;
    allowance.sent = 0;
  }
}

}  // namespace sequent

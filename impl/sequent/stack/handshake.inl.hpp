// From a SYN to a connection that waits for accept(): the SYN queue and cookies (RFC 4987). Part of stack.hpp, which
// includes it.
#pragma once

#include "sequent/stack.hpp"

namespace sequent {

namespace detail {

// How long a SYN,ACK that was sent again so many times by the timer waits for its answer.
template <class Config>
[[nodiscard]] constexpr duration syn_ack_wait(const Config& config, u32 retries) noexcept {
  duration wait = config.syn_ack_timeout;
  for (u32 i = 0; i != retries && wait < config.syn_ack_longest; ++i) wait = wait * 2;
  return (std::min)(wait, config.syn_ack_longest);
}

}  // namespace detail

template <class Policy>
connection_config stack<Policy>::config_of(const flow& path) const noexcept {
  connection_config config = config_.connection;
  fit(config, path, config_.mtu);
  config.fast_open_retries = config_.syn_ack_retries;
  config.isn_offset = isn_offset_of(path);
  config.timestamp_offset = timestamp_offset_of(path);
  return config;
}

template <class Policy>
u32 stack<Policy>::isn_offset_of(const flow& path) const noexcept {
  return offset_of(path, isn_key_);
}

// A clock of its own for each flow (RFC 7323 section 5.4), the same for all incarnations of it, so that what RFC 6191
// compares is comparable.
template <class Policy>
u32 stack<Policy>::timestamp_offset_of(const flow& path) const noexcept {
  return offset_of(path, clock_key_);
}

template <class Policy>
u32 stack<Policy>::clock(const flow& path, instant now) const noexcept {
  return static_cast<u32>(static_cast<std::uint64_t>(now.microseconds()) / 1'000) + timestamp_offset_of(path);
}

// A block in LISTEN that offers what a connection of this flow would. Beside what the configuration says, that depends
// on the size of the buffers alone.
template <class Policy>
control_block<u32> stack<Policy>::listening_block(const flow& path) const noexcept {
  control_block<u32> tcb;
  tcb.state = connection_state::listen;
  tcb.passive = true;
  const connection_config config = config_of(path);
  tcb.offer.mss = config.receive_mss;
  tcb.offer.shift = window_shift_for(receive_room);
  tcb.offer.window_scale = config.window_scale;
  tcb.offer.timestamps = config.timestamps;
  tcb.offer.sack = config.sack;
  tcb.offer.ecn = config.ecn;
  tcb.offer.default_peer_mss = config.default_peer_mss;
  tcb.challenges.limit = config.challenge_acks_per_second;
  return tcb;
}

// The SYN,ACK of a block that has just left LISTEN, counted as sent.
template <class Policy>
segment<u32> stack<Policy>::answer_syn(control_block<u32>& tcb, u32 clock) const noexcept {
  const u32 initial = config_.connection.initial_receive_window;
  const auto all = static_cast<u32>(receive_room);
  const window_offer<u32> window = offer_window(tcb.rcv, initial == 0 ? all : (std::min)(initial, all), u32{1}, true);
  const segment<u32> header = compose_syn(tcb, window.field, clock);
  note_sent(tcb, header, window.wnd);
  return header;
}

// A segment for which there is no connection, but a listener. `iss`: the ISS that a SYN must get, if not the usual one.
template <class Policy>
delivery stack<Policy>::on_listener(u32 index, const arrival& in, std::optional<sequence_number<u32>> iss) noexcept {
  if (take_cookie(index, in)) return delivery::listener;
  control_block<u32> tcb = listening_block(in.path);
  const sequence_number<u32> chosen = iss ? *iss : initial_sequence_number(isn_offset_of(in.path), in.now);
  const actions<u32> step = sequent::step(tcb, in.header, surroundings<u32>{in.now, chosen});
  if (tcb.state != connection_state::syn_received) {
    return reply_to(in.path, compose_answer(tcb, step, u32{0}), delivery::listener);
  }
  fast_open_verdict verdict;
  if constexpr (with_fast_opens) {
    if (!iss) verdict = judge(index, in);
    if (verdict.take_text && open_fast(index, verdict, in)) return delivery::listener;
  }
  if (has_room_for_syn(index)) {
    remember_half_open(index, tcb, in, verdict.give.has_value());
    return delivery::listener;
  }
  // What could not be accepted anyway need not be begun.
  if (listeners_[index].waiting.size() < listeners_[index].backlog && config_.cookies != cookie_policy::never &&
      cookies_.usable()) {
    return send_cookie(index, in);
  }
  ++statistics_.syn_dropped;
  return delivery::listener;
}

// `give`: with its SYN,ACK the peer gets a Fast Open cookie.
template <class Policy>
void stack<Policy>::remember_half_open(u32 index, control_block<u32>& tcb, const arrival& in, bool give) noexcept {
  const u32 at = *half_open_.take();
  if (!map(in.path, first_half_open + at)) {
    half_open_.release(at);
    ++statistics_.syn_dropped;
    return;
  }
  static_cast<void>(answer_syn(tcb, 0u));  // as it will be sent
  half_open_slot& record = half_open_[at];
  record.block = compress(tcb);
  record.path = in.path;
  record.past.sent_at = in.now;
  record.listening = index;
  record.listener_generation = listeners_.generation(index);
  ++listeners_[index].half_open;
  wheel_.start(first_half_open + at, in.now + config_.syn_ack_timeout);
  record.owes.syn_ack = true;
  record.owes.fast_open = give;
  owe(first_half_open + at);
}

// Whether the listener that took the SYN still listens.
template <class Policy>
bool stack<Policy>::alive(const half_open_slot& record) const noexcept {
  return listeners_.holds(record.listening, record.listener_generation);
}

// The record has become a connection, and what was in TIME-WAIT before has ended.
template <class Policy>
void stack<Policy>::forget_half_open(u32 index) noexcept {
  const half_open_slot& record = half_open_[index];
  if (record.former != nobody) forget_time_wait(record.former);
  if (alive(record)) --listeners_[record.listening].half_open;
  owe_nothing(first_half_open + index);
  unmap(record.path, first_half_open + index);
  wheel_.stop(first_half_open + index);
  half_open_.release(index);
}

// Nothing has come of the record. What was in TIME-WAIT before, and still would be, is so again (MAY-2).
template <class Policy>
void stack<Policy>::give_up_half_open(u32 index) noexcept {
  const u32 former = std::exchange(half_open_[index].former, nobody);
  forget_half_open(index);
  if (former != nobody) resume_time_wait(former);
}

// A segment of a connection in the SYN queue: the core decides in a block made from the record.
template <class Policy>
delivery stack<Policy>::on_half_open(u32 index, const arrival& in) noexcept {
  half_open_slot& record = half_open_[index];
  if (!alive(record)) {
    give_up_half_open(index);
    const auto former = lookup(in.path);
    if (!former) return on_nobody(in);
    on_time_wait(*former - first_time_wait, in);
    return delivery::time_wait;
  }
  const u32 listening = record.listening;
  // After a cookie was sent, the same SYN again or a forged one may have got a record: whose ACK brings the cookie back
  // is the one that was answered first.
  if (!(in.header.ack == record.block.iss + 1u) && cookie_in(listening, in)) {
    if (has_room(listening)) forget_half_open(index);
    static_cast<void>(take_cookie(listening, in));
    return delivery::half_open;
  }
  const control_block<u32> before_segment = expand(record.block, listening_block(in.path));
  control_block<u32> tcb = before_segment;
  const actions<u32> step = sequent::step(tcb, in.header, surroundings<u32>{in.now, tcb.snd.iss});
  switch (tcb.state) {
    case connection_state::syn_received:
      record.block = compress(tcb);
      if (step.answer == reply::syn_ack) {
        record.past = {in.now, true, record.past.timeouts, in.now - record.past.sent_at >= timestamp_tick};
        // Nothing is sent again sooner than one timeout after it was sent last (RFC 6298 section 5).
        wheel_.start(first_half_open + index, in.now + detail::syn_ack_wait(config_, record.retries));
      }
      owe(first_half_open + index, step);
      return delivery::half_open;
    case connection_state::closed:
    case connection_state::listen: give_up_half_open(index); return delivery::half_open;
    default: break;
  }
  const syn_ack_history past = record.past;
  if (!has_room(listening)) {
    ++statistics_.ack_dropped;  // the record stays: the SYN,ACK that is sent again asks for another ACK
    return delivery::half_open;
  }
  forget_half_open(index);
  static_cast<void>(complete(before_segment, listening, in, past));
  return delivery::half_open;
}

// A SYN can be kept, with the prospect that its connection will be accepted.
template <class Policy>
bool stack<Policy>::has_room_for_syn(u32 listening) const noexcept {
  const listener& to = listeners_[listening];
  return to.half_open < to.backlog && to.waiting.size() < to.backlog && !half_open_.full() &&
         config_.cookies != cookie_policy::always;
}

// A connection of this listener could be established now.
template <class Policy>
bool stack<Policy>::has_room(u32 listening) const noexcept {
  return listeners_[listening].waiting.size() < listeners_[listening].backlog && has_vacancy();
}

// Turns a block in SYN-RECEIVED into a connection, and hands it the segment that completes the handshake.
template <class Policy>
bool stack<Policy>::complete(const control_block<u32>& tcb, u32 listening, const arrival& in,
                             const syn_ack_history& past) noexcept {
  if (!has_room(listening)) {
    ++statistics_.ack_dropped;
    return false;
  }
  const auto placed = place(config_of(in.path), in.path);
  if (!placed) return false;
  const u32 index = *placed;
  static_cast<void>(tcp(index).resume(tcb, past, in.now));
  wait_for_accept(index, listening);
  on_connection(index, in);
  return true;
}

// Nobody has answered the SYN,ACK: it is sent again, later each time, or the record is forgotten.
template <class Policy>
void stack<Policy>::on_half_open_deadline(u32 index, instant now) noexcept {
  half_open_slot& record = half_open_[index];
  if (!alive(record) || record.retries == config_.syn_ack_retries) {
    if (alive(record)) ++statistics_.half_open_expired;
    return give_up_half_open(index);
  }
  ++record.retries;
  record.past = {now, true, record.retries};
  wheel_.start(first_half_open + index, now + detail::syn_ack_wait(config_, record.retries));
  record.owes.syn_ack = true;
  owe(first_half_open + index);
}

}  // namespace sequent

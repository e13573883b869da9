// Answers that no connection sends: those of records, and those to nobody. Part of stack.hpp, which includes it.
// implements: owed-answers
//
// What a record answers is owed by the record itself, so that no stranger's packets take its room, and nobody sees from
// the answers to his own packets what others were answered. What has no record, a cookie or a RST, waits in a place of
// its own; where there is none, the packet that asks for it is not taken. Nothing is ever dropped.
#pragma once

#include "sequent/stack.hpp"

namespace sequent {

// Indices are those of flows and, above them, of replies.
template <class Policy>
auto stack<Policy>::debt_of(u32 index) noexcept -> debt& {
  if (index < first_time_wait) return half_open_[index - first_half_open].owes;
  if (index < max_flows) return time_wait_[index - first_time_wait].owes;
  return replies_[index - max_flows].owes;
}

// Puts a record at the end of the line, unless it stands there.
template <class Policy>
void stack<Policy>::owe(u32 index) noexcept {
  if (!debt_of(index).line.linked()) owing_.push(index, lines());
}

// A step asks a record for an answer.
template <class Policy>
void stack<Policy>::owe(u32 index, const actions<u32>& step) noexcept {
  debt& owes = debt_of(index);
  switch (step.answer) {
    case reply::none:
    case reply::syn: return;
    case reply::syn_ack: owes.syn_ack = true; break;
    case reply::ack:
    case reply::challenge_ack: owes.ack = true; break;
    case reply::reset:
      // What is half-open resets a wrong acknowledgment alone (RFC 9293 section 3.10.7.4, fifth check).
      SEQUENT_ASSERT(!step.reset_ack);
      owes.reset = true;
      owes.reset_number = step.reset_seq;
      owes.reset_stamped = step.reset_echo.has_value();
      if (step.reset_echo) owes.reset_echo = *step.reset_echo;
      break;
  }
  owe(index);
}

// The record goes, and what it owes with it.
template <class Policy>
void stack<Policy>::owe_nothing(u32 index) noexcept {
  if (debt_of(index).line.linked()) owing_.remove(index, lines());
}

// An answer of no record, if there is one. `otherwise`: where its packet has been delivered, unless there is no room.
// `service`: of the connection that is given up with it, if it is the RST of one.
template <class Policy>
delivery stack<Policy>::reply_to(const flow& path, const std::optional<segment<u32>>& header, delivery otherwise,
                                 std::optional<std::uint8_t> service) noexcept {
  if (!header) return otherwise;
  const auto at = replies_.take();
  if (!at) return delivery::postponed;
  replies_[*at].path = path;
  replies_[*at].header = *header;
  replies_[*at].service = service.value_or(config_.service);
  replies_[*at].gives_up = service.has_value();
  owe(max_flows + *at);
  return otherwise;
}

// The segment that a record owes, one at a time: the SYN,ACK first.
template <class Policy>
segment<u32> stack<Policy>::next_of_record(u32 index, instant now) noexcept {
  debt& owes = debt_of(index);
  const bool half_open = index < first_time_wait;
  const flow& path = flow_of_index()(index);
  const control_block<u32> tcb = half_open ? expand(half_open_[index - first_half_open].block, listening_block(path))
                                           : expand(time_wait_[index - first_time_wait].block);
  actions<u32> asked;
  const bool gives_cookie = owes.syn_ack && std::exchange(owes.fast_open, false);
  if (std::exchange(owes.syn_ack, false)) {
    asked.answer = reply::syn_ack;
  } else if (std::exchange(owes.ack, false)) {
    asked.answer = reply::ack;
  } else {
    asked.answer = reply::reset;
    asked.reset_seq = owes.reset_number;
    if (owes.reset_stamped) asked.reset_echo = owes.reset_echo;
    owes.reset = false;
  }
  segment<u32> header = *compose_answer(tcb, asked, clock(path, now));
  if (gives_cookie) header.options.fast_open = fast_open_keys_.cookie_for(path.local, path.remote);
  if (owes.ack || owes.reset) owe(index);
  return header;
}

// Writes the first answer in the line, which is not empty.
template <class Policy>
packet_out stack<Policy>::next_answer(std::span<std::uint8_t> out, instant now) noexcept {
  const u32 index = owing_.first();
  owing_.remove(index, lines());
  if (index < max_flows) {
    const segment<u32> header = next_of_record(index, now);
    return write_answer(flow_of_index()(index), config_.service, header, out, now);
  }
  stack_records::waiting_reply next = replies_[index - max_flows];
  replies_.release(index - max_flows);
  // The clock of an orphan's RST; that of a cookie is part of the cookie, and what answers a segment says 0.
  if (next.gives_up && next.header.options.ts) {
    next.header.options.ts->value = sequence_number<u32>(clock(next.path, now));
  }
  return write_answer(next.path, next.service, next.header, out, now);
}

// The RST with which a connection is given up, but for the moment on its timestamp.
template <class Policy>
std::optional<segment<u32>> stack<Policy>::farewell(u32 index) const noexcept {
  control_block<u32> tcb;
  if (awake(index)) {
    tcb = tcp(index).tcb();
  } else if constexpr (sleeps) {
    tcb = slots_[index].asleep.tcb();
  }
  const timestamp_variables<u32> ts = tcb.ts;
  actions<u32> step;
  evict(tcb, step);
  auto reset = compose_answer(tcb, step, u32{0});
  if (reset && ts.enabled) reset->options.ts = timestamps<u32>{{}, ts.recent};
  return reset;
}

// The RST of a connection that was given up in its sleep, without waking it (RFC 9293 section 3.10.5). Its place is
// free then.
template <class Policy>
packet_out stack<Policy>::last_of_sleeper(u32 index, std::span<std::uint8_t> out, instant now) noexcept {
  const flow path = slots_[index].path;
  const std::uint8_t service = slots_[index].service;
  auto reset = farewell(index);
  SEQUENT_ASSERT(reset.has_value());
  if (reset->options.ts) reset->options.ts->value = sequence_number<u32>(clock(path, now));
  ready_.remove(index, ready_links());
  unmake(index);
  return write_answer(path, service, *reset, out, now);
}

template <class Policy>
packet_out stack<Policy>::write_answer(const flow& path, std::uint8_t service, segment<u32> header,
                                       std::span<std::uint8_t> out, instant now) const noexcept {
  header.source_port = path.local_port;
  header.destination_port = path.remote_port;
  const std::size_t length = header_length + options_length(header.options);
  emit_segment(header, out.subspan(ip_header_length(path.local), length), pseudo_header_of(path.local, path.remote),
               config_.connection.checksum);
  return wrap(path, service, out, {length, 0, now});
}

}  // namespace sequent

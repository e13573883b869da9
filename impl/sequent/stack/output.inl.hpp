// What leaves a stack: packets, and what becomes of a connection that has nothing more to send. Part of stack.hpp,
// which includes it.
#pragma once

#include "sequent/stack.hpp"

namespace sequent {

// Lets a flow lead to a connection or record. There is a slot for every place that a flow can lead to; it fails only if
// very many flows have the same hash, which nobody can bring about who does not know the secret.
template <class Policy>
bool stack<Policy>::map(const flow& path, u32 index) noexcept {
  return flows_.insert(path, index);
}

template <class Policy>
void stack<Policy>::unmap(const flow& path, u32 index) noexcept {
  const bool erased = flows_.erase(path, index);
  SEQUENT_ASSERT(erased);
  freed_ |= refusals::flow;
  static_cast<void>(erased);
}

// Something has happened to a connection: it may have something to send or to tell, or have ended.
template <class Policy>
void stack<Policy>::touch(u32 index) noexcept {
  slot& at = slots_[index];
  stir(index);
  if (at.orphan && tcp(index).state() == connection_state::time_wait) no_orphan(index);
  if (tcp(index).state() == connection_state::closed && at.mapped) {
    no_orphan(index);
    at.mapped = false;
    unmap(at.path, index);
    wheel_.stop(index);
  }
  if constexpr (with_fast_opens) count_pending(index);
  if (!at.ready.linked()) ready_.push(index, ready_links());
  tell(index);
}

// A connection has nothing more to send for now: it waits for its deadline, or its place is free.
template <class Policy>
void stack<Policy>::settle(u32 index, instant now) noexcept {
  slot& at = slots_[index];
  const connection_type& settled = tcp(index);
  ready_.remove(index, ready_links());
  if (settled.state() == connection_state::closed) {
    if (at.listening != nobody) {
      listeners_[at.listening].waiting.remove(index, waiting_links());  // ended before anybody accepted it
      at.listening = nobody;
    }
    if (!at.owned) unmake(index);
    return;
  }
  if (settled.state() == connection_state::time_wait && !at.owned && at.listening == nobody) {
    return remember_time_wait(index, now);
  }
  watch(index, now);
  drowse(index);
}

// The flow label of IPv6: the same for all packets of a flow and its records, not zero, and unknown to who has not seen
// one of them (RFC 6437 section 3, RFC 8504 section 5.7).
template <class Policy>
u32 stack<Policy>::flow_label_of(const flow& path) const noexcept {
  const auto label = static_cast<u32>(labels_(path)) & 0xf'ffffu;
  return label == 0 ? 1u : label;
}

template <class Policy>
packet_out stack<Policy>::wrap(const flow& path, std::uint8_t service, std::span<std::uint8_t> out,
                               const transmission& sent) const noexcept {
  const std::size_t length = ip_header_length(path.local) + sent.length;
  ip_header header;
  header.source = path.local;
  header.destination = path.remote;
  header.hop_limit = config_.time_to_live;
  header.service = with_ecn(service, sent.ecn);
  if (!path.local.is_v4()) header.flow_label = flow_label_of(path);
  const auto written = emit_ip(header, out.first(length));
  SEQUENT_ASSERT(written.has_value());
  static_cast<void>(written);
  return {length, sent.segment_size, sent.not_before, ecn_of(header.service)};
}

template <class Policy>
std::optional<packet_out> stack<Policy>::poll_packet(instant now, std::span<std::uint8_t> out) noexcept {
  if (out.size() < min_packet_room) return std::nullopt;
  // Answers first, so that the order of one's own packets does not tell of others'. There are never more of them than
  // packets have come in.
  if (!owing_.empty()) return next_answer(out, now);
  while (true) {
    if (ready_.empty()) close_sleepers(now);
    if (ready_.empty()) return std::nullopt;
    const u32 index = ready_.first();
    slot& at = slots_[index];
    if (!awake(index)) return last_of_sleeper(index, out, now);
    const std::size_t front = ip_header_length(at.path.local);
    const std::size_t most = std::min<std::size_t>(out.size(), 0xffffu);  // octets of the longest datagram
    const auto sent = tcp(index).poll_transmit(now, out.subspan(front, most - front));
    if (!sent) {
      settle(index, now);
      continue;
    }
    // One packet each in turn, so that a busy connection does not keep the others waiting.
    ready_.remove(index, ready_links());
    ready_.push(index, ready_links());
    return wrap(at.path, at.service, out, *sent);
  }
}

template <class Policy>
bool stack<Policy>::consistent() const noexcept {
  u32 flows = half_open_.size() + time_wait_.size();
  u32 waiting = 0;
  u32 awake_ones = 0;
  u32 orphans = 0;
  u32 loans = 0;
  for (u32 i = 0; i != Policy::sizes.max_connections; ++i) {
    if (!slots_.holds(i)) continue;
    const slot& at = slots_[i];
    if (at.mapped) ++flows;
    if (at.listening != nobody) ++waiting;
    if (awake(i)) ++awake_ones;
    if (at.orphan) ++orphans;
    if (loan_of(i) != 0) ++loans;
    if (at.mapped != (lookup(at.path) == i)) return false;
    if (!accounted_for(i)) return false;
    if (!at.owned && at.listening == nobody && !at.ready.linked() && awake(i) &&
        tcp(i).state() == connection_state::closed) {
      return false;  // a place that nobody can ever free
    }
  }
  for (u32 i = 0; i != Policy::sizes.max_half_open; ++i) {
    if (half_open_.holds(i) && lookup(half_open_[i].path) != first_half_open + i) return false;
  }
  for (u32 i = 0; i != Policy::sizes.max_time_wait; ++i) {
    if (!time_wait_.holds(i)) continue;
    const u32 successor = time_wait_[i].successor;
    if (successor != nobody) --flows;
    if (successor != nobody && half_open_[successor].former != i) return false;
    if (successor == nobody && lookup(time_wait_[i].path) != first_time_wait + i) return false;
  }
  u32 owing = replies_.size();
  const auto owes_well = [&](const stack_records::debt& owes) {
    if (owes.line.linked()) ++owing;
    return owes.line.linked() == (owes.syn_ack || owes.ack || owes.reset);
  };
  for (u32 i = 0; i != Policy::sizes.max_half_open; ++i) {
    if (half_open_.holds(i) && !owes_well(half_open_[i].owes)) return false;
  }
  for (u32 i = 0; i != Policy::sizes.max_time_wait; ++i) {
    if (time_wait_.holds(i) && !owes_well(time_wait_[i].owes)) return false;
  }
  return flows == flows_.size() && owing == owing_.size() && age_.size() == time_wait_.size() &&
         awake_ones == connections_awake() && orphans == this->orphans() && loans == loans_ && waiting <= slots_.size();
}

}  // namespace sequent

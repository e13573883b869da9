// What arrives at a stack: packets and deadlines. Part of stack.hpp, which includes it.
// implements: martians
#pragma once

#include "sequent/stack.hpp"

namespace sequent {

template <class Policy>
delivery stack<Policy>::on_packet(std::span<const std::uint8_t> packet, instant now) noexcept {
  const auto datagram = parse_ip(packet);
  if (!datagram) return on_malformed();
  const u32 tag = tag_of(*datagram);
  fetch_connection(tag);
  return on_datagram(*datagram, tag, now);
}

// Several packets at a time, so that the memory of all their connections is on its way while the first is worked on.
template <class Policy>
std::size_t stack<Policy>::on_packets(std::span<const std::span<const std::uint8_t>> packets, instant now) noexcept {
  std::array<ip_datagram, batch> datagrams;
  std::array<u32, batch> tags;
  std::array<bool, batch> sound;
  // As many as could all be answered to nobody, whatever they are: if it depended on what others are answered when one
  // polls, one's own answers would tell of it.
  const std::size_t most = std::min<std::size_t>(packets.size(), replies_.capacity() - replies_.size());
  for (std::size_t taken = 0; taken != most;) {
    const auto at_hand = packets.subspan(taken, (std::min)(batch, most - taken));
    for (std::size_t i = 0; i != at_hand.size(); ++i) {
      const auto datagram = parse_ip(at_hand[i]);
      sound[i] = datagram.has_value();
      if (!sound[i]) continue;
      datagrams[i] = *datagram;
      tags[i] = tag_of(*datagram);
      flows_.prefetch(tags[i]);
    }
    for (std::size_t i = 0; i != at_hand.size(); ++i) {
      if (sound[i]) fetch_connection(tags[i]);
    }
    for (std::size_t i = 0; i != at_hand.size(); ++i) {
      static_cast<void>(sound[i] ? on_datagram(datagrams[i], tags[i], now) : on_malformed());
    }
    taken += at_hand.size();
  }
  return most;
}

template <class Policy>
delivery stack<Policy>::on_malformed() noexcept {
  ++statistics_.packets;
  ++statistics_.malformed;
  return delivery::dropped;
}

template <class Policy>
delivery stack<Policy>::on_datagram(const ip_datagram& datagram, u32 tag, instant now) noexcept {
  ++statistics_.packets;
  if (!is_ours(datagram.destination) || (address_count_ != 0 && is_ours(datagram.source))) {
    ++statistics_.martian;
    return delivery::dropped;
  }
  if (datagram.hop_limit < config_.min_time_to_live) {
    ++statistics_.hops;
    return delivery::dropped;
  }
  switch (datagram.protocol) {
    case ip_protocol::tcp: {
      const delivery where = on_tcp(datagram, tag, now);
      if (where != delivery::postponed) return where;
      --statistics_.packets;
      ++statistics_.postponed;
      return where;
    }
    case ip_protocol::icmp:
    case ip_protocol::icmpv6: return on_icmp(datagram, now);
  }
  ++statistics_.other_protocol;
  return delivery::dropped;
}

// The hash of the flow that a segment says it belongs to.
template <class Policy>
u32 stack<Policy>::tag_of(const ip_datagram& packet) const noexcept {
  if (packet.payload.size() < header_length) return 0;
  const std::uint8_t* const ports = packet.payload.data();
  return flows_.tag_of(flow{packet.destination, packet.source, load16(ports + 2), load16(ports)});
}

// The connection that a segment seems to be for is asked for, so that its memory comes near while the checksum is
// verified: that of an idle one is far away.
template <class Policy>
void stack<Policy>::fetch_connection(u32 tag) const noexcept {
  const auto index = flows_.candidate(tag);
  if (!index || *index >= first_half_open) return;
  const slot& at = slots_[*index];
  if constexpr (sleeps) {
    fetch_ahead(&at, sizeof at);
  } else {
    connection_internals::fetch(at.tcp, sizeof(doorplate));
  }
}

template <class Policy>
delivery stack<Policy>::on_tcp(const ip_datagram& packet, u32 tag, instant now) noexcept {
  const auto parsed =
      parse_segment(packet.payload, pseudo_header_of(packet.source, packet.destination), config_.connection.checksum);
  if (!parsed) {
    ++statistics_.malformed;
    return delivery::dropped;
  }
  const segment<u32>& header = parsed->header;
  const arrival in{header, parsed->text,
                   flow{packet.destination, packet.source, header.destination_port, header.source_port}, now,
                   packet.ecn()};
  if (is_land(in.path)) {
    ++statistics_.land;
    return delivery::dropped;
  }
  const auto index = flows_.find(tag, in.path, flow_of_index());
  if (!index) return on_nobody(in);
  if (*index < first_half_open) {
    on_connection(*index, in);
    return delivery::connection;
  }
  if (*index < first_time_wait) return on_half_open(*index - first_half_open, in);
  on_time_wait(*index - first_time_wait, in);
  return delivery::time_wait;
}

// A segment of no connection: a listener's, or to be answered as in CLOSED.
template <class Policy>
delivery stack<Policy>::on_nobody(const arrival& in) noexcept {
  if (const auto listening = listeners_.find(in.path.local, in.path.local_port)) {
    return on_listener(*listening, in, std::nullopt);
  }
  control_block<u32> none;
  const actions<u32> step = sequent::step(none, in.header, surroundings<u32>{in.now, {}});
  return reply_to(in.path, compose_answer(none, step, u32{0}), delivery::nobody);
}

template <class Policy>
void stack<Policy>::on_connection(u32 index, const arrival& in) noexcept {
  slot& at = slots_[index];
  if constexpr (sleeps) {
    if (!awake(index) && at.asleep.arrives(in.header, config_.connection, in.now)) return;
    if (!arouse(index, in.now)) return;  // as if the network had lost it
  }
  if constexpr (with_fast_opens) {
    const u32 listening = at.pending.listening;
    if (listening != nobody && listeners_.holds(listening, at.pending.generation)) return_places(listening, in.now);
  }
  connection_type& to = tcp(index);
  const auto done = to.on_segment(in.header, in.text, in.now, in.mark);
  if (!done) return;  // never: it has been parsed
  const actions<u32>& step = *done;
  if constexpr (with_fast_opens) count_pending(index);
  // Most of what reaches an idle connection is a keep-alive's answer. Its deadline moved to a later time, if at all:
  // the wheel finds that out when it looks. One that was woken by it stands in a list already.
  if (step.text == text_placement::none && step.acked == 0 && connection_internals::quiet(to)) return drowse(index);
  if (step.text == text_placement::in_order && step.text_take != 0) at.readable = true;
  if (step.acked != 0) {
    at.writable = true;
    got_on(index);
  }
  touch(index);
}

// An error that a router or the peer reports about a segment of ours (MUST-54). Whether a connection believes it is its
// own affair. A half-open connection has sent nothing but its SYN,ACK: a hard error about that ends it (RFC 5461), as
// the peer's RST would. TIME-WAIT has nothing to lose.
template <class Policy>
delivery stack<Policy>::on_icmp(const ip_datagram& packet, instant now) noexcept {
  const auto about = parse_icmp(packet);
  const auto index =
      about ? lookup({about->source, about->destination, about->source_port, about->destination_port}) : std::nullopt;
  if (!index || *index >= first_time_wait) {
    ++statistics_.icmp_ignored;
    return about ? delivery::icmp : delivery::dropped;
  }
  // Nothing of a sleeper's is outstanding, so it believes none of them (RFC 5927 section 4.1).
  if (*index < first_half_open && !awake(*index)) {
    ++statistics_.icmp_ignored;
    return delivery::icmp;
  }
  bool taken = false;
  if (*index < first_half_open) {
    taken = tcp(*index).on_icmp(*about, now);
    if (taken) touch(*index);
  } else if (about->kind == icmp_kind::hard && about->seq == half_open_[*index - first_half_open].block.iss) {
    taken = true;
    give_up_half_open(*index - first_half_open);
  }
  ++(taken ? statistics_.icmp_taken : statistics_.icmp_ignored);
  return delivery::icmp;
}

// Once a connection in TIME-WAIT has nothing more to send and nobody has its handle, a record does what is left. It may
// have been in TIME-WAIT for long by then, so that records do not end in the order in which they are made.
template <class Policy>
void stack<Policy>::remember_time_wait(u32 index, instant now) noexcept {
  if (time_wait_.full()) {
    ++statistics_.time_wait_evicted;
    forget_time_wait(age_.first());
  }
  no_orphan(index);
  const slot& leaving = slots_[index];
  const u32 at = *time_wait_.take();
  time_wait_slot& record = time_wait_[at];
  record.block = compress_time_wait(tcp(index).tcb());
  record.path = leaving.path;
  const instant until = tcp(index).timers().due(timer::time_wait).value_or(now + config_.connection.msl * 2);
  unmap(leaving.path, index);
  wheel_.stop(index);
  unmake(index);
  if (map(record.path, first_time_wait + at)) {
    age_.push(at, age_links());
    wheel_.start(first_time_wait + at, until);
  } else {
    time_wait_.release(at);
  }
}

template <class Policy>
void stack<Policy>::forget_time_wait(u32 index) noexcept {
  const time_wait_slot& record = time_wait_[index];
  if (record.successor == nobody) {
    unmap(record.path, first_time_wait + index);
  } else {
    half_open_[record.successor].former = nobody;
  }
  owe_nothing(first_time_wait + index);
  age_.remove(index, age_links());
  wheel_.stop(first_time_wait + index);
  time_wait_.release(index);
}

// Nothing has come of the SYN that was to end it.
template <class Policy>
void stack<Policy>::resume_time_wait(u32 index) noexcept {
  time_wait_[index].successor = nobody;
  if (map(time_wait_[index].path, first_time_wait + index)) return;
  owe_nothing(first_time_wait + index);
  age_.remove(index, age_links());
  wheel_.stop(first_time_wait + index);
  time_wait_.release(index);
}

template <class Policy>
void stack<Policy>::on_time_wait(u32 index, const arrival& in) noexcept {
  const control_bits<u32> control = in.header.control;
  const bool asks = control.syn() && !control.ack() && !control.rst();
  if (asks && config_.reuse_time_wait) return on_syn_in_time_wait(index, in);
  time_wait_slot& record = time_wait_[index];
  control_block<u32> tcb = expand(record.block);
  const actions<u32> step = sequent::step(tcb, in.header, surroundings<u32>{in.now, {}});
  record.block = compress_time_wait(tcb);
  if (step.time_wait) {
    wheel_.start(first_time_wait + index, in.now + config_.connection.msl * 2);
    age_.remove(index, age_links());
    age_.push(index, age_links());
  }
  owe(first_time_wait + index, step);
}

// RFC 6191 section 2: the SYN opens a connection or is dropped in silence. An acknowledgment would help nobody: a peer
// that means the SYN answers with a RST, which does not end TIME-WAIT (RFC 1337), and one that does not is bothered.
template <class Policy>
void stack<Policy>::on_syn_in_time_wait(u32 index, const arrival& in) noexcept {
  const time_wait<u32>& old = time_wait_[index].block;
  const auto listening = listeners_.find(in.path.local, in.path.local_port);
  if (!listening || !may_reuse(old, in.header, config_.connection.timestamps)) {
    ++statistics_.time_wait_kept;
    return;
  }
  if (!has_room_for_syn(*listening)) {
    ++statistics_.syn_dropped;
    return;
  }
  const auto iss = iss_after(old, initial_sequence_number(isn_offset_of(in.path), in.now));
  ++statistics_.time_wait_reused;
  unmap(in.path, first_time_wait + index);
  static_cast<void>(on_listener(*listening, in, iss));
  const auto successor = lookup(in.path);
  if (!successor) return resume_time_wait(index);
  time_wait_[index].successor = *successor - first_half_open;
  half_open_[*successor - first_half_open].former = index;
}

template <class Policy>
void stack<Policy>::on_deadline(instant now) noexcept {
  wheel_.advance(now, [&](u32 index) {
    if (index >= first_time_wait) return forget_time_wait(index - first_time_wait);
    if (index >= first_half_open) return on_half_open_deadline(index - first_half_open, now);
    on_connection_deadline(index, now);
  });
}

template <class Policy>
void stack<Policy>::on_connection_deadline(u32 index, instant now) noexcept {
  if (end_of_orphan(index, now) <= now) return evict_orphan(index);
  if constexpr (sleeps) {
    if (!awake(index)) {
      const auto due = slots_[index].asleep.next_deadline();
      if (!due || *due > now) return watch(index, now);  // put off in its sleep
      if (!arouse(index, now)) return wheel_.start(index, now + duration::seconds(1));
    }
  }
  if constexpr (with_fast_opens) {
    const auto [listening, generation] = slots_[index].pending;
    if (listening != nobody && listeners_.holds(listening, generation)) return_places(listening, now);
  }
  tcp(index).on_deadline(now);
  touch(index);
}

template <class Policy>
std::optional<instant> stack<Policy>::next_deadline() const noexcept {
  return wheel_.next();
}

}  // namespace sequent

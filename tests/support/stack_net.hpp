// Stacks that talk to each other in IP packets, and packets that a test writes itself.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "sequent/stack.hpp"
#include "tests/support/build.hpp"
#include "tests/support/endpoint.hpp"

namespace sequent::test {

using octet_string = std::vector<std::uint8_t>;

[[nodiscard]] inline ip_address v4(std::uint8_t last) { return ip_address::from_v4({10, 0, 0, last}); }
[[nodiscard]] inline ip_address v6(std::uint8_t last) {
  return ip_address::from_v6({0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last});
}

/// Sizes that differ from others in what `change` does to them.
template <class Change>
[[nodiscard]] constexpr stack_sizes with(stack_sizes sizes, Change change) {
  change(sizes);
  return sizes;
}

/// Small buffers and small tables, so that every limit is near.
struct small_connection_policy : default_policy {
  using send_storage = inline_storage<4'096>;
  using receive_storage = inline_storage<4'096>;
};
struct small_stack_policy : default_stack_policy {
  using connection_policy = small_connection_policy;
  static constexpr stack_sizes sizes{
      .max_connections = 4, .max_half_open = 4, .max_time_wait = 3, .max_listeners = 3, .max_replies = 16};
};

/// A packet with a segment from one end of a flow to the other: `path` is the flow as the receiver sees it.
[[nodiscard]] inline octet_string packet_to(const flow& path, packet p, std::uint8_t hops = 64) {
  p.header.source_port = path.remote_port;
  p.header.destination_port = path.local_port;
  const octet_string segment = wire(p, pseudo_header_of(path.remote, path.local));
  const std::size_t front = ip_header_length(path.local);
  octet_string out(front + segment.size());
  std::copy(segment.begin(), segment.end(), out.begin() + static_cast<std::ptrdiff_t>(front));
  ip_header header;
  header.source = path.remote;
  header.destination = path.local;
  header.hop_limit = hops;
  (void)emit_ip(header, out);
  return out;
}

/// A segment that was read from a packet, with its flow as the sender sees it.
struct seen {
  flow path{};
  packet segment{};
};

/// Reads a packet, checksums included; nothing if it is not a segment in a datagram.
[[nodiscard]] inline std::optional<seen> read_packet(std::span<const std::uint8_t> octets) {
  const auto datagram = parse_ip(octets);
  if (!datagram || datagram->protocol != ip_protocol::tcp) return std::nullopt;
  const auto parsed = parse_segment(datagram->payload, pseudo_header_of(datagram->source, datagram->destination));
  if (!parsed) return std::nullopt;
  seen out;
  out.path = {datagram->source, datagram->destination, parsed->header.source_port, parsed->header.destination_port};
  out.segment = packet(parsed->header, octet_string(parsed->text.begin(), parsed->text.end()));
  return out;
}

/// A configuration whose options and delays do not get in the way.
[[nodiscard]] inline stack_config plain_stack(std::uint64_t secret = 1) {
  stack_config config;
  config.connection = plain();
  config.secret = {secret, secret + 1};
  return config;
}

/// One stack under test with a virtual clock; the test plays everybody else.
template <class Policy = small_stack_policy>
class stack_host {
 public:
  std::unique_ptr<stack<Policy>> tcp;
  instant now = instant{} + s(1'000);
  std::vector<seen> sent{};

  explicit stack_host(const stack_config& config = plain_stack()) : tcp(std::make_unique<stack<Policy>>(config)) {}

  /// Everything that the stack sends now.
  std::vector<seen> out() {
    std::vector<seen> batch;
    octet_string room(2'000);
    while (const auto packet = tcp->poll_packet(now, room)) {
      auto read = read_packet(std::span(room).first(packet->length));
      if (read) batch.push_back(*read);
      if (batch.size() == 10'000) break;
    }
    sent.insert(sent.end(), batch.begin(), batch.end());
    return batch;
  }
  /// Hands over a packet, and sends what it causes.
  std::vector<seen> in(const octet_string& packet) {
    last = tcp->on_packet(packet, now);
    return out();
  }
  std::vector<seen> in(const flow& path, const packet& p) { return in(packet_to(path, p)); }
  /// Lets time pass, with every deadline met on the way.
  std::vector<seen> wait(duration span) {
    const instant end = now + span;
    std::vector<seen> batch;
    for (auto due = tcp->next_deadline(); due && *due <= end; due = tcp->next_deadline()) {
      now = std::max(now, *due);
      tcp->on_deadline(now);
      const auto more = out();
      batch.insert(batch.end(), more.begin(), more.end());
    }
    now = end;
    return batch;
  }
  /// Lets a scripted peer open a connection to a listener; ISS of the peer 5000. Gives the stack's ISS.
  u32 handshake(const flow& path, packet syn = at(5'000).syn().mss(1'460)) {
    const auto answer = in(path, syn);
    if (answer.size() != 1) return 0;
    const u32 iss = answer[0].segment.seq();
    packet ack = at(syn.seq() + 1).ack(iss + 1);
    if (syn.header.options.ts && answer[0].segment.header.options.ts) {
      ack.ts(syn.header.options.ts->value.wire(), answer[0].segment.header.options.ts->value.wire());
    }
    in(path, ack);
    return iss;
  }
  /// Everything that next_event() has to tell.
  std::vector<stack_event> events() {
    std::vector<stack_event> all;
    while (const auto told = tcp->next_event()) all.push_back(*told);
    return all;
  }
  [[nodiscard]] std::optional<connection_state> state(handle of) const {
    const auto* const connection = tcp->find(of);
    return connection == nullptr ? std::nullopt : std::optional(connection->state());
  }

  delivery last = delivery::dropped;
};

/// The flow of a peer of a server at 10.0.0.1 port 80, as the server sees it.
[[nodiscard]] inline flow from_peer(std::uint16_t port, std::uint8_t last = 2) { return {v4(1), v4(last), 80, port}; }

/// Two stacks with a network between them that may lose packets and takes some time.
template <class Policy = small_stack_policy>
class stack_net {
 public:
  std::array<std::unique_ptr<stack<Policy>>, 2> end;
  instant now = instant{} + s(1'000);
  duration latency = ms(10);
  std::function<bool(int, const octet_string&)> loses = [](int, const octet_string&) { return false; };
  std::array<std::size_t, 2> packets{};

  explicit stack_net(const stack_config& left = plain_stack(1), const stack_config& right = plain_stack(7))
      : end{std::make_unique<stack<Policy>>(left), std::make_unique<stack<Policy>>(right)} {}

  /// Sends what is to be sent, now.
  void settle() {
    octet_string room(2'000);
    for (std::size_t i = 0; i != 2; ++i) {
      while (const auto packet = end[i]->poll_packet(now, room)) {
        ++packets[i];
        octet_string octets(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(packet->length));
        if (!loses(static_cast<int>(i), octets)) flight.push_back({now + latency, 1 - i, std::move(octets)});
      }
    }
  }
  /// Lets time pass, with everything that happens on the way. `after` is called after each thing that happens.
  void run(
      duration span, const std::function<void()>& after = [] {}) {
    const instant until = now + span;
    settle();
    for (auto at = next(); at && *at <= until; at = next()) {
      now = std::max(now, *at);
      while (!flight.empty() && flight.front().at <= now) {
        const auto arrives = std::move(flight.front());
        flight.erase(flight.begin());
        while (end[arrives.to]->on_packet(arrives.octets, now) == delivery::postponed) settle();
      }
      for (auto& e : end) e->on_deadline(now);
      after();
      settle();
    }
    now = until;
  }

 private:
  struct flying {
    instant at;
    std::size_t to;
    octet_string octets;
  };
  std::vector<flying> flight;

  [[nodiscard]] std::optional<instant> next() const {
    std::optional<instant> first;
    if (!flight.empty()) first = flight.front().at;
    for (const auto& e : end) {
      const auto due = e->next_deadline();
      if (due && (!first || *due < *first)) first = due;
    }
    return first;
  }
};

}  // namespace sequent::test

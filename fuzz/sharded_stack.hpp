// Several stacks among which packets and calls are shared out by shard_of(), with a stack's interface.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "sequent/stack.hpp"
#include "sequent/stack/shard.hpp"

namespace sequent::fuzz {

/// `Steer` says which stack serves a flow. Handles of the second stack lie above those of the first; the listener's is
/// the first's. Whatever leaves a stack must be of a flow that is its own: otherwise what comes back goes astray.
template <class Policy, class Steer>
class sharded_stack {
 public:
  using one = stack<Policy>;

  explicit sharded_stack(const stack_config& config) {
    for (auto& each : shards_) each = std::make_unique<one>(config);
  }

  result<handle> listen(const std::optional<ip_address>& local, std::uint16_t port, u32 backlog) {
    for (std::size_t i = 0; i != count; ++i) listening_[i] = *shards_[i]->listen(local, port, backlog);
    return listening_[0];
  }
  result<void> allow_fast_open(handle, u32 most) {
    for (std::size_t i = 0; i != count; ++i) (void)shards_[i]->allow_fast_open(listening_[i], most);
    return {};
  }
  result<handle> connect(const ip_address& local, const ip_address& remote, std::uint16_t remote_port,
                         const fast_open_server& known, instant now, std::uint16_t local_port) {
    const std::size_t i = Steer::to({local, remote, local_port, remote_port}, count);
    const auto made = shards_[i]->connect(local, remote, remote_port, known, now, local_port);
    if (!made) return made;
    return outer(*made, i);
  }
  std::optional<handle> accept(handle) {
    for (std::size_t i = 0; i != count; ++i) {
      if (const auto made = shards_[i]->accept(listening_[i])) return outer(*made, i);
    }
    return std::nullopt;
  }

  result<std::size_t> write(handle of, std::span<const std::uint8_t> octets) { return at(of).write(in(of), octets); }
  result<std::size_t> write_urgent(handle of, std::span<const std::uint8_t> octets) {
    return at(of).write_urgent(in(of), octets);
  }
  result<std::size_t> read(handle of, std::span<std::uint8_t> out) { return at(of).read(in(of), out); }
  result<void> shutdown(handle of) { return at(of).shutdown(in(of)); }
  std::span<std::uint8_t> writable_span(handle of) { return at(of).writable_span(in(of)); }
  result<std::size_t> commit(handle of, std::size_t octets) { return at(of).commit(in(of), octets); }
  std::span<const std::uint8_t> readable_span(handle of) { return at(of).readable_span(in(of)); }
  result<std::size_t> consume(handle of, std::size_t octets) { return at(of).consume(in(of), octets); }
  result<void> set_service(handle of, std::uint8_t service) { return at(of).set_service(in(of), service); }
  result<void> set_nagle(handle of, bool on) { return at(of).set_nagle(in(of), on); }
  result<void> set_keep_alive(handle of, bool on, instant now) { return at(of).set_keep_alive(in(of), on, now); }
  result<void> set_user_timeout(handle of, std::optional<duration> timeout, instant now) {
    return at(of).set_user_timeout(in(of), timeout, now);
  }
  result<void> set_tag(handle of, std::size_t tag) { return at(of).set_tag(in(of), tag); }
  [[nodiscard]] auto tag(handle of) const { return at(of).tag(in(of)); }
  [[nodiscard]] auto state_of(handle of) const { return at(of).state_of(in(of)); }
  [[nodiscard]] auto flow_of(handle of) const { return at(of).flow_of(in(of)); }
  result<void> close(handle of, instant now) {
    if (of != listening_[0]) return at(of).close(in(of), now);
    for (std::size_t i = 0; i != count; ++i) (void)shards_[i]->close(listening_[i], now);
    return {};
  }
  result<void> abort(handle of) { return at(of).abort(in(of)); }

  /// As a network interface steers: by the flow of a segment, or of the one that an ICMP error quotes; the rest to the
  /// first.
  delivery on_packet(std::span<const std::uint8_t> packet, instant now) {
    const auto datagram = parse_ip(packet);
    std::size_t to = 0;
    if (datagram && datagram->protocol == ip_protocol::tcp && datagram->payload.size() >= 4) {
      to = Steer::to({datagram->destination, datagram->source, load16(datagram->payload.data() + 2),
                      load16(datagram->payload.data())},
                     count);
    } else if (datagram) {
      const auto about = parse_icmp(*datagram);
      if (about)
        to = Steer::to({about->source, about->destination, about->source_port, about->destination_port}, count);
    }
    return shards_[to]->on_packet(packet, now);
  }
  std::optional<packet_out> poll_packet(instant now, std::span<std::uint8_t> out) {
    for (std::size_t i = 0; i != count; ++i) {
      const auto sent = shards_[i]->poll_packet(now, out);
      if (!sent) continue;
      const auto datagram = parse_ip(out.first(sent->length));
      if (!datagram || datagram->payload.size() < 4) {
        violation_ = "sent what is no segment";
      } else if (shard_of({datagram->source, datagram->destination, load16(datagram->payload.data()),
                           load16(datagram->payload.data() + 2)},
                          count, key) != i) {
        violation_ = "a stack sends on a flow of another's";
      }
      return sent;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<instant> next_deadline() const {
    std::optional<instant> first;
    for (const auto& each : shards_) {
      const auto due = each->next_deadline();
      if (due && (!first || *due < *first)) first = due;
    }
    return first;
  }
  void on_deadline(instant now) {
    for (const auto& each : shards_) each->on_deadline(now);
  }
  std::optional<stack_event> next_event() {
    for (std::size_t i = 0; i != count; ++i) {
      auto told = shards_[i]->next_event();
      if (!told) continue;
      if (told->of != handle{} && !told->incoming) told->of = outer(told->of, i);
      return told;
    }
    return std::nullopt;
  }

  [[nodiscard]] u32 connections() const { return shards_[0]->connections() + shards_[1]->connections(); }
  [[nodiscard]] u32 half_open_connections() const {
    return shards_[0]->half_open_connections() + shards_[1]->half_open_connections();
  }
  [[nodiscard]] u32 time_wait_connections() const {
    return shards_[0]->time_wait_connections() + shards_[1]->time_wait_connections();
  }
  [[nodiscard]] bool consistent() const { return shards_[0]->consistent() && shards_[1]->consistent(); }
  [[nodiscard]] const std::string& violation() const { return violation_; }

  static constexpr secret_key key{11, 12};

 private:
  static constexpr std::size_t count = 2;
  static constexpr u32 above = 0x1000'0000;

  [[nodiscard]] static handle outer(handle of, std::size_t shard) {
    return {of.index + static_cast<u32>(shard) * above, of.generation};
  }
  [[nodiscard]] static handle in(handle of) { return {of.index % above, of.generation}; }
  [[nodiscard]] one& at(handle of) { return *shards_[of.index / above % count]; }
  [[nodiscard]] const one& at(handle of) const { return *shards_[of.index / above % count]; }

  std::array<std::unique_ptr<one>, count> shards_{};
  std::array<handle, count> listening_{};
  std::string violation_;
};

}  // namespace sequent::fuzz

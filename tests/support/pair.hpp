// Two connections, a network between them that delays and may lose, and one virtual clock.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sequent/connection.hpp"
#include "tests/support/endpoint.hpp"
#include "tests/support/wire_watch.hpp"

namespace sequent::test {

/// What the network is asked about each segment: who sends it, what it is, and the how-manieth from that side.
struct passing {
  int from = 0;
  packet segment{};
  std::size_t index = 0;
};

/// Two ends, 0 and 1. Everything that either sends is recorded in `log` and checked by a wire_watch.
template <class Policy = default_policy>
class pair {
 public:
  std::array<connection<Policy>, 2> end;
  instant now{};
  duration latency = ms(10);
  /// Says whether the network loses a segment.
  std::function<bool(const passing&)> loses = [](const passing&) { return false; };
  /// Whether an end's application reads everything at once.
  std::array<bool, 2> reads{true, true};
  std::array<std::vector<std::uint8_t>, 2> received{};
  std::array<signals, 2> told{};
  std::vector<passing> log{};
  std::array<wire_watch, 2> watch{};

  pair(const connection_config& left, const connection_config& right)
      : end{connection<Policy>(left), connection<Policy>(right)} {}
  pair() : pair(ports(plain(1'000), 7, 9), ports(plain(5'000), 9, 7)) {}

  [[nodiscard]] static connection_config ports(connection_config config, std::uint16_t local, std::uint16_t remote) {
    config.local_port = local;
    config.remote_port = remote;
    return config;
  }

  /// Opens end 0 actively towards a listening end 1.
  void open() {
    (void)end[1].listen();
    (void)end[0].connect(now);
    run(latency * 4);
  }

  /// Lets time pass, with everything that happens on the way.
  void run(duration span) {
    const instant until = now + span;
    settle();
    for (auto at = next_event(); at && *at <= until; at = next_event()) {
      now = std::max(now, *at);
      deliver();
      for (auto& e : end) e.on_deadline(now);
      settle();
    }
    now = until;
  }

  [[nodiscard]] connection_state state(int which) const { return end[static_cast<std::size_t>(which)].state(); }
  /// Segments recorded from one end that satisfy a condition.
  template <class Condition>
  [[nodiscard]] std::size_t count(int from, Condition condition) const {
    return static_cast<std::size_t>(std::count_if(
        log.begin(), log.end(), [&](const passing& p) { return p.from == from && condition(p.segment); }));
  }
  /// What either watch has found.
  [[nodiscard]] std::vector<std::string> violations() const {
    std::vector<std::string> all = watch[0].violations;
    all.insert(all.end(), watch[1].violations.begin(), watch[1].violations.end());
    return all;
  }

 private:
  struct in_flight {
    instant due{};
    std::size_t to = 0;
    std::vector<std::uint8_t> octets{};
  };

  // Both applications read, then both ends send all they may.
  void settle() {
    for (std::size_t i = 0; i != 2; ++i) {
      if (reads[i]) read(i);
      send(i);
      told[i].raise(end[i].take_signals());
    }
  }

  void read(std::size_t which) {
    std::vector<std::uint8_t> buffer(end[which].readable());
    const auto got = end[which].read(buffer);
    if (!got || *got == 0) return;
    received[which].insert(received[which].end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*got));
  }

  void send(std::size_t from) {
    std::array<std::uint8_t, 2'000> buffer{};
    while (const auto sent = end[from].poll_transmit(now, buffer)) {
      std::vector<std::uint8_t> octets(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(sent->length));
      watch[from].see(octets);
      const auto parsed = parse_segment(octets, {});
      if (!parsed) continue;
      passing p{static_cast<int>(from), packet(parsed->header, {parsed->text.begin(), parsed->text.end()}),
                indices_[from]++};
      log.push_back(p);
      if (!loses(p)) flying_.push_back({now + latency, 1 - from, std::move(octets)});
    }
  }

  void deliver() {
    while (!flying_.empty() && flying_.front().due <= now) {
      const in_flight arrived = std::move(flying_.front());
      flying_.erase(flying_.begin());
      (void)end[arrived.to].on_octets(arrived.octets, now, ecn_codepoint::not_capable);
      settle();
    }
  }

  [[nodiscard]] std::optional<instant> next_event() const {
    std::optional<instant> at;
    const auto take = [&](std::optional<instant> other) {
      if (other && (!at || *other < *at)) at = other;
    };
    for (const auto& e : end) take(e.next_deadline());
    if (!flying_.empty()) take(flying_.front().due);
    return at;
  }

  std::vector<in_flight> flying_{};
  std::array<std::size_t, 2> indices_{};
};

}  // namespace sequent::test

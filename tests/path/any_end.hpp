// A production connection of any policy behind one interface, so that connections of different kinds share a run.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sequent/connection.hpp"
#include "tests/path/two_ends.hpp"

namespace sequent::path {

/// The default connection over any buffers, which counts what it does.
struct shared_policy : default_policy {
  using statistics = counted_statistics;
  using send_storage = heap_storage;
  using receive_storage = heap_storage;
  static constexpr std::size_t max_held_ranges = max_table_entries;
  static constexpr std::size_t max_sent_runs = max_table_entries;
};

/// What a run asks of an end.
struct any_end {
  virtual ~any_end() = default;
  /// Connects, or without a moment listens.
  virtual void open(std::optional<instant> now) = 0;
  virtual void hear(std::span<const std::uint8_t> octets, instant now, ecn_codepoint ecn) = 0;
  virtual std::optional<transmission> next(instant now, std::span<std::uint8_t> out) = 0;
  [[nodiscard]] virtual std::optional<instant> deadline() const = 0;
  virtual void expire(instant now) = 0;
  /// So many octets were taken; none if there are none, or no room, or no connection yet.
  virtual std::size_t read(std::span<std::uint8_t> into) = 0;
  virtual std::size_t write(std::span<const std::uint8_t> text) = 0;
  /// Whether there is a connection to shut down.
  virtual bool shutdown() = 0;
  [[nodiscard]] virtual connection_counters counters() const = 0;
};

/// An end. `Policy` is a shared_policy or one derived from it.
template <class Policy>
struct end_of final : any_end {
  end_of(const connection_config& config, std::size_t buffer)
      : tcp(config, heap_storage(buffer), heap_storage(buffer)) {}
  void open(std::optional<instant> now) override { (void)(now ? tcp.connect(*now) : tcp.listen()); }
  void hear(std::span<const std::uint8_t> octets, instant now, ecn_codepoint ecn) override {
    (void)tcp.on_octets(octets, now, ecn);
  }
  std::optional<transmission> next(instant now, std::span<std::uint8_t> out) override {
    return tcp.poll_transmit(now, out);
  }
  [[nodiscard]] std::optional<instant> deadline() const override { return tcp.next_deadline(); }
  void expire(instant now) override { tcp.on_deadline(now); }
  std::size_t read(std::span<std::uint8_t> into) override {
    if (tcp.readable() == 0) return 0;
    const auto got = tcp.read(into);
    return got ? *got : 0;
  }
  std::size_t write(std::span<const std::uint8_t> text) override {
    if (tcp.state() < connection_state::established) return 0;
    const auto took = tcp.write(text.first(std::min(text.size(), tcp.writable())));
    return took ? *took : 0;
  }
  bool shutdown() override {
    if (tcp.state() < connection_state::established) return false;
    (void)tcp.shutdown();
    return true;
  }
  [[nodiscard]] connection_counters counters() const override { return tcp.statistics().counters; }

  connection<Policy> tcp;
};

}  // namespace sequent::path

// Reassembly: segments that arrive out of order, N ranges kept at once, in orders that hurt; and what text in order
// costs. Everything goes through connection::on_segment, so the control core's work is part of the figures.
//
// Segments have 100 octets of text, so that 100 000 of them and the holes between them need a window of 20 MB: the
// buffer is the smallest power of two that holds both, at least 64 KiB. Checksums are left out. With "acks" each
// segment's acknowledgment, with its SACK report, is composed as well.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "bench/large_pages.hpp"
#include "bench/measure.hpp"
#include "sequent/sequent.hpp"

namespace {

using sequent::instant;
using sequent::sequence_number;
using sequent::u32;

struct many_ranges : sequent::default_policy {
  using receive_storage = sequent::span_storage;
  static constexpr std::size_t max_held_ranges = 131'072;
};

constexpr u32 text_length = 100;
enum class order : std::uint8_t { ascending, descending, random };

/// A connection that has been opened by a peer, and its buffer.
class receiving_end {
 public:
  explicit receiving_end(std::size_t capacity)
      : buffer_(capacity),
        tcp_(configuration(), sequent::inline_storage<65'536>{}, sequent::span_storage(buffer_.octets())) {
    benchmark::DoNotOptimize(tcp_->listen());
    sequent::segment<> syn;
    syn.source_port = 2;
    syn.seq = sequence_number<u32>(0xffff'0000u);
    syn.control = sequent::control_bits<>(2u);
    syn.options.sack_permitted = true;
    syn.options.window_scale = std::uint8_t{14};
    benchmark::DoNotOptimize(tcp_->on_segment(syn, {}, instant{}));
    drain();
    header_.source_port = 2;
    header_.control = sequent::control_bits<>(16u);
    header_.ack = tcp_->tcb().snd.nxt;
    header_.wnd = 0xffff;
    next_ = tcp_->tcb().rcv.nxt;
    take(0);  // the window of the SYN,ACK was small: the first acknowledgment opens it
    drain();
    start_over();
  }

  /// The segment that begins `index` segments on from where start_over() was called.
  void take(u32 index) {
    header_.seq = next_ + index * text_length;
    header_.text_length = text_length;
    benchmark::DoNotOptimize(tcp_->on_segment(header_, text_, instant{}));
  }
  void acknowledge() { benchmark::DoNotOptimize(tcp_->next_segment(instant{})); }
  /// Reads everything, and tells the peer of the window.
  void start_over() {
    std::array<std::uint8_t, 4096> out{};
    while (tcp_->read(out)) continue;
    drain();
    next_ = tcp_->tcb().rcv.nxt;
  }
  [[nodiscard]] std::size_t ranges() const { return tcp_->receiving().held().size(); }
  [[nodiscard]] std::size_t readable() const { return tcp_->readable(); }

 private:
  static sequent::connection_config configuration() {
    sequent::connection_config config;
    config.local_port = 1;
    config.delayed_ack = {};
    return config;
  }
  void drain() {
    while (tcp_->next_segment(instant{})) continue;
  }

  bench::large_memory buffer_;
  bench::in_large_memory<sequent::connection<many_ranges>> tcp_;
  std::array<std::uint8_t, text_length> text_{};
  sequent::segment<> header_{};
  sequence_number<u32> next_{};
};

std::vector<u32> numbers(u32 count, u32 first, order how) {
  std::vector<u32> all(count);
  for (u32 i = 0; i != count; ++i) all[i] = first + 2 * i;
  if (how == order::descending) std::reverse(all.begin(), all.end());
  if (how == order::random) std::shuffle(all.begin(), all.end(), std::mt19937(count));
  return all;
}

std::size_t capacity_for(u32 ranges) {
  return std::bit_ceil(std::max<std::size_t>(std::size_t{2} * ranges * text_length, 65'536));
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Every second of 2 N segments, then the others, both in one order.
void out_of_order(benchmark::State& state) {
  const auto ranges = static_cast<u32>(state.range(0));
  const auto how = static_cast<order>(state.range(1));
  const bool acks = state.range(2) != 0;
  receiving_end end(capacity_for(ranges));
  const auto early = numbers(ranges, 1, how);
  const auto holes = numbers(ranges, 0, how);
  const u32 rounds = std::max(1u, 20'000u / ranges);
  double holding = 0;
  double filling = 0;
  double fastest = 1e9;
  for (auto _ : state) {
    double spent = 0;
    for (u32 round = 0; round != rounds; ++round) {
      double begin = bench::thread_nanoseconds();
      for (const u32 i : early) {
        end.take(i);
        if (acks) end.acknowledge();
      }
      double took = bench::thread_nanoseconds() - begin;
      holding += took;
      spent += took;
      const double held_in = took;
      if (end.ranges() != ranges) return state.SkipWithError("not everything is held");
      begin = bench::thread_nanoseconds();
      for (const u32 i : holes) {
        end.take(i);
        if (acks) end.acknowledge();
      }
      took = bench::thread_nanoseconds() - begin;
      filling += took;
      spent += took;
      fastest = std::min(fastest, held_in + took);
      if (end.readable() != std::size_t{2} * ranges * text_length) return state.SkipWithError("not everything arrived");
      end.start_over();
    }
    state.SetIterationTime(spent * 1e-9);
  }
  const double segments = static_cast<double>(state.iterations()) * rounds * ranges;
  state.counters["ns_a_segment"] = (holding + filling) / (2 * segments);
  state.counters["fastest_ns"] = fastest / (2.0 * ranges);
  state.counters["hold_ns"] = holding / segments;
  state.counters["fill_ns"] = filling / segments;
}
BENCHMARK(out_of_order)
    ->ArgNames({"ranges", "order", "acks"})
    ->ArgsProduct({{100, 1'000, 10'000, 100'000}, {0, 1, 2}, {0, 1}})
    ->UseManualTime();

/// The longest of all calls, each of them at its fastest of several runs, so that what the machine does besides does
/// not count. Per 64 KiB of buffer as well.
void longest_call(benchmark::State& state) {
  const auto ranges = static_cast<u32>(state.range(0));
  const auto how = static_cast<order>(state.range(1));
  const std::size_t capacity = capacity_for(ranges);
  receiving_end end(capacity);
  auto all = numbers(ranges, 1, how);
  const auto holes = numbers(ranges, 0, how);
  all.insert(all.end(), holes.begin(), holes.end());
  std::vector<double> fastest(all.size(), 1.0);
  for (auto _ : state) {
    for (std::size_t i = 0; i != all.size(); ++i) {
      const auto begin = std::chrono::steady_clock::now();
      end.take(all[i]);
      fastest[i] = std::min(fastest[i], seconds_since(begin));
    }
    end.start_over();
  }
  const double longest = *std::max_element(fastest.begin(), fastest.end()) * 1e9;
  state.counters["longest_ns"] = longest;
  state.counters["longest_ns_per_64KiB"] = longest / (static_cast<double>(capacity) / 65'536);
}
BENCHMARK(longest_call)
    ->ArgNames({"ranges", "order"})
    ->ArgsProduct({{100, 1'000, 10'000, 100'000}, {0, 1, 2}})
    ->Iterations(15)
    ->Unit(benchmark::kMillisecond);

/// Text in order with nothing held, read at once: the path that nearly every segment takes.
void in_order(benchmark::State& state) {
  receiving_end end(65'536);
  constexpr u32 burst = 300;
  double spent = 0;
  for (auto _ : state) {
    const double begin = bench::thread_nanoseconds();
    for (u32 i = 0; i != burst; ++i) end.take(i);
    const double took = bench::thread_nanoseconds() - begin;
    state.SetIterationTime(took * 1e-9);
    spent += took;
    end.start_over();
  }
  state.counters["ns_a_segment"] = spent / static_cast<double>(state.iterations()) / burst;
}
BENCHMARK(in_order)->UseManualTime();

}  // namespace

// What the tables under a stack cost: hashes, demultiplexing, timers, cookies, at 10 000 and at 1 000 000 connections.
// No claim rests on these figures; they are for comparing before and after on one machine.
#include <benchmark/benchmark.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <vector>

#include "sequent/base/siphash.hpp"
#include "sequent/stack/ephemeral_ports.hpp"
#include "sequent/stack/flow_table.hpp"
#include "sequent/stack/syn_cookie.hpp"
#include "sequent/tables/timer_wheel.hpp"
#include "sequent/wire/flow.hpp"

namespace {

using namespace sequent;

constexpr secret_key key{0x0706'0504'0302'0100u, 0x0f0e'0d0c'0b0a'0908u};

template <class Function>
void siphash_octets(benchmark::State& state) {
  std::vector<std::uint8_t> message(static_cast<std::size_t>(state.range(0)), 0x5a);
  for (auto _ : state) {
    benchmark::DoNotOptimize(message.data());
    benchmark::DoNotOptimize(siphash<Function>(key, message));
  }
}
BENCHMARK(siphash_octets<siphash_1_3>)->Arg(12)->Arg(36);
BENCHMARK(siphash_octets<siphash_2_4>)->Arg(12)->Arg(36);

/// Flows as a server sees them: one address and port of its own, many of others.
flow flow_number(std::uint32_t i, bool v6) {
  flow f;
  f.local_port = 443;
  f.remote_port = static_cast<std::uint16_t>(1'024 + i % 60'000);
  if (v6) {
    ipv6_address a{0x20, 0x01, 0x0d, 0xb8};
    f.local = ip_address::from_v6(a);
    for (std::size_t n = 0; n != 4; ++n) a[12 + n] = static_cast<std::uint8_t>(i >> (8 * n));
    a[8] = 1;
    f.remote = ip_address::from_v6(a);
  } else {
    f.local = ip_address::from_v4({192, 0, 2, 1});
    f.remote = ip_address::from_v4(
        {10, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)});
  }
  return f;
}

void hash_flow(benchmark::State& state) {
  flow f = flow_number(7, state.range(0) == 6);
  const flow_hash hash(key);
  for (auto _ : state) {
    benchmark::DoNotOptimize(&f);
    benchmark::ClobberMemory();
    benchmark::DoNotOptimize(hash(f));
  }
}
BENCHMARK(hash_flow)->ArgName("ip")->Arg(4)->Arg(6);

/// A random order of the numbers below count, long enough to be no pattern.
std::vector<std::uint32_t> random_order(std::size_t count) {
  std::mt19937 random(1);
  std::vector<std::uint32_t> order(std::size_t{1} << 16);
  for (auto& each : order) each = static_cast<std::uint32_t>(random() % count);
  return order;
}

/// The flows of such an order: what stands in the headers that arrive.
std::vector<flow> random_flows(std::size_t count, bool v6, std::uint32_t first = 0) {
  std::vector<flow> flows;
  for (const std::uint32_t i : random_order(count)) flows.push_back(flow_number(first + i, v6));
  return flows;
}

/// A connection as the table meets it: its flow stands in the first line of a block of memory of its own.
struct alignas(64) block {
  flow name{};
  std::uint32_t counter = 0;
};

struct population {
  std::vector<flow_slot> slots;
  std::vector<block> blocks;
  flow_table<flow, flow_hash> table;

  population(std::size_t count, bool v6)
      : slots(std::bit_ceil(count * 3 / 2)), blocks(count), table(span_slots<flow_slot>(slots), flow_hash(key)) {
    for (std::uint32_t i = 0; i != count; ++i) {
      blocks[i].name = flow_number(i, v6);
      if (!table.insert(blocks[i].name, i)) std::abort();
    }
  }
};

/// The lookup of a random connection: hash, slot, comparison with the flow in the connection's own memory. The flow
/// that is looked for stands in a header, which has just been read.
void demultiplex(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const bool v6 = state.range(1) == 6;
  population all(count, v6);
  const auto wanted = random_flows(count, v6);
  const auto key_of = [&](std::uint32_t index) -> const flow& { return all.blocks[index].name; };
  std::size_t at = 0;
  for (auto _ : state) {
    const auto found = all.table.find(wanted[at], key_of);
    at = (at + 1) & (wanted.size() - 1);
    ++all.blocks[*found].counter;
  }
  state.counters["furthest"] = all.table.furthest();
}
BENCHMARK(demultiplex)->ArgNames({"connections", "ip"})->ArgsProduct({{10'000, 1'000'000}, {4, 6}});

/// The same for sixteen segments at a time, as a driver hands them over: while the memory of one is on its way, that of
/// the others is asked for.
void demultiplex_burst(benchmark::State& state) {
  constexpr std::size_t burst = 16;
  const auto count = static_cast<std::size_t>(state.range(0));
  population all(count, false);
  const auto wanted = random_flows(count, false);
  const auto key_of = [&](std::uint32_t index) -> const flow& { return all.blocks[index].name; };
  std::size_t at = 0;
  std::array<std::uint32_t, burst> tags{};
  for (auto _ : state) {
    for (std::size_t i = 0; i != burst; ++i) {
      tags[i] = all.table.tag_of(wanted[at + i]);
      all.table.prefetch(tags[i]);
    }
    for (const std::uint32_t tag : tags) {
      if (const auto likely = all.table.candidate(tag)) __builtin_prefetch(&all.blocks[*likely]);
    }
    for (std::size_t i = 0; i != burst; ++i) ++all.blocks[*all.table.find(tags[i], wanted[at + i], key_of)].counter;
    at = (at + burst) & (wanted.size() - 1);
  }
  state.counters["seconds_each"] =
      benchmark::Counter(burst, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(demultiplex_burst)->ArgName("connections")->Arg(10'000)->Arg(1'000'000);

void demultiplex_miss(benchmark::State& state) {
  const auto count = static_cast<std::uint32_t>(state.range(0));
  population all(count, false);
  const auto wanted = random_flows(count, false, count);
  const auto key_of = [&](std::uint32_t index) -> const flow& { return all.blocks[index].name; };
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(all.table.find(wanted[at], key_of));
    at = (at + 1) & (wanted.size() - 1);
  }
}
BENCHMARK(demultiplex_miss)->ArgName("connections")->Arg(10'000)->Arg(1'000'000);

void insert_and_erase(benchmark::State& state) {
  const auto count = static_cast<std::uint32_t>(state.range(0));
  population all(count, false);
  const auto order = random_order(count);
  std::size_t at = 0;
  for (auto _ : state) {
    const std::uint32_t i = order[at];
    at = (at + 1) & (order.size() - 1);
    all.table.erase(all.blocks[i].name, i);
    benchmark::DoNotOptimize(all.table.insert(all.blocks[i].name, i));
  }
}
BENCHMARK(insert_and_erase)->ArgName("connections")->Arg(10'000)->Arg(1'000'000);

struct timers {
  std::vector<timer_node> nodes;
  timer_wheel<> wheel;
  std::mt19937 random{1};
  instant now{};

  explicit timers(std::size_t count) : nodes(count), wheel(span_slots<timer_node>(nodes)) {
    for (std::uint32_t i = 0; i != count; ++i) wheel.start(i, now + far());
  }
  /// Some time between one and two hours: a keep-alive timer.
  duration far() {
    return duration::seconds(3'600) + duration::microseconds(static_cast<std::int64_t>(random() % 3'600'000'000u));
  }
};

/// The clock moves by a millisecond over connections that are idle, whose timers run; those that fire start again.
void advance_idle(benchmark::State& state) {
  timers all(static_cast<std::size_t>(state.range(0)));
  std::size_t expired = 0;
  std::size_t moved = 0;
  for (auto _ : state) {
    all.now = all.now + duration::milliseconds(1);
    const auto progress = all.wheel.advance(all.now, [&](std::uint32_t i) { all.wheel.start(i, all.now + all.far()); });
    expired += progress.expired;
    moved += progress.moved;
  }
  state.counters["expired"] = benchmark::Counter(static_cast<double>(expired), benchmark::Counter::kAvgIterations);
  state.counters["moved"] = benchmark::Counter(static_cast<double>(moved), benchmark::Counter::kAvgIterations);
}
BENCHMARK(advance_idle)->ArgName("timers")->Arg(10'000)->Arg(1'000'000);

/// A segment arrives on a random connection, and its timer is put off.
void put_off(benchmark::State& state) {
  timers all(static_cast<std::size_t>(state.range(0)));
  const auto order = random_order(all.nodes.size());
  std::size_t at = 0;
  for (auto _ : state) {
    all.wheel.start(order[at], instant{} + duration::seconds(7'200 + static_cast<std::int64_t>(at)));
    at = (at + 1) & (order.size() - 1);
  }
}
BENCHMARK(put_off)->ArgName("timers")->Arg(10'000)->Arg(1'000'000);

/// The dearest change: a timer stops and starts in another slot, both among neighbours far away in memory.
void stop_and_start(benchmark::State& state) {
  timers all(static_cast<std::size_t>(state.range(0)));
  const auto order = random_order(all.nodes.size());
  std::size_t at = 0;
  for (auto _ : state) {
    all.wheel.stop(order[at]);
    all.wheel.start(order[at], instant{} + duration::milliseconds(3'600'000 + 3 * order[at]));
    at = (at + 1) & (order.size() - 1);
  }
}
BENCHMARK(stop_and_start)->ArgName("timers")->Arg(10'000)->Arg(1'000'000);

/// A SYN under flood: a cookie is made for it.
void cookie_make(benchmark::State& state) {
  const syn_cookies cookies(key);
  const auto flows = random_flows(1'000'000, state.range(0) == 6);
  cookie_options options;
  options.timestamps = true;
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(cookies.make(flows[at], sequence_number<u32>(7), options, 0, instant{}));
    at = (at + 1) & (flows.size() - 1);
  }
}
BENCHMARK(cookie_make)->ArgName("ip")->Arg(4)->Arg(6);

/// An ACK that belongs to no connection under flood: is it a cookie's?
void cookie_check(benchmark::State& state) {
  const syn_cookies cookies(key);
  const auto flows = random_flows(1'000'000, state.range(0) == 6);
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(cookies.check(flows[at], sequence_number<u32>(7), sequence_number<u32>(9), 0, instant{}));
    at = (at + 1) & (flows.size() - 1);
  }
}
BENCHMARK(cookie_check)->ArgName("ip")->Arg(4)->Arg(6);

void choose_port(benchmark::State& state) {
  ephemeral_ports ports(key);
  const auto flows = random_flows(1'000'000, false);
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        ports.choose(flows[at].local, flows[at].remote, 443, [](std::uint16_t port) { return port % 4 == 0; }));
    at = (at + 1) & (flows.size() - 1);
  }
}
BENCHMARK(choose_port);

}  // namespace

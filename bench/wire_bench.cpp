// What the wire costs: checksums, copies with and without them, reading and writing headers. Every figure is shown as
// minimum, median and maximum of its repetitions. No claim rests on these figures.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <span>
#include <vector>

#include "sequent/tables/ring.hpp"
#include "sequent/wire/emit.hpp"
#include "sequent/wire/parse.hpp"

namespace {

using namespace sequent;

double least(const std::vector<double>& of) { return *std::min_element(of.begin(), of.end()); }
double most(const std::vector<double>& of) { return *std::max_element(of.begin(), of.end()); }

void repeated(benchmark::internal::Benchmark* of) {
  of->Repetitions(7)->ReportAggregatesOnly()->ComputeStatistics("min", least)->ComputeStatistics("max", most);
}

std::vector<std::uint8_t> some_octets(std::size_t count) {
  std::vector<std::uint8_t> octets(count);
  std::iota(octets.begin(), octets.end(), std::uint8_t{1});
  return octets;
}

void sum(benchmark::State& state) {
  const auto octets = some_octets(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    auto at = std::span<const std::uint8_t>(octets);
    benchmark::DoNotOptimize(at);
    benchmark::DoNotOptimize(sum_octets(at));
  }
}
BENCHMARK(sum)->Arg(20)->Arg(32)->Arg(40)->Arg(60)->Arg(536)->Arg(1460)->Apply(repeated);

/// Every header that is sent or met: no options, timestamps, a SYN with four options, timestamps with SACK blocks.
segment<> header_of(std::int64_t layout) {
  segment<> header;
  header.source_port = 40'000;
  header.destination_port = 80;
  header.seq = sequence_number<>(0x0102'0304u);
  header.ack = sequence_number<>(0xfffe'fdfcu);
  header.control = control_bits<>(0x10u);
  header.wnd = 501;
  if (layout != 0) header.options.ts = timestamps<>{sequence_number<>(77), sequence_number<>(88)};
  if (layout == 2) {
    header.control = control_bits<>(0x02u);
    header.options.mss = 1460;
    header.options.window_scale = 7;
    header.options.sack_permitted = true;
  }
  for (u32 i = 0; layout == 3 && i != 3; ++i) {
    header.options.sack.push({sequence_number<>(1000 * i), sequence_number<>(1000 * i + 500)});
  }
  return header;
}

const char* name_of(std::int64_t layout) {
  constexpr const char* names[] = {"no options", "timestamps", "SYN, four options", "timestamps, three SACK blocks"};
  return names[layout];
}

void parse_and_verify(benchmark::State& state) {
  const segment<> header = header_of(state.range(0));
  std::array<std::uint8_t, longest_header> room{};
  const auto octets = std::span(room).first(header_length + options_length(header.options));
  emit_segment(header, octets, {});
  for (auto _ : state) {
    auto at = std::span<const std::uint8_t>(octets);
    benchmark::DoNotOptimize(at);
    benchmark::DoNotOptimize(parse_segment(at, {}));
  }
  state.SetLabel(name_of(state.range(0)));
}
BENCHMARK(parse_and_verify)->DenseRange(0, 3)->Apply(repeated);

void emit(benchmark::State& state) {
  segment<> header = header_of(state.range(0));
  std::array<std::uint8_t, longest_header> room{};
  const auto octets = std::span(room).first(header_length + options_length(header.options));
  for (auto _ : state) {
    benchmark::DoNotOptimize(header);
    emit_segment(header, octets, {});
    benchmark::DoNotOptimize(room);
  }
  state.SetLabel(name_of(state.range(0)));
}
BENCHMARK(emit)->DenseRange(0, 3)->Apply(repeated);

constexpr std::size_t text_length = 1460;

/// Text taken out of a ring of so many octets, segment by segment.
template <class Take>
void from_ring(benchmark::State& state, Take take) {
  auto memory = some_octets(static_cast<std::size_t>(state.range(0)));
  const ring<span_storage> from{span_storage(memory)};
  std::array<std::uint8_t, text_length> to{};
  std::size_t at = 0;
  for (auto _ : state) {
    take(from, at, std::span<std::uint8_t>(to));
    benchmark::DoNotOptimize(to);
    at += text_length;
    if (at + text_length > from.capacity()) at = 0;
  }
}

void copy_only(benchmark::State& state) {
  from_ring(state, [](const auto& from, std::size_t at, std::span<std::uint8_t> to) { from.get(at, to); });
}
BENCHMARK(copy_only)->Arg(2048)->Arg(32'768)->Arg(1'048'576)->Apply(repeated);

void copy_then_sum(benchmark::State& state) {
  from_ring(state, [](const auto& from, std::size_t at, std::span<std::uint8_t> to) {
    from.get(at, to);
    benchmark::DoNotOptimize(sum_octets(to));
  });
}
BENCHMARK(copy_then_sum)->Arg(2048)->Arg(32'768)->Arg(1'048'576)->Apply(repeated);

void copy_and_sum_at_once(benchmark::State& state) {
  from_ring(state, [](const auto& from, std::size_t at, std::span<std::uint8_t> to) {
    benchmark::DoNotOptimize(from.get_and_sum(at, to));
  });
}
BENCHMARK(copy_and_sum_at_once)->Arg(2048)->Arg(32'768)->Arg(1'048'576)->Apply(repeated);

}  // namespace

// What the core costs: parsing, checksums, a whole connection, and bulk data through two connections in one thread.
// No claim rests on these figures; they are for comparing before and after on one machine.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sequent/sequent.hpp"

namespace {

using sequent::connection;
using sequent::instant;

sequent::connection_config settings(std::uint16_t from, std::uint16_t to) {
  sequent::connection_config config;
  config.local_port = from;
  config.remote_port = to;
  return config;
}

/// Two ends in memory; the clock moves by a microsecond at every exchange.
struct pair {
  std::unique_ptr<connection<>> client = std::make_unique<connection<>>(settings(1, 2));
  std::unique_ptr<connection<>> server = std::make_unique<connection<>>(settings(2, 1));
  instant now{};
  std::int64_t segments = 0;
  std::array<std::uint8_t, 2048> wire{};

  bool carry(connection<>& from, connection<>& to) {
    bool any = false;
    while (const auto sent = from.poll_transmit(now, wire)) {
      benchmark::DoNotOptimize(to.on_octets(std::span(wire).first(sent->length), now));
      ++segments;
      any = true;
    }
    return any;
  }
  void exchange() {
    while (carry(*client, *server) || carry(*server, *client)) now = now + sequent::duration::microseconds(1);
  }
  void open() {
    benchmark::DoNotOptimize(server->listen());
    benchmark::DoNotOptimize(client->connect(now));
    exchange();
  }
};

void checksum(benchmark::State& state) {
  std::vector<std::uint8_t> octets(static_cast<std::size_t>(state.range(0)), 0x5a);
  for (auto _ : state) benchmark::DoNotOptimize(sequent::sum_octets(octets));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(checksum)->Arg(20)->Arg(1460);

void parse_and_verify(benchmark::State& state) {
  sequent::segment<> header;
  header.control = sequent::control_bits<>(0x10u);
  if (state.range(0) != 0) header.options.ts = sequent::timestamps<>{};
  std::array<std::uint8_t, 60> room{};
  const auto octets = std::span(room).first(sequent::header_length + sequent::options_length(header.options));
  sequent::emit_segment(header, octets, {});
  for (auto _ : state) benchmark::DoNotOptimize(sequent::parse_segment(octets, {}));
}
BENCHMARK(parse_and_verify)->ArgName("timestamps")->Arg(0)->Arg(1);

void connect_and_close(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    pair ends;
    state.ResumeTiming();
    ends.open();
    benchmark::DoNotOptimize(ends.client->shutdown());
    benchmark::DoNotOptimize(ends.server->shutdown());
    ends.exchange();
  }
}
BENCHMARK(connect_and_close);

/// Data copied in and out, checksums made and verified, 64 KiB of window; time per segment of either direction.
void bulk(benchmark::State& state) {
  pair ends;
  ends.open();
  std::vector<std::uint8_t> chunk(65'536, 0x42);
  std::int64_t octets = 0;
  const std::int64_t before = ends.segments;
  for (auto _ : state) {
    benchmark::DoNotOptimize(ends.client->write(chunk));
    ends.exchange();
    while (const auto got = ends.server->read(chunk)) octets += static_cast<std::int64_t>(*got);
    ends.exchange();
    if (const auto due = ends.client->next_deadline(); due && *due <= ends.now) ends.client->on_deadline(ends.now);
    ends.now = ends.now + sequent::duration::milliseconds(1);
  }
  state.SetBytesProcessed(octets);
  state.counters["seconds_per_segment"] =
      benchmark::Counter(static_cast<double>(ends.segments - before),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);  // shown in seconds
}
BENCHMARK(bulk);

}  // namespace

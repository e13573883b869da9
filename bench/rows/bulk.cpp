// Bulk data through two connections in memory, and beside it what the copies and checksums alone cost.
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "bench/measure.hpp"
#include "bench/memory_pair.hpp"
#include "bench/stream.hpp"

namespace {

using bench::mss;

// A variant of the bulk row.
struct variant {
  const char* row;
  std::size_t burst;  // frames on the wire at once
  bool timestamps = false;
  bool checksums = true;
};

template <std::size_t Window>
double nanoseconds_a_segment(const variant& what, const bench::stream& source, std::size_t octets) {
  auto client = bench::settings_of(1, 2);
  auto server = bench::settings_of(2, 1);
  for (auto* settings : {&client, &server}) {
    settings->timestamps = what.timestamps;
    settings->checksum = what.checksums ? sequent::checksum_by::library : sequent::checksum_by::hardware;
  }
  bench::memory_pair<bench::windowed<Window>> ends(client, server, what.burst);
  ends.open();
  bench::carry(ends, source, std::min(octets / 16, std::size_t{32} << 20), true);
  ends.stalls = 0;
  const double begin = bench::thread_nanoseconds();
  bench::carry(ends, source, octets, false);
  const double end = bench::thread_nanoseconds();
  // A stall is a wait for a delayed acknowledgment or worse; a few may stand at the ends of the stream.
  bench::require(ends.stalls <= 2 + octets / (Window * 16), "the stream stalled");
  return (end - begin) * static_cast<double>(mss) / static_cast<double>(octets);
}

// The memory traffic of the bulk rows and nothing else: from the writer's buffer to a ring, from there to frames,
// summed; summed again and stored in another ring; from there to the reader's buffer.
double limit_a_segment(std::size_t window, std::size_t burst, bool sums, const bench::stream& source,
                       std::size_t octets) {
  std::size_t text = mss;
  asm volatile("" : "+r"(text));  // a length that the compiler knows would be copied in another way
  const std::size_t ring_octets = window / text * text;
  std::vector<std::uint8_t> send_ring(ring_octets);
  std::vector<std::uint8_t> receive_ring(ring_octets);
  std::vector<std::uint8_t> wire(burst * 1'536);
  std::vector<std::uint8_t> out(65'536 / text * text);
  std::vector<std::uint8_t> block(ring_octets);
  for (std::size_t at = 0; at != ring_octets;) {
    const auto some = source.from(at, ring_octets - at);
    std::memcpy(block.data() + at, some.data(), some.size());
    at += some.size();
  }
  sequent::u32 sum = 0;
  std::size_t at = 0;
  std::size_t carried = 0;
  const double begin = bench::thread_nanoseconds();
  while (carried < octets) {
    const std::size_t many = std::min(burst, (ring_octets - at) / text);
    for (std::size_t i = 0; i != many; ++i) {
      const auto from = std::span(block).subspan((at + i * text) % (bench::stream::period / text * text), text);
      std::memcpy(send_ring.data() + at + i * text, from.data(), text);
    }
    for (std::size_t i = 0; i != many; ++i) {
      const auto frame = std::span(wire).subspan(i * 1'536, text);
      std::memcpy(frame.data(), send_ring.data() + at + i * text, text);
      if (sums) sum += sequent::sum_octets(frame);
    }
    for (std::size_t i = 0; i != many; ++i) {
      const auto frame = std::span(wire).subspan(i * 1'536, text);
      if (sums) sum += sequent::sum_octets(frame);
      std::memcpy(receive_ring.data() + at + i * text, frame.data(), text);
    }
    for (std::size_t i = 0; i != many; ++i) {
      std::memcpy(out.data() + i * text % out.size(), receive_ring.data() + at + i * text, text);
    }
    asm volatile("" : : "r"(out.data()), "r"(wire.data()), "r"(sum) : "memory");
    carried += many * text;
    at = (at + many * text) % ring_octets;
  }
  const double end = bench::thread_nanoseconds();
  return (end - begin) * static_cast<double>(text) / static_cast<double>(carried);
}

}  // namespace

int main(int count, char** words) {
  const bench::options chosen = bench::read_options(count, words);
  const bench::stream source;
  constexpr std::size_t small = 65'536;
  constexpr std::size_t large = std::size_t{1} << 20;
  const variant rows[] = {{"bulk.64k", small / mss + 2},
                          {"bulk.64k.timestamps", small / mss + 2, true},
                          {"bulk.64k.nosum", small / mss + 2, false, false}};
  for (const variant& what : rows) {
    if (!bench::wanted(chosen, what.row)) continue;
    bench::print_figure(what.row, BENCH_WHO, nanoseconds_a_segment<small>(what, source, chosen.octets));
    bench::print_figure(what.row, BENCH_LIMIT,
                        limit_a_segment(small, what.burst, what.checksums, source, chosen.octets));
  }
  const variant row{"bulk.1m", large / mss + 2};
  if (bench::wanted(chosen, row.row)) {
    bench::print_figure(row.row, BENCH_WHO, nanoseconds_a_segment<large>(row, source, chosen.octets));
    bench::print_figure(row.row, BENCH_LIMIT, limit_a_segment(large, row.burst, true, source, chosen.octets));
  }
}

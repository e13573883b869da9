// Two threads, each with connections of its own: what they carry together in a second of CPU time each, against what
// one carries alone. Nothing is shared, so what is missing from twice as much is caches, memory and the machine's
// doing.
#include <cstddef>
#include <functional>
#include <numeric>
#include <thread>
#include <vector>

#include "bench/measure.hpp"
#include "bench/memory_pair.hpp"
#include "bench/stream.hpp"

namespace {

constexpr std::size_t window = 65'536;

void carry(std::size_t octets, double& nanoseconds) {
  const bench::stream source;
  bench::memory_pair<bench::windowed<window>> ends(bench::settings_of(1, 2), bench::settings_of(2, 1),
                                                   window / bench::mss + 2);
  ends.open();
  const double begin = bench::thread_nanoseconds();
  bench::carry(ends, source, octets, true);
  nanoseconds = bench::thread_nanoseconds() - begin;
}

// The mean CPU time of so many threads at once.
double nanoseconds_of(std::size_t threads, std::size_t octets) {
  std::vector<double> each(threads);
  std::vector<std::thread> all;
  for (double& nanoseconds : each) all.emplace_back(carry, octets, std::ref(nanoseconds));
  for (std::thread& one : all) one.join();
  return std::accumulate(each.begin(), each.end(), 0.0) / static_cast<double>(threads);
}

}  // namespace

int main(int count, char** words) {
  const bench::options chosen = bench::read_options(count, words);
  if (!bench::wanted(chosen, "threads")) return 0;
  if (std::thread::hardware_concurrency() < 2) {
    bench::print_absent("threads.2", BENCH_WHO, "this machine has one core");
    return 0;
  }
  const std::size_t octets = chosen.octets / 4;
  bench::print_figure("threads.2", BENCH_WHO, 2 * nanoseconds_of(1, octets) / nanoseconds_of(2, octets));
}

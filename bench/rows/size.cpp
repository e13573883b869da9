// What one connection occupies, its buffers aside.
#include "bench/measure.hpp"
#include "sequent/sequent.hpp"
#include "sequent/stack.hpp"

namespace {

// Buffers of the caller's; the two spans that point at them count as state.
struct spans : sequent::default_policy {
  using send_storage = sequent::span_storage;
  using receive_storage = sequent::span_storage;
};

using sequent::u32;

// A stack in which few connections are awake.
template <u32 Connections>
struct crowd : sequent::default_stack_policy {
  using connection_policy = spans;
  static constexpr sequent::stack_sizes sizes{
      .max_connections = Connections, .max_awake = 16, .max_half_open = 16, .max_time_wait = 16};
};

}  // namespace

int main(int count, char** words) {
  const bench::options chosen = bench::read_options(count, words);
  if (bench::wanted(chosen, "size.asleep")) {
    // What twice as many connections add to a stack in which as many are awake: slots, timers and flows.
    constexpr u32 some = 49'152;
    const double more =
        static_cast<double>(sizeof(sequent::stack<crowd<2 * some>>) - sizeof(sequent::stack<crowd<some>>));
    bench::print_figure("size.asleep", BENCH_WHO, more / some);
  }
  if (bench::wanted(chosen, "size")) {
    bench::print_figure("size", BENCH_WHO, static_cast<double>(sizeof(sequent::connection<spans>)));
  }
}

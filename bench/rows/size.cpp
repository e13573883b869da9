// What one connection occupies, its buffers aside.
#include "bench/measure.hpp"
#include "sequent/sequent.hpp"

namespace {

// Buffers of the caller's; the two spans that point at them count as state.
struct spans : sequent::default_policy {
  using send_storage = sequent::span_storage;
  using receive_storage = sequent::span_storage;
};

}  // namespace

int main(int count, char** words) {
  const bench::options chosen = bench::read_options(count, words);
  if (bench::wanted(chosen, "size")) {
    bench::print_figure("size", BENCH_WHO, static_cast<double>(sizeof(sequent::connection<spans>)));
  }
}

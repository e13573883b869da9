// Every door of the library in one translation unit, and one of each that is a template.
#include "sequent/base/chrono.hpp"
#include "sequent/congestion/reno.hpp"
#include "sequent/congestion/validated.hpp"
#include "sequent/sequent.hpp"
#include "sequent/stack.hpp"
#include "sequent/stack/shard.hpp"
#include "sequent/transfer/statistics.hpp"
#include "sequent/transfer/trace.hpp"
#include "sequent/wire/ip_text.hpp"

namespace {
struct device_policy : sequent::default_policy {
  using congestion_control = sequent::congestion::validated<sequent::congestion::reno>;
  using pacing = sequent::pacer;
  using fast_open = sequent::with_fast_open;
  using statistics = sequent::counted_statistics;
};

struct inline_stack : sequent::default_stack_policy {
  static constexpr sequent::stack_sizes sizes{.max_connections = 4};
};
struct sleepy_stack : sequent::default_stack_policy {
  struct connection_policy : device_policy {
    using send_storage = sequent::span_storage;
    using receive_storage = sequent::span_storage;
  };
  static constexpr sequent::stack_sizes sizes{
      .send_octets = 4'096, .receive_octets = 4'096, .max_connections = 1'000, .max_awake = 100};
};
}  // namespace

template class sequent::connection<>;
template class sequent::connection<device_policy>;
template class sequent::stack<inline_stack>;
template class sequent::stack<sleepy_stack>;

// A stack whose connections offer more than a window can say would open connections that are none.
#include "sequent/stack.hpp"

struct connections : sequent::default_policy {
  using send_storage = sequent::span_storage;
  using receive_storage = sequent::span_storage;
};
struct policy : sequent::default_stack_policy {
  using connection_policy = connections;
#if defined(SEQUENT_CONTROL)
  static constexpr sequent::stack_sizes sizes{.receive_octets = sequent::largest_buffer};
#else
  static constexpr sequent::stack_sizes sizes{.receive_octets = sequent::largest_buffer + 1};
#endif
};

std::size_t memory() { return sequent::stack<policy>::buffer_octets; }  // must not compile

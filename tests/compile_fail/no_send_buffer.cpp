// A stack whose connections could hold no octet that they send would open connections that are none.
#include "sequent/stack.hpp"

struct connections : sequent::default_policy {
  using send_storage = sequent::span_storage;
  using receive_storage = sequent::span_storage;
};
struct policy : sequent::default_stack_policy {
  using connection_policy = connections;
#if defined(SEQUENT_CONTROL)
  static constexpr sequent::stack_sizes sizes{.send_octets = 1};
#else
  static constexpr sequent::stack_sizes sizes{.send_octets = 0};
#endif
};

std::size_t memory() { return sequent::stack<policy>::buffer_octets; }  // must not compile

// A size of a stack that is misspelt is no size at all.
#include "sequent/stack/config.hpp"

struct policy : sequent::default_stack_policy {
#if defined(SEQUENT_CONTROL)
  static constexpr sequent::stack_sizes sizes{.max_connections = 10'000};
#else
  static constexpr sequent::stack_sizes sizes{.most_conections = 10'000};  // must not compile
#endif
};

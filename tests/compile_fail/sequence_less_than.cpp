// Sequence numbers lie on a circle, so they have no order.
#include <cstdint>

#include "sequent/base/seq.hpp"

using number = sequent::sequence_number<std::uint32_t>;

bool ordered(number a, number b);

bool ordered(number a, number b) {
#if defined(SEQUENT_CONTROL)
  return sequent::before(a, b);
#else
  return a < b;  // must not compile
#endif
}

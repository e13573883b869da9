// The sum of two points on the circle means nothing; a point plus a distance does.
#include <cstdint>

#include "sequent/base/seq.hpp"

using number = sequent::sequence_number<std::uint32_t>;

number sum(number a, number b);

number sum(number a, number b) {
#if defined(SEQUENT_CONTROL)
  return a + b.wire();
#else
  return a + b;  // must not compile
#endif
}

// A sequence number is not an integer that arithmetic may be done on unseen.
#include <cstdint>

#include "sequent/base/seq.hpp"

using number = sequent::sequence_number<std::uint32_t>;

std::uint32_t to_wire(number n);

std::uint32_t to_wire(number n) {
#if defined(SEQUENT_CONTROL)
  return n.wire();
#else
  return n;  // must not compile
#endif
}

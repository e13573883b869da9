// An integer is not a sequence number unless someone says so.
#include <cstdint>

#include "sequent/base/seq.hpp"

using number = sequent::sequence_number<std::uint32_t>;

number from_wire(std::uint32_t field);

number from_wire(std::uint32_t field) {
#if defined(SEQUENT_CONTROL)
  return number(field);
#else
  return field;  // must not compile
#endif
}

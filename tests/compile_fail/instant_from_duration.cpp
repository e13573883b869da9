// A span of time is not a point in time: a deadline needs the instant it counts from.
#include "sequent/base/time.hpp"

sequent::instant deadline(sequent::instant now, sequent::duration wait);

sequent::instant deadline([[maybe_unused]] sequent::instant now, sequent::duration wait) {
#if defined(SEQUENT_CONTROL)
  return now + wait;
#else
  return wait;  // must not compile
#endif
}

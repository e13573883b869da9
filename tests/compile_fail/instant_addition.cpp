// Two points in time have a difference, not a sum.
#include "sequent/base/time.hpp"

sequent::instant later(sequent::instant now, sequent::instant start);

sequent::instant later(sequent::instant now, sequent::instant start) {
#if defined(SEQUENT_CONTROL)
  return now + (now - start);
#else
  return now + start;  // must not compile
#endif
}

// A bare number has no unit.
#include "sequent/base/time.hpp"

sequent::duration timeout();

sequent::duration timeout() {
#if defined(SEQUENT_CONTROL)
  return sequent::duration::seconds(60);
#else
  return 60;  // must not compile
#endif
}

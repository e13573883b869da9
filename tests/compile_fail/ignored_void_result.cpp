// A call that only says whether it worked may not be ignored either.
#include "sequent/base/result.hpp"

sequent::result<void> attempt();
bool careful();

bool careful() {
#if defined(SEQUENT_CONTROL)
  return attempt().has_value();
#else
  attempt();  // must not compile
  return true;
#endif
}

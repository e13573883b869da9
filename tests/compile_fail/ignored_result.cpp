// A result may hold an error, so ignoring one is a warning, and an error under -Werror.
#include "sequent/base/result.hpp"

sequent::result<int> attempt();
bool careful();

bool careful() {
#if defined(SEQUENT_CONTROL)
  return attempt().has_value();
#else
  attempt();  // must not compile
  return true;
#endif
}

// A result does not turn into its value by itself: ask first whether it is there.
#include "sequent/base/result.hpp"

int length(sequent::result<int> read);

int length(sequent::result<int> read) {
#if defined(SEQUENT_CONTROL)
  return read ? *read : 0;
#else
  return read;  // must not compile
#endif
}

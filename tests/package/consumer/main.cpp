// The smallest program an embedder may write: it includes the umbrella header and uses one thing of it.
#include <cstdint>
#include <cstdio>
#include <sequent/sequent.hpp>

static_assert(SEQUENT_VERSION_MAJOR >= 0 && SEQUENT_VERSION_MINOR >= 0 && SEQUENT_VERSION_PATCH >= 0);

int main() {
  using number = sequent::sequence_number<std::uint32_t>;
  const number last(0xffff'ffffu);
  const number wrapped = last + 2u;
  std::printf("%d.%d.%d\n", SEQUENT_VERSION_MAJOR, SEQUENT_VERSION_MINOR, SEQUENT_VERSION_PATCH);
  return wrapped.wire() == 1u && sequent::before(last, wrapped) ? 0 : 1;
}

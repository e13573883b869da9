// Two stacks that share flows out, with Fast Open and windows that have to be used to be kept, under arbitrary packets,
// calls and time.
#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/failure.hpp"
#include "fuzz/sharded_stack.hpp"
#include "fuzz/stack_drive.hpp"
#include "model/world/choice.hpp"
#include "sequent/congestion/cubic.hpp"
#include "sequent/congestion/validated.hpp"

namespace {

using namespace sequent;

struct policy : fuzz::stack_policy {
  struct connection_policy : fuzz::stack_policy::connection_policy {
    using fast_open = with_fast_open;
    using congestion_control = congestion::validated<congestion::cubic>;
  };
  static constexpr stack_sizes sizes = test::with(fuzz::stack_policy::sizes, [](stack_sizes& each) {
    each.max_connections = 4;
    each.max_awake = 2;
  });
};

/// By the keyed hash; the broken one by the remote port alone, which for an ICMP error or a call is another's guess.
struct steering {
  static std::size_t to(const flow& path, std::size_t shards) {
#if defined(SEQUENT_MUTANT_SHARDS)
    return path.remote_port % shards;
#else
    return shard_of(path, static_cast<u32>(shards), fuzz::sharded_stack<policy, steering>::key);
#endif
  }
};

struct delivering {
  template <class Stack>
  static delivery to(Stack& tcp, const test::octet_string& packet, instant now) {
    return tcp.on_packet(packet, now);
  }
};

}  // namespace

// covers: shards fast-open window-validation rfc7413#4.1 rfc7413#4.2 rfc7413#5.1 rfc7661#4
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  model::octet_choice choose({data, size});
  fuzz::stack_drive<delivering, model::octet_choice, fuzz::sharded_stack<policy, steering>> drive(choose);
  for (std::size_t count = 0; !choose.exhausted() && count < 1'000; ++count) {
    if (const std::string wrong = drive.step(); !wrong.empty()) {
      fuzz::require_nothing_wrong("shards", "move " + std::to_string(count) + ": " + wrong);
    }
  }
  fuzz::require_nothing_wrong("shards", drive.finish());
  return 0;
}

// The explorer's world with octets for choices: two connections in lockstep with the specification, an adversarial
// network.
#include <cstddef>
#include <cstdint>
#include <cstdio>

#include "fuzz/failure.hpp"
#include "fuzz/world_run.hpp"

namespace {

using namespace sequent;

#if defined(SEQUENT_MUTANT_WORLD)
/// Broken on purpose: takes damaged segments, as a host that does not verify checksums would.
class trusting_end : public refinement::tiny_end {
 public:
  using refinement::tiny_end::sleeper;
  void arrives(const packet& p) {
    packet mended = p;
    store16(mended.room.data() + 16, 0);
    store16(mended.room.data() + 16, checksum_field(sum_octets(mended.octets()) + pseudo_header{}.sum(mended.size)));
    sleeper::arrives(mended);
  }
};

using mutant_world = model::world<trusting_end>;

fuzz::world_outcome run(std::span<const std::uint8_t> octets) {
  return fuzz::run_world<mutant_world>(octets, [](const model::scenario& s) {
    const auto end = [&](model::side where) {
      return trusting_end(refinement::config_for(s, where), refinement::bounded_storage<16>(s.send_buffer),
                          refinement::bounded_storage<16>(s.receive_buffer));
    };
    return mutant_world(s, end(model::side::left), end(model::side::right));
  });
}
#else
fuzz::world_outcome run(std::span<const std::uint8_t> octets) { return fuzz::run_world(octets); }
#endif

}  // namespace

// covers: rfc9293#3.10.7
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::world_outcome outcome = run({data, size});
  if (outcome.run.why.empty()) return 0;
  std::fprintf(stderr, "\n%s\n%s\nas a list of choices: export_trace FILE > run.choices; sequent replay run.choices\n",
               outcome.ladder.c_str(), model::format(outcome.run).c_str());
  fuzz::require_nothing_wrong("world", outcome.run.why);
  return 0;
}

// Reassembly: the receiver beside a map from positions to octets, or one of the two interval sets beside a set of
// positions.
//
// The first octet chooses which, four more are the first sequence number, one is the storage. Each step then takes six
// octets: what, where (two), how long (two), content.
#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/failure.hpp"
#include "model/world/choice.hpp"
#include "tests/property/tables/reassembly_subject.hpp"

namespace {

using namespace sequent;

#if defined(SEQUENT_MUTANT_REASSEMBLY)
constexpr property::reassembly_fault fault = property::reassembly_fault::overwrites;
#else
constexpr property::reassembly_fault fault = property::reassembly_fault::none;
#endif

template <class Subject>
void drive(Subject subject, model::octet_choice& choose) {
  for (std::size_t count = 0; !choose.exhausted() && count < 4'000; ++count) {
    property::step s{};
    s[0] = static_cast<std::uint16_t>(choose.pick(256));
    s[1] = static_cast<std::uint16_t>(choose.pick(0x10000));
    s[2] = static_cast<std::uint16_t>(choose.pick(0x10000));
    s[3] = static_cast<std::uint16_t>(choose.pick(256));
    const std::string wrong = subject.apply(s);
    if (!wrong.empty()) fuzz::require_nothing_wrong("reassembly", "step " + std::to_string(count) + ": " + wrong);
  }
}

}  // namespace

// covers: reassembly SHLD-31
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  model::octet_choice choose({data, size});
  const std::size_t subject = choose.pick(4);
  const auto high = static_cast<std::uint32_t>(choose.pick(0x10000));
  const auto first = high << 16 | static_cast<std::uint32_t>(choose.pick(0x10000));
  const std::size_t capacity = 1 + choose.pick(property::reassembly_subject<>::most_capacity);
  if (subject == 3) {
    drive(property::interval_subject<interval_set<4>, 4>(first), choose);
  } else if (subject == 2) {
    drive(property::interval_subject<large_interval_set<24, 8>, 24>(first), choose);
  } else {
    drive(property::reassembly_subject<fault>(first, capacity), choose);
  }
  return 0;
}

// The scoreboard beside one mark an octet: one of few runs, which is full most of the time, or one of many.
//
// The first octet chooses which, four more are the first sequence number. Each step then takes six octets: what, where
// (two), how long (two), when.
#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/failure.hpp"
#include "model/world/choice.hpp"
#include "tests/property/recovery/scoreboard_subject.hpp"

namespace {

using namespace sequent;

#if defined(SEQUENT_MUTANT_SCOREBOARD)
template <std::size_t Most>
using board = property::forgetful_board<Most>;
#else
template <std::size_t Most>
using board = scoreboard<Most>;
#endif

template <class Subject>
void drive(Subject subject, model::octet_choice& choose) {
  for (std::size_t count = 0; !choose.exhausted() && count < 1'000; ++count) {
    property::step s{};
    s[0] = static_cast<std::uint16_t>(choose.pick(256));
    s[1] = static_cast<std::uint16_t>(choose.pick(0x10000));
    s[2] = static_cast<std::uint16_t>(choose.pick(0x10000));
    s[3] = static_cast<std::uint16_t>(choose.pick(256));
    const std::string wrong = subject.apply(s);
    if (!wrong.empty()) fuzz::require_nothing_wrong("scoreboard", "step " + std::to_string(count) + ": " + wrong);
  }
}

}  // namespace

// covers: rfc6675#3 rfc6675#4 rfc2018#8
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  model::octet_choice choose({data, size});
  const bool few = choose.pick(2) == 0;
  const auto high = static_cast<std::uint32_t>(choose.pick(0x10000));
  const auto first = high << 16 | static_cast<std::uint32_t>(choose.pick(0x10000));
  if (few) {
    drive(property::scoreboard_subject<board<6>>(first), choose);
  } else {
    drive(property::scoreboard_subject<board<512>>(first), choose);
  }
  return 0;
}

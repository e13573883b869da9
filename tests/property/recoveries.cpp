// Loss recovery beside its oracles: the scoreboard, RACK, and how fast a recovery may send.
#include <string>
#include <vector>

#include "tests/property/claim.hpp"
#include "tests/property/rack_subject.hpp"
#include "tests/property/scoreboard_subject.hpp"

namespace sequent::property {
namespace {

template <class Subject>
std::string drive(Subject subject, const std::vector<step>& steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (std::string wrong = subject.apply(steps[i]); !wrong.empty()) return "step " + std::to_string(i) + ": " + wrong;
  }
  return {};
}

template <class Board>
case_check board_check() {
  return saying([](const drawn_case& c) {
    number_choice head(c.head);
    const std::size_t way = head.pick(4);
    const u32 any = head.word();
    const u32 origin = way == 1 ? 0u - any % 512 : way == 2 ? 0x8000'0000u - any % 512 : way == 0 ? 0 : any;
    return drive(scoreboard_subject<Board>(origin), c.steps);
  });
}

const registered board{claim{
    // covers: rfc6675#3 rfc6675#4 rfc2018#8
    .id = "scoreboard",
    .says = "The scoreboard delivers each octet once, believes exactly the reports that there were, and counts what is "
            "reported, lost and in flight as one mark an octet does (RFC 6675 sections 3 and 4)",
    .bounds = "at most 1000 octets outstanding, 200 steps of sending, acknowledging, reporting, losing, forgetting in "
              "any order; a board that is never full",
    .head = 3,
    .steps = 200,
    .cases = 5'000,
    .run = board_check<scoreboard<512>>(),
    .controls = {{"acknowledged reports still count", board_check<forgetful_board<512>>()},
                 {"a block is taken for an octet longer", board_check<generous_board<512>>()},
                 {"an octet that was sent again is still lost", board_check<anxious_board<512>>()}},
}};

const registered small_board{claim{
    // covers: rfc6675#3 rfc6675#4
    .id = "scoreboard-full",
    .says = "A scoreboard that has run out of runs believes no report that there was not, covers what is outstanding "
            "and counts right",
    .bounds = "six runs; otherwise as the property scoreboard",
    .head = 3,
    .steps = 200,
    .cases = 5'000,
    .run = board_check<scoreboard<6>>(),
    .controls = {{"acknowledged reports still count", board_check<forgetful_board<6>>()},
                 {"a block is taken for an octet longer", board_check<generous_board<6>>()}},
}};

template <class Rack>
case_check rack_check() {
  return saying([](const drawn_case& c) {
    number_choice head(c.head);
    const u32 origin = head.pick(2) == 0 ? 0u - static_cast<u32>(head.pick(4'096)) : head.word();
    const u32 clock = head.pick(2) == 0 ? 0u - static_cast<u32>(head.pick(0x10000)) : head.word();
    const u32 smoothed =
        head.pick(4) == 0 ? static_cast<u32>(head.pick(300)) : 300 + 4 * static_cast<u32>(head.pick(0x10000));
    return drive(rack_subject<Rack>(origin, clock, smoothed), c.steps);
  });
}

const registered recent{claim{
    // covers: rfc8985#6.2 rfc8985#6.3
    .id = "rack",
    .says =
        "RACK marks as lost what RFC 8985 lets a sender mark, and no less than what it makes one mark, and arms its "
        "timer for what it waits for",
    .bounds =
        "at most 60 whole segments outstanding, each sent at a moment of its own, 200 steps of sending, repeating, "
        "acknowledging with up to three blocks and D-SACKs, time, timers and timeouts; a first round trip measured; "
        "no timestamps; segments taken for lost together arrive repeated or never; a board that is never full",
    .head = 8,
    .steps = 200,
    .cases = 3'000,
    .run = rack_check<rack>(),
    .controls = {{"reordering is given no time", rack_check<hasty_rack>()},
                 {"the window is half a round trip too long", rack_check<slow_rack>()},
                 {"a D-SACK changes nothing", rack_check<rigid_rack>()},
                 {"a retransmission is taken for an original", rack_check<credulous_rack>()}},
}};

}  // namespace
}  // namespace sequent::property

// The tables under a stack, each beside a plain one: timer wheel, demultiplexer, ports, cookies, rate limits.
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "tests/property/claim.hpp"
#include "tests/property/wheel_subject.hpp"

namespace sequent::property {
namespace {

template <class Subject>
std::string drive(Subject subject, const std::vector<step>& steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (std::string wrong = subject.apply(steps[i]); !wrong.empty()) return "step " + std::to_string(i) + ": " + wrong;
  }
  return {};
}

// A clock's beginning: 0, near either end of what an instant can say, or anywhere.
std::int64_t drawn_clock(number_choice& head) {
  const std::size_t way = head.pick(4);
  const auto any = static_cast<std::int64_t>(std::uint64_t{head.word()} << 32 | head.word());
  if (way == 1) return std::numeric_limits<std::int64_t>::max() - (any & 0xff'ffff);
  if (way == 2) return std::numeric_limits<std::int64_t>::min() + (any & 0xff'ffff);
  return way == 0 ? 0 : any;
}

template <std::int64_t Tick, unsigned Bits>
using small_wheel = timer_wheel<inline_slots<timer_node, wheel_timers>, Tick, Bits>;

template <class Narrow, class Wide>
case_check wheel_check() {
  return saying([](const drawn_case& c) {
    number_choice head(c.head);
    const bool wide = head.pick(2) == 1;
    const std::int64_t start = drawn_clock(head);
    return wide ? drive(wheel_subject<Wide, 1'000>(start), c.steps) : drive(wheel_subject<Narrow, 7>(start), c.steps);
  });
}

/// Takes the tick that holds a deadline for the one that ends it.
template <class Wheel, std::int64_t Tick>
struct early_wheel : Wheel {
  using Wheel::Wheel;
  void start(u32 index, instant deadline) noexcept {
    const bool room = deadline.microseconds() > std::numeric_limits<std::int64_t>::min() + Tick;
    Wheel::start(index, room ? deadline - duration::microseconds(Tick) : deadline);
  }
};

/// Puts a running timer off, but does not bring it forward.
template <class Wheel>
struct stubborn_wheel : Wheel {
  using Wheel::Wheel;
  void start(u32 index, instant deadline) noexcept {
    if (due_[index] && this->running(index)) deadline = std::max(deadline, *due_[index]);
    due_[index] = deadline;
    Wheel::start(index, deadline);
  }
  std::array<std::optional<instant>, wheel_timers> due_{};
};

/// Lets the sleeper sleep for a tick too long.
template <class Wheel, std::int64_t Tick>
struct sleepy_wheel : Wheel {
  using Wheel::Wheel;
  std::optional<instant> next() const noexcept {
    const auto at = Wheel::next();
    return at && at->microseconds() < std::numeric_limits<std::int64_t>::max() - Tick
               ? *at + duration::microseconds(Tick)
               : at;
  }
};

using narrow = small_wheel<7, 1>;
using wide = small_wheel<1'000, 6>;

const registered wheels{claim{
    .id = "timer-wheel",
    .says =
        "The timer wheel fires what a sorted list of deadlines fires, never early and less than a tick late; it says "
        "when to wake, and files a timer anew at most once a level for each start",
    .bounds =
        "12 timers; ticks of 7 us with two slots a level and of 1 ms with 64; deadlines and steps of the clock of any "
        "size, either way; clocks that begin at 0, near both ends of time, and anywhere; timers started and stopped "
        "while others fire; calls that may do at most 0 to 3 steps",
    .head = 6,
    .steps = 200,
    .cases = 4000,
    .run = wheel_check<narrow, wide>(),
    .controls = {{"deadlines are rounded down", wheel_check<early_wheel<narrow, 7>, early_wheel<wide, 1'000>>()},
                 {"a deadline is not brought forward", wheel_check<stubborn_wheel<narrow>, stubborn_wheel<wide>>()},
                 {"next() is a tick late", wheel_check<sleepy_wheel<narrow, 7>, sleepy_wheel<wide, 1'000>>()}},
}};

}  // namespace
}  // namespace sequent::property

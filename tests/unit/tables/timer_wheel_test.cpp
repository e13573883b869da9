#include "sequent/tables/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace timer_wheel_test {

using namespace sequent;

constexpr instant at(std::int64_t microseconds) { return instant::from_microseconds(microseconds); }

template <std::size_t Count = 8, std::int64_t Tick = 1'000, unsigned Bits = 6>
using inline_wheel = timer_wheel<inline_slots<timer_node, Count>, Tick, Bits>;

template <class Wheel>
std::vector<u32> fired(Wheel& wheel, instant now) {
  std::vector<u32> out;
  EXPECT_TRUE(wheel.advance(now, [&](u32 index) { out.push_back(index); }).finished);
  std::sort(out.begin(), out.end());
  return out;
}
using indices = std::vector<u32>;

// covers: timer-wheel
TEST(timer_wheel, fires_at_the_end_of_the_tick_that_holds_the_deadline) {
  inline_wheel<> wheel;
  wheel.start(0, at(5'000));
  wheel.start(1, at(5'001));
  wheel.start(2, at(6'000));
  EXPECT_EQ(wheel.next(), at(5'000));
  EXPECT_EQ(fired(wheel, at(4'999)), indices{});
  EXPECT_EQ(fired(wheel, at(5'000)), indices{0});
  EXPECT_EQ(wheel.next(), at(6'000));
  EXPECT_EQ(fired(wheel, at(5'999)), indices{});
  EXPECT_EQ(fired(wheel, at(6'000)), (indices{1, 2}));
  EXPECT_EQ(wheel.next(), std::nullopt);
  EXPECT_TRUE(wheel.empty());
}

TEST(timer_wheel, stops_and_starts_again) {
  inline_wheel<> wheel;
  EXPECT_FALSE(wheel.running(3));
  wheel.stop(3);
  for (u32 i = 0; i != 4; ++i) wheel.start(i, at(10'000));
  EXPECT_TRUE(wheel.running(3));
  wheel.stop(3);  // the first of its slot,
  wheel.stop(0);  // the last,
  wheel.stop(1);  // and one with none but a neighbour behind it
  EXPECT_FALSE(wheel.running(0));
  EXPECT_EQ(fired(wheel, at(10'000)), indices{2});
  wheel.start(0, at(12'000));
  EXPECT_EQ(fired(wheel, at(12'000)), indices{0});
}

TEST(timer_wheel, brings_a_deadline_forward_and_puts_it_off) {
  inline_wheel<> wheel;
  wheel.start(0, at(50'000));
  wheel.start(0, at(20'000));
  EXPECT_EQ(wheel.next(), at(20'000));
  wheel.start(0, at(90'000));
  EXPECT_EQ(wheel.next(), at(20'000)) << "it stays where it is filed";
  const auto progress = wheel.advance(at(20'000), [](u32) { ADD_FAILURE() << "early"; });
  EXPECT_EQ(progress.moved, 1u);
  wheel.start(0, at(40'000));
  EXPECT_EQ(fired(wheel, at(39'999)), indices{});
  EXPECT_EQ(fired(wheel, at(40'000)), indices{0});
}

TEST(timer_wheel, what_is_due_already_fires_with_the_next_tick) {
  inline_wheel<> wheel(inline_slots<timer_node, 8>{}, at(7'500));
  wheel.start(0, at(1));
  EXPECT_EQ(wheel.next(), at(8'000));
  EXPECT_EQ(fired(wheel, at(7'999)), indices{});
  EXPECT_EQ(fired(wheel, at(8'000)), indices{0});
}

// covers: clock-jumps
TEST(timer_wheel, a_clock_that_goes_back_is_one_that_stands_still) {
  inline_wheel<> wheel;
  wheel.start(0, at(5'000));
  EXPECT_EQ(fired(wheel, at(-1'000'000)), indices{});
  EXPECT_EQ(fired(wheel, at(5'000)), indices{0});
  wheel.start(0, at(9'000));
  EXPECT_EQ(fired(wheel, at(0)), indices{});
  EXPECT_EQ(wheel.next(), at(9'000));
}

TEST(timer_wheel, after_a_jump_far_ahead_everything_fires_once) {
  inline_wheel<> wheel;
  for (u32 i = 0; i != 8; ++i) wheel.start(i, instant{} + duration::seconds(std::int64_t{1} << (4 * i)));
  const auto progress = wheel.advance(at(std::numeric_limits<std::int64_t>::max()), [](u32) {});
  EXPECT_EQ(progress.expired, 8u);
  EXPECT_EQ(progress.moved, 0u);
  EXPECT_TRUE(wheel.empty());
}

TEST(timer_wheel, takes_every_instant_there_is) {
  for (const std::int64_t now : {std::numeric_limits<std::int64_t>::min(), std::int64_t{0}}) {
    inline_wheel<> wheel(inline_slots<timer_node, 8>{}, at(now));
    wheel.start(0, at(std::numeric_limits<std::int64_t>::max()));
    wheel.start(1, at(std::numeric_limits<std::int64_t>::min()));
    EXPECT_EQ(fired(wheel, at(now + 1'000)), indices{1});
    // The last tick has no end, so what is due in it never fires: some 292 000 years from now.
    EXPECT_EQ(fired(wheel, at(std::numeric_limits<std::int64_t>::max())), indices{});
    EXPECT_EQ(wheel.next(), at(std::numeric_limits<std::int64_t>::max()));
  }
}

TEST(timer_wheel, a_visit_may_start_and_stop_timers_without_end) {
  inline_wheel<> wheel;
  for (u32 i = 0; i != 4; ++i) wheel.start(i, at(1'000));
  int visits = 0;
  const auto progress = wheel.advance(at(50'000), [&](u32 index) {
    ++visits;
    EXPECT_FALSE(wheel.running(index));
    wheel.start(index, at(2'000));  // in the past: waits for the next tick all the same
    wheel.stop((index + 1) % 4);
  });
  EXPECT_TRUE(progress.finished);
  EXPECT_EQ(static_cast<std::size_t>(visits), progress.expired);
  EXPECT_LE(visits, 4);
  EXPECT_EQ(wheel.next(), at(51'000));
}

TEST(timer_wheel, goes_on_where_a_limit_ended_it) {
  inline_wheel<> wheel;
  for (u32 i = 0; i != 8; ++i) wheel.start(i, at(1'000 * (1 + i / 2)));
  std::multiset<u32> seen;
  int calls = 0;
  for (bool finished = false; !finished; ++calls) {
    const auto progress = wheel.advance(
        at(10'000), [&](u32 i) { seen.insert(i); }, 3);
    EXPECT_LE(progress.expired + progress.moved, 3u);
    finished = progress.finished;
    EXPECT_TRUE(finished || wheel.next() <= at(10'000)) << "there is more to do at once";
  }
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(seen, (std::multiset<u32>{0, 1, 2, 3, 4, 5, 6, 7}));
}

// A sleeper that wakes at next() stops early at most k times for a deadline less than 64^k ticks away.
TEST(timer_wheel, wakes_early_at_most_once_a_level) {
  std::uint64_t random = 1;
  for (int round = 0; round != 20'000; ++round) {
    random = random * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
    const int k = 1 + round % 4;
    const auto ticks = static_cast<std::int64_t>((random >> 24) % (std::uint64_t{1} << (6 * k)));
    const instant start = at(static_cast<std::int64_t>(random >> 12));
    inline_wheel<> wheel(inline_slots<timer_node, 8>{}, start);
    const instant deadline = start + duration::milliseconds(ticks);
    wheel.start(0, deadline);
    int stops = 0;
    for (bool done = false; !done; ++stops) {
      const instant wake = *wheel.next();
      wheel.advance(wake, [&](u32) {
        done = true;
        EXPECT_GE(wake, deadline);
        EXPECT_LE(wake - deadline, duration::milliseconds(1));
      });
    }
    ASSERT_LE(stops - 1, k) << ticks;
  }
}

// Everything that can happen to two timers in a wheel of two slots a level within 24 ticks: exhaustive.
TEST(timer_wheel, agrees_with_plain_deadlines_on_every_short_run_of_two_timers) {
  using tiny = inline_wheel<2, 2, 1>;
  constexpr std::int64_t span = 24;
  for (std::int64_t first = 0; first != span; ++first) {
    for (std::int64_t second = 0; second != span; ++second) {
      for (std::int64_t half = 0; half != span; ++half) {
        for (const bool off : {false, true}) {
          tiny wheel(inline_slots<timer_node, 2>{}, at(0));
          wheel.start(0, at(2 * first));
          wheel.start(1, at(2 * second));
          if (off) wheel.start(0, at(2 * second));
          const std::int64_t due = std::max<std::int64_t>(1, off ? second : first);
          indices expected;
          if (due <= half) expected.push_back(0);
          if (std::max<std::int64_t>(1, second) <= half) expected.push_back(1);
          ASSERT_EQ(fired(wheel, at(2 * half)), expected) << first << ' ' << second << ' ' << half << ' ' << off;
          ASSERT_EQ(fired(wheel, at(2 * span)).size(), 2 - expected.size());
        }
      }
    }
  }
}

// covers: storage
TEST(timer_wheel, keeps_a_million_timers_in_storage_that_the_caller_gives) {
  constexpr u32 count = 1'000'000;
  std::vector<timer_node> nodes(count);
  timer_wheel<> wheel{span_slots<timer_node>(nodes)};
  EXPECT_EQ(wheel.size(), count);
  for (u32 i = 0; i != count; ++i) wheel.start(i, at(std::int64_t{i} * 37 + 1));
  std::size_t expired = 0;
  std::size_t moved = 0;
  for (std::int64_t now = 0; now <= std::int64_t{count} * 37 + 1'000; now += 100'000) {
    const auto progress = wheel.advance(at(now), [&](u32 i) { EXPECT_LE(std::int64_t{i} * 37 + 1, now); });
    expired += progress.expired;
    moved += progress.moved;
  }
  const auto rest = wheel.advance(at(std::int64_t{count} * 37 + 1'000), [](u32) {});
  EXPECT_EQ(expired + rest.expired, count);
  EXPECT_LE(moved, 3u * count) << "37 seconds are less than 64^3 ticks";
}

TEST(timer_wheel, is_a_value_when_its_storage_is) {
  inline_wheel<> wheel;
  wheel.start(0, at(5'000));
  inline_wheel<> copy = wheel;
  EXPECT_EQ(fired(wheel, at(5'000)), indices{0});
  EXPECT_TRUE(copy.running(0));
  EXPECT_EQ(fired(copy, at(5'000)), indices{0});
}

TEST(timer_wheel, has_levels_for_every_instant) {
  EXPECT_EQ((timer_wheel<span_slots<timer_node>, 1'000, 6>::levels), 10u);
  EXPECT_EQ((timer_wheel<span_slots<timer_node>, 2, 1>::levels), 64u);
  EXPECT_EQ(sizeof(timer_node), 16u);
}

}  // namespace timer_wheel_test

#include "sequent/base/time.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <type_traits>

namespace time_test {

using namespace sequent;

static_assert(!std::is_constructible_v<duration, int>, "a number is no duration until its unit is named");
static_assert(!std::is_constructible_v<instant, duration>);

TEST(time, units_are_microseconds) {
  EXPECT_EQ(duration::microseconds(7).count(), 7);
  EXPECT_EQ(duration::milliseconds(7).count(), 7'000);
  EXPECT_EQ(duration::seconds(7).count(), 7'000'000);
}

TEST(time, durations_add_subtract_and_scale) {
  const duration second = duration::seconds(1);
  EXPECT_EQ(second + duration::milliseconds(500), duration::milliseconds(1'500));
  EXPECT_EQ(second - duration::seconds(3), duration::seconds(-2));
  EXPECT_EQ(second * 60, duration::seconds(60));
  EXPECT_EQ(second / 8, duration::microseconds(125'000));
  EXPECT_LT(duration::seconds(-1), duration{});
}

TEST(time, an_instant_moves_by_durations) {
  const instant t = instant::from_microseconds(1'000'000);
  EXPECT_EQ((t + duration::milliseconds(1)).microseconds(), 1'001'000);
  EXPECT_EQ((t - duration::seconds(2)).microseconds(), -1'000'000);
  EXPECT_EQ((t + duration::seconds(5)) - t, duration::seconds(5));
  EXPECT_EQ(t - (t + duration::seconds(5)), duration::seconds(-5));
  EXPECT_LT(t, t + duration::microseconds(1));
}

TEST(time, a_century_of_microseconds_fits) {
  const duration century = duration::seconds(3'155'760'000);
  EXPECT_EQ(century.count(), 3'155'760'000'000'000);
  EXPECT_EQ((instant{} + century) - instant{}, century);
}

// Saturating, not wrapping: a setting of "as long as possible" and a clock that starts anywhere are harmless.
TEST(time, what_goes_past_either_end_stays_there) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  const duration longest = duration::microseconds(most);
  const duration shortest = duration::microseconds(least);
  const duration tick = duration::microseconds(1);
  EXPECT_EQ(longest + tick, longest);
  EXPECT_EQ(shortest - tick, shortest);
  EXPECT_EQ(shortest + shortest, shortest);
  EXPECT_EQ(longest - shortest, longest);
  EXPECT_EQ(longest + shortest, duration::microseconds(-1));
  EXPECT_EQ(longest * 2, longest);
  EXPECT_EQ(longest * -2, shortest);
  EXPECT_EQ(shortest * -1, longest);
  EXPECT_EQ(duration::seconds(most), longest);
  EXPECT_EQ(duration::milliseconds(least), shortest);
  const instant first = instant::from_microseconds(least);
  EXPECT_EQ(end_of_time + tick, end_of_time);
  EXPECT_EQ(instant{} + longest, end_of_time);
  EXPECT_EQ(first - tick, first);
  EXPECT_EQ(end_of_time - first, longest) << "2^64 microseconds apart";
  EXPECT_EQ(first - end_of_time, shortest);
  EXPECT_EQ(instant{} - first, longest) << "2^63 microseconds apart";
  EXPECT_EQ(end_of_time - instant{}, longest);
}

TEST(short_time, is_the_low_half_of_the_clock) {
  EXPECT_EQ(short_time(instant::from_microseconds(0x1'2345'6789)), 0x2345'6789u);
  EXPECT_EQ(short_time(instant::from_microseconds(-1)), 0xffff'ffffu);
}

// covers: clock-jumps
TEST(time, a_steadied_clock_goes_forward_by_what_the_clock_goes_forward) {
  steadied_clock steady;
  const auto at = [&](std::int64_t reading) { return steady.at(instant::from_microseconds(reading)).microseconds(); };
  EXPECT_EQ(at(5'000), 5'000);
  EXPECT_EQ(at(6'000), 6'000);
  EXPECT_EQ(at(1'000), 6'000) << "no time has passed";
  EXPECT_EQ(at(1'500), 6'500);
  EXPECT_EQ(steady.on_clock(instant::from_microseconds(7'000)).microseconds(), 2'000);
  EXPECT_EQ(steady.on_clock(end_of_time), end_of_time);
  EXPECT_EQ(at(-9'000), 6'500);
  EXPECT_EQ(at(-8'000), 7'500);
  EXPECT_EQ(at(100'000), 115'500);
  std::int64_t told = 115'500;
  std::int64_t last = 100'000;
  for (std::int64_t i = 0; i != 10'000; ++i) {
    const std::int64_t reading = i * 7'919 % 20'011;
    const std::int64_t next = at(reading);
    ASSERT_EQ(next - told, reading > last ? reading - last : 0) << i;
    ASSERT_EQ(steady.on_clock(instant::from_microseconds(next)).microseconds(), reading);
    told = next;
    last = reading;
  }
}

TEST(time, a_steadied_clock_stays_at_its_ends) {
  steadied_clock steady;
  EXPECT_EQ(steady.at(end_of_time), end_of_time);
  EXPECT_EQ(steady.at(instant::from_microseconds(std::numeric_limits<std::int64_t>::min())), end_of_time);
  EXPECT_EQ(steady.at(end_of_time), end_of_time);
}

}  // namespace time_test

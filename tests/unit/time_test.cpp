#include "sequent/time.hpp"

#include <gtest/gtest.h>

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

TEST(short_time, is_the_low_half_of_the_clock) {
  EXPECT_EQ(short_time(instant::from_microseconds(0x1'2345'6789)), 0x2345'6789u);
  EXPECT_EQ(short_time(instant::from_microseconds(-1)), 0xffff'ffffu);
}

}  // namespace time_test

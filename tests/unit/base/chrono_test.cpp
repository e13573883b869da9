#include "sequent/base/chrono.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace chrono_test {

using namespace sequent;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

struct coarse_clock {  // of milliseconds in 32 bits, as small devices have
  using rep = std::int32_t;
  using period = std::milli;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<coarse_clock>;
};

static_assert(from_chrono(2h) == duration::seconds(7'200), "in constant expressions too");
static_assert(to_chrono<std::chrono::milliseconds>(duration::seconds(2)) == 2s);

// covers: chrono
TEST(chrono, spans_of_any_unit_become_microseconds) {
  EXPECT_EQ(from_chrono(7us).count(), 7);
  EXPECT_EQ(from_chrono(7ms).count(), 7'000);
  EXPECT_EQ(from_chrono(-7s).count(), -7'000'000);
  EXPECT_EQ(from_chrono(std::chrono::duration<int, std::ratio<1, 3>>(1)).count(), 333'334);
  EXPECT_EQ(from_chrono(std::chrono::duration<int, std::ratio<1, 60>>(60)).count(), 1'000'000);
  EXPECT_EQ(from_chrono(std::chrono::duration<double>(0.25)).count(), 250'000);
}

// A timeout of a nanosecond is not none.
TEST(chrono, spans_are_rounded_up_and_moments_down) {
  EXPECT_EQ(from_chrono(1ns).count(), 1);
  EXPECT_EQ(from_chrono(1'000ns).count(), 1);
  EXPECT_EQ(from_chrono(1'001ns).count(), 2);
  EXPECT_EQ(from_chrono(-1ns).count(), 0);
  EXPECT_EQ(from_chrono(-1'001ns).count(), -1);
  EXPECT_EQ(from_chrono(std::chrono::duration<double, std::micro>(0.5)).count(), 1);
  EXPECT_EQ(from_chrono(std::chrono::duration<double, std::micro>(-1.5)).count(), -1);
  const auto at = [](auto since) { return from_chrono(std::chrono::time_point<steady_clock, decltype(since)>(since)); };
  EXPECT_EQ(at(1'999ns).microseconds(), 1);
  EXPECT_EQ(at(-1ns).microseconds(), -1);
  EXPECT_EQ(at(-1'000ns).microseconds(), -1);
  EXPECT_EQ(at(std::chrono::duration<double, std::micro>(-0.5)).microseconds(), -1);
  EXPECT_EQ(to_chrono<std::chrono::milliseconds>(duration::microseconds(1)), 1ms);
  EXPECT_EQ(to_chrono<std::chrono::milliseconds>(duration::microseconds(-1)), 0ms);
  EXPECT_EQ(to_chrono<std::chrono::hours>(duration::seconds(3'601)), 2h);
  EXPECT_EQ(to_chrono<coarse_clock>(instant::from_microseconds(1'001)).time_since_epoch(), 2ms);
}

TEST(chrono, what_does_not_fit_stays_at_its_end) {
  EXPECT_EQ(from_chrono(std::chrono::hours::max()).count(), most);
  EXPECT_EQ(from_chrono(std::chrono::hours::min()).count(), least);
  EXPECT_EQ(from_chrono(std::chrono::microseconds::max()).count(), most);
  EXPECT_EQ(from_chrono(std::chrono::microseconds::min()).count(), least);
  EXPECT_EQ(from_chrono(std::chrono::nanoseconds::max()).count(), 9'223'372'036'854'776);
  EXPECT_EQ(from_chrono(std::chrono::nanoseconds::min()).count(), -9'223'372'036'854'775);
  EXPECT_EQ(from_chrono(std::chrono::duration<double>(1e300)).count(), most);
  EXPECT_EQ(from_chrono(std::chrono::duration<double>(-1e300)).count(), least);
  EXPECT_EQ(from_chrono(std::chrono::duration<double>(std::numeric_limits<double>::infinity())).count(), most);
  EXPECT_EQ(from_chrono(std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN())).count(), 0);
  EXPECT_EQ(from_chrono(steady_clock::time_point::max()).microseconds(), 9'223'372'036'854'775);
  EXPECT_EQ(to_chrono<std::chrono::nanoseconds>(duration::microseconds(most)), std::chrono::nanoseconds::max());
  EXPECT_EQ(to_chrono<std::chrono::nanoseconds>(duration::microseconds(least)), std::chrono::nanoseconds::min());
  EXPECT_EQ(to_chrono<coarse_clock::duration>(duration::seconds(3'000'000)), coarse_clock::duration::max());
  EXPECT_EQ(to_chrono<coarse_clock::duration>(duration::seconds(-3'000'000)), coarse_clock::duration::min());
}

// Whoever waits for what never happens is not woken at once by a number that has gone round.
TEST(chrono, never_is_as_late_as_a_clock_gets) {
  EXPECT_EQ(to_chrono<steady_clock>(end_of_time), steady_clock::time_point::max());
  EXPECT_EQ(to_chrono<coarse_clock>(end_of_time), coarse_clock::time_point::max());
}

TEST(chrono, a_moment_comes_back_no_earlier_and_within_a_microsecond) {
  for (const std::int64_t count : {0, 1, 999, 1'000, 123'456'789, -1, -999, -123'456'789}) {
    const steady_clock::time_point at{std::chrono::nanoseconds(count)};
    const auto back = to_chrono<steady_clock>(from_chrono(at));
    EXPECT_LE(back, at);
    EXPECT_LT(at - back, 1us);
    EXPECT_EQ(from_chrono(to_chrono<steady_clock>(instant::from_microseconds(count))).microseconds(), count);
    EXPECT_EQ(from_chrono(to_chrono<std::chrono::nanoseconds>(duration::microseconds(count))).count(), count);
  }
  EXPECT_DOUBLE_EQ((to_chrono<std::chrono::duration<double>>(duration::milliseconds(1'500)).count()), 1.5);
}

}  // namespace chrono_test

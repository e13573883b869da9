#include "sequent/response_limits.hpp"

#include <gtest/gtest.h>

namespace sequent {
namespace {

ip_address remote(std::uint8_t last) { return ip_address::from_v4({10, 0, 0, last}); }
constexpr instant start = instant{} + duration::seconds(120);

TEST(response_limits, allow_a_burst_and_then_a_rate) {
  response_limits<1> limits({1, 2}, {.per_second = 10, .burst = 5});
  int allowed = 0;
  for (int i = 0; i != 100; ++i) allowed += limits.allow(remote(2), start) ? 1 : 0;
  EXPECT_EQ(allowed, 5);
  for (int i = 1; i <= 1'000; ++i) {
    allowed += limits.allow(remote(2), start + duration::milliseconds(i)) ? 1 : 0;
  }
  EXPECT_EQ(allowed, 15);
}

TEST(response_limits, stay_bounded_when_the_clock_jumps) {
  response_limits<1> limits({1, 2}, {.per_second = 65'535, .burst = 3});
  const instant moments[] = {start, instant::from_microseconds(INT64_MAX), start, instant{}};
  for (const instant now : moments) {
    int allowed = 0;
    for (int i = 0; i != 10; ++i) allowed += limits.allow(remote(2), now) ? 1 : 0;
    EXPECT_LE(allowed, 3);
  }
}

// CVE-2016-5696: what one remote has used tells nothing about another, and who shares its fate changes.
TEST(response_limits, are_no_counter_that_all_share) {
  response_limits<64> limits({1, 2}, {.per_second = 1, .burst = 1});
  int together = 0;
  for (int minute = 0; minute != 300; ++minute) {
    const instant now = start + duration::seconds(60 * minute);
    EXPECT_TRUE(limits.allow(remote(2), now));
    EXPECT_FALSE(limits.allow(remote(2), now));
    if (!limits.allow(remote(3), now)) ++together;
  }
  EXPECT_GT(together, 0);
  EXPECT_LT(together, 20);
}

}  // namespace
}  // namespace sequent

#include "sequent/recovery/rtt.hpp"

#include <gtest/gtest.h>

namespace rtt_test {

using namespace sequent;

constexpr duration ms(std::int64_t n) { return duration::milliseconds(n); }
constexpr duration s(std::int64_t n) { return duration::seconds(n); }

// Limits that do not hide what the formula gives.
constexpr rto_limits wide{s(1), duration::microseconds(1), s(600), ms(1)};

TEST(rtt, begins_with_one_second) {
  const rtt_estimator fresh{rto_limits{}};
  EXPECT_EQ(fresh.timeout(), s(1));
  EXPECT_FALSE(fresh.sampled());
}

// RFC 6298 section 2.2: SRTT <- R, RTTVAR <- R/2, RTO <- SRTT + 4 RTTVAR.
TEST(rtt, the_first_sample_gives_three_times_itself) {
  rtt_estimator rtt(wide);
  rtt.sample(ms(400));
  EXPECT_EQ(rtt.smoothed(), ms(400));
  EXPECT_EQ(rtt.variation(), ms(200));
  EXPECT_EQ(rtt.timeout(), ms(1'200));
  EXPECT_TRUE(rtt.sampled());
}

// Section 2.3: RTTVAR <- 3/4 200 + 1/4 |400 - 800| = 250; SRTT <- 7/8 400 + 1/8 800 = 450; RTO <- 450 + 1000.
TEST(rtt, a_further_sample_is_weighed) {
  rtt_estimator rtt(wide);
  rtt.sample(ms(400));
  rtt.sample(ms(800));
  EXPECT_EQ(rtt.variation(), ms(250));
  EXPECT_EQ(rtt.smoothed(), ms(450));
  EXPECT_EQ(rtt.timeout(), ms(1'450));
}

// RTTVAR is computed with the SRTT before its own update.
TEST(rtt, a_smaller_sample_is_weighed_too) {
  rtt_estimator rtt(wide);
  rtt.sample(ms(800));
  rtt.sample(ms(400));
  EXPECT_EQ(rtt.variation(), ms(400));
  EXPECT_EQ(rtt.smoothed(), ms(750));
  EXPECT_EQ(rtt.timeout(), ms(2'350));
}

TEST(rtt, the_clock_granularity_bounds_the_variation_from_below) {
  rtt_estimator rtt(wide);
  for (int i = 0; i != 200; ++i) rtt.sample(ms(100));
  EXPECT_LT(rtt.variation(), duration::microseconds(250));
  EXPECT_GE(rtt.timeout(), ms(101));
  EXPECT_LE(rtt.timeout(), ms(101) + duration::microseconds(10));
}

TEST(rtt, is_never_below_one_second_by_default) {
  rtt_estimator rtt{rto_limits{}};
  rtt.sample(ms(1));
  EXPECT_EQ(rtt.timeout(), s(1));
}

TEST(rtt, is_never_above_its_limit) {
  rtt_estimator rtt{rto_limits{}};
  rtt.sample(s(50));
  EXPECT_EQ(rtt.timeout(), s(60));
}

// Section 5.5.
TEST(rtt, backing_off_doubles_up_to_the_limit) {
  rtt_estimator rtt{rto_limits{}};
  for (const std::int64_t expected : {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
    EXPECT_EQ(rtt.timeout(), s(expected));
    rtt.back_off();
  }
  for (int i = 0; i != 10'000; ++i) rtt.back_off();
  EXPECT_EQ(rtt.timeout(), s(60));
}

TEST(rtt, a_sample_ends_the_back_off) {
  rtt_estimator rtt{rto_limits{}};
  rtt.back_off();
  rtt.back_off();
  rtt.sample(ms(500));
  EXPECT_EQ(rtt.timeout(), ms(1'500));
  EXPECT_EQ(rtt.doublings(), 0u);
}

// Section 5.7.
TEST(rtt, a_lost_syn_makes_the_first_data_wait_three_seconds) {
  rtt_estimator rtt{rto_limits{}};
  rtt.back_off();
  rtt.restart_after_syn_loss();
  EXPECT_EQ(rtt.timeout(), s(3));
}

TEST(rtt, three_seconds_respect_the_limits) {
  rtt_estimator rtt{rto_limits{s(1), ms(100), s(2), ms(1)}};
  rtt.restart_after_syn_loss();
  EXPECT_EQ(rtt.timeout(), s(2));
}

TEST(rtt, after_a_lost_syn_a_short_first_timeout_counts_three_times) {
  rtt_estimator rtt{rto_limits{ms(10), ms(5), s(60), ms(1)}};
  rtt.back_off();
  rtt.restart_after_syn_loss();
  EXPECT_EQ(rtt.timeout(), ms(30));
}

TEST(rtt, a_sample_below_zero_counts_as_zero) {
  rtt_estimator rtt{rto_limits{}};
  rtt.sample(s(-5));
  EXPECT_EQ(rtt.smoothed(), duration{});
  EXPECT_EQ(rtt.timeout(), s(1));
}

TEST(rtt, an_absurd_sample_overflows_nothing) {
  rtt_estimator rtt{rto_limits{}};
  rtt.sample(duration::microseconds(INT64_MAX));
  rtt.sample(duration::microseconds(INT64_MIN));
  EXPECT_LE(rtt.timeout(), s(60));
  EXPECT_GE(rtt.timeout(), s(1));
}

TEST(rtt, a_steady_path_converges) {
  rtt_estimator rtt(wide);
  rtt.sample(s(3));
  for (int i = 0; i != 300; ++i) rtt.sample(ms(250));
  EXPECT_GE(rtt.smoothed(), ms(250));
  EXPECT_LE(rtt.smoothed(), ms(250) + duration::microseconds(2));
}

}  // namespace rtt_test

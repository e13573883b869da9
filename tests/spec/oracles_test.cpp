// The oracles, against hand-computed values and against exact fractions where those still fit.
#include <gtest/gtest.h>

#include <cmath>

#include "model/spec/oracles/cubic.hpp"
#include "model/spec/oracles/cwnd.hpp"
#include "model/spec/oracles/hystart.hpp"
#include "model/spec/oracles/rto.hpp"

namespace sequent::spec {
namespace oracles_test {

rto_parameters free_of_limits() {
  rto_parameters p;
  p.least = 0;
  p.most = std::int64_t{1} << 50;
  return p;
}

TEST(RtoOracle, FollowsTheFormulas) {
  rto_oracle rto(free_of_limits());
  EXPECT_TRUE(rto.timeout().contain(1000));
  rto.measured(800);
  EXPECT_EQ(rto.timeout().low, 800 + 4 * 400);
  EXPECT_EQ(rto.timeout().high, 800 + 4 * 400);
  rto.measured(400);
  EXPECT_EQ(rto.variation().low, (3 * 400 + 400) / 4);
  EXPECT_EQ(rto.smoothed().low, (7 * 800 + 400) / 8);
  EXPECT_EQ(rto.timeout().low, 750 + 4 * 400);
}

TEST(RtoOracle, StaysAroundTheExactValueAndStaysNarrow) {
  rto_oracle rto(free_of_limits());
  long double srtt = 0, var = 0;
  std::int64_t round_trip = 12345;
  for (int i = 0; i < 2000; ++i) {
    round_trip = 1 + (round_trip * 7919 + 104729) % 500000;
    const auto r = static_cast<long double>(round_trip);
    if (i == 0) {
      srtt = r, var = r / 2;
    } else {
      var = 0.75L * var + 0.25L * std::fabs(srtt - r);
      srtt = 0.875L * srtt + 0.125L * r;
    }
    rto.measured(round_trip);
    const auto exact = static_cast<std::int64_t>(std::floor(srtt + std::max(1.0L, 4 * var)));
    const tick_bounds bounds = rto.timeout();
    ASSERT_TRUE(bounds.contain(exact)) << i;
    ASSERT_LE(bounds.high - bounds.low, 2) << i;
  }
}

TEST(RtoOracle, KarnBackoffAndLimits) {
  rto_oracle rto(rto_parameters{});
  rto.measured(100);
  EXPECT_EQ(rto.timeout().low, 1000) << "no less than a second";
  rto.expired();
  rto.expired();
  EXPECT_EQ(rto.timeout().low, 4000);
  rto.measured(5000, true);
  EXPECT_EQ(rto.timeout().low, 4000) << "an ambiguous sample ends nothing";
  for (int i = 0; i < 100; ++i) rto.expired();
  EXPECT_EQ(rto.timeout().high, 60000);
  rto.measured(100);
  EXPECT_EQ(rto.timeout().low, 1000);
}

TEST(RtoOracle, ASynSentTwiceMeansThreeSeconds) {
  rto_oracle rto(rto_parameters{});
  rto.expired();
  EXPECT_EQ(rto.timeout().low, 2000);
  rto.established_after_timeout();
  EXPECT_EQ(rto.timeout().low, 3000);
}

TEST(RtoOracle, TheGranularityIsTheLeastMargin) {
  rto_parameters p = free_of_limits();
  p.granularity = 100;
  rto_oracle rto(p);
  for (int i = 0; i < 200; ++i) rto.measured(500);
  EXPECT_TRUE(rto.timeout().contain(600));
  EXPECT_LE(rto.timeout().high, 601);
}

TEST(CwndOracle, InitialWindow) {
  EXPECT_EQ(cwnd_oracle::initial_window(1460), 14600);
  EXPECT_EQ(cwnd_oracle::initial_window(536), 5360);
  EXPECT_EQ(cwnd_oracle::initial_window(9000), 18000);
  EXPECT_EQ(cwnd_oracle::initial_window(1460, 3), 4380);
  EXPECT_EQ(cwnd_oracle::initial_window(9000, 1), 9000);
  EXPECT_EQ(cwnd_oracle::initial_window(536, 64), 34304);
  cwnd_oracle cwnd(1000);
  cwnd.handshake_repeated(1);
  EXPECT_EQ(cwnd.window(), 10'000);
  cwnd.handshake_repeated(2);
  EXPECT_EQ(cwnd.window(), 1000);
}

TEST(CwndOracle, SlowStartCountsOctetsAndNoMoreThanASegment) {
  cwnd_oracle cwnd(1000);
  const std::int64_t before = cwnd.window();
  cwnd.acknowledged(300);
  EXPECT_EQ(cwnd.window(), before + 300);
  cwnd.acknowledged(5000);
  EXPECT_EQ(cwnd.window(), before + 1300);
}

TEST(CwndOracle, LossHalvesAndATimeoutStartsOver) {
  cwnd_oracle cwnd(1000);
  cwnd.duplicate();
  cwnd.duplicate();
  EXPECT_EQ(cwnd.flight(), cwnd.window() + 2000);
  cwnd.enter_recovery(9000);
  EXPECT_EQ(cwnd.threshold(), 4500);
  EXPECT_EQ(cwnd.window(), 7500);
  cwnd.duplicate();
  EXPECT_EQ(cwnd.window(), 8500);
  cwnd.acknowledged(3000);
  EXPECT_EQ(cwnd.window(), 6500);
  cwnd.exit_recovery();
  EXPECT_EQ(cwnd.window(), 4500);
  cwnd.timed_out(4000);
  EXPECT_EQ(cwnd.window(), 1000);
  EXPECT_EQ(cwnd.threshold(), 2000);
  cwnd.timed_out(1000, true);
  EXPECT_EQ(cwnd.threshold(), 2000);
}

TEST(CwndOracle, CongestionAvoidanceAddsASegmentARound) {
  cwnd_oracle cwnd(1000);
  cwnd.enter_recovery(20000);
  cwnd.exit_recovery();
  cwnd.acknowledged(1000);
  EXPECT_EQ(cwnd.window(), 11000) << "one segment above ssthresh, for senders still in slow start";
  const std::int64_t before = cwnd.window();
  for (std::int64_t acked = 0; acked < before; acked += 1000) cwnd.acknowledged(1000);
  EXPECT_GE(cwnd.window(), before + 900);
  EXPECT_LE(cwnd.window(), before + 1200);
}

TEST(CwndOracle, BoundsAStandardSenderUnderRandomEvents) {
  cwnd_oracle bound(1000);
  std::int64_t cwnd = cwnd_oracle::initial_window(1000), ssthresh = std::int64_t{1} << 30;
  std::uint64_t seed = 42;
  for (int i = 0; i < 20000; ++i) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    const auto pick = (seed >> 33) % 100;
    if (pick < 96) {
      const auto octets = static_cast<std::int64_t>(1 + (seed >> 40) % 2000);
      cwnd += cwnd < ssthresh ? std::min<std::int64_t>(octets, 1000) : std::max<std::int64_t>(1, 1000000 / cwnd);
      bound.acknowledged(octets);
    } else if (pick < 98) {
      ssthresh = std::max<std::int64_t>(cwnd / 2, 2000);
      bound.enter_recovery(cwnd);
      ASSERT_LE(ssthresh + 3000, bound.window());
      cwnd = ssthresh;
      bound.exit_recovery();
    } else {
      ssthresh = std::max<std::int64_t>(cwnd / 2, 2000);
      bound.timed_out(cwnd);
      cwnd = 1000;
    }
    ASSERT_LE(cwnd, bound.window()) << i;
  }
}

// 100 segments are lost at: ssthresh 70, K = cbrt(30 / 0.4) = 4.217 s, and then W_max again.
TEST(CubicOracle, ComesBackToItsPlateauAfterK) {
  cubic_oracle cubic(1000, 10000);
  cubic.set_window(100000);
  cubic.congestion(100000);
  EXPECT_DOUBLE_EQ(cubic.threshold(), 70000);
  cubic.recovered();
  cubic.acknowledged(1, 10.0, 0.1, false, 2);
  EXPECT_NEAR(cubic.w_cubic(0), 70000, 1e-6);
  EXPECT_NEAR(cubic.w_cubic(std::cbrt(75.0)), 100000, 1e-6);
  EXPECT_NEAR(cubic.w_cubic(std::cbrt(75.0) + 1), 100400, 1e-6);
  cubic.congestion(70000);
  EXPECT_NEAR(cubic.w_max(), 59500, 1) << "fast convergence";
  cubic.set_window(49000);
  cubic.undone(60000);
  EXPECT_NEAR(cubic.window(), 60000, 1) << "RFC 4015: what may be outstanding";
  EXPECT_NEAR(cubic.threshold(), 70000, 1) << "and slow start leads to where it was";
  EXPECT_NEAR(cubic.w_max(), 100000, 1e-6);
}

TEST(CubicOracle, GrowsAsNewRenoWhereTimeHardlyPasses) {
  cubic_oracle cubic(1000, 10000);
  cubic.set_window(100000);
  cubic.congestion(100000);
  cubic.recovered();
  for (int i = 0; i != 70; ++i) cubic.acknowledged(1000, 10.0, 0.0, false, 2);
  EXPECT_NEAR(cubic.window(), 70000 + 1000 * 9.0 / 17, 5) << "one window, alpha = 9/17";
}

TEST(CubicOracle, DoesNotMoveWhileTheWindowIsNotUsed) {
  cubic_oracle cubic(1000, 10000);
  cubic.congestion(10000);
  cubic.recovered();
  for (int i = 0; i != 70; ++i) cubic.acknowledged(1000, i, 0.1, true, 2);
  EXPECT_DOUBLE_EQ(cubic.window(), 7000);
}

TEST(HystartOracle, GoesThroughItsPhases) {
  using phase = hystart_oracle::phase;
  hystart_oracle watch(1000);
  std::int64_t una = 0;
  const auto round = [&](std::int64_t rtt) {
    double growth = 0;
    const std::int64_t nxt = una + 20000;
    for (int i = 0; i != 10; ++i) growth = watch.acknowledged(1000, rtt, una += 1000, nxt);
    return growth;
  };
  round(50000);
  for (int i = 0; i != 4; ++i) EXPECT_EQ(round(50000), 1000);
  for (int i = 0; i != 4 && watch.now() == phase::standard; ++i) round(60000);
  EXPECT_EQ(watch.now(), phase::conservative);
  EXPECT_EQ(round(60000), 250);
  for (int i = 0; i != 20; ++i) round(60000);
  EXPECT_EQ(watch.now(), phase::ended);
}

}  // namespace oracles_test
}  // namespace sequent::spec

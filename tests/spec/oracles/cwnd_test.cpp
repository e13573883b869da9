// The congestion window's bound when the sender tells its own window, and the rules beyond RFC 5681.
// What it does when it runs free stands in oracles_test.cpp.
#include "model/spec/oracles/cwnd.hpp"

#include <gtest/gtest.h>

namespace sequent::spec {
namespace oracle_cwnd_test {

constexpr std::int64_t mss = 1000;

cwnd_oracle plain() { return cwnd_oracle(cwnd_parameters{.smss = mss}); }

/// A sender that follows RFC 5681 with byte counting, in whole numbers; `up` rounds odd halves up.
struct standard_sender {
  std::int64_t cwnd = cwnd_oracle::initial_window(mss);
  std::int64_t ssthresh = std::int64_t{1} << 30;
  std::int64_t counted = 0;
  bool up = false;
  bool after_timeout = false;

  void acknowledged(std::int64_t octets) {
    if (cwnd < ssthresh) {
      cwnd += std::min(octets, (after_timeout ? 1 : 2) * mss);
      counted = 0;
      return;
    }
    after_timeout = false;
    counted += octets;
    if (counted < cwnd) return;
    counted -= cwnd;
    cwnd += mss;
  }
  void reduce(std::int64_t flight) {
    ssthresh = std::max((flight + (up ? 1 : 0)) / 2, 2 * mss);
    counted = 0;
  }
};

// covers: rfc3465#2.3
TEST(CwndOracle, ByteCountingCountsTwoSegmentsAndOneAfterATimeout) {
  cwnd_oracle cwnd = plain();
  cwnd.acknowledged(5000);
  EXPECT_EQ(cwnd.window(), 12'000);
  cwnd.timed_out(12'000);
  cwnd.acknowledged(5000);
  EXPECT_EQ(cwnd.window(), 2'000);
  cwnd.timed_out(20'000);
  cwnd.timeout_was_genuine();
  EXPECT_EQ(cwnd.window(), 3'000);
}

// covers: rfc6675#5, rfc5681#4.3
TEST(CwndOracle, RecoveryDoesNotInflate) {
  cwnd_oracle cwnd = plain();
  cwnd.enter_recovery(9'001);
  EXPECT_EQ(cwnd.window(), 4'501) << "an odd half may be rounded up";
  cwnd.duplicate();
  cwnd.acknowledged(2000);
  EXPECT_EQ(cwnd.flight(), 4'501);
  cwnd.lost_again(4'000);
  EXPECT_EQ(cwnd.window(), 2'000);
  cwnd.exit_recovery();
  EXPECT_EQ(cwnd.window(), 2'000);
}

// covers: rfc5681#4.3
TEST(CwndOracle, EachLossOfARetransmissionLowersTheThresholdOnceMore) {
  cwnd_oracle cwnd = plain();
  cwnd.enter_recovery(16'000);
  for (const std::int64_t want : {4'000, 2'000, 2'000}) {
    cwnd.lost_again(16'000);
    EXPECT_EQ(cwnd.threshold(), want) << "as much is outstanding as before";
    EXPECT_EQ(cwnd.window(), want);
  }
}

// covers: rfc5681#4.3
TEST(CwndOracle, SoItIsAfterATimeout) {
  cwnd_oracle cwnd = plain();
  cwnd.timed_out(16'000);
  for (int i = 0; i != 3; ++i) cwnd.acknowledged(1'000);
  EXPECT_EQ(cwnd.window(), 4'000);
  cwnd.lost_again(13'000);
  EXPECT_EQ(cwnd.threshold(), 4'000);
  EXPECT_EQ(cwnd.window(), 2'000);
}

TEST(CwndOracle, TheWindowOfPrrStartsWhereItWas) {
  cwnd_oracle cwnd(cwnd_parameters{.smss = mss, .recovery = recovery_rule::proportional});
  cwnd.enter_recovery(10'000);
  EXPECT_EQ(cwnd.window(), 10'000);
  cwnd.exit_recovery();
  EXPECT_EQ(cwnd.window(), 5'000);
}

// covers: rfc9438#4.6
TEST(CwndOracle, CubicKeepsSevenTenths) {
  cwnd_oracle cwnd(cwnd_parameters{.smss = mss, .avoidance = avoidance_rule::cubic, .kept_of = 10, .kept = 7});
  cwnd.enter_recovery(10'000);
  EXPECT_EQ(cwnd.threshold(), 7'000);
  cwnd.exit_recovery();
  cwnd.acknowledged(1'000);
  cwnd.acknowledged(1'000);
  EXPECT_EQ(cwnd.window(), 8'500) << "slow start at equality, then half of what is acknowledged";
}

// covers: rfc3042#2, rfc8985#7.3
TEST(CwndOracle, LimitedTransmitAndProbesExceedTheWindow) {
  cwnd_oracle cwnd = plain();
  cwnd.sends(9'000, 1'000);
  cwnd.sends(10'000, 1'000, true);
  cwnd.duplicate();
  cwnd.sends(10'000, 1'000);
  cwnd.duplicate();
  cwnd.sends(11'000, 1'000);
  cwnd.duplicate();
  EXPECT_EQ(cwnd.violation(), "");
  cwnd.sends(12'000, 1);
  EXPECT_NE(cwnd.violation(), "") << "only two";
  cwnd_oracle greedy = plain();
  greedy.sends(9'001, 1'000);
  EXPECT_NE(greedy.violation(), "");
}

// covers: rfc4015#3.1/9
TEST(CwndOracle, ASpuriousTimeoutIsUndone) {
  cwnd_oracle cwnd = plain();
  for (int i = 0; i < 10; ++i) cwnd.acknowledged(1'000);
  cwnd.timed_out(18'000);
  EXPECT_EQ(cwnd.window(), 1'000);
  cwnd.undone(17'000, 1'000);
  EXPECT_EQ(cwnd.window(), 18'000) << "what is outstanding, and what was acknowledged";
  cwnd.claims(18'000);
  EXPECT_EQ(cwnd.violation(), "");
  cwnd.claims(18'001);
  EXPECT_NE(cwnd.violation(), "");
}

// covers: rfc3168#6.1.2
TEST(CwndOracle, AnEchoOfCongestionHalves) {
  cwnd_oracle cwnd = plain();
  cwnd.congestion_echoed(10'000);
  EXPECT_EQ(cwnd.window(), 5'000);
  cwnd.acknowledged(1'000, true);
  EXPECT_EQ(cwnd.window(), 5'000);
  cwnd.congestion_echoed(3'000);
  EXPECT_EQ(cwnd.window(), 1'500) << "less than ssthresh can be";
  EXPECT_EQ(cwnd.threshold(), 2'000);
  cwnd.congestion_echoed(1'500);
  EXPECT_EQ(cwnd.window(), 1'000);
}

TEST(CwndOracle, IsExactOnceItIsTold) {
  for (const bool up : {false, true}) {
    cwnd_oracle bound = plain();
    standard_sender sender;
    sender.up = up;
    std::uint64_t seed = 7;
    for (int i = 0; i < 50'000; ++i) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      const auto pick = (seed >> 33) % 100;
      const auto flight = static_cast<std::int64_t>(1 + (seed >> 40) % static_cast<std::uint64_t>(sender.cwnd));
      if (pick < 96) {
        const auto octets = static_cast<std::int64_t>(1 + (seed >> 40) % 3000);
        sender.acknowledged(octets);
        bound.acknowledged(octets);
      } else if (pick < 98) {
        sender.reduce(flight);
        bound.enter_recovery(flight);
        sender.cwnd = sender.ssthresh;
        sender.after_timeout = false;
        bound.claims(sender.cwnd, sender.ssthresh);
        bound.exit_recovery();
      } else {
        sender.reduce(flight);
        bound.timed_out(flight);
        sender.cwnd = mss;
        sender.after_timeout = true;
      }
      bound.claims(sender.cwnd, sender.ssthresh);
      ASSERT_EQ(bound.violation(), "") << i;
    }
  }
}

TEST(CwndOracle, RefusesOneOctetTooMuch) {
  cwnd_oracle start = plain();
  start.claims(10'000);
  start.acknowledged(500);
  start.claims(10'501);
  EXPECT_NE(start.violation(), "");

  cwnd_oracle careful = plain();
  careful.claims(4'000);
  careful.acknowledged(1'000);
  careful.claims(5'001);
  EXPECT_NE(careful.violation(), "") << "from its own window, not from the most it could have been";

  cwnd_oracle avoiding = plain();
  avoiding.enter_recovery(20'000);
  avoiding.exit_recovery();
  avoiding.claims(10'000, 9'999);
  avoiding.acknowledged(1'000);
  avoiding.claims(10'101, 9'999);
  EXPECT_NE(avoiding.violation(), "");

  cwnd_oracle threshold = plain();
  threshold.timed_out(10'000);
  threshold.claims(1'000, 5'001);
  EXPECT_NE(threshold.violation(), "");

  cwnd_oracle stubborn = plain();
  stubborn.timed_out(10'000);
  stubborn.claims(1'001);
  EXPECT_NE(stubborn.violation(), "");
}

}  // namespace oracle_cwnd_test
}  // namespace sequent::spec

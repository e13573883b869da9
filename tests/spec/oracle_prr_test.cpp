// Proportional Rate Reduction beside the traces of RFC 6937 section 3.1.
#include "model/spec/oracle_prr.hpp"

#include <gtest/gtest.h>

namespace sequent::spec {
namespace oracle_prr_test {

constexpr position mss = 1000;

/// One recovery from 20 segments in flight to a threshold of 10.
prr_oracle begun(reduction_bound bound) {
  prr_oracle prr({.smss = mss, .bound = bound});
  prr.begin(10 * mss, 20 * mss);
  return prr;
}

// covers: rfc6937#3
TEST(PrrOracle, OneLossSpreadsTheReductionOverTheRound) {
  for (const auto bound : {reduction_bound::conservative, reduction_bound::slow_start}) {
    prr_oracle prr = begun(bound);
    // The third duplicate and the sixteen that follow; pipe is 18 when recovery begins, since one segment is lost. Half
    // a segment may be sent for each, and only whole ones are.
    position pipe = 18 * mss;
    position segments = 0;
    for (position ack = 1; ack <= 17; ++ack) {
      if (ack > 1) pipe -= mss;
      prr.acknowledged(mss, pipe);
      position expected = ack % 2 == 0 ? mss : mss / 2;
      if (ack == 1 || ack == 17) expected = mss;  // the fast retransmit; and at the end up to ssthresh
      if (ack == 2 || ack == 16) expected = 0;    // half a segment was sent in advance; and pipe is ssthresh
      EXPECT_EQ(prr.remaining(), expected) << "acknowledgment " << ack;
      if (prr.remaining() < mss) continue;
      ++segments;
      pipe += mss;
      prr.sent(mss);
    }
    EXPECT_EQ(pipe, 10 * mss);
    EXPECT_EQ(segments, 8);
    EXPECT_EQ(prr.proportional_total(), 8'500);
    prr.end(10 * mss);
    EXPECT_EQ(prr.violation(), "");
  }
}

TEST(PrrOracle, ConvergesToTheThreshold) {
  prr_oracle prr = begun(reduction_bound::slow_start);
  position pipe = 20 * mss;
  for (int ack = 0; ack < 20; ++ack) {
    pipe -= mss;
    prr.acknowledged(mss, std::max(pipe, 10 * mss + 1));
    pipe += prr.remaining();
    prr.sent(prr.remaining());
  }
  EXPECT_EQ(prr.proportional_total(), 10 * mss);
  EXPECT_EQ(prr.sent_in_total(), 10 * mss);
  EXPECT_EQ(pipe, 10 * mss);
}

TEST(PrrOracle, BurstLossWithEitherBound) {
  prr_oracle careful = begun(reduction_bound::conservative);
  for (int ack = 0; ack < 3; ++ack) {
    careful.acknowledged(mss, 4 * mss);
    EXPECT_EQ(careful.remaining(), mss);
    careful.sent(mss);
  }
  prr_oracle bold = begun(reduction_bound::slow_start);
  for (const position pipe : {4, 5, 6}) {
    bold.acknowledged(mss, pipe * mss);
    EXPECT_EQ(bold.remaining(), 2 * mss);
    bold.sent(2 * mss);
  }
  EXPECT_EQ(careful.violation() + bold.violation(), "");
  careful.acknowledged(mss, 4 * mss);
  careful.sent(2 * mss);
  EXPECT_NE(careful.violation(), "") << "the slow-start bound's amount is more than packet conservation";
  bold.acknowledged(mss, 7 * mss);
  bold.sent(3 * mss);
  EXPECT_NE(bold.violation(), "") << "RFC 6675 would send it, PRR does not";
}

TEST(PrrOracle, AStallIsBankedAndTheBankIsTheLimit) {
  prr_oracle prr = begun(reduction_bound::slow_start);
  for (position ack = 1; ack <= 12; ++ack) prr.acknowledged(mss, (18 - ack) * mss);
  EXPECT_EQ(prr.remaining(), 4 * mss) << "ssthresh - pipe, well below what is banked";
  prr.sent(4 * mss);
  prr.sent(1);
  EXPECT_NE(prr.violation(), "");
}

TEST(PrrOracle, TheFirstRetransmissionIsAlwaysPermitted) {
  prr_oracle prr({.smss = mss});
  prr.begin(2 * mss, 4 * mss);
  prr.acknowledged(0, 3 * mss);
  EXPECT_EQ(prr.remaining(), mss);
  prr_oracle strict({.smss = mss, .forced_retransmit = false});
  strict.begin(2 * mss, 4 * mss);
  strict.acknowledged(0, 3 * mss);
  strict.sent(mss);
  EXPECT_NE(strict.violation(), "");
}

TEST(PrrOracle, RefusesAWindowAboveTheThresholdAfterwards) {
  prr_oracle prr = begun(reduction_bound::slow_start);
  prr.end(10 * mss + 1);
  EXPECT_NE(prr.violation(), "");
}

}  // namespace oracle_prr_test
}  // namespace sequent::spec

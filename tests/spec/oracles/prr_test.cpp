// Proportional Rate Reduction beside the examples of RFC 9937 section 8.
#include "model/spec/oracles/prr.hpp"

#include <gtest/gtest.h>

#include <tuple>

namespace sequent::spec {
namespace oracle_prr_test {

constexpr position mss = 1000;

/// One recovery from 20 segments in flight to a threshold of 10.
prr_oracle begun() {
  prr_oracle prr({.smss = mss});
  prr.begin(10 * mss, 20 * mss);
  return prr;
}

// covers: rfc9937#8
TEST(PrrOracle, OneLossSpreadsTheReductionOverTheRound) {
  prr_oracle prr = begun();
  // The third duplicate and the sixteen that follow; pipe is 18 when recovery begins, since one segment is lost. Half
  // a segment may be sent for each, and only whole ones are.
  position pipe = 18 * mss;
  position segments = 0;
  for (position ack = 1; ack <= 17; ++ack) {
    if (ack > 1) pipe -= mss;
    prr.acknowledged(mss, pipe, false);
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
  EXPECT_EQ(prr.proportion(), 8'500);
  prr.end(10 * mss);
  EXPECT_EQ(prr.violation(), "");
}

TEST(PrrOracle, ConvergesToTheThreshold) {
  prr_oracle prr = begun();
  position pipe = 20 * mss;
  for (int ack = 0; ack < 20; ++ack) {
    pipe -= mss;
    prr.acknowledged(mss, std::max(pipe, 10 * mss + 1), true);
    pipe += prr.remaining();
    prr.sent(prr.remaining());
  }
  EXPECT_EQ(prr.proportion(), 10 * mss);
  EXPECT_EQ(prr.sent_in_total(), 10 * mss);
  EXPECT_EQ(pipe, 10 * mss);
}

// covers: rfc9937#6.2
TEST(PrrOracle, BurstLossWithEitherBound) {
  prr_oracle careful = begun();
  for (int ack = 0; ack < 3; ++ack) {
    careful.acknowledged(mss, 4 * mss, false);
    EXPECT_EQ(careful.remaining(), mss);
    careful.sent(mss);
  }
  prr_oracle bold = begun();
  for (const position pipe : {4, 5, 6}) {
    bold.acknowledged(mss, pipe * mss, true);
    EXPECT_EQ(bold.remaining(), 2 * mss);
    bold.sent(2 * mss);
  }
  EXPECT_EQ(careful.violation() + bold.violation(), "");
  careful.acknowledged(mss, 4 * mss, false);
  careful.sent(2 * mss);
  EXPECT_NE(careful.violation(), "") << "the slow-start bound's amount is more than packet conservation";
  bold.acknowledged(mss, 7 * mss, true);
  bold.sent(3 * mss);
  EXPECT_NE(bold.violation(), "") << "RFC 6675 would send it, PRR does not";
}

TEST(PrrOracle, AStallIsBankedAndTheBankIsTheLimit) {
  prr_oracle prr = begun();
  for (position ack = 1; ack <= 12; ++ack) prr.acknowledged(mss, (18 - ack) * mss, false);
  EXPECT_EQ(prr.remaining(), 4 * mss) << "ssthresh - pipe, well below what is banked";
  prr.sent(4 * mss);
  prr.sent(1);
  EXPECT_NE(prr.violation(), "");
}

// covers: rfc9937#6.2
TEST(PrrOracle, TheWindowIsPipeAndSndCnt) {
  using wanted = std::tuple<position, bool, position>;
  for (const auto& [pipe, safe, window] :
       {wanted{12 * mss, true, 12'500}, wanted{4 * mss, false, 5'000}, wanted{4 * mss, true, 6'000},
        wanted{9'500, true, 10'000}, wanted{10 * mss, true, 11'000}}) {
    for (const position off : {-1, 0, 1}) {
      prr_oracle prr = begun();
      prr.acknowledged(mss, pipe, safe);
      prr.claims_window(window + off);
      EXPECT_EQ(prr.violation().empty(), off == 0) << pipe << " " << safe << " " << off;
    }
  }
}

TEST(PrrOracle, TheFirstRetransmissionIsAlwaysPermittedAndNoSecondOne) {
  prr_oracle prr({.smss = mss});
  prr.begin(2 * mss, 4 * mss);
  prr.acknowledged(mss, 2 * mss, false);
  EXPECT_EQ(prr.remaining(), mss);
  prr.sent(mss);
  EXPECT_EQ(prr.violation(), "");
  prr.acknowledged(0, 2 * mss, false);
  prr.sent(mss);
  EXPECT_NE(prr.violation(), "");
}

// covers: rfc9937#6.2
TEST(PrrOracle, WhatDeliversNothingLeavesTheWindowUnlessItShowsLosses) {
  for (const position off : {-1, 0, 1}) {
    prr_oracle prr = begun();
    prr.acknowledged(mss, 4 * mss, true);
    prr.claims_window(6 * mss);
    prr.acknowledged(0, 4 * mss, true);
    prr.claims_window(6 * mss + off);
    EXPECT_EQ(prr.violation().empty(), off == 0) << off;
  }
  prr_oracle prr = begun();
  prr.acknowledged(3 * mss, 5 * mss, false);
  prr.sent(2 * mss);
  prr.acknowledged(0, 4 * mss, false, true);
  EXPECT_EQ(prr.remaining(), mss) << "and no more for what was lost";
}

// covers: rfc9937#6.2
TEST(PrrOracle, WithoutSackDuplicatesDeliverAtMostWhatWasOutstanding) {
  prr_oracle prr({.smss = mss});
  prr.begin(2 * mss, 4 * mss);
  for (int i = 0; i != 10; ++i) prr.counted({.duplicate = true, .outstanding = 4 * mss}, 3 * mss, false);
  EXPECT_EQ(prr.delivered(), 4 * mss);
  prr.claims_departed(4 * mss);
  EXPECT_EQ(prr.violation(), "");
  prr.claims_departed(4 * mss + 1);
  EXPECT_NE(prr.violation(), "");
}

TEST(PrrOracle, WithoutSackWhatDuplicatesToldOfIsNotDeliveredTwice) {
  prr_oracle prr = begun();
  for (int i = 0; i != 3; ++i) prr.counted({.duplicate = true, .outstanding = 20 * mss}, 16 * mss, false);
  EXPECT_EQ(prr.delivered(), 3 * mss);
  prr.counted({.advance = 3 * mss, .outstanding = 20 * mss}, 15 * mss, true);
  EXPECT_EQ(prr.delivered(), 4 * mss) << "the hole, and two that had been told of";
  prr.counted({.advance = 3 * mss, .outstanding = 17 * mss}, 13 * mss, true);
  EXPECT_EQ(prr.delivered(), 6 * mss) << "the third, and two that had not";
}

// covers: rfc9937#6.4
TEST(PrrOracle, WantsTheThresholdAfterwards) {
  for (const position window : {10 * mss - 1, 10 * mss, 10 * mss + 1}) {
    prr_oracle prr = begun();
    prr.end(window);
    EXPECT_EQ(prr.violation().empty(), window == 10 * mss);
  }
}

}  // namespace oracle_prr_test
}  // namespace sequent::spec

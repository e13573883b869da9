// F-RTO, Eifel detection and D-SACK beside traces worked by hand from RFC 5682 sections 2 and 3, 3522 section 3.2 and
// 3708 section 3.
#include "model/spec/oracles/frto.hpp"

#include <gtest/gtest.h>

namespace sequent::spec {
namespace oracle_frto_test {

constexpr position mss = 1000;

frto_acknowledgment up_to(position segments) { return {.ack = segments * mss}; }

frto_acknowledgment again(position segments, std::vector<octet_range> blocks = {}) {
  return {.ack = segments * mss, .blocks = std::move(blocks), .duplicate = true};
}

octet_range number(position i) { return {i * mss, (i + 1) * mss}; }

/// Eight segments outstanding, the first sent again.
frto_oracle timed_out(bool sack = false) {
  frto_oracle f(sack);
  f.timed_out(0, mss, 8 * mss);
  return f;
}

// covers: rfc5682#2.1
TEST(FrtoOracle, DelayedAcknowledgmentsShowASpuriousTimeout) {
  frto_oracle f = timed_out();
  f.acknowledged(up_to(1));
  EXPECT_EQ(f.now(), verdict::undecided);
  f.sent_new(10 * mss);
  f.acknowledged(up_to(2));
  EXPECT_EQ(f.now(), verdict::spurious);
  f.claims_spurious();
  EXPECT_EQ(f.violation(), "");
}

TEST(FrtoOracle, WhatSpeaksForALoss) {
  frto_oracle duplicate_first = timed_out();
  duplicate_first.acknowledged(again(0));
  EXPECT_EQ(duplicate_first.now(), verdict::genuine) << "step 2a";
  frto_oracle all = timed_out();
  all.acknowledged(up_to(8));
  EXPECT_EQ(all.now(), verdict::genuine) << "step 2a: only the first was missing";
  frto_oracle partial = timed_out();
  partial.acknowledged({.ack = mss / 2});
  EXPECT_EQ(partial.now(), verdict::genuine) << "step 2a: not all that was sent again";
  frto_oracle duplicate_second = timed_out();
  duplicate_second.acknowledged(up_to(1));
  duplicate_second.sent_new(10 * mss);
  duplicate_second.acknowledged(again(1));
  EXPECT_EQ(duplicate_second.now(), verdict::genuine) << "step 3a";
  duplicate_second.claims_spurious();
  EXPECT_NE(duplicate_second.violation(), "");
}

TEST(FrtoOracle, NothingNewToSend) {
  frto_oracle f = timed_out();
  f.acknowledged(up_to(1));
  f.acknowledged(up_to(2));
  EXPECT_EQ(f.now(), verdict::genuine) << "the recommended way";
  frto_oracle limited(false, true);
  limited.timed_out(0, mss, 8 * mss);
  limited.acknowledged(up_to(1));
  limited.acknowledged(up_to(2));
  EXPECT_EQ(limited.now(), verdict::spurious) << "appendix A";
}

TEST(FrtoOracle, NotWithinAnEarlierRecoveryButForTheSameSegment) {
  frto_oracle f = timed_out();
  f.acknowledged(again(0));
  f.timed_out(mss, 2 * mss, 8 * mss);
  EXPECT_EQ(f.now(), verdict::genuine);
  frto_oracle same = timed_out();
  same.timed_out(0, mss, 8 * mss);
  EXPECT_EQ(same.now(), verdict::undecided);
}

// covers: rfc5682#2.1/2b
TEST(FrtoOracle, OneNewSegmentIsEnoughToWaitForItsAnswer) {
  frto_oracle f = timed_out();
  EXPECT_FALSE(f.awaits_verdict());
  f.acknowledged(up_to(1));
  EXPECT_FALSE(f.awaits_verdict()) << "nothing new has gone";
  f.sent_new(9 * mss);
  EXPECT_TRUE(f.awaits_verdict());
  f.acknowledged(up_to(2));
  EXPECT_FALSE(f.awaits_verdict());
  EXPECT_EQ(f.now(), verdict::spurious);
}

TEST(FrtoOracle, ClaimsTooEarly) {
  frto_oracle f = timed_out();
  f.acknowledged(up_to(1));
  f.claims_spurious();
  EXPECT_NE(f.violation(), "");
}

// covers: rfc5682#3.1
TEST(FrtoOracle, SackSeesThroughReordering) {
  frto_oracle f = timed_out(true);
  f.acknowledged(again(0, {number(2)}));
  EXPECT_EQ(f.now(), verdict::undecided) << "duplicates before the first new acknowledgment only tell";
  f.acknowledged(up_to(1));
  f.sent_new(10 * mss);
  f.acknowledged(again(1, {number(3), number(2)}));
  EXPECT_EQ(f.now(), verdict::spurious) << "number 3 was sent before the timeout and not after";

  frto_oracle known = timed_out(true);
  known.acknowledged(again(0, {number(2)}));
  known.acknowledged(up_to(1));
  known.sent_new(10 * mss);
  known.acknowledged(again(1, {number(2)}));
  EXPECT_EQ(known.now(), verdict::genuine) << "nothing new in it";

  frto_oracle beyond = timed_out(true);
  beyond.acknowledged(up_to(1));
  beyond.sent_new(10 * mss);
  beyond.acknowledged(again(1, {number(8)}));
  EXPECT_EQ(beyond.now(), verdict::genuine) << "what was sent after the timeout arrived, the rest did not";

  frto_oracle repairing(true);
  repairing.recovery_point(8 * mss);
  repairing.timed_out(0, mss, 9 * mss);
  EXPECT_EQ(repairing.now(), verdict::genuine) << "not within loss recovery";
}

// covers: rfc3522#3.2
TEST(EifelOracle, TheTimestampTellsWhichTransmissionArrived) {
  eifel_oracle original;
  original.started(500);
  original.acknowledged(400, false, false);
  EXPECT_EQ(original.now(), verdict::spurious);
  eifel_oracle repeated;
  repeated.started(500);
  repeated.acknowledged(500, false, false);
  EXPECT_EQ(repeated.now(), verdict::genuine) << "equality is no proof";
  repeated.claims_spurious();
  EXPECT_NE(repeated.violation(), "");
  eifel_oracle all;
  all.started(500);
  all.acknowledged(400, false, true);
  EXPECT_EQ(all.now(), verdict::genuine) << "acknowledgments may have been lost; without D-SACK nobody knows";
  eifel_oracle with_reports;
  with_reports.duplicate_reported();
  with_reports.started(500);
  with_reports.acknowledged(400, false, true);
  EXPECT_EQ(with_reports.now(), verdict::spurious);
  eifel_oracle both;
  both.started(500);
  both.acknowledged(400, true, false);
  EXPECT_EQ(both.now(), verdict::genuine);
}

// covers: rfc3708#3
TEST(DuplicateReportOracle, EveryRetransmissionMustBeReported) {
  duplicate_report_oracle d;
  d.started(0, 8 * mss);
  d.repeated(0, mss);
  d.repeated(2 * mss, 3 * mss);
  d.reported(number(0), 8 * mss, false);
  EXPECT_EQ(d.now(), verdict::undecided);
  duplicate_report_oracle early = d;
  early.claims_spurious();
  EXPECT_NE(early.violation(), "");
  d.reported(number(2), 8 * mss, false);
  EXPECT_EQ(d.now(), verdict::spurious);
  d.claims_spurious();
  EXPECT_EQ(d.violation(), "");

  duplicate_report_oracle twice;
  twice.started(0, 8 * mss);
  twice.repeated(0, mss);
  twice.repeated(0, mss);
  twice.reported(number(0), 8 * mss, false);
  EXPECT_EQ(twice.now(), verdict::genuine);

  duplicate_report_oracle network;
  network.started(0, 8 * mss);
  network.repeated(0, mss);
  network.reported(number(3), 8 * mss, false);
  EXPECT_TRUE(network.disabled());
  network.started(8 * mss, 16 * mss);
  network.repeated(8 * mss, 9 * mss);
  network.reported(number(8), 9 * mss, false);
  EXPECT_NE(network.now(), verdict::spurious) << "for the rest of the connection";

  duplicate_report_oracle blackout;
  blackout.started(0, 8 * mss);
  blackout.repeated(0, mss);
  blackout.reported(number(0), 0, true);
  EXPECT_EQ(blackout.now(), verdict::genuine) << "a whole window of acknowledgments was lost";
}

}  // namespace oracle_frto_test
}  // namespace sequent::spec

#include "sequent/recovery/prr.hpp"

#include <gtest/gtest.h>

namespace sequent::test {
namespace prr_test {

constexpr u32 mss = 1'000;

// covers: rfc9937#6.2
TEST(proportional_rate_reduction, spreads_a_halving_over_the_flight) {
  proportional_rate_reduction prr;
  prr.start(20'000, 10'000);
  u32 pipe = 19'000;  // one is lost
  u32 sent = 0;
  for (int ack = 0; ack != 18; ++ack) {
    pipe -= mss;
    u32 room = prr.on_ack(mss, pipe, mss, false);
    for (; room >= mss && pipe > 0; room -= mss) {
      prr.sent(mss);
      sent += mss;
      pipe += mss;
    }
  }
  EXPECT_EQ(sent, 9'000u) << "half of what eighteen acknowledgments delivered";
  EXPECT_EQ(pipe, 10'000u) << "and that leaves ssthresh in the network";
}

// covers: rfc9937#6.2
TEST(proportional_rate_reduction, rounds_up) {
  proportional_rate_reduction prr;
  prr.start(3'000, 2'000);
  EXPECT_EQ(prr.on_ack(1, 2'500, mss, false), 1u);
}

TEST(proportional_rate_reduction, what_was_sent_is_taken_off) {
  proportional_rate_reduction prr;
  prr.start(20'000, 10'000);
  EXPECT_EQ(prr.on_ack(4'000, 15'000, mss, false), 2'000u);
  prr.sent(2'000);
  EXPECT_EQ(prr.on_ack(0, 15'000, mss, false), 0u);
  prr.sent(5'000);
  EXPECT_EQ(prr.on_ack(2'000, 15'000, mss, false), 0u) << "more than the share went out: never below zero";
}

// covers: rfc9937#6.2
TEST(proportional_rate_reduction, below_the_threshold_it_grows_like_slow_start_while_all_goes_well) {
  proportional_rate_reduction prr;
  prr.start(20'000, 10'000);
  EXPECT_EQ(prr.on_ack(1'000, 4'000, mss, true), 2'000u);
  prr.sent(2'000);
  EXPECT_EQ(prr.on_ack(1'000, 9'500, mss, true), 500u) << "never beyond the threshold";
}

// covers: rfc9937#6.2
TEST(proportional_rate_reduction, below_the_threshold_it_conserves_packets_while_losses_go_on) {
  proportional_rate_reduction prr;
  prr.start(20'000, 10'000);
  EXPECT_EQ(prr.on_ack(3'000, 4'000, mss, false), 3'000u);
  prr.sent(1'000);
  EXPECT_EQ(prr.on_ack(1'000, 4'000, mss, false), 3'000u) << "what is left of what was delivered";
}

// covers: rfc9937#6.2
TEST(proportional_rate_reduction, the_first_segment_goes_though_there_is_no_room) {
  proportional_rate_reduction prr;
  prr.start(20'000, 10'000);
  EXPECT_EQ(prr.on_ack(1'000, 10'000, mss, true), mss);
  EXPECT_EQ(prr.on_ack(100, 9'900, mss, false), 100u) << "any room at all is the rule again";
  EXPECT_EQ(prr.on_ack(0, 10'000, mss, false), mss) << "until something was sent";
  prr.sent(mss);
  EXPECT_EQ(prr.on_ack(0, 10'000, mss, false), 0u);
}

TEST(proportional_rate_reduction, tells_what_may_yet_be_delivered) {
  proportional_rate_reduction prr;
  prr.start(3'000, 2'000);
  EXPECT_EQ(prr.undelivered(), 3'000u);
  (void)prr.on_ack(2'000, 2'500, mss, false);
  EXPECT_EQ(prr.undelivered(), 1'000u);
  (void)prr.on_ack(2'000, 2'500, mss, false);
  EXPECT_EQ(prr.undelivered(), 0u);
}

TEST(proportional_rate_reduction, at_the_threshold_nothing_is_missing) {
  proportional_rate_reduction prr;
  prr.start(20'000, 10'000);
  prr.sent(1);
  EXPECT_EQ(prr.on_ack(5'000, 10'000, mss, true), 0u);
}

TEST(proportional_rate_reduction, an_empty_flight_divides_by_nothing) {
  proportional_rate_reduction prr;
  prr.start(0, 2'000);
  EXPECT_EQ(prr.flight(), 1u);
  EXPECT_EQ(prr.on_ack(0, 3'000, mss, false), mss) << "the fast retransmit";
}

TEST(proportional_rate_reduction, counts_saturate) {
  proportional_rate_reduction prr;
  prr.start(1u << 30, 1u << 29);
  for (int i = 0; i != 5; ++i) {
    prr.sent(1u << 30);
    (void)prr.on_ack(1u << 30, 1u << 30, 0xffff, true);
  }
  EXPECT_EQ(prr.delivered(), 1u << 31);
  EXPECT_EQ(prr.sent(), 1u << 31);
}

TEST(proportional_rate_reduction, a_recovery_begins_with_clean_counts) {
  proportional_rate_reduction prr;
  prr.start(20'000, 10'000);
  (void)prr.on_ack(4'000, 15'000, mss, false);
  prr.sent(1'000);
  prr.start(8'000, 4'000);
  EXPECT_EQ(prr.delivered(), 0u);
  EXPECT_EQ(prr.sent(), 0u);
  EXPECT_EQ(prr.threshold(), 4'000u);
}

}  // namespace prr_test
}  // namespace sequent::test

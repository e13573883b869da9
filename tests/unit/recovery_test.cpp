#include "sequent/recovery.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace {

using namespace sequent;
using verdict = loss_recovery::verdict;

sequence_number<u32> seq(u32 wire) { return sequence_number<u32>(wire); }

loss_recovery started(u32 iss = 999) {
  loss_recovery r;
  r.start(seq(iss));
  return r;
}

TEST(recovery, begins_at_the_third_duplicate) {
  loss_recovery r = started();
  EXPECT_EQ(r.on_duplicate(seq(1'000), seq(9'000)), verdict::ordinary);
  EXPECT_EQ(r.on_duplicate(seq(1'000), seq(9'000)), verdict::ordinary);
  EXPECT_FALSE(r.head_again());
  EXPECT_EQ(r.on_duplicate(seq(1'000), seq(9'000)), verdict::enter);
  EXPECT_TRUE(r.head_again());
  EXPECT_TRUE(r.recovering());
  EXPECT_EQ(r.recover(), seq(9'000));
  EXPECT_EQ(r.on_duplicate(seq(1'000), seq(9'000)), verdict::duplicate);
}

TEST(recovery, new_data_acknowledged_starts_the_count_over) {
  loss_recovery r = started();
  r.on_duplicate(seq(1'000), seq(9'000));
  r.on_duplicate(seq(1'000), seq(9'000));
  EXPECT_EQ(r.on_new_ack(seq(2'000)), verdict::ordinary);
  EXPECT_EQ(r.duplicates(), 0u);
  EXPECT_EQ(r.on_duplicate(seq(2'000), seq(9'000)), verdict::ordinary);
  EXPECT_EQ(r.on_duplicate(seq(2'000), seq(9'000)), verdict::ordinary);
  EXPECT_EQ(r.on_duplicate(seq(2'000), seq(9'000)), verdict::enter);
}

// smoltcp #660: a partial acknowledgment sends the next hole.
TEST(recovery, a_partial_acknowledgment_sends_the_next_hole) {
  loss_recovery r = started();
  for (int i = 0; i != 3; ++i) r.on_duplicate(seq(1'000), seq(9'000));
  r.resent(seq(1'000), seq(2'000));
  EXPECT_FALSE(r.head_again());
  EXPECT_EQ(r.on_new_ack(seq(4'000)), verdict::partial);
  EXPECT_TRUE(r.head_again());
  EXPECT_TRUE(r.recovering());
}

TEST(recovery, ends_when_all_that_was_outstanding_is_acknowledged) {
  loss_recovery r = started();
  for (int i = 0; i != 3; ++i) r.on_duplicate(seq(1'000), seq(9'000));
  r.resent(seq(1'000), seq(2'000));
  EXPECT_EQ(r.on_new_ack(seq(9'000)), verdict::leave);
  EXPECT_FALSE(r.recovering());
  EXPECT_EQ(r.on_new_ack(seq(9'500)), verdict::ordinary);
}

TEST(recovery, works_where_numbers_wrap) {
  loss_recovery r = started(0xffff'ff00u);
  for (int i = 0; i != 2; ++i) EXPECT_EQ(r.on_duplicate(seq(0xffff'ff80u), seq(0x100)), verdict::ordinary);
  EXPECT_EQ(r.on_duplicate(seq(0xffff'ff80u), seq(0x100)), verdict::enter);
  EXPECT_EQ(r.on_new_ack(seq(0x80)), verdict::partial);
  EXPECT_EQ(r.on_new_ack(seq(0x100)), verdict::leave);
}

// RFC 6582 section 3.2, step 2: duplicates caused by the retransmissions of a timeout begin no recovery.
TEST(recovery, duplicates_of_what_a_timeout_resent_begin_nothing) {
  loss_recovery r = started();
  r.on_timeout(seq(1'000), seq(9'000));
  r.on_new_ack(seq(5'000));
  for (int i = 0; i != 6; ++i) EXPECT_EQ(r.on_duplicate(seq(5'000), seq(12'000)), verdict::ordinary);
  r.on_new_ack(seq(9'000));
  for (int i = 0; i != 6; ++i) EXPECT_EQ(r.on_duplicate(seq(9'000), seq(12'000)), verdict::ordinary);
  r.on_new_ack(seq(9'001));
  r.on_duplicate(seq(9'001), seq(12'000));
  r.on_duplicate(seq(9'001), seq(12'000));
  EXPECT_EQ(r.on_duplicate(seq(9'001), seq(12'000)), verdict::enter);
}

// The bound of RFC 6582 is a sequence number like any other: it must not come to look as if it lay ahead when more than
// half the circle has been acknowledged without a loss.
TEST(recovery, still_begins_after_two_to_the_thirty_first_octets_without_loss) {
  const auto owner = std::make_unique<loss_recovery>(started(0));
  loss_recovery& r = *owner;
  for (u32 una = 0x1000'0000u; una != 0x9000'0000u; una += 0x1000'0000u) r.on_new_ack(seq(una));
  const u32 una = 0x9000'0000u;
  r.on_new_ack(seq(una));
  r.on_duplicate(seq(una), seq(una + 9'000));
  r.on_duplicate(seq(una), seq(una + 9'000));
  EXPECT_EQ(r.on_duplicate(seq(una), seq(una + 9'000)), verdict::enter);
}

TEST(recovery, a_timeout_sends_everything_outstanding_again) {
  loss_recovery r = started();
  r.on_timeout(seq(1'000), seq(4'000));
  EXPECT_TRUE(r.head_again());
  ASSERT_TRUE(r.resend());
  EXPECT_EQ(*r.resend(), seq(1'000));
  r.resent(seq(1'000), seq(2'000));
  EXPECT_FALSE(r.head_again());
  EXPECT_EQ(*r.resend(), seq(2'000));
  r.resent(seq(2'000), seq(4'000));
  EXPECT_FALSE(r.resend());
}

TEST(recovery, what_is_acknowledged_meanwhile_is_not_sent_again) {
  loss_recovery r = started();
  r.on_timeout(seq(1'000), seq(4'000));
  r.resent(seq(1'000), seq(2'000));
  r.on_new_ack(seq(3'000));
  ASSERT_TRUE(r.resend());
  EXPECT_EQ(*r.resend(), seq(3'000));
  r.on_new_ack(seq(4'000));
  EXPECT_FALSE(r.resend());
}

TEST(recovery, a_timeout_ends_fast_recovery) {
  loss_recovery r = started();
  for (int i = 0; i != 3; ++i) r.on_duplicate(seq(1'000), seq(9'000));
  r.on_timeout(seq(1'000), seq(9'000));
  EXPECT_FALSE(r.recovering());
  EXPECT_EQ(r.on_new_ack(seq(2'000)), verdict::ordinary);
}

TEST(recovery, nothing_outstanding_forgets_the_wish_to_resend) {
  loss_recovery r = started();
  r.on_timeout(seq(1'000), seq(9'000));
  r.nothing_outstanding();
  EXPECT_FALSE(r.head_again());
  EXPECT_FALSE(r.resend());
  EXPECT_EQ(r.duplicates(), 0u);
}

TEST(recovery, starting_forgets_everything) {
  loss_recovery r = started();
  for (int i = 0; i != 3; ++i) r.on_duplicate(seq(1'000), seq(9'000));
  r.start(seq(77));
  EXPECT_EQ(r, started(77));
}

}  // namespace

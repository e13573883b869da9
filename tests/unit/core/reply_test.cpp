#include "sequent/core/reply.hpp"

#include <gtest/gtest.h>

#include "tests/support/blocks.hpp"

namespace sequent::test {
namespace reply_test {

TEST(reply, a_reset_for_a_segment_with_ack_takes_its_number) {
  actions<u32> out;
  answer_with_reset(at(10).ack(20).length_only(5).header, out);
  EXPECT_EQ(out.answer, reply::reset);
  EXPECT_EQ(out.reset_seq.wire(), 20u);
  EXPECT_FALSE(out.reset_ack);
}

TEST(reply, a_reset_for_a_segment_without_ack_acknowledges_all_of_it) {
  actions<u32> out;
  answer_with_reset(at(0xffff'fffeu).syn().fin().length_only(5).header, out);
  EXPECT_EQ(out.reset_seq.wire(), 0u);
  ASSERT_TRUE(out.reset_ack);
  EXPECT_EQ(out.reset_ack->wire(), 5u);
}

// CVE-2016-5696: the allowance is the connection's own, so that it tells nothing about others.
TEST(reply, challenges_are_limited_per_connection_and_second) {
  control_block<u32> tcb = block_in(connection_state::established);
  tcb.challenges.limit = 3;
  const instant start = instant::from_microseconds(5'000'000);
  const auto challenge = [&](duration later) {
    actions<u32> out;
    answer_with_challenge(tcb, start + later, out);
    return out.answer == reply::challenge_ack;
  };
  EXPECT_TRUE(challenge({}));
  EXPECT_TRUE(challenge({}));
  EXPECT_TRUE(challenge(duration::milliseconds(999)));
  EXPECT_FALSE(challenge(duration::milliseconds(999)));
  EXPECT_TRUE(challenge(duration::seconds(1)));
  control_block<u32> other = block_in(connection_state::established);
  actions<u32> out;
  answer_with_challenge(other, start, out);
  EXPECT_EQ(out.answer, reply::challenge_ack);
}

TEST(reply, a_clock_that_jumps_back_does_not_silence_challenges_for_ever) {
  control_block<u32> tcb;
  tcb.challenges.limit = 1;
  actions<u32> first;
  answer_with_challenge(tcb, instant::from_microseconds(1'000'000'000), first);
  actions<u32> second;
  answer_with_challenge(tcb, instant::from_microseconds(10), second);
  EXPECT_EQ(second.answer, reply::challenge_ack);
}

TEST(reply, a_limit_of_zero_sends_no_challenge) {
  control_block<u32> tcb;
  tcb.challenges.limit = 0;
  actions<u32> out;
  answer_with_challenge(tcb, {}, out);
  EXPECT_EQ(out.answer, reply::none);
}

TEST(reply, deleting_keeps_only_what_would_be_offered_again) {
  control_block<u32> tcb = block_in(connection_state::established);
  tcb.offer.mss = 1'000;
  tcb.challenges.limit = 4;
  actions<u32> out;
  delete_block(tcb, out);
  control_block<u32> expected;
  expected.offer.mss = 1'000;
  expected.challenges.limit = 4;
  EXPECT_EQ(tcb, expected);
  EXPECT_TRUE(out.deleted);
}

// Class 15 of damning bugs: whatever a half-open connection learnt is gone when it listens again.
TEST(reply, returning_to_listen_leaks_nothing) {
  control_block<u32> tcb = block_in(connection_state::syn_received);
  tcb.passive = true;
  tcb.ts.enabled = tcb.window_scaling = tcb.sack_permitted = true;
  actions<u32> out;
  return_to_listen(tcb, out);
  EXPECT_EQ(tcb, block_in(connection_state::listen));
  EXPECT_FALSE(out.deleted);
}

TEST(reply, time_wait_is_entered_and_announced) {
  control_block<u32> tcb = block_in(connection_state::closing);
  actions<u32> out;
  enter_time_wait(tcb, out);
  EXPECT_EQ(tcb.state, connection_state::time_wait);
  EXPECT_TRUE(out.time_wait);
}

}  // namespace reply_test
}  // namespace sequent::test

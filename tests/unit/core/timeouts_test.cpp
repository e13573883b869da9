#include "sequent/core/timeouts.hpp"

#include <gtest/gtest.h>

#include "tests/support/blocks.hpp"

namespace sequent::test {
namespace timeouts_test {

TEST(user_timeout, deletes_the_connection_and_tells_the_user_in_every_state) {
  for (const connection_state s : all_states) {
    control_block<u32> tcb = block_in(s);
    const u32 nxt = tcb.snd.nxt.wire();
    actions<u32> out;
    user_timeout(tcb, out);
    if (s == connection_state::closed) {
      EXPECT_EQ(out, actions<u32>()) << describe(s);
      EXPECT_EQ(tcb, block_in(s));
      continue;
    }
    EXPECT_EQ(tcb.state, connection_state::closed) << describe(s);
    EXPECT_TRUE(out.raised.has(signal::timed_out)) << describe(s);
    EXPECT_TRUE(out.deleted);
    // A peer that may exist is told; one that is not known yet, never answered our SYN, or has closed in good
    // order, is not.
    const bool told = s > connection_state::syn_sent && s != connection_state::time_wait;
    EXPECT_EQ(out.answer, told ? reply::reset : reply::none) << describe(s);
    EXPECT_TRUE(out.answer != reply::reset || out.reset_seq.wire() == nxt) << describe(s);
  }
}

// Unlike ABORT, which is silent in CLOSING and LAST-ACK.
TEST(evict, tells_the_peer_in_every_state_that_has_something_to_lose) {
  for (const connection_state s : all_states) {
    control_block<u32> tcb = block_in(s);
    const control_block<u32> was = tcb;
    actions<u32> out;
    evict(tcb, out);
    const bool stays = s <= connection_state::syn_sent || s == connection_state::time_wait;
    EXPECT_EQ(out.answer, stays ? reply::none : reply::reset) << describe(s);
    EXPECT_EQ(out.deleted, !stays) << describe(s);
    EXPECT_EQ(tcb.state, stays ? s : connection_state::closed);
    if (stays) {
      EXPECT_EQ(tcb, was);
      continue;
    }
    EXPECT_EQ(out.reset_seq, was.snd.nxt);
    EXPECT_EQ(out.reset_ack, was.rcv.nxt);
  }
}

TEST(time_wait_timeout, ends_time_wait_and_nothing_else) {
  for (const connection_state s : all_states) {
    control_block<u32> tcb = block_in(s);
    actions<u32> out;
    time_wait_timeout(tcb, out);
    if (s == connection_state::time_wait) {
      EXPECT_EQ(tcb.state, connection_state::closed);
      EXPECT_TRUE(out.raised.has(signal::closed));
      EXPECT_TRUE(out.deleted);
      EXPECT_EQ(out.answer, reply::none);
    } else {
      EXPECT_EQ(tcb, block_in(s)) << describe(s);
      EXPECT_EQ(out, actions<u32>());
    }
  }
}

}  // namespace timeouts_test
}  // namespace sequent::test

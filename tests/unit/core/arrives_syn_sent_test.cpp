#include "sequent/core/arrives_syn_sent.hpp"

#include <gtest/gtest.h>

#include "tests/support/blocks.hpp"

namespace sequent::test {
namespace arrives_syn_sent_test {

// ISS is 999: the only acknowledgment that is right is 1000.
control_block<u32> fresh(u32 iss = 999) { return block_in(connection_state::syn_sent, {iss, 0}); }

TEST(arrives_syn_sent, an_acknowledgment_outside_iss_to_snd_nxt_is_answered_with_a_reset) {
  for (const u32 iss : {999u, 0xffff'ffffu, 0x7fff'ffffu}) {
    for (const u32 ack : {iss, iss - 1, iss + 2, iss + 0x8000'0000u}) {
      control_block<u32> tcb = fresh(iss);
      const auto out = arrive(tcb, at(5).syn().ack(ack));
      EXPECT_EQ(out.answer, reply::reset) << ack;
      EXPECT_EQ(out.reset_seq.wire(), ack);
      EXPECT_FALSE(out.reset_ack);
      EXPECT_EQ(tcb, fresh(iss));
    }
  }
}

TEST(arrives_syn_sent, a_reset_with_a_wrong_acknowledgment_is_dropped) {
  control_block<u32> tcb = fresh();
  EXPECT_EQ(arrive(tcb, at(5).rst().ack(999)), actions<u32>());
  EXPECT_EQ(arrive(tcb, at(5).rst().ack(1'001)), actions<u32>());
  EXPECT_EQ(arrive(tcb, at(5).rst()), actions<u32>());
  EXPECT_EQ(tcb, fresh());
}

// covers: U-2
TEST(arrives_syn_sent, a_reset_with_the_right_acknowledgment_resets_whatever_its_sequence_number) {
  for (const u32 seq : {0u, 1u, 0x8000'0000u, 0xffff'ffffu}) {
    control_block<u32> tcb = fresh();
    const auto out = arrive(tcb, at(seq).rst().ack(1'000));
    EXPECT_TRUE(out.raised.has(signal::reset)) << seq;
    EXPECT_TRUE(out.deleted);
    EXPECT_EQ(tcb.state, connection_state::closed);
  }
}

TEST(arrives_syn_sent, a_syn_that_acknowledges_ours_establishes) {
  for (const u32 iss : {999u, 0xffff'ffffu}) {
    control_block<u32> tcb = fresh(iss);
    const auto out = arrive(tcb, at(5'000).syn().ack(iss + 1).window(300).mss(1'200));
    EXPECT_EQ(tcb.state, connection_state::established);
    EXPECT_EQ(out.answer, reply::ack);
    EXPECT_TRUE(out.raised.has(signal::established));
    EXPECT_EQ(out.acked, 1u);
    EXPECT_EQ(tcb.snd.una.wire(), iss + 1);
    EXPECT_EQ(tcb.rcv.nxt.wire(), 5'001u);
    EXPECT_EQ(tcb.peer_mss, 1'200u);
  }
}

// A12 of docs/choices.md: WL1 left at zero would refuse every window update of a peer whose IRS is above 2^31.
TEST(arrives_syn_sent, the_window_variables_are_set_on_the_way_to_established) {
  control_block<u32> tcb = fresh();
  (void)arrive(tcb, at(0x9000'0000u).syn().ack(1'000).window(300));
  EXPECT_EQ(tcb.snd.wnd, 300u);
  EXPECT_EQ(tcb.snd.wl1.wire(), 0x9000'0000u);
  EXPECT_EQ(tcb.snd.wl2.wire(), 1'000u);
  EXPECT_EQ(tcb.snd.max_wnd, 300u);
}

TEST(arrives_syn_sent, the_window_of_a_syn_is_not_scaled) {
  control_block<u32> tcb = fresh();
  (void)arrive(tcb, at(5'000).syn().ack(1'000).window(300).scale(7));
  EXPECT_EQ(tcb.snd.wnd, 300u);
  EXPECT_EQ(tcb.snd.shift, 7u);
}

// covers: MUST-10
TEST(arrives_syn_sent, a_syn_alone_is_a_simultaneous_open) {
  control_block<u32> tcb = fresh();
  const auto out = arrive(tcb, at(5'000).syn().window(300));
  EXPECT_EQ(tcb.state, connection_state::syn_received);
  EXPECT_FALSE(tcb.passive);
  EXPECT_EQ(out.answer, reply::syn_ack);
  EXPECT_TRUE(out.raised.empty());
  EXPECT_EQ(tcb.rcv.nxt.wire(), 5'001u);
  EXPECT_EQ(tcb.snd.una.wire(), 999u);
  EXPECT_EQ(tcb.snd.nxt.wire(), 1'000u);
  EXPECT_EQ(tcb.snd.wnd, 300u);
}

TEST(arrives_syn_sent, text_and_fin_on_the_syn_are_left_for_the_peer_to_send_again) {
  control_block<u32> tcb = fresh();
  const auto out = arrive(tcb, at(5'000).syn().ack(1'000).fin().length_only(7));
  EXPECT_EQ(tcb.state, connection_state::established);
  EXPECT_EQ(tcb.rcv.nxt.wire(), 5'001u);
  EXPECT_EQ(out.text, text_placement::none);
}

TEST(arrives_syn_sent, neither_syn_nor_reset_is_dropped) {
  for (const packet& p : {at(5), at(5).ack(1'000), at(5).ack(1'000).fin().length_only(9)}) {
    control_block<u32> tcb = fresh();
    EXPECT_EQ(arrive(tcb, p), actions<u32>());
    EXPECT_EQ(tcb, fresh());
  }
}

}  // namespace arrives_syn_sent_test
}  // namespace sequent::test

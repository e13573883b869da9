#include "sequent/core/arrives_listen.hpp"

#include <gtest/gtest.h>

#include "tests/support/blocks.hpp"

namespace sequent::test {
namespace arrives_listen_test {

TEST(arrives_listen, a_reset_is_ignored) {
  for (const packet& p : {at(1).rst(), at(1).rst().ack(2), at(1).rst().syn()}) {
    control_block<u32> tcb = block_in(connection_state::listen);
    EXPECT_EQ(arrive(tcb, p), actions<u32>());
    EXPECT_EQ(tcb, block_in(connection_state::listen));
  }
}

TEST(arrives_listen, an_acknowledgment_is_answered_with_a_reset) {
  for (const packet& p : {at(1).ack(77), at(1).ack(77).syn(), at(1).ack(77).fin().length_only(3)}) {
    control_block<u32> tcb = block_in(connection_state::listen);
    const auto out = arrive(tcb, p);
    EXPECT_EQ(out.answer, reply::reset);
    EXPECT_EQ(out.reset_seq.wire(), 77u);
    EXPECT_FALSE(out.reset_ack);
    EXPECT_EQ(tcb.state, connection_state::listen);
  }
}

TEST(arrives_listen, a_syn_opens_with_the_iss_that_was_given) {
  control_block<u32> tcb = block_in(connection_state::listen);
  const auto out = arrive(tcb, at(0xffff'ffffu).syn().mss(1'000).window(5));
  EXPECT_EQ(out.answer, reply::syn_ack);
  EXPECT_EQ(tcb.state, connection_state::syn_received);
  EXPECT_TRUE(tcb.passive);
  EXPECT_EQ(tcb.rcv.irs.wire(), 0xffff'ffffu);
  EXPECT_EQ(tcb.rcv.nxt.wire(), 0u);
  EXPECT_EQ(tcb.snd.iss.wire(), 7'000u);
  EXPECT_EQ(tcb.snd.una.wire(), 7'000u);
  EXPECT_EQ(tcb.snd.nxt.wire(), 7'001u);
  EXPECT_EQ(tcb.peer_mss, 1'000u);
}

TEST(arrives_listen, text_and_fin_on_a_syn_are_left_for_the_peer_to_send_again) {
  control_block<u32> tcb = block_in(connection_state::listen);
  const auto out = arrive(tcb, at(100).syn().fin().length_only(10));
  EXPECT_EQ(tcb.rcv.nxt.wire(), 101u);
  EXPECT_FALSE(tcb.rcv.fin);
  EXPECT_EQ(out.text, text_placement::none);
}

TEST(arrives_listen, anything_else_is_dropped_in_silence) {
  for (const packet& p : {at(1), at(1).fin(), at(1).length_only(9).psh(), at(1).urg(5)}) {
    control_block<u32> tcb = block_in(connection_state::listen);
    EXPECT_EQ(arrive(tcb, p), actions<u32>());
    EXPECT_EQ(tcb, block_in(connection_state::listen));
  }
}

// covers: rfc7413#4.2.2
TEST(arrives_listen, fast_open_takes_the_text_of_a_syn_as_far_as_there_is_room_and_never_the_fin) {
  for (const u32 room : {4u, 10u, 1'000u}) {
    control_block<u32> tcb = block_in(connection_state::listen);
    const packet syn = at(0xffff'fffcu).syn().fin().length_only(10).window(500);
    const auto out = step(tcb, syn.header, surroundings<u32>{{}, sequence_number<u32>(7'000), room});
    const u32 taken = room < 10 ? room : 10;
    EXPECT_EQ(out.answer, reply::syn_ack);
    EXPECT_EQ(out.text, text_placement::in_order);
    EXPECT_EQ(out.text_skip, 0u);
    EXPECT_EQ(out.text_take, taken);
    EXPECT_EQ(out.text_at.wire(), 0xffff'fffdu);
    EXPECT_EQ(tcb.rcv.nxt.wire(), 0xffff'fffdu + taken);
    EXPECT_FALSE(tcb.rcv.fin);
    EXPECT_TRUE(tcb.fast_opened);
    EXPECT_EQ(tcb.snd.wnd, 500u);
    EXPECT_EQ(tcb.snd.max_wnd, 500u);
    EXPECT_EQ(tcb.state, connection_state::syn_received);
  }
}

TEST(arrives_listen, a_syn_without_text_is_not_opened_fast) {
  control_block<u32> tcb = block_in(connection_state::listen);
  const auto out = step(tcb, at(100).syn().header, surroundings<u32>{{}, sequence_number<u32>(7'000), 1'000u});
  control_block<u32> plain = block_in(connection_state::listen);
  EXPECT_EQ(out, arrive(plain, at(100).syn()));
  EXPECT_EQ(tcb, plain);
}

}  // namespace arrives_listen_test
}  // namespace sequent::test

#include "sequent/core/receive_text.hpp"

#include <gtest/gtest.h>

#include "tests/support/blocks.hpp"

namespace sequent::test {
namespace receive_text_test {

// RCV.NXT is 5000 and the window 1000 octets, unless a test says otherwise.
struct outcome {
  control_block<u32> tcb;
  actions<u32> did;
};

outcome take(const packet& p, control_block<u32> tcb = block_in(connection_state::established)) {
  actions<u32> did;
  receive_text(tcb, p.header, did);
  return {tcb, did};
}

TEST(receive_text, text_at_rcv_nxt_is_taken_and_not_answered_at_once) {
  const auto [tcb, did] = take(at(5'000).length_only(100));
  EXPECT_EQ(did.text, text_placement::in_order);
  EXPECT_EQ(did.text_skip, 0u);
  EXPECT_EQ(did.text_take, 100u);
  EXPECT_EQ(did.text_at.wire(), 5'000u);
  EXPECT_EQ(tcb.rcv.nxt.wire(), 5'100u);
  EXPECT_EQ(tcb.rcv.wnd, 900u);
  EXPECT_EQ(did.answer, reply::none);
}

TEST(receive_text, what_was_received_before_is_skipped) {
  const auto [tcb, did] = take(at(4'950).length_only(100));
  EXPECT_EQ(did.text, text_placement::in_order);
  EXPECT_EQ(did.text_skip, 50u);
  EXPECT_EQ(did.text_take, 50u);
  EXPECT_EQ(tcb.rcv.nxt.wire(), 5'050u);
}

TEST(receive_text, what_lies_beyond_the_window_is_cut_off) {
  const auto [tcb, did] = take(at(5'000).length_only(1'500));
  EXPECT_EQ(did.text_take, 1'000u);
  EXPECT_EQ(tcb.rcv.wnd, 0u);
  EXPECT_EQ(tcb.rcv.nxt.wire(), 6'000u);
}

// covers: SHLD-31
TEST(receive_text, text_ahead_is_kept_and_answered_with_a_duplicate) {
  const auto [tcb, did] = take(at(5'100).length_only(100));
  EXPECT_EQ(did.text, text_placement::out_of_order);
  EXPECT_EQ(did.text_at.wire(), 5'100u);
  EXPECT_EQ(tcb.rcv.nxt.wire(), 5'000u);
  EXPECT_EQ(did.answer, reply::ack);
}

TEST(receive_text, a_bare_acknowledgment_is_not_answered) {
  const auto [tcb, did] = take(at(5'000).ack(1'000));
  EXPECT_EQ(did.answer, reply::none);
  EXPECT_EQ(did.text, text_placement::none);
  EXPECT_TRUE(did.raised.empty());
  EXPECT_EQ(tcb, block_in(connection_state::established));
}

TEST(receive_text, a_fin_at_rcv_nxt_closes_the_peers_direction) {
  const auto [tcb, did] = take(at(5'000).fin());
  EXPECT_EQ(tcb.state, connection_state::close_wait);
  EXPECT_EQ(tcb.rcv.nxt.wire(), 5'001u);
  EXPECT_EQ(tcb.rcv.wnd, 999u);
  EXPECT_TRUE(did.raised.has(signal::peer_closed));
  EXPECT_EQ(did.answer, reply::ack);
  EXPECT_EQ(did.text, text_placement::none);
}

TEST(receive_text, a_fin_after_its_text_counts_once_the_text_is_taken) {
  const auto [tcb, did] = take(at(5'000).length_only(10).fin());
  EXPECT_EQ(did.text_take, 10u);
  EXPECT_EQ(tcb.rcv.nxt.wire(), 5'011u);
  EXPECT_EQ(tcb.state, connection_state::close_wait);
  EXPECT_FALSE(tcb.rcv.fin);
}

// smoltcp #111: a FIN ahead of a hole must not close the stream.
TEST(receive_text, a_fin_ahead_of_a_hole_waits) {
  const auto [tcb, did] = take(at(5'100).fin());
  EXPECT_EQ(tcb.state, connection_state::established);
  ASSERT_TRUE(tcb.rcv.fin);
  EXPECT_EQ(tcb.rcv.fin->wire(), 5'100u);
  EXPECT_FALSE(did.raised.has(signal::peer_closed));
  EXPECT_EQ(did.answer, reply::ack);
  const auto then = take(at(5'000).length_only(100), tcb);
  EXPECT_EQ(then.tcb.state, connection_state::close_wait);
  EXPECT_EQ(then.tcb.rcv.nxt.wire(), 5'101u);
  EXPECT_TRUE(then.did.raised.has(signal::peer_closed));
}

TEST(receive_text, a_fin_whose_text_was_cut_off_does_not_count) {
  const auto [tcb, did] = take(at(5'000).length_only(1'001).fin());
  EXPECT_EQ(tcb.state, connection_state::established);
  EXPECT_FALSE(tcb.rcv.fin);
  EXPECT_EQ(did.text_take, 1'000u);
}

TEST(receive_text, a_fin_right_of_a_window_that_its_text_fills_does_not_count) {
  const auto [tcb, did] = take(at(5'000).length_only(1'000).fin());
  EXPECT_EQ(tcb.state, connection_state::established);
  EXPECT_EQ(tcb.rcv.nxt.wire(), 6'000u);
  EXPECT_FALSE(tcb.rcv.fin);
}

TEST(receive_text, a_fin_with_text_that_was_all_received_counts) {
  const auto [tcb, did] = take(at(4'990).length_only(10).fin());
  EXPECT_EQ(tcb.state, connection_state::close_wait);
  EXPECT_EQ(did.text, text_placement::none);
  EXPECT_EQ(tcb.rcv.nxt.wire(), 5'001u);
}

TEST(receive_text, octets_behind_a_held_fin_are_not_part_of_the_stream) {
  control_block<u32> tcb = block_in(connection_state::established);
  tcb.rcv.fin = sequence_number<u32>(5'050);
  const auto over = take(at(5'020).length_only(100), tcb);
  EXPECT_EQ(over.did.text_take, 30u);
  const auto behind = take(at(5'051).length_only(10), tcb);
  EXPECT_EQ(behind.did.text, text_placement::none);
  const auto up_to = take(at(5'000).length_only(200), tcb);
  EXPECT_EQ(up_to.did.text_take, 50u);
  EXPECT_EQ(up_to.tcb.state, connection_state::close_wait);
  EXPECT_EQ(up_to.tcb.rcv.nxt.wire(), 5'051u);
}

TEST(receive_text, each_state_that_takes_a_fin_goes_its_own_way) {
  const auto after = [](connection_state s) { return take(at(5'000).fin(), block_in(s)); };
  EXPECT_EQ(after(connection_state::fin_wait_1).tcb.state, connection_state::closing);
  EXPECT_EQ(after(connection_state::fin_wait_2).tcb.state, connection_state::time_wait);
  EXPECT_TRUE(after(connection_state::fin_wait_2).did.time_wait);
  EXPECT_FALSE(after(connection_state::fin_wait_1).did.time_wait);
}

// lwIP's derivatives corrupt the stream where the numbers wrap.
TEST(receive_text, everything_wraps) {
  for (const u32 irs : {0xffff'ffffu, 0xffff'fff0u, 0x7fff'ffffu, 0x8000'0000u}) {
    control_block<u32> tcb = block_in(connection_state::established, {999, irs});
    const u32 nxt = irs + 1;
    const auto ahead = take(at(nxt + 40).length_only(10).fin(), tcb);
    EXPECT_EQ(ahead.did.text, text_placement::out_of_order) << irs;
    ASSERT_TRUE(ahead.tcb.rcv.fin) << irs;
    const auto then = take(at(nxt - 20).length_only(70), ahead.tcb);
    EXPECT_EQ(then.did.text_skip, 20u) << irs;
    EXPECT_EQ(then.did.text_take, 50u) << irs;
    EXPECT_EQ(then.tcb.state, connection_state::close_wait) << irs;
    EXPECT_EQ(then.tcb.rcv.nxt.wire(), nxt + 51) << irs;
  }
}

TEST(receive_text, advancing_keeps_the_right_edge) {
  control_block<u32> tcb = block_in(connection_state::established);
  actions<u32> did;
  const u32 edge = tcb.rcv.nxt.wire() + tcb.rcv.wnd;
  advance_receive(tcb, 300u, did);
  EXPECT_EQ(tcb.rcv.nxt.wire() + tcb.rcv.wnd, edge);
}

}  // namespace receive_text_test
}  // namespace sequent::test

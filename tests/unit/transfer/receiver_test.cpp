#include "sequent/transfer/receiver.hpp"

#include <gtest/gtest.h>

#include "tests/support/blocks.hpp"

namespace sequent::test {
namespace receiver_test {

// A receiver of 64 octets with a control block that offers all of them from RCV.NXT on.
class receiving : public testing::TestWithParam<u32> {
 protected:
  receiving() {
    tcb = block_in(connection_state::established, {999, GetParam() - 1});
    tcb.rcv.wnd = room;
    half.start();
  }

  // Text at an offset from the first octet; its content tells its place.
  bool take(u32 offset, u32 length, bool fin = false) {
    packet p = at(GetParam() + offset).ack(1'000).text(length, offset);
    if (fin) p.fin();
    return take(p);
  }
  bool take(const packet& p) {
    did = arrive(tcb, p);
    if (did.text == text_placement::none) {
      if (tcb.rcv.fin) half.end_stream_at(tcb.rcv.nxt, *tcb.rcv.fin);
      return false;
    }
    return half.accept(tcb, did, p.octets);
  }
  std::vector<std::uint8_t> read(std::size_t most = 100) {
    std::vector<std::uint8_t> out(most);
    out.resize(half.read(out));
    return out;
  }
  u32 offset_of_nxt() const { return tcb.rcv.nxt.wire() - GetParam(); }

  static constexpr u32 room = 64;
  control_block<u32> tcb{};
  receiver<inline_storage<room>, 4> half{};
  actions<u32> did{};
};

INSTANTIATE_TEST_SUITE_P(origins, receiving,
                         testing::Values(5'000u, 0xffff'ffe0u, 0xffff'ffffu, 0u, 0x7fff'fff0u, 0x8000'0000u));

TEST_P(receiving, in_order_text_is_readable) {
  EXPECT_FALSE(take(0, 10));
  EXPECT_EQ(half.unread(), 10u);
  EXPECT_EQ(half.room(), 54u);
  EXPECT_EQ(read(4), pattern(4));
  EXPECT_EQ(read(), pattern(6, 4));
  EXPECT_EQ(half.unread(), 0u);
}

// covers: SHLD-31
TEST_P(receiving, text_ahead_is_kept_until_the_hole_is_filled) {
  EXPECT_TRUE(take(20, 10));
  EXPECT_TRUE(take(40, 10));
  EXPECT_EQ(half.unread(), 0u);
  EXPECT_TRUE(take(0, 20));
  EXPECT_EQ(half.unread(), 30u);
  EXPECT_EQ(offset_of_nxt(), 30u);
  EXPECT_TRUE(take(30, 10));
  EXPECT_EQ(half.unread(), 50u);
  EXPECT_EQ(read(), pattern(50));
  EXPECT_TRUE(half.held().empty());
}

// Class 5 of damning bugs: what was accepted never changes, however the copies that follow overlap it.
// covers: reassembly
TEST_P(receiving, octets_once_accepted_never_change) {
  EXPECT_TRUE(take(10, 10));
  std::vector<std::uint8_t> other(40, 0xee);
  const packet forged = at(GetParam()).ack(1'000).text(other);
  EXPECT_TRUE(take(forged));
  auto expected = other;
  const auto kept = pattern(10, 10);
  std::copy(kept.begin(), kept.end(), expected.begin() + 10);
  EXPECT_EQ(read(), expected);
}

TEST_P(receiving, overlaps_ahead_keep_the_first_copy) {
  take(20, 10);
  take(at(GetParam() + 15).ack(1'000).text(std::vector<std::uint8_t>(30, 0xee)));
  take(0, 15);
  auto expected = pattern(15);
  expected.insert(expected.end(), 5, 0xee);
  const auto kept = pattern(10, 20);
  expected.insert(expected.end(), kept.begin(), kept.end());
  expected.insert(expected.end(), 15, 0xee);
  EXPECT_EQ(read(), expected);
}

TEST_P(receiving, the_window_is_filled_to_the_last_octet_and_no_further) {
  take(0, 100);
  EXPECT_EQ(half.unread(), 64u);
  EXPECT_EQ(tcb.rcv.wnd, 0u);
  EXPECT_EQ(read(), pattern(64));
}

// smoltcp #1048 and #1051: text beyond the window, ahead of a hole.
TEST_P(receiving, text_ahead_beyond_the_window_is_cut_off) {
  take(60, 20);
  ASSERT_EQ(half.held().view().size(), 1u);
  EXPECT_EQ(half.held().view()[0].last.wire(), GetParam() + 64);
  take(0, 60);
  EXPECT_EQ(read(), pattern(64));
}

TEST_P(receiving, the_ring_is_reused_for_many_windows) {
  for (u32 offset = 0; offset != 640; offset += 32) {
    take(offset + 16, 16);
    take(offset, 16);
    EXPECT_EQ(read(), pattern(32, offset));
    tcb.rcv.wnd = half.room();
  }
}

TEST_P(receiving, a_fin_behind_a_hole_ends_the_stream_when_the_hole_is_filled) {
  EXPECT_TRUE(take(10, 10, true));
  EXPECT_EQ(tcb.state, connection_state::established);
  EXPECT_TRUE(take(0, 10));
  EXPECT_EQ(tcb.state, connection_state::close_wait);
  EXPECT_TRUE(did.raised.has(signal::peer_closed));
  EXPECT_EQ(offset_of_nxt(), 21u);
  EXPECT_EQ(read(), pattern(20));
}

TEST_P(receiving, nothing_behind_a_fin_is_ever_read) {
  take(30, 10);
  take(20, 0, true);
  take(0, 20);
  EXPECT_EQ(tcb.state, connection_state::close_wait);
  EXPECT_EQ(read(), pattern(20));
  EXPECT_TRUE(half.held().empty());
}

TEST_P(receiving, a_fin_in_the_middle_of_what_is_held_cuts_it) {
  take(10, 20);
  take(20, 0, true);
  take(0, 10);
  EXPECT_EQ(tcb.state, connection_state::close_wait);
  EXPECT_EQ(read(), pattern(20));
  EXPECT_EQ(offset_of_nxt(), 21u);
}

// C25: of too many ranges the furthest is given up, never the octets that come next.
// covers: reassembly
TEST_P(receiving, a_hole_too_many_is_refused_and_what_is_held_stays) {
  for (u32 i = 1; i != 7; ++i) take(i * 10, 2);
  EXPECT_EQ(half.held().view().size(), 4u);
  EXPECT_EQ(half.held().furthest().first - tcb.rcv.nxt, 40u);
  take(5, 1);
  EXPECT_EQ(half.held().view().size(), 4u);
  take(0, 10);
  EXPECT_EQ(read(), pattern(12));
  for (u32 i = 12; i != 64; ++i) take(i, 1);
  EXPECT_EQ(read(), pattern(52, 12));
}

// RFC 2018 section 4: the block of the latest arrival first, then those reported most recently.
TEST_P(receiving, sack_reports_the_latest_arrival_first) {
  take(10, 2);
  take(30, 2);
  take(20, 2);
  const auto offsets = [&] {
    std::vector<u32> out;
    const auto blocks = half.sack(tcb.rcv.nxt);
    for (const auto& b : blocks.view()) out.push_back(b.left.wire() - GetParam());
    return out;
  };
  EXPECT_EQ(offsets(), (std::vector<u32>{20, 30, 10}));
  take(12, 2);
  EXPECT_EQ(offsets(), (std::vector<u32>{10, 20, 30}));
  EXPECT_EQ(half.sack(tcb.rcv.nxt).block[0].right.wire(), GetParam() + 14);
}

TEST_P(receiving, sack_remembers_recency_through_many_segments_of_one_range) {
  take(40, 2);
  take(20, 2);
  take(30, 2);
  for (u32 i = 0; i != 6; ++i) take(10 + i, 1);
  std::vector<u32> offsets;
  const auto blocks = half.sack(tcb.rcv.nxt);
  for (const auto& b : blocks.view()) offsets.push_back(b.left.wire() - GetParam());
  EXPECT_EQ(offsets, (std::vector<u32>{10, 30, 20, 40}));
}

TEST_P(receiving, sack_reports_nothing_that_was_delivered) {
  take(10, 2);
  take(0, 10);
  EXPECT_EQ(half.sack(tcb.rcv.nxt).count, 0u);
  EXPECT_TRUE(half.recently_held().empty());
}

TEST_P(receiving, peeking_consumes_nothing) {
  take(0, 10);
  std::vector<std::uint8_t> out(4);
  half.peek(3, out);
  EXPECT_EQ(out, pattern(4, 3));
  EXPECT_EQ(half.unread(), 10u);
}

TEST_P(receiving, flushing_forgets_everything) {
  take(0, 10);
  take(20, 5);
  half.flush();
  EXPECT_EQ(half.unread(), 0u);
  EXPECT_TRUE(half.held().empty());
  EXPECT_EQ(half.room(), 64u);
}

TEST_P(receiving, the_largest_text_seen_is_remembered) {
  EXPECT_EQ(half.largest_text(), 0u);
  take(0, 10);
  take(10, 20);
  take(30, 5);
  EXPECT_EQ(half.largest_text(), 20u);
}

}  // namespace receiver_test
}  // namespace sequent::test

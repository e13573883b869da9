// The fifth to eighth checks and PAWS; the first four are in arrives_synchronized_test.cpp.
#include "sequent/core/arrives_synchronized.hpp"

#include <gtest/gtest.h>

#include "tests/support/blocks.hpp"
#include "tests/support/states.hpp"

namespace sequent::test {
namespace arrives_synchronized_ack_test {

// In the blocks of block_in(), SND.UNA is 1000, SND.NXT one more with our FIN; RCV.NXT is 5000, one more with the
// peer's; both windows are 1000 octets.
u32 nxt(const control_block<u32>& tcb) { return tcb.rcv.nxt.wire(); }
u32 una(const control_block<u32>& tcb) { return tcb.snd.una.wire(); }

// Fifth check.

TEST(fifth_check, without_an_acknowledgment_the_segment_is_dropped) {
  for (const connection_state s : synchronized_states) {
    control_block<u32> tcb = block_in(s);
    EXPECT_EQ(arrive(tcb, at(nxt(tcb)).length_only(10).fin()), actions<u32>()) << describe(s);
    EXPECT_EQ(tcb, block_in(s));
  }
}

// smoltcp #470, class 10 of damning bugs: an acknowledgment of what was never sent closes nothing and frees nothing.
// covers: U-9 U-10
TEST(fifth_check, an_acknowledgment_outside_the_range_is_challenged_and_the_segment_dropped) {
  for (const connection_state s : synchronized_states) {
    const control_block<u32> before = block_in(s);
    const u32 sent = before.snd.nxt.wire();
    for (const u32 ack : {sent + 1, sent + 0x7fff'ffffu, sent + 0x8000'0000u, una(before) - 1'001}) {
      control_block<u32> tcb = before;
      const auto out = arrive(tcb, at(nxt(tcb)).ack(ack).length_only(10).fin().urg(5).window(9));
      EXPECT_EQ(out.answer, reply::challenge_ack) << describe(s);
      EXPECT_EQ(out.text, text_placement::none);
      EXPECT_FALSE(out.acceptable_ack);
      EXPECT_TRUE(out.raised.empty());
      EXPECT_EQ(tcb.snd, before.snd);
      EXPECT_EQ(tcb.rcv, before.rcv);
      EXPECT_EQ(tcb.state, s);
    }
  }
}

TEST(fifth_check, an_old_acknowledgment_inside_the_range_does_not_hold_back_the_text) {
  control_block<u32> tcb = block_in(connection_state::established);
  const auto out = arrive(tcb, at(nxt(tcb)).ack(una(tcb) - 1'000).length_only(10).window(5));
  EXPECT_EQ(out.text_take, 10u);
  EXPECT_EQ(una(tcb), 1'000u);
  EXPECT_EQ(tcb.snd.wnd, 1'000u);
  EXPECT_EQ(out.acked, 0u);
}

TEST(fifth_check, a_new_acknowledgment_advances_snd_una_across_the_wrap) {
  for (const u32 iss : {999u, 0xffff'ffd0u, 0x7fff'ffd0u}) {
    control_block<u32> tcb = block_in(connection_state::established, {iss, 4'999});
    tcb.snd.nxt = tcb.snd.una + 100u;
    const auto out = arrive(tcb, at(nxt(tcb)).ack(iss + 1 + 70));
    EXPECT_EQ(out.acked, 70u);
    EXPECT_EQ(una(tcb), iss + 71);
  }
}

TEST(fifth_check, a_half_open_connection_is_established_by_the_acknowledgment_of_its_syn) {
  control_block<u32> tcb = block_in(connection_state::syn_received);
  tcb.snd.shift = 2;
  const auto out = arrive(tcb, at(nxt(tcb)).ack(1'000).window(300).length_only(5));
  EXPECT_EQ(tcb.state, connection_state::established);
  EXPECT_TRUE(out.raised.has(signal::established));
  EXPECT_EQ(una(tcb), 1'000u);
  EXPECT_EQ(out.acked, 1u);
  EXPECT_EQ(tcb.snd.wnd, 1'200u);
  EXPECT_EQ(tcb.snd.wl1.wire(), 5'000u);
  EXPECT_EQ(tcb.snd.wl2.wire(), 1'000u);
  EXPECT_EQ(out.text_take, 5u);
}

// A27 of docs/choices.md, Figures 8 and 11 of RFC 9293.
TEST(fifth_check, a_wrong_acknowledgment_of_a_half_open_connection_is_answered_with_a_reset_and_nothing_else) {
  for (const u32 ack : {999u, 1'001u, 998u, 0x8000'0000u}) {
    control_block<u32> tcb = block_in(connection_state::syn_received);
    const auto before = tcb;
    const auto out = arrive(tcb, at(nxt(tcb)).ack(ack).length_only(10).fin());
    EXPECT_EQ(out.answer, reply::reset) << ack;
    EXPECT_EQ(out.reset_seq.wire(), ack);
    EXPECT_EQ(tcb, before) << ack;
    EXPECT_EQ(out.text, text_placement::none);
  }
}

TEST(fifth_check, the_window_is_taken_from_newer_segments_only) {
  control_block<u32> tcb = block_in(connection_state::established);
  tcb.snd.wl1 = sequence_number<u32>(5'000);
  tcb.snd.wl2 = sequence_number<u32>(1'000);
  tcb.snd.nxt = tcb.snd.una + 100u;
  EXPECT_TRUE(arrive(tcb, at(5'000).ack(1'000).window(2'000)).window_opened);
  EXPECT_EQ(tcb.snd.wnd, 2'000u);
  EXPECT_TRUE(arrive(tcb, at(5'000).ack(1'010).window(3'000)).window_opened);
  EXPECT_EQ(tcb.snd.wl2.wire(), 1'010u);
  (void)arrive(tcb, at(5'500).ack(1'010).window(4'000).length_only(1));
  EXPECT_EQ(tcb.snd.wnd, 4'000u);
  EXPECT_FALSE(arrive(tcb, at(5'000).ack(1'010).window(9)).window_opened);
  EXPECT_EQ(tcb.snd.wnd, 4'000u);
  EXPECT_EQ(tcb.snd.max_wnd, 4'000u);
}

// A29 of docs/choices.md: the peer repeats an older segment after a later one has come. Its acknowledgment is new, so
// it was sent later than all that has come, whatever its number, and its window is the latest.
TEST(fifth_check, the_window_comes_with_whatever_acknowledges_something_new) {
  control_block<u32> tcb = block_in(connection_state::established);
  tcb.snd.nxt = tcb.snd.una + 3'000u;
  (void)arrive(tcb, at(nxt(tcb) + 200).ack(1'000).window(3'000).length_only(100));  // held behind a gap
  const auto out = arrive(tcb, at(nxt(tcb)).ack(3'000).window(1'000).length_only(200));
  EXPECT_TRUE(out.window_opened);
  EXPECT_EQ(una(tcb), 3'000u);
  EXPECT_EQ(tcb.snd.wnd, 1'000u);  // the edge that was offered is 4 000, before and after
  EXPECT_EQ(tcb.snd.wl1.wire(), 5'000u);
  EXPECT_EQ(tcb.snd.wl2.wire(), 3'000u);
}

// smoltcp #489: a window that shrinks below what is outstanding.
// covers: MUST-34
TEST(fifth_check, a_window_may_shrink) {
  control_block<u32> tcb = block_in(connection_state::established);
  tcb.snd.nxt = tcb.snd.una + 1'000u;
  (void)arrive(tcb, at(nxt(tcb)).ack(una(tcb)).window(10));
  EXPECT_EQ(tcb.snd.wnd, 10u);
  EXPECT_EQ(tcb.snd.max_wnd, 1'000u);
}

// RFC 5681 section 2: the five parts of the definition, each alone missing.
TEST(fifth_check, a_duplicate_acknowledgment_is_what_rfc_5681_says) {
  control_block<u32> tcb = block_in(connection_state::established);
  tcb.snd.nxt = tcb.snd.una + 100u;
  const auto duplicate = [&](const packet& p) {
    control_block<u32> copy = tcb;
    return arrive(copy, p).duplicate_ack;
  };
  EXPECT_TRUE(duplicate(at(nxt(tcb)).ack(1'000).window(1'000)));
  EXPECT_FALSE(duplicate(at(nxt(tcb)).ack(1'000).window(1'000).length_only(1)));
  EXPECT_FALSE(duplicate(at(nxt(tcb)).ack(1'000).window(1'000).fin()));
  EXPECT_FALSE(duplicate(at(nxt(tcb)).ack(1'001).window(1'000)));
  EXPECT_FALSE(duplicate(at(nxt(tcb)).ack(999).window(1'000)));
  EXPECT_FALSE(duplicate(at(nxt(tcb)).ack(1'000).window(1'001)));
  tcb.snd.nxt = tcb.snd.una;
  EXPECT_FALSE(duplicate(at(nxt(tcb)).ack(1'000).window(1'000)));
}

TEST(fifth_check, a_different_window_is_no_duplicate_even_when_it_is_too_old_to_be_taken) {
  control_block<u32> tcb = block_in(connection_state::established);
  tcb.snd.nxt = tcb.snd.una + 100u;
  tcb.snd.wl1 = tcb.rcv.nxt + 200u;  // taken from a segment that arrived out of order
  EXPECT_FALSE(arrive(tcb, at(nxt(tcb)).ack(1'000).window(700)).duplicate_ack);
}

TEST(fifth_check, the_acknowledgment_of_our_fin_moves_each_state_on) {
  const auto after = [](connection_state s) {
    control_block<u32> tcb = block_in(s);
    (void)arrive(tcb, at(nxt(tcb)).ack(1'001));
    return tcb.state;
  };
  EXPECT_EQ(after(connection_state::fin_wait_1), connection_state::fin_wait_2);
  EXPECT_EQ(after(connection_state::closing), connection_state::time_wait);
  EXPECT_EQ(after(connection_state::last_ack), connection_state::closed);
}

// smoltcp #470: LAST-ACK ends with the acknowledgment of the FIN, not with any.
TEST(fifth_check, an_acknowledgment_of_less_than_the_fin_moves_nothing) {
  for (const connection_state s :
       {connection_state::fin_wait_1, connection_state::closing, connection_state::last_ack}) {
    control_block<u32> tcb = block_in(s);
    (void)arrive(tcb, at(nxt(tcb)).ack(1'000));
    EXPECT_EQ(tcb.state, s) << describe(s);
  }
}

// smoltcp #279 and #398: FIN-WAIT-1 whose FIN has not been sent is not in FIN-WAIT-2 when all text is acknowledged.
TEST(fifth_check, a_fin_that_was_never_sent_is_not_acknowledged) {
  control_block<u32> tcb = block_in(connection_state::established);
  tcb.state = connection_state::fin_wait_1;
  tcb.snd.fin_asked = true;
  tcb.snd.nxt = tcb.snd.una + 10u;
  (void)arrive(tcb, at(nxt(tcb)).ack(1'010));
  EXPECT_EQ(tcb.state, connection_state::fin_wait_1);
}

// A18 of docs/choices.md: two ends in TIME-WAIT do not acknowledge each other's acknowledgments for ever.
TEST(fifth_check, time_wait_does_not_answer_a_bare_acknowledgment) {
  control_block<u32> tcb = block_in(connection_state::time_wait);
  EXPECT_EQ(arrive(tcb, at(nxt(tcb)).ack(una(tcb))).answer, reply::none);
}

TEST(fifth_check, a_fin_again_restarts_time_wait_and_is_acknowledged) {
  control_block<u32> tcb = block_in(connection_state::time_wait);
  const auto out = arrive(tcb, at(nxt(tcb) - 1).ack(una(tcb)).fin());
  EXPECT_TRUE(out.time_wait);
  EXPECT_EQ(out.answer, reply::ack);
  EXPECT_EQ(tcb.state, connection_state::time_wait);
}

// Sixth check.

TEST(sixth_check, an_urgent_pointer_that_moves_forward_is_announced_once) {
  control_block<u32> tcb = block_in(connection_state::established);
  EXPECT_TRUE(arrive(tcb, at(nxt(tcb)).ack(una(tcb)).urg(10)).raised.has(signal::urgent));
  EXPECT_EQ(tcb.rcv.up.wire(), 5'010u);
  EXPECT_FALSE(arrive(tcb, at(nxt(tcb)).ack(una(tcb)).urg(10)).raised.has(signal::urgent));
  EXPECT_FALSE(arrive(tcb, at(nxt(tcb)).ack(una(tcb)).urg(9)).raised.has(signal::urgent));
  EXPECT_TRUE(arrive(tcb, at(nxt(tcb)).ack(una(tcb)).urg(11)).raised.has(signal::urgent));
}

// URGENT/11 and uIP: a pointer that points before the data, at nothing or far past the end.
TEST(sixth_check, no_urgent_pointer_underflows_or_changes_the_text) {
  for (const u32 pointer : {0u, 1u, 5u, 10u, 11u, 65'535u}) {
    for (const u32 offset : {0u, u32(-5)}) {
      control_block<u32> with = block_in(connection_state::established);
      control_block<u32> without = with;
      const auto seg = at(nxt(with) + offset).ack(una(with)).length_only(10);
      auto urgent = seg;
      const auto a = arrive(with, urgent.urg(pointer));
      const auto b = arrive(without, seg);
      EXPECT_EQ(a.text_skip, b.text_skip) << pointer;
      EXPECT_EQ(a.text_take, b.text_take) << pointer;
      EXPECT_EQ(with.rcv.nxt, without.rcv.nxt) << pointer;
      EXPECT_EQ(a.raised.has(signal::urgent), offset == 0 ? pointer > 0 : pointer > 5) << pointer;
    }
  }
}

TEST(sixth_check, is_left_out_where_no_text_comes_any_more) {
  for (const connection_state s : {connection_state::close_wait, connection_state::closing, connection_state::last_ack,
                                   connection_state::time_wait}) {
    control_block<u32> tcb = block_in(s);
    EXPECT_FALSE(arrive(tcb, at(nxt(tcb)).ack(una(tcb)).urg(10)).raised.has(signal::urgent)) << describe(s);
  }
}

// RCV.UP must not come to look as if it lay ahead when more than half the circle has arrived since (A33).
// covers: MUST-32
TEST(sixth_check, an_urgent_pointer_is_announced_after_more_than_two_to_the_thirty_first_octets) {
  control_block<u32> tcb = block_in(connection_state::established);
  for (int i = 0; i != 11; ++i) {
    tcb.rcv.wnd = 0x1000'0000u;
    (void)arrive(tcb, at(nxt(tcb)).ack(una(tcb)).length_only(0x1000'0000u));
    EXPECT_FALSE(before(tcb.rcv.nxt, tcb.rcv.up)) << i;
  }
  tcb.rcv.wnd = 1'000;
  EXPECT_TRUE(arrive(tcb, at(nxt(tcb)).ack(una(tcb)).urg(10)).raised.has(signal::urgent));
}

// Seventh and eighth.

TEST(seventh_check, text_is_ignored_where_none_comes_any_more) {
  for (const connection_state s : {connection_state::close_wait, connection_state::closing, connection_state::last_ack,
                                   connection_state::time_wait}) {
    control_block<u32> tcb = block_in(s);
    const auto out = arrive(tcb, at(nxt(tcb)).ack(una(tcb)).length_only(10));
    EXPECT_EQ(out.text, text_placement::none) << describe(s);
    EXPECT_EQ(tcb.rcv.nxt, block_in(s).rcv.nxt) << describe(s);
  }
}

// A36 of docs/choices.md: a second FIN at a new number does not advance RCV.NXT.
TEST(eighth_check, a_second_fin_is_ignored) {
  for (const connection_state s : {connection_state::close_wait, connection_state::closing, connection_state::last_ack,
                                   connection_state::time_wait}) {
    control_block<u32> tcb = block_in(s);
    const auto out = arrive(tcb, at(nxt(tcb)).ack(una(tcb)).fin());
    EXPECT_EQ(tcb.rcv.nxt, block_in(s).rcv.nxt) << describe(s);
    EXPECT_EQ(tcb.state, s) << describe(s);
    EXPECT_FALSE(out.raised.has(signal::peer_closed));
  }
}

TEST(eighth_check, a_fin_that_acknowledges_ours_goes_straight_to_time_wait) {
  control_block<u32> tcb = block_in(connection_state::fin_wait_1);
  const auto out = arrive(tcb, at(nxt(tcb)).ack(1'001).fin());
  EXPECT_EQ(tcb.state, connection_state::time_wait);
  EXPECT_TRUE(out.time_wait);
  EXPECT_EQ(out.answer, reply::ack);
}

// Timestamps.

control_block<u32> stamped(u32 recent, connection_state s = connection_state::established) {
  control_block<u32> tcb = block_in(s);
  tcb.ts.enabled = true;
  tcb.ts.recent = sequence_number<u32>(recent);
  return tcb;
}

TEST(paws, an_old_timestamp_is_acknowledged_and_the_segment_dropped) {
  control_block<u32> tcb = stamped(100);
  const auto out = arrive(tcb, at(nxt(tcb)).ack(una(tcb)).length_only(10).ts(99));
  EXPECT_EQ(out.answer, reply::ack);
  EXPECT_EQ(out.text, text_placement::none);
  EXPECT_EQ(tcb, stamped(100));
}

TEST(paws, does_not_apply_to_resets) {
  control_block<u32> tcb = stamped(100);
  EXPECT_TRUE(arrive(tcb, at(nxt(tcb)).rst().ts(1)).raised.has(signal::reset));
  tcb = stamped(100);
  EXPECT_TRUE(arrive(tcb, at(nxt(tcb)).rst()).raised.has(signal::reset));
}

// RFC 7323 section 3.2.
TEST(paws, a_segment_without_the_option_is_dropped_in_silence) {
  control_block<u32> tcb = stamped(100);
  EXPECT_EQ(arrive(tcb, at(nxt(tcb)).ack(una(tcb)).length_only(10)), actions<u32>());
  EXPECT_EQ(tcb, stamped(100));
}

// CVE-2005-0356: a forged segment that is dropped must not leave its timestamp behind.
TEST(paws, is_not_poisoned_by_a_segment_that_is_dropped) {
  for (const packet& forged : {at(5'000).ack(9'999).ts(0x7000'0000), at(5'000).ts(0x7000'0000).length_only(3),
                               at(4'000).ack(1'000).ts(0x7000'0000), at(6'000).ack(1'000).ts(0x7000'0000),
                               at(5'003).rst().ts(0x7000'0000), at(5'000).syn().ts(0x7000'0000)}) {
    control_block<u32> tcb = stamped(100);
    (void)arrive(tcb, forged);
    EXPECT_EQ(tcb.ts.recent.wire(), 100u) << forged.bits();
  }
}

TEST(paws, a_segment_that_is_taken_leaves_its_timestamp_behind) {
  control_block<u32> tcb = stamped(100);
  (void)arrive(tcb, at(5'000).ack(1'000).ts(105));
  EXPECT_EQ(tcb.ts.recent.wire(), 105u);
}

}  // namespace arrives_synchronized_ack_test
}  // namespace sequent::test

#include "sequent/core/arrives_synchronized.hpp"

#include <gtest/gtest.h>

#include "tests/support/blocks.hpp"
#include "tests/support/states.hpp"

namespace sequent::test {
namespace arrives_synchronized_test {

// In the blocks of block_in(), SND.UNA is 1000, SND.NXT one more with our FIN; RCV.NXT is 5000, one more with the
// peer's; both windows are 1000 octets.
u32 nxt(const control_block<u32>& tcb) { return tcb.rcv.nxt.wire(); }
u32 una(const control_block<u32>& tcb) { return tcb.snd.una.wire(); }

// First check.

TEST(first_check, what_is_not_acceptable_is_acknowledged_and_dropped_in_every_state) {
  for (const connection_state s : synchronized_states) {
    for (const u32 offset : {1'000u, 0x8000'0000u, u32(-10)}) {
      control_block<u32> tcb = block_in(s);
      const auto out = arrive(tcb, at(nxt(tcb) + offset).ack(una(tcb)).length_only(10));
      EXPECT_EQ(out.answer, reply::ack) << describe(s);
      EXPECT_EQ(out.text, text_placement::none);
      EXPECT_EQ(tcb, block_in(s)) << describe(s);
    }
  }
}

TEST(first_check, a_reset_that_is_not_acceptable_is_dropped_in_silence) {
  for (const connection_state s : synchronized_states) {
    for (const u32 offset : {1'000u, 0x8000'0000u, u32(-1)}) {
      control_block<u32> tcb = block_in(s);
      EXPECT_EQ(arrive(tcb, at(nxt(tcb) + offset).rst()), actions<u32>()) << describe(s);
      EXPECT_EQ(tcb, block_in(s));
    }
  }
}

// RFC 1337 hazard H2, A40 of docs/choices.md: two confused ends cannot acknowledge each other for ever.
TEST(first_check, acknowledgments_of_what_has_no_length_are_counted) {
  control_block<u32> tcb = block_in(connection_state::established);
  int answers = 0;
  for (int i = 0; i != 100; ++i) {
    if (arrive(tcb, at(nxt(tcb) + 5'000).ack(una(tcb))).answer != reply::none) ++answers;
  }
  EXPECT_EQ(answers, 10);
}

// smoltcp #1162: a limiter that suppresses the acknowledgment of a retransmission stalls the peer.
TEST(first_check, a_retransmission_is_answered_however_many_challenges_went_before) {
  control_block<u32> tcb = block_in(connection_state::established);
  tcb.challenges.limit = 0;
  for (int i = 0; i != 100; ++i) {
    EXPECT_EQ(arrive(tcb, at(nxt(tcb) - 100).ack(una(tcb)).length_only(100)).answer, reply::ack);
  }
}

// covers: MUST-66
TEST(first_check, a_closed_window_still_takes_resets) {
  for (const u32 length : {0u, 10u}) {
    control_block<u32> tcb = block_in(connection_state::established);
    tcb.rcv.wnd = 0;
    const auto out = arrive(tcb, at(nxt(tcb)).rst().length_only(length));
    EXPECT_TRUE(out.raised.has(signal::reset)) << length;
    EXPECT_EQ(tcb.state, connection_state::closed);
  }
}

// covers: MUST-66
TEST(first_check, a_closed_window_still_takes_urgent_pointers_and_acknowledgments_but_no_text) {
  control_block<u32> tcb = block_in(connection_state::established);
  tcb.rcv.wnd = 0;
  tcb.snd.nxt = tcb.snd.una + 100u;
  const auto out = arrive(tcb, at(nxt(tcb)).ack(una(tcb) + 60).urg(5).length_only(1).window(400));
  EXPECT_TRUE(out.raised.has(signal::urgent));
  EXPECT_EQ(out.acked, 60u);
  EXPECT_EQ(tcb.snd.wnd, 400u);
  EXPECT_EQ(out.text, text_placement::none);
  EXPECT_EQ(tcb.rcv.nxt.wire(), 5'000u);
  EXPECT_EQ(out.answer, reply::ack);
}

TEST(first_check, a_probe_of_a_closed_window_is_answered) {
  control_block<u32> tcb = block_in(connection_state::established);
  tcb.rcv.wnd = 0;
  EXPECT_EQ(arrive(tcb, at(nxt(tcb)).ack(una(tcb)).length_only(1)).answer, reply::ack);
  EXPECT_EQ(arrive(tcb, at(nxt(tcb)).ack(una(tcb)).fin()).answer, reply::ack);
  EXPECT_EQ(tcb.state, connection_state::established);
}

// Second check.

// covers: U-4
TEST(second_check, a_reset_at_rcv_nxt_ends_every_synchronized_connection) {
  for (const connection_state s : living_states) {
    control_block<u32> tcb = block_in(s);
    const auto out = arrive(tcb, at(nxt(tcb)).rst());
    EXPECT_EQ(tcb.state, connection_state::closed) << describe(s);
    EXPECT_TRUE(out.deleted);
    EXPECT_TRUE(out.raised.has(signal::reset)) << describe(s);
    EXPECT_EQ(out.answer, reply::none);
  }
}

// covers: U-5 U-6
TEST(second_check, any_other_reset_in_the_window_is_challenged_and_dropped) {
  for (const connection_state s : synchronized_states) {
    for (const u32 offset : {1u, 500u, 999u}) {
      control_block<u32> tcb = block_in(s);
      const auto out = arrive(tcb, at(nxt(tcb) + offset).rst().ack(una(tcb)).length_only(4));
      EXPECT_EQ(out.answer, reply::challenge_ack) << describe(s);
      EXPECT_FALSE(out.deleted);
      EXPECT_EQ(tcb.state, s);
      EXPECT_EQ(tcb.rcv, block_in(s).rcv);
      EXPECT_EQ(tcb.snd, block_in(s).snd);
    }
  }
}

// RFC 1337, F1: TIME-WAIT is not assassinated.
TEST(second_check, a_reset_does_not_end_time_wait) {
  control_block<u32> tcb = block_in(connection_state::time_wait);
  EXPECT_EQ(arrive(tcb, at(nxt(tcb)).rst()), actions<u32>());
  EXPECT_EQ(tcb, block_in(connection_state::time_wait));
}

// A20 of docs/choices.md: SEG.SEQ is judged as it was sent, not as it would be after trimming.
TEST(second_check, a_reset_that_begins_before_the_window_is_dropped_though_its_text_reaches_in) {
  control_block<u32> tcb = block_in(connection_state::established);
  EXPECT_EQ(arrive(tcb, at(nxt(tcb) - 5).rst().length_only(10)), actions<u32>());
  EXPECT_EQ(tcb.state, connection_state::established);
}

// covers: MUST-11
TEST(second_check, a_half_open_connection_falls_back_to_where_it_came_from) {
  control_block<u32> passive = block_in(connection_state::syn_received);
  passive.passive = true;
  const auto quiet = arrive(passive, at(nxt(passive)).rst());
  EXPECT_EQ(passive.state, connection_state::listen);
  EXPECT_TRUE(quiet.raised.empty());
  control_block<u32> active = block_in(connection_state::syn_received);
  const auto told = arrive(active, at(nxt(active)).rst());
  EXPECT_EQ(active.state, connection_state::closed);
  EXPECT_TRUE(told.raised.has(signal::refused));
  EXPECT_FALSE(told.raised.has(signal::reset));
}

// Fourth check.

// covers: U-7 U-8
TEST(fourth_check, a_syn_is_challenged_whatever_its_sequence_number) {
  for (const connection_state s : synchronized_states) {
    for (const u32 offset : {0u, 1u, 999u, 1'000u, 0x8000'0000u, u32(-1), u32(-2)}) {
      control_block<u32> tcb = block_in(s);
      const auto out = arrive(tcb, at(nxt(tcb) + offset).syn().ack(una(tcb)).window(1).length_only(offset % 3));
      EXPECT_EQ(out.answer, reply::challenge_ack) << describe(s) << " " << offset;
      EXPECT_EQ(tcb.state, s);
      EXPECT_EQ(tcb.rcv, block_in(s).rcv);
      EXPECT_EQ(tcb.snd, block_in(s).snd);
    }
  }
}

// RFC 5961 section 7.
TEST(fourth_check, challenges_of_syns_are_limited_inside_and_outside_the_window) {
  for (const u32 offset : {3u, 5'000u}) {
    control_block<u32> tcb = block_in(connection_state::established);
    int answers = 0;
    for (int i = 0; i != 100; ++i) {
      if (arrive(tcb, at(nxt(tcb) + offset).syn()).answer != reply::none) ++answers;
    }
    EXPECT_EQ(answers, 10) << offset;
  }
}

TEST(fourth_check, a_new_syn_returns_a_passive_half_open_connection_to_listen) {
  control_block<u32> tcb = block_in(connection_state::syn_received);
  tcb.passive = true;
  const auto out = arrive(tcb, at(nxt(tcb) + 5).syn());
  EXPECT_EQ(tcb.state, connection_state::listen);
  EXPECT_EQ(out.answer, reply::none);
}

// covers: U-7
TEST(fourth_check, a_new_syn_in_an_active_half_open_connection_is_challenged) {
  control_block<u32> tcb = block_in(connection_state::syn_received);
  EXPECT_EQ(arrive(tcb, at(nxt(tcb) + 5).syn()).answer, reply::challenge_ack);
  EXPECT_EQ(tcb.state, connection_state::syn_received);
}

// A19 of docs/choices.md.
TEST(fourth_check, a_half_open_connection_whose_user_has_text_of_it_does_not_return_to_listen) {
  control_block<u32> tcb = block_in(connection_state::syn_received);
  tcb.passive = tcb.fast_opened = true;
  EXPECT_EQ(arrive(tcb, at(5'010).syn()).answer, reply::challenge_ack);
  EXPECT_EQ(tcb.state, connection_state::syn_received);
  const auto out = arrive(tcb, at(5'000).rst());
  EXPECT_TRUE(out.deleted);
  EXPECT_TRUE(out.raised.has(signal::reset));
  EXPECT_EQ(tcb.state, connection_state::closed);
}

TEST(fourth_check, the_same_syn_again_gets_the_same_syn_ack_again) {
  control_block<u32> tcb = block_in(connection_state::syn_received);
  tcb.passive = true;
  const auto before = tcb;
  EXPECT_EQ(arrive(tcb, at(nxt(tcb) - 1).syn()).answer, reply::syn_ack);
  EXPECT_EQ(tcb, before);
}

// A38 of docs/choices.md: the SYN,ACK that crosses ours is acknowledged, and no limit may suppress that.
TEST(fourth_check, the_syn_ack_of_a_simultaneous_open_is_acknowledged) {
  control_block<u32> tcb = block_in(connection_state::syn_received);
  tcb.challenges.limit = 0;
  EXPECT_EQ(arrive(tcb, at(nxt(tcb) - 1).syn().ack(tcb.snd.nxt.wire())).answer, reply::ack);
}

}  // namespace arrives_synchronized_test
}  // namespace sequent::test

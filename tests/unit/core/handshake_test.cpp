#include "sequent/core/handshake.hpp"

#include <gtest/gtest.h>

#include "tests/support/build.hpp"

namespace sequent::test {
namespace handshake_test {

constexpr instant now = instant::from_microseconds(42);

TEST(handshake, takes_irs_and_what_follows_from_it) {
  control_block<u32> tcb;
  take_syn(tcb, at(0xffff'ffffu).syn().header, now);
  EXPECT_EQ(tcb.rcv.irs.wire(), 0xffff'ffffu);
  EXPECT_EQ(tcb.rcv.nxt.wire(), 0u);
  EXPECT_EQ(tcb.rcv.up.wire(), 0u);
}

// covers: MUST-15
TEST(handshake, without_an_mss_option_the_default_is_taken) {
  control_block<u32> tcb;
  take_syn(tcb, at(1).syn().header, now);
  EXPECT_EQ(tcb.peer_mss, 536u);
  tcb.offer.default_peer_mss = 1'220;
  take_syn(tcb, at(1).syn().header, now);
  EXPECT_EQ(tcb.peer_mss, 1'220u);
}

// covers: MUST-15 MUST-16
TEST(handshake, an_mss_of_zero_counts_as_none_and_any_other_is_kept_by) {
  control_block<u32> tcb;
  take_syn(tcb, at(1).syn().mss(0).header, now);
  EXPECT_EQ(tcb.peer_mss, 536u);
  take_syn(tcb, at(1).syn().mss(1).header, now);
  EXPECT_EQ(tcb.peer_mss, 1u);
}

TEST(handshake, an_mss_option_is_kept_as_it_came) {
  for (const std::uint16_t mss : std::initializer_list<std::uint16_t>{1, 536, 65'535}) {
    control_block<u32> tcb;
    take_syn(tcb, at(1).syn().mss(mss).header, now);
    EXPECT_EQ(tcb.peer_mss, mss);
  }
}

TEST(handshake, window_scale_is_in_use_when_both_ends_sent_it) {
  control_block<u32> tcb;
  tcb.offer.shift = 3;
  take_syn(tcb, at(1).syn().scale(7).header, now);
  EXPECT_TRUE(tcb.window_scaling);
  EXPECT_EQ(tcb.snd.shift, 7u);
  EXPECT_EQ(tcb.rcv.shift, 3u);
}

TEST(handshake, window_scale_of_one_end_only_scales_nothing) {
  control_block<u32> theirs_only;
  theirs_only.offer.shift = 3;
  theirs_only.offer.window_scale = false;
  take_syn(theirs_only, at(1).syn().scale(7).header, now);
  EXPECT_FALSE(theirs_only.window_scaling);
  EXPECT_EQ(theirs_only.snd.shift, 0u);
  EXPECT_EQ(theirs_only.rcv.shift, 0u);
  control_block<u32> ours_only;
  ours_only.offer.shift = 3;
  take_syn(ours_only, at(1).syn().header, now);
  EXPECT_FALSE(ours_only.window_scaling);
  EXPECT_EQ(ours_only.rcv.shift, 0u);
}

// RFC 7323 section 2.3: a shift above 14 is taken as 14. A greater one would shift past the word.
TEST(handshake, a_shift_above_fourteen_is_taken_as_fourteen) {
  for (const std::uint8_t shift : std::initializer_list<std::uint8_t>{14, 15, 31, 32, 255}) {
    control_block<u32> tcb;
    take_syn(tcb, at(1).syn().scale(shift).header, now);
    EXPECT_EQ(tcb.snd.shift, 14u) << int{shift};
  }
}

TEST(handshake, timestamps_and_sack_need_both_ends) {
  control_block<u32> both;
  take_syn(both, at(1).syn().ts(77).sack_permitted().header, now);
  EXPECT_TRUE(both.ts.enabled);
  EXPECT_EQ(both.ts.recent.wire(), 77u);
  EXPECT_EQ(both.ts.recent_at, now);
  EXPECT_TRUE(both.sack_permitted);
  control_block<u32> neither;
  take_syn(neither, at(1).syn().header, now);
  EXPECT_FALSE(neither.ts.enabled);
  EXPECT_FALSE(neither.sack_permitted);
  control_block<u32> unwilling;
  unwilling.offer.timestamps = unwilling.offer.sack = false;
  take_syn(unwilling, at(1).syn().ts(77).sack_permitted().header, now);
  EXPECT_FALSE(unwilling.ts.enabled);
  EXPECT_FALSE(unwilling.sack_permitted);
}

// covers: rfc3168#6.1.1
TEST(handshake, ecn_is_in_use_when_both_ends_set_it_up) {
  for (const bool wanted : {false, true}) {
    control_block<u32> tcb;
    tcb.offer.ecn = wanted;
    take_syn(tcb, at(1).syn().ecn().header, now);
    EXPECT_EQ(tcb.ecn, wanted);
    take_syn(tcb, at(1).syn().header, now);
    EXPECT_FALSE(tcb.ecn);
    take_syn(tcb, at(1).syn().ack(2).ecn().header, now);
    EXPECT_EQ(tcb.ecn, wanted);
    packet reflected = at(1).syn().ecn();
    reflected.ack(2);
    take_syn(tcb, reflected.header, now);
    EXPECT_FALSE(tcb.ecn);
  }
}

TEST(handshake, our_syn_counts_as_sent) {
  control_block<u32> tcb;
  start_sending(tcb, sequence_number<u32>(0xffff'ffffu));
  EXPECT_EQ(tcb.snd.iss.wire(), 0xffff'ffffu);
  EXPECT_EQ(tcb.snd.una.wire(), 0xffff'ffffu);
  EXPECT_EQ(tcb.snd.nxt.wire(), 0u);
}

TEST(handshake, a_window_is_scaled_unless_it_came_with_a_syn) {
  send_variables<u32> snd;
  snd.shift = 7;
  take_window(snd, at(10).ack(20).window(100).header);
  EXPECT_EQ(snd.wnd, 12'800u);
  EXPECT_EQ(snd.wl1.wire(), 10u);
  EXPECT_EQ(snd.wl2.wire(), 20u);
  take_window(snd, at(11).syn().ack(21).window(100).header);
  EXPECT_EQ(snd.wnd, 100u);
  EXPECT_EQ(snd.max_wnd, 12'800u);
}

}  // namespace handshake_test
}  // namespace sequent::test

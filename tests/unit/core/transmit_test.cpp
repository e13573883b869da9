#include "sequent/core/transmit.hpp"

#include <gtest/gtest.h>

#include "tests/support/blocks.hpp"

namespace sequent::test {
namespace transmit_test {

receive_variables<u32> offered(u32 wnd, u32 shift = 0) {
  receive_variables<u32> rcv;
  rcv.wnd = wnd;
  rcv.shift = shift;
  return rcv;
}

TEST(offer_window, opens_when_it_is_worthwhile) {
  const auto offer = offer_window(offered(0), 1'000u, 536u, false);
  EXPECT_EQ(offer.field, 1'000u);
  EXPECT_EQ(offer.wnd, 1'000u);
}

// covers: MUST-39
TEST(offer_window, stays_where_it_is_when_little_would_be_gained) {
  const auto offer = offer_window(offered(500), 1'000u, 536u, false);
  EXPECT_EQ(offer.field, 500u);
  EXPECT_EQ(offer.wnd, 500u);
  EXPECT_EQ(offer_window(offered(464), 1'000u, 536u, false).wnd, 1'000u);
}

// covers: SHLD-14
TEST(offer_window, never_shrinks) {
  const auto offer = offer_window(offered(1'000), 10u, 1u, false);
  EXPECT_EQ(offer.wnd, 1'000u);
  EXPECT_EQ(offer.field, 1'000u);
}

TEST(offer_window, fits_the_field) {
  EXPECT_EQ(offer_window(offered(0), 100'000u, 1u, false).field, 65'535u);
  EXPECT_EQ(offer_window(offered(0), 100'000u, 1u, false).wnd, 65'535u);
  const auto scaled = offer_window(offered(0, 14), 0xffff'ffffu, 1u, false);
  EXPECT_EQ(scaled.field, 65'535u);
  EXPECT_EQ(scaled.wnd, 65'535u << 14);
}

// RFC 7323 section 2.4: what is not a whole unit of the scale is not offered, but stays accepted.
TEST(offer_window, rounds_down_to_the_scale) {
  const auto fresh = offer_window(offered(0, 7), 1'000u, 1u, false);
  EXPECT_EQ(fresh.field, 7u);
  EXPECT_EQ(fresh.wnd, 896u);
  const auto kept = offer_window(offered(1'000, 7), 1'000u, 1u, false);
  EXPECT_EQ(kept.field, 7u);
  EXPECT_EQ(kept.wnd, 1'000u);
}

// RFC 7323 section 2.2.
TEST(offer_window, of_a_syn_is_not_scaled) {
  const auto offer = offer_window(offered(0, 7), 1'000u, 1u, true);
  EXPECT_EQ(offer.field, 1'000u);
  EXPECT_EQ(offer.wnd, 1'000u);
}

TEST(compose_syn, offers_everything_that_is_configured) {
  control_block<u32> tcb = block_in(connection_state::syn_sent);
  tcb.offer = {.mss = 1'460, .shift = 7, .window_scale = true, .timestamps = true, .sack = true};
  const auto seg = compose_syn(tcb, 500u, 77u);
  EXPECT_EQ(seg.seq.wire(), 999u);
  EXPECT_EQ(seg.control.wire(), control_bits<u32>::syn_bit);
  EXPECT_EQ(seg.ack.wire(), 0u);
  EXPECT_EQ(seg.wnd, 500u);
  EXPECT_EQ(seg.options.mss, 1'460u);
  EXPECT_EQ(seg.options.window_scale, 7u);
  EXPECT_TRUE(seg.options.sack_permitted);
  ASSERT_TRUE(seg.options.ts);
  EXPECT_EQ(seg.options.ts->value.wire(), 77u);
  EXPECT_EQ(seg.options.ts->echo.wire(), 0u);
}

TEST(compose_syn, offers_nothing_that_is_switched_off) {
  control_block<u32> tcb = block_in(connection_state::syn_sent);
  tcb.offer = {.mss = 1'460, .shift = 7, .window_scale = false, .timestamps = false, .sack = false};
  const auto seg = compose_syn(tcb, 500u, 77u);
  EXPECT_FALSE(seg.options.window_scale);
  EXPECT_FALSE(seg.options.sack_permitted);
  EXPECT_FALSE(seg.options.ts);
}

TEST(compose_syn, a_syn_ack_confirms_only_what_was_offered_to_it) {
  control_block<u32> tcb = block_in(connection_state::syn_received);
  tcb.offer = {.mss = 1'460, .shift = 7, .window_scale = true, .timestamps = true, .sack = true};
  const auto bare = compose_syn(tcb, 500u, 77u);
  EXPECT_EQ(bare.control.wire(), 0x12u);
  EXPECT_EQ(bare.ack.wire(), 5'000u);
  EXPECT_EQ(bare.options.mss, 1'460u);
  EXPECT_FALSE(bare.options.window_scale);
  EXPECT_FALSE(bare.options.sack_permitted);
  EXPECT_FALSE(bare.options.ts);
  tcb.window_scaling = tcb.sack_permitted = tcb.ts.enabled = true;
  tcb.ts.recent = sequence_number<u32>(5);
  const auto full = compose_syn(tcb, 500u, 77u);
  EXPECT_EQ(full.options.window_scale, 7u);
  EXPECT_TRUE(full.options.sack_permitted);
  ASSERT_TRUE(full.options.ts);
  EXPECT_EQ(full.options.ts->echo.wire(), 5u);
}

// covers: MUST-65
TEST(compose, has_the_ack_bit_and_no_options_of_a_syn) {
  control_block<u32> tcb = block_in(connection_state::established);
  tcb.window_scaling = tcb.sack_permitted = true;
  const auto seg = compose(tcb, tcb.snd.nxt, 10u, control_bits<u32>(control_bits<u32>::fin_bit), 300u, 77u);
  EXPECT_EQ(seg.control.wire(), 0x11u);
  EXPECT_EQ(seg.seq.wire(), 1'000u);
  EXPECT_EQ(seg.ack.wire(), 5'000u);
  EXPECT_EQ(seg.wnd, 300u);
  EXPECT_EQ(seg.text_length, 10u);
  EXPECT_EQ(seg.options, segment_options<u32>());
}

TEST(note_sent, advances_snd_nxt_for_what_is_new_only) {
  for (const u32 iss : {999u, 0xffff'fff0u, 0x7fff'fff0u}) {
    control_block<u32> tcb = block_in(connection_state::established, {iss, 4'999});
    note_sent(tcb, at(iss + 1).length_only(100).header, 1'000u);
    EXPECT_EQ(tcb.snd.nxt.wire(), iss + 101);
    note_sent(tcb, at(iss + 1).length_only(50).header, 1'000u);
    EXPECT_EQ(tcb.snd.nxt.wire(), iss + 101) << "sent again";
    note_sent(tcb, at(iss).header, 1'000u);
    EXPECT_EQ(tcb.snd.nxt.wire(), iss + 101) << "a keep-alive probe";
    note_sent(tcb, at(iss + 51).length_only(60).header, 1'000u);
    EXPECT_EQ(tcb.snd.nxt.wire(), iss + 111) << "old and new together";
  }
}

TEST(note_sent, a_fin_leaves_close_wait) {
  control_block<u32> tcb = block_in(connection_state::close_wait);
  tcb.snd.fin_asked = true;
  note_sent(tcb, at(1'000).ack(5'001).fin().header, 1'000u);
  EXPECT_EQ(tcb.state, connection_state::last_ack);
  EXPECT_TRUE(tcb.snd.fin_sent);
  EXPECT_EQ(tcb.snd.nxt.wire(), 1'001u);
}

TEST(note_sent, remembers_the_acknowledgment_and_the_window) {
  control_block<u32> tcb = block_in(connection_state::established);
  tcb.rcv.nxt = sequence_number<u32>(5'100);
  note_sent(tcb, at(1'000).ack(5'100).header, 777u);
  EXPECT_EQ(tcb.ts.last_ack_sent.wire(), 5'100u);
  EXPECT_EQ(tcb.rcv.wnd, 777u);
}

}  // namespace transmit_test
}  // namespace sequent::test

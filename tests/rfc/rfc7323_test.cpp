// RFC 7323: window scale, timestamps, PAWS.
#include <gtest/gtest.h>

#include "tests/support/blocks.hpp"
#include "tests/support/pair.hpp"
#include "tests/support/states.hpp"

namespace sequent::test {
namespace rfc7323_test {

using state = connection_state;

connection_config scaling() {
  connection_config config = plain();
  config.window_scale = true;
  return config;
}

connection_config stamping() {
  connection_config config = plain();
  config.timestamps = true;
  return config;
}

endpoint<> stamped(u32 value = 100) {
  endpoint<> host(stamping());
  peer_offer offer;
  offer.ts = value;
  host.open(offer);
  return host;
}

TEST(rfc7323_section_2_2, the_window_of_a_syn_is_never_scaled) {
  endpoint<> host(scaling());
  ASSERT_TRUE(host.tcp.connect(host.now));
  const auto syn = host.out();
  EXPECT_EQ(syn[0].header.wnd, 65'535u);
  EXPECT_EQ(syn[0].header.options.window_scale, 1u);
  host.in(at(5'000).syn().ack(1'001).scale(7).window(1'000).mss(1'460));
  EXPECT_EQ(host.tcp.tcb().snd.wnd, 1'000u);
  host.in(at(5'001).ack(1'001).window(1'000));
  EXPECT_EQ(host.tcp.tcb().snd.wnd, 128'000u);
}

TEST(rfc7323_section_2_2, our_own_window_is_scaled_after_the_handshake) {
  endpoint<> host(scaling());
  peer_offer offer;
  offer.scale = 0;
  host.open(offer);
  const auto ack = host.in(host.peer().text(1'000));
  ASSERT_EQ(ack.size(), 1u);
  EXPECT_EQ(ack[0].header.wnd, (65'535u - 1'000) / 2);
}

TEST(rfc7323_section_2_2, without_the_option_from_both_ends_nothing_is_scaled) {
  endpoint<> ours(scaling());
  ours.open();
  EXPECT_EQ(ours.in(ours.peer().text(1'000))[0].header.wnd, 64'535u);
  endpoint<> theirs(plain());
  peer_offer offer;
  offer.scale = 7;
  theirs.open(offer);
  theirs.in(theirs.peer().window(1'000));
  EXPECT_EQ(theirs.tcp.tcb().snd.wnd, 1'000u);
}

TEST(rfc7323_section_2_2, a_syn_ack_has_the_option_only_in_answer_to_one) {
  for (const bool offered : {false, true}) {
    endpoint<> host(scaling());
    ASSERT_TRUE(host.tcp.listen());
    packet syn = at(5'000).syn();
    if (offered) syn.scale(2);
    EXPECT_EQ(host.in(syn)[0].header.options.window_scale.has_value(), offered);
  }
}

// Class 7 of damning bugs.
TEST(rfc7323_section_2_3, a_shift_above_fourteen_is_fourteen) {
  for (const std::uint8_t shift : std::initializer_list<std::uint8_t>{14, 15, 32, 255}) {
    endpoint<> host(scaling());
    peer_offer offer;
    offer.scale = shift;
    host.open(offer);
    host.in(host.peer().window(0xffff));
    EXPECT_EQ(host.tcp.tcb().snd.wnd, 0xffffu << 14) << int{shift};
  }
}

TEST(rfc7323_section_3_2, timestamps_stand_on_every_segment_once_negotiated) {
  endpoint<> host = stamped();
  host.write(3'000);
  host.in(host.peer().text(10).ts(101, 0));
  (void)host.tcp.shutdown();
  host.out();
  ASSERT_GE(host.sent.size(), 4u);
  for (const packet& p : host.sent) EXPECT_TRUE(p.header.options.ts);
}

TEST(rfc7323_section_3_2, a_segment_without_them_is_dropped_but_a_reset_is_not) {
  endpoint<> host = stamped();
  EXPECT_TRUE(host.in(host.peer().text("x")).empty());
  EXPECT_EQ(host.tcp.readable(), 0u);
  host.in(at(5'001).rst());
  EXPECT_EQ(host.state(), state::closed);
}

TEST(rfc7323_section_3_2, the_echo_of_a_syn_is_zero_and_that_of_a_syn_ack_is_the_peers_value) {
  endpoint<> active(stamping());
  ASSERT_TRUE(active.tcp.connect(active.now));
  EXPECT_EQ(active.out()[0].header.options.ts->echo.wire(), 0u);
  endpoint<> passive(stamping());
  ASSERT_TRUE(passive.tcp.listen());
  EXPECT_EQ(passive.in(at(5'000).syn().ts(77))[0].header.options.ts->echo.wire(), 77u);
}

// Section 4.3, example of case A: a delayed acknowledgment echoes the earliest segment that it covers.
TEST(rfc7323_section_4_3, case_A_a_delayed_acknowledgment_echoes_the_first_unacknowledged_segment) {
  connection_config config = stamping();
  config.delayed_ack = ms(100);
  endpoint<> host(config);
  peer_offer offer;
  offer.ts = 100;
  host.open(offer);
  host.in(at(5'001).ack(1'001).text(100).ts(101, 0));
  host.in(at(5'101).ack(1'001).text(10).ts(102, 0));
  const auto ack = host.wait(ms(100));
  ASSERT_EQ(ack.size(), 1u);
  EXPECT_EQ(ack[0].header.options.ts->echo.wire(), 101u);
}

// Case B: behind a hole the value of the last segment that advanced the window is echoed.
TEST(rfc7323_section_4_3, case_B_behind_a_hole_the_last_segment_in_order_is_echoed) {
  endpoint<> host = stamped();
  host.in(at(5'001).ack(1'001).text(100).ts(101, 0));
  const auto duplicate = host.in(at(5'201).ack(1'001).text(100).ts(103, 0));
  EXPECT_EQ(duplicate[0].header.options.ts->echo.wire(), 101u);
  const auto filled = host.in(at(5'101).ack(1'001).text(100).ts(104, 0));
  EXPECT_EQ(filled[0].header.options.ts->echo.wire(), 104u);
}

TEST(rfc7323_section_5_3, R1_an_old_timestamp_is_answered_and_the_segment_dropped) {
  endpoint<> host = stamped(100);
  const auto ack = host.in(host.peer().text("old").ts(99, 0));
  ASSERT_EQ(ack.size(), 1u);
  EXPECT_EQ(ack[0].acknowledges(), 5'001u);
  EXPECT_EQ(host.tcp.readable(), 0u);
}

TEST(rfc7323_section_5_3, timestamps_wrap) {
  endpoint<> host = stamped(0xffff'fff0u);
  host.in(host.peer().text("abc").ts(5, 0));
  EXPECT_EQ(host.tcp.readable(), 3u);
  EXPECT_EQ(host.tcp.tcb().ts.recent.wire(), 5u);
  host.in(at(5'004).ack(1'001).text("old").ts(0xffff'fff5u, 0));
  EXPECT_EQ(host.tcp.readable(), 3u);
}

// CVE-2005-0356 and class 13 of damning bugs.
TEST(rfc7323_section_5_3, a_forged_timestamp_on_a_segment_that_is_dropped_poisons_nothing) {
  endpoint<> host = stamped(100);
  host.in(at(5'001).ack(900'000'000).ts(0x7000'0000, 0));
  host.in(at(5'001).text("no acknowledgment").ts(0x7000'0000));
  host.in(at(4'000).ack(1'001).ts(0x7000'0000, 0));
  host.in(at(5'101).ack(1'001).text("ahead").ts(0x7000'0000, 0));
  host.in(host.peer().text("abc").ts(101, 0));
  EXPECT_EQ(host.tcp.readable(), 3u);
}

TEST(rfc7323_section_5_5, a_timestamp_that_is_24_days_old_rejects_nothing) {
  endpoint<> host = stamped(100);
  host.wait(s(24LL * 86'400 + 1));
  host.in(host.peer().text("abc").ts(50, 0));
  EXPECT_EQ(host.tcp.readable(), 3u);
  EXPECT_EQ(host.tcp.tcb().ts.recent.wire(), 50u);
}

TEST(rfc7323_section_4_1, an_acknowledgment_of_nothing_new_is_no_sample) {
  endpoint<> host = stamped(100);
  const auto before = host.tcp.sending().rtt();
  host.wait(s(5));
  host.in(host.peer().ts(101, 0));
  EXPECT_EQ(host.tcp.sending().rtt(), before);
}

TEST(rfc7323_section_4_1, an_echo_from_the_future_is_no_sample) {
  endpoint<> host = stamped(100);
  host.write(10);
  host.wait(ms(200));
  host.in(host.peer().ack(host.nxt()).ts(101, 0x4000'0000u));
  EXPECT_LE(host.tcp.sending().rtt().smoothed(), ms(200));
}

// Section 3.2 drops a segment that lacks the option; a SYN is challenged all the same, whatever its number (RFC 9293
// section 3.10.7.4, RFC 5961 section 4.2).
TEST(rfc7323_section_3, a_syn_without_timestamps_is_challenged) {
  for (const connection_state st : synchronized_states) {
    for (const u32 offset : {0u, 5u, 0x4000'0000u, u32(-7)}) {
      control_block<u32> tcb = block_in(st);
      tcb.ts.enabled = true;
      EXPECT_EQ(arrive(tcb, at(tcb.rcv.nxt.wire() + offset).syn()).answer, reply::challenge_ack) << describe(st);
      tcb.challenges.sent = tcb.challenges.limit;
      EXPECT_EQ(arrive(tcb, at(tcb.rcv.nxt.wire() + offset).syn()).answer, reply::none) << describe(st);
      EXPECT_EQ(arrive(tcb, at(tcb.rcv.nxt.wire()).ack(tcb.snd.nxt.wire())).answer, reply::none) << "dropped";
      EXPECT_EQ(tcb.state, st);
    }
  }
}

// Section 5.2: a RST because the user gives up carries the option, and echoes the peer's clock.
TEST(rfc7323_section_5, a_reset_of_an_abort_carries_timestamps) {
  for (const bool agreed : {true, false}) {
    connection_config config = plain();
    config.timestamps = agreed;
    endpoint<> host(config);
    peer_offer offer;
    if (agreed) offer.ts = 777;
    host.open(offer);
    ASSERT_TRUE(host.tcp.abort());
    const auto sent = host.out();
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].bits(), "RA");
    ASSERT_EQ(sent[0].header.options.ts.has_value(), agreed);
    EXPECT_TRUE(!agreed || sent[0].header.options.ts->echo.wire() == 777u);
  }
}

// Section 5.2: a RST that answers a segment carries 0, and that segment's clock, whatever was agreed.
// covers: rfc7323#5.2
TEST(rfc7323_section_5, a_reset_that_answers_a_segment_carries_its_timestamp_back) {
  const auto answered = [](endpoint<>& host, packet p) {
    const auto sent = host.in(p.ts(4'321, 99));
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_TRUE(sent[0].header.control.rst());
    ASSERT_TRUE(sent[0].header.options.ts);
    EXPECT_EQ(sent[0].header.options.ts->value.wire(), 0u);
    EXPECT_EQ(sent[0].header.options.ts->echo.wire(), 4'321u);
    host.tcp = connection<>(plain());
  };
  endpoint<> host(plain());
  answered(host, at(10).syn());
  answered(host, at(10).ack(20));
  ASSERT_TRUE(host.tcp.listen());
  answered(host, at(10).ack(20));
  ASSERT_TRUE(host.tcp.connect(host.now));
  (void)host.out();
  answered(host, at(5'000).ack(7).syn());
  ASSERT_TRUE(host.tcp.listen());
  (void)host.in(at(5'000).syn().ts(4'000, 0));
  answered(host, at(5'001).ack(7));
  host.open(peer_offer{.ts = 777});
  ASSERT_TRUE(host.tcp.close(host.now));
  (void)host.out();
  answered(host, at(5'001).ack(1'001).text(3));
  EXPECT_FALSE(host.in(at(10).syn())[0].header.options.ts);
}

}  // namespace rfc7323_test
}  // namespace sequent::test

// RFC 6298: the retransmission timer.
#include <gtest/gtest.h>

#include "tests/support/states.hpp"

namespace sequent::test {
namespace rfc6298_test {

using state = connection_state;

// covers: MUST-18
TEST(rfc6298_section_2, R2_1_the_first_timeout_is_one_second) {
  endpoint<> host;
  ASSERT_TRUE(host.tcp.connect(host.now));
  host.out();
  EXPECT_TRUE(host.wait(s(1) - ms(1)).empty());
  EXPECT_EQ(host.wait(ms(1)).size(), 1u);
}

// covers: MUST-18
TEST(rfc6298_section_2, R2_2_the_first_sample_sets_three_times_itself) {
  endpoint<> host;
  ASSERT_TRUE(host.tcp.connect(host.now));
  host.out();
  host.wait(ms(600));
  host.in(host.answer_to_syn({}));
  EXPECT_EQ(host.tcp.sending().rtt().timeout(), ms(1'800));
}

// covers: MUST-18
TEST(rfc6298_section_2, R2_4_the_timeout_is_never_below_one_second) {
  endpoint<> host;
  host.open();
  for (int i = 0; i != 50; ++i) {
    host.write(10);
    host.wait(ms(1));
    host.in(host.peer().ack(host.nxt()));
    EXPECT_GE(host.tcp.sending().rtt().timeout(), s(1));
  }
}

TEST(rfc6298_section_5, R5_1_sending_starts_the_timer_only_when_it_does_not_run) {
  endpoint<> host;
  host.open();
  host.tcp.set_nagle(false);
  host.write(10);
  const auto due = host.tcp.timers().due(timer::retransmission);
  host.wait(ms(300));
  host.write(10);
  EXPECT_EQ(host.tcp.timers().due(timer::retransmission), due);
}

TEST(rfc6298_section_5, R5_2_when_all_is_acknowledged_the_timer_stops) {
  endpoint<> host;
  host.open();
  host.write(10);
  host.in(host.peer().ack(host.nxt()));
  EXPECT_FALSE(host.tcp.timers().running(timer::retransmission));
}

TEST(rfc6298_section_5, R5_3_an_acknowledgment_of_new_text_restarts_the_timer) {
  endpoint<> host;
  host.open();
  host.tcp.set_nagle(false);
  host.write(10);
  host.write(10);
  host.wait(ms(300));
  host.in(host.peer().ack(1'011));
  EXPECT_EQ(host.tcp.timers().due(timer::retransmission), host.now + host.tcp.sending().rtt().timeout());
  const auto due = host.tcp.timers().due(timer::retransmission);
  host.wait(ms(100));
  host.in(host.peer().ack(1'011));
  EXPECT_EQ(host.tcp.timers().due(timer::retransmission), due) << "a duplicate restarts nothing";
}

// covers: MUST-19
TEST(rfc6298_section_5, R5_4_to_5_6_expiry_resends_the_earliest_backs_off_and_restarts) {
  endpoint<> host;
  host.open();
  host.write(5'000);
  const auto again = host.wait(s(1));
  ASSERT_GE(again.size(), 1u);
  EXPECT_EQ(again[0].seq(), 1'001u);
  EXPECT_EQ(host.tcp.timers().due(timer::retransmission), host.now + s(2));
}

TEST(rfc6298_section_5, R5_7_after_a_lost_syn_text_starts_from_three_seconds) {
  endpoint<> host;
  ASSERT_TRUE(host.tcp.connect(host.now));
  host.out();
  host.wait(s(1));
  host.in(host.answer_to_syn({}));
  host.write(10);
  EXPECT_EQ(host.tcp.timers().due(timer::retransmission), host.now + s(3));
}

// With timestamps the SYN,ACK measures a round trip all the same: decision 0020.
// covers: rfc6298#5.7
TEST(rfc6298_section_5, R5_7_holds_with_timestamps_too_and_more_stays_more) {
  for (const std::int64_t round_trip : {100, 1'500}) {
    connection_config config = plain();
    config.timestamps = true;
    endpoint<> host(config);
    ASSERT_TRUE(host.tcp.connect(host.now));
    host.out();
    host.wait(s(1));
    host.wait(ms(round_trip));
    const auto again = host.sent.back();
    ASSERT_TRUE(again.header.control.syn());
    peer_offer offer;
    offer.ts = 1;
    packet answer = host.answer_to_syn(offer);
    answer.ts(1, static_cast<u32>((host.now - ms(round_trip)).microseconds() / 1'000));
    host.in(answer);
    ASSERT_EQ(host.tcp.sending().rtt().smoothed(), ms(round_trip));
    host.write(10);
    const duration expected = round_trip == 100 ? s(3) : ms(4'500);
    EXPECT_EQ(host.tcp.timers().due(timer::retransmission), host.now + expected);
    host.wait(ms(round_trip));
    host.in(
        host.peer(offer).ack(host.nxt()).ts(2, static_cast<u32>((host.now - ms(round_trip)).microseconds() / 1'000)));
    EXPECT_LT(host.tcp.sending().rtt().timeout(), expected) << "the next sample counts";
  }
}

TEST(rfc6298_section_5, R5_7_holds_for_a_lost_syn_ack_too) {
  endpoint<> host;
  ASSERT_TRUE(host.tcp.listen());
  host.in(at(5'000).syn());
  host.wait(s(1));
  host.in(at(5'001).ack(host.nxt()));
  host.write(10);
  EXPECT_EQ(host.tcp.timers().due(timer::retransmission), host.now + s(3));
}

// Each new connection starts from one second, whatever happened to the one before.
TEST(rfc6298_section_2, a_new_connection_inherits_no_back_off) {
  endpoint<> host;
  ASSERT_TRUE(host.tcp.connect(host.now));
  host.out();
  host.wait(s(301));
  ASSERT_EQ(host.state(), state::closed);
  ASSERT_TRUE(host.tcp.connect(host.now));
  host.out();
  EXPECT_EQ(host.wait(s(1)).size(), 1u);
}

// covers: rfc6298#5
// The SYN,ACK of a simultaneous open is the SYN once more, and is not repeated sooner for the time that went by before.
TEST(rfc6298_section_5, a_syn_that_is_answered_by_a_syn_waits_for_a_whole_timeout_again) {
  endpoint<> host;
  ASSERT_TRUE(host.tcp.connect(host.now));
  host.out();
  host.wait(ms(900));
  ASSERT_EQ(host.in(at(5'000).syn().mss(1'000)).size(), 1u);
  EXPECT_TRUE(host.wait(s(1) - ms(1)).empty());
  EXPECT_EQ(host.wait(ms(1)).size(), 1u);
}

// covers: rfc6298#5
TEST(rfc6298_section_5, what_recovery_sends_again_waits_for_a_whole_timeout) {
  endpoint<> host;
  host.open();
  host.write(5 * 1'460);
  host.wait(ms(800));
  std::vector<packet> again;
  for (int i = 0; i != 3; ++i) again = host.in(host.peer().ack(1'001));
  ASSERT_FALSE(again.empty());
  EXPECT_EQ(again[0].seq(), 1'001u) << "the third duplicate sends the head again";
  const auto due = host.tcp.timers().due(timer::retransmission);
  ASSERT_TRUE(due);
  EXPECT_EQ(*due - host.now, host.tcp.sending().rtt().timeout());
}

}  // namespace rfc6298_test
}  // namespace sequent::test

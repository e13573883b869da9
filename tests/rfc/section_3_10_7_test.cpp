// RFC 9293 sections 3.10.7.1 to 3.10.7.3: SEGMENT ARRIVES in CLOSED, LISTEN and SYN-SENT, on a whole connection.
#include <gtest/gtest.h>

#include "tests/support/states.hpp"

namespace sequent::test {
namespace section_3_10_7_test {

using state = connection_state;

TEST(section_3_10_7_1, closed_answers_with_a_reset_that_the_peer_believes) {
  endpoint<> host;
  const auto to_syn = host.in(at(700).syn().from(99));
  ASSERT_EQ(to_syn.size(), 1u);
  EXPECT_EQ(to_syn[0].bits(), "RA");
  EXPECT_EQ(to_syn[0].seq(), 0u);
  EXPECT_EQ(to_syn[0].acknowledges(), 701u);
  EXPECT_EQ(to_syn[0].header.destination_port, 99u);
  const auto to_ack = host.in(at(700).ack(55).text(3).from(99));
  ASSERT_EQ(to_ack.size(), 1u);
  EXPECT_EQ(to_ack[0].bits(), "R");
  EXPECT_EQ(to_ack[0].seq(), 55u);
  EXPECT_TRUE(host.in(at(700).rst()).empty());
  EXPECT_EQ(host.state(), state::closed);
}

TEST(section_3_10_7_2, listen_accepts_a_syn) {
  endpoint<> host;
  ASSERT_TRUE(host.tcp.listen());
  const auto sent = host.in(at(5'000).syn().window(1'000));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].bits(), "SA");
  EXPECT_EQ(sent[0].seq(), 1'000u);
  EXPECT_EQ(sent[0].acknowledges(), 5'001u);
  EXPECT_EQ(host.state(), state::syn_received);
  EXPECT_TRUE(host.tcp.next_deadline()) << "the SYN,ACK is watched";
  EXPECT_TRUE(host.tcp.take_signals().empty());
}

TEST(section_3_10_7_2, listen_ignores_what_is_neither_reset_nor_acknowledgment_nor_syn) {
  endpoint<> host;
  ASSERT_TRUE(host.tcp.listen());
  EXPECT_TRUE(host.in(at(5'000).rst()).empty());
  EXPECT_TRUE(host.in(at(5'000).text(10)).empty());
  EXPECT_TRUE(host.in(at(5'000).fin()).empty());
  EXPECT_EQ(host.state(), state::listen);
  EXPECT_FALSE(host.tcp.next_deadline());
}

// C6 of docs/choices.md: the octets on a SYN are not lost, the peer sends them again.
TEST(section_3_10_7_2, text_on_a_syn_is_taken_when_it_comes_again) {
  endpoint<> host;
  ASSERT_TRUE(host.tcp.listen());
  const auto sent = host.in(at(5'000).syn().text(10));
  EXPECT_EQ(sent[0].acknowledges(), 5'001u);
  host.in(at(5'001).ack(host.nxt()).text(10));
  EXPECT_EQ(host.read(), pattern(10));
}

TEST(section_3_10_7_3, syn_sent_is_established_by_a_syn_ack) {
  endpoint<> host;
  lead_to(host, state::syn_sent);
  const auto sent = host.in(at(5'000).syn().ack(1'001));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].bits(), "A");
  EXPECT_EQ(sent[0].seq(), 1'001u);
  EXPECT_EQ(sent[0].acknowledges(), 5'001u);
  EXPECT_TRUE(host.tcp.take_signals().has(signal::established));
  EXPECT_FALSE(host.tcp.next_deadline());
}

// covers: U-3
TEST(section_3_10_7_3, U_3_queued_text_rides_on_the_acknowledgment_of_the_syn_ack) {
  endpoint<> host;
  ASSERT_TRUE(host.tcp.connect(host.now));
  ASSERT_TRUE(host.tcp.write(pattern(50)));
  host.out();
  const auto sent = host.in(host.answer_to_syn({}));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].octets, pattern(50));
  EXPECT_EQ(sent[0].acknowledges(), 5'001u);
}

// covers: U-2
TEST(section_3_10_7_3, U_2_a_reset_is_judged_by_its_acknowledgment_alone) {
  for (const u32 seq : {0u, 77u, 0x9000'0000u}) {
    endpoint<> host;
    lead_to(host, state::syn_sent);
    EXPECT_TRUE(host.in(at(seq).rst().ack(1'000)).empty());
    EXPECT_TRUE(host.in(at(seq).rst()).empty());
    EXPECT_EQ(host.state(), state::syn_sent);
    host.in(at(seq).rst().ack(1'001));
    EXPECT_EQ(host.state(), state::closed);
    EXPECT_TRUE(host.tcp.take_signals().has(signal::reset));
    EXPECT_EQ(host.tcp.ended_by(), error::connection_reset);
  }
}

TEST(section_3_10_7_3, a_wrong_acknowledgment_is_reset_and_the_open_goes_on) {
  endpoint<> host;
  lead_to(host, state::syn_sent);
  EXPECT_EQ(host.in(at(5'000).syn().ack(1'000))[0].bits(), "R");
  EXPECT_EQ(host.in(at(5'000).ack(1'002))[0].seq(), 1'002u);
  EXPECT_EQ(host.state(), state::syn_sent);
  EXPECT_EQ(host.in(at(6'000).syn().ack(1'001)).size(), 1u);
  EXPECT_EQ(host.state(), state::established);
}

TEST(section_3_10_7_3, the_send_window_is_that_of_the_syn_ack) {
  endpoint<> host;
  peer_offer offer;
  offer.iss = 0x9000'0000u;  // A12: WL1 must not be left at zero
  offer.window = 100;
  host.open(offer);
  EXPECT_EQ(text_octets(host.write(1'000)), 100u);
  EXPECT_EQ(text_octets(host.in(host.peer(offer).ack(host.nxt()).window(500))), 500u);
}

}  // namespace section_3_10_7_test
}  // namespace sequent::test

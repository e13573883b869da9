// RFC 9293 section 3.5: establishing a connection. The figures are those of the RFC.
#include <gtest/gtest.h>

#include "tests/support/pair.hpp"
#include "tests/support/states.hpp"

namespace sequent::test {
namespace section_3_5_test {

using state = connection_state;

TEST(section_3_5, figure_6_the_three_way_handshake) {
  pair<> net;
  net.open();
  ASSERT_EQ(net.log.size(), 3u);
  EXPECT_EQ(net.log[0].segment.bits(), "S");
  EXPECT_EQ(net.log[0].segment.seq(), 1'000u);
  EXPECT_EQ(net.log[1].segment.bits(), "SA");
  EXPECT_EQ(net.log[1].segment.acknowledges(), 1'001u);
  EXPECT_EQ(net.log[2].segment.bits(), "A");
  EXPECT_EQ(net.log[2].segment.seq(), 1'001u);
  EXPECT_EQ(net.log[2].segment.acknowledges(), net.log[1].segment.seq() + 1);
  EXPECT_EQ(net.state(0), state::established);
  EXPECT_EQ(net.state(1), state::established);
  EXPECT_TRUE(net.told[0].has(signal::established));
  EXPECT_TRUE(net.told[1].has(signal::established));
}

// covers: MUST-10
TEST(section_3_5, MUST_10_figure_7_both_ends_open_at_once) {
  pair<> net;
  ASSERT_TRUE(net.end[0].connect(net.now));
  ASSERT_TRUE(net.end[1].connect(net.now));
  net.run(s(1));
  EXPECT_EQ(net.state(0), state::established);
  EXPECT_EQ(net.state(1), state::established);
  (void)net.end[0].write(pattern(100));
  (void)net.end[1].write(pattern(200));
  net.run(s(1));
  EXPECT_EQ(net.received[1], pattern(100));
  EXPECT_EQ(net.received[0], pattern(200));
}

// covers: MUST-10
TEST(section_3_5, MUST_10_both_ends_open_at_once_whatever_is_lost) {
  for (unsigned lost = 0; lost != 64; ++lost) {
    pair<> net;
    net.loses = [lost](const passing& p) {
      return p.index < 3 && (lost >> (p.index * 2 + static_cast<unsigned>(p.from)) & 1u) != 0;
    };
    ASSERT_TRUE(net.end[0].connect(net.now));
    ASSERT_TRUE(net.end[1].connect(net.now));
    net.run(s(60));
    EXPECT_EQ(net.state(0), state::established) << lost;
    EXPECT_EQ(net.state(1), state::established) << lost;
  }
}

// covers: MUST-10
TEST(section_3_5, MUST_10_a_syn_in_syn_sent_is_answered_with_a_syn_ack_at_iss) {
  endpoint<> host;
  lead_to(host, state::syn_sent);
  const auto sent = host.in(at(5'000).syn());
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].bits(), "SA");
  EXPECT_EQ(sent[0].seq(), 1'000u);
  EXPECT_EQ(sent[0].acknowledges(), 5'001u);
  EXPECT_EQ(host.state(), state::syn_received);
}

// Figure 8: an old duplicate SYN is found out by the RST of the end that never sent it.
TEST(section_3_5, figure_8_an_old_duplicate_syn) {
  endpoint<> host;
  ASSERT_TRUE(host.tcp.listen());
  const auto answer = host.in(at(90).syn());
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0].acknowledges(), 91u);
  host.in(at(91).rst());
  EXPECT_EQ(host.state(), state::listen);
  EXPECT_TRUE(host.tcp.take_signals().empty());
  const auto again = host.in(at(100).syn());
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].acknowledges(), 101u);
  host.in(at(101).ack(host.nxt()));
  EXPECT_EQ(host.state(), state::established);
}

TEST(section_3_5, figure_8_the_end_that_is_answered_wrongly_sends_a_reset) {
  endpoint<> host;
  lead_to(host, state::syn_sent);
  const auto sent = host.in(at(300).syn().ack(91));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].bits(), "R");
  EXPECT_EQ(sent[0].seq(), 91u);
  EXPECT_EQ(host.state(), state::syn_sent);
}

// Figure 9: one end crashed and opens anew; the other challenges its SYN, and the RST that answers resolves it.
TEST(section_3_5, figure_9_a_half_open_connection_is_discovered) {
  endpoint<> survivor(plain(300));
  peer_offer offer;
  offer.iss = 99;
  survivor.open(offer);
  const auto challenge = survivor.in(at(400).syn());
  ASSERT_EQ(challenge.size(), 1u);
  EXPECT_EQ(challenge[0].bits(), "A");
  EXPECT_EQ(challenge[0].seq(), 301u);
  EXPECT_EQ(challenge[0].acknowledges(), 100u);
  endpoint<> reborn(plain(400));
  ASSERT_TRUE(reborn.tcp.connect(reborn.now));
  reborn.out();
  const auto reset = reborn.in(challenge[0]);
  ASSERT_EQ(reset.size(), 1u);
  EXPECT_EQ(reset[0].bits(), "R");
  EXPECT_EQ(reset[0].seq(), 100u);
  survivor.in(reset[0]);
  EXPECT_EQ(survivor.state(), state::closed);
  EXPECT_TRUE(survivor.tcp.take_signals().has(signal::reset));
}

// Figure 10: the surviving end sends text into a connection that the other has forgotten.
TEST(section_3_5, figure_10_text_into_a_forgotten_connection_is_reset) {
  endpoint<> forgetful;
  const auto reset = forgetful.in(at(300).ack(100).text(10));
  ASSERT_EQ(reset.size(), 1u);
  EXPECT_EQ(reset[0].bits(), "R");
  EXPECT_EQ(reset[0].seq(), 100u);
}

// Figure 11: two listeners and an old SYN come to rest again.
TEST(section_3_5, figure_11_an_old_syn_between_two_listeners) {
  endpoint<> a;
  endpoint<> b(plain(700));
  ASSERT_TRUE(a.tcp.listen());
  ASSERT_TRUE(b.tcp.listen());
  const auto syn_ack = b.in(at(50).syn());
  ASSERT_EQ(syn_ack.size(), 1u);
  const auto reset = a.in(syn_ack[0]);
  ASSERT_EQ(reset.size(), 1u);
  EXPECT_EQ(reset[0].bits(), "R");
  EXPECT_EQ(reset[0].seq(), 51u);
  b.in(reset[0]);
  EXPECT_EQ(a.state(), state::listen);
  EXPECT_EQ(b.state(), state::listen);
}

// covers: MUST-11
TEST(section_3_5, MUST_11_syn_received_remembers_where_it_came_from) {
  endpoint<> passive;
  lead_to(passive, state::syn_received);
  passive.in(at(5'001).rst());
  EXPECT_EQ(passive.state(), state::listen);
  EXPECT_TRUE(passive.tcp.take_signals().empty());
  endpoint<> active;
  lead_to(active, state::syn_sent);
  active.in(at(5'000).syn());
  ASSERT_EQ(active.state(), state::syn_received);
  active.in(at(5'001).rst());
  EXPECT_EQ(active.state(), state::closed);
  EXPECT_TRUE(active.tcp.take_signals().has(signal::refused));
  EXPECT_EQ(active.tcp.ended_by(), error::connection_refused);
}

// Section 3.5.2, group 1.
TEST(section_3_5, group_1_no_connection_resets_all_but_resets) {
  endpoint<> host;
  EXPECT_EQ(host.in(at(7).ack(9).text(5))[0].seq(), 9u);
  const auto without_ack = host.in(at(7).text(5));
  ASSERT_EQ(without_ack.size(), 1u);
  EXPECT_EQ(without_ack[0].bits(), "RA");
  EXPECT_EQ(without_ack[0].seq(), 0u);
  EXPECT_EQ(without_ack[0].acknowledges(), 12u);
  EXPECT_TRUE(host.in(at(7).rst()).empty());
  EXPECT_TRUE(host.in(at(7).rst().ack(3)).empty());
}

// Section 3.5.2, group 2.
TEST(section_3_5, group_2_half_open_connections_reset_what_acknowledges_something_never_sent) {
  for (const state st : {state::listen, state::syn_sent, state::syn_received}) {
    endpoint<> host;
    lead_to(host, st);
    host.out();
    const auto sent = host.in(at(st == state::syn_received ? host.rcv_nxt() : 5'000).ack(0x5000'0000u));
    ASSERT_EQ(sent.size(), 1u) << describe(st);
    EXPECT_EQ(sent[0].bits(), "R");
    EXPECT_EQ(sent[0].seq(), 0x5000'0000u);
    EXPECT_EQ(host.state(), st);
  }
}

// Section 3.5.2, group 3.
TEST(section_3_5, group_3_synchronized_connections_answer_with_an_acknowledgment_and_stay) {
  for (const state st : synchronized_states) {
    endpoint<> host;
    lead_to(host, st);
    const auto sent = host.in(at(host.rcv_nxt() + 100'000).ack(host.una()).text(1));
    ASSERT_EQ(sent.size(), 1u) << describe(st);
    EXPECT_EQ(sent[0].bits(), "A");
    EXPECT_EQ(sent[0].seq(), host.nxt());
    EXPECT_EQ(sent[0].acknowledges(), host.rcv_nxt());
    EXPECT_EQ(host.state(), st);
  }
}

// covers: SHLD-2
TEST(section_3_5_3, SHLD_2_a_reset_may_carry_text) {
  endpoint<> host;
  host.open();
  host.in(at(host.rcv_nxt()).rst().text("the reason, in words"));
  EXPECT_EQ(host.state(), state::closed);
  EXPECT_TRUE(host.tcp.take_signals().has(signal::reset));
  EXPECT_EQ(host.tcp.readable(), 0u);
}

// LAND: a SYN that seems to come from the listener itself, and a connection to oneself.
TEST(section_3_5, a_connection_to_itself_comes_to_rest) {
  endpoint<> host;
  ASSERT_TRUE(host.tcp.connect(host.now));
  auto sent = host.out();
  int rounds = 0;
  while (!sent.empty() && ++rounds < 100) {
    std::vector<packet> next;
    for (const packet& p : sent) {
      const auto more = host.in(p);
      next.insert(next.end(), more.begin(), more.end());
    }
    sent = next;
  }
  EXPECT_LT(rounds, 10);
}

}  // namespace section_3_5_test
}  // namespace sequent::test

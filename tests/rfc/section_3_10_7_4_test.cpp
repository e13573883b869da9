// RFC 9293 section 3.10.7.4: SEGMENT ARRIVES in the other states, on a whole connection.
#include <gtest/gtest.h>

#include "tests/support/pair.hpp"
#include "tests/support/states.hpp"

namespace sequent::test {
namespace section_3_10_7_4_test {

using state = connection_state;

// covers: SHLD-31
TEST(section_3_10_7_4, SHLD_31_text_that_comes_early_is_kept) {
  endpoint<> host;
  host.open();
  host.in(at(5'101).ack(1'001).text(100, 100));
  host.in(at(5'201).ack(1'001).text(100, 200));
  const auto sent = host.in(at(5'001).ack(1'001).text(100));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].acknowledges(), 5'301u);
  EXPECT_EQ(host.read(), pattern(300));
}

// covers: MAY-13
TEST(section_3_10_7_4, MAY_13_text_that_comes_early_is_answered_with_rcv_nxt) {
  endpoint<> host;
  host.open();
  const auto sent = host.in(at(5'101).ack(1'001).text(100));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].acknowledges(), 5'001u);
  EXPECT_EQ(sent[0].seq(), 1'001u);
}

// covers: MUST-58 MUST-59
TEST(section_3_10_7_4, MUST_59_all_that_is_queued_is_processed_before_one_acknowledgment) {
  endpoint<> host;
  host.open();
  for (const u32 i : {0u, 1u, 2u, 4u, 3u, 5u}) host.in_quietly(at(5'001 + i * 100).ack(1'001).text(100, i * 100));
  const auto sent = host.out();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].acknowledges(), 5'601u);
}

// covers: U-4
TEST(section_3_10_7_4, U_4_a_reset_at_rcv_nxt_ends_every_state_but_time_wait) {
  for (const state st : living_states) {
    endpoint<> host;
    lead_to(host, st);
    EXPECT_TRUE(host.in(at(host.rcv_nxt()).rst()).empty());
    EXPECT_EQ(host.state(), state::closed) << describe(st);
    EXPECT_FALSE(host.tcp.next_deadline());
  }
}

// covers: U-5 U-6
TEST(section_3_10_7_4, U_5_any_other_reset_in_the_window_is_challenged) {
  for (const state st : synchronized_states) {
    endpoint<> host;
    lead_to(host, st);
    const auto sent = host.in(at(host.rcv_nxt() + 1).rst().ack(host.nxt()).text("x"));
    ASSERT_EQ(sent.size(), 1u) << describe(st);
    EXPECT_EQ(sent[0].bits(), "A");
    EXPECT_EQ(sent[0].seq(), host.nxt());
    EXPECT_EQ(sent[0].acknowledges(), host.rcv_nxt());
    EXPECT_EQ(host.state(), st);
    EXPECT_EQ(host.tcp.readable(), 0u);
  }
}

// covers: U-7 U-8
TEST(section_3_10_7_4, U_7_a_syn_is_challenged_wherever_it_lies) {
  for (const state st : synchronized_states) {
    for (const u32 offset : {0u, 5u, 0x8000'0000u, u32(-1), u32(-1'000)}) {
      endpoint<> host;
      lead_to(host, st);
      const auto snd = host.tcp.tcb().snd;
      const auto sent = host.in(at(host.rcv_nxt() + offset).syn().text("x"));
      ASSERT_EQ(sent.size(), 1u) << describe(st) << " " << offset;
      EXPECT_EQ(sent[0].bits(), "A");
      EXPECT_EQ(host.state(), st);
      EXPECT_EQ(host.tcp.tcb().snd, snd);
      EXPECT_EQ(host.tcp.readable(), 0u);
    }
  }
}

// covers: MAY-12 U-9 U-10
TEST(section_3_10_7_4, MAY_12_acknowledgments_outside_the_range_bring_nothing_in) {
  peer_offer offer;
  offer.window = 1'000;
  for (const u32 ack : {1'002u, 1'001u - 1'001u, 0x8000'0000u, 0xffff'ffffu}) {
    endpoint<> host;
    host.open(offer);
    const auto sent = host.in(at(5'001).ack(ack).text("injected"));
    ASSERT_EQ(sent.size(), 1u) << ack;
    EXPECT_EQ(sent[0].acknowledges(), 5'001u);
    EXPECT_EQ(host.tcp.readable(), 0u) << ack;
  }
  endpoint<> host;
  host.open(offer);
  host.in(at(5'001).ack(1).text("old but in the range"));
  EXPECT_EQ(host.tcp.readable(), 20u);
}

TEST(section_3_10_7_4, fifth_a_half_open_connection_is_established_and_takes_the_text) {
  endpoint<> host;
  lead_to(host, state::syn_received);
  host.in(at(5'001).ack(1'001).text("at once"));
  EXPECT_EQ(host.state(), state::established);
  EXPECT_EQ(host.tcp.readable(), 7u);
  EXPECT_TRUE(host.tcp.take_signals().has(signal::established));
}

// Data in a half-open connection without an acknowledgment is not taken, and not lost either.
TEST(section_3_10_7_4, fifth_text_without_acknowledgment_is_dropped) {
  endpoint<> host;
  lead_to(host, state::syn_received);
  EXPECT_TRUE(host.in(at(5'001).text("nobody")).empty());
  EXPECT_EQ(host.state(), state::syn_received);
  EXPECT_EQ(host.tcp.readable(), 0u);
}

TEST(section_3_10_7_4, fifth_acknowledged_octets_leave_the_buffer) {
  endpoint<> host;
  host.open();
  host.write(1'000);
  const std::size_t room = host.tcp.writable();
  host.in(host.peer().ack(1'501));
  EXPECT_EQ(host.tcp.writable(), room + 500);
  EXPECT_EQ(host.una(), 1'501u);
}

TEST(section_3_10_7_4, eighth_each_state_answers_a_fin_in_its_way) {
  const std::pair<state, state> ways[] = {{state::established, state::close_wait},
                                          {state::fin_wait_1, state::closing},
                                          {state::fin_wait_2, state::time_wait}};
  for (const auto& [from, to] : ways) {
    endpoint<> host;
    lead_to(host, from);
    const auto sent = host.in(at(5'001).ack(host.una()).fin());
    ASSERT_EQ(sent.size(), 1u) << describe(from);
    EXPECT_EQ(sent[0].acknowledges(), 5'002u);
    EXPECT_EQ(host.state(), to) << describe(from);
    EXPECT_TRUE(host.tcp.take_signals().has(signal::peer_closed));
  }
}

// A FIN in SYN-RECEIVED: with the acknowledgment of our SYN it closes at once.
TEST(section_3_10_7_4, eighth_a_fin_may_establish_and_close) {
  endpoint<> host;
  lead_to(host, state::syn_received);
  host.in(at(5'001).ack(1'001).text("all").fin());
  EXPECT_EQ(host.state(), state::close_wait);
  EXPECT_EQ(host.tcp.readable(), 3u);
}

TEST(section_3_10_7_4, eighth_a_fin_that_comes_again_is_acknowledged_again) {
  for (const state st : {state::close_wait, state::closing, state::last_ack, state::time_wait}) {
    endpoint<> host;
    lead_to(host, st);
    const auto sent = host.in(at(5'001).ack(host.una()).fin());
    ASSERT_EQ(sent.size(), 1u) << describe(st);
    EXPECT_EQ(sent[0].acknowledges(), 5'002u);
    EXPECT_EQ(host.state(), st);
  }
}

// smoltcp #279 and #398: CLOSING is reached with our FIN still unsent; the FIN is sent all the same.
TEST(section_3_10_7_4, eighth_a_fin_that_had_to_wait_is_sent_in_closing) {
  endpoint<> host;
  peer_offer offer;
  offer.window = 100;
  host.open(offer);
  host.write(500);
  ASSERT_TRUE(host.tcp.shutdown());
  host.out();
  host.in(at(5'001).ack(1'001).window(100).fin());
  EXPECT_EQ(host.state(), state::closing);
  std::vector<packet> sent;
  for (int i = 0; i != 5; ++i) sent = host.in(at(5'002).ack(host.nxt()).window(100));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].bits(), "FA");
  EXPECT_EQ(sent[0].seq(), 1'501u);
  EXPECT_EQ(host.state(), state::closing);
  host.in(at(5'002).ack(1'502).window(100));
  EXPECT_EQ(host.state(), state::time_wait);
}

// FreeBSD: LAST-ACK stuck for ever.
TEST(section_3_10_7_4, last_ack_sends_its_fin_again_and_ends) {
  endpoint<> host;
  lead_to(host, state::last_ack);
  const auto again = host.wait_for_deadline();
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].bits(), "FA");
  host.in(at(5'002).ack(host.nxt()));
  EXPECT_EQ(host.state(), state::closed);
}

// Text behind the FIN of a peer is neither delivered nor answered for ever.
TEST(section_3_10_7_4, text_after_the_fin_is_not_delivered) {
  endpoint<> host;
  lead_to(host, state::close_wait);
  host.in(at(5'002).ack(1'001).text("ghost"));
  EXPECT_EQ(host.tcp.readable(), 0u);
  EXPECT_EQ(host.rcv_nxt(), 5'002u);
}

}  // namespace section_3_10_7_4_test
}  // namespace sequent::test

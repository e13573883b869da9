// RFC 9293 section 3.6: closing a connection.
#include <gtest/gtest.h>

#include "tests/support/pair.hpp"
#include "tests/support/states.hpp"

namespace sequent::test {
namespace section_3_6_test {

using state = connection_state;

TEST(section_3_6, figure_12_a_normal_close) {
  pair<> net;
  net.open();
  ASSERT_TRUE(net.end[0].shutdown());
  net.run(ms(15));
  EXPECT_EQ(net.state(0), state::fin_wait_1);
  EXPECT_EQ(net.state(1), state::close_wait);
  net.run(ms(10));
  EXPECT_EQ(net.state(0), state::fin_wait_2);
  ASSERT_TRUE(net.end[1].shutdown());
  net.run(ms(5));
  EXPECT_EQ(net.state(1), state::last_ack);
  net.run(ms(50));
  EXPECT_EQ(net.state(0), state::time_wait);
  EXPECT_EQ(net.state(1), state::closed);
  net.run(s(241));
  EXPECT_EQ(net.state(0), state::closed);
  EXPECT_TRUE(net.told[0].has(signal::closed));
  EXPECT_TRUE(net.told[1].has(signal::closed));
}

TEST(section_3_6, figure_13_both_close_at_once) {
  pair<> net;
  net.open();
  ASSERT_TRUE(net.end[0].shutdown());
  ASSERT_TRUE(net.end[1].shutdown());
  net.run(ms(10));
  EXPECT_EQ(net.state(0), state::closing);
  EXPECT_EQ(net.state(1), state::closing);
  net.run(ms(20));
  EXPECT_EQ(net.state(0), state::time_wait);
  EXPECT_EQ(net.state(1), state::time_wait);
  // A18: and no storm of acknowledgments follows.
  const std::size_t segments = net.log.size();
  net.run(s(239));
  EXPECT_EQ(net.log.size(), segments);
  net.run(s(10));
  EXPECT_EQ(net.state(0), state::closed);
  EXPECT_EQ(net.state(1), state::closed);
}

TEST(section_3_6, text_goes_on_after_one_end_has_closed) {
  pair<> net;
  net.open();
  ASSERT_TRUE(net.end[0].shutdown());
  net.run(ms(100));
  (void)net.end[1].write(pattern(50'000));
  net.run(s(5));
  EXPECT_EQ(net.received[0], pattern(50'000));
  EXPECT_EQ(net.state(0), state::fin_wait_2);
}

TEST(section_3_6, everything_that_was_written_arrives_before_the_end) {
  for (std::size_t lost = 0; lost != 12; ++lost) {
    pair<> net;
    net.loses = [lost](const passing& p) { return p.index == lost || p.index == lost + 3; };
    net.open();
    net.run(s(10));
    (void)net.end[0].write(pattern(5'000));
    ASSERT_TRUE(net.end[0].shutdown());
    (void)net.end[1].write(pattern(3'000, 9));
    ASSERT_TRUE(net.end[1].shutdown());
    net.run(s(60));
    EXPECT_EQ(net.received[1], pattern(5'000)) << lost;
    EXPECT_EQ(net.received[0], pattern(3'000, 9)) << lost;
    EXPECT_TRUE(net.state(0) == state::time_wait || net.state(0) == state::closed) << lost;
    EXPECT_TRUE(net.state(1) == state::time_wait || net.state(1) == state::closed) << lost;
    EXPECT_FALSE(net.end[0].ended_by()) << lost;
    EXPECT_FALSE(net.end[1].ended_by()) << lost;
  }
}

// covers: MUST-12
TEST(section_3_6, MUST_12_an_orderly_end_and_an_abort_are_told_apart) {
  for (const state st : {state::established, state::fin_wait_1, state::fin_wait_2}) {
    endpoint<> orderly;
    lead_to(orderly, st);
    orderly.in(at(orderly.rcv_nxt()).ack(orderly.una()).fin());
    const auto closed = orderly.tcp.take_signals();
    EXPECT_TRUE(closed.has(signal::peer_closed)) << describe(st);
    EXPECT_FALSE(closed.has(signal::reset));
    EXPECT_FALSE(orderly.tcp.ended_by());
  }
  for (const state st : living_states) {
    endpoint<> aborted;
    lead_to(aborted, st);
    (void)aborted.tcp.take_signals();
    aborted.in(at(aborted.rcv_nxt()).rst());
    const auto reset = aborted.tcp.take_signals();
    EXPECT_TRUE(reset.has(signal::reset)) << describe(st);
    EXPECT_FALSE(reset.has(signal::peer_closed));
    EXPECT_EQ(aborted.tcp.ended_by(), error::connection_reset);
  }
}

// covers: MUST-13
TEST(section_3_6_1, MUST_13_time_wait_lasts_twice_the_maximum_segment_lifetime) {
  for (const std::int64_t msl : {1, 30, 120}) {
    connection_config config = plain();
    config.msl = s(msl);
    endpoint<> host(config);
    lead_to(host, state::time_wait);
    ASSERT_TRUE(host.tcp.next_deadline());
    EXPECT_EQ(*host.tcp.next_deadline(), host.now + s(2 * msl));
    host.wait(s(2 * msl) - ms(1));
    EXPECT_EQ(host.state(), state::time_wait);
    const auto answer = host.in(at(host.rcv_nxt() - 1).ack(host.nxt()).fin());
    ASSERT_EQ(answer.size(), 1u);
    EXPECT_EQ(answer[0].acknowledges(), host.rcv_nxt());
    // The retransmitted FIN has started the wait anew.
    host.wait(s(2 * msl) - ms(1));
    EXPECT_EQ(host.state(), state::time_wait);
    host.wait(ms(2));
    EXPECT_EQ(host.state(), state::closed);
  }
}

// covers: MUST-13
TEST(section_3_6_1, MUST_13_the_default_lifetime_is_two_minutes) {
  endpoint<> host;
  lead_to(host, state::time_wait);
  host.wait(s(239));
  EXPECT_EQ(host.state(), state::time_wait);
  host.wait(s(1));
  EXPECT_EQ(host.state(), state::closed);
}

// covers: SHLD-3 MAY-1
TEST(section_3_6_1, SHLD_3_a_close_that_loses_text_resets) {
  pair<> net;
  net.reads = {false, true};
  net.open();
  (void)net.end[1].write(pattern(100));
  net.run(s(1));
  ASSERT_EQ(net.end[0].readable(), 100u);
  ASSERT_TRUE(net.end[0].close(net.now));
  net.run(s(1));
  EXPECT_EQ(net.state(0), state::closed);
  EXPECT_EQ(net.state(1), state::closed);
  EXPECT_TRUE(net.told[1].has(signal::reset));
}

// The octets that nobody read are in the buffer while the connection goes on to the state.
void lead_with_unread(endpoint<>& host, state goal) {
  host.open();
  host.in(host.peer().text(300));
  const auto peer = [&] { return at(host.rcv_nxt()).ack(host.nxt()).from(9); };
  const auto before_fin = [&] { return at(host.rcv_nxt()).ack(host.iss() + 1).from(9); };
  const bool peer_first = goal == state::close_wait || goal == state::last_ack;
  if (peer_first) host.in(peer().fin());
  if (goal == state::last_ack) host.write(1'000);
  if (goal != state::established && goal != state::close_wait) {
    (void)host.tcp.shutdown();
    host.out();
  }
  if (goal == state::fin_wait_2 || goal == state::time_wait) host.in(peer());
  if (goal == state::time_wait) host.in(peer().fin());
  if (goal == state::closing) host.in(before_fin().fin());
}

// covers: SHLD-3 MAY-1 MUST-13
TEST(section_3_6_1, SHLD_3_unread_text_is_answered_with_a_reset_in_every_state) {
  for (const state from : synchronized_states) {
    endpoint<> host;
    lead_with_unread(host, from);
    ASSERT_EQ(host.state(), from);
    const u32 nxt = host.nxt();
    const u32 rcv_nxt = host.rcv_nxt();
    ASSERT_TRUE(host.tcp.close(host.now));
    const auto sent = host.out();
    ASSERT_EQ(sent.size(), 1u) << describe(from);
    EXPECT_EQ(sent[0].bits(), "RA");
    EXPECT_EQ(sent[0].seq(), nxt);
    EXPECT_EQ(sent[0].acknowledges(), rcv_nxt);
    EXPECT_EQ(host.tcp.readable(), 0u);
    EXPECT_EQ(host.state(), from == state::time_wait ? state::time_wait : state::closed) << describe(from);
  }
}

// covers: MUST-13
TEST(section_3_6_1, MUST_13_a_close_that_loses_text_lingers_in_time_wait) {
  endpoint<> host;
  lead_with_unread(host, state::time_wait);
  ASSERT_TRUE(host.tcp.close(host.now));
  host.out();
  EXPECT_EQ(host.in(at(host.rcv_nxt() - 1).ack(host.nxt()).fin()).size(), 1u) << "the peer's FIN again";
  host.wait(s(239));
  EXPECT_EQ(host.state(), state::time_wait);
  host.wait(s(1));
  EXPECT_EQ(host.state(), state::closed);
}

// covers: SHLD-3 MAY-1
TEST(section_3_6_1, SHLD_3_text_after_a_close_resets_with_and_without_a_fin) {
  for (const bool acknowledged : {false, true}) {
    for (const bool fin : {false, true}) {
      endpoint<> host;
      host.open();
      host.write(500);
      ASSERT_TRUE(host.tcp.close(host.now));
      host.out();
      const u32 nxt = host.nxt();
      if (acknowledged) host.in(at(host.rcv_nxt()).ack(nxt).from(9));
      packet late = at(host.rcv_nxt()).ack(acknowledged ? nxt : host.iss() + 1).from(9).text("late");
      if (fin) late.fin();
      const auto sent = host.in(late);
      ASSERT_EQ(sent.size(), 1u) << acknowledged << fin;
      EXPECT_EQ(sent[0].bits(), "RA");
      EXPECT_EQ(sent[0].seq(), nxt);
      EXPECT_EQ(sent[0].acknowledges(), 5'001u) << "octets that nobody reads are not acknowledged";
      EXPECT_EQ(host.state(), state::closed);
      const signals told = host.tcp.take_signals();
      EXPECT_TRUE(told.has(signal::aborted));
      EXPECT_FALSE(told.has(signal::peer_closed));
    }
  }
}

// covers: SHLD-3
TEST(section_3_6_1, SHLD_3_text_out_of_order_after_a_close_resets) {
  endpoint<> host;
  host.open();
  ASSERT_TRUE(host.tcp.close(host.now));
  host.out();
  const auto sent = host.in(at(host.rcv_nxt() + 10).ack(host.nxt()).from(9).text("late"));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].bits(), "RA");
}

// What has arrived before is no loss when it arrives again.
TEST(section_3_6_1, text_that_was_read_before_a_close_may_be_repeated_after_it) {
  endpoint<> host;
  host.open();
  host.in(host.peer().text("read"));
  EXPECT_EQ(host.read().size(), 4u);
  ASSERT_TRUE(host.tcp.close(host.now));
  host.out();
  const auto sent = host.in(host.peer().text("read"));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].bits(), "A");
  EXPECT_EQ(host.state(), state::fin_wait_1);
}

// covers: SHLD-3
TEST(section_3_6_1, SHLD_3_a_peer_in_fin_wait_2_learns_that_its_text_was_lost) {
  pair<> net;
  net.reads = {false, true};
  net.open();
  (void)net.end[1].write(pattern(300));
  (void)net.end[1].shutdown();
  net.run(s(1));
  ASSERT_EQ(net.state(1), state::fin_wait_2);
  (void)net.end[0].write(pattern(1'000));
  (void)net.end[0].shutdown();
  net.loses = [](const passing& p) { return p.from == 0 && !p.segment.header.control.rst(); };
  net.run(ms(1));
  ASSERT_EQ(net.state(0), state::last_ack);
  ASSERT_TRUE(net.end[0].close(net.now));
  net.run(s(1));
  EXPECT_EQ(net.state(0), state::closed);
  net.loses = [](const passing&) { return false; };
  net.run(s(1));
  EXPECT_EQ(net.state(1), state::closed) << "1000 octets and the FIN are lost, and it has learned so";
}

// covers: MAY-2
TEST(section_3_6_1, MAY_2_a_new_syn_does_not_end_time_wait_and_is_challenged) {
  endpoint<> host;
  lead_to(host, state::time_wait);
  const auto sent = host.in(at(host.rcv_nxt() + 100'000).syn());
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].bits(), "A");
  EXPECT_EQ(host.state(), state::time_wait);
}

// The FIN of an end whose window towards us is closed still gets through (gVisor #13393).
TEST(section_3_6, a_fin_gets_through_a_window_that_was_closed) {
  pair<> net;
  net.reads = {true, false};
  net.open();
  (void)net.end[0].write(pattern(65'536));
  net.run(s(5));
  ASSERT_EQ(net.end[1].readable(), 65'535u) << "the window is full";
  ASSERT_TRUE(net.end[0].shutdown());
  net.run(s(120));
  net.reads = {true, true};
  net.run(s(10));
  EXPECT_EQ(net.received[1], pattern(65'536));
  EXPECT_EQ(net.state(1), state::close_wait);
}

}  // namespace section_3_6_test
}  // namespace sequent::test

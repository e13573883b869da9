// RFC 9293 section 3.9.1: the user's interface.
#include <gtest/gtest.h>

#include <span>

#include "tests/support/pair.hpp"
#include "tests/support/stack_net.hpp"
#include "tests/support/states.hpp"

namespace sequent::test {
namespace section_3_9_1_test {

// covers: MUST-41
TEST(section_3_9_1_1, MUST_41_a_second_open_leaves_the_connection_as_it_was) {
  for (const connection_state st :
       {connection_state::listen, connection_state::syn_sent, connection_state::syn_received,
        connection_state::established, connection_state::fin_wait_2, connection_state::time_wait}) {
    endpoint<> host;
    lead_to(host, st);
    const auto block = host.tcp.tcb();
    const auto timers = host.tcp.timers();
    const auto listening = host.tcp.listen();
    ASSERT_FALSE(listening) << describe(st);
    EXPECT_EQ(listening.why(), error::connection_already_exists);
    if (st != connection_state::listen) {
      ASSERT_FALSE(host.tcp.connect(host.now)) << describe(st);
    } else {
      EXPECT_EQ(host.tcp.tcb(), block);
      continue;
    }
    EXPECT_EQ(host.tcp.tcb(), block) << describe(st);
    EXPECT_EQ(host.tcp.timers(), timers) << describe(st);
    EXPECT_FALSE(host.tcp.next_segment(host.now)) << describe(st);
  }
}

// covers: MUST-42
TEST(section_3_9_1_1, MUST_42_a_port_can_be_listened_on_beside_records_that_are_half_open) {
  stack_host<> host;
  // One in SYN-SENT from port 4000, one in SYN-RECEIVED at port 80.
  const handle opening = *host.tcp->connect(v4(1), v4(2), 80, host.now, 4'000);
  const u32 iss = host.out().at(0).segment.seq();
  const handle first = *host.tcp->listen(v4(1), 80, 1);
  const u32 half_open = host.in({v4(1), v4(2), 80, 9}, at(5'000).syn()).at(0).segment.seq();
  ASSERT_EQ(host.tcp->half_open_connections(), 1u);

  for (const std::uint16_t port : std::initializer_list<std::uint16_t>{80, 4'000}) {
    const auto listening = host.tcp->listen(std::nullopt, port, 1);
    ASSERT_TRUE(listening) << port;
    const flow newcomer{v4(1), v4(3), port, 9};
    EXPECT_NE(host.handshake(newcomer), 0u) << port;
    EXPECT_TRUE(host.tcp->accept(port == 80 ? first : *listening)) << port;
  }
  // Both go on as if nothing had happened.
  host.in({v4(1), v4(2), 80, 9}, at(5'001).ack(half_open + 1));
  EXPECT_TRUE(host.tcp->accept(first));
  host.in({v4(1), v4(2), 4'000, 80}, at(7'000).syn().ack(iss + 1));
  EXPECT_EQ(host.state(opening), connection_state::established);
}

TEST(section_3_9_1_1, a_listener_that_opens_actively_sends_a_syn) {
  endpoint<> host;
  ASSERT_TRUE(host.tcp.listen());
  ASSERT_TRUE(host.tcp.connect(host.now));
  const auto sent = host.out();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].bits(), "S");
  EXPECT_EQ(host.state(), connection_state::syn_sent);
}

// covers: MUST-60
TEST(section_3_9_1_2, MUST_60_nothing_stays_in_the_buffer_for_ever) {
  endpoint<> host;
  host.open();
  host.write(10);
  host.write(10);
  std::size_t sent = 10;
  sent += text_octets(host.in(host.peer().ack(1'011)));
  EXPECT_EQ(sent, 20u);
  host.in(host.peer().ack(1'021).window(5));
  EXPECT_TRUE(host.write(100).empty()) << "the window is too silly for it";
  const auto forced = host.wait(s(1));
  EXPECT_GT(text_octets(forced), 0u);
}

// covers: MUST-61
TEST(section_3_9_1_2, MUST_61_the_segment_that_empties_the_queue_is_pushed) {
  for (const std::size_t n : {1u, 1'460u, 1'461u, 5'000u, 14'600u}) {
    endpoint<> host;
    host.open();
    host.tcp.set_nagle(false);
    const auto sent = host.write(n);
    ASSERT_FALSE(sent.empty());
    for (std::size_t i = 0; i != sent.size(); ++i) {
      EXPECT_EQ(sent[i].header.control.psh(), i + 1 == sent.size()) << n << " " << i;
    }
  }
}

// covers: MUST-61
TEST(section_3_9_1_2, MUST_61_a_push_is_repeated_when_its_segment_is) {
  endpoint<> host;
  host.open();
  host.write(100);
  const auto again = host.wait_for_deadline();
  ASSERT_EQ(again.size(), 1u);
  EXPECT_TRUE(again[0].header.control.psh());
}

// covers: SHLD-27 SHLD-28 MAY-16
TEST(section_3_9_1_2, SHLD_27_writes_that_had_to_wait_leave_in_full_segments) {
  endpoint<> host;
  peer_offer offer;
  offer.window = 0;
  host.open(offer);
  for (int i = 0; i != 100; ++i) host.write(100);
  const auto sent = host.in(host.peer().window(20'000));
  ASSERT_EQ(sent.size(), 7u);  // and their end behind them (appendix A.3)
  for (const packet& p : std::span(sent).first(6)) EXPECT_EQ(p.octets.size(), 1'460u);
}

// covers: SHLD-28
TEST(section_3_9_1_2, SHLD_28_full_segments_are_sent_whenever_they_can_be) {
  endpoint<> host;
  host.open();
  for (const packet& p : host.write(14'600)) EXPECT_EQ(p.octets.size(), 1'460u);
}

// A PUSH from the peer changes nothing in what is delivered.
TEST(section_3_9_1_3, a_push_does_not_change_the_stream) {
  endpoint<> host;
  host.open();
  host.in(host.peer().psh().text(10));
  host.in(at(5'011).ack(1'001).text(10, 10));
  EXPECT_EQ(host.read(), pattern(20));
}

TEST(section_3_9_1_5, status_tells_what_the_connection_knows) {
  endpoint<> host;
  host.open();
  host.write(10);
  EXPECT_EQ(host.tcp.state(), connection_state::established);
  EXPECT_EQ(host.tcp.tcb().snd.nxt.wire(), 1'011u);
  EXPECT_EQ(host.tcp.tcb().rcv.nxt.wire(), 5'001u);
  EXPECT_EQ(host.tcp.sending().queued(), 10u);
  EXPECT_EQ(host.tcp.config().local_port, 7u);
}

TEST(section_3_9_1_1, the_ports_of_a_connection_never_change) {
  pair<> net;
  net.open();
  (void)net.end[0].write(pattern(5'000));
  (void)net.end[1].write(pattern(5'000));
  net.run(s(1));
  (void)net.end[0].abort();
  net.run(s(1));
  for (const passing& p : net.log) {
    EXPECT_EQ(p.segment.header.source_port, p.from == 0 ? 7u : 9u);
    EXPECT_EQ(p.segment.header.destination_port, p.from == 0 ? 9u : 7u);
  }
}

}  // namespace section_3_9_1_test
}  // namespace sequent::test

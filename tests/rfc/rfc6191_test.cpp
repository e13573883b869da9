// RFC 6191: reducing the TIME-WAIT state using TCP timestamps.
#include <gtest/gtest.h>

#include "sequent/stack/time_wait.hpp"
#include "tests/support/stack_net.hpp"

namespace sequent::test {
namespace rfc6191_test {

time_wait<u32> old_with(bool timestamps) {
  time_wait<u32> old;
  old.rcv_nxt = sequence_number<u32>(10'001);  // the FIN stood at 10000
  old.timestamps = timestamps;
  old.recent = sequence_number<u32>(500);
  return old;
}

bool honoured(bool old_timestamps, const packet& syn, bool ours = true) {
  return may_reuse(old_with(old_timestamps), syn.header, ours);
}

// Section 2, the previous incarnation used timestamps.
TEST(rfc6191_section_2, with_timestamps_before) {
  const u32 below = 10'000, beyond = 10'001;
  EXPECT_TRUE(honoured(true, at(below).syn().ts(501)));
  EXPECT_TRUE(honoured(true, at(beyond).syn().ts(500)));
  EXPECT_FALSE(honoured(true, at(below).syn().ts(500)));
  EXPECT_FALSE(honoured(true, at(beyond).syn().ts(499)));
  EXPECT_TRUE(honoured(true, at(beyond).syn()));
  EXPECT_FALSE(honoured(true, at(below).syn()));
  // Timestamps that we would not confirm do not count.
  EXPECT_FALSE(honoured(true, at(below).syn().ts(501), false));
  EXPECT_TRUE(honoured(true, at(beyond).syn().ts(499), false));
}

// Section 2, it did not.
TEST(rfc6191_section_2, without_timestamps_before) {
  EXPECT_TRUE(honoured(false, at(3).syn().ts(0)));
  EXPECT_TRUE(honoured(false, at(10'001).syn()));
  EXPECT_FALSE(honoured(false, at(10'000).syn()));
  EXPECT_FALSE(honoured(false, at(10'000).syn().ts(9), false));
}

// Numbers and timestamps are points on circles.
TEST(rfc6191_section_2, across_a_wrap) {
  time_wait<u32> old = old_with(true);
  old.rcv_nxt = sequence_number<u32>(0xffff'fff0u);
  old.recent = sequence_number<u32>(0xffff'fff0u);
  EXPECT_TRUE(may_reuse(old, at(5).syn().header, true));
  EXPECT_TRUE(may_reuse(old, at(0x9000'0000u).syn().ts(3).header, true));
  EXPECT_FALSE(may_reuse(old, at(0x9000'0000u).syn().header, true));
}

// A server whose connection from 10.0.0.2:9 is a record of TIME-WAIT; its peer's FIN stood at 5001.
stack_host<> server_with_time_wait(stack_config config = plain_stack()) {
  stack_host<> host(config);
  const handle listening = *host.tcp->listen(std::nullopt, 80, 2);
  const u32 iss = host.handshake(from_peer(9));
  const auto accepted = host.tcp->accept(listening);
  (void)host.tcp->close(*accepted, host.now);
  host.out();
  host.in(from_peer(9), at(5'001).ack(iss + 2).fin());
  return host;
}

// covers: SHLD-4 MAY-2
TEST(rfc6191_section_2, a_new_connection_takes_the_place_of_the_old_one) {
  stack_host<> host = server_with_time_wait();
  ASSERT_EQ(host.tcp->time_wait_connections(), 1u);
  const u32 old_nxt = host.sent.back().segment.seq();
  const u32 iss = host.handshake(from_peer(9), at(5'002).syn());
  EXPECT_EQ(host.tcp->time_wait_connections(), 0u);
  EXPECT_EQ(host.tcp->connections(), 1u);
  EXPECT_EQ(host.tcp->statistics().time_wait_reused, 1u);
  EXPECT_TRUE(at_or_before(sequence_number<u32>(old_nxt), sequence_number<u32>(iss)));
  EXPECT_TRUE(host.tcp->consistent());
}

TEST(rfc6191_section_2, a_syn_that_may_not_is_dropped_in_silence) {
  stack_host<> host = server_with_time_wait();
  EXPECT_TRUE(host.in(from_peer(9), at(5'001).syn()).empty());
  EXPECT_EQ(host.last, delivery::time_wait);
  EXPECT_EQ(host.tcp->statistics().time_wait_kept, 1u);
  EXPECT_EQ(host.tcp->time_wait_connections(), 1u);
  // Only a SYN that asks for a connection: this one is challenged, as in any synchronized state.
  EXPECT_EQ(host.in(from_peer(9), at(5'001).syn().ack(1)).size(), 1u);
}

TEST(rfc6191_section_2, without_leave_a_syn_is_challenged_as_rfc_5961_says) {
  stack_config config = plain_stack();
  config.reuse_time_wait = false;
  stack_host<> host = server_with_time_wait(config);
  for (const u32 seq : {5'001u, 9'000u}) {
    const auto answer = host.in(from_peer(9), at(seq).syn());
    ASSERT_EQ(answer.size(), 1u);
    EXPECT_EQ(answer[0].segment.bits(), "A");
    EXPECT_EQ(answer[0].segment.acknowledges(), 5'002u);
  }
  EXPECT_EQ(host.tcp->statistics().time_wait_kept, 0u);
}

// RFC 9293 section 3.6.1 (2): back to TIME-WAIT if the SYN turns out to be an old one.
void expect_time_wait(stack_host<>& host) {
  EXPECT_EQ(host.tcp->time_wait_connections(), 1u);
  const auto answer = host.in(from_peer(9), at(5'001).ack(host.sent[0].segment.seq() + 2).fin());
  EXPECT_EQ(host.last, delivery::time_wait);
  EXPECT_EQ(host.tcp->half_open_connections(), 0u);
  EXPECT_TRUE(host.tcp->consistent());
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0].segment.acknowledges(), 5'002u);
}

// covers: MAY-2
TEST(rfc6191_section_2, an_old_syn_that_was_believed_gives_time_wait_back) {
  stack_host<> host = server_with_time_wait();
  EXPECT_EQ(host.in(from_peer(9), at(7'000).syn())[0].segment.bits(), "SA");
  EXPECT_EQ(host.tcp->half_open_connections(), 1u);
  EXPECT_TRUE(host.tcp->consistent());
  host.in(from_peer(9), at(7'001).rst());  // the peer knows of no such connection
  EXPECT_EQ(host.tcp->half_open_connections(), 0u);
  expect_time_wait(host);
}

TEST(rfc6191_section_2, a_syn_ack_that_nobody_answers_gives_time_wait_back_for_what_is_left_of_it) {
  stack_host<> host = server_with_time_wait();
  host.in(from_peer(9), at(7'000).syn());
  host.wait(s(184));
  EXPECT_EQ(host.tcp->statistics().half_open_expired, 1u);
  EXPECT_EQ(host.tcp->time_wait_connections(), 1u);
  host.wait(s(57));
  EXPECT_EQ(host.tcp->time_wait_connections(), 0u);
  EXPECT_TRUE(host.tcp->consistent());
}

TEST(rfc6191_section_2, time_wait_ends_in_its_time_while_its_successor_is_half_open) {
  stack_host<> host = server_with_time_wait();
  host.wait(s(239));
  const u32 iss = host.in(from_peer(9), at(7'000).syn())[0].segment.seq();
  host.wait(s(2));
  EXPECT_EQ(host.tcp->time_wait_connections(), 0u);
  EXPECT_EQ(host.tcp->half_open_connections(), 1u);
  EXPECT_TRUE(host.tcp->consistent());
  host.in(from_peer(9), at(7'001).ack(iss + 1));
  EXPECT_EQ(host.tcp->connections(), 1u);
  EXPECT_TRUE(host.tcp->consistent());
}

TEST(rfc6191_section_2, the_end_of_the_listener_gives_time_wait_back) {
  stack_host<> host;
  const handle listening = *host.tcp->listen(std::nullopt, 80, 2);
  const u32 iss = host.handshake(from_peer(9));
  ASSERT_TRUE(host.tcp->close(*host.tcp->accept(listening), host.now));
  host.out();
  host.in(from_peer(9), at(5'001).ack(iss + 2).fin());
  host.in(from_peer(9), at(7'000).syn());
  ASSERT_TRUE(host.tcp->close(listening, host.now));
  expect_time_wait(host);
}

TEST(rfc6191_section_2, nothing_is_reused_without_a_listener_or_room_or_leave) {
  stack_config config = plain_stack();
  config.reuse_time_wait = false;
  stack_host<> forbidden = server_with_time_wait(config);
  forbidden.in(from_peer(9), at(9'000).syn());
  EXPECT_EQ(forbidden.tcp->time_wait_connections(), 1u);

  stack_host<> full = server_with_time_wait();
  full.in(from_peer(20), at(1).syn());
  full.in(from_peer(21), at(1).syn());  // as many half-open ones as the backlog allows
  full.in(from_peer(9), at(9'000).syn());
  EXPECT_EQ(full.tcp->time_wait_connections(), 1u);
}

}  // namespace rfc6191_test
}  // namespace sequent::test

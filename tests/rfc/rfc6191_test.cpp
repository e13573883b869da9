// RFC 6191: reducing the TIME-WAIT state using TCP timestamps.
#include <gtest/gtest.h>

#include "sequent/time_wait.hpp"
#include "tests/support/stack_net.hpp"

namespace sequent::test {
namespace {

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

TEST(rfc6191_section_2, an_old_syn_leaves_time_wait_as_it_is) {
  stack_host<> host = server_with_time_wait();
  const auto answer = host.in(from_peer(9), at(5'001).syn());
  ASSERT_EQ(answer.size(), 1u);  // the challenge of RFC 5961, where RFC 6191 would say nothing
  EXPECT_EQ(answer[0].segment.bits(), "A");
  EXPECT_EQ(answer[0].segment.acknowledges(), 5'002u);
  EXPECT_EQ(host.tcp->time_wait_connections(), 1u);
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

}  // namespace
}  // namespace sequent::test

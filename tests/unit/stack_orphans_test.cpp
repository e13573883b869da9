#include <gtest/gtest.h>

#include "tests/support/sleepy_host.hpp"

namespace sequent::test {
namespace stack_orphans_test {

// Closed, and the peer acknowledges nothing: FIN-WAIT-1 for as long as it is left to it.
// covers: limits orphans
TEST(stack_orphans, have_a_limit_and_the_first_is_reset_first) {
  stack_host<> host;
  const handle listening = *host.tcp->listen(std::nullopt, 80, 4);
  for (std::uint16_t port = 1'000; port != 1'003; ++port) {
    host.handshake(from_peer(port));
    ASSERT_TRUE(host.tcp->close(*host.tcp->accept(listening), host.now));
    const auto sent = host.out();
    if (port != 1'002) continue;
    ASSERT_EQ(sent.size(), 2u);  // half of four places
    const seen& reset = sent[0].segment.header.control.rst() ? sent[0] : sent[1];
    EXPECT_TRUE(reset.segment.header.control.rst());
    EXPECT_EQ(reset.path.remote_port, 1'000);
  }
  EXPECT_EQ(host.tcp->orphans(), 2u);
  EXPECT_EQ(host.tcp->connections(), 2u);
  EXPECT_EQ(host.tcp->statistics().orphans_evicted, 1u);
  EXPECT_TRUE(host.tcp->consistent());
}

// Whatever the peer does, an octet each 250 seconds or nothing.
TEST(stack_orphans, have_a_clock) {
  stack_config config = plain_stack();
  config.connection.user_timeout.reset();
  config.connection.orphan_timeout.reset();
  stack_host<> host(config);
  const handle listening = *host.tcp->listen(std::nullopt, 80, 4);
  host.handshake(from_peer(9));
  ASSERT_TRUE(host.tcp->close(*host.tcp->accept(listening), host.now));
  host.out();
  host.wait(s(299));
  EXPECT_EQ(host.tcp->orphans(), 1u);
  const auto last = host.wait(s(3));
  ASSERT_FALSE(last.empty());
  EXPECT_TRUE(last.back().segment.header.control.rst());
  EXPECT_EQ(host.tcp->connections(), 0u);
  EXPECT_FALSE(host.tcp->next_deadline());
}

// One who has closed as well waits for our FIN to be acknowledged, and is told that nobody does any more.
// covers: orphans
TEST(stack_orphans, tell_a_peer_that_has_closed_when_their_time_is_up) {
  stack_config config = plain_stack();
  config.connection.user_timeout.reset();
  config.connection.orphan_timeout.reset();
  for (const bool peer_first : {true, false}) {
    stack_host<> host(config);
    const handle listening = *host.tcp->listen(std::nullopt, 80, 4);
    const u32 iss = host.handshake(from_peer(9));
    const handle mine = *host.tcp->accept(listening);
    const packet fin = at(5'001).fin();
    if (peer_first) {
      host.in(from_peer(9), packet(fin).ack(iss + 1));
      ASSERT_EQ(host.tcp->state_of(mine), connection_state::close_wait);
      ASSERT_TRUE(host.tcp->close(mine, host.now));
      host.out();
    } else {
      ASSERT_TRUE(host.tcp->close(mine, host.now));
      host.out();
      host.in(from_peer(9), packet(fin).ack(iss + 1));
    }
    ASSERT_EQ(host.tcp->orphans(), 1u);  // in LAST-ACK and CLOSING
    host.wait(s(299));
    const auto last = host.wait(s(3));
    ASSERT_FALSE(last.empty()) << peer_first;
    EXPECT_TRUE(last.back().segment.header.control.rst()) << peer_first;
    EXPECT_EQ(last.back().segment.seq(), iss + 2) << peer_first;
    EXPECT_EQ(host.tcp->connections(), 0u);
  }
}

// A sleeper whose user goes needs a place to say so, and gets one.
TEST(stack_orphans, a_close_waits_for_a_place_and_never_fails) {
  sleepy_host host(3);
  ASSERT_FALSE(host.awake(0));
  for (u32 n = 1; n != 3; ++n) {
    ASSERT_TRUE(host.tcp->write(host.handles[n], pattern(5)));
    host.out();
  }
  ASSERT_TRUE(host.tcp->close(host.handles[0], host.now));
  EXPECT_TRUE(host.out().empty());
  EXPECT_TRUE(host.tcp->consistent());
  EXPECT_FALSE(host.tcp->flow_of(host.handles[0]));
  const auto sent = host.in(sleepy_host::path(1), host.from(1).ack(host.iss[1] + 6));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].path.remote_port, 1'000);
  EXPECT_TRUE(sent[0].segment.header.control.fin());
  EXPECT_TRUE(host.tcp->consistent());
}

}  // namespace stack_orphans_test
}  // namespace sequent::test

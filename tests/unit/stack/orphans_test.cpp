#include <gtest/gtest.h>

#include "tests/support/sleepy_host.hpp"

namespace sequent::test {
namespace stack_orphans_test {

// Accepted and closed at once; nothing that the stack sends is acknowledged, so they stay in FIN-WAIT-1.
struct orphanage : stack_host<> {
  explicit orphanage(u32 count, const stack_config& config = plain_stack()) : stack_host(config) {
    listening = *tcp->listen(std::nullopt, 80, 4);
    for (u32 n = 0; n != count; ++n) {
      iss.push_back(handshake(path(n)));
      accepted.push_back(*tcp->accept(listening));
    }
    for (const handle each : accepted) (void)tcp->close(each, now);
    closing = out();
  }
  [[nodiscard]] static flow path(u32 n) { return from_peer(static_cast<std::uint16_t>(1'000 + n)); }
  // The ports that were sent a RST.
  [[nodiscard]] static std::vector<std::uint16_t> reset(const std::vector<seen>& batch) {
    std::vector<std::uint16_t> ports;
    for (const seen& each : batch) {
      if (each.segment.header.control.rst()) ports.push_back(each.path.remote_port);
    }
    return ports;
  }
  using ports = std::vector<std::uint16_t>;
  handle listening{};
  std::vector<u32> iss{};
  std::vector<handle> accepted{};
  std::vector<seen> closing{};
};

// How many events say that there may be room for another connection.
std::size_t place_told(orphanage& host) {
  std::size_t told = 0;
  for (const stack_event& each : host.events()) told += each.place ? 1 : 0;
  return told;
}

// covers: limits orphans
TEST(stack_orphans, keep_their_places_while_nobody_wants_them) {
  orphanage host(4);
  EXPECT_EQ(host.closing.size(), 4u);
  EXPECT_EQ(orphanage::reset(host.closing), orphanage::ports{});
  EXPECT_EQ(host.tcp->orphans(), 4u);
  EXPECT_TRUE(host.tcp->consistent());
}

// covers: limits orphans
TEST(stack_orphans, give_way_to_a_handshake_that_is_complete_but_not_to_a_syn) {
  orphanage host(4);
  const auto answered = host.in(orphanage::path(4), at(5'000).syn());
  ASSERT_EQ(answered.size(), 1u);
  EXPECT_TRUE(answered[0].segment.header.control.syn());
  EXPECT_EQ(host.tcp->orphans(), 4u);
  const auto sent = host.in(orphanage::path(4), at(5'001).ack(answered[0].segment.seq() + 1));
  EXPECT_EQ(orphanage::reset(sent), orphanage::ports{1'000});
  ASSERT_FALSE(sent.empty());
  EXPECT_EQ(sent[0].segment.seq(), host.iss[0] + 2);
  EXPECT_EQ(sent[0].segment.acknowledges(), 5'001u);
  EXPECT_TRUE(host.tcp->accept(host.listening));
  EXPECT_EQ(host.tcp->orphans(), 3u);
  EXPECT_EQ(host.tcp->statistics().orphans_evicted, 1u);
  EXPECT_TRUE(host.tcp->consistent());
}

// Half of the places stay theirs, or as many as were said.
TEST(stack_orphans, give_way_down_to_their_limit) {
  for (const u32 most : {0u, 2u, 3u}) {
    stack_config config = plain_stack();
    if (most != 2) config.max_orphans = most;
    orphanage host(4, config);
    u32 made = 0;
    while (host.tcp->connect(v4(1), v4(9), 9, host.now)) {
      ++made;
      host.out();
    }
    EXPECT_EQ(made, 4 - most);
    EXPECT_EQ(host.tcp->orphans(), most);
    EXPECT_EQ(place_told(host), 0u);
    EXPECT_TRUE(host.tcp->consistent());
  }
}

// covers: orphans
TEST(stack_orphans, give_way_in_the_order_of_their_last_progress) {
  orphanage host(0);
  for (u32 n = 0; n != 4; ++n) {
    host.iss.push_back(host.handshake(orphanage::path(n)));
    host.accepted.push_back(*host.tcp->accept(host.listening));
  }
  for (const handle each : host.accepted) ASSERT_TRUE(host.tcp->write(each, pattern(1'000)));
  host.out();
  for (const handle each : host.accepted) ASSERT_TRUE(host.tcp->close(each, host.now));
  host.out();
  host.in(orphanage::path(0), at(5'001).ack(host.iss[0] + 1 + 100));
  host.in(orphanage::path(1), at(5'001).ack(host.iss[1] + 1));  // nothing new
  ASSERT_TRUE(host.tcp->connect(v4(1), v4(9), 9, host.now));
  EXPECT_EQ(orphanage::reset(host.out()), orphanage::ports{1'001});
  ASSERT_TRUE(host.tcp->connect(v4(1), v4(9), 9, host.now));
  EXPECT_EQ(orphanage::reset(host.out()), orphanage::ports{1'002});
}

// Their RSTs wait where answers to nobody do. Where that is full, they go on until it is polled.
TEST(stack_orphans, keep_their_places_while_their_resets_have_no_room) {
  orphanage host(4);
  for (u32 n = 0; n != 16; ++n) {
    ASSERT_NE(host.tcp->on_packet(packet_to(from_peer(7, 99), at(1).ack(n)), host.now), delivery::postponed);
  }
  EXPECT_EQ(host.tcp->connect(v4(1), v4(9), 9, host.now).why(), error::insufficient_resources);
  EXPECT_EQ(host.tcp->orphans(), 4u);
  EXPECT_EQ(place_told(host), 0u);
  EXPECT_EQ(host.out().size(), 16u);
  EXPECT_EQ(place_told(host), 1u);
  EXPECT_TRUE(host.tcp->connect(v4(1), v4(9), 9, host.now));
}

// A sleeper that has to wake finds a place that an orphan had.
TEST(stack_orphans, give_way_to_a_sleeper_that_wakes) {
  stack_config config = plain_stack();
  config.max_orphans = 0;
  sleepy_host host(3, config);
  ASSERT_FALSE(host.awake(0));
  ASSERT_TRUE(host.tcp->close(host.handles[1], host.now));
  ASSERT_TRUE(host.tcp->write(host.handles[2], pattern(5)));
  host.out();
  ASSERT_TRUE(host.tcp->write(host.handles[0], pattern(5)));
  const auto sent = host.out();
  EXPECT_EQ(orphanage::reset(sent), orphanage::ports{1'001});
  EXPECT_TRUE(host.awake(0));
  EXPECT_TRUE(host.tcp->consistent());
}

// covers: clock-jumps
TEST(stack_orphans, are_as_young_as_ever_when_the_clock_goes_back) {
  for (const std::int64_t back : {1, 2, 3'600, 30'000}) {
    orphanage host(1);
    host.now = host.now + s(10);
    host.now = host.now - s(10 + back);
    host.tcp->on_deadline(host.now);
    host.in(orphanage::path(0), at(5'001).ack(host.iss[0] + 1));
    host.wait(s(20));
    EXPECT_EQ(host.tcp->orphans(), 1u) << back;
  }
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

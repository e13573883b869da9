#include <gtest/gtest.h>

#include "tests/support/stack_net.hpp"

namespace sequent::test {
namespace stack_handshake_test {

using state = connection_state;

packet full_syn(u32 seq = 5'000) { return at(seq).syn().mss(1'200).scale(5).sack_permitted().ts(77); }

stack_config with_options() {
  stack_config config = plain_stack();
  config.connection.window_scale = config.connection.timestamps = config.connection.sack = true;
  return config;
}

// covers: listeners
TEST(stack_handshake, keeps_a_record_until_the_acknowledgment) {
  stack_host<> host(with_options());
  const handle listening = *host.tcp->listen(std::nullopt, 80, 2);
  const auto answer = host.in(from_peer(9), full_syn());
  EXPECT_EQ(host.last, delivery::listener);
  ASSERT_EQ(answer.size(), 1u);
  const segment<u32>& syn_ack = answer[0].segment.header;
  EXPECT_EQ(answer[0].segment.bits(), "SA");
  EXPECT_EQ(syn_ack.ack.wire(), 5'001u);
  EXPECT_EQ(syn_ack.options.mss, 1'460);
  EXPECT_EQ(syn_ack.options.window_scale, 0);
  EXPECT_TRUE(syn_ack.options.sack_permitted);
  ASSERT_TRUE(syn_ack.options.ts);
  EXPECT_EQ(syn_ack.options.ts->echo.wire(), 77u);
  EXPECT_EQ(syn_ack.wnd, 4'096u);
  EXPECT_EQ(host.tcp->half_open_connections(), 1u);
  EXPECT_EQ(host.tcp->connections(), 0u);
  EXPECT_FALSE(host.tcp->accept(listening));

  const u32 iss = syn_ack.seq.wire();
  host.in(from_peer(9), at(5'001).ack(iss + 1).ts(78, syn_ack.options.ts->value.wire()));
  EXPECT_EQ(host.last, delivery::half_open);
  EXPECT_EQ(host.tcp->half_open_connections(), 0u);
  const auto made = host.tcp->accept(listening);
  ASSERT_TRUE(made);
  const control_block<u32>& block = host.tcp->find(*made)->tcb();
  EXPECT_EQ(block.state, state::established);
  EXPECT_EQ(block.peer_mss, 1'200);
  EXPECT_EQ(block.snd.shift, 5u);
  EXPECT_TRUE(block.sack_permitted && block.window_scaling && block.ts.enabled);
  EXPECT_EQ(block.ts.recent.wire(), 78u);
  EXPECT_EQ(block.rcv.wnd, 4'096u);
}

// A connection made from a record is in the state of one that has listened itself.
TEST(stack_handshake, makes_the_connection_that_listening_would_have_made) {
  stack_host<> host(with_options());
  const handle listening = *host.tcp->listen(std::nullopt, 80, 2);
  const auto answer = host.in(from_peer(9), full_syn());
  const packet ack = at(5'001).ack(answer[0].segment.seq() + 1).ts(78, 3).text("request");
  host.in(from_peer(9), ack);
  const auto made = host.tcp->accept(listening);
  ASSERT_TRUE(made);

  connection<small_connection_policy> whole(host.tcp->find(*made)->config());
  ASSERT_TRUE(whole.listen());
  (void)whole.on_segment(full_syn().from(9).header, {}, host.now);
  octet_string room(2'000);
  while (whole.poll_transmit(host.now, room)) {
  }
  (void)whole.on_segment(ack.header, ack.octets, host.now);
  while (whole.poll_transmit(host.now, room)) {
  }
  EXPECT_EQ(host.tcp->find(*made)->tcb(), whole.tcb());
  EXPECT_EQ(host.tcp->find(*made)->timers(), whole.timers());
  EXPECT_EQ(host.tcp->find(*made)->readable(), whole.readable());
}

TEST(stack_handshake, offers_no_more_than_the_connection_will_at_first) {
  stack_config config = plain_stack();
  config.connection.initial_receive_window = 1'000;
  stack_host<> host(config);
  const handle listening = *host.tcp->listen(std::nullopt, 80, 2);
  EXPECT_EQ(host.in(from_peer(9), at(5'000).syn())[0].segment.header.wnd, 1'000u);
  host.in(from_peer(9), at(5'001).ack(host.sent[0].segment.seq() + 1));
  ASSERT_TRUE(host.tcp->accept(listening));
}

TEST(stack_handshake, sends_the_syn_ack_again_and_gives_up) {
  stack_host<> host;
  ASSERT_TRUE(host.tcp->listen(std::nullopt, 80, 2));
  host.in(from_peer(9), at(5'000).syn());
  const auto sent = host.wait(s(1'000));
  ASSERT_EQ(sent.size(), 7u);
  for (const seen& each : sent) EXPECT_EQ(each.segment.header, host.sent[0].segment.header);
  EXPECT_EQ(host.tcp->half_open_connections(), 0u);
  EXPECT_EQ(host.tcp->statistics().half_open_expired, 1u);
  EXPECT_FALSE(host.tcp->next_deadline());
  EXPECT_TRUE(host.tcp->consistent());
}

TEST(stack_handshake, backs_off_as_the_configuration_says) {
  stack_config config = plain_stack();
  config.syn_ack_retries = 4;
  config.syn_ack_longest = s(3);
  stack_host<> host(config);
  ASSERT_TRUE(host.tcp->listen(std::nullopt, 80, 2));
  host.in(from_peer(9), at(5'000).syn());
  const instant begin = host.now;
  std::vector<std::int64_t> seconds;
  while (host.tcp->next_deadline()) {
    const auto sent = host.wait(*host.tcp->next_deadline() - host.now);
    if (!sent.empty()) seconds.push_back((host.now - begin + ms(500)).count() / 1'000'000);
  }
  EXPECT_EQ(seconds, (std::vector<std::int64_t>{1, 3, 6, 9}));
  EXPECT_EQ((host.now - begin + ms(500)).count() / 1'000'000, 12);
}

TEST(stack_handshake, the_core_judges_what_arrives_for_a_record) {
  stack_host<> host;
  ASSERT_TRUE(host.tcp->listen(std::nullopt, 80, 2));
  const u32 iss = host.in(from_peer(9), at(5'000).syn())[0].segment.seq();
  // The SYN again: the SYN,ACK again.
  EXPECT_EQ(host.in(from_peer(9), at(5'000).syn())[0].segment.bits(), "SA");
  // An acknowledgment of something else: RST, and the record stays.
  const auto reset = host.in(from_peer(9), at(5'001).ack(iss + 7));
  ASSERT_EQ(reset.size(), 1u);
  EXPECT_EQ(reset[0].segment.bits(), "R");
  EXPECT_EQ(reset[0].segment.seq(), iss + 7);
  // A RST elsewhere in the window is challenged, outside ignored, at RCV.NXT believed.
  EXPECT_EQ(host.in(from_peer(9), at(5'002).rst())[0].segment.bits(), "A");
  EXPECT_TRUE(host.in(from_peer(9), at(4'000).rst()).empty());
  EXPECT_EQ(host.tcp->half_open_connections(), 1u);
  EXPECT_TRUE(host.in(from_peer(9), at(5'001).rst()).empty());
  EXPECT_EQ(host.tcp->half_open_connections(), 0u);
  EXPECT_TRUE(host.tcp->consistent());
}

TEST(stack_handshake, text_and_fin_may_come_with_the_acknowledgment) {
  stack_host<> host;
  const handle listening = *host.tcp->listen(std::nullopt, 80, 2);
  const u32 iss = host.in(from_peer(9), at(5'000).syn())[0].segment.seq();
  host.in(from_peer(9), at(5'001).ack(iss + 1).text("all of it").fin());
  const handle made = *host.tcp->accept(listening);
  EXPECT_EQ(host.state(made), state::close_wait);
  octet_string room(20);
  EXPECT_EQ(*host.tcp->read(made, room), 9u);
  EXPECT_EQ(*host.tcp->read(made, room), 0u);
}

// Policy: with the accept queue full no SYN is taken, and an ACK leaves the record as it is.
// covers: limits listeners
TEST(stack_handshake, a_full_accept_queue_drops_syn_and_ack) {
  stack_config config = plain_stack();
  config.cookies = cookie_policy::never;
  stack_host<> host(config);
  const handle listening = *host.tcp->listen(std::nullopt, 80, 1);
  const u32 one = host.in(from_peer(9), at(5'000).syn())[0].segment.seq();
  EXPECT_TRUE(host.in(from_peer(10), at(5'000).syn()).empty());  // the SYN queue of this listener holds one
  EXPECT_EQ(host.tcp->statistics().syn_dropped, 1u);
  host.in(from_peer(9), at(5'001).ack(one + 1));
  EXPECT_TRUE(host.in(from_peer(10), at(5'000).syn()).empty());  // the accept queue is full
  EXPECT_EQ(host.tcp->statistics().syn_dropped, 2u);
  ASSERT_TRUE(host.tcp->accept(listening));
  const u32 two = host.in(from_peer(10), at(5'000).syn())[0].segment.seq();
  host.in(from_peer(11), at(5'000).syn());
  host.in(from_peer(10), at(5'001).ack(two + 1));
  EXPECT_EQ(host.tcp->connections(), 2u);
}

TEST(stack_handshake, an_ack_that_finds_no_place_leaves_the_record) {
  stack_host<> host;
  const handle listening = *host.tcp->listen(std::nullopt, 80, 4);
  std::vector<u32> iss;
  for (std::uint16_t port = 0; port != 3; ++port) {
    iss.push_back(host.in(from_peer(port + 9u), at(5'000).syn())[0].segment.seq());
  }
  for (int i = 0; i != 4; ++i) {
    ASSERT_TRUE(host.tcp->connect(v4(1), v4(3), 80, host.now));  // takes every place
  }
  host.out();
  EXPECT_TRUE(host.in(from_peer(9), at(5'001).ack(iss[0] + 1)).empty());
  EXPECT_EQ(host.tcp->statistics().ack_dropped, 1u);
  EXPECT_EQ(host.tcp->half_open_connections(), 3u);
  EXPECT_FALSE(host.tcp->accept(listening));
  EXPECT_TRUE(host.tcp->consistent());
}

TEST(stack_handshake, a_connection_that_is_reset_before_accept_is_forgotten) {
  stack_host<> host;
  const handle listening = *host.tcp->listen(std::nullopt, 80, 2);
  host.handshake(from_peer(9));
  host.handshake(from_peer(10));
  host.in(from_peer(9), at(5'001).rst());
  EXPECT_EQ(host.tcp->connections(), 1u);
  const auto made = host.tcp->accept(listening);
  ASSERT_TRUE(made);
  EXPECT_EQ(host.tcp->flow_of(*made)->remote_port, 10);
  EXPECT_FALSE(host.tcp->accept(listening));
}

// The round trip is measured from the SYN,ACK, unless it was sent again.
TEST(stack_handshake, knows_the_round_trip_and_a_lost_syn_ack) {
  stack_host<> host;
  const handle listening = *host.tcp->listen(std::nullopt, 80, 2);
  const u32 one = host.in(from_peer(9), at(5'000).syn())[0].segment.seq();
  host.wait(ms(300));
  host.in(from_peer(9), at(5'001).ack(one + 1));
  const auto& measured = *host.tcp->find(*host.tcp->accept(listening));
  ASSERT_TRUE(measured.sending().rtt().sampled());
  EXPECT_EQ(measured.sending().rtt().smoothed(), ms(300));
  const u32 two = host.in(from_peer(10), at(5'000).syn())[0].segment.seq();
  host.wait(s(2));
  host.in(from_peer(10), at(5'001).ack(two + 1));
  const auto& lost = *host.tcp->find(*host.tcp->accept(listening));
  EXPECT_TRUE(lost.sending().syn_lost());
  EXPECT_EQ(lost.sending().congestion().window(), 5'360u) << "one is no reason to begin with one segment (RFC 6928)";
  const u32 three = host.in(from_peer(11), at(5'000).syn())[0].segment.seq();
  host.wait(s(4));
  host.in(from_peer(11), at(5'001).ack(three + 1));
  const auto& twice = *host.tcp->find(*host.tcp->accept(listening));
  EXPECT_EQ(twice.sending().congestion().window(), twice.effective_mss());
}

// The clocks of two flows tell nothing of each other, nor those of two stacks of the same flow; and a flow's stays its
// own (RFC 6191 compares them).
TEST(stack_handshake, each_flow_has_a_clock_of_its_own) {
  const auto clock_of = [](std::uint64_t secret, const flow& path) {
    stack_config config = plain_stack(secret);
    config.connection.timestamps = true;
    stack_host<> host(config);
    EXPECT_TRUE(host.tcp->listen(std::nullopt, 80, 4));
    const auto answer = host.in(path, at(5'000).syn().ts(1, 0));
    return answer.at(0).segment.header.options.ts->value.wire();
  };
  const flow sixth{v6(1), v6(2), 80, 9};
  const u32 clocks[] = {clock_of(1, from_peer(9)), clock_of(1, from_peer(10)), clock_of(1, from_peer(9, 3)),
                        clock_of(1, sixth), clock_of(5, from_peer(9))};
  for (std::size_t i = 0; i != std::size(clocks); ++i) {
    for (std::size_t j = 0; j != i; ++j) EXPECT_GT(clocks[i] - clocks[j] + 1'000u, 2'000u) << i << ' ' << j;
  }
  EXPECT_EQ(clock_of(1, from_peer(9)), clocks[0]);
}

}  // namespace stack_handshake_test
}  // namespace sequent::test

// RFC 4987: TCP SYN flooding attacks and common mitigations: a stack under one.
#include <gtest/gtest.h>

#include "tests/support/stack_net.hpp"

namespace sequent::test {
namespace rfc4987_flood_test {

stack_config with(cookie_policy cookies, bool options = true) {
  stack_config config = plain_stack();
  config.connection.window_scale = config.connection.timestamps = config.connection.sack = options;
  config.cookies = cookies;
  return config;
}

flow flooder(int i) {
  return {v4(1),
          ip_address::from_v4({10, 9, static_cast<std::uint8_t>(i / 200), static_cast<std::uint8_t>(1 + i % 200)}), 80,
          1'234};
}

// Section 3.3: what a SYN leaves behind is a record, not a connection.
// covers: listeners
TEST(rfc4987_flood, a_syn_takes_no_place_of_a_connection) {
  stack_host<> host(with(cookie_policy::never));
  ASSERT_TRUE(host.tcp->listen(std::nullopt, 80, 100));
  for (int i = 0; i != 1'000; ++i) host.in(flooder(i), at(5'000).syn());
  EXPECT_EQ(host.tcp->connections(), 0u);
  EXPECT_EQ(host.tcp->half_open_connections(), small_stack_policy::sizes.max_half_open);
  EXPECT_EQ(host.tcp->statistics().syn_dropped, 996u);
  EXPECT_TRUE(host.tcp->consistent());
}

// Section 3.6: under a flood a client still gets through, with its options, and nothing is kept for the flood.
TEST(rfc4987_flood, a_client_gets_through_a_flood) {
  stack_host<> host(with(cookie_policy::on_overflow));
  const handle listening = *host.tcp->listen(std::nullopt, 80, 4);
  for (int i = 0; i != 1'000; ++i) EXPECT_EQ(host.in(flooder(i), at(5'000).syn().ts(1)).size(), 1u);
  EXPECT_EQ(host.tcp->half_open_connections(), 4u);
  EXPECT_EQ(host.tcp->statistics().cookies_sent, 996u);

  host.handshake(from_peer(9), at(5'000).syn().mss(1'400).scale(5).sack_permitted().ts(77));
  const auto made = host.tcp->accept(listening);
  ASSERT_TRUE(made);
  EXPECT_EQ(host.tcp->statistics().cookies_accepted, 1u);
  const control_block<u32>& block = host.tcp->find(*made)->tcb();
  EXPECT_EQ(block.state, connection_state::established);
  EXPECT_EQ(block.peer_mss, 1'400);
  EXPECT_EQ(block.snd.shift, 5u);
  EXPECT_TRUE(block.sack_permitted && block.window_scaling && block.ts.enabled);
  EXPECT_EQ(host.tcp->half_open_connections(), 4u);
  EXPECT_TRUE(host.tcp->consistent());
}

// The SYN,ACK with the cookie was slow, or somebody sent a SYN in the client's name: a record is there when the cookie
// comes back, and another number in it. The cookie is good all the same, or the two would contradict one another until
// the record is forgotten.
TEST(rfc4987_flood, a_record_of_a_later_syn_does_not_keep_out_whom_a_cookie_was_sent) {
  for (const u32 forged : {5'000u, 77'000u}) {
    stack_host<> host(with(cookie_policy::on_overflow));
    const handle listening = *host.tcp->listen(std::nullopt, 80, 4);
    for (int i = 0; i != 4; ++i) host.in(flooder(i), at(5'000).syn());
    const auto cookie = host.in(from_peer(9), at(5'000).syn().ts(77));
    ASSERT_EQ(cookie.size(), 1u);
    host.in(flooder(0), at(5'001).rst());
    host.wait(s(1));
    ASSERT_EQ(host.in(from_peer(9), at(forged).syn().ts(78)).size(), 1u);
    ASSERT_EQ(host.tcp->half_open_connections(), 4u);

    const auto& answer = cookie[0].segment;
    host.in(from_peer(9), at(5'001).ack(answer.seq() + 1).ts(79, answer.header.options.ts->value.wire()).text("hi"));
    const auto made = host.tcp->accept(listening);
    ASSERT_TRUE(made);
    octet_string room(9);
    EXPECT_EQ(*host.tcp->read(*made, room), 2u);
    EXPECT_EQ(host.tcp->half_open_connections(), 3u);
    EXPECT_TRUE(host.tcp->consistent());
  }
}

// What a cookie cannot say is not agreed to: without timestamps, neither scaling nor SACK.
TEST(rfc4987_flood, a_cookie_agrees_only_to_what_it_remembers) {
  for (const bool timestamps : {false, true}) {
    stack_host<> host(with(cookie_policy::always));
    const handle listening = *host.tcp->listen(std::nullopt, 80, 4);
    packet syn = at(5'000).syn().mss(1'399).scale(3).sack_permitted();
    if (timestamps) syn.ts(5);
    const auto answer = host.in(from_peer(9), syn);
    const segment_options<u32>& options = answer[0].segment.header.options;
    EXPECT_EQ(options.window_scale.has_value(), timestamps);
    EXPECT_EQ(options.sack_permitted, timestamps);
    EXPECT_EQ(options.ts.has_value(), timestamps);
    packet ack = at(5'001).ack(answer[0].segment.seq() + 1);
    if (timestamps) ack.ts(6, options.ts->value.wire());
    host.in(from_peer(9), ack.text("first"));
    const auto made = host.tcp->accept(listening);
    ASSERT_TRUE(made);
    const control_block<u32>& block = host.tcp->find(*made)->tcb();
    EXPECT_EQ(block.window_scaling, timestamps);
    EXPECT_EQ(block.sack_permitted, timestamps);
    EXPECT_EQ(block.peer_mss, 1'360);  // rounded down to what a cookie can say
    EXPECT_EQ(host.tcp->find(*made)->readable(), 5u);
    EXPECT_EQ(host.tcp->half_open_connections(), 0u);
  }
}

// Only what was sent is accepted: not another number, flow or time, and nothing when no cookie is out.
// covers: rfc4987#3.6
TEST(rfc4987_flood, only_a_valid_cookie_makes_a_connection) {
  stack_host<> host(with(cookie_policy::always, false));
  const handle listening = *host.tcp->listen(std::nullopt, 80, 4);
  EXPECT_EQ(host.in(from_peer(8), at(5'001).ack(1)).at(0).segment.bits(), "R");
  const u32 cookie = host.in(from_peer(9), at(5'000).syn())[0].segment.seq();
  const packet good = at(5'001).ack(cookie + 1);
  host.wait(s(10));
  const auto refused = [&](const flow& path, const packet& p) {
    const auto answer = host.in(path, p);
    return answer.size() == 1 && answer[0].segment.bits() == "R" && host.tcp->connections() == 0;
  };
  EXPECT_TRUE(refused(from_peer(9), at(5'001).ack(cookie + 2)));
  EXPECT_TRUE(refused(from_peer(9), at(5'002).ack(cookie + 1)));
  EXPECT_TRUE(refused(from_peer(10), good));
  EXPECT_TRUE(refused(from_peer(9, 3), good));
  stack_host<> copy(with(cookie_policy::always, false));  // the same secret, an hour later
  ASSERT_TRUE(copy.tcp->listen(std::nullopt, 80, 4));
  copy.now = host.now + s(3'600);
  copy.in(from_peer(20), at(1).syn());  // a cookie is out, but not this one
  EXPECT_EQ(copy.in(from_peer(9), good).at(0).segment.bits(), "R");
  EXPECT_EQ(copy.tcp->connections(), 0u);
  host.in(from_peer(9), good);
  EXPECT_TRUE(host.tcp->accept(listening));
}

TEST(rfc4987_flood, a_cookie_dies_of_age) {
  stack_host<> host(with(cookie_policy::always, false));
  ASSERT_TRUE(host.tcp->listen(std::nullopt, 80, 4));
  const u32 cookie = host.in(from_peer(9), at(5'000).syn())[0].segment.seq();
  host.wait(s(121));
  EXPECT_EQ(host.in(from_peer(9), at(5'001).ack(cookie + 1)).at(0).segment.bits(), "R");
  EXPECT_EQ(host.tcp->connections(), 0u);
}

// Policy: a cookie that comes back while nothing can be accepted is dropped without an answer; its peer tries again.
TEST(rfc4987_flood, a_cookie_waits_outside_while_the_accept_queue_is_full) {
  stack_host<> host(with(cookie_policy::always, false));
  const handle listening = *host.tcp->listen(std::nullopt, 80, 1);
  const u32 one = host.in(from_peer(9), at(5'000).syn())[0].segment.seq();
  const u32 two = host.in(from_peer(10), at(5'000).syn())[0].segment.seq();
  host.in(from_peer(9), at(5'001).ack(one + 1));
  EXPECT_TRUE(host.in(from_peer(10), at(5'001).ack(two + 1)).empty());
  EXPECT_EQ(host.tcp->statistics().ack_dropped, 1u);
  EXPECT_TRUE(host.in(from_peer(11), at(5'000).syn()).empty());  // nor are new SYNs answered
  ASSERT_TRUE(host.tcp->accept(listening));
  host.in(from_peer(10), at(5'001).ack(two + 1).text("again"));
  EXPECT_TRUE(host.tcp->accept(listening));
}

// Timestamps go on: the connection's clock never falls behind the one that its cookie showed.
TEST(rfc4987_flood, the_clock_goes_on_from_the_cookie) {
  stack_host<> host(with(cookie_policy::always));
  const handle listening = *host.tcp->listen(std::nullopt, 80, 4);
  for (std::uint16_t port = 100; port != 400; ++port) {
    host.now = host.now + ms(7);
    const auto answer = host.in(from_peer(port), at(5'000).syn().ts(1).scale(static_cast<std::uint8_t>(port % 15)));
    const auto shown = answer[0].segment.header.options.ts->value;
    host.in(from_peer(port), at(5'001).ack(answer[0].segment.seq() + 1).ts(2, shown.wire()));
    const auto made = host.tcp->accept(listening);
    ASSERT_TRUE(made);
    (void)host.tcp->write(*made, pattern(1));
    const auto sent = host.out();
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_TRUE(at_or_before(shown, sent[0].segment.header.options.ts->value));
    (void)host.tcp->abort(*made);
    host.out();
  }
}

// Under 100,000 SYNs a second each of 93 honest clients, one every ten milliseconds, completes its handshake, whether
// it got a record or a cookie. covers: rfc4987#3.6
TEST(rfc4987_flood, every_honest_handshake_is_completed_under_a_flood) {
  for (const std::size_t batch : {16u, 200u}) {
    stack_host<> host(with(cookie_policy::on_overflow));
    const handle listening = *host.tcp->listen(std::nullopt, 80, 4);
    std::size_t completed = 0;
    int flooded = 0;
    for (std::uint16_t client = 0; client != 93; ++client) {
      const flow path = from_peer(static_cast<std::uint16_t>(2'000 + client), 3);
      std::vector<octet_string> packets;
      for (int i = 0; i != 1'000; ++i, ++flooded) {
        if (i == 500) packets.push_back(packet_to(path, at(7'000).syn().mss(1'460).ts(9).sack_permitted()));
        packets.push_back(packet_to(flooder(flooded % 20'000), at(static_cast<u32>(5'000 + flooded)).syn().ts(1)));
      }
      std::vector<std::span<const std::uint8_t>> views(packets.begin(), packets.end());
      std::optional<packet> answer;
      for (std::span<const std::span<const std::uint8_t>> left(views); !left.empty();) {
        left = left.subspan(host.tcp->on_packets(left.first(std::min(batch, left.size())), host.now));
        for (const seen& each : host.out()) {
          if (each.path.remote == v4(3)) answer = each.segment;
        }
      }
      host.sent.clear();
      if (answer) {
        host.in(path, at(7'001).ack(answer->seq() + 1).ts(10, answer->header.options.ts->value.wire()));
        if (const auto made = host.tcp->accept(listening)) {
          ++completed;
          (void)host.tcp->abort(*made);
          host.out();
        }
      }
      host.now = host.now + ms(10);
      host.tcp->on_deadline(host.now);
      host.out();
    }
    EXPECT_EQ(completed, 93u) << batch;
    EXPECT_TRUE(host.tcp->consistent());
  }
}

// What one SYN draws while nobody answers: eight packets over three minutes, 8 x 44 octets for 40 without options of
// its own, which is 8.8 times. covers: listeners
TEST(rfc4987_flood, a_syn_draws_eight_packets_and_no_more) {
  stack_host<> host(with(cookie_policy::never, false));
  ASSERT_TRUE(host.tcp->listen(std::nullopt, 80, 4));
  const octet_string syn = packet_to(from_peer(9), at(5'000).syn());
  ASSERT_EQ(syn.size(), 40u);
  (void)host.tcp->on_packet(syn, host.now);
  std::size_t packets = 0;
  std::size_t octets = 0;
  octet_string room(2'000);
  const auto collect = [&] {
    while (const auto sent = host.tcp->poll_packet(host.now, room)) {
      ++packets;
      octets += sent->length;
    }
  };
  collect();
  for (auto due = host.tcp->next_deadline(); due; due = host.tcp->next_deadline()) {
    host.now = std::max(host.now, *due);
    host.tcp->on_deadline(host.now);
    collect();
  }
  EXPECT_EQ(packets, 8u);
  EXPECT_EQ(octets, 352u);
  EXPECT_EQ(host.tcp->half_open_connections(), 0u);
}

// A RST answers one packet with one that is no larger; a cookie costs 44 octets for 40.
// covers: owed-answers
TEST(rfc4987_flood, what_has_no_record_is_answered_once) {
  for (const bool listens : {false, true}) {
    stack_host<> host(with(cookie_policy::always, false));
    (void)host.tcp->listen(std::nullopt, listens ? 80 : 8'080, 4);
    octet_string room(2'000);
    for (const packet& p : {at(5).syn(), at(5).ack(7), at(5).ack(7).text(100), at(5).ack(7).fin(), at(5).rst()}) {
      const octet_string asks = packet_to(from_peer(9), p);
      (void)host.tcp->on_packet(asks, host.now);
      std::size_t octets = 0;
      std::size_t packets = 0;
      while (const auto sent = host.tcp->poll_packet(host.now, room)) {
        octets += sent->length;
        ++packets;
      }
      EXPECT_LE(packets, 1u);
      EXPECT_LE(octets, asks.size() + (listens && p.header.control.syn() ? 4 : 0));
    }
  }
}

}  // namespace rfc4987_flood_test
}  // namespace sequent::test

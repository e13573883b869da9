#include <gtest/gtest.h>

#include "sequent/stack.hpp"
#include "tests/support/stack_net.hpp"

namespace sequent::test {
namespace stack_cookies_test {

// What a SYN says, cut to what a cookie can say, goes through LISTEN to the same block as the SYN that the cookie gives
// back.
// covers: syn-cookies
TEST(stack_cookies, what_comes_back_opens_the_same_connection) {
  const flow path{ip_address::from_v4({10, 0, 0, 1}), ip_address::from_v4({10, 0, 0, 2}), 80, 9};
  const syn_cookies cookies({1, 2});
  const instant now = instant{} + duration::seconds(500);
  for (int bits = 0; bits != 64; ++bits) {
    packet syn = at(7'000).syn();
    if ((bits & 1) != 0) syn.ts(44);
    if ((bits & 2) != 0) syn.scale(static_cast<std::uint8_t>(bits % 64 / 4));
    if ((bits & 4) != 0) syn.sack_permitted();
    if ((bits & 8) != 0) syn.mss(1'460);
    handshake_offer ours;
    ours.timestamps = (bits & 16) == 0;
    ours.sack = ours.window_scale = (bits & 32) == 0;
    const cookie_options kept = cookie_options_of(syn.header, ours);
    EXPECT_TRUE(kept.timestamps || (!kept.window_scale && !kept.sack_permitted));
    const syn_cookie made = cookies.make(path, syn.header.seq, kept, 123'456, now);
    std::optional<u32> echo;
    if (kept.timestamps) echo = made.timestamp;
    const auto back = cookies.check(path, syn.header.seq, made.iss, echo, now);
    ASSERT_TRUE(back) << bits;
    EXPECT_EQ(syn_of(*back, syn.header.seq, syn.header.options.ts),
              syn_of(kept, syn.header.seq, syn.header.options.ts));

    control_block<u32> listening;
    listening.state = connection_state::listen;
    listening.offer = ours;
    control_block<u32> full = listening;
    control_block<u32> cut = listening;
    const surroundings<u32> around{now, made.iss};
    (void)step(full, syn.header, around);
    (void)step(cut, syn_of(*back, syn.header.seq, syn.header.options.ts), around);
    if (kept.timestamps) {
      EXPECT_EQ(cut, full) << bits;  // 1460 and the default are sizes that a cookie can say
    }
  }
}

// A peer that was sent a cookie, and the ACK that brings it back.
struct under_flood {
  stack_host<> host;
  handle listening;

  under_flood() : host(configured()) { listening = *host.tcp->listen(std::nullopt, 80, 4); }
  static stack_config configured() {
    stack_config config = plain_stack();
    config.cookies = cookie_policy::always;
    return config;
  }
  u32 cookie_for(std::uint16_t port) { return host.in(from_peer(port), at(5'000).syn())[0].segment.seq(); }
  bool comes_back(std::uint16_t port, u32 iss) {
    host.in(from_peer(port), at(5'001).ack(iss + 1));
    return host.tcp->accept(listening).has_value();
  }
};

TEST(stack_cookies, a_new_secret_leaves_those_that_are_alive) {
  under_flood server;
  const u32 one = server.cookie_for(9);
  const u32 other = server.cookie_for(10);
  ASSERT_TRUE(server.host.tcp->rotate_secret({77, 78}, server.host.now));
  EXPECT_NE(server.cookie_for(9), one);  // in the same minute
  EXPECT_TRUE(server.comes_back(9, one));
  server.host.wait(s(30));
  EXPECT_TRUE(server.comes_back(11, server.cookie_for(11)));
  // The secret before the last is forgotten.
  ASSERT_TRUE(server.host.tcp->rotate_secret({79, 80}, server.host.now));
  EXPECT_FALSE(server.comes_back(10, other));
  EXPECT_EQ(server.host.tcp->statistics().cookies_accepted, 2u);
}

TEST(stack_cookies, an_old_secret_makes_no_cookie_live_longer) {
  under_flood server;
  const u32 iss = server.cookie_for(9);
  ASSERT_TRUE(server.host.tcp->rotate_secret({77, 78}, server.host.now));
  server.host.wait(s(119));
  (void)server.cookie_for(10);  // so that ACKs are still looked at
  server.host.wait(s(2));
  EXPECT_FALSE(server.comes_back(9, iss));
}

// A cookie says no smaller size (MUST-16): such a SYN is dropped, and counted.
TEST(stack_cookies, a_size_below_what_a_cookie_says_is_dropped) {
  under_flood server;
  EXPECT_TRUE(server.host.in(from_peer(9), at(5'000).syn().mss(47)).empty());
  EXPECT_EQ(server.host.tcp->statistics().syn_dropped, 1u);
  EXPECT_EQ(server.host.tcp->statistics().cookies_sent, 0u);
  EXPECT_EQ(server.host.in(from_peer(9), at(5'000).syn().mss(48)).size(), 1u);
  EXPECT_EQ(server.host.tcp->statistics().syn_dropped, 1u);
  EXPECT_EQ(server.host.tcp->statistics().cookies_sent, 1u);
}

// Neither of the other keys is derived anew: numbers and clocks go on, and no flow is lost.
TEST(stack_cookies, a_new_secret_changes_nothing_else) {
  stack_config config = plain_stack();
  config.connection.timestamps = true;
  stack_host<> host(config);
  const handle listening = *host.tcp->listen(std::nullopt, 80, 4);
  const auto before = host.in(from_peer(9), at(5'000).syn().ts(1));
  host.in(from_peer(9), at(5'001).rst());
  host.handshake(from_peer(10));
  const handle made = *host.tcp->accept(listening);
  ASSERT_TRUE(host.tcp->rotate_secret({77, 78}, host.now));
  const auto after = host.in(from_peer(9), at(5'000).syn().ts(1));
  EXPECT_EQ(before[0].segment.header, after[0].segment.header);
  host.in(from_peer(10), at(5'001).rst());
  EXPECT_EQ(host.last, delivery::connection);
  EXPECT_EQ(host.state(made), connection_state::closed);
}

// A cookie has room for the agreement on ECN in a timestamp only.
TEST(stack_cookies, without_timestamps_there_is_no_ecn) {
  for (const bool timestamps : {false, true}) {
    stack_config config = under_flood::configured();
    config.connection.timestamps = true;
    config.connection.ecn = true;
    stack_host<> host(config);
    const handle listening = *host.tcp->listen(std::nullopt, 80, 4);
    packet syn = at(5'000).syn().ecn();
    if (timestamps) syn.ts(7);
    host.handshake(from_peer(9), syn);
    EXPECT_EQ(host.sent[0].segment.bits(), timestamps ? "SAE" : "SA");
    const auto made = host.tcp->accept(listening);
    ASSERT_TRUE(made);
    EXPECT_EQ(host.tcp->find(*made)->tcb().ecn, timestamps);
  }
}

// A secret that was left at zero: anybody could make the cookie, so none is made and none accepted. Before, this one
// connected.
TEST(stack_cookies, nothing_is_forged_when_the_secret_was_left_at_zero) {
  stack_config config = plain_stack();
  config.secret = {};
  config.cookies = cookie_policy::always;
  stack_host<> host(config);
  (void)host.tcp->listen(std::nullopt, 80, 4);  // refused or not
  const flow path = from_peer(9);
  for (const seen& answer : host.in(path, at(5'000).syn())) EXPECT_EQ(answer.segment.bits(), "RA");
  const auto half = [](std::uint8_t which) {
    const std::array<std::uint8_t, 2> message{static_cast<std::uint8_t>(key_use::cookies), which};
    return siphash(secret_key{}, message);
  };
  for (const secret_key known : {secret_key{}, secret_key{half(0), half(1)}}) {
    const syn_cookie forged = syn_cookies(known).make(path, sequence_number<u32>(5'000), {}, 0, host.now);
    host.in(path, at(5'001).ack(forged.iss.wire() + 1));
    EXPECT_EQ(host.tcp->connections(), 0u);
    EXPECT_FALSE(syn_cookies({}).check(path, sequence_number<u32>(5'000), forged.iss, std::nullopt, host.now));
  }
  // Nor after a secret of zeros has replaced a good one.
  stack_host<> other(plain_stack());
  ASSERT_TRUE(other.tcp->listen(std::nullopt, 80, 4));
  EXPECT_EQ(other.tcp->rotate_secret({}, other.now).why(), error::bad_argument);
  EXPECT_EQ(derive_key({}, key_use::cookies), secret_key{});
}

// The timestamp of a cookie says when it was made to 64 ms, and now and then as late as the ACK that brings it back.
// covers: rfc6298#3
TEST(stack_cookies, what_comes_back_measures_nothing) {
  stack_config config = under_flood::configured();
  config.connection.timestamps = true;
  for (int at_tick = 0; at_tick != 64; ++at_tick) {
    stack_host<> host(config);
    host.now = host.now + ms(at_tick);
    const handle listening = *host.tcp->listen(std::nullopt, 80, 4);
    host.handshake(from_peer(9), at(5'000).syn().mss(1'460).ts(1, 0));
    const auto given = host.tcp->accept(listening);
    ASSERT_TRUE(given);
    EXPECT_FALSE(host.tcp->find(*given)->sending().rtt().sampled()) << at_tick;
  }
}

}  // namespace stack_cookies_test
}  // namespace sequent::test

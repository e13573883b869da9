#include "sequent/stack/fast_open.inl.hpp"

#include <gtest/gtest.h>

#include "tests/support/stack_net.hpp"

namespace sequent::test {
namespace stack_fast_open_test {

struct fast_connection_policy : small_connection_policy {
  using fast_open = with_fast_open;
};
struct fast_stack_policy : small_stack_policy {
  using connection_policy = fast_connection_policy;
};
using fast_host = stack_host<fast_stack_policy>;

packet syn_with(const std::optional<fast_open_cookie>& option, std::size_t text = 0) {
  packet syn = at(5'000).syn().mss(1'000);
  syn.header.options.fast_open = option;
  if (text != 0) syn.text(text);
  return syn;
}

/// A server at 10.0.0.1 port 80 with Fast Open for so many at a time.
struct server : fast_host {
  handle listening{};
  static void as_usual(stack_config&) {}
  static stack_config changed(void (*change)(stack_config&)) {
    stack_config config = plain_stack();
    change(config);
    return config;
  }
  explicit server(u32 max_pending = 2, void (*change)(stack_config&) = as_usual) : fast_host(changed(change)) {
    listening = *tcp->listen(std::nullopt, 80, 3);
    EXPECT_TRUE(tcp->allow_fast_open(listening, max_pending));
  }
  /// The cookie that the stack gives to a peer.
  fast_open_cookie cookie(std::uint8_t last = 2) {
    const auto answer = in(from_peer(9, last), syn_with(fast_open_cookie{}));
    EXPECT_EQ(answer.size(), 1u);
    in(from_peer(9, last), at(5'001).rst());
    return answer.at(0).segment.header.options.fast_open.value();
  }
};

// covers: rfc7413#4.2.1
TEST(stack_fast_open, gives_a_cookie_on_the_first_syn_ack_to_who_asks) {
  server host;
  const auto answer = host.in(from_peer(1), syn_with(fast_open_cookie{}, 10));
  ASSERT_EQ(answer.size(), 1u);
  ASSERT_TRUE(answer[0].segment.header.options.fast_open);
  EXPECT_EQ(answer[0].segment.header.options.fast_open->octets().size(), 8u);
  EXPECT_EQ(answer[0].segment.acknowledges(), 5'001u);
  EXPECT_EQ(host.tcp->half_open_connections(), 1u);
  const auto again = host.wait(s(1));
  ASSERT_EQ(again.size(), 1u);
  EXPECT_FALSE(again[0].segment.header.options.fast_open);
}

// covers: rfc7413#4.2
TEST(stack_fast_open, is_off_at_a_listener_until_it_is_allowed) {
  for (const bool allowed_once : {false, true}) {
    fast_host host;
    const handle listening = *host.tcp->listen(std::nullopt, 80, 3);
    if (allowed_once) {
      ASSERT_TRUE(host.tcp->allow_fast_open(listening, 2));
      ASSERT_TRUE(host.tcp->allow_fast_open(listening, 0));
    }
    const auto answer = host.in(from_peer(1), syn_with(fast_open_cookie{}, 10));
    ASSERT_EQ(answer.size(), 1u);
    EXPECT_FALSE(answer[0].segment.header.options.fast_open);
    EXPECT_EQ(host.tcp->connections(), 0u);
  }
  fast_host host;
  EXPECT_EQ(host.tcp->allow_fast_open({}, 2).why(), error::connection_does_not_exist);
}

// covers: rfc7413#4.2.2
TEST(stack_fast_open, accepts_a_connection_with_its_text_before_the_handshake_is_complete) {
  server host;
  const auto cookie = host.cookie();
  const auto answer = host.in(from_peer(1), syn_with(cookie, 300));
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0].segment.bits(), "SA");
  EXPECT_EQ(answer[0].segment.acknowledges(), 5'301u);
  const auto told = host.events();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(told[0].incoming);
  const auto made = host.tcp->accept(host.listening);
  ASSERT_TRUE(made);
  EXPECT_EQ(host.state(*made), connection_state::syn_received);
  octet_string room(1'000);
  EXPECT_EQ(*host.tcp->read(*made, room), 300u);
  ASSERT_TRUE(host.tcp->write(*made, pattern(100)));
  const auto early = host.out();
  ASSERT_EQ(early.size(), 1u);
  EXPECT_EQ(early[0].segment.octets, pattern(100));
  const u32 iss = answer[0].segment.seq();
  host.in(from_peer(1), at(5'301).ack(iss + 101));
  EXPECT_EQ(host.state(*made), connection_state::established);
  EXPECT_EQ(host.tcp->statistics().fast_opened, 1u);
  EXPECT_TRUE(host.tcp->consistent());
}

// covers: rfc7413#4.1.2
TEST(stack_fast_open, refuses_the_cookie_of_another_address_and_gives_the_right_one) {
  server host;
  const auto stolen = host.cookie(2);
  const auto own = host.cookie(3);
  EXPECT_NE(stolen, own);
  const auto answer = host.in(from_peer(1, 3), syn_with(stolen, 300));
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0].segment.acknowledges(), 5'001u);
  EXPECT_EQ(answer[0].segment.header.options.fast_open, own);
  EXPECT_FALSE(host.tcp->accept(host.listening));
}

TEST(stack_fast_open, accepts_a_cookie_of_the_former_secret_alone) {
  server host;
  const auto old = host.cookie();
  ASSERT_TRUE(host.tcp->renew_fast_open({77, 78}));
  const auto first = host.in(from_peer(1), syn_with(old, 10));
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].segment.acknowledges(), 5'011u);
  EXPECT_TRUE(first[0].segment.header.options.fast_open);
  ASSERT_TRUE(host.tcp->renew_fast_open({79, 80}));
  const auto second = host.in(from_peer(2), syn_with(old, 10));
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].segment.acknowledges(), 5'001u);
}

// One stack that was renewed and one that began with the secret give the same cookies, and neither is of the secret
// itself, which other keys are derived from as well.
TEST(stack_fast_open, derives_the_key_of_a_renewed_secret_as_that_of_the_first) {
  server renewed;
  ASSERT_TRUE(renewed.tcp->renew_fast_open({77, 78}));
  server begun(2, [](stack_config& config) { config.secret = {77, 78}; });
  const auto given = renewed.cookie();
  EXPECT_EQ(given, begun.cookie());
  const auto local = ip_address::from_v4({10, 0, 0, 1});
  const auto remote = ip_address::from_v4({10, 0, 0, 2});
  EXPECT_NE(given, fast_open_keys({77, 78}).cookie_for(local, remote));
  EXPECT_EQ(given, fast_open_keys(derive_key({77, 78}, key_use::fast_open)).cookie_for(local, remote));
}

// covers: rfc7413#4.2, rfc7413#5.1
TEST(stack_fast_open, does_without_while_too_many_are_pending) {
  server host(1);
  const auto cookie = host.cookie();
  const auto first = host.in(from_peer(1), syn_with(cookie, 10));
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].segment.acknowledges(), 5'011u);
  for (const auto& option : {std::optional(cookie), std::optional(fast_open_cookie{})}) {
    const auto next = host.in(from_peer(2), syn_with(option, 10));
    ASSERT_EQ(next.size(), 1u);
    EXPECT_EQ(next[0].segment.acknowledges(), 5'001u);
    EXPECT_FALSE(next[0].segment.header.options.fast_open);
    host.in(from_peer(2), at(5'001).rst());
  }
  host.in(from_peer(1), at(5'011).ack(first[0].segment.seq() + 1));
  const auto third = host.in(from_peer(3), syn_with(cookie, 10));
  ASSERT_EQ(third.size(), 1u);
  EXPECT_EQ(third[0].segment.acknowledges(), 5'011u);
}

// A SYN with a good cookie and the RST that its victim answers with, over and over: the place is given back after a
// time. covers: rfc7413#5.1
TEST(stack_fast_open, counts_a_pending_connection_for_a_time_after_it_is_reset) {
  server host(1);
  const auto cookie = host.cookie();
  host.in(from_peer(1), syn_with(cookie, 10));
  const auto made = host.tcp->accept(host.listening);
  ASSERT_TRUE(made);
  host.in(from_peer(1), at(5'011).rst());
  EXPECT_EQ(host.state(*made), connection_state::closed);
  EXPECT_EQ(host.tcp->find(*made)->ended_by(), error::connection_reset);
  ASSERT_TRUE(host.tcp->close(*made, host.now));
  host.out();
  EXPECT_EQ(host.tcp->connections(), 0u);
  const auto opened = [&](std::uint16_t port) {
    const auto next = host.in(from_peer(port), syn_with(cookie, 10));
    EXPECT_EQ(next.size(), 1u);
    const bool taken = !next.empty() && next[0].segment.acknowledges() == 5'011u;
    if (!taken) host.in(from_peer(port), at(5'001).rst());
    return taken;
  };
  EXPECT_FALSE(opened(2));
  host.now = host.now + s(59);
  EXPECT_FALSE(opened(3));
  host.now = host.now + s(62);
  EXPECT_TRUE(opened(4));
  // One that nobody accepted frees its place by itself, also when its listener is gone.
  ASSERT_TRUE(host.tcp->close(host.listening, host.now));
  host.out();
  EXPECT_EQ(host.tcp->connections(), 0u);
}

// Two minutes are the most that it counts for, also where a SYN was refused in between: it was three.
// covers: rfc7413#5.1
TEST(stack_fast_open, counts_who_was_reset_for_two_minutes_at_most) {
  for (const int asked : {60, 90, 119}) {
    server host(1);
    const auto cookie = host.cookie();
    const auto opened = [&](std::uint16_t port) {
      const auto next = host.in(from_peer(port), syn_with(cookie, 10));
      const bool taken = !next.empty() && next[0].segment.acknowledges() == 5'011u;
      host.in(from_peer(port), at(taken ? 5'011 : 5'001).rst());
      return taken;
    };
    ASSERT_TRUE(opened(1));
    host.now = host.now + s(asked);
    EXPECT_FALSE(opened(2)) << asked;
    host.now = host.now + s(120 - asked);
    EXPECT_TRUE(opened(3)) << asked;
  }
}

// 1,000 such SYNs in ten minutes with a limit of 4: 1,000 were opened before.
// covers: rfc7413#5.1
TEST(stack_fast_open, opens_few_for_whom_resets_what_is_sent_in_its_name) {
  server host(4);
  const auto cookie = host.cookie();
  octet_string room(1'000);
  std::size_t taken = 0;
  for (int i = 0; i != 1'000; ++i) {
    const flow path = from_peer(static_cast<std::uint16_t>(10 + i));
    const auto answer = host.in(path, syn_with(cookie, 500));
    if (!answer.empty() && answer[0].segment.acknowledges() == 5'501u) ++taken;
    while (const auto made = host.tcp->accept(host.listening)) (void)host.tcp->close(*made, host.now);
    host.in(path, at(answer.empty() ? 0 : answer[0].segment.acknowledges()).rst());
    host.now = host.now + ms(600);
    host.tcp->on_deadline(host.now);
    host.out();
  }
  EXPECT_GE(taken, 4u * 5);
  EXPECT_LE(taken, 4u * 11) << "four a minute";
  EXPECT_TRUE(host.tcp->consistent());
}

// Until the handshake is complete a stolen cookie may be all that speaks for an address. A SYN of 57 octets, one of
// them text, drew 15,788: no more than three times what came, the SYN,ACK included. covers: rfc7413#5.2
TEST(stack_fast_open, amplifies_no_more_than_three_times_before_the_address_is_validated) {
  for (const bool six : {false, true}) {
    for (const bool options : {false, true}) {
      for (const std::size_t text : {1u, 10u, 100u, 300u, 900u}) {
        for (const std::size_t written : {1u, 4'000u}) {
          stack_config config = plain_stack();
          config.connection.timestamps = config.connection.window_scale = config.connection.sack = options;
          config.connection.nagle = false;
          fast_host host(config);
          const handle listening = *host.tcp->listen(std::nullopt, 80, 3);
          ASSERT_TRUE(host.tcp->allow_fast_open(listening, 2));
          const flow path{six ? v6(1) : v4(1), six ? v6(2) : v4(2), 80, 9};
          packet ask = syn_with(fast_open_cookie{});
          const auto cookie = host.in(path, ask).at(0).segment.header.options.fast_open;
          host.in(path, at(5'001).rst());
          packet syn = syn_with(cookie, text);
          if (options) syn.ts(7).scale(2).sack_permitted();
          const octet_string asks = packet_to(path, syn);
          (void)host.tcp->on_packet(asks, host.now);
          const handle made = *host.tcp->accept(listening);
          std::size_t octets = 0;
          std::size_t early = 0;
          octet_string room(2'000);
          const auto send = [&] {
            while (const auto sent = host.tcp->poll_packet(host.now, room)) {
              octets += sent->length;
              early += read_packet(std::span(room).first(sent->length))->segment.octets.size();
            }
          };
          for (int i = 0; i != 200; ++i) {
            (void)host.tcp->write(made, pattern(written));
            send();
          }
          EXPECT_LE(octets, 3 * asks.size()) << text << " octets of text";
          EXPECT_GE(early, text >= 100 && written > 1 ? 2 * text : 0) << "but it is of use";
          // Whatever the timers do, nothing but the SYN,ACK goes out again.
          const std::size_t before = early;
          for (auto due = host.tcp->next_deadline(); due && *due < host.now + s(200); due = host.tcp->next_deadline()) {
            host.now = std::max(host.now, *due);
            host.tcp->on_deadline(host.now);
            send();
          }
          EXPECT_EQ(early, before);
        }
      }
    }
  }
}

TEST(stack_fast_open, takes_a_syn_for_which_there_is_no_connection_like_any_other) {
  server host(10);
  const auto cookie = host.cookie();
  for (std::uint16_t port = 1; port <= 3; ++port) host.in(from_peer(port), syn_with(cookie, 10));
  EXPECT_EQ(host.tcp->connections(), 3u) << "as many as the listener's backlog";
  EXPECT_TRUE(host.in(from_peer(4), syn_with(cookie, 10)).empty());
  EXPECT_EQ(host.tcp->statistics().syn_dropped, 1u);
}

// covers: rfc7413#4.2.2
TEST(stack_fast_open, opens_fast_what_is_written_before_the_syn_is_polled) {
  server host;
  const auto cookie = host.cookie();
  fast_host client;
  const auto made = client.tcp->connect(v4(2), v4(1), 80, fast_open_server{cookie, 1'000}, client.now);
  ASSERT_TRUE(made);
  ASSERT_TRUE(client.tcp->write(*made, pattern(300)));
  const auto syn = client.out();
  ASSERT_EQ(syn.size(), 1u);
  EXPECT_EQ(syn[0].segment.octets, pattern(300));
  const auto answer =
      host.in(syn[0].path.remote == v4(1) ? flow{v4(1), v4(2), 80, syn[0].path.local_port} : flow{}, syn[0].segment);
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0].segment.acknowledges(), syn[0].segment.seq() + 301);
  client.in({v4(2), v4(1), syn[0].path.local_port, 80}, answer[0].segment);
  EXPECT_EQ(client.state(*made), connection_state::established);
  EXPECT_FALSE(client.tcp->find(*made)->fast_open().text_refused());
}

// A user who never loses patience does so for a connection that he knows of.
// covers: rfc7413#5.1 MUST-23
TEST(stack_fast_open, gives_up_who_does_not_answer_though_there_is_no_user_timeout) {
  server host(2, [](stack_config& config) { config.connection.user_timeout.reset(); });
  const auto cookie = host.cookie();
  ASSERT_EQ(host.in(from_peer(1), syn_with(cookie, 100)).size(), 1u);
  ASSERT_EQ(host.tcp->connections(), 1u);
  const auto again = host.wait(s(182));
  EXPECT_EQ(again.size(), 7u);
  EXPECT_EQ(host.tcp->connections(), 1u);
  const auto last = host.wait(s(2));
  ASSERT_EQ(last.size(), 1u);
  EXPECT_TRUE(last[0].segment.header.control.rst());
  EXPECT_EQ(host.tcp->connections(), 0u);
  EXPECT_TRUE(host.tcp->consistent());
}

}  // namespace stack_fast_open_test
}  // namespace sequent::test

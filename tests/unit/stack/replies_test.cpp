#include "sequent/stack/replies.inl.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "tests/support/stack_net.hpp"

namespace sequent::test {
namespace stack_replies_test {

struct wide_connection_policy : default_policy {
  using send_storage = inline_storage<512>;
  using receive_storage = inline_storage<512>;
};
/// Room for many at once, and for few answers to nobody.
struct wide_policy : default_stack_policy {
  using connection_policy = wide_connection_policy;
  static constexpr stack_sizes sizes{.max_connections = 256, .max_half_open = 2'048, .max_time_wait = 256};
};
struct sleepy_policy : wide_policy {
  static constexpr stack_sizes sizes = with(wide_policy::sizes, [](stack_sizes& changed) { changed.max_awake = 4; });
};

flow stranger(std::uint32_t i, std::uint16_t port = 80) {
  return {v4(1),
          ip_address::from_v4({10, static_cast<std::uint8_t>(1 + i / 40'000), static_cast<std::uint8_t>(i / 200 % 200),
                               static_cast<std::uint8_t>(1 + i % 200)}),
          port, 1'234};
}

/// Hands packets over in batches and polls after each, as docs/stack.md says. Gives all that is sent.
template <class Host>
std::vector<seen> by_batches(Host& host, const std::vector<octet_string>& packets, std::size_t batch) {
  std::vector<seen> all;
  std::vector<std::span<const std::uint8_t>> views(packets.begin(), packets.end());
  for (std::span<const std::span<const std::uint8_t>> left(views); !left.empty();) {
    for (auto now = left.first(std::min(batch, left.size())); !now.empty();) {
      const std::size_t taken = host.tcp->on_packets(now, host.now);
      now = now.subspan(taken);
      left = left.subspan(taken);
      const auto sent = host.out();
      all.insert(all.end(), sent.begin(), sent.end());
    }
  }
  return all;
}

// A batch of any size: each honest SYN of 200 among junk for which RSTs and SYN,ACKs go out is answered.
TEST(stack_replies, every_honest_syn_is_answered_whatever_the_batch) {
  for (const cookie_policy cookies : {cookie_policy::never, cookie_policy::always}) {
    for (const std::size_t batch : {16u, 128u, 1'024u}) {
      stack_config config = plain_stack();
      config.cookies = cookies;
      stack_host<wide_policy> host(config);
      ASSERT_TRUE(host.tcp->listen(std::nullopt, 80, 10'000));
      std::vector<octet_string> packets;
      for (std::uint32_t i = 0; i != 200; ++i) {
        for (std::uint32_t k = 0; k != 3; ++k) packets.push_back(packet_to(stranger(3 * i + k, 81), at(1).ack(1)));
        packets.push_back(packet_to(stranger(1'000 + i), at(5).syn()));
        packets.push_back(packet_to(from_peer(static_cast<std::uint16_t>(1'000 + i), 99), at(5'000).syn()));
      }
      std::set<std::uint16_t> answered;
      for (const seen& each : by_batches(host, packets, batch)) {
        if (each.path.remote == v4(99) && each.segment.bits() == "SA") answered.insert(each.path.remote_port);
      }
      EXPECT_EQ(answered.size(), 200u) << batch;
    }
  }
}

// A SYN,ACK that nobody has answered is owed by its record: a thousand that fall due in one millisecond all go out.
TEST(stack_replies, every_syn_ack_that_is_due_goes_out) {
  stack_host<wide_policy> host;
  ASSERT_TRUE(host.tcp->listen(std::nullopt, 80, 10'000));
  for (std::uint32_t i = 0; i != 1'000; ++i) host.in(stranger(i), at(5).syn());
  ASSERT_EQ(host.tcp->half_open_connections(), 1'000u);
  const auto again = host.wait(s(200));
  EXPECT_EQ(again.size(), 7'000u);
  std::map<u32, int> to;
  for (const seen& each : again) ++to[load32(each.path.remote.v6().data() + 12)];
  EXPECT_EQ(to.size(), 1'000u);
  EXPECT_TRUE(std::all_of(to.begin(), to.end(), [](const auto& each) { return each.second == 7; }));
  EXPECT_EQ(host.tcp->half_open_connections(), 0u);
}

// The RST of a connection that is given up in its sleep is owed by its place.
TEST(stack_replies, every_connection_that_is_aborted_sends_its_reset) {
  stack_host<sleepy_policy> host;
  const handle listening = *host.tcp->listen(std::nullopt, 80, 1'000);
  std::vector<handle> made;
  for (std::uint16_t i = 0; i != 200; ++i) {
    host.handshake(from_peer(static_cast<std::uint16_t>(1'000 + i)));
    made.push_back(*host.tcp->accept(listening));
    host.events();
    host.out();
  }
  EXPECT_EQ(host.tcp->connections_awake(), 4u);
  for (const handle each : made) EXPECT_TRUE(host.tcp->abort(each));
  std::set<std::uint16_t> reset;
  for (const seen& each : host.out()) {
    if (each.segment.header.control.rst()) reset.insert(each.path.remote_port);
  }
  EXPECT_EQ(reset.size(), 200u);
  EXPECT_EQ(host.tcp->connections(), 0u);
  EXPECT_TRUE(host.tcp->consistent());
}

// Answers to nobody have a bounded place. The packet that finds none is not taken, changes nothing, and is when there
// is room again. covers: limits
TEST(stack_replies, what_has_no_room_for_its_answer_is_postponed) {
  for (const bool listens : {false, true}) {
    stack_config config = plain_stack();
    config.cookies = cookie_policy::always;
    stack_host<> host(config);
    const auto listening = host.tcp->listen(std::nullopt, listens ? 80 : 8'080, 3);
    ASSERT_TRUE(listening);
    const packet asks = listens ? at(5).syn() : at(1).ack(1);
    constexpr u32 room = small_stack_policy::sizes.max_replies;
    for (u32 i = 0; i != room; ++i) {
      EXPECT_NE(host.tcp->on_packet(packet_to(stranger(i), asks), host.now), delivery::postponed);
    }
    for (int i = 0; i != 3; ++i) {
      EXPECT_EQ(host.tcp->on_packet(packet_to(stranger(room), asks), host.now), delivery::postponed);
    }
    EXPECT_EQ(host.tcp->statistics().packets, room);
    EXPECT_EQ(host.tcp->statistics().postponed, 3u);
    // What asks for no answer, or for one that a record owes, is taken all the same.
    EXPECT_NE(host.tcp->on_packet(packet_to(stranger(room), at(1).rst()), host.now), delivery::postponed);
    EXPECT_EQ(host.out().size(), room);
    EXPECT_EQ(host.in(stranger(room), asks).size(), 1u);
    EXPECT_EQ(host.tcp->statistics().cookies_sent, listens ? room + 1 : 0u);
    EXPECT_TRUE(host.tcp->consistent());
  }
}

// Whoever fills the room for answers learns nothing from the answers to his own packets: neither whether a packet with
// somebody else's address between them was answered, nor how many were. 300 times the port that is asked about leads to
// a connection, and 300 times to none.
// covers: owed-answers
TEST(stack_replies, answers_to_others_do_not_show_in_ones_own) {
  const auto seen_by_prober = [](bool connected, u32 round, bool in_batches) {
    stack_host<> host;
    (void)*host.tcp->listen(std::nullopt, 80, 4);
    const flow victim = from_peer(4'000, 77);
    if (connected) host.handshake(victim);
    constexpr u32 room = small_stack_policy::sizes.max_replies;
    std::vector<octet_string> packets;
    for (u32 i = 0; i != room - 1; ++i) packets.push_back(packet_to(stranger(i, 81), at(1).ack(1)));
    packets.push_back(packet_to(victim, at(9'000 + round).ack(77)));
    for (u32 i = 0; i != 3; ++i) packets.push_back(packet_to(stranger(1'000 + i, 81), at(1).ack(1)));
    std::vector<seen> sent = by_batches(host, packets, in_batches ? packets.size() : 1);
    std::erase_if(sent, [](const seen& each) { return each.path.remote == v4(77); });
    std::vector<std::pair<flow, u32>> own;
    for (const seen& each : sent) own.emplace_back(each.path, each.segment.seq());
    EXPECT_EQ(own.size(), room + 2);
    return own;
  };
  for (u32 round = 0; round != 300; ++round) {
    EXPECT_EQ(seen_by_prober(true, round, true), seen_by_prober(false, round, true));
  }
  EXPECT_EQ(seen_by_prober(true, 0, false), seen_by_prober(false, 0, false));
}

// Answers go before what connections send, each kind in its order, so that the order of one's own packets is the same
// whatever others are answered.
TEST(stack_replies, answers_go_first) {
  stack_host<> host;
  const handle listening = *host.tcp->listen(std::nullopt, 80, 2);
  host.handshake(from_peer(9));
  ASSERT_TRUE(host.tcp->write(*host.tcp->accept(listening), pattern(4'000)));
  for (u32 i = 0; i != 3; ++i) (void)host.tcp->on_packet(packet_to(stranger(i, 81), at(1).ack(1)), host.now);
  std::string order;
  for (const seen& each : host.out()) order += each.segment.bits().substr(0, 1);
  EXPECT_EQ(order.substr(0, 5), "RRRAA");
}

// A record owes each kind of answer once, and what it no longer is it no longer owes.
TEST(stack_replies, a_record_owes_what_it_is_asked_for_once) {
  stack_host<> host;
  ASSERT_TRUE(host.tcp->listen(std::nullopt, 80, 4));
  const auto arrives = [&](const flow& path, const packet& p) {
    (void)host.tcp->on_packet(packet_to(path, p), host.now);
  };
  const flow path = from_peer(9);
  for (int i = 0; i != 5; ++i) arrives(path, at(5'000).syn());
  const auto first = host.out();
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].segment.bits(), "SA");
  const u32 iss = first[0].segment.seq();
  for (u32 i = 0; i != 5; ++i) {
    arrives(path, at(4'000).ack(iss + 1));
    arrives(path, at(5'001).ack(iss + 2 + i));
  }
  const auto next = host.out();
  ASSERT_EQ(next.size(), 2u);
  EXPECT_EQ(next[0].segment.bits(), "A");
  EXPECT_EQ(next[1].segment.bits(), "R");
  EXPECT_EQ(next[1].segment.seq(), iss + 6) << "the newest";
  arrives(path, at(5'000).syn());
  arrives(path, at(5'001).rst());
  EXPECT_TRUE(host.out().empty()) << "the record went";
  EXPECT_TRUE(host.tcp->consistent());
}

}  // namespace stack_replies_test
}  // namespace sequent::test

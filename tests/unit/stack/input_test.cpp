#include <gtest/gtest.h>

#include <algorithm>

#include "sequent/wire/icmp.hpp"
#include "tests/support/stack_net.hpp"

namespace sequent::test {
namespace stack_input_test {

using state = connection_state;

// A server on 10.0.0.1:80 with a connection from 10.0.0.2:9, whose next octet is 5001 and which knows ours.
struct serving {
  stack_host<> host;
  handle listening;
  handle made;
  u32 iss = 0;

  explicit serving(const stack_config& config = plain_stack()) : host(config) {
    listening = *host.tcp->listen(std::nullopt, 80, 4);
    iss = host.handshake(from_peer(9));
    made = *host.tcp->accept(listening);
    host.sent.clear();
  }
};

TEST(stack_input, a_segment_reaches_the_connection_of_its_flow) {
  serving at_port_9;
  stack_host<>& host = at_port_9.host;
  const u32 other_iss = host.handshake(from_peer(10));
  const handle other = *host.tcp->accept(at_port_9.listening);
  host.in(from_peer(10), at(5'001).ack(other_iss + 1).text("ten"));
  EXPECT_EQ(host.last, delivery::connection);
  EXPECT_EQ(host.tcp->find(at_port_9.made)->readable(), 0u);
  EXPECT_EQ(host.tcp->find(other)->readable(), 3u);
  host.in(from_peer(9, 3), at(5'001).ack(other_iss + 1).text("another host"));
  EXPECT_EQ(host.last, delivery::listener);
}

TEST(stack_input, nobody_is_a_reset) {
  stack_host<> host;
  const auto answer = host.in(from_peer(9), at(5'000).syn());
  EXPECT_EQ(host.last, delivery::nobody);
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0].segment.bits(), "RA");
  EXPECT_EQ(answer[0].segment.acknowledges(), 5'001u);
  EXPECT_EQ(answer[0].path, (flow{v4(1), v4(2), 80, 9}));
  EXPECT_TRUE(host.in(from_peer(9), at(5'000).rst()).empty());
}

// RFC 7323 section 5.2, where there is no connection: for nobody, and for a record of the SYN queue.
TEST(stack_input, a_reset_carries_the_timestamp_of_what_it_answers) {
  stack_host<> host;
  const auto carries = [](const std::vector<seen>& answer) {
    ASSERT_EQ(answer.size(), 1u);
    EXPECT_TRUE(answer[0].segment.header.control.rst());
    ASSERT_TRUE(answer[0].segment.header.options.ts);
    EXPECT_EQ(answer[0].segment.header.options.ts->value.wire(), 0u);
    EXPECT_EQ(answer[0].segment.header.options.ts->echo.wire(), 4'321u);
  };
  carries(host.in(from_peer(9), at(5'000).syn().ts(4'321, 0)));
  ASSERT_TRUE(host.tcp->listen(std::nullopt, 80, 2));
  EXPECT_EQ(host.in(from_peer(9), at(5'000).syn().ts(4'000, 0)).size(), 1u);
  carries(host.in(from_peer(9), at(5'001).ack(7).ts(4'321, 0)));
}

// CVE-1999-0016.
// covers: martians
TEST(stack_input, land_is_dropped) {
  stack_host<> host;
  ASSERT_TRUE(host.tcp->listen(std::nullopt, 80, 2));
  EXPECT_TRUE(host.in({v4(1), v4(1), 80, 80}, at(5'000).syn()).empty());
  EXPECT_EQ(host.last, delivery::dropped);
  EXPECT_EQ(host.tcp->statistics().land, 1u);
  EXPECT_EQ(host.tcp->half_open_connections(), 0u);
}

// covers: martians MUST-57
TEST(stack_input, addresses_that_are_nobodys_or_not_ours_are_dropped) {
  stack_host<> host;
  ASSERT_TRUE(host.tcp->listen(std::nullopt, 80, 2));
  const ip_address strange[] = {ip_address::from_v4({127, 0, 0, 1}), ip_address::from_v4({224, 0, 0, 1}),
                                ip_address::from_v4({255, 255, 255, 255}), ip_address::from_v4({0, 0, 0, 0})};
  for (const ip_address& each : strange) {
    EXPECT_TRUE(host.in({v4(1), each, 80, 9}, at(5'000).syn()).empty());
    EXPECT_TRUE(host.in({each, v4(2), 80, 9}, at(5'000).syn()).empty());
  }
  EXPECT_EQ(host.tcp->statistics().malformed, 8u);
  ASSERT_TRUE(host.tcp->add_address(v4(1)));
  EXPECT_TRUE(host.in({v4(7), v4(2), 80, 9}, at(5'000).syn()).empty());
  EXPECT_TRUE(host.in({v4(1), v4(1), 80, 9}, at(5'000).syn()).empty());  // from ourselves, over the network
  EXPECT_EQ(host.tcp->statistics().martian, 2u);
  EXPECT_EQ(host.in({v4(1), v4(2), 80, 9}, at(5'000).syn()).size(), 1u);
  for (std::uint8_t i = 2; i != 5; ++i) EXPECT_TRUE(host.tcp->add_address(v4(i)));
  EXPECT_TRUE(host.tcp->add_address(v4(3)));
  EXPECT_FALSE(host.tcp->add_address(v4(9)));
}

// covers: martians
TEST(stack_input, packets_from_too_far_away_are_dropped) {
  stack_config config = plain_stack();
  config.min_time_to_live = 255;
  stack_host<> host(config);
  ASSERT_TRUE(host.tcp->listen(std::nullopt, 80, 2));
  EXPECT_TRUE(host.in(packet_to(from_peer(9), at(5'000).syn(), 254)).empty());
  EXPECT_EQ(host.tcp->statistics().hops, 1u);
  EXPECT_EQ(host.in(packet_to(from_peer(9), at(5'000).syn(), 255)).size(), 1u);
}

TEST(stack_input, what_is_no_segment_is_dropped) {
  stack_host<> host;
  ASSERT_TRUE(host.tcp->listen(std::nullopt, 80, 2));
  const octet_string good = packet_to(from_peer(9), at(5'000).syn());
  for (std::size_t i = 20; i != good.size(); ++i) {
    octet_string bad = good;
    bad[i] ^= 0x04;
    EXPECT_TRUE(host.in(bad).empty()) << i;
    EXPECT_TRUE(host.in(octet_string(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(i))).empty()) << i;
  }
  octet_string datagram = good;
  datagram[9] = 17;
  (void)emit_ipv4({.source = {10, 0, 0, 2}, .destination = {10, 0, 0, 1}, .protocol = ip_protocol{17}}, datagram);
  EXPECT_TRUE(host.in(datagram).empty());
  EXPECT_EQ(host.tcp->statistics().other_protocol, 1u);
  EXPECT_EQ(host.tcp->half_open_connections(), 0u);
}

// Our end closes first and goes through to a record of TIME-WAIT.
void close_from_here(serving& server) {
  ASSERT_TRUE(server.host.tcp->close(server.made, server.host.now));
  server.host.out();
  server.host.in(from_peer(9), at(5'001).ack(server.iss + 2).fin());
}

// covers: time-wait-records
TEST(stack_input, time_wait_lasts_two_segment_lifetimes_in_a_record) {
  serving server;
  close_from_here(server);
  EXPECT_EQ(server.host.sent.back().segment.acknowledges(), 5'002u);
  EXPECT_EQ(server.host.tcp->connections(), 0u);
  EXPECT_EQ(server.host.tcp->time_wait_connections(), 1u);
  server.host.wait(s(239));
  EXPECT_EQ(server.host.tcp->time_wait_connections(), 1u);
  // The FIN again: acknowledged again, and the time starts over.
  const auto answer = server.host.in(from_peer(9), at(5'001).ack(server.iss + 2).fin());
  EXPECT_EQ(server.host.last, delivery::time_wait);
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0].segment.bits(), "A");
  EXPECT_EQ(answer[0].segment.acknowledges(), 5'002u);
  EXPECT_EQ(answer[0].segment.seq(), server.iss + 2);
  server.host.wait(s(239));
  EXPECT_EQ(server.host.tcp->time_wait_connections(), 1u);
  server.host.wait(s(2));
  EXPECT_EQ(server.host.tcp->time_wait_connections(), 0u);
  EXPECT_TRUE(server.host.tcp->consistent());
}

// A connection may be in TIME-WAIT for long before its handle is given back: its record ends when it would have ended.
TEST(stack_input, records_of_time_wait_end_each_in_its_time) {
  serving early;
  stack_host<>& host = early.host;
  ASSERT_TRUE(host.tcp->shutdown(early.made));
  host.out();
  host.in(from_peer(9), at(5'001).ack(early.iss + 2).fin());
  EXPECT_EQ(host.state(early.made), state::time_wait);
  host.wait(s(200));
  const u32 iss = host.handshake(from_peer(10));
  ASSERT_TRUE(host.tcp->close(*host.tcp->accept(early.listening), host.now));
  host.out();
  host.in(from_peer(10), at(5'001).ack(iss + 2).fin());
  ASSERT_TRUE(host.tcp->close(early.made, host.now));
  host.out();
  EXPECT_EQ(host.tcp->time_wait_connections(), 2u);
  host.wait(s(41));
  EXPECT_EQ(host.tcp->time_wait_connections(), 1u);
  host.in(from_peer(10), at(5'002).ack(1));
  EXPECT_EQ(host.last, delivery::time_wait);
  host.wait(s(200));
  EXPECT_EQ(host.tcp->time_wait_connections(), 0u);
}

// RFC 1337, F1, in the record as in the block.
TEST(stack_input, no_reset_ends_time_wait) {
  serving server;
  close_from_here(server);
  for (const u32 seq : {5'002u, 5'003u, 4'000u}) server.host.in(from_peer(9), at(seq).rst());
  EXPECT_EQ(server.host.tcp->time_wait_connections(), 1u);
}

// Policy: a full table forgets its oldest.
// covers: limits
TEST(stack_input, the_oldest_of_time_wait_makes_room) {
  serving server;
  close_from_here(server);
  stack_host<>& host = server.host;
  for (std::uint16_t port = 10; port != 13; ++port) {
    host.wait(s(1));
    const u32 iss = host.handshake(from_peer(port));
    ASSERT_TRUE(host.tcp->close(*host.tcp->accept(server.listening), host.now));
    host.out();
    host.in(from_peer(port), at(5'001).ack(iss + 2).fin());
  }
  EXPECT_EQ(host.tcp->time_wait_connections(), 3u);
  EXPECT_EQ(host.tcp->statistics().time_wait_evicted, 1u);
  host.in(from_peer(9), at(5'001).ack(server.iss + 2).fin());
  EXPECT_EQ(host.last, delivery::listener);
  host.in(from_peer(10), at(5'002).ack(1));
  EXPECT_EQ(host.last, delivery::time_wait);
  EXPECT_TRUE(host.tcp->consistent());
}

octet_string icmp_about(const flow& ours, u32 seq, std::uint8_t type, std::uint8_t code, std::uint16_t mtu) {
  const octet_string quoted = packet_to({ours.remote, ours.local, ours.remote_port, ours.local_port}, at(seq).ack(1));
  octet_string out(20 + 8 + 28);
  out[20] = type;
  out[21] = code;
  store16(out.data() + 26, mtu);
  std::copy_n(quoted.begin(), 28, out.begin() + 28);
  store16(out.data() + 22, checksum_field(sum_octets(std::span(out).subspan(20))));
  (void)emit_ipv4({.source = {10, 0, 0, 77}, .destination = ours.local.v4(), .protocol = ip_protocol::icmp}, out);
  return out;
}

// covers: MUST-54
TEST(stack_input, icmp_reaches_the_connection_that_it_is_about) {
  stack_host<> host;
  const handle made = *host.tcp->connect(v4(1), v4(2), 80, host.now, 4'000);
  const flow path = *host.tcp->flow_of(made);
  const u32 iss = host.out()[0].segment.seq();
  host.in(icmp_about(path, iss + 5, 3, 3, 0));  // not what was sent
  EXPECT_EQ(host.state(made), state::syn_sent);
  EXPECT_EQ(host.tcp->statistics().icmp_ignored, 1u);
  host.in(icmp_about({v4(1), v4(2), 4'001, 80}, iss, 3, 3, 0));  // nobody's
  EXPECT_EQ(host.tcp->statistics().icmp_ignored, 2u);
  EXPECT_EQ(host.tcp->statistics().icmp_taken, 0u);
  EXPECT_EQ(host.state(made), state::syn_sent);
  host.in(icmp_about(path, iss, 3, 3, 0));
  EXPECT_EQ(host.last, delivery::icmp);
  EXPECT_EQ(host.tcp->statistics().icmp_taken, 1u);
  EXPECT_EQ(host.state(made), state::closed);
  EXPECT_TRUE(host.events().back().raised.has(signal::unreachable));
}

TEST(stack_input, icmp_makes_segments_smaller) {
  serving server;
  (void)server.host.tcp->write(server.made, pattern(3'000));
  server.host.out();
  server.host.in(icmp_about({v4(1), v4(2), 80, 9}, server.iss + 1, 3, 4, 1'000));
  EXPECT_EQ(server.host.tcp->find(server.made)->effective_mss(), 960u);
}

TEST(stack_input, icmp_ends_a_half_open_connection_only_with_its_number) {
  stack_host<> host;
  ASSERT_TRUE(host.tcp->listen(std::nullopt, 80, 2));
  const u32 iss = host.in(from_peer(9), at(5'000).syn())[0].segment.seq();
  host.in(icmp_about({v4(1), v4(2), 80, 9}, iss + 1, 3, 3, 0));
  host.in(icmp_about({v4(1), v4(2), 80, 9}, iss, 3, 1, 0));
  EXPECT_EQ(host.tcp->half_open_connections(), 1u);
  EXPECT_EQ(host.tcp->statistics().icmp_ignored, 2u);
  host.in(icmp_about({v4(1), v4(2), 80, 9}, iss, 3, 3, 0));
  EXPECT_EQ(host.tcp->half_open_connections(), 0u);
  EXPECT_EQ(host.tcp->statistics().icmp_taken, 1u);
  EXPECT_TRUE(host.tcp->consistent());
}

/// Room for the answers of a whole burst.
struct patient_policy : small_stack_policy {
  static constexpr stack_sizes sizes =
      with(small_stack_policy::sizes, [](stack_sizes& changed) { changed.max_replies = 64; });
};

// Packets handed over together do what they do one after another, rubbish among them.
TEST(stack_input, a_burst_is_its_packets_in_order) {
  const auto sent_by = [](auto hand_over) {
    stack_host<patient_policy> host;
    (void)*host.tcp->listen(std::nullopt, 80, 4);
    std::vector<octet_string> packets;
    for (std::uint16_t n = 0; n != 40; ++n) {
      const flow path = from_peer(static_cast<std::uint16_t>(1'000 + n % 3));
      if (n == 0) (void)host.handshake(path);
      if (n % 7 == 0) {
        packets.push_back(pattern(n));
      } else if (n % 5 == 0) {
        packets.push_back(packet_to(path, at(9'000).ack(1)));
      } else {
        packets.push_back(packet_to(path, at(5'001 + 100u * n).ack(1'001).text(pattern(100, n))));
      }
    }
    hand_over(host, packets);
    std::vector<std::pair<flow, std::uint32_t>> all;
    for (const seen& each : host.out()) all.emplace_back(each.path, each.segment.seq());
    const stack_statistics counted = host.tcp->statistics();
    EXPECT_EQ(counted.packets, 40u + 2u);
    EXPECT_EQ(counted.malformed, 6u);
    EXPECT_FALSE(all.empty());
    return all;
  };
  const auto one_by_one = sent_by([](stack_host<patient_policy>& host, const std::vector<octet_string>& packets) {
    for (const octet_string& each : packets) host.tcp->on_packet(each, host.now);
  });
  const auto together = sent_by([](stack_host<patient_policy>& host, const std::vector<octet_string>& packets) {
    const std::vector<std::span<const std::uint8_t>> views(packets.begin(), packets.end());
    EXPECT_EQ(host.tcp->on_packets(views, host.now), views.size());
  });
  EXPECT_EQ(one_by_one, together);
}

}  // namespace stack_input_test
}  // namespace sequent::test

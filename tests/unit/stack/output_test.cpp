#include <gtest/gtest.h>

#include <set>

#include "tests/support/ip_packets.hpp"
#include "tests/support/stack_net.hpp"

namespace sequent::test {
namespace stack_output_test {

using state = connection_state;

TEST(stack_output, nothing_is_lost_without_room) {
  stack_host<> host;
  const handle made = *host.tcp->connect(v4(1), v4(2), 80, host.now);
  octet_string room(stack<small_stack_policy>::min_packet_room - 1);
  EXPECT_FALSE(host.tcp->poll_packet(host.now, room));
  room.resize(room.size() + 1);
  const auto packet = host.tcp->poll_packet(host.now, room);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->length, 44u);
  EXPECT_EQ(packet->segment_size, 0u);
  EXPECT_EQ(host.state(made), state::syn_sent);
}

// covers: MUST-49
TEST(stack_output, headers_say_what_the_configuration_says) {
  stack_config config = plain_stack();
  config.time_to_live = 33;
  config.mtu = 600;
  stack_host<> host(config);
  ASSERT_TRUE(host.tcp->connect(v4(1), v4(2), 80, host.now));
  ASSERT_TRUE(host.tcp->connect(v6(1), v6(2), 80, host.now));
  octet_string room(2'000);
  auto packet = host.tcp->poll_packet(host.now, room);
  ASSERT_TRUE(packet);
  auto datagram = parse_ip(std::span(room).first(packet->length));
  EXPECT_EQ(datagram->hop_limit, 33);
  EXPECT_EQ(read_packet(std::span(room).first(packet->length))->segment.header.options.mss, 560);
  packet = host.tcp->poll_packet(host.now, room);
  ASSERT_TRUE(packet);
  datagram = parse_ip(std::span(room).first(packet->length));
  EXPECT_EQ(datagram->hop_limit, 33);
  EXPECT_EQ(read_packet(std::span(room).first(packet->length))->segment.header.options.mss, 540);
}

// covers: SHLD-8 stack-ecn
TEST(stack_output, codepoints_of_the_ip_header_reach_the_connection_and_the_network) {
  for (const bool by_cookie : {false, true}) {
    stack_config config = plain_stack();
    config.connection.ecn = true;
    config.connection.timestamps = true;  // or a cookie could not tell of it
    config.cookies = by_cookie ? cookie_policy::always : cookie_policy::never;
    stack_host<> host(config);
    const flow path = from_peer(9);
    const handle listening = *host.tcp->listen(std::nullopt, 80, 2);
    const auto answer = host.in(path, at(5'000).syn().ecn().ts(7));
    ASSERT_EQ(answer.size(), 1u);
    EXPECT_EQ(answer[0].segment.bits(), "SAE");
    const u32 iss = answer[0].segment.seq();
    const u32 clock = answer[0].segment.header.options.ts->value.wire();
    host.in(path, at(5'001).ack(iss + 1).ts(7, clock));
    const auto made = host.tcp->accept(listening);
    ASSERT_TRUE(made);
    EXPECT_TRUE(host.tcp->find(*made)->tcb().ecn);

    octet_string marked = packet_to(path, at(5'001).ack(iss + 1).ts(7, clock).text(10));
    marked[1] = with_ecn(marked[1], ecn_codepoint::congestion_experienced);
    build::mend_ipv4(marked);
    const auto echo = host.in(marked);
    ASSERT_EQ(echo.size(), 1u);
    EXPECT_EQ(echo[0].segment.bits(), "AE");

    ASSERT_TRUE(host.tcp->write(*made, pattern(10)));
    octet_string room(2'000);
    const auto packet = host.tcp->poll_packet(host.now, room);
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->ecn, ecn_codepoint::capable_0);
    EXPECT_EQ(parse_ip(std::span(room).first(packet->length))->ecn(), ecn_codepoint::capable_0);
  }
}

// RFC 3168 sections 6.1.1, 6.1.4 and 6.1.5: only new text may say that it can be marked. Not SYN,ACK, not what is sent
// again, not acknowledgments without text, and no answer of a record or of nobody.
TEST(stack_output, only_new_text_is_marked_as_capable) {
  for (const bool six : {false, true}) {
    stack_config config = plain_stack();
    config.connection.ecn = true;
    stack_host<> host(config);
    std::vector<std::pair<std::string, ecn_codepoint>> marks;
    const auto collect = [&] {
      octet_string room(2'000);
      while (const auto sent = host.tcp->poll_packet(host.now, room)) {
        const auto octets = std::span(room).first(sent->length);
        EXPECT_EQ(parse_ip(octets)->ecn(), sent->ecn);
        const packet seen = read_packet(octets)->segment;
        marks.emplace_back(seen.bits() + (seen.octets.empty() ? "" : " text"), sent->ecn);
      }
    };
    const flow path{six ? v6(1) : v4(1), six ? v6(2) : v4(2), 80, 9};
    const auto arrives = [&](const packet& p) {
      (void)host.tcp->on_packet(packet_to(path, p), host.now);
      collect();
    };
    const handle listening = *host.tcp->listen(std::nullopt, 80, 2);
    arrives(at(5'000).syn().ecn());
    const u32 iss = initial_sequence_number(isn_offset(derive_key(config.secret, key_use::sequence_numbers),
                                                       path.local.v6(), 80, path.remote.v6(), 9),
                                            host.now)
                        .wire();
    arrives(at(5'001).ack(iss + 1).text(10));
    const handle made = *host.tcp->accept(listening);
    ASSERT_TRUE(host.tcp->write(made, pattern(10)));
    collect();
    host.now = *host.tcp->next_deadline();
    for (int i = 0; i != 5 && marks.size() < 4; ++i) {
      host.now = *host.tcp->next_deadline();
      host.tcp->on_deadline(host.now);
      collect();
    }
    const ecn_codepoint none = ecn_codepoint::not_capable;
    const std::vector<std::pair<std::string, ecn_codepoint>> expected{
        {"SAE", none}, {"A", none}, {"PA text", ecn_codepoint::capable_0}, {"PA text", none}};
    EXPECT_EQ(marks, expected);
  }
}

// covers: MUST-48 SHLD-21 SHLD-22
TEST(stack_output, differentiated_services_are_chosen_for_all_and_for_each) {
  stack_config config = plain_stack();
  config.service = 0xb8 | 3;  // the two lowest bits are not its to set
  stack_host<> host(config);
  const handle first = *host.tcp->connect(v4(1), v4(2), 80, host.now);
  const handle second = *host.tcp->connect(v6(1), v6(2), 80, host.now);
  ASSERT_TRUE(host.tcp->set_service(second, 0x28));
  octet_string room(2'000);
  const auto services = [&] {
    std::multiset<int> seen;
    while (const auto packet = host.tcp->poll_packet(host.now, room)) {
      seen.insert(parse_ip(std::span(room).first(packet->length))->service);
    }
    return seen;
  };
  EXPECT_EQ(services(), (std::multiset<int>{0xb8, 0x28}));
  ASSERT_TRUE(host.tcp->set_service(first, 0));  // also while the connection goes on
  host.now = host.now + duration::seconds(1);
  host.tcp->on_deadline(host.now);
  EXPECT_EQ(services(), (std::multiset<int>{0, 0x28}));
  ASSERT_TRUE(host.tcp->close(second, host.now));
  EXPECT_EQ(host.tcp->set_service(second, 0).why(), error::connection_does_not_exist);
}

// Every packet of a flow over IPv6 has the same label, of its record as of its connection, and none is zero. Flows and
// secrets have others.
// covers: rfc6437#3
TEST(stack_output, each_flow_of_ipv6_has_a_label_of_its_own) {
  const auto labels_of = [](std::uint64_t secret, std::uint16_t port) {
    stack_host<> host(plain_stack(secret));
    const handle listening = *host.tcp->listen(std::nullopt, 80, 2);
    const flow path{v6(1), v6(2), 80, port};
    std::set<u32> labels;
    octet_string room(2'000);
    const auto collect = [&] {
      u32 iss = 0;
      while (const auto sent = host.tcp->poll_packet(host.now, room)) {
        labels.insert(load32(room.data()) & 0xf'ffffu);
        iss = read_packet(std::span(room).first(sent->length))->segment.seq();
      }
      return iss;
    };
    (void)host.tcp->on_packet(packet_to(path, at(5'000).syn()), host.now);
    const u32 iss = collect();
    (void)host.tcp->on_packet(packet_to(path, at(5'001).ack(iss + 1).text(10)), host.now);
    collect();
    (void)host.tcp->write(*host.tcp->accept(listening), pattern(100));
    collect();
    return labels;
  };
  std::set<u32> all;
  for (std::uint16_t port = 9; port != 109; ++port) {
    const auto labels = labels_of(1, port);
    EXPECT_EQ(labels.size(), 1u);
    EXPECT_NE(*labels.begin(), 0u);
    all.insert(*labels.begin());
  }
  EXPECT_GE(all.size(), 98u);
  EXPECT_NE(labels_of(1, 9), labels_of(3, 9));
}

// covers: MUST-15
TEST(stack_output, the_default_segment_size_depends_on_the_family) {
  for (const bool six : {false, true}) {
    stack_host<> host;
    const handle listening = *host.tcp->listen(std::nullopt, 80, 2);
    host.handshake({six ? v6(1) : v4(1), six ? v6(2) : v4(2), 80, 9}, at(5'000).syn());
    const auto made = host.tcp->accept(listening);
    ASSERT_TRUE(made);
    EXPECT_EQ(host.tcp->find(*made)->effective_mss(), six ? 1'220u : 536u);
  }
}

// Two connections with much to send take turns.
TEST(stack_output, connections_take_turns) {
  stack_config config = plain_stack();
  config.connection.send_mss = 100;
  stack_host<> host(config);
  const handle listening = *host.tcp->listen(std::nullopt, 80, 2);
  host.handshake(from_peer(9));
  host.handshake(from_peer(10));
  for (int i = 0; i != 2; ++i) {
    ASSERT_TRUE(host.tcp->write(*host.tcp->accept(listening), pattern(4'000)));
  }
  const auto sent = host.out();
  ASSERT_GE(sent.size(), 8u);
  for (std::size_t i = 0; i != sent.size(); ++i) EXPECT_EQ(sent[i].path.remote_port, i % 2 == 0 ? 9 : 10) << i;
}

// An idle connection costs nothing: it is on no list, and no deadline is its.
TEST(stack_output, an_idle_connection_wants_nothing) {
  stack_host<> host;
  const handle listening = *host.tcp->listen(std::nullopt, 80, 2);
  host.handshake(from_peer(9));
  ASSERT_TRUE(host.tcp->accept(listening));
  host.wait(s(10));
  EXPECT_FALSE(host.tcp->next_deadline());
  EXPECT_TRUE(host.wait(s(100'000)).empty());
  EXPECT_EQ(host.tcp->connections(), 1u);
}

// Timers reach their connections through the wheel: a lost segment is sent again.
TEST(stack_output, deadlines_are_met) {
  stack_host<> host;
  const handle made = *host.tcp->connect(v4(1), v4(2), 80, host.now);
  host.out();
  const auto again = host.wait(s(100));
  EXPECT_GE(again.size(), 5u);
  for (const seen& each : again) EXPECT_EQ(each.segment.bits(), "S");
  host.wait(s(300));
  EXPECT_EQ(host.state(made), state::closed);
  EXPECT_TRUE(host.events().back().raised.has(signal::timed_out));
}

// Data through several connections at once arrives whole although packets are lost.
TEST(stack_output, data_arrives_under_loss) {
  stack_net<> net;
  std::uint32_t random = 1;
  net.loses = [&](int, const octet_string&) {
    random = random * 1'664'525u + 1'013'904'223u;
    return random >> 24 < 20;
  };
  const handle listening = *net.end[1]->listen(std::nullopt, 80, 4);
  std::vector<handle> clients;
  for (int i = 0; i != 3; ++i) clients.push_back(*net.end[0]->connect(v4(1), v4(2), 80, net.now));
  std::vector<std::size_t> written(3);
  std::vector<std::pair<handle, octet_string>> received;
  const auto work = [&] {
    for (std::size_t i = 0; i != 3; ++i) {
      // The first octet tells the connections apart.
      octet_string text = pattern(20'000 - written[i], written[i]);
      if (written[i] == 0) text[0] = static_cast<std::uint8_t>(i);
      if (const auto taken = net.end[0]->write(clients[i], text)) written[i] += *taken;
      if (written[i] == 20'000) (void)net.end[0]->shutdown(clients[i]);
    }
    while (const auto made = net.end[1]->accept(listening)) received.push_back({*made, {}});
    octet_string room(1'000);
    for (auto& [from, octets] : received) {
      for (auto got = net.end[1]->read(from, room); got && *got != 0; got = net.end[1]->read(from, room)) {
        octets.insert(octets.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(*got));
      }
    }
  };
  net.run(s(200), work);
  ASSERT_EQ(received.size(), 3u);
  std::vector<bool> whole(3);
  for (auto& [from, octets] : received) {
    ASSERT_EQ(octets.size(), 20'000u);
    whole.at(octets[0]) = true;
    octets[0] = pattern(1)[0];
    EXPECT_EQ(octets, pattern(20'000));
  }
  EXPECT_EQ(whole, std::vector<bool>(3, true));
  EXPECT_TRUE(net.end[0]->consistent() && net.end[1]->consistent());
}

}  // namespace stack_output_test
}  // namespace sequent::test

// RFC 9293 section 3.9.2: what comes from the layer below, ICMP messages first of all.
#include <gtest/gtest.h>

#include <vector>

#include "tests/support/icmp_reports.hpp"
#include "tests/support/ip_packets.hpp"
#include "tests/support/stack_net.hpp"
#include "tests/support/states.hpp"

namespace sequent::test {
namespace section_3_9_2_test {

// Every type and code that RFC 9293 lists as soft, of ICMP and of ICMPv6.
std::vector<icmp_report> soft_ones(bool v6) {
  if (v6) return {{1, 0}, {1, 3}, {3, 0}, {3, 1}, {4, 0}, {4, 1}, {4, 2}};
  return {{3, 0}, {3, 1}, {3, 5}, {11, 0}, {11, 1}, {12, 0}};
}

// The packet in which a router tells of a segment from port 7 to port 9.
build::octets told_by_router(bool v6, icmp_report what, u32 seq) {
  const auto front = build::tcp_front(7, 9, seq);
  return v6 ? build::icmpv6_packet(what.type, what.code, 0, build::quoted_ipv6(60, front))
            : build::icmpv4_packet(what.type, what.code, 0, build::quoted_ipv4(40, front));
}

// From the octets of a packet to the connection, as a stack does it.
void deliver(endpoint<>& host, const build::octets& packet) {
  const auto datagram = parse_ip(packet);
  ASSERT_TRUE(datagram);
  const auto about = parse_icmp(*datagram);
  ASSERT_TRUE(about);
  EXPECT_EQ(about->source_port, host.tcp.config().local_port);
  EXPECT_EQ(about->destination_port, host.tcp.config().remote_port);
  host.tcp.on_icmp(*about, host.now);
}

// covers: MUST-47 MUST-54 MUST-56 SHLD-25 U-1
TEST(section_3_9_2_2, MUST_56_soft_errors_are_reported_and_abort_nothing) {
  for (const bool v6 : {false, true}) {
    for (const icmp_report what : soft_ones(v6)) {
      endpoint<> opening;
      ASSERT_TRUE(opening.tcp.connect(opening.now));
      opening.out();
      deliver(opening, told_by_router(v6, what, opening.iss()));
      EXPECT_EQ(opening.state(), connection_state::syn_sent);
      EXPECT_TRUE(opening.tcp.take_signals().has(signal::soft_error));
      EXPECT_EQ(opening.tcp.last_icmp(), what);
      opening.in(opening.answer_to_syn({}));
      EXPECT_EQ(opening.state(), connection_state::established);

      endpoint<> open;
      open.open();
      open.write(100);
      deliver(open, told_by_router(v6, what, open.una()));
      EXPECT_EQ(open.state(), connection_state::established);
      EXPECT_TRUE(open.tcp.take_signals().has(signal::soft_error));
      EXPECT_EQ(open.tcp.last_icmp(), what);
      open.in(open.peer().ack(open.nxt()));
      EXPECT_EQ(open.una(), open.nxt());
    }
  }
}

// The hard errors of both families; ICMP's code 4 tells a size (RFC 1191) and ends nothing.
struct hard_one {
  bool v6;
  icmp_report what;
};
constexpr hard_one hard_ones[] = {{false, {3, 2}}, {false, {3, 3}}, {true, {1, 4}}};

// covers: SHLD-26
TEST(section_3_9_2_2, SHLD_26_a_hard_error_ends_an_active_attempt) {
  for (const auto& [six, what] : hard_ones) {
    for (const bool crossing : {false, true}) {
      endpoint<> host;
      ASSERT_TRUE(host.tcp.connect(host.now));
      host.out();
      if (crossing) host.in(at(5'000).syn());
      ASSERT_EQ(host.state(), crossing ? connection_state::syn_received : connection_state::syn_sent);
      deliver(host, told_by_router(six, what, host.iss()));
      EXPECT_EQ(host.state(), connection_state::closed) << int{what.type} << " " << int{what.code};
      EXPECT_TRUE(host.tcp.take_signals().has(signal::unreachable));
      EXPECT_EQ(host.tcp.ended_by(), error::unreachable);
      EXPECT_FALSE(host.tcp.next_deadline());
      EXPECT_TRUE(host.out().empty());
    }
  }
}

// covers: SHLD-26
TEST(section_3_9_2_2, SHLD_26_a_hard_error_makes_a_passive_attempt_listen_again) {
  for (const auto& [six, what] : hard_ones) {
    endpoint<> host;
    lead_to(host, connection_state::syn_received);
    deliver(host, told_by_router(six, what, host.iss()));
    EXPECT_EQ(host.state(), connection_state::listen);
    EXPECT_EQ(host.in(at(6'000).syn().from(9)).size(), 1u) << "and takes the next SYN";
  }
}

// The documented choice: RFC 5461 section 2.1 and RFC 5927 section 5.2 ask for it.
// covers: SHLD-26 rfc5927#5.2
TEST(section_3_9_2_2, SHLD_26_a_hard_error_is_soft_once_the_peer_has_answered) {
  for (const connection_state st : synchronized_states) {
    for (const auto& [six, what] : hard_ones) {
      endpoint<> host;
      lead_to(host, st);
      if (st == connection_state::established || st == connection_state::close_wait) host.write(100);
      (void)host.tcp.take_signals();
      const bool outstanding = host.una() != host.nxt();
      deliver(host, told_by_router(six, what, host.una()));
      EXPECT_EQ(host.state(), st) << int{what.type} << " " << int{what.code};
      EXPECT_EQ(host.tcp.take_signals().has(signal::soft_error), outstanding) << describe(st);
      if (!outstanding) continue;
      host.in(at(host.rcv_nxt()).ack(host.nxt()).from(9));
      EXPECT_EQ(host.una(), host.nxt()) << describe(st);
    }
  }
}

// covers: SHLD-26
TEST(section_3_9_2_2, SHLD_26_nothing_ends_by_a_hard_error_about_what_is_not_outstanding) {
  for (const u32 offset : {u32(-1), 1u, 0x8000'0000u}) {
    endpoint<> host;
    ASSERT_TRUE(host.tcp.connect(host.now));
    host.out();
    deliver(host, told_by_router(false, {3, 3}, host.iss() + offset));
    EXPECT_EQ(host.state(), connection_state::syn_sent) << offset;
  }
}

// covers: MUST-55
TEST(section_3_9_2_2, MUST_55_source_quench_never_reaches_a_connection) {
  const auto packet = told_by_router(false, {4, 0}, 1'001);
  EXPECT_FALSE(parse_icmp(*parse_ip(packet)));
}

// covers: MUST-57 MUST-63
TEST(section_3_9_2_3, MUST_57_a_syn_from_or_to_no_single_host_is_dropped) {
  const build::octets syn = wire(at(5'000).syn());
  ASSERT_TRUE(parse_ip(build::ipv4_packet(syn)));
  ASSERT_TRUE(parse_ip(build::ipv6_packet(syn)));
  for (const build::four stranger : {build::four{224, 0, 0, 1}, {255, 255, 255, 255}, {127, 0, 0, 1}, {0, 0, 0, 0}}) {
    EXPECT_FALSE(parse_ip(build::ipv4_packet(syn, {.source = stranger})));
    EXPECT_FALSE(parse_ip(build::ipv4_packet(syn, {.destination = stranger})));
  }
  build::sixteen everybody{0xff, 0x02};
  everybody[15] = 1;
  for (const build::sixteen& stranger : {everybody, build::sixteen{}}) {
    EXPECT_FALSE(parse_ip(build::ipv6_packet(syn, {.source = stranger})));
    EXPECT_FALSE(parse_ip(build::ipv6_packet(syn, {.destination = stranger})));
  }
}

// covers: MUST-50
TEST(section_3_9_2_1, MUST_50_options_of_the_internet_protocol_are_ignored) {
  const build::octets syn = wire(at(5'000).syn());
  const auto packet = build::ipv4_packet(syn, {.options = {0x94, 4, 0, 0, 0xde, 0xad, 0xbe, 0xef}});
  const auto datagram = parse_ip(packet);
  ASSERT_TRUE(datagram);
  EXPECT_TRUE(parse_segment(datagram->payload, {}));
}

// Source routes (MUST-51 to MUST-53, SHLD-24) are left out on purpose: a stranger would choose the way of the answers.
// A packet that followed one is answered straight to its source, by a packet without options.
TEST(section_3_9_2_1, a_source_route_is_passed_over_and_never_sent) {
  for (const std::uint8_t kind : std::initializer_list<std::uint8_t>{0x83, 0x89}) {
    stack_host<> host;
    ASSERT_TRUE(host.tcp->listen(std::nullopt, 80, 1));
    const flow path{v4(1), v4(2), 80, 9};
    packet syn = at(5'000).syn();
    syn.header.source_port = 9;
    syn.header.destination_port = 80;
    const build::octets route{kind, 7, 8, 203, 0, 113, 9, 0};
    (void)host.tcp->on_packet(
        build::ipv4_packet(wire(syn, pseudo_header_of(path.remote, path.local)),
                           {.source = path.remote.v4(), .destination = path.local.v4(), .options = route}),
        host.now);
    octet_string room(2'000);
    const auto answer = host.tcp->poll_packet(host.now, room);
    ASSERT_TRUE(answer);
    EXPECT_EQ(room[0], 0x45) << "no option";
    EXPECT_EQ(parse_ip(std::span(room).first(answer->length))->destination, path.remote);
  }
}

}  // namespace section_3_9_2_test
}  // namespace sequent::test

#include "sequent/wire/ipv6.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "tests/support/ip_packets.hpp"

namespace ipv6_test {

using namespace sequent;
using namespace sequent::build;

const octets text{1, 2, 3, 4, 5};
constexpr std::uint8_t tcp = 6;
constexpr std::uint8_t hop_by_hop = 0;
constexpr std::uint8_t routing = 43;
constexpr std::uint8_t fragment = 44;
constexpr std::uint8_t destination_options = 60;

std::optional<error> refused(const octets& packet) {
  const auto parsed = parse_any_ipv6(packet);
  return parsed ? std::nullopt : std::optional(parsed.why());
}

octets payload_of(const octets& packet) {
  const auto parsed = parse_any_ipv6(packet);
  if (!parsed) return {};
  EXPECT_EQ(parsed->protocol, ip_protocol::tcp);
  return {parsed->payload.begin(), parsed->payload.end()};
}

// Whether a packet is accepted that has this chain in front of its text, and then says that text.
std::optional<error> chain_refused(std::uint8_t first, const octets& chain) {
  const octets packet = ipv6_packet(joined({chain, text}), {.next = first});
  const auto why = refused(packet);
  if (!why) {
    EXPECT_EQ(payload_of(packet), text);
  }
  return why;
}

// covers: rfc8200
TEST(ipv6, reads_what_a_header_says) {
  octets packet = ipv6_packet(text, {.service = 0xb9, .hop_limit = 1});
  packet[1] |= 0x0a;  // a flow label
  packet[3] = 0x55;
  const auto parsed = parse_any_ipv6(packet);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->source, theirs6);
  EXPECT_EQ(parsed->destination, mine6);
  EXPECT_EQ(parsed->service, 0xb9);
  EXPECT_EQ(parsed->hop_limit, 1);
  EXPECT_EQ(payload_of(packet), text);
}

TEST(ipv6, what_pads_the_link_is_no_payload) {
  octets packet = ipv6_packet(text);
  packet.resize(packet.size() + 9, 0xee);
  EXPECT_EQ(payload_of(packet), text);
}

TEST(ipv6, every_shorter_packet_is_refused) {
  const octets whole = ipv6_packet(joined({octets{tcp, 1, 1, 0, 1, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, text}),
                                   {.next = destination_options});
  ASSERT_EQ(refused(whole), std::nullopt);
  for (std::size_t length = 0; length != whole.size(); ++length) {
    const octets part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_EQ(refused(part), error::truncated_header) << length;
  }
}

TEST(ipv6, another_version_is_refused) {
  octets packet = ipv6_packet(text);
  packet[0] = 0x45;
  EXPECT_EQ(refused(packet), error::bad_ip_header);
}

// covers: MUST-57 MUST-63
TEST(ipv6, addresses_that_are_no_hosts_are_refused) {
  const sixteen strangers[] = {
      {},                                                        // unspecified
      {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},          // loopback
      {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1},        // IPv4-compatible
      {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1},  // IPv4-mapped
      {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},    // multicast
  };
  for (const sixteen& stranger : strangers) {
    EXPECT_EQ(refused(ipv6_packet(text, {.source = stranger})), error::bad_ip_header);
    EXPECT_EQ(refused(ipv6_packet(text, {.destination = stranger})), error::bad_ip_header);
  }
}

TEST(ipv6, options_that_may_be_ignored_are) {
  const octets pads{tcp, 0, 0, 0, 0, 0, 0, 0};
  const octets padded{tcp, 0, 1, 4, 0, 0, 0, 0};
  const octets unknown{tcp, 0, 0x3e, 3, 9, 9, 9, 0};
  for (const octets& options : {pads, padded, unknown}) {
    EXPECT_EQ(chain_refused(hop_by_hop, options), std::nullopt);
    EXPECT_EQ(chain_refused(destination_options, options), std::nullopt);
  }
}

TEST(ipv6, options_that_must_not_be_ignored_are_refused) {
  for (const std::uint8_t type : octets{0x40, 0x80, 0xc0, 0xc2, 0xff}) {
    EXPECT_EQ(chain_refused(hop_by_hop, {tcp, 0, type, 4, 0, 0, 0, 0}), error::bad_ip_header) << int{type};
    EXPECT_EQ(chain_refused(destination_options, {tcp, 0, 0, type, 3, 0, 0, 0}), error::bad_ip_header) << int{type};
  }
}

TEST(ipv6, options_that_reach_past_their_header_are_refused) {
  EXPECT_EQ(chain_refused(destination_options, {tcp, 0, 1, 5, 0, 0, 0, 0}), error::bad_ip_header);
  EXPECT_EQ(chain_refused(destination_options, {tcp, 0, 1, 3, 0, 0, 0, 1}), error::bad_ip_header);
}

TEST(ipv6, hop_by_hop_options_stand_right_after_the_header_or_nowhere) {
  const octets both{hop_by_hop, 0, 1, 4, 0, 0, 0, 0, tcp, 0, 1, 4, 0, 0, 0, 0};
  EXPECT_EQ(chain_refused(destination_options, both), error::bad_ip_header);
  EXPECT_EQ(chain_refused(hop_by_hop, both), error::bad_ip_header);
}

TEST(ipv6, a_route_is_passed_over_only_if_it_ends_here) {
  for (const std::uint8_t type : octets{0, 2, 3, 4, 200}) {
    EXPECT_EQ(chain_refused(routing, {tcp, 0, type, 0, 0, 0, 0, 0}), std::nullopt);
    EXPECT_EQ(chain_refused(routing, {tcp, 0, type, 1, 0, 0, 0, 0}), error::bad_ip_header);
  }
}

TEST(ipv6, only_a_fragment_that_is_the_whole_packet_is_accepted) {
  EXPECT_EQ(chain_refused(fragment, {tcp, 0, 0, 0, 1, 2, 3, 4}), std::nullopt);
  EXPECT_EQ(chain_refused(fragment, {tcp, 0xff, 0, 6, 1, 2, 3, 4}), std::nullopt);  // reserved bits
  EXPECT_EQ(chain_refused(fragment, {tcp, 0, 0, 1, 1, 2, 3, 4}), error::bad_ip_header);
  EXPECT_EQ(chain_refused(fragment, {tcp, 0, 0, 8, 1, 2, 3, 4}), error::bad_ip_header);
  EXPECT_EQ(chain_refused(fragment, {tcp, 0, 0x80, 0, 1, 2, 3, 4}), error::bad_ip_header);
}

TEST(ipv6, the_recommended_order_of_all_headers_is_accepted) {
  const octets chain = joined({{destination_options, 0, 5, 2, 0, 0, 1, 0},  // the router alert
                               {routing, 0, 1, 4, 0, 0, 0, 0},
                               {fragment, 0, 0, 0, 0, 0, 0, 0},
                               {destination_options, 0, 0, 0, 0, 0, 0, 0},
                               {tcp, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}});
  EXPECT_EQ(chain_refused(hop_by_hop, chain), std::nullopt);
}

TEST(ipv6, a_longer_chain_than_a_host_need_read_is_refused) {
  octets chain;
  for (int i = 1; i < max_extension_headers; ++i) {
    chain = joined({chain, {destination_options, 0, 1, 4, 0, 0, 0, 0}});
  }
  EXPECT_EQ(chain_refused(destination_options, joined({chain, {tcp, 0, 1, 4, 0, 0, 0, 0}})), std::nullopt);
  chain = joined({chain, {destination_options, 0, 1, 4, 0, 0, 0, 0}, {tcp, 0, 1, 4, 0, 0, 0, 0}});
  EXPECT_EQ(chain_refused(destination_options, chain), error::bad_ip_header);
}

TEST(ipv6, jumbograms_are_refused) {
  octets packet = ipv6_packet(joined({{tcp, 0, 0xc2, 4, 0, 1, 0, 0}, octets(100)}), {.next = hop_by_hop});
  EXPECT_EQ(refused(packet), error::bad_ip_header);
  packet[4] = packet[5] = 0;
  EXPECT_EQ(refused(packet), error::bad_ip_header);
}

TEST(ipv6, what_is_neither_extension_nor_tcp_is_told) {
  for (const int next : {17, 50, 51, 58, 59, 135}) {
    const octets packet = ipv6_packet(text, {.next = static_cast<std::uint8_t>(next)});
    const auto parsed = parse_any_ipv6(packet);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(static_cast<int>(parsed->protocol), next);
  }
}

TEST(ipv6, one_step_over_a_header_advances_and_stays_inside) {
  octets packet = ipv6_packet(octets(200), {});
  for (const std::uint8_t next : {hop_by_hop, routing, fragment, destination_options}) {
    for (unsigned length = 0; length != 256; ++length) {
      packet[41] = static_cast<std::uint8_t>(length);
      const auto passed = pass_extension_header(packet, {next, 40});
      if (!passed) continue;
      EXPECT_GE(passed->at, 48u);
      EXPECT_LE(passed->at, packet.size());
    }
  }
}

TEST(ipv6, what_is_written_is_a_packet) {
  octets packet = joined({octets(40, 0xee), text});
  ASSERT_TRUE(emit_ipv6(
      {.source = mine6, .destination = theirs6, .hop_limit = 3, .service = 0xb9, .flow_label = 0xa'bcde}, packet));
  EXPECT_EQ((octets(packet.begin(), packet.begin() + 8)), (octets{0x6b, 0x9a, 0xbc, 0xde, 0, 5, 6, 3}));
  const auto parsed = parse_any_ipv6(packet);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->source, mine6);
  EXPECT_EQ(parsed->destination, theirs6);
  EXPECT_EQ(parsed->hop_limit, 3);
  EXPECT_EQ(parsed->service, 0xb9);
  EXPECT_EQ(payload_of(packet), text);
}

TEST(ipv6, what_no_packet_can_hold_is_not_written) {
  octets most(65'575);
  EXPECT_TRUE(emit_ipv6({.source = mine6, .destination = theirs6}, most));
  octets more(65'576, 0xee);
  EXPECT_EQ(emit_ipv6({.source = mine6, .destination = theirs6}, more).why(), error::bad_ip_header);
  EXPECT_EQ(more, octets(65'576, 0xee));
  octets less(40, 0xee);
  EXPECT_EQ(emit_ipv6({.source = mine6, .destination = theirs6}, less).why(), error::bad_ip_header);
  octets plain(60, 0xee);
  EXPECT_EQ(emit_ipv6({.source = mine6, .destination = theirs6, .flow_label = 0x10'0000}, plain).why(),
            error::bad_ip_header);
  EXPECT_EQ(plain, octets(60, 0xee));
}

}  // namespace ipv6_test

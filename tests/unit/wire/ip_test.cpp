#include "sequent/wire/ip.hpp"

#include <gtest/gtest.h>

#include "tests/support/ip_packets.hpp"

namespace ip_test {

using namespace sequent;
using namespace sequent::build;

const octets text{1, 2, 3, 4, 5};

// covers: rfc791 rfc8200
TEST(ip, reads_both_families_in_one_form) {
  const octets v4 = ipv4_packet(text, {.protocol = 1, .service = 0xb9, .time_to_live = 7});
  const octets v6 = ipv6_packet(text, {.next = 58, .service = 0xba, .hop_limit = 8});
  const auto four = parse_ip(v4);
  const auto six = parse_ip(v6);
  ASSERT_TRUE(four);
  ASSERT_TRUE(six);
  EXPECT_EQ(four->source, ip_address::from_v4(theirs4));
  EXPECT_EQ(four->destination, ip_address::from_v4(mine4));
  EXPECT_EQ(four->protocol, ip_protocol::icmp);
  EXPECT_EQ(four->hop_limit, 7);
  EXPECT_EQ(four->service, 0xb9);
  EXPECT_EQ(four->ecn(), ecn_codepoint::capable_1);
  EXPECT_EQ(octets(four->payload.begin(), four->payload.end()), text);
  EXPECT_EQ(six->source, ip_address::from_v6(theirs6));
  EXPECT_EQ(six->destination, ip_address::from_v6(mine6));
  EXPECT_EQ(six->protocol, ip_protocol::icmpv6);
  EXPECT_EQ(six->hop_limit, 8);
  EXPECT_EQ(six->service, 0xba);
  EXPECT_EQ(six->ecn(), ecn_codepoint::capable_0);
  EXPECT_EQ(octets(six->payload.begin(), six->payload.end()), text);
}

TEST(ip, tells_why_a_packet_is_refused) {
  EXPECT_EQ(parse_ip({}).why(), error::truncated_header);
  EXPECT_EQ(parse_ip(octets{0x45}).why(), error::truncated_header);
  EXPECT_EQ(parse_ip(octets{0x60}).why(), error::truncated_header);
  EXPECT_EQ(parse_ip(octets(60, 0)).why(), error::bad_ip_header);
  octets damaged = ipv4_packet(text);
  damaged[11] ^= 1;
  EXPECT_EQ(parse_ip(damaged).why(), error::bad_checksum);
}

TEST(ip, writes_the_header_of_the_addresses_family) {
  const auto v4 = ip_address::from_v4(mine4);
  const auto v6 = ip_address::from_v6(mine6);
  ASSERT_EQ(ip_header_length(v4), 20u);
  ASSERT_EQ(ip_header_length(v6), 40u);
  ip_header header{.source = v4,
                   .destination = ip_address::from_v4(theirs4),
                   .protocol = ip_protocol::tcp,
                   .hop_limit = 9,
                   .service = with_ecn(0x28, ecn_codepoint::congestion_experienced),
                   .flow_label = 5,
                   .identification = 0x1234};
  octets packet = joined({octets(20), text});
  ASSERT_TRUE(emit_ip(header, packet));
  EXPECT_EQ(packet[4], 0x12);
  auto parsed = parse_ip(packet);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->source, v4);
  EXPECT_EQ(parsed->destination, header.destination);
  EXPECT_EQ(parsed->hop_limit, 9);
  EXPECT_EQ(parsed->service, 0x2b);

  header.source = v6;
  header.destination = ip_address::from_v6(theirs6);
  packet = joined({octets(40), text});
  ASSERT_TRUE(emit_ip(header, packet));
  EXPECT_EQ(packet[3], 5);
  parsed = parse_ip(packet);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->source, v6);
  EXPECT_EQ(parsed->destination, header.destination);
  EXPECT_EQ(parsed->ecn(), ecn_codepoint::congestion_experienced);
  EXPECT_EQ(octets(parsed->payload.begin(), parsed->payload.end()), text);
}

TEST(ip, addresses_of_two_families_make_no_header) {
  octets packet(60, 0xee);
  const auto v4 = ip_address::from_v4(mine4);
  const auto v6 = ip_address::from_v6(theirs6);
  EXPECT_EQ(emit_ip({.source = v4, .destination = v6}, packet).why(), error::bad_ip_header);
  EXPECT_EQ(emit_ip({.source = v6, .destination = v4}, packet).why(), error::bad_ip_header);
  EXPECT_EQ(packet, octets(60, 0xee));
}

}  // namespace ip_test

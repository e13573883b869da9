#include "sequent/wire/ipv4.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "tests/support/ip_packets.hpp"

namespace ipv4_test {

using namespace sequent;
using namespace sequent::build;

const octets text{1, 2, 3, 4, 5};

std::optional<error> refused(const octets& packet) {
  const auto parsed = parse_any_ipv4(packet);
  return parsed ? std::nullopt : std::optional(parsed.why());
}

// A packet with one octet set, its checksum right.
octets with(std::size_t at, std::uint8_t value) {
  octets packet = ipv4_packet(text);
  packet[at] = value;
  mend_ipv4(packet);
  return packet;
}

// covers: rfc791
TEST(ipv4, reads_what_a_header_says) {
  const octets packet = ipv4_packet(text, {.service = 0xb9, .time_to_live = 1});
  const auto parsed = parse_ipv4(packet);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->source, theirs4);
  EXPECT_EQ(parsed->destination, mine4);
  EXPECT_EQ(parsed->service, 0xb9);
  EXPECT_EQ(parsed->time_to_live, 1);
  EXPECT_EQ(parsed->protocol, ip_protocol::tcp);
  EXPECT_EQ(octets(parsed->payload.begin(), parsed->payload.end()), text);
}

// covers: MUST-50
TEST(ipv4, options_are_passed_over_unread) {
  const octets options{0x83, 0xff, 0x01, 0x00, 0x07, 0x00, 0x44, 0x01};  // none of them well-formed
  const octets packet = ipv4_packet(text, {.options = options});
  const auto parsed = parse_ipv4(packet);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(octets(parsed->payload.begin(), parsed->payload.end()), text);
}

TEST(ipv4, what_pads_the_link_is_no_payload) {
  octets packet = ipv4_packet(text);
  packet.resize(packet.size() + 21, 0xee);
  const auto parsed = parse_ipv4(packet);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->payload.size(), text.size());
}

TEST(ipv4, every_shorter_packet_is_refused) {
  const octets whole = ipv4_packet(text, {.options = octets(8, 1)});
  for (std::size_t length = 0; length != whole.size(); ++length) {
    const octets part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_EQ(refused(part), error::truncated_header) << length;
  }
}

TEST(ipv4, every_bit_of_the_header_counts_in_the_checksum) {
  for (std::size_t bit = 8; bit != 160; ++bit) {
    octets packet = ipv4_packet(text);
    packet[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_EQ(refused(packet), error::bad_checksum) << bit;
  }
}

TEST(ipv4, a_header_that_contradicts_itself_is_refused) {
  EXPECT_EQ(refused(with(0, 0x55)), error::bad_ip_header);  // version
  for (const int words : {0, 1, 2, 3, 4}) {
    octets packet = ipv4_packet(text);
    packet[0] = static_cast<std::uint8_t>(0x40 | words);
    EXPECT_EQ(refused(packet), error::bad_ip_header);
  }
  EXPECT_EQ(refused(with(3, 19)), error::bad_ip_header);  // total length below the header's
}

TEST(ipv4, fragments_are_refused) {
  EXPECT_EQ(refused(with(6, 0x00)), std::nullopt);  // DF is not needed
  EXPECT_EQ(refused(with(6, 0x20)), error::bad_ip_header);
  EXPECT_EQ(refused(with(7, 0x01)), error::bad_ip_header);
}

// covers: MUST-57 MUST-63
TEST(ipv4, addresses_that_are_no_hosts_are_refused) {
  const four strangers[] = {{0, 0, 0, 0}, {127, 0, 0, 1}, {224, 0, 0, 1}, {239, 1, 2, 3}, {255, 255, 255, 255}};
  for (const four& stranger : strangers) {
    EXPECT_EQ(refused(ipv4_packet(text, {.source = stranger})), error::bad_ip_header);
    EXPECT_EQ(refused(ipv4_packet(text, {.destination = stranger})), error::bad_ip_header);
  }
}

TEST(ipv4, another_protocol_is_told_to_who_asks_for_any) {
  const octets packet = ipv4_packet(text, {.protocol = 1});
  EXPECT_EQ(parse_ipv4(packet).why(), error::bad_ip_header);
  const auto parsed = parse_any_ipv4(packet);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->protocol, ip_protocol::icmp);
}

// covers: MUST-49
TEST(ipv4, what_is_written_is_a_packet_that_forbids_fragmentation) {
  octets packet = joined({octets(20, 0xee), text});
  ASSERT_TRUE(emit_ipv4({.source = mine4, .destination = theirs4, .time_to_live = 3, .service = 2}, packet));
  EXPECT_EQ(packet[6], 0x40);
  const auto parsed = parse_ipv4(packet);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->source, mine4);
  EXPECT_EQ(parsed->destination, theirs4);
  EXPECT_EQ(parsed->time_to_live, 3);
  EXPECT_EQ(parsed->service, 2);
  EXPECT_EQ(octets(parsed->payload.begin(), parsed->payload.end()), text);
}

TEST(ipv4, what_no_datagram_can_hold_is_not_written) {
  octets most(65'535);
  EXPECT_TRUE(emit_ipv4({.source = mine4, .destination = theirs4}, most));
  octets more(65'536, 0xee);
  EXPECT_EQ(emit_ipv4({.source = mine4, .destination = theirs4}, more).why(), error::bad_ip_header);
  EXPECT_EQ(more, octets(65'536, 0xee));
  octets less(19, 0xee);
  EXPECT_EQ(emit_ipv4({.source = mine4, .destination = theirs4}, less).why(), error::bad_ip_header);
}

}  // namespace ipv4_test

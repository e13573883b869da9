#include "sequent/wire/icmp.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "tests/support/ip_packets.hpp"

namespace icmp_test {

using namespace sequent;
using namespace sequent::build;

const octets front = tcp_front(4'000, 80, 0xfedc'ba98u);
constexpr std::uint8_t unreachable4 = 3;
constexpr std::uint8_t needs_fragmentation = 4;
constexpr std::uint8_t unreachable6 = 1;
constexpr std::uint8_t too_big6 = 2;

result<icmp_error> read(const octets& packet) {
  const auto datagram = parse_ip(packet);
  if (!datagram) return datagram.why();
  return parse_icmp(*datagram);
}
std::optional<error> refused(const octets& packet) {
  const auto parsed = read(packet);
  return parsed ? std::nullopt : std::optional(parsed.why());
}
octets v4(std::uint8_t type, std::uint8_t code, std::uint32_t rest = 0) {
  return icmpv4_packet(type, code, rest, quoted_ipv4(1'500, front));
}
octets v6(std::uint8_t type, std::uint8_t code, std::uint32_t rest = 0) {
  return icmpv6_packet(type, code, rest, quoted_ipv6(1'500, front));
}
std::optional<icmp_kind> kind(const octets& packet) {
  const auto parsed = read(packet);
  return parsed ? std::optional(parsed->kind) : std::nullopt;
}

// covers: rfc792 rfc4443
TEST(icmp, tells_what_it_is_about) {
  const auto four = read(v4(unreachable4, 3));
  ASSERT_TRUE(four);
  EXPECT_EQ(four->source, ip_address::from_v4(mine4));
  EXPECT_EQ(four->destination, ip_address::from_v4(theirs4));
  EXPECT_EQ(four->type, 3);
  EXPECT_EQ(four->code, 3);
  EXPECT_EQ(four->mtu, 0u);
  const auto six = read(v6(unreachable6, 4));
  ASSERT_TRUE(six);
  EXPECT_EQ(six->source, ip_address::from_v6(mine6));
  EXPECT_EQ(six->destination, ip_address::from_v6(theirs6));
  for (const auto& each : {*four, *six}) {
    EXPECT_EQ(each.kind, icmp_kind::hard);
    EXPECT_EQ(each.source_port, 4'000);
    EXPECT_EQ(each.destination_port, 80);
    EXPECT_EQ(each.seq.wire(), 0xfedc'ba98u);
  }
}

// Every type of both protocols, with every code that is listed and some that are not.
// covers: rfc792 rfc4443
TEST(icmp, every_type_and_code_has_its_kind) {
  for (int type = 0; type != 256; ++type) {
    for (int code = 0; code < 256; code += code < 17 ? 1 : 17) {
      std::optional<icmp_kind> expected4;
      if (type == 3) expected4 = icmp_kind::soft;
      if (type == 3 && (code == 2 || code == 3)) expected4 = icmp_kind::hard;
      if (type == 3 && code == 4) expected4 = icmp_kind::too_big;
      if (type == 11 || type == 12) expected4 = icmp_kind::soft;
      std::optional<icmp_kind> expected6;
      if (type < 128) expected6 = icmp_kind::soft;  // known or not: RFC 4443 section 2.4 (a)
      if (type == 1) expected6 = code == 4 ? icmp_kind::hard : icmp_kind::soft;
      if (type == 2) expected6 = icmp_kind::too_big;
      const auto t = static_cast<std::uint8_t>(type);
      const auto c = static_cast<std::uint8_t>(code);
      ASSERT_EQ(kind(v4(t, c, 1'400)), expected4) << type << " " << code;
      ASSERT_EQ(kind(v6(t, c, 1'400)), expected6) << type << " " << code;
    }
  }
}

// covers: MUST-55
TEST(icmp, source_quench_is_dropped) { EXPECT_EQ(refused(v4(4, 0)), error::bad_icmp_message); }

TEST(icmp, too_big_says_what_fits) {
  EXPECT_EQ(read(v4(unreachable4, needs_fragmentation, 1'400))->mtu, 1'400u);
  EXPECT_EQ(read(v4(unreachable4, needs_fragmentation, 0xffff'0000u | 1'400))->mtu, 1'400u);  // once unused
  EXPECT_EQ(read(v4(unreachable4, needs_fragmentation, 68))->mtu, 68u);
  EXPECT_EQ(read(v6(too_big6, 0, 1'280))->mtu, 1'280u);
  EXPECT_EQ(read(v6(too_big6, 0, 0xffff'ffffu))->mtu, 0xffff'ffffu);
}

TEST(icmp, an_mtu_below_the_protocols_least_is_refused) {
  for (const unsigned mtu : {1u, 67u}) EXPECT_EQ(refused(v4(3, 4, mtu)), error::bad_icmp_message) << mtu;
  for (const unsigned mtu : {0u, 68u, 1'279u}) EXPECT_EQ(refused(v6(2, 0, mtu)), error::bad_icmp_message) << mtu;
}

// covers: rfc1191#5
TEST(icmp, an_old_router_that_does_not_say_makes_us_try_the_next_plateau) {
  EXPECT_EQ(read(v4(3, 4, 0))->mtu, 1'492u);
  EXPECT_EQ(read(icmpv4_packet(3, 4, 0, quoted_ipv4(1'492, front)))->mtu, 1'006u);
  EXPECT_EQ(plateau_below(65'536), 65'535);
  EXPECT_EQ(plateau_below(65'535), 32'000);
  EXPECT_EQ(plateau_below(1'493), 1'492);
  EXPECT_EQ(plateau_below(297), 296);
  EXPECT_EQ(plateau_below(296), 68);
  EXPECT_EQ(plateau_below(0), 68);
}

TEST(icmp, every_plateau_is_below_and_the_next_is_not) {
  for (std::size_t length = 69; length != 65'536; ++length) {
    const std::size_t plateau = plateau_below(length);
    ASSERT_LT(plateau, length);
    ASSERT_GE(plateau, 68u);
    ASSERT_GE(plateau_below(length + 1), plateau);
  }
}

TEST(icmp, every_bit_counts_in_the_checksum) {
  for (const octets& good :
       {icmpv4_message(3, 3, 0, quoted_ipv4(1'500, front)), icmpv6_message(1, 4, 0, quoted_ipv6(1'500, front))}) {
    const bool six = good[0] == 1;
    for (std::size_t bit = 0; bit != good.size() * 8; ++bit) {
      octets damaged = good;
      damaged[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
      const octets packet = six ? ipv6_packet(damaged, {.source = router6, .next = 58})
                                : ipv4_packet(damaged, {.source = router4, .protocol = 1});
      ASSERT_EQ(refused(packet), error::bad_checksum) << bit;
    }
  }
}

TEST(icmp, the_addresses_of_ipv6_count_in_the_checksum) {
  const octets message = icmpv6_message(1, 4, 0, quoted_ipv6(1'500, front));
  EXPECT_EQ(refused(ipv6_packet(message, {.source = theirs6, .next = 58})), error::bad_checksum);
}

TEST(icmp, every_shorter_message_is_refused) {
  const octets four = icmpv4_message(3, 3, 0, quoted_ipv4(1'500, front));
  const octets six = icmpv6_message(1, 4, 0, quoted_ipv6(1'500, front));
  for (std::size_t length = 1; length != four.size(); ++length) {
    octets part(four.begin(), four.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_EQ(refused(ipv4_packet(part, {.source = router4, .protocol = 1})), error::truncated_header) << length;
  }
  for (std::size_t length = 1; length != six.size(); ++length) {
    octets part(six.begin(), six.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_EQ(refused(ipv6_packet(part, {.source = router6, .next = 58})), error::truncated_header) << length;
  }
}

TEST(icmp, quoted_options_are_passed_over_and_must_be_there) {
  const octets long_header = ipv4_packet(front, {.source = mine4, .destination = theirs4, .options = octets(40, 1)});
  const auto parsed = read(icmpv4_packet(3, 3, 0, long_header));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->destination_port, 80);
  octets part = long_header;
  part.pop_back();
  EXPECT_EQ(refused(icmpv4_packet(3, 3, 0, part)), error::truncated_header);
}

TEST(icmp, a_longer_quote_is_welcome) {
  const octets longer = joined({quoted_ipv4(1'500, front), octets(500, 0xee)});
  EXPECT_EQ(kind(icmpv4_packet(3, 3, 0, longer)), icmp_kind::hard);
}

TEST(icmp, what_quotes_no_tcp_segment_of_ours_is_refused) {
  const auto quoting4 = [](std::size_t at, std::uint8_t value) {
    octets quoted = quoted_ipv4(1'500, front);
    quoted[at] = value;
    return refused(icmpv4_packet(3, 3, 0, quoted));
  };
  EXPECT_EQ(quoting4(0, 0x65), error::bad_icmp_message);  // version
  EXPECT_EQ(quoting4(0, 0x44), error::bad_icmp_message);  // header length
  EXPECT_EQ(quoting4(9, 17), error::bad_icmp_message);    // protocol
  EXPECT_EQ(quoting4(7, 1), error::bad_icmp_message);     // a fragment without ports
  EXPECT_EQ(quoting4(15, 2), error::bad_icmp_message);    // not from the address that it came to
  EXPECT_EQ(quoting4(16, 224), error::bad_icmp_message);  // to no host
  EXPECT_EQ(quoting4(10, 0xee), std::nullopt);            // its checksum is not looked at
  EXPECT_EQ(quoting4(8, 0), std::nullopt);                // nor its hops
  const auto quoting6 = [](std::size_t at, std::uint8_t value) {
    octets quoted = quoted_ipv6(1'500, front);
    quoted[at] = value;
    return refused(icmpv6_packet(1, 4, 0, quoted));
  };
  EXPECT_EQ(quoting6(0, 0x45), error::bad_icmp_message);
  EXPECT_EQ(quoting6(6, 17), error::bad_icmp_message);
  EXPECT_EQ(quoting6(6, 0), error::bad_icmp_message);
  EXPECT_EQ(quoting6(23, 2), error::bad_icmp_message);
  EXPECT_EQ(quoting6(24, 0xff), error::bad_icmp_message);
  EXPECT_EQ(quoting6(7, 0), std::nullopt);
}

TEST(icmp, each_protocol_belongs_to_its_family) {
  const octets four = icmpv4_message(3, 3, 0, quoted_ipv4(1'500, front));
  const octets six = icmpv6_message(1, 4, 0, quoted_ipv6(1'500, front));
  EXPECT_EQ(refused(ipv4_packet(six, {.source = router4, .protocol = 58})), error::bad_icmp_message);
  EXPECT_EQ(refused(ipv6_packet(four, {.source = router6, .next = 1})), error::bad_icmp_message);
  EXPECT_EQ(refused(ipv4_packet(four, {.source = router4, .protocol = 6})), error::bad_icmp_message);
}

}  // namespace icmp_test

// RFC 8200: IPv6, as far as TCP needs it; with RFC 6946 on atomic fragments and RFC 2675 on jumbograms.
#include <gtest/gtest.h>

#include "sequent/wire/emit.hpp"
#include "sequent/wire/ip.hpp"
#include "tests/support/endpoint.hpp"
#include "tests/support/ip_packets.hpp"

namespace sequent::test {
namespace rfc8200_test {

using build::octets;

bool accepted(std::uint8_t first, const octets& chain) {
  return parse_ip(build::ipv6_packet(build::joined({chain, octets(20)}), {.next = first})).has_value();
}

// covers: rfc8200#4.1
TEST(rfc8200_section_4_1, extension_headers_are_read_in_any_order_but_hop_by_hop_first) {
  const octets options_then_route{43, 0, 1, 4, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0};
  const octets route_then_options{60, 0, 0, 0, 0, 0, 0, 0, 6, 0, 1, 4, 0, 0, 0, 0};
  EXPECT_TRUE(accepted(60, options_then_route));
  EXPECT_TRUE(accepted(43, route_then_options));
  EXPECT_FALSE(accepted(60, {0, 0, 1, 4, 0, 0, 0, 0, 6, 0, 1, 4, 0, 0, 0, 0}));
}

// covers: rfc8200#4.2
TEST(rfc8200_section_4_2, the_two_highest_bits_of_an_unknown_option_say_whether_it_may_be_skipped) {
  for (unsigned type = 2; type != 256; ++type) {
    const auto option = static_cast<std::uint8_t>(type);
    for (const std::uint8_t first : {std::uint8_t{0}, std::uint8_t{60}}) {
      EXPECT_EQ(accepted(first, {6, 0, option, 4, 0, 0, 0, 0}), type < 64) << type;
    }
  }
}

// covers: rfc8200#4.4
TEST(rfc8200_section_4_4, an_unfinished_route_is_discarded_and_a_finished_one_ignored) {
  for (unsigned type = 0; type != 256; ++type) {
    for (const std::uint8_t left : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{255}}) {
      EXPECT_EQ(accepted(43, {6, 0, static_cast<std::uint8_t>(type), left, 0, 0, 0, 0}), left == 0) << type;
    }
  }
}

// covers: rfc8200#4.5 rfc6946#4
TEST(rfc8200_section_4_5, only_atomic_fragments_are_accepted) {
  for (unsigned field = 0; field != 0x10000; ++field) {
    const bool atomic = (field >> 3) == 0 && (field & 1) == 0;
    ASSERT_EQ(accepted(44, {6, 0, static_cast<std::uint8_t>(field >> 8), static_cast<std::uint8_t>(field), 1, 2, 3, 4}),
              atomic)
        << field;
  }
}

// covers: rfc8200#8.1
TEST(rfc8200_section_8_1, the_checksum_covers_the_addresses) {
  const ip_address mine = ip_address::from_v6(build::mine6);
  const ip_address theirs = ip_address::from_v6(build::theirs6);
  const octets segment = wire(at(5).ack(6).text(33), pseudo_header_of(mine, theirs));
  const std::uint64_t plain = build::word_sum(build::mine6) + build::word_sum(build::theirs6) + segment.size() + 6;
  EXPECT_EQ(build::plain_checksum(segment, plain), 0);
  EXPECT_TRUE(parse_segment(segment, pseudo_header_of(theirs, mine)));
}

// covers: rfc6437#2
TEST(rfc6437_section_2, the_flow_label_is_the_callers) {
  octets packet(41);
  const ip_header header{.source = ip_address::from_v6(build::mine6),
                         .destination = ip_address::from_v6(build::theirs6),
                         .flow_label = 0x1'2345};
  ASSERT_TRUE(emit_ip(header, packet));
  EXPECT_EQ(packet[1] & 0x0f, 0x01);
  EXPECT_EQ(packet[2], 0x23);
  EXPECT_EQ(packet[3], 0x45);
}

}  // namespace rfc8200_test
}  // namespace sequent::test

#include "sequent/wire/parse.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "tests/support/build.hpp"

namespace parse_test {

using namespace sequent;
using sequent::test::at;
using sequent::test::pattern;
using sequent::test::wire;

using octets = std::vector<std::uint8_t>;

// A header written by hand: ports 0x1234 and 0x0050, SEQ 0x01020304, ACK 0xfffefdfc, ACK and PSH, window 0x8001,
// urgent pointer 0xbeef, no options, text "hi!".
octets by_hand() {
  return {0x12, 0x34, 0x00, 0x50, 0x01, 0x02, 0x03, 0x04, 0xff, 0xfe, 0xfd, 0xfc,
          0x50, 0x18, 0x80, 0x01, 0x00, 0x00, 0xbe, 0xef, 'h',  'i',  '!'};
}

result<parsed_segment> unchecked(const octets& o) { return parse_segment(o, {}, checksum_by::hardware); }

TEST(parse, reads_every_field) {
  const octets o = by_hand();
  const auto parsed = unchecked(o);
  ASSERT_TRUE(parsed);
  const segment<u32>& seg = parsed->header;
  EXPECT_EQ(seg.source_port, 0x1234u);
  EXPECT_EQ(seg.destination_port, 0x0050u);
  EXPECT_EQ(seg.seq.wire(), 0x0102'0304u);
  EXPECT_EQ(seg.ack.wire(), 0xfffe'fdfcu);
  EXPECT_EQ(seg.control.wire(), 0x18u);
  EXPECT_EQ(seg.wnd, 0x8001u);
  EXPECT_EQ(seg.up, 0xbeefu);
  EXPECT_EQ(seg.text_length, 3u);
  EXPECT_EQ(seg.options, segment_options<u32>());
  ASSERT_EQ(parsed->text.size(), 3u);
  EXPECT_EQ(parsed->text.data(), o.data() + 20);
}

TEST(parse, all_eight_control_bits_are_kept) {
  octets o = by_hand();
  o[13] = 0xff;
  EXPECT_EQ(unchecked(o)->header.control.wire(), 0xffu);
}

TEST(parse, reserved_bits_are_ignored) {
  octets o = by_hand();
  o[12] = 0x5f;
  const auto parsed = unchecked(o);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->header.control.wire(), 0x18u);
  EXPECT_EQ(parsed->text.size(), 3u);
}

TEST(parse, fewer_octets_than_a_header_are_refused_at_every_length) {
  for (std::size_t length = 0; length != 20; ++length) {
    octets o = by_hand();
    o.resize(length);
    o.shrink_to_fit();
    const auto parsed = unchecked(o);
    ASSERT_FALSE(parsed) << length;
    EXPECT_EQ(parsed.why(), error::truncated_header) << length;
  }
}

TEST(parse, a_data_offset_below_five_is_refused) {
  for (std::uint8_t offset = 0; offset != 5; ++offset) {
    octets o = by_hand();
    o[12] = static_cast<std::uint8_t>(offset << 4);
    EXPECT_EQ(unchecked(o).why(), error::bad_data_offset) << int{offset};
  }
}

TEST(parse, a_data_offset_past_the_end_is_refused) {
  for (std::uint8_t offset = 6; offset != 16; ++offset) {
    octets o = by_hand();
    o[12] = static_cast<std::uint8_t>(offset << 4);
    o.resize(offset * 4u - 1u);
    o.shrink_to_fit();
    EXPECT_EQ(unchecked(o).why(), error::truncated_header) << int{offset};
  }
}

TEST(parse, a_header_that_ends_with_the_segment_has_no_text) {
  octets o(60, 1);
  o[12] = 0xf0;
  const auto parsed = unchecked(o);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->text.size(), 0u);
  EXPECT_EQ(parsed->header.text_length, 0u);
}

TEST(parse, options_end_where_the_text_begins) {
  octets o = by_hand();
  o[12] = 0x60;
  o.insert(o.begin() + 20, {2, 5, 0, 0});  // one octet longer than the header: the next octet is text
  EXPECT_EQ(unchecked(o).why(), error::bad_option_length);
  o[21] = 4;
  const auto parsed = unchecked(o);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->header.options.mss, 0u);
  EXPECT_EQ(parsed->text[0], 'h');
}

// covers: MUST-3
TEST(parse, every_single_bit_that_flips_is_noticed) {
  const std::array<std::uint8_t, 4> here{192, 0, 2, 1};
  const std::array<std::uint8_t, 4> there{198, 51, 100, 2};
  const pseudo_header addresses = pseudo_header::ipv4(here, there);
  const octets good = wire(at(77).ack(88).psh().ts(1, 2).text(33), addresses);
  ASSERT_TRUE(parse_segment(good, addresses));
  for (std::size_t bit = 0; bit != good.size() * 8; ++bit) {
    octets bad = good;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1u << bit % 8));
    EXPECT_FALSE(parse_segment(bad, addresses)) << bit;
  }
}

// covers: MUST-3
TEST(parse, a_checksum_made_for_other_addresses_is_refused) {
  const std::array<std::uint8_t, 4> here{10, 0, 0, 1};
  const std::array<std::uint8_t, 4> there{10, 0, 0, 2};
  const std::array<std::uint8_t, 4> elsewhere{10, 0, 0, 3};
  const octets good = wire(at(1).syn().mss(1'000), pseudo_header::ipv4(here, there));
  EXPECT_TRUE(parse_segment(good, pseudo_header::ipv4(here, there)));
  EXPECT_EQ(parse_segment(good, pseudo_header::ipv4(here, elsewhere)).why(), error::bad_checksum);
}

TEST(parse, octets_cut_off_the_end_are_noticed_by_the_checksum) {
  octets o = wire(at(1).ack(2).text(10));
  o.pop_back();
  EXPECT_EQ(parse_segment(o, {}).why(), error::bad_checksum);
}

TEST(parse, the_checksum_is_not_looked_at_when_the_hardware_did) {
  octets o = wire(at(1).ack(2).text(10));
  o[16] = static_cast<std::uint8_t>(o[16] ^ 0x55);
  EXPECT_FALSE(parse_segment(o, {}));
  EXPECT_TRUE(parse_segment(o, {}, checksum_by::hardware));
}

// A checksum field of ffff stands for the same sum as one of 0000 (RFC 1624 section 3): both hold.
TEST(parse, both_zeros_of_ones_complement_are_accepted) {
  for (u32 ack = 0; ack != 0x1'0000u; ++ack) {
    octets o = wire(at(0).ack(ack).window(0));
    if (load16(o.data() + 16) != 0) continue;
    EXPECT_TRUE(parse_segment(o, {}));
    o[16] = o[17] = 0xff;
    EXPECT_TRUE(parse_segment(o, {}));
    return;
  }
  FAIL() << "no segment with a checksum field of zero was met";
}

TEST(parse, errors_of_options_are_passed_on) {
  octets o = by_hand();
  o[12] = 0x60;
  o.insert(o.begin() + 20, {3, 0, 0, 0});
  EXPECT_EQ(unchecked(o).why(), error::bad_option_length);
}

}  // namespace parse_test

#include "sequent/wire/emit.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "tests/support/build.hpp"

namespace emit_test {

using namespace sequent;
using sequent::test::at;
using sequent::test::packet;
using sequent::test::wire;

using octets = std::vector<std::uint8_t>;

octets options_of(const segment_options<u32>& options) {
  octets out(options_length(options), 0xee);
  emit_options(options, out.data());
  return out;
}

sack_block<u32> block(u32 left, u32 right) { return {sequence_number<u32>(left), sequence_number<u32>(right)}; }

TEST(emit, writes_every_field_where_the_header_has_it) {
  packet p = at(0x0102'0304).ack(0xfffe'fdfc).psh().window(0x8001).text("hi!");
  p.header.source_port = 0x1234;
  p.header.destination_port = 0x0050;
  p.urg(0xbeef);
  octets o = wire(p);
  const u32 sum = load16(o.data() + 16);
  o[16] = o[17] = 0;
  EXPECT_EQ(o, (octets{0x12, 0x34, 0x00, 0x50, 0x01, 0x02, 0x03, 0x04, 0xff, 0xfe, 0xfd, 0xfc,
                       0x50, 0x38, 0x80, 0x01, 0x00, 0x00, 0xbe, 0xef, 'h',  'i',  '!'}));
  // 1234+0050+0102+0304+fffe+fdfc+5038+8001+beef+6869+2100 + length 23, one's complement.
  const u32 words =
      0x1234u + 0x0050u + 0x0102u + 0x0304u + 0xfffeu + 0xfdfcu + 0x5038u + 0x8001u + 0xbeefu + 0x6869u + 0x2100u + 23u;
  EXPECT_EQ(sum, ~fold_checksum(words) & 0xffffu);
}

TEST(emit, options_are_whole_words_and_as_announced) {
  segment_options<u32> options;
  EXPECT_EQ(options_length(options), 0u);
  options.mss = 1'460;
  EXPECT_EQ(options_of(options), (octets{2, 4, 0x05, 0xb4}));
  options.window_scale = 7;
  EXPECT_EQ(options_of(options), (octets{2, 4, 0x05, 0xb4, 1, 3, 3, 7}));
  options.sack_permitted = true;
  EXPECT_EQ(options_of(options), (octets{2, 4, 0x05, 0xb4, 1, 1, 4, 2, 1, 3, 3, 7}));
}

TEST(emit, sack_permitted_takes_the_place_of_padding_before_timestamps) {
  segment_options<u32> options;
  options.ts = timestamps<u32>{sequence_number<u32>(0x0a0b'0c0d), sequence_number<u32>(1)};
  EXPECT_EQ(options_of(options), (octets{1, 1, 8, 10, 0x0a, 0x0b, 0x0c, 0x0d, 0, 0, 0, 1}));
  options.sack_permitted = true;
  EXPECT_EQ(options_of(options), (octets{4, 2, 8, 10, 0x0a, 0x0b, 0x0c, 0x0d, 0, 0, 0, 1}));
}

TEST(emit, sack_blocks_are_padded_in_front) {
  segment_options<u32> options;
  options.sack.push(block(1, 2));
  EXPECT_EQ(options_of(options), (octets{1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2}));
}

TEST(emit, four_sack_blocks_fit_alone_and_three_beside_timestamps) {
  segment_options<u32> options;
  for (u32 i = 0; i != 4; ++i) options.sack.push(block(10 * i, 10 * i + 5));
  EXPECT_EQ(sack_blocks_that_fit(options), 4u);
  EXPECT_EQ(options_length(options), 36u);
  options.ts = timestamps<u32>{};
  EXPECT_EQ(sack_blocks_that_fit(options), 3u);
  EXPECT_EQ(options_length(options), 40u);
  const auto back = parse_options(options_of(options));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->sack.count, 3u);
  EXPECT_EQ(back->sack.block[2], block(20, 25));
}

// covers: MUST-68 MUST-69
TEST(emit, every_list_of_options_can_be_walked_and_needs_no_end_marker) {
  for (u32 choice = 0; choice != 64; ++choice) {
    segment_options<u32> options;
    if ((choice & 1u) != 0) options.mss = 536;
    if ((choice & 2u) != 0) options.window_scale = 14;
    if ((choice & 4u) != 0) options.sack_permitted = true;
    if ((choice & 8u) != 0) options.ts = timestamps<u32>{sequence_number<u32>(3), sequence_number<u32>(4)};
    if ((choice & 16u) != 0) options.sack.push(block(100, 200));
    const octets o = options_of(options);
    EXPECT_EQ(o.size() % 4, 0u) << choice;
    EXPECT_LE(o.size(), 40u) << choice;
    std::size_t i = 0;
    while (i < o.size()) {
      ASSERT_NE(o[i], 0) << choice;
      if (o[i] == 1) {
        ++i;
        continue;
      }
      ASSERT_LT(i + 1, o.size()) << choice;
      ASSERT_GE(o[i + 1], 2) << choice;
      i += o[i + 1];
    }
    EXPECT_EQ(i, o.size()) << choice;
    EXPECT_EQ(*parse_options(o), options) << choice;
  }
}

// covers: MUST-2
TEST(emit, the_checksum_covers_pseudo_header_header_and_text) {
  const std::array<std::uint8_t, 4> here{192, 0, 2, 1};
  const std::array<std::uint8_t, 4> there{198, 51, 100, 2};
  for (std::size_t length = 0; length != 40; ++length) {
    const octets o = wire(at(5).ack(6).ts(7, 8).text(length), pseudo_header::ipv4(here, there));
    std::uint64_t sum = 0xc000u + 0x0201u + 0xc633u + 0x6402u + 6u + o.size();
    for (std::size_t i = 0; i < o.size(); ++i) sum += i % 2 == 0 ? u32{o[i]} << 8 : o[i];
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    EXPECT_EQ(sum, 0xffffu) << length;
  }
}

TEST(emit, a_header_with_the_sum_of_its_text_is_the_head_of_the_segment) {
  const std::array<std::uint8_t, 4> here{192, 0, 2, 1};
  const std::array<std::uint8_t, 4> there{198, 51, 100, 2};
  const pseudo_header addresses = pseudo_header::ipv4(here, there);
  for (std::size_t length = 0; length != 100; ++length) {
    const packet p = at(5).ack(6).ts(7, 8).text(length);
    const octets whole = wire(p, addresses);
    octets head(whole.size() - length);
    emit_header(p.header, head, addresses, sum_octets(p.octets));
    EXPECT_TRUE(std::equal(head.begin(), head.end(), whole.begin())) << length;
  }
}

TEST(emit, the_field_stays_zero_when_the_hardware_makes_the_checksum) {
  octets out(20);
  emit_segment(at(5).ack(6).header, out, {}, checksum_by::hardware);
  EXPECT_EQ(load16(out.data() + 16), 0u);
}

TEST(emit, what_is_written_is_what_is_read) {
  for (u32 bits = 0; bits != 256; ++bits) {
    packet p = at(0xffff'fff0u + bits).ack(bits * 0x0101'0101u).window(0xffff - bits).urg(bits).text(bits % 7);
    p.header.control = control_bits<u32>(bits);
    p.header.source_port = static_cast<std::uint16_t>(bits * 257);
    const octets o = wire(p);
    const auto back = parse_segment(o, {});
    ASSERT_TRUE(back) << bits;
    EXPECT_EQ(back->header, p.header) << bits;
    EXPECT_TRUE(std::equal(back->text.begin(), back->text.end(), p.octets.begin(), p.octets.end())) << bits;
  }
}

TEST(emit, reserved_bits_are_zero) {
  const octets o = wire(at(1).syn().mss(1'460));
  EXPECT_EQ(o[12], 0x60);
}

TEST(emit, a_fast_open_cookie_of_any_length_stands_last_and_fills_whole_words) {
  for (std::size_t length = 0; length <= 16; length += 2) {
    if (length == 2) continue;
    segment_options<u32> options;
    options.mss = 1'460;
    octets cookie(length);
    for (std::size_t i = 0; i != length; ++i) cookie[i] = static_cast<std::uint8_t>(0x80 + i);
    options.fast_open = fast_open_cookie::of(cookie);
    octets expected{2, 4, 0x05, 0xb4};
    if (length % 4 == 0) expected.insert(expected.end(), {1, 1});
    expected.insert(expected.end(), {34, static_cast<std::uint8_t>(length + 2)});
    expected.insert(expected.end(), cookie.begin(), cookie.end());
    EXPECT_EQ(options_of(options), expected) << length;
    const auto read = parse_options(expected);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, options);
  }
}

TEST(emit, the_longest_cookie_fits_beside_everything_that_a_syn_offers) {
  segment_options<u32> options;
  options.mss = 1'460;
  options.window_scale = 7;
  options.sack_permitted = true;
  options.ts = timestamps<u32>{sequence_number<u32>(1), sequence_number<u32>(0)};
  options.fast_open = fast_open_cookie::of(octets(16, 0xcc));
  EXPECT_EQ(options_length(options), 40u);
  const auto read = parse_options(options_of(options));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, options);
}

}  // namespace emit_test

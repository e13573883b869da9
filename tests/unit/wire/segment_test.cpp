#include "sequent/wire/segment.hpp"

#include <gtest/gtest.h>

#include "tests/support/build.hpp"

namespace segment_test {

using namespace sequent;
using sequent::test::at;

TEST(segment, length_counts_text_syn_and_fin) {
  EXPECT_EQ(at(1).header.length(), 0u);
  EXPECT_EQ(at(1).ack(2).psh().urg(3).header.length(), 0u);
  EXPECT_EQ(at(1).syn().header.length(), 1u);
  EXPECT_EQ(at(1).fin().header.length(), 1u);
  EXPECT_EQ(at(1).syn().fin().length_only(10).header.length(), 12u);
  EXPECT_EQ(at(1).rst().length_only(4).header.length(), 4u);
}

TEST(segment, sack_blocks_hold_at_most_four) {
  sack_blocks<u32> blocks;
  for (u32 i = 0; i != 4; ++i) {
    EXPECT_TRUE(blocks.push({sequence_number<u32>(10 * i), sequence_number<u32>(10 * i + 5)}));
  }
  EXPECT_FALSE(blocks.push({sequence_number<u32>(99), sequence_number<u32>(100)}));
  ASSERT_EQ(blocks.view().size(), 4u);
  EXPECT_EQ(blocks.view()[3].left.wire(), 30u);
  EXPECT_EQ(blocks.view()[3].right.wire(), 35u);
}

TEST(segment, sack_blocks_are_equal_if_those_that_count_are) {
  const sack_block<u32> one{sequence_number<u32>(1), sequence_number<u32>(2)};
  const sack_block<u32> other{sequence_number<u32>(3), sequence_number<u32>(4)};
  sack_blocks<u32> a;
  sack_blocks<u32> b;
  b.block[0] = other;
  EXPECT_EQ(a, b);
  a.push(one);
  EXPECT_NE(a, b);
  b.push(one);
  EXPECT_EQ(a, b);
  b.block[0] = other;
  EXPECT_NE(a, b);
}

TEST(segment, options_are_absent_by_default) {
  const segment_options<u32> options;
  EXPECT_FALSE(options.mss);
  EXPECT_FALSE(options.window_scale);
  EXPECT_FALSE(options.sack_permitted);
  EXPECT_FALSE(options.ts);
  EXPECT_EQ(options.sack.count, 0u);
}

TEST(segment, equality_looks_at_every_field) {
  const auto base = at(5).ack(6).window(7).header;
  EXPECT_EQ(base, at(5).ack(6).window(7).header);
  EXPECT_NE(base, at(4).ack(6).window(7).header);
  EXPECT_NE(base, at(5).ack(7).window(7).header);
  EXPECT_NE(base, at(5).ack(6).window(8).header);
  EXPECT_NE(base, at(5).ack(6).window(7).fin().header);
  EXPECT_NE(base, at(5).ack(6).window(7).ts(1).header);
  EXPECT_NE(base, at(5).ack(6).window(7).length_only(1).header);
}

}  // namespace segment_test

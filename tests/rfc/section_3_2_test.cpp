// RFC 9293 section 3.2: options.
#include <gtest/gtest.h>

#include "tests/support/pair.hpp"

namespace sequent::test {
namespace section_3_2_test {

// covers: MUST-64
TEST(section_3_2, MUST_64_options_are_understood_at_any_alignment) {
  for (std::size_t shift = 0; shift != 8; ++shift) {
    std::vector<std::uint8_t> list(shift, 1);
    list.insert(list.end(), {3, 3, 5, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 30, 3, 0, 2, 4, 0x03, 0xe8, 4, 2});
    const auto options = parse_options(list);
    ASSERT_TRUE(options) << shift;
    EXPECT_EQ(options->window_scale, 5u);
    EXPECT_EQ(options->mss, 1'000u);
    EXPECT_TRUE(options->sack_permitted);
    ASSERT_TRUE(options->ts);
    EXPECT_EQ(options->ts->echo.wire(), 2u);
  }
}

// covers: MUST-65
TEST(section_3_2, MUST_65_mss_stands_on_syns_only) {
  pair<> net;
  net.open();
  (void)net.end[0].write(pattern(10'000));
  (void)net.end[1].write(pattern(10'000));
  net.run(s(5));
  (void)net.end[0].close(net.now);
  net.run(s(5));
  (void)net.end[1].close(net.now);
  net.run(s(5));
  std::size_t syns = 0;
  for (const passing& p : net.log) {
    EXPECT_EQ(p.segment.header.options.mss.has_value(), p.segment.header.control.syn());
    syns += p.segment.header.control.syn() ? 1u : 0u;
  }
  EXPECT_EQ(syns, 2u);
  EXPECT_GT(net.log.size(), 20u);
}

}  // namespace section_3_2_test
}  // namespace sequent::test

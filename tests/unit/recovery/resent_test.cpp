#include "sequent/recovery/resent.hpp"

#include <gtest/gtest.h>

namespace sequent::test {
namespace resent_test {

sequence_number<u32> at(u32 offset) { return sequence_number<u32>(0xffff'ff80u + offset); }

TEST(resent_octets, are_known_run_by_run) {
  resent_octets again;
  EXPECT_FALSE(again.holds(at(0), at(1)));
  EXPECT_FALSE(again.reaches_beyond(at(0)));
  again.add(at(100), at(200));
  again.add(at(300), at(400));
  EXPECT_TRUE(again.holds(at(100), at(200)));
  EXPECT_TRUE(again.holds(at(350), at(351)));
  EXPECT_FALSE(again.holds(at(99), at(101)));
  EXPECT_FALSE(again.holds(at(150), at(350))) << "what lies between was sent once";
  EXPECT_TRUE(again.overlaps(at(199), at(300)));
  EXPECT_FALSE(again.overlaps(at(200), at(300)));
  EXPECT_TRUE(again.reaches_beyond(at(399)));
  EXPECT_FALSE(again.reaches_beyond(at(400)));
}

TEST(resent_octets, runs_that_touch_or_overlap_are_one) {
  resent_octets again;
  again.add(at(100), at(200));
  again.add(at(300), at(400));
  again.add(at(200), at(300));
  EXPECT_EQ(again.size(), 1u);
  EXPECT_TRUE(again.holds(at(100), at(400)));
  again.add(at(50), at(450));
  EXPECT_EQ(again.size(), 1u);
  EXPECT_TRUE(again.holds(at(50), at(450)));
}

TEST(resent_octets, the_oldest_of_too_many_is_forgotten) {
  resent_octets again;
  for (u32 i = 0; i != resent_octets::most + 1; ++i) again.add(at(200 * i), at(200 * i + 100));
  EXPECT_EQ(again.size(), resent_octets::most);
  EXPECT_FALSE(again.holds(at(0), at(100)));
  for (u32 i = 1; i != resent_octets::most + 1; ++i) EXPECT_TRUE(again.holds(at(200 * i), at(200 * i + 100)));
}

TEST(resent_octets, nothing_seems_to_lie_ahead_half_a_circle_later) {
  resent_octets again;
  again.add(at(0), at(100));
  again.keep_in_reach(at(100 + (u32{1} << 30) - 1));
  EXPECT_EQ(again.size(), 1u);
  again.keep_in_reach(at(100 + (u32{1} << 30)));
  EXPECT_EQ(again, resent_octets{});
  again.add(at(0), at(100));
  again.add(at(u32{1} << 31), at((u32{1} << 31) + 100));
  EXPECT_EQ(again.size(), 1u);
  again.keep_in_reach(at(u32{1} << 31));
  EXPECT_EQ(again.size(), 1u) << "it is outstanding";
}

}  // namespace resent_test
}  // namespace sequent::test

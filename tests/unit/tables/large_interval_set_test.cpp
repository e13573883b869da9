#include "sequent/tables/large_interval_set.hpp"

#include <gtest/gtest.h>

#include <random>
#include <utility>
#include <vector>

namespace large_interval_set_test {

using namespace sequent;
using number = sequence_number<u32>;
using ranges = std::vector<std::pair<u32, u32>>;
using small_chunks = large_interval_set<200, 8>;

template <class Set>
ranges held(const Set& set, number origin) {
  ranges out;
  for (const interval& range : set.view()) out.emplace_back(range.first - origin, range.last - origin);
  return out;
}

// Everything is tried around several origins, those at which the numbers wrap among them.
class large_interval_set_at : public testing::TestWithParam<u32> {
 protected:
  const number origin{GetParam()};
  interval range(u32 first, u32 last) const { return {origin + first, origin + last}; }
};

INSTANTIATE_TEST_SUITE_P(origins, large_interval_set_at,
                         testing::Values(0u, 1'000u, 0x7fff'fff0u, 0x8000'0000u, 0xffff'fff0u, 0xffff'ffffu));

TEST_P(large_interval_set_at, keeps_what_comes_in_any_order_in_order) {
  for (const u32 stride : {1u, 199u, 77u}) {  // ascending, descending, scattered: all coprime to 200
    small_chunks set;
    ranges expected;
    for (u32 i = 0, at = 0; i != 200; ++i, at = (at + stride) % 200) {
      ASSERT_TRUE(set.insert(origin, range(10 + 3 * at, 12 + 3 * at)));
      expected.emplace_back(10 + 3 * i, 12 + 3 * i);
    }
    EXPECT_EQ(set.size(), 200u);
    EXPECT_EQ(held(set, origin), expected);
    EXPECT_EQ(set.furthest(), range(607, 609));
  }
}

// The same calls on the plain array, of which every case is tested elsewhere, must give the same answers.
TEST_P(large_interval_set_at, answers_as_the_plain_array_does) {
  std::mt19937 engine(GetParam());
  const auto draw = [&](u32 below) { return static_cast<u32>(engine() % below); };
  large_interval_set<100, 8> large;
  interval_set<100> plain;
  number at = origin;
  for (int i = 0; i != 20'000; ++i) {
    const u32 first = 1 + draw(500);
    switch (draw(16)) {
      case 0: {
        const u32 by = draw(60);
        const u32 follows = plain.take_from(at, at + by);
        ASSERT_EQ(large.take_from(at, at + by), follows);
        at = at + (by + follows);
        break;
      }
      case 1:
        if (draw(8) != 0) break;
        large.cut(at, at + first);
        plain.cut(at, at + first);
        break;
      default: {
        const interval add{at + first, at + first + 1u + (draw(50) == 0 ? draw(200) : draw(3))};
        ranges missing_here;
        ranges missing_there;
        const insertion here = large.insert(at, add, [&](u32 a, u32 b) { missing_here.emplace_back(a, b); });
        const insertion there = plain.insert(at, add, [&](u32 a, u32 b) { missing_there.emplace_back(a, b); });
        ASSERT_EQ(missing_here, missing_there);
        ASSERT_EQ(here.held, there.held);
        ASSERT_EQ(here.range, there.range);
        ASSERT_EQ(here.again, there.again);
      }
    }
    ASSERT_EQ(held(large, at), held(plain, at)) << "after " << i;
    const interval* const found = large.find(at, at + first);
    ASSERT_EQ(found != nullptr, plain.find(at, at + first) != nullptr);
    if (found != nullptr) {
      ASSERT_EQ(*found, *plain.find(at, at + first));
    }
  }
}

// As poor as chunks can get: every second interval of many full chunks is united with its neighbour.
TEST_P(large_interval_set_at, poor_chunks_leave_room_for_all_the_intervals_that_may_come) {
  large_interval_set<64, 8> set;
  for (u32 round = 0; round != 50; ++round) {
    for (u32 i = 0; set.size() != 64; ++i) set.insert(origin, range(10 + 4 * i, 12 + 4 * i));
    for (u32 i = 0; i < 64; i += 1 + round % 3) set.insert(origin, range(12 + 4 * i, 14 + 4 * i));
    for (u32 i = 0; i != 40; ++i) set.insert(origin, range(2'000 - 5 * i, 2'001 - 5 * i));
    ASSERT_LE(set.size(), 64u);
    const ranges all = held(set, origin);
    ASSERT_EQ(all.size(), set.size());
    for (std::size_t i = 1; i < all.size(); ++i) ASSERT_LT(all[i - 1].second, all[i].first);
  }
}

TEST_P(large_interval_set_at, refuses_what_would_be_one_too_many) {
  large_interval_set<8, 8> set;
  for (u32 i = 8; i != 0; --i) EXPECT_TRUE(set.insert(origin, range(i * 10, i * 10 + 5)));
  EXPECT_FALSE(set.insert(origin, range(90, 95)));
  EXPECT_FALSE(set.insert(origin, range(2, 3)));
  EXPECT_FALSE(set.insert(origin, range(46, 48)));
  EXPECT_TRUE(set.insert(origin, range(45, 50)));
  EXPECT_EQ(set.furthest(), range(80, 85));
  EXPECT_EQ(set.size(), 7u);
}

TEST_P(large_interval_set_at, one_interval_may_swallow_whole_chunks) {
  small_chunks set;
  for (u32 i = 0; i != 200; ++i) set.insert(origin, range(10 + 3 * i, 12 + 3 * i));
  ranges missing;
  const insertion done = set.insert(origin, range(20, 400), [&](u32 a, u32 b) { missing.emplace_back(a, b); });
  EXPECT_EQ(done.range, range(19, 402)) << "the last one is touched";
  EXPECT_EQ(done.again, range(20, 21));
  EXPECT_EQ(missing.size(), 127u);
  EXPECT_EQ(missing.front(), std::pair(21u, 22u));
  EXPECT_EQ(set.size(), 3u + 1u + 69u);
}

TEST_P(large_interval_set_at, beginning_anew_forgets_everything) {
  small_chunks set;
  for (u32 i = 0; i != 100; ++i) set.insert(origin, range(10 + 3 * i, 12 + 3 * i));
  set.clear();
  EXPECT_TRUE(set.empty());
  EXPECT_EQ(set, small_chunks());
  set.insert(origin, range(5, 6));
  EXPECT_EQ(held(set, origin), (ranges{{5, 6}}));
}

TEST_P(large_interval_set_at, equality_is_of_what_is_held) {
  small_chunks a;
  small_chunks b;
  for (u32 i = 0; i != 50; ++i) a.insert(origin, range(10 + 3 * i, 12 + 3 * i));
  for (u32 i = 50; i != 0; --i) b.insert(origin, range(7 + 3 * i, 9 + 3 * i));
  EXPECT_EQ(a, b);
  b.insert(origin, range(1, 2));
  EXPECT_NE(a, b);
}

}  // namespace large_interval_set_test

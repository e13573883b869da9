#include "sequent/tables/interval_set.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace interval_set_test {

using namespace sequent;
using number = sequence_number<u32>;
using ranges = std::vector<std::pair<u32, u32>>;

template <std::size_t Most>
ranges held(const interval_set<Most>& set, u32 origin) {
  ranges out;
  for (const interval& range : set.view()) out.emplace_back(range.first.wire() - origin, range.last.wire() - origin);
  return out;
}

// Everything is tried around several origins, those at which the numbers wrap among them.
class interval_set_at : public testing::TestWithParam<u32> {
 protected:
  const u32 origin = GetParam();
  interval range(u32 first, u32 last) const { return {number(origin + first), number(origin + last)}; }
};

INSTANTIATE_TEST_SUITE_P(origins, interval_set_at,
                         testing::Values(0u, 1'000u, 0x7fff'fff0u, 0x8000'0000u, 0xffff'fff0u, 0xffff'ffffu));

TEST_P(interval_set_at, keeps_disjoint_ranges_ascending) {
  interval_set<4> set;
  EXPECT_TRUE(set.empty());
  EXPECT_TRUE(set.insert(number(origin), range(30, 40)));
  EXPECT_TRUE(set.insert(number(origin), range(10, 20)));
  EXPECT_TRUE(set.insert(number(origin), range(50, 60)));
  EXPECT_EQ(held(set, origin), (ranges{{10, 20}, {30, 40}, {50, 60}}));
  EXPECT_FALSE(set.empty());
}

TEST_P(interval_set_at, joins_what_touches) {
  interval_set<4> set;
  set.insert(number(origin), range(10, 20));
  set.insert(number(origin), range(20, 30));
  EXPECT_EQ(held(set, origin), (ranges{{10, 30}}));
  set.insert(number(origin), range(5, 10));
  EXPECT_EQ(held(set, origin), (ranges{{5, 30}}));
}

TEST_P(interval_set_at, joins_what_overlaps_on_either_side_or_both) {
  interval_set<4> set;
  set.insert(number(origin), range(10, 20));
  set.insert(number(origin), range(30, 40));
  set.insert(number(origin), range(15, 35));
  EXPECT_EQ(held(set, origin), (ranges{{10, 40}}));
  set.insert(number(origin), range(1, 100));
  EXPECT_EQ(held(set, origin), (ranges{{1, 100}}));
  set.insert(number(origin), range(50, 60));
  EXPECT_EQ(held(set, origin), (ranges{{1, 100}}));
}

TEST_P(interval_set_at, one_range_may_swallow_several) {
  interval_set<4> set;
  set.insert(number(origin), range(10, 12));
  set.insert(number(origin), range(20, 22));
  set.insert(number(origin), range(30, 32));
  set.insert(number(origin), range(40, 42));
  set.insert(number(origin), range(11, 31));
  EXPECT_EQ(held(set, origin), (ranges{{10, 32}, {40, 42}}));
}

// Bounded work and C25: what has been reported is kept, and one more is refused wherever it lies.
TEST_P(interval_set_at, refuses_what_would_be_one_too_many) {
  interval_set<2> set;
  set.insert(number(origin), range(50, 60));
  set.insert(number(origin), range(30, 40));
  for (const u32 first : {10u, 42u, 70u}) {
    EXPECT_FALSE(set.insert(number(origin), range(first, first + 5)));
    EXPECT_EQ(held(set, origin), (ranges{{30, 40}, {50, 60}}));
  }
  EXPECT_TRUE(set.insert(number(origin), range(40, 45)));
  EXPECT_EQ(held(set, origin), (ranges{{30, 45}, {50, 60}}));
  EXPECT_TRUE(set.insert(number(origin), range(45, 50)));
  EXPECT_EQ(held(set, origin), (ranges{{30, 60}}));
}

TEST_P(interval_set_at, a_set_of_one_refuses_too) {
  interval_set<1> set;
  set.insert(number(origin), range(50, 60));
  EXPECT_FALSE(set.insert(number(origin), range(10, 20)));
  EXPECT_EQ(held(set, origin), (ranges{{50, 60}}));
}

TEST_P(interval_set_at, taking_up_to_a_gap_says_how_much_follows) {
  interval_set<4> set;
  set.insert(number(origin), range(10, 20));
  set.insert(number(origin), range(30, 40));
  EXPECT_EQ(set.take_from(number(origin), number(origin) + 5u), 0u);
  EXPECT_EQ(held(set, origin), (ranges{{10, 20}, {30, 40}}));
  EXPECT_EQ(set.take_from(number(origin), number(origin) + 10u), 10u);
  EXPECT_EQ(held(set, origin), (ranges{{30, 40}}));
}

TEST_P(interval_set_at, taking_into_the_middle_of_a_range_gives_its_rest) {
  interval_set<4> set;
  set.insert(number(origin), range(10, 20));
  EXPECT_EQ(set.take_from(number(origin), number(origin) + 13u), 7u);
  EXPECT_TRUE(set.empty());
}

TEST_P(interval_set_at, taking_forgets_what_lies_before) {
  interval_set<4> set;
  set.insert(number(origin), range(10, 20));
  set.insert(number(origin), range(25, 30));
  set.insert(number(origin), range(35, 40));
  EXPECT_EQ(set.take_from(number(origin), number(origin) + 27u), 3u);
  EXPECT_EQ(held(set, origin), (ranges{{35, 40}}));
}

TEST_P(interval_set_at, find_gives_the_range_around_a_number) {
  interval_set<4> set;
  set.insert(number(origin), range(10, 20));
  set.insert(number(origin), range(30, 40));
  const auto find = [&](u32 x) { return set.find(number(origin), number(origin + x)); };
  EXPECT_EQ(find(9), nullptr);
  ASSERT_NE(find(10), nullptr);
  EXPECT_EQ(*find(10), range(10, 20));
  EXPECT_EQ(*find(19), range(10, 20));
  EXPECT_EQ(find(20), nullptr);
  EXPECT_EQ(find(29), nullptr);
  EXPECT_EQ(*find(39), range(30, 40));
  EXPECT_EQ(find(40), nullptr);
}

TEST_P(interval_set_at, equality_ignores_what_was_held_once) {
  interval_set<4> a;
  interval_set<4> b;
  a.insert(number(origin), range(1, 2));
  a.insert(number(origin), range(5, 6));
  a.take_from(number(origin), number(origin) + 1u);
  b.insert(number(origin), range(5, 6));
  EXPECT_EQ(a, b);
  a.clear();
  EXPECT_TRUE(a.empty());
  EXPECT_NE(a, b);
}

// What a receiver needs to know: which octets to store, and which have come again.
TEST_P(interval_set_at, inserting_tells_what_was_missing_and_what_came_again) {
  interval_set<4> set;
  set.insert(number(origin), range(10, 20));
  set.insert(number(origin), range(30, 40));
  ranges missing;
  const auto note = [&](u32 from, u32 to) { missing.emplace_back(from, to); };
  insertion done = set.insert(number(origin), range(15, 50), note);
  EXPECT_EQ(missing, (ranges{{20, 30}, {40, 50}}));
  EXPECT_EQ(done.range, range(10, 50));
  EXPECT_EQ(done.again, range(15, 20));
  missing.clear();
  done = set.insert(number(origin), range(12, 13), note);
  EXPECT_TRUE(missing.empty());
  EXPECT_EQ(done.again, range(12, 13));
  done = set.insert(number(origin), range(50, 51), note);
  EXPECT_EQ(missing, (ranges{{50, 51}}));
  EXPECT_TRUE(done.again.empty()) << "touching is no repetition";
}

TEST_P(interval_set_at, what_is_not_held_is_not_stored) {
  interval_set<1> set;
  set.insert(number(origin), range(10, 20));
  const insertion done = set.insert(number(origin), range(30, 40), [](u32, u32) { FAIL(); });
  EXPECT_FALSE(done.held);
}

TEST_P(interval_set_at, advancing_tells_the_same) {
  interval_set<4> set;
  set.insert(number(origin), range(10, 20));
  set.insert(number(origin), range(30, 40));
  ranges missing;
  const insertion done =
      set.advance(number(origin), number(origin) + 35u, [&](u32 from, u32 to) { missing.emplace_back(from, to); });
  EXPECT_EQ(missing, (ranges{{0, 10}, {20, 30}}));
  EXPECT_EQ(done.range, range(0, 40));
  EXPECT_EQ(done.again, range(10, 20));
  EXPECT_TRUE(set.empty());
}

// All sequences of three ranges on a line of nine octets, against a map of octets. Overlaps of every kind are among
// them.
TEST_P(interval_set_at, equals_a_map_of_octets) {
  std::vector<std::pair<u32, u32>> all;
  for (u32 first = 1; first != 9; ++first) {
    for (u32 last = first + 1; last != 10; ++last) all.emplace_back(first, last);
  }
  for (const auto& a : all) {
    for (const auto& b : all) {
      for (const auto& c : all) {
        interval_set<5> set;
        bool map[10] = {};
        for (const auto& [first, last] : {a, b, c}) {
          ASSERT_TRUE(set.insert(number(origin), range(first, last)));
          for (u32 i = first; i != last; ++i) map[i] = true;
        }
        ranges expected;
        for (u32 i = 0; i != 10; ++i) {
          if (!map[i]) continue;
          if (expected.empty() || expected.back().second != i) expected.emplace_back(i, i);
          expected.back().second = i + 1;
        }
        ASSERT_EQ(held(set, origin), expected);
      }
    }
  }
}

}  // namespace interval_set_test

#include "sequent/tables/slot_pool.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace sequent {
namespace slot_pool_test {

TEST(slot_pool, holds_what_was_put_in_and_nothing_else) {
  slot_pool<int, 5> pool;
  std::map<u32, int> plain;
  std::mt19937 random(1);
  for (int i = 0; i != 10'000; ++i) {
    const auto index = static_cast<u32>(random() % 5);
    if (plain.count(index) != 0 && random() % 2 == 0) {
      pool.release(index);
      plain.erase(index);
    } else {
      const auto next = pool.next();
      const auto taken = pool.take(i);
      ASSERT_EQ(next, taken);
      ASSERT_EQ(taken.has_value(), plain.size() != 5);
      if (taken) {
        ASSERT_TRUE(plain.emplace(*taken, i).second);
      }
    }
    ASSERT_EQ(pool.size(), plain.size());
    ASSERT_EQ(pool.full(), plain.size() == 5);
    for (u32 each = 0; each != 6; ++each) {
      ASSERT_EQ(pool.holds(each), plain.count(each) != 0);
      if (plain.count(each) != 0) {
        ASSERT_EQ(pool[each], plain[each]);
      }
    }
  }
}

TEST(slot_pool, tells_one_generation_from_the_next) {
  slot_pool<int, 2> pool;
  const u32 index = *pool.take(1);
  const u32 first = pool.generation(index);
  EXPECT_TRUE(pool.holds(index, first));
  pool.release(index);
  EXPECT_FALSE(pool.holds(index, first));
  ASSERT_EQ(*pool.take(2), index);
  EXPECT_FALSE(pool.holds(index, first));
  EXPECT_TRUE(pool.holds(index, pool.generation(index)));
}

}  // namespace slot_pool_test
}  // namespace sequent

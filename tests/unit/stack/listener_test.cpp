#include "sequent/stack/listener.hpp"

#include <gtest/gtest.h>

namespace sequent {
namespace listener_test {

const ip_address one = ip_address::from_v4({10, 0, 0, 1});
const ip_address two = ip_address::from_v4({10, 0, 0, 2});

// covers: listeners
TEST(listener, at_an_address_goes_before_one_at_every_address) {
  listener_table<4> table;
  const u32 any = *table.add(std::nullopt, 80, 5);
  const u32 special = *table.add(one, 80, 5);
  EXPECT_EQ(table.find(one, 80), special);
  EXPECT_EQ(table.find(two, 80), any);
  EXPECT_EQ(table.find(one, 81), std::nullopt);
  EXPECT_EQ(table.find_exactly(std::nullopt, 80), any);
  EXPECT_EQ(table.find_exactly(two, 80), std::nullopt);
  table.remove(any);
  EXPECT_EQ(table.find(two, 80), std::nullopt);
  EXPECT_EQ(table.find(one, 80), special);
}

// Ports 80, 88 and 96 share a bucket of eight.
TEST(listener, is_found_among_others_of_its_bucket) {
  listener_table<4> table;
  const u32 a = *table.add(std::nullopt, 80, 1);
  const u32 b = *table.add(std::nullopt, 88, 2);
  const u32 c = *table.add(std::nullopt, 96, 3);
  const u32 d = *table.add(std::nullopt, 7, 4);
  EXPECT_FALSE(table.add(std::nullopt, 8, 1));
  EXPECT_EQ(table.find(one, 80), a);
  EXPECT_EQ(table.find(one, 88), b);
  EXPECT_EQ(table.find(one, 96), c);
  EXPECT_EQ(table.find(one, 7), d);
  const u32 generation = table.generation(b);
  table.remove(b);
  EXPECT_EQ(table.find(one, 88), std::nullopt);
  EXPECT_EQ(table.find(one, 80), a);
  EXPECT_EQ(table.find(one, 96), c);
  EXPECT_FALSE(table.holds(b, generation));
  EXPECT_EQ(table.size(), 3u);
}

}  // namespace listener_test
}  // namespace sequent

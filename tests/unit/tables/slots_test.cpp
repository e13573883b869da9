#include "sequent/tables/slots.hpp"

#include <gtest/gtest.h>

#include <array>

namespace slots_test {

using namespace sequent;

TEST(slots, inline_storage_is_copied_with_its_owner) {
  inline_slots<int, 3> a;
  a.slots()[1] = 7;
  inline_slots<int, 3> b = a;
  b.slots()[1] = 8;
  EXPECT_EQ(a.slots()[1], 7);
  EXPECT_EQ(std::as_const(a).slots().size(), 3u);
}

TEST(slots, given_storage_is_shared) {
  std::array<int, 4> mine{};
  span_slots<int> a(mine);
  span_slots<int> b = a;
  b.slots()[2] = 5;
  EXPECT_EQ(std::as_const(a).slots()[2], 5);
  EXPECT_EQ(mine[2], 5);
  EXPECT_TRUE(span_slots<int>().slots().empty());
}

}  // namespace slots_test

#include "sequent/stack/slot.hpp"

#include <gtest/gtest.h>

#include <type_traits>

#include "tests/support/stack_net.hpp"

namespace sequent::test {
namespace stack_slot_test {

struct sleepy_policy : small_stack_policy {
  static constexpr stack_sizes sizes =
      test::with(small_stack_policy::sizes, [](stack_sizes& each) { each.max_awake = 2; });
};
struct tagged_policy : sleepy_policy {
  using tag = void*;
};
using waking = stack_slots<small_stack_policy>;
using sleeping = stack_slots<sleepy_policy>;

// covers: sleeping
TEST(stack_slot, a_sleeper_keeps_no_buffers) {
  EXPECT_FALSE(waking::sleeps);
  EXPECT_TRUE(sleeping::sleeps);
  EXPECT_EQ(waking::max_awake, 4u);
  EXPECT_EQ(sleeping::max_awake, 2u);
  EXPECT_GT(sizeof(waking::slot), 8'192u);
  EXPECT_LE(sizeof(sleeping::slot), 464u);
}

TEST(stack_slot, what_is_looked_at_first_stands_right_before_the_connection) {
  const waking::slot at(flow{}, connection_config{}, inline_storage<4'096>{}, inline_storage<4'096>{});
  const auto first = reinterpret_cast<const std::byte*>(&at);
  EXPECT_EQ(reinterpret_cast<const std::byte*>(&at.tcp) - first,
            static_cast<std::ptrdiff_t>(sizeof(waking::doorplate)));
}

TEST(stack_slot, a_tag_costs_those_who_want_one) {
  EXPECT_EQ(sizeof(stack_slots<tagged_policy>::slot), sizeof(sleeping::slot) + sizeof(void*));
}

}  // namespace stack_slot_test
}  // namespace sequent::test

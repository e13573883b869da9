#include "sequent/stack/records.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace sequent::test {
namespace stack_records_test {

using namespace stack_records;

// A record owes nothing at first and stands in no line.
TEST(stack_records, begin_without_debts) {
  for (const debt& owes : {half_open_slot{}.owes, time_wait_slot{}.owes, waiting_reply{}.owes}) {
    EXPECT_FALSE(owes.line.linked());
    EXPECT_FALSE(owes.syn_ack || owes.fast_open || owes.ack || owes.reset);
  }
  EXPECT_EQ(half_open_slot{}.former, nobody);
  EXPECT_EQ(time_wait_slot{}.successor, nobody);
}

// What a flood of SYNs and a flood of closes can make a stack keep, apiece.
// covers: listeners time-wait-records
TEST(stack_records, are_small) {
  EXPECT_LE(sizeof(half_open_slot), 160u);
  EXPECT_LE(sizeof(time_wait_slot), 128u);
  EXPECT_TRUE(std::is_trivially_destructible_v<half_open_slot> && std::is_trivially_destructible_v<time_wait_slot>);
}

}  // namespace stack_records_test
}  // namespace sequent::test

#include "sequent/transfer/table_sizes.hpp"

#include <gtest/gtest.h>

#include "sequent/connection.hpp"

namespace sequent {
namespace {

TEST(table_sizes, follow_the_buffer) {
  EXPECT_EQ(held_ranges_for(65'536), 23u);
  EXPECT_EQ(sent_runs_for(65'536), 64u);
  EXPECT_EQ(held_ranges_for(1 << 20), 360u);
  EXPECT_EQ(held_ranges_for(1 << 20, 536), 979u);
  EXPECT_EQ(held_ranges_for(1), 4u);
  EXPECT_EQ(sent_runs_for(1), 20u);
  EXPECT_EQ(held_ranges_for(1 << 30), max_table_entries);
  EXPECT_EQ(sent_runs_for(1 << 30), max_table_entries);
}

struct larger : default_policy {
  using send_storage = inline_storage<(1 << 20)>;
  using receive_storage = inline_storage<(1 << 20)>;
};
struct told : larger {
  static constexpr std::size_t max_held_ranges = 7;
  static constexpr std::size_t max_sent_runs = 9;
};
struct lent : default_policy {
  using send_storage = span_storage;
  using receive_storage = span_storage;
};

TEST(table_sizes, of_a_connection_are_what_its_policy_says_or_follow_its_storage) {
  EXPECT_EQ(connection<>::max_held_ranges, 23u);
  EXPECT_EQ(connection<>::max_sent_runs, 64u);
  EXPECT_EQ(connection<larger>::max_held_ranges, 360u);
  EXPECT_EQ(connection<larger>::max_sent_runs, 738u);
  EXPECT_EQ(connection<told>::max_held_ranges, 7u);
  EXPECT_EQ(connection<told>::max_sent_runs, 9u);
  EXPECT_EQ(connection<lent>::max_held_ranges, connection<>::max_held_ranges);
}

}  // namespace
}  // namespace sequent

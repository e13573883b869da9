// covers: bounded-resends
#include "model/spec/oracles/resends.hpp"

#include <gtest/gtest.h>

namespace sequent::spec {
namespace oracle_resends_test {

resends_oracle ten_segments() {
  resends_oracle o({.round_trip = 100, .smss = 1'000});
  o.uses(10'000, 0);
  o.sent(1, 10'001, 0);
  return o;
}

TEST(oracle_resends, new_text_is_no_repetition) { EXPECT_EQ(ten_segments().violation(), ""); }

TEST(oracle_resends, a_window_and_a_segment_may_go_again_within_a_round_trip) {
  resends_oracle o = ten_segments();
  o.sent(1, 10'001, 10);
  o.sent(1, 1'001, 20);
  EXPECT_EQ(o.violation(), "");
  o.sent(1'001, 1'002, 30);
  EXPECT_NE(o.violation(), "");
}

TEST(oracle_resends, the_window_shrinks_with_the_segments) {
  for (const position after : {536, 5'360, 5'361}) {
    resends_oracle o = ten_segments();
    o.narrowed(1'000, 536, 10'000, after);
    EXPECT_EQ(o.violation().empty(), after <= 5'360) << after;
  }
}

TEST(oracle_resends, a_round_trip_later_as_much_may_go_again) {
  resends_oracle o = ten_segments();
  o.sent(1, 10'001, 10);
  o.sent(1, 10'001, 110);
  EXPECT_EQ(o.violation(), "");
}

TEST(oracle_resends, what_is_acknowledged_meanwhile_makes_room) {
  resends_oracle o = ten_segments();
  o.sent(1, 10'001, 10);
  o.delivered({4'001, 5'001}, 20);
  o.delivered({1, 1'001}, 20);
  o.acknowledged_until(1'001);
  o.delivered({4'001, 5'001}, 20);  // not a second time
  o.sent(2'001, 5'001, 30);
  EXPECT_EQ(o.violation(), "");
  o.sent(2'001, 2'002, 30);
  EXPECT_NE(o.violation(), "");
}

// The window before a timeout counts for a round trip, no longer.
TEST(oracle_resends, a_window_that_has_shrunk_counts_until_a_round_trip_has_passed) {
  resends_oracle o = ten_segments();
  o.uses(1'000, 50);
  o.sent(1, 5'001, 60);
  EXPECT_EQ(o.violation(), "");
  o.sent(1, 2'002, 200);
  EXPECT_NE(o.violation(), "");
}

TEST(oracle_resends, only_the_part_that_was_sent_before_counts) {
  resends_oracle o({.round_trip = 100, .smss = 10});
  o.uses(10, 0);
  o.sent(1, 11, 0);
  o.sent(1, 1'000, 1);
  EXPECT_EQ(o.violation(), "");
}

}  // namespace oracle_resends_test
}  // namespace sequent::spec

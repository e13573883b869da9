// covers: SHLD-7 rfc9293#3.8.6.2.1
#include "model/spec/oracles/silly_window.hpp"

#include <gtest/gtest.h>

namespace sequent::spec {
namespace oracle_silly_window_test {

// A small segment in the middle of the queue, with nothing outstanding.
new_text small() { return {.length = 100, .full = 500, .unsent = 300, .max_window = 1'000}; }

TEST(oracle_silly_window, a_full_segment_may_always_go) {
  new_text sent = small();
  sent.length = 500;
  sent.outstanding = true;
  EXPECT_EQ(why_silly(sent), "");
}

TEST(oracle_silly_window, a_small_one_waits) { EXPECT_NE(why_silly(small()), ""); }

TEST(oracle_silly_window, the_end_of_what_was_written_may_go_when_nothing_is_outstanding) {
  new_text sent = small();
  sent.unsent = 100;
  EXPECT_EQ(why_silly(sent), "");
  sent.outstanding = true;
  EXPECT_NE(why_silly(sent), "");
  sent.nagle = false;
  EXPECT_EQ(why_silly(sent), "");
}

TEST(oracle_silly_window, with_the_modification_only_what_is_small_holds_back) {
  new_text sent = small();
  sent.unsent = 100;
  sent.modified = sent.outstanding = true;
  EXPECT_EQ(why_silly(sent), "");
  sent.small = true;
  EXPECT_NE(why_silly(sent), "");
}

TEST(oracle_silly_window, a_fin_waits_for_nothing) {
  new_text sent = small();
  sent.unsent = 100;
  sent.outstanding = sent.fin = true;
  EXPECT_EQ(why_silly(sent), "");
}

TEST(oracle_silly_window, half_of_the_largest_window_is_enough) {
  new_text sent = small();
  sent.max_window = 200;
  EXPECT_EQ(why_silly(sent), "");
  sent.max_window = 202;
  EXPECT_NE(why_silly(sent), "");
  sent.max_window = 200;
  sent.outstanding = true;
  EXPECT_NE(why_silly(sent), "");
}

TEST(oracle_silly_window, the_override_timeout_is_the_end_of_waiting) {
  new_text sent = small();
  sent.override = sent.outstanding = true;
  EXPECT_EQ(why_silly(sent), "");
}

// covers: MUST-38
TEST(override_clock, small_text_goes_out_in_time_whatever_else_happens) {
  override_clock c(200, 1);
  const held_text left{.unsent = 100, .usable = 10};
  for (const microseconds at : {0, 50, 100, 150, 201}) c.now_is(left, at);
  EXPECT_EQ(c.violation(), "");
  c.now_is(left, 202);
  EXPECT_NE(c.violation(), "");
}

// covers: MUST-38
TEST(override_clock, a_window_that_closes_meanwhile_puts_nothing_off) {
  override_clock c(200, 0);
  for (const microseconds at : {0, 100, 200, 300}) {
    c.now_is({.unsent = 100, .usable = at % 200 == 0 ? 10 : 0}, at);
    EXPECT_EQ(c.violation(), "");
  }
  c.now_is({.unsent = 100, .usable = 1}, 301);
  EXPECT_NE(c.violation(), "");
}

TEST(override_clock, starts_over_when_something_went_or_something_else_holds_it) {
  for (const held_text& other :
       {held_text{.unsent = 100, .usable = 9, .outstanding = true}, held_text{.unsent = 100, .usable = 9, .held = true},
        held_text{.unsent = 0, .usable = 9}}) {
    override_clock c(200, 0);
    c.now_is({.unsent = 100, .usable = 10}, 0);
    c.now_is(other, 150);
    c.now_is({.unsent = 100, .usable = 10}, 160);
    c.now_is({.unsent = 100, .usable = 10}, 360);
    EXPECT_EQ(c.violation(), "");
  }
  override_clock c(200, 0);
  c.now_is({.unsent = 100, .usable = 10}, 0);
  c.sent();
  c.now_is({.unsent = 90, .usable = 10}, 150);
  c.now_is({.unsent = 90, .usable = 10}, 350);
  EXPECT_EQ(c.violation(), "");
}

}  // namespace oracle_silly_window_test
}  // namespace sequent::spec

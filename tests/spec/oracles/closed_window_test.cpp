// covers: SHLD-29 SHLD-30 rfc6429
#include "model/spec/oracles/closed_window.hpp"

#include <gtest/gtest.h>

namespace sequent::spec {
namespace oracle_closed_window_test {

constexpr microseconds second = 1'000'000;

waiting_sender offered(position window) {
  return {.window = window, .max_window = 10'000, .full = 1'460, .waits = true};
}

TEST(oracle_closed_window, probes_come_after_one_timeout_and_twice_as_long_each_time) {
  closed_window_oracle o({});
  o.now_is(offered(0), 0);
  o.probed(second);
  o.probed(3 * second);
  o.probed(7 * second);
  EXPECT_EQ(o.violation(), "");
  o.probed(14 * second);
  EXPECT_NE(o.violation(), "");
}

TEST(oracle_closed_window, the_first_probe_waits_too) {
  closed_window_oracle o({});
  o.now_is(offered(0), 0);
  o.probed(second - 1);
  EXPECT_NE(o.violation(), "");
}

TEST(oracle_closed_window, no_probe_has_to_wait_for_more_than_the_longest_timeout) {
  closed_window_oracle o({.most = 4 * second});
  o.now_is(offered(0), 0);
  for (const int at : {1, 3, 7, 11, 15}) o.probed(at * second);
  EXPECT_EQ(o.violation(), "");
}

TEST(oracle_closed_window, a_window_that_opened_is_probed_anew) {
  closed_window_oracle o({});
  o.now_is(offered(0), 0);
  o.probed(second);
  o.now_is(offered(1), 2 * second);
  o.now_is(offered(0), 2 * second);
  o.probed(3 * second);
  EXPECT_EQ(o.violation(), "");
}

TEST(oracle_closed_window, the_limit_counts_from_when_something_waits) {
  closed_window_oracle o({.limit = 30 * second});
  waiting_sender idle = offered(0);
  idle.waits = false;
  o.now_is(idle, 0);
  o.now_is(idle, 100 * second);
  o.now_is(offered(0), 100 * second);
  o.now_is(offered(0), 130 * second);
  EXPECT_EQ(o.violation(), "");
  o.now_is(offered(0), 131 * second);
  EXPECT_NE(o.violation(), "");
}

TEST(oracle_closed_window, a_window_that_is_worth_no_segment_is_closed) {
  for (const position window : {position{1}, position{1'459}, position{1'460}}) {
    closed_window_oracle o({.limit = 30 * second});
    o.now_is(offered(0), 0);
    o.now_is(offered(window), 20 * second);
    o.now_is(offered(0), 20 * second);
    o.now_is(offered(0), 40 * second);
    EXPECT_EQ(o.violation().empty(), window == 1'460) << window;
  }
}

TEST(oracle_closed_window, half_of_a_small_receiver_is_worth_a_segment) {
  closed_window_oracle o({.limit = 30 * second});
  waiting_sender s = offered(200);
  s.max_window = 400;
  o.now_is(s, 0);
  o.now_is(s, 100 * second);
  EXPECT_EQ(o.violation(), "");
}

TEST(oracle_closed_window, what_has_ended_waits_no_more) {
  closed_window_oracle o({.limit = 30 * second});
  o.now_is(offered(0), 0);
  waiting_sender gone = offered(0);
  gone.ended = true;
  o.now_is(gone, 30 * second);
  o.now_is(gone, 90 * second);
  EXPECT_EQ(o.violation(), "");
}

TEST(oracle_closed_window, only_silence_ends_a_connection_behind_a_closed_window) {
  closed_window_oracle answers({.patience = 20 * second});
  answers.asked(0);
  answers.answered();
  answers.given_up(3'600 * second);
  EXPECT_NE(answers.violation(), "");
  closed_window_oracle hasty({.patience = 20 * second});
  hasty.asked(60 * second);
  hasty.asked(70 * second);
  hasty.given_up(79 * second);
  EXPECT_NE(hasty.violation(), "");
  closed_window_oracle silent({.patience = 20 * second});
  silent.asked(60 * second);
  silent.asked(75 * second);
  silent.given_up(80 * second);
  EXPECT_EQ(silent.violation(), "");
}

}  // namespace oracle_closed_window_test
}  // namespace sequent::spec

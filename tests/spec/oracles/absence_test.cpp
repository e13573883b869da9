// covers: MUST-20 MUST-29 SHLD-11
#include "model/spec/oracles/absence.hpp"

#include <gtest/gtest.h>

namespace sequent::spec {
namespace oracle_absence_test {

constexpr microseconds second = 1'000'000;

// Something is outstanding, the user waits 20 s, and the host was away for an hour.
absence_oracle back_again() {
  absence_oracle o;
  o.now_is(20 * second, 0);
  o.leaves();
  o.returned(3'599 * second, second, second, 3'600 * second);
  return o;
}

TEST(oracle_absence, who_was_not_asked_again_is_not_given_up) {
  absence_oracle o = back_again();
  o.given_up(3'620 * second);
  EXPECT_NE(o.violation(), "");
}

TEST(oracle_absence, who_was_asked_has_a_timeout_to_answer) {
  absence_oracle hasty = back_again();
  hasty.asked(3'600 * second);
  hasty.given_up(3'601 * second - 1);
  EXPECT_NE(hasty.violation(), "");
  absence_oracle patient = back_again();
  patient.asked(3'600 * second);
  patient.given_up(3'601 * second);
  EXPECT_EQ(patient.violation(), "");
}

TEST(oracle_absence, who_comes_late_by_less_than_a_timeout_was_not_away) {
  absence_oracle o;
  o.now_is(20 * second, 0);
  o.returned(second - 1, second, second, 20 * second);
  o.given_up(20 * second);
  EXPECT_EQ(o.violation(), "");
}

TEST(oracle_absence, one_that_was_asked_in_vain_before_is_not_asked_again) {
  absence_oracle o = back_again();
  o.asked(3'600 * second);
  o.leaves();
  o.returned(3'599 * second, second, second, 7'200 * second);
  o.given_up(7'200 * second);
  EXPECT_EQ(o.violation(), "");
  absence_oracle answered = back_again();
  answered.asked(3'600 * second);
  answered.heard(false);
  answered.leaves();
  answered.returned(3'599 * second, second, second, 7'200 * second);
  answered.given_up(7'200 * second);
  EXPECT_NE(answered.violation(), "");
}

TEST(oracle_absence, an_answer_from_behind_a_closed_window_is_one_to_the_user_who_waits_for_it_to_open) {
  absence_oracle o = back_again();
  o.asked(3'600 * second);
  o.heard(true);
  o.leaves();
  o.returned(3'599 * second, second, second, 7'200 * second);
  o.given_up(7'200 * second);
  EXPECT_EQ(o.violation(), "");
}

// Decision 0035: the limit waits once while a window stays closed, whether the wait ended with a question or with news.
TEST(oracle_absence, news_from_behind_a_closed_window_before_it_was_asked_is_one_too_until_the_window_opens) {
  absence_oracle o = back_again();
  o.heard(true);
  absence_oracle opened = o;
  o.leaves();
  o.returned(3'599 * second, second, second, 7'200 * second);
  o.given_up(7'200 * second);
  EXPECT_EQ(o.violation(), "");
  opened.heard(false);
  opened.leaves();
  opened.returned(3'599 * second, second, second, 7'200 * second);
  opened.given_up(7'200 * second);
  EXPECT_NE(opened.violation(), "");
}

TEST(oracle_absence, silence_ends_in_the_end_by_the_hosts_own_time) {
  absence_oracle o = back_again();
  o.now_is(20 * second, 3'600 * second);
  o.now_is(20 * second, 3'600 * second + 140 * second);
  EXPECT_EQ(o.violation(), "");
  o.now_is(20 * second, 3'600 * second + 140 * second + 1);
  EXPECT_NE(o.violation(), "");
}

}  // namespace oracle_absence_test
}  // namespace sequent::spec

#include "model/spec/oracles/finish.hpp"

#include <gtest/gtest.h>

namespace sequent::spec {
namespace {

constexpr microseconds second = 1'000'000;

/// A path of 20 ms, over which something waits from the moment 0.
finish_oracle waiting() {
  finish_oracle judge({});
  judge.travelled(0, 10'000);
  judge.travelled(1, 10'000);
  judge.waits(0, true);
  return judge;
}

TEST(oracle_finish, lets_round_trips_take_their_time) {
  finish_oracle judge = waiting();
  EXPECT_EQ(judge.quick(), 280'000);
  judge.moved(judge.quick(), {1, 100}, 100, true, false);
  EXPECT_EQ(judge.violation(), "");
}

TEST(oracle_finish, wants_a_cause_for_a_longer_pause) {
  for (const bool lost : {false, true}) {
    finish_oracle judge = waiting();
    if (lost) judge.disturbed(5'000);
    judge.moved(second, {1, 100}, 100, true, false);
    EXPECT_EQ(judge.violation() == "", lost);
  }
}

TEST(oracle_finish, lets_one_loss_explain_one_pause) {
  finish_oracle judge = waiting();
  judge.disturbed(5'000);
  judge.repeated();
  judge.moved(second + 20'000, {1, 100}, 200, false, false);
  EXPECT_EQ(judge.violation(), "");
  judge.moved(3 * second, {100, 200}, 300, true, false);
  EXPECT_NE(judge.violation(), "");
}

// covers: rfc6298#5.4 rfc6582#3.2
TEST(oracle_finish, lets_what_is_lost_beside_a_repetition_explain_the_next_pause) {
  for (const bool beside : {true, false}) {
    finish_oracle judge = waiting();
    judge.disturbed(5'000);
    if (!beside) judge.disturbed(second);
    judge.repeated();
    if (beside) judge.disturbed(second);
    judge.moved(second + 20'000, {1, 100}, 200, false, false);
    EXPECT_EQ(judge.violation(), "");
    judge.moved(3 * second, {100, 200}, 300, true, false);
    EXPECT_EQ(judge.violation() == "", beside);
  }
}

// covers: rfc6298#3
TEST(oracle_finish, lets_back_off_stay_while_repetitions_keep_anything_from_being_measured) {
  for (const bool repeats : {true, false}) {
    finish_oracle judge = waiting();
    for (const microseconds at : {0, 1, 3}) judge.disturbed(at * second);
    judge.repeated();
    judge.moved(7 * second + 20'000, {1, 100}, 200, false, false);
    judge.moved(7 * second + 40'000, {200, 300}, 400, true, false);
    if (repeats) judge.sent_again(400);
    judge.moved(7 * second + 60'000, {400, 500}, 600, true, false);
    judge.disturbed(7 * second + 70'000);
    judge.moved(15 * second, {600, 700}, 800, true, false);
    EXPECT_EQ(judge.violation() == "", repeats) << judge.violation();
  }
}

// covers: rfc6298#5.3
TEST(oracle_finish, lets_a_loss_explain_one_more_pause_where_nothing_was_repeated_in_the_first) {
  finish_oracle judge = waiting();
  judge.disturbed(0);
  judge.moved(900'000, {1, 100}, 200, true, false);  // with the peer's own repetition
  judge.moved(1'900'000, {100, 200}, 300, true, false);
  EXPECT_EQ(judge.violation(), "");
  judge.moved(2'900'000, {200, 300}, 400, true, false);
  EXPECT_NE(judge.violation(), "");
}

// Back-off stays until something sent once is measured, and is the longest at most (RFC 6298 sections 2.5 and 5.5).
TEST(oracle_finish, lets_what_is_lost_beside_a_repetition_wait_as_long_as_the_timer_was_backed_off) {
  for (const bool in_time : {true, false}) {
    finish_oracle judge = waiting();
    for (const microseconds at : {0, 1, 3, 7, 15, 31}) judge.disturbed(at * second);
    judge.repeated();
    judge.repeated();
    judge.disturbed(63 * second);
    judge.moved(63 * second + 20'000, {1, 100}, 800, false, false);
    judge.moved((in_time ? 123 : 124) * second + 20'000, {100, 200}, 800, false, false);
    EXPECT_EQ(judge.violation() == "", in_time) << judge.violation();
  }
}

TEST(oracle_finish, ends_a_pause_one_timeout_after_what_was_last_lost) {
  for (const bool in_time : {true, false}) {
    finish_oracle judge = waiting();
    judge.disturbed(3 * second);                                           // the repetition of the second timeout
    judge.moved((in_time ? 7 : 8) * second, {1, 100}, 100, false, false);  // the third: 3 s, and 4 s more
    EXPECT_EQ(judge.violation() == "", in_time);
  }
}

TEST(oracle_finish, waits_three_seconds_where_the_syn_was_repeated) {
  for (const bool repeated : {true, false}) {
    finish_oracle judge = waiting();
    if (repeated) judge.syn_repeated();
    judge.disturbed(5'000);
    judge.moved(3 * second, {1, 100}, 100, true, false);
    EXPECT_EQ(judge.violation() == "", repeated);
  }
}

TEST(oracle_finish, counts_no_time_in_which_nothing_waits) {
  finish_oracle judge = waiting();
  judge.waits(10'000, false);
  judge.waits(60 * second, true);
  judge.moved(60 * second + 20'000, {1, 100}, 100, true, false);
  EXPECT_EQ(judge.violation(), "");
}

}  // namespace
}  // namespace sequent::spec

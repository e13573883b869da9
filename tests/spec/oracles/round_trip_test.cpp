#include "model/spec/oracles/round_trip.hpp"

#include <gtest/gtest.h>

namespace sequent::spec {
namespace {

TEST(oracle_round_trip, takes_what_was_sent_once) {
  round_trip_oracle judge;
  judge.sent({0, 100}, 1'000, 1);
  judge.sent({100, 200}, 1'500, 1);
  judge.acknowledged(200, {}, {}, 500, 2'000);
  EXPECT_EQ(judge.violation(), "");
}

TEST(oracle_round_trip, refuses_a_time_that_nothing_took) {
  round_trip_oracle judge;
  judge.sent({0, 100}, 1'000, 1);
  judge.acknowledged(100, {}, {}, 999, 2'000);
  EXPECT_NE(judge.violation(), "");
}

TEST(oracle_round_trip, refuses_what_was_sent_twice_unless_the_echo_tells) {
  for (const std::int64_t echoed : {-1, 0, 6}) {
    round_trip_oracle judge;
    judge.sent({0, 100}, 1'000, 1);
    judge.sent({0, 100}, 6'000, 6);
    judge.acknowledged(100, {}, echoed < 0 ? std::nullopt : std::optional(echoed), 2'000, 8'000);
    EXPECT_EQ(judge.violation() == "", echoed == 6) << echoed;
  }
}

// covers: rfc7323#4.2
TEST(oracle_round_trip, refuses_two_samples_of_one_round_trip) {
  for (const microseconds second_sent : {1'500, 2'000}) {
    round_trip_oracle judge;
    judge.sent({0, 100}, 1'000, 1);
    if (second_sent == 1'500) judge.sent({100, 200}, 1'500, 1);
    judge.acknowledged(100, {}, {}, 1'000, 2'000);
    if (second_sent == 2'000) judge.sent({100, 200}, 2'000, 2);
    judge.acknowledged(200, {}, {}, 3'000 - second_sent, 3'000);
    EXPECT_EQ(judge.violation() == "", second_sent == 2'000);
  }
}

TEST(oracle_round_trip, misses_a_sample_that_was_due) {
  round_trip_oracle judge;
  judge.sent({0, 100}, 1'000, 1);
  judge.acknowledged(100, {}, {}, {}, 2'000);
  EXPECT_NE(judge.violation(), "");
  round_trip_oracle patient;
  patient.sent({0, 100}, 1'000, 1);
  patient.sent({0, 100}, 2'000, 2);
  patient.acknowledged(100, {}, {}, {}, 3'000);
  EXPECT_EQ(patient.violation(), "");
}

// covers: rfc6298#3
TEST(oracle_round_trip, with_sack_wants_what_arrives_by_itself_measured_as_long_as_nothing_was) {
  for (const bool sack : {false, true}) {
    round_trip_oracle judge(sack);
    judge.sent({0, 100}, 1'000, 1);
    judge.sent({100, 200}, 1'000, 1);
    judge.abandoned();
    judge.sent({0, 100}, 1'001'000, 1'001);
    judge.acknowledged(0, {{100, 200}}, {}, {}, 1'900'000);
    EXPECT_EQ(judge.violation() == "", !sack);
  }
}

// Two transmissions within one tick have the same timestamp: the echo does not tell them apart.
TEST(oracle_round_trip, refuses_an_echo_that_both_transmissions_have) {
  round_trip_oracle judge;
  judge.sent({0, 100}, 1'000, 1);
  judge.sent({0, 100}, 1'900, 1);
  judge.acknowledged(100, {}, 1, 2'100, 4'000);
  EXPECT_NE(judge.violation(), "");
}

TEST(oracle_round_trip, wants_the_first_after_a_timeout_measured_where_the_echo_tells) {
  for (const std::int64_t echoed : {0, 1'001}) {
    round_trip_oracle judge;
    judge.sent({0, 100}, 1'000, 1);
    judge.abandoned();
    judge.sent({0, 100}, 1'001'000, 1'001);
    judge.acknowledged(100, {}, echoed, {}, 1'001'100);
    EXPECT_EQ(judge.violation() == "", echoed == 0) << echoed;
  }
}

}  // namespace
}  // namespace sequent::spec

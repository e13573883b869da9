// covers: rfc5681#4.3
#include "model/spec/oracles/repeated_loss.hpp"

#include <gtest/gtest.h>

namespace sequent::spec {
namespace oracle_repeated_loss_test {

using windows = repeated_loss_oracle::windows;

repeated_loss_oracle with_one_sent_again() {
  repeated_loss_oracle o({.smss = 1'000});
  o.recovery_begins();
  o.repeated({0, 1'000}, 10);
  return o;
}

TEST(oracle_repeated_loss, wants_half_of_ssthresh_for_each_loss_of_what_was_sent_again) {
  auto o = with_one_sent_again();
  o.lost({{0, 1'000}}, {9'000, 16'000}, {9'000, 8'000}, false, 20);
  o.repeated({0, 1'000}, 20);
  o.lost({{0, 1'000}}, {9'000, 8'000}, {9'000, 4'000}, false, 40);
  EXPECT_EQ(o.violation(), "");
  o.repeated({0, 1'000}, 40);
  o.lost({{0, 1'000}}, {9'000, 4'000}, {9'000, 4'000}, false, 60);
  EXPECT_NE(o.violation(), "");
}

TEST(oracle_repeated_loss, asks_nothing_for_a_first_loss_nor_for_what_was_sent_again_before_the_latest_reduction) {
  auto o = with_one_sent_again();
  o.lost({{1'000, 2'000}}, {9'000, 16'000}, {9'000, 16'000}, false, 20);
  o.timed_out(30);
  o.lost({{0, 1'000}}, {9'000, 16'000}, {9'000, 16'000}, false, 40);
  EXPECT_EQ(o.violation(), "");
}

TEST(oracle_repeated_loss, knows_what_has_arrived) {
  auto o = with_one_sent_again();
  o.acknowledged(1'000);
  o.lost({{0, 2'000}}, {9'000, 16'000}, {9'000, 16'000}, false, 20);
  EXPECT_EQ(o.violation(), "");
}

TEST(oracle_repeated_loss, lets_ssthresh_be_two_segments_and_the_window_after_a_timeout_one) {
  auto o = with_one_sent_again();
  o.timed_out(5);
  o.lost({{500, 600}}, {1'000, 2'000}, {1'000, 2'000}, true, 20);
  EXPECT_EQ(o.violation(), "");
  o.repeated({0, 1'000}, 20);
  o.lost({{0, 1'000}}, {6'000, 16'000}, {6'000, 8'000}, true, 40);
  EXPECT_NE(o.violation(), "") << "cwnd comes down to three segments";
}

}  // namespace oracle_repeated_loss_test
}  // namespace sequent::spec

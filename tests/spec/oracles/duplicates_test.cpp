#include "model/spec/oracles/duplicates.hpp"

#include <gtest/gtest.h>

namespace sequent::spec {
namespace {

/// Ten segments of a hundred octets are outstanding, which fill the window.
duplicates_oracle full(bool sack) {
  duplicates_oracle judge(100, sack);
  judge.acknowledged(1, false, false);
  judge.sent_new({1, 1'001}, 1, 0, 1'000);
  return judge;
}

TEST(oracle_duplicates, lets_two_segments_go_beyond_the_window_and_no_third) {
  for (const int duplicates : {0, 1, 2, 3}) {
    duplicates_oracle judge = full(false);
    for (int i = 0; i != duplicates; ++i) judge.acknowledged(1, true, true);
    judge.sent_new({1'001, 1'201}, 1, 0, 1'000);
    EXPECT_EQ(judge.violation() == "", duplicates >= 2) << duplicates;
    if (duplicates != 3) continue;
    judge.sent_new({1'201, 1'301}, 1, 0, 1'000);
    EXPECT_NE(judge.violation(), "");
  }
}

TEST(oracle_duplicates, with_sack_wants_a_report_for_what_goes) {
  duplicates_oracle told = full(true);
  told.acknowledged(1, true, false);
  told.sent_new({1'001, 1'101}, 1, 100, 1'000);
  EXPECT_EQ(told.violation(), "");
  duplicates_oracle untold = full(true);
  untold.acknowledged(1, true, false);
  untold.sent_new({1'001, 1'101}, 1, 0, 1'000);
  EXPECT_NE(untold.violation(), "");
}

TEST(oracle_duplicates, wants_what_is_missing_with_the_third_where_nothing_tells_more) {
  for (const bool sack : {false, true}) {
    for (const bool sends : {false, true}) {
      duplicates_oracle judge = full(sack);
      for (int i = 0; i != 3; ++i) judge.acknowledged(1, true, false);
      if (sends) judge.sent({1, 101});
      judge.next_event();
      EXPECT_EQ(judge.violation() == "", sack || sends);
    }
  }
}

TEST(oracle_duplicates, wants_it_once_for_each_window) {
  duplicates_oracle judge = full(false);
  judge.repairs();
  judge.acknowledged(101, false, true);
  for (int i = 0; i != 3; ++i) judge.acknowledged(101, true, false);
  judge.next_event();
  EXPECT_EQ(judge.violation(), "");
}

}  // namespace
}  // namespace sequent::spec

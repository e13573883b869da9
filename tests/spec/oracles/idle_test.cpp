// covers: rfc5681#4.1 rfc7661#4.4.2
#include "model/spec/oracles/idle.hpp"

#include <gtest/gtest.h>

namespace sequent::spec {
namespace oracle_idle_test {

TEST(oracle_idle, the_first_text_and_what_follows_soon_may_be_anything) {
  idle_oracle o;
  o.sent(50'000, 10'000, 100, false, 0);
  o.sent(50'000, 10'000, 100, false, 100);
  EXPECT_EQ(o.violation(), "");
}

TEST(oracle_idle, after_silence_no_more_than_the_restart_window_leaves) {
  idle_oracle o;
  o.sent(1, 10'000, 100, false, 0);
  o.heard(90);  // when it was acknowledged makes no difference
  o.sent(10'000, 10'000, 100, false, 101);
  EXPECT_EQ(o.violation(), "");
  o.sent(1, 10'000, 100, false, 101);
  EXPECT_NE(o.violation(), "");
}

TEST(oracle_idle, what_is_heard_ends_it) {
  idle_oracle o;
  o.sent(1, 10'000, 100, false, 0);
  o.sent(10'000, 10'000, 100, false, 200);
  o.heard(210);
  o.sent(10'000, 10'000, 100, false, 210);
  EXPECT_EQ(o.violation(), "");
}

TEST(oracle_idle, what_was_sent_again_was_no_silence) {
  idle_oracle o;
  o.sent(1, 10'000, 100, false, 0);
  o.sent_again(150);
  o.sent(50'000, 10'000, 100, false, 200);
  EXPECT_EQ(o.violation(), "");
}

TEST(oracle_idle, silence_may_count_from_what_was_heard) {
  idle_oracle o;
  o.heard(0);
  o.sent(1, 10'000, 100, true, 90);
  o.sent(20'000, 10'000, 100, true, 101);
  EXPECT_NE(o.violation(), "");
}

}  // namespace oracle_idle_test
}  // namespace sequent::spec

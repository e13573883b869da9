// covers: MUST-24 MUST-25 MUST-26 MUST-27 MUST-29
#include "model/spec/oracles/keep_alive.hpp"

#include <gtest/gtest.h>

namespace sequent::spec {
namespace oracle_keep_alive_test {

constexpr microseconds second = 1'000'000;
constexpr keep_alive_parameters chosen{.idle = 30 * second, .interval = 5 * second, .probes = 3};

keep_alive_oracle turned_on() {
  keep_alive_oracle o(chosen);
  o.turned(true, 0);
  return o;
}

TEST(oracle_keep_alive, off_unless_turned_on) {
  keep_alive_oracle o(chosen);
  o.probed(100 * second);
  EXPECT_NE(o.violation(), "");
  keep_alive_oracle other = turned_on();
  other.turned(false, 10 * second);
  other.probed(100 * second);
  EXPECT_NE(other.violation(), "");
}

TEST(oracle_keep_alive, idleness_comes_first_and_then_the_interval) {
  keep_alive_oracle o = turned_on();
  o.heard(10 * second);
  o.probed(40 * second);
  o.probed(45 * second);
  EXPECT_EQ(o.violation(), "");
  keep_alive_oracle early = turned_on();
  early.heard(10 * second);
  early.probed(39 * second);
  EXPECT_NE(early.violation(), "");
  keep_alive_oracle often = turned_on();
  often.probed(30 * second);
  often.probed(34 * second);
  EXPECT_NE(often.violation(), "");
}

TEST(oracle_keep_alive, only_unanswered_probes_end_it) {
  for (const bool answered : {false, true}) {
    keep_alive_oracle o = turned_on();
    for (int i = 0; i != 3; ++i) o.probed((30 + 5 * i) * second);
    if (answered) o.heard(41 * second);
    o.given_up();
    EXPECT_EQ(o.violation().empty(), !answered);
  }
  keep_alive_oracle again = turned_on();
  for (int i = 0; i != 3; ++i) again.probed((30 + 5 * i) * second);
  again.turned(false, 41 * second);
  again.turned(true, 42 * second);
  again.given_up();
  EXPECT_NE(again.violation(), "");
}

}  // namespace oracle_keep_alive_test
}  // namespace sequent::spec

// Reading what a result does not hold ends the program, with assertions and without: it never goes on with what happens
// to stand in memory.
#include "sequent/base/result.hpp"

#include <gtest/gtest.h>

namespace sequent::test {
namespace misuse_result_test {

struct wide {
  int words[8];
};

[[gnu::noinline]] result<wide> refused() { return error::would_block; }
[[gnu::noinline]] result<wide> given() { return wide{}; }
[[gnu::noinline]] result<void> done() { return {}; }

TEST(misuse_result_death_test, the_value_of_an_error) {
  EXPECT_DEATH((void)refused().value(), "");
  EXPECT_DEATH((void)*refused(), "");
  EXPECT_DEATH((void)refused()->words[3], "");
  EXPECT_DEATH(
      {
        auto kept = refused();
        (*kept).words[0] = 1;
      },
      "");
}

TEST(misuse_result_death_test, the_error_of_a_success) {
  EXPECT_DEATH((void)given().why(), "");
  EXPECT_DEATH((void)done().why(), "");
}

TEST(misuse_result, what_is_there_is_read) {
  EXPECT_EQ(given()->words[3], 0);
  EXPECT_EQ(refused().why(), error::would_block);
}

}  // namespace misuse_result_test
}  // namespace sequent::test

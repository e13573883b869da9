#include "sequent/config.hpp"

#include <gtest/gtest.h>

namespace config_test {

TEST(config, version_is_three_numbers) {
  EXPECT_EQ(SEQUENT_VERSION_MAJOR, 0);
  EXPECT_GE(SEQUENT_VERSION_MINOR, 1);
  EXPECT_GE(SEQUENT_VERSION_PATCH, 0);
}

TEST(config, an_assertion_that_holds_lets_the_program_go_on) {
  int evaluated = 0;
  SEQUENT_ASSERT(++evaluated < 3);
#if defined(NDEBUG)
  EXPECT_EQ(evaluated, 0);
#else
  EXPECT_EQ(evaluated, 1);
#endif
}

#if !defined(NDEBUG)
TEST(config_death, an_assertion_that_fails_ends_the_program) { EXPECT_DEATH(SEQUENT_ASSERT(1 == 2), ""); }
#endif

}  // namespace config_test

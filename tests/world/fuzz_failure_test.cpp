#include "fuzz/failure.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace fuzz_failure_test {

using namespace sequent::fuzz;

TEST(fuzz_failure, numbers_do_not_tell_kinds_apart_and_words_do) {
  EXPECT_EQ(kind_of("move 12: the tables do not agree"), kind_of("move 345: the tables do not agree"));
  std::set<std::size_t> kinds;
  for (const char* why : {"the tables do not agree", "a handle that was given up names something",
                          "a reader got an octet of another flow", "a place of a connection is never freed",
                          "there is always another deadline", "one event made it send 500 packets"}) {
    EXPECT_LT(kind_of(why), 256u);
    kinds.insert(kind_of(why));
  }
  EXPECT_EQ(kinds.size(), 6u);
}

TEST(fuzz_failure_death_test, what_is_wrong_is_said_and_ends_the_process) {
  require_nothing_wrong("stack", "");
  EXPECT_DEATH(require_nothing_wrong("stack", "the tables do not agree"), "stack: the tables do not agree");
}

}  // namespace fuzz_failure_test

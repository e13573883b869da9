#include "sequent/base/word.hpp"

#include <gtest/gtest.h>

namespace word_test {

using namespace sequent;

static_assert(word<u32>);
static_assert(!word<void*>);
static_assert(sizeof(u32) == 4);

TEST(word, lesser_and_greater_compare_without_sign) {
  EXPECT_EQ(lesser(3u, 5u), 3u);
  EXPECT_EQ(lesser(5u, 3u), 3u);
  EXPECT_EQ(greater(3u, 5u), 5u);
  EXPECT_EQ(greater(5u, 3u), 5u);
  EXPECT_EQ(lesser(0x8000'0000u, 1u), 1u);
  EXPECT_EQ(greater(0xffff'ffffu, 0u), 0xffff'ffffu);
}

TEST(word, lesser_and_greater_of_equal_words_are_that_word) {
  EXPECT_EQ(lesser(7u, 7u), 7u);
  EXPECT_EQ(greater(7u, 7u), 7u);
}

}  // namespace word_test

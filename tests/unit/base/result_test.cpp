#include "sequent/base/result.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

namespace result_test {

using namespace sequent;

TEST(result, holds_a_value) {
  const result<int> r = 42;
  ASSERT_TRUE(r);
  EXPECT_TRUE(r.has_value());
  EXPECT_EQ(*r, 42);
  EXPECT_EQ(r.value(), 42);
}

TEST(result, holds_an_error) {
  const result<int> r = error::bad_checksum;
  ASSERT_FALSE(r);
  EXPECT_FALSE(r.has_value());
  EXPECT_EQ(r.why(), error::bad_checksum);
}

TEST(result, reaches_members_of_its_value) {
  const result<std::string> r = std::string("abc");
  EXPECT_EQ(r->size(), 3u);
}

TEST(result, a_value_that_is_zero_is_a_value) {
  const result<int> r = 0;
  EXPECT_TRUE(r);
  EXPECT_EQ(*r, 0);
}

TEST(result, is_made_and_changed_in_place) {
  result<std::string> r(std::in_place, 3u, 'x');
  ASSERT_TRUE(r);
  *r += 'y';
  EXPECT_EQ(*r, "xxxy");
  r = error::would_block;
  ASSERT_FALSE(r);
  EXPECT_EQ(r.why(), error::would_block);
}

TEST(result, of_void_succeeds_or_says_why_not) {
  const result<void> good;
  const result<void> bad = error::would_block;
  EXPECT_TRUE(good);
  EXPECT_TRUE(good.has_value());
  ASSERT_FALSE(bad);
  EXPECT_FALSE(bad.has_value());
  EXPECT_EQ(bad.why(), error::would_block);
}

TEST(result, the_first_error_is_an_error_too) {
  const result<void> r = error::connection_does_not_exist;
  EXPECT_FALSE(r);
  EXPECT_EQ(r.why(), error::connection_does_not_exist);
}

#if !defined(NDEBUG)
TEST(result_death, reading_a_value_that_is_not_there_is_caught) {
  const result<int> r = error::would_block;
  EXPECT_DEATH(static_cast<void>(r.value()), "");
  result<int> changeable = error::would_block;
  EXPECT_DEATH(*changeable = 1, "");
}

TEST(result_death, reading_an_error_that_is_not_there_is_caught) {
  const result<int> r = 1;
  const result<void> v;
  EXPECT_DEATH(static_cast<void>(r.why()), "");
  EXPECT_DEATH(static_cast<void>(v.why()), "");
}
#endif

TEST(error, every_error_has_words_of_its_own) {
  std::set<std::string> words;
  for (int i = 0; i <= static_cast<int>(error::unreachable); ++i) {
    const std::string text = describe(static_cast<error>(i));
    EXPECT_NE(text, "unknown error") << i;
    EXPECT_TRUE(words.insert(text).second) << text;
  }
  EXPECT_EQ(words.size(), 17u);
  EXPECT_STREQ(describe(error::connection_reset), "connection reset");
}

}  // namespace result_test

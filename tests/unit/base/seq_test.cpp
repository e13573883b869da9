#include "sequent/base/seq.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <type_traits>

namespace seq_test {

using namespace sequent;
using number = sequence_number<u32>;

constexpr u32 origins[] = {0u, 1u, 1'000u, 0x7fff'ffffu, 0x8000'0000u, 0x8000'0001u, 0xffff'fff0u, 0xffff'ffffu};

static_assert(!std::is_convertible_v<u32, number>, "a word is no sequence number until somebody says so");
static_assert(!std::is_convertible_v<number, u32>);

TEST(seq, arithmetic_wraps_at_two_to_the_thirty_second) {
  EXPECT_EQ((number(0xffff'ffffu) + 1u).wire(), 0u);
  EXPECT_EQ((number(0u) - 1u).wire(), 0xffff'ffffu);
  EXPECT_EQ(number(5u) - number(0xffff'fffbu), 10u);
  EXPECT_EQ(number(0xffff'fffbu) - number(5u), 0xffff'fff6u);
}

TEST(seq, default_is_zero) { EXPECT_EQ(number().wire(), 0u); }

TEST(seq, before_counts_forward_less_than_half_the_circle) {
  for (const u32 o : origins) {
    EXPECT_FALSE(before(number(o), number(o))) << o;
    EXPECT_TRUE(before(number(o), number(o) + 1u)) << o;
    EXPECT_FALSE(before(number(o) + 1u, number(o))) << o;
    EXPECT_TRUE(before(number(o), number(o) + 0x7fff'ffffu)) << o;
    EXPECT_FALSE(before(number(o) + 0x7fff'ffffu, number(o))) << o;
    EXPECT_FALSE(before(number(o), number(o) + 0x8000'0001u)) << o;
  }
}

// FreeRTOS+TCP #94 and #216, and every `<` on sequence numbers: at half the circle both a<b and b<a would hold.
TEST(seq, at_exactly_half_the_circle_neither_is_before_the_other) {
  for (const u32 o : origins) {
    EXPECT_FALSE(before(number(o), number(o) + 0x8000'0000u)) << o;
    EXPECT_FALSE(before(number(o) + 0x8000'0000u, number(o))) << o;
    EXPECT_FALSE(at_or_before(number(o), number(o) + 0x8000'0000u)) << o;
  }
}

TEST(seq, at_or_before_adds_equality_to_before) {
  for (const u32 o : origins) {
    EXPECT_TRUE(at_or_before(number(o), number(o))) << o;
    EXPECT_TRUE(at_or_before(number(o), number(o) + 0x7fff'ffffu)) << o;
    EXPECT_FALSE(at_or_before(number(o) + 1u, number(o))) << o;
  }
}

TEST(seq, in_window_includes_its_start_and_excludes_its_end) {
  for (const u32 o : origins) {
    EXPECT_TRUE(in_window(number(o), number(o), 1u)) << o;
    EXPECT_FALSE(in_window(number(o) + 1u, number(o), 1u)) << o;
    EXPECT_FALSE(in_window(number(o) - 1u, number(o), 100u)) << o;
    EXPECT_TRUE(in_window(number(o) + 99u, number(o), 100u)) << o;
    EXPECT_FALSE(in_window(number(o) + 100u, number(o), 100u)) << o;
  }
}

TEST(seq, nothing_is_in_an_empty_window) {
  for (const u32 o : origins) EXPECT_FALSE(in_window(number(o), number(o), 0u)) << o;
}

TEST(seq, a_window_may_span_nearly_the_whole_circle) {
  EXPECT_TRUE(in_window(number(9u), number(10u) + 1u, 0xffff'ffffu));
  EXPECT_FALSE(in_window(number(10u), number(11u), 0xffff'ffffu));
}

TEST(seq, after_until_excludes_the_low_end_and_includes_the_high) {
  for (const u32 o : origins) {
    const number low(o);
    EXPECT_FALSE(after_until(low, low, low + 10u)) << o;
    EXPECT_TRUE(after_until(low, low + 1u, low + 10u)) << o;
    EXPECT_TRUE(after_until(low, low + 10u, low + 10u)) << o;
    EXPECT_FALSE(after_until(low, low + 11u, low + 10u)) << o;
    EXPECT_FALSE(after_until(low, low - 1u, low + 10u)) << o;
  }
}

TEST(seq, after_until_of_an_empty_interval_holds_nothing) {
  for (const u32 x : {0u, 6u, 7u, 8u, 0x8000'0007u, 0xffff'ffffu}) {
    EXPECT_FALSE(after_until(number(7u), number(x), number(7u))) << x;
  }
}

TEST(seq, after_until_is_exact_beyond_half_the_circle) {
  const number low(100u);
  const number high = low + 0xc000'0000u;
  EXPECT_TRUE(after_until(low, low + 0x9000'0000u, high));
  EXPECT_FALSE(after_until(low, low + 0xc000'0001u, high));
}

TEST(seq, from_until_includes_both_ends) {
  for (const u32 o : origins) {
    const number low(o);
    EXPECT_TRUE(from_until(low, low, low)) << o;
    EXPECT_TRUE(from_until(low, low, low + 10u)) << o;
    EXPECT_TRUE(from_until(low, low + 10u, low + 10u)) << o;
    EXPECT_FALSE(from_until(low, low + 11u, low + 10u)) << o;
    EXPECT_FALSE(from_until(low, low - 1u, low + 10u)) << o;
  }
}

}  // namespace seq_test

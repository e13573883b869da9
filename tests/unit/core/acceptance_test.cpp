#include "sequent/core/acceptance.hpp"

#include <gtest/gtest.h>

#include "tests/support/build.hpp"

namespace acceptance_test {

using namespace sequent;
using sequent::test::at;

constexpr u32 origins[] = {0u, 1u, 5'000u, 0x7fff'fff0u, 0x8000'0000u, 0xffff'fff0u, 0xffff'ffffu};

receive_variables<u32> window(u32 nxt, u32 wnd) {
  receive_variables<u32> rcv;
  rcv.nxt = sequence_number<u32>(nxt);
  rcv.wnd = wnd;
  return rcv;
}

bool accepts(u32 nxt, u32 wnd, u32 offset, u32 length) {
  return acceptable(at(nxt + offset).length_only(length).header, window(nxt, wnd));
}

// Table 6, first row.
TEST(acceptance, no_length_and_no_window_only_at_rcv_nxt) {
  for (const u32 nxt : origins) {
    EXPECT_TRUE(accepts(nxt, 0, 0, 0)) << nxt;
    EXPECT_FALSE(accepts(nxt, 0, 1, 0)) << nxt;
    EXPECT_FALSE(accepts(nxt, 0, 0xffff'ffffu, 0)) << nxt;
  }
}

// Table 6, second row.
TEST(acceptance, no_length_inside_the_window) {
  for (const u32 nxt : origins) {
    EXPECT_TRUE(accepts(nxt, 10, 0, 0)) << nxt;
    EXPECT_TRUE(accepts(nxt, 10, 9, 0)) << nxt;
    EXPECT_FALSE(accepts(nxt, 10, 10, 0)) << nxt;
    EXPECT_FALSE(accepts(nxt, 10, 0xffff'ffffu, 0)) << nxt;
  }
}

// Table 6, third row.
TEST(acceptance, length_and_no_window_never) {
  for (const u32 nxt : origins) {
    for (const u32 offset : {0u, 1u, 0xffff'ffffu, 0x8000'0000u}) EXPECT_FALSE(accepts(nxt, 0, offset, 1)) << nxt;
    EXPECT_FALSE(acceptable(at(nxt).fin().header, window(nxt, 0))) << nxt;
    EXPECT_FALSE(acceptable(at(nxt).syn().header, window(nxt, 0))) << nxt;
  }
}

// Table 6, fourth row.
TEST(acceptance, length_when_first_or_last_octet_is_inside) {
  for (const u32 nxt : origins) {
    EXPECT_TRUE(accepts(nxt, 10, 0, 1)) << nxt;
    EXPECT_TRUE(accepts(nxt, 10, 9, 100)) << nxt;
    EXPECT_FALSE(accepts(nxt, 10, 10, 1)) << nxt;
    EXPECT_FALSE(accepts(nxt, 10, u32(-5), 5)) << nxt;
    EXPECT_TRUE(accepts(nxt, 10, u32(-5), 6)) << nxt;
    EXPECT_TRUE(accepts(nxt, 10, u32(-5), 15)) << nxt;
  }
}

// A16 of docs/choices.md: by the letter of Table 6, a segment that covers the whole window is not acceptable.
TEST(acceptance, a_segment_around_the_whole_window_is_judged_by_its_ends) {
  EXPECT_FALSE(accepts(5'000, 10, u32(-5), 16));
}

TEST(acceptance, syn_and_fin_count_as_octets) {
  EXPECT_TRUE(acceptable(at(99).length_only(0).syn().fin().header, window(100, 1)));
  EXPECT_FALSE(acceptable(at(99).syn().header, window(100, 1)));
  EXPECT_TRUE(acceptable(at(95).length_only(5).fin().header, window(100, 1)));
}

// covers: MUST-66
TEST(acceptance, a_closed_window_still_looks_at_controls_at_rcv_nxt) {
  EXPECT_TRUE(controls_only(at(100).rst().length_only(7).header, window(100, 0)));
  EXPECT_FALSE(controls_only(at(101).rst().header, window(100, 0)));
  EXPECT_FALSE(controls_only(at(100).rst().header, window(100, 1)));
}

// covers: MAY-12 U-9
TEST(acceptance, the_ack_range_is_exact_at_both_ends) {
  for (const u32 una : origins) {
    send_variables<u32> snd;
    snd.una = sequence_number<u32>(una);
    snd.nxt = sequence_number<u32>(una + 50);
    snd.max_wnd = 1'000;
    const auto in_range = [&](u32 offset) { return ack_in_range(at(1).ack(una + offset).header, snd); };
    EXPECT_TRUE(in_range(0)) << una;
    EXPECT_TRUE(in_range(50)) << una;
    EXPECT_FALSE(in_range(51)) << una;
    EXPECT_TRUE(in_range(u32(-1'000))) << una;
    EXPECT_FALSE(in_range(u32(-1'001))) << una;
    EXPECT_FALSE(in_range(0x8000'0000u)) << una;
  }
}

TEST(trim, text_inside_the_window_is_kept_whole) {
  for (const u32 nxt : origins) {
    const auto kept = trim(at(nxt + 3).length_only(4).header, window(nxt, 10));
    EXPECT_EQ(kept.skip, 0u) << nxt;
    EXPECT_EQ(kept.take, 4u) << nxt;
    EXPECT_EQ(kept.first.wire(), nxt + 3) << nxt;
  }
}

TEST(trim, cuts_what_lies_left_of_the_window) {
  for (const u32 nxt : origins) {
    const auto kept = trim(at(nxt - 6).length_only(8).header, window(nxt, 10));
    EXPECT_EQ(kept.skip, 6u) << nxt;
    EXPECT_EQ(kept.take, 2u) << nxt;
    EXPECT_EQ(kept.first.wire(), nxt) << nxt;
  }
}

// smoltcp #1048 and #1051: octets beyond the window that was offered are not taken.
TEST(trim, cuts_what_lies_right_of_the_window) {
  for (const u32 nxt : origins) {
    const auto kept = trim(at(nxt + 8).length_only(100).header, window(nxt, 10));
    EXPECT_EQ(kept.take, 2u) << nxt;
  }
}

TEST(trim, cuts_both_sides) {
  const auto kept = trim(at(95).length_only(5 + 10 + 1).header, window(100, 10));
  EXPECT_EQ(kept.skip, 5u);
  EXPECT_EQ(kept.take, 10u);
}

TEST(trim, of_text_that_was_all_received_leaves_only_the_fin) {
  const auto kept = trim(at(95).length_only(5).fin().header, window(100, 10));
  EXPECT_EQ(kept.skip, 5u);
  EXPECT_EQ(kept.take, 0u);
  EXPECT_EQ(kept.first.wire(), 100u);
}

TEST(trim, text_wholly_left_of_the_window_leaves_nothing) {
  const auto kept = trim(at(90).length_only(5).header, window(100, 10));
  EXPECT_EQ(kept.skip, 5u);
  EXPECT_EQ(kept.take, 0u);
}

TEST(trim, text_that_fills_the_window_exactly_is_taken_whole) {
  const auto kept = trim(at(100).length_only(10).fin().header, window(100, 10));
  EXPECT_EQ(kept.skip, 0u);
  EXPECT_EQ(kept.take, 10u);
}

}  // namespace acceptance_test

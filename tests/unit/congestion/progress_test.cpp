#include "sequent/congestion/progress.hpp"

#include <gtest/gtest.h>

namespace congestion_progress_test {

using sequent::u32;
using namespace sequent::congestion;

// RFC 6928 section 2: min(10 MSS, max(2 MSS, 14600)).
// covers: rfc6928#2
TEST(windows, the_initial_window_is_ten_segments_or_14600_octets_or_two_segments) {
  EXPECT_EQ(initial_window_of(536), 5'360u);
  EXPECT_EQ(initial_window_of(1'460), 14'600u);
  EXPECT_EQ(initial_window_of(4'000), 14'600u);
  EXPECT_EQ(initial_window_of(9'000), 18'000u);
  EXPECT_EQ(initial_window_of(65'535), 131'070u);
  EXPECT_EQ(initial_window_of(1), 10u);
}

TEST(windows, the_initial_window_of_another_number_of_segments_is_in_proportion) {
  EXPECT_EQ(initial_window_of(1'460, 1), 1'460u);
  EXPECT_EQ(initial_window_of(1'460, 3), 4'380u);
  EXPECT_EQ(initial_window_of(2'190, 3), 4'380u) << "as RFC 5681 has it";
  EXPECT_EQ(initial_window_of(1'460, 64), 93'440u);
  EXPECT_EQ(initial_window_of(9'000, 1), 9'000u) << "a segment at least";
  EXPECT_EQ(initial_window_of(9'000, 4), 18'000u);
  EXPECT_EQ(initial_window_of(65'535, 64), 131'070u);
}

TEST(windows, none_passes_two_to_the_thirtieth) {
  EXPECT_EQ(grown(u32{5}, u32{6}), 11u);
  EXPECT_EQ(grown(largest_window, u32{1}), largest_window);
  EXPECT_EQ(grown(largest_window, largest_window), largest_window);
}

TEST(windows, half_the_flight_but_two_segments_at_least) {
  EXPECT_EQ(halved(u32{20'001}, u32{1'000}), 10'000u);
  EXPECT_EQ(halved(u32{3'000}, u32{1'000}), 2'000u);
  EXPECT_EQ(halved(u32{0xffff'ffff}, u32{1'000}), largest_window / 2);
}

// RFC 3465 sections 2.2 and 2.3.
// covers: rfc3465#2.3
TEST(windows, slow_start_counts_two_segments_but_one_after_a_timeout) {
  EXPECT_EQ(slow_start_limit(1'000, false), 2'000u);
  EXPECT_EQ(slow_start_limit(1'000, true), 1'000u);
}

}  // namespace congestion_progress_test

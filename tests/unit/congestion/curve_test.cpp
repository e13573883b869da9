#include "sequent/congestion/curve.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace congestion_curve_test {

using sequent::u32;
using namespace sequent::congestion;

// Every cube of 64 bits and its two neighbours: together with the proof that the root and the rest always add up to
// what was read, nothing between them can be wrong.
TEST(cube_root, is_right_beside_every_cube) {
  constexpr std::uint64_t largest = 2'642'245;  // of all whose cubes have 64 bits
  for (std::uint64_t r = 1; r <= largest; ++r) {
    const std::uint64_t cube = r * r * r;
    ASSERT_EQ(cube_root(cube), r);
    ASSERT_EQ(cube_root(cube - 1), r - 1);
    ASSERT_EQ(cube_root(cube + 1), r);
  }
  EXPECT_EQ(cube_root(0), 0u);
  EXPECT_EQ(cube_root(~std::uint64_t{0}), largest);
}

TEST(cubic_growth, is_two_fifths_of_a_segment_after_a_second) {
  EXPECT_EQ(cubic_growth<std::uint64_t>(0, 1'000), 0u);
  EXPECT_NEAR(static_cast<double>(cubic_growth<std::uint64_t>(1'000'000, 1'000)), 400, 1);
  EXPECT_NEAR(static_cast<double>(cubic_growth<std::uint64_t>(2'000'000, 1'000)), 3'200, 2);
  EXPECT_NEAR(static_cast<double>(cubic_growth<std::uint64_t>(100'000'000, 1'000)), 4e8, 1e5);
}

TEST(cubic_growth, of_the_longest_time_does_not_overflow) {
  const auto growth = static_cast<double>(cubic_growth<std::uint64_t>(0x7fff'ffffu, 65'535));
  EXPECT_NEAR(growth / (0.4 * 65'535 * 2'147.483647 * 2'147.483647 * 2'147.483647), 1, 1e-6);
}

// RFC 9438 Figure 2: 30 segments below the plateau, K = cbrt(30 / 0.4) = 4.217 s.
// covers: rfc9438#4.2
TEST(time_to_plateau, is_the_cube_root_of_the_distance) {
  EXPECT_EQ(time_to_plateau(0, 1'000), 0);
  EXPECT_NEAR(time_to_plateau(30'000, 1'000), 4'217'163, 977);
  EXPECT_NEAR(time_to_plateau(400, 1'000), 1'000'000, 977);
  EXPECT_NEAR(time_to_plateau(1u << 30, 1), 1'389'781'820, 977);
}

}  // namespace congestion_curve_test

#include "sequent/base/octets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace octets_test {

using namespace sequent;

TEST(octets, load_is_big_endian) {
  const std::array<std::uint8_t, 4> octets{0x89, 0xab, 0xcd, 0xef};
  EXPECT_EQ(load16(octets.data()), 0x89abu);
  EXPECT_EQ(load16(octets.data() + 2), 0xcdefu);
  EXPECT_EQ(load32(octets.data()), 0x89ab'cdefu);
}

TEST(octets, store_is_big_endian) {
  std::array<std::uint8_t, 6> octets{};
  store16(octets.data(), 0xfedc);
  store32(octets.data() + 2, 0xba98'7654u);
  EXPECT_EQ(octets, (std::array<std::uint8_t, 6>{0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54}));
}

TEST(octets, store_touches_no_neighbour) {
  std::array<std::uint8_t, 6> octets{1, 0, 0, 0, 0, 1};
  store32(octets.data() + 1, 0xffff'ffffu);
  EXPECT_EQ(octets, (std::array<std::uint8_t, 6>{1, 0xff, 0xff, 0xff, 0xff, 1}));
}

// What is done while compiling is done in another way than what is done while running.
TEST(octets, the_same_happens_while_compiling) {
  constexpr auto stored = [] {
    std::array<std::uint8_t, 6> octets{};
    store16(octets.data(), 0xfedc);
    store32(octets.data() + 2, 0xba98'7654u);
    return octets;
  }();
  static_assert(load16(stored.data()) == 0xfedc && load32(stored.data() + 2) == 0xba98'7654u);
  EXPECT_EQ(stored, (std::array<std::uint8_t, 6>{0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54}));
}

TEST(octets, what_is_stored_is_loaded) {
  std::array<std::uint8_t, 4> octets{};
  for (const u32 value : {0u, 1u, 0x7fff'ffffu, 0x8000'0000u, 0xffff'ffffu}) {
    store32(octets.data(), value);
    EXPECT_EQ(load32(octets.data()), value);
    store16(octets.data(), static_cast<std::uint16_t>(value));
    EXPECT_EQ(load16(octets.data()), static_cast<std::uint16_t>(value));
  }
}

// Copies go in pieces of 2048 octets.
TEST(octets, copies_are_whole_and_end_where_they_should) {
  std::vector<std::uint8_t> from(8'192);
  for (std::size_t i = 0; i != from.size(); ++i) from[i] = static_cast<std::uint8_t>(1 + i % 251);
  for (const std::size_t count : {0u, 1u, 2'047u, 2'048u, 2'049u, 4'096u, 6'000u, 8'192u}) {
    std::vector<std::uint8_t> to(from.size() + 1);
    copy_octets(to.data(), from.data(), count);
    const auto end = from.begin() + static_cast<std::ptrdiff_t>(count);
    EXPECT_TRUE(std::equal(from.begin(), end, to.begin())) << count;
    EXPECT_EQ(to[count], 0) << count;
  }
}

}  // namespace octets_test

#include "sequent/core/isn.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace isn_test {

using namespace sequent;

constexpr secret_key reference_key{0x0706'0504'0302'0100u, 0x0f0e'0d0c'0b0a'0908u};

constexpr std::array<std::uint8_t, 4> here{192, 0, 2, 1};
constexpr std::array<std::uint8_t, 4> there{198, 51, 100, 2};

TEST(isn, offset_is_the_hash_of_the_four_tuple) {
  const std::array<std::uint8_t, 12> tuple{192, 0, 2, 1, 198, 51, 100, 2, 0x1f, 0x90, 0x00, 0x50};
  EXPECT_EQ(isn_offset(reference_key, here, 8'080, there, 80), static_cast<u32>(siphash(reference_key, tuple)));
}

// covers: MUST-9
TEST(isn, offset_depends_on_each_part_of_the_tuple_and_on_the_key) {
  std::set<u32> offsets;
  offsets.insert(isn_offset(reference_key, here, 1, there, 2));
  offsets.insert(isn_offset(reference_key, there, 1, here, 2));
  offsets.insert(isn_offset(reference_key, here, 2, there, 1));
  offsets.insert(isn_offset(reference_key, here, 1, there, 3));
  offsets.insert(isn_offset(reference_key, here, 1, here, 2));
  offsets.insert(isn_offset({reference_key.first + 1, reference_key.second}, here, 1, there, 2));
  offsets.insert(isn_offset({reference_key.first, reference_key.second + 1}, here, 1, there, 2));
  EXPECT_EQ(offsets.size(), 7u);
}

TEST(isn, offset_hashes_all_sixteen_octets_of_ipv6_addresses) {
  std::array<std::uint8_t, 16> a{};
  const std::array<std::uint8_t, 16> b{};
  const u32 before = isn_offset(reference_key, a, 1, b, 2);
  a[15] = 1;
  EXPECT_NE(isn_offset(reference_key, a, 1, b, 2), before);
}

// covers: MUST-8
TEST(isn, ticks_once_in_four_microseconds) {
  const instant start = instant::from_microseconds(8'000'000);
  EXPECT_EQ(initial_sequence_number(100, start).wire(), 2'000'100u);
  EXPECT_EQ(initial_sequence_number(100, start + duration::microseconds(3)).wire(), 2'000'100u);
  EXPECT_EQ(initial_sequence_number(100, start + duration::microseconds(4)).wire(), 2'000'101u);
}

TEST(isn, wraps_like_every_sequence_number) {
  EXPECT_EQ(initial_sequence_number(0xffff'ffffu, instant::from_microseconds(4)).wire(), 0u);
  const auto cycle = duration::microseconds(std::int64_t{4} << 32);
  EXPECT_EQ(initial_sequence_number(7, instant{} + cycle).wire(), 7u);
}

}  // namespace isn_test

#include "sequent/base/checksum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <vector>

namespace checksum_test {

using namespace sequent;

// The definition, word by word (RFC 1071 section 1).
u32 reference_sum(const std::vector<std::uint8_t>& octets) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < octets.size(); i += 2) {
    sum += static_cast<std::uint64_t>(octets[i]) << 8;
    if (i + 1 < octets.size()) sum += octets[i + 1];
  }
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<u32>(sum);
}

TEST(checksum, fold_adds_the_halves_twice) {
  EXPECT_EQ(fold_checksum(0u), 0u);
  EXPECT_EQ(fold_checksum(0xffffu), 0xffffu);
  EXPECT_EQ(fold_checksum(0x1'0000u), 1u);
  EXPECT_EQ(fold_checksum(0x1'ffffu), 1u);
  EXPECT_EQ(fold_checksum(0xffff'0001u), 1u);
  EXPECT_EQ(fold_checksum(0xffff'ffffu), 0xffffu);
}

// RFC 1071 section 3: the octets 00 01 f2 03 f4 f5 f6 f7 sum to ddf2.
TEST(checksum, the_example_of_rfc_1071) {
  const std::array<std::uint8_t, 8> octets{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  EXPECT_EQ(sum_octets(octets), 0xddf2u);
  EXPECT_EQ(checksum_field(sum_octets(octets)), 0x220du);
}

TEST(checksum, nothing_sums_to_nothing) {
  EXPECT_EQ(sum_octets({}), 0u);
  EXPECT_EQ(checksum_field(0u), 0xffffu);
}

TEST(checksum, an_odd_last_octet_is_the_high_half_of_a_word) {
  const std::array<std::uint8_t, 3> octets{0x12, 0x34, 0x56};
  EXPECT_EQ(sum_octets(octets), 0x1234u + 0x5600u);
}

std::vector<std::uint8_t> some_octets(std::size_t count) {
  std::vector<std::uint8_t> octets(count);
  u32 state = 12'345;
  for (auto& octet : octets) {
    state = state * 1'664'525u + 1'013'904'223u;
    octet = static_cast<std::uint8_t>(state >> 24);
  }
  return octets;
}

// Every length up to several strides of the fast loop, in exact-size buffers so that one octet too many is caught.
TEST(checksum, equals_the_definition_at_every_length_and_alignment) {
  const std::vector<std::uint8_t> all = some_octets(450);
  for (std::size_t skip = 0; skip != 9; ++skip) {
    for (std::size_t length = 0; length <= 400; ++length) {
      const auto first = all.begin() + static_cast<std::ptrdiff_t>(skip);
      const std::vector<std::uint8_t> octets(first, first + static_cast<std::ptrdiff_t>(length));
      const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[skip + length]);
      std::copy(octets.begin(), octets.end(), exact.get() + skip);
      ASSERT_EQ(sum_octets({exact.get() + skip, length}), reference_sum(octets)) << length;
    }
  }
}

// covers: checksum-offload
TEST(checksum, copying_gives_the_same_sum_and_the_octets_and_touches_no_neighbour) {
  const std::vector<std::uint8_t> all = some_octets(300);
  for (std::size_t skip = 0; skip != 5; ++skip) {
    for (std::size_t length = 0; length <= 280; ++length) {
      const std::vector<std::uint8_t> from(all.begin() + 7, all.begin() + 7 + static_cast<std::ptrdiff_t>(length));
      std::vector<std::uint8_t> expected(skip + length + 3, 0xee);
      std::copy(from.begin(), from.end(), expected.begin() + static_cast<std::ptrdiff_t>(skip));
      std::vector<std::uint8_t> to(skip + length + 3, 0xee);
      ASSERT_EQ(copy_and_sum(from, std::span(to).subspan(skip, length)), reference_sum(from)) << length;
      ASSERT_EQ(to, expected) << length;
    }
  }
}

// Which of the two a processor takes is not seen from outside.
TEST(checksum, narrow_and_wide_registers_give_the_same_sum) {
#if SEQUENT_WIDE_SUMS
  if (!__builtin_cpu_supports("avx2")) GTEST_SKIP() << "no registers of 256 bits";
  const std::vector<std::uint8_t> from = some_octets(1'503);
  for (std::size_t length = detail::sum_stride; length <= 1'472; length += detail::sum_stride) {
    for (std::size_t skip = 0; skip != 31; ++skip) {
      const auto expected = detail::fold_native(detail::sum_strides<false>(from.data() + skip, nullptr, length));
      std::vector<std::uint8_t> narrow(length);
      std::vector<std::uint8_t> wide(length);
      const auto* const at = from.data() + skip;
      ASSERT_EQ(detail::fold_native(detail::sum_strides<true>(at, narrow.data(), length)), expected);
      ASSERT_EQ(detail::fold_native(detail::sum_strides_wide<false>(at, nullptr, length)), expected);
      ASSERT_EQ(detail::fold_native(detail::sum_strides_wide<true>(at, wide.data(), length)), expected);
      ASSERT_EQ(narrow, wide);
      ASSERT_TRUE(std::equal(wide.begin(), wide.end(), at));
      ASSERT_EQ(expected, reference_sum(wide));
    }
  }
#else
  GTEST_SKIP() << "this target has no registers of 256 bits";
#endif
}

TEST(checksum, sums_of_two_runs_are_joined_wherever_they_are_split) {
  const std::vector<std::uint8_t> all = some_octets(40);
  const std::span<const std::uint8_t> octets(all);
  for (std::size_t first = 0; first <= all.size(); ++first) {
    EXPECT_EQ(join_sums(sum_octets(octets.first(first)), first, sum_octets(octets.subspan(first))), sum_octets(octets))
        << first;
  }
}

TEST(checksum, a_wide_sum_folds_like_a_narrow_one) {
  for (const u32 sum : {0u, 1u, 0xfffeu, 0xffffu, 0x1'0000u, 0x1'ffffu, 0xffff'0000u, 0xffff'0001u, 0xffff'ffffu}) {
    EXPECT_EQ(fold_wide(sum), fold_checksum(sum));
    EXPECT_EQ(fold_wide(std::uint64_t{sum} << 32), fold_checksum(sum));
    EXPECT_EQ(fold_wide(std::uint64_t{sum} << 32 | 0xffff'ffffu), sum == 0 ? 0xffffu : fold_checksum(sum));
  }
  EXPECT_EQ(fold_wide(0xffff'ffff'ffff'ffffu), 0xffffu);
}

TEST(checksum, carries_of_a_longest_datagram_of_ones_are_not_lost) {
  const std::vector<std::uint8_t> ones(65'535, 0xff);
  EXPECT_EQ(sum_octets(ones), reference_sum(ones));
  EXPECT_EQ(sum_octets(ones), 0xff00u);
  std::vector<std::uint8_t> copied(ones.size());
  EXPECT_EQ(copy_and_sum(ones, copied), 0xff00u);
  EXPECT_EQ(copied, ones);
}

TEST(pseudo_header, adds_the_ipv4_addresses_protocol_and_length) {
  const std::array<std::uint8_t, 4> source{192, 0, 2, 1};
  const std::array<std::uint8_t, 4> destination{198, 51, 100, 2};
  // c000 + 0201 + c633 + 6402 + 0006 + 0014, folded.
  const u32 expected = fold_checksum(0xc000u + 0x0201u + 0xc633u + 0x6402u + 6u + 20u);
  EXPECT_EQ(fold_checksum(pseudo_header::ipv4(source, destination).sum(20)), expected);
}

TEST(pseudo_header, adds_all_sixteen_octets_of_ipv6_addresses) {
  std::array<std::uint8_t, 16> source{};
  std::array<std::uint8_t, 16> destination{};
  source[0] = 0x20;
  source[15] = 1;
  destination[0] = 0xfe;
  destination[15] = 2;
  EXPECT_EQ(fold_checksum(pseudo_header::ipv6(source, destination).sum(40)),
            fold_checksum(0x2000u + 1u + 0xfe00u + 2u + 6u + 40u));
}

TEST(pseudo_header, is_the_same_in_both_directions) {
  const std::array<std::uint8_t, 4> here{10, 0, 0, 1};
  const std::array<std::uint8_t, 4> there{10, 0, 0, 2};
  EXPECT_EQ(pseudo_header::ipv4(here, there), pseudo_header::ipv4(there, here));
}

TEST(pseudo_header, a_length_above_sixteen_bits_counts_in_full) {
  EXPECT_EQ(pseudo_header().sum(0x1'0014u), 0x0014u + 1u);
}

}  // namespace checksum_test

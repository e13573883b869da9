#include "sequent/checksum.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <vector>

namespace {

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

// Every length up to several strides of the fast loop, in exact-size buffers so that one octet too many is caught.
TEST(checksum, equals_the_definition_at_every_length_and_alignment) {
  std::vector<std::uint8_t> all(200);
  u32 state = 12'345;
  for (auto& octet : all) {
    state = state * 1'664'525u + 1'013'904'223u;
    octet = static_cast<std::uint8_t>(state >> 24);
  }
  for (std::size_t skip = 0; skip != 4; ++skip) {
    for (std::size_t length = 0; skip + length <= 130; ++length) {
      const auto first = all.begin() + static_cast<std::ptrdiff_t>(skip);
      const std::vector<std::uint8_t> octets(first, first + static_cast<std::ptrdiff_t>(length));
      const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[length]);
      std::copy(octets.begin(), octets.end(), exact.get());
      EXPECT_EQ(sum_octets({exact.get(), length}), reference_sum(octets)) << length;
    }
  }
}

TEST(checksum, carries_of_a_longest_datagram_of_ones_are_not_lost) {
  const std::vector<std::uint8_t> ones(65'535, 0xff);
  EXPECT_EQ(sum_octets(ones), reference_sum(ones));
  EXPECT_EQ(sum_octets(ones), 0xff00u);
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

}  // namespace

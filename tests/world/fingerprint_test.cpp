// The hash that tells states apart, and the short list that holds segments in flight.
#include "model/world/fingerprint.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "model/world/inline_list.hpp"

namespace {

using namespace sequent::model;

digest of(const std::vector<std::uint64_t>& words) {
  fingerprint f;
  for (const std::uint64_t w : words) f.word(w);
  return f.value();
}

TEST(fingerprint, depends_on_value_order_and_number) {
  EXPECT_EQ(of({1, 2}), of({1, 2}));
  EXPECT_NE(of({1, 2}), of({2, 1}));
  EXPECT_NE(of({}), of({0}));
  EXPECT_NE(of({0}), of({0, 0}));
}

TEST(fingerprint, each_half_alone_tells_small_states_apart) {
  std::set<std::uint64_t> first;
  std::set<std::uint64_t> second;
  for (std::uint64_t a = 0; a < 300; ++a) {
    for (std::uint64_t b = 0; b < 300; ++b) {
      const digest d = of({a, b << 32, 0, a ^ b});
      first.insert(d.first);
      second.insert(d.second);
    }
  }
  EXPECT_EQ(first.size(), 90000u);
  EXPECT_EQ(second.size(), 90000u);
}

TEST(fingerprint, one_bit_changes_about_half_of_the_hash) {
  int changed = 0;
  for (int bit = 0; bit < 64; ++bit) {
    const digest a = of({42, 7});
    const digest b = of({42 ^ (std::uint64_t{1} << bit), 7});
    changed += std::popcount(a.first ^ b.first) + std::popcount(a.second ^ b.second);
  }
  EXPECT_GT(changed, 64 * 128 * 4 / 10);
  EXPECT_LT(changed, 64 * 128 * 6 / 10);
}

TEST(fingerprint, octets_of_different_length_differ) {
  const std::array<std::uint8_t, 20> zeros{};
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
  for (std::size_t length = 0; length <= zeros.size(); ++length) {
    fingerprint f;
    f.octets(std::span<const std::uint8_t>(zeros.data(), length));
    seen.insert({f.value().first, f.value().second});
  }
  EXPECT_EQ(seen.size(), zeros.size() + 1);
}

TEST(fingerprint, absent_differs_from_every_value) {
  fingerprint absent;
  absent.add(std::optional<int>());
  for (int value = 0; value < 100; ++value) {
    fingerprint present;
    present.add(std::optional<int>(value));
    EXPECT_NE(absent.value(), present.value());
  }
}

TEST(inline_list, keeps_order_and_copies_what_is_in_it) {
  inline_list<int, 4> list;
  for (const int i : {1, 2, 3, 4}) list.push_back(i);
  EXPECT_TRUE(list.full());
  EXPECT_EQ(list.take(1), 2);
  inline_list<int, 4> copy = list;
  EXPECT_EQ(list.take(0), 1);
  EXPECT_EQ(std::vector<int>(copy.begin(), copy.end()), (std::vector<int>{1, 3, 4}));
  copy = list;
  EXPECT_EQ(std::vector<int>(copy.begin(), copy.end()), (std::vector<int>{3, 4}));
}

}  // namespace

#include "sequent/stack/shard.hpp"

#include <gtest/gtest.h>

#include <array>

namespace sequent {
namespace shard_test {

flow flow_number(unsigned i) {
  return {ip_address::from_v4({10, 0, 0, 1}),
          ip_address::from_v4({10, 1, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}), 80,
          static_cast<std::uint16_t>(1'024 + i % 7)};
}

// covers: shards
TEST(shard, is_the_same_seen_from_either_end) {
  for (unsigned i = 0; i != 1'000; ++i) {
    const flow f = flow_number(i);
    const flow reversed{f.remote, f.local, f.remote_port, f.local_port};
    const u32 shard = shard_of(f, 7, {1, 2});
    EXPECT_EQ(shard_of(reversed, 7, {1, 2}), shard);
    EXPECT_LT(shard, 7u);
    EXPECT_EQ(shard_of(f, 1, {1, 2}), 0u);
  }
}

// covers: shards
TEST(shard, shares_flows_out_evenly_and_by_its_key) {
  std::array<int, 4> share{};
  int elsewhere = 0;
  for (unsigned i = 0; i != 4'000; ++i) {
    ++share[shard_of(flow_number(i), 4, {1, 2})];
    if (shard_of(flow_number(i), 4, {1, 2}) != shard_of(flow_number(i), 4, {3, 2})) ++elsewhere;
  }
  for (const int each : share) EXPECT_NEAR(each, 1'000, 150);
  EXPECT_NEAR(elsewhere, 3'000, 200);
}

}  // namespace shard_test
}  // namespace sequent

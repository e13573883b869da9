#include "sequent/stack/config.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <unordered_set>

namespace sequent {
namespace stack_config_test {

// RFC 9293 section 3.8.3 (MUST-23) asks for three minutes.
// covers: MUST-23
TEST(stack_config, by_default_a_syn_ack_is_sent_for_three_minutes) {
  const stack_config config;
  duration wait = config.syn_ack_timeout;
  duration total = wait;
  for (int i = 0; i != config.syn_ack_retries; ++i) {
    wait = wait * 2 < config.syn_ack_longest ? wait * 2 : config.syn_ack_longest;
    total = total + wait;
  }
  EXPECT_EQ(total, duration::seconds(183));
}

using config_ref = stack_config&;
struct edge {
  const char* name;
  void (*outside)(config_ref);
  void (*inside)(config_ref);
};
constexpr duration least_time = duration::microseconds(1);
constexpr edge edges[] = {
    {"secret", [](config_ref c) { c.secret = {}; },
     [](config_ref c) {
       c.secret = {0, 1};
     }},
    {"mtu", [](config_ref c) { c.mtu = 67; }, [](config_ref c) { c.mtu = 68; }},
    {"time_to_live", [](config_ref c) { c.time_to_live = 0; }, [](config_ref c) { c.time_to_live = 1; }},
    {"cookies", [](config_ref c) { c.cookies = static_cast<cookie_policy>(3); },
     [](config_ref c) { c.cookies = cookie_policy::always; }},
    {"syn_ack_timeout", [](config_ref c) { c.syn_ack_timeout = {}; },
     [](config_ref c) { c.syn_ack_timeout = least_time; }},
    {"syn_ack_longest", [](config_ref c) { c.syn_ack_longest = c.syn_ack_timeout - least_time; },
     [](config_ref c) { c.syn_ack_longest = c.syn_ack_timeout; }},
    {"orphan_life", [](config_ref c) { c.orphan_life = duration{}; }, [](config_ref c) { c.orphan_life = least_time; }},
    {"orphan_life", [](config_ref c) { c.orphan_life = duration::seconds(32'000) + least_time; },
     [](config_ref c) { c.orphan_life = duration::seconds(32'000); }},
    {"ports", [](config_ref c) { c.ports.first = 0; },
     [](config_ref c) {
       c.ports = {1, 1};
     }},
    {"ports",
     [](config_ref c) {
       c.ports = {9, 8};
     },
     [](config_ref c) {
       c.ports = {9, 0xffff};
     }},
    {"receive_mss", [](config_ref c) { c.connection.receive_mss = 0; },
     [](config_ref c) { c.connection.receive_mss = 1; }},
};

TEST(stack_config, each_member_is_refused_just_outside_its_range_and_taken_at_its_end) {
  for (const edge& each : edges) {
    stack_config config;
    config.secret = {1, 2};
    each.outside(config);
    EXPECT_STREQ(config.validate().wrong, each.name);
    config = {};
    config.secret = {1, 2};
    each.inside(config);
    EXPECT_TRUE(config.validate()) << each.name << " is said of " << config.validate().wrong;
  }
}

TEST(stack_config, the_rest_may_be_anything) {
  stack_config config;
  config.secret = {1, 2};
  config.mtu = 0xffff;
  config.time_to_live = config.service = config.min_time_to_live = config.syn_ack_retries = 255;
  config.syn_ack_timeout = config.syn_ack_longest = duration::microseconds(std::numeric_limits<std::int64_t>::max());
  config.max_orphans = 0xffff'ffffu;
  config.orphan_life = std::nullopt;
  EXPECT_TRUE(config.validate());
}

// Each place has its own name, and so has each thing that ever stood there.
TEST(stack_config, handles_are_keys_of_any_container) {
  std::set<handle> sorted;
  std::unordered_set<handle> hashed;
  std::set<std::size_t> hashes;
  for (u32 index = 0; index != 100; ++index) {
    for (const u32 generation : {0u, 1u, 2u, 0xffff'ffffu}) {
      EXPECT_TRUE(sorted.insert({index, generation}).second);
      EXPECT_TRUE(hashed.insert({index, generation}).second);
      hashes.insert(std::hash<handle>{}({index, generation}));
    }
  }
  EXPECT_TRUE(hashed.insert(handle{}).second) << "one that names nothing is a key too";
  EXPECT_TRUE(hashed.contains({99, 2}));
  EXPECT_FALSE(hashed.contains({99, 3}));
  if constexpr (sizeof(std::size_t) >= 8) {
    EXPECT_EQ(hashes.size(), 400u) << "none is lost that fits";
  }
  EXPECT_EQ(std::hash<handle>{}({1, 2}), std::hash<handle>{}({1, 2}));
}

// By place, then by age; the same in every comparison.
TEST(stack_config, handles_are_ordered) {
  const handle ascending[] = {{0, 1}, {0, 2}, {0, 0xffff'ffffu}, {1, 0}, {1, 1}, {0xffff'ffffu, 0}};
  for (std::size_t i = 0; i != std::size(ascending); ++i) {
    for (std::size_t k = 0; k != std::size(ascending); ++k) {
      EXPECT_EQ(ascending[i] < ascending[k], i < k);
      EXPECT_EQ(ascending[i] == ascending[k], i == k);
      EXPECT_EQ(ascending[i] <=> ascending[k] > 0, i > k);
    }
  }
  EXPECT_EQ(handle{}, (handle{0xffff'ffffu, 0}));
}

}  // namespace stack_config_test
}  // namespace sequent

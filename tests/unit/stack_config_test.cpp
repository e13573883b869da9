#include "sequent/stack_config.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sequent {
namespace stack_config_test {

// Knowing one key tells nothing about another: at least they differ, from each other and with the secret.
TEST(stack_config, every_use_of_the_secret_has_its_own_key) {
  std::set<std::pair<std::uint64_t, std::uint64_t>> keys;
  for (const secret_key secret : {secret_key{1, 2}, secret_key{1, 3}, secret_key{2, 2}}) {
    for (const key_use use : {key_use::flows, key_use::sequence_numbers, key_use::timestamp_clocks, key_use::ports,
                              key_use::cookies, key_use::fast_open}) {
      const secret_key key = derive_key(secret, use);
      EXPECT_NE(key.first, key.second);
      EXPECT_TRUE(keys.emplace(key.first, key.second).second);
    }
  }
  EXPECT_EQ(keys.size(), 18u);
}

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

}  // namespace stack_config_test
}  // namespace sequent

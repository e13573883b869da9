#include "sequent/base/derived_key.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <utility>

namespace sequent {
namespace derived_key_test {

// Knowing one key tells nothing about another: at least they differ, from each other and with the secret.
TEST(derived_key, every_use_of_the_secret_has_its_own_key) {
  std::set<std::pair<std::uint64_t, std::uint64_t>> keys;
  for (const secret_key secret : {secret_key{1, 2}, secret_key{1, 3}, secret_key{2, 2}}) {
    for (const key_use use : {key_use::flows, key_use::sequence_numbers, key_use::timestamp_clocks, key_use::ports,
                              key_use::cookies, key_use::fast_open, key_use::flow_labels}) {
      const secret_key key = derive_key(secret, use);
      EXPECT_NE(key.first, key.second);
      EXPECT_TRUE(keys.emplace(key.first, key.second).second);
    }
  }
  EXPECT_EQ(keys.size(), 21u);
}

TEST(derived_key, of_no_secret_there_is_none) {
  for (const key_use use : {key_use::flows, key_use::sequence_numbers, key_use::cookies}) {
    EXPECT_EQ(derive_key({}, use), secret_key{});
  }
}

}  // namespace derived_key_test
}  // namespace sequent

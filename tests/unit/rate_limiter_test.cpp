#include "sequent/rate_limiter.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "sequent/flow.hpp"

namespace rate_limiter_test {

using namespace sequent;

constexpr instant at(std::int64_t microseconds) { return instant::from_microseconds(microseconds); }
constexpr duration ms10 = duration::milliseconds(10);

TEST(rate_limiter, a_bucket_begins_full_and_fills_one_token_an_interval) {
  token_bucket bucket;
  for (int i = 0; i != 3; ++i) EXPECT_TRUE(bucket.take(at(0), ms10, 3));
  EXPECT_FALSE(bucket.take(at(0), ms10, 3));
  EXPECT_FALSE(bucket.take(at(9'999), ms10, 3));
  EXPECT_TRUE(bucket.take(at(10'000), ms10, 3));
  EXPECT_FALSE(bucket.take(at(10'000), ms10, 3));
  for (int i = 0; i != 3; ++i) EXPECT_TRUE(bucket.take(at(1'000'000), ms10, 3)) << "never more than the burst";
  EXPECT_FALSE(bucket.take(at(1'000'000), ms10, 3));
}

TEST(rate_limiter, a_clock_that_jumps_back_brings_nothing) {
  token_bucket bucket;
  EXPECT_TRUE(bucket.take(at(50'000), ms10, 1));
  EXPECT_FALSE(bucket.take(at(0), ms10, 1));
  EXPECT_FALSE(bucket.take(at(59'999), ms10, 1));
  EXPECT_TRUE(bucket.take(at(60'000), ms10, 1));
}

TEST(rate_limiter, nothing_overflows_at_the_ends_of_time) {
  token_bucket bucket;
  const instant first = at(std::numeric_limits<std::int64_t>::min());
  const instant last = at(std::numeric_limits<std::int64_t>::max());
  EXPECT_TRUE(bucket.take(first, token_bucket::longest_interval, token_bucket::largest_burst));
  EXPECT_FALSE(bucket.take(last, ms10, 5));
  EXPECT_TRUE(bucket.take(last - ms10, ms10, 5));
  EXPECT_FALSE(bucket.take(last - ms10, ms10, 5)) << "it would have to be full after the end";
  EXPECT_FALSE(bucket.take(first, ms10, 5));
}

flow from(std::uint8_t host) {
  return {ip_address::from_v4({192, 0, 2, 1}), ip_address::from_v4({198, 51, 100, host}), 80, 1'000};
}

// covers: rate-limits
TEST(rate_limiter, flows_have_buckets_of_their_own_unless_the_key_puts_them_together) {
  rate_limiter<flow, flow_hash, inline_slots<token_bucket, 64>> limiter({}, flow_hash({1, 2}), ms10, 2);
  EXPECT_TRUE(limiter.allow(from(1), at(0)));
  EXPECT_TRUE(limiter.allow(from(1), at(0)));
  EXPECT_FALSE(limiter.allow(from(1), at(0)));
  // Which others have to do with it depends on the secret.
  const auto sharing = [](secret_key key) {
    std::set<int> out;
    for (int host = 2; host != 256; ++host) {
      rate_limiter<flow, flow_hash, inline_slots<token_bucket, 64>> fresh({}, flow_hash(key), ms10, 1);
      EXPECT_TRUE(fresh.allow(from(1), at(0)));
      if (!fresh.allow(from(static_cast<std::uint8_t>(host)), at(0))) out.insert(host);
    }
    return out;
  };
  EXPECT_LE(sharing({1, 2}).size(), 16u) << "254 / 64 on average";
  EXPECT_NE(sharing({1, 2}), sharing({3, 4}));
}

TEST(rate_limiter, every_bucket_is_used) {
  rate_limiter<flow, flow_hash, inline_slots<token_bucket, 5>> limiter({}, flow_hash({1, 2}), ms10, 1);
  int allowed = 0;
  for (int host = 0; host != 256; ++host)
    allowed += limiter.allow(from(static_cast<std::uint8_t>(host)), at(0)) ? 1 : 0;
  EXPECT_EQ(allowed, 5);
}

TEST(rate_limiter, without_buckets_refuses_and_takes_settings_into_range) {
  rate_limiter<flow, flow_hash> none;
  EXPECT_FALSE(none.allow(from(1), at(0)));
  rate_limiter<flow, flow_hash, inline_slots<token_bucket, 1>> odd({}, flow_hash(), duration::seconds(-5), 0);
  EXPECT_TRUE(odd.allow(from(1), at(0)));
  EXPECT_FALSE(odd.allow(from(1), at(0)));
  EXPECT_TRUE(odd.allow(from(1), at(1)));
}

}  // namespace rate_limiter_test

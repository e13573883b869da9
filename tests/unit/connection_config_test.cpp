#include "sequent/connection_config.hpp"

#include <gtest/gtest.h>

namespace connection_config_test {

using namespace sequent;

TEST(connection_config, defaults_are_what_the_rfcs_ask_for) {
  const connection_config config;
  EXPECT_EQ(config.default_peer_mss, 536u);
  EXPECT_TRUE(config.nagle);
  EXPECT_FALSE(config.keep_alive.enabled);
  EXPECT_GE(config.keep_alive.idle, duration::seconds(7'200));
  EXPECT_GT(config.keep_alive.probes, 1u);
  EXPECT_LT(config.delayed_ack, duration::milliseconds(500));
  EXPECT_GE(config.r1, 3u);
  ASSERT_TRUE(config.user_timeout);
  EXPECT_GE(*config.user_timeout, duration::seconds(180));
  EXPECT_EQ(config.msl, duration::seconds(120));
  EXPECT_EQ(config.rto.initial, duration::seconds(1));
  EXPECT_EQ(config.rto.least, duration::seconds(1));
  EXPECT_GE(config.rto.most, duration::seconds(60));
}

TEST(connection_config, the_window_shift_is_the_smallest_that_fits) {
  EXPECT_EQ(window_shift_for(0), 0u);
  EXPECT_EQ(window_shift_for(65'535), 0u);
  EXPECT_EQ(window_shift_for(65'536), 1u);
  EXPECT_EQ(window_shift_for(131'071), 1u);
  EXPECT_EQ(window_shift_for(131'072), 2u);
  EXPECT_EQ(window_shift_for(std::uint64_t{65'535} << 14), 14u);
  EXPECT_EQ(window_shift_for(std::uint64_t{1} << 63), 14u);
}

}  // namespace connection_config_test

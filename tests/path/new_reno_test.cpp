// Losses of one flight without SACK: one is repaired each round trip, and the timer keeps out of it (RFC 6582).
#include <gtest/gtest.h>

#include "sequent/congestion/reno.hpp"
#include "tests/path/two_ends.hpp"

namespace sequent::path {
namespace {

struct reno_path : path_policy {
  using congestion_control = congestion::reno;
};

// Slow-but-Steady, decision 0034: the timer starts over with each partial acknowledgment.
// covers: rfc6582#3.2
TEST(path_new_reno, each_loss_is_repaired_once_and_no_timer_expires) {
  for (const nanoseconds round_trip : {20 * millisecond, 100 * millisecond, 300 * millisecond}) {
    for (const std::uint64_t losses : {1u, 4u, 12u, 20u}) {
      path_setting s;
      for (link_setting& way : s.way) {
        way.rate = 100'000'000;
        way.delay = round_trip / 2;
      }
      s.application[0].writes = 1'000'000;
      s.config[0].sack = false;
      for (std::uint64_t i = 0; i != losses; ++i) s.way[0].faults.push_back({100 + i});
      const path_result r = two_ends<reno_path>(s).run();
      ASSERT_TRUE(r.finished) << r.why;
      EXPECT_EQ(r.again[0], losses) << round_trip;
      EXPECT_EQ(r.needless[0], 0u) << round_trip;
      EXPECT_EQ(r.timeouts[0], 0u) << round_trip;
    }
  }
}

}  // namespace
}  // namespace sequent::path

// Connections that share a link, each as it would be alone.
#include "tests/path/shared_link.hpp"

#include <gtest/gtest.h>

namespace sequent::path {
namespace shared_link_test {

struct judged : path_policy {
  static constexpr std::size_t max_held_ranges = max_table_entries;
  static constexpr std::size_t max_sent_runs = max_table_entries;
};

shared_setting shared(std::int64_t rate, nanoseconds round_trip, std::int64_t queue) {
  shared_setting s;
  for (link_setting& way : s.way) {
    way.rate = rate;
    way.delay = round_trip / 2;
    way.queue = queue;
  }
  return s;
}

// A pair alone on its link does what two judged ends do, segment for segment: the theory table says of judged runs what
// it draws of others.
TEST(path_shared_link, a_pair_alone_does_what_judged_ends_do) {
  shared_setting s = shared(20'000'000, 40 * millisecond, 100'000);
  for (const std::uint32_t loss : {0u, 2'000u}) {
    s.way[0].loss = loss;
    path_setting two;
    two.way = s.way;
    two.application[0].writes = 4'000'000;
    const path_result want = two_ends<judged>(two).run();
    ASSERT_TRUE(want.finished) << want.why;
    shared_link net(s);
    net.add<shared_policy>({.writes = 4'000'000});
    const shared_result got = net.run();
    ASSERT_TRUE(got.finished()) << got.why;
    EXPECT_EQ(got.took, want.took) << loss;
    EXPECT_EQ(got.drops, want.drops[0]) << loss;
    EXPECT_EQ(got.sum().segments_again, want.again[0]) << loss;
    EXPECT_EQ(got.sum().timeouts, want.timeouts[0]) << loss;
    EXPECT_GT(got.drops, loss == 0 ? 0u : 4u);
  }
}

// What the pairs got together is what the link carried.
TEST(path_shared_link, pairs_share_what_the_link_carries) {
  shared_setting s = shared(20'000'000, 40 * millisecond, 100'000);
  s.counts_from = 5 * second;
  s.most_time = 15 * second;
  shared_link net(s);
  for (int k = 0; k != 3; ++k) net.add<shared_policy>({.begins = k * 100 * millisecond});
  const shared_result r = net.run();
  ASSERT_EQ(r.why, "");
  std::uint64_t all = 0;
  for (const flow_result& each : r.flows) {
    EXPECT_GT(each.share, 0u);
    all += each.share;
  }
  const double link = 20e6 / 8 * 10 * 1'448 / 1'520;
  EXPECT_LE(static_cast<double>(all), 1.02 * link);
  EXPECT_GE(static_cast<double>(all), 0.9 * link);
}

}  // namespace shared_link_test
}  // namespace sequent::path

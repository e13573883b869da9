// What a connection says that it counted is what crossed the wire.
#include <gtest/gtest.h>

#include "tests/path/two_ends.hpp"

namespace sequent::path {
namespace {

struct counting : path_policy {
  using statistics = counted_statistics;
};

path_setting symmetric() {
  path_setting s;
  for (link_setting& way : s.way) {
    way.rate = 50'000'000;
    way.delay = 20 * millisecond;
  }
  s.application[0].writes = 1'000'000;
  s.application[1].writes = 100'000;
  return s;
}

void judge(const path_setting& s, const char* what) {
  two_ends<counting> run(s);
  const path_result r = run.run();
  ASSERT_TRUE(r.finished) << what << r.why;
  for (std::size_t i = 0; i != 2; ++i) {
    const connection_counters& told = run.end(i).statistics().counters;
    EXPECT_EQ(told.segments_sent + told.acks_sent + 1, r.segments[i]) << what << i << ": and the SYN";
    EXPECT_EQ(told.segments_again, r.again[i]) << what << i;
    EXPECT_EQ(told.octets_sent - told.octets_again, s.application[i].writes) << what << i;
    EXPECT_EQ(told.octets_received, s.application[1 - i].writes) << what << i;
    EXPECT_LE(told.needless, r.needless[i]) << what << i;
    EXPECT_EQ(told.timeouts, r.timeouts[i]) << what << i;
    EXPECT_EQ(told.octets_delivered, s.application[i].writes + 2) << what << i << ": SYN and FIN";
  }
}

TEST(path_statistics, count_what_crosses_the_wire) {
  judge(symmetric(), "undisturbed");
  path_setting lossy = symmetric();
  for (std::uint64_t k : {20u, 21u, 60u, 61u, 62u, 63u, 200u, 300u}) lossy.way[0].faults.push_back({k});
  lossy.way[1].faults.push_back({30});
  judge(lossy, "losses");
  path_setting tail = symmetric();
  for (std::uint64_t k = 2; k != 12; ++k) tail.way[0].faults.push_back({k});
  judge(tail, "a flight lost");
}

// On a slow path with a deep queue SRTT is a round trip behind: the timer expires while a repair queues (RFC 6298
// section 5.3), where three reports beyond the hole would be a reason too (before: no timeout was counted).
// covers: rfc6298#5
TEST(path_statistics, a_timer_that_expires_within_a_repair_counts) {
  path_setting s = symmetric();
  for (connection_config& config : s.config) config.timestamps = false;
  s.way[0].rate = 128'000;
  s.application[0].writes = 180'000;
  s.application[1].writes = 0;
  s.way[0].faults = {{22}};
  judge(s, "a slow path");
  const path_result r = two_ends<counting>(s).run();
  EXPECT_EQ(r.timeouts[0], 1u);
  EXPECT_EQ(r.repairs[0], 1u);
}

}  // namespace
}  // namespace sequent::path

#include "sequent/statistics.hpp"

#include <gtest/gtest.h>

#include <type_traits>

#include "tests/support/endpoint.hpp"

namespace sequent::test {
namespace statistics_test {

struct counting : default_policy {
  using statistics = counted_statistics;
};

TEST(statistics, cost_nothing_when_nobody_counts) {
  static_assert(std::is_empty_v<no_statistics>);
  EXPECT_EQ(sizeof(connection<counting>) - sizeof(connection<>), sizeof(connection_counters));
  endpoint<> host;
  host.open();
  host.write(100);
  EXPECT_EQ(host.tcp.statistics().counters, connection_counters{});
  EXPECT_EQ(host.tcp.statistics().in_flight, 100u);
}

TEST(statistics, add_up) {
  counted_statistics one;
  one.sent(10, false);
  one.sent(20, true);
  one.sent_ack();
  one.took(true, 30);
  one.took(false, 0);
  one.timed_out();
  one.recovery_began();
  one.probed();
  connection_counters all = one.count;
  all += one.count;
  EXPECT_EQ(all.segments_sent, 4u);
  EXPECT_EQ(all.octets_sent, 60u);
  EXPECT_EQ(all.segments_again, 2u);
  EXPECT_EQ(all.octets_again, 40u);
  EXPECT_EQ(all.acks_sent, 2u);
  EXPECT_EQ(all.segments_received, 4u);
  EXPECT_EQ(all.octets_received, 60u);
  EXPECT_EQ(all.out_of_order, 2u);
  EXPECT_EQ(all.timeouts, 2u);
  EXPECT_EQ(all.recoveries, 2u);
  EXPECT_EQ(all.probes, 2u);
}

// covers: rfc2883#4
TEST(statistics, a_report_of_duplicates_is_told_from_one_of_holes) {
  counted_statistics s;
  segment<u32> header;
  const sequence_number<u32> una(0xffff'fff0u);
  header.options.sack.push({una + 100u, una + 200u});
  s.heard(header, una, 0, true);
  EXPECT_EQ(s.count.needless, 0u);
  header.options.sack = {};
  header.options.sack.push({una - 100u, una});
  s.heard(header, una, 5, false);
  EXPECT_EQ(s.count.needless, 1u);
  header.options.sack = {};
  header.options.sack.push({una + 120u, una + 140u});
  header.options.sack.push({una + 100u, una + 200u});
  s.heard(header, una, 0, false);
  EXPECT_EQ(s.count.needless, 2u);
  header.options.sack.block[1] = {una + 130u, una + 200u};
  s.heard(header, una, 0, false);
  EXPECT_EQ(s.count.needless, 2u);
  EXPECT_EQ(s.count.duplicate_acks, 1u);
  EXPECT_EQ(s.count.octets_delivered, 5u);
}

TEST(statistics, tell_how_a_connection_stands) {
  endpoint<counting> host;
  EXPECT_EQ(host.tcp.statistics().state, connection_state::closed);
  EXPECT_FALSE(host.tcp.statistics().round_trip);
  host.open();
  host.write(1'000);
  host.write(2'000);
  host.in(at(5'101).ack(1'001).text(50));
  host.in(at(5'001).ack(1'001).text(100));
  const connection_statistics now = host.tcp.statistics();
  EXPECT_EQ(now.state, connection_state::established);
  EXPECT_EQ(now.timeout, host.tcp.sending().rtt().timeout());
  EXPECT_EQ(now.in_flight, host.tcp.block().snd.nxt - host.tcp.block().snd.una);
  EXPECT_EQ(now.in_flight + now.unsent, 3'000u);
  EXPECT_EQ(now.unread, 150u);
  EXPECT_EQ(now.counters.octets_received, 150u);
  EXPECT_EQ(now.counters.segments_received, 2u);
  EXPECT_EQ(now.counters.out_of_order, 1u);
  EXPECT_EQ(now.counters.octets_sent, now.in_flight);
  EXPECT_EQ(now.counters.octets_again, 0u);
  host.wait_for_deadline();
  EXPECT_EQ(host.tcp.statistics().counters.timeouts + host.tcp.statistics().counters.probes, 1u);
  EXPECT_EQ(host.tcp.statistics().counters.segments_again, 1u);
}

}  // namespace statistics_test
}  // namespace sequent::test

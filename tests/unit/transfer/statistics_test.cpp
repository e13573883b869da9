#include "sequent/transfer/statistics.hpp"

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
  const sequence_number<u32> acknowledged(0xffff'fff0u);
  header.ack = acknowledged;
  header.options.sack.push({acknowledged + 100u, acknowledged + 200u});
  s.heard(header, true, 0, true);
  EXPECT_EQ(s.count.needless, 0u);
  header.options.sack = {};
  header.options.sack.push({acknowledged - 100u, acknowledged});
  s.heard(header, false, 0, false);
  EXPECT_EQ(s.count.needless, 0u) << "SACK was not agreed";
  s.heard(header, true, 5, false);
  EXPECT_EQ(s.count.needless, 1u);
  header.options.sack.block[0] = {acknowledged - 100u, acknowledged - 100u};
  s.heard(header, true, 0, false);
  EXPECT_EQ(s.count.needless, 1u) << "of nothing";
  header.options.sack = {};
  header.options.sack.push({acknowledged + 120u, acknowledged + 140u});
  header.options.sack.push({acknowledged + 100u, acknowledged + 200u});
  s.heard(header, true, 0, false);
  EXPECT_EQ(s.count.needless, 2u);
  header.options.sack.block[1] = {acknowledged + 130u, acknowledged + 200u};
  s.heard(header, true, 0, false);
  EXPECT_EQ(s.count.needless, 2u);
  EXPECT_EQ(s.count.duplicate_acks, 1u);
  EXPECT_EQ(s.count.octets_delivered, 5u);
}

// Acknowledgments that overtake each other: the late one reports what SND.UNA has passed since.
TEST(statistics, an_overtaken_acknowledgment_reports_no_duplicates) {
  connection_config config = plain();
  config.sack = true;
  endpoint<counting> host(config);
  host.open({.sack = true});
  host.write(3'000);
  const sequence_number<u32> una = host.tcp.tcb().snd.una;
  packet overtaken = host.peer();
  overtaken.header.options.sack.push({una + 2'000u, una + 3'000u});
  packet last = host.peer().ack(host.iss() + 3'001);
  host.in(last);
  host.in(overtaken);
  EXPECT_EQ(host.tcp.statistics().counters.needless, 0u);
  last.header.options.sack = overtaken.header.options.sack;
  host.in(last);
  EXPECT_EQ(host.tcp.statistics().counters.needless, 1u);
}

// What went out with a SYN has been sent, whether or not the peer takes it (RFC 7413).
TEST(statistics, text_on_a_syn_is_not_unsent) {
  struct opens_fast : default_policy {
    using fast_open = with_fast_open;
  };
  endpoint<opens_fast> host;
  ASSERT_TRUE(
      host.tcp.connect({.cookie = *fast_open_cookie::of(std::vector<std::uint8_t>(8, 1)), .mss = 1'000}, host.now));
  ASSERT_TRUE(host.tcp.write(pattern(1'500)));
  EXPECT_EQ(host.tcp.statistics().unsent, 1'500u);
  const auto syn = host.out();
  ASSERT_EQ(syn.size(), 1u);
  ASSERT_GT(syn[0].header.text_length, 0u);
  EXPECT_EQ(host.tcp.statistics().unsent, 1'500u - syn[0].header.text_length);
  host.in(host.answer_to_syn({}));
  const connection_statistics now = host.tcp.statistics();
  EXPECT_EQ(now.in_flight + now.unsent, 1'500u);
}

// A recovery may begin with the very acknowledgment that ends another: what was sent in that one was lost as well.
TEST(statistics, a_recovery_that_follows_another_at_once_is_counted) {
  struct counting_reno : reno_policy {
    using statistics = counted_statistics;
  };
  connection_config config = plain();
  config.sack = true;
  endpoint<counting_reno> host(config);
  host.open({.sack = true});
  const u32 first = host.iss() + 1;
  const auto reports = [&](u32 una, u32 from, u32 to) {
    packet p = host.peer().ack(first + una * 1'460);
    p.header.options.sack.push({sequence_number<u32>(first + from * 1'460), sequence_number<u32>(first + to * 1'460)});
    return host.in(p);
  };
  host.write(30 * 1'460);
  ASSERT_EQ(host.nxt(), first + 10 * 1'460);
  host.now = host.now + ms(100);
  for (u32 last = 2; last <= 10; ++last) reports(0, 1, last);  // two go out before the third begins the recovery
  EXPECT_EQ(host.tcp.statistics().counters.recoveries, 1u);
  host.now = host.now + ms(100);
  host.in(host.peer().ack(first + 10 * 1'460));
  ASSERT_GE(host.nxt(), first + 15 * 1'460);
  host.now = host.now + ms(100);
  reports(12, 13, 15);
  EXPECT_TRUE(host.tcp.statistics().recovering);
  EXPECT_EQ(host.tcp.statistics().counters.recoveries, 2u);
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
  EXPECT_EQ(now.in_flight, host.tcp.tcb().snd.nxt - host.tcp.tcb().snd.una);
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

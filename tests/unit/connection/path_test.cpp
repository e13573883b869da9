// What ICMP errors and silence do to a connection. connection.hpp includes the part under test.
#include <gtest/gtest.h>

#include "tests/support/icmp_reports.hpp"
#include "tests/support/states.hpp"

namespace sequent::test {
namespace connection_path_test {

TEST(connection_path, begins_at_the_configured_size) {
  connection_config config = plain();
  config.send_mss = 1'200;
  const endpoint<> host(config);
  EXPECT_EQ(host.tcp.path().largest_text(), 1'200u);
  EXPECT_FALSE(host.tcp.last_icmp());
}

TEST(connection_path, a_believed_report_shortens_segments_and_sends_again_what_was_too_big) {
  endpoint<> host;
  host.open();
  const auto first = host.write(20'000);
  ASSERT_EQ(largest_text(first), 1'460u);
  host.tcp.on_icmp(too_big(1'400, host.una()), host.now);
  EXPECT_EQ(host.tcp.effective_mss(), 1'360u);
  const auto again = host.out();
  ASSERT_FALSE(again.empty());
  EXPECT_EQ(again[0].header.seq.wire(), host.una());
  EXPECT_EQ(largest_text(again), 1'360u);
}

TEST(connection_path, the_rest_of_a_burst_of_reports_sends_nothing_more) {
  endpoint<> host;
  host.open();
  const auto first = host.write(20'000);
  ASSERT_GE(first.size(), 3u);
  host.tcp.on_icmp(too_big(1'400, first[0].header.seq.wire()), host.now);
  host.out();
  for (const packet& p : first) {
    host.tcp.on_icmp(too_big(1'400, p.header.seq.wire()), host.now);
    EXPECT_TRUE(host.out().empty());
  }
}

TEST(connection_path, timestamps_count_in_what_must_fit) {
  connection_config config = plain();
  config.timestamps = true;
  endpoint<> host(config);
  peer_offer offer;
  offer.ts = 1;
  host.open(offer);
  ASSERT_EQ(largest_text(host.write(20'000)), 1'448u);
  host.tcp.on_icmp(too_big(1'499, host.una()), host.now);
  EXPECT_EQ(host.tcp.effective_mss(), 1'447u);
}

TEST(connection_path, the_header_of_ipv6_is_longer_and_its_least_link_larger) {
  connection_config config = plain();
  config.ip_header_octets = 40;
  config.send_mss = 1'440;
  endpoint<> host(config);
  host.open();
  host.write(20'000);
  host.tcp.on_icmp(too_big(1'279, host.una()), host.now);
  EXPECT_EQ(host.tcp.effective_mss(), 1'440u);
  host.tcp.on_icmp(too_big(1'280, host.una()), host.now);
  EXPECT_EQ(host.tcp.effective_mss(), 1'220u);
}

TEST(connection_path, no_report_goes_below_the_least_mss) {
  endpoint<> host;
  host.open();
  host.write(20'000);
  host.tcp.on_icmp(too_big(87, host.una()), host.now);
  EXPECT_EQ(host.tcp.effective_mss(), 1'460u);
  host.tcp.on_icmp(too_big(88, host.una()), host.now);
  EXPECT_EQ(host.tcp.effective_mss(), 48u);
}

TEST(connection_path, the_size_is_tried_again_after_ten_minutes) {
  endpoint<> host;
  host.open();
  host.write(1'460);
  host.tcp.on_icmp(too_big(1'400, host.una()), host.now);
  host.out();
  host.in(host.peer().ack(host.nxt()));
  host.now = host.now + s(599);
  EXPECT_EQ(largest_text(host.write(1'460)), 1'360u);
  host.in(host.peer().ack(host.nxt()));
  host.now = host.now + s(1);
  EXPECT_EQ(largest_text(host.write(1'460)), 1'460u);
}

TEST(connection_path, a_new_attempt_knows_nothing_of_the_last) {
  endpoint<> host;
  ASSERT_TRUE(host.tcp.connect(host.now));
  host.out();
  host.tcp.on_icmp(hard(host.iss()), host.now);
  ASSERT_EQ(host.state(), connection_state::closed);
  EXPECT_EQ(host.tcp.ended_by(), error::unreachable);
  EXPECT_EQ(host.tcp.last_icmp(), (icmp_report{3, 3}));
  ASSERT_TRUE(host.tcp.connect(host.now));
  EXPECT_FALSE(host.tcp.last_icmp());
  EXPECT_FALSE(host.tcp.ended_by());
}

TEST(connection_path, a_passive_attempt_returns_to_listen_for_any_peer) {
  connection_config config = plain();
  config.remote_port = 0;
  endpoint<> host(config);
  ASSERT_TRUE(host.tcp.listen());
  host.in(at(5'000).syn().from(9));
  ASSERT_EQ(host.state(), connection_state::syn_received);
  host.tcp.on_icmp(hard(host.iss()), host.now);
  EXPECT_EQ(host.state(), connection_state::listen);
  EXPECT_EQ(host.tcp.config().remote_port, 0);
  EXPECT_FALSE(host.tcp.next_deadline());
  EXPECT_TRUE(host.out().empty());
  host.in(at(6'000).syn().from(10));
  EXPECT_EQ(host.state(), connection_state::syn_received);
}

TEST(connection_path, rebase_moves_the_moment_of_the_next_try) {
  endpoint<> host;
  host.open();
  host.write(1'460);
  host.tcp.on_icmp(too_big(1'400, host.una()), host.now);
  host.out();
  host.in(host.peer().ack(host.nxt()));
  connection_internals::rebase(host.tcp, s(500));
  host.now = host.now + s(100);
  EXPECT_EQ(largest_text(host.write(1'460)), 1'460u);
}

}  // namespace connection_path_test
}  // namespace sequent::test

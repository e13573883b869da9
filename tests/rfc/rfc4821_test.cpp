// RFC 4821 section 7.7: a path that swallows large segments in silence.
#include <gtest/gtest.h>

#include "tests/support/icmp_reports.hpp"
#include "tests/support/pair.hpp"

namespace sequent::test {
namespace rfc4821_test {

// covers: rfc4821#7.7
TEST(rfc4821_section_7_7, a_full_stop_of_large_segments_leads_to_smaller_ones) {
  endpoint<> host;
  host.open();
  host.write(10'000);
  for (int timeouts = 1; timeouts < host.tcp.config().r1; ++timeouts) {
    EXPECT_EQ(largest_text(host.wait_for_deadline()), 1'460u);
  }
  EXPECT_EQ(largest_text(host.wait_for_deadline()), 1'024u);
  EXPECT_EQ(largest_text(host.wait_for_deadline()), 512u);
  EXPECT_EQ(largest_text(host.wait_for_deadline()), 512u);
}

// Segments that shrink in silence leave in no larger number than before.
// covers: rfc4821#7.7 rfc5681#3.1
TEST(rfc4821_section_7_7, the_window_shrinks_with_the_segments) {
  endpoint<> host;
  host.open();
  host.write(10'000);
  for (int timeouts = 0; timeouts <= host.tcp.config().r1; ++timeouts) host.wait_for_deadline();
  EXPECT_EQ(host.tcp.effective_mss(), 512u);
  EXPECT_EQ(host.tcp.sending().congestion().window(), 512u);
}

// While the peer keeps its window closed too, which a report and a timeout of the probe bring about. CUBIC's window
// goes on from where it is then: its W_est, which belonged to larger segments, would leap back to where it was. covers:
// rfc4821#7.7 rfc9438#4.3 rfc5681#3.1
TEST(rfc4821_section_7_7, cubic_grows_from_the_window_that_has_shrunk) {
  connection_config config = plain();
  config.initial_window = 30;  // which is no more than what idleness leaves
  endpoint<> host(config);
  host.open();
  const auto& congestion = host.tcp.sending().congestion();
  // Answers what is outstanding segment by segment, 10 ms after it was sent.
  const auto answer_all = [&host] {
    host.now = host.now + ms(10);
    for (const u32 until = host.nxt(); host.una() != until; host.write(60'000)) {
      host.in(host.peer().ack(std::min(host.una() + host.tcp.effective_mss(), until)));
    }
  };
  host.write(60'000);
  for (int duplicates = 0; duplicates != 3; ++duplicates) host.in(host.peer());
  answer_all();
  ASSERT_EQ(congestion.window(), 21 * 1'460u);
  while (congestion.window() < 29 * 1'460u) answer_all();
  host.now = host.now + ms(10);
  host.in(host.peer().ack(host.nxt()).window(0));
  ASSERT_EQ(text_octets(host.wait_for_deadline()), 1u) << "a probe";
  host.tcp.on_icmp(too_big(1'080, host.una()), host.now);
  ASSERT_EQ(text_octets(host.wait_for_deadline()), 1u) << "and once more";
  ASSERT_EQ(host.tcp.effective_mss(), 1'040u);
  const u32 shrunk = congestion.window();
  ASSERT_EQ(shrunk, 29u * 1'040u);
  host.in(host.peer().ack(host.nxt()));
  host.write(60'000);
  answer_all();
  EXPECT_GT(host.una(), host.iss() + 1 + 29 * 1'460u);
  EXPECT_LE(congestion.window(), shrunk + 2 * 1'040u);
}

// covers: rfc4821#7.7
TEST(rfc4821_section_7_7, a_full_stop_of_small_segments_changes_nothing) {
  endpoint<> host;
  host.open();
  host.write(500);
  for (int timeouts = 0; timeouts != 5; ++timeouts) host.wait_for_deadline();
  EXPECT_EQ(host.tcp.effective_mss(), 1'460u);
}

// A router that says why nothing gets through: the size of segments is not suspected until something gets through
// again. covers: rfc4821#7.7
TEST(rfc4821_section_7_7, what_icmp_explains_is_no_black_hole) {
  endpoint<> host;
  host.open();
  host.write(10'000);
  host.tcp.on_icmp(soft(host.tcp.tcb().snd.una.wire()), host.now);
  for (int timeouts = 0; timeouts != 5; ++timeouts) EXPECT_EQ(largest_text(host.wait_for_deadline()), 1'460u);
  host.in(at(host.tcp.tcb().rcv.nxt.wire()).ack(host.tcp.tcb().snd.una.wire() + 1'460));
  for (int timeouts = 1; timeouts < host.tcp.config().r1; ++timeouts) host.wait_for_deadline();
  EXPECT_EQ(largest_text(host.wait_for_deadline()), 1'024u) << "and once it has, it is again";
}

// covers: rfc4821#7.7
TEST(rfc4821_section_7_7, a_stream_gets_through_a_path_that_swallows_large_segments) {
  for (const std::size_t largest : {1'459u, 1'100u, 700u}) {
    pair<> world;
    world.loses = [&](const passing& p) { return p.segment.octets.size() > largest; };
    world.open();
    const auto octets = pattern(30'000);
    ASSERT_TRUE(world.end[0].write(octets));
    world.run(s(120));
    EXPECT_EQ(world.received[1], octets) << largest;
    EXPECT_TRUE(world.violations().empty()) << world.violations().front();
  }
}

// On a path shorter than the clock's grain nothing has measured a round trip when the search ends: what else is
// outstanding counts as lost all the same, and what is sent again brings the timeout down once it is answered (before:
// 10 kB took 100 s, each segment a timeout that was twice as long as the one before).
// covers: rfc8985#6.3 rfc6298#5.7 rfc4821#7.7
TEST(rfc4821_section_7_7, a_path_too_short_to_be_measured_takes_no_longer) {
  for (const bool stamps : {true, false}) {
    connection_config left = pair<>::ports(plain(1'000), 7, 9);
    connection_config right = pair<>::ports(plain(5'000), 9, 7);
    left.timestamps = right.timestamps = stamps;
    left.sack = right.sack = true;
    pair<> world(left, right);
    world.latency = duration{};
    world.loses = [&](const passing& p) { return p.segment.octets.size() > 700; };
    world.open();
    const auto octets = pattern(30'000);
    ASSERT_TRUE(world.end[0].write(octets));
    world.run(s(20));
    EXPECT_EQ(world.received[1], octets) << stamps;
    EXPECT_TRUE(world.violations().empty()) << world.violations().front();
  }
}

}  // namespace rfc4821_test
}  // namespace sequent::test

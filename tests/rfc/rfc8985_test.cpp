// RFC 8985: what a retransmission timeout takes for lost.
#include <gtest/gtest.h>

#include "tests/support/doubtful.hpp"
#include "tests/support/pair.hpp"
#include "tests/support/states.hpp"

namespace sequent::test {
namespace rfc8985_test {

// A connection with SACK whose round trip of 190 ms has been measured.
endpoint<reno_policy> measured() {
  connection_config config = plain();
  config.sack = true;
  endpoint<reno_policy> host(config);
  peer_offer offer;
  offer.sack = true;
  host.open(offer);
  host.tcp.set_nagle(false);
  host.write(100);
  host.wait(ms(190));
  host.in(host.peer(offer).ack(host.nxt()));
  return host;
}

// covers: rfc8985#6.3
TEST(rfc8985_section_6_3, a_timeout_takes_only_the_first_and_what_is_old_for_lost) {
  endpoint<reno_policy> host = measured();
  host.write(1'460);
  host.wait(ms(600));  // a loss probe has gone, and no other may follow it
  const auto due = *host.tcp.timers().due(timer::retransmission);
  host.wait(due - host.now - ms(300));
  host.write(1'460);
  host.wait(ms(280));
  host.write(1'460);
  const auto sent = host.wait(ms(20));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].seq(), host.una());
  const auto runs = host.tcp.sending().recovery().board().view();
  ASSERT_EQ(runs.size(), 3u);
  EXPECT_TRUE(runs[0].again) << "the first goes out again";
  EXPECT_EQ(runs[1].fate, run_fate::lost) << "sent 300 ms ago";
  EXPECT_EQ(runs[2].fate, run_fate::in_flight) << "sent 20 ms ago";
}

// covers: rfc8985#6.3
TEST(rfc8985_section_6_3, the_first_is_lost_however_young) {
  endpoint<reno_policy> host = measured();
  host.write(500);
  // Duplicates without SACK blocks bring nothing: the timer alone is left.
  const auto sent = host.wait(*host.tcp.timers().due(timer::retransmission) - host.now);
  ASSERT_FALSE(sent.empty());
  EXPECT_EQ(sent.back().seq(), host.una());
}

// Without SACK nothing tells what is missing: all of it goes again, as slow start allows (RFC 6582 section 3.2).
// covers: MUST-19
TEST(rfc8985_section_6_3, without_sack_everything_is_given_up) {
  endpoint<reno_policy> host;
  host.open();
  host.tcp.set_nagle(false);
  host.write(1'460);
  host.wait(ms(990));
  host.write(500);
  host.wait(ms(10));
  EXPECT_EQ(host.tcp.sending().recovery().board().lost(), 500u);
}

// Section 6.2, step 1: what SACK reported once has been measured then. That the report is forgotten at a second timeout
// (RFC 2018 section 8) does not make it take until the acknowledgment that covers it. (Before: the whole silence.)
// covers: rfc8985#6.2
TEST(rfc8985_section_6_2, what_was_reported_once_measures_nothing_when_it_is_acknowledged) {
  connection_config config = plain();
  config.sack = true;
  config.user_timeout.reset();
  endpoint<reno_policy> host(config);
  peer_offer offer;
  offer.sack = true;
  (void)host.tcp.connect(host.now);
  host.out();
  host.wait(ms(190));
  host.in(host.answer_to_syn(offer));
  host.tcp.set_nagle(false);
  host.write(2 * 1'460);
  host.wait(ms(190));
  packet report = host.peer(offer).ack(host.una());
  (void)report.header.options.sack.push({sequence_number<u32>(host.una() + 1'460), sequence_number<u32>(host.nxt())});
  host.in(report);
  host.wait(s(400));  // longer than a shortest round trip is remembered
  const rack& known = host.tcp.sending().recovery().recent();
  ASSERT_EQ(known.min_round_trip(), std::optional<u32>(190'000));
  ASSERT_EQ(host.tcp.sending().recovery().board().sacked(), 0u) << "the report is forgotten";
  host.in(host.peer(offer).ack(host.nxt()));
  EXPECT_EQ(known.min_round_trip(), std::optional<u32>(190'000));
  EXPECT_FALSE(known.reordering_seen()) << "it arrived in order";
}

// Section 7.2: the probe comes no later than the retransmission timer, and then instead of it; section 7.3: that starts
// over behind it. (Before: the timer had its way, the window came down to a segment, and what is lost last went last.)
// covers: rfc8985#7.2 rfc8985#7.3
TEST(rfc8985_section_7_2, a_probe_that_would_come_after_the_timeout_stands_in_for_it) {
  connection_config config = plain();
  config.sack = true;
  endpoint<reno_policy> host(config);
  peer_offer offer;
  offer.sack = true;
  (void)host.tcp.connect(host.now);
  host.out();
  host.wait(ms(700));
  host.in(host.answer_to_syn(offer));
  host.tcp.set_nagle(false);
  for (int i = 0; i != 20; ++i) {  // so that RTTVAR is next to nothing
    host.write(100);
    host.wait(ms(700));
    host.in(host.peer(offer).ack(host.nxt()));
  }
  ASSERT_EQ(host.tcp.sending().rtt().timeout(), s(1));
  const u32 window = host.tcp.sending().congestion().window();
  host.write(3 * 1'460);
  const auto early = host.wait(ms(999));
  EXPECT_TRUE(early.empty());
  const auto sent = host.wait(ms(1));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].seq() + 1'460, host.nxt()) << "the last segment, not the first";
  EXPECT_EQ(host.tcp.sending().congestion().window(), window);
  EXPECT_TRUE(host.wait(ms(999)).empty());
  const auto timed_out = host.wait(ms(1));  // a timeout behind the probe
  ASSERT_FALSE(timed_out.empty());
  EXPECT_EQ(timed_out[0].seq(), host.una());
}

// Sections 6.2 and 7.4: the round trip of the SYN is RACK's first, so that the probe's answer counts though it was sent
// again, and a first flight that is lost whole needs no retransmission timeout.
// covers: rfc8985#6.2
TEST(rfc8985_section_6_2, a_first_flight_that_is_lost_whole_is_repaired_by_a_probe) {
  for (const bool stamped : {false, true}) {
    connection_config left = plain(1'000);
    left.sack = true;
    left.timestamps = stamped;
    connection_config right = left;
    right.isn_offset = 5'000;
    pair<reno_policy> both(pair<reno_policy>::ports(left, 7, 9), pair<reno_policy>::ports(right, 9, 7));
    both.latency = ms(20);
    both.open();
    both.end[0].set_nagle(false);
    int lost = 0;
    both.loses = [&](const passing& p) { return p.from == 0 && p.segment.header.text_length != 0 && lost++ < 4; };
    const instant began = both.now;
    ASSERT_TRUE(both.end[0].write(std::vector<std::uint8_t>(4 * 1'460 - 100)));
    for (; both.received[1].size() != 4u * 1'460 - 100 && both.now - began < duration::seconds(9);) both.run(ms(1));
    const instant arrived = both.now;
    ASSERT_EQ(both.received[1].size(), 4u * 1'460 - 100);
    EXPECT_EQ(lost, 8) << "four lost, the last as a probe, three again";
    EXPECT_LE((arrived - began).count(), ms(200).count()) << stamped;
  }
}

// RFC 8985 section 6.3: whatever went out a round trip ago and more is lost with the first, also where the clock of
// send times, which goes round in 71 minutes, is more than half way round.
TEST(rfc8985_section_6_3, what_is_forty_minutes_old_is_lost_with_the_first) {
  doubtful_sender<> host({.sack = true});
  host.fill(20);
  const u32 all = host.sent_segments();
  host.now = host.now + s(40 * 60);  // the host was asleep
  host.tcp.on_deadline(host.now);
  host.out();
  while (host.tcp.sending().attempts() == 0) host.wait_for_deadline();  // a probe comes first
  EXPECT_EQ(host.tcp.sending().recovery().pipe(), host.size) << "what else there is was spared";
  // Each round trip doubles what goes out: 1, 2, 4, 8, 5.
  const instant woke = host.now;
  for (u32 acknowledged = host.first; acknowledged < all;) {
    host.now = host.now + ms(100);
    const u32 out = host.tcp.sending().recovery().pipe() / host.size;
    for (u32 i = 0; i != out && acknowledged < all; ++i) host.in(host.answer(++acknowledged));
    ASSERT_LE((host.now - woke).count(), ms(600).count());
  }
}

}  // namespace rfc8985_test
}  // namespace sequent::test

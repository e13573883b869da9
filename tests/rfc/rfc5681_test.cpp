// RFC 5681, RFC 6582 and RFC 6928: congestion control.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/doubtful.hpp"
#include "tests/support/pair.hpp"

namespace sequent::test {
namespace rfc5681_test {

u32 window(const endpoint<reno_policy>& host) { return host.tcp.sending().congestion().window(); }

// covers: MUST-19
TEST(rfc6928_section_2, the_initial_window_is_ten_segments) {
  for (const auto& [mss, expected] :
       std::vector<std::pair<std::uint16_t, std::size_t>>{{1'460, 14'600}, {536, 5'360}, {1'000, 10'000}}) {
    endpoint<reno_policy> host;
    peer_offer offer;
    offer.mss = mss;
    host.open(offer);
    EXPECT_EQ(text_octets(host.write(60'000)), expected);
  }
}

// covers: rfc6928#2 rfc5681#4.1
TEST(rfc6928_section_2, another_initial_window_can_be_chosen_and_is_the_restart_window_too) {
  for (const u32 segments : {1u, 2u, 4u, 10u, 30u}) {
    connection_config config = plain();
    config.initial_window = static_cast<std::uint8_t>(segments);
    endpoint<reno_policy> host(config);
    host.open();
    EXPECT_EQ(text_octets(host.write(60'000)), segments * 1'460u);
    while (host.una() != host.nxt()) host.in(host.peer().ack(host.nxt()));
    EXPECT_GT(window(host), segments * 1'460u);
    host.wait(s(10));
    EXPECT_EQ(text_octets(host.write(60'000)), segments * 1'460u) << "after silence";
  }
  connection_config config = plain();
  config.initial_window = 65;
  endpoint<reno_policy> host(config);
  EXPECT_EQ(host.tcp.connect(host.now).why(), error::bad_argument);
}

// covers: MUST-19
TEST(rfc5681_section_3_1, after_two_lost_syns_the_initial_window_is_one_segment) {
  endpoint<reno_policy> host;
  host.tcp.set_nagle(false);
  ASSERT_TRUE(host.tcp.connect(host.now));
  host.out();
  ASSERT_EQ(host.wait(s(3)).size(), 2u);
  host.in(host.answer_to_syn({}));
  EXPECT_EQ(window(host), 1'460u) << "the acknowledgment of the SYN must not open it";
  EXPECT_EQ(text_octets(host.write(60'000)), 1'460u);
}

// A SYN that is sent again once says little where the round trip may be a second.
// covers: rfc6928#2
TEST(rfc6928_section_2, a_syn_that_was_sent_again_once_leaves_the_initial_window) {
  for (const bool passive : {false, true}) {
    endpoint<reno_policy> host;
    if (passive) {
      (void)host.tcp.listen();
      host.in(at(5'000).syn().window(65'535).mss(1'460).from(9));
    } else {
      ASSERT_TRUE(host.tcp.connect(host.now));
      host.out();
    }
    ASSERT_EQ(host.wait(s(1)).size(), 1u);
    host.in(passive ? host.peer() : host.answer_to_syn({}));
    EXPECT_TRUE(host.tcp.sending().syn_lost());
    EXPECT_EQ(text_octets(host.write(60'000)), 14'600u);
  }
}

// covers: MUST-19
TEST(rfc5681_section_3_1, slow_start_opens_by_what_is_acknowledged_and_two_segments_at_most) {
  endpoint<reno_policy> host;
  host.open();
  host.write(60'000);
  u32 before = window(host);
  for (const u32 acked : {1'460u, 2'920u, 100u, 1'360u, 4'380u}) {
    host.in(host.peer().ack(host.una() + acked));
    EXPECT_EQ(window(host) - before, std::min(acked, 2'920u)) << "byte counting with L = 2 (RFC 3465)";
    before = window(host);
  }
}

// covers: MUST-19
TEST(rfc5681_section_3_1, congestion_avoidance_opens_by_one_segment_for_each_round_trip) {
  endpoint<reno_policy> host;
  host.open();
  host.write(60'000);
  host.wait(s(1));  // a timeout: ssthresh is half the flight, 7300
  EXPECT_EQ(window(host), 1'460u);
  host.in(host.peer());  // a duplicate: the timeout was no mistake (RFC 5682 section 2.1)
  while (window(host) < 7'300) {
    host.in(host.peer().ack(host.una() + 1'460));
    host.write(60'000);
  }
  for (int round = 0; round != 4; ++round) {
    const u32 before = window(host);
    u32 acked = 0;
    while (acked < before) {
      const u32 step = std::min(1'460u, host.nxt() - host.una());
      acked += step;
      host.in(host.peer().ack(host.una() + step));
      host.write(60'000);
      EXPECT_LE(window(host), before + 1'460);
    }
    EXPECT_EQ(window(host), before + 1'460) << round;
  }
}

// covers: MUST-19
TEST(rfc5681_section_3_2, the_third_duplicate_sends_the_lost_segment_at_once) {
  endpoint<reno_policy> host;
  host.open();
  host.write(60'000);
  // RFC 3042: the first two let one new segment go each.
  EXPECT_EQ(host.in(host.peer()).at(0).seq(), 1'001u + 14'600);
  EXPECT_EQ(host.in(host.peer()).at(0).seq(), 1'001u + 16'060);
  const auto again = host.in(host.peer());
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].seq(), 1'001u);
  EXPECT_EQ(again[0].octets, pattern(1'460));
  EXPECT_EQ(host.tcp.sending().congestion().threshold(), 7'300u);
}

TEST(rfc5681_section_3_2, further_duplicates_let_new_segments_go) {
  endpoint<reno_policy> host;
  host.open();
  host.write(60'000);
  for (int i = 0; i != 3; ++i) host.in(host.peer());
  std::size_t fresh = 0;
  for (int i = 0; i != 6; ++i) fresh += text_octets(host.in(host.peer()));
  // RFC 9937: seven duplicates since recovery began, halved and rounded up, less the segment that was sent again.
  EXPECT_EQ(fresh, 2u * 1'460);
}

TEST(rfc6582_section_3_2, a_partial_acknowledgment_sends_the_next_hole_and_a_full_one_ends_recovery) {
  endpoint<reno_policy> host;
  host.open();
  host.write(14'600);
  for (int i = 0; i != 3; ++i) host.in(host.peer());
  const auto next = host.in(host.peer().ack(1'001 + 4 * 1'460));
  ASSERT_FALSE(next.empty());
  EXPECT_EQ(next[0].seq(), 1'001u + 4 * 1'460);
  EXPECT_TRUE(host.tcp.sending().recovery().recovering());
  host.in(host.peer().ack(15'601));
  EXPECT_FALSE(host.tcp.sending().recovery().recovering());
  EXPECT_LE(window(host), 7'300u);
}

// Several losses in one window are repaired without a timeout.
TEST(rfc6582_section_3_2, several_losses_in_one_window_need_no_timeout) {
  pair<> net;
  net.loses = [](const passing& p) { return p.from == 0 && (p.index == 4 || p.index == 6 || p.index == 9); };
  net.open();
  (void)net.end[0].write(pattern(40'000));
  net.run(ms(900));
  EXPECT_EQ(net.received[1], pattern(40'000));
}

// covers: MUST-19
TEST(rfc5681_section_3_1, a_timeout_leaves_one_segment_and_half_the_flight_as_threshold) {
  endpoint<reno_policy> host;
  host.open();
  host.write(60'000);
  const auto again = host.wait(s(1));
  EXPECT_EQ(text_octets(again), 1'460u);
  EXPECT_EQ(window(host), 1'460u);
  EXPECT_EQ(host.tcp.sending().congestion().threshold(), 7'300u);
  host.wait(s(2));
  EXPECT_EQ(host.tcp.sending().congestion().threshold(), 7'300u) << "held constant for the same segment";
}

// Section 3: never beyond the highest acknowledgment plus the lesser of both windows.
TEST(rfc5681_section_3, nothing_is_sent_beyond_the_congestion_window) {
  for (u32 seed = 1; seed != 40; ++seed) {
    endpoint<reno_policy> host;
    host.open();
    u32 random = seed * 2'654'435'761u;
    const auto draw = [&](u32 n) {
      random = random * 1'664'525u + 1'013'904'223u;
      return (random >> 16) % n;
    };
    for (int i = 0; i != 200; ++i) {
      const u32 una = host.una();
      const bool recovering = host.tcp.sending().recovery().head_due();
      std::vector<packet> sent;
      switch (draw(4)) {
        case 0: sent = host.write(draw(5'000)); break;
        case 1: sent = host.in(host.peer().ack(una)); break;
        case 2: sent = host.in(host.peer().ack(una + draw(host.nxt() - una + 1))); break;
        default: sent = host.wait(ms(draw(1'500))); break;
      }
      if (host.state() != connection_state::established) break;
      for (const packet& p : sent) {
        if (p.octets.empty() || p.seq() == host.una() || recovering) continue;
        ASSERT_LE(host.tcp.sending().recovery().pipe(), std::max(window(host), 1'460u)) << seed << " " << i;
      }
    }
  }
}

// Section 4.1.
TEST(rfc5681_section_4_1, a_window_that_was_idle_for_longer_than_a_timeout_starts_over) {
  endpoint<reno_policy> host;
  host.open();
  host.write(60'000);
  while (host.nxt() != host.una()) {
    host.in(host.peer().ack(host.una() + std::min(host.nxt() - host.una(), 1'460u)));
    host.write(60'000);
    if (host.written > 200'000) break;
  }
  host.in(host.peer().ack(host.nxt()));
  while (host.nxt() != host.una()) host.in(host.peer().ack(host.nxt()));
  ASSERT_GT(window(host), 14'600u);
  host.wait(s(5));
  EXPECT_LE(text_octets(host.write(60'000)), 14'600u);
}

// Idleness counts from what was sent last, not from when that was acknowledged.
// covers: rfc5681#4.1
TEST(rfc5681_section_4_1, idleness_counts_from_the_last_segment_that_was_sent) {
  endpoint<reno_policy> host;
  host.open();
  while (window(host) < 60 * 1'460u) {
    host.write(60'000);
    host.in(host.peer().ack(std::min(host.una() + 1'460, host.nxt())));
  }
  while (host.tcp.sending().queued() != 0) host.in(host.peer().ack(host.nxt()));
  host.write(1'000);
  host.wait(ms(900));
  host.in(host.peer().ack(host.nxt()));
  host.wait(host.tcp.sending().rtt().timeout() - ms(900));
  EXPECT_GT(text_octets(host.write(60'000)), 14'600u) << "one timeout is not more than one";
  while (host.tcp.sending().queued() != 0) host.in(host.peer().ack(host.nxt()));
  host.write(1'000);
  host.wait(ms(900));
  host.in(host.peer().ack(host.nxt()));
  ASSERT_GT(window(host), 60 * 1'460u);
  host.wait(host.tcp.sending().rtt().timeout() - ms(900) + ms(1));
  EXPECT_EQ(text_octets(host.write(65'000)), 14'600u);
}

// Section 4.2.
TEST(rfc5681_section_4_2, a_hole_is_answered_with_a_duplicate_at_once) {
  connection_config config = plain();
  config.delayed_ack = ms(200);
  endpoint<reno_policy> host(config);
  host.open();
  for (u32 i = 1; i != 4; ++i) {
    const auto duplicate = host.in(at(5'001 + i * 100).ack(1'001).text(100));
    ASSERT_EQ(duplicate.size(), 1u);
    EXPECT_EQ(duplicate[0].acknowledges(), 5'001u);
    EXPECT_TRUE(duplicate[0].octets.empty());
  }
}

// RFC 6582 section 3.2, step 2: duplicates that a timeout's own retransmissions cause begin no second recovery.
TEST(rfc6582_section_3_2, a_timeout_is_not_followed_by_a_spurious_fast_retransmit) {
  endpoint<reno_policy> host;
  host.open();
  host.write(14'600);
  host.wait(s(1));
  host.in(host.peer().ack(host.una() + 1'460));
  for (int i = 0; i != 5; ++i) host.in(host.peer().ack(host.una()));
  EXPECT_FALSE(host.tcp.sending().recovery().recovering());
}

// A peer that acknowledges a repaired segment octet by octet draws it no second time.
// covers: bounded-resends
TEST(rfc6582_section_3_2, a_partial_acknowledgment_within_a_segment_repeats_nothing) {
  endpoint<reno_policy> host;
  host.open();
  host.write(14'600);
  for (int i = 0; i != 3; ++i) host.in(host.peer().ack(host.una()));
  ASSERT_TRUE(host.tcp.sending().recovery().recovering());
  host.sent.clear();
  for (int i = 0; i != 100; ++i) host.in(host.peer().ack(host.una() + 1));
  for (const packet& p : host.sent) EXPECT_GE(p.seq(), 15'601u) << "new text alone";
  host.in(host.peer().ack(2'461));
  EXPECT_EQ(host.sent.back().seq(), 2'461u) << "the next hole";
}

// Each loss of a retransmission is one more indication of congestion, not only the first in a recovery.
// covers: rfc5681#4.3
TEST(rfc5681_section_4_3, each_loss_of_a_retransmission_lowers_the_window_once_more) {
  doubtful_sender<> host({.sack = true});
  host.fill(16);
  host.now = host.now + ms(100);
  host.in(host.with_block(host.answer(host.first), host.first + 1, host.first + 4));
  host.wait(ms(30));  // the reordering timer
  ASSERT_TRUE(host.tcp.sending().recovery().recovering());
  std::vector<u32> thresholds{host.threshold()};
  // What is sent behind it arrives, and the first segment does not, however often it is sent.
  for (int round = 0; round != 8; ++round) {
    host.now = host.now + ms(100);
    host.in(host.with_block(host.answer(host.first), host.first + 1, host.sent_segments()));
    host.wait(ms(30));
    if (host.threshold() != thresholds.back()) thresholds.push_back(host.threshold());
    EXPECT_LE(host.window(), std::max(thresholds.back(), host.tcp.sending().recovery().pipe()));
  }
  EXPECT_EQ(thresholds, (std::vector<u32>{8 * host.size, 4 * host.size, 2 * host.size}));
}

// covers: rfc5681#4.3
TEST(rfc5681_section_4_3, the_loss_of_a_retransmission_after_a_timeout_lowers_the_window_once_more) {
  doubtful_sender<> host({.sack = true});
  host.fill(20);
  const u32 first = host.first;
  host.wait(ms(300));  // a tail loss probe
  host.wait(s(1));
  ASSERT_EQ(host.threshold(), 21 * host.size / 2);
  ASSERT_EQ(host.window(), host.size);
  const u32 fresh = host.sent_segments();
  host.now = host.now + ms(100);
  host.in(host.answer(first + 1));  // two new segments go, as F-RTO wants them
  ASSERT_EQ(host.sent_segments(), fresh + 2);
  host.now = host.now + ms(100);
  host.in(host.with_block(host.answer(first + 1), fresh, fresh + 1));  // the second outstanding goes out again
  host.now = host.now + ms(1);
  host.in(host.with_block(host.answer(first + 1), fresh, fresh + 2));  // and the third, which arrives
  host.now = host.now + ms(100);
  host.in(host.with_block(host.with_block(host.answer(first + 1), first + 2, first + 3), fresh, fresh + 2));
  EXPECT_EQ(host.window(), 2 * host.size);
  host.wait(ms(20));  // the reordering timer
  EXPECT_EQ(host.tcp.sending().recovery().phase(), recovery_phase::loss) << "no fast recovery within it (RFC 6675)";
  EXPECT_EQ(host.threshold(), 21 * host.size / 4);
  EXPECT_EQ(host.window(), host.size);
}

// RFC 5681 section 3.1: the timer expires over a window that was closed with twenty segments outstanding, and lowers
// ssthresh to half of them. The same segments, lost, lower nothing again when the window opens.
TEST(rfc5681_section_3_1, losses_behind_a_closed_window_are_answered_once) {
  doubtful_sender<> host({.sack = true});
  host.fill(20);
  const u32 all = host.sent_segments();
  host.now = host.now + ms(100);
  host.in(host.answer(host.first).window(0));
  while (host.tcp.sending().attempts() == 0) host.wait_for_deadline();
  const u32 lowered = host.threshold();
  EXPECT_EQ(lowered, (all - host.first) * host.size / 2);
  host.now = host.now + ms(50);
  host.in(host.answer(host.first));
  u32 acknowledged = host.first;
  for (int rounds = 0; acknowledged < all; ++rounds) {
    ASSERT_LT(rounds, 8);
    host.now = host.now + ms(100);
    const u32 out = host.tcp.sending().recovery().pipe() / host.size;
    for (u32 i = 0; i != out && acknowledged < all; ++i) host.in(host.answer(++acknowledged));
    EXPECT_EQ(host.threshold(), lowered);
  }
}

}  // namespace rfc5681_test
}  // namespace sequent::test

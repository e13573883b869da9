#include "sequent/recovery/rack.hpp"

#include <gtest/gtest.h>

namespace sequent::test {
namespace rack_test {

// Segments of 100 octets, one each millisecond, over a path of 100 ms, beside a scoreboard.
class rack_test : public testing::TestWithParam<u32> {
 protected:
  rack_test() {
    board.start(at(0));
    recent.start(at(0));
  }

  sequence_number<u32> at(u32 offset) const { return sequence_number<u32>(GetParam() + offset); }
  void send(u32 segments) {
    for (u32 i = 0; i != segments; ++i) {
      board.sent(board.end() + 100u, now, false);
      now += 1'000;
    }
  }
  // An acknowledgment of what is before `until`, with the blocks given.
  void hear(u32 until, std::initializer_list<std::pair<u32, u32>> blocks = {}, bool echo_before = false) {
    rack::arrival news = recent.hear(now, granule);
    const auto note = [&](const delivered_run& run) { recent.delivered(news, run, echo_before); };
    board.acknowledge(at(until), note);
    for (const auto& [left, right] : blocks) board.sack(at(left), at(right), note);
    recent.conclude(news);
  }

  scoreboard<16> board{};
  rack recent{};
  u32 now = GetParam();  // the clock wraps on the way too
  u32 granule = 0;
};

INSTANTIATE_TEST_SUITE_P(origins, rack_test, testing::Values(1'000u, 0xffff'fed4u, 0x7fff'fed4u, 0u));

// covers: rfc8985#6.2/1 rfc8985#6.2/2
TEST_P(rack_test, remembers_what_was_sent_last_of_what_was_delivered) {
  EXPECT_FALSE(recent.known());
  send(3);
  now += 97'000;
  hear(200);
  EXPECT_TRUE(recent.known());
  EXPECT_EQ(recent.end(), at(200));
  EXPECT_EQ(recent.round_trip(), 99'000u);
  EXPECT_EQ(recent.min_round_trip(), 99'000u);
}

TEST_P(rack_test, the_order_of_the_blocks_of_one_acknowledgment_is_no_reordering) {
  send(6);
  now += 100'000;
  hear(0, {{500, 600}, {300, 400}, {100, 200}});
  EXPECT_FALSE(recent.reordering_seen());
  EXPECT_EQ(recent.furthest(), at(600));
  hear(0, {{200, 300}});
  EXPECT_TRUE(recent.reordering_seen());
}

TEST_P(rack_test, a_retransmission_below_the_furthest_is_no_reordering) {
  send(3);
  now += 100'000;
  hear(0, {{200, 300}});
  board.sent_again(at(0), at(100), now);
  now += 100'000;
  hear(100);
  EXPECT_FALSE(recent.reordering_seen());
}

// covers: rfc8985#6.2/2
TEST_P(rack_test, a_retransmission_that_was_answered_too_early_tells_nothing) {
  send(2);
  now += 98'000;
  hear(100);
  board.sent_again(at(100), at(200), now);
  now += 5'000;
  hear(200);
  EXPECT_EQ(recent.end(), at(100)) << "sooner than the shortest round trip";
  send(1);
  board.sent_again(at(200), at(300), now);
  now += 150'000;
  hear(300, {}, true);
  EXPECT_EQ(recent.end(), at(100)) << "the timestamp says that the original is answered";
}

TEST_P(rack_test, a_retransmission_counts_when_its_time_is_plausible) {
  send(2);
  now += 98'000;
  hear(100);
  board.sent_again(at(100), at(200), now);
  now += 120'000;
  hear(200);
  EXPECT_EQ(recent.end(), at(200));
  EXPECT_EQ(recent.round_trip(), 120'000u);
  EXPECT_EQ(recent.min_round_trip(), 100'000u) << "no retransmission is a sample";
}

TEST_P(rack_test, a_clock_that_jumped_back_measures_nothing) {
  send(2);
  now -= 1'000'000;
  hear(100);
  EXPECT_FALSE(recent.known());
  EXPECT_FALSE(recent.min_round_trip());
  EXPECT_FALSE(recent.detect(board, now, 0).found);
}

// RACK.rtt is that of the latest acknowledgment, also when it brings what was sent before RACK.segment.
TEST_P(rack_test, the_round_trip_follows_what_arrives_late) {
  send(3);
  now += 100'000;
  hear(0, {{200, 300}});
  EXPECT_EQ(recent.round_trip(), 101'000u);
  now += 10'000;
  hear(0, {{100, 200}});
  EXPECT_EQ(recent.round_trip(), 112'000u);
  EXPECT_EQ(recent.end(), at(300));
}

// covers: rfc8985#6.2/4
TEST_P(rack_test, the_window_is_a_quarter_of_the_shortest_round_trip_at_most_srtt) {
  EXPECT_EQ(recent.reordering_window(100'000, false), 0u) << "nothing is known";
  send(1);
  now += 99'000;
  hear(100);
  EXPECT_EQ(recent.reordering_window(100'000, false), 25'000u);
  EXPECT_EQ(recent.reordering_window(20'000, false), 20'000u);
  EXPECT_EQ(recent.reordering_window(0, false), 25'000u) << "what was timed is lost, so there is no SRTT";
  EXPECT_EQ(recent.reordering_window(100'000, true), 0u) << "never any reordering";
  send(2);
  now += 100'000;
  hear(100, {{200, 300}});
  hear(200);
  ASSERT_TRUE(recent.reordering_seen());
  EXPECT_EQ(recent.reordering_window(100'000, true), 25'000u);
}

// covers: rfc8985#6.2/4
TEST_P(rack_test, the_window_grows_once_for_each_round_with_a_duplicate_report) {
  recent.duplicate_reported(at(0), at(1'000));
  recent.duplicate_reported(at(500), at(2'000));
  EXPECT_EQ(recent.multiplier(), 2u);
  recent.duplicate_reported(at(1'000), at(2'000));
  EXPECT_EQ(recent.multiplier(), 3u);
}

TEST_P(rack_test, a_recovery_that_ends_as_a_report_comes_does_not_count) {
  recent.duplicate_reported(at(0), at(1'000));
  recent.recovered();
  EXPECT_EQ(recent.persists(), 16u);
  (void)recent.hear(0);
  recent.recovered();
  EXPECT_EQ(recent.persists(), 15u);
}

TEST_P(rack_test, sixteen_recoveries_without_a_report_take_the_window_back) {
  recent.duplicate_reported(at(0), at(1'000));
  (void)recent.hear(0);  // the next acknowledgment
  for (int i = 0; i != 15; ++i) recent.recovered();
  EXPECT_EQ(recent.multiplier(), 2u);
  recent.recovered();
  EXPECT_EQ(recent.multiplier(), 1u);
}

TEST_P(rack_test, the_multiplier_does_not_wrap) {
  for (u32 i = 0; i != 300; ++i) recent.duplicate_reported(at(i * 1'000), at(i * 1'000 + 1'000));
  EXPECT_EQ(recent.multiplier(), 255u);
}

// Half of the circle later the end of a round would seem to lie ahead again.
TEST_P(rack_test, the_round_of_a_report_is_forgotten_when_it_is_over) {
  recent.duplicate_reported(at(0), at(1'000));
  EXPECT_TRUE(recent.round_of_duplicate());
  recent.forget_round(at(999));
  EXPECT_TRUE(recent.round_of_duplicate());
  recent.forget_round(at(1'000));
  EXPECT_FALSE(recent.round_of_duplicate());
}

// covers: rfc8985#6.2/5
TEST_P(rack_test, what_was_sent_before_a_delivered_segment_is_lost_when_the_window_has_passed) {
  send(4);
  now = GetParam() + 103'000;
  hear(0, {{300, 400}});
  auto out = recent.detect(board, now, 25'000);
  EXPECT_FALSE(out.found);
  ASSERT_TRUE(out.again_in);
  EXPECT_EQ(*out.again_in, 24'000u) << "the last of the three that wait was sent a millisecond before";
  now += 23'000;
  out = recent.detect(board, now, 25'000);
  EXPECT_TRUE(out.found);
  EXPECT_EQ(board.lost(), 200u);
  EXPECT_EQ(*out.again_in, 1'000u);
  now += 1'000;
  EXPECT_TRUE(recent.detect(board, now, 25'000).found);
  EXPECT_EQ(board.lost(), 300u);
}

TEST_P(rack_test, what_was_sent_after_it_is_not_lost) {
  send(4);
  now += 100'000;
  hear(0, {{100, 200}});
  now += 1'000'000;
  const auto out = recent.detect(board, now, 0);
  EXPECT_TRUE(out.found);
  EXPECT_FALSE(out.again_in);
  EXPECT_EQ(board.lost(), 100u);
}

TEST_P(rack_test, of_what_was_sent_at_one_moment_the_lower_is_the_earlier) {
  for (u32 i = 0; i != 3; ++i) board.sent(board.end() + 100u, now, false);
  now += 100'000;
  hear(0, {{100, 200}});
  EXPECT_TRUE(recent.detect(board, now, 0).found);
  EXPECT_EQ(board.lost(), 100u);
  EXPECT_EQ(board.first_lost()->first, at(0));
}

TEST_P(rack_test, a_lost_retransmission_is_told_apart) {
  send(3);
  now += 100'000;
  hear(0, {{200, 300}});
  EXPECT_FALSE(recent.detect(board, now, 0).again);
  board.sent_again(at(0), at(100), now);
  now += 1'000;
  board.sent_again(at(100), at(200), now);
  now += 110'000;
  hear(0, {{100, 300}});
  const auto out = recent.detect(board, now, 0);
  EXPECT_TRUE(out.found);
  EXPECT_TRUE(out.again);
  EXPECT_EQ(board.first_lost()->first, at(0));
}

// Runs that stand for segments up to a granule earlier: the patience is longer by as much.
TEST_P(rack_test, a_granule_makes_it_more_patient) {
  granule = 5'000;
  send(2);
  now += 100'000;
  hear(0, {{100, 200}});
  EXPECT_FALSE(recent.detect(board, now, 0).found);
  now += 4'000;
  EXPECT_TRUE(recent.detect(board, now, 0).found);
}

TEST_P(rack_test, what_was_mistaken_marks_nothing) {
  send(2);
  now += 100'000;
  hear(0, {{100, 200}});
  recent.mistrust();
  EXPECT_FALSE(recent.detect(board, now + 1'000'000, 0).found);
  EXPECT_TRUE(recent.min_round_trip());
}

// covers: rfc8985#6.3
TEST_P(rack_test, a_timeout_marks_what_is_older_than_a_round_trip_and_the_window) {
  send(1);
  now += 100'000;
  hear(100);
  send(1);
  now += 70'000;
  send(1);
  now += 60'000;
  recent.time_out(board, now, 40'000);
  EXPECT_EQ(board.lost(), 0u);
  recent.time_out(board, now, 20'000);
  EXPECT_EQ(board.lost(), 100u);
  EXPECT_EQ(board.first_lost()->first, at(100));
}

// The path has become longer: after five minutes the short round trip is forgotten.
// covers: rfc8985#6.2/1
TEST_P(rack_test, the_shortest_round_trip_is_that_of_the_last_minutes) {
  const u32 began = now;
  recent.measured(40'000, now);
  EXPECT_EQ(recent.min_round_trip(), 40'000u);
  for (u32 second = 1; second != 320; ++second) {
    now += 1'000'000;
    recent.measured(90'000, now);
    if (now - began < 290'000'000u) {
      EXPECT_EQ(recent.min_round_trip(), 40'000u) << second;
    }
    if (now - began >= 300'000'000u) {
      EXPECT_EQ(recent.min_round_trip(), 90'000u) << second;
    }
  }
  now += 270'000'000;
  recent.measured(120'000, now);
  EXPECT_EQ(recent.min_round_trip(), 90'000u);
  recent.measured(80'000, now);
  now += 400'000'000;
  recent.measured(150'000, now);
  EXPECT_EQ(recent.min_round_trip(), 150'000u) << "nothing was measured for long";
  recent.rebase(1'000'000'000u);
  now += 280'000'000u;
  now -= 1'000'000'000u;
  recent.measured(160'000, now);
  EXPECT_EQ(recent.min_round_trip(), 150'000u);
}

TEST_P(rack_test, a_timeout_soon_after_sleep_knows_the_round_trip) {
  recent.start(at(0), {.round_trip = 200'000, .min_round_trip = 100'000});
  send(2);
  now += 60'000;
  recent.time_out(board, now, 50'000);
  EXPECT_EQ(board.lost(), 0u);
  now += 190'000;
  recent.time_out(board, now, 50'000);
  EXPECT_EQ(board.lost(), 200u);
}

// Else nothing would ever take it out of flight, and each segment would wait for a timeout of its own.
TEST_P(rack_test, a_timeout_before_any_round_trip_was_measured_marks_all) {
  send(2);
  now += 3'000'000;
  recent.time_out(board, now, 0);
  EXPECT_EQ(board.lost(), 200u);
}

TEST_P(rack_test, nothing_outstanding_keeps_what_is_known_about_the_path) {
  send(3);
  now += 100'000;
  hear(0, {{200, 300}});
  hear(300);
  recent.nothing_outstanding(at(300));
  EXPECT_FALSE(recent.known());
  EXPECT_TRUE(recent.reordering_seen());
  EXPECT_TRUE(recent.min_round_trip());
  EXPECT_EQ(recent.furthest(), at(300));
}

}  // namespace rack_test
}  // namespace sequent::test

#include "sequent/congestion/hystart.hpp"

#include <gtest/gtest.h>

namespace congestion_hystart_test {

using sequent::duration;
using sequent::sequence_number;
using sequent::u32;
using namespace sequent::congestion;
using phase = hystart::phase;

constexpr u32 mss = 1'000;

// A first slow start: rounds of ten segments, each acknowledged by itself.
struct slow_start {
  // A round in which every ACK has this RTT; returns the growth for the last.
  u32 round(int milliseconds, int acknowledgments = 10, u32 acked = mss) {
    u32 growth = 0;
    for (int i = 0; i != acknowledgments; ++i) {
      una = una + acked;
      nxt = una + 10 * acked;
      // The round ends with the last.
      progress p{.acked = acked, .mss = mss};
      p.round_trip = duration::milliseconds(milliseconds);
      p.una = una;
      p.nxt = nxt;
      growth = watch.on_ack(p);
    }
    return growth;
  }
  hystart watch{};
  sequence_number<u32> una{0xffff'f000u}, nxt{0xffff'f000u};
};

// covers: rfc9406#4.2
TEST(hystart, a_steady_round_trip_changes_nothing) {
  slow_start s;
  for (int i = 0; i != 30; ++i) EXPECT_EQ(s.round(50), mss);
  EXPECT_EQ(s.watch.now(), phase::standard);
}

TEST(hystart, growth_is_eight_segments_for_an_acknowledgment_at_most) {
  slow_start s;
  EXPECT_EQ(s.round(50, 1, 9 * mss), 8 * mss);
}

TEST(hystart, a_rise_by_an_eighth_begins_the_conservative_phase) {
  slow_start s;
  s.round(80);
  s.round(80);
  EXPECT_EQ(s.round(89), mss);
  EXPECT_EQ(s.watch.now(), phase::standard);
  s.round(80, 20);
  s.round(90, 20);
  EXPECT_EQ(s.watch.now(), phase::conservative);
  EXPECT_EQ(s.round(90), mss / 4);
}

TEST(hystart, a_rise_below_four_milliseconds_is_noise) {
  slow_start s;
  for (const int rtt : {1, 4, 7, 10}) s.round(rtt);
  EXPECT_EQ(s.watch.now(), phase::standard);
  s.round(14);
  s.round(14);
  EXPECT_EQ(s.watch.now(), phase::conservative);
}

TEST(hystart, a_rise_of_sixteen_milliseconds_is_one_however_long_the_path) {
  slow_start s;
  s.round(800);
  s.round(800);
  s.round(816);
  s.round(816);
  EXPECT_EQ(s.watch.now(), phase::conservative);
}

TEST(hystart, fewer_than_eight_samples_of_a_round_say_nothing) {
  slow_start s;
  s.round(50);
  s.round(50);
  s.round(90, 7);
  EXPECT_EQ(s.watch.now(), phase::standard);
}

TEST(hystart, a_round_trip_below_the_baseline_resumes_slow_start) {
  slow_start s;
  s.round(50);
  s.round(50);
  s.round(60, 15);
  ASSERT_EQ(s.watch.now(), phase::conservative);
  s.round(50, 25);
  EXPECT_EQ(s.watch.now(), phase::standard);
}

TEST(hystart, five_conservative_rounds_end_slow_start) {
  slow_start s;
  s.round(50);
  s.round(50);
  int rounds = 0;
  for (; s.watch.now() != phase::ended && rounds != 100; ++rounds) s.round(60, 11);
  EXPECT_EQ(s.watch.now(), phase::ended);
  EXPECT_GE(rounds, 5);
  EXPECT_LE(rounds, 8);
}

TEST(hystart, a_negative_sample_counts_as_zero) {
  slow_start s;
  s.round(-5);
  s.round(-5);
  s.round(50);
  s.round(50);
  EXPECT_EQ(s.watch.now(), phase::conservative);
}

}  // namespace congestion_hystart_test

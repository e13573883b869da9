#include "sequent/transfer/pacing.hpp"

#include <gtest/gtest.h>

namespace pacing_test {

using sequent::duration;
using sequent::instant;
using sequent::pacer;
using sequent::u32;

constexpr u32 mss = 1'000;

instant at(std::int64_t microseconds) { return instant::from_microseconds(microseconds); }

// A window of 100 segments in 100 ms: a segment each 0.8 ms at a gain of 1.25.
pacer steady(bool slow_start = false) {
  pacer p;
  p.update(100 * mss, duration::milliseconds(100), mss, slow_start);
  return p;
}

TEST(pacer, without_a_round_trip_time_nothing_is_paced) {
  pacer p;
  EXPECT_FALSE(p.pacing());
  p.update(100 * mss, {}, mss, true);
  EXPECT_FALSE(p.pacing());
  for (int i = 0; i != 1'000; ++i) p.sent(mss, at(0));
  EXPECT_EQ(p.earliest(at(0)), at(0));
  p.update(0, duration::milliseconds(1), mss, true);
  EXPECT_FALSE(p.pacing());
}

TEST(pacer, the_rate_is_five_quarters_of_the_window_or_twice_the_window_in_slow_start) {
  EXPECT_NEAR(static_cast<double>(steady().time_of(125 * mss).count()), 100'000, 1);
  EXPECT_NEAR(static_cast<double>(steady(true).time_of(200 * mss).count()), 100'000, 1);
}

// covers: pacing
TEST(pacer, a_burst_goes_at_once_and_the_rest_at_the_rate) {
  pacer p = steady();
  EXPECT_EQ(p.quantum(), 2 * mss);
  EXPECT_EQ(p.burst(), 10 * mss);
  instant now = at(5'000'000);
  int at_once = 0;
  for (; p.earliest(now) == now; ++at_once) p.sent(mss, now);
  EXPECT_EQ(at_once, 8) << "a burst less a quantum";
  const instant begun = now;
  for (int i = 0; i != 1'000; ++i) {
    now = p.earliest(now);
    p.sent(mss, now);
  }
  EXPECT_NEAR(static_cast<double>((now - begun).count()), 800'000, 1'000);
}

TEST(pacer, silence_allows_one_burst_and_no_more) {
  pacer p = steady();
  instant now = at(0);
  for (int i = 0; i != 50; ++i) {
    now = p.earliest(now);
    p.sent(mss, now);
  }
  now = now + duration::seconds(100);
  int at_once = 0;
  for (; p.earliest(now) == now; ++at_once) p.sent(mss, now);
  EXPECT_EQ(at_once, 8);
}

TEST(pacer, a_fast_path_sends_a_millisecond_at_once) {
  pacer p;
  p.update(10'000 * mss, duration::milliseconds(200), mss, false);
  EXPECT_NEAR(p.quantum(), 62'500, 10);
  p.update(100'000 * mss, duration::milliseconds(10), mss, false);
  EXPECT_EQ(p.quantum(), 65'536u);
}

TEST(pacer, a_change_below_a_sixteenth_is_none) {
  pacer p = steady();
  const pacer before = p;
  p.update(104 * mss, duration::milliseconds(97), mss, false);
  EXPECT_EQ(p, before);
  p.update(120 * mss, duration::milliseconds(97), mss, false);
  EXPECT_LT(p.time_of(mss), before.time_of(mss));
  p.update(120 * mss, duration::milliseconds(97), mss, true);
  EXPECT_LT(p.time_of(10 * mss), before.time_of(10 * mss) - duration::microseconds(1'000));
}

// covers: clock-jumps
TEST(pacer, a_clock_that_jumps_back_holds_nothing_back) {
  pacer p = steady();
  instant now = at(60'000'000);
  for (int i = 0; i != 50; ++i) {
    now = p.earliest(now);
    p.sent(mss, now);
  }
  EXPECT_EQ(p.earliest(at(1'000)), at(1'000));
  p.sent(mss, at(1'000));
  EXPECT_LE(p.earliest(at(1'000)), at(1'000) + p.time_of(2 * p.burst()));
}

TEST(pacer, what_was_sent_ahead_of_its_time_holds_the_rest_back_for_two_bursts_at_most) {
  pacer p = steady();
  for (int i = 0; i != 1'000; ++i) p.sent(mss, at(0));
  EXPECT_LE(p.earliest(at(0)), at(0) + p.time_of(2 * p.burst()));
  EXPECT_GT(p.earliest(at(0)), at(0));
}

TEST(pacer, extremes_do_not_overflow) {
  pacer p;
  p.update(1, duration::seconds(1'000'000), 65'535, false);
  p.sent(u32{1} << 20, at(0));
  EXPECT_GT(p.earliest(at(0)), at(0));
  p.update(1u << 30, duration::microseconds(1), 65'535, true);
  p.sent(u32{1} << 20, at(10));
  EXPECT_LE(p.earliest(at(10)), at(10) + duration::microseconds(2));
}

TEST(pacer, the_origin_of_the_clock_may_move) {
  pacer p = steady();
  for (int i = 0; i != 12; ++i) p.sent(mss, at(1'000'000));
  pacer moved = p;
  moved.rebase(duration::microseconds(999'000));
  EXPECT_EQ(moved.earliest(at(1'000)) + duration::microseconds(999'000), p.earliest(at(1'000'000)));
}

}  // namespace pacing_test

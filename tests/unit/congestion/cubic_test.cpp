#include "sequent/congestion/cubic.hpp"

#include <gtest/gtest.h>

namespace congestion_cubic_test {

using sequent::duration;
using sequent::instant;
using sequent::u32;
using namespace sequent::congestion;

constexpr u32 mss = 1'000;

// A connection whose acknowledgments come every ten milliseconds, with a round trip of 100.
template <class Control = cubic_without_hystart>
struct flow {
  explicit flow(u32 window = 10 * mss) {
    control.start(mss, false);
    control.set_window(window);
  }
  progress full(u32 acked) {
    now = now + duration::milliseconds(10);
    progress p{.acked = acked, .mss = mss, .flight = control.window(), .window_was_full = true, .now = now};
    p.smoothed = duration::milliseconds(100);
    return p;
  }
  void ack(u32 acked = mss) { control.on_ack(full(acked)); }
  void unused(u32 acked = mss) {
    progress p = full(acked);
    p.window_was_full = false;
    control.on_ack(p);
  }
  // A loss with all of the window outstanding, and its recovery.
  void lose() {
    control.on_congestion(control.window(), mss, now);
    control.leave_recovery();
  }
  Control control{};
  instant now = instant::from_microseconds(4'294'000'000);  // the lowest 32 bits are about to wrap
};

TEST(cubic, is_small) {
  EXPECT_LE(sizeof(cubic), 64u);
  EXPECT_EQ(sizeof(cubic), sizeof(cubic_without_hystart));
}

TEST(cubic, begins_with_the_initial_window_or_one_segment_after_a_lost_syn) {
  cubic c;
  c.start(mss, false);
  EXPECT_EQ(c.window(), 10 * mss);
  EXPECT_TRUE(c.in_slow_start());
  c.start(mss, true);
  EXPECT_EQ(c.window(), mss);
}

TEST(cubic, slow_start_without_hystart_counts_two_segments_or_one_after_a_timeout) {
  flow f;
  f.ack(5 * mss);
  EXPECT_EQ(f.control.window(), 12 * mss);
  f.control.on_timeout(12 * mss, mss, true, f.now);
  EXPECT_TRUE(f.control.repairs_timeout());
  f.ack(5 * mss);
  EXPECT_EQ(f.control.window(), 2 * mss);
}

TEST(cubic, slow_start_ends_at_the_threshold) {
  flow f;
  f.control.on_timeout(5 * mss, mss, true, f.now);
  for (int i = 0; i != 4; ++i) f.ack();
  EXPECT_EQ(f.control.window(), 3'500u);
  EXPECT_FALSE(f.control.in_slow_start());
}

TEST(cubic, a_loss_leaves_the_window_to_the_sender) {
  flow f(100 * mss);
  f.control.on_congestion(100 * mss, mss, f.now);
  EXPECT_EQ(f.control.window(), 100 * mss);
  EXPECT_EQ(f.control.threshold(), 70 * mss);
  f.control.set_window(55'000);
  EXPECT_EQ(f.control.window(), 55'000u);
  f.control.leave_recovery();
  EXPECT_EQ(f.control.window(), 70 * mss);
}

TEST(cubic, undoing_a_loss_restores_everything) {
  flow f(100 * mss);
  f.lose();
  for (int i = 0; i != 500; ++i) f.ack();
  const auto before = f.control;
  f.control.on_congestion(before.window(), mss, f.now);
  f.control.set_window(20 * mss);
  f.control.undo(30 * mss);
  EXPECT_EQ(f.control.window(), 30 * mss) << "what may be outstanding";
  EXPECT_EQ(f.control.threshold(), before.window()) << "and slow start leads to where it was";
  EXPECT_EQ(f.control.stage().w_max, before.stage().w_max);
  EXPECT_EQ(f.control.stage().prior, before.stage().prior);
  EXPECT_EQ(f.control.stage().place, before.stage().place);
  EXPECT_EQ(f.control.stage().w_est, before.stage().w_est);
  f.now = f.now + duration::seconds(60);
  while (f.control.in_slow_start()) f.ack();
  f.ack();
  EXPECT_EQ(f.control.stage().place, before.stage().place) << "the time in between does not count";
}

TEST(cubic, undoing_a_repeated_timeout_goes_back_to_before_the_first) {
  flow f(100 * mss);
  f.lose();
  f.control.on_timeout(70 * mss, mss, true, f.now);
  f.control.on_timeout(mss, mss, false, f.now);
  EXPECT_EQ(f.control.threshold(), 49 * mss);
  f.control.undo(70 * mss);
  EXPECT_EQ(f.control.window(), 70 * mss);
  EXPECT_EQ(f.control.threshold(), 70 * mss);
}

TEST(cubic, undoing_twice_or_late_does_nothing) {
  flow f(100 * mss);
  f.lose();
  f.control.undo(100 * mss);
  ASSERT_EQ(f.control.window(), 100 * mss);
  f.control.set_window(10 * mss);
  f.control.undo(100 * mss);
  EXPECT_EQ(f.control.window(), 10 * mss);
  f.control.on_congestion(10 * mss, mss, f.now);
  f.control.set_window(11 * mss);
  const u32 threshold = f.control.threshold();
  f.control.undo(100 * mss);
  EXPECT_EQ(f.control.window(), 11 * mss) << "the window is as large as before already";
  EXPECT_EQ(f.control.threshold(), threshold);
}

// RFC 9438 keeps the new state only of a window that is larger than before. One that the sender has not lowered yet is
// not, and would stand above its ssthresh (RFC 4015 section 3.1, step 9, restores that unconditionally).
// covers: rfc9438#4.9.2 rfc4015#3.1/9
TEST(cubic, undoing_a_loss_before_the_window_was_lowered_restores_the_threshold) {
  flow f(100 * mss);
  f.lose();
  for (int i = 0; i != 500; ++i) f.ack();
  const auto before = f.control;
  f.control.on_congestion(before.window(), mss, f.now);
  ASSERT_EQ(f.control.window(), before.window());
  ASSERT_LT(f.control.threshold(), before.window());
  f.control.undo(30 * mss);
  EXPECT_EQ(f.control.window(), before.window());
  EXPECT_EQ(f.control.threshold(), before.threshold() > before.window() ? before.threshold() : before.window());
  EXPECT_EQ(f.control.stage().w_max, before.stage().w_max);
  EXPECT_EQ(f.control.stage().prior, before.stage().prior);
}

// covers: rfc4015#3.1/9
TEST(cubic, undoing_never_jumps_to_a_window_that_was_not_in_use) {
  flow f(100 * mss);
  f.lose();
  for (int i = 0; i != 500; ++i) f.ack();
  f.control.set_threshold(10 * mss);
  f.control.on_congestion(20 * mss, mss, f.now);
  f.control.set_window(10 * mss);
  f.control.undo(15 * mss);
  EXPECT_EQ(f.control.threshold(), 20 * mss) << "so much was outstanding";
  while (f.control.in_slow_start()) f.ack();
  f.ack();
  EXPECT_LT(f.control.window(), 31 * mss) << "by a half each round trip at the most";
}

TEST(cubic, undoing_the_first_loss_leads_back_to_the_first_slow_start) {
  flow<cubic> f;
  f.control.on_congestion(10 * mss, mss, f.now);
  f.control.set_window(5 * mss);
  f.control.undo(10 * mss);
  EXPECT_TRUE(f.control.in_slow_start());
  EXPECT_EQ(f.control.threshold(), largest_window);
  f.ack(8 * mss);
  EXPECT_EQ(f.control.window(), 18 * mss) << "HyStart++ watches again";
}

TEST(cubic, an_acknowledgment_of_many_windows_grows_by_a_half_at_most) {
  flow f(100 * mss);
  f.lose();
  for (int i = 0; i != 5'000; ++i) f.ack();
  const u32 before = f.control.window();
  f.ack(1'000 * before);
  EXPECT_LE(f.control.window(), before + before / 2);
}

TEST(cubic, time_is_counted_for_two_round_trips_at_most) {
  flow f(100 * mss);
  f.lose();
  f.ack();
  const std::int32_t place = f.control.stage().place;
  f.now = f.now + duration::seconds(1'000);
  f.ack();
  EXPECT_EQ(f.control.stage().place, place + 200'000);
  f.now = f.now - duration::seconds(100);
  f.ack();
  EXPECT_EQ(f.control.stage().place, place + 200'000) << "a clock that jumps back stands still";
}

TEST(cubic, an_unknown_round_trip_lets_no_time_pass) {
  flow f(100 * mss);
  f.lose();
  f.ack();
  const std::int32_t place = f.control.stage().place;
  progress p = f.full(mss);
  p.smoothed = {};
  f.control.on_ack(p);
  EXPECT_EQ(f.control.stage().place, place);
}

TEST(cubic, the_origin_of_the_clock_may_move) {
  flow f(100 * mss), moved(100 * mss);
  for (flow<>* one : {&f, &moved}) {
    one->lose();
    one->ack();
  }
  moved.now = moved.now - duration::seconds(5);
  moved.control.rebase(duration::seconds(5));
  for (int i = 0; i != 50; ++i) {
    f.ack();
    moved.ack();
  }
  EXPECT_EQ(moved.control.stage().place, f.control.stage().place);
  cubic fresh;
  fresh.start(mss, false);
  const cubic before = fresh;
  fresh.rebase(duration::seconds(5));
  EXPECT_EQ(fresh, before) << "the first slow start keeps no time";
}

TEST(cubic, no_window_passes_two_to_the_thirtieth) {
  flow f;
  f.control.set_window(0xffff'ffffu);
  EXPECT_EQ(f.control.window(), largest_window);
  f.lose();
  EXPECT_LE(f.control.threshold(), largest_window);
  for (int i = 0; i != 100'000; ++i) f.ack(largest_window / 4);
  EXPECT_LE(f.control.window(), largest_window);
}

TEST(cubic, a_window_is_one_octet_at_least) {
  flow f;
  f.control.set_window(0);
  EXPECT_EQ(f.control.window(), 1u);
  f.lose();
  f.ack();
}

TEST(cubic, a_threshold_from_outside_ends_the_first_slow_start) {
  flow<cubic> f;
  f.control.set_threshold(12 * mss);
  EXPECT_EQ(f.control.threshold(), 12 * mss);
  f.ack(8 * mss);
  EXPECT_EQ(f.control.window(), 12 * mss);
  EXPECT_FALSE(f.control.in_slow_start());
}

TEST(cubic, after_idling_the_window_is_the_initial_one_and_another_stage_begins) {
  flow f(100 * mss);
  f.lose();
  f.ack();
  f.control.after_idle(mss);
  EXPECT_EQ(f.control.window(), 10 * mss);
  EXPECT_EQ(f.control.threshold(), 70 * mss);
  while (f.control.in_slow_start()) f.ack();
  f.ack();
  EXPECT_EQ(f.control.stage().w_est, 70 * mss);
  EXPECT_LT(f.control.stage().place, -4'000'000);
}

TEST(cubic, is_a_value) {
  flow f(100 * mss), g(100 * mss);
  EXPECT_EQ(f.control, g.control);
  f.lose();
  EXPECT_NE(f.control, g.control);
  g.lose();
  EXPECT_EQ(f.control, g.control);
}

}  // namespace congestion_cubic_test

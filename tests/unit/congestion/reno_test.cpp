#include "sequent/congestion/reno.hpp"

#include <gtest/gtest.h>

namespace congestion_reno_test {

using sequent::instant;
using sequent::u32;
using sequent::congestion::largest_window;
using sequent::congestion::progress;
using sequent::congestion::reno;

constexpr u32 mss = 1'000;

progress full(u32 acked) { return {.acked = acked, .mss = mss, .window_was_full = true}; }

reno started() {
  reno r;
  r.start(mss, false);
  return r;
}

// A loss with so much outstanding, and its recovery.
reno recovered(u32 flight) {
  reno r = started();
  r.on_congestion(flight, mss, {});
  r.leave_recovery();
  return r;
}

TEST(reno, begins_with_the_initial_window_and_no_threshold) {
  EXPECT_EQ(started().window(), 10 * mss);
  EXPECT_EQ(started().threshold(), largest_window);
  EXPECT_TRUE(started().in_slow_start());
}

TEST(reno, a_lost_syn_makes_the_initial_window_one_segment) {
  reno r;
  r.start(mss, true);
  EXPECT_EQ(r.window(), mss);
}

// RFC 3465 section 2.2, L = 2.
TEST(reno, slow_start_grows_by_what_was_acknowledged_but_two_segments_at_most) {
  reno r = started();
  r.on_ack(full(mss));
  EXPECT_EQ(r.window(), 11'000u);
  r.on_ack(full(2 * mss));
  EXPECT_EQ(r.window(), 13'000u);
  r.on_ack(full(5 * mss));
  EXPECT_EQ(r.window(), 15'000u);
  r.on_ack(full(100));
  EXPECT_EQ(r.window(), 15'100u);
}

// RFC 3465 section 2.3: the ACK of a retransmission covers what arrived long ago.
TEST(reno, slow_start_after_a_timeout_grows_by_one_segment_at_most) {
  reno r = started();
  r.on_timeout(20'000, mss, true, {});
  r.on_ack(full(5 * mss));
  EXPECT_EQ(r.window(), 2'000u);
}

TEST(reno, slow_start_ends_at_the_threshold) {
  reno r = started();
  r.on_timeout(5'000, mss, true, {});
  for (int i = 0; i != 3; ++i) r.on_ack(full(mss));
  EXPECT_EQ(r.window(), 2'500u);
  EXPECT_FALSE(r.in_slow_start());
}

TEST(reno, a_window_that_was_not_used_does_not_grow) {
  reno r = started();
  r.on_ack({.acked = mss, .mss = mss});
  EXPECT_EQ(r.window(), 10'000u);
}

TEST(reno, congestion_avoidance_grows_by_one_segment_for_each_window) {
  reno r = recovered(20'000);
  ASSERT_EQ(r.window(), 10'000u);
  for (int i = 0; i != 9; ++i) r.on_ack(full(mss));
  EXPECT_EQ(r.window(), 10'000u);
  r.on_ack(full(mss));
  EXPECT_EQ(r.window(), 11'000u);
  for (int i = 0; i != 10; ++i) r.on_ack(full(mss));
  EXPECT_EQ(r.window(), 11'000u);
  r.on_ack(full(mss));
  EXPECT_EQ(r.window(), 12'000u);
}

TEST(reno, one_acknowledgment_of_many_windows_still_adds_one_segment) {
  reno r = recovered(4'000);
  ASSERT_EQ(r.window(), 2'000u);
  r.on_ack(full(1'000'000));
  EXPECT_EQ(r.window(), 3'000u);
  r.on_ack(full(1));
  EXPECT_EQ(r.window(), 3'000u);
}

// RFC 5681 section 3.2, equation 4; where the window stands meanwhile is the sender's business.
TEST(reno, a_loss_halves_the_threshold_and_leaves_the_window) {
  reno r = started();
  r.on_congestion(20'000, mss, {});
  EXPECT_EQ(r.threshold(), 10'000u);
  EXPECT_EQ(r.window(), 10'000u);
  r.set_window(7'000);
  EXPECT_EQ(r.window(), 7'000u);
  r.leave_recovery();
  EXPECT_EQ(r.window(), 10'000u);
  EXPECT_FALSE(r.in_slow_start());
}

TEST(reno, the_threshold_is_never_below_two_segments) {
  reno r = started();
  r.on_congestion(0, mss, {});
  EXPECT_EQ(r.threshold(), 2 * mss);
  r.on_timeout(0, mss, true, {});
  EXPECT_EQ(r.threshold(), 2 * mss);
}

// RFC 5681 section 3.1, equation 4 and the loss window.
TEST(reno, a_timeout_leaves_one_segment) {
  reno r = started();
  r.on_timeout(20'000, mss, true, {});
  EXPECT_EQ(r.window(), mss);
  EXPECT_EQ(r.threshold(), 10'000u);
}

TEST(reno, a_second_timeout_of_the_same_octets_keeps_the_threshold) {
  reno r = started();
  r.on_timeout(20'000, mss, true, {});
  r.on_timeout(1'000, mss, false, {});
  EXPECT_EQ(r.threshold(), 10'000u);
  EXPECT_EQ(r.window(), mss);
}

// covers: rfc4015#3.1/9
TEST(reno, undoing_a_recovery_restores_the_threshold_and_leaves_what_may_be_outstanding) {
  reno r = started();
  const reno before = r;
  r.on_congestion(10'000, mss, {});
  r.set_window(5'000);
  r.undo(7'000);
  EXPECT_EQ(r.window(), 7'000u);
  EXPECT_EQ(r.threshold(), before.threshold());
  r = recovered(40'000);
  r.on_congestion(15'000, mss, {});
  r.undo(1'000);
  EXPECT_EQ(r.threshold(), 20'000u) << "ssthresh was more than what was outstanding";
  r.on_congestion(25'000, mss, {});
  r.undo(1'000);
  EXPECT_EQ(r.threshold(), 25'000u) << "what was outstanding was more";
}

TEST(reno, undoing_a_timeout_goes_back_to_before_the_first) {
  reno r = recovered(40'000);
  r.on_timeout(20'000, mss, true, {});
  r.on_timeout(1'000, mss, false, {});
  r.undo(20'000);
  EXPECT_EQ(r.window(), 20'000u);
  EXPECT_EQ(r.threshold(), 20'000u);
  EXPECT_FALSE(r.repairs_timeout());
}

TEST(reno, undoing_keeps_a_window_that_is_larger_by_now) {
  reno r = started();
  r.on_congestion(10'000, mss, {});
  r.set_window(50'000);
  r.undo(10'000);
  EXPECT_EQ(r.window(), 50'000u);
}

TEST(reno, undoing_twice_does_nothing) {
  reno r = started();
  r.on_congestion(10'000, mss, {});
  r.undo(10'000);
  r.set_window(2'000);
  r.undo(10'000);
  EXPECT_EQ(r.window(), 2'000u);
  reno fresh = started();
  fresh.undo(50'000);
  EXPECT_EQ(fresh, started());
}

// RFC 5681 section 4.1: the restart window is min(IW, cwnd).
TEST(reno, after_idling_the_window_is_the_initial_one_again_or_smaller) {
  reno r = started();
  for (int i = 0; i != 10; ++i) r.on_ack(full(2 * mss));
  EXPECT_EQ(r.window(), 30'000u);
  r.after_idle(mss);
  EXPECT_EQ(r.window(), 10'000u);
  r.on_timeout(10'000, mss, true, {});
  r.after_idle(mss);
  EXPECT_EQ(r.window(), mss);
}

TEST(reno, no_window_passes_two_to_the_thirtieth) {
  reno r;
  r.start(65'535, false);
  for (int i = 0; i != 20'000; ++i) r.on_ack({.acked = 131'070, .mss = 65'535, .window_was_full = true});
  EXPECT_EQ(r.window(), largest_window);
  r.set_window(0xffff'ffffu);
  EXPECT_EQ(r.window(), largest_window);
  r.on_congestion(0xffff'ffffu, 65'535, {});
  EXPECT_EQ(r.threshold(), largest_window / 2);
}

TEST(reno, a_window_is_one_octet_at_least) {
  reno r = started();
  r.set_window(0);
  EXPECT_EQ(r.window(), 1u);
}

TEST(reno, a_threshold_from_outside_ends_slow_start) {
  reno r = started();
  r.set_threshold(12 * mss);
  for (int i = 0; i != 3; ++i) r.on_ack(full(2 * mss));
  EXPECT_EQ(r.window(), 12 * mss);
}

TEST(reno, keeps_no_time) {
  reno r = started();
  r.rebase(sequent::duration::seconds(5));
  EXPECT_EQ(r, started());
}

}  // namespace congestion_reno_test

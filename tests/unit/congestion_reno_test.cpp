#include "sequent/congestion/reno.hpp"

#include <gtest/gtest.h>

namespace {

using sequent::u32;
using sequent::congestion::reno;

constexpr u32 mss = 1'000;

reno started() {
  reno r;
  r.start(mss, false);
  return r;
}

// RFC 6928 section 2: min(10 MSS, max(2 MSS, 14600)).
TEST(reno, the_initial_window_is_ten_segments_or_14600_octets_or_two_segments) {
  reno r;
  r.start(536, false);
  EXPECT_EQ(r.window(), 5'360u);
  r.start(1'460, false);
  EXPECT_EQ(r.window(), 14'600u);
  r.start(4'000, false);
  EXPECT_EQ(r.window(), 14'600u);
  r.start(9'000, false);
  EXPECT_EQ(r.window(), 18'000u);
  r.start(65'535, false);
  EXPECT_EQ(r.window(), 131'070u);
  r.start(1, false);
  EXPECT_EQ(r.window(), 10u);
}

TEST(reno, a_lost_syn_makes_the_initial_window_one_segment) {
  reno r;
  r.start(mss, true);
  EXPECT_EQ(r.window(), mss);
}

// RFC 5681 section 3.1: at most one segment for each ACK in slow start.
TEST(reno, slow_start_grows_by_what_was_acknowledged_but_one_segment_at_most) {
  reno r = started();
  r.on_ack(mss, mss, true);
  EXPECT_EQ(r.window(), 11'000u);
  r.on_ack(2 * mss, mss, true);
  EXPECT_EQ(r.window(), 12'000u);
  r.on_ack(100, mss, true);
  EXPECT_EQ(r.window(), 12'100u);
}

TEST(reno, a_window_that_was_not_used_does_not_grow) {
  reno r = started();
  r.on_ack(mss, mss, false);
  EXPECT_EQ(r.window(), 10'000u);
}

TEST(reno, congestion_avoidance_grows_by_one_segment_for_each_window) {
  reno r = started();
  r.on_timeout(20'000, mss, true);  // ssthresh 10000
  while (r.window() < r.threshold()) r.on_ack(mss, mss, true);
  EXPECT_EQ(r.window(), 10'000u);
  for (int i = 0; i != 9; ++i) r.on_ack(mss, mss, true);
  EXPECT_EQ(r.window(), 10'000u);
  r.on_ack(mss, mss, true);
  EXPECT_EQ(r.window(), 11'000u);
  for (int i = 0; i != 10; ++i) r.on_ack(mss, mss, true);
  EXPECT_EQ(r.window(), 11'000u);
  r.on_ack(mss, mss, true);
  EXPECT_EQ(r.window(), 12'000u);
}

TEST(reno, one_acknowledgment_of_many_windows_still_adds_one_segment) {
  reno r = started();
  r.on_timeout(4'000, mss, true);  // ssthresh 2000
  r.on_ack(mss, mss, true);
  ASSERT_EQ(r.window(), 2'000u);
  r.on_ack(1'000'000, mss, true);
  EXPECT_EQ(r.window(), 3'000u);
}

// RFC 5681 section 3.2: ssthresh = max(FlightSize/2, 2 SMSS), cwnd = ssthresh + 3 SMSS.
TEST(reno, entering_recovery_halves_the_flight) {
  reno r = started();
  r.enter_recovery(20'000, mss);
  EXPECT_EQ(r.threshold(), 10'000u);
  EXPECT_EQ(r.window(), 13'000u);
  r.enter_recovery(3'000, mss);
  EXPECT_EQ(r.threshold(), 2'000u);
  EXPECT_EQ(r.window(), 5'000u);
}

TEST(reno, each_further_duplicate_inflates_by_one_segment) {
  reno r = started();
  r.enter_recovery(20'000, mss);
  r.inflate(mss);
  EXPECT_EQ(r.window(), 14'000u);
}

// RFC 6582 section 3.2, partial acknowledgment.
TEST(reno, a_partial_acknowledgment_deflates_and_adds_one_segment_back) {
  reno r = started();
  r.enter_recovery(20'000, mss);
  r.on_partial_ack(3'000, mss);
  EXPECT_EQ(r.window(), 11'000u);
  r.on_partial_ack(999, mss);
  EXPECT_EQ(r.window(), 10'001u);
  r.on_partial_ack(1'000'000, mss);
  EXPECT_EQ(r.window(), mss);
}

// RFC 6582 section 3.2, full acknowledgment: min(ssthresh, max(FlightSize, SMSS) + SMSS).
TEST(reno, leaving_recovery_deflates_to_the_threshold_or_the_flight) {
  reno r = started();
  r.enter_recovery(20'000, mss);
  r.leave_recovery(20'000, mss);
  EXPECT_EQ(r.window(), 10'000u);
  r.enter_recovery(20'000, mss);
  r.leave_recovery(0, mss);
  EXPECT_EQ(r.window(), 2'000u);
}

// RFC 5681 section 3.1, equation 4 and the loss window.
TEST(reno, a_timeout_leaves_one_segment) {
  reno r = started();
  r.on_timeout(20'000, mss, true);
  EXPECT_EQ(r.window(), mss);
  EXPECT_EQ(r.threshold(), 10'000u);
}

TEST(reno, a_second_timeout_of_the_same_octets_keeps_the_threshold) {
  reno r = started();
  r.on_timeout(20'000, mss, true);
  r.on_timeout(1'000, mss, false);
  EXPECT_EQ(r.threshold(), 10'000u);
  EXPECT_EQ(r.window(), mss);
}

TEST(reno, the_threshold_is_never_below_two_segments) {
  reno r = started();
  r.on_timeout(0, mss, true);
  EXPECT_EQ(r.threshold(), 2 * mss);
}

// RFC 5681 section 4.1: the restart window is min(IW, cwnd).
TEST(reno, after_idling_the_window_is_the_initial_one_again_or_smaller) {
  reno r = started();
  for (int i = 0; i != 20; ++i) r.on_ack(mss, mss, true);
  EXPECT_EQ(r.window(), 30'000u);
  r.after_idle(mss);
  EXPECT_EQ(r.window(), 10'000u);
  r.on_timeout(10'000, mss, true);
  r.after_idle(mss);
  EXPECT_EQ(r.window(), mss);
}

TEST(reno, no_window_passes_two_to_the_thirtieth) {
  reno r;
  r.start(65'535, false);
  for (int i = 0; i != 20'000; ++i) r.on_ack(65'535, 65'535, true);
  EXPECT_EQ(r.window(), 1u << 30);
  for (int i = 0; i != 1'000; ++i) r.inflate(65'535);
  EXPECT_EQ(r.window(), 1u << 30);
  r.enter_recovery(0xffff'ffffu, 65'535);
  EXPECT_EQ(r.window(), 1u << 30);
}

}  // namespace

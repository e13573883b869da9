#include "sequent/congestion/validated.hpp"

#include <gtest/gtest.h>

#include "sequent/congestion/cubic.hpp"
#include "sequent/congestion/reno.hpp"

namespace sequent::congestion {
namespace congestion_validated_test {

constexpr u32 mss = 1'000;
constexpr auto rtt = duration::milliseconds(100);

// A connection that has so much acknowledged in every round trip, whether its window is full or not.
template <class Base>
struct connection_of {
  connection_of() {
    control.start(mss, false);
    control.set_threshold(20 * mss);
    control.set_window(20 * mss);
  }
  void acknowledged(u32 octets_a_round_trip, int round_trips, bool full) {
    for (int i = 0; i != round_trips * 10; ++i) {
      now = now + rtt / 10;
      progress p;
      p.acked = octets_a_round_trip / 10;
      p.mss = mss;
      p.flight = octets_a_round_trip;
      p.window_was_full = full;
      p.now = now;
      p.smoothed = rtt;
      control.on_ack(p);
    }
  }
  validated<Base> control{};
  instant now = instant::from_microseconds(1'000'000);
};

// covers: rfc7661#4.4.2
TEST(validated, a_window_that_says_nothing_any_more_leaves_in_bursts_of_the_initial_one) {
  connection_of<reno> c;
  c.acknowledged(20'000, 20, true);
  c.control.before_sending(mss, c.now);
  EXPECT_EQ(c.control.burst_room(mss), largest_window) << "validated";
  c.now = c.now + duration::seconds(290);
  c.control.before_sending(mss, c.now);
  EXPECT_EQ(c.control.burst_room(mss), congestion::initial_window_of(mss));
  c.control.sent(4 * mss);
  EXPECT_EQ(c.control.burst_room(mss), congestion::initial_window_of(mss) - 4 * mss);
  c.control.sent(c.control.burst_room(mss));
  EXPECT_EQ(c.control.burst_room(mss), 0u);
  c.control.heard();
  EXPECT_EQ(c.control.burst_room(mss), congestion::initial_window_of(mss));
}

// covers: rfc7661#4.3
TEST(validated, a_window_of_which_half_is_used_grows_with_reno) {
  connection_of<reno> c;
  c.acknowledged(15 * mss, 20, false);
  EXPECT_GT(c.control.window(), 20 * mss);
}

// covers: rfc9438#5.8
TEST(validated, a_window_of_which_half_is_used_does_not_grow_with_cubic) {
  connection_of<cubic> c;
  c.acknowledged(15 * mss, 20, false);
  EXPECT_EQ(c.control.window(), 20 * mss);
  c.acknowledged(20 * mss, 60, true);
  EXPECT_GT(c.control.window(), 20 * mss);
}

// covers: rfc7661#4.4.1
TEST(validated, after_a_loss_what_was_sent_again_is_taken_off_what_was_in_use) {
  connection_of<reno> c;
  c.acknowledged(8 * mss, 20, false);
  ASSERT_FALSE(c.control.validation().validated(c.control.window(), c.now));
  c.control.on_congestion(8 * mss, mss, c.now);
  EXPECT_EQ(c.control.threshold(), 4 * mss);
  c.control.resent(mss);
  c.control.resent(mss);
  c.control.leave_recovery();
  EXPECT_EQ(c.control.window(), 3 * mss) << "(8 - 2) / 2";
  EXPECT_EQ(c.control.threshold(), 3 * mss);
}

// covers: rfc7661#4.4.1
TEST(validated, what_an_earlier_recovery_sent_again_does_not_count) {
  connection_of<reno> c;
  c.acknowledged(8 * mss, 20, false);
  c.control.resent(4 * mss);
  c.control.on_congestion(8 * mss, mss, c.now);
  c.control.leave_recovery();
  EXPECT_EQ(c.control.window(), 4 * mss);
}

// covers: rfc7661#4.4.1
TEST(validated, a_segment_is_left_although_all_was_lost) {
  connection_of<cubic> c;
  c.acknowledged(8 * mss, 20, false);
  c.control.on_congestion(8 * mss, mss, c.now);
  c.control.resent(20 * mss);
  c.control.leave_recovery();
  EXPECT_EQ(c.control.window(), mss);
}

// covers: rfc5681#3.2
TEST(validated, a_loss_in_the_validated_phase_is_answered_as_ever) {
  connection_of<reno> c;
  c.acknowledged(20 * mss, 20, true);
  const u32 flight = c.control.window();
  c.control.on_congestion(flight, mss, c.now);
  c.control.resent(2 * mss);
  c.control.leave_recovery();
  EXPECT_EQ(c.control.window(), flight / 2);
}

}  // namespace congestion_validated_test
}  // namespace sequent::congestion

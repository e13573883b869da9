// RFC 9438: CUBIC. Its constants against numbers worked out by hand; tests/property holds the whole of it against an
// oracle.
#include <gtest/gtest.h>

#include "sequent/congestion/cubic.hpp"
#include "sequent/congestion/reno.hpp"

namespace sequent::congestion {
namespace rfc9438_test {

constexpr u32 mss = 1'000;

// A flow whose window is always in use: each round trip, every segment of the window is acknowledged, evenly in time.
template <class Control>
struct bulk {
  explicit bulk(duration round_trip, u32 window) : rtt(round_trip) {
    control.start(mss, false);
    control.set_window(window);
  }
  void round() {
    const u32 segments = control.window() / mss;
    for (u32 i = 0; i != segments; ++i) {
      now = now + rtt / segments;
      control.on_ack(full());
    }
  }
  void rounds(int n) {
    for (int i = 0; i != n; ++i) round();
  }
  void lose() {
    control.on_congestion(control.window(), mss, now);
    control.leave_recovery();
  }
  [[nodiscard]] progress full() const {
    progress p{.acked = mss, .mss = mss, .flight = control.window(), .window_was_full = true, .now = now};
    p.smoothed = rtt;
    return p;
  }
  Control control{};
  duration rtt;
  instant now{};
};
using cubic_bulk = bulk<cubic_without_hystart>;

// covers: rfc9438#4.6 MAY-18
TEST(rfc9438_section_4_6, a_loss_leaves_seven_tenths_of_the_flight_and_two_segments_at_least) {
  cubic_bulk f(duration::milliseconds(100), 100 * mss);
  f.lose();
  EXPECT_EQ(f.control.threshold(), 70 * mss);
  EXPECT_EQ(f.control.window(), 70 * mss);
  f.control.on_congestion(2 * mss, mss, f.now);
  EXPECT_EQ(f.control.threshold(), 2 * mss);
}

// K = cbrt(30 / 0.4) = 4.2 s: the window is back at W_max after that, hardly moves, and then grows faster and faster.
// covers: rfc9438#4.2 rfc9438#4.4 rfc9438#4.5
TEST(rfc9438_section_4_2, the_window_regains_its_plateau_after_K_and_leaves_it_as_slowly_as_it_came) {
  cubic_bulk f(duration::milliseconds(200), 100 * mss);
  f.lose();
  const u32 first = f.control.window();
  f.rounds(5);
  const u32 early = f.control.window() - first;
  f.rounds(15);
  EXPECT_NEAR(f.control.window(), 100 * mss, 2 * mss) << "after 4 s";
  const u32 plateau = f.control.window();
  f.rounds(5);
  const u32 beyond = f.control.window() - plateau;
  EXPECT_LT(beyond * 4, early);
  f.rounds(15);
  const u32 later = f.control.window();
  f.rounds(5);
  EXPECT_GT(f.control.window() - later, beyond);
}

// covers: rfc9438#4.2
TEST(rfc9438_section_4_2, the_window_never_grows_by_more_than_half_in_a_round_trip) {
  cubic_bulk f(duration::milliseconds(100), 10 * mss);
  f.lose();
  for (int i = 0; i != 150; ++i) {
    const u32 before = f.control.window();
    f.round();
    ASSERT_LE(f.control.window(), before + before / 2 + mss);
  }
}

// With a short round trip time hardly matters, and the window grows by alpha = 9/17 segments in a round trip until it
// has regained W_max, by one after that.
// covers: rfc9438#4.3
TEST(rfc9438_section_4_3, on_short_paths_it_grows_as_NewReno_would) {
  cubic_bulk f(duration::microseconds(100), 100 * mss);
  f.lose();
  ASSERT_EQ(f.control.window(), 70 * mss);
  f.rounds(17);
  EXPECT_NEAR(f.control.window(), 79 * mss, mss);
  f.rounds(41);
  EXPECT_NEAR(f.control.window(), 100 * mss, 2 * mss);
  const u32 regained = f.control.window();
  f.rounds(20);
  EXPECT_NEAR(f.control.window() - regained, 20 * mss, mss);
}

// covers: rfc9438#4.3
TEST(rfc9438_section_4_3, on_average_it_is_at_least_as_large_as_NewReno) {
  bulk<reno> other(duration::milliseconds(10), 100 * mss);
  cubic_bulk f(duration::milliseconds(10), 100 * mss);
  std::uint64_t theirs = 0;
  std::uint64_t ours = 0;
  for (int loss = 0; loss != 10; ++loss) {
    f.lose();
    other.lose();
    for (int i = 0; i != 60; ++i) {
      f.round();
      other.round();
      theirs += other.control.window();
      ours += f.control.window();
    }
  }
  EXPECT_GE(ours, theirs);
}

// covers: rfc9438#4.7
TEST(rfc9438_section_4_7, a_loss_below_the_plateau_lowers_it_further) {
  cubic_bulk f(duration::milliseconds(100), 100 * mss);
  f.lose();
  EXPECT_EQ(f.control.stage().w_max, 100 * mss);
  f.lose();  // at 70 segments
  EXPECT_EQ(f.control.stage().w_max, 59'500u);
  EXPECT_EQ(f.control.stage().prior, 70 * mss);
}

// covers: rfc9438#4.8
TEST(rfc9438_section_4_8, the_stage_after_a_timeout_begins_on_its_plateau) {
  cubic_bulk f(duration::milliseconds(100), 100 * mss);
  f.control.on_timeout(100 * mss, mss, true, f.now);
  EXPECT_EQ(f.control.window(), mss);
  EXPECT_EQ(f.control.threshold(), 70 * mss);
  while (f.control.in_slow_start()) f.round();
  f.round();
  EXPECT_EQ(f.control.stage().w_max, 70 * mss);
  EXPECT_GE(f.control.stage().place, 0) << "K is zero";
}

// covers: rfc9438#4.9
TEST(rfc9438_section_4_9, a_spurious_loss_costs_nothing) {
  cubic_bulk f(duration::milliseconds(100), 100 * mss);
  f.lose();
  f.rounds(10);
  cubic_bulk untouched = f;
  const u32 outstanding = f.control.window();
  f.control.on_congestion(outstanding, mss, f.now);
  f.control.set_window(f.control.threshold());
  f.control.undo(outstanding);
  f.rounds(10);
  untouched.rounds(10);
  EXPECT_NEAR(f.control.window(), untouched.control.window(), 2.0 * mss);
}

// covers: rfc9438#4.10
TEST(rfc9438_section_4_10, a_stage_after_hystart_begins_on_its_plateau) {
  bulk<cubic> f(duration::milliseconds(50), 10 * mss);
  sequence_number<u32> una{};
  for (int i = 0; i != 4'000 && f.control.threshold() == largest_window; ++i) {
    f.now = f.now + duration::milliseconds(1);
    progress p = f.full();
    una = una + mss;
    p.una = una;
    p.nxt = una + f.control.window();
    p.round_trip = duration::milliseconds(50 + i / 10);
    f.control.on_ack(p);
  }
  ASSERT_LT(f.control.threshold(), largest_window);
  const u32 found = f.control.threshold();
  EXPECT_EQ(f.control.window(), found);
  f.round();
  EXPECT_EQ(f.control.stage().w_max, found);
  EXPECT_GE(f.control.stage().place, 0);
}

// covers: rfc9438#5.8
TEST(rfc9438_section_5_8, an_application_that_does_not_use_the_window_neither_grows_it_nor_lets_time_pass) {
  cubic_bulk f(duration::milliseconds(100), 100 * mss);
  f.lose();
  f.round();
  const auto place = f.control.stage().place;
  const u32 window = f.control.window();
  for (int i = 0; i != 1'000; ++i) {
    f.now = f.now + duration::milliseconds(10);
    progress p = f.full();
    p.window_was_full = false;
    f.control.on_ack(p);
  }
  EXPECT_EQ(f.control.stage().place, place);
  EXPECT_EQ(f.control.window(), window);
}

}  // namespace rfc9438_test
}  // namespace sequent::congestion

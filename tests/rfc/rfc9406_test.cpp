// RFC 9406: HyStart++, in CUBIC's first slow start. That each phase begins and ends where the RFC says is a property
// (tests/property); here is what it is for.
#include <gtest/gtest.h>

#include "sequent/congestion/cubic.hpp"
#include "tests/support/bottleneck.hpp"

namespace sequent::test {
namespace rfc9406_test {

using congestion::cubic;
using congestion::cubic_without_hystart;

bottleneck path(double megabits, int milliseconds, double queue_in_round_trips) {
  bottleneck b;
  b.segments_a_second = megabits * 1e6 / 12'000;
  b.round_trip = milliseconds * 1'000;
  b.queue = 4 + static_cast<std::size_t>(queue_in_round_trips * b.segments_a_second * milliseconds / 1'000);
  return b;
}

// covers: rfc9406#5
TEST(rfc9406, a_queue_of_four_round_trips_overflows_far_less) {
  const bottleneck deep = path(100, 20, 4);
  const transfer plain = path_run<cubic_without_hystart>(deep, 100'000).run();
  const transfer watched = path_run<cubic>(deep, 100'000).run();
  EXPECT_GT(plain.lost, 1'000u);
  EXPECT_LT(watched.lost * 4, plain.lost);
  EXPECT_LE(watched.microseconds, plain.microseconds + plain.microseconds / 100);
}

// It earns its place: on no path does it lose more, and on none does the transfer take a twentieth longer but one,
// where it takes 5.1%. covers: rfc9406#5 rfc9438#4.10
TEST(rfc9406, over_seventy_two_paths_it_never_loses_more_and_halves_the_losses_in_all) {
  std::uint64_t plain_lost = 0;
  std::uint64_t lost = 0;
  for (const double megabits : {10.0, 100.0, 1'000.0}) {
    for (const int milliseconds : {5, 20, 50, 150}) {
      for (const double queue : {0.25, 1.0, 4.0}) {
        for (const std::uint64_t segments : {1'000u, 100'000u}) {
          const bottleneck b = path(megabits, milliseconds, queue);
          const transfer plain = path_run<cubic_without_hystart>(b, segments).run();
          const transfer watched = path_run<cubic>(b, segments).run();
          EXPECT_LE(watched.lost, plain.lost);
          EXPECT_LE(static_cast<double>(watched.microseconds), 1.052 * static_cast<double>(plain.microseconds));
          plain_lost += plain.lost;
          lost += watched.lost;
        }
      }
    }
  }
  RecordProperty("lost_without", std::to_string(plain_lost));
  RecordProperty("lost_with", std::to_string(lost));
  EXPECT_LT(lost * 2, plain_lost) << lost << " of " << plain_lost;
}

// covers: rfc9406#4.3
TEST(rfc9406_section_4_3, later_slow_starts_are_plain_ones) {
  cubic c;
  c.start(1'000, false);
  c.on_timeout(20'000, 1'000, true, {});
  congestion::progress p{.acked = 8'000, .mss = 1'000, .window_was_full = true};
  c.on_ack(p);
  EXPECT_EQ(c.window(), 2'000u) << "one segment after a timeout, whatever was acknowledged";
}

// RFC 9406 section 4.2: a loss ends it.
// covers: rfc9406#4.2
TEST(rfc9406_section_4_2, a_loss_in_slow_start_leads_to_congestion_avoidance) {
  cubic c;
  c.start(1'000, false);
  c.on_congestion(10'000, 1'000, {});
  c.leave_recovery();
  EXPECT_FALSE(c.in_slow_start());
  EXPECT_EQ(c.window(), 7'000u);
}

}  // namespace rfc9406_test
}  // namespace sequent::test

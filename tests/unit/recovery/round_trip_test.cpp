#include "sequent/recovery/round_trip.hpp"

#include <gtest/gtest.h>

#include "tests/support/endpoint.hpp"

namespace sequent {
namespace {

using test::ms;

sequence_number<u32> at(u32 number) { return sequence_number<u32>(number); }
instant after(duration span) { return instant{} + span; }

TEST(round_trip, measures_the_first_segment_until_it_is_covered) {
  round_trip_timer timer;
  timer.sent(at(100), after(ms(1)));
  timer.sent(at(200), after(ms(5)));  // the first is still timed
  EXPECT_EQ(timer.acknowledged(at(99), {}, {}, after(ms(7))), std::nullopt);
  EXPECT_EQ(timer.acknowledged(at(200), {}, {}, after(ms(9))), ms(8));
  EXPECT_FALSE(timer.running());
}

// Karn: which transmission is answered nobody knows, unless a timestamp says so.
TEST(round_trip, what_was_sent_again_is_measured_by_an_echo_at_or_after_it) {
  const std::optional<sequence_number<u32>> echoes[] = {std::nullopt, at(9), at(10), at(11)};
  for (std::size_t i = 0; i != 4; ++i) {
    round_trip_timer timer;
    timer.sent(at(100), after(ms(1)));
    timer.sent_again(at(0), at(100), after(ms(10)), at(10), true, i % 2 == 0);
    const auto measured = timer.acknowledged(at(100), {}, echoes[i], after(ms(12)));
    EXPECT_EQ(measured, i < 2 ? std::nullopt : std::optional(ms(2))) << i;
    EXPECT_FALSE(timer.running());
  }
}

// On a path of less than a millisecond the echo tells as well, if the clock has ticked between the transmissions; if it
// has not, the echo tells nothing however long the answer takes.
TEST(round_trip, an_echo_tells_apart_what_ticks_have_set_apart) {
  for (const bool apart : {false, true}) {
    for (const duration trip : {duration::microseconds(70), ms(3)}) {
      round_trip_timer timer;
      timer.sent_again(at(0), at(100), after(ms(10)), at(10), apart, true);
      EXPECT_EQ(timer.apart(), apart);
      EXPECT_EQ(timer.acknowledged(at(100), {}, at(10), after(ms(10) + trip)),
                apart ? std::optional(trip) : std::nullopt);
    }
  }
}

TEST(round_trip, the_first_of_what_is_sent_again_is_timed_and_anew_if_it_is_sent_once_more) {
  round_trip_timer timer;
  timer.sent_again(at(0), at(100), after(ms(10)), at(10), true, false);
  timer.sent_again(at(100), at(200), after(ms(11)), at(11), true, false);
  timer.sent(at(900), after(ms(11)));
  EXPECT_EQ(timer.until(), at(100));
  timer.sent_again(at(0), at(100), after(ms(30)), at(30), true, false);
  EXPECT_EQ(timer.again_at(), at(30));
  EXPECT_EQ(timer.acknowledged(at(300), {}, at(30), after(ms(33))), ms(3));
}

// With SACK what stands behind a hole is reported as it arrives, and goes on being timed.
TEST(round_trip, with_sack_a_report_measures) {
  for (const bool sack : {false, true}) {
    round_trip_timer timer;
    timer.sent(at(300), after(ms(1)));
    timer.sent_again(at(0), at(100), after(ms(4)), at(4), true, sack);
    sack_blocks<u32> blocks;
    ASSERT_TRUE(blocks.push({at(200), at(300)}));
    EXPECT_EQ(timer.acknowledged(at(0), blocks, {}, after(ms(6))), sack ? std::optional(ms(5)) : std::nullopt);
  }
  round_trip_timer timer;  // what a report says of octets that were sent again is ambiguous, whatever is echoed
  timer.sent_again(at(200), at(300), after(ms(4)), at(4), true, true);
  sack_blocks<u32> blocks;
  ASSERT_TRUE(blocks.push({at(200), at(300)}));
  EXPECT_EQ(timer.acknowledged(at(0), blocks, at(9), after(ms(6))), std::nullopt);
  EXPECT_FALSE(timer.running());
}

// covers: clock-jumps
TEST(round_trip, nothing_is_measured_by_a_clock_that_went_back) {
  for (const bool again : {false, true}) {
    round_trip_timer timer;
    if (again) timer.sent_again(at(0), at(100), after(ms(500)), at(1), true, false);
    if (!again) timer.sent(at(100), after(ms(500)));
    EXPECT_EQ(timer.acknowledged(at(100), {}, at(1), after(ms(499))), std::nullopt);
    EXPECT_FALSE(timer.running());
  }
}

TEST(round_trip, moves_with_the_origin_of_the_clock) {
  round_trip_timer timer;
  timer.sent(at(1), after(ms(10)));
  timer.rebase(ms(4));
  EXPECT_EQ(timer.since(), after(ms(6)));
  timer.stop();
  timer.rebase(ms(4));
  EXPECT_EQ(timer, round_trip_timer{});
}

}  // namespace
}  // namespace sequent

#include "sequent/transfer/window_tuning.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>

namespace sequent {
namespace window_tuning_test {

constexpr u32 buffer = 1'000'000;

instant at(std::int64_t milliseconds) { return instant{} + duration::milliseconds(milliseconds); }

// A sender that fills the window each round trip of 100 ms, in ten segments, and a reader that reads `share` of it.
struct transfer {
  window_tuning tuning{};
  std::int64_t round = 0;

  void run(double share = 1.0) {
    const u32 window = tuning.limit();
    const u32 piece = window / 10;
    for (u32 i = 0; i != 10; ++i) {
      tuning.on_text(piece, window - (i + 1) * piece, buffer, at(round * 100));
      tuning.on_read(static_cast<u32>(piece * share));
    }
    ++round;
  }
};

TEST(window_tuning, without_an_initial_window_all_of_the_buffer_is_offered) {
  window_tuning tuning;
  tuning.start(0, buffer);
  EXPECT_EQ(tuning.limit(), buffer);
  EXPECT_FALSE(tuning.active(buffer));
}

TEST(window_tuning, the_initial_window_is_at_most_the_buffer) {
  window_tuning tuning;
  tuning.start(2'000, 1'000);
  EXPECT_EQ(tuning.limit(), 1'000u);
  tuning.start(500, 1'000);
  EXPECT_EQ(tuning.limit(), 500u);
  EXPECT_TRUE(tuning.active(1'000));
  tuning.start(1, 1u << 30);  // whose windows have units of 16 384 octets
  EXPECT_EQ(tuning.limit(), 131'072u);
  tuning.start(1, 65'535);
  EXPECT_EQ(tuning.limit(), 7u);
}

// covers: window-tuning
TEST(window_tuning, it_doubles_in_two_round_trips_for_a_reader_who_keeps_up) {
  transfer t;
  t.tuning.start(10'000, buffer);
  t.run();
  EXPECT_EQ(t.tuning.limit(), 10'000u) << "no round trip is over";
  u32 expected = 10'000;
  while (expected != buffer) {
    t.run();
    expected = std::min(expected * 2, buffer);
    ASSERT_EQ(t.tuning.limit(), expected);
    t.run();  // the sender learns of it
    ASSERT_EQ(t.tuning.limit(), expected);
  }
  EXPECT_EQ(t.tuning.round_trip(), duration::milliseconds(100));
}

TEST(window_tuning, a_reader_of_less_than_half_a_window_gains_nothing) {
  transfer t;
  t.tuning.start(10'000, buffer);
  for (int i = 0; i != 20; ++i) t.run(0.5);
  EXPECT_EQ(t.tuning.limit(), 10'000u);
  for (int i = 0; i != 3; ++i) t.run(0.6);
  EXPECT_GT(t.tuning.limit(), 10'000u);
  EXPECT_LT(t.tuning.limit(), 20'000u);
}

// Of less than two segments one is used: twice that, rounded to units of the scale, is less than two again.
TEST(window_tuning, a_window_of_one_segment_grows) {
  window_tuning tuning;
  tuning.start(1'000, buffer);
  for (std::int64_t round = 0; round != 16; ++round) {
    const u32 window = tuning.limit() / 32 * 32;
    const u32 segments = std::max(window / 1'460, 1u);
    const u32 length = std::min(window, 1'460u);
    for (u32 i = 0; i != segments; ++i) {
      tuning.on_text(length, window - std::min(window, (i + 1) * length), buffer, at(round * 100));
      tuning.on_read(length);
    }
  }
  EXPECT_GT(tuning.limit(), 20 * 1'460u);
}

TEST(window_tuning, it_never_shrinks) {
  transfer t;
  t.tuning.start(10'000, buffer);
  for (int i = 0; i != 4; ++i) t.run();
  const u32 reached = t.tuning.limit();
  for (int i = 0; i != 50; ++i) t.run(0.0);
  EXPECT_EQ(t.tuning.limit(), reached);
}

// A sender that sends little is not limited by the window; an echoed timestamp says how long a round trip really is.
TEST(window_tuning, an_echo_keeps_a_slow_sender_from_looking_like_a_long_path) {
  window_tuning tuning;
  tuning.start(10'000, buffer);
  for (std::int64_t round = 0; round != 500; ++round) {
    tuning.on_echo(99);
    tuning.on_text(100, 9'900, buffer, at(round * 100));
    tuning.on_read(100);
  }
  EXPECT_EQ(tuning.limit(), 10'000u);
  EXPECT_EQ(tuning.round_trip(), duration::milliseconds(100));
}

TEST(window_tuning, what_is_read_after_a_long_pause_counts_for_its_share) {
  window_tuning tuning;
  tuning.start(10'000, buffer);
  tuning.on_text(1'000, 9'000, buffer, at(0));
  tuning.on_echo(9);
  tuning.on_text(1'000, 8'000, buffer, at(10));
  tuning.on_read(9'000);
  tuning.on_echo(9);
  tuning.on_text(1'000, 8'000, buffer, at(1'010));
  EXPECT_EQ(tuning.limit(), 10'000u);
}

TEST(window_tuning, a_longer_round_trip_is_approached_and_a_shorter_one_taken) {
  window_tuning tuning;
  tuning.start(10'000, buffer);
  std::int64_t now = 0;
  const auto round = [&](u32 length) {
    tuning.on_echo(length - 1);
    tuning.on_text(1, 9'000, buffer, at(now));
    now += length;
  };
  for (int i = 0; i != 3; ++i) round(80);
  EXPECT_EQ(tuning.round_trip(), duration::milliseconds(80));
  round(800);
  EXPECT_EQ(tuning.round_trip(), duration::milliseconds(90));
  for (int i = 0; i != 40; ++i) round(800);
  EXPECT_GT(tuning.round_trip(), duration::milliseconds(780));
  EXPECT_LE(tuning.round_trip(), duration::milliseconds(800));
  for (int i = 0; i != 2; ++i) round(40);
  EXPECT_EQ(tuning.round_trip(), duration::milliseconds(40));
}

TEST(window_tuning, a_clock_that_jumps_does_no_harm) {
  window_tuning tuning;
  tuning.start(10'000, buffer);
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  constexpr auto smallest = std::numeric_limits<std::int64_t>::min();
  for (const std::int64_t now : {std::int64_t{0}, largest, smallest, std::int64_t{5}, smallest, largest}) {
    tuning.on_echo(0xffff'ffffu);
    tuning.on_read(0xffff'ffffu);
    tuning.on_text(0xffff'ffffu, 0xffff'ffffu, buffer, instant::from_microseconds(now));
    EXPECT_LE(tuning.limit(), buffer);
    EXPECT_GE(tuning.limit(), 10'000u);
  }
}

TEST(window_tuning, the_origin_of_the_clock_does_not_matter) {
  transfer a;
  transfer b;
  a.tuning.start(10'000, buffer);
  b.tuning.start(10'000, buffer);
  for (int i = 0; i != 5; ++i) {
    a.run();
    b.run();
    b.tuning.rebase(duration::milliseconds(1'000));
    b.round -= 10;
  }
  EXPECT_EQ(a.tuning.limit(), b.tuning.limit());
}

}  // namespace window_tuning_test
}  // namespace sequent

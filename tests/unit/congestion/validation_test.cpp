#include "sequent/congestion/validation.hpp"

#include <gtest/gtest.h>

// What RFC 7661 says is tested in tests/rfc; here stand the corners.
namespace congestion_validation_test {

using sequent::duration;
using sequent::instant;
using sequent::u32;
using sequent::congestion::largest_window;
using sequent::congestion::window_validation;

constexpr auto rtt = duration::milliseconds(100);

instant at(std::int64_t milliseconds) { return instant::from_microseconds(milliseconds * 1'000); }

window_validation started() {
  window_validation v;
  v.start(at(0));
  return v;
}

TEST(window_validation, without_a_round_trip_time_nothing_is_measured) {
  window_validation v = started();
  for (int i = 0; i != 100; ++i) v.on_ack(1'000, at(i * 100), {});
  EXPECT_EQ(v.pipe_ack(at(10'000)), std::nullopt);
}

TEST(window_validation, what_comes_after_a_pause_belongs_to_the_next_sample) {
  window_validation v = started();
  v.on_ack(1'000, at(0), rtt);
  v.on_ack(5'000, at(400), rtt);
  EXPECT_EQ(v.pipe_ack(at(400)), 1'000u);
  v.on_ack(1, at(500), rtt);
  EXPECT_EQ(v.pipe_ack(at(500)), 5'000u);
}

TEST(window_validation, a_long_round_trip_is_sampled_for_three_of_them) {
  window_validation v = started();
  const auto slow = duration::seconds(2);
  v.on_ack(9'000, at(0), slow);
  v.on_ack(1'000, at(2'000), slow);
  EXPECT_EQ(v.pipe_ack(at(4'900)), 9'000u);
  EXPECT_EQ(v.pipe_ack(at(8'100)), 0u);
}

TEST(window_validation, a_clock_that_jumps_back_begins_another_sample) {
  window_validation v = started();
  v.on_ack(1'000, at(100'000), rtt);
  v.on_ack(2'000, at(50'000), rtt);
  v.on_ack(2'000, at(50'100), rtt);
  EXPECT_EQ(v.pipe_ack(at(50'100)), 3'000u);
  EXPECT_EQ(v.before_sending(100'000, 0, 10'000, at(0)), std::nullopt);
}

TEST(window_validation, counts_no_more_than_the_largest_window) {
  window_validation v = started();
  for (int i = 0; i != 9; ++i) v.on_ack(0xffff'ffffu, at(0), rtt);
  v.on_ack(1, at(100), rtt);
  EXPECT_EQ(v.pipe_ack(at(100)), largest_window);
}

TEST(window_validation, a_window_of_no_octets_or_one_is_validated_or_not) {
  window_validation v = started();
  v.on_ack(0, at(0), rtt);
  v.on_ack(0, at(100), rtt);
  EXPECT_TRUE(v.validated(0, at(100)));
  EXPECT_FALSE(v.validated(1, at(100)));
}

TEST(window_validation, a_loss_with_nothing_in_use_leaves_a_segment) {
  window_validation v = started();
  v.on_ack(0, at(0), rtt);
  v.on_ack(0, at(100), rtt);
  EXPECT_EQ(v.on_loss(10'000, 0, 1'000, at(100)), 1'000u);
  EXPECT_EQ(v.on_recovered(0, 1'000), 1'000u);
  EXPECT_EQ(v.on_recovered(0, 1'000), std::nullopt) << "once";
}

TEST(window_validation, the_origin_of_the_clock_may_move) {
  window_validation v = started();
  v.on_ack(1'000, at(0), rtt);
  v.on_ack(1'000, at(100), rtt);
  window_validation moved = v;
  moved.rebase(duration::milliseconds(50));
  EXPECT_EQ(moved.pipe_ack(at(800)), v.pipe_ack(at(850)));
  EXPECT_EQ(moved.pipe_ack(at(1'060)), v.pipe_ack(at(1'110)));
}

}  // namespace congestion_validation_test

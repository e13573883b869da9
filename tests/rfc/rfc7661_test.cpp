// RFC 7661: validating the congestion window of senders that do not use all of it.
#include <gtest/gtest.h>

#include "sequent/congestion/validation.hpp"

namespace sequent::congestion {
namespace rfc7661_test {

constexpr u32 mss = 1'000;
constexpr auto rtt = duration::milliseconds(100);

// A sender that has so much acknowledged in every round trip.
struct rate_limited {
  rate_limited() { check.start(now); }
  void sends(u32 octets_a_round_trip, int round_trips) {
    for (int i = 0; i != round_trips * 10; ++i) {
      now = now + rtt / 10;
      check.on_ack(octets_a_round_trip / 10, now, rtt);
    }
  }
  window_validation check{};
  instant now = instant::from_microseconds(1'000'000);
};

// covers: rfc7661#4.1
TEST(rfc7661_section_4_1, a_connection_begins_in_the_validated_phase) {
  rate_limited s;
  EXPECT_EQ(s.check.pipe_ack(s.now), std::nullopt);
  EXPECT_TRUE(s.check.validated(largest_window, s.now));
}

// covers: rfc7661#4.2
TEST(rfc7661_section_4_2, pipe_ack_is_what_was_acknowledged_in_a_round_trip) {
  rate_limited s;
  s.sends(20'000, 20);
  EXPECT_EQ(s.check.pipe_ack(s.now), 20'000u);
}

// max(3 RTT, 1 s) here is one second.
// covers: rfc7661#4.2
TEST(rfc7661_section_4_2, the_largest_sample_of_the_sampling_period_counts_and_no_older_one) {
  rate_limited s;
  s.sends(20'000, 5);
  s.sends(2'000, 3);
  EXPECT_EQ(s.check.pipe_ack(s.now), 20'000u);
  s.sends(2'000, 12);
  EXPECT_EQ(s.check.pipe_ack(s.now), 2'000u);
  EXPECT_EQ(s.check.pipe_ack(s.now + duration::seconds(1)), 0u) << "silence counts as nothing";
}

// covers: rfc7661#4.3
TEST(rfc7661_section_4_3, the_window_is_validated_while_half_of_it_is_used) {
  rate_limited s;
  s.sends(20'000, 20);
  EXPECT_TRUE(s.check.validated(40'000, s.now));
  EXPECT_FALSE(s.check.validated(40'001, s.now));
}

// covers: rfc7661#4.4
TEST(rfc7661_section_4_4, an_unvalidated_window_grows_only_when_it_is_full) {
  rate_limited s;
  s.sends(20'000, 20);
  EXPECT_TRUE(s.check.may_grow(false, 40'000, s.now));
  EXPECT_FALSE(s.check.may_grow(false, 50'000, s.now));
  EXPECT_TRUE(s.check.may_grow(true, 50'000, s.now));
}

// covers: rfc7661#4.4.1
TEST(rfc7661_section_4_4_1, a_loss_in_the_validated_phase_is_answered_as_ever) {
  rate_limited s;
  s.sends(20'000, 20);
  EXPECT_EQ(s.check.on_loss(30'000, 20'000, mss, s.now), std::nullopt);
  EXPECT_EQ(s.check.on_recovered(3'000, mss), std::nullopt);
}

// covers: rfc7661#4.4.1
TEST(rfc7661_section_4_4_1, a_loss_in_the_non_validated_phase_leaves_half_of_what_was_used) {
  rate_limited s;
  s.sends(20'000, 20);
  EXPECT_EQ(s.check.on_loss(100'000, 5'000, mss, s.now), 10'000u) << "pipeACK is more than the flight";
  EXPECT_EQ(s.check.on_recovered(4'000, mss), 8'000u) << "and what was lost is taken away first";
  EXPECT_EQ(s.check.pipe_ack(s.now), std::nullopt) << "undefined after recovery";
  s.sends(20'000, 20);
  EXPECT_EQ(s.check.on_loss(100'000, 30'000, mss, s.now), 15'000u) << "the flight is more than pipeACK";
  EXPECT_EQ(s.check.on_recovered(40'000, mss), mss) << "but never less than a segment";
}

// covers: rfc7661#4.4
TEST(rfc7661_section_4_4, a_timeout_ends_the_non_validated_phase) {
  rate_limited s;
  s.sends(2'000, 20);
  ASSERT_FALSE(s.check.validated(100'000, s.now));
  s.check.on_timeout();
  EXPECT_TRUE(s.check.validated(100'000, s.now));
}

// covers: rfc7661#4.4.3
TEST(rfc7661_section_4_4_3, five_minutes_of_an_unused_window_halve_it) {
  rate_limited s;
  s.sends(50'000, 20);
  ASSERT_EQ(s.check.before_sending(100'000, 60'000, 10'000, s.now), std::nullopt);
  s.now = s.now + duration::seconds(299);
  EXPECT_EQ(s.check.before_sending(100'000, 60'000, 10'000, s.now), std::nullopt);
  s.now = s.now + duration::seconds(1);
  const auto kept = s.check.before_sending(100'000, 60'000, 10'000, s.now);
  EXPECT_EQ(kept, (window_validation::adjustment{50'000, 75'000}));
  EXPECT_EQ(s.check.before_sending(50'000, 75'000, 10'000, s.now), std::nullopt) << "once for each period";
}

// covers: rfc7661#4.4.3 rfc7661#4.5.2
TEST(rfc7661_section_4_4_3, each_further_period_halves_again_down_to_the_initial_window) {
  rate_limited s;
  s.sends(50'000, 20);
  ASSERT_EQ(s.check.before_sending(100'000, 60'000, 10'000, s.now), std::nullopt);
  s.now = s.now + duration::seconds(900);
  EXPECT_EQ(s.check.before_sending(100'000, 60'000, 10'000, s.now), (window_validation::adjustment{12'500, 75'000}));
  s.now = s.now + duration::seconds(86'400);
  EXPECT_EQ(s.check.before_sending(12'500, 75'000, 10'000, s.now), (window_validation::adjustment{10'000, 75'000}));
  s.now = s.now + duration::seconds(600);
  EXPECT_EQ(s.check.before_sending(3'000, 75'000, 10'000, s.now), (window_validation::adjustment{3'000, 75'000}))
      << "a smaller window is never raised";
}

}  // namespace rfc7661_test
}  // namespace sequent::congestion

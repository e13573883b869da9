#include "sequent/core/timestamps.hpp"

#include <gtest/gtest.h>

#include "tests/support/build.hpp"

namespace timestamps_test {

using namespace sequent;
using sequent::test::at;

constexpr instant start = instant::from_microseconds(1'000'000);

timestamp_variables<u32> recent(u32 value, u32 last_ack_sent = 500) {
  timestamp_variables<u32> ts;
  ts.enabled = true;
  ts.recent = sequence_number<u32>(value);
  ts.recent_at = start;
  ts.last_ack_sent = sequence_number<u32>(last_ack_sent);
  return ts;
}

bool rejects(u32 seen, u32 held, duration later = {}) {
  return paws_rejects({sequence_number<u32>(seen), {}}, recent(held), start + later);
}

TEST(timestamps, paws_rejects_what_is_older) {
  EXPECT_TRUE(rejects(99, 100));
  EXPECT_FALSE(rejects(100, 100));
  EXPECT_FALSE(rejects(101, 100));
}

TEST(timestamps, paws_wraps) {
  EXPECT_FALSE(rejects(5, 0xffff'fff0u));
  EXPECT_TRUE(rejects(0xffff'fff0u, 5));
  EXPECT_TRUE(rejects(0, 0x7fff'ffffu));
  EXPECT_FALSE(rejects(0, 0x8000'0001u));
}

TEST(timestamps, a_timestamp_held_for_more_than_24_days_says_nothing) {
  const duration days = duration::seconds(24LL * 86'400);
  EXPECT_TRUE(rejects(99, 100, days));
  EXPECT_FALSE(rejects(99, 100, days + duration::microseconds(1)));
}

TEST(timestamps, a_clock_that_jumps_back_does_not_make_it_stale) {
  EXPECT_TRUE(rejects(99, 100, duration::seconds(-1)));
}

TEST(timestamps, is_taken_from_a_segment_at_the_last_acknowledgment) {
  auto ts = recent(100);
  take_timestamp(at(500).ack(1).ts(101).header, ts, start + duration::seconds(1));
  EXPECT_EQ(ts.recent.wire(), 101u);
  EXPECT_EQ(ts.recent_at, start + duration::seconds(1));
}

TEST(timestamps, is_taken_from_a_segment_that_begins_before_the_last_acknowledgment) {
  auto ts = recent(100);
  take_timestamp(at(400).length_only(200).ts(101).header, ts, start);
  EXPECT_EQ(ts.recent.wire(), 101u);
}

TEST(timestamps, is_not_taken_from_a_segment_ahead_of_the_last_acknowledgment) {
  auto ts = recent(100);
  take_timestamp(at(501).ack(1).ts(101).header, ts, start);
  EXPECT_EQ(ts.recent.wire(), 100u);
}

TEST(timestamps, the_last_acknowledgment_wraps_too) {
  auto ts = recent(100, 3);
  take_timestamp(at(0xffff'fffeu).length_only(10).ts(101).header, ts, start);
  EXPECT_EQ(ts.recent.wire(), 101u);
}

// CVE-2005-0356: an old value must not replace a newer one.
TEST(timestamps, never_goes_back) {
  auto ts = recent(100);
  take_timestamp(at(500).ts(99).header, ts, start);
  EXPECT_EQ(ts.recent.wire(), 100u);
}

TEST(timestamps, an_equal_value_is_refreshed) {
  auto ts = recent(100);
  take_timestamp(at(500).ts(100).header, ts, start + duration::seconds(9));
  EXPECT_EQ(ts.recent_at, start + duration::seconds(9));
}

TEST(timestamps, a_stale_value_is_replaced_by_any) {
  auto ts = recent(100);
  take_timestamp(at(500).ts(7).header, ts, start + duration::seconds(25LL * 86'400));
  EXPECT_EQ(ts.recent.wire(), 7u);
}

TEST(timestamps, nothing_is_taken_when_not_negotiated_or_absent) {
  auto ts = recent(100);
  take_timestamp(at(500).ack(1).header, ts, start);
  EXPECT_EQ(ts, recent(100));
  ts.enabled = false;
  take_timestamp(at(500).ts(101).header, ts, start);
  EXPECT_EQ(ts.recent.wire(), 100u);
}

}  // namespace timestamps_test

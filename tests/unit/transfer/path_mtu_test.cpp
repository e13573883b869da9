#include "sequent/transfer/path_mtu.hpp"

#include <gtest/gtest.h>

namespace path_mtu_test {

using namespace sequent;
using number = sequence_number<u32>;

constexpr number una{0xffff'fe00u};
constexpr number nxt = una + 5'000u;
constexpr instant start = instant::from_microseconds(1'000'000);

// An estimate of 1460 octets of which segments of 1460 are on their way, the first at SND.UNA.
path_mtu sending() {
  path_mtu path(1'460, 48);
  path.on_sent(una + 1'460u, 1'460);
  return path;
}
// The same after a segment of that size was acknowledged, and more was sent from `una` on.
path_mtu acknowledged() {
  path_mtu path(1'460, 48);
  path.on_sent(una, 1'460);
  path.on_acked(una);
  path.on_sent(una + 1'460u, 1'460);
  return path;
}
bool report(path_mtu& path, u32 claimed, number seq = una, instant now = start) {
  return path.on_too_big(claimed, seq, una, nxt, now);
}

TEST(path_mtu, begins_at_what_the_first_link_takes) {
  const path_mtu path(1'460, 48);
  EXPECT_EQ(path.largest_text(), 1'460u);
  EXPECT_FALSE(path.reduced());
  EXPECT_FALSE(path.doubts());
}

TEST(path_mtu, counts_what_is_left_of_an_mtu) {
  EXPECT_EQ(path_mtu::text_for_mtu(1'500, 20), 1'460u);
  EXPECT_EQ(path_mtu::text_for_mtu(1'280, 40), 1'220u);
  EXPECT_EQ(path_mtu::text_for_mtu(68, 20), 28u);
  EXPECT_EQ(path_mtu::text_for_mtu(60, 40), 0u);
  EXPECT_EQ(path_mtu::text_for_mtu(0, 40), 0u);
}

TEST(path_mtu, a_report_about_a_size_that_never_got_through_is_believed_at_once) {
  path_mtu path = sending();
  EXPECT_TRUE(report(path, 1'360));
  EXPECT_EQ(path.largest_text(), 1'360u);
  EXPECT_TRUE(path.reduced());
}

TEST(path_mtu, a_report_below_a_smaller_segment_that_arrived_waits_for_a_timeout) {
  path_mtu path(1'460, 48);
  path.on_sent(una + 400u, 400);
  path.on_sent(una + 1'860u, 1'460);
  path.on_acked(una + 400u);
  EXPECT_FALSE(path.on_too_big(300, una + 400u, una + 400u, nxt, start));
  EXPECT_TRUE(path.doubts());
  EXPECT_EQ(path.largest_text(), 1'460u);
  EXPECT_TRUE(path.on_too_big(1'280, una + 400u, una + 400u, nxt, start)) << "what never arrived is believed at once";
}

TEST(path_mtu, a_report_about_what_is_not_outstanding_is_not_believed) {
  path_mtu path = sending();
  EXPECT_FALSE(report(path, 1'360, una - 1u));
  EXPECT_FALSE(report(path, 1'360, nxt));
  EXPECT_EQ(path.largest_text(), 1'460u);
  EXPECT_TRUE(report(path, 1'360, nxt - 1u));
}

TEST(path_mtu, no_report_raises_the_estimate_or_leaves_it) {
  path_mtu path = sending();
  EXPECT_FALSE(report(path, 1'460));
  EXPECT_FALSE(report(path, 9'000));
  EXPECT_FALSE(report(path, 0xffff'ffffu));
  EXPECT_EQ(path.largest_text(), 1'460u);
}

TEST(path_mtu, a_report_below_the_least_is_not_believed) {
  path_mtu path = sending();
  EXPECT_FALSE(report(path, 47));
  EXPECT_FALSE(report(path, 0));
  EXPECT_TRUE(report(path, 48));
  EXPECT_EQ(path.largest_text(), 48u);
}

TEST(path_mtu, a_report_of_a_size_that_nothing_sent_exceeds_is_not_believed) {
  path_mtu path(1'460, 48);
  EXPECT_FALSE(report(path, 1'000));
  path.on_sent(una + 1'000u, 1'000);
  EXPECT_FALSE(report(path, 1'000));
  EXPECT_TRUE(report(path, 999));
}

TEST(path_mtu, knows_whether_it_fell_lately) {
  path_mtu path = sending();
  EXPECT_FALSE(path.reduced_within(duration::seconds(1), start));
  EXPECT_TRUE(report(path, 1'360));
  EXPECT_TRUE(path.reduced_within(duration::seconds(1), start + duration::milliseconds(999)));
  EXPECT_FALSE(path.reduced_within(duration::seconds(1), start + duration::seconds(1)));
}

TEST(path_mtu, the_other_reports_of_a_burst_change_nothing) {
  path_mtu path = sending();
  EXPECT_TRUE(report(path, 1'360));
  EXPECT_FALSE(report(path, 1'360, una + 1'460u));
  EXPECT_FALSE(report(path, 1'300, una + 2'920u));  // nothing has been sent since
  path.on_sent(una + 1'360u, 1'360);
  EXPECT_TRUE(report(path, 1'300));  // the next narrow link
  EXPECT_EQ(path.largest_text(), 1'300u);
}

TEST(path_mtu, a_report_against_experience_waits_for_a_timeout) {
  path_mtu path = acknowledged();
  EXPECT_FALSE(report(path, 600));
  EXPECT_TRUE(path.doubts());
  EXPECT_EQ(path.largest_text(), 1'460u);
  EXPECT_TRUE(path.on_timeout(1'460, false, start));
  EXPECT_EQ(path.largest_text(), 600u);
  EXPECT_FALSE(path.doubts());
}

TEST(path_mtu, progress_refutes_a_report) {
  path_mtu path = acknowledged();
  EXPECT_FALSE(report(path, 600, una + 1'000u));
  path.on_acked(una + 1'000u);
  EXPECT_TRUE(path.doubts());  // the octet it is about is not acknowledged yet
  path.on_acked(una + 1'001u);
  EXPECT_FALSE(path.doubts());
  EXPECT_FALSE(path.on_timeout(1'460, false, start));
  EXPECT_EQ(path.largest_text(), 1'460u);
}

TEST(path_mtu, a_report_after_a_timeout_is_believed_at_once) {
  path_mtu path = acknowledged();
  EXPECT_FALSE(path.on_timeout(1'460, false, start));
  EXPECT_TRUE(report(path, 600));
  EXPECT_EQ(path.largest_text(), 600u);
}

TEST(path_mtu, progress_takes_the_timeout_back) {
  path_mtu path = acknowledged();
  EXPECT_FALSE(path.on_timeout(1'460, false, start));
  path.on_acked(una + 10u);
  EXPECT_FALSE(path.on_too_big(600, una + 20u, una + 10u, nxt, start));
  EXPECT_TRUE(path.doubts());
}

TEST(path_mtu, a_size_counts_as_acknowledged_only_with_all_of_its_segment) {
  path_mtu path = sending();
  path.on_acked(una + 1'459u);
  EXPECT_TRUE(path_mtu(path).on_too_big(600, una + 1'459u, una + 1'459u, nxt, start));
  path.on_acked(una + 1'460u);
  EXPECT_FALSE(path_mtu(path).on_too_big(600, una + 1'460u, una + 1'460u, nxt, start));
}

TEST(path_mtu, few_timeouts_say_nothing_about_the_path) {
  path_mtu path = sending();
  EXPECT_FALSE(path.on_timeout(1'460, false, start));
  EXPECT_FALSE(path.on_timeout(1'460, false, start));
  EXPECT_EQ(path.largest_text(), 1'460u);
}

TEST(path_mtu, a_full_stop_of_large_segments_falls_back_in_two_steps) {
  path_mtu path = sending();
  EXPECT_TRUE(path.on_timeout(1'460, true, start));
  EXPECT_EQ(path.largest_text(), 1'024u);
  EXPECT_TRUE(path.on_timeout(1'024, true, start));
  EXPECT_EQ(path.largest_text(), 512u);
  EXPECT_FALSE(path.on_timeout(512, true, start));
  EXPECT_EQ(path.largest_text(), 512u);
}

TEST(path_mtu, a_full_stop_of_small_segments_says_nothing_about_the_path) {
  path_mtu path = sending();
  EXPECT_FALSE(path.on_timeout(512, true, start));
  EXPECT_FALSE(path.on_timeout(0, true, start));
  EXPECT_EQ(path.largest_text(), 1'460u);
  EXPECT_TRUE(path.on_timeout(513, true, start));
  EXPECT_EQ(path.largest_text(), 512u);
}

TEST(path_mtu, no_fallback_goes_below_the_least) {
  path_mtu path(1'440, 1'220);
  EXPECT_TRUE(path.on_timeout(1'440, true, start));
  EXPECT_EQ(path.largest_text(), 1'220u);
  EXPECT_FALSE(path.on_timeout(1'220, true, start));
  EXPECT_FALSE(path_mtu(500, 1'220).on_timeout(500, true, start));
}

TEST(path_mtu, a_reduction_lasts_ten_minutes_and_longer_each_time) {
  path_mtu path = sending();
  EXPECT_FALSE(path.grow(start + duration::seconds(100'000)));
  instant now = start;
  duration wait = path_mtu::patience;
  for (int tries = 0; tries != 9; ++tries) {
    path.on_sent(una + 1'460u, 1'460);
    ASSERT_TRUE(report(path, 1'360, una, now));
    EXPECT_FALSE(path.grow(now + wait - duration::microseconds(1)));
    EXPECT_EQ(path.largest_text(), 1'360u);
    now = now + wait;
    EXPECT_TRUE(path.grow(now));
    EXPECT_EQ(path.largest_text(), 1'460u);
    if (tries < path_mtu::max_doublings) wait = wait * 2;
  }
}

TEST(path_mtu, a_further_reduction_begins_the_wait_anew) {
  path_mtu path = sending();
  ASSERT_TRUE(report(path, 1'360));
  path.on_sent(una + 1'360u, 1'360);
  ASSERT_TRUE(report(path, 1'300, una, start + duration::seconds(599)));
  EXPECT_FALSE(path.grow(start + duration::seconds(600)));
  EXPECT_TRUE(path.grow(start + duration::seconds(1'199)));
}

TEST(path_mtu, rebase_moves_the_wait_and_nothing_else) {
  path_mtu path = sending();
  const path_mtu before = path;
  path.rebase(duration::seconds(5));
  EXPECT_EQ(path, before);
  ASSERT_TRUE(report(path, 1'360));
  path.rebase(duration::seconds(500));
  EXPECT_FALSE(path.grow(start + duration::seconds(99)));
  EXPECT_TRUE(path.grow(start + duration::seconds(100)));
}

TEST(path_mtu, is_small) { EXPECT_LE(sizeof(path_mtu), 32u); }

}  // namespace path_mtu_test

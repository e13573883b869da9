#include "model/spec/oracles/reductions.hpp"

#include <gtest/gtest.h>

namespace sequent::spec {
namespace oracle_reductions_test {

constexpr microseconds ms = 1'000;
constexpr std::int64_t mss = 1'000;
constexpr std::int64_t unlimited = std::int64_t{1} << 30;

passing_segment text(position first, position last) {
  passing_segment seg;
  seg.octets = {first, last};
  return seg;
}
passing_segment report(const octet_ranges& reported, bool echoes = false) {
  passing_segment seg;
  seg.reported = reported;
  seg.echoes = echoes;
  return seg;
}

/// A sender that halves. Ten segments go out at once, and 100 ms later SACK reports all but the first: ssthresh is to
/// be 5 000.
class reductions : public testing::Test {
 public:
  void start(std::int64_t threshold = unlimited) {
    stand(10 * mss, threshold, 0);
    for (position i = 0; i != 10; ++i) o.sent(text(i * mss, (i + 1) * mss), reason::fresh, 0, 0);
    stand(10 * mss, threshold, 0);
  }
  void lose_first() { o.heard(report({{mss, 10 * mss}}), 0, 100 * ms); }
  void reduce() {
    start();
    lose_first();
    stand(9 * mss, 5 * mss, 100 * ms);
    ASSERT_EQ(o.violation(), "");
    ASSERT_EQ(o.reductions(), 1u);
  }
  void repair(position first, reason why, microseconds now, position una = 0) {
    o.sent(text(first, first + mss), why, una, now);
  }
  void stand(std::int64_t cwnd, std::int64_t ssthresh, microseconds now) { o.stands({cwnd, ssthresh, mss}, now); }
  [[nodiscard]] bool holds() const { return o.violation().empty(); }

  reductions_oracle o{{.kept = 1, .kept_of = 2, .finds_end = false}};
};

// covers: rfc5681#3.2
TEST_F(reductions, a_loss_leaves_half_of_what_was_outstanding) {
  reduce();
  repair(0, reason::duplicates, 100 * ms);
  EXPECT_TRUE(holds()) << o.violation();
}

TEST_F(reductions, another_share_is_none) {
  start();
  lose_first();
  stand(9 * mss, 7 * mss, 100 * ms);
  EXPECT_FALSE(holds());
}

TEST_F(reductions, nothing_is_lowered_while_nothing_is_outstanding) {
  start();
  o.heard(report({}), 10 * mss, 100 * ms);
  stand(10 * mss, unlimited, 100 * ms);
  ASSERT_TRUE(holds()) << o.violation();
  o.heard(report({}), 10 * mss, 200 * ms);
  stand(10 * mss, 2 * mss, 200 * ms);
  EXPECT_FALSE(holds());
}

// covers: rfc5681#3.2
TEST_F(reductions, what_goes_out_again_for_a_loss_has_lowered_ssthresh) {
  start();
  lose_first();
  stand(10 * mss, unlimited, 100 * ms);
  EXPECT_TRUE(holds()) << o.violation();
  repair(0, reason::duplicates, 100 * ms);
  EXPECT_FALSE(holds());
}

// The second reduction is for a repetition, so that what went out behind it and is missing when the repair is over is
// the next window's loss. covers: rfc5681#4.3
TEST_F(reductions, what_is_lost_behind_a_lost_repetition_is_the_next_windows) {
  for (const position acknowledged : {11 * mss, 9 * mss}) {
    o = reductions_oracle({.kept = 1, .kept_of = 2, .finds_end = false});
    reduce();
    repair(0, reason::duplicates, 101 * ms);
    for (position i = 10; i != 13; ++i) o.sent(text(i * mss, (i + 1) * mss), reason::fresh, 0, 102 * ms);
    stand(9 * mss, 5 * mss, 102 * ms);
    o.heard(report({{mss, 11 * mss}, {12 * mss, 13 * mss}}), 0, 203 * ms);
    stand(5 * mss, 5 * mss / 2, 203 * ms);
    repair(0, reason::recent, 203 * ms);
    ASSERT_TRUE(holds()) << o.violation();
    o.heard(report({{12 * mss, 13 * mss}}), acknowledged, 250 * ms);
    stand(2 * mss, 2 * mss, 250 * ms);
    EXPECT_EQ(holds(), acknowledged == 11 * mss) << o.violation();
  }
}

// covers: rfc8985#7.3
TEST_F(reductions, a_probe_lowers_nothing) {
  start();
  repair(9 * mss, reason::tail_probe, 200 * ms);
  EXPECT_TRUE(holds()) << o.violation();
}

// covers: rfc5681#3.2
TEST_F(reductions, a_threshold_that_is_no_more_already_may_stay_and_the_window_follows_it) {
  start(5 * mss);
  lose_first();
  stand(10 * mss, 5 * mss, 100 * ms);
  repair(0, reason::duplicates, 100 * ms);
  EXPECT_TRUE(holds()) << o.violation();
  EXPECT_EQ(o.reductions(), 1u);
  o.heard(report({}), 10 * mss, 200 * ms);
  stand(6 * mss, 5 * mss, 200 * ms);
  EXPECT_FALSE(holds());
}

TEST_F(reductions, a_threshold_of_an_octet_more_than_the_share_may_not) {
  start(5 * mss + 2);
  lose_first();
  stand(10 * mss, 5 * mss + 2, 100 * ms);
  repair(0, reason::duplicates, 100 * ms);
  EXPECT_FALSE(holds());
}

// covers: rfc5681#4.3
TEST_F(reductions, the_loss_of_a_retransmission_is_another_one_a_round_trip_later) {
  reduce();
  repair(0, reason::duplicates, 100 * ms);
  reductions_oracle hasty = o;
  hasty.heard(report({}), 0, 200 * ms - 1);
  hasty.stands({5 * mss, 2'500, mss}, 200 * ms - 1);
  EXPECT_NE(hasty.violation(), "");
  o.heard(report({}), 0, 200 * ms);
  stand(5 * mss, 2'500, 200 * ms);
  EXPECT_TRUE(holds()) << o.violation();
  EXPECT_EQ(o.reductions(), 2u);
}

// covers: rfc5681#4.3
TEST_F(reductions, the_loss_of_a_retransmission_must_lower_once_more) {
  reduce();
  repair(0, reason::duplicates, 100 * ms);
  o.heard(report({}), 0, 200 * ms);
  stand(5 * mss, 5 * mss, 200 * ms);
  ASSERT_TRUE(holds()) << o.violation();
  repair(0, reason::recent, 200 * ms);
  EXPECT_FALSE(holds());
}

// covers: rfc5681#4.3
TEST_F(reductions, so_is_that_of_what_was_sent_again_before_the_first_once) {
  start();
  repair(0, reason::tail_probe, 60 * ms);
  lose_first();
  stand(9 * mss, 5 * mss, 100 * ms);
  ASSERT_TRUE(holds()) << o.violation();
  reductions_oracle hasty = o;
  hasty.heard(report({}), 0, 160 * ms - 1);
  hasty.stands({5 * mss, 2'500, mss}, 160 * ms - 1);
  EXPECT_NE(hasty.violation(), "");
  o.heard(report({}), 0, 160 * ms);
  stand(5 * mss, 2'500, 160 * ms);
  EXPECT_TRUE(holds()) << o.violation();
  o.heard(report({}), 0, 400 * ms);
  stand(2'500, 2 * mss, 400 * ms);
  EXPECT_FALSE(holds());
}

// covers: rfc6675#5
TEST_F(reductions, what_was_new_in_a_repair_is_repaired_with_it) {
  reduce();
  repair(0, reason::duplicates, 100 * ms);
  o.sent(text(10 * mss, 12 * mss), reason::fresh, 0, 100 * ms);
  o.heard(report({{11 * mss, 12 * mss}}), 0, 200 * ms);
  stand(5 * mss, 5 * mss, 200 * ms);
  repair(10 * mss, reason::recent, 200 * ms);
  EXPECT_TRUE(holds()) << o.violation();
}

// covers: rfc5681#4.3
TEST_F(reductions, a_loss_in_the_window_after_it_lowers_again) {
  reduce();
  repair(0, reason::duplicates, 100 * ms);
  o.sent(text(10 * mss, 14 * mss), reason::fresh, 0, 100 * ms);
  stand(5 * mss, 5 * mss, 100 * ms);
  o.heard(report({{11 * mss, 14 * mss}}), 10 * mss, 200 * ms);
  reductions_oracle lazy = o;
  lazy.stands({5 * mss, 5 * mss, mss}, 200 * ms);
  EXPECT_EQ(lazy.violation(), "");
  lazy.sent(text(10 * mss, 11 * mss), reason::duplicates, 10 * mss, 200 * ms);
  EXPECT_NE(lazy.violation(), "");
  stand(4 * mss, 2 * mss, 200 * ms);
  repair(10 * mss, reason::duplicates, 200 * ms, 10 * mss);
  EXPECT_TRUE(holds()) << o.violation();
  EXPECT_EQ(o.reductions(), 2u);
}

// covers: rfc5681#3.1
TEST_F(reductions, a_timeout_lowers_whenever_the_reduction_before_was) {
  reduce();
  o.expired(101 * ms);
  stand(mss, 4'500, 101 * ms);
  repair(0, reason::timer, 101 * ms);
  EXPECT_TRUE(holds()) << o.violation();
}

// covers: rfc5681#3.1
TEST_F(reductions, a_timeout_leaves_one_segment) {
  start();
  o.expired(1'000 * ms);
  stand(2 * mss, 5 * mss, 1'000 * ms);
  repair(0, reason::timer, 1'000 * ms);
  EXPECT_FALSE(holds());
}

// covers: rfc5681#3.1
TEST_F(reductions, the_second_timeout_of_a_segment_holds_ssthresh) {
  start();
  o.expired(1'000 * ms);
  stand(mss, 5 * mss, 1'000 * ms);
  repair(0, reason::timer, 1'000 * ms);
  o.expired(3'000 * ms);
  reductions_oracle lowers = o;
  stand(mss, 5 * mss, 3'000 * ms);
  repair(0, reason::timer, 3'000 * ms);
  EXPECT_TRUE(holds()) << o.violation();
  lowers.stands({mss, 2'500, mss}, 3'000 * ms);
  EXPECT_NE(lowers.violation(), "");
}

// RACK's timer sends the first segment again, then the retransmission timer does, which finds ssthresh where it puts
// it: slow start leads from one segment to ssthresh and beyond (RFC 5681 section 3.1), as no repair without a timeout
// may. covers: rfc5681#3.1 rfc8985#6.3
TEST_F(reductions, a_timeout_behind_the_reordering_timer_is_the_first) {
  start();
  lose_first();
  stand(10 * mss, unlimited, 100 * ms);
  o.expired(125 * ms);
  stand(9 * mss, 5 * mss, 125 * ms);
  repair(0, reason::recent, 125 * ms);
  reductions_oracle waits = o;
  o.expired(1'100 * ms);
  stand(mss, 5 * mss, 1'100 * ms);
  repair(0, reason::timer, 1'100 * ms);
  EXPECT_EQ(o.reductions(), 2u) << "that ssthresh stays as it is hides it";
  for (reductions_oracle* each : {&o, &waits}) {
    each->heard(report({}), 10 * mss, 1'200 * ms);
    each->stands({5 * mss + mss / 2, 5 * mss, mss}, 1'200 * ms);
  }
  EXPECT_TRUE(holds()) << o.violation();
  EXPECT_NE(waits.violation(), "");
}

// covers: rfc3168#6.1.2
TEST_F(reductions, an_echo_lowers_once_for_a_window_of_data) {
  start();
  o.heard(report({}, true), mss, 100 * ms);
  stand(5 * mss, 5 * mss, 100 * ms);
  EXPECT_TRUE(holds()) << o.violation();
  o.heard(report({}, true), 2 * mss, 101 * ms);
  stand(5 * mss, 2'500, 101 * ms);
  EXPECT_FALSE(holds());
}

// covers: rfc5681#4.3
TEST_F(reductions, what_is_repaired_leaves_cwnd_at_ssthresh) {
  reduce();
  repair(0, reason::duplicates, 100 * ms);
  o.heard(report({}), 10 * mss, 200 * ms);
  reductions_oracle above = o;
  stand(5 * mss, 5 * mss, 200 * ms);
  EXPECT_TRUE(holds()) << o.violation();
  above.stands({5 * mss + 1, 5 * mss, mss}, 200 * ms);
  EXPECT_NE(above.violation(), "");
}

TEST_F(reductions, a_repair_does_not_grow_the_window) {
  reduce();
  reductions_oracle more = o;
  stand(12 * mss, 5 * mss, 101 * ms);
  EXPECT_TRUE(holds()) << o.violation();
  more.stands({12 * mss + 1, 5 * mss, mss}, 101 * ms);
  EXPECT_NE(more.violation(), "");
}

// covers: rfc4015#3.1/9
TEST_F(reductions, what_is_taken_back_is_no_more_than_was_taken) {
  start(20 * mss);
  lose_first();
  stand(9 * mss, 5 * mss, 100 * ms);
  reductions_oracle more = o;
  stand(10 * mss, 20 * mss, 101 * ms);
  EXPECT_TRUE(holds()) << o.violation();
  EXPECT_EQ(o.undone(), 1u);
  more.stands({10 * mss, 20 * mss + 1, mss}, 101 * ms);
  EXPECT_NE(more.violation(), "");
}

}  // namespace oracle_reductions_test
}  // namespace sequent::spec

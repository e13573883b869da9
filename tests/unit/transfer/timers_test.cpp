#include "sequent/transfer/timers.hpp"

#include <gtest/gtest.h>

namespace timers_test {

using namespace sequent;

constexpr instant at(std::int64_t us) { return instant::from_microseconds(us); }

TEST(timers, the_earliest_but_for_one) {
  timer_set timers;
  EXPECT_EQ(timers.next_but(timer::delayed_ack), std::nullopt);
  timers.start(timer::delayed_ack, instant{} + duration::seconds(1));
  EXPECT_EQ(timers.next_but(timer::delayed_ack), std::nullopt);
  timers.start(timer::keep_alive, instant{} + duration::seconds(3));
  timers.start(timer::persist, instant{} + duration::seconds(2));
  EXPECT_EQ(timers.next_but(timer::delayed_ack), instant{} + duration::seconds(2));
  EXPECT_EQ(timers.next_but(timer::persist), instant{} + duration::seconds(1));
}

TEST(timers, none_runs_at_first) {
  timer_set t;
  EXPECT_FALSE(t.next());
  EXPECT_FALSE(t.take_due(at(1'000'000)));
  EXPECT_FALSE(t.running(timer::persist));
  EXPECT_FALSE(t.due(timer::persist));
}

TEST(timers, the_earliest_is_next) {
  timer_set t;
  t.start(timer::persist, at(50));
  t.start(timer::delayed_ack, at(20));
  t.start(timer::time_wait, at(70));
  EXPECT_EQ(t.next(), at(20));
  t.stop(timer::delayed_ack);
  EXPECT_EQ(t.next(), at(50));
}

TEST(timers, are_taken_in_the_order_of_their_deadlines) {
  timer_set t;
  t.start(timer::retransmission, at(30));
  t.start(timer::user_timeout, at(10));
  t.start(timer::keep_alive, at(20));
  t.start(timer::time_wait, at(99));
  EXPECT_EQ(t.take_due(at(30)), timer::user_timeout);
  EXPECT_EQ(t.take_due(at(30)), timer::keep_alive);
  EXPECT_EQ(t.take_due(at(30)), timer::retransmission);
  EXPECT_EQ(t.take_due(at(30)), std::nullopt);
  EXPECT_TRUE(t.running(timer::time_wait));
  EXPECT_FALSE(t.running(timer::user_timeout));
}

TEST(timers, due_together_they_come_in_the_order_of_declaration) {
  timer_set t;
  t.start(timer::fin_wait_2, at(5));
  t.start(timer::user_timeout, at(5));
  t.start(timer::retransmission, at(5));
  t.start(timer::loss_probe, at(5));
  EXPECT_EQ(t.take_due(at(5)), timer::loss_probe) << "it stands in for the other";
  EXPECT_EQ(t.take_due(at(5)), timer::retransmission);
  EXPECT_EQ(t.take_due(at(5)), timer::user_timeout);
  EXPECT_EQ(t.take_due(at(5)), timer::fin_wait_2);
}

TEST(timers, a_deadline_is_met_at_its_instant_and_not_before) {
  timer_set t;
  t.start(timer::persist, at(5));
  EXPECT_FALSE(t.take_due(at(4)));
  EXPECT_EQ(t.take_due(at(5)), timer::persist);
}

TEST(timers, starting_again_moves_the_deadline) {
  timer_set t;
  t.start(timer::persist, at(5));
  t.start(timer::persist, at(9));
  EXPECT_EQ(t.due(timer::persist), at(9));
}

TEST(timers, all_can_be_stopped_at_once) {
  timer_set t;
  for (std::size_t i = 0; i != timer_set::count; ++i) t.start(static_cast<timer>(i), at(1));
  t.stop_all();
  EXPECT_EQ(t, timer_set());
}

TEST(timers, move_with_the_origin_of_the_clock) {
  timer_set t;
  t.start(timer::persist, at(50));
  t.rebase(duration::microseconds(30));
  EXPECT_EQ(t.due(timer::persist), at(20));
  EXPECT_FALSE(t.running(timer::keep_alive));
}

}  // namespace timers_test

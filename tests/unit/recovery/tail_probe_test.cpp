#include "sequent/recovery/tail_probe.hpp"

#include <gtest/gtest.h>

namespace sequent::test {
namespace tail_probe_test {

constexpr sequence_number<u32> end(0xffff'ffffu);

tail_probe sent_again() {
  tail_probe probe;
  probe.ask();
  probe.sent(end, true);
  return probe;
}

// covers: rfc8985#7.2
TEST(probe_timeout, is_two_round_trips_and_a_delayed_acknowledgment_for_a_single_segment) {
  EXPECT_EQ(probe_timeout(duration::milliseconds(30), false, duration::milliseconds(200)), duration::milliseconds(60));
  EXPECT_EQ(probe_timeout(duration::milliseconds(30), true, duration::milliseconds(200)), duration::milliseconds(260));
}

TEST(tail_probe, is_due_when_asked_for_and_until_sent) {
  tail_probe probe;
  EXPECT_FALSE(probe.due());
  probe.ask();
  EXPECT_TRUE(probe.due());
  probe.sent(end, false);
  EXPECT_FALSE(probe.due());
  EXPECT_TRUE(probe.on_its_way());
}

// covers: rfc8985#7.3
TEST(tail_probe, there_is_one_at_a_time) {
  tail_probe probe = sent_again();
  probe.measured();
  probe.ask();
  EXPECT_FALSE(probe.due());
}

// covers: rfc8985#7.3
TEST(tail_probe, a_round_trip_must_have_been_measured_since_the_last) {
  tail_probe probe = sent_again();
  EXPECT_EQ(probe.on_ack(end + 1u, false, {}, false), tail_probe::verdict::repaired);
  probe.ask();
  EXPECT_FALSE(probe.due());
  probe.measured();
  probe.ask();
  EXPECT_TRUE(probe.due());
}

TEST(tail_probe, any_answer_makes_one_that_is_due_needless) {
  tail_probe probe;
  probe.ask();
  EXPECT_EQ(probe.on_ack(end, false, {}, false), tail_probe::verdict::none);
  EXPECT_FALSE(probe.due());
}

// covers: rfc8985#7.4.2
TEST(tail_probe, an_acknowledgment_beyond_it_shows_that_it_repaired_a_loss) {
  tail_probe probe = sent_again();
  EXPECT_EQ(probe.on_ack(end, false, {}, false), tail_probe::verdict::none);
  EXPECT_TRUE(probe.on_its_way()) << "a report may still come";
  EXPECT_EQ(probe.on_ack(end + 100u, false, {}, false), tail_probe::verdict::repaired);
  EXPECT_FALSE(probe.on_its_way());
}

// covers: rfc8985#7.4.2
TEST(tail_probe, a_report_of_it_shows_that_nothing_was_lost) {
  tail_probe probe = sent_again();
  EXPECT_EQ(probe.on_ack(end, true, end, false), tail_probe::verdict::none);
  EXPECT_FALSE(probe.on_its_way());
}

TEST(tail_probe, a_report_of_something_else_does_not) {
  tail_probe probe = sent_again();
  EXPECT_EQ(probe.on_ack(end, true, end - 100u, false), tail_probe::verdict::none);
  EXPECT_EQ(probe.on_ack(end + 100u, true, end - 100u, false), tail_probe::verdict::repaired);
}

// covers: rfc8985#7.4.2
TEST(tail_probe, so_does_a_bare_duplicate) {
  tail_probe probe = sent_again();
  EXPECT_EQ(probe.on_ack(end, false, {}, true), tail_probe::verdict::none);
  EXPECT_FALSE(probe.on_its_way());
}

TEST(tail_probe, what_is_older_than_it_tells_nothing) {
  tail_probe probe = sent_again();
  EXPECT_EQ(probe.on_ack(end - 1u, true, end, true), tail_probe::verdict::none);
  EXPECT_TRUE(probe.on_its_way());
}

// covers: rfc8985#7.4.2
TEST(tail_probe, new_data_that_is_acknowledged_repaired_nothing) {
  tail_probe probe;
  probe.ask();
  probe.sent(end, false);
  EXPECT_EQ(probe.on_ack(end + 100u, false, {}, false), tail_probe::verdict::none);
  EXPECT_FALSE(probe.on_its_way());
}

TEST(tail_probe, is_cancelled) {
  tail_probe probe = sent_again();
  probe.cancel();
  EXPECT_FALSE(probe.on_its_way());
  EXPECT_FALSE(probe.has_measured());
}

}  // namespace tail_probe_test
}  // namespace sequent::test

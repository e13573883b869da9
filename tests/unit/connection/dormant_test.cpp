#include "sequent/connection/dormant.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "tests/support/endpoint.hpp"

namespace sequent::test {
namespace dormant_test {

using sleeper = dormant<>;

endpoint<> established(const connection_config& config = plain()) {
  endpoint<> end(config);
  end.open();
  return end;
}

// covers: sleeping
TEST(dormant, is_smaller_than_what_it_stands_for) { EXPECT_LE(sizeof(sleeper), 400u); }

TEST(dormant, holds_a_connection_that_has_nothing_to_do) {
  endpoint<> end = established();
  EXPECT_TRUE(sleeper::can_hold(end.tcp));
}

TEST(dormant, does_not_hold_one_that_is_not_established) {
  EXPECT_FALSE(sleeper::can_hold(endpoint<>().tcp));
  endpoint<> opening;
  ASSERT_TRUE(opening.tcp.connect(opening.now));
  EXPECT_FALSE(sleeper::can_hold(opening.tcp));
}

TEST(dormant, does_not_hold_one_with_something_to_tell) {
  endpoint<> end;
  ASSERT_TRUE(end.tcp.connect(end.now));
  end.out();
  end.in(end.answer_to_syn({}));
  ASSERT_EQ(end.state(), connection_state::established);
  EXPECT_FALSE(sleeper::can_hold(end.tcp));
  ASSERT_TRUE(end.tcp.take_signals().has(signal::established));
  EXPECT_TRUE(sleeper::can_hold(end.tcp));
}

TEST(dormant, does_not_hold_one_with_something_to_send_or_unacknowledged) {
  endpoint<> end = established();
  ASSERT_TRUE(end.tcp.write(pattern(10)));
  EXPECT_FALSE(sleeper::can_hold(end.tcp));
  end.out();
  EXPECT_FALSE(sleeper::can_hold(end.tcp));
  end.in(at(5'001).ack(1'011));
  EXPECT_TRUE(sleeper::can_hold(end.tcp));
}

TEST(dormant, does_not_hold_one_with_octets_unread_or_out_of_order) {
  endpoint<> end = established();
  end.in(at(5'011).ack(1'001).text(pattern(10)));
  EXPECT_FALSE(sleeper::can_hold(end.tcp));
  end.in(at(5'001).ack(1'001).text(pattern(10)));
  EXPECT_FALSE(sleeper::can_hold(end.tcp));
  std::vector<std::uint8_t> room(100);
  ASSERT_EQ(*end.tcp.read(room), 20u);
  end.out();
  EXPECT_TRUE(sleeper::can_hold(end.tcp));
}

TEST(dormant, does_not_hold_one_that_owes_an_acknowledgment) {
  connection_config config = plain();
  config.delayed_ack = ms(40);
  endpoint<> end = established(config);
  end.in(at(5'001).ack(1'001).text(pattern(10)));
  std::vector<std::uint8_t> room(100);
  ASSERT_EQ(*end.tcp.read(room), 10u);
  EXPECT_FALSE(sleeper::can_hold(end.tcp));
  end.wait(ms(40));
  EXPECT_TRUE(sleeper::can_hold(end.tcp));
}

// One end may be closed: CLOSE-WAIT and FIN-WAIT-2 last as long as the other likes.
TEST(dormant, holds_one_that_is_half_closed) {
  endpoint<> closed = established();
  ASSERT_TRUE(closed.tcp.shutdown());
  EXPECT_FALSE(sleeper::can_hold(closed.tcp));
  closed.out();
  EXPECT_FALSE(sleeper::can_hold(closed.tcp));
  closed.in(at(5'001).ack(1'002));
  ASSERT_EQ(closed.state(), connection_state::fin_wait_2);
  (void)closed.tcp.take_signals();
  EXPECT_TRUE(sleeper::can_hold(closed.tcp));

  endpoint<> ended = established();
  ended.in(at(5'001).ack(1'001).fin());
  ended.out();
  EXPECT_FALSE(sleeper::can_hold(ended.tcp));
  (void)ended.tcp.take_signals();
  EXPECT_TRUE(sleeper::can_hold(ended.tcp));

  for (endpoint<>* const each : {&closed, &ended}) {
    const sleeper asleep(each->tcp);
    endpoint<> again(each->tcp.config());
    asleep.wake(again.tcp);
    EXPECT_EQ(again.tcp.tcb(), each->tcp.tcb());
    EXPECT_EQ(again.tcp.sending().first(), each->tcp.sending().first());
  }
}

TEST(dormant, does_not_hold_one_that_its_user_has_closed_for_good) {
  endpoint<> closed = established();
  ASSERT_TRUE(closed.tcp.close(closed.now));
  closed.out();
  closed.in(at(5'001).ack(1'002));
  (void)closed.tcp.take_signals();
  ASSERT_EQ(closed.state(), connection_state::fin_wait_2);
  EXPECT_FALSE(sleeper::can_hold(closed.tcp));
}

// covers: MUST-17 MUST-21 MUST-24
TEST(dormant, remembers_what_its_user_has_set) {
  endpoint<> end = established();
  end.tcp.set_nagle(!end.tcp.config().nagle);
  end.tcp.set_keep_alive(true, end.now);
  (void)end.tcp.set_user_timeout(s(7), end.now);
  sleeper asleep(end.tcp);
  endpoint<> again;
  asleep.wake(again.tcp);
  EXPECT_EQ(again.tcp.config().nagle, end.tcp.config().nagle);
  EXPECT_TRUE(again.tcp.config().keep_alive.enabled);
  EXPECT_EQ(again.tcp.config().user_timeout, s(7));
  EXPECT_EQ(again.tcp.timers(), end.tcp.timers());

  asleep.set_nagle(true);
  asleep.set_keep_alive(false, end.tcp.config(), end.now);
  asleep.set_user_timeout(std::nullopt);
  endpoint<> later;
  asleep.wake(later.tcp);
  EXPECT_TRUE(later.tcp.config().nagle);
  EXPECT_FALSE(later.tcp.config().keep_alive.enabled);
  EXPECT_EQ(later.tcp.config().user_timeout, std::nullopt);
  EXPECT_EQ(asleep.next_deadline(), std::nullopt);
  asleep.set_keep_alive(true, end.tcp.config(), end.now);
  EXPECT_EQ(asleep.next_deadline(), end.now + end.tcp.config().keep_alive.idle);
}

TEST(dormant, keeps_a_user_timeout_to_the_millisecond) {
  endpoint<> end = established();
  const auto kept = [&](duration given) {
    sleeper asleep(end.tcp);
    asleep.set_user_timeout(given);
    endpoint<> again;
    asleep.wake(again.tcp);
    return *again.tcp.config().user_timeout;
  };
  EXPECT_EQ(kept(duration::microseconds(1)), ms(1));
  EXPECT_EQ(kept(ms(250)), ms(250));
  EXPECT_EQ(kept(duration::microseconds(250'001)), ms(251));
  EXPECT_EQ(kept(duration::microseconds(std::numeric_limits<std::int64_t>::max())), ms(0xffff'fffeu));
}

// A report of the network's about it is no reason to stay awake (MUST-47): it is kept.
TEST(dormant, remembers_the_last_report_of_the_network) {
  endpoint<> end = established();
  ASSERT_TRUE(end.tcp.write(pattern(10)));
  end.out();
  end.tcp.on_icmp({.kind = icmp_kind::soft, .type = 3, .code = 1, .seq = sequence_number<u32>(1'001)}, end.now);
  end.in(at(5'001).ack(1'011));
  (void)end.tcp.take_signals();
  ASSERT_TRUE(end.tcp.last_icmp());
  ASSERT_TRUE(sleeper::can_hold(end.tcp));
  endpoint<> again;
  sleeper(end.tcp).wake(again.tcp);
  EXPECT_EQ(again.tcp.last_icmp(), (icmp_report{3, 1}));
}

TEST(dormant, wakes_as_it_fell_asleep) {
  endpoint<> end = established();
  ASSERT_TRUE(end.tcp.write(pattern(1'000)));
  end.out();
  end.now = end.now + ms(100);
  end.in(at(5'001).ack(2'001));
  const sleeper asleep(end.tcp);
  endpoint<> again(end.tcp.config());
  asleep.wake(again.tcp);
  EXPECT_EQ(again.tcp.tcb(), end.tcp.tcb());
  EXPECT_EQ(again.tcp.sending().rtt(), end.tcp.sending().rtt());
  EXPECT_GT(again.tcp.sending().rtt().smoothed(), duration{});
  EXPECT_EQ(again.tcp.sending().congestion().window(), end.tcp.sending().congestion().window());
  EXPECT_EQ(again.tcp.timers(), end.tcp.timers());
  again.now = end.now;
  ASSERT_TRUE(again.tcp.write(pattern(10)));
  const auto sent = again.out();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].seq(), 2'001u);
}

TEST(dormant, takes_a_pure_acknowledgment_and_nothing_else) {
  connection_config config = plain();
  config.keep_alive.enabled = true;
  endpoint<> end = established(config);
  sleeper asleep(end.tcp);
  const instant later = end.now + s(100);
  EXPECT_TRUE(asleep.arrives(at(5'001).ack(1'001).header, config, later));
  EXPECT_EQ(asleep.next_deadline(), later + config.keep_alive.idle);
  EXPECT_FALSE(asleep.arrives(at(5'001).ack(1'001).text(pattern(1)).header, config, later));
  EXPECT_FALSE(asleep.arrives(at(5'001).ack(1'001).fin().header, config, later));
  EXPECT_FALSE(asleep.arrives(at(5'000).ack(1'001).header, config, later));
  EXPECT_FALSE(asleep.arrives(at(5'001).ack(1'002).header, config, later));
  EXPECT_FALSE(asleep.arrives(at(5'001).ack(1'001).window(0).header, config, later));
  EXPECT_TRUE(asleep.arrives(at(5'001).ack(1'001).window(17).header, config, later));
  EXPECT_EQ(asleep.tcb().snd.wnd, 17u);
}

TEST(dormant, without_keep_alives_never_has_to_wake) {
  endpoint<> end = established();
  EXPECT_EQ(sleeper(end.tcp).next_deadline(), std::nullopt);
}

}  // namespace dormant_test
}  // namespace sequent::test

#include "sequent/connection/input.inl.hpp"

#include <gtest/gtest.h>

#include "tests/support/states.hpp"

namespace sequent::test {
namespace connection_input_test {

using state = connection_state;

TEST(connection_input, a_listener_answers_whoever_sent_the_syn) {
  connection_config config = plain();
  config.remote_port = 0;
  endpoint<> host(config);
  ASSERT_TRUE(host.tcp.listen());
  const auto sent = host.in(at(5'000).syn().from(4'321));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].header.destination_port, 4'321u);
  EXPECT_EQ(sent[0].header.source_port, 7u);
}

TEST(connection_input, a_listener_resets_whoever_sent_the_acknowledgment) {
  connection_config config = plain();
  config.remote_port = 0;
  endpoint<> host(config);
  ASSERT_TRUE(host.tcp.listen());
  const auto sent = host.in(at(5'000).ack(77).from(4'321));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].bits(), "R");
  EXPECT_EQ(sent[0].seq(), 77u);
  EXPECT_EQ(sent[0].header.destination_port, 4'321u);
}

TEST(connection_input, a_listener_that_fell_back_answers_its_next_peer) {
  connection_config config = plain();
  config.remote_port = 0;
  endpoint<> host(config);
  ASSERT_TRUE(host.tcp.listen());
  host.in(at(5'000).syn().from(1'111));
  host.in(at(5'001).rst().from(1'111));
  ASSERT_EQ(host.state(), state::listen);
  EXPECT_FALSE(host.tcp.next_deadline());
  const auto sent = host.in(at(9'000).syn().from(2'222));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].header.destination_port, 2'222u);
  EXPECT_EQ(sent[0].acknowledges(), 9'001u);
}

TEST(connection_input, one_reset_at_most_waits_to_be_sent) {
  endpoint<> host;
  for (int i = 0; i != 100; ++i) host.in_quietly(at(5'000).syn());
  EXPECT_EQ(host.out().size(), 1u);
}

struct small_ring : default_policy {
  using receive_storage = inline_storage<1'000>;
};

// Text that comes next is verified and stored in one pass, text at the end of the ring or before a hole is not.
TEST(connection_input, octets_arrive_as_they_left_wherever_they_are_stored) {
  endpoint<small_ring> host;
  host.open();
  u32 next = 0;
  for (u32 length = 1; length < 300; length += 7) {
    const auto segment_of = [&](u32 from, u32 octets) {
      return wire(at(5'001 + from).ack(host.iss() + 1).text(octets, from));
    };
    const u32 ahead = length % 2 == 0 ? 20 : 0;
    if (ahead != 0) {
      ASSERT_TRUE(host.tcp.on_octets(segment_of(next + length, ahead), host.now));
    }
    auto damaged = segment_of(next, length + ahead);
    damaged.back() = static_cast<std::uint8_t>(damaged.back() ^ 1);
    EXPECT_EQ(host.tcp.on_octets(damaged, host.now).why(), error::bad_checksum);
    EXPECT_EQ(host.tcp.readable(), 0u);
    ASSERT_TRUE(host.tcp.on_octets(segment_of(next, length), host.now));
    EXPECT_EQ(host.read(), pattern(length + ahead, next)) << length;
    next += length + ahead;
    host.out();
  }
}

// covers: MUST-58 MUST-59
TEST(connection_input, many_segments_are_answered_with_one_acknowledgment) {
  endpoint<> host;
  host.open();
  for (u32 i = 0; i != 20; ++i) host.in_quietly(at(5'001 + 10 * i).ack(1'001).text(10, 10 * i));
  const auto sent = host.out();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].acknowledges(), 5'201u);
}

TEST(connection_input, deadlines_that_are_not_due_do_nothing) {
  endpoint<> host;
  host.open();
  host.write(10);
  const auto before = host.tcp.timers();
  host.tcp.on_deadline(host.now);
  EXPECT_EQ(host.tcp.timers(), before);
  EXPECT_FALSE(host.tcp.next_segment(host.now));
}

// covers: clock-jumps
TEST(connection_input, a_clock_that_jumps_far_ahead_meets_every_deadline_once) {
  endpoint<> host;
  host.open();
  host.write(10);
  host.now = host.now + s(10'000'000);
  host.tcp.on_deadline(host.now);
  EXPECT_EQ(host.out().size(), 1u) << "whose timer came late is asked before it is given up";
  EXPECT_EQ(host.tcp.sending().attempts(), 1u);
  host.wait(s(299));
  EXPECT_EQ(host.state(), state::closed);
  EXPECT_EQ(host.tcp.ended_by(), error::connection_timed_out);
  EXPECT_FALSE(host.tcp.next_deadline());
}

// Class 13 of damning bugs: clocks jump.
// covers: clock-jumps
TEST(connection_input, a_clock_that_jumps_back_is_survived) {
  connection_config config = plain();
  config.timestamps = true;
  endpoint<> host(config);
  host.now = instant::from_microseconds(50'000'000);
  peer_offer offer;
  offer.ts = 10;
  host.open(offer);
  host.write(10);
  host.now = instant::from_microseconds(1'000'000);
  host.in(host.peer().ack(host.nxt()).ts(11, 50'000));
  EXPECT_EQ(host.una(), host.nxt());
  host.write(10);
  EXPECT_TRUE(host.tcp.next_deadline());
}

// What is due waits for a clock that was set back an hour, and does not where its readings are steadied.
// covers: clock-jumps
TEST(connection_input, a_clock_that_was_set_back_delays_what_is_due_unless_it_is_steadied) {
  for (const bool steadied : {false, true}) {
    endpoint<> host;
    steadied_clock steady;
    instant clock = instant{} + s(7'200);
    const auto told = [&] { return steadied ? steady.at(clock) : clock; };
    host.now = told();
    host.open();
    host.write(10);
    clock = clock - s(3'600);
    host.now = told();
    host.tcp.on_deadline(host.now);
    EXPECT_TRUE(host.out().empty());
    const instant due = *host.tcp.next_deadline();
    EXPECT_EQ((steadied ? steady.on_clock(due) : due) - clock, steadied ? s(1) : s(3'601));
    clock = clock + s(1);
    host.now = told();
    host.tcp.on_deadline(host.now);
    EXPECT_EQ(host.out().size(), steadied ? 1u : 0u);
  }
}

TEST(connection_input, a_good_end_leaves_no_error_and_no_timer) {
  endpoint<> host;
  lead_to(host, state::last_ack);
  host.in(at(host.rcv_nxt()).ack(host.nxt()));
  EXPECT_EQ(host.state(), state::closed);
  EXPECT_FALSE(host.tcp.ended_by());
  EXPECT_FALSE(host.tcp.next_deadline());
  EXPECT_TRUE(host.tcp.take_signals().has(signal::closed));
}

TEST(connection_input, the_end_of_time_wait_is_told_as_a_good_end) {
  endpoint<> host;
  lead_to(host, state::time_wait);
  (void)host.tcp.take_signals();
  host.wait(s(240));
  EXPECT_EQ(host.state(), state::closed);
  EXPECT_TRUE(host.tcp.take_signals().has(signal::closed));
  EXPECT_FALSE(host.tcp.ended_by());
}

// Return-to-initial leak check: after any end nothing is left that would be sent or waited for.
TEST(connection_input, every_end_leaves_nothing_behind) {
  for (const state s : living_states) {
    endpoint<> host;
    lead_to(host, s);
    host.in(at(host.rcv_nxt()).rst());
    EXPECT_EQ(host.state(), state::closed) << describe(s);
    EXPECT_FALSE(host.tcp.next_deadline()) << describe(s);
    EXPECT_FALSE(host.tcp.next_segment(host.now)) << describe(s);
    EXPECT_EQ(host.tcp.tcb().snd, send_variables<u32>()) << describe(s);
    EXPECT_EQ(host.tcp.tcb().rcv, receive_variables<u32>()) << describe(s);
    EXPECT_EQ(host.tcp.sending().queued(), 0u) << describe(s);
  }
}

TEST(connection_input, a_spoofed_syn_flood_does_not_slow_the_first_retransmission) {
  connection_config config = plain();
  config.remote_port = 0;
  endpoint<> host(config);
  ASSERT_TRUE(host.tcp.listen());
  host.in(at(5'000).syn().from(1));
  for (int i = 0; i != 5; ++i) host.wait_for_deadline();
  host.in(at(5'001).rst().from(1));
  const instant start = host.now;
  host.in(at(9'000).syn().from(2));
  EXPECT_EQ(host.tcp.timers().due(timer::retransmission), start + s(1));
}

// The shortest round trip of five minutes says how much reordering is waited for: a clock that was set back by a little
// must not leave none.
// covers: clock-jumps rfc8985#6.2
TEST(connection_input, a_clock_that_was_set_back_leaves_the_shortest_round_trip) {
  connection_config config = plain();
  config.sack = true;
  endpoint<> host(config);
  host.now = host.now + s(10);
  host.open({.sack = true});
  const auto exchange = [&](duration round_trip) {
    host.write(1'000);
    host.now = host.now + round_trip;
    host.in(host.peer().ack(host.nxt()));
  };
  for (int i = 0; i != 4; ++i) exchange(ms(100));
  ASSERT_EQ(host.tcp.statistics().min_round_trip, ms(100));
  const auto smoothed = host.tcp.statistics().round_trip;
  exchange(ms(-300));
  EXPECT_EQ(host.tcp.statistics().min_round_trip, ms(100));
  EXPECT_EQ(host.tcp.statistics().round_trip, smoothed);
  exchange(ms(100));
  EXPECT_EQ(host.tcp.statistics().min_round_trip, ms(100));
}

}  // namespace connection_input_test
}  // namespace sequent::test

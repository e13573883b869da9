// RFC 9293 section 3.8.3: connection failures, R1 and R2.
#include <gtest/gtest.h>

#include "tests/support/states.hpp"

namespace sequent::test {
namespace section_3_8_3_test {

using state = connection_state;

// How many retransmissions had gone when the signal came, and after which time the connection ended.
struct failure {
  int retransmissions_before_advice = -1;
  duration ended_after{};
  error why{};
};

failure watch_fail(endpoint<>& host) {
  failure seen;
  const instant start = host.now;
  int again = 0;
  for (int i = 0; i != 1'000 && host.state() != state::closed; ++i) {
    for (const packet& p : host.wait_for_deadline()) again += p.header.control.rst() ? 0 : 1;
    const auto told = host.tcp.take_signals();
    if (told.has(signal::retransmitting)) {
      EXPECT_EQ(seen.retransmissions_before_advice, -1) << "told twice";
      seen.retransmissions_before_advice = again;
    }
  }
  seen.ended_after = host.now - start;
  if (host.tcp.ended_by()) seen.why = *host.tcp.ended_by();
  return seen;
}

// covers: MUST-20 SHLD-9 SHLD-10 SHLD-11 U-1
TEST(section_3_8_3, MUST_20_a_silent_peer_is_reported_at_r1_and_given_up_at_r2) {
  endpoint<> host;
  host.open();
  host.write(100);
  const failure seen = watch_fail(host);
  EXPECT_EQ(seen.retransmissions_before_advice, 3);
  EXPECT_EQ(seen.ended_after, s(300));
  EXPECT_EQ(seen.why, error::connection_timed_out);
  EXPECT_TRUE(host.sent.back().header.control.rst()) << "a peer that may exist is told (A37)";
}

// covers: MUST-21
TEST(section_3_8_3, MUST_21_r2_can_be_set_for_each_connection) {
  for (const std::int64_t timeout : {100, 200, 1'000}) {
    connection_config config = plain();
    config.user_timeout = s(timeout);
    endpoint<> host(config);
    host.open();
    host.write(100);
    EXPECT_EQ(watch_fail(host).ended_after, s(timeout));
  }
}

// covers: MUST-21
TEST(section_3_8_3, MUST_21_r2_may_be_never) {
  connection_config config = plain();
  config.user_timeout.reset();
  endpoint<> host(config);
  host.open();
  host.write(100);
  host.wait(s(7 * 86'400));
  EXPECT_EQ(host.state(), state::established);
  EXPECT_TRUE(host.tcp.next_deadline());
}

// covers: MUST-21
TEST(section_3_8_3, MUST_21_r2_may_become_never_while_text_is_outstanding) {
  endpoint<> host;
  host.open();
  host.write(100);
  host.wait(s(299));
  ASSERT_TRUE(host.tcp.set_user_timeout(std::nullopt, host.now));
  host.wait(s(86'400));
  EXPECT_EQ(host.state(), state::established);
}

// covers: MUST-22 MUST-23
TEST(section_3_8_3, MUST_22_syns_are_sent_again_and_given_up_alike) {
  for (const state st : {state::syn_sent, state::syn_received}) {
    endpoint<> host;
    lead_to(host, st);
    const instant start = host.now;
    (void)host.tcp.take_signals();
    std::vector<std::int64_t> when;
    while (host.state() == st && when.size() < 50) {
      for (const packet& p : host.wait_for_deadline()) {
        if (p.header.control.syn()) when.push_back((host.now - start).count() / 1'000'000);
      }
    }
    EXPECT_EQ(when, (std::vector<std::int64_t>{1, 3, 7, 15, 31, 63, 123, 183, 243})) << describe(st);
    EXPECT_EQ(host.now - start, s(300));
    const auto told = host.tcp.take_signals();
    EXPECT_TRUE(told.has(signal::retransmitting)) << describe(st);
    EXPECT_TRUE(told.has(signal::timed_out)) << describe(st);
    EXPECT_EQ(host.tcp.ended_by(), error::connection_timed_out);
  }
}

// covers: MUST-23
TEST(section_3_8_3, MUST_23_a_syn_is_tried_for_three_minutes_at_least) {
  endpoint<> host;
  lead_to(host, state::syn_sent);
  host.wait(s(180));
  EXPECT_EQ(host.state(), state::syn_sent);
  EXPECT_TRUE(host.in(host.answer_to_syn({})).size() == 1);
  EXPECT_EQ(host.state(), state::established);
}

TEST(section_3_8_3, an_acknowledgment_of_something_new_starts_r2_over) {
  endpoint<> host;
  host.open();
  host.write(1'000);
  host.write(1'000);
  host.wait(s(299));
  ASSERT_EQ(host.state(), state::established);
  host.in(host.peer().ack(host.una() + 10));
  host.wait(s(299));
  EXPECT_EQ(host.state(), state::established);
  host.wait(s(2));
  EXPECT_EQ(host.state(), state::closed);
}

TEST(section_3_8_3, nothing_outstanding_times_out_never) {
  endpoint<> host;
  host.open();
  host.write(10);
  host.in(host.peer().ack(host.nxt()));
  EXPECT_FALSE(host.tcp.next_deadline());
}

// What a host sends when it was away for `span`, and after that for a minute at most, until the connection has ended.
struct comeback {
  std::size_t at_once = 0;  // segments but for RSTs, at the moment of its return
  duration ended_after{};   // since then; nothing if it has not ended
  bool ended = false;
};

comeback come_back(endpoint<>& host, duration span) {
  comeback seen;
  host.now = host.now + span;
  const instant back = host.now;
  host.tcp.on_deadline(host.now);
  for (const packet& p : host.out()) seen.at_once += p.header.control.rst() ? 0u : 1u;
  for (int i = 0; i != 1'000 && host.state() != state::closed && host.tcp.next_deadline(); ++i)
    host.wait_for_deadline();
  seen.ended = host.state() == state::closed;
  seen.ended_after = host.now - back;
  return seen;
}

// covers: MUST-20 SHLD-11
TEST(section_3_8_3, a_host_that_was_away_sends_again_before_it_gives_up) {
  for (const std::int64_t before : {0, 2, 20, 100}) {
    endpoint<> host;
    host.open();
    host.write(100);
    host.wait(s(before));
    const comeback seen = come_back(host, s(3'600));
    EXPECT_EQ(seen.at_once, 1u) << before;
    EXPECT_TRUE(seen.ended);
    // What was left of the user timeout when the next timer was due counts from the return.
    const std::int64_t due = before == 0 ? 1 : before == 2 ? 3 : before == 20 ? 31 : 123;
    EXPECT_EQ(seen.ended_after, s(300 - due)) << before;
  }
}

TEST(section_3_8_3, a_host_that_was_away_goes_on_if_the_peer_answers) {
  endpoint<> host;
  host.open();
  host.write(100);
  host.now = host.now + s(3'600);
  host.tcp.on_deadline(host.now);
  ASSERT_EQ(host.out().size(), 1u);
  host.in(host.peer().ack(host.nxt()));
  EXPECT_EQ(host.state(), state::established);
  EXPECT_FALSE(host.tcp.next_deadline());
}

// A short user timeout and one that is nearly over leave the time of one answer.
TEST(section_3_8_3, who_is_asked_again_has_a_timeout_to_answer) {
  endpoint<> host;
  host.open();
  host.write(100);
  host.wait(s(250));
  ASSERT_TRUE(host.tcp.set_user_timeout(s(20), host.now));  // until 270, the timer being due at 303
  const comeback seen = come_back(host, s(30));
  EXPECT_EQ(seen.at_once, 0u) << "nothing is sent again sooner than one timeout after it was sent last";
  EXPECT_EQ(seen.ended_after, s(303 - 280 + 1));
  EXPECT_EQ(host.sent.size(), 1u + 9u + 1u + 1u) << "text, what was sent again before, what was after, and the RST";
}

// A host that is away most of the time comes to an end all the same.
TEST(section_3_8_3, absences_do_not_put_the_end_off_for_ever) {
  for (const std::int64_t timeout : {1, 20, 300}) {
    connection_config config = plain();
    config.user_timeout = s(timeout);
    endpoint<> host(config);
    host.open();
    host.write(100);
    int returns = 0;
    for (; returns != 100 && host.state() != state::closed; ++returns) {
      host.now = host.now + s(3'600);
      host.tcp.on_deadline(host.now);
      host.out();
    }
    EXPECT_GE(returns, 2) << timeout;
    EXPECT_LE(returns, 12) << timeout;
  }
}

// Nor does a peer whose text finds the host late again and again, and who acknowledges nothing.
TEST(section_3_8_3, acknowledgments_that_are_late_by_habit_put_nothing_off) {
  for (const std::int64_t tick : {1, 10, 20}) {
    connection_config config = in_data_center(plain());
    config.user_timeout = s(10);
    endpoint<> host(config);
    host.open();
    host.write(100);
    const instant since = host.now;
    u32 seq = host.rcv_nxt();
    while (host.state() == state::established && host.now - since < s(60)) {
      host.now = host.now + ms(tick);
      host.tcp.on_deadline(host.now);
      host.out();
      host.in(at(seq).ack(host.una()).from(9).text(pattern(10)));
      seq += 10;
      std::array<std::uint8_t, 10> room{};
      (void)host.tcp.read(room);
    }
    EXPECT_LE(host.now - since, s(11)) << tick;
  }
}

// covers: MUST-23
TEST(section_3_8_3, a_syn_goes_out_once_more_too) {
  for (const state st : {state::syn_sent, state::syn_received}) {
    endpoint<> host;
    lead_to(host, st);
    const comeback seen = come_back(host, s(3'600));
    EXPECT_EQ(seen.at_once, 1u) << describe(st);
    EXPECT_EQ(seen.ended_after, s(299)) << describe(st);
  }
}

}  // namespace section_3_8_3_test
}  // namespace sequent::test

// RFC 9293 section 3.8.4: keep-alives.
#include <gtest/gtest.h>

#include "tests/support/states.hpp"

namespace sequent::test {
namespace section_3_8_4_test {

using state = connection_state;

connection_config kept_alive(std::int64_t idle = 7'200) {
  connection_config config = plain();
  config.keep_alive.enabled = true;
  config.keep_alive.idle = s(idle);
  return config;
}

// covers: MAY-5 MUST-24
TEST(section_3_8_4, MUST_24_keep_alives_are_switched_for_each_connection) {
  endpoint<> probing;
  endpoint<> other;
  probing.open();
  other.open();
  probing.tcp.set_keep_alive(true, probing.now);
  EXPECT_EQ(probing.wait(s(7'200)).size(), 1u);
  EXPECT_TRUE(other.wait(s(7'200)).empty());
  probing.tcp.set_keep_alive(false, probing.now);
  EXPECT_TRUE(probing.wait(s(100'000)).empty());
  EXPECT_FALSE(probing.tcp.next_deadline());
}

// What is off sends nothing, not even what was due; and what was not answered before is not counted again.
// covers: MUST-24
TEST(section_3_8_4, MUST_24_what_is_turned_off_sends_no_probe_that_was_due) {
  endpoint<> host(kept_alive());
  host.open();
  host.now = host.now + s(7'200);
  host.tcp.on_deadline(host.now);
  ASSERT_TRUE(connection_internals::owes_probe(host.tcp));
  host.tcp.set_keep_alive(false, host.now);
  EXPECT_FALSE(connection_internals::owes_probe(host.tcp));
  EXPECT_TRUE(host.out().empty());
  EXPECT_FALSE(host.tcp.next_deadline());
}

// covers: MUST-24 MUST-29
TEST(section_3_8_4, MUST_29_unanswered_probes_are_counted_anew_after_keep_alives_were_off) {
  endpoint<> host(kept_alive());
  host.open();
  EXPECT_EQ(host.wait(s(7'200 + 7 * 75)).size(), 8u);
  ASSERT_EQ(connection_internals::keep_alives_unanswered(host.tcp), 8u);
  host.tcp.set_keep_alive(false, host.now);
  EXPECT_EQ(connection_internals::keep_alives_unanswered(host.tcp), 0u);
  host.tcp.set_keep_alive(true, host.now);
  EXPECT_EQ(host.wait(s(7'200 + 8 * 75)).size(), 9u);
  EXPECT_EQ(host.state(), state::established);
  host.wait(s(75));
  EXPECT_EQ(host.state(), state::closed);
}

// A host that was away may have missed the answer to its last probe.
// covers: MUST-29
TEST(section_3_8_4, a_host_that_was_away_probes_once_more) {
  endpoint<> host(kept_alive());
  host.open();
  host.wait(s(7'200 + 8 * 75));
  ASSERT_EQ(connection_internals::keep_alives_unanswered(host.tcp), 9u);
  endpoint<> other = host;
  for (endpoint<>* each : {&host, &other}) {
    each->now = each->now + s(3'600);
    each->tcp.on_deadline(each->now);
    EXPECT_EQ(each->out().size(), 1u);
    ASSERT_EQ(each->state(), state::established);
  }
  host.in(host.peer());
  EXPECT_EQ(host.wait(s(7'199)).size(), 0u);
  EXPECT_EQ(host.state(), state::established);
  // But not once for each absence.
  other.now = other.now + s(3'600);
  other.tcp.on_deadline(other.now);
  EXPECT_EQ(other.state(), state::closed);
}

// covers: MUST-25
TEST(section_3_8_4, MUST_25_keep_alives_are_off_unless_asked_for) {
  endpoint<> host;
  host.open();
  EXPECT_FALSE(host.tcp.next_deadline());
  EXPECT_TRUE(host.wait(s(30 * 86'400)).empty());
  EXPECT_EQ(host.state(), state::established);
}

// covers: MUST-26
TEST(section_3_8_4, MUST_26_the_idle_interval_begins_with_what_was_received_last) {
  endpoint<> host(kept_alive());
  host.open();
  EXPECT_TRUE(host.wait(s(7'199)).empty());
  host.in(host.peer().text("x"));
  EXPECT_TRUE(host.wait(s(7'199)).empty());
  EXPECT_EQ(host.wait(s(1)).size(), 1u);
}

// covers: MUST-26
TEST(section_3_8_4, MUST_26_nothing_is_probed_while_something_is_outstanding) {
  connection_config config = kept_alive(10);
  config.user_timeout.reset();
  endpoint<> host(config);
  host.open();
  host.write(100);
  for (const packet& p : host.wait(s(1'000))) EXPECT_EQ(p.octets.size(), 100u) << "a retransmission, no probe";
}

// covers: MUST-27
TEST(section_3_8_4, MUST_27_the_interval_can_be_chosen) {
  for (const std::int64_t idle : {1, 60, 7'200, 86'400}) {
    endpoint<> host(kept_alive(idle));
    host.open();
    EXPECT_TRUE(host.wait(s(idle) - ms(1)).empty());
    EXPECT_EQ(host.wait(ms(1)).size(), 1u);
  }
}

// covers: MUST-28
TEST(section_3_8_4, MUST_28_the_default_interval_is_two_hours_or_more) {
  connection_config config = plain();
  config.keep_alive.enabled = true;
  endpoint<> host(config);
  host.open();
  EXPECT_TRUE(host.wait(s(7'200) - ms(1)).empty());
}

// covers: MUST-29
TEST(section_3_8_4, MUST_29_one_unanswered_probe_proves_nothing) {
  endpoint<> host(kept_alive());
  host.open();
  EXPECT_EQ(host.wait(s(7'200)).size(), 1u);
  EXPECT_EQ(host.wait(s(75)).size(), 1u);
  EXPECT_EQ(host.state(), state::established);
  host.in(host.peer());
  EXPECT_EQ(connection_internals::keep_alives_unanswered(host.tcp), 0u);
  EXPECT_TRUE(host.wait(s(7'199)).empty());
}

// covers: MUST-29
TEST(section_3_8_4, MUST_29_a_run_of_unanswered_probes_ends_the_connection) {
  endpoint<> host(kept_alive());
  host.open();
  const auto sent = host.wait(s(7'200 + 9 * 75));
  EXPECT_EQ(host.state(), state::closed);
  EXPECT_EQ(sent.size(), 10u) << "nine probes and a RST";
  EXPECT_TRUE(host.tcp.take_signals().has(signal::timed_out));
}

// covers: SHLD-12
TEST(section_3_8_4, SHLD_12_a_probe_carries_no_text_and_makes_the_peer_answer) {
  endpoint<> host(kept_alive());
  host.open();
  const auto probe = host.wait(s(7'200));
  ASSERT_EQ(probe.size(), 1u);
  EXPECT_EQ(probe[0].octets.size(), 0u);
  EXPECT_EQ(probe[0].seq(), host.nxt() - 1);
  EXPECT_EQ(probe[0].bits(), "A");
  EXPECT_EQ(probe[0].acknowledges(), host.rcv_nxt());
  peer_offer offer;
  offer.iss = 1'000;
  endpoint<> other(plain(5'000));
  other.accept(offer);
  const auto answer = other.in(probe[0]);
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0].acknowledges(), host.nxt());
  EXPECT_EQ(host.nxt(), 1'001u) << "the probe is not part of the stream";
}

// The peer drops what a probe acknowledges, as its number is not acceptable: the acknowledgment that text waits for
// goes by itself (MUST-40). covers: MUST-40 MUST-26
TEST(section_3_8_4, MUST_40_a_probe_takes_no_acknowledgments_place) {
  connection_config config = plain();
  config.delayed_ack = ms(499);
  config.keep_alive = {.enabled = true, .idle = ms(100), .interval = ms(100), .probes = 9};
  endpoint<> host(config);
  host.open();
  host.in(host.peer().text(pattern(100)));
  std::size_t acknowledged = 0;
  for (const packet& sent : host.wait(ms(499))) {
    if (sent.seq() == host.nxt() && sent.acknowledges() == 5'101) ++acknowledged;
  }
  EXPECT_EQ(acknowledged, 1u);
}

}  // namespace section_3_8_4_test
}  // namespace sequent::test

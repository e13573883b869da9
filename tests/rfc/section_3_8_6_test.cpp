// RFC 9293 sections 3.8.6 and 3.8.6.1: managing the window, shrinking and closed windows.
#include <gtest/gtest.h>

#include "tests/support/doubtful.hpp"
#include "tests/support/pair.hpp"
#include "tests/support/states.hpp"

namespace sequent::test {
namespace section_3_8_6_test {

using state = connection_state;

// A connection with ten segments outstanding, whose peer then takes its window back to so many octets.
endpoint<> shrunk(u32 window) {
  endpoint<> host;
  host.open();
  host.write(20'000);
  EXPECT_EQ(host.nxt() - host.una(), 14'600u);
  host.in(host.peer().window(window));
  return host;
}

// covers: MUST-34 SHLD-15
TEST(section_3_8_6, MUST_34_peer_shrinks_window) {
  for (const u32 window : {0u, 1u, 1'000u, 14'599u, 14'600u}) {
    endpoint<> host = shrunk(window);
    const u32 nxt = host.nxt();
    EXPECT_TRUE(host.out().empty()) << window;
    host.write(5'000);
    for (const packet& p : host.wait(s(30))) {
      EXPECT_LE(p.seq() + static_cast<u32>(p.octets.size()), nxt) << "new text beyond the window of " << window;
    }
    EXPECT_EQ(host.state(), state::established);
    EXPECT_EQ(host.nxt(), nxt);
  }
}

// covers: MUST-34
TEST(section_3_8_6, MUST_34_the_transfer_recovers_when_the_window_opens_again) {
  endpoint<> host = shrunk(0);
  host.wait(s(10));
  for (int i = 0; i != 60 && host.una() != 21'001; ++i) {
    host.in(host.peer().ack(std::min(host.una() + 1'460, host.nxt())));
  }
  EXPECT_EQ(host.una(), 21'001u);
}

// covers: SHLD-16
TEST(section_3_8_6, SHLD_16_what_lies_inside_the_shrunken_window_is_sent_again) {
  endpoint<> host = shrunk(3'000);
  const auto again = host.wait_for_deadline();
  ASSERT_FALSE(again.empty());
  EXPECT_EQ(again[0].seq(), 1'001u);
  EXPECT_EQ(again[0].octets, pattern(1'460));
}

// covers: SHLD-17
TEST(section_3_8_6, SHLD_17_what_lies_beyond_the_shrunken_window_times_nobody_out) {
  endpoint<> host = shrunk(2'000);
  host.in(host.peer().ack(3'001).window(0));
  for (int i = 0; i != 200; ++i) {
    host.wait(s(30));
    ASSERT_EQ(host.state(), state::established) << i;
    host.in(host.peer().ack(3'001).window(0));
  }
}

// covers: MUST-36 SHLD-29
TEST(section_3_8_6_1, SHLD_29_the_first_probe_goes_out_after_one_timeout) {
  endpoint<> host;
  host.open();
  host.write(1'000);
  host.in(host.peer().ack(2'001).window(0));
  const duration timeout = host.tcp.sending().rtt().timeout();
  EXPECT_TRUE(host.write(500).empty());
  EXPECT_TRUE(host.wait(timeout - ms(1)).empty());
  const auto probe = host.wait(ms(1));
  ASSERT_EQ(probe.size(), 1u);
  EXPECT_EQ(probe[0].seq(), 2'001u);
  EXPECT_EQ(probe[0].octets, pattern(1, 1'000)) << "at least one octet of new text";
}

// covers: SHLD-30
TEST(section_3_8_6_1, SHLD_30_probes_come_ever_more_rarely) {
  endpoint<> host;
  host.open();
  host.in(host.peer().window(0));
  host.write(500);
  std::vector<std::int64_t> gaps;
  instant last = host.now;
  while (gaps.size() < 9) {
    if (host.wait_for_deadline().empty()) continue;
    gaps.push_back((host.now - last).count() / 1'000'000);
    last = host.now;
    host.in(host.peer().window(0));
  }
  EXPECT_EQ(gaps, (std::vector<std::int64_t>{1, 2, 4, 8, 16, 32, 60, 60, 60}));
}

// A peer that takes each probe's octet and keeps its window closed is probed no more often than one that takes none.
// covers: SHLD-30
TEST(section_3_8_6_1, SHLD_30_probes_that_are_taken_come_ever_more_rarely_too) {
  for (const bool stamped : {false, true}) {
    connection_config config = plain();
    config.timestamps = stamped;
    config.sack = stamped;
    endpoint<> host(config);
    peer_offer offer;
    offer.sack = stamped;
    if (stamped) offer.ts = 1;
    host.open(offer);
    const auto answer = [&] {
      packet p = host.peer(offer).ack(host.nxt()).window(0);
      return stamped ? p.ts(2, static_cast<u32>(host.now.microseconds() / 1'000)) : p;
    };
    host.in(answer());
    host.write(500);
    std::vector<std::int64_t> gaps;
    instant last = host.now;
    while (gaps.size() < 9) {
      const auto sent = host.wait_for_deadline();
      if (text_octets(sent) == 0) continue;
      EXPECT_EQ(text_octets(sent), 1u);
      gaps.push_back((host.now - last).count() / 1'000'000);
      last = host.now;
      host.wait(ms(10));
      host.in(answer());
    }
    EXPECT_EQ(gaps, (std::vector<std::int64_t>{1, 2, 4, 8, 16, 32, 60, 60, 60}));
  }
}

// A window that opened is as fresh as any: probing starts over when it closes again.
// covers: SHLD-29
TEST(section_3_8_6_1, SHLD_29_each_closed_window_is_first_probed_after_one_timeout) {
  endpoint<> host;
  host.open();
  host.in(host.peer().window(0));
  host.write(5'000);
  for (int i = 0; i != 6; ++i) {
    host.wait_for_deadline();
    host.in(host.peer().ack(host.nxt()).window(0));
  }
  host.in(host.peer().ack(host.nxt()).window(2'000));
  host.in(host.peer().ack(host.nxt()).window(0));
  EXPECT_EQ(host.tcp.timers().due(timer::persist), host.now + host.tcp.sending().rtt().timeout());
}

// A peer that closes and opens its window draws nothing again that it could not have drawn without: one segment for
// each timeout.
// covers: MUST-34
TEST(section_3_8_6, MUST_34_a_window_that_opens_and_closes_by_turns_draws_no_flood) {
  endpoint<> host;
  host.open();
  host.write(60'000);
  ASSERT_EQ(host.nxt() - host.una(), 14'600u);
  std::size_t again = 0;
  for (int i = 0; i != 100; ++i) {
    host.wait(ms(1));
    again += text_octets(host.in(host.peer().window(0)));
    again += text_octets(host.in(host.peer().window(65'535)));
  }
  EXPECT_LE(again, 1'460u);
  host.in(host.peer().window(0));
  host.wait(s(10));
  for (int i = 0; i != 100; ++i) {
    again += text_octets(host.in(host.peer().window(65'535)));
    again += text_octets(host.in(host.peer().window(0)));
  }
  EXPECT_LE(again, 3 * 1'460u);
}

// covers: MUST-36
TEST(section_3_8_6_1, MUST_36_a_lost_window_update_stops_nothing_for_good) {
  pair<> net;
  net.reads = {true, false};
  net.open();
  (void)net.end[0].write(pattern(65'536));
  net.run(s(20));
  ASSERT_EQ(net.end[1].tcb().rcv.wnd, 0u);
  (void)net.end[0].write(pattern(60'000, 65'536));
  bool closed = true;
  net.loses = [&closed](const passing& p) { return closed && p.from == 1; };
  net.reads = {true, true};
  net.run(s(10));  // every update is lost
  closed = false;
  net.run(s(200));
  EXPECT_EQ(net.received[1].size(), 125'536u);
}

// covers: MUST-37 MUST-36
TEST(section_3_8_6_1, MUST_37_a_peer_that_answers_probes_may_keep_its_window_closed) {
  endpoint<> host;
  host.open();
  host.in(host.peer().window(0));
  host.write(500);
  std::size_t probes = 0;
  const instant end = host.now + s(21 * 86'400);
  while (host.now < end) {
    ASSERT_TRUE(host.tcp.next_deadline());
    const auto sent = host.wait_for_deadline();
    if (!sent.empty()) host.in(host.peer().window(0));
    probes += sent.size();
    ASSERT_EQ(host.state(), state::established);
  }
  EXPECT_GT(probes, 21u * 86'400 / 61);
}

// However short the user timeout: it is for a peer that says nothing.
// covers: MUST-37
TEST(section_3_8_6_1, MUST_37_a_user_timeout_shorter_than_the_probes_interval_spares_a_peer_that_answers) {
  for (const std::int64_t timeout : {1, 5, 20, 59, 61}) {
    connection_config config = plain();
    config.user_timeout = s(timeout);
    config.nagle = false;
    endpoint<> host(config);
    host.open();
    host.in(host.peer().window(0));
    host.write(500);
    const instant begun = host.now;
    while (host.now - begun < s(86'400)) {
      const auto sent = host.wait_for_deadline();
      ASSERT_EQ(host.state(), state::established) << timeout << " s, after " << (host.now - begun).count() << " us";
      if (!sent.empty()) host.in(host.peer().window(0));
    }
    host.in(host.peer());
    EXPECT_EQ(host.nxt(), host.iss() + 501);
    // Silence is what ends it, and behind a closed window too: the timeout begins with the first probe unanswered.
    host.in(host.peer().ack(host.nxt()).window(0));
    host.write(500);
    const auto probe = host.wait_for_deadline();
    ASSERT_EQ(probe.size(), 1u);
    host.wait(s(timeout) - ms(1));
    EXPECT_EQ(host.state(), state::established) << timeout;
    host.wait(ms(1));
    EXPECT_EQ(host.state(), state::closed) << timeout;
    EXPECT_EQ(host.tcp.ended_by(), error::connection_timed_out);
  }
}

// Window closed over what is in flight: each retransmission is answered.
// covers: MUST-37
TEST(section_3_8_6_1, MUST_37_a_short_user_timeout_spares_a_peer_that_answers_what_is_sent_again) {
  connection_config config = plain();
  config.user_timeout = s(20);
  endpoint<> host(config);
  host.open();
  host.write(500);
  host.in(host.peer().window(0));
  const instant begun = host.now;
  while (host.now - begun < s(3'600)) {
    const auto sent = host.wait_for_deadline();
    ASSERT_EQ(host.state(), state::established) << (host.now - begun).count();
    if (!sent.empty()) host.in(host.peer().window(0));
  }
}

// A timeout that the user names while nothing is unanswered begins with the next probe, not at once.
// covers: MUST-37 MUST-21
TEST(section_3_8_6_1, MUST_37_a_user_timeout_that_is_set_meanwhile_spares_it_too) {
  endpoint<> host;
  host.open();
  host.in(host.peer().window(0));
  host.write(500);
  for (int i = 0; i != 10; ++i) {
    ASSERT_EQ(host.wait_for_deadline().size(), 1u);
    host.in(host.peer().window(0));
  }
  ASSERT_TRUE(host.tcp.set_user_timeout(s(5), host.now));
  EXPECT_EQ(host.wait_for_deadline().size(), 1u) << "the next probe, a minute later";
  ASSERT_EQ(host.state(), state::established);
  host.wait(s(5));
  EXPECT_EQ(host.state(), state::closed);
}

// Sockstress, class 11 of damning bugs: a peer that closes its window and falls silent is given up.
TEST(section_3_8_6_1, a_silent_peer_behind_a_closed_window_is_given_up) {
  endpoint<> host;
  host.open();
  host.in(host.peer().window(0));
  host.write(500);
  host.wait(s(310));
  EXPECT_EQ(host.state(), state::closed);
  EXPECT_EQ(host.tcp.ended_by(), error::connection_timed_out);
}

// covers: MUST-36
TEST(section_3_8_6_1, MUST_36_text_behind_a_closed_window_always_has_a_timer) {
  endpoint<> host;
  peer_offer offer;
  offer.window = 0;
  host.open(offer);
  EXPECT_FALSE(host.tcp.next_deadline());
  host.write(1);
  EXPECT_TRUE(host.tcp.timers().running(timer::persist));
}

// What the peer did not take as a probe is sent again as soon as its window opens, not after a backed-off timeout.
TEST(section_3_8_6_1, a_window_that_opens_is_used_at_once) {
  endpoint<> host;
  host.open();
  host.in(host.peer().window(0));
  host.write(500);
  for (int i = 0; i != 8; ++i) {
    host.wait_for_deadline();
    host.in(host.peer().window(0));
  }
  const auto sent = host.in(host.peer().window(10'000));
  ASSERT_FALSE(sent.empty());
  EXPECT_EQ(sent[0].seq(), 1'001u);
  std::size_t reached = 0;
  for (const packet& p : sent) reached = std::max<std::size_t>(reached, p.seq() + p.octets.size());
  EXPECT_TRUE(reached == 1'501 || !host.in(host.peer().ack(static_cast<u32>(reached))).empty());
  EXPECT_EQ(host.nxt(), 1'501u);
}

// covers: MAY-8 SHLD-14
TEST(section_3_8_6_1, MAY_8_a_receiver_may_keep_its_window_closed_and_answers_probes) {
  endpoint<> host;
  host.open();
  for (u32 offset = 0; offset < 65'536; offset += 1'024) host.in(at(5'001 + offset).ack(1'001).text(1'024));
  const u32 edge = host.rcv_nxt();
  for (int i = 0; i != 100; ++i) {
    host.wait(s(60));
    const auto answer = host.in(at(edge).ack(1'001).text(1));
    ASSERT_EQ(answer.size(), 1u);
    EXPECT_EQ(answer[0].acknowledges(), edge);
    EXPECT_EQ(answer[0].header.wnd, 0u);
  }
}

// ESP-IDF: a livelock of acknowledgments between two closed windows. While both ends probe, the bare acknowledgments of
// each lie outside the other's window (A16 of docs/choices.md); their answers are counted as challenges (A40).
TEST(section_3_8_6_1, two_closed_windows_do_not_answer_each_other_for_ever) {
  pair<> net;
  net.reads = {false, false};
  net.open();
  (void)net.end[0].write(pattern(65'536));
  (void)net.end[1].write(pattern(65'536));
  net.run(s(20));
  (void)net.end[0].write(pattern(10'000));
  (void)net.end[1].write(pattern(10'000));
  net.run(s(200));
  const std::size_t before = net.log.size();
  net.run(s(600));
  EXPECT_LE(net.log.size() - before, 600u / 60 * (2 * 10 + 4));
  EXPECT_EQ(net.state(0), state::established);
  EXPECT_EQ(net.state(1), state::established);
  net.reads = {true, true};
  net.run(s(200));
  EXPECT_EQ(net.received[0].size(), 75'536u);
  EXPECT_EQ(net.received[1].size(), 75'536u);
}

// RFC 5681 section 3.1: a timeout leaves the loss window, also when the peer has taken its window back.
// covers: MUST-35 MAY-7
TEST(section_3_8_6, MUST_35_a_window_shrunk_to_zero_is_probed_with_one_segment_at_most) {
  endpoint<> host = shrunk(0);
  std::size_t probes = 0;
  for (int i = 0; i != 8; ++i) {
    ASSERT_TRUE(host.tcp.next_deadline());
    const auto sent = host.wait_for_deadline();
    EXPECT_LE(text_octets(sent), 1'460u);
    if (sent.empty()) continue;
    EXPECT_EQ(sent[0].seq(), 1'001u);
    ++probes;
    host.in(host.peer().window(0));
  }
  EXPECT_GE(probes, 4u);
}

// What SACK reports while a window opens again is looked at in time: only what becomes due stops the timers.
// covers: rfc8985#6.2 rfc9293#3.8.6.1
TEST(section_3_8_6_1, a_window_that_opens_stops_no_timer_where_nothing_becomes_due) {
  doubtful_sender<> host({.sack = true}, ms(400));
  host.tcp.set_nagle(false);
  host.write(3 * host.size);
  host.wait(ms(100));
  host.in(host.answer(0).window(0));
  host.wait(s(1));
  host.wait(ms(100));  // the timeout of 1.2 s: the first segment probes the window
  ASSERT_EQ(host.sent.back().seq(), host.number(0));
  const std::size_t before = host.sent.size();
  // 1.3 s after all three were sent the third is reported, so the second waits for a quarter of the shortest round trip
  // and an eighth of the usual one, which are that of the handshake.
  host.wait(ms(100));
  host.in(host.with_block(host.answer(0).window(65'535), 2, 3));
  EXPECT_EQ(host.sent.size(), before) << "the first is on its way";
  host.wait(ms(149));
  EXPECT_EQ(host.sent.size(), before);
  host.wait(ms(1));
  ASSERT_EQ(host.sent.size(), before + 1);
  EXPECT_EQ(host.sent.back().seq(), host.number(1));
}

}  // namespace section_3_8_6_test
}  // namespace sequent::test

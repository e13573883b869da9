// User calls and timeouts: RFC 9293 sections 3.10.1 to 3.10.5 and 3.10.8.
#include <gtest/gtest.h>

#include "tests/spec/drive.hpp"

namespace sequent::spec::drive {
namespace calls_test {

TEST(Open, PassiveListensAndActiveSendsASyn) {
  const auto listening = only(call({}, kind::open_passive));
  EXPECT_EQ(listening.next.at, phase::listen);
  EXPECT_TRUE(listening.next.passive);
  EXPECT_EQ(listening.seen.sent, reply::none);
  const auto sent = only(call({}, kind::open_active));
  EXPECT_EQ(sent.next.at, phase::syn_sent);
  EXPECT_EQ(sent.seen.sent, reply::syn);
  EXPECT_EQ(sent.next.snd_nxt, 1);
  EXPECT_EQ(sent.next.snd_end, 1);
  EXPECT_EQ(only(call(listening.next, kind::open_active)).next, sent.next);
}

TEST(Open, AConnectionThatExistsIsLeftAlone) {
  for (int i = 1; i < phase_count; ++i) {
    const state_t s = sample_state(static_cast<phase>(i));
    const auto again = only(call(s, kind::open_passive));
    EXPECT_EQ(again.next, s) << name(s.at);
    EXPECT_EQ(again.seen.signals, signal_error) << name(s.at);
  }
}

TEST(Send, JoinsTheStreamWhereTheStateAllowsIt) {
  for (const phase at : {phase::syn_sent, phase::syn_received, phase::established, phase::close_wait}) {
    const state_t s = sample_state(at);
    const auto queued = only(call(s, kind::send, 5));
    EXPECT_EQ(queued.next.snd_end, s.snd_end + 5) << name(at);
    EXPECT_EQ(queued.seen.signals, 0u) << name(at);
  }
  for (const phase at : {phase::closed, phase::listen, phase::fin_wait_1, phase::fin_wait_2, phase::closing,
                         phase::last_ack, phase::time_wait}) {
    const state_t s = sample_state(at);
    EXPECT_EQ(only(call(s, kind::send, 5)).seen.signals, signal_error) << name(at);
    EXPECT_EQ(only(call(s, kind::send, 5)).next, s) << name(at);
  }
}

TEST(Send, FailsAfterAQueuedClose) {
  for (const phase at : {phase::syn_received, phase::close_wait}) {
    state_t s = sample_state(at);
    s.snd_end = std::max(s.snd_end, position{3});
    const state_t closing = only(call(s, kind::close)).next;
    EXPECT_EQ(closing.at, at);
    EXPECT_TRUE(closing.fin_asked);
    EXPECT_EQ(only(call(closing, kind::send, 1)).seen.signals, signal_error);
  }
}

TEST(Close, FollowsTheStateDiagram) {
  EXPECT_EQ(only(call(sample_state(phase::listen), kind::close)).next, state_t{});
  EXPECT_EQ(only(call(sample_state(phase::syn_sent), kind::close)).next, state_t{});
  EXPECT_EQ(only(call(sample_state(phase::established), kind::close)).next.at, phase::fin_wait_1);
  EXPECT_EQ(only(call({}, kind::close)).seen.signals, signal_error);
  for (const phase at : {phase::fin_wait_1, phase::fin_wait_2}) {
    const state_t s = sample_state(at);
    const auto second = only(call(s, kind::close));
    EXPECT_EQ(second.next, s) << name(at);
    EXPECT_EQ(second.seen.tolerated, signal_error) << name(at);
  }
}

TEST(Abort, SendsARstAtTheNextPositionWhileThePeerMayCare) {
  for (const phase at :
       {phase::syn_received, phase::established, phase::fin_wait_1, phase::fin_wait_2, phase::close_wait}) {
    const state_t s = sample_state(at);
    const auto all = call(s, kind::abort);
    ASSERT_EQ(all.size(), 2u) << name(at);
    EXPECT_EQ(all[0].seen.reset_seq, s.snd_nxt);
    EXPECT_FALSE(all[0].seen.reset_ack.has_value());
    EXPECT_EQ(all[1].seen.reset_ack, s.rcv_nxt);
    EXPECT_EQ(all[0].next, state_t{});
  }
  for (const phase at : {phase::listen, phase::syn_sent, phase::closing, phase::last_ack, phase::time_wait}) {
    const auto gone = only(call(sample_state(at), kind::abort));
    EXPECT_EQ(gone.next, state_t{}) << name(at);
    EXPECT_EQ(gone.seen.sent, reply::none) << name(at);
  }
}

TEST(Timeout, TheUsersPatienceEndsAnyConnection) {
  for (int i = 1; i < phase_count; ++i) {
    const state_t s = sample_state(static_cast<phase>(i));
    for (const auto& each : call(s, kind::user_timeout)) {
      EXPECT_EQ(each.next, state_t{}) << name(s.at);
      EXPECT_EQ(each.seen.signals, signal_timed_out) << name(s.at);
    }
  }
  EXPECT_TRUE(
      replies(call(sample_state(phase::established), kind::user_timeout), {reply::reset, reply::reset, reply::none}));
  EXPECT_TRUE(replies(call(sample_state(phase::syn_sent), kind::user_timeout), {reply::none}));
}

TEST(Timeout, NothingIsSentFromTimeWait) {
  EXPECT_TRUE(replies(call(sample_state(phase::time_wait), kind::user_timeout), {reply::none}));
}

TEST(Abort, TheRstHasTimestampsWhereTheyAreInUse) {
  state_t s = sample_state(phase::established);
  s.timestamps = true, s.ts_recent = 5;
  for (const auto& each : call(s, kind::abort)) EXPECT_EQ(each.seen.reset_echo, 5);
}

TEST(Abort, SoHasThatOfAUserWhoLeavesTextUnreadInAnyState) {
  for (const phase at : {phase::established, phase::close_wait, phase::closing, phase::time_wait}) {
    state_t s = sample_state(at);
    s.timestamps = true, s.ts_recent = 5;
    for (const auto& each : call(s, kind::close_both, 1)) {
      EXPECT_EQ(each.seen.reset_echo, 5) << name(at);
      EXPECT_FALSE(each.seen.reset_answers) << name(at);
    }
  }
}

TEST(Open, WithoutARemoteSocketAnActiveOneFails) {
  for (const phase at : {phase::closed, phase::listen, phase::established}) {
    const state_t s = sample_state(at);
    event_t e{kind::open_active, {}, 0, 0};
    e.unspecified = true;
    const auto refused = only(permitted(s, e));
    EXPECT_EQ(refused.next, s) << name(at);
    EXPECT_EQ(refused.seen.signals, signal_error) << name(at);
    EXPECT_EQ(refused.seen.sent, reply::none) << name(at);
  }
}

TEST(Close, OnceBothEndsHaveClosedItIsAnError) {
  for (const phase at : {phase::closing, phase::last_ack, phase::time_wait}) {
    const auto refused = only(call(sample_state(at), kind::close));
    EXPECT_EQ(refused.next, sample_state(at)) << name(at);
    EXPECT_EQ(refused.seen.signals, signal_error) << name(at);
  }
}

TEST(Close, InSynReceivedItIsFinWait1AtOnceUnlessTextIsQueued) {
  state_t s = sample_state(phase::syn_received);
  const auto at_once = only(call(s, kind::close));
  EXPECT_EQ(at_once.next.at, phase::fin_wait_1);
  EXPECT_TRUE(at_once.next.closed_early && at_once.next.fin_asked);
  s.snd_end = 3;
  const auto queued = only(call(s, kind::close));
  EXPECT_EQ(queued.next.at, phase::syn_received);
  EXPECT_TRUE(!queued.next.closed_early && queued.next.fin_asked);
}

// A8: a connection that its user has closed never listens again, and nothing of a segment counts before our SYN is
// acknowledged.
TEST(Close, TheHandshakeGoesOnInFinWait1) {
  const state_t s = only(call(sample_state(phase::syn_received), kind::close)).next;
  EXPECT_EQ(only(arrive(s, rst(s.rcv_nxt))).seen.signals, signal_reset);
  EXPECT_EQ(only(arrive(s, rst(s.rcv_nxt))).next.at, phase::closed);
  for (const auto& each : arrive(s, with_syn(without_ack(data(s.rcv_nxt + 1, 0))))) EXPECT_EQ(each.next.at, s.at);
  const auto wrong = only(arrive(s, data(s.rcv_nxt, 0, 1)));
  EXPECT_EQ(wrong.seen.sent, reply::reset);
  EXPECT_EQ(wrong.next, s);
  EXPECT_TRUE(replies(arrive(s, syn()), {reply::ack, reply::syn_ack}));
  const auto open = only(arrive(s, data(s.rcv_nxt, 1, 0, 8)));
  EXPECT_EQ(open.next.at, phase::fin_wait_1);
  EXPECT_EQ(open.seen.signals, signal_established);
  EXPECT_EQ(open.next.snd_wnd, 8);
  EXPECT_FALSE(open.next.closed_early || open.next.passive);
}

// RFC 9293 section 3.10.4 sends the FIN at once; it may wait as well.
TEST(Close, TheFinMayGoOutBeforeOurSynIsAcknowledged) {
  const state_t s = only(call(sample_state(phase::syn_received), kind::close)).next;
  const auto sent = only(emit(s, with_fin(data(1, s.rcv_nxt)), s.rcv_wnd));
  EXPECT_TRUE(sent.next.fin_sent);
  EXPECT_EQ(only(arrive(sent.next, data(s.rcv_nxt, 1))).next.at, phase::fin_wait_1);
  EXPECT_EQ(only(arrive(sent.next, data(s.rcv_nxt, 2))).next.at, phase::fin_wait_2);
  EXPECT_TRUE(emit(sample_state(phase::syn_received), with_fin(data(1, s.rcv_nxt)), s.rcv_wnd).empty());
  EXPECT_TRUE(emit(s, data(1, s.rcv_nxt, 1), s.rcv_wnd).empty());
}

TEST(Timeout, TimeWaitEndsAndNothingElseDoes) {
  EXPECT_EQ(only(call(sample_state(phase::time_wait), kind::time_wait_timeout)).next, state_t{});
  const state_t s = sample_state(phase::fin_wait_2);
  EXPECT_EQ(only(call(s, kind::time_wait_timeout)).next, s);
}

TEST(Deletion, KeepsTheChoicesAndNothingElse) {
  state_t s = sample_state(phase::established);
  s.choices.max_held_ranges = 3;
  const state_t gone = call(s, kind::abort).front().next;
  EXPECT_EQ(gone.choices, s.choices);
  EXPECT_EQ(gone.at, phase::closed);
  EXPECT_EQ(gone.snd_nxt, 0);
}

}  // namespace calls_test
// RFC 9293 section 3.6.1.
TEST(calls, closing_both_directions_is_a_close_that_leaves) {
  for (const phase at : {phase::established, phase::close_wait}) {
    state_t expected = only(call(sample_state(at), kind::close)).next;
    expected.left = true;
    EXPECT_EQ(only(call(sample_state(at), kind::close_both)).next, expected) << name(at);
  }
  for (const phase at : {phase::fin_wait_1, phase::fin_wait_2, phase::closing, phase::last_ack, phase::time_wait}) {
    state_t expected = sample_state(at);
    expected.left = true;
    const auto done = only(call(sample_state(at), kind::close_both));
    EXPECT_EQ(done.next, expected) << name(at);
    EXPECT_EQ(done.seen.sent, reply::none) << name(at);
  }
}

// covers: SHLD-3 MUST-13
TEST(calls, octets_that_were_not_read_cost_a_reset_wherever_the_user_leaves) {
  for (const phase at : {phase::syn_received, phase::established, phase::fin_wait_1, phase::fin_wait_2,
                         phase::close_wait, phase::closing, phase::last_ack, phase::time_wait}) {
    const auto all = call(sample_state(at), kind::close_both, 1);
    EXPECT_TRUE(replies(all, {reply::reset, reply::reset})) << name(at);
    for (const auto& each : all) {
      EXPECT_EQ(each.seen.reset_seq, sample_state(at).snd_nxt);
      EXPECT_EQ(each.next.at, at == phase::time_wait ? phase::time_wait : phase::closed) << name(at);
    }
  }
}

// covers: SHLD-3
TEST(calls, new_text_after_that_resets_and_old_text_does_not) {
  for (const phase at : {phase::fin_wait_1, phase::fin_wait_2}) {
    for (const bool fin : {false, true}) {
      for (const position ahead : {-2, 0, 1}) {
        state_t s = sample_state(at);
        s.left = true;
        segment_t seg;
        seg.has_ack = true;
        seg.ack = s.snd_una;
        seg.seq = s.rcv_nxt + ahead;
        seg.text = 1;
        seg.fin = fin && ahead >= 0;
        const bool lost = ahead >= 0;
        for (const auto& each : arrive(s, seg)) EXPECT_EQ(each.seen.sent == reply::reset, lost) << name(at) << ahead;
      }
    }
  }
}

// C37.
TEST(calls, only_what_its_user_has_left_is_reclaimed) {
  state_t s = sample_state(phase::fin_wait_2);
  EXPECT_EQ(only(call(s, kind::reclaim)).next, s);
  s.left = true;
  for (const auto& each : call(s, kind::reclaim)) EXPECT_EQ(each.next.at, phase::closed);
}

// covers: MUST-13
TEST(calls, eviction_tells_the_peer_wherever_something_is_left_to_lose) {
  for (const phase at : {phase::syn_received, phase::established, phase::fin_wait_1, phase::fin_wait_2,
                         phase::close_wait, phase::closing, phase::last_ack}) {
    state_t s = sample_state(at);
    EXPECT_EQ(only(call(s, kind::evict)).next, s) << name(at);  // it has a user
    s.left = true;
    const auto all = call(s, kind::evict);
    EXPECT_TRUE(replies(all, {reply::reset, reply::reset})) << name(at);
    for (const auto& each : all) EXPECT_EQ(each.next.at, phase::closed) << name(at);
  }
  state_t s = sample_state(phase::time_wait);
  s.left = true;
  const auto stays = only(call(s, kind::evict));
  EXPECT_EQ(stays.next, s);
  EXPECT_EQ(stays.seen.sent, reply::none);
}

}  // namespace sequent::spec::drive

// The first five checks in the synchronized states. RFC 9293 section 3.10.7.4, RFC 5961, RFC 7323 section 5.
#include <gtest/gtest.h>

#include "tests/spec/drive.hpp"

namespace sequent::spec::drive {
namespace arrival_test {

/// Table 6, row by row.
bool table_6(const state_t& s, const segment_t& seg) {
  const position octets = seg.text + (seg.syn ? 1 : 0) + (seg.fin ? 1 : 0);
  const auto inside = [&](position x) { return s.rcv_nxt <= x && x < s.rcv_nxt + s.rcv_wnd; };
  if (octets == 0 && s.rcv_wnd == 0) return seg.seq == s.rcv_nxt;
  if (octets == 0) return inside(seg.seq);
  if (s.rcv_wnd == 0) return false;
  return inside(seg.seq) || inside(seg.seq + octets - 1);
}

TEST(Sequence, AcceptabilityIsTable6) {
  int accepted = 0;
  for (const auto& s : sample_states()) {
    for (const auto& seg : sample_segments(s)) {
      ASSERT_EQ(acceptable(s, seg), table_6(s, seg));
      accepted += acceptable(s, seg) ? 1 : 0;
    }
  }
  EXPECT_GT(accepted, 1000);
}

TEST(Sequence, WhatOccupiesSequenceSpaceIsAlwaysAnswered) {
  for (int i = static_cast<int>(phase::established); i < phase_count; ++i) {
    const state_t s = sample_state(static_cast<phase>(i));
    EXPECT_TRUE(replies(arrive(s, data(s.rcv_nxt - 3, s.snd_una, 2)), {reply::ack})) << name(s.at);
    EXPECT_TRUE(replies(arrive(s, with_fin(data(s.rcv_nxt - 1, s.snd_una))), {reply::ack})) << name(s.at);
    EXPECT_TRUE(replies(arrive(s, data(s.rcv_nxt + s.rcv_wnd + 2, s.snd_una)), {reply::ack, reply::none}))
        << name(s.at);
    EXPECT_TRUE(unchanged(arrive(s, data(s.rcv_nxt - 3, s.snd_una + 1, 2)), s)) << name(s.at);
  }
}

// A16: the peer has filled the window, or probes it, and its acknowledgment stands past the edge.
TEST(Sequence, AnAcknowledgmentJustPastTheWindowMayBeRead) {
  const state_t s = sample_state(phase::established);
  for (const position past : {0, 1}) {
    const auto all = arrive(s, data(s.rcv_nxt + s.rcv_wnd + past, s.snd_una + 1));
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[0].seen.sent, reply::ack);
    EXPECT_EQ(all[0].next.snd_una, s.snd_una);
    EXPECT_EQ(all[1].seen.sent, reply::none);
    EXPECT_EQ(all[1].next, s);
    EXPECT_EQ(all[2].next.snd_una, s.snd_una + 1);
  }
  EXPECT_EQ(arrive(s, data(s.rcv_nxt + s.rcv_wnd, s.snd_una + 1, 1)).size(), 1u) << "text past the window is not";
}

TEST(Sequence, AClosedWindowLetsRstAndUrgThroughAndNoText) {
  state_t s = sample_state(phase::established);
  s.rcv_wnd = 0;
  const segment_t probe = with_urgent(data(s.rcv_nxt, s.snd_una + 1, 1), 5);
  const auto all = arrive(s, probe);
  ASSERT_EQ(all.size(), 2u);
  for (const auto& each : all) {
    EXPECT_EQ(each.seen.sent, reply::ack);
    EXPECT_EQ(each.next.rcv_nxt, s.rcv_nxt);
    EXPECT_EQ(each.next.rcv_up, s.rcv_nxt + 5);
    EXPECT_EQ(each.seen.signals, signal_urgent);
  }
  EXPECT_EQ(all[0].next.snd_una, s.snd_una);
  EXPECT_EQ(all[1].next.snd_una, s.snd_una + 1);
  EXPECT_TRUE(all_in(arrive(s, with_rst(data(s.rcv_nxt, s.snd_una, 3))), phase::closed));
  EXPECT_TRUE(all_in(arrive(s, with_fin(data(s.rcv_nxt, s.snd_una))), phase::established));
}

TEST(Reset, OnlyTheExactPositionIsBelieved) {
  const state_t s = sample_state(phase::established);
  const auto believed = only(arrive(s, rst(s.rcv_nxt)));
  EXPECT_EQ(believed.next, state_t{});
  EXPECT_EQ(believed.seen.signals, signal_reset);
  EXPECT_TRUE(replies(arrive(s, rst(s.rcv_nxt + 1)), {reply::ack, reply::none}));
  EXPECT_TRUE(replies(arrive(s, rst(s.rcv_nxt - 1)), {reply::none}));
  EXPECT_TRUE(replies(arrive(s, rst(s.rcv_nxt + 4)), {reply::none}));
  EXPECT_TRUE(unchanged(arrive(s, with_rst(data(s.rcv_nxt - 1, s.snd_una, 3))), s));
}

TEST(Reset, WithoutMitigationAnyAcceptableRstIsBelieved) {
  state_t s = sample_state(phase::established);
  s.choices.reset_mitigation = false;
  EXPECT_TRUE(all_in(arrive(s, rst(s.rcv_nxt + 1)), phase::closed));
  const auto left = arrive(s, with_rst(data(s.rcv_nxt - 1, s.snd_una, 3)));
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0].next.at, phase::closed);
  EXPECT_EQ(left[1].next, s);
}

TEST(Reset, TimeWaitOutlivesItByChoice) {
  state_t s = sample_state(phase::time_wait);
  EXPECT_EQ(only(arrive(s, rst(s.rcv_nxt))).next, s);
  s.choices.ignore_reset_in_time_wait = false;
  EXPECT_EQ(only(arrive(s, rst(s.rcv_nxt))).next.at, phase::closed);
}

TEST(Syn, IsChallengedOnALiveConnection) {
  for (int i = static_cast<int>(phase::established); i < phase_count; ++i) {
    state_t s = sample_state(static_cast<phase>(i));
    const auto challenged = arrive(s, with_syn(data(s.rcv_nxt, s.snd_una, 1)));
    EXPECT_TRUE(replies(challenged, {reply::ack, reply::none})) << name(s.at);
    EXPECT_TRUE(unchanged(challenged, s)) << name(s.at);
    s.choices.syn_mitigation = false;
    EXPECT_TRUE(all_in(arrive(s, with_syn(data(s.rcv_nxt, s.snd_una))), phase::closed)) << name(s.at);
  }
}

TEST(Acknowledgment, MovesUpAndNeverDown) {
  const state_t s = sample_state(phase::established);
  EXPECT_EQ(only(arrive(s, data(s.rcv_nxt, 13))).next.snd_una, 13);
  EXPECT_EQ(only(arrive(s, data(s.rcv_nxt, 14))).next.snd_una, 14);
  EXPECT_TRUE(unchanged(arrive(s, data(s.rcv_nxt, 9)), s));
  EXPECT_TRUE(replies(arrive(s, data(s.rcv_nxt, 9)), {reply::none}));
  EXPECT_TRUE(replies(arrive(s, data(s.rcv_nxt, 15, 2)), {reply::ack, reply::none}));
  EXPECT_TRUE(unchanged(arrive(s, data(s.rcv_nxt, 15, 2)), s));
  EXPECT_TRUE(unchanged(arrive(s, without_ack(data(s.rcv_nxt, 0, 2))), s));
}

TEST(Acknowledgment, TooFarBackIsChallengedWhenTheRangeCheckIsOn) {
  state_t s = sample_state(phase::established);
  EXPECT_EQ(only(arrive(s, data(s.rcv_nxt, s.snd_una - s.snd_max_wnd, 1))).next.rcv_nxt, s.rcv_nxt + 1);
  const segment_t old = data(s.rcv_nxt, s.snd_una - s.snd_max_wnd - 1, 1);
  EXPECT_TRUE(replies(arrive(s, old), {reply::ack, reply::none}));
  s.choices.ack_range_check = false;
  EXPECT_EQ(only(arrive(s, old)).next.rcv_nxt, s.rcv_nxt + 1);
}

TEST(Acknowledgment, TheWindowComesFromTheNewerSegment) {
  state_t s = sample_state(phase::established);
  s.snd_shift = 3;
  s.snd_wl1 = s.rcv_nxt;
  s.snd_wl2 = 12;
  const auto newer = only(arrive(s, data(s.rcv_nxt, 12, 0, 5))).next;
  EXPECT_EQ(newer.snd_wnd, 40);
  EXPECT_EQ(newer.snd_max_wnd, 40);
  const auto older = only(arrive(s, data(s.rcv_nxt, 11, 0, 5))).next;
  EXPECT_EQ(older.snd_wnd, s.snd_wnd);
  EXPECT_EQ(only(arrive(s, data(s.rcv_nxt + 1, 11, 0, 5))).next.snd_wl1, s.rcv_nxt + 1);
  s.snd_wl1 = s.rcv_nxt - 1;
  EXPECT_EQ(arrive(s, data(s.rcv_nxt - 1, 12, 3, 5)).size(), 2u);
}

// A29: the edge that was offered is not passed by an acknowledgment on a segment that the peer sends again.
TEST(Acknowledgment, TheOfferedEdgeIsNotPassed) {
  state_t s = sample_state(phase::established);
  s.snd_wl1 = s.rcv_nxt + 3;
  s.snd_wl2 = s.snd_una;
  const auto edge = s.snd_una + s.snd_wnd;
  const auto older = arrive(s, data(s.rcv_nxt, s.snd_una + 2, 1, 5));
  ASSERT_EQ(older.size(), 2u);
  EXPECT_EQ(older[0].next.snd_wnd, 5);
  EXPECT_EQ(older[0].next.snd_wl1, s.rcv_nxt);
  EXPECT_EQ(older[1].next.snd_una + older[1].next.snd_wnd, edge);
  EXPECT_EQ(older[1].next.snd_wl1, s.rcv_nxt + 3);
  s.snd_wnd = 1;  // it acknowledges more than the window was said to hold
  EXPECT_EQ(arrive(s, data(s.rcv_nxt, s.snd_una + 2, 1, 5))[1].next.snd_wnd, 0);
}

TEST(Acknowledgment, OfOurFinMovesTheClosingOn) {
  state_t waiting = sample_state(phase::fin_wait_1);
  EXPECT_EQ(only(arrive(waiting, data(waiting.rcv_nxt, 14))).next.at, phase::fin_wait_1);
  waiting.fin_sent = true;
  waiting.snd_nxt = 17;
  EXPECT_EQ(only(arrive(waiting, data(waiting.rcv_nxt, 16))).next.at, phase::fin_wait_1);
  EXPECT_EQ(only(arrive(waiting, data(waiting.rcv_nxt, 17))).next.at, phase::fin_wait_2);
  const state_t closing = sample_state(phase::closing);
  EXPECT_EQ(only(arrive(closing, data(closing.rcv_nxt, 16))).next.at, phase::closing);
  EXPECT_EQ(only(arrive(closing, data(closing.rcv_nxt, 17))).next.at, phase::time_wait);
  const state_t last = sample_state(phase::last_ack);
  EXPECT_EQ(only(arrive(last, data(last.rcv_nxt, 16))).next.snd_una, 16);
  EXPECT_EQ(only(arrive(last, data(last.rcv_nxt, 17))).next, state_t{});
}

TEST(Acknowledgment, APureAckInTimeWaitIsNotAnswered) {
  const state_t s = sample_state(phase::time_wait);
  EXPECT_TRUE(replies(arrive(s, data(s.rcv_nxt, s.snd_nxt)), {reply::none}));
  EXPECT_FALSE(only(arrive(s, data(s.rcv_nxt, s.snd_nxt))).seen.may_ack);
}

TEST(Timestamps, AnOldOneIsUnacceptableUnlessStaleOrRst) {
  state_t s = sample_state(phase::established);
  s.timestamps = true;
  s.ts_recent = 50;
  const segment_t seg = data(s.rcv_nxt, s.snd_una, 1);
  EXPECT_TRUE(replies(arrive(s, with_timestamp(seg, 49)), {reply::ack}));
  EXPECT_TRUE(unchanged(arrive(s, with_timestamp(seg, 49)), s));
  EXPECT_EQ(only(arrive(s, with_timestamp(seg, 49, true))).next.ts_recent, 49);
  EXPECT_EQ(only(arrive(s, with_timestamp(seg, 50))).next.rcv_nxt, s.rcv_nxt + 1);
  EXPECT_TRUE(all_in(arrive(s, with_timestamp(rst(s.rcv_nxt), 1)), phase::closed));
  const auto missing = arrive(s, seg);
  ASSERT_EQ(missing.size(), 2u);
  EXPECT_EQ(missing[0].next, s);
  EXPECT_EQ(missing[0].seen.sent, reply::none);
  EXPECT_EQ(missing[1].next.rcv_nxt, s.rcv_nxt + 1);
}

TEST(Timestamps, OfASegmentGoBackWithTheRstThatItCauses) {
  for (const phase at : {phase::closed, phase::listen, phase::syn_sent, phase::syn_received, phase::fin_wait_2}) {
    state_t s = sample_state(at);
    s.left = in(s, phase::fin_wait_2);
    const segment_t seg = data(s.rcv_nxt, in(s, phase::fin_wait_2) ? s.snd_nxt : 99, 1);
    for (const auto& each : arrive(s, with_timestamp(seg, 40))) {
      EXPECT_EQ(each.seen.sent, reply::reset) << name(at);
      EXPECT_EQ(each.seen.reset_echo, 40) << name(at);
      EXPECT_TRUE(each.seen.reset_answers) << name(at);
    }
    for (const auto& each : arrive(s, seg)) EXPECT_FALSE(each.seen.reset_echo) << name(at);
  }
}

TEST(Timestamps, AreRecordedOnlyFromWhatWasAcknowledgedLast) {
  state_t s = sample_state(phase::established);
  s.timestamps = true;
  s.ts_recent = 50;
  EXPECT_EQ(only(arrive(s, with_timestamp(data(s.rcv_nxt, s.snd_una, 1), 60))).next.ts_recent, 60);
  EXPECT_EQ(only(arrive(s, with_timestamp(data(s.rcv_nxt + 1, s.snd_una, 1), 60))).next.ts_recent, 50);
  const auto refused = arrive(s, with_timestamp(with_syn(data(s.rcv_nxt, s.snd_una, 1)), 60));
  EXPECT_EQ(refused.size(), 4u);
  EXPECT_EQ(refused.front().next.ts_recent, 60);
  EXPECT_EQ(refused.back().next.ts_recent, 50);
}

}  // namespace arrival_test
}  // namespace sequent::spec::drive

// CLOSED, LISTEN, SYN-SENT and SYN-RECEIVED, and the figures of RFC 9293 section 3.5.
#include <gtest/gtest.h>

#include "tests/spec/drive.hpp"

namespace sequent::spec::drive {
namespace handshake_test {

TEST(Closed, AnswersWithARstUnlessItWasOne) {
  const auto pointed = only(arrive({}, data(300, 70, 5)));
  EXPECT_EQ(pointed.seen.sent, reply::reset);
  EXPECT_EQ(pointed.seen.reset_seq, 70);
  EXPECT_FALSE(pointed.seen.reset_ack.has_value());
  const auto all = only(arrive({}, with_fin(with_syn(without_ack(data(300, 0, 5))))));
  EXPECT_EQ(all.seen.reset_seq, 0);
  EXPECT_EQ(all.seen.reset_ack, 307);
  EXPECT_EQ(only(arrive({}, rst(300))).seen.sent, reply::none);
}

TEST(Listen, TakesASynAndNothingElse) {
  const state_t s = sample_state(phase::listen);
  const auto taken = only(arrive(s, with_timestamp(with_fin(syn()), 77)));
  EXPECT_EQ(taken.next.at, phase::syn_received);
  EXPECT_EQ(taken.seen.sent, reply::syn_ack);
  EXPECT_EQ(taken.next.rcv_nxt, 1);
  EXPECT_TRUE(taken.next.passive);
  EXPECT_TRUE(taken.next.timestamps);
  EXPECT_EQ(taken.next.ts_recent, 77);
  EXPECT_EQ(only(arrive(s, with_syn(data(0, 9)))).seen.reset_seq, 9);
  EXPECT_EQ(only(arrive(s, with_rst(syn()))).next, s);
  EXPECT_EQ(only(arrive(s, without_ack(data(4, 0, 3)))).next, s);
}

TEST(SynSent, OnlyAnAcknowledgmentOfOurSynCounts) {
  const state_t s = sample_state(phase::syn_sent);
  for (const position wrong : {-1, 0, 2}) {
    const auto answered = only(arrive(s, with_syn(data(0, wrong))));
    EXPECT_EQ(answered.seen.sent, reply::reset);
    EXPECT_EQ(answered.seen.reset_seq, wrong);
    EXPECT_EQ(answered.next, s);
    EXPECT_EQ(only(arrive(s, with_rst(data(0, wrong)))).next, s);
  }
  EXPECT_EQ(only(arrive(s, data(0, 1))).next, s);
  EXPECT_EQ(only(arrive(s, rst(0))).next, s);
  const auto refused = arrive(s, with_rst(data(0, 1)));
  ASSERT_EQ(refused.size(), 2u);
  EXPECT_EQ(refused[0].seen.signals, signal_reset);
  EXPECT_EQ(refused[1].seen.signals, signal_refused);
  EXPECT_TRUE(all_in(refused, phase::closed));
}

TEST(SynSent, TheWindowOfASynIsNotScaled) {
  state_t s = sample_state(phase::syn_sent);
  s.snd_shift = 7;
  const auto open = only(arrive(s, with_syn(data(0, 1, 0, 500))));
  EXPECT_EQ(open.next.at, phase::established);
  EXPECT_EQ(open.next.snd_wnd, 500);
  EXPECT_EQ(open.next.snd_wl2, 1);
  EXPECT_EQ(open.seen.signals, signal_established);
  EXPECT_TRUE(open.next.owes_ack);
}

TEST(SynReceived, AnAcknowledgmentOpensAndAWrongOneIsAnsweredByARst) {
  state_t s = sample_state(phase::syn_received);
  s.snd_shift = 2;
  const auto open = only(arrive(s, data(1, 1, 0, 10)));
  EXPECT_EQ(open.next.at, phase::established);
  EXPECT_EQ(open.next.snd_wnd, 40);
  EXPECT_EQ(open.next.snd_una, 1);
  EXPECT_FALSE(open.next.passive);
  EXPECT_EQ(open.seen.signals, signal_established);
  for (const position wrong : {0, 2}) {
    const auto answered = only(arrive(s, data(1, wrong, 3)));
    EXPECT_EQ(answered.seen.reset_seq, wrong);
    EXPECT_EQ(answered.next, s);
  }
}

TEST(SynReceived, AQueuedCloseTakesEffectWhenTheConnectionOpens) {
  const state_t s = only(call(sample_state(phase::syn_received), kind::close)).next;
  const auto open = only(arrive(s, with_fin(data(1, 1))));
  EXPECT_EQ(open.next.at, phase::closing);
  EXPECT_EQ(open.seen.signals, signal_established | signal_closing);
}

TEST(SynReceived, ResetAndNewSynDependOnTheOrigin) {
  state_t s = sample_state(phase::syn_received);
  EXPECT_EQ(only(arrive(s, rst(1))).next, sample_state(phase::listen));
  EXPECT_EQ(only(arrive(s, with_syn(without_ack(data(2, 0))))).next, sample_state(phase::listen));
  s.passive = false;
  EXPECT_EQ(only(arrive(s, rst(1))).seen.signals, signal_refused);
  EXPECT_TRUE(replies(arrive(s, with_syn(without_ack(data(2, 0)))), {reply::ack, reply::none}));
}

TEST(SynReceived, ARepeatedSynIsAnsweredEitherWay) {
  const state_t s = sample_state(phase::syn_received);
  EXPECT_TRUE(replies(arrive(s, syn()), {reply::ack, reply::syn_ack}));
  EXPECT_TRUE(replies(arrive(s, with_syn(without_ack(data(0, 0, 3)))), {reply::ack, reply::syn_ack}));
}

// What begins left of the window and is not the peer's own SYN gets no SYN,ACK of ours.
TEST(SynReceived, AnotherSynLeftOfTheWindowIsAcknowledged) {
  state_t s = sample_state(phase::syn_received);
  EXPECT_TRUE(replies(arrive(s, with_syn(without_ack(data(-1, 0, 3)))), {reply::ack}));
  s.passive = false;
  EXPECT_TRUE(replies(arrive(s, with_syn(data(-1, 1, 3))), {reply::ack}));
}

// Figure 6: a SYN, a SYN,ACK, an ACK, and text.
TEST(Figures, Figure6BasicHandshake) {
  const state_t a = only(call({}, kind::open_active)).next;
  const auto b = only(arrive(only(call({}, kind::open_passive)).next, syn()));
  ASSERT_EQ(b.seen.sent, reply::syn_ack);
  const state_t b_sent = only(emit(b.next, with_syn(data(0, 1)), 8)).next;
  const auto a_open = only(arrive(a, with_syn(data(0, 1))));
  ASSERT_EQ(a_open.next.at, phase::established);
  ASSERT_EQ(a_open.seen.sent, reply::ack);
  const auto b_open = only(arrive(b_sent, data(1, 1)));
  EXPECT_EQ(b_open.next.at, phase::established);
  EXPECT_EQ(b_open.seen.sent, reply::none);
  EXPECT_EQ(only(arrive(b_open.next, data(1, 1, 4))).next.rcv_nxt, 5);
}

// Figure 7: the SYNs cross, and so do the SYN,ACKs.
TEST(Figures, Figure7SimultaneousOpen) {
  const state_t a = only(emit(only(call({}, kind::open_active)).next, with_timestamp(syn(), 0), 8)).next;
  const auto crossed = only(arrive(a, syn()));
  EXPECT_EQ(crossed.next.at, phase::syn_received);
  EXPECT_EQ(crossed.seen.sent, reply::syn_ack);
  EXPECT_FALSE(crossed.next.passive);
  const auto all = arrive(crossed.next, with_syn(data(0, 1)));
  ASSERT_TRUE(replies(all, {reply::ack, reply::syn_ack, reply::ack, reply::none}));
  EXPECT_EQ(all[0].next.at, phase::syn_received);
  EXPECT_EQ(all[3].next.at, phase::established);
  state_t scaled = crossed.next;
  scaled.snd_shift = 3;
  EXPECT_EQ(arrive(scaled, with_syn(data(0, 1, 0, 8)))[3].next.snd_wnd, 8) << "the window of a SYN,ACK is not scaled";
  const auto open = only(arrive(all[0].next, data(1, 1)));
  EXPECT_EQ(open.next.at, phase::established);
}

// Figure 8: an old SYN reaches a listener; the SYN,ACK does not fit and its RST clears the mistake. A's ISS is 100, the
// old SYN had 90, so what B acknowledges is position -9 on A's axis.
TEST(Figures, Figure8OldDuplicateSyn) {
  const state_t a = only(call({}, kind::open_active)).next;
  const auto b = only(arrive(sample_state(phase::listen), syn()));
  const auto refused = only(arrive(a, with_syn(data(0, -9))));
  ASSERT_EQ(refused.seen.sent, reply::reset);
  EXPECT_EQ(refused.seen.reset_seq, -9);
  EXPECT_EQ(refused.next, a);
  EXPECT_EQ(only(arrive(b.next, rst(1))).next, sample_state(phase::listen));
}

// Figure 9: A has crashed and opens again; B still lives in the old connection.
TEST(Figures, Figure9HalfOpenDiscovery) {
  const state_t b = sample_state(phase::established);
  const auto told = arrive(b, with_syn(without_ack(data(321, 0))));
  ASSERT_EQ(told.size(), 2u);  // answered, or throttled as RFC 5961 section 7 has it
  EXPECT_EQ(told.front().seen.sent, reply::ack);
  EXPECT_EQ(told.back().seen.sent, reply::none);
  EXPECT_EQ(told.back().next, b);
  const state_t a = only(call({}, kind::open_active)).next;
  const auto refused = only(arrive(a, data(b.snd_nxt, -200)));
  EXPECT_EQ(refused.seen.reset_seq, -200);
  const auto over = only(arrive(b, rst(b.rcv_nxt)));
  EXPECT_EQ(over.next.at, phase::closed);
  EXPECT_EQ(over.seen.signals, signal_reset);
}

// Figure 10: the live end sends first, and CLOSED answers where the segment's acknowledgment points.
TEST(Figures, Figure10ActiveSideFindsAHalfOpenConnection) {
  const state_t b = sample_state(phase::established);
  const auto refused = only(arrive({}, data(b.snd_nxt, b.rcv_nxt, 3)));
  EXPECT_EQ(refused.seen.reset_seq, b.rcv_nxt);
  EXPECT_EQ(only(arrive(b, rst(refused.seen.reset_seq))).next.at, phase::closed);
}

}  // namespace handshake_test
}  // namespace sequent::spec::drive

// Urgent pointer, text, FIN, emissions and closing sequences. RFC 9293 sections 3.6, 3.8 and 3.10.7.4.
#include <gtest/gtest.h>

#include "tests/spec/drive.hpp"

namespace sequent::spec::drive {
namespace stream_test {

using ranges = std::vector<range<position>>;

TEST(Text, InOrderTextMovesTheLeftEdgeOnly) {
  const state_t s = sample_state(phase::established);
  const auto overlapping = arrive(s, data(s.rcv_nxt - 2, s.snd_una, 4));
  ASSERT_EQ(overlapping.size(), 2u) << "the window test sees it as sent, or trimmed";
  for (const auto& taken : overlapping) {
    EXPECT_EQ(taken.next.rcv_nxt, s.rcv_nxt + 2);
    EXPECT_EQ(right_edge(taken.next), right_edge(s));
    EXPECT_TRUE(taken.seen.may_ack);
    EXPECT_FALSE(taken.next.owes_ack);
  }
  const auto cut = only(arrive(s, data(s.rcv_nxt, s.snd_una, 9)));
  EXPECT_EQ(cut.next.rcv_nxt, right_edge(s));
  EXPECT_EQ(cut.next.rcv_wnd, 0);
}

TEST(Text, OutOfOrderTextIsHeldMergedAndAnswered) {
  state_t s = sample_state(phase::established);
  s.rcv_wnd = 20;
  const position n = s.rcv_nxt;
  const auto first = only(arrive(s, data(n + 4, s.snd_una, 2)));
  EXPECT_EQ(first.seen.sent, reply::ack);
  EXPECT_TRUE(first.next.owes_ack);
  EXPECT_EQ(first.next.held, (ranges{{n + 4, n + 6}}));
  const auto second = only(arrive(first.next, data(n + 8, s.snd_una, 30)));
  EXPECT_EQ(second.next.held, (ranges{{n + 4, n + 6}, {n + 8, n + 20}}));
  const auto touching = only(arrive(second.next, data(n + 6, s.snd_una, 2)));
  EXPECT_EQ(touching.next.held, (ranges{{n + 4, n + 20}}));
  const auto before = only(arrive(second.next, data(n + 1, s.snd_una, 1)));
  EXPECT_EQ(before.next.held.size(), 3u);
  EXPECT_EQ(before.next.held.front(), (range<position>{n + 1, n + 2}));
  const auto joined = only(arrive(second.next, data(n, s.snd_una, 5)));
  EXPECT_EQ(joined.next.rcv_nxt, n + 6);
  EXPECT_EQ(joined.next.held, (ranges{{n + 8, n + 20}}));
  EXPECT_EQ(right_edge(joined.next), n + 20);
}

// RFC 5681 section 4.2.
TEST(Text, WhatFillsAGapOrAPartOfItIsAcknowledgedAtOnce) {
  state_t s = sample_state(phase::established);
  s.rcv_wnd = 20;
  s.held = {{s.rcv_nxt + 4, s.rcv_nxt + 6}};
  for (const position text : {1, 4, 9}) {
    const auto filled = only(arrive(s, data(s.rcv_nxt, s.snd_una, text)));
    EXPECT_EQ(filled.seen.sent, reply::ack) << text;
    EXPECT_TRUE(filled.next.owes_ack) << text;
  }
  s.held.clear();
  s.fin_held = s.rcv_nxt + 4;
  EXPECT_EQ(only(arrive(s, data(s.rcv_nxt, s.snd_una, 1))).seen.sent, reply::ack) << "a FIN is held";
}

TEST(Text, WhatWouldBeOneRangeTooManyMayBeRefused) {
  state_t s = sample_state(phase::established);
  s.rcv_wnd = 20;
  s.choices.max_held_ranges = 1;
  s.held = {{s.rcv_nxt + 8, s.rcv_nxt + 9}};
  const auto all = arrive(s, data(s.rcv_nxt + 2, s.snd_una, 1));
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].next.held.size(), 2u);
  EXPECT_EQ(all[1].next.held, s.held) << "and nothing that was held goes";
  s.choices.max_held_ranges = 2;
  EXPECT_EQ(arrive(s, data(s.rcv_nxt + 2, s.snd_una, 1)).size(), 1u);
  s.choices.must_hold_out_of_order = false;
  EXPECT_EQ(arrive(s, data(s.rcv_nxt + 2, s.snd_una, 1)).back().next.held, s.held);
}

TEST(Text, IsIgnoredAfterThePeersFin) {
  for (const phase at : {phase::close_wait, phase::closing, phase::last_ack, phase::time_wait}) {
    const state_t s = sample_state(at);
    const auto ignored = only(arrive(s, with_fin(data(s.rcv_nxt, s.snd_una, 2))));
    EXPECT_TRUE(same_receive_side(ignored.next, s)) << name(at);
    EXPECT_EQ(ignored.next.at, at);
    EXPECT_EQ(ignored.seen.signals, 0u) << name(at);
  }
}

TEST(Urgent, ThePointerMovesForwardAndTheUserIsTold) {
  const state_t s = sample_state(phase::established);
  const auto told = only(arrive(s, with_urgent(data(s.rcv_nxt, s.snd_una, 1), 3)));
  EXPECT_EQ(told.next.rcv_up, s.rcv_nxt + 3);
  EXPECT_EQ(told.seen.signals, signal_urgent);
  const auto back = only(arrive(told.next, with_urgent(data(s.rcv_nxt + 1, s.snd_una, 1), 0)));
  EXPECT_EQ(back.next.rcv_up, s.rcv_nxt + 3);
  EXPECT_EQ(back.seen.signals, 0u);
  EXPECT_EQ(back.seen.tolerated, signal_urgent);
  const state_t done = sample_state(phase::close_wait);
  EXPECT_EQ(only(arrive(done, with_urgent(data(done.rcv_nxt, done.snd_una), 3))).next.rcv_up, 0);
}

TEST(Fin, EndsTheStreamWhenEveryOctetBeforeItIsThere) {
  const state_t s = sample_state(phase::established);
  const auto closed = only(arrive(s, with_fin(data(s.rcv_nxt, s.snd_una, 2))));
  EXPECT_EQ(closed.next.at, phase::close_wait);
  EXPECT_EQ(closed.next.rcv_nxt, s.rcv_nxt + 3);
  EXPECT_EQ(closed.next.rcv_wnd, s.rcv_wnd - 3);
  EXPECT_EQ(closed.seen.signals, signal_closing);
  EXPECT_TRUE(closed.next.owes_ack);
}

TEST(Fin, BeyondAGapIsHeldUntilTheTextReachesIt) {
  const state_t s = sample_state(phase::fin_wait_2);
  const auto held = only(arrive(s, with_fin(data(s.rcv_nxt + 1, s.snd_una, 1))));
  EXPECT_EQ(held.next.at, phase::fin_wait_2);
  EXPECT_EQ(held.next.fin_held, s.rcv_nxt + 2);
  const auto reached = only(arrive(held.next, data(s.rcv_nxt, s.snd_una, 1)));
  EXPECT_EQ(reached.next.at, phase::time_wait);
  EXPECT_EQ(reached.next.rcv_nxt, s.rcv_nxt + 3);
  EXPECT_FALSE(reached.next.fin_held.has_value());
  EXPECT_TRUE(reached.next.held.empty());
}

TEST(Fin, OutsideTheWindowIsNotTaken) {
  const state_t s = sample_state(phase::established);
  const auto cut = only(arrive(s, with_fin(data(s.rcv_nxt, s.snd_una, 4))));
  EXPECT_EQ(cut.next.at, phase::established);
  EXPECT_EQ(cut.next.rcv_nxt, s.rcv_nxt + 4);
  EXPECT_FALSE(cut.next.fin_held.has_value());
}

TEST(Fin, TheEarlierOfTwoEndsTheStream) {
  state_t s = sample_state(phase::established);
  s.rcv_wnd = 20;
  const position n = s.rcv_nxt;
  const state_t held = only(arrive(s, with_fin(data(n + 3, s.snd_una, 4)))).next;
  EXPECT_EQ(held.fin_held, n + 7);
  const state_t earlier = only(arrive(held, with_fin(data(n + 5, s.snd_una)))).next;
  EXPECT_EQ(earlier.fin_held, n + 5);
  EXPECT_EQ(earlier.held, (ranges{{n + 3, n + 5}}));
  const auto ended = only(arrive(earlier, data(n, s.snd_una, 12)));
  EXPECT_EQ(ended.next.at, phase::close_wait);
  EXPECT_EQ(ended.next.rcv_nxt, n + 6);
  const auto short_cut = only(arrive(held, with_fin(data(n, s.snd_una, 4))));
  EXPECT_EQ(short_cut.next.rcv_nxt, n + 5);
  EXPECT_EQ(short_cut.next.at, phase::close_wait);
}

// Figure 12: a normal close, seen from the end that closes first and from the other.
TEST(Closing, Figure12NormalClose) {
  state_t a = sample_state(phase::established);
  a.snd_una = a.snd_nxt = a.snd_end = 16;
  a = only(call(a, kind::close)).next;
  a = only(emit(a, with_fin(data(16, a.rcv_nxt)), 4)).next;
  EXPECT_TRUE(a.fin_sent);
  a = only(arrive(a, data(a.rcv_nxt, 17))).next;
  EXPECT_EQ(a.at, phase::fin_wait_2);
  a = only(arrive(a, with_fin(data(a.rcv_nxt, 17)))).next;
  EXPECT_EQ(a.at, phase::time_wait);
  EXPECT_EQ(only(call(a, kind::time_wait_timeout)).next.at, phase::closed);

  state_t b = sample_state(phase::established);
  b.snd_una = b.snd_nxt = b.snd_end = 16;
  b = only(arrive(b, with_fin(data(b.rcv_nxt, 16)))).next;
  EXPECT_EQ(b.at, phase::close_wait);
  b = only(call(b, kind::close)).next;
  EXPECT_EQ(b.at, phase::close_wait);
  b = only(emit(b, with_fin(data(16, b.rcv_nxt)), 3)).next;
  EXPECT_EQ(b.at, phase::last_ack);
  EXPECT_EQ(only(arrive(b, data(b.rcv_nxt, 17))).next, state_t{});
}

// Figure 13: both ends close at once.
TEST(Closing, Figure13SimultaneousClose) {
  state_t a = sample_state(phase::established);
  a.snd_una = a.snd_nxt = a.snd_end = 16;
  a = only(call(a, kind::close)).next;
  a = only(emit(a, with_fin(data(16, a.rcv_nxt)), 4)).next;
  a = only(arrive(a, with_fin(data(a.rcv_nxt, 16)))).next;
  EXPECT_EQ(a.at, phase::closing);
  a = only(arrive(a, data(a.rcv_nxt, 17))).next;
  EXPECT_EQ(a.at, phase::time_wait);
}

TEST(Emission, NothingGoesOutThatDoesNotFitTheState) {
  EXPECT_TRUE(emit({}, syn(), 4).empty());
  EXPECT_TRUE(emit(sample_state(phase::listen), syn(), 4).empty());
  const state_t s = sample_state(phase::established);
  EXPECT_TRUE(emit(s, rst(s.snd_nxt), 4).empty());
  EXPECT_TRUE(emit(s, with_syn(data(0, s.rcv_nxt)), 4).empty());
  EXPECT_TRUE(emit(s, data(s.snd_nxt, s.rcv_nxt - 1), 4).empty()) << "stale acknowledgment";
  EXPECT_TRUE(emit(s, data(s.snd_nxt, s.rcv_nxt), 3).empty()) << "the right edge moves left";
  EXPECT_TRUE(emit(s, data(s.snd_nxt + 1, s.rcv_nxt, 1), 4).empty()) << "a gap";
  EXPECT_TRUE(emit(s, data(s.snd_nxt, s.rcv_nxt, 3), 4).empty()) << "beyond what the user wrote";
  EXPECT_TRUE(emit(s, with_fin(data(s.snd_nxt, s.rcv_nxt, 2)), 4).empty()) << "nobody closed";
  EXPECT_TRUE(emit(s, with_timestamp(data(s.snd_nxt, s.rcv_nxt), 1), 4).empty()) << "timestamps were not agreed";
}

// RFC 7323 section 3.2: who carries timestamps, and what they echo.
// covers: rfc7323#3.2
TEST(Emission, TimestampsOfTheHandshakeFollowItsSyns) {
  const auto stamped = [](segment_t seg, position echo) {
    seg = with_timestamp(seg, 1);
    seg.ts_echo = echo;
    return seg;
  };
  state_t active = sample_state(phase::syn_sent);
  EXPECT_EQ(emit(active, stamped(syn(), 0), 4).size(), 1u);
  EXPECT_TRUE(emit(active, stamped(syn(), 5), 4).empty()) << "nothing to echo";
  EXPECT_TRUE(emit(active, syn(), 4).empty()) << "they are offered";
  active.choices.offers_timestamps = false;
  EXPECT_TRUE(emit(active, stamped(syn(), 0), 4).empty()) << "they are not offered";
  state_t passive = sample_state(phase::syn_received);
  const segment_t answer = with_syn(data(0, 1));
  EXPECT_EQ(emit(passive, answer, 4).size(), 1u);
  EXPECT_TRUE(emit(passive, stamped(answer, 0), 4).empty()) << "the SYN had none";
  passive.timestamps = true, passive.ts_recent = 5;
  EXPECT_TRUE(emit(passive, answer, 4).empty()) << "both SYNs have them";
  EXPECT_TRUE(emit(passive, stamped(answer, 4), 4).empty()) << "what the SYN said is echoed";
  EXPECT_EQ(emit(passive, stamped(answer, 5), 4).size(), 1u);
}

TEST(Emission, TextStaysInsideThePeersWindowButMayBeRepeated) {
  state_t s = sample_state(phase::established);
  s.snd_wnd = 4;
  EXPECT_EQ(only(emit(s, data(14, s.rcv_nxt, 1), 4)).next.snd_nxt, 15);
  EXPECT_TRUE(emit(s, data(14, s.rcv_nxt, 2), 4).empty());
  s.snd_wnd = 0;
  EXPECT_EQ(only(emit(s, data(11, s.rcv_nxt, 3), 4)).next.snd_nxt, 14);
  EXPECT_TRUE(emit(s, data(14, s.rcv_nxt, 1), 4).empty());
  s.snd_una = 14;
  EXPECT_EQ(only(emit(s, data(14, s.rcv_nxt, 1), 4)).next.snd_nxt, 15) << "a probe";
  EXPECT_TRUE(emit(s, data(14, s.rcv_nxt, 2), 4).empty());
  EXPECT_EQ(only(emit(s, data(13, s.rcv_nxt, 1), 4)).next.snd_nxt, 14) << "a keep-alive";
}

TEST(Emission, AnAcknowledgmentPaysWhatIsOwed) {
  state_t s = sample_state(phase::established);
  s.owes_ack = true;
  s.last_ack_sent = s.rcv_nxt - 2;
  const state_t next = only(emit(s, data(s.snd_nxt, s.rcv_nxt), 9)).next;
  EXPECT_FALSE(next.owes_ack);
  EXPECT_EQ(next.last_ack_sent, s.rcv_nxt);
  EXPECT_EQ(next.rcv_wnd, 9);
}

TEST(Emission, TheFinFollowsTheLastOctet) {
  const state_t s = sample_state(phase::fin_wait_1);
  EXPECT_TRUE(emit(s, with_fin(data(14, s.rcv_nxt, 1)), 4).empty());
  const state_t next = only(emit(s, with_fin(data(14, s.rcv_nxt, 2)), 4)).next;
  EXPECT_EQ(next.snd_nxt, 17);
  EXPECT_TRUE(next.fin_sent);
  EXPECT_TRUE(emit(next, data(17, s.rcv_nxt, 1), 4).empty());
}

}  // namespace stream_test
}  // namespace sequent::spec::drive

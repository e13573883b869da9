// What counts as one of the permitted outcomes, and what does not.
#include <gtest/gtest.h>

#include "tests/spec/drive.hpp"

namespace sequent::spec::drive {
namespace matching_test {

TEST(Matching, AReplyMoreIsAllowedOnlyWhereTheOutcomeSaysSo) {
  const state_t s = sample_state(phase::established);
  observation<position> acked;
  acked.sent = reply::ack;
  const auto text = arrive(s, data(s.rcv_nxt, s.snd_una, 1));
  state_t reached = only(text).next;
  EXPECT_TRUE(any_matches(text, reached, {}));
  EXPECT_TRUE(any_matches(text, reached, acked));
  reached.owes_ack = true;
  EXPECT_TRUE(any_matches(text, reached, acked));
  const auto bare = arrive(s, data(s.rcv_nxt, s.snd_una));
  EXPECT_TRUE(any_matches(bare, only(bare).next, {}));
  EXPECT_FALSE(any_matches(bare, only(bare).next, acked)) << "a pure acknowledgment is never answered";
  reached = only(bare).next;
  reached.owes_ack = true;
  EXPECT_FALSE(any_matches(bare, reached, {}));
}

TEST(Matching, ARequiredReplyMustBeSeen) {
  const state_t s = sample_state(phase::established);
  const auto beyond = arrive(s, data(s.rcv_nxt + 1, s.snd_una, 1));
  const outcome_t expected = only(beyond);
  EXPECT_TRUE(any_matches(beyond, expected.next, expected.seen));
  EXPECT_TRUE(any_matches(beyond, expected.next, {})) << "it is owed, and nothing more is sent before it";
  state_t forgot = expected.next;
  forgot.owes_ack = false;
  EXPECT_FALSE(any_matches(beyond, forgot, expected.seen));
  EXPECT_FALSE(any_matches(beyond, forgot, {}));
}

// RFC 5961 section 7.
TEST(Matching, AChallengeIsLeftOutOnlyWhenTooManyWentBefore) {
  const state_t s = sample_state(phase::established);
  const auto challenged = arrive(s, rst(s.rcv_nxt + 1));
  observation<position> silent;
  EXPECT_FALSE(any_matches(challenged, s, silent));
  silent.throttled = true;
  EXPECT_TRUE(any_matches(challenged, s, silent));
  state_t answered = s;
  answered.owes_ack = true;
  EXPECT_TRUE(any_matches(challenged, answered, only({challenged.front()}).seen));
}

TEST(Matching, TheTimerOfTimeWaitIsSetOrLeftAlone) {
  const state_t s = sample_state(phase::time_wait);
  const auto own = arrive(s, with_fin(data(s.rcv_nxt - 1, s.snd_nxt)));
  observation<position> seen = only(own).seen;
  EXPECT_TRUE(any_matches(own, own.front().next, seen));
  seen.lingers = false;
  EXPECT_FALSE(any_matches(own, own.front().next, seen));
  for (const segment_t& other : {with_fin(data(s.rcv_nxt - 2, s.snd_nxt)), with_fin(data(s.rcv_nxt - 1, s.snd_nxt + 1)),
                                 with_fin(without_ack(data(s.rcv_nxt - 1, 0)))}) {
    for (const auto& each : arrive(s, other)) EXPECT_FALSE(each.seen.lingers);
  }
}

TEST(Matching, SignalsAreRequiredOrToleratedAndNoOthers) {
  const state_t s = sample_state(phase::closing);
  const auto over = arrive(s, rst(s.rcv_nxt));
  observation<position> seen;
  EXPECT_TRUE(any_matches(over, state_t{}, seen));
  seen.signals = signal_reset;
  EXPECT_TRUE(any_matches(over, state_t{}, seen));
  seen.signals = signal_established;
  EXPECT_FALSE(any_matches(over, state_t{}, seen));
  const state_t open = sample_state(phase::established);
  EXPECT_FALSE(any_matches(arrive(open, rst(open.rcv_nxt)), state_t{}, {})) << "the user must be told";
}

TEST(Matching, EveryVariableCounts) {
  const state_t s = sample_state(phase::established);
  const auto bare = arrive(s, data(s.rcv_nxt, 12));
  const state_t right = only(bare).next;
  const auto differs = [&](auto change) {
    state_t wrong = right;
    change(wrong);
    return !any_matches(bare, wrong, {});
  };
  EXPECT_FALSE(differs([](state_t&) {}));
  EXPECT_TRUE(differs([](state_t& w) { w.at = phase::close_wait; }));
  EXPECT_TRUE(differs([](state_t& w) { w.snd_una = 11; }));
  EXPECT_TRUE(differs([](state_t& w) { w.snd_wnd += 1; }));
  EXPECT_TRUE(differs([](state_t& w) { w.snd_wl1 -= 1; }));
  EXPECT_TRUE(differs([](state_t& w) { w.rcv_wnd -= 1; }));
  EXPECT_TRUE(differs([](state_t& w) { w.held = {{w.rcv_nxt + 1, w.rcv_nxt + 2}}; }));
  EXPECT_TRUE(differs([](state_t& w) { w.fin_held = w.rcv_nxt + 1; }));
  EXPECT_TRUE(differs([](state_t& w) { w.timestamps = true; }));
  EXPECT_TRUE(differs([](state_t& w) { w.rcv_up = w.rcv_nxt + 1; }));
  EXPECT_FALSE(differs([](state_t& w) { w.rcv_up = w.rcv_nxt; })) << "nothing urgent is ahead either way";
  EXPECT_FALSE(differs([](state_t& w) { w.last_ack_sent -= 1; })) << "it means nothing without timestamps";
  state_t stamped = right;
  stamped.timestamps = true;
  state_t other = stamped;
  other.last_ack_sent -= 1;
  EXPECT_FALSE(same_state(stamped, other));
  other = stamped;
  other.ts_recent += 1;
  EXPECT_FALSE(same_state(stamped, other));
}

TEST(Matching, ARstMustStandWhereTheRuleSays) {
  const auto refused = arrive({}, data(5, 70));
  observation<position> seen = only(refused).seen;
  EXPECT_TRUE(any_matches(refused, state_t{}, seen));
  seen.reset_seq = 71;
  EXPECT_FALSE(any_matches(refused, state_t{}, seen));
  seen.reset_seq = 70;
  seen.reset_ack = 5;
  EXPECT_FALSE(any_matches(refused, state_t{}, seen));
}

}  // namespace matching_test
}  // namespace sequent::spec::drive

// The scoreboard beside traces worked by hand: those of RFC 9937 section 8 (which shows RFC 6675 too), RFC 2883
// section 4 and 5, and the definitions of RFC 6675 section 4.
#include "model/spec/oracles/scoreboard.hpp"

#include <gtest/gtest.h>

namespace sequent::spec {
namespace oracle_scoreboard_test {

constexpr position mss = 1000;

scoreboard_oracle flight_of(int segments) {
  scoreboard_oracle board({.smss = mss, .first = 0});
  for (position i = 0; i < segments; ++i) board.sent(i * mss, (i + 1) * mss);
  return board;
}

octet_range segment_number(position i) { return {i * mss, (i + 1) * mss}; }

/// Segment i arrives out of order, while the first one is missing.
acknowledgment_report sack(scoreboard_oracle& board, position i, position lowest) {
  return board.acknowledged(0, {{lowest * mss, (i + 1) * mss}});
}

// covers: rfc6675#5, rfc9937#8
TEST(ScoreboardOracle, OneLossInTwenty) {
  scoreboard_oracle board = flight_of(20);
  const position pipes[] = {19, 19, 18, 18, 17, 16, 15, 14, 13, 12, 11, 10, 10, 10, 10, 10, 10, 10, 10};
  for (position i = 1; i <= 19; ++i) {
    sack(board, i, 1);
    EXPECT_EQ(board.pipe(), pipes[i - 1] * mss) << "after the acknowledgment of segment " << i;
    const bool limited = i <= 2;
    if (limited || i >= 12) board.sent(board.high_data(), board.high_data() + mss);
    EXPECT_EQ(board.loss_detected(), i >= 3);
    if (i != 3) continue;
    board.enter_recovery();
    EXPECT_TRUE(board.permits(0, mss, 100 * mss, 100 * mss));
    EXPECT_FALSE(board.permits(mss, 2 * mss, 100 * mss, 100 * mss));
    board.sent(0, mss);
  }
  EXPECT_TRUE(board.in_recovery());
  const auto told = board.acknowledged(22 * mss);
  EXPECT_EQ(told.delivered, 22 * mss - 19 * mss);
  EXPECT_FALSE(board.in_recovery());
  EXPECT_EQ(board.violation(), "");
}

TEST(ScoreboardOracle, FifteenLossesInTwenty) {
  scoreboard_oracle board = flight_of(20);
  const position pipes[] = {19, 19, 4, 10, 10};
  for (position i = 15; i <= 19; ++i) {
    sack(board, i, 15);
    EXPECT_EQ(board.pipe(), pipes[i - 15] * mss);
    if (i <= 16) board.sent(board.high_data(), board.high_data() + mss);
    if (i == 17) board.enter_recovery();
    for (position room = 11 * mss - board.pipe(); i >= 17 && room > 0; room -= mss) {
      const auto next = board.next_segment(100 * mss, 100 * mss);
      ASSERT_TRUE(next);
      EXPECT_EQ(next->rule, 1);
      board.sent(next->text.first, next->text.last);
    }
  }
  EXPECT_EQ(board.high_rxt(), 9 * mss) << "seven, one and one";
  EXPECT_EQ(board.violation(), "");
}

// covers: rfc6675#4
TEST(ScoreboardOracle, LossByOctetsAndBySequences) {
  scoreboard_oracle board = flight_of(10);
  board.acknowledged(0, {{2 * mss, 4 * mss}});
  EXPECT_FALSE(board.is_lost(0)) << "two segments are not more than (3 - 1) * SMSS";
  board.acknowledged(0, {{2 * mss, 4 * mss + 1}});
  EXPECT_TRUE(board.is_lost(0));
  EXPECT_TRUE(board.is_lost(2 * mss - 1));
  EXPECT_FALSE(board.is_lost(2 * mss)) << "it is acknowledged";
  EXPECT_FALSE(board.is_lost(4 * mss + 1)) << "nothing above it is";

  scoreboard_oracle small = flight_of(10);
  small.acknowledged(0, {{10, 11}});
  small.acknowledged(0, {{20, 21}, {10, 11}});
  EXPECT_FALSE(small.is_lost(0));
  small.acknowledged(0, {{30, 31}, {20, 21}, {10, 11}});
  EXPECT_TRUE(small.is_lost(0)) << "three separate sequences, however small";
  EXPECT_FALSE(small.is_lost(15)) << "only two above this one";
  const octet_ranges lost{{0, 10}};
  EXPECT_EQ(small.lost_ranges(), lost);
}

TEST(ScoreboardOracle, ChoosesAsNextSegDoes) {
  scoreboard_oracle board = flight_of(8);
  board.acknowledged(0, {segment_number(1)});
  board.acknowledged(0, {segment_number(3)});
  board.acknowledged(0, {segment_number(5)});
  ASSERT_TRUE(board.loss_detected());
  board.enter_recovery();
  board.sent(0, mss);
  using candidate = scoreboard_oracle::candidate;
  const position end = 8 * mss;
  EXPECT_EQ(board.next_segment(end + 1, end + 1), (candidate{{end, end + 1}, 2})) << "segment 2 is not lost yet";
  EXPECT_EQ(board.next_segment(end + 1, end), (candidate{segment_number(2), 3})) << "the window is full";
  board.acknowledged(0, {segment_number(7), segment_number(5)});
  EXPECT_EQ(board.next_segment(end + 1, end + 1), (candidate{segment_number(2), 1}));
  for (const position i : {2, 4, 6}) board.sent(i * mss, (i + 1) * mss);
  EXPECT_EQ(board.next_segment(end, end), std::nullopt) << "a rescue needs progress beyond the fast retransmit";
  board.acknowledged(2 * mss);
  EXPECT_EQ(board.next_segment(end, end), (candidate{segment_number(6), 4}));
  board.sent(6 * mss, 7 * mss, repeat_reason::rescue);
  EXPECT_EQ(board.next_segment(end, end), std::nullopt);
  EXPECT_EQ(board.violation(), "");
  board.sent(6 * mss, 7 * mss, repeat_reason::rescue);
  EXPECT_NE(board.violation(), "") << "one rescue a recovery";
}

// covers: rfc6675#5.1, rfc2018#8
TEST(ScoreboardOracle, ATimeoutForgetsAndBlocks) {
  scoreboard_oracle board = flight_of(8);
  sack(board, 5, 3);
  board.enter_recovery();
  board.sent(0, mss);
  board.timed_out();
  EXPECT_FALSE(board.is_sacked(3 * mss));
  EXPECT_FALSE(board.in_recovery());
  board.sent(3 * mss, 4 * mss, repeat_reason::timeout);
  EXPECT_EQ(board.violation(), "");
  board.acknowledged(mss, {{2 * mss, 6 * mss}});
  board.enter_recovery();
  EXPECT_NE(board.violation(), "") << "not before everything that was outstanding is acknowledged";
}

TEST(ScoreboardOracle, CountsWhatIsDelivered) {
  scoreboard_oracle board = flight_of(6);
  auto told = board.acknowledged(0, {segment_number(2)});
  EXPECT_TRUE(told.duplicate);
  EXPECT_EQ(told.delivered, mss);
  told = board.acknowledged(0, {segment_number(2)});
  EXPECT_FALSE(told.duplicate) << "nothing new";
  EXPECT_EQ(told.delivered, 0);
  told = board.acknowledged(3 * mss, {segment_number(4)});
  EXPECT_EQ(told.delivered, 3 * mss) << "one of the four was counted before";
  EXPECT_TRUE(told.duplicate) << "although the acknowledgment moves";
  told = board.acknowledged(2 * mss, {segment_number(5), segment_number(4)});
  EXPECT_EQ(told.newly_sacked, mss) << "an older acknowledgment still tells";
  told = board.acknowledged(3 * mss, {{5 * mss, 7 * mss}});
  EXPECT_EQ(told.newly_sacked, 0) << "what was never sent cannot have arrived";
}

// covers: rfc2883#5
TEST(ScoreboardOracle, RecognisesDuplicateReports) {
  EXPECT_EQ(duplicate_report(4000, {{3000, 3500}, {4500, 5000}}), (octet_range{3000, 3500}));
  EXPECT_EQ(duplicate_report(4000, {{5000, 5500}, {4500, 5500}}), (octet_range{5000, 5500}));
  EXPECT_EQ(duplicate_report(1000, {{2000, 2500}, {1500, 2000}, {3500, 4000}}), std::nullopt);
  EXPECT_EQ(duplicate_report(4000, {{4500, 5000}}), std::nullopt);
  EXPECT_EQ(duplicate_report(4000, {}), std::nullopt);
}

TEST(ScoreboardOracle, RefusesWrongTraces) {
  scoreboard_oracle gap = flight_of(2);
  gap.sent(3 * mss, 4 * mss);
  EXPECT_NE(gap.violation(), "");

  scoreboard_oracle old = flight_of(2);
  old.acknowledged(mss);
  old.sent(0, mss);
  EXPECT_NE(old.violation(), "");

  scoreboard_oracle needless = flight_of(4);
  needless.acknowledged(0, {segment_number(2)});
  needless.sent(mss, 3 * mss);
  EXPECT_NE(needless.violation(), "") << "a segment that reaches into what is SACKed";

  scoreboard_oracle pipe = flight_of(4);
  pipe.acknowledged(0, {segment_number(2)});
  pipe.claims_pipe(3 * mss);
  EXPECT_EQ(pipe.violation(), "");
  pipe.claims_pipe(4 * mss);
  EXPECT_NE(pipe.violation(), "");

  scoreboard_oracle inventive = flight_of(4);
  inventive.acknowledged(0, {segment_number(2)});
  inventive.claims_sacked({{2 * mss, 3 * mss + 1}}, true);
  EXPECT_NE(inventive.violation(), "");

  scoreboard_oracle forgetful = flight_of(6);
  forgetful.acknowledged(0, {segment_number(2), segment_number(4)});
  forgetful.claims_sacked({segment_number(2)}, true);
  EXPECT_EQ(forgetful.violation(), "") << "bounded memory";
  forgetful.claims_sacked({segment_number(2)});
  EXPECT_NE(forgetful.violation(), "");
}

}  // namespace oracle_scoreboard_test
}  // namespace sequent::spec

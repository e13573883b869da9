#include "sequent/recovery/scoreboard.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sequent::test {
namespace scoreboard_test {

using run_list = std::vector<delivered_run>;

// A board on which segments of 100 octets stand, each sent a microsecond after the one before it.
class board_test : public testing::TestWithParam<u32> {
 protected:
  board_test() { board.start(at(0)); }

  sequence_number<u32> at(u32 offset) const { return sequence_number<u32>(GetParam() + offset); }
  void send(u32 segments) {
    for (u32 i = 0; i != segments; ++i) board.sent(board.end() + 100u, now++, false);
  }
  run_list sack(u32 left, u32 right) {
    run_list told;
    board.sack(at(left), at(right), [&](const delivered_run& r) { told.push_back(r); });
    return told;
  }
  run_list acknowledge(u32 until) {
    run_list told;
    board.acknowledge(at(until), [&](const delivered_run& r) { told.push_back(r); });
    return told;
  }
  // One letter for each hundred octets that are outstanding: f, l, s; capital when they were sent again.
  std::string picture() const {
    std::string text;
    for (std::size_t i = 0; i != board.view().size(); ++i) {
      const sent_run& run = board.view()[i];
      const char letters[] = {'f', 'l', 's', 'F', 'L', 'S'};
      const char letter = letters[static_cast<std::size_t>(run.fate) + (run.again ? 3u : 0u)];
      text += std::string((board.last_of(i) - run.first) / 100, letter);
    }
    return text;
  }
  bool lose(u32 from, u32 until) {
    return board.mark_lost(
        [&](const sent_run& run, sequence_number<u32>) { return in_window(run.first, at(from), until - from); });
  }

  scoreboard<8> board{};
  u32 now = 10;
};

INSTANTIATE_TEST_SUITE_P(origins, board_test, testing::Values(1'000u, 0xffff'fed4u, 0x7fff'fed4u, 0u));

TEST_P(board_test, nothing_is_outstanding_at_first) {
  EXPECT_EQ(board.pipe(), 0u);
  EXPECT_TRUE(board.view().empty());
  EXPECT_FALSE(board.first_lost());
  EXPECT_TRUE(sack(0, 100).empty());
  EXPECT_TRUE(acknowledge(0).empty());
}

// covers: rfc6675#3
TEST_P(board_test, what_is_sent_is_in_flight) {
  send(3);
  EXPECT_EQ(board.pipe(), 300u);
  EXPECT_EQ(picture(), "fff");
  EXPECT_EQ(board.end(), at(300));
}

TEST_P(board_test, what_is_sent_together_is_one_run_with_the_time_of_the_last) {
  board.sent(at(100), 10, true);
  board.sent(at(200), 12, true);
  ASSERT_EQ(board.view().size(), 1u);
  EXPECT_EQ(board.view()[0].sent_at, 12u);
  board.sent(at(300), 13, false);
  EXPECT_EQ(board.view().size(), 2u);
}

TEST_P(board_test, nothing_joins_what_was_sent_again_or_has_another_fate) {
  send(1);
  board.sent_again(at(0), at(100), now);
  board.sent(at(200), now, true);
  EXPECT_EQ(board.view().size(), 2u);
  lose(100, 200);
  board.sent(at(300), now, true);
  EXPECT_EQ(picture(), "Flf");
}

TEST_P(board_test, an_acknowledgment_tells_what_it_delivers_and_leaves_the_rest) {
  send(3);
  const run_list told = acknowledge(150);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].first, at(0));
  EXPECT_EQ(told[0].last, at(100));
  EXPECT_EQ(told[0].sent_at, 10u);
  EXPECT_EQ(told[1].last, at(150));
  EXPECT_EQ(board.pipe(), 150u);
  EXPECT_EQ(board.view()[0].first, at(150));
}

TEST_P(board_test, what_a_sack_reported_is_not_delivered_twice) {
  send(3);
  EXPECT_EQ(sack(100, 200).size(), 1u);
  EXPECT_TRUE(sack(100, 200).empty());
  const run_list told = acknowledge(300);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].first, at(0));
  EXPECT_EQ(told[1].first, at(200));
  EXPECT_EQ(board.sacked(), 0u);
  EXPECT_EQ(board.pipe(), 0u);
}

// covers: rfc6675#4
TEST_P(board_test, a_block_inside_a_run_splits_it) {
  board.sent(at(500), now, false);
  const run_list told = sack(200, 300);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].first, at(200));
  EXPECT_EQ(told[0].last, at(300));
  EXPECT_EQ(picture(), "ffsff");
  EXPECT_EQ(board.sacked(), 100u);
  EXPECT_EQ(board.pipe(), 400u);
}

TEST_P(board_test, blocks_that_overlap_tell_only_what_is_new) {
  send(5);
  sack(100, 300);
  const run_list told = sack(0, 500);
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(picture(), "sssss");
  EXPECT_EQ(board.view().size(), 1u);
  EXPECT_EQ(board.sacked(), 500u);
}

TEST_P(board_test, what_is_lost_is_not_in_the_network_until_it_is_sent_again) {
  send(4);
  sack(300, 400);
  EXPECT_TRUE(lose(0, 200));
  EXPECT_EQ(picture(), "llfs");
  EXPECT_EQ(board.pipe(), 100u);
  EXPECT_EQ(board.lost(), 200u);
  ASSERT_TRUE(board.first_lost());
  EXPECT_EQ(board.first_lost()->first, at(0));
  EXPECT_EQ(board.first_lost()->last, at(200));
  board.sent_again(at(0), at(100), now);
  EXPECT_EQ(picture(), "Flfs");
  EXPECT_EQ(board.pipe(), 200u);
  EXPECT_EQ(board.first_lost()->first, at(100));
}

TEST_P(board_test, only_what_is_in_flight_can_be_lost) {
  send(2);
  sack(0, 200);
  EXPECT_FALSE(board.mark_all_lost());
  EXPECT_EQ(picture(), "ss");
}

TEST_P(board_test, the_head_is_lost_by_as_many_octets_as_are_asked_for) {
  board.sent(at(500), now, false);
  board.mark_head_lost(200);
  EXPECT_EQ(picture(), "llfff");
  board.mark_head_lost(200);
  EXPECT_EQ(picture(), "llfff") << "what is lost already stays so";
  acknowledge(200);
  board.mark_head_lost(1'000);
  EXPECT_EQ(picture(), "lll");
}

// covers: rfc2018#8
TEST_P(board_test, reports_and_losses_can_be_forgotten) {
  send(4);
  sack(100, 200);
  lose(200, 300);
  board.forget_sacks();
  EXPECT_EQ(board.sacked(), 0u);
  EXPECT_EQ(board.pipe(), 300u);
  board.forget_losses();
  EXPECT_EQ(board.lost(), 0u);
  EXPECT_EQ(board.pipe(), 400u);
}

TEST_P(board_test, lost_octets_that_arrive_after_all_are_delivered) {
  send(3);
  lose(0, 300);
  EXPECT_EQ(sack(100, 200).size(), 1u);
  EXPECT_EQ(board.lost(), 200u);
  EXPECT_EQ(acknowledge(100).size(), 1u);
  EXPECT_EQ(board.lost(), 100u);
  EXPECT_EQ(board.sacked(), 100u);
}

// More runs than there is room for: every other segment is reported.
TEST_P(board_test, a_full_board_ignores_what_it_cannot_note_and_miscounts_nothing) {
  send(8);
  for (u32 i = 1; i < 8; i += 2) sack(i * 100, i * 100 + 100);
  EXPECT_EQ(picture(), "fsfsfsfs");
  sack(20, 40);
  EXPECT_EQ(picture(), "fsfsfsfs") << "as if its option had been lost";
  EXPECT_EQ(board.pipe(), 400u);
  send(1);
  EXPECT_EQ(board.end(), at(900));
  EXPECT_EQ(board.pipe() + board.sacked(), 900u) << "the new octets are in flight";
  EXPECT_LE(board.view().size(), 8u);
  EXPECT_EQ(board.view().back().fate, run_fate::in_flight);
}

TEST_P(board_test, a_full_board_joins_what_was_sent_one_after_the_other) {
  send(9);
  EXPECT_LE(board.view().size(), 8u);
  EXPECT_EQ(picture(), "fffffffff");
  EXPECT_EQ(board.pipe(), 900u);
  for (std::size_t i = 1; i != board.view().size(); ++i) {
    EXPECT_LT(board.view()[i - 1].sent_at, board.view()[i].sent_at);
  }
}

TEST_P(board_test, the_whole_of_a_run_that_cannot_be_split_counts_as_sent_again) {
  send(8);
  for (u32 i = 1; i < 8; i += 2) sack(i * 100, i * 100 + 100);
  board.mark_all_lost();
  EXPECT_EQ(picture(), "lslslsls");
  board.sent_again(at(200), at(230), now);
  EXPECT_EQ(board.view()[2].fate, run_fate::in_flight);
  EXPECT_EQ(board.lost(), 300u);
  EXPECT_EQ(board.pipe(), 100u);
}

TEST_P(board_test, the_clock_can_be_rebased) {
  send(2);
  board.rebase(7);
  EXPECT_EQ(board.view()[0].sent_at, 3u);
  EXPECT_EQ(board.view()[1].sent_at, 4u);
}

// What was reported has been delivered, also where the reports are forgotten: it says so, until it is sent again.
// covers: rfc2018#8
TEST(scoreboard, what_was_reported_and_forgotten_is_told_apart) {
  scoreboard<8> board;
  board.start(sequence_number<u32>(0));
  board.sent(sequence_number<u32>(400), 1, false);
  const auto ignore = [](const delivered_run&) {};
  board.sack(sequence_number<u32>(100), sequence_number<u32>(300), ignore);
  board.forget_sacks();
  board.sent(sequence_number<u32>(500), 1, true);
  (void)board.sent_again(sequence_number<u32>(200), sequence_number<u32>(300), 2);
  run_list heard;
  board.acknowledge(sequence_number<u32>(500), [&](const delivered_run& r) { heard.push_back(r); });
  ASSERT_EQ(heard.size(), 4u);
  EXPECT_FALSE(heard[0].told);
  EXPECT_TRUE(heard[1].told) << "[100, 200)";
  EXPECT_FALSE(heard[2].told) << "sent again";
  EXPECT_FALSE(heard[3].told) << "never reported";
}

}  // namespace scoreboard_test
}  // namespace sequent::test

#include "sequent/transfer/ecn.hpp"

#include <gtest/gtest.h>

namespace sequent::test {
namespace ecn_test {

using bits = control_bits<u32>;
constexpr auto marked = ecn_codepoint::congestion_experienced;
constexpr auto unmarked = ecn_codepoint::capable_0;

constexpr sequence_number<u32> number(u32 wire) { return sequence_number<u32>(wire); }

TEST(ecn_echo, a_mark_on_text_is_echoed_until_the_window_is_said_to_be_reduced) {
  ecn_echo echo;
  EXPECT_FALSE(echo.due());
  echo.arrived(bits(bits::ack_bit), unmarked, true);
  EXPECT_FALSE(echo.due());
  echo.arrived(bits(bits::ack_bit), marked, true);
  EXPECT_TRUE(echo.due());
  echo.arrived(bits(bits::ack_bit), unmarked, true);
  EXPECT_TRUE(echo.due());
  echo.arrived(bits(bits::ack_bit | bits::cwr_bit), unmarked, true);
  EXPECT_FALSE(echo.due());
}

TEST(ecn_echo, a_mark_without_text_says_nothing) {
  ecn_echo echo;
  echo.arrived(bits(bits::ack_bit), marked, false);
  EXPECT_FALSE(echo.due());
}

// Erratum 3639 of RFC 3168.
TEST(ecn_echo, a_mark_on_the_segment_with_cwr_is_a_new_one) {
  ecn_echo echo;
  echo.arrived(bits(bits::ack_bit | bits::cwr_bit), marked, true);
  EXPECT_TRUE(echo.due());
}

TEST(ecn_response, asks_for_one_reduction_in_each_window_of_data) {
  ecn_response response;
  EXPECT_FALSE(response.asks(number(100), false));
  EXPECT_TRUE(response.asks(number(100), true));
  response.reduced(number(500));
  EXPECT_FALSE(response.asks(number(400), true));
  EXPECT_FALSE(response.asks(number(500), true));  // all of it was sent before the reduction
  EXPECT_TRUE(response.asks(number(501), true));
}

TEST(ecn_response, asks_across_the_wrap_and_for_ever_after) {
  ecn_response response;
  response.reduced(number(5));
  EXPECT_FALSE(response.asks(number(0xffff'fff0u), true));
  EXPECT_FALSE(response.asks(number(6), false));
  // Half the circle later the old reduction would seem to lie ahead.
  EXPECT_TRUE(response.asks(number(5u + 0x8000'0001u), true));
}

TEST(ecn_response, a_reduction_answers_for_what_was_sent_before_it) {
  ecn_response response;
  EXPECT_FALSE(response.answers(number(0)));
  response.reduced_by_echo(number(500));
  EXPECT_TRUE(response.answers(number(499)));
  EXPECT_FALSE(response.answers(number(500)));
}

// covers: rfc3168#6.1.2
TEST(ecn_response, a_reduction_for_a_loss_answers_marks_but_no_other_loss) {
  ecn_response response;
  response.reduced(number(500));
  EXPECT_FALSE(response.asks(number(499), true));
  EXPECT_FALSE(response.answers(number(499)));
}

// covers: rfc4015#3.1/9
TEST(ecn_response, a_reduction_that_is_taken_back_answers_nothing_and_need_not_be_told) {
  ecn_response response;
  response.reduced(number(500));
  response.reduced(number(600), true);
  response.undone();
  EXPECT_FALSE(response.cwr_due());
  EXPECT_TRUE(response.asks(number(1), true));
}

TEST(ecn_response, an_earlier_reduction_is_told_all_the_same) {
  ecn_response response;
  response.reduced_by_echo(number(1));
  response.reduced(number(500));
  response.undone();
  EXPECT_TRUE(response.cwr_due());
  response.reduced(number(500));
  response.told();
  response.undone();
  EXPECT_FALSE(response.cwr_due());
}

TEST(ecn_response, tells_of_a_reduction_once) {
  ecn_response response;
  EXPECT_FALSE(response.cwr_due());
  response.reduced(number(1));
  EXPECT_TRUE(response.cwr_due());
  response.told();
  EXPECT_FALSE(response.cwr_due());
  response.reduced(number(1));
  EXPECT_TRUE(response.cwr_due());
}

TEST(ecn_response, holds_until_a_moment_that_moves_with_the_clock) {
  ecn_response response;
  response.hold(instant::from_microseconds(9'000));
  EXPECT_TRUE(response.held());
  response.rebase(duration::milliseconds(2));
  EXPECT_EQ(response.held_until(), instant::from_microseconds(7'000));
  response.release();
  EXPECT_FALSE(response.held());
  EXPECT_EQ(response, ecn_response{});
}

}  // namespace ecn_test
}  // namespace sequent::test

#include "sequent/core/actions.hpp"

#include <gtest/gtest.h>

namespace sequent {
namespace actions_test {

constexpr signal all_signals[] = {signal::established, signal::peer_closed,    signal::reset,
                                  signal::refused,     signal::timed_out,      signal::urgent,
                                  signal::closed,      signal::retransmitting, signal::aborted};

TEST(signals, are_empty_until_one_is_raised) {
  signals s;
  EXPECT_TRUE(s.empty());
  for (const signal one : all_signals) EXPECT_FALSE(s.has(one));
  s.raise(signal::urgent);
  EXPECT_FALSE(s.empty());
  EXPECT_TRUE(s.has(signal::urgent));
}

TEST(signals, each_is_a_bit_of_its_own) {
  for (const signal one : all_signals) {
    signals s;
    s.raise(one);
    for (const signal other : all_signals) EXPECT_EQ(s.has(other), one == other);
  }
}

TEST(signals, sets_unite) {
  signals a;
  signals b;
  a.raise(signal::reset);
  b.raise(signal::urgent);
  a.raise(b);
  EXPECT_TRUE(a.has(signal::reset));
  EXPECT_TRUE(a.has(signal::urgent));
  a.raise(b);
  EXPECT_EQ(a.bits(), static_cast<std::uint16_t>(signal::reset) | static_cast<std::uint16_t>(signal::urgent));
}

TEST(actions, by_default_ask_for_nothing) {
  const actions<u32> none;
  EXPECT_EQ(none.answer, reply::none);
  EXPECT_FALSE(none.reset_ack);
  EXPECT_TRUE(none.raised.empty());
  EXPECT_EQ(none.text, text_placement::none);
  EXPECT_EQ(none.text_take, 0u);
  EXPECT_EQ(none.acked, 0u);
  EXPECT_FALSE(none.acceptable_ack || none.duplicate_ack || none.window_opened || none.time_wait || none.deleted);
}

}  // namespace actions_test
}  // namespace sequent

// covers: rfc4015#4 rfc8985#7.2
#include "model/spec/oracles/reductions.hpp"

#include <gtest/gtest.h>

namespace sequent::spec {
namespace oracle_reasons_test {

constexpr said_windows unreduced{14'000, 1 << 30, 1'000};

// One sender, judged as in whole runs: what passes goes to the oracle of reasons, and what that finds to this one.
struct sender {
  reasons_oracle reasons{{}};
  reductions_oracle reductions{{}};
  microseconds now = 0;

  reason sends(octet_range r, bool syn = false) {
    passing_segment seg;
    seg.octets = r;
    seg.syn = syn;
    const reason why = reasons.sent(seg, now);
    reductions.sent(seg, why, reasons.una(), now, reasons.probe_was_due());
    return why;
  }
  void hears(position ack, said_windows stand) {
    passing_segment seg;
    seg.ack = ack;
    seg.window = 60'000;
    reasons.heard(seg, now);
    reductions.heard(seg, reasons.una(), now);
    reductions.stands(stand, now);
  }
  [[nodiscard]] std::string violation() const { return reasons.violation() + reductions.violation(); }
};

// A SYN with a round trip of 30 ms, three segments at 30 ms, and a timeout at 1 030 ms that lowers ssthresh to two
// segments.
sender after_a_timeout() {
  sender s;
  s.sends({0, 1}, true);
  s.reductions.stands(unreduced, 0);
  s.now = 30'000;
  s.hears(1, unreduced);
  for (position at = 1; at != 3'001; at += 1'000) s.sends({at, at + 1'000});
  s.now = 1'030'000;
  s.reductions.expired(s.now);
  s.reductions.stands({1'000, 2'100, 1'000}, s.now);
  EXPECT_EQ(s.sends({1, 1'001}), reason::timer);
  EXPECT_EQ(s.reductions.reductions(), 1u);
  EXPECT_EQ(s.violation(), "");
  return s;
}

// That timeout is taken back at 1 040 ms, as what was late is acknowledged, and something new goes out.
sender after_an_undo() {
  sender s = after_a_timeout();
  s.now = 1'040'000;
  s.hears(1'001, unreduced);
  EXPECT_EQ(s.reductions.undone(), 1u);
  s.sends({3'001, 4'001});
  return s;
}

TEST(oracle_reasons_and_reductions, want_none_for_a_tail_probe_once_a_timeout_is_taken_back) {
  sender s = after_an_undo();
  s.now = 1'100'000;  // two round trips of the SYN later
  EXPECT_EQ(s.sends({3'001, 4'001}), reason::rescue) << "by the segments alone the repair may go on";
  EXPECT_TRUE(s.reasons.probe_was_due());
  EXPECT_EQ(s.violation(), "");
}

TEST(oracle_reasons_and_reductions, want_one_for_what_goes_again_before_a_probe_is_due) {
  sender s = after_an_undo();
  s.now = 1'099'999;
  EXPECT_EQ(s.sends({3'001, 4'001}), reason::rescue);
  EXPECT_FALSE(s.reasons.probe_was_due());
  EXPECT_NE(s.violation().find("no reduction has answered their loss"), std::string::npos) << s.violation();
}

TEST(oracle_reasons_and_reductions, want_one_for_what_is_not_the_end_of_the_flight) {
  sender s = after_an_undo();
  s.now = 1'100'000;
  EXPECT_EQ(s.sends({2'001, 3'001}), reason::after_timer);
  EXPECT_FALSE(s.reasons.probe_was_due());
  EXPECT_NE(s.violation().find("no reduction has answered their loss"), std::string::npos) << s.violation();
}

TEST(oracle_reasons_and_reductions, want_one_within_a_repair_also_where_a_probe_would_be_due) {
  sender s = after_a_timeout();
  EXPECT_EQ(s.sends({2'001, 3'001}), reason::after_timer);
  EXPECT_EQ(s.violation(), "") << "the timeout has answered that";
  s.now = 1'100'000;
  EXPECT_EQ(s.sends({2'001, 3'001}), reason::rescue);
  EXPECT_TRUE(s.reasons.probe_was_due());
  EXPECT_NE(s.violation().find("no reduction has answered their loss"), std::string::npos) << s.violation();
}

}  // namespace oracle_reasons_test
}  // namespace sequent::spec

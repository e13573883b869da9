#include "model/spec/reports.hpp"

#include <gtest/gtest.h>

namespace reports_test {

using namespace sequent::spec;
using ranges = std::vector<range<position>>;

// RCV.NXT is 100, and two runs are held beyond it.
state<position> holding() {
  state<position> s;
  s.at = phase::established;
  s.rcv_nxt = 100;
  s.rcv_wnd = 1'000;
  s.held = {{200, 250}, {300, 400}};
  return s;
}

TEST(reports, each_block_is_a_whole_run) {
  EXPECT_TRUE(reports_truly(holding(), {}));
  EXPECT_TRUE(reports_truly(holding(), ranges{{200, 250}}));
  EXPECT_TRUE(reports_truly(holding(), ranges{{300, 400}, {200, 250}}));
  EXPECT_FALSE(reports_truly(holding(), ranges{{200, 249}}));
  EXPECT_FALSE(reports_truly(holding(), ranges{{200, 251}}));
  EXPECT_FALSE(reports_truly(holding(), ranges{{260, 270}}));
  EXPECT_FALSE(reports_truly(holding(), ranges{{300, 400}, {210, 250}}));
}

// RFC 2883 section 4.1, examples 1 to 3.
TEST(reports, a_repetition_lies_before_the_acknowledgment_or_inside_the_second_block) {
  EXPECT_TRUE(reports_truly(holding(), ranges{{50, 100}}));
  EXPECT_TRUE(reports_truly(holding(), ranges{{50, 100}, {200, 250}}));
  EXPECT_TRUE(reports_truly(holding(), ranges{{310, 320}, {300, 400}}));
  EXPECT_TRUE(reports_truly(holding(), ranges{{300, 400}, {300, 400}, {200, 250}}));
  EXPECT_FALSE(reports_truly(holding(), ranges{{310, 320}}));
  EXPECT_FALSE(reports_truly(holding(), ranges{{310, 320}, {200, 250}}));
  EXPECT_FALSE(reports_truly(holding(), ranges{{50, 101}}));
}

TEST(reports, a_repetition_stands_in_front_and_holds_octets_of_the_stream) {
  EXPECT_FALSE(reports_truly(holding(), ranges{{200, 250}, {50, 100}}));
  EXPECT_FALSE(reports_truly(holding(), ranges{{0, 10}}));
  EXPECT_FALSE(reports_truly(holding(), ranges{{50, 50}}));
}

TEST(reports, no_run_is_told_twice) {
  EXPECT_FALSE(reports_truly(holding(), ranges{{300, 400}, {200, 250}, {300, 400}}));
  EXPECT_FALSE(reports_truly(holding(), ranges{{50, 60}, {200, 250}, {200, 250}}));
}

}  // namespace reports_test

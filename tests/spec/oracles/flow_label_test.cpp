// The oracle of flow labels beside labels given by hand.
#include <gtest/gtest.h>

#include <string>

#include "model/spec/oracles/flow_label.hpp"

namespace sequent::spec {
namespace oracle_flow_label_test {

// covers: rfc6437#3
TEST(FlowLabelOracle, OneLabelAFlowThatIsNotZero) {
  flow_label_oracle labels;
  labels.sent("a", 1);
  labels.sent("b", 0xf'ffff);
  labels.sent("a", 1);
  labels.judge_spread();
  EXPECT_EQ(labels.violation(), "");
  EXPECT_EQ(labels.flows(), 2u);

  const auto refused = [](std::int64_t first, std::int64_t second) {
    flow_label_oracle each;
    each.sent("a", first);
    each.sent("a", second);
    return !each.violation().empty();
  };
  EXPECT_TRUE(refused(0, 0)) << "left out";
  EXPECT_TRUE(refused(5, 6)) << "changed";
  EXPECT_TRUE(refused(0x10'0000, 0x10'0000)) << "too long";
  EXPECT_FALSE(refused(5, 5));
}

// covers: rfc6437#3
TEST(FlowLabelOracle, UnrelatedFlowsHaveOthers) {
  flow_label_oracle one;
  flow_label_oracle same;
  flow_label_oracle other;
  for (int i = 1; i != 9; ++i) {
    one.sent(std::to_string(i), i == 2 ? 1 : i);  // two of them by chance
    other.sent(std::to_string(i), i + 100);
    same.sent(std::to_string(i), 7);
  }
  one.judge_spread();
  EXPECT_EQ(one.violation(), "");
  same.judge_spread();
  EXPECT_NE(same.violation(), "");
  EXPECT_EQ(one.shared_with(other), 0u);
  EXPECT_EQ(one.shared_with(same), 1u);
}

}  // namespace oracle_flow_label_test
}  // namespace sequent::spec

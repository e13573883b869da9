// The oracle of black holes beside runs worked by hand.
#include <gtest/gtest.h>

#include <vector>

#include "model/spec/oracles/black_hole.hpp"

namespace sequent::spec {
namespace oracle_black_hole_test {

black_hole_oracle begun() { return black_hole_oracle({.full = 1'460, .full_stop = 3, .tried = {1'024, 512}}); }

// Whether a sender may send these sizes upon timeouts in a row, with so many octets outstanding.
bool may(black_hole_oracle oracle, position outstanding, const std::vector<position>& sizes) {
  for (const position each : sizes) oracle.sent_again(each, outstanding);
  return oracle.violation().empty();
}

// covers: rfc4821#7.7
TEST(BlackHoleOracle, TheSearchBeginsAtTheFullStop) {
  EXPECT_TRUE(may(begun(), 10'000, {1'460, 1'460, 1'024, 512, 512}));
  EXPECT_FALSE(may(begun(), 10'000, {1'460, 1'460, 1'460})) << "never";
  EXPECT_FALSE(may(begun(), 10'000, {1'460, 1'024})) << "early";
  EXPECT_FALSE(may(begun(), 10'000, {1'460, 1'460, 1'024, 1'024})) << "and goes on";
  EXPECT_TRUE(may(begun(), 700, {700, 700, 512, 512}));
  EXPECT_TRUE(may(begun(), 500, {500, 500, 500, 500})) << "small ones would have got through";
}

// covers: rfc4821#7.7
TEST(BlackHoleOracle, WhatIcmpExplainsIsNone) {
  black_hole_oracle told = begun();
  told.explained();
  EXPECT_TRUE(may(told, 10'000, {1'460, 1'460, 1'460, 1'460}));
  EXPECT_FALSE(may(told, 10'000, {1'460, 1'460, 1'024}));
  told.advanced();
  EXPECT_TRUE(may(told, 10'000, {1'460, 1'460, 1'024})) << "until something gets through";
}

// covers: rfc4821#7.7
TEST(BlackHoleOracle, NothingLargerIsSentForFiveMinutes) {
  black_hole_oracle found = begun();
  for (const position each : {1'460, 1'460, 1'024}) found.sent_again(each, 10'000);
  found.advanced();
  found.passes(299'000'000);
  black_hole_oracle hurried = found;
  hurried.sent(1'025);
  EXPECT_NE(hurried.violation(), "");
  found.sent(1'024);
  found.passes(1'000'000);
  found.sent(1'460);
  EXPECT_EQ(found.violation(), "");
  EXPECT_EQ(found.limit(), 1'460);
}

}  // namespace oracle_black_hole_test
}  // namespace sequent::spec

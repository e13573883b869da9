// The SACK option beside the examples of RFC 2018 section 7 and RFC 2883 section 4 (with erratum 365).
#include "model/spec/oracles/sack_report.hpp"

#include <gtest/gtest.h>

namespace sequent::spec {
namespace oracle_sack_report_test {

constexpr position edge = 100'000;
using blocks = std::vector<octet_range>;

sack_report_oracle from(position next, sack_report_parameters given = {}) {
  given.first = next;
  return sack_report_oracle(given);
}

/// A segment of 500 octets arrives and is answered.
void exchange(sack_report_oracle& report, position first, position ack, const blocks& told, position size = 500) {
  report.arrived(first, first + size, edge);
  report.acknowledged(ack, told, 4);
  EXPECT_EQ(report.violation(), "") << "after " << first;
}

// covers: rfc2018#7
TEST(SackReportOracle, CaseTwoOneBlockGrows) {
  sack_report_oracle report = from(5000);
  for (position first = 5500; first <= 8500; first += 500) exchange(report, first, 5000, {{5500, first + 500}});
}

TEST(SackReportOracle, CaseThreeEverySecondIsMissing) {
  sack_report_oracle report = from(5000, {.repeats_recent = true});
  exchange(report, 5000, 5500, {});
  exchange(report, 6000, 5500, {{6000, 6500}});
  exchange(report, 7000, 5500, {{7000, 7500}, {6000, 6500}});
  exchange(report, 8000, 5500, {{8000, 8500}, {7000, 7500}, {6000, 6500}});
  exchange(report, 6500, 5500, {{6000, 7500}, {8000, 8500}});
  exchange(report, 5500, 7500, {{8000, 8500}});
}

// covers: rfc2883#4
TEST(SackReportOracle, DuplicatesBelowTheAcknowledgment) {
  sack_report_oracle one = from(3000);
  exchange(one, 3000, 3500, {});
  exchange(one, 3500, 4000, {});
  exchange(one, 3000, 4000, {{3000, 3500}});

  sack_report_oracle two = from(4000);
  exchange(two, 4500, 4000, {{4500, 5000}});
  exchange(two, 3000, 4000, {{3000, 3500}, {4500, 5000}});
}

TEST(SackReportOracle, DuplicatesAboveTheAcknowledgment) {
  sack_report_oracle three = from(4000);
  exchange(three, 4500, 4000, {{4500, 5000}});
  exchange(three, 5000, 4000, {{4500, 5500}});
  exchange(three, 5000, 4000, {{5000, 5500}, {4500, 5500}});
  exchange(three, 4500, 4000, {{4500, 5000}, {4500, 5500}});
  exchange(three, 4500, 4000, {{4500, 5500}, {4500, 5500}}, 1000);
}

TEST(SackReportOracle, PartialDuplicates) {
  sack_report_oracle four = from(1000);
  exchange(four, 2000, 1000, {{2000, 2500}});
  exchange(four, 1000, 1500, {{2000, 2500}});
  exchange(four, 1000, 2500, {{1000, 1500}}, 1000);

  sack_report_oracle five = from(1000);
  exchange(five, 3000, 1000, {{3000, 3500}});
  exchange(five, 1000, 1500, {{3000, 3500}});
  exchange(five, 2000, 1500, {{2000, 2500}, {3000, 3500}});
  exchange(five, 1000, 2500, {{1000, 1500}, {3000, 3500}}, 1500);

  sack_report_oracle six = from(1000);
  exchange(six, 3500, 1000, {{3500, 4000}});
  exchange(six, 1500, 1000, {{1500, 2000}, {3500, 4000}});
  exchange(six, 2500, 1000, {{2500, 3000}, {1500, 2000}, {3500, 4000}});
  exchange(six, 1500, 1000, {{1500, 2000}, {1500, 3000}, {3500, 4000}}, 1500);
}

/// Two blocks are held and a duplicate of the first has arrived; this option is then sent. True if it is refused.
bool refused(const blocks& told, position repeated = 0, sack_report_parameters given = {}) {
  sack_report_oracle report = from(1000, given);
  report.arrived(2000, 2500, edge);
  report.acknowledged(1000, {{2000, 2500}}, 4);
  report.arrived(3000, 3500, edge);
  if (repeated != 0) report.arrived(repeated, repeated + 500, edge);
  if (report.violation().empty()) report.acknowledged(1000, told, 3);
  return !report.violation().empty();
}

TEST(SackReportOracle, RefusesWrongOptions) {
  EXPECT_FALSE(refused({{3000, 3500}, {2000, 2500}}));
  EXPECT_TRUE(refused({{2000, 2500}, {3000, 3500}})) << "the latest is not first";
  EXPECT_TRUE(refused({{3000, 3500}})) << "there is room for the other";
  EXPECT_TRUE(refused({})) << "nothing is reported";
  EXPECT_TRUE(refused({{3000, 3400}, {2000, 2500}})) << "not the whole block";
  EXPECT_TRUE(refused({{3000, 3501}, {2000, 2500}})) << "more than has arrived";
  EXPECT_TRUE(refused({{3000, 3500}, {2000, 2500}, {2000, 2500}})) << "twice the same";
  EXPECT_TRUE(refused({{3000, 3500}, {2000, 2500}, {4000, 4500}})) << "never arrived";
  EXPECT_TRUE(refused({{500, 1000}, {3000, 3500}, {2000, 2500}})) << "a duplicate that was none";
  EXPECT_TRUE(refused({{3000, 3500}, {2000, 2500}}, 0, {.permitted = false}));
  EXPECT_FALSE(refused({{2000, 2500}, {2000, 2500}, {3000, 3500}}, 2000));
  EXPECT_TRUE(refused({{2000, 2500}, {3000, 3500}}, 2000)) << "the duplicate is not reported";
  EXPECT_FALSE(refused({{2000, 2500}, {3000, 3500}}, 2000, {.reports_duplicates = false}));
  EXPECT_TRUE(refused({{2000, 2500}, {3000, 3500}, {2000, 2500}}, 2000)) << "not followed by its block";
}

TEST(SackReportOracle, ADuplicateIsReportedOnce) {
  sack_report_oracle report = from(1000);
  report.arrived(500, 1000, edge);
  report.acknowledged(1000, {{500, 1000}}, 4);
  EXPECT_EQ(report.violation(), "");
  report.acknowledged(1000, {{500, 1000}}, 4);
  EXPECT_NE(report.violation(), "");
}

TEST(SackReportOracle, KnowsWhatWasDiscarded) {
  sack_report_oracle report = from(1000);
  report.arrived(2000, 2500, edge);
  report.discarded({2000, 2500});
  report.acknowledged(1000, {}, 4);
  EXPECT_EQ(report.violation(), "");
  report.acknowledged(1000, {{2000, 2500}}, 4);
  EXPECT_NE(report.violation(), "");
}

}  // namespace oracle_sack_report_test
}  // namespace sequent::spec

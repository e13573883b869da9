// What `sequent explain` shows of congestion, of a flood and of datagrams is what the run did.
#include <gtest/gtest.h>

#include "tests/tools/explain_stories.hpp"
#include "tools/explain/bottleneck.hpp"

namespace sequent::test {
namespace {

using explain::chapter;
using explain::fate;
using explain::growth;
using explain::happening;
using explain::step;
using explain::story;

TEST(Explain, CongestionOfNewRenoHalvesAndGrows) {
  const growth run = explain::grow_alone({}, false, 30'000'000);
  EXPECT_EQ(run.wrong, "");
  EXPECT_EQ(run.octets, 30'000'000u);
  ASSERT_GE(run.reductions.size(), 3u);
  for (const explain::reduction& each : run.reductions) EXPECT_NEAR(each.after / each.before, 0.5, 0.01);
  // Slow start doubles the ten segments that it begins with in each round trip of 100 ms, until the first loss.
  EXPECT_LT(run.slow_start_until, 0.9);
  EXPECT_GT(run.reductions[0].before, 146.0);  // what the path and its queue hold
  // Then it grows by a segment a round trip, or by less where the queue makes the round trip longer.
  const explain::reduction &second = run.reductions[1], &third = run.reductions[2];
  const double segments_a_second = (third.before - second.after) / (third.at - second.at);
  EXPECT_NEAR(segments_a_second, 8.5, 1.5);
  EXPECT_GT(run.mbit, 9.0);
  EXPECT_EQ(run.again, run.dropped);
}

TEST(Explain, CongestionOfCubicGoesToSevenTenths) {
  const growth run = explain::grow_alone({}, true, 30'000'000);
  EXPECT_EQ(run.wrong, "");
  ASSERT_GE(run.reductions.size(), 3u);
  for (const explain::reduction& each : run.reductions) EXPECT_NEAR(each.after / each.before, 0.7, 0.01);
  EXPECT_GT(run.mbit, 9.3);
  const growth reno = explain::grow_alone({}, false, 30'000'000);
  EXPECT_LT(run.seconds, reno.seconds);
  EXPECT_LT(run.reductions[0].before, reno.reductions[0].before);
}

TEST(Explain, CongestionIsSharedByTwo) {
  const explain::sharing both = explain::grow_together({}, 10, 60);
  EXPECT_EQ(both.wrong, "");
  ASSERT_EQ(both.mbit.size(), 2u);
  EXPECT_GT(both.jain, 0.98);
  EXPECT_GT(both.mbit[0] + both.mbit[1], 9.0);
  ASSERT_EQ(both.rates.size(), 2u);
  EXPECT_GT(both.rates[1].points.front().first, 10.0);
}

TEST(Explain, VariedCongestionTakesWhatWasAskedFor) {
  explain::variation varied;
  varied.loss = 2;
  varied.round_trip = 40'000;
  const story told = story_of("congestion", varied);
  EXPECT_NE(told.about.find("40 ms there and back"), std::string::npos);
  ASSERT_EQ(told.chapters.size(), 3u);
  for (const chapter& each : told.chapters) EXPECT_EQ(each.plots.size(), 1u);
}

TEST(Explain, SynFloodFillsTheQueueAndLetsAClientIn) {
  const story told = story_of("syn-flood");
  const chapter& run = told.chapters.at(0);
  ASSERT_EQ(run.tables.size(), 1u);
  EXPECT_EQ(run.tables[0].rows, (std::vector<strings>{{"packets that came", "10,002"},
                                                      {"records in the SYN queue", "128"},
                                                      {"cookies sent", "9,873"},
                                                      {"cookies that came back", "1"},
                                                      {"SYNs dropped", "0"},
                                                      {"connections", "1"}}));
  ASSERT_EQ(run.plots.size(), 1u);
  const auto& records = run.plots[0].curves.at(0).points;
  EXPECT_EQ(records.size(), 10'000u);
  EXPECT_EQ(records[127].second, 128.0);
  EXPECT_EQ(records.back().second, 128.0);
  EXPECT_EQ(run.steps.back().after[1].read, "hello");
  EXPECT_EQ(run.steps.back().after[0].state, "ESTABLISHED");
  const auto cookies = steps_of(run, happening::sends, [](const step& s) { return s.end == 1; });
  const auto back = steps_of(run, happening::arrives, [](const step& s) { return s.end == 1 && s.segment.has_ack; });
  ASSERT_EQ(cookies.size(), 1u);
  ASSERT_EQ(back.size(), 1u);
  EXPECT_EQ(back[0].segment.ack, cookies[0].segment.seq + 1);
}

TEST(Explain, UdpLosesWhatTcpRepairs) {
  const story told = story_of("udp");
  const chapter &tcp = told.chapters.at(0), &udp = told.chapters.at(1);
  EXPECT_EQ(tcp.steps.back().after[1].read,
            "segment 1 segment 2 segment 3 segment 4 segment 5 segment 6 segment 7 segment 8 ");
  EXPECT_EQ(udp.steps.back().after[1].read, "segment 1 segment 3 segment 5 segment 6 segment 4 segment 6 segment 8 ");
  for (const chapter* each : {&tcp, &udp}) {
    EXPECT_EQ(steps_of(*each, happening::sends, [](const step& s) { return s.became == fate::lost; }).size(), 1u);
    EXPECT_EQ(steps_of(*each, happening::arrives, [](const step& s) { return s.became == fate::damaged; }).size(), 1u);
    EXPECT_EQ(steps_of(*each, happening::arrives, [](const step& s) { return s.became == fate::repeated; }).size(), 1u);
  }
  EXPECT_EQ(udp.tables.at(0).rows.at(0), (strings{"the user reads segments", "1 2 3 4 5 6 7 8", "1 3 5 6 4 6 8"}));
  EXPECT_EQ(udp.tables[0].rows.at(1), (strings{"first octet after", "150 ms", "50 ms"}));
  EXPECT_EQ(udp.tables[0].rows.at(3), (strings{"packets, both ways", "24", "8"}));
}

}  // namespace
}  // namespace sequent::test

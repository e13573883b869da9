// What `sequent explain` shows of moving octets, of losses and of windows is what the run did.
#include <gtest/gtest.h>

#include "tests/tools/explain_stories.hpp"

namespace sequent::test {
namespace {

using explain::chapter;
using explain::fate;
using explain::happening;
using explain::step;
using explain::story;

// The acknowledgments that arrive at the client, as shown.
strings answers_of(const chapter& run) {
  strings shown;
  for (const step& each : steps_of(run, happening::arrives, [](const step& s) { return s.end == 0; })) {
    shown.push_back(explain::label(each.segment));
  }
  return shown;
}

std::vector<step> sent_because(const chapter& run, const std::string& why) {
  return steps_of(run, happening::sends, [&](const step& s) { return s.what == why; });
}

std::string read_at_the_end(const chapter& run, std::size_t end) { return run.steps.back().after[end].read; }

TEST(Explain, TransferAcknowledgesUpToANumberAndKeepsTheRest) {
  const story told = story_of("transfer");
  ASSERT_EQ(told.chapters.size(), 4u);
  const chapter& run = told.chapters[0];
  EXPECT_EQ(arrivals_of(run),
            (strings{"1 SEQ=101 ACK=5001 +10", "1 SEQ=111 ACK=5001 +10", "1 SEQ=121 ACK=5001 +10",
                     "1 SEQ=131 ACK=5001 +10", "1 SEQ=141 ACK=5001 +10", "0 ACK=121", "0 ACK=141", "0 ACK=151"}));
  std::vector<std::uint32_t> buffered;
  for (const step& each : steps_of(run, happening::arrives, [](const step& s) { return s.end == 0; })) {
    buffered.push_back(each.after[0].buffered);
  }
  EXPECT_EQ(buffered, (std::vector<std::uint32_t>{30, 10, 0}));
  EXPECT_EQ(run.steps.front().after[0].buffered, 50u);
  // Only the last one is alone, and its ACK waits for 40 ms.
  const auto timers = steps_of(run, happening::timer);
  ASSERT_EQ(timers.size(), 1u);
  EXPECT_EQ(timers[0].what, "delayed ack");
  EXPECT_EQ(timers[0].at, 94'000);
  EXPECT_EQ(read_at_the_end(run, 1), "segment 1 segment 2 segment 3 segment 4 segment 5 ");
}

TEST(Explain, TransferAnAnswerCarriesTheAcknowledgment) {
  const chapter run = story_of("transfer").chapters.at(1);
  EXPECT_EQ(arrivals_of(run), (strings{"1 SEQ=101 ACK=5001 +10", "0 SEQ=5001 ACK=111 +10", "1 ACK=5011"}));
}

TEST(Explain, TransferWithNagleAndWithout) {
  const story told = story_of("transfer");
  const auto texts = [](const chapter& run) {
    strings all;
    for (const step& each : steps_of(run, happening::sends, [](const step& s) { return !s.segment.text.empty(); })) {
      all.push_back(each.segment.text);
    }
    return all;
  };
  EXPECT_EQ(texts(told.chapters[2]), (strings{"a", "bcd"}));
  EXPECT_EQ(texts(told.chapters[3]), (strings{"a", "b", "c", "d"}));
}

TEST(Explain, LossIsRepairedByTheTimer) {
  const chapter run = story_of("loss").chapters.at(0);
  const auto again = sent_because(run, "timeout");
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].at, 1'000'000);
  const auto timers = steps_of(run, happening::timer, [](const step& s) { return s.what == "retransmission"; });
  ASSERT_EQ(timers.size(), 1u);
  // One round trip of 100 ms was measured: SRTT is it, RTTVAR half of it, and RTO no less than a second.
  EXPECT_EQ(timers[0].before[0].srtt, 100'000);
  EXPECT_EQ(timers[0].before[0].rttvar, 50'000);
  EXPECT_EQ(timers[0].before[0].rto, 1'000'000);
  EXPECT_NE(timers[0].says.find("SRTT 100 ms + 4 x RTTVAR 50 ms = 300 ms, raised to the least, 1 s"),
            std::string::npos);
}

TEST(Explain, LossWithALongRoundTripComputesALongerTimeout) {
  explain::variation varied;
  varied.round_trip = 800'000;
  const chapter run = story_of("loss", varied).chapters.at(0);
  const auto timers = steps_of(run, happening::timer, [](const step& s) { return s.what == "retransmission"; });
  ASSERT_EQ(timers.size(), 1u);
  EXPECT_EQ(timers[0].at, 2'400'000);
  EXPECT_NE(timers[0].says.find("SRTT 800 ms + 4 x RTTVAR 400 ms = 2.4 s."), std::string::npos) << timers[0].says;
}

TEST(Explain, LossIsToldByThreeDuplicates) {
  const chapter run = story_of("loss").chapters.at(1);
  EXPECT_EQ(answers_of(run), (strings{"ACK=101", "ACK=101", "ACK=101", "ACK=141"}));
  const auto again = sent_because(run, "repair");
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].at, 103'000);
  EXPECT_EQ(again[0].segment.seq, 101u);
  EXPECT_TRUE(steps_of(run, happening::timer, [](const step& s) { return s.what == "retransmission"; }).empty());
  EXPECT_EQ(read_at_the_end(run, 1), "segment 1 segment 2 segment 3 segment 4 ");
  for (const step& each :
       steps_of(run, happening::arrives, [](const step& s) { return s.end == 1 && s.segment.seq > 101; })) {
    EXPECT_TRUE(each.fired("TEXT-4"));
    EXPECT_EQ(each.after[1].read, "");
  }
}

TEST(Explain, LossOfTwoIsRepairedOneARoundTripOrAtOnceWithSack) {
  const story told = story_of("loss");
  const auto without = sent_because(told.chapters.at(2), "repair"), with = sent_because(told.chapters.at(3), "repair");
  ASSERT_EQ(without.size(), 2u);
  ASSERT_EQ(with.size(), 2u);
  EXPECT_EQ(without[0].at, 106'000);
  EXPECT_EQ(without[1].at, 206'000);
  EXPECT_EQ(with[0].at, 105'000);
  EXPECT_EQ(with[1].at, 106'000);
  for (const auto* each : {&without, &with}) {
    EXPECT_EQ((*each)[0].segment.seq, 111u);
    EXPECT_EQ((*each)[1].segment.seq, 131u);
  }
  EXPECT_NE(told.chapters[3].lessons.at(0).find("after 156 ms with SACK, and after 256 ms without"), std::string::npos);
  const auto answers = answers_of(told.chapters[3]);
  EXPECT_NE(std::find(answers.begin(), answers.end(), "ACK=111 SACK={121:131}"), answers.end());
}

TEST(Explain, LossOfTheLastIsFoundByAProbe) {
  const chapter run = story_of("loss").chapters.at(4);
  const auto probes = sent_because(run, "tail probe");
  ASSERT_EQ(probes.size(), 1u);
  // Two smoothed round trips after the last acknowledgment, and the 200 ms by which a lone one may be late.
  EXPECT_EQ(probes[0].segment.seq, 121u);
  EXPECT_EQ(probes[0].at, 101'000 + 2 * probes[0].before[0].srtt + 200'000);
  EXPECT_LT(probes[0].at, 1'000'000);
}

TEST(Explain, LossOfEverythingDoublesTheTimeout) {
  const chapter run = story_of("loss").chapters.at(5);
  std::vector<explain::microseconds> times;
  for (const step& each : sent_because(run, "timeout")) times.push_back(each.at);
  EXPECT_EQ(times, (std::vector<explain::microseconds>{1'000'000, 3'000'000, 7'000'000, 15'000'000, 31'000'000}));
  EXPECT_EQ(run.steps.back().after[0].state, "CLOSED");
  EXPECT_TRUE(run.steps.back().after[0].ended);
}

TEST(Explain, ReorderKeepsWhatIsEarly) {
  const story told = story_of("reorder");
  for (const chapter& run : told.chapters) {
    std::vector<std::uint32_t> order;
    for (const step& each : steps_of(run, happening::arrives, [](const step& s) { return s.end == 1; })) {
      order.push_back(each.segment.seq);
      if (each.segment.seq != 121) continue;
      EXPECT_TRUE(each.fired("TEXT-4"));
      EXPECT_EQ(each.after[1].read, "segment 1 ");
      EXPECT_EQ(each.after[1].held, (std::vector<explain::number_range>{{121, 131}}));
    }
    EXPECT_EQ(order, (std::vector<std::uint32_t>{101, 121, 111, 131}));
    EXPECT_EQ(read_at_the_end(run, 1), "segment 1 segment 2 segment 3 segment 4 ");
    EXPECT_TRUE(steps_of(run, happening::sends, [](const step& s) { return s.again; }).empty());
  }
}

TEST(Explain, DuplicateIsDeliveredOnceAndReported) {
  const story told = story_of("duplicate");
  const chapter& run = told.chapters.at(0);
  const auto copies =
      steps_of(run, happening::arrives, [](const step& s) { return s.segment.seq == 111 && s.end == 1; });
  ASSERT_EQ(copies.size(), 2u);
  EXPECT_EQ(copies[1].became, fate::repeated);
  EXPECT_TRUE(copies[1].fired("SEQ-7"));
  EXPECT_EQ(copies[1].got, "");
  EXPECT_EQ(read_at_the_end(run, 1), "segment 1 segment 2 segment 3 ");
  const auto answers = answers_of(run);
  EXPECT_NE(std::find(answers.begin(), answers.end(), "ACK=131 SACK={111:121}"), answers.end());
  EXPECT_EQ(read_at_the_end(told.chapters.at(1), 1), "segment 1 ");
}

TEST(Explain, CorruptionIsDroppedAndRepaired) {
  const story told = story_of("corruption");
  const chapter& run = told.chapters.at(0);
  const auto bad = steps_of(run, happening::arrives, [](const step& s) { return s.became == fate::damaged; });
  ASSERT_EQ(bad.size(), 1u);
  EXPECT_TRUE(bad[0].rules.empty());
  EXPECT_EQ(bad[0].after[1].rcv_nxt, bad[0].before[1].rcv_nxt);
  EXPECT_EQ(sent_because(run, "repair").size(), 1u);
  EXPECT_EQ(read_at_the_end(run, 1), "segment 1 segment 2 segment 3 segment 4 segment 5 segment 6 ");
}

TEST(Explain, CorruptionThatTheChecksumCannotSee) {
  const chapter run = story_of("corruption").chapters.at(1);
  EXPECT_EQ(read_at_the_end(run, 1), "gmseent 1 ");
  ASSERT_EQ(run.tables.size(), 1u);
  EXPECT_EQ(run.tables[0].rows, (std::vector<strings>{{"one bit", "240", "240", "0"},
                                                      {"two bits", "28,680", "27,983", "697"},
                                                      {"two words of the text exchanged", "10", "0", "10"}}));
}

TEST(Explain, FlowControlStopsProbesAndGoesOn) {
  const chapter run = story_of("flow-control").chapters.at(0);
  std::vector<std::uint32_t> windows;
  for (const step& each : steps_of(run, happening::arrives, [](const step& s) { return s.end == 0; })) {
    windows.push_back(each.after[0].snd_wnd);
  }
  ASSERT_GE(windows.size(), 6u);
  EXPECT_EQ(std::vector<std::uint32_t>(windows.begin(), windows.begin() + 6),
            (std::vector<std::uint32_t>{30, 20, 10, 0, 0, 40}));
  const auto probes = sent_because(run, "window probe");
  ASSERT_EQ(probes.size(), 2u);
  EXPECT_EQ(probes[0].at, 1'103'000);
  EXPECT_EQ(probes[0].segment.text.size(), 1u);
  EXPECT_EQ(read_at_the_end(run, 1).size(), 70u);
  // Five octets were read in between, and nobody was told.
  const auto reads = steps_of(run, happening::call, [](const step& s) { return s.what == "read 5 octets"; });
  ASSERT_EQ(reads.size(), 1u);
  EXPECT_TRUE(
      steps_of(run, happening::sends, [](const step& s) { return s.at >= 2'000'000 && s.at < 3'000'000; }).empty());
}

TEST(Explain, FlowControlSurvivesALostUpdate) {
  const chapter run = story_of("flow-control").chapters.at(1);
  const auto lost = steps_of(run, happening::sends, [](const step& s) { return s.became == fate::lost; });
  ASSERT_EQ(lost.size(), 1u);
  EXPECT_EQ(explain::label(lost[0].segment), "ACK=141 WND=40");
  EXPECT_EQ(read_at_the_end(run, 1).size(), 70u);
}

TEST(Explain, FlowControlScalesWindowsButNotThoseOfSyns) {
  const chapter run = story_of("flow-control").chapters.at(2);
  const auto arrivals = steps_of(run, happening::arrives);
  ASSERT_EQ(arrivals.size(), 3u);
  EXPECT_EQ(arrivals[0].segment.scale, 7u);
  EXPECT_EQ(arrivals[0].segment.window, 65'535u);
  EXPECT_EQ(arrivals[1].after[0].snd_wnd, 65'535u);
  EXPECT_EQ(arrivals[2].segment.window, 32'768u);
  EXPECT_EQ(arrivals[2].after[1].snd_wnd, 4u << 20);
}

}  // namespace
}  // namespace sequent::test

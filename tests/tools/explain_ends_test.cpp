// What `sequent explain` shows of ends, of strangers and of what only some connections have is what the run did.
#include <gtest/gtest.h>

#include "tests/tools/explain_stories.hpp"

namespace sequent::test {
namespace {

using explain::chapter;
using explain::fate;
using explain::happening;
using explain::step;
using explain::story;

step only(const std::vector<step>& found) {
  EXPECT_EQ(found.size(), 1u);
  return found.empty() ? step{} : found.front();
}

step foreign(const chapter& run, std::size_t which = 0) {
  const auto found = steps_of(run, happening::arrives, [](const step& s) { return s.segment.number == 0; });
  EXPECT_GT(found.size(), which);
  return found.size() > which ? found[which] : step{};
}

TEST(Explain, CloseInFourStepsWithTextTheOtherWay) {
  const chapter run = story_of("close").chapters.at(0);
  EXPECT_EQ(states_of(run, 0), (strings{"ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSED"}));
  EXPECT_EQ(states_of(run, 1), (strings{"ESTABLISHED", "CLOSE-WAIT", "LAST-ACK", "CLOSED"}));
  EXPECT_EQ(run.steps.back().after[0].read, "answer 1  answer 2  ");
  const auto texts =
      steps_of(run, happening::arrives, [](const step& s) { return s.end == 0 && !s.segment.text.empty(); });
  ASSERT_EQ(texts.size(), 2u);
  EXPECT_EQ(texts[1].before[0].state, "FIN-WAIT-2");
  const auto fins = steps_of(run, happening::arrives, [](const step& s) { return s.segment.fin; });
  ASSERT_EQ(fins.size(), 2u);
  EXPECT_EQ(fins[0].segment.seq, 111u);
  EXPECT_EQ(fins[1].segment.seq, 5'021u);
  EXPECT_EQ(run.steps.back().at, 240'121'000);  // 2 MSL after the second FIN
}

TEST(Explain, CloseOfBothAtOnce) {
  const chapter run = story_of("close").chapters.at(1);
  for (const std::size_t end : {0u, 1u}) {
    EXPECT_EQ(states_of(run, end), (strings{"ESTABLISHED", "FIN-WAIT-1", "CLOSING", "TIME-WAIT", "CLOSED"}));
  }
}

TEST(Explain, TimeWaitAnswersAFinThatComesAgain) {
  const chapter run = story_of("time-wait").chapters.at(0);
  const step again = only(steps_of(run, happening::arrives, [](const step& s) { return s.fired("SEQ-9"); }));
  EXPECT_EQ(again.at, 1'100'000);
  ASSERT_NE(again.before[0].timer("TIME-WAIT"), nullptr);
  ASSERT_NE(again.after[0].timer("TIME-WAIT"), nullptr);
  EXPECT_EQ(again.before[0].timer("TIME-WAIT")->due, 240'100'000);
  EXPECT_EQ(again.after[0].timer("TIME-WAIT")->due, 241'100'000);
  EXPECT_EQ(run.steps.back().after[1].state, "CLOSED");
}

TEST(Explain, TimeWaitWithOtherNumbersLosesTheLastAckAllTheSame) {
  explain::variation varied;
  varied.isn = {7u, 4'294'967'290u};
  const chapter run = story_of("time-wait", varied).chapters.at(0);
  EXPECT_EQ(only(steps_of(run, happening::sends, [](const step& s) { return s.became == fate::lost; })).segment.ack,
            4'294'967'292u);
}

TEST(Explain, TimeWaitAbsorbsAnOldDuplicateAndOutlivesAReset) {
  const chapter run = story_of("time-wait").chapters.at(1);
  const step old = only(steps_of(run, happening::arrives, [](const step& s) { return s.became == fate::repeated; }));
  EXPECT_EQ(old.before[0].state, "TIME-WAIT");
  EXPECT_TRUE(old.fired("SEQ-7"));
  EXPECT_EQ(old.after[0].read, "segment 1 ");
  const step reset = only(steps_of(run, happening::arrives, [](const step& s) { return s.segment.rst; }));
  EXPECT_TRUE(reset.fired("RST-9"));
  EXPECT_EQ(reset.after[0].state, "TIME-WAIT");
}

TEST(Explain, OldSynIsFoundOutAndTheNewOneOpens) {
  const chapter run = story_of("old-duplicate").chapters.at(0);
  EXPECT_EQ(arrivals_of(run), (strings{"1 SYN SEQ=90", "0 SYN,ACK SEQ=5000 ACK=91", "1 RST SEQ=91", "1 SYN SEQ=100",
                                       "0 SYN,ACK SEQ=5000 ACK=101", "1 ACK=5001"}));
  EXPECT_EQ(states_of(run, 1), (strings{"CLOSED", "LISTEN", "SYN-RECEIVED", "LISTEN", "SYN-RECEIVED", "ESTABLISHED"}));
}

TEST(Explain, OldSynAloneOpensNothing) {
  const chapter run = story_of("old-duplicate").chapters.at(1);
  EXPECT_EQ(states_of(run, 0), (strings{"CLOSED"}));
  EXPECT_EQ(states_of(run, 1), (strings{"CLOSED", "LISTEN", "SYN-RECEIVED", "LISTEN"}));
}

TEST(Explain, OldTextEntersNothing) {
  const story told = story_of("old-duplicate");
  const step behind = foreign(told.chapters.at(2)), old = foreign(told.chapters.at(3));
  EXPECT_TRUE(behind.fired("SEQ-7"));
  EXPECT_TRUE(old.fired("TS-3"));
  EXPECT_EQ(old.segment.seq, old.before[1].rcv_nxt);  // by its number it would have been taken
  for (const step& each : {behind, old}) {
    EXPECT_EQ(each.got, "");
    EXPECT_EQ(each.after[1].rcv_nxt, each.before[1].rcv_nxt);
  }
}

TEST(Explain, ResetOfAClosedPortAndOfAHalfOpenConnection) {
  const story told = story_of("reset");
  EXPECT_EQ(arrivals_of(told.chapters.at(0)), (strings{"1 SYN SEQ=100", "0 RST SEQ=0 ACK=101"}));
  EXPECT_TRUE(told.chapters[0].steps.back().after[0].ended);
  EXPECT_EQ(arrivals_of(told.chapters.at(1)), (strings{"1 SEQ=101 ACK=5001 +10", "0 RST SEQ=5001"}));
  EXPECT_EQ(told.chapters[1].steps.back().after[0].state, "CLOSED");
}

TEST(Explain, ResetByAStrangerIsChallengedDroppedOrBelieved) {
  const chapter run = story_of("reset").chapters.at(2);
  const step near = foreign(run, 0), far = foreign(run, 1), exact = foreign(run, 2);
  EXPECT_TRUE(near.fired("RST-3"));
  EXPECT_EQ(near.after[1].state, "ESTABLISHED");
  EXPECT_TRUE(far.fired("SEQ-2"));
  EXPECT_EQ(far.after[1].state, "ESTABLISHED");
  EXPECT_TRUE(exact.fired("RST-6"));
  EXPECT_EQ(exact.after[1].state, "CLOSED");
  EXPECT_EQ(steps_of(run, happening::sends).size(), 1u);  // the challenge
}

TEST(Explain, KeepAliveIsAnsweredOrEndsTheConnection) {
  const story told = story_of("keep-alive");
  const auto probes =
      steps_of(told.chapters.at(0), happening::sends, [](const step& s) { return s.what == "keep-alive"; });
  ASSERT_EQ(probes.size(), 2u);
  EXPECT_EQ(probes[0].segment.seq, 100u);
  EXPECT_EQ(probes[1].at - probes[0].at, 30'100'000);  // 30 s after the answer
  EXPECT_EQ(told.chapters[0].steps.back().after[0].state, "ESTABLISHED");
  const chapter& gone = told.chapters.at(1);
  EXPECT_EQ(steps_of(gone, happening::sends, [](const step& s) { return s.what == "keep-alive"; }).size(), 3u);
  EXPECT_EQ(gone.steps.back().after[0].state, "CLOSED");
  EXPECT_TRUE(gone.steps.back().after[0].ended);
}

TEST(Explain, UrgentIsAMarkInTheStream) {
  const chapter run = story_of("urgent").chapters.at(0);
  const step mark = only(steps_of(run, happening::arrives, [](const step& s) { return s.fired("URG-2"); }));
  EXPECT_EQ(mark.segment.seq + mark.segment.urgent, 118u);
  EXPECT_EQ(mark.after[1].urgent_ahead, 17u);
  EXPECT_EQ(mark.after[1].read, "");
  EXPECT_EQ(run.steps.back().after[1].read, "lots of text STOP and more ");
}

TEST(Explain, FastOpenSavesARoundTrip) {
  const story told = story_of("fast-open");
  const auto at = [](const chapter& run, int end, const std::string& text) {
    return only(steps_of(run, happening::arrives, [&](const step& s) { return s.end == end && s.got == text; }));
  };
  EXPECT_EQ(at(told.chapters.at(0), 1, "question").at, 150'000);
  const step fast = at(told.chapters.at(1), 1, "question");
  EXPECT_EQ(fast.at, 50'000);
  EXPECT_EQ(fast.after[1].state, "SYN-RECEIVED");
  EXPECT_EQ(fast.after[1].rcv_nxt, 109u);
  EXPECT_EQ(at(told.chapters[0], 0, "answer").at, 200'000);
  EXPECT_EQ(at(told.chapters[1], 0, "answer").at, 101'000);
  const step given = only(
      steps_of(told.chapters[0], happening::arrives, [](const step& s) { return s.segment.cookie && s.end == 0; }));
  EXPECT_EQ(given.segment.cookie, 8u);
}

TEST(Explain, PathMtuIsToldFoundOutOrForged) {
  const story told = story_of("path-mtu");
  const auto reports = steps_of(told.chapters.at(0), happening::reports);
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0].before[0].segment, 1'460u);
  EXPECT_EQ(reports[0].after[0].segment, 1'360u);
  // RFC 1191 section 6.4: one segment at first, and no threshold.
  EXPECT_EQ(reports[0].after[0].cwnd, 1'360u);
  EXPECT_EQ(reports[0].after[0].ssthresh, reports[0].before[0].ssthresh);
  EXPECT_EQ(told.chapters[0].steps.back().after[1].read.size(), 2'920u);
  EXPECT_TRUE(
      steps_of(told.chapters[0], happening::timer, [](const step& s) { return s.what == "retransmission"; }).empty());
  const chapter& hole = told.chapters.at(1);
  EXPECT_TRUE(steps_of(hole, happening::reports).empty());
  const step found =
      only(steps_of(hole, happening::timer, [](const step& s) { return s.after[0].segment != s.before[0].segment; }));
  EXPECT_EQ(found.after[0].segment, 1'024u);
  EXPECT_EQ(hole.steps.back().after[1].read.size(), 2'920u);
  const step forged = only(steps_of(told.chapters.at(2), happening::reports));
  EXPECT_NE(forged.error, "");
  EXPECT_EQ(forged.after[0].segment, 1'460u);
}

TEST(Explain, EcnReducesWithoutALoss) {
  const chapter run = story_of("ecn").chapters.at(0);
  EXPECT_EQ(arrivals_of(run).at(0), "1 SYN,ECE,CWR SEQ=100");
  EXPECT_EQ(arrivals_of(run).at(1), "0 SYN,ACK,ECE SEQ=5000 ACK=101");
  const auto echoes =
      steps_of(run, happening::arrives, [](const step& s) { return s.end == 0 && s.segment.ece && !s.segment.syn; });
  ASSERT_EQ(echoes.size(), 2u);
  EXPECT_EQ(echoes[0].before[0].cwnd, 100u);
  EXPECT_EQ(echoes[0].after[0].cwnd, 20u);
  EXPECT_GE(echoes[1].after[0].cwnd, 20u);  // once a round trip
  EXPECT_TRUE(steps_of(run, happening::sends, [](const step& s) { return s.again; }).empty());
  only(steps_of(run, happening::arrives, [](const step& s) { return s.segment.cwr && !s.segment.syn; }));
}

}  // namespace
}  // namespace sequent::test

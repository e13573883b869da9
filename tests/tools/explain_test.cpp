// What `sequent explain` shows is what the run did: the numbers of opening and closing.
#include <gtest/gtest.h>

#include "tests/tools/explain_stories.hpp"
#include "tools/explain/render.hpp"

namespace sequent::test {
namespace {

using explain::chapter;
using explain::happening;
using explain::step;
using explain::story;

TEST(Explain, HandshakeWith100And5000) {
  const story told = story_of("handshake");
  ASSERT_EQ(told.chapters.size(), 3u);
  const chapter& run = told.chapters[0];
  EXPECT_EQ(arrivals_of(run), (strings{"1 SYN SEQ=100", "0 SYN,ACK SEQ=5000 ACK=101", "1 ACK=5001"}));
  EXPECT_EQ(states_of(run, 0), (strings{"CLOSED", "SYN-SENT", "ESTABLISHED"}));
  EXPECT_EQ(states_of(run, 1), (strings{"CLOSED", "LISTEN", "SYN-RECEIVED", "ESTABLISHED"}));
  const auto arrivals = steps_of(run, happening::arrives);
  ASSERT_EQ(arrivals.size(), 3u);
  EXPECT_TRUE(arrivals[0].fired("LISTEN-3"));
  EXPECT_TRUE(arrivals[1].fired("SYNSENT-5"));
  EXPECT_TRUE(arrivals[2].fired("ACK-4"));
  EXPECT_EQ(arrivals[0].at, 50'000);
  EXPECT_EQ(arrivals[2].at, 150'000);
  EXPECT_EQ(arrivals[2].after[0].snd_nxt, 101u);
  EXPECT_EQ(arrivals[2].after[1].rcv_nxt, 101u);
  EXPECT_EQ(arrivals[2].after[0].rcv_nxt, 5'001u);
  for (const step& each : arrivals) EXPECT_NE(each.says, "");
}

TEST(Explain, HandshakeWith1000And5000) {
  const story told = story_of("handshake");
  ASSERT_EQ(told.chapters.size(), 3u);
  EXPECT_EQ(arrivals_of(told.chapters[1]), (strings{"1 SYN SEQ=1000", "0 SYN,ACK SEQ=5000 ACK=1001", "1 ACK=5001"}));
}

TEST(Explain, HandshakeOfBothAtOnce) {
  const story told = story_of("handshake");
  ASSERT_EQ(told.chapters.size(), 3u);
  for (const std::size_t end : {0u, 1u}) {
    EXPECT_EQ(states_of(told.chapters[2], end), (strings{"CLOSED", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED"}));
  }
}

TEST(Explain, HandshakeWithNumbersOfOnesOwn) {
  explain::variation varied;
  varied.isn = {4'294'967'295u, 7u};
  varied.round_trip = 10'000;
  const story told = story_of("handshake", varied);
  // The first number after the last is 0.
  EXPECT_EQ(arrivals_of(told.chapters[0]), (strings{"1 SYN SEQ=4294967295", "0 SYN,ACK SEQ=7 ACK=0", "1 ACK=8"}));
  EXPECT_EQ(told.chapters[0].steps.back().at, 15'000);
}

TEST(Explain, HandshakeOverALossyPathSaysWhatWasLost) {
  explain::variation varied;
  varied.loss = 50;
  std::size_t lost = 0;
  for (varied.seed = 1; varied.seed != 20; ++varied.seed) {
    for (const chapter& run : story_of("handshake", varied).chapters) {
      for (const step& each : steps_of(run, happening::sends)) {
        if (each.became != explain::fate::lost) continue;
        ++lost;
        const bool said = each.says.find("The path loses it") != std::string::npos || each.says.ends_with("Lost.");
        EXPECT_TRUE(said) << each.says;
      }
    }
  }
  EXPECT_GT(lost, 20u);
}

// The rules that fired at arrivals have to be in every form.
void expect_rules(const story& told, const std::string& form) {
  for (const chapter& run : told.chapters) {
    for (const step& each : steps_of(run, happening::arrives)) {
      for (const explain::rule_fact& rule : each.rules) {
        if (!rule.tells) continue;
        EXPECT_NE(form.find(rule.id), std::string::npos) << told.topic << ": " << rule.id;
      }
    }
  }
}

TEST(Explain, EveryTopicHasEveryForm) {
  for (const explain::topic& each : explain::topics()) {
    const story told = each.tell({});
    EXPECT_EQ(told.topic, each.name);
    EXPECT_FALSE(told.chapters.empty()) << each.name;
    EXPECT_EQ(told.wrong(), "") << each.name;
    const std::string page = explain::as_html(told);
    for (const std::string& form : {explain::as_text(told, false), page, explain::as_json(told),
                                    explain::as_svg(told, explain::scheme::either, explain::breadth::narrow)}) {
      expect_rules(told, form);
    }
    for (const chapter& run : told.chapters) {
      for (const std::string& lesson : run.lessons) EXPECT_NE(page.find(explain::escaped(lesson)), std::string::npos);
    }
    EXPECT_EQ(explain::as_text(told, false).find('\x1b'), std::string::npos) << each.name;
    EXPECT_NE(explain::as_text(told, true).find('\x1b'), std::string::npos) << each.name;
  }
}

TEST(Explain, EveryArrivalAndEveryTimerHasASentence) {
  for (const explain::topic& each : explain::topics()) {
    for (const chapter& run : each.tell({}).chapters) {
      for (const step& one : run.steps) {
        if (one.kind == happening::call || one.kind == happening::sends) continue;
        EXPECT_NE(one.says, "") << each.name << ", " << run.title << ", " << explain::label(one.segment) << one.what;
      }
    }
  }
}

TEST(Explain, EveryFormShowsAnObjection) {
  story told = story_of("handshake");
  told.chapters.at(1).wrong = "arrival <SYN>: permitted nothing";
  EXPECT_EQ(told.wrong(), told.chapters[1].title + ": arrival <SYN>: permitted nothing");
  EXPECT_NE(explain::as_text(told, false).find("The specification objects: arrival <SYN>"), std::string::npos);
  EXPECT_NE(explain::as_html(told).find("The specification objects: arrival &lt;SYN&gt;"), std::string::npos);
  EXPECT_NE(explain::as_json(told).find("arrival <SYN>: permitted nothing"), std::string::npos);
}

TEST(Explain, TextIsNoWiderThan104Columns) {
  for (const explain::topic& each : explain::topics()) {
    const std::string text = explain::as_text(each.tell({}), false);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      EXPECT_LE(end - at, 104u) << each.name << ": " << text.substr(at, end - at);
      at = end + 1;
    }
  }
}

}  // namespace
}  // namespace sequent::test

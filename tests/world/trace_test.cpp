// The text format of a list of choices: it comes back as it was, and what is not one is refused with a reason.
#include "model/world/trace.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace {

using namespace sequent::model;

trace sample() {
  trace t;
  t.scenario = "half-close-left.small";
  t.found_by = "explorer";
  t.why = "left: octet 0 of the stream is 7, not 9";
  t.choices = {0, 3, 1, 65535, 12};
  return t;
}

TEST(trace, comes_back_as_it_was) {
  trace t = sample();
  for (int length = 0; length < 400; ++length) {
    const parsed_trace back = parse_trace(format(t));
    ASSERT_TRUE(back.value) << back.error;
    EXPECT_EQ(*back.value, t);
    t.choices.push_back(static_cast<std::uint16_t>(length * 7919));
  }
}

TEST(trace, lines_stay_within_100_columns) {
  trace t = sample();
  t.choices.assign(1000, 54321);
  const std::string text = format(t);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    ASSERT_NE(end, std::string::npos);
    EXPECT_LE(end - at, 100u);
    at = end + 1;
  }
}

TEST(trace, texts_stay_on_one_line) {
  trace t = sample();
  t.why = "two\nlines";
  const parsed_trace back = parse_trace(format(t));
  ASSERT_TRUE(back.value) << back.error;
  EXPECT_EQ(back.value->why, "two lines");
}

TEST(trace, is_easy_to_write_by_hand) {
  const parsed_trace t = parse_trace(
      "sequent-choices 1\r\n# a comment\n\nchoices 1\n\t2 3\n  4\nwhy because\nfound-by hand\nscenario a.b/c\n");
  ASSERT_TRUE(t.value) << t.error;
  EXPECT_EQ(t.value->choices, (std::vector<std::uint16_t>{1, 2, 3, 4}));
  EXPECT_EQ(t.value->scenario, "a.b/c");
  const parsed_trace empty = parse_trace("sequent-choices 1\nscenario a\nfound-by b\nwhy\nchoices");
  ASSERT_TRUE(empty.value) << empty.error;
  EXPECT_TRUE(empty.value->choices.empty());
}

void expect_refused(const std::string& text, const std::string& reason) {
  const parsed_trace t = parse_trace(text);
  EXPECT_FALSE(t.value) << text;
  EXPECT_NE(t.error.find(reason), std::string::npos) << text << "\n" << t.error;
}

TEST(trace, garbage_is_refused_with_a_reason) {
  const std::string head = "sequent-choices 1\nscenario s\nfound-by e\nwhy w\n";
  expect_refused("", "first line");
  expect_refused("hello\n", "line 1: not a list of choices");
  expect_refused("sequent-choices 2\n", "version \"2\" is not known");
  expect_refused("sequent-choices 1 \n", "version");
  expect_refused(head, "\"choices\" is missing");
  expect_refused("sequent-choices 1\nfound-by e\nwhy w\nchoices 1\n", "\"scenario\" is missing");
  expect_refused("sequent-choices 1\nscenario s\nwhy w\nchoices 1\n", "\"found-by\" is missing");
  expect_refused("sequent-choices 1\nscenario s\nfound-by e\nchoices 1\n", "\"why\" is missing");
  expect_refused(head + "choices 65536\n", "line 5: a choice is above 65535");
  expect_refused(head + "choices 99999999999999999999999\n", "above 65535");
  expect_refused(head + "choices -1\n", "not a decimal number");
  expect_refused(head + "choices 1x\n", "not a decimal number");
  expect_refused(head + "choices 1,2\n", "not a decimal number");
  expect_refused(head + "choices 1\nchoices 2\n", "second \"choices\"");
  expect_refused(head + "why again\nchoices 2\n", "twice");
  expect_refused(head + "  1 2\nchoices 2\n", "nothing to continue");
  expect_refused(head + "colour blue\nchoices 2\n", "unknown field \"colour\"");
  expect_refused("sequent-choices 1\nscenario ../s s\n", "no such character");
  expect_refused("sequent-choices 1\nscenario\n", "without a name");
  expect_refused(std::string("sequent-choices 1\nwhy \0\n", 24), "control character");
}

TEST(trace, no_text_is_unsafe) {
  std::mt19937 random(1);
  const std::string good = format(sample());
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text = good;
    for (int change = 0; change < 3; ++change) {
      text[random() % text.size()] = static_cast<char>(random() % 256);
      if (random() % 4 == 0) text.resize(random() % text.size() + 1);
    }
    const parsed_trace t = parse_trace(text);
    EXPECT_NE(t.value.has_value(), !t.error.empty());
    if (!t.value) ++refused;
  }
  EXPECT_GT(refused, 1000);
}

}  // namespace

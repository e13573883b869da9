// Stories under test: told once, and asked for their steps.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "tools/explain/narrator.hpp"
#include "tools/explain/topics.hpp"

namespace sequent::test {

/// A topic as it is told without variations. Fails if the specification objects to any of its runs.
[[nodiscard]] inline explain::story story_of(const std::string& topic, const explain::variation& varied = {}) {
  const explain::topic* const found = explain::find_topic(topic);
  EXPECT_NE(found, nullptr) << topic;
  if (found == nullptr) return {};
  explain::story told = found->tell(varied);
  EXPECT_EQ(told.wrong(), "") << topic;
  return told;
}

/// The steps of a run that are of a kind and meet a condition.
[[nodiscard]] inline std::vector<explain::step> steps_of(
    const explain::chapter& run, explain::happening kind,
    const std::function<bool(const explain::step&)>& meets = [](const explain::step&) { return true; }) {
  std::vector<explain::step> found;
  std::copy_if(run.steps.begin(), run.steps.end(), std::back_inserter(found),
               [&](const explain::step& each) { return each.kind == kind && meets(each); });
  return found;
}

/// The arrivals of a run as they are shown: end and label, e.g. "1 SYN SEQ=100".
[[nodiscard]] inline std::vector<std::string> arrivals_of(const explain::chapter& run) {
  std::vector<std::string> shown;
  for (const explain::step& each : steps_of(run, explain::happening::arrives)) {
    shown.push_back(std::to_string(each.end) + " " + explain::label(each.segment));
  }
  return shown;
}

/// The states of an end, in the order in which it was in them.
[[nodiscard]] inline std::vector<std::string> states_of(const explain::chapter& run, std::size_t end) {
  std::vector<std::string> passed;
  for (const explain::step& each : run.steps) {
    for (const std::string& state : {each.before[end].state, each.after[end].state}) {
      if (passed.empty() || passed.back() != state) passed.push_back(state);
    }
  }
  return passed;
}

using strings = std::vector<std::string>;

}  // namespace sequent::test

// What topics have in common.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "tools/explain/narrator.hpp"
#include "tools/explain/scene.hpp"
#include "tools/explain/topics.hpp"

namespace sequent::explain {

/// Text for so many segments of ten octets: "segment 1 segment 2 ...".
[[nodiscard]] inline std::string numbered(int segments) {
  std::string text;
  for (int i = 1; i <= segments; ++i) text += fmt::format("segment {} ", i % 10);
  return text;
}

/// A setting in which both ends are set like this, but for their first numbers.
[[nodiscard]] inline scene_setting alike(const end_setting& both = {}) {
  scene_setting setting;
  setting.end = {both, both};
  setting.end[0].isn = 100;
  setting.end[1].isn = 5'000;
  return setting;
}

/// The path loses the n-th segment with text of the client, when it is sent for the first time.
[[nodiscard]] inline std::function<treatment(const passing&)> losing(std::vector<int> which) {
  return [which = std::move(which)](const passing& asked) {
    const bool chosen = std::find(which.begin(), which.end(), asked.with_text) != which.end();
    return treatment{asked.from == 0 && !asked.again && chosen ? fate::lost : fate::whole};
  };
}

/// The moment at which the user of an end had read so many octets; -1: never.
[[nodiscard]] inline microseconds read_by(const chapter& run, int end, std::size_t octets) {
  for (const step& each : run.steps) {
    if (each.after[static_cast<std::size_t>(end)].read.size() >= octets) return each.at;
  }
  return -1;
}

/// How many segments an end sent, or those of them that carried octets that had been sent before.
[[nodiscard]] inline int sent_by(const chapter& run, int end, bool again_only = false) {
  int count = 0;
  for (const step& each : run.steps) {
    count += each.kind == happening::sends && each.end == end && (each.again || !again_only);
  }
  return count;
}

}  // namespace sequent::explain

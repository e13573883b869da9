// The interval set beside a plain set of positions: both are told the same, and must say the same.
// covers: reassembly
#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sequent/tables/interval_set.hpp"
#include "sequent/tables/large_interval_set.hpp"
#include "tests/property/drawn.hpp"

namespace sequent::property {

/// The runs of neighbouring positions, each as [first, last).
[[nodiscard]] inline std::vector<std::pair<std::int64_t, std::int64_t>> runs_of(
    const std::set<std::int64_t>& positions) {
  std::vector<std::pair<std::int64_t, std::int64_t>> runs;
  for (const std::int64_t p : positions) {
    if (runs.empty() || runs.back().second != p) runs.emplace_back(p, p);
    ++runs.back().second;
  }
  return runs;
}

/// Drives an interval set (Set: the real one or a broken one) that holds at most Most runs. Positions count from the
/// first origin and never wrap.
template <class Set, std::size_t Most>
class interval_subject {
 public:
  explicit interval_subject(std::uint32_t origin) : zero_(origin) {}

  /// Makes one step; returns what is wrong after it, or an empty string.
  std::string apply(const step& s) {
    switch (s[0] % 6) {
      case 4: return advance(s[1] % 80);
      case 5: return s[1] % 4 == 0 ? cut(s[2] % 300) : look(s[2] % 300);
      default: return insert(s[1] % 250, 1 + s[2] % longest);
    }
  }

 private:
  // Sets of many get short runs, so that there are many.
  static constexpr std::int64_t longest = Most > 8 ? 6 : 40;

  [[nodiscard]] sequence_number<u32> number(std::int64_t position) const { return zero_ + static_cast<u32>(position); }

  std::string insert(std::int64_t ahead, std::int64_t length) {
    const std::int64_t first = origin_ + ahead;
    std::set<std::int64_t> missing;
    const insertion done =
        held_.insert(number(origin_), {number(first), number(first + length)}, [&](u32 from, u32 to) {
          for (; from != to; ++from) missing.insert(origin_ + from);
        });
    const bool all = done.held;
    std::set<std::int64_t> wanted;
    const std::set<std::int64_t> before = model_;
    for (std::int64_t p = first; p < first + length; ++p) {
      if (model_.insert(p).second) wanted.insert(p);
    }
    if (all && missing != wanted) return "insert tells the wrong octets to store";
    if (!all && !missing.empty()) return "insert tells octets to store that are not held";
    if (all && !told_again(done.again, first, first + length, wanted)) return "insert tells a wrong repetition";
    const bool expected = runs_of(model_).size() <= Most;
    if (!expected) model_ = before;
    if (all != expected) return "insert says " + std::string(all ? "true" : "false");
    return compare("insert");
  }

  // The first run of what was held before.
  [[nodiscard]] bool told_again(const interval& told, std::int64_t first, std::int64_t last,
                                const std::set<std::int64_t>& wanted) const {
    std::int64_t from = first;
    while (from != last && wanted.contains(from)) ++from;
    std::int64_t to = from;
    while (to != last && !wanted.contains(to)) ++to;
    return from == to ? told.empty() : told == interval{number(from), number(to)};
  }

  std::string advance(std::int64_t by) {
    const std::int64_t target = origin_ + by;
    const u32 got = held_.take_from(number(origin_), number(target));
    std::int64_t reach = target;
    while (model_.contains(reach)) ++reach;
    // The set forgets a run as a whole, but nothing of one that begins behind the new origin.
    model_.erase(model_.begin(), model_.lower_bound(reach));
    origin_ = reach;
    if (got != static_cast<u32>(reach - target)) {
      return "take_from says " + std::to_string(got) + ", not " + std::to_string(reach - target);
    }
    return compare("take_from");
  }

  std::string cut(std::int64_t ahead) {
    held_.cut(number(origin_), number(origin_ + ahead));
    model_.erase(model_.lower_bound(origin_ + ahead), model_.end());
    return compare("cut");
  }

  std::string look(std::int64_t ahead) {
    const std::int64_t x = origin_ + ahead;
    const interval* found = held_.find(number(origin_), number(x));
    if ((found != nullptr) != model_.contains(x)) return "find is wrong about " + std::to_string(x);
    if (found == nullptr) return {};
    for (const auto& [first, last] : runs_of(model_)) {
      if (first <= x && x < last && *found == interval{number(first), number(last)}) return {};
    }
    return "find gives another interval";
  }

  [[nodiscard]] std::string compare(const std::string& after) const {
    const auto runs = runs_of(model_);
    bool same = runs.size() == held_.view().size();
    auto run = runs.begin();
    for (const interval& each : held_.view()) {
      if (!same) break;
      same = each == interval{number(run->first), number(run->second)};
      ++run;
    }
    if (same) return {};
    std::string text = "after " + after + " the set holds";
    for (const interval& each : held_.view()) {
      text += ' ' + std::to_string(each.first - zero_) + '-' + std::to_string(each.last - zero_);
    }
    text += ", not";
    for (const auto& [first, last] : runs) text += ' ' + std::to_string(first) + '-' + std::to_string(last);
    return text;
  }

  Set held_{};
  std::set<std::int64_t> model_;
  sequence_number<u32> zero_;
  std::int64_t origin_ = 0;
};

}  // namespace sequent::property

// What the oracles share: sets of octets, times, and the one complaint that each of them keeps.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/spec/position.hpp"
#include "model/spec/state.hpp"

namespace sequent::spec {

/// A half-open range of octets, e.g. a SACK block.
using octet_range = range<position>;

/// An instant or a duration of the oracles: microseconds, never wrapping.
using microseconds = std::int64_t;

/// Both ends of what is permitted. Empty when low > high.
struct permitted_span {
  std::int64_t low = 0;
  std::int64_t high = 0;

  /// True when a value is permitted.
  [[nodiscard]] constexpr bool contains(std::int64_t value) const { return low <= value && value <= high; }
  friend bool operator==(const permitted_span&, const permitted_span&) = default;
};

/// A set of octets as ascending, disjoint ranges that do not touch.
using octet_ranges = std::vector<octet_range>;

/// Puts ranges into the canonical form of octet_ranges: sorts them, leaves empty ones out, joins what touches.
[[nodiscard]] inline octet_ranges joined(octet_ranges ranges) {
  std::erase_if(ranges, [](const octet_range& r) { return r.last <= r.first; });
  std::sort(ranges.begin(), ranges.end(), [](const octet_range& a, const octet_range& b) { return a.first < b.first; });
  octet_ranges result;
  for (const octet_range& r : ranges) {
    if (!result.empty() && r.first <= result.back().last) {
      result.back().last = std::max(result.back().last, r.last);
    } else {
      result.push_back(r);
    }
  }
  return result;
}

/// Whether a set contains every octet of a range. The set must be in canonical form.
[[nodiscard]] inline bool holds_all(const octet_ranges& set, const octet_range& r) {
  return r.last <= r.first || std::any_of(set.begin(), set.end(),
                                          [&](const octet_range& s) { return s.first <= r.first && r.last <= s.last; });
}

/// Whether a set contains at least one octet of a range.
[[nodiscard]] inline bool holds_any(const octet_ranges& set, const octet_range& r) {
  return std::any_of(set.begin(), set.end(),
                     [&](const octet_range& s) { return std::max(s.first, r.first) < std::min(s.last, r.last); });
}

/// How many octets a set in canonical form contains.
[[nodiscard]] inline position count(const octet_ranges& set) {
  position octets = 0;
  for (const octet_range& r : set) octets += r.last - r.first;
  return octets;
}

/// The first range of `inner` that is not wholly in `outer`; an empty range when there is none. Both in canonical form.
[[nodiscard]] inline octet_range first_outside(const octet_ranges& inner, const octet_ranges& outer) {
  for (const octet_range& r : inner) {
    if (!holds_all(outer, r)) return r;
  }
  return {};
}

/// A range as text: "[10, 20)".
[[nodiscard]] inline std::string show(const octet_range& r) {
  return "[" + std::to_string(r.first) + ", " + std::to_string(r.last) + ")";
}

/// A span as text: "10 to 20".
[[nodiscard]] inline std::string show(const permitted_span& s) {
  return std::to_string(s.low) + " to " + std::to_string(s.high);
}

/// Remembers the first thing that was wrong: everything later may only follow from it.
class complaint {
 public:
  /// Takes a complaint down, unless there is an earlier one.
  void note(const std::string& text) {
    if (first_.empty()) first_ = text;
  }

  /// Takes it down if a condition does not hold. Returns the condition.
  bool expect(bool holds, const char* otherwise) {
    if (!holds) note(otherwise);
    return holds;
  }

  /// The first complaint, or nothing.
  [[nodiscard]] const std::string& text() const { return first_; }

 private:
  std::string first_;
};

/// One mark an octet, over a window of the stream that moves forward.
class octet_marks {
 public:
  /// The first octet that has a mark, and one past the last.
  [[nodiscard]] position first() const { return first_; }
  [[nodiscard]] position last() const { return first_ + static_cast<position>(marks_.size()); }

  /// The marks of an octet; none outside the window.
  [[nodiscard]] std::uint8_t at(position octet) const {
    return octet < first_ || octet >= last() ? std::uint8_t{0} : marks_[static_cast<std::size_t>(octet - first_)];
  }

  /// Extends the window upwards with unmarked octets.
  void extend(position to) {
    if (to > last()) marks_.resize(static_cast<std::size_t>(to - first_), 0);
  }

  /// Drops everything below an octet.
  void drop_below(position octet) {
    if (octet <= first_) return;
    const auto gone = std::min(marks_.size(), static_cast<std::size_t>(octet - first_));
    marks_.erase(marks_.begin(), marks_.begin() + static_cast<std::ptrdiff_t>(gone));
    first_ = octet;
  }

  /// Sets bits on the part of a range that lies in the window. Returns how many octets had not all of them.
  position set(const octet_range& r, std::uint8_t bits) {
    position fresh = 0;
    for (position octet = std::max(r.first, first_); octet < std::min(r.last, last()); ++octet) {
      auto& mark = marks_[static_cast<std::size_t>(octet - first_)];
      fresh += (mark & bits) != bits ? 1 : 0;
      mark = static_cast<std::uint8_t>(mark | bits);
    }
    return fresh;
  }

  /// Clears bits on the part of a range that lies in the window.
  void clear(const octet_range& r, std::uint8_t bits) {
    for (position octet = std::max(r.first, first_); octet < std::min(r.last, last()); ++octet) {
      auto& mark = marks_[static_cast<std::size_t>(octet - first_)];
      mark = static_cast<std::uint8_t>(mark & ~bits);
    }
  }

  /// The octets that have all of some bits.
  [[nodiscard]] octet_ranges with(std::uint8_t bits) const {
    octet_ranges found;
    for (position octet = first_; octet < last(); ++octet) {
      if ((at(octet) & bits) != bits) continue;
      if (found.empty() || found.back().last != octet) found.push_back({octet, octet});
      found.back().last = octet + 1;
    }
    return found;
  }

  /// Starts over with an empty window at an octet.
  void restart(position octet) {
    marks_.clear();
    first_ = octet;
  }

 private:
  position first_ = 0;
  std::vector<std::uint8_t> marks_;
};

}  // namespace sequent::spec

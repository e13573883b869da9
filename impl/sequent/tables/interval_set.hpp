// The octets that arrived ahead of RCV.NXT, as disjoint ranges of sequence numbers.
// implements: reassembly
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sequent/base/seq.hpp"

namespace sequent {

/// A run of sequence numbers [first, last); first == last says that there is none.
struct interval {
  sequence_number<u32> first{};
  sequence_number<u32> last{};
  [[nodiscard]] constexpr bool empty() const noexcept { return first == last; }
  /// x is one of the numbers.
  [[nodiscard]] constexpr bool holds(sequence_number<u32> x) const noexcept {
    return in_window(x, first, last - first);
  }
  friend bool operator==(const interval&, const interval&) noexcept = default;
};

/// What adding an interval to a set has done.
struct insertion {
  bool held = true;  ///< the set now holds all of it; false when it would have been one too many
  interval range{};  ///< what it has become part of, if it is held
  interval again{};  ///< the first part of it that was held before; empty if nothing was
};

namespace detail {

/// Ignores the parts that were missing.
inline constexpr auto nothing_to_store = [](u32, u32) noexcept {};

/// Joins a new interval with those that it overlaps or touches, which are handed over in ascending order. Everything is
/// a distance from the origin.
class joined_interval {
 public:
  constexpr joined_interval(sequence_number<u32> origin, interval add) noexcept
      : origin_(origin),
        first_(add.first - origin),
        last_(add.last - origin),
        seen_(first_),
        low_(first_),
        high_(last_) {}

  /// An interval begins too far on to be one of those.
  [[nodiscard]] constexpr bool out_of_reach(const interval& held) const noexcept {
    return held.first - origin_ > last_;
  }
  /// The next one, which ends at or beyond the new one's beginning. Calls missing(from, to) for what lies before it.
  template <class Missing>
  constexpr void join(const interval& held, Missing missing) noexcept {
    const u32 begin = held.first - origin_;
    const u32 end = held.last - origin_;
    if (begin > seen_) missing(seen_, begin);
    const u32 again = (std::max)(begin, first_);
    const u32 again_end = (std::min)(end, last_);
    if (again_from_ == again_to_ && again < again_end) {
      again_from_ = again;
      again_to_ = again_end;
    }
    low_ = (std::min)(low_, begin);
    high_ = (std::max)(high_, end);
    seen_ = (std::min)((std::max)(seen_, end), last_);
  }
  /// There are no more.
  template <class Missing>
  constexpr void finish(Missing missing) const noexcept {
    if (seen_ < last_) missing(seen_, last_);
  }

  [[nodiscard]] constexpr interval range() const noexcept { return {origin_ + low_, origin_ + high_}; }
  [[nodiscard]] constexpr interval again() const noexcept {
    if (again_from_ == again_to_) return {};
    return {origin_ + again_from_, origin_ + again_to_};
  }

 private:
  sequence_number<u32> origin_;
  u32 first_, last_;  // the new one
  u32 seen_;          // up to here it is known what was missing
  u32 low_, high_;    // what has become of it
  u32 again_from_ = 0, again_to_ = 0;
};

}  // namespace detail

/// At most Most disjoint, not touching intervals, ascending from an origin (RCV.NXT). Sequence numbers have no order,
/// so every call names the origin, and everything lies within half the circle from it. One too many is refused: what is
/// held may have been reported, and to give it up would be to renege (RFC 2018 section 8). What touches the origin or
/// what is held needs no interval of its own, so the stream goes on however full the set is.
///
/// A plain sorted array, small enough to be part of every connection. large_interval_set is for many.
template <std::size_t Most>
class interval_set {
  static_assert(Most >= 1 && Most < 256);

 public:
  /// The most intervals that are held.
  static constexpr std::size_t most = Most;

  [[nodiscard]] constexpr std::span<const interval> view() const noexcept { return {held_.data(), count_}; }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return count_; }
  [[nodiscard]] constexpr bool empty() const noexcept { return count_ == 0; }
  /// The one furthest from the origin; the set is not empty.
  [[nodiscard]] constexpr const interval& furthest() const noexcept { return held_[count_ - 1u]; }
  constexpr void clear() noexcept { count_ = 0; }

  /// Adds an interval that is not empty. missing(from, to) is called for each part that was not held before, in
  /// ascending order, as distances from the origin; not at all if the interval is not held afterwards.
  /// O(log Most) to find the place, and at most Most moves.
  template <class Missing>
  constexpr insertion insert(sequence_number<u32> origin, interval add, Missing missing) noexcept {
    const std::size_t from = first_reaching(origin, add.first - origin);
    detail::joined_interval joined(origin, add);
    std::size_t to = from;
    for (; to != count_ && !joined.out_of_reach(held_[to]); ++to) joined.join(held_[to], missing);
    insertion done{.range = joined.range(), .again = joined.again()};
    if (to != from) {
      held_[from] = done.range;
      remove(from + 1, to);
    } else {
      if (count_ == Most) return {.held = false};
      std::copy_backward(held_.begin() + static_cast<std::ptrdiff_t>(from),
                         held_.begin() + static_cast<std::ptrdiff_t>(count_),
                         held_.begin() + static_cast<std::ptrdiff_t>(count_ + 1));
      held_[from] = add;
      ++count_;
    }
    joined.finish(missing);
    return done;
  }
  /// The same, if nobody wants to know what was missing. Says whether all of it is held.
  constexpr bool insert(sequence_number<u32> origin, interval add) noexcept {
    return insert(origin, add, detail::nothing_to_store).held;
  }

  /// The origin moves forward: forgets what lies before the new one, and the run that the new one touches or lies in.
  /// The range of the result ends where that run ends. missing() as in insert(). O(Most).
  template <class Missing>
  constexpr insertion advance(sequence_number<u32> old_origin, sequence_number<u32> origin, Missing missing) noexcept {
    detail::joined_interval joined(old_origin, {old_origin, origin});
    std::size_t gone = 0;
    for (; gone != count_ && !joined.out_of_reach(held_[gone]); ++gone) joined.join(held_[gone], missing);
    remove(0, gone);
    joined.finish(missing);
    return {.range = joined.range(), .again = joined.again()};
  }
  /// The same; returns how many octets from the new origin on were held in one run.
  constexpr u32 take_from(sequence_number<u32> old_origin, sequence_number<u32> origin) noexcept {
    return advance(old_origin, origin, detail::nothing_to_store).range.last - origin;
  }

  /// Forgets everything at or beyond `end`, which is not before the origin. Linear in what is forgotten.
  constexpr void cut(sequence_number<u32> origin, sequence_number<u32> end) noexcept {
    while (count_ != 0 && held_[count_ - 1u].first - origin >= end - origin) --count_;
    if (count_ == 0) return;
    interval& furthest = held_[count_ - 1u];
    if (furthest.last - origin > end - origin) furthest.last = end;
  }

  /// The interval that holds x, or nullptr. O(log Most).
  [[nodiscard]] constexpr const interval* find(sequence_number<u32> origin, sequence_number<u32> x) const noexcept {
    const std::size_t at = first_reaching(origin, x - origin + 1);
    return at != count_ && held_[at].holds(x) ? &held_[at] : nullptr;
  }

  friend constexpr bool operator==(const interval_set& a, const interval_set& b) noexcept {
    return std::equal(a.view().begin(), a.view().end(), b.view().begin(), b.view().end());
  }

 private:
  // Index of the first interval whose end is at or beyond the distance: the first that could touch what begins there.
  [[nodiscard]] constexpr std::size_t first_reaching(sequence_number<u32> origin, u32 distance) const noexcept {
    std::size_t low = 0;
    std::size_t high = count_;
    while (low != high) {
      const std::size_t middle = (low + high) / 2;
      if (held_[middle].last - origin < distance) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  constexpr void remove(std::size_t from, std::size_t to) noexcept {
    if (from == to) return;
    std::copy(held_.begin() + static_cast<std::ptrdiff_t>(to), held_.begin() + static_cast<std::ptrdiff_t>(count_),
              held_.begin() + static_cast<std::ptrdiff_t>(from));
    count_ = static_cast<std::uint8_t>(count_ - (to - from));
  }

  std::array<interval, Most> held_{};
  std::uint8_t count_ = 0;
};

}  // namespace sequent

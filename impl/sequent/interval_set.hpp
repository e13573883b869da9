// The octets that arrived ahead of RCV.NXT, as disjoint ranges of sequence numbers.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sequent/seq.hpp"

namespace sequent {

/// A run of sequence numbers [first, last), not empty.
struct interval {
  sequence_number<u32> first{};
  sequence_number<u32> last{};
  friend bool operator==(const interval&, const interval&) noexcept = default;
};

/// At most Most disjoint, not touching intervals, ascending from an origin (RCV.NXT). Sequence numbers have no order,
/// so every call names the origin, and everything lies within half the circle from it. When one too many would be
/// needed the furthest is evicted: the octets nearest the origin are the ones that let the stream go on (C25).
template <std::size_t Most>
class interval_set {
  static_assert(Most >= 1 && Most < 256);

 public:
  /// The most intervals that are held.
  static constexpr std::size_t most = Most;

  [[nodiscard]] constexpr std::span<const interval> view() const noexcept { return {held_.data(), count_}; }
  [[nodiscard]] constexpr bool empty() const noexcept { return count_ == 0; }
  constexpr void clear() noexcept { count_ = 0; }

  /// Adds [first, last). Says whether the set now holds all of it: false when it was itself the furthest of too many.
  /// O(log Most) to find the place, and at most Most moves.
  constexpr bool insert(sequence_number<u32> origin, interval add) noexcept {
    // The intervals that overlap or touch the new one become one with it.
    const std::size_t from = first_reaching(origin, add.first - origin);
    std::size_t to = from;
    while (to != count_ && held_[to].first - origin <= add.last - origin) {
      add.first = origin + std::min(held_[to].first - origin, add.first - origin);
      add.last = origin + std::max(held_[to].last - origin, add.last - origin);
      ++to;
    }
    if (to != from) {
      held_[from] = add;
      remove(from + 1, to);
      return true;
    }
    if (count_ == Most) {
      if (from == count_) return false;
      --count_;
    }
    std::copy_backward(held_.begin() + static_cast<std::ptrdiff_t>(from),
                       held_.begin() + static_cast<std::ptrdiff_t>(count_),
                       held_.begin() + static_cast<std::ptrdiff_t>(count_ + 1));
    held_[from] = add;
    ++count_;
    return true;
  }

  /// Takes away what starts at or before `origin` moved forward: returns how many octets from `origin` on are held in
  /// one run, and forgets them together with anything before them. Amortised constant time.
  constexpr u32 take_from(sequence_number<u32> old_origin, sequence_number<u32> origin) noexcept {
    const u32 moved = origin - old_origin;
    u32 reach = moved;
    std::size_t gone = 0;
    while (gone != count_ && held_[gone].first - old_origin <= reach) {
      reach = std::max(reach, held_[gone].last - old_origin);
      ++gone;
    }
    remove(0, gone);
    return reach - moved;
  }

  /// Forgets everything at or beyond `end`, which is not before the origin. Linear in what is forgotten.
  constexpr void cut(sequence_number<u32> origin, sequence_number<u32> end) noexcept {
    while (count_ != 0 && held_[count_ - 1u].first - origin >= end - origin) --count_;
    if (count_ == 0) return;
    interval& furthest = held_[count_ - 1u];
    if (furthest.last - origin > end - origin) furthest.last = end;
  }

  /// The interval that holds x, or nullptr.
  [[nodiscard]] constexpr const interval* find(sequence_number<u32> origin, sequence_number<u32> x) const noexcept {
    const std::size_t at = first_reaching(origin, x - origin + 1);
    if (at == count_ || !in_window(x, held_[at].first, held_[at].last - held_[at].first)) return nullptr;
    return &held_[at];
  }

  friend constexpr bool operator==(const interval_set& a, const interval_set& b) noexcept {
    return std::ranges::equal(a.view(), b.view());
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
    std::copy(held_.begin() + static_cast<std::ptrdiff_t>(to), held_.begin() + static_cast<std::ptrdiff_t>(count_),
              held_.begin() + static_cast<std::ptrdiff_t>(from));
    count_ = static_cast<std::uint8_t>(count_ - (to - from));
  }

  std::array<interval, Most> held_{};
  std::uint8_t count_ = 0;
};

}  // namespace sequent

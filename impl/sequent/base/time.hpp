// Time as the core sees it: an argument, never a clock.
// implements: clock-jumps
#pragma once

#include <compare>
#include <cstdint>

#include "sequent/base/compiler.hpp"

namespace sequent {

/// A span of time in microseconds, possibly negative. Sums, differences and products saturate.
class duration {
 public:
  constexpr duration() noexcept = default;
  /// So many microseconds, fewer than none too.
  [[nodiscard]] static constexpr duration microseconds(std::int64_t count) noexcept { return duration(count); }
  /// So many milliseconds; what is too many stays at the longest.
  [[nodiscard]] static constexpr duration milliseconds(std::int64_t count) noexcept {
    return duration(detail::saturating_product(count, 1'000));
  }
  /// So many seconds; likewise.
  [[nodiscard]] static constexpr duration seconds(std::int64_t count) noexcept {
    return duration(detail::saturating_product(count, 1'000'000));
  }

  /// Whole microseconds.
  [[nodiscard]] constexpr std::int64_t count() const noexcept { return count_; }

  friend constexpr auto operator<=>(duration, duration) noexcept = default;
  [[nodiscard]] friend constexpr duration operator+(duration a, duration b) noexcept {
    return duration(detail::saturating_sum(a.count_, b.count_));
  }
  [[nodiscard]] friend constexpr duration operator-(duration a, duration b) noexcept {
    return duration(detail::saturating_difference(a.count_, b.count_));
  }
  [[nodiscard]] friend constexpr duration operator*(duration a, std::int64_t n) noexcept {
    return duration(detail::saturating_product(a.count_, n));
  }
  [[nodiscard]] friend constexpr duration operator/(duration a, std::int64_t n) noexcept {
    return duration(a.count_ / n);
  }

 private:
  constexpr explicit duration(std::int64_t count) noexcept : count_(count) {}
  std::int64_t count_ = 0;
};

/// A tick of our timestamp clock (RFC 7323 section 5.4).
inline constexpr duration timestamp_tick = duration::milliseconds(1);

/// A point on the caller's monotonic clock, in microseconds since an origin of the caller's choice. A clock that jumps
/// back does no harm, and is one that stands still until it has come as far again: what is due waits as long. Where
/// that may be, see steadied_clock. Sums and differences saturate: `end_of_time` is as late as it gets.
class instant {
 public:
  constexpr instant() noexcept = default;
  /// So many microseconds after the origin, or before.
  [[nodiscard]] static constexpr instant from_microseconds(std::int64_t count) noexcept {
    instant i;
    i.count_ = count;
    return i;
  }

  /// Microseconds since the origin.
  [[nodiscard]] constexpr std::int64_t microseconds() const noexcept { return count_; }

  friend constexpr auto operator<=>(instant, instant) noexcept = default;
  [[nodiscard]] friend constexpr instant operator+(instant a, duration d) noexcept {
    return from_microseconds(detail::saturating_sum(a.count_, d.count()));
  }
  [[nodiscard]] friend constexpr instant operator-(instant a, duration d) noexcept {
    return from_microseconds(detail::saturating_difference(a.count_, d.count()));
  }
  [[nodiscard]] friend constexpr duration operator-(instant a, instant b) noexcept {
    return duration::microseconds(detail::saturating_difference(a.count_, b.count_));
  }

 private:
  std::int64_t count_ = 0;
};

/// Where no clock gets: the moment of what is not to happen, so that it needs no flag.
inline constexpr instant end_of_time = instant::from_microseconds(detail::longest_count);

/// Makes a clock that may be set back one that never goes back: as if no time had passed between the two readings.
/// Whatever is told a moment is told `at(reading)`, and what a core says of the future is `on_clock()`.
class steadied_clock {
 public:
  /// A reading of the clock as a core is to be told it: never less than one before, and as far from the last as the
  /// clock has gone forward. Constant time.
  [[nodiscard]] constexpr instant at(instant reading) noexcept {
    if (!read_) {
      told_ = reading;
    } else if (reading > last_) {
      told_ = told_ + (reading - last_);
    }
    read_ = true;
    last_ = reading;
    return told_;
  }
  /// What the clock will show at a moment that a core has named, such as a deadline, if it is not set back again.
  [[nodiscard]] constexpr instant on_clock(instant moment) const noexcept {
    return moment == end_of_time ? end_of_time : last_ + (moment - told_);
  }

 private:
  bool read_ = false;
  instant last_{};
  instant told_{};
};

/// The low 32 bits of a moment in microseconds: enough to compare moments less than half an hour apart.
[[nodiscard]] constexpr std::uint32_t short_time(instant at) noexcept {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(at.microseconds()));
}

}  // namespace sequent

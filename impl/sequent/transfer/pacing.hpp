// Spreading a window over its round trip: when the next segment may leave.
// implements: pacing
#pragma once

#include <algorithm>
#include <cstdint>

#include "sequent/base/time.hpp"
#include "sequent/base/word.hpp"

namespace sequent {

/// Paces what is sent at a multiple of window / SRTT: 2 in slow start, where the window doubles in a round trip, 1.25
/// otherwise, so that pacing itself never holds a growing window back. Bursts are allowed: over any stretch of time t
/// no more leaves than burst() + rate * t, if every run is sent at or after earliest() and is no longer than quantum().
///
/// It keeps one instant: when everything sent so far would have left at the exact rate. Constant time; a division only
/// when the rate changes by more than a sixteenth. Instants lie within 2^61 microseconds of the origin.
class pacer {
 public:
  /// The window or SRTT may have changed. Nothing is paced while SRTT is unknown (zero).
  constexpr void update(u32 cwnd, duration smoothed, u32 mss, bool slow_start) noexcept {
    const std::int64_t us = (std::min)(smoothed.count(), longest_round_trip);
    if (us <= 0 || cwnd == 0) {
      cost_ = 0;
      return;
    }
    const auto round_trip = static_cast<std::uint64_t>(us);
    if (slow_start == slow_start_ && mss == mss_ && alike(cwnd, cwnd_) && alike(round_trip, round_trip_)) return;
    cwnd_ = cwnd;
    round_trip_ = round_trip;
    mss_ = mss;
    slow_start_ = slow_start;
    const std::uint64_t octets = std::uint64_t{cwnd} * (slow_start ? 8 : 5);  // in a round trip, in quarters
    cost_ = std::clamp<std::uint64_t>((round_trip << (fraction_bits + 2)) / octets, 1, max_cost);
    const std::uint64_t in_a_millisecond = (std::uint64_t{1'000} << fraction_bits) / cost_;
    quantum_ = (std::max)(2 * mss, static_cast<u32>(std::min<std::uint64_t>(in_a_millisecond, largest_quantum)));
    burst_ = (std::max)(10 * mss, 2 * quantum_);
  }

  /// Octets were handed to the network, at most 2^20 at once.
  constexpr void sent(u32 octets, instant now) noexcept {
    if (cost_ == 0) return;
    if (due_ < now) {
      due_ = now;
      rest_ = 0;
    }
    const std::uint64_t cost = std::uint64_t{octets} * cost_ + rest_;
    due_ = due_ + duration::microseconds(static_cast<std::int64_t>(cost >> fraction_bits));
    rest_ = static_cast<u32>(cost & ((u32{1} << fraction_bits) - 1));
    // What had to be sent ahead of its time holds the rest back for as long as two bursts, no longer.
    due_ = (std::min)(due_, now + time_of(2 * burst_));
  }

  /// When the next run, of at most quantum() octets, may leave: at once, or at a later instant.
  [[nodiscard]] constexpr instant earliest(instant now) const noexcept {
    if (cost_ == 0 || due_ < now) return now;
    // Further ahead it can only be because the clock was set back or the rate has risen.
    if (due_ > now + time_of(2 * burst_)) return now;
    const instant due = rest_ == 0 ? due_ : due_ + duration::microseconds(1);
    return (std::max)(now, due - time_of(burst_ - quantum_));
  }

  /// The most that should leave in one run, in octets: what the rate sends in a millisecond, at least two segments; no
  /// bound while nothing is paced.
  [[nodiscard]] constexpr u32 quantum() const noexcept { return cost_ == 0 ? ~u32{0} : quantum_; }
  /// How far sending may run ahead of the rate, in octets.
  [[nodiscard]] constexpr u32 burst() const noexcept { return burst_; }
  [[nodiscard]] constexpr bool pacing() const noexcept { return cost_ != 0; }
  /// The time that so many octets take at the rate, rounded down to a microsecond.
  [[nodiscard]] constexpr duration time_of(u32 octets) const noexcept {
    return duration::microseconds(static_cast<std::int64_t>(std::uint64_t{octets} * cost_ >> fraction_bits));
  }

  /// Moves the origin of the clock forward.
  constexpr void rebase(duration elapsed) noexcept { due_ = due_ - elapsed; }

  friend bool operator==(const pacer&, const pacer&) noexcept = default;

 private:
  static constexpr unsigned fraction_bits = 24;
  static constexpr std::int64_t longest_round_trip = duration::seconds(60).count();
  static constexpr std::uint64_t max_cost = std::uint64_t{1} << 43;  // two octets a second
  static constexpr u32 largest_quantum = 65'536;

  // Within a sixteenth of one another.
  [[nodiscard]] static constexpr bool alike(std::uint64_t a, std::uint64_t b) noexcept {
    return (a < b ? b - a : a - b) <= b / 16;
  }

  instant due_{};           // when all that was sent would have left at the rate
  std::uint64_t cost_ = 0;  // microseconds an octet, in 1/2^24; zero: no pacing
  std::uint64_t round_trip_ = 0;
  u32 rest_ = 0;  // of due_, in 1/2^24 microseconds
  u32 cwnd_ = 0;
  u32 mss_ = 0;
  u32 quantum_ = 0;
  u32 burst_ = 0;
  bool slow_start_ = false;
};

/// No pacing: everything may leave at once, and nothing is kept.
class unpaced {
 public:
  constexpr void update(u32, duration, u32, bool) noexcept {}
  constexpr void sent(u32, instant) noexcept {}
  [[nodiscard]] constexpr instant earliest(instant now) const noexcept { return now; }
  constexpr void rebase(duration) noexcept {}
  friend bool operator==(const unpaced&, const unpaced&) noexcept = default;
};

}  // namespace sequent

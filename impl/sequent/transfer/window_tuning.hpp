// How much of the receive buffer is offered: dynamic right-sizing.
// implements: window-tuning
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "sequent/base/time.hpp"
#include "sequent/base/word.hpp"

namespace sequent {

/// Lets the part of the receive buffer that is offered grow with the reader. Octets that are read in a round trip show
/// what the connection can use; twice as much is offered, so that a sender in slow start is not held back (Fisk and
/// Feng, "Dynamic Right-Sizing in TCP", 2001). The limit never shrinks, and never exceeds the buffer.
///
/// Every measurement of the round trip here is too long rather than too short: how old an echoed timestamp is, and how
/// long it takes until text arrives that lay beyond the right edge when the measurement began, since the peer cannot
/// have sent that before it had heard of a later edge. So the smallest counts. A longer one, which may mean a longer
/// path or an idle peer, is approached by an eighth a round. A sender that is limited by something else than the
/// window, without timestamps, looks like a long path; then the limit grows further than it had to.
///
/// A window of few segments is used in whole ones, and its field is rounded to units of the scale: what is read of it,
/// twice, may be no more than is offered already. So a segment that is more than a quarter of the limit is added to it.
///
/// A value; constant time and free of overflow for all arguments.
class window_tuning {
 public:
  constexpr window_tuning() noexcept = default;

  /// A new connection. initial: octets to be offered at first; 0 or more than `capacity`, the size of the buffer: all.
  /// At least an 8192nd of the buffer is: less might be no unit of the window's scale, and would never be told.
  constexpr void start(u32 initial, u32 capacity) noexcept {
    *this = {};
    limit_ = initial == 0 ? capacity : (std::min)((std::max)(initial, capacity >> 13), capacity);
  }

  /// Octets of the buffer, unread ones included, that are in use.
  [[nodiscard]] constexpr u32 limit() const noexcept { return limit_; }
  /// The limit can still grow; otherwise nothing here needs to be called.
  [[nodiscard]] constexpr bool active(u32 capacity) const noexcept { return limit_ < capacity; }
  /// The round trip as measured; nothing before the first measurement.
  [[nodiscard]] constexpr std::optional<duration> round_trip() const noexcept {
    if (round_trip_ == 0) return std::nullopt;
    return duration::microseconds(round_trip_);
  }

  /// The user read octets.
  constexpr void on_read(u32 octets) noexcept { read_ = octets < longest - read_ ? read_ + octets : longest; }
  /// Text echoed a timestamp that is `ticks` old on a clock of one tick a millisecond.
  constexpr void on_echo(u32 ticks) noexcept { take_sample(ticks < longest / 1'000 ? (ticks + 1) * 1'000 : longest); }
  /// Octets arrived in order. window: octets from RCV.NXT, which is behind them, to the right edge that has been sent.
  /// capacity: the size of the buffer. Once a round trip is over the limit may grow.
  constexpr void on_text(u32 octets, u32 window, u32 capacity, instant now) noexcept {
    if (!measuring_) return begin(window, now);
    const u32 elapsed = since_beginning(now);
    if (octets > until_edge_) take_sample(elapsed);
    until_edge_ = octets > until_edge_ ? longest : until_edge_ - octets;
    const u32 round = round_trip_ == 0 ? sample_ : (std::min)(round_trip_, sample_);
    if (sample_ == 0 || elapsed < round) return;
    const std::uint64_t read_in_round = std::uint64_t{read_} * round / elapsed;
    const u32 segment = octets > limit_ / 4 ? octets : 0;
    limit_ = (std::max)(limit_, static_cast<u32>(std::min<std::uint64_t>(2 * read_in_round + segment, capacity)));
    follow_sample();
    begin(window, now);
  }

  /// Moves the origin of the clock forward.
  constexpr void rebase(duration elapsed) noexcept {
    if (measuring_) began_ = began_ - elapsed;
  }

  friend bool operator==(const window_tuning&, const window_tuning&) noexcept = default;

 private:
  static constexpr u32 longest = 0xffff'ffffu;

  constexpr void begin(u32 window, instant now) noexcept {
    began_ = now;
    until_edge_ = window;
    read_ = 0;
    sample_ = 0;
    measuring_ = true;
  }
  // Microseconds, at most `longest`. A clock that jumped back counts from where it is now.
  [[nodiscard]] constexpr u32 since_beginning(instant now) noexcept {
    if (now < began_) began_ = now;
    const auto elapsed =
        static_cast<std::uint64_t>(now.microseconds()) - static_cast<std::uint64_t>(began_.microseconds());
    return static_cast<u32>(std::min<std::uint64_t>(elapsed, longest));
  }
  constexpr void take_sample(u32 microseconds) noexcept {
    const u32 sample = (std::max)(microseconds, u32{1});
    sample_ = sample_ == 0 ? sample : (std::min)(sample_, sample);
  }
  constexpr void follow_sample() noexcept {
    if (round_trip_ == 0 || sample_ <= round_trip_) {
      round_trip_ = sample_;
      return;
    }
    const u32 longer = (std::min)(sample_ - round_trip_, round_trip_);
    round_trip_ += longer / 8 + (longer % 8 != 0 ? 1 : 0);
  }

  instant began_{};  // this round
  u32 limit_ = 0;
  u32 round_trip_ = 0;  // microseconds; 0: not known
  u32 sample_ = 0;      // the smallest of this round; 0: none
  u32 until_edge_ = 0;  // octets that still lie before the right edge as it was when the round began
  u32 read_ = 0;        // octets read in this round
  bool measuring_ = false;
};

}  // namespace sequent

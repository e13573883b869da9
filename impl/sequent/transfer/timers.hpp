// The deadlines of a connection.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sequent/base/time.hpp"

namespace sequent {

/// What a deadline is for.
enum class timer : std::uint8_t {
  loss_probe,      ///< tail loss probe (RFC 8985 section 7), before the timer that it stands in for at the same instant
  retransmission,  ///< RFC 6298 section 5, also for SYN and SYN,ACK
  persist,         ///< zero-window probe (RFC 9293 section 3.8.6.1) and the sender's silly-window override
  delayed_ack,     ///< RFC 9293 section 3.8.6.3
  keep_alive,      ///< RFC 9293 section 3.8.4
  user_timeout,    ///< user timeout and R2 (RFC 9293 sections 3.8.3 and 3.10.8)
  time_wait,       ///< two maximum segment lifetimes (RFC 9293 section 3.6.1)
  fin_wait_2,      ///< reclaims a FIN-WAIT-2 that nobody reads (C37 of docs/choices.md)
  reordering,      ///< what has not arrived by then is lost (RFC 8985 section 6.3)
  zero_window,     ///< how long the peer may keep its window closed (RFC 6429)
};

/// Which timers run, and when each is due. A value; every operation is constant time.
class timer_set {
 public:
  static constexpr std::size_t count = 10;

  constexpr timer_set() noexcept { due_.fill(end_of_time); }

  constexpr void start(timer t, instant due) noexcept { due_[index(t)] = due; }
  constexpr void stop(timer t) noexcept { due_[index(t)] = end_of_time; }
  constexpr void stop_all() noexcept { due_.fill(end_of_time); }
  [[nodiscard]] constexpr bool running(timer t) const noexcept { return due_[index(t)] != end_of_time; }
  /// No timer runs, or this one alone.
  [[nodiscard]] constexpr bool none_but(timer t) const noexcept {
    bool none = true;
    for (std::size_t i = 0; i != count; ++i) none = none && (i == index(t) || due_[i] == end_of_time);
    return none;
  }
  /// When a timer is due; nothing when it does not run.
  [[nodiscard]] constexpr std::optional<instant> due(timer t) const noexcept { return known(due_[index(t)]); }

  /// The earliest deadline of all.
  [[nodiscard]] constexpr std::optional<instant> next() const noexcept {
    instant earliest = end_of_time;
    for (const instant due : due_) earliest = due < earliest ? due : earliest;
    return known(earliest);
  }

  /// The earliest deadline of all but one timer.
  [[nodiscard]] constexpr std::optional<instant> next_but(timer t) const noexcept {
    instant earliest = end_of_time;
    for (std::size_t i = 0; i != count; ++i) {
      if (i != index(t) && due_[i] < earliest) earliest = due_[i];
    }
    return known(earliest);
  }

  /// Stops and names the timer that is due first among those due at `now`; nothing when none is. Of several due at the
  /// same instant the one declared first comes first.
  constexpr std::optional<timer> take_due(instant now) noexcept {
    std::size_t first = 0;
    for (std::size_t i = 1; i != count; ++i) {
      if (due_[i] < due_[first]) first = i;
    }
    if (due_[first] == end_of_time || due_[first] > now) return std::nullopt;
    due_[first] = end_of_time;
    return static_cast<timer>(first);
  }

  /// Moves the origin of the clock forward.
  constexpr void rebase(duration elapsed) noexcept {
    for (instant& due : due_) {
      if (due != end_of_time) due = due - elapsed;
    }
  }

  friend bool operator==(const timer_set&, const timer_set&) noexcept = default;

 private:
  [[nodiscard]] static constexpr std::optional<instant> known(instant due) noexcept {
    return due == end_of_time ? std::nullopt : std::optional(due);
  }
  static constexpr std::size_t index(timer t) noexcept { return static_cast<std::size_t>(t); }

  std::array<instant, count> due_{};
};

}  // namespace sequent

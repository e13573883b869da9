// The deadlines of a connection.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sequent/time.hpp"

namespace sequent {

/// What a deadline is for.
enum class timer : std::uint8_t {
  retransmission,  ///< RFC 6298 section 5, also for SYN and SYN,ACK
  persist,         ///< zero-window probe (RFC 9293 section 3.8.6.1) and the sender's silly-window override
  delayed_ack,     ///< RFC 9293 section 3.8.6.3
  keep_alive,      ///< RFC 9293 section 3.8.4
  user_timeout,    ///< user timeout and R2 (RFC 9293 sections 3.8.3 and 3.10.8)
  time_wait,       ///< two maximum segment lifetimes (RFC 9293 section 3.6.1)
  fin_wait_2,      ///< reclaims a FIN-WAIT-2 that nobody reads (C37 of docs/choices.md)
};

/// Which timers run, and when each is due. A value; every operation is constant time.
class timer_set {
 public:
  static constexpr std::size_t count = 7;

  constexpr void start(timer t, instant due) noexcept { due_[index(t)] = due; }
  constexpr void stop(timer t) noexcept { due_[index(t)].reset(); }
  constexpr void stop_all() noexcept { due_ = {}; }
  [[nodiscard]] constexpr bool running(timer t) const noexcept { return due_[index(t)].has_value(); }
  /// When a timer is due; nothing when it does not run.
  [[nodiscard]] constexpr std::optional<instant> due(timer t) const noexcept { return due_[index(t)]; }

  /// The earliest deadline of all.
  [[nodiscard]] constexpr std::optional<instant> next() const noexcept {
    std::optional<instant> earliest;
    for (const auto& due : due_) {
      if (due && (!earliest || *due < *earliest)) earliest = due;
    }
    return earliest;
  }

  /// Stops and names the timer that is due first among those due at `now`; nothing when none is. Of several due at the
  /// same instant the one declared first comes first.
  constexpr std::optional<timer> take_due(instant now) noexcept {
    std::optional<std::size_t> first;
    for (std::size_t i = 0; i != count; ++i) {
      if (due_[i] && *due_[i] <= now && (!first || *due_[i] < *due_[*first])) first = i;
    }
    if (!first) return std::nullopt;
    due_[*first].reset();
    return static_cast<timer>(*first);
  }

  /// Moves the origin of the clock forward.
  constexpr void rebase(duration elapsed) noexcept {
    for (auto& due : due_) {
      if (due) due = *due - elapsed;
    }
  }

  friend bool operator==(const timer_set&, const timer_set&) noexcept = default;

 private:
  static constexpr std::size_t index(timer t) noexcept { return static_cast<std::size_t>(t); }
  std::array<std::optional<instant>, count> due_{};
};

}  // namespace sequent

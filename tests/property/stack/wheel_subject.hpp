// The timer wheel beside a sorted list of ticks: both are told the same, and must say the same.
// covers: timer-wheel
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>

#include "sequent/tables/timer_wheel.hpp"
#include "tests/property/drawn.hpp"

namespace sequent::property {

/// How many timers a subject has.
inline constexpr u32 wheel_timers = 12;

/// Drives a wheel (the real one or a broken one) with ticks of `Tick` microseconds. Its work is counted: a timer is
/// filed anew at most once a level for each start.
template <class Wheel, std::int64_t Tick>
class wheel_subject {
 public:
  explicit wheel_subject(std::int64_t start)
      : now_(start), wheel_(inline_slots<timer_node, wheel_timers>{}, instant::from_microseconds(start)) {
    reached_ = floor_tick(start);
  }

  /// Makes one step; returns what is wrong after it, or an empty string.
  std::string apply(const step& s) {
    switch (s[0] % 8) {
      case 0:
      case 1: start(s[1] % wheel_timers, deadline(s[2], s[3])); break;
      case 2: stop(s[1] % wheel_timers); break;
      case 3: now_ = sum(now_, -reach(s[2], s[3])); [[fallthrough]];
      case 4: advance(s, without_end); break;
      case 5: advance(s, s[3] % 4); break;
      default:
        now_ = s[0] % 8 == 6 && wheel_.next() ? wheel_.next()->microseconds() : sum(now_, reach(s[2], s[3]));
        advance(s, without_end);
        break;
    }
    return wrong_.empty() ? compare() : wrong_;
  }

 private:
  // Ticks since the clock's origin, rounded down and up, and then moved so that they are positive.
  static std::uint64_t floor_tick(std::int64_t t) {
    return static_cast<std::uint64_t>(t / Tick - (t % Tick < 0 ? 1 : 0)) + bias;
  }
  static std::uint64_t ceiling_tick(std::int64_t t) {
    return static_cast<std::uint64_t>(t / Tick + (t % Tick > 0 ? 1 : 0)) + bias;
  }
  static std::int64_t sum(std::int64_t a, std::int64_t b) {
    std::int64_t out = 0;
    if (!__builtin_add_overflow(a, b, &out)) return out;
    return b < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
  }
  // A distance of any size: up to a few ticks, or a number of up to 63 bits.
  static std::int64_t reach(std::uint16_t size, std::uint16_t bits) {
    if (size % 4 != 3) return bits % (Tick * 70);
    return static_cast<std::int64_t>((std::uint64_t{bits} << 47 | 0x5555'5555'5555u) >> (size / 4 % 63));
  }
  [[nodiscard]] std::int64_t deadline(std::uint16_t size, std::uint16_t bits) const {
    return size % 32 == 31 ? sum(now_, -reach(size, bits)) : sum(now_, reach(size, bits));
  }

  void start(u32 index, std::int64_t deadline) {
    wheel_.start(index, instant::from_microseconds(deadline));
    forget(index);
    by_tick_.emplace(std::max(ceiling_tick(deadline), reached_ + 1), index);
    ++starts_;
  }
  void stop(u32 index) {
    wheel_.stop(index);
    forget(index);
  }
  bool forget(u32 index) {
    for (auto each = by_tick_.begin(); each != by_tick_.end(); ++each) {
      if (each->second != index) continue;
      by_tick_.erase(each);
      return true;
    }
    return false;
  }

  // Advances; what fires may start and stop timers in turn.
  void advance(const step& s, std::size_t most) {
    const bool running = !by_tick_.empty();
    reached_ = std::max(reached_, floor_tick(now_));
    const auto progress = wheel_.advance(
        instant::from_microseconds(now_),
        [&](u32 index) {
          const auto due = std::find_if(by_tick_.begin(), by_tick_.end(), [&](auto& e) { return e.second == index; });
          if (due == by_tick_.end()) {
            wrong_ = "a timer fires that does not run";
            return;
          }
          if (due->first > reached_) wrong_ = "a timer fires early";
          by_tick_.erase(due);
          if (s[1] % 3 == 1) start((index + s[1]) % wheel_timers, deadline(s[2], s[3]));
          if (s[1] % 7 == 2) stop((index + s[1]) % wheel_timers);
        },
        most);
    moved_ += progress.moved;
    if (progress.expired + progress.moved > most) wrong_ = "more steps than were allowed";
    if (!running && progress.expired + progress.moved != 0) wrong_ = "work without timers";
    if (moved_ > starts_ * Wheel::levels) wrong_ = "timers are filed anew too often";
    finished_ = progress.finished;
    if (most == without_end && !finished_) wrong_ = "a call does not end";
    if (finished_ && !by_tick_.empty() && by_tick_.begin()->first <= reached_)
      wrong_ = "a timer that is due did not fire";
  }

  [[nodiscard]] std::string compare() const {
    if (wheel_.empty() != by_tick_.empty()) return "empty() is wrong";
    for (u32 i = 0; i != wheel_timers; ++i) {
      const bool runs = std::any_of(by_tick_.begin(), by_tick_.end(), [i](auto& e) { return e.second == i; });
      if (runs != wheel_.running(i)) return "running() is wrong about " + std::to_string(i);
    }
    const std::optional<instant> next = wheel_.next();
    if (next.has_value() == by_tick_.empty()) return "next() exists without timers, or does not with some";
    if (!next) return {};
    if (ceiling_tick(next->microseconds()) > by_tick_.begin()->first)
      return "next() is later than the earliest deadline";
    if (finished_ && floor_tick(next->microseconds()) <= reached_ && next->microseconds() != latest) {
      return "next() does not move on";
    }
    return {};
  }

  // Far more steps than any call can need, so that a wheel that would never end is found out.
  static constexpr std::size_t without_end = 10'000;
  static constexpr std::uint64_t bias = std::uint64_t{1} << 63;
  static constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max();
  std::int64_t now_;
  Wheel wheel_;
  std::multimap<std::uint64_t, u32> by_tick_;
  std::uint64_t reached_ = 0;
  std::size_t starts_ = 0;
  std::size_t moved_ = 0;
  bool finished_ = true;
  std::string wrong_;
};

}  // namespace sequent::property

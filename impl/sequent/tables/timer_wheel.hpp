// Deadlines of very many things: a hierarchical timing wheel (Varghese and Lauck, 1987) over indices.
// implements: timer-wheel
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "sequent/base/time.hpp"
#include "sequent/base/word.hpp"
#include "sequent/config.hpp"
#include "sequent/tables/slots.hpp"

namespace sequent {

/// What the wheel keeps about one timer; the wheel alone touches it. Copying one by itself makes no sense.
class timer_node {
  template <class, std::int64_t, unsigned>
  friend class timer_wheel;
  static constexpr u32 none = 0xffff'ffffu;           // of next_: the last of its slot; of prev_: does not run
  static constexpr u32 first_of_slot = 0x8000'0000u;  // of prev_: the first of the slot in the low bits

  std::uint64_t due_ = 0;  // tick
  u32 prev_ = none;
  u32 next_ = none;
};

/// What one call of advance() did: its cost is these two, plus a constant.
struct wheel_progress {
  std::size_t expired = 0;  ///< timers that fired
  std::size_t moved = 0;    ///< timers that were looked at and filed anew, nearer to their time
  bool finished = true;     ///< nothing that is due is left; false only when `most` was reached
};

/// Timers by index, 0 to size of the storage less one, at most 2^31 - 1 of them: one deadline each. Time goes in ticks
/// of `Tick` microseconds since the clock's origin; each level of the wheel has 2^Bits slots, and there are as many
/// levels as it takes for every instant to have its place, so that no deadline is too far. A timer fires in the first
/// advance() at or after the end of the tick that holds its deadline: never early, and less than a tick late, if
/// advance() is called then. One that is started at or before the last tick that has been dealt with fires with the
/// next tick.
///
/// Cost: start, stop, next constant. advance: constant when nothing is due, however far the clock moved, as empty slots
/// are skipped by a bitmap; else one step for each timer that fires and for each that is filed anew, which happens to a
/// timer at most once a level for each start: three or four times for one that is minutes or hours away.
///
/// The clock: an advance() to the past is one by no time. After a jump far ahead everything due fires, once.
template <class Storage = span_slots<timer_node>, std::int64_t Tick = 1'000, unsigned Bits = 6>
class timer_wheel {
  static_assert(Tick >= 2 && Bits >= 1 && Bits <= 6);

 public:
  constexpr timer_wheel() noexcept { heads_.fill(timer_node::none); }
  /// Over nodes that are as default-constructed; `now` is the time up to which everything has been dealt with.
  constexpr explicit timer_wheel(Storage nodes, instant now = instant{}) noexcept
      : storage_(nodes), dealt_with_(tick_of(now)), aim_(dealt_with_) {
    SEQUENT_ASSERT(storage_.slots().size() < timer_node::first_of_slot);
    heads_.fill(timer_node::none);
  }

  /// Length of a tick.
  static constexpr duration tick = duration::microseconds(Tick);
  /// Levels, and so the most that a timer may be filed anew for each start.
  static constexpr unsigned levels =
      (static_cast<unsigned>(std::bit_width((std::uint64_t{1} << 63) / Tick + 1)) + 1 + Bits - 1) / Bits;

  /// Indices that may be used.
  [[nodiscard]] constexpr std::size_t size() const noexcept { return storage_.slots().size(); }
  [[nodiscard]] constexpr bool running(u32 index) const noexcept { return at(index).prev_ != timer_node::none; }
  /// Does no timer run?
  [[nodiscard]] constexpr bool empty() const noexcept { return occupied_levels_ == 0; }

  /// Starts a timer, or sets another deadline for one that runs. To put a deadline off touches nothing but the timer's
  /// own node: the timer stays where it is filed and is filed anew when its old time comes. Constant time.
  constexpr void start(u32 index, instant deadline) noexcept {
    timer_node& node = at(index);
    const std::uint64_t due = (std::max)(tick_reached_by(deadline), aim_ + 1);
    if (node.prev_ != timer_node::none) {
      const bool later = due >= node.due_;
      if (later) node.due_ = due;
      if (later) return;
      unlink(node);
    }
    node.due_ = due;
    file(index, node);
  }

  /// Stops a timer; nothing if it does not run. Constant time.
  constexpr void stop(u32 index) noexcept {
    timer_node& node = at(index);
    if (node.prev_ != timer_node::none) unlink(node);
  }

  /// When advance() will next have something to do: the time to sleep until; nothing when no timer runs. Never later
  /// than the end of the tick that holds the earliest deadline. It is earlier when the wheel has to file timers anew
  /// first: for a deadline less than 2^(Bits * k) ticks away it has at most k such stops, the one at which it was
  /// put off not counted, and advance() at a stop always moves next() on. Constant time.
  [[nodiscard]] constexpr std::optional<instant> next() const noexcept {
    if (empty()) return std::nullopt;
    if (unfinished_ != timer_node::none) return begin_of_tick(dealt_with_);
    return begin_of_tick(begin_of(first_slot()));
  }

  /// Moves the clock to `now` and calls visit(index) for each timer that is due. It has been stopped when it is
  /// visited; visit() may start and stop any timer, this one too. Of two timers due in different ticks, far from each
  /// other or near, either may come first; what is put off or started by visit() waits for another call. After `most`
  /// steps (fired or filed anew) the call returns and says that it has not finished: next() is then at once, and the
  /// next call goes on.
  template <class Visit>
  constexpr wheel_progress advance(instant now, Visit&& visit,
                                   std::size_t most = (std::numeric_limits<std::size_t>::max)()) noexcept {
    wheel_progress progress;
    aim_ = (std::max)(aim_, tick_of(now));
    for (;;) {
      if (unfinished_ == timer_node::none) {
        if (empty()) break;
        const u32 slot = first_slot();
        if (begin_of(slot) > aim_) break;
        // Everything that shares this slot's digits from its level on is in it, so time may pass to its end at once.
        dealt_with_ = (std::min)(aim_, end_of_slot(slot));
        unfinished_ = slot;
      }
      while (unfinished_ != timer_node::none) {
        if (progress.expired + progress.moved == most) {
          progress.finished = false;
          return progress;
        }
        take_first(visit, progress);
      }
    }
    dealt_with_ = aim_;
    return progress;
  }

 private:
  static constexpr unsigned slots_of_level = 1u << Bits;
  static_assert(levels <= 64);

  [[nodiscard]] constexpr timer_node& at(u32 index) noexcept {
    SEQUENT_ASSERT(index < size());
    return storage_.slots()[index];
  }
  [[nodiscard]] constexpr const timer_node& at(u32 index) const noexcept {
    SEQUENT_ASSERT(index < size());
    return storage_.slots()[index];
  }

  // Ticks begin at whole multiples of `Tick` since the clock's origin. They are numbered so that none is below 0, and
  // that slots of every level begin at the origin.
  static constexpr std::uint64_t tick_of_origin = std::bit_ceil((std::uint64_t{1} << 63) / Tick + 1);
  [[nodiscard]] static constexpr std::uint64_t tick_of(instant t) noexcept {
    const std::int64_t whole = t.microseconds() / Tick - (t.microseconds() % Tick < 0 ? 1 : 0);
    return static_cast<std::uint64_t>(whole) + tick_of_origin;
  }
  // The first tick that begins at or after a deadline.
  [[nodiscard]] static constexpr std::uint64_t tick_reached_by(instant t) noexcept {
    return tick_of(t) + (t.microseconds() % Tick != 0 ? 1u : 0u);
  }
  // The instant at which a tick begins, as far as there is one.
  [[nodiscard]] static constexpr instant begin_of_tick(std::uint64_t ticks) noexcept {
    const auto whole = static_cast<std::int64_t>(ticks - tick_of_origin);
    if (whole > latest / Tick) return instant::from_microseconds(latest);
    if (whole < earliest / Tick) return instant::from_microseconds(earliest);
    return instant::from_microseconds(whole * Tick);
  }
  static constexpr std::int64_t earliest = (std::numeric_limits<std::int64_t>::min)();
  static constexpr std::int64_t latest = (std::numeric_limits<std::int64_t>::max)();

  // A tick is a number of `levels` digits. A timer is filed by the highest digit in which it differs from the present:
  // so a lower level is always earlier than a higher one, and a lower slot than a higher one of its level.
  constexpr void file(u32 index, timer_node& node) noexcept {
    const std::uint64_t differs = node.due_ ^ dealt_with_;
    const unsigned level = differs == 0 ? 0 : (63u - static_cast<unsigned>(std::countl_zero(differs))) / Bits;
    const auto digit = static_cast<unsigned>(node.due_ >> (Bits * level)) & (slots_of_level - 1);
    const u32 slot = level * slots_of_level + digit;
    u32& head = heads_[slot];
    node.prev_ = timer_node::first_of_slot | slot;
    node.next_ = head;
    if (head != timer_node::none) at(head).prev_ = index;
    head = index;
    occupied_[level] |= std::uint64_t{1} << digit;
    occupied_levels_ |= std::uint64_t{1} << level;
  }

  constexpr void unlink(timer_node& node) noexcept {
    if (node.next_ != timer_node::none) at(node.next_).prev_ = node.prev_;
    if ((node.prev_ & timer_node::first_of_slot) == 0) {
      at(node.prev_).next_ = node.next_;
    } else {
      const u32 slot = node.prev_ & ~timer_node::first_of_slot;
      heads_[slot] = node.next_;
      if (node.next_ == timer_node::none) forget(slot);
    }
    node.prev_ = timer_node::none;
    node.next_ = timer_node::none;
  }

  // A slot has become empty.
  constexpr void forget(u32 slot) noexcept {
    const unsigned level = slot / slots_of_level;
    occupied_[level] &= ~(std::uint64_t{1} << (slot % slots_of_level));
    if (occupied_[level] == 0) occupied_levels_ &= ~(std::uint64_t{1} << level);
    if (unfinished_ == slot) unfinished_ = timer_node::none;
  }

  // Takes one timer out of the slot at hand. What is not due goes to a lower level, or, if it was put off, anywhere but
  // back into the same slot: that slot's digits are now the present's.
  template <class Visit>
  constexpr void take_first(Visit& visit, wheel_progress& progress) noexcept {
    const u32 index = heads_[unfinished_];
    timer_node& node = at(index);
    unlink(node);
    if (node.due_ <= aim_) {
      ++progress.expired;
      visit(index);
    } else {
      ++progress.moved;
      file(index, node);
    }
  }

  // The earliest slot that is not empty; there is one.
  [[nodiscard]] constexpr u32 first_slot() const noexcept {
    const auto level = static_cast<unsigned>(std::countr_zero(occupied_levels_));
    return level * slots_of_level + static_cast<unsigned>(std::countr_zero(occupied_[level]));
  }
  // The first tick of a slot: the present's digits above its level, its own digit, and zeros.
  [[nodiscard]] constexpr std::uint64_t begin_of(u32 slot) const noexcept {
    const unsigned shift = Bits * (slot / slots_of_level);
    const std::uint64_t digit = slot % slots_of_level;
    const std::uint64_t above = shift + Bits >= 64 ? 0 : dealt_with_ >> (shift + Bits) << (shift + Bits);
    return above | digit << shift;
  }
  // Its last tick.
  [[nodiscard]] constexpr std::uint64_t end_of_slot(u32 slot) const noexcept {
    const unsigned shift = Bits * (slot / slots_of_level);
    return begin_of(slot) | ((std::uint64_t{1} << shift) - 1);
  }

  Storage storage_{};
  std::uint64_t dealt_with_ = tick_of(instant{});  // the present: every timer that runs is filed after it
  std::uint64_t aim_ = dealt_with_;                // as far as the clock has been seen to go; beyond the present only
                                                   // while advance() works, or has not finished
  std::uint64_t occupied_levels_ = 0;
  std::array<std::uint64_t, levels> occupied_{};
  std::array<u32, std::size_t{levels} * slots_of_level> heads_;
  u32 unfinished_ = timer_node::none;  // the slot that advance() is taking timers out of
};

}  // namespace sequent

// Times of std::chrono as the core's, and back. Nothing else includes this, nor does sequent.hpp: whoever has no clock
// of the standard library's does not pay for it.
// implements: chrono
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <ratio>
#include <type_traits>

#include "sequent/base/time.hpp"

namespace sequent {

namespace detail {

// A number of ticks of From in ticks of To. What does not fit stays at its end, and a fraction is rounded up or down.
// Whole numbers are exact: no product of theirs is larger than the result but by what divides it.
template <class From, class To>
[[nodiscard]] constexpr std::int64_t scaled(std::int64_t count, bool up) noexcept {
  using ratio = std::ratio_divide<From, To>;
  static_assert(ratio::num <= longest_count / ratio::den, "a unit that no whole numbers of 64 bits can speak of");
  std::int64_t whole = count / ratio::den;
  std::int64_t rest = count % ratio::den;
  if (rest < 0) {
    --whole;
    rest += ratio::den;
  }
  return saturating_sum(saturating_product(whole, ratio::num),
                        (rest * ratio::num + (up ? ratio::den - 1 : 0)) / ratio::den);
}

// The same for ticks that are fractions themselves. What is no number is taken for nothing.
template <class From, class To, class Rep>
[[nodiscard]] constexpr std::int64_t scaled_fraction(Rep count, bool up) noexcept {
  using ratio = std::ratio_divide<From, To>;
  const Rep ticks = count * static_cast<Rep>(ratio::num) / static_cast<Rep>(ratio::den);
  constexpr Rep end = static_cast<Rep>(9'223'372'036'854'775'808.0);
  if (ticks != ticks) return 0;
  if (ticks >= end) return longest_count;
  if (ticks < -end) return min_count;
  const auto whole = static_cast<std::int64_t>(ticks);
  const auto back = static_cast<Rep>(whole);
  if (up && back < ticks) return saturating_sum(whole, 1);
  if (!up && back > ticks) return saturating_sum(whole, -1);
  return whole;
}

template <class Rep, class Period>
[[nodiscard]] constexpr std::int64_t microseconds_of(const std::chrono::duration<Rep, Period>& span, bool up) noexcept {
  if constexpr (std::chrono::treat_as_floating_point_v<Rep>) {
    return scaled_fraction<Period, std::micro>(span.count(), up);
  } else {
    static_assert(std::numeric_limits<Rep>::is_integer && std::numeric_limits<Rep>::digits < 64);
    return scaled<Period, std::micro>(static_cast<std::int64_t>(span.count()), up);
  }
}

// Microseconds in another unit, rounded up: what waits so long waits long enough.
template <class Rep, class Period>
[[nodiscard]] constexpr std::chrono::duration<Rep, Period> chrono_of(std::int64_t microseconds) noexcept {
  if constexpr (std::chrono::treat_as_floating_point_v<Rep>) {
    using ratio = std::ratio_divide<std::micro, Period>;
    return std::chrono::duration<Rep, Period>(static_cast<Rep>(microseconds) * static_cast<Rep>(ratio::num) /
                                              static_cast<Rep>(ratio::den));
  } else {
    static_assert(std::numeric_limits<Rep>::is_integer && std::numeric_limits<Rep>::digits < 64);
    constexpr std::int64_t most = (std::numeric_limits<Rep>::max)();
    constexpr std::int64_t least = (std::numeric_limits<Rep>::min)();
    const std::int64_t count = scaled<std::micro, Period>(microseconds, true);
    return std::chrono::duration<Rep, Period>(static_cast<Rep>(count > most ? most : count < least ? least : count));
  }
}

template <class T>
inline constexpr bool is_chrono_duration = false;
template <class Rep, class Period>
inline constexpr bool is_chrono_duration<std::chrono::duration<Rep, Period>> = true;

}  // namespace detail

/// A span of time of the standard library's, of any unit, in whole microseconds: rounded up, so that no timeout becomes
/// shorter than was said, or nothing. Saturates; what is no number is nothing. Constant time.
template <class Rep, class Period>
[[nodiscard]] constexpr duration from_chrono(const std::chrono::duration<Rep, Period>& span) noexcept {
  return duration::microseconds(detail::microseconds_of(span, true));
}

/// A moment of a clock of the standard library's, in whole microseconds since that clock's epoch: rounded down, to the
/// microsecond that it lies in. The clock is to be one that does not jump, as steady_clock. Saturates.
template <class Clock, class Span>
[[nodiscard]] constexpr instant from_chrono(const std::chrono::time_point<Clock, Span>& at) noexcept {
  return instant::from_microseconds(detail::microseconds_of(at.time_since_epoch(), false));
}

/// A span of time in a unit of the standard library's, as to_chrono<std::chrono::milliseconds>(span): rounded up, and
/// saturating, since 2^63 microseconds are more than nanoseconds can count.
template <class Span>
requires detail::is_chrono_duration<Span>
[[nodiscard]] constexpr Span to_chrono(duration span) noexcept {
  return detail::chrono_of<typename Span::rep, typename Span::period>(span.count());
}

/// A moment on the clock that it came from, as to_chrono<std::chrono::steady_clock>(*stack.next_deadline()): rounded
/// up, so that whoever sleeps until then is not too early; saturating, so that `never` is as late as that clock gets.
template <class Clock>
[[nodiscard]] constexpr typename Clock::time_point to_chrono(instant at) noexcept {
  using span = typename Clock::duration;
  return typename Clock::time_point(detail::chrono_of<typename span::rep, typename span::period>(at.microseconds()));
}

}  // namespace sequent

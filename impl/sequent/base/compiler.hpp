// What compilers offer beyond the standard, each with its equal in standard C++: the one file to look at for another
// compiler. And what no compiler can help with, said as early as may be: macros that stand in the way.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>

// Define it as 0 to do with standard C++ alone.
#if !defined(SEQUENT_BUILTINS)
#if defined(__GNUC__)
#define SEQUENT_BUILTINS 1
#else
#define SEQUENT_BUILTINS 0
#endif
#endif

// Names that Sequent uses and that other people's headers are known to define as macros. Include Sequent before them,
// or undefine them, as those headers say (QT_NO_KEYWORDS, NCURSES_NOMACROS). `min`, `max`, `near` and `far` do no harm.
#if defined(signals) || defined(slots) || defined(emit)
#error \
    "Sequent: 'signals', 'slots' or 'emit' is a macro here: define QT_NO_KEYWORDS for Qt, or include Sequent before it"
#endif
#if defined(word) || defined(bit)
#error "Sequent: 'word' or 'bit' is a macro here: include Sequent before Arduino.h, or undefine them"
#endif
#if defined(clear) || defined(erase) || defined(move) || defined(echo) || defined(timeout)
#error "Sequent: 'clear', 'erase', 'move', 'echo' or 'timeout' is a macro here: define NCURSES_NOMACROS for curses"
#endif

namespace sequent::detail {

/// Ends the program at once. For what can only be a mistake of this library or of its caller.
[[noreturn]] inline void trap() noexcept {
#if SEQUENT_BUILTINS
  __builtin_trap();
#else
  std::abort();
#endif
}

/// The octets of a word in the other order. Constant time.
[[nodiscard]] constexpr std::uint16_t swapped(std::uint16_t word) noexcept {
#if SEQUENT_BUILTINS
  return __builtin_bswap16(word);
#else
  return static_cast<std::uint16_t>(word << 8 | word >> 8);
#endif
}
[[nodiscard]] constexpr std::uint32_t swapped(std::uint32_t word) noexcept {
#if SEQUENT_BUILTINS
  return __builtin_bswap32(word);
#else
  return (std::rotl(word, 8) & 0x00ff'00ffu) | (std::rotr(word, 8) & 0xff00'ff00u);
#endif
}

inline constexpr std::int64_t longest_count = (std::numeric_limits<std::int64_t>::max)();
inline constexpr std::int64_t min_count = (std::numeric_limits<std::int64_t>::min)();

/// Sums, differences and products of 64 bits. What goes past either end stays there. Constant time.
[[nodiscard]] constexpr std::int64_t saturating_sum(std::int64_t a, std::int64_t b) noexcept {
#if SEQUENT_BUILTINS
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) [[likely]]
    return sum;
#else
  if (b < 0 ? a >= min_count - b : a <= longest_count - b) return a + b;
#endif
  return b < 0 ? min_count : longest_count;
}
[[nodiscard]] constexpr std::int64_t saturating_difference(std::int64_t a, std::int64_t b) noexcept {
#if SEQUENT_BUILTINS
  std::int64_t difference = 0;
  if (!__builtin_sub_overflow(a, b, &difference)) [[likely]]
    return difference;
#else
  if (b < 0 ? a <= longest_count + b : a >= min_count + b) return a - b;
#endif
  return b < 0 ? longest_count : min_count;
}
[[nodiscard]] constexpr std::int64_t saturating_product(std::int64_t a, std::int64_t b) noexcept {
#if SEQUENT_BUILTINS
  std::int64_t product = 0;
  if (!__builtin_mul_overflow(a, b, &product)) [[likely]]
    return product;
#else
  if (a == 0 || b == 0) return 0;
  // Division rounds towards zero, which is towards what fits.
  const bool fits = a > 0 ? (b > 0 ? a <= longest_count / b : b >= min_count / a)
                          : (b > 0 ? a >= min_count / b : a >= longest_count / b);
  if (fits) return a * b;
#endif
  return (a < 0) != (b < 0) ? min_count : longest_count;
}

/// Asks for the memory at `at`, because it will be wanted soon.
inline void prefetch(const void* at) noexcept {
#if SEQUENT_BUILTINS
  __builtin_prefetch(at);
#else
  static_cast<void>(at);
#endif
}

}  // namespace sequent::detail

// How a target reports: a readable message, and an end that every fuzzing engine takes for a crash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

namespace sequent::fuzz {

/// What a violation says but for its numbers, as a number below 256: "move 12: the tables do not agree" and "move 7:
/// the tables do not agree" are one kind. Different kinds are seldom the same.
[[nodiscard]] inline std::size_t kind_of(const std::string& why) {
  std::uint32_t hash = 2'166'136'261u;
  for (const char c : why) {
    if (c < '0' || c > '9') hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619u;
  }
  return (hash >> 16 ^ hash) % 256;
}

namespace detail {

// Campaign tools tell crashes apart by the innermost functions on the stack. So each kind ends in its own.
template <std::size_t Kind>
[[noreturn, gnu::noinline]] void violation() {
  // The kind is used, lest the linker fold all of them into one.
  [[maybe_unused]] volatile std::size_t kind = Kind;
  std::abort();
}

template <std::size_t... Kinds>
[[noreturn]] inline void end_in(std::size_t kind, std::index_sequence<Kinds...>) {
  static constexpr void (*ends[])() = {violation<Kinds>...};
  ends[kind]();
  std::abort();
}

}  // namespace detail

/// Ends the process if something is wrong: says what, and how to see it again.
inline void require_nothing_wrong(const char* target, const std::string& why) {
  if (why.empty()) return;
  std::fprintf(stderr, "\n%s: %s\nreplay: replay_%s FILE, with the file that the fuzzer saves\n", target, why.c_str(),
               target);
  std::fflush(nullptr);
  detail::end_in(kind_of(why), std::make_index_sequence<256>{});
}

}  // namespace sequent::fuzz

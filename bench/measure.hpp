// What the programs of the benchmark's table share: the clock, the command line, and one line of JSON a figure.
#pragma once

#include <time.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace bench {

/// Octets of text in a full segment: what every figure "a segment" is scaled to.
inline constexpr std::size_t mss = 1'460;

/// CPU time of the calling thread in nanoseconds: what other processes take of the machine does not count, what they
/// take of the caches does.
[[nodiscard]] inline double thread_nanoseconds() noexcept {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// What the command line of each program may say.
struct options {
  std::size_t octets = std::size_t{1} << 30;  ///< carried by each bulk row
  std::uint64_t seed = 1;                     ///< of what is lost and reordered
  std::string_view only{};                    ///< rows whose name begins so; empty: all
};

/// Reads --octets N, --seed N and --only PREFIX; complains and ends with 2 at anything else.
[[nodiscard]] inline options read_options(int count, char** words) {
  options chosen;
  for (int i = 1; i < count; i += 2) {
    const std::string_view name = words[i];
    const bool known = name == "--octets" || name == "--seed" || name == "--only";
    if (!known || i + 1 == count) {
      std::fprintf(stderr, "usage: %s [--octets N] [--seed N] [--only ROW]\n", words[0]);
      std::exit(2);
    }
    if (name == "--octets") chosen.octets = std::strtoull(words[i + 1], nullptr, 10);
    if (name == "--seed") chosen.seed = std::strtoull(words[i + 1], nullptr, 10);
    if (name == "--only") chosen.only = words[i + 1];
  }
  return chosen;
}

/// Whether the command line asks for a row.
[[nodiscard]] inline bool wanted(const options& chosen, std::string_view row) {
  return row.substr(0, chosen.only.size()) == chosen.only;
}

/// Prints one figure. tools/bench reads these lines.
inline void print_figure(std::string_view row, std::string_view who, double value) {
  std::printf("{\"row\": \"%.*s\", \"who\": \"%.*s\", \"value\": %.6g}\n", static_cast<int>(row.size()), row.data(),
              static_cast<int>(who.size()), who.data(), value);
  std::fflush(stdout);
}

/// Prints why a figure is missing.
inline void print_absent(std::string_view row, std::string_view who, std::string_view why) {
  std::printf("{\"row\": \"%.*s\", \"who\": \"%.*s\", \"absent\": \"%.*s\"}\n", static_cast<int>(row.size()),
              row.data(), static_cast<int>(who.size()), who.data(), static_cast<int>(why.size()), why.data());
  std::fflush(stdout);
}

/// Ends the program if what was measured was not what it should have been: a figure of wrong work is worth nothing.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "wrong: %s\n", what);
  std::exit(1);
}

}  // namespace bench

// The octets that the bulk rows carry, and the check that they arrive as they left.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace bench {

/// A stream that repeats a block of random octets whose length has no factor in common with buffers or segments, so
/// that octets which arrive in a wrong place are noticed.
class stream {
 public:
  static constexpr std::size_t period = 65'521;  // the greatest prime below 64 KiB

  stream() : block_(period) {
    std::uint64_t state = 1;
    for (std::uint8_t& octet : block_) {
      state = state * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
      octet = static_cast<std::uint8_t>(state >> 56);
    }
  }

  /// Octets of the stream from `position` on: at most `most`, at least one if `most` is.
  [[nodiscard]] std::span<const std::uint8_t> from(std::size_t position, std::size_t most) const {
    const std::size_t at = position % period;
    return std::span(block_).subspan(at, std::min(most, period - at));
  }

  /// Whether `octets` are those from `position` on.
  [[nodiscard]] bool holds(std::size_t position, std::span<const std::uint8_t> octets) const {
    while (!octets.empty()) {
      const auto expected = from(position, octets.size());
      if (std::memcmp(expected.data(), octets.data(), expected.size()) != 0) return false;
      octets = octets.subspan(expected.size());
      position += expected.size();
    }
    return true;
  }

 private:
  std::vector<std::uint8_t> block_;
};

}  // namespace bench

// Which octets were sent more than once: a report that some arrived twice means a needless retransmission only for
// those (RFC 3708 section 3, step A).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "sequent/base/seq.hpp"

namespace sequent {

/// The latest runs of octets that were sent again, at most `most` of them; what is forgotten counts as never sent
/// again. Every operation is constant time.
class resent_octets {
 public:
  static constexpr std::size_t most = 3;

  /// Octets [first, last) were sent again.
  constexpr void add(sequence_number<u32> first, sequence_number<u32> last) noexcept {
    std::size_t kept = 0;
    for (std::size_t i = 0; i != count_; ++i) {
      const run& r = runs_[i];
      if (last - r.last + reach < 2 * reach && !before(r.last, first) && !before(last, r.first)) {
        first = before(r.first, first) ? r.first : first;
        last = before(last, r.last) ? r.last : last;
      } else if (last - r.last + reach < 2 * reach) {
        runs_[kept++] = r;
      }
    }
    if (kept == most) {
      for (std::size_t i = 1; i != most; ++i) runs_[i - 1] = runs_[i];
      --kept;
    }
    runs_[kept++] = {first, last};
    for (std::size_t i = kept; i < count_; ++i) runs_[i] = {};
    count_ = static_cast<std::uint8_t>(kept);
  }

  /// SND.UNA is far beyond all of it: forgets it, before it would seem to lie ahead.
  constexpr void keep_in_reach(sequence_number<u32> una) noexcept {
    if (count_ != 0 && una - runs_[count_ - 1u].last - reach < reach) [[unlikely]]
      *this = {};
  }

  /// All of [first, last), which is not empty, is known to have been sent again.
  [[nodiscard]] constexpr bool holds(sequence_number<u32> first, sequence_number<u32> last) const noexcept {
    for (std::size_t i = 0; i != count_; ++i) {
      if (!before(first, runs_[i].first) && !before(runs_[i].last, last)) return true;
    }
    return false;
  }
  /// Some of [first, last) is.
  [[nodiscard]] constexpr bool overlaps(sequence_number<u32> first, sequence_number<u32> last) const noexcept {
    for (std::size_t i = 0; i != count_; ++i) {
      if (before(first, runs_[i].last) && before(runs_[i].first, last)) return true;
    }
    return false;
  }
  /// Some of what is at or beyond `una` is.
  [[nodiscard]] constexpr bool reaches_beyond(sequence_number<u32> una) const noexcept {
    for (std::size_t i = 0; i != count_; ++i) {
      if (before(una, runs_[i].last)) return true;
    }
    return false;
  }

  /// How many runs are known, and where each begins and ends.
  [[nodiscard]] constexpr std::size_t size() const noexcept { return count_; }
  [[nodiscard]] constexpr sequence_number<u32> first_of(std::size_t i) const noexcept { return runs_[i].first; }
  [[nodiscard]] constexpr sequence_number<u32> last_of(std::size_t i) const noexcept { return runs_[i].last; }

  friend bool operator==(const resent_octets&, const resent_octets&) noexcept = default;

 private:
  struct run {
    sequence_number<u32> first{};
    sequence_number<u32> last{};
    friend bool operator==(const run&, const run&) noexcept = default;
  };
  // Runs further apart than this are not compared.
  static constexpr u32 reach = u32{1} << 30;

  std::array<run, most> runs_{};  // the one that was added to last is the last
  std::uint8_t count_ = 0;
};

}  // namespace sequent

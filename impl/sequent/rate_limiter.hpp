// Limits on answers that cost little to ask for: resets, challenge acknowledgments, ICMP errors.
// implements: rate-limits
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "sequent/config.hpp"
#include "sequent/slots.hpp"
#include "sequent/time.hpp"
#include "sequent/word.hpp"

namespace sequent {

/// A token bucket in one number: the instant at which it will be full again. Before the clock begins: full.
class token_bucket {
 public:
  /// May something happen at `now`? If so, it counts. One token comes every `interval` (1 microsecond to a day), and at
  /// most `burst` (1 to 65535) are saved. Whatever the clock does, of the events at instants a to b at most
  /// burst + (b - a) / interval are allowed. A clock that jumps back brings no tokens until it is where it was; at the
  /// very end of time, nothing is allowed. Constant time.
  constexpr bool take(instant now, duration interval, u32 burst) noexcept {
    SEQUENT_ASSERT(interval.count() >= 1 && interval <= longest_interval && burst >= 1 && burst <= largest_burst);
    const instant from = std::max(full_at_, now);
    // As unsigned numbers, the difference of any two instants fits.
    const std::uint64_t missing =
        static_cast<std::uint64_t>(from.microseconds()) - static_cast<std::uint64_t>(now.microseconds());
    const std::uint64_t room = static_cast<std::uint64_t>(interval.count()) * (burst - 1u);
    if (missing > room || from > latest - interval) return false;
    full_at_ = from + interval;
    return true;
  }

  static constexpr duration longest_interval = duration::seconds(86'400);
  static constexpr u32 largest_burst = 65'535;

 private:
  static constexpr instant latest = instant::from_microseconds(std::numeric_limits<std::int64_t>::max());
  instant full_at_ = instant::from_microseconds(std::numeric_limits<std::int64_t>::min());
};

/// Token buckets, one for each of many groups of keys. A single bucket for a host would be a side channel: whoever
/// drains it can see whether somebody else's probe was answered, and learn ports and sequence numbers of connections
/// that are not theirs (CVE-2016-5696). Here a keyed hash such as flow_hash says which bucket a flow belongs to, so an
/// attacker who does not know the key cannot tell which flows share one: with n buckets, one of theirs shares the
/// victim's with probability 1/n. The host as a whole answers at most n times the rate of a bucket. Who wants it lower
/// takes fewer buckets or a longer interval.
template <class Key, class Hash, class Storage = span_slots<token_bucket>>
class rate_limiter {
 public:
  /// Without buckets everything is refused.
  constexpr rate_limiter() noexcept = default;
  /// Over at least one bucket, default-constructed, and at most 2^32; interval and burst as for token_bucket::take().
  constexpr rate_limiter(Storage storage, Hash hash, duration interval, u32 burst) noexcept
      : storage_(storage),
        hash_(hash),
        interval_(std::clamp(interval, duration::microseconds(1), token_bucket::longest_interval)),
        burst_(std::clamp<u32>(burst, 1, token_bucket::largest_burst)) {}

  /// May the answer to this key be sent? If so, it counts. Constant time.
  constexpr bool allow(const Key& key, instant now) noexcept {
    if (storage_.slots().empty()) return false;
    const std::uint64_t place = (hash_(key) >> 32) * storage_.slots().size() >> 32;
    return storage_.slots()[static_cast<std::size_t>(place)].take(now, interval_, burst_);
  }

 private:
  Storage storage_{};
  Hash hash_{};
  duration interval_ = duration::seconds(1);
  u32 burst_ = 1;
};

}  // namespace sequent

// How many answers strangers get: token buckets chosen by a keyed hash, so that no counter is shared by everybody.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "sequent/ip_address.hpp"
#include "sequent/isn.hpp"
#include "sequent/time.hpp"

namespace sequent {

/// What one bucket allows.
struct response_allowance {
  std::uint16_t per_second = 10;
  std::uint16_t burst = 20;  ///< most of them at once, after silence
};

/// Limits the segments that answer remotes without a connection. A single global limit tells anybody who can exhaust
/// it what others have used of it (CVE-2016-5696). Here each remote address falls into a bucket by a keyed hash, and
/// into another one each minute: who shares a bucket with a victim can neither be found out in time nor be aimed at.
/// Total per second: Buckets times the allowance. Constant time.
template <std::size_t Buckets>
class response_limits {
 public:
  static_assert(Buckets != 0);
  static constexpr duration reshuffle = duration::seconds(60);

  constexpr explicit response_limits(secret_key key, response_allowance allowance = {}) noexcept
      : key_(key), allowance_(allowance) {
    for (bucket& b : buckets_) b.tokens = full();
  }

  /// Whether this remote may be answered once more at `now`; if so it has been counted.
  [[nodiscard]] constexpr bool allow(const ip_address& remote, instant now) noexcept {
    bucket& b = buckets_[index(remote, now)];
    if (now > b.filled_at) {
      // Bounded before it is multiplied: beyond the time that fills the bucket, more makes no difference.
      const std::int64_t elapsed = std::min<std::int64_t>((now - b.filled_at).count(), 0xffff'ffff);
      b.tokens = std::min(full(), b.tokens + elapsed * allowance_.per_second);
      b.filled_at = now;
    }
    if (b.tokens < token) return false;
    b.tokens -= token;
    return true;
  }

 private:
  static constexpr std::int64_t token = 1'000'000;  // a microsecond brings per_second parts of it

  struct bucket {
    std::int64_t tokens = 0;
    instant filled_at{};
  };

  [[nodiscard]] constexpr std::int64_t full() const noexcept { return allowance_.burst * token; }

  [[nodiscard]] constexpr std::size_t index(const ip_address& remote, instant now) const noexcept {
    std::array<std::uint8_t, 24> message{};
    for (std::size_t i = 0; i != 16; ++i) message[i] = remote.v6()[i];
    const auto epoch = static_cast<std::uint64_t>(now.microseconds()) / static_cast<std::uint64_t>(reshuffle.count());
    for (std::size_t i = 0; i != 8; ++i) message[16 + i] = static_cast<std::uint8_t>(epoch >> (8 * i));
    return static_cast<std::size_t>(siphash(key_, message) % Buckets);
  }

  secret_key key_{};
  response_allowance allowance_{};
  std::array<bucket, Buckets> buckets_{};
};

}  // namespace sequent

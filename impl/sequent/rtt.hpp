// The retransmission timeout (RFC 6298).
#pragma once

#include <algorithm>
#include <cstdint>

#include "sequent/time.hpp"

namespace sequent {

/// Bounds of the retransmission timeout.
struct rto_limits {
  duration initial = duration::seconds(1);           ///< before the first sample (RFC 6298 section 2.1)
  duration least = duration::seconds(1);             ///< section 2.4
  duration most = duration::seconds(60);             ///< section 2.5
  duration granularity = duration::milliseconds(1);  ///< G
  friend bool operator==(const rto_limits&, const rto_limits&) noexcept = default;
};

/// SRTT, RTTVAR and the timeout that follows from them, with its back-off. Samples are in microseconds; SRTT is kept in
/// eighths and RTTVAR in quarters of one, so that each update rounds by less than one microsecond.
class rtt_estimator {
 public:
  constexpr rtt_estimator() noexcept = default;
  constexpr explicit rtt_estimator(const rto_limits& limits) noexcept : limits_(limits), base_(limits.initial) {}

  /// Takes a round-trip time that is not ambiguous (Karn's rule is the caller's) and ends any back-off. A sample below
  /// zero, which only a clock that jumps can bring, counts as zero.
  constexpr void sample(duration round_trip) noexcept {
    const std::int64_t r = std::clamp(round_trip.count(), std::int64_t{0}, most_sample);
    if (!sampled_) {
      srtt8_ = r * 8;
      rttvar4_ = r * 2;  // R/2
      sampled_ = true;
    } else {
      // RTTVAR <- 3/4 RTTVAR + 1/4 |SRTT - R'|, then SRTT <- 7/8 SRTT + 1/8 R' (section 2.3).
      const std::int64_t apart = srtt8_ / 8 - r;
      rttvar4_ += (apart < 0 ? -apart : apart) - rttvar4_ / 4;
      srtt8_ += r - srtt8_ / 8;
    }
    const duration variation = std::max(limits_.granularity, duration::microseconds(rttvar4_));
    base_ = std::clamp(duration::microseconds(srtt8_ / 8) + variation, limits_.least, limits_.most);
    doublings_ = 0;
  }

  /// The timer expired: the next timeout is twice as long, up to the limit (section 5.5).
  constexpr void back_off() noexcept {
    if (timeout() < limits_.most) ++doublings_;
  }

  /// The SYN had to be sent again: the first data starts from three seconds (section 5.7).
  constexpr void restart_after_syn_loss() noexcept {
    if (!sampled_) base_ = std::clamp(duration::seconds(3), limits_.least, limits_.most);
    doublings_ = 0;
  }

  /// RTO, at most limits.most.
  [[nodiscard]] constexpr duration timeout() const noexcept {
    return std::min(limits_.most, base_ * (std::int64_t{1} << doublings_));
  }

  /// SRTT, or nothing known yet.
  [[nodiscard]] constexpr bool sampled() const noexcept { return sampled_; }
  [[nodiscard]] constexpr duration smoothed() const noexcept { return duration::microseconds(srtt8_ / 8); }
  [[nodiscard]] constexpr duration variation() const noexcept { return duration::microseconds(rttvar4_ / 4); }
  /// The same, unrounded, in eighths and quarters of a microsecond.
  [[nodiscard]] constexpr std::int64_t eighths_of_srtt() const noexcept { return srtt8_; }
  [[nodiscard]] constexpr std::int64_t quarters_of_rttvar() const noexcept { return rttvar4_; }
  /// How often the timeout has been doubled since the last sample.
  [[nodiscard]] constexpr std::uint8_t doublings() const noexcept { return doublings_; }

  friend bool operator==(const rtt_estimator&, const rtt_estimator&) noexcept = default;

 private:
  // Beyond a day a sample says nothing that the upper limit would not; the products above stay far from overflow.
  static constexpr std::int64_t most_sample = duration::seconds(86'400).count();

  rto_limits limits_{};
  std::int64_t srtt8_ = 0;
  std::int64_t rttvar4_ = 0;
  duration base_ = duration::seconds(1);
  std::uint8_t doublings_ = 0;
  bool sampled_ = false;
};

}  // namespace sequent

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
  /// What has been measured, without the limits.
  struct measures {
    std::int64_t srtt8 = 0;
    std::int64_t rttvar4 = 0;
    duration base = duration::seconds(1);
    std::uint8_t doublings = 0;
    bool sampled = false;
    friend bool operator==(const measures&, const measures&) noexcept = default;
  };

  constexpr rtt_estimator() noexcept = default;
  constexpr explicit rtt_estimator(const rto_limits& limits) noexcept : limits_(limits) {
    known_.base = limits.initial;
  }
  /// Goes on where another one with the same limits was.
  constexpr rtt_estimator(const rto_limits& limits, const measures& known) noexcept : limits_(limits), known_(known) {}
  [[nodiscard]] constexpr const measures& known() const noexcept { return known_; }

  /// Takes a round-trip time that is not ambiguous (Karn's rule is the caller's) and ends any back-off. A sample below
  /// zero, which only a clock that jumps can bring, counts as zero.
  constexpr void sample(duration round_trip) noexcept {
    const std::int64_t r = std::clamp(round_trip.count(), std::int64_t{0}, most_sample);
    if (!known_.sampled) {
      known_.srtt8 = r * 8;
      known_.rttvar4 = r * 2;  // R/2
      known_.sampled = true;
    } else {
      // RTTVAR <- 3/4 RTTVAR + 1/4 |SRTT - R'|, then SRTT <- 7/8 SRTT + 1/8 R' (section 2.3).
      const std::int64_t apart = known_.srtt8 / 8 - r;
      known_.rttvar4 += (apart < 0 ? -apart : apart) - known_.rttvar4 / 4;
      known_.srtt8 += r - known_.srtt8 / 8;
    }
    const duration variation = std::max(limits_.granularity, duration::microseconds(known_.rttvar4));
    known_.base = std::clamp(duration::microseconds(known_.srtt8 / 8) + variation, limits_.least, limits_.most);
    known_.doublings = 0;
  }

  /// The timer expired: the next timeout is twice as long, up to the limit (section 5.5).
  constexpr void back_off() noexcept {
    if (timeout() < limits_.most) ++known_.doublings;
  }

  /// The SYN had to be sent again: the first data starts from three seconds, or from more if that is known to be needed
  /// (section 5.7, decision 0020), until the next sample.
  constexpr void restart_after_syn_loss() noexcept {
    known_.base = std::clamp(std::max(known_.base, duration::seconds(3)), limits_.least, limits_.most);
    known_.doublings = 0;
  }

  /// RTO, at most limits.most.
  [[nodiscard]] constexpr duration timeout() const noexcept {
    return std::min(limits_.most, known_.base * (std::int64_t{1} << known_.doublings));
  }

  /// SRTT, or nothing known yet.
  [[nodiscard]] constexpr bool sampled() const noexcept { return known_.sampled; }
  [[nodiscard]] constexpr duration smoothed() const noexcept { return duration::microseconds(known_.srtt8 >> 3); }
  [[nodiscard]] constexpr duration variation() const noexcept { return duration::microseconds(known_.rttvar4 / 4); }
  /// The same, unrounded, in eighths and quarters of a microsecond.
  [[nodiscard]] constexpr std::int64_t eighths_of_srtt() const noexcept { return known_.srtt8; }
  [[nodiscard]] constexpr std::int64_t quarters_of_rttvar() const noexcept { return known_.rttvar4; }
  /// How often the timeout has been doubled since the last sample.
  [[nodiscard]] constexpr std::uint8_t doublings() const noexcept { return known_.doublings; }

  friend bool operator==(const rtt_estimator&, const rtt_estimator&) noexcept = default;

 private:
  // Beyond a day a sample says nothing that the upper limit would not; the products above stay far from overflow.
  static constexpr std::int64_t most_sample = duration::seconds(86'400).count();

  rto_limits limits_{};
  measures known_{};
};

}  // namespace sequent

// The retransmission timeout (RFC 6298), and how one that came too early makes the next ones later (RFC 4015).
#pragma once

#include <algorithm>
#include <cstdint>

#include "sequent/base/time.hpp"

namespace sequent {

/// Bounds of the retransmission timeout.
struct rto_limits {
  duration initial = duration::seconds(1);           ///< before the first sample (RFC 6298 section 2.1)
  duration least = duration::seconds(1);             ///< section 2.4
  duration most = duration::seconds(60);             ///< section 2.5; 71 minutes at the most
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
    std::uint32_t base = 1'000'000;  ///< the timeout without back-off, in microseconds
    std::uint8_t doublings = 0;
    bool sampled = false;
    bool raises = false;            ///< raise() has been called, and there was no raising_sample() since
    std::uint32_t srtt_before = 0;  ///< at remember(), in microseconds
    std::uint32_t rttvar_before = 0;
    friend bool operator==(const measures&, const measures&) noexcept = default;
  };

  constexpr rtt_estimator() noexcept = default;
  constexpr explicit rtt_estimator(const rto_limits& limits) noexcept : limits_(limits) {
    known_.base = bounded(limits.initial.count());
  }
  /// Goes on where another one with the same limits was.
  constexpr rtt_estimator(const rto_limits& limits, const measures& known) noexcept : limits_(limits), known_(known) {}
  [[nodiscard]] constexpr const measures& known() const noexcept { return known_; }

  /// Takes a round-trip time that is not ambiguous (Karn's rule is the caller's) and ends any back-off. A sample below
  /// zero, which only a clock that jumps can bring, counts as zero.
  constexpr void sample(duration round_trip) noexcept {
    const std::int64_t r = std::clamp(round_trip.count(), std::int64_t{0}, max_sample);
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
    conclude();
  }

  /// The timer is about to expire for the first time for these octets: should that prove to be too early, the timeouts
  /// after it will be no shorter than what follows from these measures (RFC 4015 section 3.1, step 0).
  constexpr void remember() noexcept {
    known_.srtt_before = bounded(known_.srtt8 / 8 + 2 * limits_.granularity.count());
    known_.rttvar_before = bounded(known_.rttvar4 / 4);
  }
  /// It was too early.
  constexpr void raise() noexcept { known_.raises = true; }
  /// The first sample from octets that were sent after that timeout is still to come.
  [[nodiscard]] constexpr bool raises() const noexcept { return known_.raises; }
  /// That sample, instead of sample(): SRTT and RTTVAR start over from it, but not from less than was remembered (step
  /// 11).
  constexpr void raising_sample(duration round_trip) noexcept {
    const std::int64_t r = std::clamp(round_trip.count(), std::int64_t{0}, max_sample);
    known_.srtt8 = (std::max)(r, std::int64_t{known_.srtt_before}) * 8;
    known_.rttvar4 = (std::max)(r * 2, std::int64_t{known_.rttvar_before} * 4);
    known_.sampled = true;
    known_.raises = false;
    conclude();
  }

  /// The timer expired: the next timeout is twice as long, up to the limit (section 5.5).
  constexpr void back_off() noexcept {
    if (timeout() < limits_.most) ++known_.doublings;
  }

  /// The SYN had to be sent again: the first data starts from three seconds, or from more if that is known to be needed
  /// (section 5.7, decision 0020), until the next sample. Where the timeout begins below its one second (section 2.1),
  /// as in_data_center() has it, from three times what it begins with.
  constexpr void restart_after_syn_loss() noexcept {
    const duration cautious = (std::min)(duration::seconds(3), limits_.initial * 3);
    known_.base = within_limits((std::max)(duration::microseconds(known_.base), cautious));
    known_.doublings = 0;
  }

  /// RTO, at most limits.most.
  [[nodiscard]] constexpr duration timeout() const noexcept {
    return (std::min)(limits_.most, duration::microseconds(std::int64_t{known_.base} << known_.doublings));
  }

  /// RTO before any back-off.
  [[nodiscard]] constexpr duration undoubled() const noexcept { return duration::microseconds(known_.base); }

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
  static constexpr std::int64_t max_sample = duration::seconds(86'400).count();

  [[nodiscard]] static constexpr std::uint32_t bounded(std::int64_t microseconds) noexcept {
    return static_cast<std::uint32_t>(std::min<std::int64_t>(microseconds, 0xffff'ffff));
  }
  [[nodiscard]] constexpr std::uint32_t within_limits(duration timeout) const noexcept {
    return bounded(std::clamp(timeout, limits_.least, limits_.most).count());
  }
  constexpr void conclude() noexcept {
    const duration variation = (std::max)(limits_.granularity, duration::microseconds(known_.rttvar4));
    known_.base = within_limits(duration::microseconds(known_.srtt8 / 8) + variation);
    known_.doublings = 0;
  }

  rto_limits limits_{};
  measures known_{};
};

}  // namespace sequent

// What the retransmission timeout must be: RFC 6298, with Karn's rule and back-off.
//
// The RFC's fractions (1/8, 1/4) make the exact value a rational whose denominator grows with every sample. The oracle
// carries an interval that contains it, in units of 1/65536 of the caller's tick, and rounds outward: the interval's
// width stays below one hundredth of a tick however many samples come.
#pragma once

#include <algorithm>
#include <cstdint>

namespace sequent::spec {

/// An interval of times in ticks that contains the exact value.
struct tick_bounds {
  std::int64_t low = 0;
  std::int64_t high = 0;

  /// True when a value lies inside, give or take a tolerance in ticks (for an implementation's own rounding).
  [[nodiscard]] constexpr bool contain(std::int64_t value, std::int64_t tolerance = 0) const {
    return low - tolerance <= value && value <= high + tolerance;
  }
};

/// What RFC 6298 leaves to the implementation. All in ticks of the caller's clock.
struct rto_parameters {
  std::int64_t granularity = 1;   ///< G of section 2
  std::int64_t initial = 1000;    ///< section 2.1: one second
  std::int64_t least = 1000;      ///< section 2.4: one second, or what the implementation documents
  std::int64_t most = 60000;      ///< section 2.5: no less than sixty seconds
  std::int64_t after_syn = 3000;  ///< section 5.7: when a SYN had to be sent again
};

/// The retransmission timeout of one connection. Samples must lie between 0 and 2^40 ticks.
class rto_oracle {
 public:
  explicit constexpr rto_oracle(const rto_parameters& parameters) : given_(parameters) {}

  /// An acknowledgment measured a round trip. One of a segment that was sent twice says nothing (section 3, Karn),
  /// unless a timestamp identifies which transmission it answers.
  constexpr void measured(std::int64_t round_trip, bool ambiguous = false) {
    if (ambiguous) return;
    const std::int64_t sample = round_trip * scale;
    if (!has_sample_) {
      srtt_low_ = srtt_high_ = sample;
      var_low_ = var_high_ = sample / 2;
      has_sample_ = true;
    } else {
      const auto [nearest, furthest] = distance(sample);
      var_low_ = (3 * var_low_ + nearest) / 4;
      var_high_ = (3 * var_high_ + furthest + 3) / 4;
      srtt_low_ = (7 * srtt_low_ + sample) / 8;
      srtt_high_ = (7 * srtt_high_ + sample + 7) / 8;
    }
    doublings_ = 0;
    cautious_ = false;
  }

  /// The retransmission timer expired: the timeout doubles until a new sample is taken (section 5.5).
  constexpr void expired() {
    if (doublings_ < max_doublings) ++doublings_;
  }

  /// The handshake ended after the SYN had to be sent again (section 5.7): data begins with no less than three seconds,
  /// until the next sample. The section asks for it whether the handshake measured anything, as with timestamps, or
  /// not.
  constexpr void established_after_timeout() {
    cautious_ = true;
    doublings_ = 0;
  }

  /// The timeout that is due now.
  [[nodiscard]] constexpr tick_bounds timeout() const {
    if (!has_sample_) return {backed_off(cautious(given_.initial)), backed_off(cautious(given_.initial))};
    const std::int64_t grain = given_.granularity * scale;
    const std::int64_t low = (srtt_low_ + std::max(grain, 4 * var_low_)) / scale;
    const std::int64_t high = (srtt_high_ + std::max(grain, 4 * var_high_) + scale - 1) / scale;
    return {backed_off(clamped(cautious(low))), backed_off(clamped(cautious(high)))};
  }

  /// SRTT, once there is a sample.
  [[nodiscard]] constexpr tick_bounds smoothed() const { return {srtt_low_ / scale, (srtt_high_ + scale - 1) / scale}; }

  /// RTTVAR, once there is a sample.
  [[nodiscard]] constexpr tick_bounds variation() const { return {var_low_ / scale, (var_high_ + scale - 1) / scale}; }

 private:
  static constexpr std::int64_t scale = 65536;
  static constexpr int max_doublings = 62;

  struct span_of_distances {
    std::int64_t nearest;
    std::int64_t furthest;
  };

  [[nodiscard]] constexpr span_of_distances distance(std::int64_t sample) const {
    const std::int64_t above = sample - srtt_low_;
    const std::int64_t below = srtt_high_ - sample;
    const std::int64_t furthest = std::max(above, below);
    if (above >= 0 && below >= 0) return {0, furthest};
    return {std::max(-above, -below), furthest};
  }

  [[nodiscard]] constexpr std::int64_t cautious(std::int64_t ticks) const {
    return cautious_ ? std::max(ticks, given_.after_syn) : ticks;
  }

  [[nodiscard]] constexpr std::int64_t clamped(std::int64_t ticks) const {
    return std::clamp(ticks, given_.least, given_.most);
  }

  [[nodiscard]] constexpr std::int64_t backed_off(std::int64_t ticks) const {
    for (int i = 0; i < doublings_ && ticks < given_.most; ++i) ticks *= 2;
    return std::min(ticks, given_.most);
  }

  rto_parameters given_;
  bool has_sample_ = false;
  bool cautious_ = false;  // nothing was measured since a handshake that had to be repeated
  std::int64_t srtt_low_ = 0;
  std::int64_t srtt_high_ = 0;
  std::int64_t var_low_ = 0;
  std::int64_t var_high_ = 0;
  int doublings_ = 0;
};

}  // namespace sequent::spec

// When HyStart++ ends slow start, and how fast the window grows until then: RFC 9406 section 4.2.
//
// Written along the RFC's pseudocode, with times in microseconds and sequence numbers as positions that never wrap.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace sequent::spec {

/// The first slow start of a connection.
class hystart_oracle {
 public:
  /// Which part of slow start it is in.
  enum class phase : std::uint8_t { standard, conservative, ended };

  explicit constexpr hystart_oracle(std::int64_t smss) : smss_(smss) {}

  /// An ACK of so many new octets, with the RTT that it gave (or none: a negative number), the position that it
  /// acknowledges and the next one to be sent. Returns by how much cwnd may grow, as a real number.
  constexpr double acknowledged(std::int64_t octets, std::int64_t rtt, std::int64_t una, std::int64_t nxt) {
    if (window_end_ < 0) window_end_ = nxt;
    const double most = static_cast<double>(std::min(octets, limit * smss_));
    const double growth = phase_ == phase::standard ? most : most / growth_divisor;
    if (rtt >= 0) {
      current_min_ = std::min(current_min_, rtt);
      ++samples_;
    }
    if (samples_ >= min_samples) judge();
    if (una >= window_end_) end_round(nxt);
    return growth;
  }

  [[nodiscard]] constexpr phase now() const { return phase_; }

 private:
  static constexpr std::int64_t infinity = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int64_t limit = 8;  // L, not paced
  static constexpr double growth_divisor = 4.0;
  static constexpr int min_samples = 8;
  static constexpr int conservative_rounds = 5;

  constexpr void judge() {
    if (phase_ == phase::standard && current_min_ != infinity && last_min_ != infinity) {
      const std::int64_t threshold = std::max<std::int64_t>(4'000, std::min<std::int64_t>(last_min_ / 8, 16'000));
      if (current_min_ >= last_min_ + threshold) {
        baseline_ = current_min_;
        phase_ = phase::conservative;
        rounds_ = 0;
      }
    } else if (phase_ == phase::conservative && current_min_ < baseline_) {
      baseline_ = infinity;
      phase_ = phase::standard;
    }
  }

  constexpr void end_round(std::int64_t nxt) {
    // A round in which the conservative phase began counts.
    if (phase_ == phase::conservative && ++rounds_ == conservative_rounds) phase_ = phase::ended;
    last_min_ = current_min_;
    current_min_ = infinity;
    samples_ = 0;
    window_end_ = nxt;
  }

  std::int64_t smss_;
  std::int64_t window_end_ = -1;
  std::int64_t last_min_ = infinity;
  std::int64_t current_min_ = infinity;
  std::int64_t baseline_ = infinity;
  int samples_ = 0;
  int rounds_ = 0;
  phase phase_ = phase::standard;
};

}  // namespace sequent::spec

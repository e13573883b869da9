// HyStart++ (RFC 9406): leaving the first slow start when the round-trip time rises, before anything is lost.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sequent/congestion/progress.hpp"

namespace sequent::congestion {

/// The rounds of the first slow start. Constant time; a value of eight words.
class hystart {
 public:
  /// Where in slow start the connection is.
  enum class phase : u32 { standard, conservative, ended };

  /// Takes an acknowledgment and says by how many octets the window may grow for it (section 4.2, L = 8).
  constexpr u32 on_ack(const progress& p) noexcept {
    if (begun_ == 0) window_end_ = p.nxt;
    begun_ = 1;
    const u32 most = (std::min)(p.acked, limit * p.mss);
    const u32 growth = now() == phase::standard ? most : most / growth_divisor;
    if (p.round_trip) take(*p.round_trip);
    if (samples_ >= min_samples) judge();
    if (!before(p.una, window_end_)) end_round(p.nxt);
    return growth;
  }

  /// ended: slow start is over, and ssthresh the window.
  [[nodiscard]] constexpr phase now() const noexcept { return phase_; }

  friend bool operator==(const hystart&, const hystart&) noexcept = default;

 private:
  static constexpr u32 infinity = 0xffff'ffffu;
  static constexpr u32 limit = 8;  // L for a sender that does not pace
  static constexpr u32 growth_divisor = 4;
  static constexpr u32 min_samples = 8;
  static constexpr u32 conservative_rounds = 5;
  static constexpr u32 min_rise = 4'000;  // microseconds
  static constexpr u32 max_rise = 16'000;

  constexpr void take(duration round_trip) noexcept {
    const std::int64_t us = std::clamp(round_trip.count(), std::int64_t{0}, std::int64_t{infinity - 1});
    current_min_ = (std::min)(current_min_, static_cast<u32>(us));
    if (samples_ != min_samples) ++samples_;
  }

  constexpr void judge() noexcept {
    if (phase_ == phase::standard) {
      if (last_min_ == infinity) return;
      const u32 rise = std::clamp(last_min_ / 8, min_rise, max_rise);
      if (current_min_ < last_min_ || current_min_ - last_min_ < rise) return;
      baseline_ = current_min_;
      phase_ = phase::conservative;
      rounds_ = 0;
    } else if (phase_ == phase::conservative && current_min_ < baseline_) {
      phase_ = phase::standard;  // the rise was not ours
    }
  }

  constexpr void end_round(sequence_number<u32> nxt) noexcept {
    // The round in which the conservative phase began counts, be it a part of one.
    if (phase_ == phase::conservative && ++rounds_ == conservative_rounds) phase_ = phase::ended;
    last_min_ = current_min_;
    current_min_ = infinity;
    samples_ = 0;
    window_end_ = nxt;
  }

  sequence_number<u32> window_end_{};  // the round ends when this is acknowledged
  u32 last_min_ = infinity;            // microseconds
  u32 current_min_ = infinity;
  u32 baseline_ = infinity;
  u32 samples_ = 0;
  u32 rounds_ = 0;  // in the conservative phase
  u32 begun_ = 0;   // not zero when the first round has begun
  phase phase_ = phase::standard;
};

}  // namespace sequent::congestion

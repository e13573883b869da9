// Whether the congestion window still says something about the path (RFC 7661).
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "sequent/congestion/progress.hpp"

namespace sequent::congestion {

/// Measures how much of the window is used, and says what may be kept of a window that is not: five minutes of it, in
/// the place of RFC 5681's restart after a timeout's silence. Knows nothing of the congestion control beside it.
/// Windows are octets; every call takes constant time.
///
/// pipeACK, the most that was acknowledged within one round trip, is kept as two maxima, of the current half of the
/// sampling period and of the one before: it reflects between half a period and a whole one, and never more.
class window_validation {
 public:
  /// NVP: for how long an unused window is preserved (section 4.4).
  static constexpr duration non_validated_period = duration::seconds(300);

  /// A window and a threshold to be set.
  struct adjustment {
    u32 window = 0;
    u32 threshold = 0;
    friend bool operator==(const adjustment&, const adjustment&) noexcept = default;
  };

  /// The connection is established: pipeACK is undefined, so the window counts as validated (section 4.1).
  constexpr void start(instant now) noexcept {
    *this = {};
    validated_at_ = now;
  }

  /// So many octets were newly acknowledged, outside of recovery. Does nothing while SRTT is unknown (zero).
  constexpr void on_ack(u32 acked, instant now, duration smoothed) noexcept {
    if (smoothed <= duration{}) return;
    if (!sampling_ || now < sample_began_) {
      sampling_ = true;
      sample_began_ = now;
    } else if (now - sample_began_ >= smoothed) {
      take_sample(now, smoothed);
    }
    counted_ = grown(counted_, (std::min)(acked, largest_window));
  }

  /// pipeACK in octets, or nothing while it is undefined (section 4.2).
  [[nodiscard]] constexpr std::optional<u32> pipe_ack(instant now) const noexcept {
    if (!measured_) return std::nullopt;
    const duration age = now - half_began_;
    if (age >= half_ * 2) return 0;
    return age >= half_ ? current_ : (std::max)(current_, previous_);
  }

  /// Whether at least half of the window has lately been used (section 4.3).
  [[nodiscard]] constexpr bool validated(u32 cwnd, instant now) const noexcept {
    const std::optional<u32> used = pipe_ack(now);
    return !used || *used >= cwnd - cwnd / 2;
  }

  /// Whether an acknowledgment may make the window grow (section 4.4).
  [[nodiscard]] constexpr bool may_grow(bool window_was_full, u32 cwnd, instant now) const noexcept {
    return window_was_full || validated(cwnd, now);
  }

  /// To be called before text is sent, once a round trip at least. When the window has not been validated for a whole
  /// period it is halved, once for each period, down to the initial one at the least, and the threshold remembers three
  /// quarters of it (section 4.4.3).
  [[nodiscard]] constexpr std::optional<adjustment> before_sending(u32 cwnd, u32 ssthresh, u32 initial,
                                                                   instant now) noexcept {
    if (validated(cwnd, now)) {
      validated_at_ = now;
      return std::nullopt;
    }
    const std::int64_t periods = (now - validated_at_).count() / non_validated_period.count();
    if (periods <= 0) return std::nullopt;
    validated_at_ = validated_at_ + non_validated_period * periods;
    adjustment kept{cwnd, ssthresh};
    for (std::int64_t i = std::min<std::int64_t>(periods, 32); i != 0; --i) {
      kept.threshold = (std::max)(kept.threshold, kept.window - kept.window / 4);
      kept.window = (std::min)(kept.window, (std::max)(kept.window / 2, initial));
    }
    return kept;
  }

  /// A loss was found with so much outstanding. In the non-validated phase returns the window for recovery, half of
  /// what was in use (section 4.4.1); otherwise nothing: the congestion control's own answer stands.
  [[nodiscard]] constexpr std::optional<u32> on_loss(u32 cwnd, u32 flight, u32 mss, instant now) noexcept {
    lost_ = 0;
    if (validated(cwnd, now)) return std::nullopt;
    lost_ = (std::max)({pipe_ack(now).value_or(0), flight, u32{1}});
    return (std::max)(lost_ / 2, mss);
  }

  /// Recovery is over, in which so many octets were lost and sent again, each counted once. After a loss in the
  /// non-validated phase returns the window, and the threshold, to continue with (section 4.4.1). pipeACK is undefined
  /// from here on.
  [[nodiscard]] constexpr std::optional<u32> on_recovered(u32 retransmitted, u32 mss) noexcept {
    const u32 used = lost_;
    forget();
    if (used == 0) return std::nullopt;
    return (std::max)((used - (std::min)(used, retransmitted)) / 2, mss);
  }

  /// The retransmission timer expired: the standard answer stands (section 4.4), and pipeACK is undefined.
  constexpr void on_timeout() noexcept { forget(); }

  /// Moves the origin of the clock forward.
  constexpr void rebase(duration elapsed) noexcept {
    sample_began_ = sample_began_ - elapsed;
    half_began_ = half_began_ - elapsed;
    validated_at_ = validated_at_ - elapsed;
  }

  friend bool operator==(const window_validation&, const window_validation&) noexcept = default;

 private:
  // What was counted belongs to the round trip that has passed; it may have passed long ago.
  constexpr void take_sample(instant now, duration smoothed) noexcept {
    half_ = (std::max)(smoothed * 3, duration::seconds(1)) / 2;
    const instant ended = sample_began_ + smoothed;
    if (!measured_ || ended - half_began_ >= half_ * 2) {
      previous_ = current_ = 0;
      half_began_ = ended;
    } else if (ended - half_began_ >= half_) {
      previous_ = current_;
      current_ = 0;
      half_began_ = half_began_ + half_;
    }
    measured_ = true;
    current_ = (std::max)(current_, counted_);
    counted_ = 0;
    sample_began_ = now;
  }

  constexpr void forget() noexcept {
    measured_ = false;
    sampling_ = false;
    counted_ = 0;
    lost_ = 0;
  }

  instant sample_began_{};
  instant half_began_{};
  instant validated_at_{};  // when the window was last seen to be validated
  duration half_{};         // half of the sampling period, max(3 RTT, 1 s)
  u32 counted_ = 0;         // acknowledged since sample_began_
  u32 current_ = 0;         // the largest sample since half_began_
  u32 previous_ = 0;        // the largest of the half before
  u32 lost_ = 0;            // what was in use at a loss in the non-validated phase, until recovery ends
  bool measured_ = false;   // pipeACK is defined
  bool sampling_ = false;
};

}  // namespace sequent::congestion

// CUBIC (RFC 9438), with HyStart++ (RFC 9406) in the first slow start.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sequent/congestion/curve.hpp"
#include "sequent/congestion/hystart.hpp"
#include "sequent/congestion/progress.hpp"

namespace sequent::congestion {

/// ssthresh after a loss: 0.7 of what was outstanding, at least two segments (RFC 9438 section 4.6).
[[nodiscard]] constexpr u32 seven_tenths(u32 flight) noexcept {
  return static_cast<u32>(std::uint64_t{(std::min)(flight, largest_window)} * 7 / 10);
}
[[nodiscard]] constexpr u32 seven_tenths(u32 flight, u32 mss) noexcept {
  return (std::max)(seven_tenths(flight), 2 * mss);
}

/// A congestion control (see progress.hpp) whose window is a cubic function of the time since the latest loss, and
/// never grows slower than NewReno's. An acknowledgment costs a few multiplications; a division is needed only where
/// the window grows, and a cube root once for each loss.
template <bool WithHystart>
class basic_cubic {
 public:
  /// An application that uses less than the whole window does not make it grow (RFC 9438 section 5.8).
  static constexpr bool grows_only_when_full = true;

  /// Seven tenths of what was outstanding.
  [[nodiscard]] static constexpr u32 reduced(u32 flight) noexcept { return seven_tenths(flight); }
  /// IW, of RFC 6928 section 2 unless start() was told otherwise.
  [[nodiscard]] constexpr u32 initial_window(u32 mss) const noexcept { return initial_window_of(mss, initial_); }

  /// The connection is established. One segment when the SYN or the SYN,ACK was lost (RFC 5681 section 3.1), else IW of
  /// so many segments, 1 to 64.
  constexpr void start(u32 mss, bool syn_was_lost, std::uint8_t initial_segments = usual_initial_segments) noexcept {
    *this = {};
    initial_ = initial_segments;
    cwnd_ = syn_was_lost ? mss : initial_window(mss);
    first_slow_start();
  }

  /// New data was acknowledged outside of recovery. The window grows only while it is in use, and the time in which it
  /// was not does not count (section 4.2).
  constexpr void on_ack(const progress& p) noexcept {
    if (rounds_kept_) return watch_rounds(p);
    if (in_slow_start()) {
      if (!p.window_was_full) return;
      const u32 most = (std::min)(p.acked, slow_start_limit(p.mss, after_timeout_));
      cwnd_ = (std::min)(grown(cwnd_, most), ssthresh_);
      return;
    }
    if (!p.window_was_full || clock_stopped_) kept_.stage.last = stamp(p.now);
    clock_stopped_ = false;
    if (!p.window_was_full) return;
    if (in_stage_) {
      kept_.stage.pass(p);
    } else {
      begin_stage(p);
    }
    avoid_congestion(kept_.stage, p);
  }

  /// A loss was found, or the peer echoes congestion: ssthresh = max(0.7 flight, 2 segments), W_max as fast convergence
  /// says (sections 4.6 and 4.7).
  constexpr void on_congestion(u32 flight, u32 mss, instant) noexcept {
    remember(flight);
    curve& now = kept_.stage;
    now.w_max = cwnd_ < now.w_max ? static_cast<u32>(std::uint64_t{cwnd_} * 17 / 20) : cwnd_;
    now.prior = cwnd_;
    ssthresh_ = seven_tenths(flight, mss);
    in_stage_ = false;
    after_timeout_ = false;
  }

  /// The sender's word during recovery; one octet at least.
  constexpr void set_window(u32 octets) noexcept { cwnd_ = std::clamp(octets, u32{1}, largest_window); }

  /// Recovery is over; congestion avoidance begins with the next acknowledgment.
  constexpr void leave_recovery() noexcept {
    cwnd_ = ssthresh_;
    in_stage_ = false;
  }

  /// The retransmission timer expired (section 4.8): `first` for the first time of these octets, when ssthresh is to be
  /// set; the window is one segment in any case.
  constexpr void on_timeout(u32 flight, u32 mss, bool first, instant) noexcept {
    if (first) {
      remember(flight);
      kept_.stage.prior = cwnd_;
      ssthresh_ = seven_tenths(flight, mss);
    }
    forget_rounds();
    cwnd_ = mss;
    in_stage_ = false;
    after_timeout_ = true;
  }

  /// The latest reduction was spurious: everything as before it, unless the window is larger already (section 4.9),
  /// but that slow start leads back to there from `octets`, which may be outstanding now (RFC 4015 section 3.1, step
  /// 9). Does nothing a second time.
  constexpr void undo(u32 octets) noexcept {
    if (!can_undo_) return;
    can_undo_ = false;
    if (cwnd_ > kept_.stage.prior) return;
    curve& now = kept_.stage;
    cwnd_ = (std::max)(cwnd_, (std::min)(octets, largest_window));
    ssthresh_ = before_.ssthresh;
    in_stage_ = was_in_stage_;
    clock_stopped_ = true;  // the time of the false recovery does not count
    after_timeout_ = was_after_timeout_;
    if (were_rounds_kept_) return first_slow_start();
    now.w_max = before_.w_max;
    now.prior = before_.prior;
    now.place = before_.place;
    now.w_est = (std::min)(before_.w_est, ssthresh_);  // from where it goes on, at the most
    now.counted = 0;                                   // less than a segment of growth is forgotten
    now.credit = 0;
  }

  /// Nothing was sent for longer than a timeout (RFC 5681 section 4.1): back to the initial window, from which slow
  /// start leads to another stage of congestion avoidance.
  constexpr void after_idle(u32 mss) noexcept {
    if (cwnd_ <= initial_window(mss)) return;
    cwnd_ = initial_window(mss);
    in_stage_ = false;
  }

  /// Sets ssthresh, for window validation (RFC 7661 section 4.4.3).
  constexpr void set_threshold(u32 octets) noexcept {
    ssthresh_ = (std::min)(octets, largest_window);
    in_stage_ = false;
    if (ssthresh_ != largest_window) forget_rounds();
  }

  /// Moves the origin of the clock forward.
  constexpr void rebase(duration elapsed) noexcept {
    if (!rounds_kept_) kept_.stage.last -= static_cast<u32>(elapsed.count());
  }

  /// Octets that may be outstanding.
  [[nodiscard]] constexpr u32 window() const noexcept { return cwnd_; }
  /// ssthresh; largest_window before the first loss.
  [[nodiscard]] constexpr u32 threshold() const noexcept { return ssthresh_; }
  [[nodiscard]] constexpr bool in_slow_start() const noexcept { return cwnd_ < ssthresh_; }

  /// Whether slow start repairs a timeout.
  [[nodiscard]] constexpr bool repairs_timeout() const noexcept { return after_timeout_; }

  /// A stage of congestion avoidance.
  struct curve {
    std::uint64_t credit = 0;  ///< growth that is due in the cubic regions, times cwnd
    u32 w_max = 0;             ///< the plateau, in octets; zero when none is known
    u32 prior = 0;             ///< cwnd when ssthresh was last set
    std::int32_t place = 0;    ///< t - K, in microseconds
    u32 last = 0;              ///< when time was last counted: the lowest bits of an instant
    u32 w_est = 0;             ///< what NewReno's window would be
    u32 counted = 0;           ///< octets acknowledged since w_est grew, times alpha
    friend bool operator==(const curve&, const curve&) noexcept = default;

    // Time goes by: since the last acknowledgment, but at most two round trips. Where the window is in use more cannot
    // lie between two of them, so the rest was idleness, or the clock jumped.
    constexpr void pass(const progress& p) noexcept {
      const std::int64_t most = std::clamp(p.smoothed.count(), std::int64_t{0}, latest / 2) * 2;
      const std::int64_t since = static_cast<std::int32_t>(stamp(p.now) - last);
      place = static_cast<std::int32_t>((std::min)(place + std::clamp(since, std::int64_t{0}, most), latest));
      last = stamp(p.now);
    }

    // Whether W_est is at least so large, counting the part of a segment that it has grown by since the last whole one.
    [[nodiscard]] constexpr bool reno_reaches(u32 window, u32 cwnd, u32 mss) const noexcept {
      if (window <= w_est) return true;
      return std::uint64_t{(std::min)(window - w_est, mss)} * cwnd <= std::uint64_t{counted} * mss;
    }

    // W_cubic so much later, in octets (Figure 1), from 0 to largest_window.
    [[nodiscard]] constexpr u32 window_in(duration later, u32 mss) const noexcept {
      const std::int64_t at = (std::min)(place + std::clamp(later.count(), std::int64_t{0}, latest), latest);
      if (at < 0) {
        const std::uint64_t below = cubic_growth(static_cast<std::uint64_t>(-at), std::uint64_t{mss});
        return below < w_max ? w_max - static_cast<u32>(below) : 0;
      }
      const std::uint64_t above = cubic_growth(static_cast<std::uint64_t>(at), std::uint64_t{mss});
      return static_cast<u32>((std::min)(w_max + above, std::uint64_t{largest_window}));
    }
  };
  /// The stage; meaningful when in congestion avoidance.
  [[nodiscard]] constexpr curve stage() const noexcept { return rounds_kept_ ? curve{} : kept_.stage; }

  friend constexpr bool operator==(const basic_cubic& a, const basic_cubic& b) noexcept {
    if (a.cwnd_ != b.cwnd_ || a.ssthresh_ != b.ssthresh_ || a.flags() != b.flags() || a.before_ != b.before_ ||
        a.initial_ != b.initial_)
      return false;
    return a.rounds_kept_ ? a.kept_.rounds == b.kept_.rounds : a.kept_.stage == b.kept_.stage;
  }

 private:
  // What undo() goes back to; the curve's `prior` remembers cwnd.
  struct memory {
    u32 ssthresh = 0;
    u32 w_max = 0;
    u32 prior = 0;
    std::int32_t place = 0;
    u32 w_est = 0;
    friend bool operator==(const memory&, const memory&) noexcept = default;
  };

  static constexpr std::int64_t latest = 0x7fff'ffff;

  [[nodiscard]] static constexpr u32 stamp(instant at) noexcept { return static_cast<u32>(at.microseconds()); }

  // The rounds of the first slow start and the stages that follow are never needed at once, and share storage.
  union storage {
    constexpr storage(const curve& given) noexcept : stage(given) {}
    constexpr storage(const hystart& given) noexcept : rounds(given) {}
    curve stage;
    hystart rounds;
  };

  constexpr void first_slow_start() noexcept {
    if constexpr (WithHystart) {
      rounds_kept_ = true;
      kept_ = storage(hystart{});
    }
  }
  constexpr void forget_rounds() noexcept {
    if (!rounds_kept_) return;
    rounds_kept_ = false;
    kept_ = storage(curve{});
  }

  constexpr void watch_rounds(const progress& p) noexcept {
    const u32 growth = kept_.rounds.on_ack(p);
    if (p.window_was_full) cwnd_ = grown(cwnd_, growth);
    if (kept_.rounds.now() != hystart::phase::ended) return;
    // Section 4.10: no W_max is known.
    ssthresh_ = cwnd_;
    forget_rounds();
    kept_.stage.prior = cwnd_;
    in_stage_ = false;
  }

  // A stage of congestion avoidance begins: Figure 2. Without a W_max above the window (after a timeout, section 4.8,
  // or HyStart++, section 4.10) it begins on its plateau.
  constexpr void begin_stage(const progress& p) noexcept {
    curve& now = kept_.stage;
    if (after_timeout_ || now.w_max <= cwnd_) now.w_max = cwnd_;
    now.place = -time_to_plateau(now.w_max - cwnd_, p.mss);
    now.last = stamp(p.now);
    now.w_est = cwnd_;
    now.counted = 0;
    now.credit = 0;
    in_stage_ = true;
    after_timeout_ = false;
  }

  // Sections 4.2 to 4.5. Octets are counted until they are worth a segment, so that most acknowledgments divide
  // nothing.
  constexpr void avoid_congestion(curve& now, const progress& p) noexcept {
    const u32 acked = (std::min)(p.acked, cwnd_);
    // Section 4.3: W_est grows by alpha = 3 (1 - 0.7) / (1 + 0.7) = 9/17 segments for each window, and by a whole one
    // when it has regained what was lost.
    const bool regained = now.reno_reaches(now.prior, cwnd_, p.mss);
    now.counted += regained ? acked : static_cast<u32>(std::uint64_t{acked} * 9 / 17);
    if (now.counted >= cwnd_) {
      now.counted -= cwnd_;
      now.w_est = grown(now.w_est, p.mss);
    }
    // W_cubic(t) < W_est
    if (now.reno_reaches(now.window_in(duration{}, p.mss) + 1, cwnd_, p.mss)) {
      if (cwnd_ < now.w_est) grow_to(now, now.w_est);
      return;
    }
    const u32 most = grown(cwnd_, cwnd_ / 2);
    const u32 target = std::clamp(now.window_in(p.smoothed, p.mss), cwnd_, most);
    now.credit += std::uint64_t{acked} * (target - cwnd_);
    if (now.credit < std::uint64_t{cwnd_} * p.mss) return;
    const u32 octets = static_cast<u32>(now.credit / cwnd_);
    now.credit %= cwnd_;
    grow_to(now, cwnd_ + octets);
  }

  // What W_est has grown by since its last whole segment is counted in parts of cwnd.
  constexpr void grow_to(curve& now, u32 window) noexcept {
    now.counted = static_cast<u32>(std::uint64_t{now.counted} * window / cwnd_);
    cwnd_ = window;
  }

  [[nodiscard]] constexpr unsigned flags() const noexcept {
    return (rounds_kept_ ? 1u : 0u) | (in_stage_ ? 2u : 0u) | (after_timeout_ ? 4u : 0u) | (clock_stopped_ ? 8u : 0u) |
           (can_undo_ ? 16u : 0u) | (was_in_stage_ ? 32u : 0u) | (was_after_timeout_ ? 64u : 0u) |
           (were_rounds_kept_ ? 128u : 0u);
  }

  constexpr void remember(u32 flight) noexcept {
    const curve now = stage();
    before_ = {safe_threshold(flight, ssthresh_), now.w_max, now.prior, now.place, now.w_est};
    can_undo_ = true;
    was_in_stage_ = in_stage_;
    was_after_timeout_ = after_timeout_;
    were_rounds_kept_ = rounds_kept_;
    forget_rounds();
  }

  u32 cwnd_ = 0;
  u32 ssthresh_ = largest_window;
  storage kept_{curve{}};
  memory before_{};
  bool rounds_kept_ : 1 = false;    // kept_ holds the rounds of the first slow start
  bool in_stage_ : 1 = false;       // a stage of congestion avoidance has begun
  bool after_timeout_ : 1 = false;  // no such stage since a timeout
  bool clock_stopped_ : 1 = false;  // until the next acknowledgment
  bool can_undo_ : 1 = false;
  bool was_in_stage_ : 1 = false;
  bool was_after_timeout_ : 1 = false;
  bool were_rounds_kept_ : 1 = false;
  std::uint8_t initial_ = usual_initial_segments;
};

/// CUBIC as RFC 9438 section 4.10 recommends it.
using cubic = basic_cubic<true>;
/// CUBIC with the plain slow start of RFC 5681.
using cubic_without_hystart = basic_cubic<false>;

static_assert(sizeof(cubic) <= 64);

}  // namespace sequent::congestion

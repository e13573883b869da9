// NewReno's window: slow start, congestion avoidance, halving (RFC 5681, RFC 6582, RFC 6928).
#pragma once

#include <algorithm>
#include <cstdint>

#include "sequent/congestion/progress.hpp"

namespace sequent::congestion {

/// A congestion control (see progress.hpp) that grows by a segment each round trip and halves at a loss.
class reno {
 public:
  /// Half of what was outstanding.
  [[nodiscard]] static constexpr u32 reduced(u32 flight) noexcept { return flight / 2; }
  /// IW, of RFC 6928 section 2 unless start() was told otherwise.
  [[nodiscard]] constexpr u32 initial_window(u32 mss) const noexcept { return initial_window_of(mss, initial_); }

  /// The connection is established. One segment when the SYN or the SYN,ACK was lost (RFC 5681 section 3.1), else IW of
  /// so many segments, 1 to 64.
  constexpr void start(u32 mss, bool syn_was_lost, std::uint8_t initial_segments = usual_initial_segments) noexcept {
    *this = {};
    initial_ = initial_segments;
    cwnd_ = syn_was_lost ? mss : initial_window(mss);
  }

  /// New data was acknowledged outside of recovery. Grows only when the window was in use (RFC 5681 leaves that open,
  /// RFC 7661 section 4.4 asks for it).
  constexpr void on_ack(const progress& p) noexcept {
    if (!p.window_was_full) return;
    if (in_slow_start()) {
      const u32 most = (std::min)(p.acked, slow_start_limit(p.mss, after_timeout_));
      cwnd_ = (std::min)(grown(cwnd_, most), ssthresh_);
      return;
    }
    after_timeout_ = false;
    counted_ += (std::min)(p.acked, cwnd_);  // a segment for each window acknowledged (RFC 5681 section 3.1)
    if (counted_ < cwnd_) return;
    counted_ -= cwnd_;
    cwnd_ = grown(cwnd_, p.mss);
  }

  /// A loss was found, or the peer echoes congestion: ssthresh = max(flight / 2, 2 segments) (RFC 5681 section 3.2).
  constexpr void on_congestion(u32 flight, u32 mss, instant) noexcept {
    remember(flight);
    ssthresh_ = halved(flight, mss);
    after_timeout_ = false;
    counted_ = 0;
  }

  /// The sender's word during recovery, or as segments shrink; one octet at least. What counted towards growth counted
  /// in the window that there was.
  constexpr void set_window(u32 octets) noexcept {
    cwnd_ = std::clamp(octets, u32{1}, largest_window);
    counted_ = 0;
  }

  /// Recovery is over.
  constexpr void leave_recovery() noexcept {
    cwnd_ = ssthresh_;
    counted_ = 0;
  }

  /// The retransmission timer expired (RFC 5681 section 3.1): `first` for the first time of these octets, when ssthresh
  /// is to be set; the window is one segment in any case.
  constexpr void on_timeout(u32 flight, u32 mss, bool first, instant) noexcept {
    if (first) {
      remember(flight);
      ssthresh_ = halved(flight, mss);
    }
    cwnd_ = mss;
    counted_ = 0;
    after_timeout_ = true;
  }

  /// The latest reduction was spurious (RFC 4015 section 3.1, step 9): `octets` may be outstanding now, and slow start
  /// leads back to what was before, unless the window is larger already. Does nothing a second time.
  constexpr void undo(u32 octets) noexcept {
    if (before_.cwnd == 0) return;
    cwnd_ = (std::max)(cwnd_, (std::min)(octets, largest_window));
    ssthresh_ = (std::max)(ssthresh_, before_.ssthresh);
    after_timeout_ = false;
    counted_ = 0;
    before_ = {};
  }

  /// Nothing was sent for longer than a timeout (RFC 5681 section 4.1): back to the initial window.
  constexpr void after_idle(u32 mss) noexcept {
    if (cwnd_ <= initial_window(mss)) return;
    cwnd_ = initial_window(mss);
    counted_ = 0;  // towards a larger window than this
  }

  /// Sets ssthresh, for window validation (RFC 7661 section 4.4.3).
  constexpr void set_threshold(u32 octets) noexcept { ssthresh_ = (std::min)(octets, largest_window); }

  /// Moves the origin of the clock forward; no time is kept here.
  constexpr void rebase(duration) noexcept {}

  /// Octets that may be outstanding.
  [[nodiscard]] constexpr u32 window() const noexcept { return cwnd_; }
  /// ssthresh; largest_window before the first loss.
  [[nodiscard]] constexpr u32 threshold() const noexcept { return ssthresh_; }
  [[nodiscard]] constexpr bool in_slow_start() const noexcept { return cwnd_ < ssthresh_; }

  /// What was before the latest reduction, and the threshold that undo() goes back to; zero when there is nothing to
  /// undo.
  struct memory {
    u32 cwnd = 0;
    u32 ssthresh = 0;
    friend bool operator==(const memory&, const memory&) noexcept = default;
  };
  [[nodiscard]] constexpr const memory& before() const noexcept { return before_; }
  /// Octets acknowledged in congestion avoidance that have not yet made the window grow.
  [[nodiscard]] constexpr u32 counted() const noexcept { return counted_; }
  /// Whether slow start repairs a timeout.
  [[nodiscard]] constexpr bool repairs_timeout() const noexcept { return after_timeout_; }

  friend bool operator==(const reno&, const reno&) noexcept = default;

 private:
  constexpr void remember(u32 flight) noexcept { before_ = {cwnd_, safe_threshold(flight, ssthresh_)}; }

  u32 cwnd_ = 0;
  u32 ssthresh_ = largest_window;
  u32 counted_ = 0;
  memory before_{};
  bool after_timeout_ = false;
  std::uint8_t initial_ = usual_initial_segments;
};

}  // namespace sequent::congestion

// Congestion control: slow start, congestion avoidance, fast recovery (RFC 5681, RFC 6582, RFC 6928).
#pragma once

#include <algorithm>

#include "sequent/congestion/progress.hpp"
#include "sequent/word.hpp"

namespace sequent::congestion {

/// NewReno's window. All sizes are octets; `mss` is the effective sender maximum segment size. A connection takes the
/// algorithm as a policy with exactly these members.
class reno {
 public:
  /// IW of RFC 6928 section 2: ten segments, at most 14600 octets or two segments.
  [[nodiscard]] static constexpr u32 initial_window(u32 mss) noexcept {
    return std::min(10 * mss, std::max(2 * mss, u32{14'600}));
  }

  /// The connection is established. One segment when the SYN or the SYN,ACK was lost (RFC 5681 section 3.1).
  constexpr void start(u32 mss, bool syn_was_lost) noexcept {
    cwnd_ = syn_was_lost ? mss : initial_window(mss);
    ssthresh_ = largest;
    counted_ = 0;
  }

  /// New data was acknowledged outside of recovery. Grows only when the window was in use.
  constexpr void on_ack(const progress& p) noexcept {
    if (!p.window_was_full) return;
    if (cwnd_ < ssthresh_) {
      cwnd_ = std::min(cwnd_ + std::min(p.acked, 2 * p.mss), largest);  // RFC 3465 with L = 2
      return;
    }
    counted_ += p.acked;  // one segment for each window acknowledged
    if (counted_ < cwnd_) return;
    counted_ -= cwnd_;
    cwnd_ = std::min(cwnd_ + p.mss, largest);
  }

  /// A loss was found, or the network marked a segment: `flight` octets are outstanding.
  constexpr void on_congestion(u32 flight, u32 mss, instant) noexcept {
    remember();
    ssthresh_ = std::max(flight / 2, 2 * mss);
    counted_ = 0;
  }

  constexpr void set_window(u32 octets) noexcept { cwnd_ = std::min(octets, largest); }
  constexpr void leave_recovery() noexcept { cwnd_ = ssthresh_; }

  /// The retransmission timer expired (RFC 5681 section 3.1): `first` for the first time of these octets, when ssthresh
  /// is to be set; the window is one segment in any case.
  constexpr void on_timeout(u32 flight, u32 mss, bool first, instant) noexcept {
    if (first) {
      remember();
      ssthresh_ = std::max(flight / 2, 2 * mss);
    }
    cwnd_ = mss;
    counted_ = 0;
  }

  /// The last reduction was for nothing.
  constexpr void undo() noexcept {
    cwnd_ = std::max(cwnd_, cwnd_before_);
    ssthresh_ = std::max(ssthresh_, ssthresh_before_);
  }

  /// Nothing was sent for longer than a timeout (RFC 5681 section 4.1): back to the initial window.
  constexpr void after_idle(u32 mss) noexcept { cwnd_ = std::min(cwnd_, initial_window(mss)); }

  /// Octets that may be outstanding.
  [[nodiscard]] constexpr u32 window() const noexcept { return cwnd_; }
  [[nodiscard]] constexpr u32 threshold() const noexcept { return ssthresh_; }
  [[nodiscard]] constexpr u32 counted() const noexcept { return counted_; }
  /// What undo() would restore.
  [[nodiscard]] constexpr u32 window_before() const noexcept { return cwnd_before_; }
  [[nodiscard]] constexpr u32 threshold_before() const noexcept { return ssthresh_before_; }

  friend bool operator==(const reno&, const reno&) noexcept = default;

 private:
  constexpr void remember() noexcept {
    cwnd_before_ = cwnd_;
    ssthresh_before_ = ssthresh_;
  }

  // No window can be larger (RFC 7323 section 2.3), and sums of two such still fit the word.
  static constexpr u32 largest = u32{1} << 30;

  u32 cwnd_ = 0;
  u32 ssthresh_ = largest;
  u32 counted_ = 0;
  u32 cwnd_before_ = 0;
  u32 ssthresh_before_ = 0;
};

}  // namespace sequent::congestion

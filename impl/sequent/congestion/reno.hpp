// Congestion control: slow start, congestion avoidance, fast recovery (RFC 5681, RFC 6582, RFC 6928).
#pragma once

#include <algorithm>

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

  /// New data was acknowledged outside of recovery. Grows only when the window was in use (RFC 7661's concern; RFC 5681
  /// section 4.1 leaves it open).
  constexpr void on_ack(u32 acked, u32 mss, bool window_was_full) noexcept {
    if (!window_was_full) return;
    if (cwnd_ < ssthresh_) {
      cwnd_ = std::min(cwnd_ + std::min(acked, mss), largest);
      return;
    }
    counted_ += acked;  // one segment for each window acknowledged: RFC 3465, with L = 1
    if (counted_ < cwnd_) return;
    counted_ -= cwnd_;
    cwnd_ = std::min(cwnd_ + mss, largest);
  }

  /// Third duplicate ACK (RFC 5681 section 3.2, step 2 and 3): `flight` octets are outstanding.
  constexpr void enter_recovery(u32 flight, u32 mss) noexcept {
    ssthresh_ = std::max(flight / 2, 2 * mss);
    cwnd_ = std::min(ssthresh_ + 3 * mss, largest);
    counted_ = 0;
  }

  /// A further duplicate in recovery: one more segment has left the network (step 4).
  constexpr void inflate(u32 mss) noexcept { cwnd_ = std::min(cwnd_ + mss, largest); }

  /// A partial acknowledgment (RFC 6582 section 3.2): deflate by what was acknowledged, add back one segment.
  constexpr void on_partial_ack(u32 acked, u32 mss) noexcept {
    const u32 left = cwnd_ > acked ? cwnd_ - acked : 0;
    cwnd_ = std::max(acked >= mss ? left + mss : left, mss);
  }

  /// Recovery is over (RFC 6582 section 3.2, full acknowledgment, option 1).
  constexpr void leave_recovery(u32 flight, u32 mss) noexcept {
    cwnd_ = std::min(ssthresh_, std::max(flight, mss) + mss);
    counted_ = 0;
  }

  /// The retransmission timer expired (RFC 5681 section 3.1): `first` for the first time of these octets, when ssthresh
  /// is to be set; the window is one segment in any case.
  constexpr void on_timeout(u32 flight, u32 mss, bool first) noexcept {
    if (first) ssthresh_ = std::max(flight / 2, 2 * mss);
    cwnd_ = mss;
    counted_ = 0;
  }

  /// Nothing was sent for longer than a timeout (RFC 5681 section 4.1): back to the initial window.
  constexpr void after_idle(u32 mss) noexcept { cwnd_ = std::min(cwnd_, initial_window(mss)); }

  /// Octets that may be outstanding.
  [[nodiscard]] constexpr u32 window() const noexcept { return cwnd_; }
  [[nodiscard]] constexpr u32 threshold() const noexcept { return ssthresh_; }
  [[nodiscard]] constexpr u32 counted() const noexcept { return counted_; }

  friend bool operator==(const reno&, const reno&) noexcept = default;

 private:
  // No window can be larger (RFC 7323 section 2.3), and sums of two such still fit the word.
  static constexpr u32 largest = u32{1} << 30;

  u32 cwnd_ = 0;
  u32 ssthresh_ = largest;
  u32 counted_ = 0;
};

}  // namespace sequent::congestion

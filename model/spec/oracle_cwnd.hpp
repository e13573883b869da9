// How large the congestion window may be: RFC 5681, 3465, 6582, 6928 and 3042.
//
// The oracle is told what happened and says the most that a conformant sender may use. It says nothing about the least:
// a sender may always be more careful. Windows are octets.
#pragma once

#include <algorithm>
#include <cstdint>

namespace sequent::spec {

/// The upper bound on one connection's congestion window.
///
/// Where a careful sender could still be in slow start although the bound has left it, the bound stands one SMSS above
/// ssthresh, so that it holds for every conformant sender and not only for the most eager one.
class cwnd_oracle {
 public:
  /// A connection with this sender maximum segment size, and the initial window of RFC 6928.
  explicit constexpr cwnd_oracle(std::int64_t smss) : smss_(smss), cwnd_(initial_window(smss)) {}

  /// RFC 6928 section 2: min(10 * MSS, max(2 * MSS, 14600)).
  [[nodiscard]] static constexpr std::int64_t initial_window(std::int64_t smss) {
    return std::min(10 * smss, std::max<std::int64_t>(2 * smss, 14600));
  }

  /// The SYN or SYN,ACK had to be sent again: the initial window is one segment (RFC 5681 section 3.1).
  constexpr void handshake_repeated() { cwnd_ = smss_; }

  /// An acknowledgment of new data, outside recovery, or within it one that leaves some of the loss unrepaired.
  constexpr void acknowledged(std::int64_t octets) {
    duplicates_ = 0;
    if (in_recovery_) {
      cwnd_ = std::max(cwnd_ - octets, std::int64_t{0}) + (octets >= smss_ ? smss_ : 0);
      cwnd_ = std::max(cwnd_, smss_);
    } else if (cwnd_ < ssthresh_) {
      // RFC 3465 sections 2.2 and 2.3: two segments for an acknowledgment, but one in a slow start after a timeout.
      cwnd_ += std::min(octets, after_timeout_ ? smss_ : 2 * smss_);
      round_base_ = round_acked_ = 0;
    } else {
      after_timeout_ = false;
      avoid_congestion(octets);
    }
  }

  /// A duplicate acknowledgment. In recovery it means that a segment has left the network.
  constexpr void duplicate() {
    if (in_recovery_) {
      cwnd_ += smss_;
    } else {
      ++duplicates_;
    }
  }

  /// Fast retransmit with this much outstanding (RFC 5681 section 3.2, without what limited transmit added).
  constexpr void enter_recovery(std::int64_t flight) {
    ssthresh_ = halved(flight);
    cwnd_ = ssthresh_ + 3 * smss_;
    in_recovery_ = true;
    after_timeout_ = false;
    duplicates_ = 0;
  }

  /// Everything that was outstanding when recovery began has been acknowledged: the window deflates.
  constexpr void exit_recovery() {
    in_recovery_ = false;
    cwnd_ = ssthresh_;
    round_base_ = round_acked_ = 0;
  }

  /// The retransmission timer expired with this much outstanding. A timeout of the same segment again does not lower
  /// ssthresh further (RFC 5681 section 3.1).
  constexpr void timed_out(std::int64_t flight, bool same_segment_again = false) {
    if (!same_segment_again) ssthresh_ = halved(flight);
    cwnd_ = smss_;
    in_recovery_ = false;
    after_timeout_ = true;
    duplicates_ = 0;
    round_base_ = round_acked_ = 0;
  }

  /// Nothing was sent for more than a retransmission timeout (RFC 5681 section 4.1).
  constexpr void restarted_after_idle() { cwnd_ = std::min(cwnd_, initial_window(smss_)); }

  /// The most that the congestion window may be.
  [[nodiscard]] constexpr std::int64_t window() const { return cwnd_; }

  /// The most that may be outstanding: limited transmit adds a segment for each of two duplicates (RFC 3042).
  [[nodiscard]] constexpr std::int64_t flight() const { return cwnd_ + std::min(duplicates_, std::int64_t{2}) * smss_; }

  /// The most that ssthresh may be; arbitrarily high before the first loss.
  [[nodiscard]] constexpr std::int64_t threshold() const { return ssthresh_; }

 private:
  /// RFC 5681 equation 4.
  [[nodiscard]] constexpr std::int64_t halved(std::int64_t flight) const {
    return std::max((flight + 1) / 2, 2 * smss_);
  }

  /// RFC 5681 equation 3 or byte counting, whichever gives more: a full-sized segment for each window acknowledged,
  /// where every acknowledgment counts for a full-sized segment at the least.
  constexpr void avoid_congestion(std::int64_t octets) {
    if (round_base_ == 0) round_base_ = cwnd_;
    const std::int64_t before = round_growth();
    round_acked_ += std::max(octets, smss_);
    cwnd_ += std::max(round_growth() - before, std::int64_t{1});
    if (round_acked_ >= round_base_) round_base_ = round_acked_ = 0;
    cwnd_ = std::max(cwnd_, ssthresh_ + smss_);
  }

  [[nodiscard]] constexpr std::int64_t round_growth() const {
    return (smss_ * round_acked_ + round_base_ - 1) / round_base_;
  }

  static constexpr std::int64_t unlimited = std::int64_t{1} << 40;

  std::int64_t smss_;
  std::int64_t cwnd_;
  std::int64_t ssthresh_ = unlimited;
  bool in_recovery_ = false;
  bool after_timeout_ = false;
  std::int64_t duplicates_ = 0;
  std::int64_t round_base_ = 0;
  std::int64_t round_acked_ = 0;
};

}  // namespace sequent::spec

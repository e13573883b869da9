// What CUBIC's congestion window is in exact arithmetic: RFC 9438, and for slow start RFC 5681 and 9406.
//
// The oracle is told what happened, with times in seconds, and keeps its variables as real numbers, windows in
// segments, as the RFC writes them. Slow start has a standing answer only outside of HyStart++; see
// oracles/hystart.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace sequent::spec {

/// CUBIC with C = 0.4, beta = 0.7 and fast convergence.
///
/// Where the RFC leaves room the oracle decides: growth in the two cubic regions is (target - cwnd) / cwnd for each
/// segment acknowledged, so that it does not depend on how many ACKs bring the news; cwnd never shrinks by an ACK;
/// the time of a recovery that was undone does not count, nor that of the slow start that leads back from it; slow
/// start ends exactly at ssthresh; K is never negative: without a W_max above the window the stage begins on its
/// plateau.
class cubic_oracle {
 public:
  static constexpr double c = 0.4;  // and beta = 7/10, so (1 + beta) / 2 = 17/20
  static constexpr double beta = 0.7;
  static constexpr double alpha = 3.0 * (1.0 - beta) / (1.0 + beta);

  /// A connection with this sender maximum segment size and this window, in octets.
  constexpr cubic_oracle(std::int64_t smss, std::int64_t initial_window)
      : smss_(static_cast<double>(smss)), cwnd_(segments(initial_window)) {}

  /// An acknowledgment of new data outside of recovery, in congestion avoidance or in a slow start that grows by at
  /// most `limit` segments for each ACK. `rtt` is the smoothed round-trip time.
  void acknowledged(std::int64_t octets, double now, double rtt, bool application_limited, double limit) {
    const double acked = std::min(segments(octets), std::max(cwnd_, 1.0));
    choice_ = {};
    if (in_slow_start()) {
      if (!application_limited) cwnd_ = std::min(cwnd_ + std::min(segments(octets), limit), ssthresh_);
      return;
    }
    const double since = clock_stopped_ ? 0.0 : now - last_;
    last_ = now;
    clock_stopped_ = false;
    // Section 4.2: t does not include what an application did not use.
    if (application_limited) return;
    if (in_stage_) {
      t_ += since;
    } else {
      begin_stage();
    }
    avoid_congestion(acked, rtt);
  }

  /// HyStart++ has found the end of the first slow start (section 4.10): W_max is undefined.
  constexpr void slow_start_found_its_end() {
    ssthresh_ = cwnd_;
    cwnd_prior_ = cwnd_;
    w_max_known_ = false;
    in_stage_ = false;
  }

  /// A congestion event with this much outstanding (sections 4.6 and 4.7). cwnd is the sender's to move until
  /// recovered().
  void congestion(std::int64_t flight) {
    remember(flight);
    w_max_ = w_max_known_ && cwnd_ < w_max_ ? segments(std::llround(window()) * 17 / 20) : cwnd_;
    w_max_known_ = true;
    cwnd_prior_ = cwnd_;
    ssthresh_ = reduced(flight);
    in_stage_ = false;
    after_timeout_ = false;
  }

  /// The sender's word for cwnd during recovery.
  constexpr void set_window(std::int64_t octets) { cwnd_ = segments(octets); }

  /// Recovery has ended.
  constexpr void recovered() {
    cwnd_ = ssthresh_;
    in_stage_ = false;
  }

  /// The retransmission timer expired (section 4.8).
  constexpr void timed_out(std::int64_t flight, bool same_segment_again) {
    if (!same_segment_again) {
      remember(flight);
      cwnd_prior_ = cwnd_;
      ssthresh_ = reduced(flight);
    }
    cwnd_ = 1.0;
    in_stage_ = false;
    after_timeout_ = true;
  }

  /// An ECN echo with this much outstanding (section 4.6): ssthresh keeps its two segments, the window may be one.
  void congestion_echoed(std::int64_t flight) {
    congestion(flight);
    recovered();
    cwnd_ = std::min(cwnd_, std::max(beta * segments(flight), 1.0));
  }

  /// The latest reduction was spurious (section 4.9), and so much may be outstanding now (RFC 4015 section 3.1, step
  /// 9): slow start leads back to what was outstanding before, or to ssthresh if that was more, and the stage goes on.
  constexpr void undone(std::int64_t octets) {
    if (!undo_.valid) return;
    undo_.valid = false;
    if (cwnd_ > cwnd_prior_) return;
    cwnd_ = std::max(cwnd_, segments(octets));
    cwnd_prior_ = undo_.cwnd_prior;
    ssthresh_ = undo_.ssthresh;
    w_max_ = undo_.w_max;
    k_ = undo_.k;
    t_ = undo_.t;
    w_est_ = std::min(undo_.w_est, ssthresh_);  // a window that was not in use is not regained at a stroke
    in_stage_ = undo_.in_stage;
    clock_stopped_ = true;
    w_max_known_ = undo_.w_max_known;
    after_timeout_ = undo_.after_timeout;
  }

  /// Nothing was sent for longer than a retransmission timeout (RFC 5681 section 4.1).
  constexpr void restarted_after_idle(std::int64_t initial_window) {
    if (cwnd_ <= segments(initial_window)) return;
    cwnd_ = segments(initial_window);
    in_stage_ = false;
  }

  /// In octets.
  [[nodiscard]] constexpr double window() const { return cwnd_ * smss_; }
  [[nodiscard]] constexpr double threshold() const { return ssthresh_ * smss_; }
  [[nodiscard]] constexpr double w_max() const { return w_max_ * smss_; }
  [[nodiscard]] constexpr bool in_slow_start() const { return ssthresh_ - cwnd_ > 1e-9; }

  /// The region that the latest acknowledgment in congestion avoidance fell into: the Reno-friendly one if W_est is
  /// ahead of W_cubic(t). The window jumps with that answer, however close the two are. All in octets.
  struct choice {
    double ahead = 1e18;  ///< W_est - W_cubic(t)
    double reno = 0.0;    ///< cwnd after it, if in the Reno-friendly region
    double cubic = 0.0;   ///< cwnd after it, if not
  };
  [[nodiscard]] constexpr const choice& latest_choice() const { return choice_; }

  /// Takes the other answer, where a test finds that both are right.
  constexpr void choose(bool reno) { cwnd_ = (reno ? choice_.reno : choice_.cubic) / smss_; }

  /// W_cubic(t), in octets, t counted from the beginning of the stage (section 4.2, Figure 1).
  [[nodiscard]] constexpr double w_cubic(double t) const {
    const double from_plateau = t - k_;
    return (c * from_plateau * from_plateau * from_plateau + w_max_) * smss_;
  }

 private:
  [[nodiscard]] constexpr double segments(std::int64_t octets) const { return static_cast<double>(octets) / smss_; }

  // ssthresh and W_max are numbers of whole octets: whether they have been reached must not hang on a part of one,
  // which the cube root would make a quarter of a second.
  [[nodiscard]] constexpr double reduced(std::int64_t flight) const { return std::max(segments(flight * 7 / 10), 2.0); }

  // The beginning of a congestion avoidance stage: Figure 2, and for its special cases sections 4.8 and 4.10.
  void begin_stage() {
    in_stage_ = true;
    t_ = 0.0;
    w_est_ = cwnd_;
    if (!w_max_known_ || after_timeout_ || w_max_ <= cwnd_) {
      w_max_ = cwnd_;
      k_ = 0.0;
    } else {
      k_ = std::cbrt((w_max_ - cwnd_) / c);
    }
    w_max_known_ = true;
    after_timeout_ = false;
  }

  // Sections 4.2 to 4.5.
  void avoid_congestion(double acked, double rtt) {
    w_est_ += (w_est_ < cwnd_prior_ ? alpha : 1.0) * acked / cwnd_;
    const double target = std::clamp(w_cubic(t_ + rtt) / smss_, cwnd_, 1.5 * cwnd_);
    const double reno = std::max(cwnd_, w_est_);
    const double cubic = cwnd_ + (target - cwnd_) / cwnd_ * acked;
    choice_ = {w_est_ * smss_ - w_cubic(t_), reno * smss_, cubic * smss_};
    cwnd_ = choice_.ahead > 0.0 ? reno : cubic;
  }

  constexpr void remember(std::int64_t flight) {
    const double safe = std::max(ssthresh_, segments(flight));
    undo_ = {true, in_stage_, w_max_known_, after_timeout_, cwnd_prior_, safe, w_max_, k_, t_, w_est_};
  }

  struct memory {
    bool valid = false;
    bool in_stage = false;
    bool w_max_known = false;
    bool after_timeout = false;
    double cwnd_prior = 0.0;
    double ssthresh = 0.0;
    double w_max = 0.0;
    double k = 0.0;
    double t = 0.0;
    double w_est = 0.0;
  };

  double smss_;
  double cwnd_;
  double ssthresh_ = 1e12;
  double cwnd_prior_ = 0.0;
  double w_max_ = 0.0;
  double k_ = 0.0;
  double t_ = 0.0;
  double w_est_ = 0.0;
  double last_ = 0.0;
  bool in_stage_ = false;
  bool w_max_known_ = false;
  bool after_timeout_ = false;
  bool clock_stopped_ = false;
  memory undo_;
  choice choice_;
};

}  // namespace sequent::spec

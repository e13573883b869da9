// How large the congestion window may be: RFC 5681, 6582, 6675, 6928, 3042 and 3465; after undoing RFC 4015; on ECN
// RFC 3168.
//
// The oracle is told what happened and says the most that a conformant sender may use. It says nothing about the least:
// a sender may always be more careful. Windows are octets.
//
// It can run free, or be told after each event what the sender uses (claims). Told, it is exact: the next bound starts
// from the sender's own window, so that the half octet of an odd flight, or a careful sender that is still in slow
// start, makes no difference. Free, the bound stands one segment above ssthresh once it has left slow start, so that it
// holds for those senders too.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// What governs sending while losses are repaired.
enum class recovery_rule : std::uint8_t {
  inflating,     ///< RFC 5681 and 6582: the window stands for what duplicates say has left
  pipe,          ///< RFC 6675: the window is ssthresh, what counts is the pipe
  proportional,  ///< RFC 9937: the window is pipe and budget; prr_oracle bounds what is sent
};

/// How fast the window may grow in congestion avoidance.
enum class avoidance_rule : std::uint8_t {
  reno,   ///< a segment for each window acknowledged (RFC 5681)
  cubic,  ///< half a window for each window acknowledged: the clamp of RFC 9438 section 4.4; the cubic itself is the
          ///< business of an oracle of its own
};

/// What the RFCs leave to the implementation.
struct cwnd_parameters {
  std::int64_t smss = 1460;
  std::int64_t slow_start_segments = 2;  ///< RFC 3465's L in segments: 1 by the standard, 2 by the experiment
  recovery_rule recovery = recovery_rule::pipe;
  avoidance_rule avoidance = avoidance_rule::reno;
  std::int64_t kept_of = 2;  ///< ssthresh after a loss is kept / kept_of of the flight: 1 / 2, or 7 / 10 for CUBIC
  std::int64_t kept = 1;
  std::int64_t initial_segments = 10;  ///< of the initial window: RFC 6928's upper bound, or what was chosen
};

/// The upper bound on one connection's congestion window.
class cwnd_oracle {
 public:
  /// A connection with the initial window of RFC 6928, or of another number of segments.
  explicit constexpr cwnd_oracle(const cwnd_parameters& given)
      : given_(given), cwnd_(initial_window(given.smss, given.initial_segments)) {}

  /// NewReno without SACK and without byte counting beyond RFC 5681.
  explicit constexpr cwnd_oracle(std::int64_t smss)
      : cwnd_oracle(cwnd_parameters{.smss = smss, .slow_start_segments = 1, .recovery = recovery_rule::inflating}) {}

  /// RFC 6928 section 2: min(10 * MSS, max(2 * MSS, 14600)); or the same in proportion for another number than ten.
  [[nodiscard]] static constexpr std::int64_t initial_window(std::int64_t smss, std::int64_t segments = 10) {
    return std::min(segments * smss, std::max<std::int64_t>(2 * smss, segments * 1460));
  }

  /// The SYN or SYN,ACK had to be sent again so many times: the initial window is one segment (RFC 5681 section 3.1). A
  /// single time is no reason, by what RFC 6928 section 2 recommends.
  constexpr void handshake_repeated(int times) {
    if (times > 1) cwnd_ = given_.smss;
  }

  /// The sender's segments became smaller or larger. No window grows by it.
  constexpr void segment_size_is(std::int64_t smss) { given_.smss = smss; }

  /// An acknowledgment of new data, outside recovery, or within it one that leaves some of the loss unrepaired. One
  /// that carries an ECN echo does not let the window grow (RFC 3168 section 6.1.2, a SHOULD).
  constexpr void acknowledged(std::int64_t octets, bool congestion_echoed = false) {
    duplicates_ = 0;
    if (in_recovery_) {
      if (given_.recovery == recovery_rule::inflating) deflate(octets);
    } else if (congestion_echoed) {
      return;
    } else {
      grow(octets);
    }
  }

  /// A duplicate acknowledgment. In recovery it means that a segment has left the network.
  constexpr void duplicate() {
    if (!in_recovery_) {
      ++duplicates_;
    } else if (given_.recovery == recovery_rule::inflating) {
      cwnd_ += given_.smss;
    }
  }

  /// Recovery begins with this much outstanding (RFC 5681 section 3.2, without what limited transmit added).
  constexpr void enter_recovery(std::int64_t flight) {
    remember(flight);
    ssthresh_ = reduced(flight);
    switch (given_.recovery) {
      case recovery_rule::inflating: cwnd_ = ssthresh_ + 3 * given_.smss; break;
      case recovery_rule::pipe: cwnd_ = ssthresh_; break;
      case recovery_rule::proportional: cwnd_ = std::max({own(), flight, ssthresh_}); break;
    }
    in_recovery_ = true;
    after_timeout_ = false;
    duplicates_ = 0;
  }

  /// More was found lost in recovery, which leaves so much in the pipe. If it had been sent again the reduction begins
  /// anew, and its first segment goes in any case (RFC 9937 section 6.2).
  constexpr void lost_more(std::int64_t pipe) {
    if (in_recovery_ && given_.recovery == recovery_rule::proportional) cwnd_ = std::max(cwnd_, pipe + given_.smss);
  }

  /// A retransmission was lost, in recovery or after a timeout: one more indication of congestion (RFC 5681 section
  /// 4.3), of which each lowers what the one before it has left. After a timeout cwnd comes down from where slow start
  /// has led.
  constexpr void lost_again(std::int64_t flight) {
    ssthresh_ = reduced(std::min(flight, ssthresh_));
    if (in_recovery_ && given_.recovery == recovery_rule::pipe) cwnd_ = std::min(cwnd_, ssthresh_);
    if (in_recovery_) return;
    cwnd_ = std::min(std::max(share_of(own()), given_.smss), ssthresh_);
    start_round();
  }

  /// Everything that was outstanding when recovery began has been acknowledged: the window deflates.
  constexpr void exit_recovery() {
    in_recovery_ = false;
    cwnd_ = ssthresh_;
    start_round();
  }

  /// The retransmission timer expired with this much outstanding. A timeout of the same segment again does not lower
  /// ssthresh further (RFC 5681 section 3.1).
  constexpr void timed_out(std::int64_t flight, bool same_segment_again = false) {
    if (!same_segment_again) {
      remember(flight);
      ssthresh_ = reduced(flight);
    }
    cwnd_ = given_.smss;
    in_recovery_ = false;
    after_timeout_ = true;
    duplicates_ = 0;
    start_round();
  }

  /// F-RTO found a timeout to be genuine at its third step (RFC 5682 section 2.1 step 3a).
  constexpr void timeout_was_genuine() { cwnd_ = std::max(cwnd_, 3 * given_.smss); }

  /// The last recovery or timeout turned out to be spurious: the window is what RFC 4015 section 3.1 step 9 computes
  /// from what is outstanding after this acknowledgment and what it acknowledged, and that does not make it grow
  /// besides (section 3.4); slow start may lead back to what was safe before.
  constexpr void undone(std::int64_t flight, std::int64_t octets) {
    if (!before_) return;
    cwnd_ = std::max({own(), flight + std::min(octets, restart_window()), given_.smss});
    ssthresh_ = std::max({ssthresh_, before_->ssthresh, before_->flight});
    in_recovery_ = after_timeout_ = false;
    before_.reset();
    if (claimed_) claimed_ = cwnd_;  // the sender may use all of it at once
    start_round();
  }

  /// An ECN echo, once a window of data: as a loss, with nothing to send again, and down to one segment (RFC 3168
  /// section 6.1.2, RFC 9438 section 4.6). A sender that spreads the reduction as in recovery calls enter_recovery
  /// instead.
  constexpr void congestion_echoed(std::int64_t flight) {
    if (in_recovery_) return;
    loss_repaired(flight);
    cwnd_ = std::min(cwnd_, std::max(share_of(flight), given_.smss));
  }

  /// A tail loss probe has repaired a loss (RFC 8985 section 7.4.2).
  constexpr void loss_repaired(std::int64_t flight) {
    if (in_recovery_) return;
    ssthresh_ = reduced(flight);
    cwnd_ = std::min(cwnd_, ssthresh_);
    after_timeout_ = false;
    start_round();
  }

  /// Nothing was sent for more than a retransmission timeout (RFC 5681 section 4.1). A window that is no larger than
  /// the initial one stays as it is, with what was counted towards its growth.
  constexpr void restarted_after_idle() {
    if (own() <= restart_window()) return;
    cwnd_ = std::min(cwnd_, restart_window());
    start_round();
  }

  /// The sender tells the window and the threshold that it uses, after every event. From then on the bound is exact.
  void claims(std::int64_t window, std::optional<std::int64_t> threshold = std::nullopt) {
    if (window > cwnd_) {
      wrong_.note("cwnd is " + std::to_string(window) + ", more than " + std::to_string(cwnd_));
    }
    if (threshold && *threshold > ssthresh_ && ssthresh_ < unlimited) {
      wrong_.note("ssthresh is " + std::to_string(*threshold) + ", more than " + std::to_string(ssthresh_));
    }
    claimed_ = window;
    if (threshold) ssthresh_ = std::min(ssthresh_, *threshold);
  }

  /// The sender puts text on the wire with so much in the pipe before it (without SACK: outstanding). A probe may
  /// exceed the window by one segment (RFC 8985 section 7.3).
  void sends(std::int64_t pipe, std::int64_t octets, bool probe = false) {
    const std::int64_t most = flight() + (probe ? given_.smss : 0);
    if (pipe + octets <= most) return;
    wrong_.note(std::to_string(octets) + " octets are sent with " + std::to_string(pipe) +
                " in the pipe, where the window is " + std::to_string(most));
  }

  /// The most that the congestion window may be.
  [[nodiscard]] constexpr std::int64_t window() const { return cwnd_; }

  /// The most that may be outstanding: limited transmit adds a segment for each of two duplicates (RFC 3042).
  [[nodiscard]] constexpr std::int64_t flight() const {
    return cwnd_ + std::min(duplicates_, std::int64_t{2}) * given_.smss;
  }

  /// The most that ssthresh may be; arbitrarily high before the first loss.
  [[nodiscard]] constexpr std::int64_t threshold() const { return ssthresh_; }

  /// Empty, or the first claim that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  /// What may be sent at once where nothing is known of the path any more (RFC 5681 section 4.1).
  [[nodiscard]] constexpr std::int64_t restart_window() const {
    return initial_window(given_.smss, given_.initial_segments);
  }

  /// What a spurious recovery gives back.
  struct remembered {
    std::int64_t ssthresh;
    std::int64_t flight;
  };

  constexpr void remember(std::int64_t flight) {
    // A timeout within recovery is the same trouble: the first counts.
    if (!in_recovery_) before_ = remembered{ssthresh_, flight};
  }

  /// RFC 5681 equation 4, or RFC 9438 section 4.6. An odd half may be rounded up.
  [[nodiscard]] constexpr std::int64_t reduced(std::int64_t flight) const {
    return std::max(share_of(flight), 2 * given_.smss);
  }
  [[nodiscard]] constexpr std::int64_t share_of(std::int64_t flight) const {
    return (flight * given_.kept + given_.kept_of - 1) / given_.kept_of;
  }

  /// RFC 6582 section 3.2 step 3, partial acknowledgments.
  constexpr void deflate(std::int64_t octets) {
    cwnd_ = std::max(cwnd_ - octets, std::int64_t{0}) + (octets >= given_.smss ? given_.smss : 0);
    cwnd_ = std::max(cwnd_, given_.smss);
  }

  constexpr void start_round() { round_base_ = round_acked_ = 0; }

  /// The window that the sender uses, as far as it is known.
  [[nodiscard]] constexpr std::int64_t own() const { return claimed_ ? std::min(*claimed_, cwnd_) : cwnd_; }

  /// Outside recovery. Below ssthresh slow start counts from the sender's own window. At equality the sender may use
  /// slow start or congestion avoidance (RFC 5681 section 3.1). Above, the bound keeps its own count of the round: the
  /// sender's may be at another phase of it.
  constexpr void grow(std::int64_t octets) {
    const std::int64_t limit = (after_timeout_ ? 1 : given_.slow_start_segments) * given_.smss;
    const std::int64_t slow_start = own() + std::min(octets, limit);
    if (own() < ssthresh_) {
      cwnd_ = slow_start;
      start_round();
      return;
    }
    const bool either = own() == ssthresh_;
    avoid_congestion(octets);
    if (either) cwnd_ = std::max(cwnd_, slow_start);
  }

  /// RFC 5681 equation 3 or byte counting, whichever gives more: a full-sized segment for each window acknowledged,
  /// where every acknowledgment counts for a full-sized segment at the least.
  constexpr void avoid_congestion(std::int64_t octets) {
    after_timeout_ = false;
    if (given_.avoidance == avoidance_rule::cubic) {
      cwnd_ += std::max((octets + 1) / 2, std::int64_t{1});
      return;
    }
    if (round_base_ == 0) round_base_ = cwnd_;
    const std::int64_t before = round_growth();
    round_acked_ += std::max(octets, given_.smss);
    cwnd_ += std::max(round_growth() - before, std::int64_t{1});
    if (round_acked_ >= round_base_) start_round();
    if (!claimed_) cwnd_ = std::max(cwnd_, ssthresh_ + given_.smss);
  }

  [[nodiscard]] constexpr std::int64_t round_growth() const {
    return (given_.smss * round_acked_ + round_base_ - 1) / round_base_;
  }

  static constexpr std::int64_t unlimited = std::int64_t{1} << 40;

  cwnd_parameters given_;
  std::int64_t cwnd_;
  std::int64_t ssthresh_ = unlimited;
  std::optional<remembered> before_{};
  bool in_recovery_ = false;
  bool after_timeout_ = false;
  std::optional<std::int64_t> claimed_{};  ///< what the sender said last that it uses
  std::int64_t duplicates_ = 0;
  std::int64_t round_base_ = 0;
  std::int64_t round_acked_ = 0;
  complaint wrong_;
};

}  // namespace sequent::spec

// A window that the peer keeps closed: how often it may be probed, that whoever answers is not given up (RFC 9293
// section 3.8.6.1, MUST-37), and how long a user may have said to wait for it (RFC 6429 section 4).
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// What the RFCs leave to the implementation and its user.
struct closed_window_parameters {
  microseconds least = 1'000'000;       ///< the shortest retransmission timeout
  microseconds most = 60'000'000;       ///< the longest
  std::optional<microseconds> limit{};  ///< how long a window may stay closed
  microseconds patience = 0;            ///< the user timeout, by which a peer has to answer
  microseconds tolerance = 0;           ///< of the sender's clock
};

/// A sender as it is between two events.
struct waiting_sender {
  position window = 0;      ///< SND.WND
  position max_window = 0;  ///< the largest that the peer ever offered
  position full = 0;        ///< Eff.snd.MSS
  bool waits = false;       ///< text or a FIN is queued or outstanding
  bool ended = false;       ///< the connection is gone
};

/// The closed windows of one connection. Feed it every event in order.
class closed_window_oracle {
 public:
  explicit closed_window_oracle(const closed_window_parameters& given) : given_(given) {}

  /// New text or a FIN goes out while the window is zero: a probe. That earlier ones were taken makes no difference
  /// (SHLD-29, SHLD-30).
  void probed(microseconds now) {
    if (!shut_since_) return wrong_.note("a probe of a window that is not closed");
    microseconds apart = given_.least;
    for (int i = 0; i != probes_ && apart < given_.most; ++i) apart *= 2;
    apart = std::min(apart, given_.most) - given_.tolerance;
    const microseconds last = probes_ == 0 ? *shut_since_ : last_probe_;
    if (now - last < apart) {
      wrong_.note("probe " + std::to_string(probes_ + 1) + " comes " + std::to_string(now - last) +
                  " us after what was before it, not " + std::to_string(apart));
    }
    last_probe_ = now;
    ++probes_;
  }

  /// Something goes out that the peer has to answer.
  void asked(microseconds now) {
    if (!unanswered_since_) unanswered_since_ = now;
  }
  /// The peer answers, whatever it says.
  void answered() { unanswered_since_.reset(); }
  /// A timeout ends the connection while the window is zero: only silence justifies that (MUST-37), or that the user
  /// has said how long a window may stay closed, and it has.
  void given_up(microseconds now) {
    if (given_.limit && waits_since_ && now - *waits_since_ >= *given_.limit - given_.tolerance) return;
    if (!unanswered_since_) return wrong_.note("a peer is given up that has answered everything");
    if (now - *unanswered_since_ >= given_.patience) return;
    wrong_.note("a peer is given up after " + std::to_string(now - *unanswered_since_) + " us of silence, not " +
                std::to_string(given_.patience));
  }

  /// What the sender is like now, all that was due having been done.
  void now_is(const waiting_sender& s, microseconds now) {
    if (s.window != 0) {
      shut_since_.reset();
      probes_ = 0;
    } else if (!shut_since_) {
      shut_since_ = now;
    }
    // A window that is worth no segment is closed to the user who waits.
    const bool worthless = s.window == 0 || (s.window < s.full && s.window < s.max_window / 2);
    if (!worthless || !s.waits || s.ended) {
      waits_since_.reset();
      return;
    }
    if (!waits_since_) waits_since_ = now;
    if (given_.limit && now - *waits_since_ > *given_.limit + given_.tolerance) {
      wrong_.note("a window has been closed for " + std::to_string(now - *waits_since_) + " us, the limit being " +
                  std::to_string(*given_.limit));
    }
  }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  closed_window_parameters given_;
  std::optional<microseconds> shut_since_{};  // SND.WND is zero
  std::optional<microseconds> unanswered_since_{};
  std::optional<microseconds> waits_since_{};  // something waits for a window that is worth a segment
  microseconds last_probe_ = 0;
  int probes_ = 0;
  complaint wrong_;
};

}  // namespace sequent::spec

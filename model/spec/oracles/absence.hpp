// A host that was away (suspended, stopped, starved) and finds limits of time over when it comes back: the peer is not
// given up before it was asked once more and had the time to answer (RFC 9293 section 3.8.3: R2 counts what was sent in
// vain), and is given up in the end.
#pragma once

#include <optional>
#include <string>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// The absences of one host, as one connection of it must take them. Feed it every event in order.
class absence_oracle {
 public:
  /// The host is there, and attends to what is due. `waits`: something is outstanding and unanswered, and the user
  /// waits for so long.
  void now_is(std::optional<microseconds> waits, microseconds now) {
    if (waits && outstanding_) silent_for_ += now - last_;
    if (!waits) silent_for_ = 0;
    outstanding_ = waits.has_value();
    last_ = now;
    if (waits && silent_for_ > *waits + 2 * longest_timeout) {
      wrong_.note("a peer has been silent for " + std::to_string(silent_for_) +
                  " us of the host's time, the limit being " + std::to_string(*waits));
    }
  }
  /// The host comes back. Something had been due for so long, which is an absence if it is a timeout at least; and for
  /// an answer one must wait for so long.
  void returned(microseconds overdue, microseconds timeout, microseconds answer, microseconds now) {
    if (overdue < timeout) return;  // late, and there all the same: that time counts
    last_ = now;
    away_ = true;
    asked_at_.reset();
    timeout_ = answer;
  }
  /// Something goes out that the peer has to answer.
  void asked(microseconds now) {
    if (!away_ || asked_at_) return;
    asked_at_ = now;
  }
  /// The peer answers what it was asked, and may leave its window closed to what waits.
  void heard(bool still_closed) {
    silent_for_ = 0;
    given_time_ = false;
    if (!still_closed) asked_behind_window_ = false;
    // Decision 0035: once while a window stays closed. The limit began to wait at the return; what it waited for was to
    // hear of the peer, and it has told, asked or not, that the window is as it was.
    asked_behind_window_ = asked_behind_window_ || (still_closed && away_);
    away_ = false;
  }
  /// A timer ends the connection. Who was asked in vain after an earlier absence is not asked again.
  void given_up(microseconds now) {
    if (!away_ || asked_behind_window_) return;
    if (!asked_at_) {
      if (!given_time_) wrong_.note("a host that was away gives a peer up without having asked it again");
      return;
    }
    if (now - *asked_at_ < timeout_ && !given_time_) {
      wrong_.note("a host that was away gives a peer up " + std::to_string(now - *asked_at_) +
                  " us after it asked it again, not " + std::to_string(timeout_));
    }
  }
  /// The host goes away.
  void leaves() { given_time_ = given_time_ || (away_ && asked_at_); }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  static constexpr microseconds longest_timeout = 60'000'000;

  bool away_ = false;                 // it was, and nothing was heard since
  bool given_time_ = false;           // the peer was asked in this silence, after an earlier absence
  bool asked_behind_window_ = false;  // the same, of a window that is closed: it did answer
  bool outstanding_ = false;
  std::optional<microseconds> asked_at_{};
  microseconds timeout_ = 0;
  microseconds silent_for_ = 0;  // while the host was there
  microseconds last_ = 0;
  complaint wrong_;
};

}  // namespace sequent::spec

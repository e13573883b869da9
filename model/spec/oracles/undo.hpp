// What a sender may take back when a loss turns out to have been none: the Eifel response, RFC 4015 section 3.1, steps
// 0, 9 and 11; for needless fast retransmits too, where RFC 9438 section 4.9.2 permits more, so that no burst follows
// in either case. Windows are octets.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// What the response depends on beside the events.
struct undo_parameters {
  std::int64_t smss = 1460;
  std::int64_t initial_window = 14'600;
  microseconds granularity = 1'000;  ///< G
  microseconds least = 1'000'000;    ///< RFC 6298 section 2.4
  microseconds most = 60'000'000;    ///< RFC 6298 section 2.5
  microseconds tolerance = 16;       ///< of the timeout, for SRTT and RTTVAR in whole microseconds
};

/// A window and a threshold as the sender uses them.
struct used_window {
  std::int64_t window = 0;
  std::int64_t threshold = 0;
};

/// The response of one connection.
class undo_oracle {
 public:
  explicit undo_oracle(const undo_parameters& given) : given_(given) {}

  /// Step 0, for a recovery: the window is about to be reduced with so much outstanding, of which `limited` may count
  /// (RFC 5681 section 3.2, without what limited transmit added).
  void recovery_begins(std::int64_t flight, std::int64_t limited, std::int64_t ssthresh) {
    before_ = remembered{std::max(limited, ssthresh), std::max(flight, ssthresh)};
    by_timeout_ = echoed_ = false;
  }

  /// Step 0, for a timeout. Not for one that strikes within a recovery or for the same segment again.
  void timed_out(std::int64_t flight, std::int64_t ssthresh, microseconds srtt, microseconds rttvar, position snd_nxt) {
    recovery_begins(flight, flight, ssthresh);
    by_timeout_ = true;
    raises_ = false;
    srtt_before_ = srtt + 2 * given_.granularity;
    rttvar_before_ = rttvar;
    unsent_from_ = snd_nxt;
  }

  /// Something happened after which nothing is known of what an undo would go back to.
  void forget() { before_.reset(); }

  /// An acknowledgment has the ECN-Echo flag.
  void congestion_echoed() { echoed_ = true; }

  /// Step 9: the sender takes the reduction back. `flight` is outstanding after the acknowledgment, which acknowledged
  /// so many octets; SACK has reported `sacked` of the flight.
  void undone(const used_window& was, const used_window& is, std::int64_t flight, std::int64_t octets,
              std::int64_t sacked) {
    wrong_.expect(!echoed_, "a reduction is taken back though congestion was echoed");
    // A segment may be outstanding in any case (RFC 5681 section 3.1).
    const std::int64_t most = std::max(flight + std::min(octets, given_.initial_window), given_.smss);
    if (is.window > std::max(was.window, most)) {
      wrong_.note("after an undo cwnd is " + std::to_string(is.window) + ", more than " + std::to_string(most));
    }
    if (is.window < (sacked == 0 ? most : flight - sacked)) {
      wrong_.note("after an undo cwnd is " + std::to_string(is.window) + ", less than " + std::to_string(most));
    }
    if (before_ && (is.threshold < before_->least || is.threshold > before_->most)) {
      wrong_.note("after an undo ssthresh is " + std::to_string(is.threshold) + ", not " +
                  std::to_string(before_->least) + " to " + std::to_string(before_->most));
    }
    before_.reset();
    raises_ = by_timeout_;
  }

  /// The latest timeout is found needless, but congestion was echoed: the reduction stays. Step 11 follows all the
  /// same, as it does behind step 9, which ends in the same way.
  void kept() { raises_ = by_timeout_; }

  /// Step 11: an acknowledgment that leaves SND.UNA at `una` has brought a sample, and the timeout follows.
  void measured(position una, microseconds sample, microseconds timeout) {
    if (!raises_ || una <= unsent_from_) return;
    raises_ = false;
    const microseconds srtt = std::max(srtt_before_, sample);
    const microseconds rttvar = std::max(rttvar_before_, sample / 2);
    const microseconds expected =
        std::clamp(srtt + std::max(given_.granularity, 4 * rttvar), given_.least, given_.most);
    if (timeout >= expected - given_.tolerance && timeout <= expected + given_.tolerance) return;
    wrong_.note("after a spurious timeout RTO is " + std::to_string(timeout) + " us, not " + std::to_string(expected));
  }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  struct remembered {
    std::int64_t least;  ///< pipe_prev
    std::int64_t most;
  };

  undo_parameters given_;
  std::optional<remembered> before_{};
  bool by_timeout_ = false;
  bool echoed_ = false;
  bool raises_ = false;
  microseconds srtt_before_ = 0;
  microseconds rttvar_before_ = 0;
  position unsent_from_ = 0;
  complaint wrong_;
};

}  // namespace sequent::spec

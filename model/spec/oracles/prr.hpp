// How much a sender may send during recovery: Proportional Rate Reduction, RFC 9937.
//
// With SACK what an acknowledgment delivered is known, and so is SndCnt to the octet: the oracle is told the window
// that the sender uses after each and wants pipe and SndCnt. Without SACK what was delivered is an estimate, and the
// oracle says the most.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// What the RFC leaves to the implementation.
struct prr_parameters {
  position smss = 1460;
  position least = 0;  ///< the window is never below this: with an empty pipe so much may be sent in any case
};

/// What an acknowledgment without SACK says.
struct bare_acknowledgment {
  position advance = 0;      ///< how far SND.UNA moved
  bool duplicate = false;    ///< a duplicate acknowledgment
  position outstanding = 0;  ///< SND.NXT - SND.UNA before it
};

/// One recovery after another of one connection. Octets.
class prr_oracle {
 public:
  explicit prr_oracle(const prr_parameters& given) : given_(given) {}

  /// Section 6.1: an episode begins. ssthresh is what the congestion control chose; flight is RecoverFS: everything
  /// outstanding before this acknowledgment, less what had been SACKed by then. Then acknowledged() or counted() is
  /// called for the acknowledgment that began it.
  void begin(position ssthresh, position flight) {
    wrong_.expect(ssthresh > 0 && flight > 0, "recovery begins with nothing outstanding");
    running_ = true;
    ssthresh_ = ssthresh;
    recover_flight_ = std::max<position>(flight, 1);
    delivered_ = sent_ = budget_ = window_ = duplicates_ = 0;
    exact_.reset();
  }

  /// Section 6.2: an acknowledgment arrives in recovery, with SACK. It delivered so many octets, so many are in the
  /// pipe after it, and `safe` says that it advanced SND.UNA and showed no further loss (SafeACK). One that delivered
  /// nothing leaves the window as it is, unless it showed `losses`.
  void acknowledged(position delivered, position pipe, bool safe, bool losses = false) {
    if (!running_) return;
    if (delivered != 0) {
      account(delivered, pipe, safe);
    } else if (losses || window_ == 0) {
      return losses_found(pipe);
    }
    exact_ = window_;
  }

  /// The same without SACK. A duplicate stands for a segment. What SND.UNA passes is delivered but for what duplicates
  /// had told of, and the segment at SND.UNA none has told of. In all no more than RecoverFS, which keeps a peer from
  /// making the window out of nothing. With nothing delivered the window stays where it is. A partial acknowledgment
  /// sends the next hole whatever the window is (RFC 6582 section 3.2, step 3).
  void counted(const bare_acknowledgment& told, position pipe, bool safe) {
    if (!running_) return;
    const position estimated = estimate(told);
    const position delivered = std::min(estimated, std::max<position>(recover_flight_ - delivered_, 0));
    const position held = window_ - pipe;
    if (delivered != 0) account(delivered, pipe, safe);
    // Where the last part of RecoverFS is counted, another's estimate may have reached it before.
    if (delivered != estimated) budget_ = delivered == 0 ? held : std::max(budget_, held);
    allow_least(pipe);
    if (told.advance != 0) budget_ = std::max(budget_, given_.smss);
  }

  /// Without SACK: so much is taken off what is in flight for duplicates. No more than RecoverFS (a MUST of section
  /// 6.2).
  void claims_departed(position octets) {
    if (!running_ || octets <= recover_flight_) return;
    wrong_.note("duplicates take " + std::to_string(octets) + " octets off what is in flight, of which " +
                std::to_string(recover_flight_) + " were outstanding");
  }

  /// The window that the sender uses after an acknowledgment. What is less than what the RFC computes slows the
  /// recovery down, what is more bursts.
  void claims_window(position window) {
    if (!running_ || !exact_) return;
    const position wanted = std::max(*exact_, given_.least);
    exact_.reset();
    if (window == wanted) return;
    wrong_.note("in recovery the window is " + std::to_string(window) + " where pipe and SndCnt are " +
                std::to_string(wanted));
  }

  /// More was found lost though nothing was delivered: nothing may be sent for it but what the deliveries before have
  /// left over. (The RFC takes no step here, which leaves the window open for as much as was lost. Its section 7 wants
  /// no such burst.)
  void losses_found(position pipe) {
    if (!running_) return;
    const position rest = pipe > ssthresh_ ? proportion() : std::min(ssthresh_ - pipe + sent_, delivered_);
    budget_ = std::max<position>(rest - sent_, 0);
    if (budget_ == 0 && sent_ == 0) budget_ = given_.smss;
    window_ = pipe + budget_;
    allow_least(pipe);
  }

  /// Text is put on the wire, new or not.
  void sent(position octets) {
    if (!running_) return;
    const position room = remaining();
    if (octets > room) {
      wrong_.note("in recovery " + std::to_string(octets) + " octets are sent where " + std::to_string(room) +
                  " may be (delivered " + std::to_string(delivered_) + ", sent " + std::to_string(sent_) + ")");
    }
    sent_ += octets;
    budget_ -= octets;
  }

  /// Section 6.4: the recovery ends in order; the window is set to ssthresh.
  void end(position window) {
    if (!running_) return;
    running_ = false;
    if (window == ssthresh_) return;
    wrong_.note("after recovery the window is " + std::to_string(window) + ", and ssthresh " +
                std::to_string(ssthresh_));
  }

  /// Recovery ends by a timeout or is undone.
  void abandon() { running_ = false; }

  /// Whether a recovery runs.
  [[nodiscard]] bool running() const { return running_; }
  /// What may be sent before the next acknowledgment: SndCnt less what was sent since. Never negative.
  [[nodiscard]] position remaining() const { return std::max<position>(budget_, 0); }
  /// prr_delivered.
  [[nodiscard]] position delivered() const { return delivered_; }
  /// prr_out.
  [[nodiscard]] position sent_in_total() const { return sent_; }

  /// What may have been sent in all while pipe is above ssthresh: once RecoverFS octets are delivered exactly ssthresh.
  [[nodiscard]] position proportion() const { return (delivered_ * ssthresh_ + recover_flight_ - 1) / recover_flight_; }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  void account(position delivered, position pipe, bool safe) {
    delivered_ += delivered;
    position count = 0;
    if (pipe > ssthresh_) {
      count = std::max<position>(proportion() - sent_, 0);
    } else {
      count = std::max(delivered_ - sent_, delivered);  // the conservative bound
      if (safe) count += given_.smss;                   // ... and the slow start bound
      count = std::min(count, ssthresh_ - pipe);
    }
    if (count == 0 && sent_ == 0) count = given_.smss;  // the fast retransmit is not held back
    window_ = pipe + count;
    budget_ = count;
    allow_least(pipe);
  }

  // A segment may be sent while anything is missing to the window (section 3), and the fast retransmit is a whole one.
  // With nothing in the network no acknowledgment will add to what is missing to a segment: one may be outstanding at
  // any time (RFC 5681 section 3.1).
  void allow_least(position pipe) {
    if (sent_ == 0) budget_ = std::max(budget_, given_.smss);
    if (pipe == 0) budget_ = std::max(budget_, given_.smss);
  }

  [[nodiscard]] position estimate(const bare_acknowledgment& told) {
    const position believable = std::min(recover_flight_, told.outstanding - given_.smss);
    if (told.duplicate) {
      duplicates_ = std::min(duplicates_ + given_.smss, std::max(believable, duplicates_));
      return given_.smss;
    }
    const position before = std::min(duplicates_, std::max<position>(told.advance - given_.smss, 0));
    duplicates_ -= before;
    return told.advance - before;
  }

  prr_parameters given_;
  bool running_ = false;
  position ssthresh_ = 0;
  position recover_flight_ = 1;
  position delivered_ = 0;           ///< prr_delivered
  position sent_ = 0;                ///< prr_out
  position budget_ = 0;              ///< SndCnt, less what was sent since
  position window_ = 0;              ///< cwnd
  position duplicates_ = 0;          ///< without SACK: what they told of that SND.UNA has not passed
  std::optional<position> exact_{};  ///< what cwnd is to be, until the sender has said it
  complaint wrong_;
};

}  // namespace sequent::spec

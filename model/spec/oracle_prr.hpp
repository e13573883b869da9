// How much a sender may send during recovery: Proportional Rate Reduction, RFC 6937, and what its revision (RFC 9937)
// permits besides.
//
// The revision is known here from knowledge of the document, not from its text: it sends at least one segment when
// recovery begins, counts what was delivered before recovery out of RecoverFS, and grows by a segment only on
// acknowledgments that show progress without a further loss. All of it is a matter of the bound, so the oracle permits
// whichever is more.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "model/spec/oracle_parts.hpp"

namespace sequent::spec {

/// Which reduction bound is permitted once pipe has fallen below ssthresh.
enum class reduction_bound : std::uint8_t {
  conservative,  ///< PRR-CRB: strictly packet conserving
  slow_start,    ///< PRR-SSRB: a segment more for each acknowledgment
};

/// What the RFCs leave to the implementation.
struct prr_parameters {
  position smss = 1460;
  reduction_bound bound = reduction_bound::slow_start;
  bool forced_retransmit = true;  ///< one segment may always be sent when recovery begins (the revision)
  position least = 0;  ///< the window is never below this: with an empty pipe so much may be sent in any case
  position overshoot =
      0;  ///< a sender that never cuts a segment to fit may exceed a positive budget by up to this much
};

/// One recovery after another of one connection. Octets.
class prr_oracle {
 public:
  explicit prr_oracle(const prr_parameters& given) : given_(given) {}

  /// Recovery begins. ssthresh is what the congestion control chose; flight is RecoverFS: everything outstanding, or
  /// that less what had been SACKed before this acknowledgment. Then acknowledged() is called for the acknowledgment
  /// that began it.
  void begin(position ssthresh, position flight) {
    wrong_.expect(ssthresh > 0 && flight > 0, "recovery begins with nothing outstanding");
    running_ = true;
    ssthresh_ = ssthresh;
    recover_flight_ = std::max<position>(flight, 1);
    delivered_ = sent_ = budget_ = 0;
  }

  /// An acknowledgment arrives in recovery: it delivered so many octets, and so many are in the pipe after it.
  void acknowledged(position delivered, position pipe) {
    if (!running_) return;
    delivered_ += delivered;
    budget_ = budget(delivered, pipe);
    allow_least(pipe);
  }

  /// More was found lost without an acknowledgment: nothing was delivered, and nothing may be sent for it but what the
  /// deliveries before have left over.
  void losses_found(position pipe) {
    if (!running_) return;
    const position rest = pipe > ssthresh_ ? proportion(delivered_) : std::min(ssthresh_ - pipe + sent_, delivered_);
    budget_ = rest - sent_;
    allow_least(pipe);
  }

  /// Text is put on the wire, new or not.
  void sent(position octets) {
    if (!running_) return;
    const position room = std::max<position>(budget_, 0);
    if (octets > room + (room > 0 ? given_.overshoot : 0)) {
      wrong_.note("in recovery " + std::to_string(octets) + " octets are sent where " + std::to_string(room) +
                  " may be (delivered " + std::to_string(delivered_) + ", sent " + std::to_string(sent_) + ")");
    }
    sent_ += octets;
    budget_ -= octets;
  }

  /// Recovery ends in order; the window is set to ssthresh or less (RFC 5681 section 4.3).
  void end(position window) {
    if (!running_) return;
    running_ = false;
    if (window <= ssthresh_) return;
    wrong_.note("after recovery the window is " + std::to_string(window) + ", more than ssthresh " +
                std::to_string(ssthresh_));
  }

  /// Recovery ends by a timeout or is undone.
  void abandon() { running_ = false; }

  /// Whether a recovery runs.
  [[nodiscard]] bool running() const { return running_; }
  /// What may be sent before the next acknowledgment: sndcnt less what was sent since. Never negative.
  [[nodiscard]] position remaining() const { return std::max<position>(budget_, 0); }
  /// prr_delivered.
  [[nodiscard]] position delivered() const { return delivered_; }
  /// prr_out.
  [[nodiscard]] position sent_in_total() const { return sent_; }

  /// What the window converges to: once RecoverFS octets are delivered without pipe falling below ssthresh, exactly
  /// ssthresh octets were sent by a sender that always had something to send.
  [[nodiscard]] position proportional_total() const { return proportion(delivered_); }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  void allow_least(position pipe) {
    if (sent_ == 0 && given_.forced_retransmit) budget_ = std::max(budget_, given_.smss);
    if (pipe == 0) budget_ = std::max(budget_, given_.least);
  }

  /// CEIL(prr_delivered * ssthresh / RecoverFS).
  [[nodiscard]] position proportion(position delivered) const {
    return (delivered * ssthresh_ + recover_flight_ - 1) / recover_flight_;
  }

  /// sndcnt of section 3.
  [[nodiscard]] position budget(position delivered_now, position pipe) const {
    if (pipe > ssthresh_) return proportion(delivered_) - sent_;
    position limit = delivered_ - sent_;
    if (given_.bound == reduction_bound::slow_start) limit = std::max(limit, delivered_now) + given_.smss;
    return std::min(ssthresh_ - pipe, limit);
  }

  prr_parameters given_;
  bool running_ = false;
  position ssthresh_ = 0;
  position recover_flight_ = 1;
  position delivered_ = 0;  ///< prr_delivered
  position sent_ = 0;       ///< prr_out
  position budget_ = 0;     ///< sndcnt, less what was sent since
  complaint wrong_;
};

}  // namespace sequent::spec

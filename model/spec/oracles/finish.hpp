// A run comes to its end in time: what it waits for has a cause that the path shows, no wait is longer than the timer's
// back-off makes it, and between the waits every round trip moves something. The oracle sees segments, what the path
// loses, and when: so it judges any TCP over a path whose losses are known.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// What is known of a sender, its peer and the path between them. Times in microseconds of true time.
struct finish_parameters {
  microseconds least_timeout = 1'000'000;      ///< RFC 6298 section 2.4
  microseconds timeout_after_syn = 3'000'000;  ///< of the first data where the SYN was sent again (section 5.7)
  microseconds most_timeout = 60'000'000;
  microseconds delays_ack = 0;  ///< how long the peer may keep an acknowledgment back (RFC 9293 section 3.8.6.3)
  microseconds overrides = 0;   ///< how long the sender may keep a small segment back (section 3.8.6.2.1)
  microseconds grain = 0;       ///< of the clocks: any timer may be late by so much
};

/// One direction of a run: what was written and has not been acknowledged waits.
///
/// A *pause* is a time in which something waits and no acknowledgment advances. A *quick* pause is what round trips,
/// delayed acknowledgments, a probe (RFC 8985 section 7.2: two round trips, and 200 ms where one segment is
/// outstanding) and silly-window avoidance explain. A longer one is that of a retransmission timer:
/// - *It needs a cause*: something of the direction's text or of what answers it was lost or late after the last long
///   pause. All that was lost before that is known to be lost when its timer expires, and goes again as acknowledgments
///   arrive (RFC 5681 section 3.1, RFC 8985 section 6.3), not by one timeout after the other. A pause that ended with
///   nothing sent again, as where what answers was lost and came with the peer's own repetition, has started the timer
///   over before it expired (RFC 6298 section 5.3): what was lost before may have one more.
/// - *It ends in time*: a timer that is started anew for each repetition and doubles each time (RFC 6298 sections 5.4,
///   5.5 and 5.6) expires, after what was last lost, no later than the pause had lasted by then and one timeout more,
///   be it the longest timeout at most. The timeout is at most SRTT + 4 RTTVAR, and neither is more than the longest
///   round trip, or the longest pause in which nothing was sent again: where an answer is lost, and the next one comes
///   with something later, that is what is measured (section 3). Back-off that a pause began stays until what was sent
///   once has been measured (Karn, section 5.7).
class finish_oracle {
 public:
  explicit finish_oracle(const finish_parameters& given) : given_(given) {}

  /// A packet took so long one way (0: the direction's own, 1: what answers it), queues included.
  void travelled(int way, microseconds span) { longest_[way] = std::max(longest_[way], span); }
  /// The path lost or held back a packet of either way, or a slow user of the peer's read something at last: until then
  /// the window may have been closed.
  void disturbed(microseconds now) {
    disturbed_at_ = now;
    ++disturbances_;
    if (since_ && now <= *since_) known_ = disturbances_;
  }
  /// A SYN was sent again.
  void syn_repeated() { syn_repeated_ = true; }
  /// What is outstanding first was sent again, as it is when a timer expires (RFC 6298 section 5.4): said after its own
  /// loss, and before that of what goes out with it.
  void repeated() {
    known_ = disturbances_;
    repeats_ = true;
  }
  /// Anything was sent again, `next` being what is sent next: without SACK that is timed instead of what went before
  /// it.
  void sent_again(position next) {
    fresh_from_ = std::max(fresh_from_, next);
    flights_ = 0;
  }
  /// The acknowledgment of the direction advances over `octets`, which were sent `once` or not, `next` being what is
  /// sent next. `needless`: what had been sent again in the pause had arrived before, so that the sender may learn that
  /// its timer expired too early, and take nothing for lost (RFC 4015 section 3.1, step 8).
  void moved(microseconds now, const octet_range& octets, position next, bool once, bool needless) {
    if (since_) {
      judge(now);
      end_pause(now, next, needless);
      begin_pause(now);
    }
    // Of what was sent before the pause ended nothing can be measured, nor of what is sent while a repetition is timed.
    if (!once || octets.first < fresh_from_) return;
    fresh_from_ = next;
    measured_ -= measured_ / 8;  // its weight in SRTT falls by an eighth each time (section 2.3)
    if (++flights_ < 2) return;
    timeout_ = 0;
    syn_repeated_ = false;
  }
  /// Whether something waits.
  void waits(microseconds now, bool something) {
    if (something && since_) return judge(now);
    if (!something && since_) end_pause(now, fresh_from_, false);
    since_.reset();
    if (something) begin_pause(now);
  }

  /// The longest pause that needs no timer.
  [[nodiscard]] microseconds quick() const {
    return 4 * round_trip() + 200'000 + given_.delays_ack + given_.overrides + 4 * given_.grain;
  }
  [[nodiscard]] microseconds round_trip() const { return longest_[0] + longest_[1]; }
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  // The timeout when a pause begins, before it doubles.
  [[nodiscard]] microseconds timeout() const {
    const microseconds first = syn_repeated_ ? given_.timeout_after_syn : given_.least_timeout;
    return std::min(std::max({first, 5 * std::max(round_trip(), measured_), timeout_}), given_.most_timeout);
  }

  void judge(microseconds now) {
    if (!since_) return;
    const microseconds pause = now - *since_;
    if (pause <= quick()) return;
    if (disturbances_ == excused_) {
      return wrong_.note("nothing moves for " + std::to_string(pause) + " us " + at(now) +
                         ", though nothing was lost since the last pause");
    }
    const microseconds lost = std::max(disturbed_at_.value_or(0) - *since_, microseconds{0});
    const microseconds most = lost + std::min(lost + timeout(), given_.most_timeout) + quick();
    if (pause > most) {
      wrong_.note("nothing moves for " + std::to_string(pause) + " us " + at(now) + ", where the timer makes it " +
                  std::to_string(most) + " at most");
    }
  }

  void begin_pause(microseconds now) {
    since_ = now;
    known_ = disturbances_;
    repeats_ = false;
  }

  void end_pause(microseconds now, position next, bool needless) {
    const microseconds pause = now - *since_;
    if (pause <= quick()) return;
    ++pauses_;
    if (!repeats_) measured_ = std::max(measured_, pause);
    // What was lost after the timer expired is not known yet, were it of what went out in the same moment: a sender
    // without SACK learns of it by the next timeout only (RFC 6582 section 3.2, step 2).
    if (!needless) excused_ = std::max(excused_, repeats_ ? known_ : spared_);
    spared_ = known_;
    fresh_from_ = next;
    flights_ = 0;
    timeout_ = std::max(timeout(), std::min(2 * pause, given_.most_timeout));
  }

  [[nodiscard]] std::string at(microseconds now) const {
    return "(at " + std::to_string(now) + " us; round trip up to " + std::to_string(round_trip()) + ", last loss at " +
           (disturbed_at_ ? std::to_string(*disturbed_at_) : std::string("no time")) + ", pauses before " +
           std::to_string(pauses_) + ")";
  }

  finish_parameters given_;
  microseconds longest_[2] = {0, 0};
  std::optional<microseconds> since_{};         // nothing has moved, while something waits
  std::optional<microseconds> disturbed_at_{};  // last
  std::uint64_t disturbances_ = 0;
  std::uint64_t known_ = 0;    // of them, to a sender whose timer expired last, or as the pause began
  std::uint64_t excused_ = 0;  // of them, have had their pause
  microseconds measured_ = 0;  // of a pause in which nothing was sent again, as whose round trip it may have been taken
  std::uint64_t spared_ = 0;   // of them, have had one in which nothing was sent again
  microseconds timeout_ = 0;   // backed off by the pauses before
  position fresh_from_ = 0;    // what is sent from here on may be measured
  int flights_ = 0;            // of what may be that were acknowledged
  int pauses_ = 0;
  bool syn_repeated_ = false;
  bool repeats_ = false;  // something was sent again in this pause
  complaint wrong_{};
};

}  // namespace sequent::spec

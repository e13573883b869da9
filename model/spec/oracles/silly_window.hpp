// When a sender may send less than a full segment: silly window syndrome avoidance and Nagle's algorithm, RFC 9293
// sections 3.8.6.2.1 and 3.7.4.
//
// The section says when to send. Turned around, that is what may not be sent: a small segment for which none of the
// four conditions holds. That one which may be sent goes out in time is the override_clock's matter: the fourth
// condition is the override timeout, which nothing that arrives puts off.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// A segment with new text, and the sender as it was before. Octets.
struct new_text {
  position length = 0;       ///< text in the segment
  position full = 0;         ///< Eff.snd.MSS, less what its options take up beyond the usual ones
  position unsent = 0;       ///< D: text that was queued and not yet sent
  position max_window = 0;   ///< Max(SND.WND): the largest window that the peer has offered
  bool outstanding = false;  ///< SND.NXT was beyond SND.UNA
  bool small = false;        ///< of that, some was sent in a segment that was not full
  bool nagle = true;         ///< Nagle's algorithm is on
  bool modified = false;     ///< as appendix A.3 modifies it: it waits for small segments alone
  bool fin = false;          ///< it carries the FIN, after which there is nothing to wait for
  bool override = false;     ///< the override timeout has fired, or it is a probe that is sent in any case
};

/// Why a segment should not have been sent yet; empty if it may.
[[nodiscard]] inline std::string why_silly(const new_text& sent) {
  if (sent.length >= sent.full || sent.override) return {};  // (1), (4)
  const bool unacknowledged = sent.modified ? sent.small : sent.outstanding;
  const bool waits = unacknowledged && sent.nagle;                    // the bracket of (2) and (3)
  if (sent.length == sent.unsent && (!waits || sent.fin)) return {};  // (2); all that is written counts as pushed
  if (!waits && sent.length >= sent.max_window / 2) return {};        // (3), with Fs = 1/2
  return "a segment with " + std::to_string(sent.length) + " octets of text goes out, of " + std::to_string(sent.full) +
         " that would fill it, " + std::to_string(sent.unsent) + " that wait, and half of the largest window, " +
         std::to_string(sent.max_window / 2) +
         (waits ? (sent.modified ? ", while a small segment is outstanding" : ", while something is outstanding") : "");
}

/// What a sender has left after everything that may be sent has been.
struct held_text {
  position unsent = 0;       ///< queued and not yet sent
  position usable = 0;       ///< of the peer's window
  bool outstanding = false;  ///< something is: its acknowledgment will set the rest going
  bool held = false;         ///< something else than its size holds it back, e.g. an answer to an ECN echo
};

/// How long a small segment may be held back: the override timeout of condition (4).
class override_clock {
 public:
  /// `longest` is what the implementation says its timeout is, from 0.1 s to 1 s; `tolerance` that of its clock.
  override_clock(microseconds longest, microseconds tolerance) : longest_(longest + tolerance) {}

  /// New text went out.
  void sent() { since_.reset(); }
  /// What is left now. A window that closes and opens again meanwhile puts nothing off: text that has waited for so
  /// long goes when there is any window for it, unless a probe of the closed one has gone first.
  void now_is(const held_text& left, microseconds now) {
    if (left.unsent == 0 || left.outstanding || left.held) {
      since_.reset();
      return;
    }
    if (left.usable == 0) return;
    if (!since_) since_ = now;
    if (now - *since_ > longest_) {
      wrong_.note(std::to_string(left.unsent) + " octets wait for " + std::to_string(now - *since_) +
                  " us while the window would take " + std::to_string(left.usable));
    }
  }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  microseconds longest_;
  std::optional<microseconds> since_{};
  complaint wrong_;
};

}  // namespace sequent::spec

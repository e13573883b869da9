// Explicit congestion notification (RFC 3168 section 6.1): what each half of a connection remembers of it. Used only
// where both ends agreed (control_block::ecn).
#pragma once

#include "sequent/base/seq.hpp"
#include "sequent/base/time.hpp"
#include "sequent/wire/control_bits.hpp"
#include "sequent/wire/ip_fields.hpp"

namespace sequent {

/// The receiving half: tells the peer of marks until it says that it has slowed down (section 6.1.3).
class ecn_echo {
 public:
  /// An acceptable segment arrived. What it carries beside text is not marked in earnest (section 6.1.4). The peer's
  /// CWR answers earlier marks, not the one on the same segment (erratum 3639). Constant time.
  constexpr void arrived(control_bits<u32> control, ecn_codepoint mark, bool has_text) noexcept {
    if (control.cwr()) due_ = false;
    if (has_text && mark == ecn_codepoint::congestion_experienced) due_ = true;
  }

  /// Every acknowledgment carries ECE.
  [[nodiscard]] constexpr bool due() const noexcept { return due_; }

  friend bool operator==(const ecn_echo&, const ecn_echo&) noexcept = default;

 private:
  bool due_ = false;
};

/// The sending half: when an echo asks for a smaller congestion window, and what tells the peer of it (section 6.1.2).
class ecn_response {
 public:
  /// An acknowledgment up to `una` arrived that echoes congestion, or does not. Says whether it asks for a reduction:
  /// at most one for each window of data. Constant time.
  [[nodiscard]] constexpr bool asks(sequence_number<u32> una, bool echoes) noexcept {
    if (reduced_ && before(until_, una)) reduced_ = false;
    return echoes && !reduced_;
  }

  /// Octets from `una` on were sent before the latest reduction, which an echo asked for and which answers for their
  /// loss as well. Reductions for losses answer other losses as they would without ECN.
  [[nodiscard]] constexpr bool answers(sequence_number<u32> una) const noexcept {
    return reduced_ && by_echo_ && before(una, until_);
  }

  /// The congestion window was reduced for a loss or a timeout when `nxt` was SND.NXT: marks on what was sent before
  /// are answered by it, and the next new text carries CWR. `again`: for the same loss, once more.
  constexpr void reduced(sequence_number<u32> nxt, bool again = false) noexcept {
    if (!again) was_due_ = cwr_due_;
    until_ = nxt;
    reduced_ = cwr_due_ = true;
    by_echo_ = false;
  }
  /// The same, as an echo asked for it: losses of what was sent before are answered too.
  constexpr void reduced_by_echo(sequence_number<u32> nxt) noexcept {
    reduced(nxt);
    by_echo_ = true;
  }
  /// The latest reduction, which was for a loss, has been taken back: it needs not be told, unless it was, and answers
  /// no mark.
  constexpr void undone() noexcept {
    cwr_due_ = cwr_due_ && was_due_;
    reduced_ = by_echo_ = was_due_ = false;
  }

  /// An echo found the window at one segment, which cannot become less: nothing new may be sent before `until`, one
  /// retransmission timeout later.
  constexpr void hold(instant until) noexcept {
    held_ = true;
    held_until_ = until;
  }
  /// Something new was sent, or an acknowledgment came without an echo.
  constexpr void release() noexcept {
    held_ = false;
    held_until_ = {};
  }

  /// New text was sent inside the window, with CWR if it was due.
  constexpr void told() noexcept { cwr_due_ = false; }

  [[nodiscard]] constexpr bool cwr_due() const noexcept { return cwr_due_; }
  /// It was due before the latest reduction.
  [[nodiscard]] constexpr bool was_due() const noexcept { return was_due_; }
  [[nodiscard]] constexpr bool held() const noexcept { return held_; }
  [[nodiscard]] constexpr instant held_until() const noexcept { return held_until_; }
  /// A reduction answers every echo of what was sent before reduced_until().
  [[nodiscard]] constexpr bool recently_reduced() const noexcept { return reduced_; }
  [[nodiscard]] constexpr bool by_echo() const noexcept { return reduced_ && by_echo_; }
  [[nodiscard]] constexpr sequence_number<u32> reduced_until() const noexcept { return until_; }

  /// Moves the origin of the clock forward.
  constexpr void rebase(duration elapsed) noexcept {
    if (held_) held_until_ = held_until_ - elapsed;
  }

  friend bool operator==(const ecn_response&, const ecn_response&) noexcept = default;

 private:
  instant held_until_{};
  sequence_number<u32> until_{};
  bool reduced_ : 1 = false;
  bool by_echo_ : 1 = false;
  bool cwr_due_ : 1 = false;
  bool was_due_ : 1 = false;  // before the latest reduction
  bool held_ : 1 = false;
};

}  // namespace sequent

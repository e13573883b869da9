// Tail loss probes: when the last segments of a flight are lost nobody says so, until a probe asks (RFC 8985 section
// 7).
#pragma once

#include <cstdint>
#include <optional>

#include "sequent/base/seq.hpp"
#include "sequent/base/time.hpp"

namespace sequent {

/// When to probe (RFC 8985 section 7.2): two smoothed round trips after the last transmission, and the longest delayed
/// acknowledgment of a receiver (TLP.max_ack_delay) more when only one segment is outstanding.
[[nodiscard]] constexpr duration probe_timeout(duration smoothed, bool single_segment,
                                               duration max_ack_delay) noexcept {
  const duration twice = smoothed * 2;
  return single_segment ? twice + max_ack_delay : twice;
}

/// At most one probe is on its way at any time, and none follows another before a round trip has been measured (RFC
/// 8985 section 7.3). It is a new segment where there is one, else the last one again.
class tail_probe {
 public:
  enum class verdict : std::uint8_t {
    none,      ///< no probe was answered
    repaired,  ///< the probe filled in for a segment that was lost: the window is to be reduced once
  };

  /// The timer expired: a probe is due.
  constexpr void ask() noexcept { due_ = allowed(); }
  [[nodiscard]] constexpr bool allowed() const noexcept { return !sent_ && measured_; }
  /// A round trip was measured.
  constexpr void measured() noexcept { measured_ = true; }
  [[nodiscard]] constexpr bool due() const noexcept { return due_; }
  /// SND.NXT when the probe was sent, and whether it repeated what was sent before.
  [[nodiscard]] constexpr std::optional<sequence_number<u32>> sent_until() const noexcept {
    return sent_ ? std::optional(sent_until_) : std::nullopt;
  }
  [[nodiscard]] constexpr bool again() const noexcept { return again_; }
  [[nodiscard]] constexpr bool on_its_way() const noexcept { return sent_; }

  /// The probe was sent; SND.NXT is `nxt` after it. `again`: it repeats what was sent before.
  constexpr void sent(sequence_number<u32> nxt, bool again) noexcept {
    due_ = false;
    measured_ = false;
    sent_ = true;
    sent_until_ = nxt;
    again_ = again;
  }

  /// An acknowledgment (section 7.4): `duplicated` when it carries a D-SACK, which ends at `duplicated_until`;
  /// `bare_duplicate` when it acknowledges and reports nothing new.
  constexpr verdict on_ack(sequence_number<u32> ack, bool duplicated, sequence_number<u32> duplicated_until,
                           bool bare_duplicate) noexcept {
    due_ = false;  // somebody answers
    if (!sent_) return verdict::none;
    const sequence_number<u32> until = sent_until_;
    if (before(ack, until)) return verdict::none;
    const bool beyond = before(until, ack);
    if (!again_ || (duplicated && duplicated_until == until) || (bare_duplicate && !beyond)) {
      answered();
      return verdict::none;
    }
    // At exactly the probe's end the D-SACK or the duplicate that tells the two cases apart is still to come.
    if (!beyond) return verdict::none;
    answered();
    return verdict::repaired;
  }

  /// Something else looks for what was lost.
  constexpr void cancel() noexcept {
    answered();
    again_ = false;
    due_ = false;
  }
  /// A new connection.
  constexpr void start() noexcept {
    cancel();
    measured_ = true;
  }
  /// No probe is due any more; what one that was sent brings is still waited for.
  constexpr void not_due() noexcept { due_ = false; }
  /// A round trip has been measured since the last probe, or there was none.
  [[nodiscard]] constexpr bool has_measured() const noexcept { return measured_; }

  friend bool operator==(const tail_probe&, const tail_probe&) noexcept = default;

 private:
  constexpr void answered() noexcept {
    sent_ = false;
    sent_until_ = {};
  }

  sequence_number<u32> sent_until_{};  // TLP.end_seq, while a probe is on its way
  bool sent_ : 1 = false;
  bool again_ : 1 = false;  // TLP.is_retrans
  bool due_ : 1 = false;
  bool measured_ : 1 = true;
};

}  // namespace sequent

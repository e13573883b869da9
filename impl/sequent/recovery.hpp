// Loss recovery without SACK: fast retransmit and NewReno (RFC 5681 section 3.2, RFC 6582), and what follows a timeout.
#pragma once

#include <cstdint>
#include <optional>

#include "sequent/seq.hpp"

namespace sequent {

/// Decides what is to be sent again. Congestion control is told by the caller, from what the functions return.
class loss_recovery {
 public:
  /// What an acknowledgment means for recovery.
  enum class verdict : std::uint8_t {
    ordinary,   ///< nothing to do with recovery
    enter,      ///< third duplicate: recovery begins, the first octet outstanding is sent again
    duplicate,  ///< a further duplicate during recovery
    partial,    ///< recovery goes on with the next hole (RFC 6582 section 3.2)
    leave,      ///< everything that was outstanding when recovery began is acknowledged
  };

  /// Begins a connection: nothing up to `iss` can be a loss of this incarnation (RFC 6582 section 3.2, step 1).
  constexpr void start(sequence_number<u32> iss) noexcept {
    *this = {};
    recover_ = iss;
  }

  /// A duplicate ACK in the sense of RFC 5681, at SND.UNA.
  constexpr verdict on_duplicate(sequence_number<u32> una, sequence_number<u32> nxt) noexcept {
    if (recovering_) return verdict::duplicate;
    if (duplicates_ < 3) ++duplicates_;
    if (duplicates_ != 3) return verdict::ordinary;
    // Duplicates that follow a timeout's own retransmissions say nothing about a new loss (RFC 6582 section 3.2, step
    // 2).
    if (!before(recover_, una)) return verdict::ordinary;
    recovering_ = true;
    recover_ = nxt;
    head_again_ = true;
    return verdict::enter;
  }

  /// New data was acknowledged; una is the new SND.UNA.
  constexpr verdict on_new_ack(sequence_number<u32> una) noexcept {
    duplicates_ = 0;
    if (resend_ && !before(una, resend_until_)) resend_.reset();
    if (resend_ && before(*resend_, una)) resend_ = una;
    if (!recovering_) {
      // Kept within reach of SND.UNA, or after 2^31 octets without a loss it would seem to lie ahead.
      if (before(recover_, una)) recover_ = una - 1u;
      return verdict::ordinary;
    }
    if (before(una, recover_)) {
      head_again_ = true;
      return verdict::partial;
    }
    recovering_ = false;
    return verdict::leave;
  }

  /// The retransmission timer expired: everything outstanding is to be sent again, from SND.UNA on, as the window
  /// allows.
  constexpr void on_timeout(sequence_number<u32> una, sequence_number<u32> nxt) noexcept {
    probe_again(nxt);
    resend_ = una;
    resend_until_ = nxt;
  }

  /// The same while the peer's window is closed: only the first octets go out again, as a probe.
  constexpr void probe_again(sequence_number<u32> nxt) noexcept {
    duplicates_ = 0;
    recovering_ = false;
    recover_ = nxt;
    head_again_ = true;
    resend_.reset();
  }

  /// Octets [first, last) have been sent again.
  constexpr void resent(sequence_number<u32> first, sequence_number<u32> last) noexcept {
    head_again_ = false;
    if (!resend_ || !from_until(first, *resend_, last)) return;
    resend_ = last;
    if (!before(*resend_, resend_until_)) resend_.reset();
  }

  /// The first octet outstanding is to be sent again at once, whatever the congestion window.
  [[nodiscard]] constexpr bool head_again() const noexcept { return head_again_; }
  /// Where to go on sending again after a timeout.
  [[nodiscard]] constexpr std::optional<sequence_number<u32>> resend() const noexcept { return resend_; }
  [[nodiscard]] constexpr sequence_number<u32> resend_until() const noexcept { return resend_until_; }
  [[nodiscard]] constexpr bool recovering() const noexcept { return recovering_; }
  [[nodiscard]] constexpr sequence_number<u32> recover() const noexcept { return recover_; }
  [[nodiscard]] constexpr std::uint8_t duplicates() const noexcept { return duplicates_; }
  /// Forgets a wish to send again that has become pointless: nothing is outstanding.
  constexpr void nothing_outstanding() noexcept {
    head_again_ = false;
    resend_.reset();
    duplicates_ = 0;
  }

  friend bool operator==(const loss_recovery&, const loss_recovery&) noexcept = default;

 private:
  sequence_number<u32> recover_{};
  sequence_number<u32> resend_until_{};
  std::optional<sequence_number<u32>> resend_{};
  std::uint8_t duplicates_ = 0;
  bool recovering_ = false;
  bool head_again_ = false;
};

}  // namespace sequent

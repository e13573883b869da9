// Proportional rate reduction: how fast to send while recovering from a loss (RFC 9937).
#pragma once

#include <algorithm>
#include <cstdint>

#include "sequent/base/word.hpp"

namespace sequent {

/// Spreads the reduction of the congestion window over a round trip, so that what is sent follows what is delivered.
/// All sizes are octets. An echo of congestion does not come here: such reductions may be spread too (RFC 9937 section
/// 4), and are made at once.
class proportional_rate_reduction {
 public:
  /// An episode begins in which `flight` octets may be delivered (RecoverFS), with the window on its way to `threshold`
  /// (section 6.1).
  constexpr void start(u32 flight, u32 threshold) noexcept {
    flight_ = (std::max)(flight, u32{1});
    threshold_ = threshold;
    delivered_ = 0;
    sent_ = 0;
  }

  /// An acknowledgment delivered `delivered` octets and left `pipe` in the network; `progress` says that it moved
  /// SND.UNA and showed no further loss (SafeACK). Returns how many octets may go out now (SndCnt): below the threshold
  /// what was delivered, and a segment more with progress; and until anything was sent in this episode a segment in any
  /// case (section 6.2). One division.
  constexpr u32 on_ack(u32 delivered, u32 pipe, u32 mss, bool progress) noexcept {
    delivered_ = (std::min)(delivered_ + delivered, most);
    const u32 octets = pipe > threshold_ ? proportion() : bounded(delivered, pipe, progress ? mss : 0);
    return octets == 0 && sent_ == 0 ? mss : octets;
  }

  /// Whether an acknowledgment moves the window at all: one that delivered nothing does not (section 6.2), unless the
  /// episode has just begun, or it showed losses. What is lost leaves the pipe, and where the window stayed as much
  /// would go out at once; see decision 0036.
  [[nodiscard]] constexpr bool acts(u32 delivered, bool losses) const noexcept {
    return delivered != 0 || losses || (delivered_ == 0 && sent_ == 0);
  }

  /// The episode leads to so much from now on.
  constexpr void lead_to(u32 threshold) noexcept { threshold_ = threshold; }

  /// Octets were handed to the network.
  constexpr void sent(u32 octets) noexcept { sent_ = (std::min)(sent_ + octets, most); }

  /// How much may yet be believed to be delivered where only duplicates tell of it (section 6.2).
  [[nodiscard]] constexpr u32 undelivered() const noexcept { return flight_ > delivered_ ? flight_ - delivered_ : 0; }
  [[nodiscard]] constexpr u32 delivered() const noexcept { return delivered_; }
  [[nodiscard]] constexpr u32 sent() const noexcept { return sent_; }
  [[nodiscard]] constexpr u32 flight() const noexcept { return flight_; }
  [[nodiscard]] constexpr u32 threshold() const noexcept { return threshold_; }

  friend bool operator==(const proportional_rate_reduction&, const proportional_rate_reduction&) noexcept = default;

 private:
  [[nodiscard]] constexpr u32 proportion() const noexcept {
    const std::uint64_t allowed = (std::uint64_t{delivered_} * threshold_ + flight_ - 1) / flight_;
    return allowed > sent_ ? static_cast<u32>(std::min<std::uint64_t>(allowed - sent_, most)) : 0;
  }
  [[nodiscard]] constexpr u32 bounded(u32 delivered, u32 pipe, u32 more) const noexcept {
    return (std::min)(threshold_ - pipe, (std::max)(delivered_ > sent_ ? delivered_ - sent_ : 0, delivered) + more);
  }

  // Far beyond what one recovery can move; sums of two such still fit the word.
  static constexpr u32 most = u32{1} << 31;

  u32 flight_ = 1;
  u32 threshold_ = 0;
  u32 delivered_ = 0;
  u32 sent_ = 0;
};

}  // namespace sequent

// Proportional rate reduction: how fast to send while recovering from a loss (RFC 6937).
#pragma once

#include <algorithm>
#include <cstdint>

#include "sequent/word.hpp"

namespace sequent {

/// Spreads the reduction of the congestion window over a round trip, so that what is sent follows what is delivered.
/// All sizes are octets.
class proportional_rate_reduction {
 public:
  /// A recovery begins with `flight` octets outstanding (RecoverFS) and the window on its way to `threshold`.
  constexpr void start(u32 flight, u32 threshold) noexcept {
    flight_ = std::max(flight, 1u);
    threshold_ = threshold;
    delivered_ = 0;
    sent_ = 0;
  }

  /// An acknowledgment delivered `delivered` octets and left `pipe` in the network; `progress` says that it moved
  /// SND.UNA and showed no further loss. Returns how many octets may go out now (sndcnt; slow start reduction bound,
  /// but conservative while losses go on). One division.
  constexpr u32 on_ack(u32 delivered, u32 pipe, u32 mss, bool progress) noexcept {
    delivered_ = std::min(delivered_ + delivered, most);
    if (pipe > threshold_) {
      const std::uint64_t allowed = (std::uint64_t{delivered_} * threshold_ + flight_ - 1) / flight_;
      return allowed > sent_ ? static_cast<u32>(std::min<std::uint64_t>(allowed - sent_, most)) : 0;
    }
    u32 limit = std::max(delivered_ > sent_ ? delivered_ - sent_ : 0, delivered);
    if (progress) limit += mss;
    return std::min(threshold_ - pipe, limit);
  }

  /// Octets were handed to the network.
  constexpr void sent(u32 octets) noexcept { sent_ = std::min(sent_ + octets, most); }

  [[nodiscard]] constexpr u32 delivered() const noexcept { return delivered_; }
  [[nodiscard]] constexpr u32 sent() const noexcept { return sent_; }
  [[nodiscard]] constexpr u32 flight() const noexcept { return flight_; }
  [[nodiscard]] constexpr u32 threshold() const noexcept { return threshold_; }

  friend bool operator==(const proportional_rate_reduction&, const proportional_rate_reduction&) noexcept = default;

 private:
  // Far beyond what one recovery can move; sums of two such still fit the word.
  static constexpr u32 most = u32{1} << 31;

  u32 flight_ = 1;
  u32 threshold_ = 0;
  u32 delivered_ = 0;
  u32 sent_ = 0;
};

}  // namespace sequent

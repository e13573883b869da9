// Which segment's round trip is being measured (RFC 6298 sections 3 and 4, RFC 7323 section 4).
#pragma once

#include <cstdint>
#include <optional>

#include "sequent/base/time.hpp"
#include "sequent/wire/segment.hpp"

namespace sequent {

/// Times one segment at a time by the caller's own clock, to a microsecond. What was sent once is answered by the first
/// acknowledgment that covers or reports it. Of what was sent again nobody knows which transmission is answered (Karn),
/// unless a timestamp is echoed that is no older than the last one. So SRTT gets about one sample in a round trip, for
/// which its weights are made (RFC 7323 section 4.2), none of them as coarse as the ticks of the timestamps, and none
/// with the age of a timestamp that is echoed again because acknowledgments were lost.
class round_trip_timer {
 public:
  /// The octets up to `until` were sent for the first time. The segment that is timed already stays.
  constexpr void sent(sequence_number<u32> until, instant now) noexcept {
    if (!running_) begin(until, now, {}, false, false);
  }
  /// The octets from `first` up to `until` were sent again, our timestamp clock standing at `clock`; `apart` says that
  /// it has ticked since they were sent before. Without SACK nothing behind them is acknowledged before they have
  /// arrived, so they are timed instead; with `sack` only if they hold what is timed.
  constexpr void sent_again(sequence_number<u32> first, sequence_number<u32> until, instant now,
                            sequence_number<u32> clock, bool apart, bool sack) noexcept {
    const bool repeats = running_ && before(first, until_) && !before(until, until_);
    const bool stands_behind = running_ && !sack && (!again_ || !before(until_, until));
    if (!running_ || repeats || stands_behind) begin(until, now, clock, true, apart);
  }
  /// Nothing that is on its way is to be measured.
  constexpr void stop() noexcept { *this = {}; }

  /// An acknowledgment arrived after which SND.UNA is `una`, with `blocks` that report what else has arrived, and an
  /// `echo` if timestamps are in use: the round trip that it measures, if it does.
  [[nodiscard]] constexpr std::optional<duration> acknowledged(sequence_number<u32> una, const sack_blocks<u32>& blocks,
                                                               const std::optional<sequence_number<u32>>& echo,
                                                               instant now) noexcept {
    if (!running_) return std::nullopt;
    const bool covered = !before(una, until_);
    if (!covered && !reported(blocks)) return std::nullopt;
    // What is echoed belongs to what moved SND.UNA (RFC 7323 section 4.3), not to what is reported beyond it.
    const duration measured = now - at_;
    const bool tells = !again_ || (apart_ && covered && echo && !before(*echo, clock_));
    const bool went_on = duration{} <= measured;  // a clock that was set back meanwhile measures nothing
    stop();
    return tells && went_on ? std::optional(measured) : std::nullopt;
  }

  /// A segment is being timed, and since when.
  [[nodiscard]] constexpr bool running() const noexcept { return running_; }
  [[nodiscard]] constexpr instant since() const noexcept { return at_; }
  [[nodiscard]] constexpr sequence_number<u32> until() const noexcept { return until_; }
  /// It was sent again when the timestamp clock stood here.
  [[nodiscard]] constexpr std::optional<sequence_number<u32>> again_at() const noexcept {
    return again_ ? std::optional(clock_) : std::nullopt;
  }
  /// No earlier transmission has the same timestamp.
  [[nodiscard]] constexpr bool apart() const noexcept { return apart_; }

  /// Moves the origin of the clock forward.
  constexpr void rebase(duration elapsed) noexcept {
    if (running_) at_ = at_ - elapsed;
  }

  friend constexpr bool operator==(const round_trip_timer&, const round_trip_timer&) noexcept = default;

 private:
  // The last octet that is timed is.
  [[nodiscard]] constexpr bool reported(const sack_blocks<u32>& blocks) const noexcept {
    for (const sack_block<u32>& block : blocks.view()) {
      if (before(block.left, until_) && !before(block.right, until_)) return true;
    }
    return false;
  }

  constexpr void begin(sequence_number<u32> until, instant now, sequence_number<u32> clock, bool again,
                       bool apart) noexcept {
    at_ = now;
    until_ = until;
    clock_ = clock;
    running_ = true;
    again_ = again;
    apart_ = apart;
  }

  instant at_{};
  sequence_number<u32> until_{};
  sequence_number<u32> clock_{};
  bool running_ = false;
  bool again_ = false;
  bool apart_ = false;
};

}  // namespace sequent

// An acknowledgment and a phase: the words in which sender and loss recovery speak.
#pragma once

#include <cstdint>
#include <optional>

#include "sequent/base/time.hpp"
#include "sequent/wire/segment.hpp"

namespace sequent {

/// An acceptable acknowledgment, as loss recovery sees it.
struct acknowledgment {
  sequence_number<u32> una{};  ///< SND.UNA after it
  sequence_number<u32> ack{};  ///< SEG.ACK: behind SND.UNA when it was overtaken
  sequence_number<u32> nxt{};  ///< SND.NXT
  u32 acked = 0;               ///< octets by which it moved SND.UNA
  bool duplicate = false;      ///< a duplicate (RFC 5681 section 2)
  bool sack = false;           ///< SACK is in use
  const sack_blocks<u32>* blocks = nullptr;
  std::optional<sequence_number<u32>> echo{};  ///< TSecr, when timestamps are in use
  std::optional<duration> since_echo{};        ///< the age of that timestamp, by our own
  std::optional<duration> round_trip{};        ///< what it measured
  duration smoothed{};                         ///< SRTT
  u32 mss = 0;                                 ///< effective segment size
  instant now{};
  bool grows = true;    ///< it may open the congestion window: not the one of our SYN (RFC 5681 section 3.1)
  bool marked = false;  ///< it echoes congestion
};

/// The first block is a D-SACK when it lies before what the same segment acknowledges, or inside the second block (RFC
/// 2883 section 4). An acknowledgment that was overtaken reports what SND.UNA has passed since: that is no D-SACK.
[[nodiscard]] constexpr bool reports_duplicate(const sack_blocks<u32>& reported, sequence_number<u32> ack) noexcept {
  const auto blocks = reported.view();
  if (blocks.empty()) return false;
  const sack_block<u32>& first = blocks.front();
  if (!before(first.left, first.right)) return false;
  if (at_or_before(first.right, ack)) return true;
  if (blocks.size() < 2) return false;
  const sack_block<u32>& second = blocks[1];
  return at_or_before(second.left, first.left) && at_or_before(first.right, second.right);
}

/// Does the timestamp show that an earlier transmission than the last one, which went out at `sent_at` (short_time()),
/// is answered? It does if the clock of the timestamps has ticked between the two.
[[nodiscard]] constexpr bool answers_before(const acknowledgment& ack, u32 sent_at) noexcept {
  constexpr std::int64_t tick = timestamp_tick.count();
  if (!ack.since_echo) return false;
  // How often it has ticked since `sent_at`, whose place within its tick is known as that of `now` is.
  const std::int64_t since = short_time(ack.now) - sent_at;
  const std::int64_t ticks = (since + tick - 1 - ack.now.microseconds() % tick) / tick;
  return ack.since_echo->count() > ticks * tick;
}

/// Where a connection stands.
enum class recovery_phase : std::uint8_t {
  open,      ///< nothing is known to be lost
  recovery,  ///< fast recovery, until `recover` is acknowledged
  loss,      ///< after a timeout, until everything sent before it is acknowledged
};

/// A reduction of the congestion window that has been taken back, as nothing had been lost; or, where congestion was
/// echoed, has not, though the timer had expired too early.
enum class undoing : std::uint8_t { nothing, recovery, timeout, marked_timeout };

}  // namespace sequent

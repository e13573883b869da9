// What congestion controls are told about, and the arithmetic of windows that they share (RFC 5681, 3465, 6928).
//
// A congestion control is a value with these members; all windows are octets, every call takes constant time:
//   start(mss, syn_was_lost, initial_segments), initial_window(mss)
//   on_ack(progress)                      growth outside of recovery
//   on_congestion(flight, mss, now)       sets threshold() and leaves window(), which the sender then moves
//   set_window(octets), leave_recovery()  the sender's word during recovery, and its end: window = threshold
//   on_timeout(flight, mss, first, now)   window = one segment
//   undo(window)                          the latest reduction was spurious: so much may be outstanding now
//   reduced(flight)                       what a loss leaves of so much outstanding, however little that is
//   after_idle(mss), set_threshold(octets), rebase(elapsed)
//   window(), threshold(), in_slow_start()
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "sequent/base/seq.hpp"
#include "sequent/base/time.hpp"
#include "sequent/base/word.hpp"

namespace sequent::congestion {

/// What an acknowledgment of new data outside of recovery tells.
struct progress {
  u32 acked = 0;                         ///< octets newly delivered by it (cumulative plus SACK)
  u32 mss = 0;                           ///< effective segment size, from 1 to 65535
  u32 flight = 0;                        ///< octets that were outstanding before it
  bool window_was_full = false;          ///< the window, not the application, limited sending
  instant now{};                         ///< when it came
  std::optional<duration> round_trip{};  ///< this acknowledgment's RTT sample
  duration smoothed{};                   ///< SRTT; zero when unknown
  sequence_number<u32> una{}, nxt{};     ///< SND.UNA after it, SND.NXT (for rounds)
};

/// No window can be larger (RFC 7323 section 2.3), and sums of two such still fit the word.
inline constexpr u32 largest_window = u32{1} << 30;

/// IW of RFC 6928 section 2: ten segments, at most 14600 octets or two segments.
inline constexpr std::uint8_t usual_initial_segments = 10;
/// The same of another number of segments, at most 64: that many times 1460 octets or two segments.
[[nodiscard]] constexpr u32 initial_window_of(u32 mss, u32 segments = usual_initial_segments) noexcept {
  return (std::min)(segments * mss, (std::max)(2 * mss, segments * 1'460));
}

/// A window that has grown: the sum, at most largest_window. Neither may be above that.
template <word W>
[[nodiscard]] constexpr W grown(W window, W octets) noexcept {
  return lesser(window + octets, W(largest_window));
}

/// ssthresh after a loss: half of what was outstanding, at least two segments (RFC 5681 equation 4).
template <word W>
[[nodiscard]] constexpr W halved(W flight, W mss) noexcept {
  return greater(lesser(flight, W(largest_window)) >> W(1u), mss + mss);
}

/// What is a safe threshold when nothing has been lost after all: what was outstanding, or ssthresh if that was more
/// (pipe_prev of RFC 4015 section 3.1).
[[nodiscard]] constexpr u32 safe_threshold(u32 flight, u32 ssthresh) noexcept {
  return (std::max)((std::min)(flight, largest_window), ssthresh);
}

/// How much slow start may grow for one ACK (RFC 3465 section 2.2, appropriate byte counting): two segments, so that a
/// delayed acknowledgment counts for both of the segments that it covers; one after a timeout (section 2.3).
[[nodiscard]] constexpr u32 slow_start_limit(u32 mss, bool after_timeout) noexcept {
  return after_timeout ? mss : 2 * mss;
}

}  // namespace sequent::congestion

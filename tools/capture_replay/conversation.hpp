// What the RFCs promise of every connection, checked on the segments that both ends were seen to send.
#pragma once

#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "tools/capture_replay/packets.hpp"
#include "tools/capture_replay/stream.hpp"

namespace capture_replay {

/// The checks. "Sequent" is the end with its address; the capture stands at that end, so it holds all that it sent and
/// all that reached it.
enum class check : std::size_t {
  acknowledges_what_arrived,  ///< Sequent's ACK covers only octets that arrived (RFC 9293 section 3.4)
  acknowledgment_advances,    ///< it never goes back
  window_never_shrinks,     ///< the right edge that Sequent offers never moves left (SHLD-14), but for the rounding of
                            ///< a scaled window (RFC 7323 section 2.4)
  stays_inside_window,      ///< Sequent sends nothing right of the edge it was offered, but for a probe of one octet
  sends_the_same_again,     ///< octets that Sequent sends again have the values they had
  receives_the_same_again,  ///< so have the peer's
  sack_names_what_arrived,  ///< Sequent's SACK blocks lie beyond its ACK and name octets that arrived (RFC 2018)
  echoes_a_timestamp,       ///< TSecr of Sequent is a TSval that arrived (RFC 7323 section 3.2)
  clock_advances,           ///< TSval of Sequent never goes back
  peer_acknowledges_what_was_sent,  ///< the peer's ACK covers only what Sequent sent
  reset_answers_segment,            ///< a RST for no connection fits the segment it answers (section 3.10.7.1)
};
inline constexpr std::size_t checks = 11;

/// The check in words.
[[nodiscard]] const char* describe(check which);

/// How often each check was asked, and what did not hold.
struct findings {
  std::array<std::size_t, checks> asked{};
  std::array<std::size_t, checks> broken{};
  std::vector<std::string> what{};
  std::size_t connections = 0;
  std::size_t headless = 0;    ///< segments of connections whose SYN is not in the capture, not checked
  std::size_t sent_again = 0;  ///< segments with text that Sequent sent more than once
};

/// Checks all segments, in the order in which they were captured. `self` is Sequent's address.
[[nodiscard]] findings examine(const std::vector<seen_segment>& segments, const sequent::ipv4_address& self);

}  // namespace capture_replay

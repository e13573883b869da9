// Negative controls: each check has to find the fault that it is there for.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tools/capture_replay/conversation.hpp"
#include "tools/capture_replay/packets.hpp"

namespace capture_replay {

/// How the controls ended.
struct control_counts {
  std::size_t tried = 0;
  std::size_t caught = 0;
  std::vector<std::string> missed{};  ///< what stayed unnoticed, or found no segment to be tried on
};

/// Puts one fault after another into the captured segments, one for each check, and sees whether that very check finds
/// it; and changes each octet of one packet in turn, which the parser's checksums have to find. Linear in the segments
/// for each of the checks.
[[nodiscard]] control_counts try_controls(const std::vector<packet>& packets, const std::vector<seen_segment>& segments,
                                          const sequent::ipv4_address& self);

}  // namespace capture_replay

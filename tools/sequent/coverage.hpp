// Which rules of the specification the small scenarios cannot reach, and why.
#pragma once

#include <array>
#include <string_view>

namespace sequent::tools {

/// A rule that no run of the small scenarios fires.
struct unreached_rule {
  std::string_view id;
  std::string_view why;
};

/// Everything that is not listed here must fire, and what is listed must not: the explorer's coverage claim checks
/// both.
inline constexpr std::array unreached_rules{
    unreached_rule{
        "SEND-1",
        "the world's users write only where a write can be taken; tests/unit and fuzz/endpoint call it anyway"},
    unreached_rule{"SEND-2", "as SEND-1"},
    unreached_rule{"SEND-5", "as SEND-1"},
    unreached_rule{"SEND-6", "as SEND-1"},
    unreached_rule{"RECV-1",
                   "the world's users read only when octets are there; tests/unit and fuzz/endpoint call it anyway"},
    unreached_rule{"CLOSE-1", "the world's users make no call on a connection that is over"},
    unreached_rule{"QUIT-1", "as CLOSE-1"},
    unreached_rule{"QUIT-2",
                   "the world's users close both directions of what has begun; property endpoint-calls does it anyway"},
    unreached_rule{"RECLAIM-2", "the core runs that timer in a FIN-WAIT-2 that nobody reads, and nowhere else"},
    unreached_rule{"EVICT-3", "the world's hosts take back only what its user has left; tests/unit calls it anyway"},
    unreached_rule{"ABORT-1", "as CLOSE-1"},
    unreached_rule{"TIMEOUT-1", "the core runs no timer without a connection"},
    unreached_rule{"TIMEOUT-5", "the core runs the TIME-WAIT timer in TIME-WAIT only"},
    unreached_rule{"TIMEOUT-6", "as TIMEOUT-5: in TIME-WAIT no user timeout runs; tests/unit calls it anyway"},
    unreached_rule{"EMIT-8", "permits nothing: firing it is a violation"},
    unreached_rule{"RST-8", "describes a TCP without RFC 1337's protection, which this one has"},
    unreached_rule{"SYN-6", "describes a TCP without RFC 5961's protection, which this one has"},
};

}  // namespace sequent::tools

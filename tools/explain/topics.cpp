#include "tools/explain/topics.hpp"

#include <algorithm>
#include <array>

namespace sequent::explain {

namespace {

constexpr std::array all{
    topic{"handshake", "opening a connection: three steps, and why two numbers must be agreed", tell_handshake},
    topic{"transfer", "moving octets: numbers, cumulative acknowledgments, delayed ACK, Nagle", tell_transfer},
    topic{"loss", "a segment is lost: timer, three duplicates, SACK, probe, back-off", tell_loss},
    topic{"reorder", "1, 3, 2, 4 arrive; the user reads 1 2 3 4", tell_reorder},
    topic{"duplicate", "a segment comes twice; the user sees it once", tell_duplicate},
    topic{"corruption", "a bit flips; what the checksum sees, and what it cannot", tell_corruption},
    topic{"flow-control", "a reader that stops: a window of 0, probes, go on", tell_flow_control},
    topic{"congestion", "slow start, loss, growth: NewReno, CUBIC, and two that share, as plots", tell_congestion},
    topic{"close", "FIN, ACK, FIN, ACK, with data still flowing; and both at once", tell_close},
    topic{"time-wait", "the last ACK is lost, an old duplicate comes: why one end waits", tell_time_wait},
    topic{"old-duplicate", "an old SYN opens nothing, old text enters nothing", tell_old_duplicate},
    topic{"reset", "a closed port, a half-open connection, a blind attacker", tell_reset},
    topic{"syn-flood", "10 000 SYNs from nobody, cookies, and a client that gets in", tell_syn_flood},
    topic{"keep-alive", "a probe that must be answered, and a peer that is gone", tell_keep_alive},
    topic{"urgent", "a mark in the stream", tell_urgent},
    topic{"fast-open", "text on a SYN, for who has been here before", tell_fast_open},
    topic{"path-mtu", "a link that takes less: told by a router, by silence, by a liar", tell_path_mtu},
    topic{"ecn", "congestion told by a mark instead of a loss", tell_ecn},
    topic{"udp", "the same losses without TCP, side by side", tell_udp},
};

}  // namespace

std::span<const topic> topics() { return all; }

const topic* find_topic(std::string_view name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const topic& each) { return name == each.name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace sequent::explain

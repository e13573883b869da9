// What `sequent explain` can explain.
#pragma once

#include <span>
#include <string_view>

#include "tools/explain/facts.hpp"
#include "tools/explain/scene.hpp"

namespace sequent::explain {

/// A topic: runs its scenes and says what they show.
struct topic {
  const char* name;
  const char* says;  ///< one line
  story (*tell)(const variation&);
};

/// All of them, in the order in which one would read them.
[[nodiscard]] std::span<const topic> topics();
/// The one of a name, or nothing.
[[nodiscard]] const topic* find_topic(std::string_view name);

// One function a topic; each in a file of topics/.
story tell_handshake(const variation& varied);
story tell_transfer(const variation& varied);
story tell_loss(const variation& varied);
story tell_reorder(const variation& varied);
story tell_duplicate(const variation& varied);
story tell_corruption(const variation& varied);
story tell_flow_control(const variation& varied);
story tell_close(const variation& varied);
story tell_time_wait(const variation& varied);
story tell_old_duplicate(const variation& varied);
story tell_reset(const variation& varied);
story tell_keep_alive(const variation& varied);
story tell_urgent(const variation& varied);
story tell_fast_open(const variation& varied);
story tell_path_mtu(const variation& varied);
story tell_ecn(const variation& varied);
story tell_congestion(const variation& varied);
story tell_syn_flood(const variation& varied);
story tell_udp(const variation& varied);

}  // namespace sequent::explain

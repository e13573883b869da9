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

}  // namespace sequent::explain

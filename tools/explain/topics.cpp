#include "tools/explain/topics.hpp"

#include <algorithm>
#include <array>

namespace sequent::explain {

namespace {

constexpr std::array all{
    topic{"handshake", "opening a connection: three steps, and why two numbers must be agreed", tell_handshake},
};

}  // namespace

std::span<const topic> topics() { return all; }

const topic* find_topic(std::string_view name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const topic& each) { return name == each.name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace sequent::explain

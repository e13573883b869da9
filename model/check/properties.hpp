// What must hold of every world in every state, whoever drives it.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "model/world/endpoint.hpp"
#include "model/world/move.hpp"

namespace sequent::model {

/// One invariant of the world. `broken` returns an empty string, or what is wrong, beginning with the side.
template <class World>
struct property {
  const char* id;    ///< upper case, unique
  const char* says;  ///< one line
  std::string (*broken)(const World&);
};

namespace property_detail {

template <class World, class Test>
std::string each_side(const World& w, const char* complaint, Test wrong) {
  for (const side s : both_sides) {
    if (wrong(s)) return std::string(name(s)) + ": " + complaint + " (" + w.end(s).show() + ")";
  }
  return {};
}

/// Whether an end believes that it may send what its peer has never offered.
template <class World>
bool passes_the_edge(const World& w, side s) {
  const auto& end = w.end(s);
  const auto& peer = w.end(other(s));
  if constexpr (requires {
                  end.may_send_until();
                  peer.offers_until();
                }) {
    const std::optional<stream_edge> until = end.may_send_until();
    const std::optional<stream_edge> offered = peer.offers_until();
    return until && offered && until->first == offered->first && offered->position < until->position;
  }
  return false;
}

}  // namespace property_detail

/// The invariants beyond what the world itself reports (wrong octets, wrong end of stream, transmit loops, timers that
/// stay due) and what the endpoint reports (lockstep with the specification, its own invariants).
template <class World>
inline constexpr std::array<property<World>, 5> properties = {{
    {"CAUSE", "no connection is reset, refused or timed out unless the scenario gives a cause",
     [](const World& w) {
       if (w.setting().may_abort) return std::string();
       return property_detail::each_side(w, "aborted without a cause", [&](side s) { return w.end(s).aborted(); });
     }},
    {"ASKED", "an opened connection is closed only after the user asked for it or it was aborted",
     [](const World& w) {
       return property_detail::each_side(w, "closed although its user did not close", [&](side s) {
         const auto& user = w.user(s);
         return user.opened() && !user.shut() && !user.gave_up() && w.end(s).closed() && !w.end(s).aborted();
       });
     }},
    {"WHOLE", "a connection that was established and closes in order has seen the end of the peer's stream",
     [](const World& w) {
       return property_detail::each_side(w, "closed in order without the end of the peer's stream", [&](side s) {
         const auto& user = w.user(s);
         const auto& end = w.end(s);
         const bool in_order = user.shut() && !user.gave_up() && end.closed() && !end.aborted() && end.established();
         const bool peer_resets = w.user(other(s)).gave_up() || w.setting().may_abort;
         return in_order && !user.left() && !peer_resets && !can_read(end) && !end.end_of_stream();
       });
     }},
    {"EDGE", "an end never believes that it may send beyond the furthest edge that its peer has offered",
     [](const World& w) {
       if (w.setting().attacks != 0) return std::string();
       return property_detail::each_side(w, "may send beyond what was ever offered",
                                         [&](side s) { return property_detail::passes_the_edge(w, s); });
     }},
    {"QUIET", "a closed connection runs no timer",
     [](const World& w) {
       return property_detail::each_side(w, "closed with a timer running",
                                         [&](side s) { return w.end(s).closed() && w.end(s).deadline().has_value(); });
     }},
}};

/// What is wrong with a world in its present state, or an empty string: its own violation first, then the first
/// property that is broken.
template <class World>
[[nodiscard]] std::string judge(const World& w) {
  if (!w.violation().empty()) return w.violation();
  for (const property<World>& p : properties<World>) {
    if (std::string wrong = p.broken(w); !wrong.empty()) return std::string(p.id) + ": " + wrong;
  }
  return {};
}

}  // namespace sequent::model

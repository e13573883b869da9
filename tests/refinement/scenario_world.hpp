// Worlds of production connections: builds the two ends and the attacker that a scenario asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "model/check/bounds.hpp"
#include "model/world/world.hpp"
#include "tests/refinement/bounded_storage.hpp"
#include "tests/refinement/ecn_watched.hpp"
#include "tests/refinement/fast_open_watched.hpp"
#include "tests/refinement/forgeries.hpp"
#include "tests/refinement/lockstep.hpp"
#include "tests/refinement/sleeper.hpp"

namespace sequent::refinement {

/// Small buffers: at most 16 octets each way.
struct tiny_policy : default_policy {
  using send_storage = bounded_storage<16>;
  using receive_storage = bounded_storage<16>;
  using congestion_control = congestion::reno;
  static constexpr std::size_t max_held_ranges = 4;
  static constexpr std::size_t max_sent_runs = 8;
};

/// The end that explorer, RapidCheck, fuzzer and replay put into the world: 60 octets of header and a little text. It
/// sleeps whenever it can.
using tiny_end = sleeper<ecn_watched<lockstep<tiny_policy, 84>>>;
using tiny_world = model::world<tiny_end>;

/// The same with Fast Open, for the scenarios that use it.
struct tiny_fast_policy : tiny_policy {
  using fast_open = with_fast_open;
};
using tiny_fast_end = fast_open_watched<lockstep<tiny_fast_policy, 84>>;

/// The settings of one end of a scenario.
[[nodiscard]] inline connection_config config_for(const model::scenario& setting, model::side where) {
  connection_config config;
  const bool left = where == model::side::left;
  config.local_port = left ? 1 : 2;
  config.remote_port = left ? 2 : 1;
  if (!left && setting.any_peer) config.remote_port = 0;
  config.receive_mss = static_cast<std::uint16_t>(setting.segment_size);
  config.send_mss = config.receive_mss;
  config.default_peer_mss = config.receive_mss;
  config.min_mss = 1;
  config.timestamps = setting.timestamps;
  config.sack = setting.sack[model::at(where)];
  config.ecn = setting.ecn[model::at(where)];
  config.keep_alive.enabled = setting.keep_alives;
  config.keep_alive.probes = 2;
  config.nagle = false;
  config.isn_offset = setting.iss[left ? 0 : 1];
  return config;
}

/// The world of a scenario, ready to run. The scenario must outlive it.
template <class End = tiny_end>
[[nodiscard]] model::world<End> make_world(const model::scenario& setting) {
  const auto end = [&](model::side where) {
    End made(config_for(setting, where), bounded_storage<16>(setting.send_buffer),
             bounded_storage<16>(setting.receive_buffer));
    if (setting.fast_open[model::at(where)]) {
      const auto size = static_cast<std::uint16_t>(setting.segment_size);
      made.set_fast_open({true, fast_open_server{keys_of_runs().cookie_for(server_of_runs, client_of_runs), size}});
    }
    return made;
  };
  return model::world<End>(setting, end(model::side::left), end(model::side::right), &forge_against<End>);
}

/// Hands the world of a scenario, of the ends that it asks for, to visit().
template <class Visit>
auto with_world(const model::scenario& setting, Visit visit) {
  const bool fast = setting.fast_open[0] || setting.fast_open[1];
  return fast ? visit(make_world<tiny_fast_end>(setting)) : visit(make_world<tiny_end>(setting));
}

}  // namespace sequent::refinement

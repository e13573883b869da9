// Worlds of production connections: builds the two ends and the attacker that a scenario asks for.
#pragma once

#include <cstdint>
#include <vector>

#include "model/check/bounds.hpp"
#include "model/world/world.hpp"
#include "sequent/emit.hpp"
#include "tests/refinement/bounded_storage.hpp"
#include "tests/refinement/lockstep.hpp"

namespace sequent::refinement {

/// Small buffers: at most 16 octets each way.
struct tiny_policy {
  using send_storage = bounded_storage<16>;
  using receive_storage = bounded_storage<16>;
  using congestion_control = congestion::reno;
  static constexpr std::size_t most_held_ranges = 4;
};

/// The end that explorer, RapidCheck, fuzzer and replay put into the world: 60 octets of header and a little text.
using tiny_end = lockstep<tiny_policy, 84>;
using tiny_world = model::world<tiny_end>;

/// The settings of one end of a scenario.
[[nodiscard]] inline connection_config config_for(const model::scenario& setting, model::side where) {
  connection_config config;
  const bool left = where == model::side::left;
  config.local_port = left ? 1 : 2;
  config.remote_port = left ? 2 : 1;
  config.receive_mss = static_cast<std::uint16_t>(setting.segment_size);
  config.send_mss = config.receive_mss;
  config.default_peer_mss = config.receive_mss;
  config.least_mss = 1;
  config.timestamps = setting.timestamps;
  config.keep_alive.enabled = setting.keep_alives;
  config.keep_alive.probes = 2;
  config.nagle = false;
  config.isn_offset = setting.iss[left ? 0 : 1];
  return config;
}

/// What an off-path attacker may forge against an end in a synchronized state, in a fixed order (model::attack).
inline void forge_against(const model::scenario& setting, model::side, const tiny_end& victim, const tiny_end&,
                          std::vector<tiny_end::packet>& out) {
  const control_block<u32>& tcb = victim.tcp().block();
  if (tcb.state < connection_state::established) return;
  const auto add = [&](u32 bits, sequence_number<u32> seq, sequence_number<u32> ack, u32 text) {
    segment<u32> forged;
    forged.source_port = victim.tcp().config().remote_port;
    forged.destination_port = victim.tcp().config().local_port;
    forged.seq = seq;
    forged.ack = ack;
    forged.control = control_bits<u32>(bits);
    forged.wnd = 7;
    forged.text_length = text;
    tiny_end::packet p;
    p.size = static_cast<std::uint16_t>(header_length + text);
    std::fill_n(p.room.begin() + header_length, text, std::uint8_t{0xEE});
    emit_segment(forged, std::span(p.room).first(p.size), pseudo_header{});
    out.push_back(p);
  };
  using bits = control_bits<u32>;
  const auto next = tcb.rcv.nxt;
  const auto sent = tcb.snd.nxt;
  const bool window = tcb.rcv.wnd > 1;
  if ((setting.attacks & model::attack_reset) != 0 && window) {
    add(bits::rst_bit, next + 1u, {}, 0);
    add(bits::rst_bit, next + (tcb.rcv.wnd - 1u), {}, 0);
  }
  if ((setting.attacks & model::attack_reset_exact) != 0) add(bits::rst_bit, next, {}, 0);
  if ((setting.attacks & model::attack_syn) != 0) {
    add(bits::syn_bit, next, {}, 0);
    add(bits::syn_bit, next + half_circle, {}, 0);
    add(bits::syn_bit | bits::ack_bit, next + 1u, sent, 0);
  }
  if ((setting.attacks & model::attack_data) != 0) {
    add(bits::ack_bit, next, sent + 1u, 1);
    add(bits::ack_bit, next, tcb.snd.una - (tcb.snd.max_wnd + 1u), 1);
  }
  if ((setting.attacks & model::attack_ack) != 0) {
    add(bits::ack_bit, next, sent + 1u, 0);
    add(bits::ack_bit, next, sent + (half_circle - 1u), 0);
    add(bits::ack_bit, next, tcb.snd.una - (tcb.snd.max_wnd + 1u), 0);
  }
}

/// The world of a scenario, ready to run. The scenario must outlive it.
[[nodiscard]] inline tiny_world make_world(const model::scenario& setting) {
  const auto end = [&](model::side where) {
    return tiny_end(config_for(setting, where), bounded_storage<16>(setting.send_buffer),
                    bounded_storage<16>(setting.receive_buffer));
  };
  return tiny_world(setting, end(model::side::left), end(model::side::right), &forge_against);
}

}  // namespace sequent::refinement

// What the world's attackers forge (model::attack): segments at the edges of what a connection would believe.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "model/check/bounds.hpp"
#include "model/world/move.hpp"
#include "sequent/core/control_block.hpp"
#include "sequent/wire/emit.hpp"

namespace sequent::refinement {

namespace detail {

/// Writes forged segments against one end.
template <class End>
class forger {
 public:
  forger(const End& victim, std::vector<typename End::packet>& out) : victim_(victim), out_(out) {}

  void add(u32 bits, sequence_number<u32> seq, sequence_number<u32> ack, u32 text) {
    segment<u32> forged;
    forged.source_port = victim_.tcp().config().remote_port;
    forged.destination_port = victim_.tcp().config().local_port;
    forged.seq = seq;
    forged.ack = ack;
    forged.control = control_bits<u32>(bits);
    forged.wnd = 7;
    forged.up = 1;
    forged.text_length = text;
    typename End::packet p;
    p.size = static_cast<std::uint16_t>(header_length + text);
    std::fill_n(p.room.begin() + header_length, text, std::uint8_t{0xEE});
    emit_segment(forged, std::span(p.room).first(p.size), pseudo_header{});
    keep(p);
  }

  /// So much text that comes next, if a packet takes it, and a checksum that does not hold: to be dropped without a
  /// trace.
  void add_damaged_text(std::size_t octets) {
    const control_block<u32>& tcb = victim_.tcp().tcb();
    segment<u32> forged;
    forged.source_port = victim_.tcp().config().remote_port;
    forged.destination_port = victim_.tcp().config().local_port;
    forged.seq = tcb.rcv.nxt;
    forged.ack = tcb.snd.una;
    forged.control = control_bits<u32>(control_bits<u32>::ack_bit);
    forged.wnd = 7;
    typename End::packet p;
    forged.text_length = static_cast<u32>(std::min(octets, p.room.size() - header_length));
    p.size = static_cast<std::uint16_t>(header_length + forged.text_length);
    std::fill_n(p.room.begin() + header_length, forged.text_length, std::uint8_t{0xEE});
    emit_segment(forged, std::span(p.room).first(p.size), pseudo_header{});
    p.room[p.size - 1u] ^= 1;
    keep(p);
  }

 private:
  void keep(const typename End::packet& p) {
    if (std::ranges::find(out_, p) == out_.end()) out_.push_back(p);
  }

  const End& victim_;
  std::vector<typename End::packet>& out_;
};

using bits = control_bits<u32>;

/// Off the path: numbers are guessed, and the worst guess falls inside the window. Against synchronized states only.
/// There is `room` in the receive buffer.
template <class End>
void forge_blindly(std::uint32_t attacks, const control_block<u32>& tcb, std::size_t room, forger<End>& forge) {
  if (tcb.state < connection_state::established) return;
  const auto next = tcb.rcv.nxt;
  const auto sent = tcb.snd.nxt;
  if ((attacks & model::attack_reset) != 0 && tcb.rcv.wnd > 1) {
    forge.add(bits::rst_bit, next + 1u, {}, 0);
    forge.add(bits::rst_bit, next + (tcb.rcv.wnd - 1u), {}, 0);
  }
  if ((attacks & model::attack_reset_exact) != 0) forge.add(bits::rst_bit, next, {}, 0);
  if ((attacks & model::attack_syn) != 0) {
    forge.add(bits::syn_bit, next, {}, 0);
    forge.add(bits::syn_bit, next + half_circle, {}, 0);
    forge.add(bits::syn_bit | bits::ack_bit, next + 1u, sent, 0);
  }
  if ((attacks & model::attack_data) != 0) {
    forge.add(bits::ack_bit, next, sent + 1u, 1);
    forge.add(bits::ack_bit, next, tcb.snd.una - (tcb.snd.max_wnd + 1u), 1);
    forge.add_damaged_text(room);
    forge.add_damaged_text(room + 1);
  }
  if ((attacks & model::attack_ack) != 0) {
    forge.add(bits::ack_bit, next, sent + 1u, 0);
    forge.add(bits::ack_bit, next, sent + (half_circle - 1u), 0);
    forge.add(bits::ack_bit, next, tcb.snd.una - (tcb.snd.max_wnd + 1u), 0);
  }
}

/// On the path, in any state: every kind of segment at every edge. Two things are left out, because they are no fault
/// of the victim: text and FIN that enter the stream, and acknowledgments of what the peer has not got.
template <class End>
void forge_anything(const control_block<u32>& tcb, const control_block<u32>& peer, forger<End>& forge) {
  if (tcb.state == connection_state::closed) return;
  const auto next = tcb.rcv.nxt;
  const auto edge = next + tcb.rcv.wnd;
  std::vector<sequence_number<u32>> acks{tcb.snd.una - 1u, tcb.snd.una, tcb.snd.nxt + 1u};
  if (peer.state > connection_state::syn_sent && after_until(tcb.snd.una, peer.rcv.nxt, tcb.snd.nxt)) {
    acks.push_back(peer.rcv.nxt);
  }
  for (const u32 control : {u32{bits::rst_bit}, u32{bits::syn_bit}, bits::syn_bit | bits::ack_bit}) {
    forge.add(control, next - 1u, tcb.snd.una, 2);  // reaches into the window with text that must not count
    forge.add(control, next, tcb.snd.una, 1);
  }
  forge.add(bits::syn_bit, next - 2u, {}, 3);
  for (const auto seq : {next - 1u, next, next + 1u, edge - 1u, edge}) {
    for (const u32 control : {0u, bits::syn_bit, bits::rst_bit, bits::urg_bit}) forge.add(control, seq, {}, 0);
    for (const auto ack : acks) {
      for (const u32 control : {0u, bits::syn_bit, bits::rst_bit, bits::urg_bit}) {
        forge.add(control | bits::ack_bit, seq, ack, 0);
      }
      const bool stream_over = tcb.state > connection_state::fin_wait_2;
      if (stream_over) forge.add(bits::fin_bit | bits::ack_bit, seq, ack, 0);
      if (stream_over) forge.add(bits::fin_bit | bits::ack_bit, seq, ack, 1);
      if (stream_over) forge.add(bits::urg_bit | bits::ack_bit, seq, ack, 1);
    }
  }
}

}  // namespace detail

/// What an attacker may forge against an end in its present state, in a fixed order. A pure function.
template <class End>
void forge_against(const model::scenario& setting, model::side, const End& victim, const End& peer,
                   std::vector<typename End::packet>& out) {
  detail::forger<End> forge(victim, out);
  detail::forge_blindly(setting.attacks, victim.tcp().tcb(), victim.tcp().receiving().room(), forge);
  if ((setting.attacks & model::attack_anything) != 0) {
    detail::forge_anything(victim.tcp().tcb(), peer.tcp().tcb(), forge);
  }
}

}  // namespace sequent::refinement

// A half-open connection in few octets (RFC 4987 section 3.5: "SYN cache"): all that LISTEN makes of a SYN.
#pragma once

#include <cstdint>

#include "sequent/core/control_block.hpp"
#include "sequent/core/handshake.hpp"

namespace sequent {

/// What a passive connection in SYN-RECEIVED knows beyond what every connection of its listener offers. It has no
/// buffers: the window in its SYN,ACK is the most that one SYN can offer, so it is kept beside the shift in one word.
template <word W = u32>
struct half_open {
  sequence_number<W> iss{};
  sequence_number<W> irs{};
  sequence_number<W> recent{};  ///< TS.Recent
  W window{};                   ///< RCV.WND, below 2^16, and above it Snd.Wind.Shift
  instant recent_at{};          ///< when TS.Recent was taken
  instant challenges_since{};
  std::uint16_t peer_mss = 0;
  std::uint8_t challenges = 0;
  bool window_scaling : 1 = false;
  bool sack_permitted : 1 = false;
  bool timestamps : 1 = false;
  bool ecn : 1 = false;
  bool answered : 1 = false;  ///< the SYN,ACK has been sent

  friend bool operator==(const half_open&, const half_open&) noexcept = default;
};

/// The record of a block that step() has taken from LISTEN to SYN-RECEIVED, before or after its SYN,ACK was counted as
/// sent by note_sent(), and whatever left it in SYN-RECEIVED since. Nothing is lost: expand() gives the same block.
/// Constant time.
template <word W>
[[nodiscard]] constexpr half_open<W> compress(const control_block<W>& tcb) noexcept {
  half_open<W> record;
  record.iss = tcb.snd.iss;
  record.irs = tcb.rcv.irs;
  record.recent = tcb.ts.recent;
  record.recent_at = tcb.ts.recent_at;
  record.window = tcb.rcv.wnd | (tcb.snd.shift << W(16u));
  record.challenges_since = tcb.challenges.since;
  record.challenges = tcb.challenges.sent;
  record.peer_mss = tcb.peer_mss;
  record.window_scaling = tcb.window_scaling;
  record.sack_permitted = tcb.sack_permitted;
  record.ecn = tcb.ecn;
  record.timestamps = tcb.ts.enabled;
  record.answered = tcb.ts.last_ack_sent == tcb.rcv.nxt;
  return record;
}

/// The block in SYN-RECEIVED again. `listening` is the block in LISTEN of which the SYN was taken: what it offers, and
/// how many challenges it allows. Constant time.
template <word W>
[[nodiscard]] constexpr control_block<W> expand(const half_open<W>& record,
                                                const control_block<W>& listening) noexcept {
  control_block<W> tcb = listening;
  tcb.state = connection_state::syn_received;
  tcb.passive = true;
  start_sending(tcb, record.iss);
  tcb.snd.shift = record.window >> W(16u);
  tcb.rcv.irs = record.irs;
  tcb.rcv.nxt = record.irs + W(1u);
  tcb.rcv.up = tcb.rcv.nxt;
  tcb.rcv.wnd = record.window & W(0xffffu);
  tcb.window_scaling = record.window_scaling;
  if (record.window_scaling) tcb.rcv.shift = W(u32{listening.offer.shift});
  tcb.sack_permitted = record.sack_permitted;
  tcb.ecn = record.ecn;
  tcb.peer_mss = record.peer_mss;
  tcb.ts.enabled = record.timestamps;
  tcb.ts.recent = record.recent;
  tcb.ts.recent_at = record.recent_at;
  tcb.ts.last_ack_sent = record.answered ? tcb.rcv.nxt : tcb.rcv.irs;
  tcb.challenges.since = record.challenges_since;
  tcb.challenges.sent = record.challenges;
  return tcb;
}

}  // namespace sequent

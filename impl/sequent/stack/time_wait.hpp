// A connection in TIME-WAIT in few octets, and when a new SYN may end it early (RFC 6191).
// implements: time-wait-records
#pragma once

#include <cstdint>

#include "sequent/core/control_block.hpp"
#include "sequent/wire/segment.hpp"

namespace sequent {

/// What still matters of a connection in TIME-WAIT whose user is gone.
template <word W = u32>
struct time_wait {
  sequence_number<W> snd_nxt{};  ///< SND.NXT, which is SND.UNA as well: our FIN has been acknowledged
  sequence_number<W> rcv_nxt{};  ///< RCV.NXT, one past the peer's FIN
  W max_wnd{};                   ///< MAX.SND.WND
  W rcv_wnd{};                   ///< RCV.WND
  W rcv_shift{};                 ///< Rcv.Wind.Shift
  sequence_number<W> recent{};   ///< TS.Recent
  instant recent_at{};
  instant challenges_since{};
  std::uint8_t challenges = 0;
  std::uint8_t challenge_limit = 10;
  bool timestamps = false;

  friend bool operator==(const time_wait&, const time_wait&) noexcept = default;
};

/// The record of a block in TIME-WAIT that has sent every acknowledgment it owed. What is left out has no influence any
/// more: step() treats the block and expand() of its record alike, whatever arrives. Constant time.
template <word W>
[[nodiscard]] constexpr time_wait<W> compress_time_wait(const control_block<W>& tcb) noexcept {
  time_wait<W> record;
  record.snd_nxt = tcb.snd.nxt;
  record.rcv_nxt = tcb.rcv.nxt;
  record.max_wnd = tcb.snd.max_wnd;
  record.rcv_wnd = tcb.rcv.wnd;
  record.rcv_shift = tcb.rcv.shift;
  record.recent = tcb.ts.recent;
  record.recent_at = tcb.ts.recent_at;
  record.challenges_since = tcb.challenges.since;
  record.challenges = tcb.challenges.sent;
  record.challenge_limit = tcb.challenges.limit;
  record.timestamps = tcb.ts.enabled;
  return record;
}

/// A block in TIME-WAIT that behaves as the one that was recorded. Constant time.
template <word W>
[[nodiscard]] constexpr control_block<W> expand(const time_wait<W>& record) noexcept {
  control_block<W> tcb;
  tcb.state = connection_state::time_wait;
  tcb.snd.una = record.snd_nxt;
  tcb.snd.nxt = record.snd_nxt;
  tcb.snd.max_wnd = record.max_wnd;
  tcb.snd.fin_asked = true;
  tcb.snd.fin_sent = true;
  tcb.rcv.nxt = record.rcv_nxt;
  tcb.rcv.up = record.rcv_nxt;
  tcb.rcv.wnd = record.rcv_wnd;
  tcb.rcv.shift = record.rcv_shift;
  tcb.ts.enabled = record.timestamps;
  tcb.ts.recent = record.recent;
  tcb.ts.recent_at = record.recent_at;
  tcb.ts.last_ack_sent = record.rcv_nxt;
  tcb.challenges.since = record.challenges_since;
  tcb.challenges.sent = record.challenges;
  tcb.challenges.limit = record.challenge_limit;
  return tcb;
}

/// RFC 6191 section 2: may this SYN begin a new connection in place of the old one? `offers_timestamps`: our SYN,ACK
/// would confirm the option. Only if nothing of the old connection can be taken for the new one's: its timestamps are
/// later, or its numbers lie beyond the old FIN. Constant time.
template <word W>
[[nodiscard]] constexpr bool may_reuse(const time_wait<W>& old, const segment<W>& syn,
                                       bool offers_timestamps) noexcept {
  const bool beyond = at_or_before(old.rcv_nxt, syn.seq);
  if (!offers_timestamps || !syn.options.ts) return beyond;
  if (!old.timestamps) return true;
  const sequence_number<W> value = syn.options.ts->value;
  return before(old.recent, value) || (value == old.recent && beyond);
}

/// The ISS of the connection that takes the place of one in TIME-WAIT: beyond every number that the old one used
/// (RFC 9293 section 3.10.7.4, fourth check). `chosen` is what the ISN clock gives; where that is not beyond, its low
/// bits keep the number unpredictable. Constant time.
template <word W>
[[nodiscard]] constexpr sequence_number<W> iss_after(const time_wait<W>& old, sequence_number<W> chosen) noexcept {
  if (at_or_before(old.snd_nxt, chosen)) return chosen;
  return old.snd_nxt + ((chosen.wire() & W(0xffffu)) + W(1u));
}

}  // namespace sequent

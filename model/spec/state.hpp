// What the specification knows of one connection (RFC 9293 section 3.3.1, over positions that never wrap).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/spec/position.hpp"

namespace sequent::spec {

/// The eleven states of RFC 9293 section 3.3.2.
enum class phase : std::uint8_t {
  closed,
  listen,
  syn_sent,
  syn_received,
  established,
  fin_wait_1,
  fin_wait_2,
  close_wait,
  closing,
  last_ack,
  time_wait,
};

/// How many phases there are.
inline constexpr int phase_count = 11;

/// The RFC's name of a phase, e.g. "FIN-WAIT-1".
[[nodiscard]] constexpr const char* name(phase p) {
  constexpr const char* names[] = {"CLOSED",     "LISTEN",     "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
                                   "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING",  "LAST-ACK",     "TIME-WAIT"};
  return names[static_cast<int>(p)];
}

/// A half-open range [first, last) of stream positions.
template <class P>
struct range {
  P first{};
  P last{};
  friend bool operator==(const range&, const range&) = default;
};

/// The choices (C1 to C40 of the decision list) on which implementations may differ and a run must say which holds.
/// The defaults describe Sequent's own core; an adapter for a foreign stack loosens them.
struct policy {
  bool reset_mitigation = true;           ///< RFC 5961 section 3 for RST (C26)
  bool syn_mitigation = true;             ///< RFC 5961 section 4 for SYN (C26)
  bool ack_range_check = true;            ///< RFC 5961 section 5, in synchronized states only (C29, A28)
  bool ignore_reset_in_time_wait = true;  ///< RFC 1337 F1 (C27)
  bool must_hold_out_of_order = true;     ///< SHLD-31 is taken as a duty (C25)
  int max_held_ranges = 32;               ///< what would be one more disjoint held range may be refused (C25)
  bool offers_timestamps = true;          ///< our SYN carries RFC 7323 timestamps, or ours would answer them (C40)
  bool offers_ecn = false;                ///< our SYN sets up ECN, or ours would answer one that does (RFC 3168)
  bool fast_open = false;  ///< Fast Open is on: our SYN may carry text, and that of a SYN may be taken (RFC 7413)
  friend bool operator==(const policy&, const policy&) = default;
};

/// One connection. Send-side positions count from our SYN (ISS = 0), receive-side positions from the peer's (IRS = 0).
/// Windows are octets after scaling. Members that mean nothing in a phase hold zero there, so that equality is exact.
template <class P>
struct state {
  phase at = phase::closed;
  bool passive = false;  ///< the connection came from a passive OPEN (MUST-11); meaningful while the handshake lasts
  /// FIN-WAIT-1 was entered by a CLOSE in SYN-RECEIVED, and our SYN is still to be acknowledged: the handshake lasts
  /// (A8).
  bool closed_early = false;

  P snd_una{};             ///< oldest unacknowledged position
  P snd_nxt{};             ///< highest position ever sent, plus one (A2: never moves back)
  P snd_wnd{};             ///< the peer's window, octets after scaling
  P snd_wl1{};             ///< peer position of the segment that last updated snd_wnd
  P snd_wl2{};             ///< our position acknowledged by that segment
  P snd_max_wnd{};         ///< largest snd_wnd seen (RFC 5961 section 5.2)
  P snd_end{};             ///< position after the last octet the user gave us (1 when nothing was written)
  bool fin_asked = false;  ///< the user called CLOSE; a FIN is to follow the last octet
  bool fin_sent = false;   ///< the FIN has been on the wire, at position snd_nxt - 1
  bool left = false;       ///< the user has closed both directions: nobody reads what arrives (section 3.6.1, MAY-1)

  P rcv_nxt{};  ///< next position expected
  P rcv_wnd{};  ///< octets still offered from rcv_nxt on: the right edge offered is rcv_nxt + rcv_wnd; before the
                ///< peer's SYN is known, the width that our own SYN offered
  P rcv_up{};   ///< position after the peer's urgent data; never behind 0; means nothing unless ahead of rcv_nxt
  std::vector<range<P>> held;  ///< octets beyond rcv_nxt held out of order: disjoint, not touching, ascending
  std::optional<P> fin_held;   ///< position of a FIN received beyond rcv_nxt
  /// An immediate acknowledgment is due and has not been sent. True at the least when an outcome replied with one and
  /// no emission has acknowledged rcv_nxt since. Where observation::may_ack allows it an implementation may owe more.
  bool owes_ack = false;

  bool ecn = false;          ///< ECN is in use on this connection (RFC 3168 section 6.1.1)
  bool fast_opened = false;  ///< text of the peer's SYN was taken (RFC 7413 section 4.2.2); meaningful as passive is

  bool timestamps = false;  ///< RFC 7323 timestamps are in use on this connection
  P ts_recent{};            ///< TS.Recent, as a position on the peer's timestamp clock
  P last_ack_sent{};        ///< RFC 7323 section 4.3 Last.ACK.sent, receive-side position
  P snd_shift{};  ///< shift applied to windows the peer sends (0 to 14); written by the adapter, no rule sets it

  policy choices{};

  friend bool operator==(const state&, const state&) = default;
};

}  // namespace sequent::spec

// The transmission control block (RFC 9293 section 3.3.1): what a connection knows, less its buffers and timers.
#pragma once

#include <cstdint>
#include <optional>

#include "sequent/base/seq.hpp"
#include "sequent/base/time.hpp"

namespace sequent {

/// The states of RFC 9293 section 3.3.2.
enum class connection_state : std::uint8_t {
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

/// The RFC's name of a state.
[[nodiscard]] constexpr const char* describe(connection_state s) noexcept {
  switch (s) {
    case connection_state::closed: return "CLOSED";
    case connection_state::listen: return "LISTEN";
    case connection_state::syn_sent: return "SYN-SENT";
    case connection_state::syn_received: return "SYN-RECEIVED";
    case connection_state::established: return "ESTABLISHED";
    case connection_state::fin_wait_1: return "FIN-WAIT-1";
    case connection_state::fin_wait_2: return "FIN-WAIT-2";
    case connection_state::close_wait: return "CLOSE-WAIT";
    case connection_state::closing: return "CLOSING";
    case connection_state::last_ack: return "LAST-ACK";
    case connection_state::time_wait: return "TIME-WAIT";
  }
  return "?";
}

/// ESTABLISHED, FIN-WAIT-1 and FIN-WAIT-2: the states in which the peer may still send text.
[[nodiscard]] constexpr bool may_receive_text(connection_state s) noexcept {
  return s == connection_state::established || s == connection_state::fin_wait_1 || s == connection_state::fin_wait_2;
}

/// The send sequence variables.
template <word W = u32>
struct send_variables {
  sequence_number<W> iss{};  ///< ISS
  sequence_number<W> una{};  ///< SND.UNA
  sequence_number<W> nxt{};  ///< SND.NXT: highest ever sent plus one; retransmission does not move it back (A2)
  W wnd{};                   ///< SND.WND in octets, after scaling
  sequence_number<W> wl1{};  ///< SND.WL1
  sequence_number<W> wl2{};  ///< SND.WL2
  W max_wnd{};               ///< MAX.SND.WND (RFC 5961 section 5.2)
  W shift{};                 ///< Snd.Wind.Shift (RFC 7323 section 2.3): 0 to 14
  bool fin_asked = false;    ///< CLOSE was called: a FIN follows the last octet
  bool fin_sent = false;     ///< the FIN has been sent, at nxt - 1

  friend bool operator==(const send_variables&, const send_variables&) noexcept = default;
};

/// The receive sequence variables.
template <word W = u32>
struct receive_variables {
  sequence_number<W> irs{};                 ///< IRS
  sequence_number<W> nxt{};                 ///< RCV.NXT
  W wnd{};                                  ///< RCV.WND: from nxt to the right edge that was offered, in octets
  sequence_number<W> up{};                  ///< RCV.UP: the octet after the urgent data, or nxt when there is none
  W shift{};                                ///< Rcv.Wind.Shift: 0 to 14
  std::optional<sequence_number<W>> fin{};  ///< where a FIN stands that arrived ahead of RCV.NXT

  friend bool operator==(const receive_variables&, const receive_variables&) noexcept = default;
};

/// RFC 7323 state.
template <word W = u32>
struct timestamp_variables {
  bool enabled = false;                ///< both ends sent the option in the handshake
  sequence_number<W> recent{};         ///< TS.Recent
  instant recent_at{};                 ///< when TS.Recent was last taken (section 5.5)
  sequence_number<W> last_ack_sent{};  ///< Last.ACK.sent

  friend bool operator==(const timestamp_variables&, const timestamp_variables&) noexcept = default;
};

/// How many challenge ACKs this connection may still send (RFC 5961 section 7). Per connection, never shared, so that
/// it tells nothing about other connections.
struct challenge_allowance {
  instant since{};          ///< start of the period being counted
  std::uint8_t sent = 0;    ///< challenge ACKs in this period
  std::uint8_t limit = 10;  ///< most of them in a period

  static constexpr duration period = duration::seconds(1);  ///< and then they are counted anew

  friend bool operator==(const challenge_allowance&, const challenge_allowance&) noexcept = default;
};

/// What this end offers in its SYN; fixed before the connection opens.
struct handshake_offer {
  std::uint16_t mss = 536;               ///< largest text this end can receive in a segment, octets (MUST-14, MUST-67)
  std::uint8_t shift = 0;                ///< window shift it would use (RFC 7323 section 2.2); at most 14
  bool window_scale = true;              ///< RFC 7323 section 2
  bool timestamps = true;                ///< RFC 7323 section 3
  bool sack = true;                      ///< RFC 2018 section 2
  std::uint16_t default_peer_mss = 536;  ///< SendMSS without an option: 536 for IPv4, 1220 for IPv6 (MUST-15)
  bool ecn = false;                      ///< RFC 3168
  friend bool operator==(const handshake_offer&, const handshake_offer&) noexcept = default;
};

/// One connection's control block: a value. CLOSED is the default-constructed one.
template <word W = u32>
struct control_block {
  connection_state state = connection_state::closed;  ///< of the eleven (RFC 9293 section 3.3.2)
  bool passive = false;                               ///< opened by a passive OPEN (MUST-11)
  bool plain_syn = false;       ///< a SYN that would set up ECN went unanswered, and one without ECN followed it
  bool closed_early = false;    ///< FIN-WAIT-1 by a CLOSE in SYN-RECEIVED: our SYN is still to be acknowledged (A8)
  send_variables<W> snd{};      ///< SND.UNA and the others (section 3.3.1)
  receive_variables<W> rcv{};   ///< RCV.NXT and the others (section 3.3.1)
  timestamp_variables<W> ts{};  ///< TS.Recent and the others (RFC 7323)
  bool window_scaling = false;  ///< both ends sent the window scale option
  bool sack_permitted = false;  ///< both ends sent SACK-permitted
  bool ecn = false;             ///< both ends sent SYNs that set up ECN, and the peer no other
  bool fast_opened = false;     ///< text of the SYN was taken, at a passive end, or sent (RFC 7413)
  std::uint16_t peer_mss = 0;   ///< SendMSS: the peer's MSS option, or the default without one; 0 before the SYN
  handshake_offer offer{};      ///< what our SYN says
  challenge_allowance challenges{};  ///< how many may still be sent

  /// The peer is known and our SYN not acknowledged yet: SYN-RECEIVED, or FIN-WAIT-1 by a CLOSE there.
  [[nodiscard]] constexpr bool syn_pending() const noexcept {
    return state == connection_state::syn_received || closed_early;
  }

  /// Text may be marked as ECN-capable: none of our SYNs took ECN back. Marks are echoed all the same, for the peer may
  /// have heard the first (RFC 3168 section 6.1.1).
  [[nodiscard]] constexpr bool may_mark() const noexcept { return ecn && !plain_syn; }

  /// Our FIN has been sent and acknowledged.
  [[nodiscard]] constexpr bool fin_acked() const noexcept { return snd.fin_sent && snd.una == snd.nxt; }

  friend bool operator==(const control_block&, const control_block&) noexcept = default;
};

/// Largest window shift (RFC 7323 section 2.3): a greater one on the wire is taken as this.
inline constexpr std::uint8_t largest_shift = 14;

/// SEG.WND in octets. Windows of segments with SYN are never scaled (RFC 7323 section 2.2); pass those through as they
/// are.
template <word W>
[[nodiscard]] constexpr W scaled_window(W wnd, W shift) noexcept {
  return wnd << shift;
}

}  // namespace sequent

// What may happen to a connection, and what may be seen when it does.
#pragma once

#include <cstdint>
#include <optional>

#include "model/spec/position.hpp"
#include "model/spec/state.hpp"

namespace sequent::spec {

/// How old TS.Recent may be, in microseconds, and still reject a segment: 24 days (RFC 7323 section 5.5).
inline constexpr std::int64_t longest_use_of_recent = std::int64_t{24} * 86'400 * 1'000'000;

/// TS.Recent was taken so many microseconds ago, and says nothing any more.
[[nodiscard]] constexpr bool outlived(std::int64_t age) { return age > longest_use_of_recent; }

/// A segment in stream positions: seq on the sender's axis, ack on the receiver's.
/// The adapter that builds one unwraps 32-bit numbers to the position nearest the matching state variable
/// (seq to rcv_nxt, ack to snd_una, ts_value to ts_recent); a SYN that opens a connection has seq 0. When nothing is
/// known of an axis (CLOSED, LISTEN) the number is taken as it stands.
template <class P>
struct segment {
  P seq{};
  P ack{};
  truth<P> has_ack{};
  truth<P> syn{};
  truth<P> rst{};
  truth<P> fin{};
  truth<P> urg{};
  truth<P> ece{};
  truth<P> cwr{};
  P wnd{};     ///< as on the wire, before scaling (0 to 65535)
  P urgent{};  ///< the urgent field, an offset from seq (0 to 65535)
  P text{};    ///< octets of text

  bool good_cookie = false;  ///< a SYN with a Fast Open cookie that this end made for its sender (RFC 7413)

  bool has_timestamps = false;
  P ts_value{};           ///< TSval as a position on the peer's clock
  P ts_echo{};            ///< emission: TSecr as a position on the peer's clock; 0 is the number 0 before that is known
  bool ts_stale = false;  ///< outlived(): TS.Recent must not reject
};

/// The kinds of event of RFC 9293 section 3.10, and the TCP's own decision to send.
enum class kind : std::uint8_t {
  open_passive,
  open_active,
  send,     ///< amount = octets that the TCP took (C9: it may take fewer than it was handed)
  receive,  ///< amount = octets asked for
  close,
  close_both,  ///< CLOSE after which the user reads no more; amount = octets that arrived in order and were not read
  abort,
  arrival,  ///< seg
  user_timeout,
  time_wait_timeout,
  reclaim,   ///< the TCP gives up a connection that its user has left
  evict,     ///< the host takes back what such a connection holds
  emission,  ///< seg = what the TCP puts on the wire (never a RST); offered = the right edge that it advertises
};

/// One event.
template <class P>
struct event {
  kind what{};
  segment<P> seg{};
  P amount{};
  P offered{};  ///< emission: receive position of the advertised right edge (ack + window after scaling; ack is 0 in a
                ///< SYN)
  bool unspecified = false;  ///< open_active: no remote socket is named
};

/// What a segment sent in reply looks like.
enum class reply : std::uint8_t {
  none,
  ack,      ///< <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>, of the resulting state
  syn,      ///< <SEQ=ISS><CTL=SYN>
  syn_ack,  ///< <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>
  reset,    ///< <SEQ=reset_seq><CTL=RST>, or with reset_ack <SEQ=reset_seq><ACK=reset_ack><CTL=RST,ACK>
};

/// What the user is told. Bits of observation::signals.
enum signal : std::uint32_t {
  signal_established = 1u << 0,  ///< the connection is open
  signal_closing = 1u << 1,      ///< the peer has closed its side (a FIN was processed)
  signal_reset = 1u << 2,        ///< "connection reset"
  signal_refused = 1u << 3,      ///< "connection refused"
  signal_timed_out = 1u << 4,    ///< "connection aborted due to user timeout"
  signal_urgent = 1u << 5,       ///< urgent data is ahead of the reader
  signal_error = 1u << 6,        ///< the call failed ("connection does not exist", "already exists", "closing", ...)
};

/// What is seen from outside when an event is processed.
template <class P>
struct observation {
  reply sent = reply::none;
  P reset_seq{};
  std::optional<P> reset_ack{};
  std::optional<P> reset_echo{};  ///< TSecr of a RST with timestamps (RFC 7323 section 5.2)
  bool reset_answers = false;     ///< and a segment has caused it: its TSval is 0, else it is our clock's
  std::uint32_t signals = 0;      ///< signals that are raised
  std::uint32_t tolerated = 0;    ///< signals that may be raised besides (where the RFC contradicts itself)
  bool may_ack = false;           ///< an acknowledgment may be sent at once although none is required (C31)
  /// Of an outcome: an acknowledgment is left out because too many went before (RFC 5961 section 7). Of what was seen:
  /// so many had gone before that one might be.
  bool throttled = false;
  bool lingers = false;  ///< the timer of TIME-WAIT, two maximum segment lifetimes, starts or starts over
};

}  // namespace sequent::spec

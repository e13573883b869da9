// What one step of the core asks of its surroundings. Data, not callbacks: the caller reads it when the step is over.
#pragma once

#include <cstdint>
#include <optional>

#include "sequent/base/seq.hpp"

namespace sequent {

/// A segment that a step asks to be sent.
enum class reply : std::uint8_t {
  none,
  ack,            ///< <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>, alone or on the next segment of text
  challenge_ack,  ///< the same, counted against the connection's allowance (RFC 5961 section 7)
  syn,            ///< <SEQ=ISS><CTL=SYN>
  syn_ack,        ///< <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>
  reset,          ///< <SEQ=reset_seq><CTL=RST>, or <SEQ=reset_seq><ACK=reset_ack><CTL=RST,ACK>
};

/// What the user is to be told, as a set of bits.
enum class signal : std::uint16_t {
  established = 1u << 0,     ///< the handshake is complete
  peer_closed = 1u << 1,     ///< the peer's FIN was processed: after what is buffered, the stream ends (MUST-12)
  reset = 1u << 2,           ///< "connection reset"
  refused = 1u << 3,         ///< "connection refused"
  timed_out = 1u << 4,       ///< "connection aborted due to user timeout"
  urgent = 1u << 5,          ///< urgent data became pending, or its end moved on (MUST-32)
  closed = 1u << 6,          ///< the connection ended in good order and is gone
  retransmitting = 1u << 7,  ///< R1 was reached: the path may be in trouble (MUST-20, SHLD-9)
  aborted = 1u << 8,         ///< data arrived that nobody will read, and the connection was reset (SHLD-3)
  soft_error = 1u << 9,      ///< the network reported an error: see connection::last_icmp() (MUST-47, SHLD-25)
  unreachable = 1u << 10,    ///< the handshake ended because the network reported that the peer cannot be reached
};

/// A set of signals.
class signals {
 public:
  /// Adds one.
  constexpr void raise(signal s) noexcept { bits_ = static_cast<std::uint16_t>(bits_ | static_cast<std::uint16_t>(s)); }
  /// Adds all of these.
  constexpr void raise(signals others) noexcept { bits_ = static_cast<std::uint16_t>(bits_ | others.bits_); }
  /// Takes one out, if it is there.
  constexpr void drop(signal s) noexcept { bits_ = static_cast<std::uint16_t>(bits_ & ~static_cast<unsigned>(s)); }
  /// Is it in the set?
  [[nodiscard]] constexpr bool has(signal s) const noexcept { return (bits_ & static_cast<std::uint16_t>(s)) != 0; }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }     ///< nothing to tell
  [[nodiscard]] constexpr std::uint16_t bits() const noexcept { return bits_; }  ///< a bit for each signal
  friend bool operator==(signals, signals) noexcept = default;

 private:
  std::uint16_t bits_ = 0;
};

/// Where the text of a segment belongs.
enum class text_placement : std::uint8_t {
  none,          ///< nothing to keep
  in_order,      ///< at the old RCV.NXT; the step has advanced it
  out_of_order,  ///< beyond RCV.NXT: keep it until the octets before it arrive (SHLD-31)
};

/// The outcome of one step beside the changed control block.
template <word W = u32>
struct actions {
  reply answer = reply::none;                     ///< what is to be sent
  sequence_number<W> reset_seq{};                 ///< SEG.SEQ of a RST
  std::optional<sequence_number<W>> reset_ack{};  ///< SEG.ACK of a RST that acknowledges
  /// TSval of the segment that a RST answers: the RST has it as its TSecr, and 0 as its TSval (RFC 7323 section 5.2).
  std::optional<sequence_number<W>> reset_echo{};
  signals raised{};  ///< what the user is to be told

  text_placement text = text_placement::none;  ///< where the octets taken belong
  W text_skip{};                               ///< octets at the front of the segment's text that are not wanted
  W text_take{};                               ///< octets after them that are
  sequence_number<W> text_at{};                ///< sequence number of the first octet taken

  bool acceptable_ack = false;  ///< the ACK field was processed (not necessarily new)
  W acked{};                    ///< octets of sequence space newly acknowledged, SYN and FIN included
  bool duplicate_ack = false;   ///< a duplicate in the sense of RFC 5681 section 2
  bool window_opened = false;   ///< SND.WND was updated
  bool time_wait = false;       ///< TIME-WAIT was entered, or its timer is to be restarted
  bool deleted = false;         ///< the control block was deleted: the state is CLOSED

  friend bool operator==(const actions&, const actions&) noexcept = default;
};

}  // namespace sequent

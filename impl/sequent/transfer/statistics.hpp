// What a connection tells of itself, as TCP_INFO does elsewhere; what has to be counted is counted by a policy.
// implements: statistics
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "sequent/base/time.hpp"
#include "sequent/core/control_block.hpp"
#include "sequent/recovery/acknowledgment.hpp"
#include "sequent/wire/segment.hpp"

namespace sequent {

/// What has crossed the wire and happened to a connection since it was made; a sleep in between changes nothing.
/// Octets are octets of text. Numbers of 64 bits, which do not come round.
struct connection_counters {
  std::uint64_t segments_sent = 0;      ///< with text or a FIN, the first time or again; a large segment counts as one
  std::uint64_t octets_sent = 0;        ///< in them
  std::uint64_t segments_again = 0;     ///< of those, what had been sent before
  std::uint64_t octets_again = 0;       ///< in them
  std::uint64_t acks_sent = 0;          ///< segments with neither text nor SYN, FIN or RST, keep-alives among them
  std::uint64_t needless = 0;           ///< D-SACK reports: something came to the peer more than once (RFC 2883)
  std::uint64_t duplicate_acks = 0;     ///< heard (RFC 5681 section 2)
  std::uint64_t octets_delivered = 0;   ///< of sequence space that the peer has acknowledged, SYN and FIN included
  std::uint64_t segments_received = 0;  ///< with text in the window, new or held already
  std::uint64_t octets_received = 0;    ///< in order, so that they can be read
  std::uint64_t out_of_order = 0;       ///< of those, what began beyond RCV.NXT
  std::uint64_t timeouts = 0;           ///< of the retransmission timer, in the handshake as well
  std::uint64_t recoveries = 0;         ///< fast recoveries begun
  std::uint64_t probes = 0;             ///< loss probe timers that expired (RFC 8985 section 7)

  /// Adds up, e.g. what a host's connections have counted.
  constexpr connection_counters& operator+=(const connection_counters& more) noexcept {
    segments_sent += more.segments_sent;
    octets_sent += more.octets_sent;
    segments_again += more.segments_again;
    octets_again += more.octets_again;
    acks_sent += more.acks_sent;
    needless += more.needless;
    duplicate_acks += more.duplicate_acks;
    octets_delivered += more.octets_delivered;
    segments_received += more.segments_received;
    octets_received += more.octets_received;
    out_of_order += more.out_of_order;
    timeouts += more.timeouts;
    recoveries += more.recoveries;
    probes += more.probes;
    return *this;
  }
  friend constexpr bool operator==(const connection_counters&, const connection_counters&) noexcept = default;
};

/// A policy's `statistics`: nothing is counted, and counting costs nothing.
struct no_statistics {
  static constexpr bool enabled = false;  ///< nothing else is asked of it
  friend constexpr bool operator==(const no_statistics&, const no_statistics&) noexcept = default;
};

/// A policy's `statistics`: everything is counted, in 112 octets and a few additions a segment.
struct counted_statistics {
  static constexpr bool enabled = true;  ///< the calls below are made
  connection_counters count{};           ///< so far

  /// A segment with text or a FIN, or a bare acknowledgment, is handed over to be sent.
  constexpr void sent(u32 text, bool again) noexcept {
    ++count.segments_sent;
    count.octets_sent += text;
    if (!again) return;
    ++count.segments_again;
    count.octets_again += text;
  }
  /// What is handed over is a bare acknowledgment.
  constexpr void sent_ack() noexcept { ++count.acks_sent; }
  /// A segment's text was taken, and so many octets are in order for it.
  constexpr void took(bool in_order, u32 octets) noexcept {
    ++count.segments_received;
    if (!in_order) ++count.out_of_order;
    count.octets_received += octets;
  }
  /// An acceptable acknowledgment, of so many octets; `sack`: SACK was agreed, so that its reports count.
  constexpr void heard(const segment<u32>& header, bool sack, u32 acked, bool duplicate) noexcept {
    count.octets_delivered += acked;
    if (duplicate) ++count.duplicate_acks;
    if (sack && reports_duplicate(header.options.sack, header.ack)) ++count.needless;
  }
  constexpr void timed_out() noexcept { ++count.timeouts; }         ///< the retransmission timer expired
  constexpr void recovery_began() noexcept { ++count.recoveries; }  ///< a fast recovery
  constexpr void probed() noexcept { ++count.probes; }              ///< a tail loss probe went out (RFC 8985 section 7)
  friend constexpr bool operator==(const counted_statistics&, const counted_statistics&) noexcept = default;
};

/// How a connection stands. A value; made from what is known anyway.
struct connection_statistics {
  connection_state state = connection_state::closed;  ///< of the eleven
  std::optional<duration> round_trip{};               ///< SRTT, once there is one (RFC 6298)
  std::optional<duration> variation{};                ///< RTTVAR
  std::optional<duration> min_round_trip{};           ///< of the recent past, as RACK uses it (RFC 8985 section 6.2)
  duration timeout{};                                 ///< RTO, doublings included
  u32 segment_size = 0;                               ///< Eff.snd.MSS
  u32 congestion_window = 0;                          ///< octets
  u32 slow_start_threshold = 0;                       ///< octets
  u32 in_flight = 0;                                  ///< SND.NXT - SND.UNA
  u32 pipe = 0;                        ///< octets of that which are taken to be in the network (RFC 6675)
  u32 sacked = 0;                      ///< octets of that which the peer has reported
  u32 lost = 0;                        ///< octets of that which are taken for lost and not sent again yet
  u32 unsent = 0;                      ///< octets queued and never sent
  u32 unread = 0;                      ///< octets in order that wait for the reader
  u32 send_window = 0;                 ///< SND.WND
  u32 receive_window = 0;              ///< RCV.WND
  std::uint8_t timeouts_in_a_row = 0;  ///< since something was acknowledged, or a closed window told of
  bool recovering = false;             ///< in fast recovery
  bool reordering_seen = false;        ///< since the connection began (RFC 8985 section 6.2)
  connection_counters counters{};      ///< zeros unless the policy counts
  friend constexpr bool operator==(const connection_statistics&, const connection_statistics&) noexcept = default;
};

}  // namespace sequent

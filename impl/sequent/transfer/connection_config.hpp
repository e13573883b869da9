// How a connection behaves: everything that a user may choose, with the defaults that the RFCs ask for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sequent/base/checksum.hpp"
#include "sequent/base/derived_key.hpp"
#include "sequent/base/result.hpp"
#include "sequent/base/time.hpp"
#include "sequent/core/control_block.hpp"
#include "sequent/core/isn.hpp"
#include "sequent/recovery/rtt.hpp"
#include "sequent/wire/flow.hpp"
#include "sequent/wire/ip.hpp"
#include "sequent/wire/parse.hpp"

namespace sequent {

/// The most octets of a buffer that sequence numbers and windows can speak of (RFC 7323 section 2.3).
inline constexpr std::size_t largest_buffer = std::size_t{1} << 30;

/// Keep-alives (RFC 9293 section 3.8.4): off unless asked for (MUST-25).
struct keep_alive_config {
  bool enabled = false;                       ///< set_keep_alive() changes it later
  duration idle = duration::seconds(7'200);   ///< longer than nothing; two hours by default (MUST-28)
  duration interval = duration::seconds(75);  ///< between unanswered probes, longer than nothing
  std::uint8_t probes = 9;  ///< so many unanswered, at least 1, and the peer is taken for dead (MUST-29)
  friend bool operator==(const keep_alive_config&, const keep_alive_config&) noexcept = default;
};

/// Fixed when a connection is made. What is out of range is refused when the connection is opened: see validate().
struct connection_config {
  keep_alive_config keep_alive{};  ///< whether a silent peer is asked if it is there
  std::uint16_t local_port = 0;    ///< 1 to 65535; 0 is not noticed
  std::uint16_t remote_port = 0;   ///< 0 on a listening connection: taken from the first SYN
  pseudo_header addresses{};       ///< for the checksum; see connection::bind_peer() on a listening connection
  checksum_by checksum = checksum_by::library;  ///< who makes and verifies TCP's checksum (MUST-2, MUST-3)

  std::uint16_t receive_mss = 1'460;     ///< announced: at most MMS_R - 20 (MUST-67); at least 1
  std::uint16_t send_mss = 1'460;        ///< most that the path takes: MMS_S - 20 (MUST-16); at least 1
  std::uint16_t default_peer_mss = 536;  ///< 536 for IPv4, 1220 for IPv6 (MUST-15); at least 1
  std::uint16_t min_mss = 48;            ///< no report about the path makes segments smaller than this; any number
  std::uint8_t ip_header_octets = 20;    ///< of the IP header beneath: 20 for IPv4, 40 for IPv6; 20 to 60

  /// Hands out several full segments as one, as many as the caller's buffer and the windows have room for, to be cut up
  /// by the network interface or by the caller at transmission::segment_size.
  bool large_segments = false;

  bool window_scale = true;  ///< offered, or agreed to (RFC 7323 section 2)
  bool timestamps = true;    ///< likewise (RFC 7323 section 3)
  bool sack = true;          ///< likewise (RFC 2018)
  /// Explicit congestion notification (RFC 3168, SHLD-8): congested routers mark packets instead of dropping them. Off,
  /// since it needs a caller that carries the codepoints of the IP headers both ways. On, a peer that does not know it
  /// makes a connection without it, and a SYN that is not answered is sent again without it (section 6.1.1.1), as there
  /// are middleboxes that drop what asks for it; one that answers with RST still ends the attempt.
  bool ecn = false;
  bool nagle = true;  ///< MUST-17
  /// Nagle's algorithm waits for small segments alone, so that the short end of what was written goes at once behind
  /// full ones and there is one small segment in flight at most (RFC 9293 appendix A.3); off: for any (section 3.7.4).
  bool nagle_modified = true;
  duration delayed_ack = duration::milliseconds(40);  ///< 499 ms at most, more counts as that (MUST-40); zero: at once
  /// How long the peer may delay the acknowledgment of a lone segment: a tail loss probe waits so much longer (RFC 8985
  /// section 7.2); zero: it acknowledges at once.
  duration peer_ack_delay = duration::milliseconds(200);
  duration silly_window_override = duration::milliseconds(200);  ///< RFC 9293 section 3.8.6.2.1
  rto_limits rto{};     ///< bounds of the retransmission timeout (RFC 6298); see rtt.hpp
  std::uint8_t r1 = 3;  ///< retransmissions before signal::retransmitting (SHLD-10); 0: none tells it
  std::optional<duration> user_timeout = duration::seconds(300);  ///< R2 as well (C34); nothing: never (MUST-21)
  /// The user timeout after close(), when nobody can abort the connection any more, if the one above is longer or there
  /// is none: at least 100 seconds (SHLD-11). Nothing: the one above. See decision 0021.
  std::optional<duration> orphan_timeout = duration::seconds(120);
  /// How long the peer may keep its window closed while something waits to be sent or acknowledged, a FIN included,
  /// also after close(); nothing: for ever (MUST-37). A window too small for a full segment and for half of the largest
  /// one counts as closed; that probes are answered or taken changes nothing. A host that runs short of buffers may
  /// want to end such connections (RFC 6429 section 4).
  std::optional<duration> zero_window{};
  duration msl = duration::seconds(120);                       ///< TIME-WAIT lasts twice this (MUST-13)
  std::optional<duration> fin_wait_2 = duration::seconds(60);  ///< after close(), not after shutdown() (C37)
  std::uint8_t challenge_acks_per_second = 10;                 ///< RFC 5961 section 7, per connection; 0: none
  /// The initial congestion window, which is the window after idleness too: so many full segments, but at most so many
  /// times 1460 octets or two segments. 1 to 64: ten are RFC 6928's bound, more are for paths that one knows.
  std::uint8_t initial_window = 10;

  /// A server with Fast Open answers text of a SYN before the handshake is complete with at most so many times the
  /// octets of the SYN's datagram, headers and the SYN,ACK included (RFC 7413 section 5.2: a cookie may be stolen, and
  /// then this is what the server does to its owner); 0: not at all; 255: with all that the initial window allows, if
  /// the SYN is not tiny.
  std::uint8_t fast_open_amplification = 3;
  /// SYN,ACKs that such a server sends again before it gives a client up that does not answer, whatever the user
  /// timeout; 183 seconds in all with the usual rto_limits (MUST-23 asks for 180). In a stack,
  /// stack_config::syn_ack_retries.
  std::uint8_t fast_open_retries = 7;

  /// Octets of the buffer offered at first, to grow with the reader: at most largest_buffer. 0, or more than the buffer
  /// has: all of it; and at least an 8192nd of it, as less may be no unit of the window's scale.
  u32 initial_receive_window = 0;

  u32 timestamp_offset = 0;  ///< random, so that the clock tells nothing (RFC 7323 section 5.4)
  u32 isn_offset = 0;        ///< F of RFC 6528, from isn_offset(); the clock is added when the connection opens

  /// These settings for the connection between two ends, over links that take IP packets of `mtu` octets: what belongs
  /// together is filled in together. That is ports and pseudo-header, the header beneath and the segment sizes that fit
  /// (never more than they are here), and the offsets of the ISN and of the timestamps' clock, which are made of
  /// `secret` and the two ends (RFC 6528 section 3, RFC 7323 section 5.4). `mtu`: 41 octets and more for IPv4,
  /// 61 for IPv6. Errors: bad_argument for fewer, for a secret of zeros, with which anybody could compute, for a local
  /// port of 0, for addresses of two families, and for two ends that are one. For a listener that waits for anybody
  /// `remote` is {}; before its first SYN is handed over it has to be told whose that is: bind_peer(port,
  /// pseudo_header_of(local, remote), offset_of(flow, derive_key(secret, key_use::sequence_numbers))). Constant time.
  [[nodiscard]] result<connection_config> between(const ip_endpoint& local, const ip_endpoint& remote,
                                                  secret_key secret, u32 mtu = 1'500) const noexcept;

  /// Names the first member that nothing can be made of: a segment size of nothing, a time below zero, a zero where the
  /// time is what something waits for, or a number outside of what its member says. Everything else is in range,
  /// whatever its value; times may be as long as they like, since clocks saturate. Constant time.
  [[nodiscard]] constexpr validity validate() const noexcept;

  friend bool operator==(const connection_config&, const connection_config&) noexcept = default;
};

/// The part of a clock or an ISN that belongs to a flow, made with a key.
[[nodiscard]] constexpr u32 offset_of(const flow& path, secret_key key) noexcept {
  return isn_offset(key, path.local.v6(), path.local_port, path.remote.v6(), path.remote_port);
}

/// Fills in what follows from a flow and from the MTU of its links, but for what needs a secret.
inline void fit(connection_config& config, const flow& path, u32 mtu) noexcept {
  const auto ip_header = static_cast<u32>(ip_header_length(path.local));
  const u32 headers = ip_header + header_length;
  const auto left = static_cast<std::uint16_t>(mtu > headers ? (std::min)(mtu - headers, u32{0xffff}) : 0);
  config.local_port = path.local_port;
  config.remote_port = path.remote_port;
  config.addresses = pseudo_header_of(path.local, path.remote);
  config.ip_header_octets = static_cast<std::uint8_t>(ip_header);
  config.receive_mss = (std::min)(config.receive_mss, left);
  config.send_mss = (std::min)(config.send_mss, left);
  config.default_peer_mss = path.local.is_v4() ? 536 : 1'220;  // MUST-15
}

inline result<connection_config> connection_config::between(const ip_endpoint& local, const ip_endpoint& remote,
                                                            secret_key secret, u32 mtu) const noexcept {
  const flow path{local.address, remote.address, local.port, remote.port};
  const bool families = remote == ip_endpoint{} || local.address.is_v4() == remote.address.is_v4();
  const bool fits = mtu > ip_header_length(local.address) + header_length;
  if (secret.is_zero() || local.port == 0 || !families || !fits || is_land(path)) return error::bad_argument;
  connection_config made = *this;
  fit(made, path, mtu);
  made.isn_offset = offset_of(path, derive_key(secret, key_use::sequence_numbers));
  made.timestamp_offset = offset_of(path, derive_key(secret, key_use::timestamp_clocks));
  return made;
}

constexpr validity connection_config::validate() const noexcept {
  constexpr duration nothing{};
  const auto waits = [](const std::optional<duration>& time) { return !time || *time > duration{}; };
  if (keep_alive.idle <= nothing) return {"keep_alive.idle"};
  if (keep_alive.interval <= nothing) return {"keep_alive.interval"};
  if (keep_alive.probes == 0) return {"keep_alive.probes"};
  if (checksum > checksum_by::hardware) return {"checksum"};
  if (receive_mss == 0) return {"receive_mss"};
  if (send_mss == 0) return {"send_mss"};
  if (default_peer_mss == 0) return {"default_peer_mss"};
  if (ip_header_octets < 20 || ip_header_octets > 60) return {"ip_header_octets"};
  if (initial_window == 0 || initial_window > 64) return {"initial_window"};
  if (delayed_ack < nothing) return {"delayed_ack"};
  if (peer_ack_delay < nothing) return {"peer_ack_delay"};
  if (silly_window_override <= nothing) return {"silly_window_override"};
  if (rto.initial <= nothing) return {"rto.initial"};
  if (rto.least < nothing || rto.most < rto.least) return {"rto.least"};
  if (rto.most <= nothing) return {"rto.most"};
  if (rto.granularity <= nothing) return {"rto.granularity"};
  if (!waits(user_timeout)) return {"user_timeout"};
  if (!waits(zero_window)) return {"zero_window"};
  if (msl < nothing) return {"msl"};
  if (!waits(fin_wait_2)) return {"fin_wait_2"};
  if (!waits(orphan_timeout)) return {"orphan_timeout"};
  if (initial_receive_window > largest_buffer) return {"initial_receive_window"};
  return {};
}

/// The same with the times of a room whose hosts are all set like this, where a round trip takes well under a
/// millisecond: acknowledgments are delayed by 1 ms, timeouts last at least 5 ms and begin at 10 ms. RFC 6298 section
/// 2.4 asks for a least timeout of a second, which is for paths that nobody knows. Over a longer path it repeats early,
/// and so it does where hosts meet their deadlines later than by some milliseconds.
[[nodiscard]] constexpr connection_config in_data_center(connection_config config) noexcept {
  config.delayed_ack = config.peer_ack_delay = duration::milliseconds(1);
  config.rto.least = duration::milliseconds(5);
  config.rto.initial = duration::milliseconds(10);
  config.silly_window_override = duration::milliseconds(5);
  return config;
}

/// The smallest shift with which a window of `capacity` octets fits the 16-bit field (RFC 7323 section 2.3).
[[nodiscard]] constexpr std::uint8_t window_shift_for(std::uint64_t capacity) noexcept {
  std::uint8_t shift = 0;
  while (shift < largest_shift && capacity >> shift > 0xffffu) ++shift;
  return shift;
}

}  // namespace sequent

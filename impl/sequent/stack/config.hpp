// How a stack behaves: what a user may choose, how large its tables are, and what it counts.
// implements: limits
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "sequent/base/derived_key.hpp"
#include "sequent/connection.hpp"
#include "sequent/stack/ephemeral_ports.hpp"
#include "sequent/wire/flow.hpp"
#include "sequent/wire/ip_fields.hpp"

namespace sequent {

/// When a listener answers a SYN without keeping anything (RFC 4987 section 3.6).
enum class cookie_policy : std::uint8_t {
  never,        ///< a SYN for which there is no room in the SYN queue is dropped
  on_overflow,  ///< as soon as the SYN queue is full, be it the listener's or the stack's
  always,       ///< the SYN queue is not used
};

/// Fixed when a stack is made.
struct stack_config {
  /// How each connection behaves. Ports, addresses, offsets and default_peer_mss are filled in for each, and the two
  /// MSSs are lowered to what `mtu` leaves.
  connection_config connection{};
  secret_key secret{};             ///< drawn from a good source once per boot; everything keyed derives from it
  std::uint16_t mtu = 1'500;       ///< octets of the largest packet that is sent or announced to be taken
  std::uint8_t time_to_live = 64;  ///< MUST-49
  /// Differentiated services of what is sent (RFC 2474, MUST-48), where it stands in the octet of service; the two
  /// lowest bits of that are ECN's. A connection may be given others: see stack::set_service().
  std::uint8_t service = 0;
  /// Arriving packets with fewer hops left are dropped (RFC 5082 asks for 255 where both ends are on one link).
  std::uint8_t min_time_to_live = 0;
  cookie_policy cookies = cookie_policy::on_overflow;  ///< when SYNs are answered without a record (RFC 4987)
  duration syn_ack_timeout = duration::seconds(1);     ///< before the first retransmission of a SYN,ACK; doubles
  duration syn_ack_longest = duration::seconds(60);    ///< and is at most this
  std::uint8_t syn_ack_retries = 7;                    ///< with these times 183 seconds (MUST-23 asks for 180)
  bool reuse_time_wait = true;                         ///< RFC 6191
  /// Connections given back with close() that have not ended, TIME-WAIT aside: so many of them keep their places though
  /// others want one. Of those beyond them the one whose peer has acknowledged nothing for longest is reset, once its
  /// place is wanted: by connect(), by a handshake that is complete, by a sleeper that has to wake. Nothing: half of
  /// those that can be awake.
  std::optional<u32> max_orphans{};
  /// And for how long each may go on, to the second, whatever its peer does; at most 32'000 seconds; nothing: for as
  /// long as its connection does. What is in its buffer has that long to get through.
  std::optional<duration> orphan_life = duration::seconds(300);
  port_range ports{};  ///< local ports that connect() chooses from (RFC 6056)

  /// Whether a stack can be used with this; if not, the name of the first setting that is missing or out of range. A
  /// secret of zeros is missing: who knows it makes cookies and guesses numbers as well as the stack.
  [[nodiscard]] constexpr validity validate() const noexcept;
};

constexpr validity stack_config::validate() const noexcept {
  if (secret == secret_key{}) return {"secret"};
  if (mtu < 68) return {"mtu"};  // RFC 791: what every link takes
  if (time_to_live == 0) return {"time_to_live"};
  if (cookies > cookie_policy::always) return {"cookies"};
  if (syn_ack_timeout <= duration{}) return {"syn_ack_timeout"};
  if (syn_ack_longest < syn_ack_timeout) return {"syn_ack_longest"};
  if (orphan_life && (*orphan_life <= duration{} || *orphan_life > duration::seconds(32'000))) return {"orphan_life"};
  if (ports.first == 0 || ports.last < ports.first) return {"ports"};
  return connection.validate();
}

/// How large the tables of a stack are, which is its size in memory; docs/stack.md says what happens when each is full.
/// Named where it is made, `{.max_connections = 10'000}`, so that no name can be misspelt unnoticed.
struct stack_sizes {
  /// Of each slice of the caller's memory, when storage is span_storage: 1 to largest_buffer, other sizes do not
  /// compile. Of one octet, too, all that is written arrives, one segment for each.
  std::size_t send_octets = 65'536;
  std::size_t receive_octets = 65'536;  ///< likewise
  u32 max_connections = 16;             ///< awake and asleep
  /// Connections that have their buffers and tables at the same time; 0: all. With fewer than max_connections, those
  /// that have nothing to do fall asleep when others want their place, the longest idle first, and keep a few hundred
  /// octets each (dormant.hpp).
  u32 max_awake = 0;
  u32 max_half_open = 64;  ///< the SYN queue, of all listeners together
  u32 max_time_wait = 64;  ///< beyond them the oldest is forgotten
  u32 max_listeners = 8;   ///< at a time
  u32 max_addresses = 4;   ///< local addresses
  u32 max_replies = 64;    ///< answers without a record that wait for poll_packet()
};

/// Users keep nothing with a connection.
struct no_tag {};

/// What a stack is made of. Derive from it, say `static constexpr stack_sizes sizes{...};`, which has no default, and
/// replace what should differ.
struct default_stack_policy {
  /// Of each connection. With span_storage for a storage, the stack hands out slices of the memory it is given.
  using connection_policy = default_policy;
  /// What a user keeps with each connection, a pointer or an index: see stack::set_tag(). Asleep or awake, it is there.
  using tag = no_tag;
};

/// What has happened since the stack was made. Counters for people, not for the protocol.
struct stack_statistics {
  std::uint64_t packets = 0;            ///< handed to on_packet()
  std::uint64_t malformed = 0;          ///< no datagram between two hosts, no segment, or a bad checksum
  std::uint64_t martian = 0;            ///< to an address that is not ours, or from one that is
  std::uint64_t land = 0;               ///< source and destination the same
  std::uint64_t hops = 0;               ///< fewer hops left than min_time_to_live
  std::uint64_t other_protocol = 0;     ///< neither TCP nor ICMP
  std::uint64_t syn_dropped = 0;        ///< SYNs for which there was no room, and no cookie was sent
  std::uint64_t cookies_sent = 0;       ///< SYN,ACKs that are a cookie (RFC 4987 section 3.6)
  std::uint64_t cookies_accepted = 0;   ///< connections that began with one
  std::uint64_t fast_opened = 0;        ///< connections whose SYN brought text with a good cookie (RFC 7413)
  std::uint64_t ack_dropped = 0;        ///< handshakes that could not complete: accept queue or connections full
  std::uint64_t half_open_expired = 0;  ///< SYN,ACKs that nobody answered
  std::uint64_t time_wait_evicted = 0;  ///< forgotten early to make room
  std::uint64_t time_wait_reused = 0;   ///< RFC 6191
  std::uint64_t time_wait_kept = 0;     ///< SYNs that it does not allow to end TIME-WAIT
  std::uint64_t postponed = 0;     ///< packets that were not taken: their answers had no room to wait for poll_packet()
  std::uint64_t icmp_taken = 0;    ///< errors about what is outstanding, of a connection or of the SYN queue
  std::uint64_t icmp_ignored = 0;  ///< all others, and what is no error
  std::uint64_t fallen_asleep = 0;    ///< connections that made room for others
  std::uint64_t orphans_evicted = 0;  ///< reset for want of their places, or by orphan_life
  std::uint64_t wakes_refused = 0;    ///< times that a sleeper found every place taken by busy ones, whoever woke it
};

/// Names a connection or a listener of one stack. One that has been given up names nothing any more, even when its
/// place has been taken by another since.
struct handle {
  u32 index = 0xffff'ffffu;  ///< of its place; this one: of none
  u32 generation = 0;        ///< tells it from what had the place before
  friend constexpr auto operator<=>(handle, handle) noexcept = default;
};

/// What next_event() tells.
struct stack_event {
  handle of{};            ///< a connection, or a listener if `incoming`
  signals raised{};       ///< what its user is to be told
  bool incoming = false;  ///< accept() has something to give
  bool place = false;     ///< what was refused because others had taken it may be tried again: no_place on this handle,
                          ///< or, if it names nothing, connect(), listen() and writable_span()
  bool readable = false;  ///< octets, or the end of the stream, are there to be read
  bool writable = false;  ///< octets were acknowledged, so that there is room for others
};

/// A packet that has been written to the caller's buffer.
struct packet_out {
  std::size_t length = 0;                          ///< octets: headers and text
  std::size_t segment_size = 0;                    ///< octets of text in each segment of a large one
  instant not_before{};                            ///< earliest moment to send it, for pacing
  ecn_codepoint ecn = ecn_codepoint::not_capable;  ///< as written into the IP header (RFC 3168)
};

/// Where on_packet() delivered a packet.
enum class delivery : std::uint8_t {
  dropped,     ///< nowhere; the statistics say why
  connection,  ///< a connection
  half_open,   ///< a record of the SYN queue
  time_wait,   ///< a record of TIME-WAIT
  listener,    ///< a listener
  nobody,      ///< there is no connection: answered with RST, unless it was one
  icmp,        ///< an ICMP message
  postponed,   ///< not taken: call poll_packet() first, then hand it over again
};

}  // namespace sequent

// Doxygen finds no place for a specialization of what it has not read.
/// @cond
/// Handles as keys of unordered containers.
template <>
struct std::hash<sequent::handle> {
  [[nodiscard]] std::size_t operator()(sequent::handle of) const noexcept {
    return std::hash<std::uint64_t>{}(std::uint64_t{of.generation} << 32 | of.index);
  }
};
/// @endcond

// What a TCP must offer to live in the world: the production connection, the specification, both in lockstep, or a
// foreign stack behind an adapter.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "model/world/fingerprint.hpp"

namespace sequent::model {

/// How far a stream may be sent, as one end knows it: positions of the stream that began with the number `first`.
struct stream_edge {
  std::uint32_t first = 0;
  std::int64_t position = 0;
};

/// One end of a connection, as a value: copying it copies all that its future behaviour depends on.
///
/// User calls (their results are ignored except for counts of octets):
/// - open_passive(), open_active(): the OPEN calls of RFC 9293 section 3.9.1.1.
/// - write(octets): offers octets to send; returns how many were taken from the front.
/// - read(room): takes received octets in order; returns how many were put at the front of room.
/// - shutdown(): CLOSE: a FIN follows what was written. close(): the same, and nobody reads from then on (RFC 9293
///   section 3.6.1). abort(): ABORT. evict(): the host takes
///   back what is left of a connection behind close().
///
/// What the user sees:
/// - end_of_stream(): everything that the peer sent before its FIN has been read.
/// - closed(): the state is CLOSED. aborted(): a reset, refusal, time-out or own abort ended the connection (sticky).
///   established(): the connection was once ESTABLISHED or beyond (sticky).
///
/// The network's side:
/// - arrives(packet): a segment comes in; one that is damaged must be noticed by the endpoint itself.
/// - poll(): the next segment to put on the wire now, or nothing.
///
/// Time, in microseconds. The endpoint holds its deadlines relative to its own clock, so that states that differ only
/// in the time of day have the same fingerprint:
/// - deadline(): how long until a timer is due; 0 or less means now; nothing when no timer runs.
/// - advance(elapsed): lets time pass and fires what becomes due.
///
/// For the engines:
/// - violation(): empty, or what an invariant or the lockstep found wrong. Asked after every step.
/// - fingerprint(f): feeds everything that equality of states depends on.
/// - show(): one line, the state and its variables. show(packet): one line, a segment.
/// - fingerprint_packet(packet, f): feeds a segment.
/// - corrupt(packet, which): damages a segment in the which-th way (0, 1, ...); false if it cannot be.
///
/// Optional, and worth having for speed; without them the world tries the call on a copy:
/// - std::size_t readable() const, writable() const: whether (non-zero) read or write would move at least one octet.
/// Optional, for the property EDGE:
/// - std::optional<stream_edge> may_send_until() const, offers_until() const: the right edge of the send window, and
/// the
///   one that was offered to the peer.
/// Optional, for bounds::marks:
/// - static bool mark(packet): sets the CE codepoint (RFC 3168); false if the segment is not ECN-capable.
template <class E>
concept endpoint = std::copyable<E> && std::default_initializable<typename E::packet> &&
    std::regular<typename E::packet> &&
    requires(E e, const E& c, typename E::packet& p, const typename E::packet& q, std::span<const std::uint8_t> from,
             std::span<std::uint8_t> into, std::int64_t elapsed, int which, fingerprint& f) {
  e.open_passive();
  e.open_active();
  { e.write(from) } -> std::convertible_to<std::size_t>;
  { e.read(into) } -> std::convertible_to<std::size_t>;
  { c.end_of_stream() } -> std::convertible_to<bool>;
  e.shutdown();
  e.close();
  e.abort();
  e.evict();
  { c.closed() } -> std::convertible_to<bool>;
  { c.aborted() } -> std::convertible_to<bool>;
  { c.established() } -> std::convertible_to<bool>;
  e.arrives(q);
  { e.poll() } -> std::same_as<std::optional<typename E::packet>>;
  { c.deadline() } -> std::same_as<std::optional<std::int64_t>>;
  e.advance(elapsed);
  { c.violation() } -> std::convertible_to<std::string>;
  c.fingerprint(f);
  { c.show() } -> std::convertible_to<std::string>;
  { E::show(q) } -> std::convertible_to<std::string>;
  E::fingerprint_packet(q, f);
  { E::corrupt(p, which) } -> std::convertible_to<bool>;
};

/// Whether read() would give at least one octet now.
template <endpoint E>
[[nodiscard]] bool can_read(const E& end) {
  if constexpr (requires { end.readable(); }) {
    return end.readable() > 0;
  } else {
    E trial = end;
    std::uint8_t room[1];
    return trial.read(std::span<std::uint8_t>(room)) > 0;
  }
}

/// Whether write() would take at least one octet now.
template <endpoint E>
[[nodiscard]] bool can_write(const E& end) {
  if constexpr (requires { end.writable(); }) {
    return end.writable() > 0;
  } else {
    E trial = end;
    const std::uint8_t octet[1] = {0};
    return trial.write(std::span<const std::uint8_t>(octet)) > 0;
  }
}

}  // namespace sequent::model

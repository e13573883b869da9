// What a connection decides, and why, told as it happens to whoever wants to know; a policy, and nothing without it.
// implements: trace-hook
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "sequent/base/time.hpp"
#include "sequent/core/control_block.hpp"
#include "sequent/recovery/acknowledgment.hpp"
#include "sequent/transfer/timers.hpp"
#include "sequent/wire/control_bits.hpp"

namespace sequent {

/// Why a segment goes out.
enum class cause : std::uint8_t {
  fresh,           ///< text or a FIN for the first time
  acknowledgment,  ///< something that arrived is acknowledged, or a window told (RFC 9293 section 3.8.6)
  keep_alive,      ///< the connection was idle (section 3.8.4)
  handshake,       ///< a SYN or SYN,ACK
  reset,           ///< a RST
  timeout,         ///< sent again, as the retransmission timer expired (RFC 6298 section 5.4)
  repair,          ///< sent again, as it was found lost: by RACK, SACK or duplicates (RFC 8985, RFC 6675, RFC 5681)
  tail_probe,      ///< nobody has answered for two round trips (RFC 8985 section 7.3)
  window_probe,    ///< the window is closed, or too small (RFC 9293 section 3.8.6.1), or has just opened again
  smaller_path,  ///< sent again, as the path takes only smaller segments (RFC 1191 section 6.4), or takes back text on
                 ///< a SYN (RFC 7413 section 4.2.2)
};

/// Its name, e.g. "tail probe".
[[nodiscard]] constexpr const char* name(cause why) noexcept {
  constexpr const char* names[] = {"fresh",   "acknowledgment", "keep-alive", "handshake",    "reset",
                                   "timeout", "repair",         "tail probe", "window probe", "smaller path"};
  return names[static_cast<std::size_t>(why)];
}

/// What happened.
enum class trace_kind : std::uint8_t {
  sent,     ///< a segment is handed over to be sent
  heard,    ///< a segment has arrived and has been dealt with
  expired,  ///< a timer has, and has been dealt with
};

/// One thing that happened, and how the connection stood after it.
struct trace_event {
  instant at{};                           ///< when, by the caller's clock
  trace_kind kind = trace_kind::sent;     ///< what of the three it is
  cause why = cause::fresh;               ///< of what is sent
  timer expired = timer::retransmission;  ///< of what expired
  // What is sent or heard; nothing else has these.
  sequence_number<u32> seq{};   ///< SEG.SEQ
  sequence_number<u32> ack{};   ///< SEG.ACK, meaningful with the ACK bit
  control_bits<u32> control{};  ///< SYN, ACK and the others
  u32 text_length = 0;          ///< octets
  u32 window = 0;               ///< the field, not scaled
  // After it.
  connection_state state = connection_state::closed;  ///< of the eleven
  bool recovering = false;                            ///< in fast recovery
  u32 congestion_window = 0;                          ///< octets
  u32 slow_start_threshold = 0;                       ///< octets
  u32 pipe = 0;                                       ///< octets that are taken to be in the network
  u32 lost = 0;                                       ///< octets that are taken for lost and not sent again yet
  duration round_trip{};                              ///< SRTT; zero before it is known
  duration timeout{};                                 ///< RTO
};

/// A policy's `trace`: nobody is told, and that costs nothing.
struct no_trace {
  static constexpr bool enabled = false;  ///< nothing else is asked of it
};

/// A policy's `trace`: `sink` is called with a trace_event for each segment that a connection sends or hears and for
/// each timer, in the order in which they happen. Set it with connection::trace() or stack::set_trace(); it must
/// outlive the connection, may not call it, and a sleeping connection keeps it. A pointer, and the work that is done
/// for it.
template <class Sink>
struct traced_by {
  static constexpr bool enabled = true;  ///< there may be somebody to tell
  Sink* sink = nullptr;                  ///< null: nobody
};

namespace detail {

// What a connection that is traced has to remember for it; one that is not remembers nothing.
template <class Trace>
struct remembering : Trace {
  bool smaller_path = false;  // what is being sent again is, since the path takes smaller segments only
};
template <class Trace>
using trace_state = std::conditional_t<Trace::enabled, remembering<Trace>, Trace>;

// Why a run of a sending half goes out, asked before it counts as sent.
template <class Sender, class Run>
[[nodiscard]] constexpr cause cause_of(const Sender& sending, const Run& run, bool smaller_path) noexcept {
  const auto& recovery = sending.recovery();
  if (recovery.probe_due() && !recovery.head_due()) return cause::tail_probe;
  if (!run.again) return sending.forced() ? cause::window_probe : cause::fresh;
  if (recovery.phase() == recovery_phase::recovery) return cause::repair;
  if (recovery.phase() == recovery_phase::open) return cause::window_probe;
  return smaller_path ? cause::smaller_path : cause::timeout;
}

// A segment, sent or heard; Header is a segment or a plain_header.
template <class Header>
[[nodiscard]] constexpr trace_event event_of(trace_kind kind, cause why, const Header& header) noexcept {
  trace_event what;
  what.kind = kind;
  what.why = why;
  what.seq = header.seq;
  what.ack = header.ack;
  what.control = header.control;
  what.text_length = header.text_length;
  what.window = header.wnd;
  return what;
}

}  // namespace detail

}  // namespace sequent

// Why a connection sends what it sends, and how that is told. Part of connection.hpp, which includes it.
#pragma once

#include "sequent/connection.hpp"

namespace sequent {
namespace detail {

// Why a run of a sending half goes out, asked before it counts as sent.
template <class Sender>
[[nodiscard]] constexpr cause cause_of(const Sender& sending, const text_to_send& run, bool smaller_path) noexcept {
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

template <class Policy>
void connection<Policy>::tell(trace_event what, instant now) noexcept {
  if (trace_.sink == nullptr) return;
  what.at = now;
  what.state = tcb_.state;
  what.recovering = sender_.recovery().recovering();
  what.congestion_window = sender_.congestion().window();
  what.slow_start_threshold = sender_.congestion().threshold();
  what.pipe = sender_.recovery().pipe();
  what.lost = sender_.recovery().board().lost();
  what.round_trip = sender_.rtt().smoothed();
  what.timeout = sender_.rtt().timeout();
  (*trace_.sink)(what);
}

}  // namespace sequent

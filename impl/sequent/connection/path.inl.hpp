// What the network tells a connection: ICMP errors, and the size that the path takes. Part of connection.hpp, which
// includes it.
#pragma once

#include "sequent/connection.hpp"

namespace sequent {

template <class Policy>
bool connection<Policy>::on_icmp(const icmp_error& report, instant now) noexcept {
  // Nobody but who saw the segment is likely to know its number (RFC 5927 section 4.1).
  if (!in_window(report.seq, tcb_.snd.una, tcb_.snd.nxt - tcb_.snd.una)) return false;
  if (report.kind == icmp_kind::too_big) {
    const u32 claimed = path_mtu::text_for_mtu(report.mtu, config_.ip_header_octets);
    // Reports draw no more than one segment in a timeout; in the handshake the SYN goes out again by its own timer.
    const bool lately = path_.reduced_within(sender_.rtt().undoubled(), now);
    const u32 former = effective_mss();
    const bool smaller = path_.on_too_big(claimed, report.seq, tcb_.snd.una, tcb_.snd.nxt, now);
    if (smaller && (lately || sender_.recovery().recovering())) sender_.shrink_window(former, effective_mss());
    if (smaller && !lately && tcb_.state > connection_state::syn_received) {
      if constexpr (Policy::trace::enabled) trace_.smaller_path = !sender_.recovery().recovering();
      sender_.on_smaller_path(tcb_.snd, effective_mss(), now, timers_, config_);
    }
    return true;
  }
  last_icmp_ = icmp_report{report.type, report.code};
  path_.explain();
  actions<u32> step;
  step.raised.raise(signal::soft_error);
  if (report.kind == icmp_kind::hard) hard_error(tcb_, step);
  signals_.raise(step.raised);
  if (step.deleted) {
    ended(step);
  } else if (tcb_.state == connection_state::listen) {
    fall_silent();
    if (any_peer_) config_.remote_port = 0;
  }
  return true;
}

// The size of segments begins at what the first link takes. It never falls below what the protocol's smallest link
// takes, nor below the least that the user lets a report bring about (docs/ip.md).
template <class Policy>
void connection<Policy>::start_path() noexcept {
  const u32 octets = config_.ip_header_octets;
  const u32 least = path_mtu::text_for_mtu(octets < 40 ? 68 : 1'280, octets);
  path_ = path_mtu(config_.send_mss, static_cast<std::uint16_t>((std::max)(least, u32{config_.min_mss})));
  last_icmp_.reset();
}

// After a retransmission timeout: segments that are too large for the path may be vanishing without a report.
template <class Policy>
void connection<Policy>::suspect_path(std::uint8_t attempts, instant now) noexcept {
  const u32 options = tcb_.ts.enabled ? 12 : 0;
  const u32 former = effective_mss();
  const u32 again = (std::min)(former, tcb_.snd.nxt - tcb_.snd.una) + options;
  if (!path_.on_timeout(again, attempts >= config_.r1 && !path_.explained(), now)) return;
  sender_.give_up_large();
  sender_.shrink_window(former, effective_mss());
}

}  // namespace sequent

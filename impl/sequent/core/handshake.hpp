// What both ends agree on in their SYNs: MSS, window scale, timestamps, SACK, ECN.
#pragma once

#include "sequent/core/control_block.hpp"
#include "sequent/wire/segment.hpp"

namespace sequent {

/// SendMSS: what the peer announces. Without the option, or with one that leaves no room for text at all, what the
/// protocol presumes (MUST-15).
template <word W>
[[nodiscard]] constexpr std::uint16_t announced_mss(const segment_options<W>& theirs,
                                                    const handshake_offer& ours) noexcept {
  return theirs.mss && *theirs.mss != 0 ? *theirs.mss : ours.default_peer_mss;
}

/// Takes IRS and the options of the peer's SYN or SYN,ACK. An option is in use only if both ends sent it
/// (RFC 7323 sections 2.2 and 3.2, RFC 2018 section 2), and ECN if both set its bits (RFC 3168 section 6.1.1). A SYN's
/// own window is never scaled.
template <word W>
constexpr void take_syn(control_block<W>& tcb, const segment<W>& seg, instant now) noexcept {
  tcb.rcv.irs = seg.seq;
  tcb.rcv.nxt = seg.seq + W(1u);
  tcb.rcv.up = tcb.rcv.nxt;
  const segment_options<W>& theirs = seg.options;
  tcb.peer_mss = announced_mss(theirs, tcb.offer);
  tcb.window_scaling = tcb.offer.window_scale && theirs.window_scale.has_value();
  if (tcb.window_scaling) {
    tcb.snd.shift = W(u32{*theirs.window_scale < largest_shift ? *theirs.window_scale : largest_shift});
    tcb.rcv.shift = W(u32{tcb.offer.shift});
  }
  tcb.sack_permitted = tcb.offer.sack && theirs.sack_permitted;
  tcb.ecn = tcb.offer.ecn && seg.control.sets_up_ecn();
  tcb.ts.enabled = tcb.offer.timestamps && theirs.ts.has_value();
  if (tcb.ts.enabled) {
    tcb.ts.recent = theirs.ts->value;
    tcb.ts.recent_at = now;
  }
  tcb.ts.last_ack_sent = tcb.rcv.irs;  // nothing has been acknowledged yet
}

/// Starts the send side at a fresh ISS; the SYN itself is counted as sent.
template <word W>
constexpr void start_sending(control_block<W>& tcb, sequence_number<W> iss) noexcept {
  tcb.snd.iss = iss;
  tcb.snd.una = iss;
  tcb.snd.nxt = iss + W(1u);
}

/// Takes the send window from a segment (RFC 9293 section 3.10.7.4, fifth check).
template <word W>
constexpr void take_window(send_variables<W>& snd, const segment<W>& seg) noexcept {
  snd.wnd = seg.control.syn() ? seg.wnd : scaled_window(seg.wnd, snd.shift);
  snd.wl1 = seg.seq;
  snd.wl2 = seg.ack;
  snd.max_wnd = greater(snd.max_wnd, snd.wnd);
}

}  // namespace sequent

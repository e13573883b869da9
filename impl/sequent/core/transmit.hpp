// Composing the segments that a connection sends, and counting them as sent.
#pragma once

#include "sequent/core/control_block.hpp"
#include "sequent/wire/segment.hpp"

namespace sequent {

/// A run of the stream that is to be sent.
struct text_to_send {
  sequence_number<u32> seq{};
  u32 length = 0;
  bool fin = false;    ///< the FIN follows the text
  bool push = false;   ///< the text empties the queue (MUST-61)
  bool again = false;  ///< all of it was sent before
};

/// A receive window on its way to the peer.
template <word W = u32>
struct window_offer {
  W field{};  ///< SEG.WND as it goes on the wire
  W wnd{};    ///< RCV.WND once it is sent: octets from RCV.NXT to the right edge that has been offered
};

/// The offer to make when `room` octets from RCV.NXT on can be stored. The right edge moves only if it gains enough to
/// avoid silly windows (MUST-39; `worthwhile` octets), and never moves left (SHLD-14). A scaled field is rounded down,
/// so the peer may see less by under one unit of the scale (RFC 7323 section 2.4); what was once offered stays
/// accepted.
template <word W>
[[nodiscard]] constexpr window_offer<W> offer_window(const receive_variables<W>& rcv, W room, W worthwhile,
                                                     bool unscaled) noexcept {
  const W shift = unscaled ? W(0u) : rcv.shift;
  const W largest = W(0xffffu) << shift;
  W edge = rcv.wnd;
  if (rcv.wnd < room && worthwhile <= room - rcv.wnd) edge = room;
  const W field = lesser(edge, largest) >> shift;
  return {field, greater(rcv.wnd, field << shift)};
}

/// The SYN or SYN,ACK of a connection in SYN-SENT, or whose SYN is pending, with the options to be offered or
/// confirmed. `clock` is our timestamp clock; `seg` is as new.
template <word W>
constexpr void compose_syn(const control_block<W>& tcb, W window_field, W clock, segment<W>& seg) noexcept {
  const bool answers = tcb.syn_pending();
  seg.seq = tcb.snd.iss;
  seg.control = control_bits<W>(W(control_bits<W>::syn_bit));
  seg.wnd = window_field;
  seg.options.mss = tcb.offer.mss;
  if (answers) {
    seg.ack = tcb.rcv.nxt;
    seg.control = seg.control.with(control_bits<W>::ack_bit);
  }
  // A SYN,ACK offers only what the SYN it answers offered (RFC 7323 sections 2.2 and 3.2).
  if (answers ? tcb.window_scaling : tcb.offer.window_scale) seg.options.window_scale = tcb.offer.shift;
  if (answers ? tcb.ts.enabled : tcb.offer.timestamps) {
    seg.options.ts = timestamps<W>{sequence_number<W>(clock), answers ? tcb.ts.recent : sequence_number<W>()};
  }
  // RFC 3168 section 6.1.1.
  if (answers ? tcb.ecn : tcb.offer.ecn && !tcb.plain_syn) {
    seg.control =
        seg.control.with(answers ? control_bits<W>::ece_bit : control_bits<W>::ece_bit | control_bits<W>::cwr_bit);
  }
  seg.options.sack_permitted = answers ? tcb.sack_permitted : tcb.offer.sack;
}

/// The same as a value.
template <word W>
[[nodiscard]] constexpr segment<W> compose_syn(const control_block<W>& tcb, W window_field, W clock) noexcept {
  segment<W> seg;
  compose_syn(tcb, window_field, clock, seg);
  return seg;
}

/// A segment of a connection past its SYN: text_length octets from seq on, with the ACK bit and whatever `extra` adds.
/// `seg`, a segment or a plain_header, is as new.
template <word W, class Header>
constexpr void compose(const control_block<W>& tcb, sequence_number<W> seq, W text_length, control_bits<W> extra,
                       W window_field, W clock, Header& seg) noexcept {
  seg.seq = seq;
  seg.ack = tcb.rcv.nxt;
  seg.control = extra.with(control_bits<W>::ack_bit);
  seg.wnd = window_field;
  seg.text_length = text_length;
  if (tcb.ts.enabled) seg.stamp({sequence_number<W>(clock), tcb.ts.recent});
}

/// The same as a value.
template <word W>
[[nodiscard]] constexpr segment<W> compose(const control_block<W>& tcb, sequence_number<W> seq, W text_length,
                                           control_bits<W> extra, W window_field, W clock) noexcept {
  segment<W> seg;
  compose(tcb, seq, text_length, extra, window_field, clock, seg);
  return seg;
}

/// Counts a segment as sent that occupies `length` octets of sequence space from seq on: SND.NXT, the FIN,
/// Last.ACK.sent and the window that it offers.
template <word W>
constexpr void note_sent(control_block<W>& tcb, sequence_number<W> seq, W length, control_bits<W> control,
                         W offered_wnd) noexcept {
  const sequence_number<W> end = seq + length;
  if (after_until(tcb.snd.nxt, end, tcb.snd.nxt + W(half_circle - 1u))) tcb.snd.nxt = end;
  if (control.fin()) {
    tcb.snd.fin_sent = true;
    if (tcb.state == connection_state::close_wait) tcb.state = connection_state::last_ack;
  }
  if (control.ack()) tcb.ts.last_ack_sent = tcb.rcv.nxt;
  tcb.rcv.wnd = offered_wnd;
}

/// The same for a segment as a whole.
template <word W>
constexpr void note_sent(control_block<W>& tcb, const segment<W>& seg, W offered_wnd) noexcept {
  note_sent(tcb, seg.seq, seg.length(), seg.control, offered_wnd);
}

}  // namespace sequent

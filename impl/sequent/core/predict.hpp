// Header prediction: the segment that nearly always comes next, without the walk.
// implements: header-prediction
#pragma once

#include "sequent/core/receive_text.hpp"
#include "sequent/core/timestamps.hpp"

namespace sequent {

/// In ESTABLISHED, a segment that begins at RCV.NXT and lies inside the window, carries nothing but an acknowledgment
/// and perhaps text, neither opens a closed window nor closes it, and could not be taken for a duplicate
/// acknowledgment. Applies it exactly as step() would, and says so; any other segment is left alone. `out` is as new.
/// Constant time. That both give the same result is proven (proofs/prediction.cpp).
template <word W>
[[nodiscard]] constexpr bool arrives_as_predicted(control_block<W>& tcb, const segment<W>& seg, instant now,
                                                  actions<W>& out) noexcept {
  send_variables<W>& snd = tcb.snd;
  if (tcb.state != connection_state::established || !(seg.seq == tcb.rcv.nxt)) return false;
  if (!(seg.control.without(control_bits<W>::psh_bit).wire() == W(control_bits<W>::ack_bit))) return false;
  const W acked = seg.ack - snd.una;
  const W flight = snd.nxt - snd.una;
  if (!(acked <= flight) || (acked == W(0u) && seg.text_length == W(0u) && !(flight == W(0u)))) return false;
  if (!(seg.text_length <= tcb.rcv.wnd) || tcb.rcv.fin || seg.options.sack.count != 0) return false;
  // What is in the peer's buffer until it is read makes its window smaller, so this is not asked to stay the same.
  const W window = scaled_window(seg.wnd, snd.shift);
  if (snd.wnd == W(0u) || window == W(0u)) return false;
  if (!before(snd.wl1, seg.seq) && !(snd.wl1 == seg.seq && at_or_before(snd.wl2, seg.ack))) return false;
  if (tcb.ts.enabled) {
    if (!seg.options.ts || before(seg.options.ts->value, tcb.ts.recent)) return false;
    take_timestamp(seg, tcb.ts, now);
  }
  snd.una = seg.ack;
  snd.wnd = window;
  snd.wl1 = seg.seq;
  snd.wl2 = seg.ack;
  snd.max_wnd = greater(snd.max_wnd, window);
  out.acceptable_ack = true;
  out.acked = acked;
  out.window_opened = true;
  out.text_at = seg.seq;
  out.text_take = seg.text_length;
  if (!(seg.text_length == W(0u))) {
    out.text = text_placement::in_order;
    advance_receive(tcb, seg.text_length, out);
  }
  return true;
}

}  // namespace sequent

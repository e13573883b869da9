// Taking text and FIN in order (RFC 9293 section 3.10.7.4, seventh and eighth checks).
#pragma once

#include "sequent/core/acceptance.hpp"
#include "sequent/core/reply.hpp"

namespace sequent {

/// Eighth check: every octet before the FIN has arrived. The FIN takes its octet of sequence space, the peer's
/// direction is closed, and the acknowledgment goes out at once.
template <word W>
constexpr void receive_fin(control_block<W>& tcb, actions<W>& out) noexcept {
  tcb.rcv.fin.reset();
  tcb.rcv.nxt = tcb.rcv.nxt + W(1u);
  if (!(tcb.rcv.wnd == W(0u))) tcb.rcv.wnd = tcb.rcv.wnd - W(1u);
  out.raised.raise(signal::peer_closed);
  answer_with_ack(out);
  switch (tcb.state) {
    case connection_state::established: tcb.state = connection_state::close_wait; break;
    case connection_state::fin_wait_1: tcb.state = connection_state::closing; break;
    case connection_state::fin_wait_2: enter_time_wait(tcb, out); break;
    default: break;  // no other state takes text or FIN
  }
}

/// How far RCV.UP may stay behind RCV.NXT: the largest window, so that what is unread is still told from what is
/// urgent.
inline constexpr u32 longest_urgent_lag = u32{1} << 30;

/// Moves RCV.NXT over octets that are now in order, which never reach past a FIN that is held; the right edge of the
/// window stays (SHLD-14). A FIN that is reached is processed.
template <word W>
constexpr void advance_receive(control_block<W>& tcb, W octets, actions<W>& out) noexcept {
  tcb.rcv.nxt = tcb.rcv.nxt + octets;
  tcb.rcv.wnd = tcb.rcv.wnd - octets;
  // An old urgent pointer is dragged along, or it would seem to lie ahead again after 2^31 octets (A33).
  const W lag = tcb.rcv.nxt - tcb.rcv.up;
  if (lag - W(longest_urgent_lag) < W(longest_urgent_lag)) tcb.rcv.up = tcb.rcv.nxt - W(longest_urgent_lag);
  if (tcb.rcv.fin && *tcb.rcv.fin == tcb.rcv.nxt) receive_fin(tcb, out);
}

/// A FIN inside the window: where the peer's stream ends. Of two different ones the earlier counts (A36).
template <word W>
constexpr void note_fin(receive_variables<W>& rcv, sequence_number<W> fin) noexcept {
  if (!in_window(fin, rcv.nxt, rcv.wnd)) return;
  if (rcv.fin && !(fin - rcv.nxt < *rcv.fin - rcv.nxt)) return;
  rcv.fin = fin;
}

/// Seventh check, and the eighth's question whether a FIN belongs here. Everything inside the window is taken, since
/// the window only ever offers storage that is there (C30); octets at or behind a FIN are not part of the stream.
template <word W>
constexpr void receive_text(control_block<W>& tcb, const segment<W>& seg, actions<W>& out) noexcept {
  const text_in_window<W> kept = trim(seg, tcb.rcv);
  const W ahead = kept.first - tcb.rcv.nxt;
  W take = kept.take;
  const bool gap = tcb.rcv.fin.has_value();  // a FIN is held, so something before it is missing
  if (tcb.rcv.fin && !(take == W(0u))) {
    const W until_fin = *tcb.rcv.fin - tcb.rcv.nxt;
    take = ahead < until_fin ? lesser(take, until_fin - ahead) : W(0u);
  }
  if (seg.control.fin()) note_fin(tcb.rcv, seg.seq + seg.text_length);
  out.text_skip = kept.skip;
  out.text_take = take;
  out.text_at = kept.first;
  if (!(take == W(0u))) out.text = ahead == W(0u) ? text_placement::in_order : text_placement::out_of_order;
  if (out.text != text_placement::out_of_order) {
    const bool fin_is_next = tcb.rcv.fin && *tcb.rcv.fin == tcb.rcv.nxt + take;
    if (out.text == text_placement::in_order || fin_is_next) advance_receive(tcb, take, out);
  }
  // Out of order, or nothing new: a duplicate ACK at once (MAY-13, RFC 5681 section 4.2). So is what fills a gap or a
  // part of it; other text in order may wait (C31).
  const bool at_once = out.text != text_placement::in_order || gap;
  if (at_once && !(seg.length() == W(0u)) && out.answer == reply::none) answer_with_ack(out);
}

}  // namespace sequent

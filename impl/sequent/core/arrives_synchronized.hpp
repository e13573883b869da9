// SEGMENT ARRIVES in SYN-RECEIVED and the synchronized states (RFC 9293 section 3.10.7.4).
#pragma once

#include "sequent/core/acceptance.hpp"
#include "sequent/core/handshake.hpp"
#include "sequent/core/receive_text.hpp"
#include "sequent/core/reply.hpp"
#include "sequent/core/timestamps.hpp"

namespace sequent {

/// Second check. Only a RST at exactly RCV.NXT resets; elsewhere in the window it is challenged (RFC 5961 section 3).
/// SEG.SEQ is the one that was sent, not the trimmed one (A20).
template <word W>
constexpr void on_reset(control_block<W>& tcb, const segment<W>& seg, instant now, actions<W>& out) noexcept {
  if (!(seg.seq == tcb.rcv.nxt)) {
    if (in_window(seg.seq, tcb.rcv.nxt, tcb.rcv.wnd)) answer_with_challenge(tcb, now, out);
    return;
  }
  switch (tcb.state) {
    case connection_state::time_wait: return;  // RFC 1337 section 3, F1 (C27)
    case connection_state::syn_received:
      if (may_listen_again(tcb)) return return_to_listen(tcb, out);
      out.raised.raise(tcb.passive ? signal::reset : signal::refused);
      break;
    default: out.raised.raise(signal::reset); break;
  }
  delete_block(tcb, out);
}

/// A SACK block tells of octets beyond SND.UNA: then the acknowledgment is a duplicate whatever else it brings, since a
/// peer may well change its window on each of them (RFC 5681 section 2, RFC 6675 section 2).
template <word W>
[[nodiscard]] constexpr bool sacks_something_new(const segment<W>& seg, const send_variables<W>& snd) noexcept {
  for (const sack_block<W>& block : seg.options.sack.view()) {
    if (after_until(snd.una, block.right, snd.nxt) && after_until(snd.una, block.left, block.right)) return true;
  }
  return false;
}

/// The ESTABLISHED part of the fifth check: SND.UNA, duplicates in the sense of RFC 5681 section 2, the send window.
template <word W>
constexpr void take_ack(control_block<W>& tcb, const segment<W>& seg, actions<W>& out) noexcept {
  send_variables<W>& snd = tcb.snd;
  out.acceptable_ack = true;
  const bool outstanding = !(snd.una == snd.nxt);
  const bool sacks = tcb.sack_permitted && sacks_something_new(seg, snd);
  const W old_window = snd.wnd;
  if (after_until(snd.una, seg.ack, snd.nxt)) {
    out.acked = seg.ack - snd.una;
    snd.una = seg.ack;
  }
  if (!(seg.ack == snd.una)) return;  // older than SND.UNA: only the ACK field is ignored
  // What acknowledges something new was sent after all that has come, though its number may be an older segment's that
  // is sent again. Were its window left, SND.UNA plus the older one would lie beyond what was offered (A29).
  const bool newest = !(out.acked == W(0u));
  if (newest || before(snd.wl1, seg.seq) || (snd.wl1 == seg.seq && at_or_before(snd.wl2, seg.ack))) {
    take_window(snd, seg);
    out.window_opened = true;
  }
  // The segment's own window counts, even where it is too old to be taken (RFC 5681 section 2 (e)).
  const bool same_again = seg.length() == W(0u) && scaled_window(seg.wnd, snd.shift) == old_window;
  out.duplicate_ack = outstanding && out.acked == W(0u) && (sacks || same_again);
}

/// An ACK of our SYN: the connection is established, and the window is the segment's. After a CLOSE before that it is
/// FIN-WAIT-1, whose FIN may go out now.
template <word W>
constexpr void establish(control_block<W>& tcb, const segment<W>& seg, actions<W>& out) noexcept {
  tcb.state = tcb.snd.fin_asked ? connection_state::fin_wait_1 : connection_state::established;
  tcb.closed_early = false;
  take_window(tcb.snd, seg);
  out.window_opened = true;
  out.raised.raise(signal::established);
}

/// The peer's SYN again, while ours has not been acknowledged: our SYN,ACK may have been lost (A19). A SYN,ACK that
/// crosses ours is acknowledged, and that acknowledgment must not be throttled (A38). A peer that takes back its offer
/// of ECN is believed (RFC 3168 section 6.1.1.1). If our SYN carried text, the ACK field of the SYN,ACK counts at once:
/// two ends whose text was more than the other's window would refuse each other's acknowledgments, which stand behind
/// the text.
template <word W>
constexpr void repeat_syn_ack(control_block<W>& tcb, const segment<W>& seg, actions<W>& out) noexcept {
  const bool same = (tcb.passive || tcb.ecn) && seg.seq == tcb.rcv.irs;
  if (same && tcb.ecn && !seg.control.sets_up_ecn()) tcb.ecn = false;
  const bool crossing = tcb.fast_opened && !tcb.passive && seg.control.ack() && seg.seq == tcb.rcv.irs;
  if (crossing && after_until(tcb.snd.una, seg.ack, tcb.snd.nxt)) {
    establish(tcb, seg, out);
    take_ack(tcb, seg, out);
  }
  const bool lost = tcb.passive && same && !seg.control.ack();
  out.answer = lost ? reply::syn_ack : reply::ack;
}

/// Fourth check (RFC 5961 section 4): in a synchronized state any SYN is challenged, whatever its sequence number.
/// Before that a new SYN inside the window returns a passive connection to LISTEN, and the old one that reaches into
/// the window with its text is answered like the bare one (A22). One whose user has text of it already (RFC 7413), or
/// has closed it, does not return, and is challenged.
template <word W>
constexpr void on_syn(control_block<W>& tcb, const segment<W>& seg, instant now, actions<W>& out) noexcept {
  if (tcb.syn_pending()) {
    if (!in_window(seg.seq, tcb.rcv.nxt, tcb.rcv.wnd)) return repeat_syn_ack(tcb, seg, out);
    if (may_listen_again(tcb)) return return_to_listen(tcb, out);
  }
  answer_with_challenge(tcb, now, out);
}

/// Fifth check, first part: is there an acknowledgment, and one that this connection can have got?
template <word W>
[[nodiscard]] constexpr next check_ack(control_block<W>& tcb, const segment<W>& seg, instant now,
                                       actions<W>& out) noexcept {
  if (!seg.control.ack()) return next::stop;
  if (tcb.syn_pending()) {
    if (after_until(tcb.snd.una, seg.ack, tcb.snd.nxt)) return next::go_on;
    answer_with_reset(seg, out);  // and nothing else happens (A27)
    return next::stop;
  }
  if (ack_in_range(seg, tcb.snd)) return next::go_on;
  answer_with_challenge(tcb, now, out);
  return next::stop;
}

/// Fifth check, second part: what a good acknowledgment does in each state.
template <word W>
[[nodiscard]] constexpr next apply_ack(control_block<W>& tcb, const segment<W>& seg, actions<W>& out) noexcept {
  // Two ends in TIME-WAIT must not acknowledge each other's acknowledgments for ever (A18).
  if (tcb.state == connection_state::time_wait) return next::stop;
  if (tcb.syn_pending()) establish(tcb, seg, out);
  take_ack(tcb, seg, out);
  if (!tcb.fin_acked()) return next::go_on;
  switch (tcb.state) {
    case connection_state::fin_wait_1: tcb.state = connection_state::fin_wait_2; return next::go_on;
    case connection_state::closing: enter_time_wait(tcb, out); return next::stop;
    case connection_state::last_ack:
      out.raised.raise(signal::closed);
      delete_block(tcb, out);
      return next::stop;
    default: return next::go_on;
  }
}

/// Sixth check: the urgent pointer is an offset from SEG.SEQ to the octet after the urgent data (MUST-62). It moves
/// only forward, and may stay behind RCV.NXT, since what has arrived need not have been read; but one that is ahead of
/// neither RCV.NXT nor its own segment announces nothing. The stream itself never depends on it (RFC 6093).
template <word W>
constexpr void on_urgent(control_block<W>& tcb, const segment<W>& seg, actions<W>& out) noexcept {
  if (!seg.control.urg()) return;
  const sequence_number<W> pointed = seg.seq + seg.up;
  // Both lie less than half the circle from RCV.NXT, on either side: too far to be compared with one another but by
  // their distance from it.
  const W reaches = (pointed - tcb.rcv.nxt) + W(half_circle);
  const W known = (tcb.rcv.up - tcb.rcv.nxt) + W(half_circle);
  if (!(known < reaches) || (seg.up == W(0u) && !(W(half_circle) < reaches))) return;
  tcb.rcv.up = pointed;
  out.raised.raise(signal::urgent);
}

/// A segment that is not acceptable, or too old by its timestamp: what occupies sequence space is always answered, so
/// that a lost acknowledgment is repeated; what does not is counted as a challenge, so that two confused ends cannot
/// keep each other busy (A40).
template <word W>
constexpr void answer_old(control_block<W>& tcb, const segment<W>& seg, instant now, actions<W>& out) noexcept {
  const bool challenged = seg.control.syn() && !tcb.syn_pending();  // RFC 5961 section 4
  if (challenged || seg.length() == W(0u)) return answer_with_challenge(tcb, now, out);
  answer_with_ack(out);
}

/// The ACK field and the urgent pointer of a segment of which nothing else counts. Says whether that ends the walk: the
/// connection is gone, or an answer has been chosen.
template <word W>
[[nodiscard]] constexpr next read_controls(control_block<W>& tcb, const segment<W>& seg, instant now,
                                           actions<W>& out) noexcept {
  const bool good = check_ack(tcb, seg, now, out) == next::go_on;
  if (good && apply_ack(tcb, seg, out) == next::go_on && may_receive_text(tcb.state)) on_urgent(tcb, seg, out);
  return tcb.state == connection_state::closed || out.answer != reply::none ? next::stop : next::go_on;
}

/// TIME-WAIT: the peer's own FIN again, which our acknowledgment did not reach. Its number and an acceptable ACK field
/// show it; whoever can guess neither must not prolong TIME-WAIT (A18).
template <word W>
[[nodiscard]] constexpr bool repeats_fin(const control_block<W>& tcb, const segment<W>& seg) noexcept {
  const control_bits<W> control = seg.control;
  return tcb.state == connection_state::time_wait && control.fin() && control.ack() && !control.syn() &&
         seg.seq + seg.length() == tcb.rcv.nxt && ack_in_range(seg, tcb.snd);
}

/// First check failed. A closed window still lets RST, ACK and URG of a segment at RCV.NXT be processed (MUST-66, C23).
template <word W>
constexpr void not_acceptable(control_block<W>& tcb, const segment<W>& seg, instant now, actions<W>& out) noexcept {
  const bool controls = controls_only(seg, tcb.rcv);
  if (seg.control.rst()) {
    if (controls) on_reset(tcb, seg, now, out);
    return;
  }
  if (bare_ack_past_window(seg, tcb.rcv)) return static_cast<void>(read_controls(tcb, seg, now, out));
  if (controls && !seg.control.syn() && read_controls(tcb, seg, now, out) == next::stop) return;
  if (tcb.syn_pending() && seg.control.syn()) return repeat_syn_ack(tcb, seg, out);
  answer_old(tcb, seg, now, out);
  if (repeats_fin(tcb, seg)) out.time_wait = true;
}

/// The whole walk, in the RFC's order; each check may end it. `tcb` is in SYN-RECEIVED or a synchronized state.
template <word W>
constexpr void arrives_synchronized(control_block<W>& tcb, const segment<W>& seg, instant now,
                                    actions<W>& out) noexcept {
  if (tcb.ts.enabled && !seg.control.rst()) {
    if (!seg.options.ts) {
      // RFC 7323 section 3.2: once negotiated, segments without it are dropped. But a SYN is challenged irrespective of
      // anything else about it (RFC 5961 section 4.2), or a peer that has restarted would never be heard.
      if (seg.control.syn() && !tcb.syn_pending()) answer_with_challenge(tcb, now, out);
      return;
    }
    if (paws_rejects(*seg.options.ts, tcb.ts, now)) return answer_old(tcb, seg, now, out);
  }
  if (!acceptable(seg, tcb.rcv)) return not_acceptable(tcb, seg, now, out);  // first
  if (seg.control.rst()) return on_reset(tcb, seg, now, out);                // second
  if (seg.control.syn()) return on_syn(tcb, seg, now, out);                  // fourth
  if (check_ack(tcb, seg, now, out) == next::stop) return;                   // fifth
  // RFC 7323 section 5.3, R3; not before the ACK field has been found good, or a forged segment could move TS.Recent.
  take_timestamp(seg, tcb.ts, now);
  if (apply_ack(tcb, seg, out) == next::stop) return;
  if (!may_receive_text(tcb.state)) return;
  on_urgent(tcb, seg, out);     // sixth
  receive_text(tcb, seg, out);  // seventh and eighth
}

}  // namespace sequent

// Is a segment acceptable? (RFC 9293 section 3.10.7.4 first check, Table 6.)
#pragma once

#include "sequent/core/control_block.hpp"
#include "sequent/wire/segment.hpp"

namespace sequent {

/// Table 6: some part of the segment, or its position when it has no length, lies in the receive window.
template <word W>
[[nodiscard]] constexpr bool acceptable(const segment<W>& seg, const receive_variables<W>& rcv) noexcept {
  const W length = seg.length();
  if (length == W(0u)) {
    return rcv.wnd == W(0u) ? seg.seq == rcv.nxt : in_window(seg.seq, rcv.nxt, rcv.wnd);
  }
  if (rcv.wnd == W(0u)) return false;
  return in_window(seg.seq, rcv.nxt, rcv.wnd) || in_window(seg.seq + (length - W(1u)), rcv.nxt, rcv.wnd);
}

/// The special allowance for a closed window (section 3.10.7.4, MUST-66): a segment at exactly RCV.NXT whose text
/// cannot be taken, but whose RST, ACK and URG are still looked at.
template <word W>
[[nodiscard]] constexpr bool controls_only(const segment<W>& seg, const receive_variables<W>& rcv) noexcept {
  return rcv.wnd == W(0u) && seg.seq == rcv.nxt;
}

/// An acknowledgment without text that stands at the right edge of the window, or one octet past it behind a window
/// probe. Table 6 refuses it; but two ends that have filled each other's windows would then refuse each other's
/// acknowledgments for ever (RFC 9293 appendix A.2, A16 of docs/choices.md). Its ACK field is read, nothing else of it
/// counts.
template <word W>
[[nodiscard]] constexpr bool bare_ack_past_window(const segment<W>& seg, const receive_variables<W>& rcv) noexcept {
  return seg.control.ack() && !seg.control.rst() && seg.length() == W(0u) && seg.seq - (rcv.nxt + rcv.wnd) <= W(1u);
}

/// RFC 5961 section 5.2 (MAY-12): SND.UNA - MAX.SND.WND =< SEG.ACK =< SND.NXT.
template <word W>
[[nodiscard]] constexpr bool ack_in_range(const segment<W>& seg, const send_variables<W>& snd) noexcept {
  return from_until(snd.una - snd.max_wnd, seg.ack, snd.nxt);
}

/// Which part of a segment's text lies in the receive window.
template <word W>
struct text_in_window {
  W skip{};                    ///< octets left of the window, or before it
  W take{};                    ///< octets inside it, after those
  sequence_number<W> first{};  ///< sequence number of the first of these
};

/// Trims text to the window. The segment is acceptable and has no SYN. When it reaches left of the window, its text
/// begins less than 2^31 octets before RCV.NXT, which acceptability guarantees for text below 2^31 octets.
template <word W>
[[nodiscard]] constexpr text_in_window<W> trim(const segment<W>& seg, const receive_variables<W>& rcv) noexcept {
  text_in_window<W> kept;
  kept.first = seg.seq;
  W left = seg.text_length;
  if (!in_window(seg.seq, rcv.nxt, rcv.wnd) && !(seg.seq == rcv.nxt)) {
    const W before_window = rcv.nxt - seg.seq;
    kept.skip = lesser(before_window, seg.text_length);
    kept.first = seg.seq + kept.skip;
    left = left - kept.skip;
  }
  // What begins right of the window has nothing inside it: only a FIN before it could have made it acceptable.
  const W ahead = kept.first - rcv.nxt;
  if (ahead < rcv.wnd) kept.take = lesser(left, rcv.wnd - ahead);
  return kept;
}

}  // namespace sequent

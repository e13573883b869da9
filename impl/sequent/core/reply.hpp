// The segments with which a step answers, and how a control block ends.
#pragma once

#include "sequent/core/actions.hpp"
#include "sequent/core/control_block.hpp"
#include "sequent/wire/segment.hpp"

namespace sequent {

/// Whether the checks of a walk go on after one of them.
enum class next : bool { stop, go_on };

/// What an arrival brings beside the segment.
template <word W = u32>
struct surroundings {
  instant now{};
  sequence_number<W> iss{};  ///< ISS for a connection that this segment may open (RFC 9293 section 3.4.1)
  /// Octets of text on a SYN that LISTEN may take: none unless Fast Open is on and the SYN's cookie good (RFC 7413).
  u32 syn_text = 0;
};

/// Asks for <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>.
template <word W>
constexpr void answer_with_ack(actions<W>& out) noexcept {
  out.answer = reply::ack;
}

/// Asks for a challenge ACK, unless this connection has used up its allowance for the period (RFC 5961 section 7).
template <word W>
constexpr void answer_with_challenge(control_block<W>& tcb, instant now, actions<W>& out) noexcept {
  challenge_allowance& allowance = tcb.challenges;
  if (now - allowance.since >= challenge_allowance::period || now < allowance.since) {
    allowance.since = now;
    allowance.sent = 0;
  }
  if (allowance.sent >= allowance.limit) return;
  ++allowance.sent;
  out.answer = reply::challenge_ack;
}

/// A RST that a segment with timestamps has caused carries them too, whatever was agreed (RFC 7323 section 5.2).
template <word W>
constexpr void echo_in_reset(const segment<W>& seg, actions<W>& out) noexcept {
  if (seg.options.ts) out.reset_echo = seg.options.ts->value;
}

/// Asks for the RST that answers a segment which no connection wants (RFC 9293 section 3.5.2, group 1).
template <word W>
constexpr void answer_with_reset(const segment<W>& seg, actions<W>& out) noexcept {
  out.answer = reply::reset;
  echo_in_reset(seg, out);
  if (seg.control.ack()) {
    out.reset_seq = seg.ack;
    out.reset_ack.reset();
  } else {
    out.reset_seq = sequence_number<W>(W(0u));
    out.reset_ack = seg.seq + seg.length();
  }
}

/// Deletes the control block: the state is CLOSED and everything else as new, but for what this end would offer again.
template <word W>
constexpr void delete_block(control_block<W>& tcb, actions<W>& out) noexcept {
  control_block<W> fresh;
  fresh.offer = tcb.offer;
  fresh.challenges.limit = tcb.challenges.limit;
  tcb = fresh;
  out.deleted = true;
}

/// Whether a half-open connection that comes to nothing returns to LISTEN, without a word to the user. Not if he has
/// been given text of it, nor if he has closed it: the CLOSE would be forgotten and the next stranger taken in (A8).
template <word W>
[[nodiscard]] constexpr bool may_listen_again(const control_block<W>& tcb) noexcept {
  return tcb.passive && !tcb.fast_opened && !tcb.snd.fin_asked;
}

/// Returns a half-open passive connection to LISTEN (RFC 9293 section 3.10.7.4, second check).
template <word W>
constexpr void return_to_listen(control_block<W>& tcb, actions<W>& out) noexcept {
  delete_block(tcb, out);
  tcb.state = connection_state::listen;
  tcb.passive = true;
  out.deleted = false;
}

/// Enters TIME-WAIT, or restarts its timer when already there.
template <word W>
constexpr void enter_time_wait(control_block<W>& tcb, actions<W>& out) noexcept {
  tcb.state = connection_state::time_wait;
  out.time_wait = true;
}

}  // namespace sequent

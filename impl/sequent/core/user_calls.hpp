// The user's calls on the control block (RFC 9293 sections 3.10.1 to 3.10.5), less their buffers.
#pragma once

#include "sequent/base/result.hpp"
#include "sequent/core/handshake.hpp"
#include "sequent/core/reply.hpp"

namespace sequent {

/// OPEN, active (section 3.10.1): asks for the SYN. From CLOSED or LISTEN; elsewhere connection_already_exists. Without
/// a remote socket to connect to it is foreign_socket_unspecified. A refused call changes nothing.
template <word W>
constexpr result<void> call_open_active(control_block<W>& tcb, bool remote_specified, sequence_number<W> iss,
                                        actions<W>& out) noexcept {
  if (tcb.state != connection_state::closed && tcb.state != connection_state::listen) {
    return error::connection_already_exists;
  }
  if (!remote_specified) return error::foreign_socket_unspecified;
  start_sending(tcb, iss);
  tcb.state = connection_state::syn_sent;
  tcb.passive = false;
  out.answer = reply::syn;
  return {};
}

/// OPEN, passive (section 3.10.1). From CLOSED only: a second passive OPEN on a record is refused and leaves it
/// untouched (MUST-41, A4).
template <word W>
constexpr result<void> call_open_passive(control_block<W>& tcb) noexcept {
  if (tcb.state != connection_state::closed) return error::connection_already_exists;
  tcb.state = connection_state::listen;
  tcb.passive = true;
  return {};
}

/// SEND (section 3.10.2): may text be queued? A CLOSE that still waits for its FIN forbids it as well (A6).
template <word W>
[[nodiscard]] constexpr result<void> call_send(const control_block<W>& tcb) noexcept {
  switch (tcb.state) {
    case connection_state::closed: return error::connection_does_not_exist;
    case connection_state::listen: return error::foreign_socket_unspecified;
    case connection_state::syn_sent:
    case connection_state::syn_received:
    case connection_state::established:
    case connection_state::close_wait: break;
    default: return error::connection_closing;
  }
  if (tcb.snd.fin_asked) return error::connection_closing;
  return {};
}

/// RECEIVE (section 3.10.3) with nothing buffered: why there is nothing. With octets buffered every state serves them
/// (A7).
template <word W>
[[nodiscard]] constexpr error call_receive_empty(const control_block<W>& tcb) noexcept {
  switch (tcb.state) {
    case connection_state::closed: return error::connection_does_not_exist;
    case connection_state::close_wait:
    case connection_state::closing:
    case connection_state::last_ack:
    case connection_state::time_wait: return error::connection_closing;
    default: return error::would_block;
  }
}

/// CLOSE (section 3.10.4). LISTEN and SYN-SENT: the record is deleted. Otherwise a FIN follows the text that the user
/// has given: ESTABLISHED becomes FIN-WAIT-1 at once, and so does SYN-RECEIVED if he has given none (`text_given`),
/// else when it is established; CLOSE-WAIT becomes LAST-ACK when the FIN is sent. No FIN goes out before our SYN is
/// acknowledged (A8). A second CLOSE is connection_closing.
template <word W>
constexpr result<void> call_close(control_block<W>& tcb, bool text_given, actions<W>& out) noexcept {
  switch (tcb.state) {
    case connection_state::closed: return error::connection_does_not_exist;
    case connection_state::listen:
    case connection_state::syn_sent: delete_block(tcb, out); return {};
    case connection_state::syn_received:
    case connection_state::established:
    case connection_state::close_wait: break;
    default: return error::connection_closing;
  }
  if (tcb.snd.fin_asked) return error::connection_closing;
  tcb.snd.fin_asked = true;
  tcb.closed_early = tcb.state == connection_state::syn_received && !text_given;
  if (tcb.state == connection_state::established || tcb.closed_early) tcb.state = connection_state::fin_wait_1;
  return {};
}

/// Asks for the RST of a connection that is given up: <SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK> (C14).
template <word W>
constexpr void reset_peer(const control_block<W>& tcb, actions<W>& out) noexcept {
  out.answer = reply::reset;
  out.reset_seq = tcb.snd.nxt;
  out.reset_ack = tcb.rcv.nxt;
}

/// Octets of the peer's are thrown away that nobody has read, and a RST says so in whatever state, also where ABORT
/// sends none (section 3.6.1, SHLD-3). The record is deleted but for TIME-WAIT, which lingers (MUST-13): what this end
/// sent has all been acknowledged there, and the peer's FIN may come again.
template <word W>
constexpr void discard_unread(control_block<W>& tcb, actions<W>& out) noexcept {
  reset_peer(tcb, out);
  if (tcb.state != connection_state::time_wait) delete_block(tcb, out);
}

/// ABORT (section 3.10.5): the record is deleted in every state, with a RST where the peer may still send text or
/// expects some.
template <word W>
constexpr result<void> call_abort(control_block<W>& tcb, actions<W>& out) noexcept {
  switch (tcb.state) {
    case connection_state::closed: return error::connection_does_not_exist;
    case connection_state::syn_received:
    case connection_state::established:
    case connection_state::fin_wait_1:
    case connection_state::fin_wait_2:
    case connection_state::close_wait: reset_peer(tcb, out); break;
    default: break;
  }
  delete_block(tcb, out);
  return {};
}

}  // namespace sequent

// User calls and timeouts: RFC 9293 sections 3.6.1, 3.10.1 to 3.10.5 and 3.10.8. One stage, `call`.
//
// STATUS (3.10.6) reads the state and changes nothing; it needs no rule. RFC 9293 leaves the order of error checks open
// (C4): a call that fails for several reasons fails, and that is all that is said.
#pragma once

#include <array>

#include "model/spec/guards.hpp"
#include "model/spec/rule.hpp"

namespace sequent::spec {

/// The connection that an active OPEN starts: our SYN at position 0 counts as sent, data begins at 1.
template <class P>
[[nodiscard]] outcomes<P> open_actively(const state<P>& s) {
  state<P> next = deleted(s);
  next.at = phase::syn_sent;
  next.snd_nxt = P(1);
  next.snd_end = P(1);
  next.snd_shift = s.snd_shift;
  auto result = stop(next);
  result.seen.sent = reply::syn;
  return {result};
}

/// The call fails and nothing changes.
template <class P>
[[nodiscard]] outcomes<P> refuse(const state<P>& s) {
  return {stop_with(s, signal_error)};
}

/// The call may fail or succeed, nothing changes either way.
template <class P>
[[nodiscard]] outcomes<P> either_way(const state<P>& s) {
  return {stop_with(s, 0, signal_error)};
}

/// Octets are queued behind those that the user gave before.
template <class P>
[[nodiscard]] outcomes<P> queue_text(const state<P>& s, const P& amount) {
  state<P> next = s;
  next.snd_end = s.snd_end + amount;
  return {stop_with(next, 0, is(amount == P(0)) ? signal_error : 0u)};
}

/// A FIN is to follow the last octet.
template <class P>
[[nodiscard]] outcomes<P> ask_fin(const state<P>& s, phase at) {
  state<P> next = s;
  next.at = at;
  next.fin_asked = true;
  return {stop(next)};
}

/// Nobody will read what arrives from now on.
template <class P>
[[nodiscard]] state<P> left_by_user(const state<P>& s) {
  state<P> next = s;
  next.left = true;
  return next;
}

/// The same in SYN-RECEIVED: FIN-WAIT-1, although our SYN is not acknowledged yet.
template <class P>
[[nodiscard]] outcomes<P> close_early(const state<P>& s) {
  outcomes<P> permitted = ask_fin(s, phase::fin_wait_1);
  permitted.front().next.closed_early = true;
  return permitted;
}

/// OPEN, RFC 9293 section 3.10.1.
template <class P>
constexpr auto open_rules() {
  return std::array{
      rule<P>{"OPEN-1", "rfc9293#3.10.1/closed", "a passive OPEN listens", stage::call,
              [](const state<P>& s, const event<P>& e) { return e.what == kind::open_passive && in(s, phase::closed); },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop(back_to_listen(s))}; }},
      rule<P>{"OPEN-2", "rfc9293#3.10.1/closed", "an active OPEN sends a SYN", stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::open_active && !e.unspecified && in(s, phase::closed);
              },
              [](const state<P>& s, const event<P>&) { return open_actively(s); }},
      rule<P>{"OPEN-3", "rfc9293#3.10.1/listen", "an active OPEN turns a listening record into an active one",
              stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::open_active && !e.unspecified && in(s, phase::listen);
              },
              [](const state<P>& s, const event<P>&) { return open_actively(s); }},
      rule<P>{"OPEN-4", "rfc9293#3.9.1.1/MUST-41", "a passive OPEN leaves a listening record alone and fails",
              stage::call,
              [](const state<P>& s, const event<P>& e) { return e.what == kind::open_passive && in(s, phase::listen); },
              [](const state<P>& s, const event<P>&) { return refuse(s); }},
      rule<P>{"OPEN-5", "rfc9293#3.10.1/others", "a connection that exists cannot be opened again", stage::call,
              [](const state<P>& s, const event<P>& e) {
                return (e.what == kind::open_passive || e.what == kind::open_active) &&
                       !in(s, phase::closed, phase::listen);
              },
              [](const state<P>& s, const event<P>&) { return refuse(s); }},
      rule<P>{"OPEN-6", "rfc9293#3.10.1",
              "an active OPEN that names no remote socket fails and leaves the record alone", stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::open_active && e.unspecified && in(s, phase::closed, phase::listen);
              },
              [](const state<P>& s, const event<P>&) { return refuse(s); }},
  };
}

/// SEND, RFC 9293 section 3.10.2.
template <class P>
constexpr auto send_rules() {
  return std::array{
      rule<P>{"SEND-1", "rfc9293#3.10.2/closed", "without a connection there is nothing to send on", stage::call,
              [](const state<P>& s, const event<P>& e) { return e.what == kind::send && in(s, phase::closed); },
              [](const state<P>& s, const event<P>&) { return refuse(s); }},
      rule<P>{"SEND-2", "rfc9293#3.10.2/listen", "while listening the remote end is not known", stage::call,
              [](const state<P>& s, const event<P>& e) { return e.what == kind::send && in(s, phase::listen); },
              [](const state<P>& s, const event<P>&) { return refuse(s); }},
      rule<P>{"SEND-3", "rfc9293#3.10.2/syn-sent", "text waits for the handshake", stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::send && in(s, phase::syn_sent, phase::syn_received) && !s.fin_asked;
              },
              [](const state<P>& s, const event<P>& e) { return queue_text(s, e.amount); }},
      rule<P>{"SEND-4", "rfc9293#3.10.2/established", "text joins the stream", stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::send && in(s, phase::established, phase::close_wait) && !s.fin_asked;
              },
              [](const state<P>& s, const event<P>& e) { return queue_text(s, e.amount); }},
      rule<P>{"SEND-5", "rfc9293#3.10.2/fin-wait-1", "after CLOSE there is no sending", stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::send &&
                       in(s, phase::fin_wait_1, phase::fin_wait_2, phase::closing, phase::last_ack, phase::time_wait);
              },
              [](const state<P>& s, const event<P>&) { return refuse(s); }},
      rule<P>{"SEND-6", "rfc9293#3.6", "nor is there while the CLOSE itself is still queued", stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::send && s.fin_asked &&
                       in(s, phase::syn_sent, phase::syn_received, phase::established, phase::close_wait);
              },
              [](const state<P>& s, const event<P>&) { return refuse(s); }},
  };
}

/// RECEIVE, RFC 9293 section 3.10.3. What the user has consumed is not part of the state: what it reads is the business
/// of the stream-integrity property, and room that it makes shows in the next right edge that is advertised.
template <class P>
constexpr auto receive_rules() {
  return std::array{
      rule<P>{"RECV-1", "rfc9293#3.10.3/closed", "without a connection there is nothing to read", stage::call,
              [](const state<P>& s, const event<P>& e) { return e.what == kind::receive && in(s, phase::closed); },
              [](const state<P>& s, const event<P>&) { return refuse(s); }},
      rule<P>{"RECV-2", "rfc9293#3.10.3/listen", "a request before the handshake ends is queued or refused",
              stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::receive && (in(s, phase::listen, phase::syn_sent) || shaking_hands(s));
              },
              [](const state<P>& s, const event<P>&) { return either_way(s); }},
      rule<P>{"RECV-3", "rfc9293#3.10.3/established", "text is delivered, or the request waits", stage::call,
              [](const state<P>& s, const event<P>& e) { return e.what == kind::receive && receiving(s); },
              [](const state<P>& s, const event<P>&) -> outcomes<P> {
                // Reading may open the window far enough to be worth telling (MUST-39), which an acknowledgment does.
                auto delivered = stop(s);
                delivered.seen.may_ack = true;
                return {delivered};
              }},
      rule<P>{"RECV-4", "rfc9293#3.10.3/close-wait", "what is left is delivered, after that the stream has ended",
              stage::call,
              [](const state<P>& s, const event<P>& e) { return e.what == kind::receive && in(s, phase::close_wait); },
              [](const state<P>& s, const event<P>&) { return either_way(s); }},
      rule<P>{"RECV-5", "rfc9293#3.10.3/closing", "both ends have closed: the end of the stream, or text still held",
              stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::receive && in(s, phase::closing, phase::last_ack, phase::time_wait);
              },
              [](const state<P>& s, const event<P>&) { return either_way(s); }},
  };
}

/// CLOSE, RFC 9293 section 3.10.4.
template <class P>
constexpr auto close_rules() {
  return std::array{
      rule<P>{"CLOSE-1", "rfc9293#3.10.4/closed", "without a connection there is nothing to close", stage::call,
              [](const state<P>& s, const event<P>& e) { return e.what == kind::close && in(s, phase::closed); },
              [](const state<P>& s, const event<P>&) { return refuse(s); }},
      rule<P>{"CLOSE-2", "rfc9293#3.10.4/listen", "listening ends", stage::call,
              [](const state<P>& s, const event<P>& e) { return e.what == kind::close && in(s, phase::listen); },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop(deleted(s))}; }},
      rule<P>{"CLOSE-3", "rfc9293#3.10.4/syn-sent", "an attempt is given up, silently", stage::call,
              [](const state<P>& s, const event<P>& e) { return e.what == kind::close && in(s, phase::syn_sent); },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop(deleted(s))}; }},
      rule<P>{"CLOSE-4", "rfc9293#3.10.4/syn-received",
              "behind text the FIN is queued until the connection is established", stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::close && in(s, phase::syn_received) && !s.fin_asked && is(P(1) < s.snd_end);
              },
              [](const state<P>& s, const event<P>&) { return ask_fin(s, phase::syn_received); }},
      rule<P>{"CLOSE-9", "rfc9293#3.10.4/syn-received",
              "without text it is FIN-WAIT-1 at once, and the handshake goes on", stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::close && in(s, phase::syn_received) && !s.fin_asked && !is(P(1) < s.snd_end);
              },
              [](const state<P>& s, const event<P>&) { return close_early(s); }},
      rule<P>{"CLOSE-5", "rfc9293#3.10.4/established", "FIN-WAIT-1 at once, although text may go before the FIN",
              stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::close && in(s, phase::established) && !s.fin_asked;
              },
              [](const state<P>& s, const event<P>&) { return ask_fin(s, phase::fin_wait_1); }},
      rule<P>{"CLOSE-6", "rfc9293#3.10.4/close-wait", "the FIN is queued; LAST-ACK waits until it is sent", stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::close && in(s, phase::close_wait) && !s.fin_asked;
              },
              [](const state<P>& s, const event<P>&) { return ask_fin(s, phase::close_wait); }},
      rule<P>{"CLOSE-7", "rfc9293#3.10.4/fin-wait-1", "a second CLOSE is an error or does nothing; no second FIN",
              stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::close &&
                       (in(s, phase::fin_wait_1, phase::fin_wait_2) ||
                        (s.fin_asked && in(s, phase::syn_received, phase::established, phase::close_wait)));
              },
              [](const state<P>& s, const event<P>&) { return either_way(s); }},
      rule<P>{"CLOSE-8", "rfc9293#3.10.4/closing", "once both ends have closed it is an error", stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::close && in(s, phase::closing, phase::last_ack, phase::time_wait);
              },
              [](const state<P>& s, const event<P>&) { return refuse(s); }},
  };
}

/// CLOSE of both directions, the "half-duplex" one of RFC 9293 section 3.6.1 (MAY-1): CLOSE, and the user reads no
/// more. SHLD-3 is taken as a duty in every state that has octets of the peer's: those that were not read are lost, and
/// a RST says so. Section 3.10.5's states without a RST are of a user who gives up his own side, and say nothing of it.
/// TIME-WAIT is left by its timer alone (MUST-13), so there the RST goes out and the state stays.
template <class P>
constexpr auto quit_rules() {
  return std::array{
      rule<P>{"QUIT-1", "rfc9293#3.10.4/closed", "without a connection there is nothing to close", stage::call,
              [](const state<P>& s, const event<P>& e) { return e.what == kind::close_both && in(s, phase::closed); },
              [](const state<P>& s, const event<P>&) { return refuse(s); }},
      rule<P>{"QUIT-2", "rfc9293#3.10.4/syn-sent", "before anything of the peer is known it is simply forgotten",
              stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::close_both && in(s, phase::listen, phase::syn_sent);
              },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop(deleted(s))}; }},
      rule<P>{"QUIT-3", "rfc9293#3.6.1/SHLD-3", "octets that were not read are lost, and a RST says so", stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::close_both && !in(s, phase::closed, phase::listen, phase::syn_sent) &&
                       !in(s, phase::time_wait) && is(P(0) < e.amount);
              },
              [](const state<P>& s, const event<P>&) { return deleted_with_reset(s, 0, signal_reset); }},
      rule<P>{"QUIT-4", "rfc9293#3.6.1/MUST-13", "in TIME-WAIT the RST goes out, and the wait goes on", stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::close_both && in(s, phase::time_wait) && is(P(0) < e.amount);
              },
              [](const state<P>& s, const event<P>&) -> outcomes<P> {
                const auto stays = stamped(stop(left_by_user(s)), s);
                return {with_reset(stays, s.snd_nxt), with_reset(stays, s.snd_nxt, s.rcv_nxt)};
              }},
      rule<P>{"QUIT-5", "rfc9293#3.10.4/established", "a FIN follows what was written, as after CLOSE", stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::close_both && is(e.amount == P(0)) && !s.fin_asked &&
                       in(s, phase::syn_received, phase::established, phase::close_wait);
              },
              [](const state<P>& s, const event<P>&) {
                if (in(s, phase::syn_received) && !is(P(1) < s.snd_end)) return close_early(left_by_user(s));
                return ask_fin(left_by_user(s), in(s, phase::established) ? phase::fin_wait_1 : s.at);
              }},
      rule<P>{"QUIT-6", "rfc9293#3.10.4/fin-wait-1", "after CLOSE only the reader goes; no second FIN", stage::call,
              [](const state<P>& s, const event<P>& e) {
                const bool later = in(s, phase::fin_wait_1, phase::fin_wait_2, phase::closing, phase::last_ack) ||
                                   in(s, phase::time_wait);
                const bool asked = s.fin_asked && in(s, phase::syn_received, phase::established, phase::close_wait);
                return e.what == kind::close_both && is(e.amount == P(0)) && (later || asked);
              },
              [](const state<P>& s, const event<P>&) -> outcomes<P> {
                return {stop_with(left_by_user(s), 0, signal_error)};
              }},
  };
}

/// ABORT, RFC 9293 section 3.10.5.
template <class P>
constexpr auto abort_rules() {
  return std::array{
      rule<P>{"ABORT-1", "rfc9293#3.10.5/closed", "without a connection there is nothing to abort", stage::call,
              [](const state<P>& s, const event<P>& e) { return e.what == kind::abort && in(s, phase::closed); },
              [](const state<P>& s, const event<P>&) { return refuse(s); }},
      rule<P>{
          "ABORT-2", "rfc9293#3.10.5/listen", "before anything of the peer is known it is simply forgotten",
          stage::call,
          [](const state<P>& s, const event<P>& e) {
            return e.what == kind::abort && in(s, phase::listen, phase::syn_sent);
          },
          [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop_with(deleted(s), 0, signal_reset)}; }},
      rule<P>{"ABORT-3", "rfc9293#3.10.5/established", "the peer is sent a RST at the next position", stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::abort && in(s, phase::syn_received, phase::established, phase::fin_wait_1,
                                                   phase::fin_wait_2, phase::close_wait);
              },
              [](const state<P>& s, const event<P>&) { return deleted_with_reset(s, 0, signal_reset); }},
      rule<P>{
          "ABORT-4", "rfc9293#3.10.5/closing", "once both ends have closed nothing is sent", stage::call,
          [](const state<P>& s, const event<P>& e) {
            return e.what == kind::abort && in(s, phase::closing, phase::last_ack, phase::time_wait);
          },
          [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop_with(deleted(s), 0, signal_reset)}; }},
  };
}

/// A host gives up what nobody owns any more, for want of what it holds (RFC 9293 section 3.6.1 leaves the half-duplex
/// close to the host; RFC 6429 section 4). It is a user timeout that nobody is left to be told of, but the RST is a
/// duty: in CLOSING and LAST-ACK too the peer waits for what will not be sent again. TIME-WAIT waits for nothing, and
/// is left by its timer alone (MUST-13).
template <class P>
constexpr auto evict_rules() {
  return std::array{
      rule<P>{"EVICT-1", "rfc9293#3.10.8/user", "what its user has left is given up, and a RST says so", stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::evict && s.left &&
                       !in(s, phase::closed, phase::listen, phase::syn_sent, phase::time_wait);
              },
              [](const state<P>& s, const event<P>&) { return deleted_with_reset(s, 0, signal_reset); }},
      rule<P>{"EVICT-2", "rfc9293#3.6.1/MUST-13", "in TIME-WAIT the wait goes on", stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::evict && s.left && in(s, phase::time_wait);
              },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop(s)}; }},
      rule<P>{"EVICT-3", "rfc9293#3.6.1", "what has a user, or no peer yet, is not given up", stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::evict && (!s.left || in(s, phase::closed, phase::listen, phase::syn_sent));
              },
              [](const state<P>& s, const event<P>&) { return refuse(s); }},
  };
}

/// Timeouts, RFC 9293 section 3.10.8. The retransmission timeout is no event of its own: what it sends is an emission.
template <class P>
constexpr auto timeout_rules() {
  return std::array{
      rule<P>{"TIMEOUT-1", "rfc9293#3.10.8/user", "no connection, nothing to time out", stage::call,
              [](const state<P>& s, const event<P>& e) { return e.what == kind::user_timeout && in(s, phase::closed); },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop(s)}; }},
      rule<P>{
          "TIMEOUT-2", "rfc9293#3.10.8/user", "the user's patience ends before a peer is known", stage::call,
          [](const state<P>& s, const event<P>& e) {
            return e.what == kind::user_timeout && in(s, phase::listen, phase::syn_sent);
          },
          [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop_with(deleted(s), signal_timed_out)}; }},
      rule<P>{"TIMEOUT-3", "rfc9293#3.10.8/user", "the user's patience ends; the peer may be sent a RST", stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::user_timeout &&
                       !in(s, phase::closed, phase::listen, phase::syn_sent, phase::time_wait);
              },
              [](const state<P>& s, const event<P>&) -> outcomes<P> {
                auto permitted = deleted_with_reset(s, signal_timed_out);
                permitted.push_back(stop_with(deleted(s), signal_timed_out));
                return permitted;
              }},
      rule<P>{"TIMEOUT-4", "rfc9293#3.10.8/time-wait", "TIME-WAIT ends", stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::time_wait_timeout && in(s, phase::time_wait);
              },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop(deleted(s))}; }},
      rule<P>{"TIMEOUT-5", "rfc9293#3.10.8/time-wait", "the TIME-WAIT timer means nothing in any other state",
              stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::time_wait_timeout && !in(s, phase::time_wait);
              },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop(s)}; }},
      rule<P>{"RECLAIM-1", "rfc9293#3.10.5/fin-wait-2", "a FIN-WAIT-2 that nobody reads is given up (C37)", stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::reclaim && s.left && in(s, phase::fin_wait_2);
              },
              [](const state<P>& s, const event<P>&) { return deleted_with_reset(s, 0, signal_reset); }},
      rule<P>{"RECLAIM-2", "rfc9293#3.6.1", "what has a reader, or something of ours to deliver, is not", stage::call,
              [](const state<P>& s, const event<P>& e) {
                return e.what == kind::reclaim && !(s.left && in(s, phase::fin_wait_2));
              },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop(s)}; }},
      rule<P>{
          "TIMEOUT-6", "rfc9293#3.10.8/user", "in TIME-WAIT the peer has closed in good order and is sent nothing",
          stage::call,
          [](const state<P>& s, const event<P>& e) { return e.what == kind::user_timeout && in(s, phase::time_wait); },
          [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop_with(deleted(s), signal_timed_out)}; }},
  };
}

}  // namespace sequent::spec

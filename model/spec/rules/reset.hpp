// The second check: RST. RFC 9293 section 3.10.7.4, RFC 5961 section 3, RFC 1337.
//
// SEG.SEQ is the number as it was sent, not what trimming would leave (A20).
#pragma once

#include <array>

#include "model/spec/guards.hpp"
#include "model/spec/rule.hpp"

namespace sequent::spec {

/// True when a RST is to be believed: with RFC 5961 at exactly the next position expected, without it wherever the
/// first check let it pass.
template <class P>
[[nodiscard]] constexpr bool reset_believed(const state<P>& s, const segment<P>& seg) {
  return is(seg.rst) && (!s.choices.reset_mitigation || is(seg.seq == s.rcv_nxt));
}

/// A reset passive connection listens again. RFC 7413 does not say what becomes of one whose user has text of its SYN
/// already: to be told that it is gone, as with any other connection that he has text of, is permitted too.
template <class P>
[[nodiscard]] outcomes<P> reset_passive(const state<P>& s, std::uint32_t tolerated) {
  outcomes<P> permitted{stop_with(back_to_listen(s), 0, tolerated)};
  if (s.fast_opened) permitted.push_back(stop_with(deleted(s), signal_reset, signal_refused));
  return permitted;
}

/// A half-open connection that does not listen again is gone, and its user told: an active one is refused. One that its
/// user has closed would by the letter forget the CLOSE in LISTEN and take in the next stranger (A8); it is reset, or
/// refused.
template <class P>
[[nodiscard]] outcomes<P> reset_for_good(const state<P>& s) {
  outcomes<P> permitted{stop_with(deleted(s), signal_refused, signal_reset)};
  if (s.passive) permitted.push_back(stop_with(deleted(s), signal_reset, signal_refused));
  return permitted;
}

/// Permitted results of a RST that is believed. Without RFC 5961 one that begins left of the window may also be
/// dropped: Table 6 accepts it, section 3.5.3 looks at SEG.SEQ alone (A20).
template <class P>
[[nodiscard]] outcomes<P> reset_by(const state<P>& s, const segment<P>& seg, outcomes<P> permitted) {
  if (!s.choices.reset_mitigation && is(seg.seq < s.rcv_nxt)) permitted.push_back(stop(s));
  return permitted;
}

/// The RST check.
template <class P>
constexpr auto reset_rules() {
  return std::array{
      rule<P>{"RST-1", "rfc9293#3.10.7.4/second", "no RST, on to the next check", stage::reset,
              [](const state<P>&, const event<P>& e) { return !is(e.seg.rst); },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {go_on(s)}; }},
      rule<P>{"RST-2", "rfc9293#3.10.7.4/second/1", "a RST that begins left of the window is dropped", stage::reset,
              [](const state<P>& s, const event<P>& e) {
                return is(e.seg.rst) && s.choices.reset_mitigation && is(e.seg.seq < s.rcv_nxt);
              },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop(s)}; }},
      rule<P>{"RST-3", "rfc9293#3.10.7.4/second/3", "a RST inside the window but not at its edge is challenged",
              stage::reset,
              [](const state<P>& s, const event<P>& e) {
                return is(e.seg.rst) && s.choices.reset_mitigation && is(s.rcv_nxt < e.seg.seq);
              },
              [](const state<P>& s, const event<P>&) { return challenge(s); }},
      rule<P>{
          "RST-4", "rfc9293#3.10.7.4/second/syn-received", "a passive connection goes back to LISTEN", stage::reset,
          [](const state<P>& s, const event<P>& e) { return may_listen_again(s) && reset_believed(s, e.seg); },
          [](const state<P>& s, const event<P>& e) { return reset_by(s, e.seg, reset_passive(s, signal_refused)); }},
      rule<P>{"RST-5", "rfc9293#3.10.7.4/second/syn-received", "an active connection is refused, and a closed one gone",
              stage::reset,
              [](const state<P>& s, const event<P>& e) {
                return in(s, phase::syn_received) && !may_listen_again(s) && reset_believed(s, e.seg);
              },
              [](const state<P>& s, const event<P>& e) { return reset_by(s, e.seg, reset_for_good(s)); }},
      rule<P>{"RST-6", "rfc9293#3.10.7.4/second/established", "the connection is reset and the user is told",
              stage::reset,
              [](const state<P>& s, const event<P>& e) {
                return in(s, phase::established, phase::fin_wait_1, phase::fin_wait_2, phase::close_wait) &&
                       reset_believed(s, e.seg);
              },
              [](const state<P>& s, const event<P>& e) {
                return reset_by(s, e.seg, {stop_with(deleted(s), signal_reset)});
              }},
      rule<P>{"RST-7", "rfc9293#3.10.7.4/second/closing", "once both ends have closed the user need not be told",
              stage::reset,
              [](const state<P>& s, const event<P>& e) {
                return in(s, phase::closing, phase::last_ack) && reset_believed(s, e.seg);
              },
              [](const state<P>& s, const event<P>& e) {
                return reset_by(s, e.seg, {stop_with(deleted(s), 0, signal_reset)});
              }},
      rule<P>{"RST-8", "rfc9293#3.10.7.4/second/time-wait", "TIME-WAIT is cut short", stage::reset,
              [](const state<P>& s, const event<P>& e) {
                return in(s, phase::time_wait) && !s.choices.ignore_reset_in_time_wait && reset_believed(s, e.seg);
              },
              [](const state<P>& s, const event<P>& e) {
                return reset_by(s, e.seg, {stop_with(deleted(s), 0, signal_reset)});
              }},
      rule<P>{"RST-9", "rfc1337#3/F1", "TIME-WAIT outlives a RST", stage::reset,
              [](const state<P>& s, const event<P>& e) {
                return in(s, phase::time_wait) && s.choices.ignore_reset_in_time_wait && reset_believed(s, e.seg);
              },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop(s)}; }},
  };
}

}  // namespace sequent::spec

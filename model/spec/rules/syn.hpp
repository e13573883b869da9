// The fourth check: SYN. RFC 9293 section 3.10.7.4, RFC 5961 section 4.
//
// The SYN is looked at before the segment is trimmed (A22). A SYN whose every octet lies outside the window has been
// answered by the first check.
#pragma once

#include <array>

#include "model/spec/guards.hpp"
#include "model/spec/rule.hpp"
#include "model/spec/rules/reset.hpp"
#include "model/spec/rules/sequence.hpp"

namespace sequent::spec {

/// Without RFC 5961 a SYN in the window resets the connection. What the RST looks like is not said (A25): it stands at
/// SND.NXT, with or without an ACK field, or where the segment's acknowledgment points.
template <class P>
[[nodiscard]] outcomes<P> reset_by_syn(const state<P>& s, const segment<P>& seg) {
  auto permitted = deleted_with_reset(s, signal_reset, signal_refused);
  if (seg.has_ack) permitted.push_back(with_reset(stop_with(deleted(s), signal_reset, signal_refused), seg.ack));
  return answering(permitted, seg);
}

/// A passive connection goes back to LISTEN. One whose user has text of its SYN (RFC 7413) may stand by it, as a
/// synchronized one does (RFC 5961 section 4).
template <class P>
[[nodiscard]] outcomes<P> replaced_by_syn(const state<P>& s) {
  outcomes<P> permitted = reset_passive(s, 0);
  if (!s.fast_opened) return permitted;
  for (const auto& each : challenge(s)) permitted.push_back(each);
  return permitted;
}

/// True for a SYN that meets a connection which does not take it for a new one of its peer's: in every synchronized
/// state, and inside the window where the handshake lasts and leads nowhere but on.
template <class P>
[[nodiscard]] constexpr bool synchronized_for_syn(const state<P>& s, const segment<P>& seg) {
  if (!is(seg.syn)) return false;
  return !shaking_hands(s) || (!may_listen_again(s) && is(s.rcv_nxt <= seg.seq));
}

/// The SYN check.
template <class P>
constexpr auto syn_rules() {
  return std::array{
      rule<P>{"SYN-1", "rfc9293#3.10.7.4/fourth", "no SYN, on to the next check", stage::syn,
              [](const state<P>&, const event<P>& e) { return !is(e.seg.syn); },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {go_on(s)}; }},
      rule<P>{"SYN-2", "rfc9293#3.10.7.4/fourth/syn-received", "a new SYN sends a passive connection back to LISTEN",
              stage::syn,
              [](const state<P>& s, const event<P>& e) {
                return may_listen_again(s) && is(e.seg.syn) && is(s.rcv_nxt <= e.seg.seq);
              },
              [](const state<P>& s, const event<P>&) { return replaced_by_syn(s); }},
      rule<P>{"SYN-3", "rfc9293#3.10.7.4/fourth/syn-received",
              "the peer's SYN again, with text that reaches the window: answered like the bare one", stage::syn,
              [](const state<P>& s, const event<P>& e) {
                return repeats_syn(s, e.seg) && (s.passive || !is(e.seg.has_ack));
              },
              [](const state<P>& s, const event<P>& e) { return with_wavering(answer_repeated_syn(s), s, e.seg); }},
      rule<P>{
          "SYN-4", "rfc9293#3.10.7.4/fourth/syn-received",
          "the peer's SYN,ACK with text crosses ours: answered like the bare one", stage::syn,
          [](const state<P>& s, const event<P>& e) { return repeats_syn(s, e.seg) && !s.passive && is(e.seg.has_ack); },
          [](const state<P>& s, const event<P>& e) {
            return with_wavering(answer_crossing_syn_ack(s, e.seg), s, e.seg);
          }},
      rule<P>{"SYN-5", "rfc5961#4.2", "a SYN on a live connection is challenged", stage::syn,
              [](const state<P>& s, const event<P>& e) {
                return s.choices.syn_mitigation && synchronized_for_syn(s, e.seg);
              },
              [](const state<P>& s, const event<P>&) { return challenge(s); }},
      rule<P>{"SYN-6", "rfc9293#3.10.7.4/fourth/rfc793", "without RFC 5961 it resets the connection", stage::syn,
              [](const state<P>& s, const event<P>& e) {
                return !s.choices.syn_mitigation && synchronized_for_syn(s, e.seg);
              },
              [](const state<P>& s, const event<P>& e) { return reset_by_syn(s, e.seg); }},
      rule<P>{"SYN-7", "rfc9293#3.10.7.4/fourth/syn-received",
              "a SYN left of the window that is not the peer's own is answered as if none of it reached the window",
              stage::syn,
              [](const state<P>& s, const event<P>& e) {
                return shaking_hands(s) && is(e.seg.syn) && is(e.seg.seq < s.rcv_nxt) && !repeats_syn(s, e.seg);
              },
              [](const state<P>& s, const event<P>& e) { return answer_unacceptable(s, e.seg); }},
  };
}

}  // namespace sequent::spec

// The first check of a segment that arrives in SYN-RECEIVED or later, and the timestamp check that precedes it.
// RFC 9293 section 3.10.7.4, RFC 7323 sections 3.2 and 5.3.
#pragma once

#include <array>

#include "model/spec/guards.hpp"
#include "model/spec/rule.hpp"
#include "model/spec/rules/transitions.hpp"

namespace sequent::spec {

/// True when timestamps are in use and this segment is subject to them. A RST never is (RFC 7323 section 5.2).
template <class P>
[[nodiscard]] constexpr bool timestamps_apply(const state<P>& s, const segment<P>& seg) {
  return s.timestamps && !is(seg.rst);
}

/// RFC 7323 section 5.3 R1: an old timestamp, while the one it is compared with is not itself outdated.
template <class P>
[[nodiscard]] constexpr bool fails_paws(const state<P>& s, const segment<P>& seg) {
  return !seg.ts_stale && is(seg.ts_value < s.ts_recent);
}

/// True when a later check is going to refuse the segment for its SYN or its ACK field.
template <class P>
[[nodiscard]] constexpr bool refused_later(const state<P>& s, const segment<P>& seg) {
  return is(seg.syn) || !is(seg.has_ack) || is(s.snd_nxt < seg.ack) || is(seg.ack < s.snd_una - s.snd_max_wnd) ||
         (shaking_hands(s) && !is(s.snd_una < seg.ack));
}

/// An acceptable segment goes on. RFC 7323 section 5.3 R3 records its timestamp here already; recording it only once
/// the other checks have passed is permitted too, since it keeps a blind attacker from poisoning TS.Recent.
template <class P>
[[nodiscard]] outcomes<P> record_timestamp(const state<P>& s, const segment<P>& seg) {
  if (!timestamps_apply(s, seg) || !seg.has_timestamps || !is(seg.seq <= s.last_ack_sent)) return {go_on(s)};
  state<P> next = s;
  next.ts_recent = seg.ts_value;
  outcomes<P> permitted{go_on(next)};
  if (refused_later(s, seg)) permitted.push_back(go_on(s));
  return permitted;
}

/// Not acceptable: acknowledged and dropped. The acknowledgment may be throttled only if the segment is empty, or a SYN
/// on a live connection (RFC 5961 sections 4 and 7); text or FIN is retransmitted until it is answered (C24).
template <class P>
[[nodiscard]] outcomes<P> answer_unacceptable(const state<P>& s, const segment<P>& seg) {
  if (empty(seg) || (synchronized(s) && is(seg.syn))) return challenge(s);
  return {answer(s)};
}

/// Text or a FIN at a closed window: acknowledged, and nothing of it taken. Its urgent pointer counts (MUST-66). Its
/// ACK field counts or not: in the first outcome processing ends, in the others it goes on, and the later stages find
/// no room for text or FIN (A15, C23).
template <class P>
[[nodiscard]] outcomes<P> allow_at_closed_window(const state<P>& s, const segment<P>& seg) {
  outcomes<P> permitted;
  outcome<P> dropped = stop(s);
  if (receiving(s) && is(seg.urg) && is(seg.has_ack)) dropped = urgent_raised(s, seg);
  dropped.done = true;
  permitted.push_back(with_ack(dropped));
  if (shaking_hands(s) || in(s, phase::last_ack)) permitted.push_back(go_on(s));
  if (!shaking_hands(s)) permitted.push_back(with_ack(go_on(s)));
  return permitted;
}

/// The peer's SYN again in SYN-RECEIVED: answered by an acknowledgment, as the letter has it, or by our SYN,ACK (A19).
template <class P>
[[nodiscard]] outcomes<P> answer_repeated_syn(const state<P>& s) {
  auto repeated = stop(s);
  repeated.seen.sent = reply::syn_ack;
  return {answer(s), repeated};
}

/// A peer whose SYN sets up ECN and another time does not SHOULD NOT be sent ECT (RFC 3168 section 6.1.1): it may be
/// taken at its word.
template <class P>
[[nodiscard]] outcomes<P> with_wavering(outcomes<P> permitted, const state<P>& s, const segment<P>& seg) {
  if (!s.ecn || is(sets_up_ecn(seg))) return permitted;
  const outcomes<P> before = permitted;
  for (outcome<P> each : before) {
    each.next.ecn = false;
    permitted.push_back(each);
  }
  return permitted;
}

/// SYN,ACK crosses ours in a simultaneous open (RFC 9293 figure 7). By the letter it is out of the window and is
/// acknowledged, without throttling; reading its acknowledgment at once is permitted (A38).
template <class P>
[[nodiscard]] outcomes<P> answer_crossing_syn_ack(const state<P>& s, const segment<P>& seg) {
  outcomes<P> permitted = answer_repeated_syn(s);
  if (is(s.snd_una < seg.ack) && is(seg.ack <= s.snd_nxt)) {
    auto direct = established_by(s, seg, P(0));
    direct.done = true;
    permitted.push_back(with_ack(direct));
    direct.seen.may_ack = true;
    permitted.push_back(direct);
  }
  return permitted;
}

/// True for an acknowledgment without text just past the window: at its right edge, where a peer stands that has filled
/// the window, or one octet beyond, where a window probe has brought it.
template <class P>
[[nodiscard]] constexpr bool bare_ack_past_window(const state<P>& s, const segment<P>& seg) {
  return is(seg.has_ack) && !is(seg.rst) && empty(seg) && is(right_edge(s) <= seg.seq) &&
         is(seg.seq <= right_edge(s) + P(1));
}

/// By the letter such an acknowledgment is refused, and two peers that have filled each other's windows then refuse
/// each other's acknowledgments for ever. RFC 9293 appendix A.2 leaves the cure open: reading its ACK field is
/// permitted (A16).
template <class P>
[[nodiscard]] outcomes<P> allow_past_window(const state<P>& s) {
  outcomes<P> permitted = challenge(s);
  permitted.push_back(go_on(s));
  return permitted;
}

/// True for the SYN that opened the connection, or one in its place, arriving again in SYN-RECEIVED.
template <class P>
[[nodiscard]] constexpr bool repeats_syn(const state<P>& s, const segment<P>& seg) {
  return shaking_hands(s) && is(seg.syn) && is(seg.seq == P(0));
}

/// True in TIME-WAIT for the peer's own FIN, arriving again: nothing else ends where it does, and its ACK field must be
/// one that the peer can have sent.
template <class P>
[[nodiscard]] constexpr bool repeats_fin(const state<P>& s, const segment<P>& seg) {
  return in(s, phase::time_wait) && is(seg.fin) && !is(seg.rst) && !is(seg.syn) && is(seg.has_ack) &&
         is(fin_position(seg) + P(1) == s.rcv_nxt) && is(seg.ack <= s.snd_nxt) &&
         !(s.choices.ack_range_check && is(seg.ack < s.snd_una - s.snd_max_wnd));
}

/// True for a SYN that RFC 5961 section 4.2 wants challenged irrespective of its number, and so of its options too.
template <class P>
[[nodiscard]] constexpr bool challenged_unstamped(const state<P>& s, const segment<P>& seg) {
  return s.choices.syn_mitigation && synchronized(s) && is(seg.syn);
}

/// Before the first check: timestamps.
template <class P>
constexpr auto timestamp_rules() {
  return std::array{
      rule<P>{"TS-1", "rfc7323#3.2", "without timestamps, or for a RST, there is nothing to check", stage::timestamps,
              [](const state<P>& s, const event<P>& e) { return !timestamps_apply(s, e.seg); },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {go_on(s)}; }},
      rule<P>{"TS-2", "rfc7323#5.3/R1", "a timestamp that is not older than the last, or that cannot be judged, passes",
              stage::timestamps,
              [](const state<P>& s, const event<P>& e) {
                return timestamps_apply(s, e.seg) && e.seg.has_timestamps && !fails_paws(s, e.seg);
              },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {go_on(s)}; }},
      rule<P>{"TS-3", "rfc7323#5.3/R1", "an old timestamp makes the segment unacceptable", stage::timestamps,
              [](const state<P>& s, const event<P>& e) {
                return timestamps_apply(s, e.seg) && e.seg.has_timestamps && fails_paws(s, e.seg);
              },
              [](const state<P>& s, const event<P>& e) { return answer_unacceptable(s, e.seg); }},
      rule<P>{"TS-4", "rfc7323#3.2", "a segment whose timestamp is missing is dropped silently, or processed",
              stage::timestamps,
              [](const state<P>& s, const event<P>& e) {
                return timestamps_apply(s, e.seg) && !e.seg.has_timestamps && !challenged_unstamped(s, e.seg);
              },
              [](const state<P>& s, const event<P>&) -> outcomes<P> {
                return {stop(s), go_on(s)};
              }},
      rule<P>{"TS-5", "rfc5961#4.2", "but a SYN on a live connection is challenged, whatever it lacks",
              stage::timestamps,
              [](const state<P>& s, const event<P>& e) {
                return timestamps_apply(s, e.seg) && !e.seg.has_timestamps && challenged_unstamped(s, e.seg);
              },
              [](const state<P>& s, const event<P>&) { return challenge(s); }},
  };
}

/// The first check.
template <class P>
constexpr auto sequence_rules() {
  return std::array{
      rule<P>{"SEQ-1", "rfc9293#3.10.7.4/first/table-6", "an acceptable segment goes on; its timestamp is recorded",
              stage::sequence, [](const state<P>& s, const event<P>& e) { return acceptable(s, e.seg); },
              [](const state<P>& s, const event<P>& e) { return record_timestamp(s, e.seg); }},
      rule<P>{"SEQ-2", "rfc9293#3.10.7.4/first", "an unacceptable RST is dropped", stage::sequence,
              [](const state<P>& s, const event<P>& e) {
                return is(e.seg.rst) && !acceptable(s, e.seg) && !at_closed_window(s, e.seg);
              },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop(s)}; }},
      rule<P>{"SEQ-3", "rfc9293#3.4/MUST-66", "a RST at the edge of a closed window is read, whatever it carries",
              stage::sequence,
              [](const state<P>& s, const event<P>& e) {
                return is(e.seg.rst) && !acceptable(s, e.seg) && at_closed_window(s, e.seg);
              },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {go_on(s)}; }},
      rule<P>{"SEQ-4", "rfc9293#3.10.7.4/first/zero-window",
              "text or FIN at the edge of a closed window is acknowledged and not taken; URG counts, ACK may",
              stage::sequence,
              [](const state<P>& s, const event<P>& e) {
                return !is(e.seg.rst) && !is(e.seg.syn) && !acceptable(s, e.seg) && at_closed_window(s, e.seg);
              },
              [](const state<P>& s, const event<P>& e) { return allow_at_closed_window(s, e.seg); }},
      rule<P>{"SEQ-5", "rfc9293#3.10.7.4/first", "the peer's SYN,ACK crosses ours: acknowledged, or read at once",
              stage::sequence,
              [](const state<P>& s, const event<P>& e) {
                return repeats_syn(s, e.seg) && !is(e.seg.rst) && is(e.seg.has_ack) && !s.passive &&
                       !acceptable(s, e.seg);
              },
              [](const state<P>& s, const event<P>& e) {
                return with_wavering(answer_crossing_syn_ack(s, e.seg), s, e.seg);
              }},
      rule<P>{"SEQ-6", "rfc9293#3.10.7.4/first", "the peer's SYN comes again: acknowledged, or our SYN,ACK repeated",
              stage::sequence,
              [](const state<P>& s, const event<P>& e) {
                return repeats_syn(s, e.seg) && !is(e.seg.rst) && (s.passive || !is(e.seg.has_ack)) &&
                       !acceptable(s, e.seg);
              },
              [](const state<P>& s, const event<P>& e) { return with_wavering(answer_repeated_syn(s), s, e.seg); }},
      rule<P>{"SEQ-7", "rfc9293#3.10.7.4/first", "any other unacceptable segment is acknowledged and dropped",
              stage::sequence,
              [](const state<P>& s, const event<P>& e) {
                return !is(e.seg.rst) && !repeats_syn(s, e.seg) && !repeats_fin(s, e.seg) &&
                       !bare_ack_past_window(s, e.seg) && !acceptable(s, e.seg) &&
                       (is(e.seg.syn) || !at_closed_window(s, e.seg));
              },
              [](const state<P>& s, const event<P>& e) { return answer_unacceptable(s, e.seg); }},
      rule<P>{
          "SEQ-8", "rfc9293#A.2", "an acknowledgment just past the window is refused by the letter, or read",
          stage::sequence,
          [](const state<P>& s, const event<P>& e) { return bare_ack_past_window(s, e.seg) && !acceptable(s, e.seg); },
          [](const state<P>& s, const event<P>&) { return allow_past_window(s); }},
      rule<P>{"SEQ-9", "rfc9293#3.10.7.4/fifth/time-wait",
              "the peer's own FIN comes again in TIME-WAIT: acknowledged, and two lifetimes begin anew",
              stage::sequence, [](const state<P>& s, const event<P>& e) { return repeats_fin(s, e.seg); },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {lingering(answer(s))}; }},
  };
}

}  // namespace sequent::spec

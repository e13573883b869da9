// The seventh check: text. RFC 9293 section 3.10.7.4.
//
// All text inside the window is taken (C30). Text in order may be acknowledged now or later (C31); text out of order is
// held (C25) and acknowledged at once (C32, RFC 5681 section 4.2).
#pragma once

#include <array>

#include "model/spec/guards.hpp"
#include "model/spec/reassembly.hpp"
#include "model/spec/rule.hpp"

namespace sequent::spec {

/// True when a segment with text begins beyond the next position and holds something that may be taken.
template <class P>
[[nodiscard]] constexpr bool text_beyond(const state<P>& s, const segment<P>& seg) {
  return is(s.rcv_nxt < seg.seq) && is(seg.seq < text_limit(s));
}

/// True when a segment with text holds the next octet expected.
template <class P>
[[nodiscard]] constexpr bool text_in_order(const state<P>& s, const segment<P>& seg) {
  return is(seg.seq <= s.rcv_nxt) && is(s.rcv_nxt < seg.seq + seg.text) && is(s.rcv_nxt < text_limit(s));
}

/// True when a segment with text brings octets that have not come before.
template <class P>
[[nodiscard]] constexpr bool text_is_new(const state<P>& s, const segment<P>& seg) {
  return text_in_order(s, seg) || text_beyond(s, seg);
}

/// In-order text joins the stream, and what was held behind it follows. While something is held the text fills a gap or
/// a part of it, and is acknowledged at once (RFC 5681 section 4.2).
template <class P>
[[nodiscard]] outcomes<P> take_text(const state<P>& s, const segment<P>& seg) {
  auto result = go_on(s);
  if (fin_in_window(s, seg)) end_held_at(result.next, fin_position(seg));
  advance_to(result.next, lesser(P(seg.seq + seg.text), text_limit(s)));
  result.seen.may_ack = true;
  if (!s.held.empty() || s.fin_held) result = with_ack(result);
  return {result};
}

/// Out-of-order text is held. If it would be one range too many it may be refused, but nothing that was held may go: it
/// has been reported (RFC 2018 section 8). Where policy says so, nothing need be held.
template <class P>
[[nodiscard]] outcomes<P> hold_text(const state<P>& s, const segment<P>& seg) {
  outcomes<P> permitted;
  state<P> next = s;
  next.held = with_range(s.held, range<P>{seg.seq, lesser(P(seg.seq + seg.text), text_limit(s))});
  permitted.push_back(with_ack(go_on(next)));
  const bool too_many = static_cast<int>(next.held.size()) > s.choices.max_held_ranges;
  if (too_many || !s.choices.must_hold_out_of_order) permitted.push_back(with_ack(go_on(s)));
  return permitted;
}

/// The text check.
template <class P>
constexpr auto text_rules() {
  return std::array{
      rule<P>{"TEXT-1", "rfc9293#3.10.7.4/seventh", "no text", stage::text,
              [](const state<P>&, const event<P>& e) { return is(e.seg.text == P(0)); },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {go_on(s)}; }},
      rule<P>{"TEXT-2", "rfc9293#3.10.7.4/seventh/close-wait", "after the peer's FIN text is ignored", stage::text,
              [](const state<P>& s, const event<P>& e) { return !receiving(s) && !is(e.seg.text == P(0)); },
              [](const state<P>& s, const event<P>&) -> outcomes<P> {
                auto ignored = go_on(s);
                ignored.seen.may_ack = true;
                return {ignored};
              }},
      rule<P>{"TEXT-3", "rfc9293#3.10.7.4/seventh/established", "text in order is taken, and what it joins on to",
              stage::text,
              [](const state<P>& s, const event<P>& e) {
                return receiving(s) && !s.left && !is(e.seg.text == P(0)) && text_in_order(s, e.seg);
              },
              [](const state<P>& s, const event<P>& e) { return take_text(s, e.seg); }},
      rule<P>{"TEXT-4", "rfc9293#3.10.7.4/first/SHLD-31", "text beyond a gap is held and acknowledged at once",
              stage::text,
              [](const state<P>& s, const event<P>& e) {
                return receiving(s) && !s.left && !is(e.seg.text == P(0)) && text_beyond(s, e.seg);
              },
              [](const state<P>& s, const event<P>& e) { return hold_text(s, e.seg); }},
      rule<P>{"TEXT-5", "rfc9293#3.10.7.4/seventh/established", "text that is old or has no room is acknowledged",
              stage::text,
              [](const state<P>& s, const event<P>& e) {
                return receiving(s) && !is(e.seg.text == P(0)) && !text_is_new(s, e.seg);
              },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {with_ack(go_on(s))}; }},
      rule<P>{"TEXT-6", "rfc9293#3.6.1/SHLD-3",
              "new text that nobody will read resets the connection, with or without a FIN behind it", stage::text,
              [](const state<P>& s, const event<P>& e) {
                return receiving(s) && s.left && !is(e.seg.text == P(0)) && text_is_new(s, e.seg);
              },
              [](const state<P>& s, const event<P>& e) {
                return answering(deleted_with_reset(s, 0, signal_reset), e.seg);
              }},
  };
}

}  // namespace sequent::spec

// Octets and a FIN that arrive out of order, as sets of positions. RFC 9293 section 3.10.7.4, seventh and eighth
// checks.
//
// The peer's stream ends at the first FIN position known: no octet at or beyond it is ever taken, as if segments had
// been processed in sequence. Of two different FINs the earlier one counts (A35, A36).
#pragma once

#include <vector>

#include "model/spec/guards.hpp"
#include "model/spec/state.hpp"

namespace sequent::spec {

/// One past the last position of which text may be taken: the right edge, or a FIN that is held.
template <class P>
[[nodiscard]] constexpr P text_limit(const state<P>& s) {
  if (s.fin_held) return lesser(right_edge(s), *s.fin_held);
  return right_edge(s);
}

/// The held ranges with one more: ascending, disjoint, merged where they overlap or touch.
template <class P>
[[nodiscard]] std::vector<range<P>> with_range(const std::vector<range<P>>& held, range<P> added) {
  std::vector<range<P>> merged;
  bool placed = false;
  for (const auto& each : held) {
    if (each.last < added.first) {
      merged.push_back(each);
    } else if (added.last < each.first) {
      if (!placed) merged.push_back(added);
      placed = true;
      merged.push_back(each);
    } else {
      added.first = lesser(added.first, each.first);
      added.last = greater(added.last, each.last);
    }
  }
  if (!placed) merged.push_back(added);
  return merged;
}

/// Drops what is held at or beyond the end of the peer's stream.
template <class P>
void end_held_at(state<P>& s, const P& end) {
  std::vector<range<P>> kept;
  for (const auto& each : s.held) {
    if (each.first < end) kept.push_back({each.first, lesser(each.last, end)});
  }
  s.held = kept;
}

/// Moves rcv_nxt to a position, and on over held ranges that it reaches. The right edge stays where it is.
template <class P>
void advance_to(state<P>& s, const P& position_reached) {
  const P edge = right_edge(s);
  s.rcv_nxt = position_reached;
  while (!s.held.empty() && is(s.held.front().first <= s.rcv_nxt)) {
    s.rcv_nxt = greater(s.rcv_nxt, s.held.front().last);
    s.held.erase(s.held.begin());
  }
  s.rcv_wnd = edge - s.rcv_nxt;
}

/// True when the segment's own FIN lies inside what is offered.
template <class P>
[[nodiscard]] constexpr bool fin_in_window(const state<P>& s, const segment<P>& seg) {
  return is(seg.fin) && in_window(s, fin_position(seg));
}

}  // namespace sequent::spec

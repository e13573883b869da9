// A segment arrives in CLOSED: RFC 9293 section 3.10.7.1.
#pragma once

#include <array>

#include "model/spec/guards.hpp"
#include "model/spec/rule.hpp"

namespace sequent::spec {

/// Numbers are taken as they stand: the positions of a RST sent from here mean wire numbers, to be compared modulo
/// 2^32.
template <class P>
constexpr auto closed_rules() {
  return std::array{
      rule<P>{"CLOSED-1", "rfc9293#3.10.7.1/rst", "a RST is never answered", stage::closed,
              [](const state<P>&, const event<P>& e) { return is(e.seg.rst); },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {stop(s)}; }},
      rule<P>{"CLOSED-2", "rfc9293#3.10.7.1/ack", "an acknowledgment is answered by a RST where it points",
              stage::closed, [](const state<P>&, const event<P>& e) { return !is(e.seg.rst) && is(e.seg.has_ack); },
              [](const state<P>& s, const event<P>& e) -> outcomes<P> {
                return {answering(with_reset(stop(s), e.seg.ack), e.seg)};
              }},
      rule<P>{"CLOSED-3", "rfc9293#3.10.7.1/no-ack", "anything else is answered by a RST that acknowledges all of it",
              stage::closed, [](const state<P>&, const event<P>& e) { return !is(e.seg.rst) && !is(e.seg.has_ack); },
              [](const state<P>& s, const event<P>& e) -> outcomes<P> {
                return {answering(with_reset(stop(s), P(0), P(e.seg.seq + length(e.seg))), e.seg)};
              }},
  };
}

}  // namespace sequent::spec

// The sixth check: URG. RFC 9293 section 3.10.7.4, RFC 6093.
#pragma once

#include <array>

#include "model/spec/guards.hpp"
#include "model/spec/rule.hpp"
#include "model/spec/rules/transitions.hpp"

namespace sequent::spec {

/// The URG check.
template <class P>
constexpr auto urgent_rules() {
  return std::array{
      rule<P>{"URG-1", "rfc9293#3.10.7.4/sixth", "no urgent data is announced", stage::urgent,
              [](const state<P>&, const event<P>& e) { return !is(e.seg.urg); },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {go_on(s)}; }},
      rule<P>{"URG-2", "rfc9293#3.10.7.4/sixth/established", "the urgent pointer moves forward only; the user is told",
              stage::urgent, [](const state<P>& s, const event<P>& e) { return is(e.seg.urg) && receiving(s); },
              [](const state<P>& s, const event<P>& e) -> outcomes<P> { return {urgent_raised(s, e.seg)}; }},
      rule<P>{"URG-3", "rfc9293#3.10.7.4/sixth/close-wait", "after the peer's FIN it is ignored", stage::urgent,
              [](const state<P>& s, const event<P>& e) { return is(e.seg.urg) && !receiving(s); },
              [](const state<P>& s, const event<P>&) -> outcomes<P> { return {go_on(s)}; }},
  };
}

}  // namespace sequent::spec

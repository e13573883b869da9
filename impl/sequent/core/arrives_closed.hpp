// SEGMENT ARRIVES in CLOSED (RFC 9293 section 3.10.7.1).
#pragma once

#include "sequent/core/reply.hpp"

namespace sequent {

/// No connection: a RST is discarded, anything else is answered with one.
template <word W>
constexpr void arrives_closed(const segment<W>& seg, actions<W>& out) noexcept {
  if (seg.control.rst()) return;
  answer_with_reset(seg, out);
}

}  // namespace sequent

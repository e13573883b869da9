// What a SACK option may say. RFC 2018 section 4, RFC 2883 section 4.
//
// Whether a report is made at all is left open; what it says must be true. Without a repetition in front, each block is
// one run that is held beyond the next octet expected, whole, and none is told twice. A repetition stands in front of
// these: octets that were received before. They lie before what is acknowledged, or else inside a run that is held, and
// then that run is the second block.
#pragma once

#include <algorithm>
#include <vector>

#include "model/spec/state.hpp"

namespace sequent::spec {

/// True when the first block reports octets that arrived again, which the second block or the acknowledgment shows.
template <class P>
[[nodiscard]] bool reports_repetition(const state<P>& s, const std::vector<range<P>>& blocks) {
  if (blocks.empty()) return false;
  const range<P>& first = blocks.front();
  if (first.last <= s.rcv_nxt) return true;
  return blocks.size() >= 2 && blocks[1].first <= first.first && first.last <= blocks[1].last;
}

/// True when a report, in the order of its blocks, says nothing but what this state has received.
template <class P>
[[nodiscard]] bool reports_truly(const state<P>& s, const std::vector<range<P>>& blocks) {
  const bool again = reports_repetition(s, blocks);
  // Position 0 is the peer's SYN, which no report speaks of.
  if (again && (blocks.front().first < P(1) || !(blocks.front().first < blocks.front().last))) return false;
  for (std::size_t i = again ? 1 : 0; i < blocks.size(); ++i) {
    if (std::find(s.held.begin(), s.held.end(), blocks[i]) == s.held.end()) return false;
    for (std::size_t j = again ? 1 : 0; j < i; ++j) {
      if (blocks[j] == blocks[i]) return false;
    }
  }
  return true;
}

}  // namespace sequent::spec

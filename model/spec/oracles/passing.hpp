// A segment as it passes the interface of one end, with its numbers as positions: all that the oracles of whole runs
// see.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// A segment that one end sends or hears. Positions count from the initial sequence number of whose stream they are in:
/// the SYN is octet 0, text begins at 1.
struct passing_segment {
  octet_range octets{};  ///< what it occupies of the sequence space, SYN and FIN included; may be empty
  bool syn = false;
  bool fin = false;
  bool rst = false;
  bool echoes = false;                     ///< ECE (RFC 3168), beside no SYN
  std::optional<position> ack{};           ///< of the other stream
  std::int64_t window = 0;                 ///< octets, scaled
  octet_ranges reported{};                 ///< SACK blocks of octets that arrived for the first time (RFC 2018)
  std::optional<octet_range> duplicate{};  ///< a D-SACK block (RFC 2883)
  std::optional<std::uint32_t> stamp{};    ///< TSval (RFC 7323)
  std::optional<std::uint32_t> echo{};     ///< TSecr, beside an acknowledgment
};

/// Divides pieces of what was sent, kept by their first octet, so that none stands across an end of `r`.
template <class Piece>
void cut_at_ends(std::map<position, Piece>& pieces, const octet_range& r) {
  for (const position at : {r.first, r.last}) {
    auto it = pieces.upper_bound(at);
    if (it == pieces.begin()) continue;
    --it;
    if (it->first == at || it->second.last <= at) continue;
    const Piece rest = it->second;
    it->second.last = at;
    pieces.emplace(at, rest);
  }
}

}  // namespace sequent::spec

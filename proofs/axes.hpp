// Streams in two views: numbers on the wire and positions that never wrap.
//
// Every wire number of a stream is written as one symbolic base plus an offset, and the position that it stands for as
// one origin plus the same offset with its sign. Differences of wire numbers then lose the base by simplification alone
// and differences of positions lose the origin, so the solver works on offsets; the base and the origin are still
// arbitrary, so nothing is lost.
#pragma once

#include <string>

#include "proofs/position.hpp"

namespace sequent::proof {

/// A stream of numbered octets, or a clock.
class stream {
 public:
  /// A stream of which an arbitrary amount has gone by: the base is any word and stands for a position from 1 to 2^40
  /// - 1.
  [[nodiscard]] static stream flowing(axis which) {
    stream flow(which, true);
    const z3::expr origin = explorer::current().declare(position::origin_name(which), position::origin_bits);
    assume(truth(origin != explorer::current().context().bv_val(0, position::origin_bits)));
    return flow;
  }
  /// A stream at its very beginning: the base is any word and stands for position 0.
  [[nodiscard]] static stream starting(axis which) { return stream(which, false); }

  /// The number on the wire that is so far from the base, in two's complement.
  [[nodiscard]] word32 wire(const word32& offset) const { return base_ + offset; }
  /// The position that is so far from the base, in two's complement.
  [[nodiscard]] position at(const word32& offset) const {
    const position distance = position::signed_of(offset);
    return flows_ ? position::origin(which_) + distance : distance;
  }
  /// The position nearest the base that a number on the wire may stand for.
  [[nodiscard]] position unwrap(const word32& number) const { return at(number - base_); }
  /// The number on the wire of position 0.
  [[nodiscard]] word32 start() const {
    if (!flows_) return base_;
    return base_ - word32(position::origin_expression(which_).extract(31, 0));
  }

 private:
  stream(axis which, bool flows) : which_(which), flows_(flows), base_(word32::input(name(which))) {}
  [[nodiscard]] static std::string name(axis which) {
    constexpr const char* names[] = {"base.send", "base.receive", "base.clock"};
    return names[static_cast<std::size_t>(which)];
  }

  axis which_;
  bool flows_;
  word32 base_;
};

}  // namespace sequent::proof

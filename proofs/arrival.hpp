// A symbolic connection and a symbolic segment, in the core's words and in the specification's.
#pragma once

#include <functional>
#include <optional>

#include "model/spec/matching.hpp"
#include "model/spec/specification.hpp"
#include "proofs/engine/symbolic.hpp"
#include "sequent/step.hpp"
#include "tests/refinement/abstraction.hpp"

namespace sequent::proof {

/// Where numbers stand: see tests/refinement/abstraction.hpp.
struct places {
  stream ours;
  stream theirs;
  stream ticks;

  [[nodiscard]] position send(sequence_number<word32> number) const { return ours.unwrap(number.wire()); }
  [[nodiscard]] position receive(sequence_number<word32> number) const { return theirs.unwrap(number.wire()); }
  [[nodiscard]] position clock(sequence_number<word32> number) const { return ticks.unwrap(number.wire()); }
  [[nodiscard]] static position octets(const word32& amount) { return position::unsigned_of(amount); }
  [[nodiscard]] static truth bit(const word32& bits, u32 mask) { return !same(bits & word32(mask), word32(0)); }
};

/// One arrival, before it is processed.
struct arrival {
  places where;
  control_block<word32> tcb;
  segment<word32> seg;
  surroundings<word32> around;
  bool ts_stale = false;
  refinement::surplus<position> more;

  /// The state in the specification's words.
  [[nodiscard]] spec::state<position> before() const { return refinement::abstract_state(tcb, where, more); }
  /// The event in the specification's words.
  [[nodiscard]] spec::event<position> event() const {
    spec::event<position> e;
    e.what = spec::kind::arrival;
    e.seg = refinement::abstract_segment<position>(seg, where, ts_stale);
    return e;
  }
};

/// What the inputs of arrange() range over, for the records.
inline constexpr const char* arrival_bounds =
    "all numbers, window and urgent fields, control bits, shifts from 0 to 14, timestamps; flights below 2^31, windows "
    "and "
    "texts up to 2^30; SEG.SEQ less than 2^31 from SND.WL1 and Last.ACK.sent, SEG.TSval from TS.Recent (A1, A30); "
    "nothing "
    "held out of order before but perhaps a FIN";

/// Any connection that may be in this state, and any segment that may arrive there. Declares the inputs.
/// `closed_early`: FIN-WAIT-1 by a CLOSE in SYN-RECEIVED, our SYN not acknowledged yet (A8).
[[nodiscard]] arrival arrange(connection_state at, bool closed_early = false);

/// A step of the core, or something in its place.
using stepping =
    std::function<actions<word32>(control_block<word32>&, const segment<word32>&, const surroundings<word32>&)>;

/// The production step.
[[nodiscard]] inline actions<word32> production(control_block<word32>& tcb, const segment<word32>& seg,
                                                const surroundings<word32>& around) {
  return step(tcb, seg, around);
}

/// Proves that the result of a step is one that the specification permits.
void refines(const arrival& scene, const stepping& take);

}  // namespace sequent::proof

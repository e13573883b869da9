// Somebody who watches one run of a world and sees each thing that happens in it.
#pragma once

#include <cstdint>
#include <string>

#include "model/world/move.hpp"

namespace sequent::model {

/// Called by a world while a move is applied. A world that nobody watches pays one test of a pointer for it.
/// `number` counts the segments of a run from 1 in the order of sending; forged segments have the number 0.
template <class Packet>
class witness {
 public:
  virtual ~witness() = default;
  /// An application calls or reads, or time passes: a short text. For time `where` means nothing.
  virtual void acted(const move& m, const std::string& what) = 0;
  /// A segment was put on the wire. dropped: there was no room for it in flight.
  virtual void sent(side from, std::uint32_t number, const Packet& content, bool dropped) = 0;
  /// A segment arrives by the given kind of move (deliver, overtake, corrupt, old, inject, ...).
  virtual void arrives(side to, std::uint32_t number, const Packet& content, move_kind how) = 0;
  /// A segment towards a side is lost.
  virtual void lost(side to, std::uint32_t number, const Packet& content) = 0;
};

}  // namespace sequent::model

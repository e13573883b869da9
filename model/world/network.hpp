// The network between the two ends: what is in flight each way, and what an adversary kept.
//
// The network itself decides nothing. Which segment arrives, is lost or overtakes is a move of the world, and the world
// pays for it from its budgets.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "model/world/fingerprint.hpp"
#include "model/world/inline_list.hpp"
#include "model/world/move.hpp"

namespace sequent::model {

/// Segments on their way. At most Flight each way are in flight and Kept each way are kept as old copies.
template <class Packet, std::size_t Flight, std::size_t Kept>
class network {
 public:
  /// A segment and the number it was sent under (1, 2, ... over both directions), which a ladder diagram shows.
  /// The number is not part of the state.
  struct flight {
    Packet content{};
    std::uint32_t number = 0;
  };

  /// Segments in flight towards a side, oldest first.
  [[nodiscard]] const auto& toward(side s) const { return toward_[at(s)]; }

  /// Old copies of segments that already arrived at a side.
  [[nodiscard]] const auto& kept(side s) const { return kept_[at(s)]; }

  /// Whether nothing is in flight either way. Old copies do not count: they need never arrive.
  [[nodiscard]] bool idle() const { return toward_[0].empty() && toward_[1].empty(); }

  /// Whether one more segment towards a side would be more than `most`, or than there is room for.
  [[nodiscard]] bool full(side s, std::size_t most) const { return toward_[at(s)].size() >= std::min(most, Flight); }

  /// Whether one more old copy can be kept.
  [[nodiscard]] bool can_keep(side s) const { return !kept_[at(s)].full(); }

  /// Puts a segment in flight towards a side and returns its number. There must be room.
  std::uint32_t send(side s, const Packet& content) {
    toward_[at(s)].push_back({content, ++sent_});
    return sent_;
  }

  /// Counts a segment that found no room and returns its number.
  std::uint32_t overflow() { return ++sent_; }

  /// Takes the index-th segment (0 is the oldest) out of flight.
  flight take(side s, std::size_t index) { return toward_[at(s)].take(index); }

  /// Keeps an old copy.
  void keep(side s, const flight& copy) { kept_[at(s)].push_back(copy); }

  /// Takes the index-th old copy.
  flight take_kept(side s, std::size_t index) { return kept_[at(s)].take(index); }

  /// Feeds the state of the network; `feed` feeds one packet.
  template <class Feed>
  void fingerprint(model::fingerprint& into, Feed feed) const {
    for (const auto* lists : {&toward_[0], &toward_[1]}) {
      into.add(lists->size());
      for (const flight& f : *lists) feed(f.content, into);
    }
    for (const auto* lists : {&kept_[0], &kept_[1]}) {
      into.add(lists->size());
      for (const flight& f : *lists) feed(f.content, into);
    }
  }

 private:
  inline_list<flight, Flight> toward_[2];
  inline_list<flight, Kept> kept_[2];
  std::uint32_t sent_ = 0;
};

}  // namespace sequent::model

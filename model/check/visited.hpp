// The states that a search has seen: fingerprints and the way back to the start, nothing more.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "model/world/fingerprint.hpp"

namespace sequent::model {

/// The number of a state in the order of its discovery; the start is 0.
using state_index = std::uint32_t;

/// The parent of the start.
inline constexpr state_index no_state = 0xFFFFFFFFu;

/// All states seen. About 40 octets a state. Reading is safe from many threads while nobody adds.
class visited_set {
 public:
  visited_set() : slots_(1024, no_state) {}

  [[nodiscard]] std::size_t size() const { return digests_.size(); }

  /// The index of a state, if it was seen.
  [[nodiscard]] std::optional<state_index> find(const digest& d) const {
    for (std::size_t at = d.first & mask(); slots_[at] != no_state; at = (at + 1) & mask()) {
      if (digests_[slots_[at]] == d) return slots_[at];
    }
    return std::nullopt;
  }

  /// Adds a state that was not seen, reached from `parent` by its choice-th move. Returns its index.
  state_index add(const digest& d, state_index parent, std::uint16_t choice) {
    if ((digests_.size() + 1) * 2 > slots_.size()) grow();
    const auto index = static_cast<state_index>(digests_.size());
    digests_.push_back(d);
    parents_.push_back(parent);
    choices_.push_back(choice);
    place(index);
    return index;
  }

  /// The choices that lead from the start to a state, a shortest list.
  [[nodiscard]] std::vector<std::uint16_t> path_to(state_index index) const {
    std::vector<std::uint16_t> path;
    for (; parents_[index] != no_state; index = parents_[index]) path.push_back(choices_[index]);
    std::reverse(path.begin(), path.end());
    return path;
  }

  /// Octets of memory held.
  [[nodiscard]] std::size_t octets() const {
    return slots_.capacity() * sizeof(state_index) + digests_.capacity() * sizeof(digest) +
           parents_.capacity() * sizeof(state_index) + choices_.capacity() * sizeof(std::uint16_t);
  }

 private:
  [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }

  void place(state_index index) {
    std::size_t at = digests_[index].first & mask();
    while (slots_[at] != no_state) at = (at + 1) & mask();
    slots_[at] = index;
  }

  void grow() {
    slots_.assign(slots_.size() * 2, no_state);
    for (std::size_t i = 0; i < digests_.size(); ++i) place(static_cast<state_index>(i));
  }

  std::vector<state_index> slots_;
  std::vector<digest> digests_;
  std::vector<state_index> parents_;
  std::vector<std::uint16_t> choices_;
};

/// The states first reached in the level that is being expanded. Many threads add at once.
///
/// Which thread comes first does not matter: of all ways into a state the one from the lowest parent by the lowest
/// choice is kept, and the states are numbered in that order. So a search gives the same numbers on any machine.
template <class World>
class new_states {
 public:
  /// A state with the whole world in it.
  struct entry {
    digest hash;
    std::uint64_t way = 0;  ///< parent << 16 | choice
    std::unique_ptr<World> content;
    state_index index = no_state;
  };

  /// Where an entry stands; stable until clear().
  struct place {
    std::uint32_t shard = 0;
    std::uint32_t at = 0;
  };

  /// Adds a state, or a better way to one that is there. Copies `w` only if it is new: then added is true.
  struct result {
    place where;
    bool added = false;
  };
  result add(const digest& hash, state_index parent, std::uint16_t choice, const World& w) {
    const std::uint64_t way = std::uint64_t{parent} << 16 | choice;
    const auto number = static_cast<std::uint32_t>(hash.second % shards);
    shard& s = shards_[number];
    const std::lock_guard<std::mutex> lock(s.guard);
    if ((s.entries.size() + 1) * 2 > s.slots.size()) grow(s);
    std::size_t at = hash.first & (s.slots.size() - 1);
    for (; s.slots[at] != no_state; at = (at + 1) & (s.slots.size() - 1)) {
      entry& known = s.entries[s.slots[at]];
      if (known.hash != hash) continue;
      known.way = std::min(known.way, way);
      return {{number, s.slots[at]}, false};
    }
    s.slots[at] = static_cast<std::uint32_t>(s.entries.size());
    s.entries.push_back({hash, way, std::make_unique<World>(w), no_state});
    return {{number, s.slots[at]}, true};
  }

  /// The entry at a place.
  [[nodiscard]] entry& operator[](const place& where) { return shards_[where.shard].entries[where.at]; }

  /// The places of all entries in the order of their ways.
  [[nodiscard]] std::vector<place> in_order() const {
    std::vector<std::pair<std::uint64_t, place>> all;
    for (std::uint32_t n = 0; n < shards; ++n) {
      for (std::uint32_t i = 0; i < shards_[n].entries.size(); ++i) all.push_back({shards_[n].entries[i].way, {n, i}});
    }
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<place> places;
    places.reserve(all.size());
    for (const auto& [way, where] : all) places.push_back(where);
    return places;
  }

  /// Forgets all entries.
  void clear() {
    for (shard& s : shards_) {
      s.entries.clear();
      std::fill(s.slots.begin(), s.slots.end(), no_state);
    }
  }

 private:
  static constexpr std::uint32_t shards = 64;
  struct shard {
    std::mutex guard;
    std::vector<entry> entries;
    std::vector<std::uint32_t> slots = std::vector<std::uint32_t>(16, no_state);
  };

  static void grow(shard& s) {
    s.slots.assign(s.slots.size() * 2, no_state);
    for (std::uint32_t i = 0; i < s.entries.size(); ++i) {
      std::size_t at = s.entries[i].hash.first & (s.slots.size() - 1);
      while (s.slots[at] != no_state) at = (at + 1) & (s.slots.size() - 1);
      s.slots[at] = i;
    }
  }

  std::vector<shard> shards_ = std::vector<shard>(shards);
};

}  // namespace sequent::model

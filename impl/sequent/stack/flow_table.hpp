// Demultiplexing: from a flow to the index of its connection, in a table of fixed size.
// implements: demultiplexing
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "sequent/base/word.hpp"
#include "sequent/config.hpp"
#include "sequent/tables/slots.hpp"

namespace sequent {

/// One slot of the table: 32 bits of the key's hash, and an index that stands for the key and what belongs to it.
struct flow_slot {
  static constexpr u32 unused = 0xffff'ffffu;
  u32 tag = 0;
  u32 index = unused;
};

/// A hash table from keys to indices, each key and each index at most once. The table does not hold the keys: whoever
/// owns what the indices stand for does, and hands the table `key_of(index)` where it has to compare. So a slot is
/// eight octets, eight slots are a cache line, and the comparison touches the very memory that the caller wants next.
///
/// Open addressing over a power of two of slots, linear, in Robin Hood order (Celis, 1986: of two entries the one that
/// is further from home goes first); what is erased is closed up at once, so there are no tombstones and the cost
/// depends on what the table holds, not on its past. `Hash` is a keyed pseudo-random function such as flow_hash: an
/// attacker who does not know the key cannot make keys that collide. Then find looks at 1.5 slots on average when half
/// of the table is used, and 2.5 at three quarters, beyond which nothing is inserted; insert and erase go on to the end
/// of the run of neighbours, which is short too. Whatever the keys, find never looks at more than `longest_probe` + 1
/// slots: an insertion that would bring an entry further from home is refused.
template <class Key, class Hash, class Storage = span_slots<flow_slot>>
class flow_table {
 public:
  /// The furthest that an entry ever is from home, in slots, whatever the keys are.
  static constexpr std::size_t longest_probe = 128;

  constexpr flow_table() noexcept : flow_table(Hash{}) {}
  /// Over slots inside, made where they stand: there may be too many of them to be passed around.
  constexpr explicit flow_table(Hash hash) noexcept
      : hash_(hash), mask_(static_cast<u32>(storage_.slots().size() - 1)) {
    SEQUENT_ASSERT((storage_.slots().size() & (storage_.slots().size() - 1)) == 0);
  }
  /// Over slots that are as default-constructed: none, or a power of two of them, at most 2^32.
  constexpr explicit flow_table(Storage storage, Hash hash) noexcept
      : storage_(storage), hash_(hash), mask_(static_cast<u32>(storage_.slots().size() - 1)) {
    SEQUENT_ASSERT((storage_.slots().size() & (storage_.slots().size() - 1)) == 0);
  }

  /// Keys held.
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  /// The most that are ever held: three quarters of the slots.
  [[nodiscard]] constexpr std::size_t most() const noexcept {
    return storage_.slots().size() - (storage_.slots().size() + 3) / 4;
  }

  /// The hash of a key, for the calls below that take one: computed early, with prefetch() while there is other work,
  /// or once for several calls.
  [[nodiscard]] constexpr u32 tag_of(const Key& key) const noexcept { return static_cast<u32>(hash_(key)); }
  /// Asks for the slots of a key, so that they may be there when find() wants them. Changes nothing.
  void prefetch(u32 tag) const noexcept {
    if (!storage_.slots().empty()) detail::prefetch(&storage_.slots()[tag & mask_]);
  }

  /// The index of the first key that may be the one with this tag, without comparing keys: so that a caller with
  /// several segments at hand can ask for the memory of their connections before it needs them. Right but for one time
  /// in thousands, and never to be relied upon.
  [[nodiscard]] constexpr std::optional<u32> candidate(u32 tag) const noexcept {
    if (size_ == 0) return std::nullopt;
    const flow_slot* const slots = storage_.slots().data();
    u32 place = tag & mask_;
    for (u32 distance = 0;; ++distance, place = (place + 1) & mask_) {
      const flow_slot slot = slots[place];
      if (slot.index == flow_slot::unused) return std::nullopt;
      if (slot.tag == tag) return slot.index;
      if (distance_of(slot, place) < distance) return std::nullopt;
    }
  }

  /// The index of a key; nothing if the table does not hold it. Compares `key` with key_of(index) for those few entries
  /// whose 32 bits agree.
  template <class KeyOf>
  [[nodiscard]] constexpr std::optional<u32> find(const Key& key, KeyOf&& key_of) const noexcept {
    return find(tag_of(key), key, std::forward<KeyOf>(key_of));
  }
  /// The same with tag_of(key) given.
  template <class KeyOf>
  [[nodiscard]] constexpr std::optional<u32> find(u32 tag, const Key& key, KeyOf&& key_of) const noexcept {
    if (size_ == 0) return std::nullopt;
    const flow_slot* const slots = storage_.slots().data();
    u32 place = tag & mask_;
    for (u32 distance = 0;; ++distance, place = (place + 1) & mask_) {
      const flow_slot slot = slots[place];
      if (slot.index == flow_slot::unused) return std::nullopt;
      if (slot.tag == tag) {
        if (key_of(slot.index) == key) return slot.index;
      } else if (distance_of(slot, place) < distance) {
        return std::nullopt;
      }
    }
  }

  /// Adds a key that the table does not hold, under an index that it does not hold and that is not flow_slot::unused.
  /// False, and nothing changed, when the table is full or an entry would come too far from home. Under a key that is
  /// secret the latter needs no thought: when half is used the furthest of a table of 2^17 slots is some 7 from home
  /// and that of 2^21 some 10, and 20 to 40 when three quarters are.
  [[nodiscard]] constexpr bool insert(const Key& key, u32 index) noexcept { return insert_tag(tag_of(key), index); }
  /// The same with tag_of(key) given.
  [[nodiscard]] constexpr bool insert_tag(u32 tag, u32 index) noexcept {
    SEQUENT_ASSERT(index != flow_slot::unused);
    if (size_ >= most() || !fits(tag)) return false;
    flow_slot* const slots = storage_.slots().data();
    flow_slot carried{tag, index};
    u32 place = tag & mask_;
    for (u32 distance = 0;; ++distance, place = (place + 1) & mask_) {
      flow_slot& slot = slots[place];
      if (slot.index == flow_slot::unused) {
        slot = carried;
        ++size_;
        return true;
      }
      if (const u32 theirs = distance_of(slot, place); theirs < distance) {
        std::swap(slot, carried);
        distance = theirs;
      }
    }
  }

  /// Takes away a key that stands under an index; says whether it did. Needs no key_of, as it goes by the index and the
  /// key's 32 bits.
  constexpr bool erase(const Key& key, u32 index) noexcept { return erase_tag(tag_of(key), index); }
  /// The same with tag_of(key) given.
  constexpr bool erase_tag(u32 tag, u32 index) noexcept {
    if (size_ == 0) return false;
    flow_slot* const slots = storage_.slots().data();
    u32 place = tag & mask_;
    for (u32 distance = 0; slots[place].index != index; ++distance, place = (place + 1) & mask_) {
      if (slots[place].index == flow_slot::unused || distance_of(slots[place], place) < distance) return false;
    }
    if (slots[place].tag != tag) return false;
    // Whatever follows and is not at home moves one back.
    for (u32 after = (place + 1) & mask_;; after = (after + 1) & mask_) {
      const bool ends = slots[after].index == flow_slot::unused || distance_of(slots[after], after) == 0;
      slots[place] = ends ? flow_slot{} : slots[after];
      if (ends) break;
      place = after;
    }
    --size_;
    return true;
  }

  /// Forgets everything. Linear in the slots.
  constexpr void clear() noexcept {
    for (flow_slot& slot : storage_.slots()) slot = {};
    size_ = 0;
  }

  /// How far the furthest entry is from home. For tests and statistics: linear in the slots.
  [[nodiscard]] constexpr u32 furthest() const noexcept {
    u32 most = 0;
    u32 place = 0;
    for (const flow_slot& slot : storage_.slots()) {
      if (slot.index != flow_slot::unused && distance_of(slot, place) > most) most = distance_of(slot, place);
      ++place;
    }
    return most;
  }

 private:
  // Slots from where an entry would like to stand to where it stands.
  [[nodiscard]] constexpr u32 distance_of(flow_slot slot, u32 place) const noexcept {
    return (place - slot.tag) & mask_;
  }

  // Would every entry still be near home after an insertion? It moves one on each time that a nearer one is displaced.
  [[nodiscard]] constexpr bool fits(u32 tag) const noexcept {
    const flow_slot* const slots = storage_.slots().data();
    u32 place = tag & mask_;
    for (u32 distance = 0;; ++distance, place = (place + 1) & mask_) {
      if (distance > longest_probe) return false;
      if (slots[place].index == flow_slot::unused) return true;
      const u32 theirs = distance_of(slots[place], place);
      if (theirs < distance) distance = theirs;
    }
  }

  Storage storage_;
  Hash hash_;
  u32 mask_ = 0;
  std::size_t size_ = 0;
};

}  // namespace sequent

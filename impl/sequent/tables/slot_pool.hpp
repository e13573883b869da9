// A fixed number of places for objects, each named by an index and a generation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include "sequent/base/word.hpp"
#include "sequent/config.hpp"

namespace sequent {

/// Room for Capacity objects. An object is made when its place is taken; a place that was never taken is never touched,
/// so that a large pool costs what is used of it. Every operation is constant time. Places are counted in generations:
/// one that was given back and taken again has another, until 2^32 takings have passed over it.
template <class T, u32 Capacity>
class slot_pool {
 public:
  static_assert(std::is_trivially_destructible_v<T> && Capacity != 0);

  [[nodiscard]] static constexpr u32 capacity() noexcept { return Capacity; }
  /// Objects that exist.
  [[nodiscard]] constexpr u32 size() const noexcept { return size_; }
  [[nodiscard]] constexpr bool full() const noexcept { return size_ == Capacity; }

  /// Where the next object will stand; nothing when there is no free place.
  [[nodiscard]] constexpr std::optional<u32> next() const noexcept {
    if (full()) return std::nullopt;
    return free_ != none ? free_ : touched_;
  }

  /// Makes an object in a free place and says where; nothing when there is none.
  template <class... Arguments>
  std::optional<u32> take(Arguments&&... arguments) noexcept {
    if (full()) return std::nullopt;
    u32 index = free_;
    if (index == none) {
      index = touched_++;
      places_[index].generation = 0;
    } else {
      free_ = places_[index].next_free;
    }
    place& p = places_[index];
    ++p.generation;
    p.next_free = taken;
    std::construct_at(reinterpret_cast<T*>(p.octets), std::forward<Arguments>(arguments)...);
    ++size_;
    return index;
  }

  /// Gives a place back; its object is gone.
  void release(u32 index) noexcept {
    SEQUENT_ASSERT(holds(index));
    places_[index].next_free = free_;
    free_ = index;
    --size_;
  }

  /// Whether an object stands at this index.
  [[nodiscard]] constexpr bool holds(u32 index) const noexcept {
    return index < touched_ && places_[index].next_free == taken;
  }
  /// Whether the object that stands at this index is still the one of that generation.
  [[nodiscard]] constexpr bool holds(u32 index, u32 generation) const noexcept {
    return holds(index) && places_[index].generation == generation;
  }
  /// The generation of the object at an index.
  [[nodiscard]] constexpr u32 generation(u32 index) const noexcept { return places_[index].generation; }

  /// The object at an index that holds one.
  [[nodiscard]] T& operator[](u32 index) noexcept {
    SEQUENT_ASSERT(holds(index));
    return *std::launder(reinterpret_cast<T*>(places_[index].octets));
  }
  [[nodiscard]] const T& operator[](u32 index) const noexcept {
    SEQUENT_ASSERT(holds(index));
    return *std::launder(reinterpret_cast<const T*>(places_[index].octets));
  }

 private:
  static constexpr u32 none = 0xffff'ffffu;
  static constexpr u32 taken = 0xffff'fffeu;

  // Without initialisers on purpose: see touched_.
  struct place {
    u32 generation;
    u32 next_free;
    alignas(T) std::byte octets[sizeof(T)];
  };

  std::array<place, Capacity> places_;
  u32 touched_ = 0;  // places below this have been taken at least once
  u32 free_ = none;
  u32 size_ = 0;
};

}  // namespace sequent

// Lists whose links stand in the objects themselves, named by index: nothing is allocated, and every operation is
// constant time.
#pragma once

#include <cstdint>

#include "sequent/base/word.hpp"
#include "sequent/config.hpp"

namespace sequent {

/// The place of one object in one list.
struct list_links {
  static constexpr u32 nobody = 0xffff'ffffu;
  static constexpr u32 apart = 0xffff'fffeu;  ///< in `before`: the object is in no list

  u32 before = apart;
  u32 after = nobody;

  [[nodiscard]] constexpr bool linked() const noexcept { return before != apart; }
};

/// A list of objects, first in first out. `at(index)` gives an object's links; it is handed to each call so that the
/// list need not know where the objects are.
class index_list {
 public:
  [[nodiscard]] constexpr bool empty() const noexcept { return first_ == list_links::nobody; }
  [[nodiscard]] constexpr u32 size() const noexcept { return size_; }
  /// The first object, or list_links::nobody.
  [[nodiscard]] constexpr u32 first() const noexcept { return first_; }

  /// Puts an object at the end. It is in no list.
  template <class At>
  constexpr void push(u32 index, At&& at) noexcept {
    list_links& own = at(index);
    SEQUENT_ASSERT(!own.linked());
    own.before = last_;
    own.after = list_links::nobody;
    if (last_ == list_links::nobody) {
      first_ = index;
    } else {
      at(last_).after = index;
    }
    last_ = index;
    ++size_;
  }

  /// Takes an object out. It is in this list.
  template <class At>
  constexpr void remove(u32 index, At&& at) noexcept {
    list_links& own = at(index);
    SEQUENT_ASSERT(own.linked() && size_ != 0);
    (own.before == list_links::nobody ? first_ : at(own.before).after) = own.after;
    (own.after == list_links::nobody ? last_ : at(own.after).before) = own.before;
    own = {};
    --size_;
  }

 private:
  u32 first_ = list_links::nobody;
  u32 last_ = list_links::nobody;
  u32 size_ = 0;
};

}  // namespace sequent

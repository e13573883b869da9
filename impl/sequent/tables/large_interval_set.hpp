// The same set as interval_set for very many ranges: sorted chunks under a sorted directory.
// implements: reassembly
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "sequent/base/octets.hpp"
#include "sequent/config.hpp"
#include "sequent/tables/interval_set.hpp"

namespace sequent {

/// What interval_set is, for a Most of thousands. Intervals stand in chunks of at most PerChunk; a directory lists the
/// chunks in order, each with the end of its last interval. A full chunk is divided and a poor one united with its
/// neighbour or filled up from it, so that all but the outermost stay at least three eighths full.
///
/// To find a place is O(log Most), without branches that depend on what is held. To insert moves at most PerChunk
/// intervals, and once in many times a part of the directory, Most / (24 / 64 * PerChunk) entries of eight octets at
/// most. Beginning anew is O(1), whatever was held. Storage: about 22 octets for each of Most.
template <std::size_t Most, std::size_t PerChunk = 64>
class large_interval_set {
  static_assert(PerChunk >= 8 && PerChunk % 8 == 0 && PerChunk <= 128);
  static constexpr std::size_t min_filled = PerChunk * 3 / 8;
  static constexpr std::size_t max_united = PerChunk * 7 / 8;
  static constexpr std::size_t max_chunks = Most / min_filled + 3;  // the outermost two may hold less
  static_assert(Most >= 1 && max_chunks < 0xffff);

 public:
  static constexpr std::size_t most = Most;

  /// The intervals in order.
  class range;

  [[nodiscard]] constexpr range view() const noexcept { return range(*this); }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] constexpr const interval& furthest() const noexcept {
    return at({high_ - 1u, slot_[high_ - 1u].count - 1u});
  }
  constexpr void clear() noexcept {
    low_ = high_ = max_chunks / 2;
    size_ = 0;
    fresh_ = 0;
    free_ = no_chunk;
  }

  /// As interval_set::insert(). Bounded by PerChunk moves and a part of the directory, and by the intervals that the
  /// new one swallows.
  template <class Missing>
  constexpr insertion insert(sequence_number<u32> origin, interval add, Missing missing) noexcept {
    const place here = first_reaching(origin, add.first - origin);
    detail::joined_interval joined(origin, add);
    insertion done;
    if (here.chunk != high_ && !joined.out_of_reach(at(here))) {
      done = unite(here, joined, missing);
    } else {
      if (size_ == Most) return {.held = false};
      insert_at(here, add);
      done.range = add;
    }
    joined.finish(missing);
    return done;
  }
  constexpr bool insert(sequence_number<u32> origin, interval add) noexcept {
    return insert(origin, add, detail::nothing_to_store).held;
  }

  /// As interval_set::advance(). Constant time for each interval that is forgotten.
  template <class Missing>
  constexpr insertion advance(sequence_number<u32> old_origin, sequence_number<u32> origin, Missing missing) noexcept {
    detail::joined_interval joined(old_origin, {old_origin, origin});
    while (size_ != 0 && !joined.out_of_reach(at({low_, 0}))) {
      joined.join(at({low_, 0}), missing);
      drop_first();
    }
    joined.finish(missing);
    return {.range = joined.range(), .again = joined.again()};
  }
  constexpr u32 take_from(sequence_number<u32> old_origin, sequence_number<u32> origin) noexcept {
    return advance(old_origin, origin, detail::nothing_to_store).range.last - origin;
  }

  /// As interval_set::cut().
  constexpr void cut(sequence_number<u32> origin, sequence_number<u32> end) noexcept {
    while (size_ != 0 && furthest().first - origin >= end - origin) drop_last();
    if (size_ == 0 || furthest().last - origin <= end - origin) return;
    at({high_ - 1u, slot_[high_ - 1u].count - 1u}).last = end;
    reach_[high_ - 1u] = end;
  }

  /// As interval_set::find().
  [[nodiscard]] constexpr const interval* find(sequence_number<u32> origin, sequence_number<u32> x) const noexcept {
    const place here = first_reaching(origin, x - origin + 1);
    return here.chunk != high_ && at(here).holds(x) ? &at(here) : nullptr;
  }

  friend constexpr bool operator==(const large_interval_set& a, const large_interval_set& b) noexcept {
    return a.size_ == b.size_ && std::equal(a.view().begin(), a.view().end(), b.view().begin());
  }

 private:
  using intervals = std::array<interval, PerChunk>;
  static constexpr u32 no_chunk = 0xffff;

  // A directory entry: which chunk, and where in it the intervals stand.
  struct slot {
    std::uint16_t chunk = 0;
    std::uint8_t begin = 0;
    std::uint8_t count = 0;
  };
  // An interval: which directory entry, and the how-manieth of it.
  struct place {
    u32 chunk;
    u32 index;
  };

  [[nodiscard]] constexpr const interval& at(place p) const noexcept {
    return chunks_[slot_[p.chunk].chunk][slot_[p.chunk].begin + p.index];
  }
  [[nodiscard]] constexpr interval& at(place p) noexcept {
    return chunks_[slot_[p.chunk].chunk][slot_[p.chunk].begin + p.index];
  }

  // The first interval whose end is at or beyond the distance; {high_, 0} if there is none. Both searches halve what is
  // left by a conditional move: which way they go cannot be predicted.
  [[nodiscard]] constexpr place first_reaching(sequence_number<u32> origin, u32 distance) const noexcept {
    u32 chunk = low_;
    for (u32 left = high_ - low_; left != 0;) {
      const u32 half = left - left / 2;
      chunk += reach_[chunk + half - 1] - origin < distance ? half : 0;
      left /= 2;
    }
    if (chunk == high_) return {chunk, 0};
    const interval* const first = &at({chunk, 0});
    fetch_ahead(first, slot_[chunk].count * sizeof(interval));
    u32 index = 0;
    for (u32 left = slot_[chunk].count; left != 0;) {
      const u32 half = left - left / 2;
      index += first[index + half - 1].last - origin < distance ? half : 0;
      left /= 2;
    }
    return {chunk, index};
  }

  // Makes one interval of the new one and those that it reaches, from `here` on.
  template <class Missing>
  constexpr insertion unite(place here, detail::joined_interval& joined, Missing missing) noexcept {
    joined.join(at(here), missing);
    bool goes_on = swallow({here.chunk, here.index + 1u}, joined, missing);
    u32 next = here.chunk + 1u;
    for (; goes_on && next != high_; ++next) {
      goes_on = swallow({next, 0}, joined, missing);
      if (slot_[next].count != 0) break;
      release(slot_[next].chunk);
    }
    const insertion done{.range = joined.range(), .again = joined.again()};
    at(here) = done.range;
    note_reach(here.chunk);
    next = erase(here.chunk + 1u, next);
    const u32 rich = replenish(next - 1u);
    if (rich + 1u < high_) replenish(rich + 1u);
    return done;
  }

  // Takes from an entry, beginning at a place, what the new interval reaches. Says whether that was all of the rest.
  template <class Missing>
  constexpr bool swallow(place from, detail::joined_interval& joined, Missing missing) noexcept {
    slot& s = slot_[from.chunk];
    interval* const first = &chunks_[s.chunk][s.begin];
    u32 end = from.index;
    for (; end != s.count && !joined.out_of_reach(first[end]); ++end) joined.join(first[end], missing);
    const bool all = end == s.count;
    const u32 gone = end - from.index;
    if (gone == 0) return all;
    if (from.index == 0) {
      s.begin = static_cast<std::uint8_t>(s.begin + gone);
    } else {
      std::copy(first + end, first + s.count, first + from.index);
    }
    s.count = static_cast<std::uint8_t>(s.count - gone);
    size_ -= gone;
    return all;
  }

  // Makes an interval of its own, before the one that stands there.
  constexpr void insert_at(place here, const interval& add) noexcept {
    ++size_;
    if (here.chunk == high_) {
      if (high_ == low_ || slot_[high_ - 1u].count == PerChunk) return begin_chunk(high_, 0, add);
      here = {high_ - 1u, slot_[high_ - 1u].count};
    } else if (slot_[here.chunk].count == PerChunk) {
      if (here.chunk == low_ && here.index == 0) return begin_chunk(low_, PerChunk - 1, add);
      here = divide(here);
    }
    slot& s = slot_[here.chunk];
    // The shorter side gives way, if there is room on it.
    const bool forward = s.begin == 0 || (s.begin + s.count != PerChunk && here.index * 2u >= s.count);
    interval* const first = &chunks_[s.chunk][0] + s.begin;
    if (forward) {
      std::copy_backward(first + here.index, first + s.count, first + s.count + 1);
    } else {
      std::copy(first, first + here.index, first - 1);
      --s.begin;
    }
    ++s.count;
    at(here) = add;
    note_reach(here.chunk);
  }

  // A new outermost chunk. Further ones are expected on the same side, so `begin` leaves room for them.
  constexpr void begin_chunk(u32 entry, std::size_t begin, const interval& add) noexcept {
    const u32 made = insert_entry(entry);
    slot_[made] = {take_chunk(), static_cast<std::uint8_t>(begin), 1};
    at({made, 0}) = add;
    reach_[made] = add.last;
  }

  // Moves the second half of a full entry to one of its own. Returns where the place is now.
  constexpr place divide(place here) noexcept {
    constexpr u32 half = PerChunk / 2;
    const u32 made = insert_entry(here.chunk + 1u);
    const u32 old = made - 1u;  // the directory may have moved
    slot_[made] = {take_chunk(), PerChunk / 4, half};
    const interval* const first = &at({old, 0});
    std::copy(first + half, first + PerChunk, &at({made, 0}));
    slot_[old].count = half;
    note_reach(old);
    note_reach(made);
    return here.index > half ? place{made, here.index - half} : place{old, here.index};
  }

  // Fills an entry that has become poor from the next one, unless it is outermost. Returns where the entry is now.
  constexpr u32 replenish(u32 entry) noexcept {
    while (entry != low_ && entry + 1u != high_ && slot_[entry].count < min_filled) {
      const u32 both = u32{slot_[entry].count} + slot_[entry + 1u].count;
      const u32 wanted = both <= max_united ? both : both / 2;
      const u32 moved = wanted - slot_[entry].count;
      slot& from = slot_[entry + 1u];
      centre(entry, wanted);
      const interval* const first = &chunks_[from.chunk][0] + from.begin;
      std::copy(first, first + moved, &at({entry, 0}) + slot_[entry].count);
      slot_[entry].count = static_cast<std::uint8_t>(wanted);
      note_reach(entry);
      from.begin = static_cast<std::uint8_t>(from.begin + moved);
      from.count = static_cast<std::uint8_t>(from.count - moved);
      if (from.count == 0) {
        release(from.chunk);
        entry = erase(entry + 1u, entry + 2u) - 1u;
      }
    }
    return entry;
  }

  // Moves what an entry holds to where `wanted` intervals would stand in the middle of the chunk.
  constexpr void centre(u32 entry, u32 wanted) noexcept {
    slot& s = slot_[entry];
    interval* const all = &chunks_[s.chunk][0];
    const std::size_t begin = (PerChunk - wanted) / 2;
    if (begin < s.begin) {
      std::copy(all + s.begin, all + s.begin + s.count, all + begin);
    } else {
      std::copy_backward(all + s.begin, all + s.begin + s.count, all + begin + s.count);
    }
    s.begin = static_cast<std::uint8_t>(begin);
  }

  constexpr void drop_first() noexcept {
    --size_;
    slot& s = slot_[low_];
    ++s.begin;
    if (--s.count != 0) return;
    release(s.chunk);
    ++low_;
  }
  constexpr void drop_last() noexcept {
    --size_;
    slot& s = slot_[high_ - 1u];
    if (--s.count != 0) return note_reach(high_ - 1u);
    release(s.chunk);
    --high_;
  }

  constexpr void note_reach(u32 entry) noexcept { reach_[entry] = at({entry, slot_[entry].count - 1u}).last; }

  // Makes room for a directory entry before another; returns which it is. The shorter side gives way.
  constexpr u32 insert_entry(u32 entry) noexcept {
    const bool leftwards = entry - low_ < high_ - entry;
    if (leftwards ? low_ == 0 : high_ == max_chunks) {
      const u32 low = static_cast<u32>(max_chunks - (high_ - low_)) / 2;
      entry = low + (entry - low_);
      move_entries(low_, high_, low);
      high_ = low + (high_ - low_);
      low_ = low;
    }
    if (low_ != 0 && (leftwards || high_ == max_chunks)) {
      move_entries(low_, entry, low_ - 1u);
      --low_;
      return entry - 1u;
    }
    SEQUENT_ASSERT(high_ != max_chunks);
    move_entries(entry, high_, entry + 1u);
    ++high_;
    return entry;
  }

  // Takes entries [from, to) out of the directory. Returns which entry `to` is now.
  constexpr u32 erase(u32 from, u32 to) noexcept {
    if (from == to) return to;
    if (from - low_ < high_ - to) {
      move_entries(low_, from, low_ + (to - from));
      low_ += to - from;
      return to;
    }
    move_entries(to, high_, from);
    high_ -= to - from;
    return from;
  }

  constexpr void move_entries(u32 from, u32 to, u32 target) noexcept {
    const auto move = [&](auto* all) {
      if (target < from) {
        std::copy(all + from, all + to, all + target);
      } else if (target > from) {
        std::copy_backward(all + from, all + to, all + target + (to - from));
      }
    };
    move(reach_.data());
    move(slot_.data());
  }

  constexpr std::uint16_t take_chunk() noexcept {
    if (free_ == no_chunk) return static_cast<std::uint16_t>(fresh_++);
    const u32 taken = free_;
    free_ = chunks_[taken][0].first.wire();
    return static_cast<std::uint16_t>(taken);
  }
  // Chunks that are free form a list through their own octets.
  constexpr void release(u32 which) noexcept {
    chunks_[which][0].first = sequence_number<u32>(free_);
    free_ = which;
  }

  // The directory is entries [low_, high_), with room on either side.
  std::array<sequence_number<u32>, max_chunks> reach_{};  // where the last interval of each ends
  std::array<slot, max_chunks> slot_{};
  std::array<intervals, max_chunks> chunks_{};
  u32 low_ = max_chunks / 2;
  u32 high_ = max_chunks / 2;
  u32 size_ = 0;
  u32 fresh_ = 0;        // chunks that were never used begin here
  u32 free_ = no_chunk;  // the first of those that were
};

template <std::size_t Most, std::size_t PerChunk>
class large_interval_set<Most, PerChunk>::range {
 public:
  /// Goes from one interval to the next in constant time.
  class iterator {
   public:
    using value_type = interval;
    using difference_type = std::ptrdiff_t;
    using reference = const interval&;
    using pointer = const interval*;
    using iterator_category = std::forward_iterator_tag;

    constexpr iterator() noexcept = default;
    constexpr iterator(const large_interval_set& set, u32 entry) noexcept : set_(&set), at_{entry, 0} {}
    constexpr reference operator*() const noexcept { return set_->at(at_); }
    constexpr pointer operator->() const noexcept { return &set_->at(at_); }
    constexpr iterator& operator++() noexcept {
      if (++at_.index == set_->slot_[at_.chunk].count) at_ = {at_.chunk + 1u, 0};
      return *this;
    }
    constexpr iterator operator++(int) noexcept {
      const iterator old = *this;
      ++*this;
      return old;
    }
    friend constexpr bool operator==(const iterator& a, const iterator& b) noexcept {
      return a.at_.chunk == b.at_.chunk && a.at_.index == b.at_.index;
    }

   private:
    const large_interval_set* set_ = nullptr;
    place at_{0, 0};
  };

  constexpr explicit range(const large_interval_set& set) noexcept : set_(&set) {}
  [[nodiscard]] constexpr iterator begin() const noexcept { return iterator(*set_, set_->low_); }
  [[nodiscard]] constexpr iterator end() const noexcept { return iterator(*set_, set_->high_); }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return set_->size_; }

 private:
  const large_interval_set* set_;
};

}  // namespace sequent

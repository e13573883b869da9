// What is outstanding, as runs of octets of the same fate: in flight, reported by SACK, or taken for lost.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sequent/base/seq.hpp"
#include "sequent/base/time.hpp"

namespace sequent {

/// What has become of a run, as far as this end knows.
enum class run_fate : std::uint8_t {
  in_flight,  ///< sent, and neither acknowledged nor given up
  lost,       ///< taken for lost, and not sent again yet
  sacked,     ///< reported by SACK: at the receiver, which may still renege (RFC 2018 section 8)
};

/// Octets from `first` to the next run's first, sent at about the same moment.
struct sent_run {
  sequence_number<u32> first{};
  u32 sent_at = 0;  ///< when the last of them was sent most recently: short_time()
  run_fate fate = run_fate::in_flight;
  bool again : 1 = false;     ///< sent more than once
  bool told : 1 = false;      ///< had been reported when all reports were forgotten, and was not sent again since
  bool doubtful : 1 = false;  ///< had been reported, and was sent again since: a report may be the old one
  bool spread : 1 = false;    ///< some of it was sent earlier than that
  friend bool operator==(const sent_run&, const sent_run&) noexcept = default;
};

static_assert(sizeof(sent_run) == 12);  // there may be thousands

/// A part of what is outstanding that has just been delivered.
struct delivered_run {
  sequence_number<u32> first{};
  sequence_number<u32> last{};
  u32 sent_at = 0;
  bool again = false;
  bool told = false;
  bool doubtful = false;
  bool spread = false;
};

/// The scoreboard of RFC 6675 section 3, with the transmission times that RFC 8985 needs. At most Most disjoint runs,
/// ascending, which together are exactly what is outstanding. When there are too many, runs that were sent shortly
/// after each other become one, as if all of it had been sent with the last; when even that does not help, a SACK block
/// is not noted, as if its option had been lost. Nothing here says what to send or how much of it.
template <std::size_t Most>
class scoreboard {
  static_assert(Most >= 4 && Most < 65'536);

 public:
  static constexpr std::size_t most = Most;

  /// Nothing is outstanding; the next octet to be sent is `nxt`.
  constexpr void start(sequence_number<u32> nxt) noexcept {
    count_ = 0;
    sacked_ = 0;
    lost_ = 0;
    end_ = nxt;
  }

  [[nodiscard]] constexpr std::span<const sent_run> view() const noexcept { return {runs_.data(), count_}; }
  /// The sequence number after the last octet that was sent.
  [[nodiscard]] constexpr sequence_number<u32> end() const noexcept { return end_; }
  /// Octets reported by SACK; octets taken for lost and not sent again.
  [[nodiscard]] constexpr u32 sacked() const noexcept { return sacked_; }
  [[nodiscard]] constexpr u32 lost() const noexcept { return lost_; }
  /// Octets that are thought to be in the network (RFC 6675 section 4, SetPipe()). Constant time.
  [[nodiscard]] constexpr u32 pipe() const noexcept {
    return count_ == 0 ? 0 : (end_ - runs_[0].first) - sacked_ - lost_;
  }
  /// The sequence number after a run.
  [[nodiscard]] constexpr sequence_number<u32> last_of(std::size_t run) const noexcept {
    return run + 1 == count_ ? end_ : runs_[run + 1].first;
  }

  /// Octets [end(), last) are sent for the first time. With `joins` they count as sent together with the octets right
  /// before them, if those are in flight for the first time too. Amortised constant time.
  constexpr void sent(sequence_number<u32> last, u32 now, bool joins) noexcept {
    if (last == end_) return;
    if (joins && count_ != 0 && joinable(runs_[count_ - 1])) {
      runs_[count_ - 1].spread = runs_[count_ - 1].spread || runs_[count_ - 1].sent_at != now;
      runs_[count_ - 1].sent_at = now;
      end_ = last;
      return;
    }
    if (count_ == Most) thin();
    if (count_ == Most) {
      // Nothing could be joined: the last run takes the octets in, as the fate of all of it becomes uncertain.
      set_fate(count_ - 1u, run_fate::in_flight);
      runs_[count_ - 1].sent_at = now;
      runs_[count_ - 1].spread = true;
    } else {
      runs_[count_++] = {end_, now, run_fate::in_flight};
    }
    end_ = last;
  }

  /// Octets [first, last) are sent again. They are outstanding. Says when any of them was sent last before, or a little
  /// later. O(log Most) and at most Most moves.
  constexpr u32 sent_again(sequence_number<u32> first, sequence_number<u32> last, u32 now) noexcept {
    make_room();
    (void)split(first);
    (void)split(last);
    // Where there was no room for a split the whole run counts as sent again; if part of it was not, it will be found
    // lost once more.
    std::size_t at = find(first);
    u32 earlier = runs_[at].sent_at;
    for (; at != count_ && runs_[at].first - runs_[0].first < last - runs_[0].first; ++at) {
      if (runs_[at].sent_at - earlier < half_circle) earlier = runs_[at].sent_at;
      runs_[at].doubtful = runs_[at].doubtful || runs_[at].told || runs_[at].fate == run_fate::sacked;
      set_fate(at, run_fate::in_flight);
      runs_[at].again = true;
      runs_[at].told = runs_[at].spread = false;
      runs_[at].sent_at = now;
    }
    join_around(find(first), at);
    return earlier;
  }

  /// Everything before `una` has arrived; it is between the first octet outstanding and end(). `delivered` is told of
  /// each part of it that no SACK had reported before, in order.
  template <class Delivered>
  constexpr void acknowledge(sequence_number<u32> una, Delivered delivered) noexcept {
    std::size_t gone = 0;
    if (count_ == 0) return;
    const u32 until = una - runs_[0].first;
    const sequence_number<u32> base = runs_[0].first;
    while (gone != count_ && runs_[gone].first - base < until) {
      sent_run& run = runs_[gone];
      const sequence_number<u32> last = last_of(gone);
      const bool whole = last - base <= until;
      const sequence_number<u32> upto = whole ? last : una;
      uncount(run.fate, upto - run.first);
      if (run.fate != run_fate::sacked) delivered(part_of(run, upto));
      if (!whole) {
        run.first = una;
        break;
      }
      ++gone;
    }
    if (gone == 0) return;
    std::copy(runs_.begin() + static_cast<std::ptrdiff_t>(gone), runs_.begin() + static_cast<std::ptrdiff_t>(count_),
              runs_.begin());
    count_ = static_cast<std::uint16_t>(count_ - gone);
  }

  /// A SACK block, which lies between the first octet outstanding and end(). `delivered` is told of each part of it
  /// that was not reported before, in order. O(log Most) and at most Most moves for each run that it touches.
  template <class Delivered>
  constexpr void sack(sequence_number<u32> left, sequence_number<u32> right, Delivered delivered) noexcept {
    if (count_ == 0) return;
    make_room();
    const sequence_number<u32> base = runs_[0].first;
    std::size_t at = find(left);
    if (runs_[at].fate != run_fate::sacked && !(runs_[at].first == left)) {
      if (split(left)) ++at;
    }
    const std::size_t from = at;
    for (; at != count_ && runs_[at].first - base < right - base; ++at) {
      if (runs_[at].fate == run_fate::sacked) continue;
      if (runs_[at].first - base < left - base) continue;
      if (last_of(at) - base > right - base && !split(right)) continue;
      delivered(part_of(runs_[at], last_of(at)));
      set_fate(at, run_fate::sacked);
    }
    join_around(from, at);
  }

  /// Takes for lost every run in flight of which `is_lost` says so. Says whether there was one. Linear in the runs.
  template <class Predicate>
  constexpr bool mark_lost(Predicate is_lost) noexcept {
    bool any = false;
    for (std::size_t at = 0; at != count_; ++at) {
      if (runs_[at].fate != run_fate::in_flight || !is_lost(runs_[at], last_of(at))) continue;
      set_fate(at, run_fate::lost);
      any = true;
    }
    if (any) join_around(0, count_);
    return any;
  }

  /// Takes for lost the first `octets` outstanding, as far as they are in flight.
  constexpr void mark_head_lost(u32 octets) noexcept {
    if (count_ == 0 || runs_[0].fate != run_fate::in_flight) return;
    make_room();
    const sequence_number<u32> upto = runs_[0].first + octets;
    if (last_of(0) - runs_[0].first > octets) (void)split(upto);
    set_fate(0, run_fate::lost);
  }

  /// The receiver may have thrown away what it reported (RFC 2018 section 8): no report counts any more.
  constexpr void forget_sacks() noexcept {
    for (std::size_t at = 0; at != count_; ++at) {
      if (runs_[at].fate != run_fate::sacked) continue;
      set_fate(at, run_fate::in_flight);
      runs_[at].told = true;
    }
  }

  /// Nothing was lost after all: what was taken for lost is in flight again.
  constexpr void forget_losses() noexcept {
    for (std::size_t at = 0; at != count_; ++at) {
      if (runs_[at].fate == run_fate::lost) set_fate(at, run_fate::in_flight);
    }
  }

  /// Gives up the whole of what is in flight. Says whether there was anything.
  constexpr bool mark_all_lost() noexcept {
    return mark_lost([](const sent_run&, sequence_number<u32>) { return true; });
  }

  /// The first run that is to be sent again: its octets.
  struct octets_range {
    sequence_number<u32> first{};
    sequence_number<u32> last{};
  };
  [[nodiscard]] constexpr std::optional<octets_range> first_lost() const noexcept {
    if (lost_ == 0) return std::nullopt;
    std::size_t at = 0;
    while (runs_[at].fate != run_fate::lost) ++at;
    std::size_t behind = at + 1;
    while (behind != count_ && runs_[behind].fate == run_fate::lost) ++behind;
    return octets_range{runs_[at].first, last_of(behind - 1)};
  }

  /// Moves the origin of the clock forward by so many microseconds.
  constexpr void rebase(u32 elapsed) noexcept {
    for (std::size_t at = 0; at != count_; ++at) runs_[at].sent_at -= elapsed;
  }

 private:
  [[nodiscard]] static constexpr bool joinable(const sent_run& run) noexcept {
    return run.fate == run_fate::in_flight && !run.again && !run.told;
  }

  [[nodiscard]] static constexpr delivered_run part_of(const sent_run& run, sequence_number<u32> last) noexcept {
    return {run.first, last, run.sent_at, run.again, run.told, run.doubtful, run.spread};
  }

  constexpr void uncount(run_fate fate, u32 octets) noexcept {
    if (fate == run_fate::sacked) sacked_ -= octets;
    if (fate == run_fate::lost) lost_ -= octets;
  }

  constexpr void set_fate(std::size_t at, run_fate fate) noexcept {
    const u32 octets = last_of(at) - runs_[at].first;
    uncount(runs_[at].fate, octets);
    runs_[at].fate = fate;
    if (fate == run_fate::sacked) sacked_ += octets;
    if (fate == run_fate::lost) lost_ += octets;
  }

  // Index of the run that holds x, which is outstanding.
  [[nodiscard]] constexpr std::size_t find(sequence_number<u32> x) const noexcept {
    std::size_t low = 0;
    std::size_t high = count_;
    while (high - low > 1) {
      const std::size_t middle = (low + high) / 2;
      if (x - runs_[0].first < runs_[middle].first - runs_[0].first) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return low;
  }

  // A run begins at x from now on, unless there is no room for one more.
  constexpr bool split(sequence_number<u32> x) noexcept {
    if (x == end_) return true;
    const std::size_t at = find(x);
    if (runs_[at].first == x) return true;
    if (count_ == Most) return false;
    std::copy_backward(runs_.begin() + static_cast<std::ptrdiff_t>(at),
                       runs_.begin() + static_cast<std::ptrdiff_t>(count_),
                       runs_.begin() + static_cast<std::ptrdiff_t>(count_ + 1));
    ++count_;
    runs_[at + 1].first = x;
    return true;
  }

  // Can two neighbours be told as one? The time of what is sacked does not matter any more; that of what is lost does,
  // as it may arrive late all the same.
  [[nodiscard]] static constexpr bool alike(const sent_run& a, const sent_run& b) noexcept {
    if (a.fate != b.fate) return false;
    if (a.fate == run_fate::sacked) return true;
    const bool same = a.again == b.again && a.told == b.told && a.doubtful == b.doubtful && a.spread == b.spread;
    return same && a.sent_at == b.sent_at;
  }

  // Joins what is alike between the run before `from` and the run after `to`.
  constexpr void join_around(std::size_t from, std::size_t to) noexcept {
    std::size_t kept = from == 0 ? 0 : from - 1;
    const std::size_t until = std::min<std::size_t>(to + 1, count_);
    std::size_t at = kept + 1;
    for (; at < until; ++at) {
      if (alike(runs_[kept], runs_[at])) continue;
      runs_[++kept] = runs_[at];
    }
    close_gap(kept + 1, at);
  }

  // Room for two more runs, if joining can make it.
  constexpr void make_room() noexcept {
    if (count_ + 2u > Most) thin();
  }

  // Joins neighbours two by two that are in flight alike but for their times: half the resolution, and room again.
  constexpr void thin() noexcept {
    if (count_ == 0) return;
    std::size_t kept = 0;
    bool may_join = true;
    for (std::size_t at = 1; at != count_; ++at) {
      sent_run& last = runs_[kept];
      const bool same = last.fate == runs_[at].fate && last.again == runs_[at].again && last.told == runs_[at].told;
      if (may_join && same) {
        last.doubtful = last.doubtful || runs_[at].doubtful;
        last.spread = true;
        if (runs_[at].sent_at - last.sent_at < half_circle) last.sent_at = runs_[at].sent_at;
        may_join = false;
      } else {
        runs_[++kept] = runs_[at];
        may_join = true;
      }
    }
    count_ = static_cast<std::uint16_t>(kept + 1);
  }

  constexpr void close_gap(std::size_t from, std::size_t to) noexcept {
    if (from >= to) return;
    std::copy(runs_.begin() + static_cast<std::ptrdiff_t>(to), runs_.begin() + static_cast<std::ptrdiff_t>(count_),
              runs_.begin() + static_cast<std::ptrdiff_t>(from));
    count_ = static_cast<std::uint16_t>(count_ - (to - from));
  }

  sequence_number<u32> end_{};
  u32 sacked_ = 0;
  u32 lost_ = 0;
  std::uint16_t count_ = 0;
  std::array<sent_run, Most> runs_{};
};

}  // namespace sequent

// The receiving half of a connection: the ring, what arrived out of order, and what to report of it.
// implements: reassembly
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>

#include "sequent/core/receive_text.hpp"
#include "sequent/tables/interval_set.hpp"
#include "sequent/tables/large_interval_set.hpp"
#include "sequent/tables/ring.hpp"
#include "sequent/transfer/window_tuning.hpp"
#include "sequent/wire/segment.hpp"

namespace sequent {

/// The set for so many out-of-order ranges: a plain array for few, chunks under a directory for many.
template <std::size_t Most>
using held_ranges = std::conditional_t<(Most <= 64), interval_set<std::min<std::size_t>(Most, 64)>,
                                       large_interval_set<std::max<std::size_t>(Most, 64)>>;

/// Stores text where it belongs and serves it in order. Octets are written once: what has been stored is never
/// overwritten by a later, perhaps different, copy.
template <class Storage, std::size_t MostRanges>
class receiver {
 public:
  using ranges = held_ranges<MostRanges>;

  constexpr receiver() noexcept { start(); }
  constexpr explicit receiver(const Storage& storage) noexcept : ring_(storage) { start(); }

  /// Octets that can be read.
  [[nodiscard]] constexpr u32 unread() const noexcept { return unread_; }
  /// Octets that can be stored at most, and as they are before anybody has asked whether they are too many.
  [[nodiscard]] constexpr u32 capacity() const noexcept { return static_cast<u32>(ring_.capacity()); }
  [[nodiscard]] constexpr std::size_t storage_octets() const noexcept { return ring_.capacity(); }
  /// Octets from RCV.NXT on that there is room for.
  [[nodiscard]] constexpr u32 room() const noexcept { return capacity() - unread_; }
  /// Octets from RCV.NXT on that may be offered: the room, less what window tuning keeps back.
  [[nodiscard]] constexpr u32 offerable() const noexcept {
    return tuning_.limit() > unread_ ? tuning_.limit() - unread_ : 0;
  }
  [[nodiscard]] constexpr const ranges& held() const noexcept { return held_; }
  [[nodiscard]] constexpr u32 largest_text() const noexcept { return largest_text_; }
  /// The ranges that grew most recently, the latest first. Each is one of held().
  [[nodiscard]] constexpr std::span<const interval> recently_held() const noexcept {
    return {recent_.data(), recent_count_};
  }
  /// Octets that arrived again since the last report; empty if none did.
  [[nodiscard]] constexpr const interval& repeated() const noexcept { return repeated_; }
  [[nodiscard]] constexpr const window_tuning& tuning() const noexcept { return tuning_; }

  /// Starts a new connection; unread octets of an earlier one are gone. initial_window: see window_tuning::start().
  constexpr void start(u32 initial_window = 0) noexcept {
    held_.clear();
    unread_ = 0;
    largest_text_ = 0;
    recent_count_ = 0;
    repeated_ = {};
    tuning_.start(initial_window, capacity());
  }

  /// Stores the text that a step has taken, and moves RCV.NXT over what now follows in order. Says whether it touched a
  /// hole, in which case the acknowledgment should go at once (RFC 5681 section 4.2). Linear in the octets stored; with
  /// holes, as the set of ranges besides.
  bool accept(control_block<u32>& tcb, actions<u32>& step, std::span<const std::uint8_t> text) noexcept {
    largest_text_ = (std::max)(largest_text_, static_cast<u32>(text.size()));
    const auto taken = text.subspan(step.text_skip, step.text_take);
    if (step.text == text_placement::in_order) {
      const bool ours = step.text_skip < step.text_at - tcb.rcv.irs;  // else it begins before the peer's SYN
      if (step.text_skip != 0 && tcb.sack_permitted && ours)
        note_repeated({step.text_at - step.text_skip, step.text_at});
      if (held_.empty()) {
        ring_.put(unread_, taken);
        unread_ += step.text_take;
        return false;
      }
      fill_hole(tcb, step, taken);
    } else {
      hold(tcb, step, taken);
    }
    return true;
  }

  /// The place of so many octets at RCV.NXT, if it is in one piece and nothing waits behind them: accept() then takes
  /// text that stands there as it is. Else nothing. What is written to it counts for nothing before.
  [[nodiscard]] constexpr std::uint8_t* place_of(std::size_t octets) noexcept {
    if (!held_.empty() || octets > room()) return nullptr;
    const std::span<std::uint8_t> place = ring_.run_at(unread_, octets);
    return place.size() == octets ? place.data() : nullptr;
  }

  /// The peer's stream ends at a FIN: nothing that is held at or behind it belongs to the stream.
  constexpr void end_stream_at(sequence_number<u32> origin, sequence_number<u32> fin) noexcept {
    if (held_.empty()) return;
    held_.cut(origin, fin);
    const u32 end = fin - origin;
    keep_recent([&](const interval& range) { return range.first - origin < end; });
    for (interval& range : std::span(recent_).first(recent_count_)) {
      if (range.last - origin > end) range.last = fin;
    }
  }

  /// Moves octets to the reader. Linear in their number.
  [[nodiscard]] std::size_t read(std::span<std::uint8_t> out) noexcept {
    const std::size_t n = std::min<std::size_t>(out.size(), unread_);
    ring_.get(0, out.first(n));
    consume(n);
    return n;
  }

  /// The unread octets up to the end of the ring; consume() takes octets that were read there.
  [[nodiscard]] constexpr std::span<const std::uint8_t> unread_span() const noexcept {
    return ring_.run_at(0, unread_);
  }
  constexpr void consume(std::size_t octets) noexcept {
    ring_.drop(octets);
    unread_ -= static_cast<u32>(octets);
    if (window_may_grow()) tuning_.on_read(static_cast<u32>(octets));
  }

  /// Copies octets without consuming them: n of them, from `offset` among the unread.
  void peek(std::size_t offset, std::span<std::uint8_t> out) const noexcept { ring_.get(offset, out); }

  /// Octets that had been taken before arrived again; the next report says so (RFC 2883 section 4). They are joined
  /// with those noted before if they touch them, or else take their place: a report has room for one run.
  constexpr void note_repeated(interval again) noexcept {
    if (again.empty()) return;
    const u32 length = repeated_.last - repeated_.first;
    if (repeated_.empty() || again.first - repeated_.first > length) {
      repeated_ = again;
    } else if (again.last - repeated_.first > length) {
      repeated_.last = again.last;
    }
  }
  /// A segment was answered and none of its text taken: what lies before RCV.NXT has come again. No octets are believed
  /// to come from the peer that are further behind than the buffer is large, or that lie before its stream.
  constexpr void note_refused(const control_block<u32>& tcb, const segment<u32>& seg) noexcept {
    const u32 behind = tcb.rcv.nxt - seg.seq;
    if (!tcb.sack_permitted || tcb.state < connection_state::established || behind > capacity()) return;
    if (behind >= tcb.rcv.nxt - tcb.rcv.irs) return;
    note_repeated({seg.seq, seg.seq + (std::min)(seg.text_length, behind)});
  }
  /// Something is to be reported with the next acknowledgment.
  [[nodiscard]] constexpr bool has_report() const noexcept { return !held_.empty() || !repeated_.empty(); }
  /// How many blocks sack() gives. Constant time, but for octets that arrived again.
  [[nodiscard]] constexpr std::size_t report_blocks(sequence_number<u32> origin) const noexcept {
    const std::size_t all = held_.size() + (repetition(origin) ? 1 : 0);
    return std::min<std::size_t>(all, sack_blocks<u32>::most);
  }
  /// The SACK option for an acknowledgment: what arrived again, if anything did, and the range around it (RFC 2883
  /// section 4); then the range that holds the latest arrival and those reported most recently (RFC 2018 section 4);
  /// then those nearest RCV.NXT. Constant time, but for octets that arrived again.
  [[nodiscard]] constexpr sack_blocks<u32> sack(sequence_number<u32> origin) const noexcept {
    sack_blocks<u32> blocks;
    std::size_t ranges_from = 0;
    if (repetition(origin)) {
      blocks.push({repeated_.first, repeated_.last});
      ranges_from = 1;
      if (const interval* around = around_repeated(origin)) blocks.push({around->first, around->last});
    }
    const auto add = [&](const interval& range) {
      const sack_block<u32> block{range.first, range.last};
      const auto listed = blocks.view().subspan(ranges_from);
      return std::find(listed.begin(), listed.end(), block) != listed.end() || blocks.push(block);
    };
    for (const interval& range : recently_held()) {
      if (!add(range)) return blocks;
    }
    for (const interval& range : held_.view()) {
      if (!add(range)) return blocks;
    }
    return blocks;
  }
  /// A report was sent: a repetition is told once.
  constexpr void reported() noexcept { repeated_ = {}; }

  /// Part of the buffer is not offered yet: window tuning wants to know what arrives.
  [[nodiscard]] constexpr bool window_may_grow() const noexcept { return tuning_.active(capacity()); }
  /// Octets arrived in order. window: RCV.WND; echoed: the age of the timestamp that came back with them, in ticks.
  constexpr void tune(u32 octets, u32 window, std::optional<u32> echoed, instant now) noexcept {
    if (echoed) tuning_.on_echo(*echoed);
    tuning_.on_text(octets, window, capacity(), now);
  }
  /// Moves the origin of the clock forward.
  constexpr void rebase(duration elapsed) noexcept { tuning_.rebase(elapsed); }

  /// Forgets everything that has not been read; the stream was reset.
  constexpr void flush() noexcept { start(); }

 private:
  // Text ahead of RCV.NXT waits where it will be wanted.
  [[gnu::noinline]] void hold(const control_block<u32>& tcb, const actions<u32>& step,
                              std::span<const std::uint8_t> text) noexcept {
    const sequence_number<u32> origin = tcb.rcv.nxt;
    if (tcb.rcv.fin) end_stream_at(origin, *tcb.rcv.fin);
    const u32 at = step.text_at - origin;
    ring_.expect(unread_ + at, text.size());
    const insertion done =
        held_.insert(origin, {step.text_at, step.text_at + step.text_take},
                     [&](u32 from, u32 to) noexcept { ring_.put(unread_ + from, text.subspan(from - at, to - from)); });
    if (!done.held) return;
    if (tcb.sack_permitted) note_repeated(done.again);
    remember(done);
  }

  // Text at the old RCV.NXT, with something held behind it.
  [[gnu::noinline]] void fill_hole(control_block<u32>& tcb, actions<u32>& step,
                                   std::span<const std::uint8_t> text) noexcept {
    const sequence_number<u32> origin = step.text_at;
    if (tcb.rcv.fin) end_stream_at(origin, *tcb.rcv.fin);
    const insertion done = held_.advance(origin, origin + step.text_take, [&](u32 from, u32 to) noexcept {
      ring_.put(unread_ + from, text.subspan(from, to - from));
    });
    if (step.text_skip == 0 && tcb.sack_permitted) note_repeated(done.again);
    unread_ += step.text_take;
    u32 follows = done.range.last - origin - step.text_take;
    if (step.raised.has(signal::peer_closed)) follows = 0;  // nothing behind a FIN belongs to the stream
    if (follows != 0) {
      unread_ += follows;
      advance_receive(tcb, follows, step);
    }
    if (step.raised.has(signal::peer_closed)) held_.clear();
    if (held_.empty()) {
      recent_count_ = 0;
      return;
    }
    const u32 reached = done.range.last - origin;
    keep_recent([&](const interval& range) { return range.first - origin > reached; });
  }

  // The ranges that grew most recently, the latest first; what has become part of the latest is forgotten.
  constexpr void remember(const insertion& done) noexcept {
    if (recent_count_ != 0 && done.range.holds(recent_[0].first)) {
      recent_[0] = done.range;
      const interval latest = done.range;
      keep_recent([&](const interval& range) { return &range == recent_.data() || !latest.holds(range.first); });
      return;
    }
    keep_recent([&](const interval& range) { return !done.range.holds(range.first); });
    if (recent_count_ != recent_.size()) ++recent_count_;
    std::copy_backward(recent_.begin(), recent_.begin() + (recent_count_ - 1), recent_.begin() + recent_count_);
    recent_[0] = done.range;
  }

  template <class Condition>
  constexpr void keep_recent(Condition condition) noexcept {
    std::uint8_t kept = 0;
    for (std::uint8_t i = 0; i != recent_count_; ++i) {
      if (condition(recent_[i])) recent_[kept++] = recent_[i];
    }
    recent_count_ = kept;
  }

  // What arrived again lies before RCV.NXT, or in a range that is still held.
  [[nodiscard]] constexpr bool repetition(sequence_number<u32> origin) const noexcept {
    if (repeated_.empty()) return false;
    return at_or_before(repeated_.last, origin) || around_repeated(origin) != nullptr;
  }
  [[nodiscard]] constexpr const interval* around_repeated(sequence_number<u32> origin) const noexcept {
    if (at_or_before(repeated_.last, origin)) return nullptr;
    const interval* const around = held_.find(origin, repeated_.first);
    return around != nullptr && repeated_.last - origin <= around->last - origin ? around : nullptr;
  }

  template <class>
  friend class dormant;

  std::array<interval, 4> recent_{};
  interval repeated_{};
  window_tuning tuning_{};
  u32 unread_ = 0;
  u32 largest_text_ = 0;
  std::uint8_t recent_count_ = 0;
  ranges held_{};
  ring<Storage> ring_{};
};

}  // namespace sequent

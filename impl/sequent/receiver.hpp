// The receiving half of a connection: the ring, what arrived out of order, and when to acknowledge.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sequent/interval_set.hpp"
#include "sequent/receive_text.hpp"
#include "sequent/ring.hpp"
#include "sequent/segment.hpp"

namespace sequent {

/// Stores text where it belongs and serves it in order. Octets are written once: what has been stored is never
/// overwritten by a later, perhaps different, copy.
template <class Storage, std::size_t MostRanges>
class receiver {
 public:
  constexpr receiver() noexcept = default;
  constexpr explicit receiver(Storage storage) noexcept : ring_(storage) {}

  /// Octets that can be read.
  [[nodiscard]] constexpr u32 unread() const noexcept { return unread_; }
  /// Octets from RCV.NXT on that there is room for.
  [[nodiscard]] constexpr u32 room() const noexcept { return static_cast<u32>(ring_.capacity()) - unread_; }
  [[nodiscard]] constexpr const interval_set<MostRanges>& held() const noexcept { return held_; }
  [[nodiscard]] constexpr u32 largest_text() const noexcept { return largest_text_; }
  [[nodiscard]] constexpr std::span<const sequence_number<u32>> recently_held() const noexcept {
    return {recent_.data(), recent_count_};
  }

  /// Starts a new connection; unread octets of an earlier one are gone.
  constexpr void start() noexcept {
    held_.clear();
    unread_ = 0;
    largest_text_ = 0;
    recent_count_ = 0;
  }

  /// Stores the text that a step has taken, and moves RCV.NXT over what now follows in order. Says whether it touched a
  /// hole, in which case the acknowledgment should go at once (RFC 5681 section 4.2). Linear in the octets stored.
  bool accept(control_block<u32>& tcb, actions<u32>& step, std::span<const std::uint8_t> text) noexcept {
    const auto taken = text.subspan(step.text_skip, step.text_take);
    largest_text_ = std::max(largest_text_, static_cast<u32>(text.size()));
    const bool holes = !held_.empty();
    // Offset 0 of what is not yet readable is the RCV.NXT before this segment.
    const sequence_number<u32> origin = step.text == text_placement::in_order ? step.text_at : tcb.rcv.nxt;
    if (!holes) {
      ring_.put(unread_ + (step.text_at - origin), taken);
    } else {
      store_missing(origin, step.text_at, taken);
    }
    if (tcb.rcv.fin) end_stream_at(origin, *tcb.rcv.fin);
    if (step.text == text_placement::out_of_order) {
      const interval added{step.text_at, step.text_at + step.text_take};
      if (held_.insert(origin, added)) remember(origin, added.first);
      return true;
    }
    unread_ += step.text_take;
    if (!holes) return false;
    u32 follows = held_.take_from(origin, origin + step.text_take);
    if (step.raised.has(signal::peer_closed)) follows = 0;  // nothing behind a FIN belongs to the stream
    if (follows != 0) {
      unread_ += follows;
      advance_receive(tcb, follows, step);
    }
    if (step.raised.has(signal::peer_closed)) held_.clear();
    if (held_.empty()) recent_count_ = 0;
    return true;
  }

  /// The peer's stream ends at a FIN: nothing that is held at or behind it belongs to the stream.
  constexpr void end_stream_at(sequence_number<u32> origin, sequence_number<u32> fin) noexcept {
    held_.cut(origin, fin);
    if (held_.empty()) recent_count_ = 0;
  }

  /// Moves octets to the reader. Linear in their number.
  [[nodiscard]] std::size_t read(std::span<std::uint8_t> out) noexcept {
    const std::size_t n = std::min<std::size_t>(out.size(), unread_);
    ring_.get(0, out.first(n));
    ring_.drop(n);
    unread_ -= static_cast<u32>(n);
    return n;
  }

  /// Copies octets without consuming them: n of them, from `offset` among the unread.
  void peek(std::size_t offset, std::span<std::uint8_t> out) const noexcept { ring_.get(offset, out); }

  /// The SACK option for an acknowledgment (RFC 2018 section 4): the range that holds the latest arrival first, then
  /// the ranges reported most recently.
  [[nodiscard]] constexpr sack_blocks<u32> sack(sequence_number<u32> origin) const noexcept {
    sack_blocks<u32> blocks;
    for (const sequence_number<u32> at : recently_held()) add_block(blocks, held_.find(origin, at));
    for (const interval& range : held_.view()) add_block(blocks, &range);
    return blocks;
  }

  /// Forgets everything that has not been read; the stream was reset.
  constexpr void flush() noexcept { start(); }

 private:
  // Writes only where nothing is held yet.
  void store_missing(sequence_number<u32> origin, sequence_number<u32> at,
                     std::span<const std::uint8_t> text) noexcept {
    u32 from = at - origin;
    const u32 end = from + static_cast<u32>(text.size());
    const auto put = [&](u32 first, u32 last) {
      ring_.put(unread_ + first, text.subspan(first - (at - origin), last - first));
    };
    for (const interval& range : held_.view()) {
      const u32 first = range.first - origin;
      const u32 last = range.last - origin;
      if (last <= from) continue;
      if (first >= end) break;
      if (first > from) put(from, first);
      from = std::min(last, end);
    }
    if (from < end) put(from, end);
  }

  // The ranges reported most recently, the latest first; what has become part of the latest is forgotten.
  constexpr void remember(sequence_number<u32> origin, sequence_number<u32> first) noexcept {
    const interval* const latest = held_.find(origin, first);
    const auto old = recent_;
    const std::uint8_t old_count = recent_count_;
    recent_[0] = first;
    recent_count_ = 1;
    for (std::uint8_t i = 0; i != old_count && recent_count_ != recent_.size(); ++i) {
      if (!in_window(old[i], latest->first, latest->last - latest->first)) recent_[recent_count_++] = old[i];
    }
  }

  static constexpr void add_block(sack_blocks<u32>& blocks, const interval* range) noexcept {
    if (range == nullptr) return;
    const sack_block<u32> block{range->first, range->last};
    if (std::ranges::find(blocks.view(), block) == blocks.view().end()) blocks.push(block);
  }

  ring<Storage> ring_{};
  interval_set<MostRanges> held_{};
  std::array<sequence_number<u32>, 4> recent_{};
  u32 unread_ = 0;
  u32 largest_text_ = 0;
  std::uint8_t recent_count_ = 0;
};

}  // namespace sequent

// A scripted application on one end. It knows what octets it must read and says when they are wrong.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "model/world/endpoint.hpp"
#include "model/world/fingerprint.hpp"
#include "model/world/move.hpp"
#include "model/world/script.hpp"

namespace sequent::model {

/// The octet that a side writes at a position of its stream (0, 1, ...). Neighbours, and the two sides, differ.
[[nodiscard]] constexpr std::uint8_t stream_octet(side writer, std::uint64_t position) {
  const std::uint64_t mixed = (position + 1) * 0x9E3779B97F4A7C15u;
  return static_cast<std::uint8_t>((mixed >> 56) ^ (writer == side::left ? 0x00u : 0x5Au));
}

/// Where one application stands in its script, and what it wrote and read so far.
class application {
 public:
  /// `todo` must outlive the application.
  application(side me, const script& todo) : todo_(&todo), me_(me) {}

  /// Octets written and read so far.
  [[nodiscard]] std::uint64_t written() const { return written_; }
  [[nodiscard]] std::uint64_t taken() const { return taken_; }
  /// Whether an OPEN was made; whether it was a passive one; whether CLOSE or ABORT was called.
  [[nodiscard]] bool opened() const { return opened_; }
  [[nodiscard]] bool passive() const { return passive_; }
  [[nodiscard]] bool shut() const { return shut_; }
  [[nodiscard]] bool gave_up() const { return gave_up_; }
  /// Whether both directions were closed: nothing is read from then on.
  [[nodiscard]] bool left() const { return left_; }
  /// Whether the end of the peer's stream was seen.
  [[nodiscard]] bool ended() const { return ended_; }

  /// Whether no call remains: all made, or the connection is over.
  template <endpoint E>
  [[nodiscard]] bool calls_done(const E& end) const {
    return next_call_ == todo_->calls.size() || over(end);
  }

  /// Whether no reading remains: all done, the stream ended, or the connection is over and nothing is left to read.
  template <endpoint E>
  [[nodiscard]] bool reads_done(const E& end) const {
    return ended_ || left_ || next_read_ == todo_->reads.size() || (over(end) && !can_read(end));
  }

  /// Whether the next call can be made now.
  template <endpoint E>
  [[nodiscard]] bool call_enabled(const E& end) const {
    if (calls_done(end)) return false;
    const call& next = todo_->calls[next_call_];
    if (next.what == call_kind::open_passive || next.what == call_kind::open_active) return true;
    if (!opened_ || (!next.early && !end.established())) return false;
    return next.what != call_kind::write || can_write(end);
  }

  /// Whether something can be read now and the script wants it.
  template <endpoint E>
  [[nodiscard]] bool read_enabled(const E& end) const {
    return !ended_ && !left_ && next_read_ < todo_->reads.size() && can_read(end);
  }

  /// The next call as a text, e.g. "write 3".
  [[nodiscard]] std::string next_call() const {
    constexpr const char* names[] = {"open passive", "open active", "write", "shutdown", "close", "abort", "evict"};
    if (next_call_ >= todo_->calls.size()) return "nothing";
    const call& next = todo_->calls[next_call_];
    std::string text = names[static_cast<std::size_t>(next.what)];
    if (next.what == call_kind::write) text += ' ' + std::to_string(next.amount - within_call_);
    return text;
  }

  /// Makes the next call, which must be enabled. A write that is taken in part goes on at the next call.
  template <endpoint E>
  void make_call(E& end) {
    const call& next = todo_->calls[next_call_];
    switch (next.what) {
      case call_kind::open_passive:
        opened_ = passive_ = true;
        end.open_passive();
        break;
      case call_kind::open_active:
        opened_ = true;
        end.open_active();
        if (next.amount != 0) static_cast<void>(write_some(end, next.amount));
        break;
      case call_kind::write:
        if (!write_some(end, next.amount)) return;
        break;
      case call_kind::shutdown:
        shut_ = true;
        end.shutdown();
        break;
      case call_kind::close:
        shut_ = left_ = true;
        end.close();
        break;
      case call_kind::abort:
        gave_up_ = true;
        end.abort();
        break;
      case call_kind::evict:
        gave_up_ = true;
        end.evict();
        break;
    }
    ++next_call_;
    within_call_ = 0;
  }

  /// Reads as the script says; returns what is wrong with the octets, or nothing. `written_by_peer` is how many octets
  /// the peer's application handed over so far.
  template <endpoint E>
  [[nodiscard]] std::string make_read(E& end, std::uint64_t written_by_peer) {
    const reading& next = todo_->reads[next_read_];
    const std::uint32_t wanted = next.amount - (next.to_end ? 0 : within_read_);
    std::array<std::uint8_t, 256> room;
    const std::size_t most = std::min<std::size_t>(wanted, room.size());
    const std::size_t got = end.read(std::span<std::uint8_t>(room.data(), most));
    if (got > most) return "read returned more octets than there was room for";
    std::string wrong = compare(std::span<const std::uint8_t>(room.data(), got), written_by_peer);
    taken_ += got;
    if (next.to_end) return wrong;
    within_read_ += static_cast<std::uint32_t>(got);
    if (within_read_ == next.amount) {
      ++next_read_;
      within_read_ = 0;
    }
    return wrong;
  }

  /// Looks whether the stream ended; returns what is wrong with its end, or nothing.
  template <endpoint E>
  [[nodiscard]] std::string notice_end(const E& end, const application& peer) {
    if (ended_ || left_ || !opened_ || !end.end_of_stream()) return {};
    ended_ = true;
    if (!peer.shut_) return "end of stream although the peer did not close";
    if (taken_ != peer.written_) {
      return "end of stream after " + std::to_string(taken_) + " octets; the peer wrote " +
             std::to_string(peer.written_);
    }
    return {};
  }

  /// Feeds the state.
  void fingerprint(model::fingerprint& into) const {
    into.word(next_call_ | (static_cast<std::uint64_t>(next_read_) << 16) | (std::uint64_t{opened_} << 32) |
              (std::uint64_t{passive_} << 33) | (std::uint64_t{shut_} << 34) | (std::uint64_t{gave_up_} << 35) |
              (std::uint64_t{ended_} << 36) | (std::uint64_t{left_} << 37));
    into.word(within_call_ | (static_cast<std::uint64_t>(within_read_) << 32));
    into.word(written_);
    into.word(taken_);
  }

 private:
  template <endpoint E>
  [[nodiscard]] bool over(const E& end) const {
    return opened_ && (end.aborted() || end.closed());
  }

  /// Writes on until `amount` octets of the call are taken (true) or the endpoint takes no more (false).
  template <endpoint E>
  bool write_some(E& end, std::uint32_t amount) {
    std::array<std::uint8_t, 256> octets;
    while (within_call_ < amount) {
      const std::size_t most = std::min<std::size_t>(amount - within_call_, octets.size());
      for (std::size_t i = 0; i < most; ++i) octets[i] = stream_octet(me_, written_ + i);
      const std::size_t took = std::min(most, end.write(std::span<const std::uint8_t>(octets.data(), most)));
      written_ += took;
      within_call_ += static_cast<std::uint32_t>(took);
      if (took < most) break;
    }
    return within_call_ == amount;
  }

  [[nodiscard]] std::string compare(std::span<const std::uint8_t> got, std::uint64_t written_by_peer) const {
    if (taken_ + got.size() > written_by_peer) return "more octets were read than the peer wrote";
    for (std::size_t i = 0; i < got.size(); ++i) {
      if (got[i] != stream_octet(other(me_), taken_ + i)) {
        return "octet " + std::to_string(taken_ + i) + " of the stream is " + std::to_string(got[i]) + ", not " +
               std::to_string(stream_octet(other(me_), taken_ + i));
      }
    }
    return {};
  }

  const script* todo_;
  std::uint64_t written_ = 0;
  std::uint64_t taken_ = 0;
  std::uint32_t within_call_ = 0;
  std::uint32_t within_read_ = 0;
  std::uint16_t next_call_ = 0;
  std::uint16_t next_read_ = 0;
  side me_;
  bool opened_ = false;
  bool passive_ = false;
  bool shut_ = false;
  bool gave_up_ = false;
  bool left_ = false;
  bool ended_ = false;
};

}  // namespace sequent::model

// A path in virtual time between two TCPs of any make: delay, loss and reordering, drawn from a seed. Nothing waits for
// a real clock and no link has a rate: an ideal sender carries a window in each round-trip time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bench/measure.hpp"

namespace bench {

/// Virtual time in microseconds.
using virtual_time = std::int64_t;
inline constexpr virtual_time never = std::numeric_limits<virtual_time>::max();

/// What a path does to packets, the same in both directions.
struct conditions {
  virtual_time one_way = 5'000;
  double lost = 0;       ///< chance that a packet is
  double displaced = 0;  ///< chance that a packet is delivered behind 1 to 8 that followed it
  std::uint64_t seed = 1;
};

/// What became of the segments with text that one end sent.
struct tally {
  std::size_t sent = 0;
  std::size_t again = 0;  ///< began before the end of an earlier one: retransmissions
  std::size_t lost = 0;
};

/// One direction of a path.
class virtual_link {
 public:
  /// `tcp_offset`: octets in front of the TCP header of each packet.
  virtual_link(const conditions& path, std::size_t tcp_offset, std::uint64_t stream)
      : path_(path), tcp_offset_(tcp_offset), random_(path.seed * 2 + stream) {}

  /// A packet leaves at `now`, not before the one that left last.
  void send(std::span<const std::uint8_t> octets, virtual_time now) {
    const bool lost = chance_(random_) < path_.lost;
    note(octets, lost);
    if (lost) return;
    last_ = std::max(last_, now + path_.one_way);
    packet sent{last_, {octets.begin(), octets.end()}};
    if (chance_(random_) < path_.displaced) {
      held_.push_back({1 + random_() % 8, std::move(sent)});
      return;
    }
    queue_.push_back(std::move(sent));
    overtake();
  }

  /// When the next packet arrives.
  [[nodiscard]] virtual_time next() const {
    virtual_time first = queue_.empty() ? never : queue_.front().arrives;
    for (const auto& [behind, waiting] : held_) first = std::min(first, waiting.arrives + patience);
    return first;
  }

  /// Takes a packet that has arrived by `now`, if there is one.
  bool take(virtual_time now, std::vector<std::uint8_t>& octets) {
    if (!queue_.empty() && queue_.front().arrives <= now) {
      octets = std::move(queue_.front().octets);
      queue_.pop_front();
      return true;
    }
    const auto due = std::find_if(held_.begin(), held_.end(),
                                  [&](const auto& held) { return held.second.arrives + patience <= now; });
    if (due == held_.end()) return false;
    octets = std::move(due->second.octets);
    held_.erase(due);
    return true;
  }

  [[nodiscard]] const tally& text() const { return text_; }

 private:
  struct packet {
    virtual_time arrives = 0;
    std::vector<std::uint8_t> octets{};
  };

  // A displaced packet waits no longer than this for those that should overtake it: about what eight positions take in
  // a stream that fills the round-trip time evenly. Otherwise the last of a window would wait for the window after it.
  static constexpr virtual_time patience = 2'000;

  // A packet joined the queue: it has overtaken those that are held.
  void overtake() {
    for (auto& held : held_) --held.first;
    for (std::size_t i = 0; i != held_.size();) {
      if (held_[i].first != 0) {
        ++i;
        continue;
      }
      held_[i].second.arrives = queue_.back().arrives;
      queue_.push_back(std::move(held_[i].second));
      held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  // Reads what matters of the TCP header. Sequence numbers are compared on the circle.
  void note(std::span<const std::uint8_t> octets, bool lost) {
    const auto tcp = octets.subspan(tcp_offset_);
    const std::size_t length = tcp.size() - std::size_t{tcp[12]} / 16 * 4;
    if (length == 0) return;
    std::uint32_t seq = 0;
    for (std::size_t i = 4; i != 8; ++i) seq = seq << 8 | tcp[i];
    const bool again = text_.sent != 0 && static_cast<std::int32_t>(seq - end_) < 0;
    ++text_.sent;
    text_.again += again;
    text_.lost += lost;
    if (!again) end_ = seq + static_cast<std::uint32_t>(length);
  }

  conditions path_;
  std::size_t tcp_offset_;
  std::mt19937_64 random_;
  std::uniform_real_distribution<double> chance_{0.0, 1.0};
  std::deque<packet> queue_{};
  std::vector<std::pair<std::size_t, packet>> held_{};
  virtual_time last_ = 0;
  std::uint32_t end_ = 0;
  tally text_{};
};

/// How a transfer over a virtual path went.
struct outcome {
  double seconds = 0;  ///< virtual, from the first segment to the last octet read
  tally text{};
};

/// Carries a stream over a path, from an open call on. `Ends` is two TCPs and their users:
///   packets(side, now, give)    calls give(octets, leaves) for each packet that side 0 (the writer) or 1 has to send
///   deliver(side, octets, now)  hands a packet to a side
///   deadline(side)              when due(side, now) is to be called next, or never
///   due(side, now)              handles what is due
///   use(now)                    the users: the writer writes what finds room, the reader reads and checks what there
///   is done()                      everything has been read tcp_offset                  octets in front of the TCP
///   header of each packet
template <class Ends>
outcome carry_over(Ends& ends, const conditions& path, virtual_time begin) {
  virtual_link links[2] = {{path, Ends::tcp_offset, 0}, {path, Ends::tcp_offset, 1}};
  std::vector<std::uint8_t> octets;
  virtual_time now = begin;
  const auto send_all = [&](int side) {
    ends.packets(side, now, [&](std::span<const std::uint8_t> packet, virtual_time leaves) {
      links[side].send(packet, std::max(now, leaves));
    });
  };
  while (true) {
    ends.use(now);
    if (ends.done()) break;
    send_all(0);
    send_all(1);
    const virtual_time next = std::min({links[0].next(), links[1].next(), ends.deadline(0), ends.deadline(1)});
    require(next != never, "nothing is due and nothing flows");
    require(next < begin + virtual_time{100'000} * 1'000'000, "the transfer hangs");
    now = std::max(now, next);
    for (int side = 0; side != 2; ++side) {
      while (links[1 - side].take(now, octets)) {
        ends.deliver(side, octets, now);
        // Side 1 may have an acknowledgment for each; side 0 answers when all that came at one moment is in.
        if (side == 1) send_all(1);
      }
      if (ends.deadline(side) <= now) ends.due(side, now);
    }
  }
  return {static_cast<double>(now - begin) * 1e-6, links[0].text()};
}

/// A row of the virtual path, and its two figures.
struct path_row {
  const char* row;
  std::size_t window;
  conditions path;
};
inline constexpr path_row path_rows[] = {{"path.loss.64k", 65'536, {5'000, 0.01, 0.0, 1}},
                                         {"path.loss.256k", 262'144, {5'000, 0.01, 0.0, 1}},
                                         {"path.reorder.64k", 65'536, {5'000, 0.0, 0.05, 1}},
                                         {"path.clean.64k", 65'536, {5'000, 0.0, 0.0, 1}}};

/// Prints virtual seconds, scaled to 1 GiB; retransmissions for each loss, or, where nothing is lost, for 1 GiB.
inline void print_outcome(const path_row& row, const char* who, const outcome& went, std::size_t octets) {
  const double scale = static_cast<double>(std::size_t{1} << 30) / static_cast<double>(octets);
  const std::string name = row.row;
  print_figure(name, who, went.seconds * scale);
  print_figure(name + ".again", who, static_cast<double>(went.text.again) * scale);
  if (went.text.lost != 0) {
    print_figure(name + ".again_per_loss", who,
                 static_cast<double>(went.text.again) / static_cast<double>(went.text.lost));
  }
}

}  // namespace bench

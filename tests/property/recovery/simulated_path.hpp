// A receiver and a path to it, for a sender that is tried alone: what is sent is lost, late, twice or out of order, and
// the receiver acknowledges by the book.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "model/spec/oracles/parts.hpp"

namespace sequent::property {

using spec::microseconds;
using spec::octet_range;
using spec::octet_ranges;
using spec::position;

/// What the receiver answers, over positions of the stream.
struct path_answer {
  position ack = 0;
  std::vector<octet_range> blocks{};       ///< RFC 2018; the latest first
  std::optional<octet_range> duplicate{};  ///< a D-SACK block (RFC 2883)
  std::int64_t echoed = 0;                 ///< TSecr, in ticks of the sender's clock
};

/// Takes text in any order and acknowledges every segment at once.
class simulated_receiver {
 public:
  /// What this receiver knows.
  struct options {
    bool sack = true;
    bool duplicates = true;
    std::size_t most_blocks = 3;
  };

  simulated_receiver(position first, options given) : next_(first), given_(given) {}

  /// Octets before this have arrived in order.
  [[nodiscard]] position next() const { return next_; }

  path_answer take(const octet_range& text, std::int64_t ticks) {
    if (text.first <= next_ && ticks >= recent_) recent_ = ticks;  // RFC 7323 section 4.3
    path_answer answer;
    note_duplicate(text, answer);
    held_.push_back({std::max(text.first, next_), std::max(text.last, next_)});
    held_ = joined(held_);
    if (!held_.empty() && held_.front().first == next_) {
      next_ = held_.front().last;
      held_.erase(held_.begin());
    }
    answer.ack = next_;
    answer.echoed = recent_;
    if (given_.sack) report(text, answer);
    return answer;
  }

 private:
  void note_duplicate(const octet_range& text, path_answer& answer) const {
    if (!given_.duplicates || !given_.sack) return;
    octet_ranges had = held_;
    had.push_back({0, next_});
    for (const octet_range& r : spec::joined(had)) {
      const octet_range both{std::max(r.first, text.first), std::min(r.last, text.last)};
      if (both.first < both.last) {
        answer.duplicate = both;
        return;
      }
    }
  }

  // RFC 2018 section 4: the block of the latest segment first, then those that were first most recently.
  void report(const octet_range& text, path_answer& answer) {
    latest_.insert(latest_.begin(), text.first);
    if (latest_.size() > 16) latest_.pop_back();
    const std::size_t most = given_.most_blocks - (answer.duplicate ? 1 : 0);
    for (const position octet : latest_) {
      const auto block = std::find_if(held_.begin(), held_.end(),
                                      [&](const octet_range& r) { return r.first <= octet && octet < r.last; });
      if (block == held_.end() || answer.blocks.size() == most) continue;
      if (std::find(answer.blocks.begin(), answer.blocks.end(), *block) == answer.blocks.end()) {
        answer.blocks.push_back(*block);
      }
    }
  }

  position next_;
  options given_;
  octet_ranges held_;
  std::vector<position> latest_;  // an octet of each latest segment
  std::int64_t recent_ = 0;       // TS.Recent
};

/// Something on its way.
struct path_packet {
  bool answer = false;
  octet_range text{};      ///< of a segment
  std::int64_t ticks = 0;  ///< its TSval
  path_answer told{};      ///< of an acknowledgment
  bool marked = false;     ///< of one that echoes congestion
};

/// The way there and back. What happens to a packet is told by masks of sixteen bits, one for each of its kind.
class simulated_path {
 public:
  struct fates {
    std::uint16_t lost = 0;
    std::uint16_t late = 0;
    std::uint16_t twice = 0;
    std::uint16_t marked = 0;
  };

  simulated_path(microseconds one_way, microseconds extra) : one_way_(one_way), extra_(extra) {}

  /// The fates of what goes one way from here on.
  [[nodiscard]] fates& way(bool answers) { return fates_[answers ? 1 : 0]; }

  void send(const path_packet& p, microseconds now) {
    const std::size_t i = p.answer ? 1 : 0;
    const unsigned at = count_[i]++ % 16;
    const auto bit = [at](std::uint16_t mask) { return (mask >> at & 1) != 0; };
    if (bit(fates_[i].lost)) return;
    const microseconds due = std::max(now + one_way_ + (bit(fates_[i].late) ? extra_ : 0), still_until_);
    packets_.emplace(due, p)->second.marked = p.answer && bit(fates_[i].marked);
    if (bit(fates_[i].twice)) packets_.emplace(due + one_way_ / 4, p);
  }

  /// The segment that was sent last, if it has not arrived, is lost.
  void lose_the_last() {
    auto last = packets_.end();
    for (auto it = packets_.begin(); it != packets_.end(); ++it) {
      if (!it->second.answer && (last == packets_.end() || it->second.text.last >= last->second.text.last)) last = it;
    }
    if (last != packets_.end()) packets_.erase(last);
  }

  /// Nothing arrives before this moment, neither what is on its way nor what is sent till then.
  void stand_still(microseconds until) {
    still_until_ = until;
    std::multimap<microseconds, path_packet> waiting;
    for (const auto& [due, p] : packets_) waiting.emplace(std::max(due, until), p);
    packets_ = waiting;
  }

  /// When the next packet arrives.
  [[nodiscard]] std::optional<microseconds> due() const {
    return packets_.empty() ? std::nullopt : std::optional(packets_.begin()->first);
  }

  path_packet take() {
    path_packet p = packets_.begin()->second;
    packets_.erase(packets_.begin());
    return p;
  }

 private:
  microseconds one_way_;
  microseconds extra_;
  microseconds still_until_ = 0;
  fates fates_[2]{};
  unsigned count_[2]{};
  std::multimap<microseconds, path_packet> packets_;
};

}  // namespace sequent::property

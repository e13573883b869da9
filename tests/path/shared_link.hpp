// Pairs of production connections whose text crosses one bottleneck, in virtual time. Nobody judges them (two_ends.hpp
// does): what is seen is what each of them gets.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tests/path/any_end.hpp"
#include "tests/path/link.hpp"

namespace sequent::path {

/// A pair: the first end writes, the second reads at once.
struct flow_setting {
  static constexpr std::uint64_t endless = std::numeric_limits<std::uint64_t>::max();
  connection_config config{};      ///< of both ends
  std::uint64_t writes = endless;  ///< octets; then it shuts down
  nanoseconds begins = 0;          ///< when it opens
  std::size_t buffer = 1 << 20;    ///< each of both ends' buffers, in octets
};

/// The bottleneck, and until when it is watched.
struct shared_setting {
  std::array<link_setting, 2> way{};  ///< way[0] carries the text of all pairs, way[1] their acknowledgments
  nanoseconds counts_from = 0;        ///< what was read before this moment is no part of anyone's share
  nanoseconds most_time = 3'600 * second;
  nanoseconds first_losses = 0;  ///< what is dropped so long after the first drop, or earlier, belongs to it
};

/// What one pair got.
struct flow_result {
  std::uint64_t share = 0;         ///< octets read since shared_setting::counts_from
  nanoseconds finished = 0;        ///< when the last of its octets was read; 0: it did not finish
  connection_counters counters{};  ///< of the end that writes
};

/// What all of them did.
struct shared_result {
  std::string why{};  ///< what was wrong, if anything: text that is not what was written
  std::vector<flow_result> flows{};
  std::uint64_t drops = 0;        ///< packets of way[0]
  std::uint64_t marks = 0;        ///< packets of way[0] that it marked
  std::uint64_t first_drops = 0;  ///< of the drops, until first_losses after the first
  nanoseconds took = 0;           ///< until the last pair finished, or the end

  /// Of all pairs together.
  [[nodiscard]] connection_counters sum() const {
    connection_counters all;
    for (const flow_result& each : flows) all += each.counters;
    return all;
  }
  [[nodiscard]] bool finished() const {
    return std::all_of(flows.begin(), flows.end(), [](const flow_result& each) { return each.finished != 0; });
  }
};

/// The run: add() pairs, then run() once.
class shared_link {
 public:
  explicit shared_link(const shared_setting& given) : given_(given), ways_{link(given.way[0]), link(given.way[1])} {
    for (std::size_t k = 0; k != pattern_.size(); ++k) {
      pattern_[k] = static_cast<std::uint8_t>(k % period * 0x9E3779B97F4A7C15u >> 56);
    }
  }

  /// A pair whose writer has a policy, which must have heap_storage and count.
  template <class Policy>
  void add(const flow_setting& given) {
    pairs_.emplace_back().given = given;
    for (std::size_t i = 0; i != 2; ++i) {
      connection_config config = given.config;
      config.local_port = static_cast<std::uint16_t>(1'000 + i);
      config.remote_port = static_cast<std::uint16_t>(1'001 - i);
      pairs_.back().end[i] = std::make_unique<end_of<Policy>>(config, given.buffer);
    }
    pairs_.back().end[1]->open(std::nullopt);
    result_.flows.emplace_back();
  }

  shared_result run() {
    while (result_.why.empty() && !std::all_of(pairs_.begin(), pairs_.end(), over)) {
      const auto next = next_event();
      if (!next || *next > given_.most_time) break;
      now_ = std::max(now_, *next);
      step();
    }
    for (std::size_t f = 0; f != pairs_.size(); ++f) {
      result_.flows[f].counters = pairs_[f].end[0]->counters();
      result_.took = std::max(result_.took, result_.flows[f].finished);
    }
    if (!result_.finished()) result_.took = now_;
    return result_;
  }

 private:
  static constexpr std::uint64_t period = 65'521;  // of the text

  struct pair {
    flow_setting given{};
    std::array<std::unique_ptr<any_end>, 2> end{};
    std::uint64_t written = 0, read = 0;
    bool begun = false;
    std::array<bool, 2> shut{};
  };
  // What reaches an end, or, where it was told to wait, its link.
  struct packet {
    std::size_t flow = 0, from = 0;
    bool enters = false, may_mark = false, marked = false;
    std::vector<std::uint8_t> octets{};
  };

  // All of its text has been read and acknowledged, its SYN as well.
  [[nodiscard]] static bool over(const pair& p) {
    return p.read == p.given.writes && p.end[0]->counters().octets_delivered > p.given.writes;
  }

  [[nodiscard]] instant clock() const { return instant::from_microseconds(now_ / microsecond); }

  [[nodiscard]] std::optional<nanoseconds> next_event() const {
    std::optional<nanoseconds> at;
    const auto take = [&](nanoseconds other) { at = at ? std::min(*at, other) : other; };
    if (!flying_.empty()) take(flying_.begin()->first);
    for (const pair& p : pairs_) {
      if (!p.begun) take(p.given.begins);
      for (const auto& end : p.end) {
        if (const auto due = end->deadline()) take(due->microseconds() * microsecond);
      }
    }
    return at;
  }

  void step() {
    while (!flying_.empty() && flying_.begin()->first <= now_) {
      const packet p = std::move(flying_.begin()->second);
      flying_.erase(flying_.begin());
      if (p.enters) {
        enter(p);
        continue;
      }
      pairs_[p.flow].end[1 - p.from]->hear(
          p.octets, clock(), p.marked ? ecn_codepoint::congestion_experienced : ecn_codepoint::not_capable);
      read(p.flow);
      send(p.flow, 1 - p.from);
    }
    for (std::size_t f = 0; f != pairs_.size(); ++f) {
      pair& p = pairs_[f];
      if (!p.begun && p.given.begins <= now_) {
        p.begun = true;
        p.end[0]->open(clock());
      }
      for (std::size_t i = 0; i != 2; ++i) {
        if (const auto due = p.end[i]->deadline(); due && *due <= clock()) p.end[i]->expire(clock());
      }
      read(f);
      write(f);
      send(f, 0);
      if (!p.shut[1]) p.shut[1] = p.end[1]->shutdown();  // the reader has nothing to say
      send(f, 1);
    }
  }

  [[nodiscard]] std::span<const std::uint8_t> text(std::size_t f, std::uint64_t position, std::size_t octets) const {
    return std::span(pattern_).subspan((position + f * 997) % period, octets);
  }
  void read(std::size_t f) {
    pair& p = pairs_[f];
    while (const std::size_t got = p.end[1]->read(buffer_)) {
      const auto want = text(f, p.read, got);
      if (!std::equal(want.begin(), want.end(), buffer_.begin())) result_.why = "a wrong octet was read";
      p.read += got;
      if (now_ >= given_.counts_from) result_.flows[f].share += got;
      if (p.read == p.given.writes) result_.flows[f].finished = now_;
    }
  }
  void write(std::size_t f) {
    pair& p = pairs_[f];
    while (!p.shut[0]) {
      const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(p.given.writes - p.written, buffer_.size()));
      if (most == 0) {
        p.shut[0] = p.end[0]->shutdown();
        return;
      }
      const std::size_t took = p.end[0]->write(text(f, p.written, most));
      if (took == 0) return;
      p.written += took;
      send(f, 0);
    }
  }
  void send(std::size_t f, std::size_t i) {
    while (const auto out = pairs_[f].end[i]->next(clock(), segment_)) {
      const auto octets = std::span(segment_).first(out->length);
      packet p{f, i, true, out->ecn != ecn_codepoint::not_capable, false, {octets.begin(), octets.end()}};
      const nanoseconds leaves = out->not_before.microseconds() * microsecond;
      if (leaves > now_) {
        flying_.emplace(leaves, std::move(p));
      } else {
        enter(std::move(p));
      }
    }
  }
  void enter(packet p) {
    const link::outcome became = ways_[p.from].carry(p.octets.size() + 20, p.may_mark, now_);
    if (p.from == 0 && became.lost) {
      if (result_.drops++ == 0) first_drop_ = now_;
      if (now_ <= first_drop_ + given_.first_losses) ++result_.first_drops;
    }
    if (!became.arrives) return;
    p.enters = false;
    p.marked = became.marked;
    if (p.from == 0 && became.marked) ++result_.marks;
    flying_.emplace(*became.arrives, std::move(p));
  }

  shared_setting given_;
  std::array<link, 2> ways_;
  std::vector<pair> pairs_{};
  std::multimap<nanoseconds, packet> flying_{};
  std::vector<std::uint8_t> pattern_ = std::vector<std::uint8_t>(period + 65'536);
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(65'536);
  std::array<std::uint8_t, 16'384> segment_{};
  nanoseconds now_ = 0, first_drop_ = 0;
  shared_result result_{};
};

}  // namespace sequent::path

// A virtual network of one sender, one bottleneck with a drop-tail queue, and a receiver that acknowledges every
// segment: enough to see what a congestion control does to a queue, without a TCP around it.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "sequent/congestion/progress.hpp"

namespace sequent::test {

/// A path.
struct bottleneck {
  double segments_a_second = 8'333;  ///< 100 Mbit/s of 1500 octets
  std::int64_t round_trip = 50'000;  ///< microseconds, without queueing
  std::size_t queue = 400;           ///< segments
};

/// What became of a transfer.
struct transfer {
  std::uint64_t lost = 0;         ///< segments
  std::int64_t microseconds = 0;  ///< until the last was acknowledged
  std::int64_t first_loss = -1;   ///< when it was detected; negative if nothing was lost
};

/// Sends so many segments of 1000 octets over a path. Losses are found when something sent later is acknowledged, once
/// a round trip the window is reduced for them, and what is lost is sent again; nothing ever times out.
template <class Control>
class path_run {
 public:
  path_run(const bottleneck& path, std::uint64_t segments) : path_(path), left_(segments), all_(segments) {
    control_.start(mss, false);
  }

  transfer run() {
    send();
    while (delivered_ != all_) {
      const flying next = flight_.front();
      flight_.pop_front();
      if (next.lost) {
        found_lost(next);
      } else {
        now_ = next.acknowledged;
        delivered(next);
      }
      send();
    }
    result_.microseconds = now_;
    return result_;
  }

 private:
  struct flying {
    std::uint64_t number;
    std::int64_t sent;
    std::int64_t acknowledged;
    bool lost;
  };
  static constexpr u32 mss = 1'000;

  [[nodiscard]] u32 outstanding() const { return static_cast<u32>(flight_.size()) * mss; }

  void send() {
    while (left_ != 0 && outstanding() + mss <= control_.window()) {
      --left_;
      const double service = 1e6 / path_.segments_a_second;
      const double waits = free_at_ > static_cast<double>(now_) ? free_at_ - static_cast<double>(now_) : 0;
      const bool lost = waits > service * static_cast<double>(path_.queue);
      if (!lost) free_at_ = static_cast<double>(now_) + waits + service;
      flight_.push_back({next_++, now_, static_cast<std::int64_t>(free_at_) + path_.round_trip, lost});
    }
  }

  // In order, so what stands before something acknowledged and was not delivered is lost.
  void found_lost(const flying& segment) {
    ++result_.lost;
    ++left_;
    if (segment.number < recovery_until_) return;
    if (result_.first_loss < 0) result_.first_loss = now_;
    control_.on_congestion(outstanding() + mss, mss, instant::from_microseconds(now_));
    control_.set_window(control_.threshold());
    recovering_ = true;
    recovery_until_ = next_;
  }

  void delivered(const flying& segment) {
    ++delivered_;
    if (recovering_ && segment.number >= recovery_until_) {
      recovering_ = false;
      control_.leave_recovery();
    }
    const std::int64_t rtt = now_ - segment.sent;
    smoothed_ = smoothed_ == 0 ? rtt : smoothed_ + (rtt - smoothed_) / 8;
    if (recovering_) return;
    congestion::progress p{.acked = mss, .mss = mss, .flight = outstanding() + mss};
    p.window_was_full = outstanding() + 2 * mss > control_.window();
    p.now = instant::from_microseconds(now_);
    p.round_trip = duration::microseconds(rtt);
    p.smoothed = duration::microseconds(smoothed_);
    p.una = sequence_number<u32>(static_cast<u32>((segment.number + 1) * mss));
    p.nxt = sequence_number<u32>(static_cast<u32>(next_ * mss));
    control_.on_ack(p);
  }

  bottleneck path_;
  Control control_{};
  std::deque<flying> flight_;
  std::uint64_t left_;
  std::uint64_t all_;
  std::uint64_t next_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint64_t recovery_until_ = 0;
  bool recovering_ = false;
  double free_at_ = 0;
  std::int64_t now_ = 0;
  std::int64_t smoothed_ = 0;
  transfer result_{};
};

}  // namespace sequent::test

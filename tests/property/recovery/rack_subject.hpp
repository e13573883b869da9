// RACK beside its oracle: both see the same segments leave, the same acknowledgments come and the same time pass; what
// the core marks as lost must be what RFC 8985 lets a sender mark, and no less than what it makes one mark.
// covers: rfc8985#6.2
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "model/spec/oracles/rack.hpp"
#include "sequent/recovery/rack.hpp"
#include "tests/property/drawn.hpp"

namespace sequent::property {

/// Drives a RACK (the real one or a broken one) over a scoreboard, as loss recovery does. Segments are whole and each
/// leaves at a moment of its own, so the oracle knows exactly what is permitted but for the width of its clock.
template <class Rack>
class rack_subject {
 public:
  /// `origin`: the first sequence number; `clock`: of the 32-bit clock; `smoothed`: SRTT, in microseconds.
  rack_subject(u32 origin, u32 clock, u32 smoothed)
      : origin_(origin), clock_(clock), smoothed_(smoothed), oracle_({.smss = mss, .first = 0, .timestamp_tick = 1}) {
    board_.start(wire(0));
    core_.start(wire(0));
    rack_subject unanswered(*this);  // ends with a timeout before anything was measured
    unanswered.send(2 + smoothed % 8);
    unanswered.time_out(smoothed);
    unanswered.compare();
    wrong_ = unanswered.wrong_;
    // Before anything was measured, what is sent again tells nothing to the core.
    send(1);
    now_ += 1 + smoothed % 1'000;
    spec::rack_acknowledgment first;
    first.ack = mss;
    take(first);
    settle(first);
  }

  /// Makes one step; returns what is wrong after it, or an empty string.
  std::string apply(const step& s) {
    now_ += 1 + s[3] % 64;
    switch (s[0] % 16) {
      case 0:
      case 1:
      case 2:
      case 3: send(1 + s[1] % 8); break;
      case 4:
      case 5: send_again(); break;
      case 6: probe(); break;
      case 7: now_ += s[1] % 32 == 0 && ++pauses_ <= 4 ? 170'000'000 : s[1]; break;
      case 8: fire(); break;
      case 9: s[1] % 8 == 0 ? time_out(1 + s[2] * 16) : send_again(); break;
      case 10: rebase(); break;
      default: hear(s);
    }
    if (wrong_.empty()) compare();
    return wrong_;
  }

 private:
  static constexpr std::int64_t mss = 100;
  static constexpr std::int64_t most_segments = 60;
  static constexpr std::uint8_t mark = 1;

  [[nodiscard]] sequence_number<u32> wire(std::int64_t x) const {
    return sequence_number<u32>(origin_ + static_cast<u32>(x));
  }
  [[nodiscard]] std::int64_t position_of(sequence_number<u32> x) const { return una_ + (x - wire(una_)); }
  [[nodiscard]] u32 clock() const { return clock_ + static_cast<u32>(now_); }

  void send(std::int64_t segments) {
    for (; segments != 0 && nxt_ - una_ < most_segments * mss; --segments) {
      board_.sent(wire(nxt_ + mss), clock(), false);
      oracle_.sent(nxt_, nxt_ + mss, now_);
      nxt_ += mss;
      blurred_.extend(nxt_);
      ++now_;
    }
  }

  void repeat(std::int64_t first) {
    board_.sent_again(wire(first), wire(first + mss), clock());
    oracle_.sent(first, first + mss, now_);
    blurred_.clear({first, first + mss}, mark);
  }

  void send_again() {
    if (const auto lost = board_.first_lost()) repeat(position_of(lost->first));
  }

  // The last segment goes out again although it is not taken for lost, unless it has arrived.
  void probe() {
    if (una_ != nxt_ && board_.view().back().fate == run_fate::in_flight) repeat(nxt_ - mss);
  }

  // Segments that are taken for lost together share one time on the scoreboard, the earliest. What the core learns when
  // they arrive after all is what the RFC says but for the time between them, so here they arrive repeated or never.
  [[nodiscard]] bool blurred(const spec::octet_range& range) const {
    bool any = false;
    for (std::int64_t x = range.first; x < range.last; x += mss) any = any || blurred_.at(x) != 0;
    return any;
  }

  // An acknowledgment of whole segments: up to three blocks beyond what it acknowledges, perhaps with a D-SACK.
  void hear(const step& s) {
    if (una_ == nxt_) return;
    now_ += s[1] % 4 == 0 ? s[1] : 0;
    spec::rack_acknowledgment told;
    const std::int64_t segments = (nxt_ - una_) / mss;
    told.ack = una_ + (s[2] % 3 == 0 ? 1 + s[2] % segments : 0) * mss;
    while (blurred({una_, told.ack})) told.ack -= mss;
    std::int64_t from = told.ack + mss;
    for (unsigned bits = s[1] / 4u; bits % 4 != 0 && from < nxt_; bits /= 64) {
      const std::int64_t left = from + bits / 4 % 4 * mss;
      const std::int64_t right = std::min(nxt_, left + (1 + bits / 16 % 4) * mss);
      if (left < right && !blurred({left, right})) told.blocks.push_back({left, right});
      from = right + mss;
    }
    told.duplicate_reported = s[0] / 16 % 8 == 7;
    take(told);
    settle(told);
  }

  // Steps 1 to 4.
  void take(const spec::rack_acknowledgment& told) {
    auto news = core_.hear(clock());
    const auto note = [&](const delivered_run& run) { core_.delivered(news, run, false); };
    board_.acknowledge(wire(told.ack), note);
    una_ = told.ack;
    blurred_.drop_below(una_);
    for (const auto& block : told.blocks) board_.sack(wire(block.first), wire(block.last), note);
    core_.conclude(news);
    core_.forget_round(wire(una_));
    if (told.duplicate_reported) core_.duplicate_reported(wire(una_), wire(nxt_));
  }

  // The end of a recovery, step 5, and what the oracle says to all that.
  void settle(spec::rack_acknowledgment& told) {
    if (recovering_ && una_ >= recover_) {
      core_.recovered();
      recovering_ = false;
      told.ends_recovery = true;
    }
    detect();
    told.min_rtt = core_.min_round_trip().value_or(0);
    told.srtt = smoothed_;
    told.in_recovery = recovering_ && !told.ends_recovery;  // one recovery may end and another begin
    oracle_.acknowledged(told, now_);
    oracle_.claims_timer(again_at_);
    oracle_.recovery(recovering_);
    if (una_ == nxt_) core_.nothing_outstanding(wire(nxt_));
  }

  void detect() {
    const bool urgent = recovering_ || board_.sacked() > 2 * mss;
    const auto found = core_.detect(board_, clock(), core_.reordering_window(smoothed_, urgent));
    again_at_ = found.again_in ? std::optional(now_ + *found.again_in) : std::nullopt;
    if (found.found && !recovering_) {
      recovering_ = true;
      recover_ = nxt_;
    }
  }

  // The reordering timer.
  void fire() {
    if (!again_at_) return;
    now_ = std::max(now_, *again_at_);
    detect();
    oracle_.timer_expired(now_);
    oracle_.claims_timer(again_at_);
    oracle_.recovery(recovering_);
  }

  // The retransmission timer: the first segment goes out again, and what is old.
  void time_out(std::int64_t later) {
    if (una_ == nxt_) return;
    now_ += later;
    const u32 window = core_.reordering_window(smoothed_, recovering_ || board_.sacked() > 2 * mss);
    board_.mark_head_lost(mss);
    core_.time_out(board_, clock(), window);
    recovering_ = true;
    recover_ = nxt_;
    again_at_.reset();
    oracle_.timed_out(now_);
  }

  void rebase() {
    board_.rebase(1'000'000);
    core_.rebase(1'000'000);
    clock_ -= 1'000'000;
  }

  void compare() {
    spec::octet_ranges lost;
    for (std::size_t i = 0; i != board_.view().size(); ++i) {
      if (board_.view()[i].fate != run_fate::lost) continue;
      lost.push_back({position_of(board_.view()[i].first), position_of(board_.last_of(i))});
      if (lost.back().last - lost.back().first > mss) blurred_.set(lost.back(), mark);
    }
    oracle_.claims_lost(lost, now_);
    oracle_.claims_pipe(board_.pipe(), now_);
    wrong_ = oracle_.violation();
  }

  u32 origin_;
  u32 clock_;  // when now_ is 0
  u32 smoothed_;
  scoreboard<512> board_{};
  Rack core_{};
  spec::rack_oracle oracle_;
  spec::octet_marks blurred_{};
  std::int64_t una_ = 0;
  std::int64_t nxt_ = 0;
  std::int64_t now_ = 0;
  std::int64_t recover_ = 0;
  bool recovering_ = false;
  int pauses_ = 0;  // so long that a shortest round trip grows old, but not so that its clock goes round
  std::optional<std::int64_t> again_at_{};
  std::string wrong_;
};

/// Gives reordering no time.
struct hasty_rack : rack {
  static constexpr u32 reordering_window(u32, bool) noexcept { return 0; }
};

/// Never forgets the shortest round trip there was.
struct lifelong_rack : rack {
  constexpr void delivered(arrival& news, const delivered_run& run, bool echo_before) noexcept {
    rack::delivered(news, run, echo_before);
    shortest_ = std::min(shortest_, rack::min_round_trip().value_or(shortest_));
  }
  [[nodiscard]] constexpr std::optional<u32> min_round_trip() const noexcept { return shortest_; }
  u32 shortest_ = 0xffff'ffffu;
};

/// Forgets the shortest round trip with each that is measured.
struct forgetful_rack : rack {
  constexpr void delivered(arrival& news, const delivered_run& run, bool echo_before) noexcept {
    rack::delivered(news, run, echo_before);
    if (!run.again && news.now - run.sent_at < 0x8000'0000u) latest_ = std::max(news.now - run.sent_at, 1u);
  }
  [[nodiscard]] constexpr std::optional<u32> min_round_trip() const noexcept { return latest_; }
  u32 latest_ = 0;
};

/// Waits for half a round trip more than it should.
struct slow_rack : rack {
  [[nodiscard]] constexpr u32 reordering_window(u32 smoothed, bool urgent) const noexcept {
    return rack::reordering_window(smoothed, urgent) + min_round_trip().value_or(0) / 2;
  }
};

/// Learns nothing from a D-SACK.
struct rigid_rack : rack {
  constexpr void duplicate_reported(sequence_number<u32>, sequence_number<u32>) noexcept {}
};

/// Gives up everything at a timeout.
struct desperate_rack : rack {
  template <std::size_t Most>
  constexpr void time_out(scoreboard<Most>& board, u32, u32) const noexcept {
    (void)board.mark_all_lost();
  }
};

/// Takes what was sent again for sent once.
struct credulous_rack : rack {
  constexpr void delivered(arrival& news, delivered_run run, bool echo_before) noexcept {
    run.again = false;
    rack::delivered(news, run, echo_before);
  }
};

}  // namespace sequent::property

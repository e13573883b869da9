// Recent acknowledgment: what was sent well before something that has been delivered is lost (RFC 8985 section 6).
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "sequent/recovery/scoreboard.hpp"

namespace sequent {

/// The variables of RFC 8985 section 5.3, and what follows from them. Times are in microseconds, 32 bits wide and
/// compared within half their circle; nothing outstanding is older than that without having been given up.
class rack {
  static constexpr u32 unknown = 0xffff'ffffu;

 public:
  constexpr void start(sequence_number<u32> nxt) noexcept {
    nothing_outstanding(nxt);
    round_trip_ = 0;
    min_round_trip_ = unknown;
    min_at_ = 0;
    multiplier_ = 1;
    persists_ = 0;
    reordering_seen_ = widened_ = false;
  }

  /// What lasts while nothing is outstanding.
  struct memory {
    u32 round_trip = 0;
    u32 min_round_trip = unknown;
    std::uint8_t min_at = 0;
    std::uint8_t multiplier = 1;
    std::uint8_t persists = 0;
    bool reordering_seen = false;
  };
  [[nodiscard]] constexpr memory lasting() const noexcept {
    return {round_trip_, min_round_trip_, min_at_, multiplier_, persists_, reordering_seen_};
  }
  /// Goes on from there, with nothing outstanding.
  constexpr void start(sequence_number<u32> nxt, const memory& lasting) noexcept {
    start(nxt);
    round_trip_ = lasting.round_trip;
    min_round_trip_ = lasting.min_round_trip;
    min_at_ = lasting.min_at;
    multiplier_ = lasting.multiplier;
    persists_ = lasting.persists;
    reordering_seen_ = lasting.reordering_seen;
  }

  /// What one acknowledgment has delivered so far. Its segments are taken together: no order can be told among them.
  struct arrival {
    u32 now = 0;
    sequence_number<u32> furthest{};  // RACK.fack before it
    u32 sent_at = 0;                  // of what was sent last
    sequence_number<u32> end{};
    bool valid = false;
    u32 granule = 0;      // what was sent may have been sent so much earlier than its time says
    bool spread = false;  // some of that was sent earlier
  };
  [[nodiscard]] constexpr arrival hear(u32 now, u32 granule = 0) noexcept {
    widened_ = false;
    return {now, furthest_, 0, {}, false, granule, false};
  }

  /// A round trip was measured of what was sent once: of a segment, or of the SYN. RACK.min_RTT is the shortest, unless
  /// that was five minutes ago: the path may have become longer (section 6.2, step 1).
  constexpr void measured(u32 round_trip, u32 now) noexcept {
    const auto at = static_cast<std::uint8_t>(now >> min_at_scale);
    const auto since = static_cast<std::uint8_t>(at - min_at_);
    const bool old = since >= min_lasts && since < min_is_ahead;
    if (round_trip > min_round_trip_ && !old) return;
    min_round_trip_ = (std::max)(round_trip, u32{1});
    min_at_ = at;
  }

  /// A run is among what the acknowledgment delivered (section 6.2, steps 1 to 3). `echo_before` says that the
  /// timestamp shows it to answer an earlier transmission than the last one.
  constexpr void delivered(arrival& news, const delivered_run& run, bool echo_before) noexcept {
    if (before(furthest_, run.last)) furthest_ = run.last;
    if (!run.again && before(run.last, news.furthest)) reordering_seen_ = true;
    const u32 round_trip = news.now - run.sent_at;
    if (round_trip >= half_circle) return;  // the clock jumped back
    if (run.again && (echo_before || round_trip < min_round_trip_)) return;
    if (!run.again) measured(round_trip + news.granule, news.now);
    if (news.valid && !sent_after(run.sent_at, run.last, news.sent_at, news.end)) return;
    news.valid = true;
    news.sent_at = run.sent_at;
    news.end = run.last;
    news.spread = run.spread;
  }

  /// All that the acknowledgment delivered has been named: RACK.rtt is measured by what of it was sent last.
  constexpr void conclude(const arrival& news) noexcept {
    if (!news.valid) return;
    round_trip_ = news.now - news.sent_at + news.granule;
    if (known_ && !sent_after(news.sent_at, news.end, sent_at_, end_)) return;
    known_ = true;
    sent_at_ = news.sent_at;
    end_ = news.end;
    spread_ = news.spread;
  }

  /// A D-SACK arrived (section 6.2, step 4): the reordering window grows, once a round trip.
  constexpr void duplicate_reported(sequence_number<u32> una, sequence_number<u32> nxt) noexcept {
    forget_round(una);
    if (round_of_duplicate_) return;
    round_of_duplicate_ = nxt;
    if (multiplier_ != max_multiplier) ++multiplier_;
    persists_ = recoveries_that_persist;
    widened_ = true;
  }

  /// SND.UNA moved on: a round of D-SACKs that it passes is over, and must not seem to lie ahead half a circle later.
  constexpr void forget_round(sequence_number<u32> una) noexcept {
    if (round_of_duplicate_ && !before(una, *round_of_duplicate_)) round_of_duplicate_.reset();
  }

  /// A recovery, fast or after a timeout, is over: after sixteen without a D-SACK the window is what it was at first.
  /// One that ends with the very acknowledgment that widened it does not count.
  constexpr void recovered() noexcept {
    if (widened_) return;
    if (persists_ != 0 && --persists_ == 0) multiplier_ = 1;
  }

  /// The reordering window. `urgent`: recovery is under way, or three segments have been reported beyond a hole; then a
  /// path that has never reordered gets no window at all.
  [[nodiscard]] constexpr u32 reordering_window(u32 smoothed, bool urgent) const noexcept {
    if (!reordering_seen_ && urgent) return 0;
    if (min_round_trip_ == unknown) return 0;
    const std::uint64_t window = std::uint64_t{min_round_trip_} * multiplier_ / 4;
    // Where what is being timed was lost there is a least round trip before there is an SRTT.
    return static_cast<u32>(smoothed == 0 ? window : std::min<std::uint64_t>(window, smoothed));
  }

  /// Marks what is lost by now (section 6.2, step 5), and says when to look again if something may become so. `granule`
  /// as in hear().
  struct outcome {
    bool found = false;
    std::optional<u32> again{};  ///< when the last of it was sent again that had been
    std::optional<u32> again_in{};
  };
  template <std::size_t Most>
  constexpr outcome detect(scoreboard<Most>& board, u32 now, u32 window, u32 granule = 0) const noexcept {
    outcome out;
    if (!known_) return out;
    out.found = board.mark_lost([&](const sent_run& run, sequence_number<u32> last) {
      if (!overtook(run, last)) return false;
      const u32 elapsed = now - run.sent_at;
      if (elapsed >= half_circle) return false;
      // Which of two originals was sent first is certain, however coarse their times are; of what was sent again it is
      // not. So where nothing is given time, the former have none.
      const bool at_once = window == 0 && !run.again;
      const u32 patience = at_once ? round_trip_ - (std::min)(round_trip_, granule) : round_trip_ + window;
      if (elapsed >= patience) {
        if (run.again && (!out.again || run.sent_at - *out.again < half_circle)) out.again = run.sent_at;
        return true;
      }
      out.again_in = (std::max)(out.again_in.value_or(0), patience - elapsed);
      return false;
    });
    return out;
  }

  /// The retransmission timer expired (section 6.3): marks what was sent longer ago than RACK.rtt and the reordering
  /// window. That the first outstanding octets are lost is the caller's to say. While nothing has measured RACK.rtt it
  /// is zero, and all is old: or what nobody answers would stay in flight for ever.
  template <std::size_t Most>
  constexpr void time_out(scoreboard<Most>& board, u32 now, u32 window) const noexcept {
    const u32 patience = round_trip_ + window;
    (void)board.mark_lost([&](const sent_run& run, sequence_number<u32>) {
      const u32 elapsed = now - run.sent_at;
      return elapsed >= patience;
    });
  }

  /// Something has been delivered that was sent after this run, which ends at `last` (RACK_sent_after() of
  /// section 6.2). What has the time of text that followed it may be older than a repetition at that moment.
  [[nodiscard]] constexpr bool overtook(const sent_run& run, sequence_number<u32> last) const noexcept {
    if (run.again && spread_ && run.sent_at == sent_at_) return false;
    return known_ && sent_after(sent_at_, end_, run.sent_at, last);
  }

  /// RACK.xmit_ts, RACK.end_seq and RACK.rtt, once known.
  [[nodiscard]] constexpr bool known() const noexcept { return known_; }
  [[nodiscard]] constexpr u32 sent_at() const noexcept { return sent_at_; }
  [[nodiscard]] constexpr sequence_number<u32> end() const noexcept { return end_; }
  [[nodiscard]] constexpr u32 round_trip() const noexcept { return round_trip_; }
  /// RACK.reo_wnd_persist and RACK.dsack_round.
  [[nodiscard]] constexpr std::uint8_t persists() const noexcept { return persists_; }
  [[nodiscard]] constexpr auto round_of_duplicate() const noexcept { return round_of_duplicate_; }
  [[nodiscard]] constexpr bool reordering_seen() const noexcept { return reordering_seen_; }
  [[nodiscard]] constexpr std::uint8_t multiplier() const noexcept { return multiplier_; }
  [[nodiscard]] constexpr sequence_number<u32> furthest() const noexcept { return furthest_; }
  /// When that was measured, on a clock of some four seconds.
  [[nodiscard]] constexpr std::uint8_t min_at() const noexcept { return min_at_; }
  /// The shortest round trip of the last minutes, or nothing.
  [[nodiscard]] constexpr std::optional<u32> min_round_trip() const noexcept {
    return min_round_trip_ == unknown ? std::nullopt : std::optional(min_round_trip_);
  }

  /// What was taken for lost has not been: an acknowledgment may have been taken for that of a retransmission, and what
  /// it seemed to tell about the order of things does not count. RACK.rtt stays.
  constexpr void mistrust() noexcept {
    known_ = false;
    sent_at_ = 0;
    end_ = {};
    spread_ = false;
  }

  /// Nothing is outstanding: what follows can be compared with nothing before it, and stays within reach of SND.UNA.
  constexpr void nothing_outstanding(sequence_number<u32> nxt) noexcept {
    mistrust();
    furthest_ = nxt;
    round_of_duplicate_.reset();
  }

  /// Moves the origin of the clock forward.
  constexpr void rebase(u32 elapsed) noexcept {
    if (known_) sent_at_ -= elapsed;
    if (min_round_trip_ != unknown) {
      min_at_ = static_cast<std::uint8_t>(min_at_ - (elapsed >> min_at_scale));
    }
  }

  friend bool operator==(const rack&, const rack&) noexcept = default;

 private:
  // A tick of the clock that tells how old RACK.min_RTT is, 4.2 s, and so many of them: 294 to 298 s. Eight bits go
  // round in 18 minutes: after a silence of 13 and more it may seem young again, or a little ahead, as rebase() rounds.
  static constexpr unsigned min_at_scale = 22;
  static constexpr std::uint8_t min_lasts = 71;
  static constexpr std::uint8_t min_is_ahead = 192;
  static constexpr std::uint8_t recoveries_that_persist = 16;
  static constexpr std::uint8_t max_multiplier = 255;

  // RACK_sent_after() of section 6.2: later, or at the same moment and further on.
  [[nodiscard]] static constexpr bool sent_after(u32 a, sequence_number<u32> a_end, u32 b,
                                                 sequence_number<u32> b_end) noexcept {
    return a == b ? before(b_end, a_end) : a - b < half_circle;
  }

  u32 sent_at_ = 0;                  // RACK.xmit_ts
  sequence_number<u32> end_{};       // RACK.end_seq
  u32 round_trip_ = 0;               // RACK.rtt
  u32 min_round_trip_ = unknown;     // RACK.min_RTT
  sequence_number<u32> furthest_{};  // RACK.fack
  std::optional<sequence_number<u32>> round_of_duplicate_{};
  std::uint8_t min_at_ = 0;
  std::uint8_t multiplier_ = 1;
  std::uint8_t persists_ = 0;
  bool known_ : 1 = false;
  bool spread_ : 1 = false;  // some of that was sent earlier
  bool reordering_seen_ : 1 = false;
  bool widened_ : 1 = false;  // by the acknowledgment at hand
};

}  // namespace sequent

// One reduction of the congestion window for each round trip with loss, of the size that the algorithm says: RFC 5681
// sections 3.1, 3.2 and 4.3, RFC 6675 section 5, RFC 9438 section 4.6, RFC 3168 section 6.1.2, RFC 8985 section 7.4.2;
// what is taken back, RFC 4015.
//
// Segments alone do not tell the windows of a sender, so this oracle is also told, after every event, cwnd and ssthresh
// as the sender's public statistics say them (TCP_INFO has both). It judges how they change over time beside what
// passed the interface, and knows nothing else of the sender.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string>

#include "model/spec/oracles/reasons.hpp"

namespace sequent::spec {

/// What a sender says of itself. Octets.
struct said_windows {
  std::int64_t cwnd = 0;
  std::int64_t ssthresh = 0;
  std::int64_t smss = 0;
};

/// Judges one sender.
///
/// - *A reduction* is a change of ssthresh to max(kept * F, 2 SMSS), F being what was outstanding before the event or
///   after it, without what limited transmit added (no more than cwnd), and for the loss of what was sent again no more
///   than ssthresh.
/// - *It needs a cause*: something is missing that went out after the reduction before it, and what was outstanding
///   then has been acknowledged, or that was a round trip ago; or an echo of congestion comes for a window of data that
///   no reduction has answered. Or the retransmission timer expires, whenever the reduction before was (RFC 5681
///   section 3.1; again for the same segment, with nothing heard in between, it holds ssthresh). Or something is
///   missing that was sent again before the latest reduction, and a round trip ago: the loss of a retransmission is an
///   indication of its own (RFC 5681 section 4.3), of which there may be one; what went out since that repair began and
///   is missing when it is over is the next window's. Else there is one for each round trip.
/// - *None is left out*: what goes out again for a loss had a reduction since it went out the last time. Not for the
///   second timeout of the same segment (RFC 5681 section 3.1), nor for what was new when an earlier loss was being
///   repaired, and is sent again within that repair: RFC 6675 section 5 lowers where a repair begins, step (4.2), and
///   step (C.1) sends whatever SACK tells to be lost, and RFC 5681 section 4.3 finds that its two indications are
///   answered so. What is found when that repair is over is the next window's. RFC 5681 asks for "no more than" the
///   share: where ssthresh is no more already, the reduction is not to be seen and is taken to have been, and cwnd has
///   to follow it all the same; the share is that of what was outstanding since the repair before was over.
///   Nor is one wanted for what may have been a tail loss probe, where no reduction stands for what is outstanding: a
///   probe repairs nothing, and none goes within a repair (RFC 8985 section 7.2).
/// - *cwnd follows*: until everything is acknowledged that was outstanding then, and SACK reports nothing beyond a
/// hole,
///   it does not grow beyond where the reduction found it or what is outstanding, but for two segments (RFC 9937); then
///   it is at ssthresh (RFC 5681 section 4.3). A timeout leaves one segment of it, and slow start and congestion
///   avoidance follow (section 3.1).
/// - *ssthresh rises* otherwise only where the latest reduction is taken back, no further than to what it was or to
///   what was outstanding, where the path took less (to cwnd), and where HyStart++ ends the first slow start (at cwnd).
class reductions_oracle {
 public:
  struct settings {
    std::int64_t kept = 7;  ///< of kept_of: 7 of 10 (RFC 9438), 1 of 2 (RFC 5681)
    std::int64_t kept_of = 10;
    bool finds_end = true;  ///< HyStart++ may end slow start (RFC 9406)
    microseconds grain = 0;
  };

  explicit reductions_oracle(const settings& given) : given_(given) {}

  /// The sender sends a segment, for a reason that reasons_oracle found, outstanding from `una` on. It `may_probe` if
  /// it may also have been a tail loss probe.
  void sent(const passing_segment& seg, reason why, position una, microseconds now, bool may_probe = false) {
    const octet_range& r = seg.octets;
    if (r.last <= r.first || seg.rst) return;
    if (r.first < nxt_ && !seg.syn) judge_again({r.first, std::min(r.last, nxt_)}, why, una, now, may_probe);
    ++order_;
    cut_at_ends(flight_, r);
    for (auto it = flight_.lower_bound(r.first); it != flight_.end() && it->first < r.last; ++it) {
      const bool apart = seg.stamp != it->second.stamp;
      const bool smaller = why == reason::smaller_packet;
      it->second = {it->second.last, order_, now, true, it->second.arrived, smaller, seg.stamp, apart};
    }
    if (r.last > nxt_) {
      flight_.emplace(std::max(r.first, nxt_), piece{r.last, order_, now, false, false, false, seg.stamp});
      nxt_ = r.last;
    }
  }

  /// It hears a segment; `una` is what is acknowledged then.
  void heard(const passing_segment& seg, position una, microseconds now) {
    ++order_;
    expired_ = held_ = false;
    echoed_ = seg.echoes && una > answered_until_;
    counts_ = seg.ack && *seg.ack == una;
    acknowledged_ = std::max(una - una_, position{0});
    delivered_ = 0;
    // What was outstanding when the window was lowered says nothing about the next loss any more.
    crossed_ = latest_ && una_ < latest_->until && una >= latest_->until;
    if (crossed_) most_flight_ = 0;
    una_ = una;
    oldest_ = {};
    note_missing(now);  // what is missing still, or is answered only now
    take({0, una}, now, true, seg.echo);
    for (const octet_range& each : seg.reported) take(each, now, false, {});
    note_again_missing(now);  // but what this acknowledgment delivers of what was sent again is not lost
  }
  /// It hears that a packet was too big.
  void too_big() { smaller_ = true; }
  /// A timer of its own expires.
  void expired(microseconds now) {
    expired_at_ = ++order_;
    acknowledged_ = delivered_ = 0;
    echoed_ = false;
    by_timer_ = expired_ = true;
    oldest_ = {};
    note_missing(now);
  }

  /// How the windows stand after that.
  void stands(const said_windows& said, microseconds now) {
    if (said.cwnd == 0) return;
    if (!before_) {
      unset_ = said.ssthresh;
      before_ = said;
    }
    const std::int64_t flight = nxt_ - una_;
    most_flight_ = std::max(most_flight_, flight + (crossed_ ? 0 : acknowledged_));
    largest_ = std::max(largest_, said.smss);
    if (said.ssthresh != before_->ssthresh) {
      judge_change(said, flight, now);
    } else if (echoed_ && counts_) {
      judge_silence(said, now);
    }
    // What was too large goes out again as in slow start (RFC 1191 section 6.4), and so does all of it after the timer.
    if ((smaller_ || by_timer_) && latest_ && said.cwnd <= said.smss) latest_->after_timeout = true;
    judge_window(said, now);
    before_ = said;
    acknowledged_ = delivered_ = 0;
    echoed_ = smaller_ = by_timer_ = crossed_ = false;
  }

  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }
  /// Reductions seen, and those that were taken back.
  [[nodiscard]] std::uint64_t reductions() const { return reductions_; }
  [[nodiscard]] std::uint64_t undone() const { return undone_; }

 private:
  struct piece {
    position last = 0;
    std::uint64_t order = 0;  ///< of the last time it was sent, among all events
    microseconds when = 0;
    bool again = false;
    bool arrived = false;
    bool smaller = false;                  ///< that last time was because the path takes less
    std::optional<std::uint32_t> stamp{};  ///< that it was sent with last
    bool apart = true;                     ///< the time before it had another
  };
  /// The latest reduction that stands.
  struct reduction {
    std::uint64_t order = 0;
    microseconds when = 0;
    position until = 0;        ///< SND.NXT then
    position ends = 0;         ///< where the repair ends that it belongs to
    std::int64_t from = 0;     ///< cwnd before it
    std::int64_t to = 0;       ///< ssthresh after it
    std::int64_t before = 0;   ///< ssthresh before it
    std::int64_t restore = 0;  ///< what taking it back gives at most
    bool timeout = false;
    bool after_timeout = false;  ///< slow start repairs, and leads on to congestion avoidance
    bool at_once = false;        ///< cwnd came down with it, so that it may grow from there
    bool spared = false;         ///< for what had been sent again before the reduction before it
    bool again = false;          ///< it may have been for that
    std::uint64_t since = 0;     ///< the order of the reduction with which the repair began
    bool over = false;
  };

  [[nodiscard]] static bool for_loss(reason why) {
    return why == reason::timer || why == reason::after_timer || why == reason::duplicates || why == reason::partial ||
           why == reason::recent || why == reason::rescue;
  }
  [[nodiscard]] std::int64_t down(std::int64_t flight) const { return flight * given_.kept / given_.kept_of; }
  [[nodiscard]] std::int64_t floor_of(const said_windows& said) const { return 2 * std::max(said.smss, before_->smss); }

  // What was sent again has measured a round trip where the echo is that of the last time (RFC 7323 section 4.1).
  void take(const octet_range& r, microseconds now, bool gone, std::optional<std::uint32_t> echo) {
    if (r.last <= r.first) return;
    cut_at_ends(flight_, r);
    for (auto it = flight_.lower_bound(r.first); it != flight_.end() && it->first < r.last;) {
      piece& p = it->second;
      const bool measures = !p.again || (echo && p.apart && echo == p.stamp);
      if (!p.arrived) delivered_ += p.last - it->first;
      if (!p.arrived && measures) least_ = std::min(least_.value_or(now - p.when), now - p.when);
      p.arrived = true;
      it = gone ? flight_.erase(it) : std::next(it);
    }
  }

  // Whether something may be missing that went out after the latest reduction, a round trip ago.
  void note_missing(microseconds now) {
    const std::uint64_t since = latest_ ? latest_->order : 0;
    const std::uint64_t repair_since = latest_ ? latest_->since : 0;
    note_again_missing(now);
    left_missing_ = false;
    for (const auto& [first, p] : flight_) {
      left_missing_ = left_missing_ || (!p.arrived && p.order > repair_since);
      if (p.arrived || p.order <= since) continue;
      oldest_ = std::max(oldest_.value_or(0), now - p.when);
    }
  }

  // Of what was sent again, how long something is missing: the loss of a retransmission. What went out as smaller
  // packets had not been lost before (RFC 1191 section 6.4).
  void note_again_missing(microseconds now) {
    again_missing_ = {};
    for (const auto& [first, p] : flight_) {
      if (!p.arrived && p.again && !p.smaller) again_missing_ = std::max(again_missing_.value_or(0), now - p.when);
    }
  }

  void judge_again(const octet_range& r, reason why, position una, microseconds now, bool may_probe) {
    if (!before_) return;
    cut_at_ends(flight_, r);
    // Where something else may have been the reason, a window of one segment tells that the timer was not RACK's.
    const bool expiry = r.first == una && (why == reason::timer || (expired_ && before_->cwnd <= largest_));
    const bool repeats = expiry && timer_at_ == una;
    if (why == reason::timer && before_->cwnd > largest_) {
      wrong_.note("a timer expires and cwnd is " + std::to_string(before_->cwnd) + " " + at(now));
    }
    const bool under_way = latest_ && una < latest_->until;
    // The timer may find that the path takes less (RFC 4821 section 7.7), and has expired for this segment all the
    // same.
    if (r.first == una && latest_ && latest_->timeout && expired_ && latest_->order >= expired_at_) timer_at_ = una;
    if (for_loss(why) && (expiry || una >= repair_ends_)) repair_ends_ = nxt_;
    if (!for_loss(why) || (may_probe && !under_way)) return;
    if (expiry) timer_at_ = una;
    // It does, to where the latest reduction answers it.
    if (latest_ && una >= latest_->ends) latest_->ends = std::max(latest_->ends, latest_->until);
    held_ = held_ || why == reason::timer;
    if (repeats && latest_) {
      latest_->order = order_;  // of the same segment again: all of it is answered
      return;
    }
    // Where it was there by chance, so that nothing is to be seen.
    const auto begin_unseen = [&] {
      begin({.order = order_,
             .when = now,
             .until = under_way ? latest_->until : nxt_,
             .from = before_->cwnd,
             .to = before_->ssthresh,
             .before = before_->ssthresh,
             .restore = std::max(before_->ssthresh, most_flight_),
             .timeout = expiry || (under_way && latest_->timeout),
             .at_once = before_->cwnd <= before_->ssthresh});
    };
    for (auto it = flight_.lower_bound(r.first); it != flight_.end() && it->first < r.last; ++it) {
      const piece& p = it->second;
      if (p.arrived || (latest_ && p.order < latest_->order) || (under_way && !p.again)) continue;
      const std::int64_t most = under_way && !expiry ? latest_->to - 1 : down(most_flight_) + 1;
      if (before_->ssthresh > std::max(most, 2 * largest_)) {
        wrong_.note("octets " + show(r) + " go out again (" + name(why) +
                    "), and no reduction has answered their loss: " + "ssthresh is " +
                    std::to_string(before_->ssthresh) + ", up to " + std::to_string(most_flight_) +
                    " octets were outstanding " + at(now));
      }
      return begin_unseen();
    }
    // What the timer gives up may have been answered before it expired, and is given up all the same.
    const bool before_it = !latest_ || latest_->order < expired_at_;
    if (expiry && before_it && before_->ssthresh <= std::max(down(most_flight_) + 1, 2 * largest_)) begin_unseen();
  }

  void begin(const reduction& r) {
    const bool within = latest_ && !latest_->timeout && una_ < latest_->ends;
    const bool after_timeout = r.timeout || (latest_ && latest_->after_timeout && una_ < latest_->ends);
    const position ends = within ? latest_->ends : r.until;
    const std::uint64_t since = within && r.again ? latest_->since : r.order;
    latest_ = r;
    latest_->ends = ends;
    latest_->since = since;
    latest_->after_timeout = after_timeout;
    answered_until_ = r.until;
    most_flight_ = nxt_ - una_;
    ++reductions_;
  }

  void judge_change(const said_windows& said, std::int64_t flight, microseconds now) {
    const std::int64_t s = said.ssthresh;
    const said_windows& b = *before_;
    if (smaller_ && said.smss < b.smss && s <= b.ssthresh &&
        s >= std::max(b.ssthresh * said.smss / b.smss, 2 * said.smss)) {
      if (latest_) latest_->to = s;  // within a recovery, which leads to less now (RFC 4821 section 5.2)
      return;
    }
    const std::int64_t earlier = flight + acknowledged_;
    bool fits = false;
    for (const std::int64_t f : {flight, earlier, std::min(flight, b.cwnd), std::min(earlier, b.cwnd),
                                 std::min(flight, b.ssthresh), std::min(earlier, b.ssthresh)}) {
      const std::int64_t share = down(f);
      fits = fits || (s >= share && s <= share + 1 && s >= 2 * said.smss) ||
             (share <= floor_of(said) && (s == 2 * said.smss || s == 2 * b.smss));
    }
    const bool next_window = !latest_ || una_ >= latest_->until;
    // The loss of what was sent again is one indication, and that of the next window another (RFC 5681 section 4.3):
    // the first does not answer what went out after the repair had begun, once that is over.
    const bool left = left_missing_ && latest_ && latest_->again && una_ >= latest_->ends;
    const bool caused = (oldest_ && (next_window || *oldest_ + given_.grain >= least_.value_or(0))) || left || echoed_;
    // A timer that expires is a sign of its own, whenever that went out of which it tells.
    const bool timeout = by_timer_ && said.cwnd <= largest_;
    const bool repeated =
        again_missing_ && *again_missing_ + given_.grain >= least_.value_or(0) && latest_ && !latest_->spared;
    const bool as_before = s > b.ssthresh && latest_ && s == latest_->before;  // then it is taken back
    if (fits && !as_before && (caused || timeout || repeated) && !(timeout && held_)) {
      return begin({.order = order_,
                    .when = now,
                    .until = nxt_,
                    .from = b.cwnd,
                    .to = s,
                    .before = b.ssthresh,
                    .restore = std::max(b.ssthresh, earlier),
                    .timeout = timeout,
                    .at_once = said.cwnd <= s,
                    .spared = !caused && !timeout,
                    .again = repeated});
    }
    if (s > b.ssthresh && latest_ && s <= latest_->restore) {
      ++undone_;
      latest_.reset();
      answered_until_ = 0;
      return;
    }
    if (smaller_ && s == std::max(b.ssthresh, b.cwnd)) return;
    if (given_.finds_end && b.ssthresh == unset_ && s == said.cwnd) return;
    const std::string change = "ssthresh was " + std::to_string(b.ssthresh) + " and is " + std::to_string(s);
    const std::string stood = ", cwnd was " + std::to_string(b.cwnd) + ", " + std::to_string(earlier) +
                              " octets were outstanding, " + std::to_string(flight) + " are";
    wrong_.note(fits ? "a second reduction for the same round trip: " + change + stood +
                           ", of what went out since the " + "first nothing is missing for longer than " +
                           std::to_string(oldest_.value_or(0)) + " us, the shortest round trip being " +
                           std::to_string(least_.value_or(0)) + " " + at(now)
                     : change + ", which no loss explains" + stood + " " + at(now));
  }

  // An echo for a window of data that no reduction has answered left ssthresh where it was. Then it must be no more
  // than it would become, or the window is reduced already, as a loss is being repaired (RFC 3168 section 6.1.2).
  void judge_silence(const said_windows& said, microseconds now) {
    if (una_ <= repair_ends_ || (latest_ && una_ < latest_->ends)) return;
    const std::int64_t share = std::max(down(most_flight_) + 1, 2 * largest_);
    if (said.ssthresh > share) {
      return wrong_.note("congestion is echoed, and no reduction answers: ssthresh is " +
                         std::to_string(said.ssthresh) + ", up to " + std::to_string(most_flight_) +
                         " octets were outstanding " + at(now));
    }
    begin({.order = order_,
           .when = now,
           .until = nxt_,
           .from = before_->cwnd,
           .to = said.ssthresh,
           .before = before_->ssthresh,
           .restore = std::max(before_->ssthresh, most_flight_),
           .at_once = true});
  }

  void judge_window(const said_windows& said, microseconds now) {
    if (!latest_ || latest_->over) return;
    // What SACK reports beyond a hole says that the repair may go on, with what went out since it began.
    const bool reported = std::any_of(flight_.begin(), flight_.end(), [](const auto& p) { return p.second.arrived; });
    const bool ended = una_ >= latest_->ends && (!reported || una_ >= latest_->until || said.cwnd <= latest_->to);
    if (!ended) {
      std::int64_t most =
          std::max({latest_->from, latest_->to, said.ssthresh, nxt_ - una_ + acknowledged_}) + 2 * said.smss;
      // Slow start and congestion avoidance grow by what is delivered (RFC 5681 section 3.1).
      if (latest_->after_timeout) most = std::max(most, before_->cwnd + std::max(2 * said.smss, delivered_));
      if (said.cwnd > std::max(most, before_->cwnd)) {
        wrong_.note("cwnd grows to " + std::to_string(said.cwnd) + " while a loss is repaired that found it at " +
                    std::to_string(latest_->from) + " " + at(now));
      }
      return;
    }
    latest_->over = true;
    if (latest_->after_timeout || latest_->at_once || said.ssthresh != latest_->to) return;
    if (said.cwnd > latest_->to) {
      wrong_.note("a loss is repaired, and cwnd is " + std::to_string(said.cwnd) + " where ssthresh is " +
                  std::to_string(latest_->to) + " " + at(now));
    }
  }

  [[nodiscard]] std::string at(microseconds now) const {
    return "(at " + std::to_string(now) + " us; reductions before " + std::to_string(reductions_) + ", the latest of " +
           (latest_ ? "what is before " + std::to_string(latest_->until) : std::string("nothing")) + ", outstanding " +
           show(octet_range{una_, nxt_}) + ")";
  }

  settings given_;
  std::map<position, piece> flight_{};
  position una_ = 0;
  position nxt_ = 0;
  std::uint64_t order_ = 0;
  std::uint64_t expired_at_ = 0;  // the order of the latest timer
  std::optional<said_windows> before_{};
  std::int64_t largest_ = 0;  // SMSS so far: it may have become less since
  std::int64_t unset_ = 0;    // ssthresh before anything has set it
  std::optional<reduction> latest_{};
  position answered_until_ = 0;           // echoes of what was sent before are answered
  position timer_at_ = -1;                // what was outstanding first when the timer expired last
  std::optional<microseconds> least_{};   // the shortest round trip
  std::optional<microseconds> oldest_{};  // how long something is missing that no reduction has answered
  std::int64_t acknowledged_ = 0;         // by the event at hand
  std::int64_t delivered_ = 0;            // by it, acknowledged or reported
  std::int64_t most_flight_ = 0;          // since the latest reduction
  std::uint64_t reductions_ = 0;
  std::uint64_t undone_ = 0;
  std::optional<microseconds> again_missing_{};  // for how long something that was sent again
  bool left_missing_ = false;                    // something that went out since the repair began
  position repair_ends_ = 0;                     // of what goes out again for a loss, whatever it did to the window
  bool echoed_ = false;
  bool counts_ = false;   // the segment heard was neither overtaken nor refused
  bool crossed_ = false;  // all that was outstanding at the latest reduction is acknowledged by the event at hand
  bool smaller_ = false;
  bool by_timer_ = false;
  bool expired_ = false;  // a timer, and nothing was heard since
  bool held_ = false;     // the retransmission timer has sent what is outstanding first again, likewise
  complaint wrong_{};
};

}  // namespace sequent::spec

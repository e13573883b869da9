// Every segment that a sender puts on the wire has a reason that an RFC gives it. The oracle sees what passes the
// sender's interface, and when: so it judges captures of any TCP.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string>

#include "model/spec/oracles/passing.hpp"

namespace sequent::spec {

/// Why a segment may go out.
enum class reason : std::uint8_t {
  fresh,           ///< new octets within the offered window (RFC 9293 section 3.8)
  control,         ///< it occupies nothing: an acknowledgment, a keep-alive, a reset
  timer,           ///< the retransmission timer was due (RFC 6298 section 5)
  after_timer,     ///< it was outstanding when that timer expired (RFC 5681 section 3.1, RFC 8985 section 6.3)
  duplicates,      ///< three duplicate acknowledgments, or the SACK blocks of three segments (RFC 5681, RFC 6675)
  partial,         ///< a repair goes on: an acknowledgment that does not end it (RFC 6582, RFC 6675)
  recent,          ///< something that was sent later has arrived, a round trip and the reordering window ago (RFC 8985)
  rescue,          ///< the end of the flight, once a repair (RFC 6675 section 4, rule 4)
  tail_probe,      ///< nothing was heard for two round trips (RFC 8985 section 7.2)
  window_probe,    ///< the window was closed (RFC 9293 section 3.8.6.1), or has just opened again
  smaller_packet,  ///< the path takes less (RFC 1191)
  handshake,       ///< a SYN,ACK answers a SYN that has come again (RFC 9293 section 3.10.7.4)
};
inline constexpr std::size_t reasons = 12;

[[nodiscard]] inline const char* name(reason why) {
  constexpr const char* names[reasons] = {"new",        "control",      "timer",          "after a timer",
                                          "duplicates", "partial",      "recent",         "rescue",
                                          "tail probe", "window probe", "smaller packet", "handshake"};
  return names[static_cast<std::size_t>(why)];
}

/// Judges one sender. What the RFCs leave open is taken the way that permits most: the RTO is at least its least value
/// and the shortest round trip seen, RACK.rtt and SRTT are at least the shortest round trip. All times in microseconds
/// of the sender's own clock.
class reasons_oracle {
 public:
  /// What is known of the sender beforehand.
  struct settings {
    microseconds least_timeout = 1'000'000;  ///< RFC 6298 section 2.4
    microseconds first_timeout = 1'000'000;  ///< before a round trip is known (section 2.1)
    microseconds most_timeout = 60'000'000;
    bool sack = true;
    microseconds grain = 0;  ///< of the clock: a span may be longer than it looks by so much
  };

  explicit reasons_oracle(const settings& given) : given_(given) {}

  /// The sender sends a segment.
  reason sent(const passing_segment& seg, microseconds now) {
    timer_was_due_ = probe_was_due_ = false;
    if (seg.ack && !seg.rst) {
      acknowledges_ = std::max(acknowledges_, *seg.ack);
      offers_ = std::max(offers_, *seg.ack + seg.window);
    }
    if (seg.octets.last <= seg.octets.first || seg.rst) return count(reason::control);
    reason why = reason::fresh;
    if (seg.octets.first >= nxt_) {
      judge_fresh(seg, now);
    } else {
      const octet_range again{seg.octets.first, std::min(seg.octets.last, nxt_)};
      why = seg.syn && syns_heard_ != 0 ? reason::handshake : judge_again(again, now);
      if (why == reason::handshake) --syns_heard_;
    }
    note_sent(seg, now);
    return count(why);
  }

  /// The sender hears a segment.
  void heard(const passing_segment& seg, microseconds now) {
    if (seg.syn && una_ == 0 && nxt_ != 0) ++syns_heard_;
    if (!seg.ack || seg.rst || old(seg)) return;
    note_heard(seg.octets);
    const position ack = *seg.ack;
    if (ack > nxt_) return wrong_.note("an acknowledgment of what was never sent reached the oracle");
    was_repairing_ = repairing();
    heard_echo_ = seg.echo;
    furthest_before_ = furthest_;
    const bool advances = ack > una_;
    const octet_range below{una_, std::max(ack, una_)};
    take(below, now, advances);
    for (const octet_range& r : seg.reported) take(r, now, false);
    const std::int64_t before = window_;
    if (ack >= una_) window_ = seg.window;
    if (before == 0 && window_ != 0) opened_at_ = now;
    edge_ = std::max(edge_, ack + seg.window);
    if (!seg.reported.empty() || was_repairing_) note_overtaken(now);
    if (advances) return advance(ack, now);
    const bool bare = seg.octets.last <= seg.octets.first && ack == una_ && una_ != nxt_;
    if (bare && (seg.window == before || !seg.reported.empty())) ++duplicates_;
  }

  /// A report arrives that a packet was too big for a hop that takes `mtu` octets: what is outstanding may go again at
  /// once, in segments that fit. Once, until segments that may not fit are sent again (RFC 1191 section 6.4).
  void too_big(std::int64_t mtu) {
    const std::int64_t most_headers = 60 + 60;  // IP's and TCP's, with all options
    if (sent_since_report_ + most_headers <= mtu) return;
    sent_since_report_ = 0;
    for (auto& [first, p] : flight_) p.too_big = true;
    largest_ = 1;
    repair_until_ = std::max(repair_until_, nxt_);
  }

  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }
  /// How many segments had which reason.
  [[nodiscard]] const std::array<std::uint64_t, reasons>& counts() const { return counts_; }
  /// The retransmission timer was due when the latest segment went out, which begins what is outstanding. Where its
  /// reason is another one, only the sender knows whether the timer expired.
  [[nodiscard]] bool timer_was_due() const { return timer_was_due_; }
  /// The latest segment may have been a tail loss probe, whatever reason it was given. A reason to repair holds as
  /// long as a repair may go on by the segments alone, which do not tell that the sender has taken it back (RFC 4015).
  [[nodiscard]] bool probe_was_due() const { return probe_was_due_; }
  /// How often a repair began.
  [[nodiscard]] std::uint64_t repairs() const { return repairs_; }
  [[nodiscard]] bool outstanding() const { return una_ != nxt_; }
  [[nodiscard]] position una() const { return una_; }
  [[nodiscard]] position nxt() const { return nxt_; }

 private:
  /// Octets that went out together, last at one moment.
  struct piece {
    position last = 0;
    microseconds first_sent = 0;
    microseconds last_sent = 0;
    bool again = false;
    bool arrived = false;  ///< reported by SACK
    bool expired = false;  ///< outstanding when the retransmission timer expired
    bool too_big = false;
    bool lost = false;                     ///< it could be taken for lost when an acknowledgment came, and stays so
    bool told = false;                     ///< had been reported when all reports were forgotten
    bool apart = false;                    ///< the last time had another timestamp than those before
    std::optional<std::uint32_t> stamp{};  ///< of the last time
  };

  // The shortest round trip that is known, or may be.
  [[nodiscard]] std::optional<microseconds> shortest() const {
    return min_round_trip_ ? min_round_trip_ : told_round_trip_;
  }
  [[nodiscard]] bool repairing() const { return una_ < repair_until_; }
  [[nodiscard]] microseconds at_least(microseconds span) const {
    return std::max<microseconds>(span - given_.grain, 0);
  }

  // Text of the other stream that was offered a place has one, whether that is acknowledged yet or not.
  void note_heard(const octet_range& r) {
    heard_.push_back({r.first, std::min(r.last, std::max(offers_, r.first))});
    heard_ = joined(std::move(heard_));
    if (!heard_.empty() && heard_.front().first <= acknowledges_) {
      acknowledges_ = std::max(acknowledges_, heard_.front().last);
      heard_.erase(heard_.begin());
    }
  }

  // Nothing of it lies in the window: its acknowledgment does not count (RFC 9293 section 3.10.7.4, first check).
  [[nodiscard]] bool old(const passing_segment& seg) const {
    const position next = acknowledges_;
    const bool empty = seg.octets.last <= seg.octets.first;
    return empty ? seg.octets.first < next : seg.octets.last <= next;
  }

  reason count(reason why) {
    ++counts_[static_cast<std::size_t>(why)];
    return why;
  }

  void judge_fresh(const passing_segment& seg, microseconds now) {
    if (seg.octets.first > nxt_) wrong_.note("octets are left out: a segment begins beyond what was sent " + at(now));
    if (seg.syn) return;
    const std::int64_t beyond = seg.octets.last - edge_;
    const bool probes = beyond == 1 && window_ <= 1 && now - last_advance_ >= at_least(given_.least_timeout / 5);
    if (beyond > 0 && !probes) {
      wrong_.note("a segment ends " + std::to_string(beyond) + " octets beyond the right edge that was offered " +
                  at(now));
    }
  }

  reason judge_again(const octet_range& r, microseconds now) {
    cut_at_ends(flight_, r);
    probe_was_due_ = r.last == nxt_ && tail_due(now);
    // All of it needs a reason; the best of those of its pieces names it.
    std::optional<reason> why;
    for (auto it = flight_.lower_bound(r.first); it != flight_.end() && it->first < r.last; ++it) {
      const std::optional<reason> each = reason_of(it->first, it->second, r, now);
      if (!each) {
        wrong_.note("octets " + show(r) + " go out again without a reason, " +
                    std::to_string(now - it->second.last_sent) + " us after the last time " + at(now));
        return reason::partial;
      }
      if (!why) why = each;
      // The first of what is outstanding, and the last, go again in a segment as large as may be (RFC 6298
      // section 5.4).
      if (r.first == una_ || why == reason::tail_probe) break;
    }
    const reason found = why.value_or(reason::window_probe);
    const bool due = timer_was_due_ = r.first == una_ && timer_due(flight_.begin()->second, now);
    if (due) expire(now, found == reason::timer);
    if (found == reason::tail_probe) {
      probe_until_ = nxt_;
      if (!due) last_probed_ = now;
    }
    if (duplicates_ >= 3 || found == reason::duplicates || found == reason::recent) begin_repair();
    if (found == reason::duplicates || found == reason::recent || found == reason::partial) may_repair_until_ = nxt_;
    if (found == reason::rescue) rescued_ = true;
    if (found == reason::partial) partial_ = false;
    return found;
  }

  [[nodiscard]] std::optional<reason> reason_of(position first, const piece& p, const octet_range& r,
                                                microseconds now) const {
    if (p.too_big) return reason::smaller_packet;
    if (window_ == 0 || edge_ <= first || now - opened_at_ <= given_.grain) return reason::window_probe;
    if (p.expired) return reason::after_timer;
    if (!p.arrived && enough_beyond(p.last)) return reason::duplicates;
    if (first == una_ && duplicates_ >= 3) return reason::duplicates;
    if (repairing() && r.first == una_ && partial_) return reason::partial;
    if (given_.sack && !p.arrived && (p.lost || overtaken(p, now))) return reason::recent;
    if (repairing() && given_.sack && !p.arrived && !rescued_ && p.last == nxt_) return reason::rescue;
    if (probe_was_due_) return reason::tail_probe;
    if (r.first == una_ && timer_due(p, now)) return reason::timer;
    return std::nullopt;
  }

  // RFC 6298 section 5: the timer began when the oldest octet was sent, or when the last acknowledgment moved on, or
  // behind a probe (RFC 8985 section 7.3).
  [[nodiscard]] bool timer_due(const piece& p, microseconds now) const {
    const microseconds began = std::max({p.first_sent, last_advance_, last_expired_, last_probed_});
    const microseconds base = min_round_trip_ ? std::max(given_.least_timeout, *min_round_trip_) : given_.first_timeout;
    const microseconds wait = std::min(base << std::min(backed_off_, 16), given_.most_timeout);
    return now - began >= at_least(wait);
  }

  // RFC 6675 section 4, IsLost(), from the segments that were reported.
  [[nodiscard]] bool enough_beyond(position last) const {
    std::int64_t octets = 0;
    int runs = 0;
    position before = -1;
    for (auto it = flight_.lower_bound(last); it != flight_.end(); ++it) {
      if (!it->second.arrived) continue;
      octets += it->second.last - it->first;
      runs += it->first != before ? 1 : 0;
      before = it->second.last;
    }
    return octets > 2 * largest_ || runs >= 3;
  }

  // RFC 8985 section 6.2: something that was sent later has arrived, and a round trip and the reordering window are
  // over.
  [[nodiscard]] bool overtaken(const piece& p, microseconds now) const {
    const std::optional<microseconds> round_trip = shortest();
    if (!round_trip || !sent_after(latest_at_, latest_end_, p)) return false;
    // The acknowledgment that ends a repair is judged as part of it; and each loss may have begun another, which the
    // segments alone do not tell from the one before.
    const bool patient =
        reordered_ || (una_ >= may_repair_until_ && !repairing() && !was_repairing_ && !three_reported());
    const microseconds wait = *round_trip + (patient ? *round_trip / 4 : 0);
    return now - p.last_sent >= at_least(wait);
  }
  // What an acknowledgment shows to be lost waits for room in the congestion window, whatever is learned meanwhile.
  void note_overtaken(microseconds now) {
    for (auto& [first, p] : flight_) p.lost = p.lost || (!p.arrived && overtaken(p, now));
  }
  [[nodiscard]] bool three_reported() const {
    std::int64_t octets = 0;
    int segments = 0;
    for (const auto& [first, p] : flight_) {
      octets += p.arrived ? p.last - first : 0;
      segments += p.arrived ? 1 : 0;
    }
    return octets > 2 * largest_ || segments >= 3;
  }
  // RACK_sent_after(): of what went out at one moment of a coarse clock the octets tell.
  [[nodiscard]] static bool sent_after(microseconds at, position end, const piece& p) {
    return at == p.last_sent ? end > p.last : at > p.last_sent;
  }

  // RFC 8985 section 7.2 and 7.3: the end of the flight, one at a time, two round trips after anything went out or
  // came, or where the retransmission timer would have expired.
  [[nodiscard]] bool tail_due(microseconds now) const {
    const std::optional<microseconds> round_trip = shortest();
    if (!given_.sack || !round_trip || probe_until_ > una_) return false;
    return now - std::max(last_sent_, last_advance_) >= at_least(2 * *round_trip) ||
           timer_due(flight_.begin()->second, now);
  }

  // The timer was due. Where something else may have been the reason it is not certain that it expired: then it does
  // not wait twice as long for the next time.
  void expire(microseconds now, bool certain) {
    for (auto& [first, p] : flight_) p.expired = true;
    repair_until_ = nxt_;
    probe_until_ = 0;  // an earlier probe is no longer waited for: the timer repairs
    if (!certain) return;
    last_expired_ = now;
    ++backed_off_;
    if (backed_off_ > 1) {
      largest_ = 1;  // large segments may be vanishing (RFC 4821 section 7.7): what goes out next tells the size
      for (auto& [first, p] : flight_) {  // RFC 2018 section 8
        p.told = p.told || p.arrived;
        p.arrived = false;
      }
    }
    rescued_ = false;
  }

  void begin_repair() {
    // A repair that proves needless is over at once (RFC 4015), so that duplicates may begin the next one.
    if (duplicates_ >= 3) repair_until_ = std::max(repair_until_, nxt_);
    if (repairing()) return;
    ++repairs_;
    repair_until_ = nxt_;
    rescued_ = false;
  }

  void note_sent(const passing_segment& seg, microseconds now) {
    const octet_range& r = seg.octets;
    for (auto it = flight_.lower_bound(r.first); it != flight_.end() && it->first < r.last; ++it) {
      piece& p = it->second;
      p.last_sent = now;
      p.again = true;
      p.expired = p.too_big = p.lost = false;
      p.apart = p.stamp != seg.stamp;
      p.stamp = seg.stamp;
    }
    if (r.last > nxt_) {
      const position first = std::max(r.first, nxt_);
      flight_.emplace(first, piece{.last = r.last, .first_sent = now, .last_sent = now, .stamp = seg.stamp});
      nxt_ = r.last;
    }
    const std::int64_t text = r.last - r.first - (seg.syn ? 1 : 0) - (seg.fin ? 1 : 0);
    largest_ = std::max(largest_, text);
    sent_since_report_ = std::max(sent_since_report_, text);
    last_sent_ = now;
  }

  // Octets have arrived: all of those below the acknowledgment go, the others are marked.
  void take(const octet_range& r, microseconds now, bool gone) {
    if (r.last <= r.first) return;
    cut_at_ends(flight_, r);
    for (auto it = flight_.lower_bound(r.first); it != flight_.end() && it->first < r.last;) {
      piece& p = it->second;
      if (!p.arrived && !p.told) delivered(p, now, gone && answers_last(p));
      p.arrived = true;
      it = gone ? flight_.erase(it) : std::next(it);
    }
  }

  // The echo tells that the last transmission is answered (RFC 7323 section 4.3: of what moves SND.UNA).
  [[nodiscard]] bool answers_last(const piece& p) const {
    return p.apart && p.stamp && heard_echo_ && static_cast<std::int32_t>(*heard_echo_ - *p.stamp) >= 0;
  }

  void delivered(const piece& p, microseconds now, bool answers_last) {
    if (!p.again && p.last < furthest_before_) reordered_ = true;
    furthest_ = std::max(furthest_, p.last);
    if (p.again && !answers_last) {
      // A timestamp may tell that its last transmission is answered, and then that was the round trip.
      if (!min_round_trip_)
        told_round_trip_ = std::min(told_round_trip_.value_or(now - p.last_sent), now - p.last_sent);
      // It may answer an earlier transmission (Karn); one that is younger than any round trip does.
      if (now - p.last_sent >= *shortest()) delivered_last(p);
      return;
    }
    const microseconds round_trip = now - p.last_sent;
    min_round_trip_ = std::min(min_round_trip_.value_or(round_trip), round_trip);
    delivered_last(p);
  }
  void delivered_last(const piece& p) {
    if (latest_end_ == 0 || !sent_after(latest_at_, latest_end_, p)) {
      latest_at_ = p.last_sent;
      latest_end_ = p.last;
    }
  }

  void advance(position ack, microseconds now) {
    una_ = ack;
    duplicates_ = 0;
    backed_off_ = 0;
    partial_ = una_ < repair_until_;
    last_advance_ = now;
  }

  [[nodiscard]] std::string at(microseconds now) const {
    return "(at " + std::to_string(now) + " us; outstanding " + show(octet_range{una_, nxt_}) + ", edge " +
           std::to_string(edge_) + ", least round trip " +
           (min_round_trip_ ? std::to_string(*min_round_trip_) : std::string("unknown")) + ", duplicates " +
           std::to_string(duplicates_) + (reordered_ ? ", has reordered" : "") + (repairing() ? ", repairing" : "") +
           ")";
  }

  settings given_;
  std::map<position, piece> flight_{};
  position acknowledges_ = 0;  ///< of the other stream, or will
  position offers_ = 0;        ///< likewise: the right edge
  octet_ranges heard_{};       ///< likewise: beyond a hole
  position una_ = 0;
  position nxt_ = 0;
  position edge_ = 1;  // a SYN may always go
  position furthest_ = 0;
  position furthest_before_ = 0;  ///< the acknowledgment at hand
  position repair_until_ = 0;
  position may_repair_until_ = 0;  // where a repair may end that the latest loss began
  position probe_until_ = 0;
  std::int64_t window_ = 1;
  std::int64_t largest_ = 1;            // octets of text in one segment so far, or since packets became smaller
  std::int64_t sent_since_report_ = 0;  // the same, since a packet was reported to be too big
  microseconds opened_at_ = -1'000'000'000;
  microseconds last_advance_ = 0;
  microseconds last_expired_ = 0;
  microseconds last_sent_ = 0;
  microseconds last_probed_ = 0;  ///< when the end of the flight went out again and the timer cannot have been due
  std::optional<microseconds> min_round_trip_{};
  std::optional<microseconds> told_round_trip_{};  ///< as long as that is not known: of what was sent again
  std::optional<std::uint32_t> heard_echo_{};      ///< by the acknowledgment at hand
  microseconds latest_at_ = 0;                     ///< of what was delivered the one that was sent last
  position latest_end_ = 0;
  bool timer_was_due_ = false;
  bool probe_was_due_ = false;
  std::uint64_t repairs_ = 0;
  int duplicates_ = 0;
  int syns_heard_ = 0;  ///< and not answered yet
  int backed_off_ = 0;
  bool reordered_ = false;
  bool partial_ = false;
  bool was_repairing_ = false;
  bool rescued_ = false;
  std::array<std::uint64_t, reasons> counts_{};
  complaint wrong_{};
};

}  // namespace sequent::spec

// Which segments a RACK sender may and must take for lost, and when it may probe: RFC 8985.
//
// The RFC's variables depend on things that two conformant senders may see differently: the clock of the timestamps,
// how long a minimum round trip is remembered, at which instant of an acknowledgment recovery ends, how many
// segments a large send counts as. The oracle carries the earliest and the latest reading of each. What the earliest
// reading marks may be lost; what the latest marks must be. Nothing is permitted that the RFC does not define.
//
// Feed every event in the order in which it happens: sent, acknowledged, timer_expired, timed_out; then let the
// implementation claim. Positions are octets of the stream, half-open; times are microseconds.
#pragma once

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// What RFC 8985 leaves to the implementation, and how exactly it keeps time.
struct rack_parameters {
  position smss = 1460;
  int duplicate_threshold = 3;
  position first = 1;  ///< the first octet of the stream

  /// How much later, or earlier, than a transmission the implementation may have it recorded: not 0 for one that keeps
  /// one time for several segments, or a coarse clock.
  microseconds late = 0;
  microseconds early = 0;

  /// New text that is sent within this time of other new text may be recorded with it, at the time of the last of it.
  microseconds joins = 0;
  /// So much longer than it was RACK.rtt may be taken to be, e.g. to make up for what is recorded late.
  microseconds longer = 0;

  bool coalesces = false;  ///< one record may stand for several segments, so that reordering among them is not seen

  microseconds timestamp_tick = 1'000;  ///< resolution of the timestamps that the peer echoes (RFC 7323)
  /// RACK.min_RTT is that of a recent while: what was measured longer ago than this does not count (section 6.2, step
  /// 1, a SHOULD whose length is open; Linux takes 300 s), what was measured within half of it does.
  microseconds remembers = 300'000'000;
  bool timeout_may_mark_all = false;  ///< a timeout may mark everything as lost, as before RFC 8985 section 6.3
  bool timer_required = true;         ///< section 6.2: the reordering timer is RECOMMENDED
};

/// An acknowledgment as the sender sees it, and what the sender believes after it.
struct rack_acknowledgment {
  position ack = 0;
  std::vector<octet_range> blocks{};  ///< SACK blocks that are not D-SACK, of what was sent
  bool duplicate_reported = false;    ///< with a D-SACK block
  /// When the timestamp that is echoed was made, on our clock, rounded down to its tick; none without timestamps.
  std::optional<microseconds> echoed{};
  microseconds min_rtt = 0;    ///< RACK.min_RTT after this acknowledgment's sample (step 1)
  microseconds srtt = 0;       ///< SRTT after it
  bool in_recovery = false;    ///< in fast or RTO recovery after it
  bool ends_recovery = false;  ///< it ended a recovery
};

/// RACK over one connection's segments.
class rack_oracle {
 public:
  explicit rack_oracle(const rack_parameters& given) : given_(given), una_(given.first), nxt_(given.first) {
    fack_ = given.first;
  }

  /// Text [first, last) is put on the wire, in one segment or in one large send.
  void sent(position first, position last, microseconds now) {
    if (!wrong_.expect(first < last && first <= nxt_, "text is sent beyond a gap")) return;
    if (first < nxt_) repeat({first, std::min(last, nxt_)}, now);
    if (last > nxt_) {
      for (piece& each : pieces_) {
        if (!each.repeated && now - each.sent_at <= given_.joins) each.late = now - each.sent_at;
      }
      const bool shared = given_.coalesces || (new_at_ && *new_at_ != now && now - *new_at_ <= given_.joins);
      new_at_ = now;
      pieces_.push_back({.text = {nxt_, last}, .end = last, .sent_at = now, .shared = shared});
      nxt_ = last;
    }
  }

  /// The implementation keeps time less exactly from here on: joins and longer are at least this.
  void resolution_is(microseconds coarsest) {
    given_.joins = std::max(given_.joins, coarsest);
    given_.longer = std::max(given_.longer, coarsest);
  }

  /// A round trip was measured otherwise, e.g. that of the SYN: RACK.min_RTT may come from it.
  void measured(microseconds round_trip, microseconds now) { samples_.push_back({now, round_trip, never}); }

  /// The answer to the SYN, which was sent once, has measured a round trip: RACK.min_RTT begins with it (section 6.2,
  /// step 1).
  void handshake(microseconds round_trip, microseconds now) { samples_.push_back({now, round_trip, round_trip}); }

  /// An acceptable acknowledgment arrives and losses are detected (steps 1 to 5).
  void acknowledged(const rack_acknowledgment& told, microseconds now) {
    std::vector<piece> delivered = take_delivered(told);
    note_estimates(told, delivered, now);
    std::sort(delivered.begin(), delivered.end(), [](const piece& a, const piece& b) {
      return a.sent_at != b.sent_at ? a.sent_at < b.sent_at : a.end < b.end;
    });
    for (const piece& each : delivered) update(each, told, now);
    std::sort(delivered.begin(), delivered.end(), [](const piece& a, const piece& b) { return a.end < b.end; });
    for (const piece& each : delivered) detect_reordering(each);
    adapt(told);
    was_in_recovery_ = in_recovery_;
    in_recovery_ = told.in_recovery;
    recovery_ended_ = told.ends_recovery;
    detect_losses(now);
  }

  /// The reordering timer fired: losses are detected again.
  void timer_expired(microseconds now) {
    was_in_recovery_ = in_recovery_;
    recovery_ended_ = false;
    detect_losses(now);
  }

  /// The retransmission timer fired (section 6.3). The sender is in recovery from here on. A sender that takes RFC 2018
  /// section 8 to the letter also forgets what was SACKed.
  void timed_out(microseconds now, bool forget_sacked = false) {
    // The reordering window is what the latest acknowledgment left, or what it would be by now.
    permitted_span wait = waiting();
    was_in_recovery_ = in_recovery_;
    recovery_ended_ = false;
    wait.low = std::min(wait.low, waiting().low);
    wait.high = std::max(wait.high, waiting().high);
    was_in_recovery_ = in_recovery_ = true;
    cut(una_ + given_.smss);  // of a large send only the first segment must be marked
    for (piece& each : pieces_) {
      // What had been reported is not in the network any more: if the receiver has thrown it away it is lost by now.
      if (forget_sacked && each.sacked) {
        each.sacked = false;
        each.told = each.may = true;
      }
      if (each.sacked) continue;
      // The rule looks at the time alone, not at whether something sent later was delivered.
      const bool first = each.text.first == una_;
      // Before anything was delivered RACK.rtt and RACK.min_RTT are zero, or what the SYN measured: section 6.3 speaks
      // of "the recent RTT", and section 6.2, step 1, takes RFC 6298's measurements, of which the SYN's is the first.
      // Who has neither adds nothing to the time sent, and marks everything.
      const microseconds most = rtt_known_ ? wait.high : longest_sample();
      each.must = each.must || first || latest_record(each) + most <= now;
      // What stands beside the first segment and fits one with it may go out with it again: where one record stands for
      // several segments, that is the first one of section 6.3. No sentence grants more than this one segment.
      const bool beside = given_.coalesces && each.text.last <= una_ + given_.smss;
      each.may = each.may || each.must || beside || given_.timeout_may_mark_all ||
                 each.sent_at - given_.early + wait.low <= now;
    }
    permit_until(now);
  }

  /// What was taken for lost has turned out not to be (RFC 4015): no mark has to stay, and what the acknowledgments
  /// seemed to tell about retransmissions need not count any more. The RFC says nothing of it, so all of it may stay.
  void undone() {
    for (piece& each : pieces_) each.must = false;
    newest_.low = {};
  }

  /// The sender entered or left recovery by what is no acknowledgment, e.g. because of what the reordering timer found.
  void recovery(bool now_in_recovery) { in_recovery_ = now_in_recovery; }

  /// RACK.reo_wnd as it stands (step 4).
  [[nodiscard]] permitted_span window() const {
    const auto multiple = static_cast<microseconds>(multiplier_);
    // An SRTT that is not known yet bounds nothing: the upper bound of section 6.2, step 4, presumes one, and with zero
    // the window would be closed before reordering has been looked for.
    const microseconds most = srtt_ == 0 ? std::numeric_limits<microseconds>::max() : srtt_;
    permitted_span span{std::min(multiple * (min_rtt_ / 4), most), std::min((multiple * min_rtt_ + 3) / 4, most)};
    const permitted_span sacked = sacked_segments();
    const bool enough_sacked = sacked.low >= given_.duplicate_threshold;
    const bool perhaps_enough = sacked.high >= given_.duplicate_threshold;
    const bool throughout = was_in_recovery_ && in_recovery_ && !recovery_ended_;
    const bool certainly_none = !reordering_possible_ && (throughout || enough_sacked);
    // A recovery that begins with what is detected now does not close the window for this detection; one that ends now
    // may or may not have, also where another follows it at once.
    const bool perhaps_none = !reordering_certain_ && (was_in_recovery_ || perhaps_enough);
    if (perhaps_none) span.low = 0;
    if (certainly_none) span.high = 0;
    return span;
  }

  /// RACK.rtt, once something was delivered.
  [[nodiscard]] std::optional<permitted_span> rtt() const { return rtt_known_ ? std::optional(rtt_) : std::nullopt; }

  /// Whether reordering has certainly been seen, and whether it may have been.
  [[nodiscard]] bool reordering_certain() const { return reordering_certain_; }
  [[nodiscard]] bool reordering_possible() const { return reordering_possible_; }
  /// RACK.reo_wnd_mult.
  [[nodiscard]] int multiplier() const { return multiplier_; }

  /// What every conformant sender has marked as lost by the last detection and not sent again since.
  [[nodiscard]] octet_ranges must_be_lost() const {
    return having([](const piece& p) { return p.must; });
  }

  /// What some conformant sender may have marked as lost at this instant.
  [[nodiscard]] octet_ranges may_be_lost(microseconds now) {
    permit_until(now);
    return having([](const piece& p) { return p.may; });
  }

  /// RACK.segs_sacked. A large send may count once or for every segment that it was cut into.
  [[nodiscard]] permitted_span sacked_segments() const {
    permitted_span span{0, 0};
    for (const piece& each : pieces_) {
      if (!each.sacked) continue;
      span.high += (each.text.last - each.text.first + given_.smss - 1) / given_.smss;
      span.low += 1;
    }
    position octets = 0;
    for (const octet_range& r : having([](const piece& p) { return p.sacked; }, true)) octets += r.last - r.first;
    span.low = std::min(span.low, (octets + given_.smss - 1) / given_.smss);
    return span;
  }

  /// Octets in flight by RACK's marks: what is not SACKed and not lost counts once; what was sent again although it was
  /// not lost may count twice.
  [[nodiscard]] permitted_span pipe(microseconds now) {
    permit_until(now);
    permitted_span octets{0, 0};
    for (const piece& each : pieces_) {
      if (each.sacked) continue;
      const position size = each.text.last - each.text.first;
      if (!each.may) octets.low += size;
      if (!each.must) octets.high += size * (each.repeated_while_in_flight ? 2 : 1);
    }
    return octets;
  }

  /// When the reordering timer may fire; none when nothing waits for it. The RFC sets it to when the last segment that
  /// waits will be lost.
  [[nodiscard]] std::optional<permitted_span> timer() const {
    std::optional<permitted_span> span;
    const permitted_span wait = waiting();
    for (const piece& each : pieces_) {
      if (each.sacked || each.must || !rtt_known_ ||
          !sent_after(newest_for(each), each.sent_at - given_.early, each.text.last)) {
        continue;
      }
      const microseconds soonest = each.sent_at - given_.early + wait.low;
      const microseconds latest = latest_record(each) + wait.high;
      if (!span) span = permitted_span{soonest, latest};
      span->low = std::min(span->low, soonest);
      span->high = std::max(span->high, latest);
    }
    return span;
  }

  /// Whether every conformant sender waits for some segment.
  [[nodiscard]] bool timer_needed() const {
    return std::any_of(pieces_.begin(), pieces_.end(), [&](const piece& each) {
      return !each.sacked && !each.may && rtt_known_ && certainly_after(newest_.low, each);
    });
  }

  /// The implementation tells what it has marked as lost and not sent again.
  void claims_lost(const octet_ranges& ranges, microseconds now) {
    const octet_ranges theirs = joined(ranges);
    const octet_range early = first_outside(theirs, joined(may_be_lost(now)));
    if (early.first < early.last) {
      wrong_.note("at " + std::to_string(now) + " " + show(early) + " is marked as lost, which it may not be yet");
    }
    const octet_range late = first_outside(must_be_lost(), theirs);
    if (late.first < late.last) {
      wrong_.note("at " + std::to_string(now) + " " + show(late) + " is not marked as lost, which it must be");
    }
  }

  /// The implementation tells when its reordering timer fires, if it is armed for one. An earlier timer does no harm.
  void claims_timer(std::optional<microseconds> at) {
    const auto permitted = timer();
    if (!at) {
      if (given_.timer_required && timer_needed()) wrong_.note("no reordering timer, though a segment waits for it");
    } else if (permitted && *at > permitted->high) {
      wrong_.note("the reordering timer fires at " + std::to_string(*at) + ", later than " +
                  std::to_string(permitted->high));
    }
  }

  /// The implementation tells how much it believes to be in flight.
  void claims_pipe(position octets, microseconds now) {
    const permitted_span permitted = pipe(now);
    if (!permitted.contains(octets)) {
      wrong_.note("in flight are " + std::to_string(octets) + " octets, not " + show(permitted));
    }
  }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  /// A part of a segment that has one fate. `end` is that of the whole segment.
  struct piece {
    octet_range text{};
    position end = 0;
    microseconds sent_at = 0;
    microseconds late = 0;  ///< how much later new text was sent with which it may be recorded
    bool shared = false;    ///< earlier text may be recorded with it
    bool repeated = false;
    bool repeated_while_in_flight = false;
    bool sacked = false;
    bool told = false;      ///< had been reported when the reports were forgotten: it has been delivered once for all
    bool doubtful = false;  ///< and was sent again since: another report may be the old one, and tells nothing
    bool must = false;
    bool may = false;
  };

  /// A round trip: when it was measured, and the least and the most that it may be taken for; never: it need not be.
  struct sample {
    microseconds at = 0;
    microseconds low = 0;
    microseconds high = 0;
  };

  /// A transmission, for RACK_sent_after.
  struct transmission {
    microseconds at = std::numeric_limits<microseconds>::min();
    position end = 0;
    bool shared = false;  ///< its time may be that of several
  };

  struct transmission_span {
    transmission low{};
    transmission high{};
  };

  /// How long after its transmission a segment is lost: RACK.rtt + RACK.reo_wnd.
  [[nodiscard]] permitted_span waiting() const { return {rtt_.low + window().low, rtt_.high + window().high}; }

  [[nodiscard]] static bool sent_after(const transmission& a, microseconds at, position end) {
    return a.at > at || (a.at == at && a.end > end);
  }

  /// As sent_after, for every implementation: one that records times late may not see which of two was first.
  [[nodiscard]] bool certainly_after(const transmission& a, const piece& b) const {
    // One that keeps one time for several segments need not know which of them went at the moment of a repetition.
    if (b.repeated && a.shared && a.at == b.sent_at) return false;
    if (given_.late + b.late + given_.early == 0) return sent_after(a, b.sent_at, b.end);
    return a.at > latest_record(b) + given_.early;
  }

  /// The latest reading of what was delivered and sent last, to compare a piece with. Among new text the order is that
  /// of its octets, whatever times they are recorded with; beside a repetition each segment's own time tells.
  [[nodiscard]] const transmission& newest_for(const piece& each) const {
    return each.repeated ? newest_alone_ : newest_.high;
  }

  /// When an implementation may have a piece recorded at the latest.
  [[nodiscard]] microseconds latest_record(const piece& each) const { return each.sent_at + given_.late + each.late; }

  /// The text of the pieces that have a property, in canonical form. Pieces that are SACKed are left out unless wanted.
  template <class Test>
  [[nodiscard]] octet_ranges having(Test test, bool also_sacked = false) const {
    octet_ranges found;
    for (const piece& each : pieces_) {
      if ((also_sacked || !each.sacked) && test(each)) found.push_back(each.text);
    }
    return joined(found);
  }

  /// Cuts the piece that an octet lies inside of.
  void cut(position at) {
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      if (at <= pieces_[i].text.first || pieces_[i].text.last <= at) continue;
      piece upper = pieces_[i];
      pieces_[i].text.last = upper.text.first = at;
      pieces_.insert(pieces_.begin() + static_cast<std::ptrdiff_t>(i) + 1, upper);
      return;
    }
  }

  void repeat(const octet_range& text, microseconds now) {
    cut(text.first);
    cut(text.last);
    for (piece& each : pieces_) {
      if (each.text.first < text.first || text.last < each.text.last) continue;
      each.repeated_while_in_flight = !each.must;
      each.end = text.last;
      each.sent_at = now;
      each.late = 0;
      each.shared = false;
      each.repeated = true;
      each.doubtful = each.doubtful || each.told || each.sacked;
      each.told = false;
      each.must = each.may = false;
    }
  }

  /// Takes out, or marks, what an acknowledgment says was delivered, and returns what of it is newly so (section 6.2,
  /// step 1): what SACK had reported and a timeout made forget is not.
  std::vector<piece> take_delivered(const rack_acknowledgment& told) {
    std::vector<piece> delivered;
    cut(told.ack);
    for (const piece& each : pieces_) {
      if (each.text.last <= told.ack && !each.sacked && !each.told) delivered.push_back(each);
    }
    std::erase_if(pieces_, [&](const piece& each) { return each.text.last <= told.ack; });
    una_ = std::max(una_, told.ack);
    for (const octet_range& block : told.blocks) {
      if (block.last > nxt_ || block.last <= block.first) continue;
      cut(block.first);
      cut(block.last);
      for (piece& each : pieces_) {
        if (each.sacked || each.text.first < block.first || block.last < each.text.last) continue;
        if (!each.told) delivered.push_back(each);
        each.sacked = true;
        each.must = false;  // also where the report is forgotten
      }
    }
    return delivered;
  }

  /// Takes over RACK.min_RTT and SRTT, and looks whether the minimum can be one: no sample is shorter than the time
  /// since the last transmission of what was delivered, none of long ago counts, and of what was sent once all do.
  void note_estimates(const rack_acknowledgment& told, const std::vector<piece>& delivered, microseconds now) {
    for (const piece& each : delivered) {
      const microseconds most = now - each.sent_at + given_.early + given_.longer;
      samples_.push_back({now, now - latest_record(each), each.repeated ? never : most});
    }
    if (std::any_of(delivered.begin(), delivered.end(), [](const piece& each) { return !each.repeated; })) {
      drop_samples(now);
    }
    microseconds least = never;
    microseconds most = never;   // of what counts for certain
    microseconds again = never;  // of what was measured within half the while
    for (const sample& each : samples_) {
      least = std::min(least, each.low);
      if (each.at >= risen_at_) most = std::min(most, each.high);
      if (now - each.at < given_.remembers / 2) again = std::min(again, each.high);
    }
    if (told.min_rtt + given_.timestamp_tick < least && told.min_rtt != 0) {
      wrong_.note("the minimum round trip is " + std::to_string(told.min_rtt) + ", shorter than any there was lately");
    }
    // It may rise when its own sample is old, and may then begin anew with the latest.
    if (min_rtt_ != 0 && told.min_rtt > min_rtt_ && again > min_rtt_) {
      risen_at_ = now;
    } else if (most != never && (told.min_rtt == 0 || told.min_rtt > std::max<microseconds>(most, 1))) {
      wrong_.note("the minimum round trip is " + std::to_string(told.min_rtt) + ", longer than what was measured");
    }
    min_before_ = min_rtt_;  // what was sent again may have been judged by it, where the minimum rises
    min_rtt_ = told.min_rtt;
    srtt_ = told.srtt;
  }

  [[nodiscard]] microseconds longest_sample() const {
    microseconds longest = 0;
    for (const sample& each : samples_) longest = std::max(longest, each.high == never ? each.low : each.high);
    return longest;
  }

  /// Forgets what was measured so long ago that nobody may go by it, when something new certainly is.
  void drop_samples(microseconds now) {
    std::erase_if(samples_, [&](const sample& each) { return now - each.at > given_.remembers; });
  }

  /// Step 2.
  void update(const piece& each, const rack_acknowledgment& told, microseconds now) {
    const permitted_span sample{now - latest_record(each), now - each.sent_at + given_.early + given_.longer};
    bool certainly_valid = true;
    if (each.doubtful && each.text.last > told.ack) return;
    if (each.repeated) {
      const microseconds sent_low = each.sent_at - given_.early;
      const microseconds sent_high = latest_record(each);
      // Below the acknowledgment number the echo tells which transmission arrived. Of what is only SACKed it tells
      // nothing, as it is that of the last segment in sequence (RFC 7323 section 4.3): the pseudo-code compares it all
      // the same, the prose ("indicates") does not.
      const bool tells = each.text.last <= told.ack;
      const bool older = tells && told.echoed && *told.echoed + given_.timestamp_tick <= sent_low;
      const bool perhaps_older = told.echoed && *told.echoed < sent_high;
      if (older || sample.high < (min_before_ == 0 ? min_rtt_ : std::min(min_rtt_, min_before_))) return;
      // Before the least round trip is known nothing tells which transmission arrived.
      certainly_valid = !perhaps_older && min_rtt_ != 0 && sample.low >= min_rtt_;
    }
    const transmission at_least{each.sent_at - given_.early, each.end, each.shared || each.late != 0};
    const transmission at_most{latest_record(each), each.end, false};
    if (certainly_valid) {
      rtt_ = sample;
      rtt_known_ = true;
      if (sent_after(at_least, newest_.low.at, newest_.low.end)) newest_.low = at_least;
    } else {
      // A sender that skips it keeps what it had; before the first sample it had nothing, and waits.
      rtt_.low = rtt_known_ ? std::min(rtt_.low, sample.low) : sample.low;
      rtt_.high = rtt_known_ ? std::max(rtt_.high, sample.high) : never;
      rtt_known_ = true;
    }
    if (sent_after(at_most, newest_.high.at, newest_.high.end)) newest_.high = at_most;
    const transmission alone{each.sent_at + given_.late, each.end, false};
    if (sent_after(alone, newest_alone_.at, newest_alone_.end)) newest_alone_ = alone;
  }

  /// Step 3. A part of a segment may count on its own.
  void detect_reordering(const piece& each) {
    if (each.end > fack_) {
      // Delivered in order, unless only a later part of the same segment was before.
      if (each.text.last < fack_ && !each.repeated) reordering_possible_ = true;
      fack_ = std::max(fack_, each.text.last);
    } else if (!each.repeated) {
      reordering_possible_ = reordering_possible_ || each.text.last < fack_;
      if (each.end < fack_) (given_.coalesces ? reordering_possible_ : reordering_certain_) = true;
    }
  }

  /// The adaptation of step 4.
  void adapt(const rack_acknowledgment& told) {
    if (round_ && una_ >= *round_) round_.reset();
    if (!round_ && told.duplicate_reported) {
      round_ = nxt_;
      ++multiplier_;
      persist_ = recoveries_until_reset;
    } else if (told.ends_recovery && --persist_ <= 0) {
      multiplier_ = 1;
    }
  }

  /// Step 5.
  void detect_losses(microseconds now) {
    if (!rtt_known_) return;
    permit_until(now);
    const permitted_span wait = waiting();
    for (piece& each : pieces_) {
      if (each.sacked || each.must || !certainly_after(newest_.low, each)) continue;
      each.must = latest_record(each) + wait.high <= now;
      each.may = each.may || each.must;
    }
  }

  /// What may be marked by this instant stays permitted until it is sent again or delivered.
  void permit_until(microseconds now) {
    if (!rtt_known_) return;
    const permitted_span wait = waiting();
    for (piece& each : pieces_) {
      if (each.sacked || each.may) continue;
      const microseconds recorded = each.sent_at - given_.early;
      each.may = sent_after(newest_for(each), recorded, each.text.last) && recorded + wait.low <= now;
    }
  }

  static constexpr int recoveries_until_reset = 16;
  static constexpr microseconds never = microseconds{1} << 60;

  rack_parameters given_;
  std::vector<piece> pieces_;  ///< ascending; together all of [una_, nxt_)
  position una_ = 0;
  position nxt_ = 0;
  position fack_ = 0;
  std::optional<microseconds> new_at_{};  // when new text was sent last

  transmission_span newest_{};   ///< RACK.xmit_ts and RACK.end_seq
  transmission newest_alone_{};  ///< its latest reading where no segment has the time of another
  permitted_span rtt_{};
  bool rtt_known_ = false;
  microseconds min_rtt_ = 0;
  microseconds min_before_ = 0;
  microseconds srtt_ = 0;
  std::vector<sample> samples_;
  microseconds risen_at_ = std::numeric_limits<microseconds>::min();

  bool reordering_certain_ = false;
  bool reordering_possible_ = false;
  bool was_in_recovery_ = false;  ///< before the last event that detects
  bool in_recovery_ = false;
  bool recovery_ended_ = false;      // with the last event that detects
  std::optional<position> round_{};  ///< RACK.dsack_round
  int multiplier_ = 1;
  int persist_ = 0;
  complaint wrong_;
};

}  // namespace sequent::spec

// What a SACK sender may believe and repeat: RFC 6675's scoreboard, octet by octet.
//
// Every answer is computed from one mark an octet each time it is asked for, which is slow and plain. Positions are
// half-open: high_data() is the octet after the RFC's HighData, and so on.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// What RFC 6675 leaves to the implementation.
struct scoreboard_parameters {
  position smss = 1460;         ///< sender maximum segment size, octets
  int duplicate_threshold = 3;  ///< DupThresh
  position first = 1;           ///< the first octet of the stream (the SYN is 0)
};

/// Why text is sent again.
enum class repeat_reason : std::uint8_t {
  loss,     ///< fast retransmit and the rules (1) and (3) of NextSeg: HighRxt moves
  rescue,   ///< rule (4) of NextSeg: once a recovery, HighRxt stays
  probe,    ///< a loss probe (RFC 8985 section 7.3)
  timeout,  ///< the retransmission timer, and what follows it
};

/// What an acknowledgment told.
struct acknowledgment_report {
  position newly_acknowledged = 0;  ///< octets by which SND.UNA moved
  position newly_sacked = 0;        ///< octets selectively acknowledged for the first time, above SND.UNA
  position delivered = 0;           ///< RFC 9937 DeliveredData: change of SND.UNA plus signed change of SACKd
  bool duplicate = false;           ///< a duplicate acknowledgment by RFC 6675 section 2
  std::optional<octet_range> duplicate_report{};  ///< the D-SACK block (RFC 2883), when the first block is one
};

/// RFC 2883 section 5: the first block reports a duplicate if it lies below the acknowledgment number of the same
/// segment, or inside the second block.
[[nodiscard]] inline std::optional<octet_range> duplicate_report(position ack, const std::vector<octet_range>& blocks) {
  if (blocks.empty()) return std::nullopt;
  const octet_range& first = blocks[0];
  const bool below = first.first < ack && first.last <= ack;
  const bool inside = blocks.size() > 1 && blocks[1].first <= first.first && first.last <= blocks[1].last;
  return below || inside ? std::optional(first) : std::nullopt;
}

/// The scoreboard of one connection.
class scoreboard_oracle {
 public:
  explicit scoreboard_oracle(const scoreboard_parameters& given) : given_(given) {
    octets_.restart(given.first);
    high_rxt_ = rescue_rxt_ = given.first;
  }

  /// Text [first, last) is put on the wire. What lies beyond high_data() is new. SACKed octets may be repeated only by
  /// a probe or after a timeout.
  void sent(position first, position last, repeat_reason why = repeat_reason::loss) {
    if (!wrong_.expect(first < last, "an empty segment is sent")) return;
    if (!wrong_.expect(first <= high_data(), "new text leaves a gap behind it")) return;
    if (!wrong_.expect(first >= high_ack(), "text that is acknowledged is sent again")) return;
    const position repeated = std::min(last, high_data());
    if (first < repeated) {
      const bool excused = why == repeat_reason::probe || why == repeat_reason::timeout;
      if (!excused && holds_any(sacked_ranges(), {first, repeated})) {
        wrong_.note("selectively acknowledged text is sent again: " + show(octet_range{first, repeated}));
      }
      if (why == repeat_reason::rescue) note_rescue(repeated);
      if (why == repeat_reason::loss) {
        high_rxt_ = std::max(high_rxt_, repeated);
        if (entering_) rescue_rxt_ = std::max(rescue_rxt_, repeated);
        entering_ = false;
      }
    }
    octets_.extend(last);
  }

  /// An acceptable acknowledgment arrives, with its SACK blocks in the order of the option. Blocks that acknowledge
  /// what was never sent, and empty or reversed ones, say nothing. An acknowledgment older than SND.UNA may still carry
  /// blocks that count.
  acknowledgment_report acknowledged(position ack, const std::vector<octet_range>& blocks = {}) {
    acknowledgment_report told;
    if (ack > high_data()) return told;
    const position sacked_before = sacked_octets();
    told.duplicate_report = duplicate_report(ack, blocks);
    if (ack > high_ack()) {
      told.newly_acknowledged = ack - high_ack();
      octets_.drop_below(ack);
      high_rxt_ = std::max(high_rxt_, ack);
      duplicates_ = 0;
    }
    for (std::size_t i = told.duplicate_report ? 1 : 0; i < blocks.size(); ++i) {
      const octet_range& block = blocks[i];
      if (block.first < block.last && block.last <= high_data()) told.newly_sacked += octets_.set(block, sacked_mark);
    }
    told.delivered = told.newly_acknowledged + sacked_octets() - sacked_before;
    told.duplicate = told.newly_sacked > 0;
    if (told.duplicate && !in_recovery()) ++duplicates_;
    if (in_recovery() && high_ack() >= *recovery_point_) recovery_point_.reset();
    if (blocked_until_ && high_ack() >= *blocked_until_) blocked_until_.reset();
    return told;
  }

  /// Loss recovery begins (RFC 6675 section 5 step 4). The next text sent again is the fast retransmit.
  void enter_recovery() {
    wrong_.expect(!in_recovery(), "recovery begins within recovery");
    wrong_.expect(!blocked_until_, "recovery begins before a timeout's recovery point is acknowledged");
    recovery_point_ = high_data();
    high_rxt_ = rescue_rxt_ = high_ack();
    entering_ = true;
  }

  /// The retransmission timer expired. RFC 2018 section 8 would have SACK information forgotten; a sender that can
  /// tell reneging keeps it (section 5.1 of RFC 6675).
  void timed_out(bool forget = true) {
    if (in_recovery()) blocked_until_ = high_data();
    recovery_point_.reset();
    entering_ = false;
    duplicates_ = 0;
    high_rxt_ = high_ack();
    if (forget) octets_.clear({high_ack(), high_data()}, sacked_mark);
  }

  /// The octet after the last that was acknowledged: SND.UNA.
  [[nodiscard]] position high_ack() const { return octets_.first(); }
  /// The octet after the last that was sent: SND.NXT.
  [[nodiscard]] position high_data() const { return octets_.last(); }
  /// The octet after the last that was sent again in this recovery.
  [[nodiscard]] position high_rxt() const { return high_rxt_; }
  /// The octet after the last that was sent again as a rescue.
  [[nodiscard]] position rescue_rxt() const { return rescue_rxt_; }
  /// Whether a recovery that began has not ended.
  [[nodiscard]] bool in_recovery() const { return recovery_point_.has_value(); }
  /// DupAcks of section 2.
  [[nodiscard]] int duplicates() const { return duplicates_; }

  /// Whether an octet is selectively acknowledged.
  [[nodiscard]] bool is_sacked(position octet) const { return octets_.at(octet) & sacked_mark; }

  /// The octets selectively acknowledged, in canonical form.
  [[nodiscard]] octet_ranges sacked_ranges() const { return octets_.with(sacked_mark); }

  /// What SACK has reported, in octets (RFC 9937 section 6.2).
  [[nodiscard]] position sacked_octets() const { return count(sacked_ranges()); }

  /// IsLost(): DupThresh separate SACKed sequences lie above an octet, or more than (DupThresh - 1) * SMSS SACKed
  /// octets do. An octet that is itself acknowledged is not lost.
  [[nodiscard]] bool is_lost(position octet) const {
    if (octet < high_ack() || octet >= high_data() || is_sacked(octet)) return false;
    return loss_above(octet).lost(given_);
  }

  /// The octets that are lost, in canonical form.
  [[nodiscard]] octet_ranges lost_ranges() const {
    octet_ranges lost;
    downwards([&](position octet, bool is_lost) {
      if (is_lost) lost.push_back({octet, octet + 1});
    });
    return joined(lost);
  }

  /// Whether recovery is due: DupThresh duplicates, or the first octet outstanding is lost (steps 1 and 2).
  [[nodiscard]] bool loss_detected() const { return duplicates_ >= given_.duplicate_threshold || is_lost(high_ack()); }

  /// SetPipe(), over every octet.
  [[nodiscard]] position pipe() const {
    position octets = 0;
    downwards([&](position octet, bool is_lost) { octets += (is_lost ? 0 : 1) + (octet < high_rxt_ ? 1 : 0); });
    return octets;
  }

  /// A segment that NextSeg() returns, and the rule (1 to 4) that chose it.
  struct candidate {
    octet_range text{};
    int rule = 0;
    friend bool operator==(const candidate&, const candidate&) = default;
  };

  /// NextSeg(). written: position after the last octet that the user gave; right_edge: of the peer's window. The range
  /// is the longest one; a shorter one that begins at the same octet (rule 4: ends at the same) conforms too.
  [[nodiscard]] std::optional<candidate> next_segment(position written, position right_edge) const {
    const octet_ranges sacked = sacked_ranges();
    const octet_ranges lost = lost_ranges();
    const position highest = sacked.empty() ? high_ack() : sacked.back().last;
    std::optional<position> unsure;
    for (position octet = std::max(high_rxt_, high_ack()); octet < highest; ++octet) {
      if (is_sacked(octet)) continue;
      if (holds_any(lost, {octet, octet + 1})) return candidate{hole_from(octet), 1};
      if (!unsure) unsure = octet;
    }
    const position limit = std::min(written, right_edge);
    if (limit > high_data()) {
      return candidate{{high_data(), std::min(limit, high_data() + given_.smss)}, 2};
    }
    if (unsure) return candidate{hole_from(*unsure), 3};
    if (in_recovery() && high_ack() > rescue_rxt_) return last_hole();
    return std::nullopt;
  }

  /// Whether a segment is one that NextSeg() permits. Call it before sent().
  [[nodiscard]] bool permits(position first, position last, position written, position right_edge) const {
    const auto next = next_segment(written, right_edge);
    if (!next || last <= first || last - first > given_.smss) return false;
    if (next->rule == 4) return last == next->text.last && first >= next->text.first;
    return first == next->text.first && last <= next->text.last;
  }

  /// An implementation tells what it believes to be selectively acknowledged. One with bounded memory may know less,
  /// never more.
  void claims_sacked(const octet_ranges& ranges, bool bounded = false) {
    const octet_ranges theirs = joined(ranges);
    const octet_ranges ours = sacked_ranges();
    const octet_range invented = first_outside(theirs, ours);
    if (invented.first < invented.last) wrong_.note("believes " + show(invented) + " to be SACKed, which it is not");
    const octet_range forgotten = first_outside(ours, theirs);
    if (!bounded && forgotten.first < forgotten.last)
      wrong_.note("has forgotten that " + show(forgotten) + " is SACKed");
  }

  /// An implementation of RFC 6675 tells its pipe.
  void claims_pipe(position octets) {
    if (octets == pipe()) return;
    wrong_.note("pipe is " + std::to_string(octets) + ", not " + std::to_string(pipe()));
  }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  static constexpr std::uint8_t sacked_mark = 1;

  struct evidence {
    position octets = 0;
    int sequences = 0;
    [[nodiscard]] bool lost(const scoreboard_parameters& given) const {
      return sequences >= given.duplicate_threshold || octets > (given.duplicate_threshold - 1) * given.smss;
    }
  };

  [[nodiscard]] evidence loss_above(position octet) const {
    evidence found;
    for (position above = octet + 1; above < high_data(); ++above) {
      if (!is_sacked(above)) continue;
      ++found.octets;
      if (!is_sacked(above - 1)) ++found.sequences;
    }
    return found;
  }

  /// Calls visit(octet, lost) for each outstanding octet that is not SACKed, from the highest down.
  template <class Visit>
  void downwards(Visit visit) const {
    evidence above;
    for (position octet = high_data(); octet-- > high_ack();) {
      if (!is_sacked(octet)) {
        visit(octet, above.lost(given_));
        continue;
      }
      ++above.octets;
      if (!is_sacked(octet + 1)) ++above.sequences;
    }
  }

  void note_rescue(position repeated) {
    wrong_.expect(in_recovery(), "a rescue outside recovery");
    wrong_.expect(high_ack() > rescue_rxt_, "a second rescue in the same recovery");
    rescue_rxt_ = recovery_point_.value_or(repeated);
  }

  /// As much text as one segment takes, up to the next SACKed octet.
  [[nodiscard]] octet_range hole_from(position first) const {
    position last = first;
    while (last < high_data() && last - first < given_.smss && !is_sacked(last)) ++last;
    return {first, last};
  }

  [[nodiscard]] std::optional<candidate> last_hole() const {
    position last = high_data();
    while (last > high_ack() && is_sacked(last - 1)) --last;
    if (last == high_ack()) return std::nullopt;
    position first = last;
    while (first > high_ack() && last - first < given_.smss && !is_sacked(first - 1)) --first;
    return candidate{{first, last}, 4};
  }

  scoreboard_parameters given_;
  octet_marks octets_;
  position high_rxt_ = 0;
  position rescue_rxt_ = 0;
  std::optional<position> recovery_point_{};
  std::optional<position> blocked_until_{};  ///< after a timeout within recovery (section 5.1)
  bool entering_ = false;
  int duplicates_ = 0;
  complaint wrong_;
};

}  // namespace sequent::spec

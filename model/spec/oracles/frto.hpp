// Whether a timeout or a fast retransmit was spurious: F-RTO (RFC 5682, both variants), Eifel detection (RFC 3522) and
// D-SACK (RFC 3708).
//
// A sender may always fail to notice; it may not take a recovery for spurious that these algorithms do not. Positions
// are half-open: the RFC's "recover" is the octet before ours.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// What is known about a recovery.
enum class verdict : std::uint8_t { undecided, spurious, genuine };

/// The word for a verdict.
[[nodiscard]] constexpr const char* name(verdict v) {
  constexpr const char* names[] = {"undecided", "spurious", "genuine"};
  return names[static_cast<int>(v)];
}

/// An acknowledgment as F-RTO sees it.
struct frto_acknowledgment {
  position ack = 0;
  std::vector<octet_range> blocks{};  ///< SACK blocks, without D-SACK
  bool duplicate = false;             ///< by RFC 5681; one that is neither new nor a duplicate is ignored
};

/// F-RTO over one connection.
class frto_oracle {
 public:
  /// sack: the SACK-enhanced variant (section 3). window_limited: the sender goes on to step 3 although it could send
  /// nothing new in step 2 (appendix A).
  explicit frto_oracle(bool sack, bool window_limited = false) : sack_(sack), window_limited_(window_limited) {}

  /// A recovery of another kind set RecoveryPoint (SACK variant): outstanding up to here when it began.
  void recovery_point(position snd_nxt) { recover_ = snd_nxt; }

  /// The retransmission timer expired and [snd_una, repeated) was sent again, with snd_nxt the highest ever sent.
  void timed_out(position snd_una, position repeated, position snd_nxt) {
    una_ = snd_una;
    repeated_ = repeated;
    nxt_ = snd_nxt;
    sacked_.clear();
    sent_new_ = false;
    const bool underway = recover_ > snd_una;
    step_ = underway ? step::none : step::first;
    verdict_ = underway ? verdict::genuine : verdict::undecided;
    if (underway) recover_ = snd_nxt;
  }

  /// The recovery was found needless, here or in another way, and is over: nothing is underway any more.
  void undone() {
    recover_ = una_;
    step_ = step::none;
  }

  /// New text was sent after the timeout.
  void sent_new(position snd_nxt) {
    nxt_ = std::max(nxt_, snd_nxt);
    sent_new_ = true;
  }

  /// More was sent again: a conventional recovery goes on, as is recommended where step 2 finds nothing new to send.
  void went_on_repeating() {
    if (step_ != step::none && !window_limited_) decide(verdict::genuine);
  }

  /// An acceptable acknowledgment arrives.
  void acknowledged(const frto_acknowledgment& told) {
    const bool advances = told.ack > una_;
    if (!advances && !told.duplicate) return;
    const bool fresh_sack = take_blocks(told);
    switch (step_) {
      case step::none: break;
      case step::first: sack_ ? first_with_sack(told, advances) : first_without(told, advances); break;
      case step::second: sack_ ? second_with_sack(told, advances, fresh_sack) : second_without(advances); break;
    }
    una_ = std::max(una_, told.ack);
  }

  /// What was sent again by the timer has not been acknowledged (step 2).
  [[nodiscard]] bool awaits_first_answer() const { return step_ == step::first; }

  /// What was sent again by the timer has been acknowledged, and what goes out next should be new (step 2b).
  [[nodiscard]] bool wants_new() const { return step_ == step::second && !sent_new_; }

  /// Something new is on its way, and the next acknowledgment decides (step 3): one segment is enough where there is
  /// no more to send.
  [[nodiscard]] bool awaits_verdict() const { return step_ == step::second && sent_new_; }

  /// What is known about the last timeout.
  [[nodiscard]] verdict now() const { return verdict_; }

  /// The implementation takes the timeout for spurious at this moment.
  void claims_spurious() {
    if (verdict_ != verdict::spurious) wrong_.note(std::string("a timeout is undone that is ") + name(verdict_));
  }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  enum class step : std::uint8_t { none, first, second };

  void decide(verdict v) {
    verdict_ = v;
    step_ = step::none;
    if (v == verdict::spurious) recover_ = una_;
  }

  /// Section 2.1 step 2.
  void first_without(const frto_acknowledgment& told, bool advances) {
    recover_ = nxt_;
    if (!advances || told.ack >= recover_ || told.ack < repeated_) return decide(verdict::genuine);
    step_ = step::second;
    sent_new_ = false;
  }

  /// Section 2.1 step 3.
  void second_without(bool advances) {
    const bool may_go_on = sent_new_ || window_limited_;
    decide(advances && may_go_on ? verdict::spurious : verdict::genuine);
  }

  /// Section 3.1 step 2: duplicates only tell.
  void first_with_sack(const frto_acknowledgment& told, bool advances) {
    if (!advances || told.ack < repeated_) return;
    recover_ = nxt_;
    if (told.ack >= recover_) return decide(verdict::genuine);
    step_ = step::second;
    sent_new_ = false;
  }

  /// Section 3.1 step 3.
  void second_with_sack(const frto_acknowledgment& told, bool advances, bool fresh_sack) {
    position reach = told.ack;
    for (const octet_range& block : told.blocks) reach = std::max(reach, block.last);
    const bool may_go_on = sent_new_ || window_limited_;
    decide(reach <= recover_ && (advances || fresh_sack) && may_go_on ? verdict::spurious : verdict::genuine);
  }

  /// Notes the blocks; true if they tell of an octet that was not known to have arrived.
  bool take_blocks(const frto_acknowledgment& told) {
    bool fresh = false;
    for (const octet_range& block : told.blocks) {
      const octet_range above{std::max(block.first, una_), block.last};
      fresh = fresh || (above.first < above.last && !holds_all(sacked_, above));
      sacked_.push_back(above);
      sacked_ = joined(sacked_);
    }
    return fresh;
  }

  bool sack_;
  bool window_limited_;
  step step_ = step::none;
  verdict verdict_ = verdict::undecided;
  position una_ = 0;
  position nxt_ = 0;
  position repeated_ = 0;
  position recover_ = 0;  ///< the octet after "recover"
  bool sent_new_ = false;
  octet_ranges sacked_;
  complaint wrong_;
};

/// Eifel detection. Timestamps are positions of our own clock's ticks, which never wrap.
class eifel_oracle {
 public:
  /// Loss recovery begins with a retransmission that carries this timestamp. Not called again within a recovery.
  void started(std::int64_t timestamp) {
    repeated_at_ = timestamp;
    verdict_ = verdict::undecided;
  }

  /// An acceptable acknowledgment of new data arrives. all: it acknowledges everything outstanding.
  void acknowledged(std::int64_t echoed, bool duplicate_reported, bool all) {
    const bool conclusive = !all || ever_reported_;
    if (repeated_at_ && verdict_ == verdict::undecided) {
      const bool earlier = echoed < *repeated_at_;
      verdict_ = earlier && !duplicate_reported && conclusive ? verdict::spurious : verdict::genuine;
    }
    ever_reported_ = ever_reported_ || duplicate_reported;
  }

  /// A duplicate acknowledgment with a D-SACK block: the peer sends them.
  void duplicate_reported() { ever_reported_ = true; }

  /// What is known about the last recovery.
  [[nodiscard]] verdict now() const { return repeated_at_ ? verdict_ : verdict::undecided; }

  /// The implementation takes the recovery for spurious at this moment.
  void claims_spurious() {
    if (now() != verdict::spurious) wrong_.note(std::string("a recovery is undone that is ") + name(now()));
  }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  std::optional<std::int64_t> repeated_at_{};  ///< RetransmitTS
  bool ever_reported_ = false;
  verdict verdict_ = verdict::undecided;
  complaint wrong_;
};

/// D-SACK's verdict: every retransmission of a window was reported as a duplicate. Octet by octet.
class duplicate_report_oracle {
 public:
  /// for_good: once the network was seen to duplicate, reports prove nothing on this connection any more; otherwise
  /// nothing in the window of data at hand. The first is the more careful.
  explicit duplicate_report_oracle(bool for_good = true) : for_good_(for_good) {}

  /// Loss recovery begins, with a window of data outstanding. What of it was sent again before, as a probe may have
  /// been, is part of what must be reported (step B.2).
  void started(position snd_una, position snd_nxt) {
    window_.drop_below(snd_una);
    window_.extend(snd_nxt);
    blocked_ = false;
    verdict_ = verdict::undecided;
  }

  /// Text was sent again.
  void repeated(position first, position last) {
    window_.extend(last);
    history_.push_back({first, last});
    history_ = joined(history_);
    for (position octet = first; octet < last; ++octet) {
      window_.set({octet, octet + 1}, window_.at(octet) & once ? twice : once);
    }
  }

  /// A D-SACK block arrives. snd_una and scoreboard_empty are as the acknowledgment that brings it found them: nothing
  /// of what was outstanding had been reported.
  void reported(const octet_range& block, position snd_una, bool scoreboard_empty) {
    if (disabled_) return;
    if (scoreboard_empty && block.first == snd_una) blocked_ = true;
    for (position octet = block.first; octet < block.last; ++octet) {
      const std::uint8_t marks = window_.at(octet);
      if (marks & twice) blocked_ = true;
      // What was never sent again was duplicated by the network; a late report of an earlier window says nothing.
      if (!(marks & once) && !holds_any(history_, {octet, octet + 1})) (for_good_ ? disabled_ : blocked_) = true;
    }
    window_.set(block, reported_mark);
    if (blocked_ || disabled_) {
      verdict_ = verdict::genuine;
      return;
    }
    const octet_ranges all = window_.with(once);
    const bool every = first_outside(all, window_.with(once | reported_mark)) == octet_range{};
    if (!all.empty() && every) verdict_ = verdict::spurious;
  }

  /// What is known about the last window of data in which something was sent again.
  [[nodiscard]] verdict now() const { return verdict_; }
  /// Whether the network was seen to duplicate: nothing is undone on this connection any more.
  [[nodiscard]] bool disabled() const { return disabled_; }

  /// The implementation takes the recovery for spurious at this moment.
  void claims_spurious() {
    if (verdict_ != verdict::spurious) wrong_.note(std::string("a recovery is undone that is ") + name(verdict_));
  }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  static constexpr std::uint8_t once = 1;
  static constexpr std::uint8_t twice = 2;
  static constexpr std::uint8_t reported_mark = 4;

  bool for_good_;
  octet_marks window_;
  octet_ranges history_;  ///< everything that was ever sent again
  bool blocked_ = false;
  bool disabled_ = false;
  verdict verdict_ = verdict::undecided;
  complaint wrong_;
};

}  // namespace sequent::spec

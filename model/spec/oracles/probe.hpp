// When a sender may probe for a loss at the tail, and what the probe's acknowledgment says: RFC 8985 section 7.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// What section 7.2 leaves to the implementation.
struct probe_parameters {
  position smss = 1460;
  position first = 1;                ///< the first octet of the stream
  microseconds most_delay = 0;       ///< TLP.max_ack_delay: added at most when a single segment is in flight
  microseconds initial = 1'000'000;  ///< PTO without a round trip measured
  microseconds least = 0;            ///< a documented floor of the PTO; 0 for none
  microseconds tolerance = 0;        ///< of the sender's clock
};

/// An acknowledgment as the probing sender sees it.
struct probe_acknowledgment {
  position ack = 0;
  std::optional<octet_range> duplicate_report{};  ///< its D-SACK block
  bool has_sack = false;                          ///< it has a SACK option
  bool duplicate = false;                         ///< it is a duplicate acknowledgment by RFC 5681
  bool sampled = false;                           ///< a round trip was measured from it
  bool sacked_outstanding = false;                ///< something above SND.UNA is SACKed after it
  bool in_recovery = false;                       ///< in fast or RTO recovery after it
  std::optional<microseconds> srtt{};             ///< after it
};

/// What became of the latest probe.
enum class probe_fate : std::uint8_t {
  none,       ///< none was sent, or recovery made it irrelevant
  in_flight,  ///< TLP.end_seq is set
  harmless,   ///< new text was delivered, or the peer reported the repetition as a duplicate
  repaired,   ///< it repaired a loss: a congestion response is due (section 7.4.2)
};

/// Tail loss probes of one connection.
class probe_oracle {
 public:
  explicit probe_oracle(const probe_parameters& given) : given_(given), una_(given.first), nxt_(given.first) {}

  /// A round trip was measured in the handshake.
  void measured(microseconds srtt) {
    srtt_ = srtt;
    sampled_ = true;
  }

  /// Text is sent that is no probe.
  void sent(position first, position last, microseconds now) {
    if (last <= nxt_) return;
    wrong_.expect(first <= nxt_, "text is sent beyond a gap");
    nxt_ = last;
    start(now, false);
  }

  /// An acceptable acknowledgment arrives.
  void acknowledged(const probe_acknowledgment& told, microseconds now) {
    const bool advances = told.ack > una_;
    una_ = std::max(una_, told.ack);
    if (told.srtt) srtt_ = told.srtt;
    sampled_ = sampled_ || told.sampled;
    judge_probe(told);
    excluded_ = told.in_recovery || told.sacked_outstanding;
    if (told.in_recovery) recovery_started();
    if (una_ == nxt_ || excluded_) {
      armed_.reset();
      fired_ = false;
    } else if (advances) {
      start(now, true);
    }
  }

  /// Fast or RTO recovery begins: the probe is forgotten (section 7.1).
  void recovery_started() {
    excluded_ = true;
    armed_.reset();
    fired_ = false;
    if (fate_ == probe_fate::in_flight) fate_ = probe_fate::none;
    end_.reset();
  }

  /// Recovery is over without an acknowledgment having said so.
  void recovery_ended() { excluded_ = false; }

  /// The retransmission timer expires, which begins a recovery. Where a probe may be sent it is due by then at the
  /// latest, and the timer starts over behind it (sections 7.2 and 7.3).
  void timed_out() {
    wrong_.expect(!armed_ || !able_, "the retransmission timer expires where a probe comes first");
    recovery_started();
  }

  /// When the probe timer may fire; none when no probe may be scheduled. rto_at: when the retransmission timer would
  /// fire, which the probe never comes after.
  [[nodiscard]] std::optional<permitted_span> due(microseconds rto_at) const {
    if (!armed_) return std::nullopt;
    return permitted_span{std::min(armed_->low - given_.tolerance, rto_at),
                          std::min(armed_->high + given_.tolerance, rto_at)};
  }

  /// The implementation tells when its probe timer fires; none: it runs none. Scheduling probes at all is a SHOULD.
  void claims_timer(std::optional<microseconds> at, microseconds rto_at) {
    const auto permitted = due(rto_at);
    if (!at) return;
    if (!permitted) {
      wrong_.note("a probe is scheduled where none may be");
    } else if (!permitted->contains(*at)) {
      wrong_.note("a probe is scheduled for " + std::to_string(*at) + ", not " + show(*permitted));
    }
  }

  /// The probe timer fires, when the retransmission timer would at rto_at. That one starts over, whether or not a probe
  /// is sent (section 7.3).
  void fired(microseconds now, microseconds rto_at) {
    const auto permitted = due(rto_at);
    if (permitted && permitted->low <= now) fired_ = true;
  }

  /// A probe has been sent, and the retransmission timer fires at rto_at now (section 7.3).
  void claims_timeout(std::optional<microseconds> rto_at, microseconds timeout, microseconds now) {
    if (rto_at != now + timeout) wrong_.note("the retransmission timer does not start over behind a probe");
  }

  /// A probe is put on the wire.
  void probed(position first, position last, microseconds now, microseconds rto_at) {
    wrong_.expect(first < last && last - first <= given_.smss, "a probe is not one segment");
    wrong_.expect(!end_, "a second probe is sent while one is in flight");
    wrong_.expect(sampled_, "a probe is sent without a round trip measured since the last one");
    wrong_.expect(!excluded_, "a probe is sent in recovery, or while SACK information is at hand");
    const auto permitted = due(rto_at);
    wrong_.expect(fired_ || (permitted && permitted->low <= now), "a probe is sent too early");
    fired_ = false;
    repeats_ = first < nxt_;
    wrong_.expect(repeats_ ? last == nxt_ && first >= una_ : first == nxt_,
                  "a probe is neither the next new text nor the last that was sent");
    nxt_ = std::max(nxt_, last);
    end_ = nxt_;
    sampled_ = false;
    fate_ = probe_fate::in_flight;
    armed_.reset();  // the retransmission timer runs now
  }

  /// What became of the latest probe.
  [[nodiscard]] probe_fate fate() const { return fate_; }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  /// The sender SHOULD start or restart its timer. One that was restarted by each of several sends may count from any
  /// of them, but from none before the last acknowledgment.
  void start(microseconds now, bool afresh) {
    if (excluded_) return;
    able_ = sampled_ && !end_;
    microseconds interval = given_.initial;
    microseconds extra = 0;
    if (srtt_) {
      interval = 2 * *srtt_;
      if (nxt_ - una_ <= given_.smss) extra = given_.most_delay;
    }
    const microseconds floored = std::max(interval + extra, given_.least);
    if (!armed_ || afresh) armed_ = permitted_span{now + interval, now + floored};
    armed_->low = std::min(armed_->low, now + interval);
    armed_->high = std::max(armed_->high, now + floored);
  }

  /// TLP_process_ack.
  void judge_probe(const probe_acknowledgment& told) {
    if (!end_ || told.ack < *end_) return;
    if (!repeats_ || (told.duplicate_report && told.duplicate_report->last == *end_)) {
      fate_ = probe_fate::harmless;
    } else if (told.ack > *end_) {
      fate_ = probe_fate::repaired;
    } else if (told.duplicate && !told.has_sack) {
      fate_ = probe_fate::harmless;
    } else {
      return;
    }
    end_.reset();
  }

  probe_parameters given_;
  position una_ = 0;
  position nxt_ = 0;
  std::optional<microseconds> srtt_{};
  bool sampled_ = false;
  bool excluded_ = false;
  bool able_ = false;  ///< the timer was started where section 7.3 lets a probe go
  std::optional<permitted_span> armed_{};
  std::optional<position> end_{};  ///< TLP.end_seq
  bool fired_ = false;             ///< the timer has, in time, and the probe is still to be sent
  bool repeats_ = false;           ///< TLP.is_retrans
  probe_fate fate_ = probe_fate::none;
  complaint wrong_;
};

}  // namespace sequent::spec

// What one end of a connection must and may do about congestion marks: RFC 3168 section 6.1, with errata 3639 (CWR is
// looked at before CE) and 5966 (CWR goes on the next new data segment).
//
// Feed everything that one end sends and receives, in order, and each time that it reduces its congestion window. ECN
// on SYN,ACK (RFC 5562), on retransmissions and on pure acknowledgments are experiments and not permitted here.
#pragma once

#include <algorithm>
#include <string>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// The ECN field of the IP header.
enum class ecn_field : std::uint8_t { not_ect = 0, ect_1 = 1, ect_0 = 2, ce = 3 };

/// What ECN sees of a segment. Positions are on its sender's axis.
struct ecn_segment {
  bool syn = false;
  bool ack = false;
  bool rst = false;
  bool ece = false;
  bool cwr = false;
  ecn_field field = ecn_field::not_ect;
  position first = 0;           ///< of its text
  position last = 0;            ///< after its text
  position acknowledges = 0;    ///< its acknowledgment number
  bool window_probe = false;    ///< sent: it probes a closed window
  bool outside_window = false;  ///< received: nothing of it lies in the window
  bool in_recovery = false;     ///< received: the receiver of it is repairing losses, so its window is reduced already

  [[nodiscard]] bool has_text() const { return last > first; }
};

/// Why a congestion window was reduced.
enum class reduction : std::uint8_t { echo, loss, timeout };

/// One end of a connection.
class ecn_oracle {
 public:
  /// Who is not told of reductions judges everything but them: where ECT and CWR may stand, and the echoes.
  explicit ecn_oracle(bool told_of_reductions) : told_(told_of_reductions) {}
  ecn_oracle() = default;

  /// It sends a segment.
  void sent(const ecn_segment& seg) {
    if (seg.field == ecn_field::ce) wrong_.note("a sender marks its own segment as CE");
    if (seg.syn) return sent_syn(seg);
    const bool fresh = seg.has_text() && seg.last > nxt_;
    const bool repeats = seg.has_text() && seg.first < nxt_;
    check_field(seg, fresh, repeats);
    check_echo(seg);
    check_reduced(seg, fresh, repeats);
    nxt_ = std::max(nxt_, seg.last);
  }

  /// A segment arrives that passed every check before ECN's. Its SYN is what counts for the negotiation, wherever it
  /// belongs to this connection.
  void received(const ecn_segment& seg) {
    note_missed_reaction();
    if (seg.syn) {
      const bool setup = seg.ack ? seg.ece && !seg.cwr : seg.ece && seg.cwr;
      (setup ? received_setup_ : received_other_) = true;
      if (setup && !seg.ack) received_setup_syn_ = true;
      return;
    }
    if (!obliged()) return;
    receive_marks(seg);
    if (!seg.ack) return;
    una_ = std::max(una_, seg.acknowledges);
    echoed_ = seg.ece && usable() && seg.acknowledges >= una_;
    echoed_since_ = echoed_since_ || echoed_;
    may_react_ = may_react_ || (echoed_ && una_ >= reduced_at_);
    must_react_ = echoed_ && una_ > reduced_at_ && !seg.in_recovery && used_;
  }

  /// It reduces its congestion window; `again`, once more for the same loss.
  void reduced(reduction why, bool again = false) {
    if (why == reduction::echo) {
      wrong_.expect(may_react_, "the window is reduced by an echo that was none, or twice in a window of data");
    }
    must_react_ = may_react_ = false;
    if (!again) {
      reduced_before_ = reduced_at_;
      was_due_ = cwr_due_;
      echoed_since_ = why == reduction::echo;
    }
    reduced_at_ = nxt_;
    cwr_due_ = usable();
  }

  /// It takes back its latest reduction, which was for a loss that was none (RFC 4015 section 3.1, step 9): not if
  /// congestion was echoed since. The reduction answers no mark, and need not be told if it was not yet.
  void undone() {
    wrong_.expect(!echoed_since_, "a reduction is taken back though congestion was echoed");
    reduced_at_ = std::min(reduced_at_, reduced_before_);
    cwr_due_ = cwr_due_ && was_due_;
  }

  /// Whether it may send ECT: MUST NOT otherwise, except for the peer's own wavering, which makes it a SHOULD NOT.
  [[nodiscard]] bool usable() const { return sent_setup_ && received_setup_ && !sent_other_ && !received_other_; }

  /// Whether it must answer marks with echoes.
  [[nodiscard]] bool obliged() const { return sent_setup_ && received_setup_ && !received_other_; }

  /// Whether the last acknowledgment obliges it to reduce its window before anything else happens.
  [[nodiscard]] bool must_react() const { return must_react_; }
  /// Whether the next new text must carry CWR.
  [[nodiscard]] bool owes_cwr() const { return cwr_due_; }
  /// Whether its acknowledgments must carry ECE.
  [[nodiscard]] bool must_echo() const { return must_echo_; }

  /// Hands everything that its future depends on to visit(), for a search that compares states.
  template <class Visit>
  void each_value(Visit visit) const {
    for (const bool each :
         {sent_setup_, sent_other_, received_setup_, received_setup_syn_, received_other_, used_, must_echo_, may_echo_,
          echoed_, may_react_, must_react_, cwr_due_, was_due_, echoed_since_}) {
      visit(each ? position{1} : position{0});
    }
    for (const position each : {una_, nxt_, reduced_at_, reduced_before_}) visit(each);
  }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  void sent_syn(const ecn_segment& seg) {
    wrong_.expect(seg.field == ecn_field::not_ect, "a SYN is sent with ECT");
    if (!seg.ack) {
      wrong_.expect(seg.ece == seg.cwr, "a SYN has one of ECE and CWR");
      (seg.ece && seg.cwr ? sent_setup_ : sent_other_) = true;
    } else {
      wrong_.expect(!seg.cwr, "a SYN,ACK has CWR");
      wrong_.expect(!seg.ece || received_setup_syn_, "an ECN-setup SYN,ACK answers a SYN that was none");
      (seg.ece && !seg.cwr ? sent_setup_ : sent_other_) = true;
    }
    nxt_ = std::max(nxt_, seg.last);
  }

  void check_field(const ecn_segment& seg, bool fresh, bool repeats) {
    if (seg.field == ecn_field::not_ect) return;
    wrong_.expect(usable(), "ECT is set although ECN was not agreed on");
    wrong_.expect(fresh, "ECT is set on a segment without new text");
    wrong_.expect(!repeats, "ECT is set on a retransmission");
    wrong_.expect(!seg.window_probe, "ECT is set on a window probe");
    used_ = true;
  }

  void check_echo(const ecn_segment& seg) {
    if (seg.rst || !seg.ack) return;
    if (must_echo_ && !seg.ece) wrong_.note("an acknowledgment without ECE before CWR has come");
    if (!may_echo_ && seg.ece) wrong_.note("ECE without a mark to echo");
  }

  void check_reduced(const ecn_segment& seg, bool fresh, bool repeats) {
    if (fresh && must_react_) note_missed_reaction();
    if (seg.window_probe || !fresh) {
      wrong_.expect(!seg.cwr, seg.window_probe ? "CWR on a window probe" : "CWR on a segment without new text");
      return;
    }
    if (cwr_due_ && !repeats && !seg.cwr) wrong_.note("the first new text after a reduction has no CWR");
    if (!cwr_due_ && seg.cwr && told_) wrong_.note("CWR without a reduction");
    // New text behind repeated text in one segment: with or without.
    if (!repeats || seg.cwr) cwr_due_ = false;
  }

  void receive_marks(const ecn_segment& seg) {
    if (seg.cwr) {
      must_echo_ = false;
      may_echo_ = may_echo_ && seg.outside_window;  // an old copy of a CWR may be passed over
    }
    if (seg.field != ecn_field::ce) return;
    may_echo_ = true;
    if (seg.has_text() && !seg.outside_window) must_echo_ = true;
  }

  void note_missed_reaction() {
    if (must_react_ && told_) wrong_.note("an echo of congestion is not answered by a reduction of the window");
    must_react_ = false;
  }

  bool told_ = true;
  bool sent_setup_ = false;
  bool sent_other_ = false;
  bool received_setup_ = false;
  bool received_setup_syn_ = false;
  bool received_other_ = false;
  bool used_ = false;  ///< ECT was sent, so that marks are possible
  bool must_echo_ = false;
  bool may_echo_ = false;
  bool echoed_ = false;
  bool may_react_ = false;
  bool must_react_ = false;
  bool cwr_due_ = false;
  bool was_due_ = false;       ///< before the latest reduction
  bool echoed_since_ = false;  ///< congestion was echoed since the latest reduction, or asked for it
  position una_ = 0;
  position nxt_ = 0;
  position reduced_before_ = 0;  ///< reduced_at_ before the latest reduction
  position reduced_at_ = 0;      ///< SND.NXT at the last reduction: marks on what was sent before are answered by it
  complaint wrong_;
};

/// Where the congestion window is one segment an echo cannot halve it: nothing new goes before a retransmission timeout
/// has passed (RFC 3168 section 6.1.2).
class one_segment_oracle {
 public:
  explicit one_segment_oracle(position smss) : smss_(smss) {}

  /// An acknowledgment that moves SND.UNA, with ECE or without. The window is the larger of those before and after it;
  /// `repairs`: losses are being repaired, so that the window is reduced already.
  void acknowledged(bool echoed, position window, bool repairs, microseconds timeout, microseconds now) {
    if (!echoed) {
      until_ = 0;
    } else if (window <= smss_ && !repairs) {
      until_ = now + timeout;
    }
  }
  /// The retransmission timer expired.
  void timed_out() { until_ = 0; }
  /// New text goes out.
  void sent_new(microseconds now) {
    if (now < until_) {
      wrong_.note("new text goes out " + std::to_string(until_ - now) +
                  " us before the timer, though congestion was echoed at a window of one segment");
    }
    until_ = 0;
  }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  position smss_;
  microseconds until_ = 0;
  complaint wrong_;
};

}  // namespace sequent::spec

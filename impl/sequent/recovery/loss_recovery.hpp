// Loss recovery: what was lost, what goes out again, and how the congestion window moves meanwhile (RFC 6675, RFC 8985,
// RFC 9937; without SACK RFC 6582).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "sequent/congestion/progress.hpp"
#include "sequent/recovery/acknowledgment.hpp"
#include "sequent/recovery/parts.hpp"
#include "sequent/recovery/scoreboard.hpp"

namespace sequent {

/// Decides what is to be sent again, and steers the congestion control that it is handed. Everything costs constant
/// time while nothing is lost or out of order, else at most a pass over the MostRuns runs of the scoreboard for each
/// acknowledgment.
template <std::size_t MostRuns, class Parts = recovery_parts>
class loss_recovery {
 public:
  /// Begins a connection whose first octet of text is `first`: nothing before it can be a loss of this incarnation.
  constexpr void start(sequence_number<u32> first) noexcept {
    board_.start(first);  // its runs are left as they are: a thousand octets that nobody looks at
    rack_.start(first);
    reduction_ = {};
    doubt_.start();
    probe_.start();
    recover_ = full_until_ = answered_until_ = first - 1u;
    departed_ = 0;
    run_began_ = lowered_at_ = 0;
    phase_ = recovery_phase::open;
    duplicates_ = 0;
    head_due_ = reduced_ = lowered_again_ = reports_seen_ = apart_ = false;
    undone_ = undoing::nothing;
  }

  /// Octets that are thought to be in the network. Without SACK each duplicate tells of one segment that has left it.
  [[nodiscard]] constexpr u32 pipe() const noexcept {
    const u32 all = board_.pipe();
    return all > departed_ ? all - departed_ : 0;
  }
  [[nodiscard]] constexpr bool recovering() const noexcept { return phase_ == recovery_phase::recovery; }
  [[nodiscard]] constexpr recovery_phase phase() const noexcept { return phase_; }
  [[nodiscard]] constexpr sequence_number<u32> recover() const noexcept { return recover_; }
  [[nodiscard]] constexpr const scoreboard<MostRuns>& board() const noexcept { return board_; }
  [[nodiscard]] constexpr const rack& recent() const noexcept { return rack_; }
  [[nodiscard]] constexpr const proportional_rate_reduction& reduction() const noexcept { return reduction_; }
  [[nodiscard]] constexpr const tail_probe& probe() const noexcept { return probe_; }
  [[nodiscard]] constexpr const spurious_detector& doubt() const noexcept { return doubt_; }
  [[nodiscard]] constexpr std::uint8_t duplicates() const noexcept { return duplicates_; }
  [[nodiscard]] constexpr u32 departed() const noexcept { return departed_; }
  /// What was sent again before this, short_time(), is answered by a timeout or by an earlier loss of what had been
  /// sent again; nothing when none is.
  [[nodiscard]] constexpr std::optional<u32> lowered_at() const noexcept {
    return lowered_again_ ? std::optional(lowered_at_) : std::nullopt;
  }
  [[nodiscard]] constexpr bool reports_seen() const noexcept { return reports_seen_; }
  /// SND.NXT when the window was lowered for a loss that a probe had repaired, or for that of something sent again:
  /// losses of what was sent before are answered.
  [[nodiscard]] constexpr sequence_number<u32> answered_until() const noexcept { return answered_until_; }
  [[nodiscard]] constexpr sequence_number<u32> full_until() const noexcept { return full_until_; }
  /// When the first octets of the scoreboard's last run were sent: short_time().
  [[nodiscard]] constexpr u32 run_began() const noexcept { return run_began_; }

  /// The first octets that are taken for lost, or the first outstanding when none are, go out at once, whatever the
  /// congestion window.
  [[nodiscard]] constexpr bool head_due() const noexcept { return head_due_; }
  /// What is to be sent again as the window allows: the first octets that are taken for lost.
  [[nodiscard]] constexpr auto first_lost() const noexcept { return board_.first_lost(); }
  /// Nothing is outstanding, nor is anything to be sent again.
  [[nodiscard]] constexpr bool untouched() const noexcept {
    return board_.view().empty() && phase_ == recovery_phase::open && !head_due_;
  }
  /// Something is to be sent again, or a probe to be sent.
  [[nodiscard]] constexpr bool resends() const noexcept { return head_due_ || board_.lost() != 0 || probe_.due(); }
  /// A new segment would tell more than one that is sent again.
  [[nodiscard]] constexpr bool wants_new_data() const noexcept { return doubt_.wants_new_data(); }
  constexpr void no_new_data() noexcept { doubt_.no_new_data(); }
  /// Whether the congestion window was reduced since the last time this was asked, other than by a timeout.
  constexpr bool take_reduced() noexcept { return std::exchange(reduced_, false); }
  /// What was undone since the last time this was asked.
  constexpr undoing take_undone() noexcept { return std::exchange(undone_, undoing::nothing); }
  /// How many microseconds ago what the last acknowledgment delivered had been sent, if SACK is agreed and all of it
  /// was sent only once; 0 if not, or when this was asked before.
  constexpr u32 take_round_trip() noexcept { return std::exchange(plain_round_trip_, 0u); }
  /// An acknowledgment that on_ack() was not told of, or has been, echoes congestion.
  constexpr void marked() noexcept { doubt_.marked(); }

  /// An echo has led to a reduction when `nxt` was SND.NXT, which answers the loss of what was sent before as well (RFC
  /// 3168 section 6.1.2).
  constexpr void answered_by_echo(sequence_number<u32> nxt) noexcept { answered_until_ = nxt; }
  /// A tail loss probe is due.
  [[nodiscard]] constexpr bool probe_due() const noexcept { return probe_.due(); }
  /// May a tail loss probe be armed? Only while nothing else has raised a suspicion.
  [[nodiscard]] constexpr bool may_probe() const noexcept {
    return phase_ == recovery_phase::open && board_.sacked() == 0 && !board_.view().empty() && probe_.allowed();
  }

  /// Octets up to `last` were sent for the first time.
  constexpr void sent(sequence_number<u32> last, instant now, duration smoothed) noexcept {
    const u32 octets = last - board_.end();
    const u32 at = short_time(now);
    // Runs that differ by less than an eighth of a round trip are told as one, but none from before and after a
    // repetition: RACK has to tell what was sent after that.
    const bool joins = !apart_ && at - run_began_ <= granule(smoothed);
    if (!joins || board_.view().empty()) run_began_ = at;
    apart_ = false;
    board_.sent(last, at, joins);
    if (phase_ != recovery_phase::open) [[unlikely]] {
      if (phase_ == recovery_phase::recovery) reduction_.sent(octets);
      doubt_.sent_new();
    }
    if (probe_.due()) probe_.sent(last, false);
  }

  /// Octets [first, last) were sent again, our timestamp clock standing at `clock`. Says how many microseconds ago any
  /// of them had been sent last: half a circle or more if the clock went back.
  constexpr u32 sent_again(sequence_number<u32> first, sequence_number<u32> last, instant now,
                           sequence_number<u32> clock) noexcept {
    head_due_ = false;
    apart_ = true;
    doubt_.resent(first, last, clock);
    if (phase_ == recovery_phase::recovery) reduction_.sent(last - first);
    if (probe_.due()) probe_.sent(board_.end(), true);
    return short_time(now) - board_.sent_again(first, last, short_time(now));
  }

  /// The round trip of the SYN was measured: RACK knows then what a retransmission in the first flight must have taken.
  constexpr void handshake_measured(duration round_trip, instant now) noexcept {
    rack_.measured(clipped(round_trip), short_time(now));
  }

  /// Applies an acknowledgment. Says whether to look again for losses (timer::reordering), and then in how long.
  template <class Congestion>
  [[nodiscard, gnu::always_inline]] constexpr bool on_ack(const acknowledgment& ack, Congestion& congestion,
                                                          duration& again) noexcept {
    if (ack.round_trip) {
      probe_.measured();
      if (ack.sack) rack_.measured(clipped(*ack.round_trip), short_time(ack.now));
    }
    const u32 before_it = pipe();
    if (!undisturbed(ack)) [[unlikely]]
      return on_news(ack, before_it, congestion, again);
    (void)deliver(ack, nullptr);
    duplicates_ = 0;
    departed_ = 0;
    head_due_ = false;
    // What was sent again may have overtaken what is still outstanding.
    if (ack.sack && !board_.view().empty() && may_be_overtaken()) [[unlikely]] {
      return on_overtaking(ack, before_it, congestion, again);
    }
    grow(ack, ack.acked, before_it, congestion);
    finish_if_empty(ack.nxt);
    return false;
  }

  /// The reordering timer expired: what was waited for is lost (RFC 8985 section 6.3).
  template <class Congestion>
  constexpr std::optional<duration> on_reordering_timeout(sequence_number<u32> una, sequence_number<u32> nxt, u32 mss,
                                                          duration smoothed, instant now,
                                                          Congestion& congestion) noexcept {
    acknowledgment nothing;
    nothing.una = una;
    nothing.nxt = nxt;
    nothing.sack = true;
    nothing.smoothed = smoothed;
    nothing.mss = mss;
    nothing.now = now;
    const losses seen = detect(nothing, false, 0, congestion);
    if (seen.found && phase_ == recovery_phase::recovery) steer(0, false, mss, congestion);
    return seen.again;
  }

  /// The probe timer expired. Says whether a probe is due.
  constexpr bool on_probe_timeout() noexcept {
    if (may_probe()) probe_.ask();
    return probe_.due();
  }

  /// The retransmission timer expired; `first` for the first time of these octets. The first octets outstanding go out
  /// at once (RFC 6298 section 5.4). With `sack`, they and what was sent long enough ago are taken for lost (RFC 8985
  /// section 6.3), else all of it is. What SACK has reported still counts, until the timer expires once more or the
  /// receiver shows that it reneges (RFC 2018 section 8, RFC 6675 section 5.1).
  constexpr void on_timeout(sequence_number<u32> nxt, bool first, bool sack, u32 mss, duration smoothed, instant now,
                            bool marked = false) noexcept;

  /// What is outstanding is to be sent again for another reason than congestion.
  constexpr void give_up_outstanding(sequence_number<u32> nxt) noexcept;

  /// A recovery leads to another window than it began with.
  constexpr void lead_to(u32 threshold) noexcept { reduction_.lead_to(threshold); }

  /// After a timeout: what is still in flight is lost, too, unless the timeout proves needless.
  constexpr void give_up_rest() noexcept;

  /// The peer had closed its window and may have dropped what probed it: the first octets outstanding go out again,
  /// which is no sign of congestion. Where something is being repaired that goes on instead. Says whether anything
  /// became due.
  constexpr bool on_window_reopened(instant now, duration smoothed) noexcept;

  /// The timer expired while the peer's window is closed: only the first octets go out again, as a probe. Where the
  /// congestion window was reduced for more, that answers the loss of what was outstanding (RFC 5681 section 3.1).
  constexpr void probe_again(sequence_number<u32> nxt, bool reduced) noexcept;

  /// The control block is gone: nothing is outstanding any more.
  constexpr void stop() noexcept { start(board_.end()); }

  /// Moves the origin of the clock forward.
  constexpr void rebase(duration elapsed) noexcept {
    const auto by = static_cast<u32>(static_cast<std::uint64_t>(elapsed.count()));
    board_.rebase(by);
    rack_.rebase(by);
    run_began_ = board_.view().empty() ? 0 : run_began_ - by;
    lowered_at_ -= by;
  }

 private:
  [[nodiscard]] static constexpr u32 granule(duration smoothed) noexcept {
    return static_cast<u32>(std::min<std::int64_t>(smoothed.count() >> 3, 10'000'000));
  }

  // A path that has never reordered is given no time any more.
  [[nodiscard]] constexpr bool urgent(u32 mss) const noexcept {
    return repairs_loss() || board_.sacked() > (duplicate_threshold - 1u) * mss;
  }
  [[nodiscard]] static constexpr u32 clipped(duration smoothed) noexcept {
    return static_cast<u32>(std::clamp<std::int64_t>(smoothed.count(), 0, 0x3fff'ffff));
  }

  // The first run speaks for all, unless it was sent again: what is further ahead is younger, unless that was.
  [[nodiscard]] constexpr bool may_be_overtaken() const noexcept {
    const sent_run& first = board_.view().front();
    return first.again || rack_.overtook(first, board_.last_of(0));
  }

  // Nothing is lost, reported or doubted: the case of nearly every acknowledgment.
  [[nodiscard]] constexpr bool undisturbed(const acknowledgment& ack) const noexcept {
    return phase_ == recovery_phase::open && !ack.duplicate && ack.acked != 0 && board_.sacked() == 0 &&
           board_.lost() == 0 && ack.blocks->count == 0 && !probe_.on_its_way() && !probe_.due();
  }

  template <class Congestion>
  [[gnu::noinline]] constexpr bool on_overtaking(const acknowledgment& ack, u32 before_it, Congestion& congestion,
                                                 duration& again) noexcept {
    const losses seen = detect(ack, true, ack.acked, congestion);
    if (recovering()) {
      steer(ack.acked, !seen.found, ack.mss, congestion);
    } else {
      grow(ack, ack.acked, before_it, congestion);
    }
    again = seen.again.value_or(duration{});
    return seen.again.has_value();
  }

  // An acknowledgment that finds or brings anything out of the common.
  template <class Congestion>
  [[gnu::noinline]] constexpr bool on_news(const acknowledgment& ack, u32 before_it, Congestion& congestion,
                                           duration& again) noexcept {
    // What an earlier episode did is undone within a round trip of its end, or not at all.
    if (phase_ == recovery_phase::open && before(recover_, ack.una)) doubt_.give_up();
    if (ack.marked) doubt_.marked();
    acknowledged_news news = read(ack);
    const u32 delivered = take(ack, news);
    const bool was_recovering = recovering();
    const u32 window = congestion.window();
    answer_probe(ack, news, congestion);
    const undoing needless = what_to_undo();
    news.waits = board_.lost() != 0;
    const bool resumes = doubt_.on_ack(news);
    if (resumes) {
      resume(ack, delivered, needless, congestion);
    } else if (phase_ != recovery_phase::open && !before(ack.una, recover_)) {
      leave(ack, congestion);
    }
    if (news.progress && board_.lost() == 0) head_due_ = false;  // it has arrived
    const losses seen = detect(ack, news.progress, delivered, congestion);
    if (recovering()) {
      const u32 told = ack.sack ? delivered : (std::min)(delivered, reduction_.undelivered());
      if (reduction_.acts(told, ack.sack && seen.found)) steer(told, news.progress && !seen.found, ack.mss, congestion);
    } else if (news.progress && !was_recovering && !resumes && congestion.window() >= window) {
      grow(ack, delivered, before_it, congestion);
    }
    finish_if_empty(ack.nxt);
    again = seen.again.value_or(duration{});
    return seen.again.has_value();
  }

  // What the reduction was for that would be undone now. One that answers a mark stays, and so do the two where a
  // timeout struck within a recovery: what was before both is not known.
  [[nodiscard]] constexpr undoing what_to_undo() const noexcept {
    if (doubt_.by_timeout()) return doubt_.is_marked() ? undoing::marked_timeout : undoing::timeout;
    return doubt_.is_marked() || phase_ == recovery_phase::loss ? undoing::nothing : undoing::recovery;
  }

  // What an acknowledgment says about earlier ones.
  [[nodiscard]] constexpr acknowledged_news read(const acknowledgment& ack) noexcept {
    acknowledged_news news;
    news.progress = ack.acked != 0;
    news.duplicate = ack.duplicate;
    news.sack = ack.sack;
    news.una = ack.una;
    news.everything = ack.una == ack.nxt;
    news.reports_before = reports_seen_;
    news.reported = ack.sack && reports_duplicate(*ack.blocks, ack.ack);
    if (news.reported) {
      news.from = ack.blocks->view().front().left;
      news.until = ack.blocks->view().front().right;
      news.all_answers_lost = board_.sacked() == 0 && news.from == ack.una - ack.acked;
      reports_seen_ = true;
    }
    news.echo = ack.echo;
    return news;
  }

  constexpr u32 deliver(const acknowledgment& ack, acknowledged_news* news) noexcept;
  constexpr u32 take(const acknowledgment& ack, acknowledged_news& news) noexcept;
  constexpr u32 count_departures(const acknowledgment& ack, u32 acknowledged) noexcept;
  [[nodiscard]] constexpr u32 limited_transmit(const acknowledgment& ack) const noexcept;
  [[nodiscard]] constexpr bool may_enter(const acknowledgment& ack) const noexcept;
  template <class Congestion>
  constexpr void answer_probe(const acknowledgment& ack, const acknowledged_news& news,
                              Congestion& congestion) noexcept;
  struct losses {
    bool found = false;
    std::optional<duration> again{};  // when to look again
  };

  template <class Congestion>
  constexpr losses detect(const acknowledgment& ack, bool progress, u32 delivered, Congestion& congestion) noexcept;
  constexpr bool lose_head(u32 mss) noexcept;
  [[nodiscard]] constexpr u32 outstanding_before(const acknowledgment& ack, u32 delivered) const noexcept;
  template <class Congestion>
  constexpr void lower_again(const acknowledgment& ack, u32 delivered, Congestion& congestion) noexcept;
  // What was sent again at `at` has been lost, which nothing has answered yet.
  [[nodiscard]] constexpr bool unanswered(u32 at) const noexcept {
    return repairs_loss() && (!lowered_again_ || at - lowered_at_ < half_circle);
  }
  // What is being repaired was given up for another reason than congestion: a loss found meanwhile is the first of its
  // window (RFC 5681 section 3.2), not one that a timeout has answered (RFC 6675 section 5.1).
  [[nodiscard]] constexpr bool unhurt() const noexcept { return phase_ == recovery_phase::loss && !lowered_again_; }
  // A fast recovery is under way, or that of a timeout.
  [[nodiscard]] constexpr bool repairs_loss() const noexcept { return phase_ != recovery_phase::open && !unhurt(); }
  template <class Congestion>
  constexpr void enter(const acknowledgment& ack, u32 delivered, Congestion& congestion) noexcept;
  template <class Congestion>
  constexpr void steer(u32 delivered, bool progress, u32 mss, Congestion& congestion) noexcept;
  template <class Congestion>
  constexpr void grow(const acknowledgment& ack, u32 delivered, u32 before_it, Congestion& congestion) noexcept;
  template <class Congestion>
  constexpr void leave(const acknowledgment& ack, Congestion& congestion) noexcept;
  template <class Congestion>
  constexpr void resume(const acknowledgment& ack, u32 delivered, undoing needless, Congestion& congestion) noexcept;
  constexpr void go_back(sequence_number<u32> nxt) noexcept;
  constexpr void finish_if_empty(sequence_number<u32> nxt) noexcept {
    if (!board_.view().empty()) return;
    head_due_ = false;
    departed_ = 0;
    duplicates_ = 0;
    phase_ = recovery_phase::open;
    probe_.not_due();  // whether one repaired a loss is told by what comes next (RFC 8985 section 7.4.2)
    rack_.nothing_outstanding(nxt);
  }

  template <class>
  friend class dormant;

  static constexpr std::uint8_t duplicate_threshold = 3;  // DupThresh

  typename Parts::recent rack_{};
  typename Parts::reduction reduction_{};
  typename Parts::doubt doubt_{};
  typename Parts::probe probe_{};
  sequence_number<u32> recover_{};     // RecoveryPoint: SND.NXT when the latest loss was found
  sequence_number<u32> full_until_{};  // SND.NXT when the congestion window was last found full
  sequence_number<u32> answered_until_{};
  u32 departed_ = 0;          // without SACK: octets that duplicates tell have left the network
  u32 run_began_ = 0;         // when the first octets of the last run were sent
  u32 plain_round_trip_ = 0;  // until take_round_trip()
  u32 lowered_at_ = 0;        // when the window was lowered last, if lowered_again_
  recovery_phase phase_ = recovery_phase::open;
  std::uint8_t duplicates_ = 0;
  bool head_due_ = false;
  bool reduced_ = false;        // until take_reduced()
  bool lowered_again_ = false;  // in this episode, by a timeout or as a retransmission was lost
  bool reports_seen_ = false;   // the peer has sent a D-SACK
  bool apart_ = false;          // something was sent again since anything was sent for the first time
  undoing undone_ = undoing::nothing;
  scoreboard<MostRuns> board_{};
};

}  // namespace sequent

#include "sequent/recovery/giving_up.inl.hpp"
#include "sequent/recovery/losses.inl.hpp"
#include "sequent/recovery/window.inl.hpp"

// Was a retransmission needless? (Eifel: RFC 3522; F-RTO: RFC 5682; duplicates reported: RFC 2883, RFC 3708.)
#pragma once

#include <cstdint>
#include <optional>

#include "sequent/base/seq.hpp"
#include "sequent/recovery/resent.hpp"

namespace sequent {

/// What one acknowledgment brought, as far as this question goes.
struct acknowledged_news {
  bool progress = false;          ///< SND.UNA moved
  bool duplicate = false;         ///< a duplicate acknowledgment
  bool sack = false;              ///< SACK tells what the duplicate stands for
  bool original = false;          ///< octets were delivered that had been sent only once
  bool again = false;             ///< octets were delivered that had been sent again
  bool beyond = false;            ///< something was delivered that was sent after the timeout
  bool waits = false;             ///< something that was taken for lost has not been sent again yet
  sequence_number<u32> una{};     ///< SND.UNA after it
  bool everything = false;        ///< nothing is outstanding any more
  bool reports_before = false;    ///< an earlier acknowledgment carried a D-SACK
  bool reported = false;          ///< this one does: [from, until) arrived twice
  bool all_answers_lost = false;  ///< at SND.UNA as it was, where SACK had told of nothing
  sequence_number<u32> from{}, until{};
  std::optional<sequence_number<u32>> echo{};  ///< TSecr, when timestamps are in use
};

/// Watches one episode: from the moment at which something was taken for lost until everything outstanding then is
/// acknowledged. If it turns out that nothing had been lost, what the loss did to the congestion window is to be undone
/// (RFC 4015). Constant time and space.
class spurious_detector {
 public:
  /// A new connection.
  constexpr void start() noexcept { *this = {}; }
  /// An episode begins, with the octets from `una` on outstanding: by a timeout, or by duplicates. F-RTO is for the
  /// timeouts that do not follow another loss. What was sent again before it and may still be missing, as a probe may,
  /// is no part of it that could be counted (RFC 3708 section 3, step B.2).
  constexpr void begin(bool by_timeout, bool with_f_rto, sequence_number<u32> una) noexcept {
    give_up();
    watching_ = true;
    by_timeout_ = timer_sends_ = by_timeout;
    countable_ = !again_.reaches_beyond(una);
    f_rto_ = by_timeout && with_f_rto ? step::acknowledgment : step::none;
  }
  /// The doubt is settled, and the window stays as it is.
  constexpr void give_up() noexcept {
    first_clock_ = unreported_ = resent_ = {};
    sent_ = sent_new_ = timer_sends_ = countable_ = watching_ = echo_seen_ = by_timeout_ = marked_ = false;
    f_rto_ = step::none;
  }
  /// The timer expired once more, or within a recovery that it had not begun. If nobody has answered since the first
  /// time, F-RTO starts anew (RFC 5682 section 3.1), but not in such a recovery; the timestamp of the first
  /// retransmission stays in any case (RFC 3522 section 3.2, step 2). Where neither is left the doubt is settled.
  constexpr void timed_out_again(bool with_f_rto) noexcept {
    if (f_rto_ != step::acknowledgment || !with_f_rto) {
      if (!sent_ || echo_seen_) give_up();
      f_rto_ = step::none;
      countable_ = false;
    }
    timer_sends_ = watching_;
  }
  /// Congestion was echoed, or had been before the episode began: the window is not given back (RFC 4015 section 3.4).
  constexpr void marked() noexcept { marked_ = watching_; }

  /// Octets were sent again, when our timestamp clock stood at `clock`.
  constexpr void resent(sequence_number<u32> first, sequence_number<u32> last, sequence_number<u32> clock) noexcept {
    if (watching_) {
      if (!sent_) {
        sent_ = true;
        first_clock_ = clock;
        unreported_ = first;
        resent_ = first;
      }
      // More than what the timer sends: F-RTO waits for the answer to that alone (RFC 5682 section 3.1, step 1).
      if (f_rto_ == step::acknowledgment && !timer_sends_) f_rto_ = step::none;
      timer_sends_ = false;
      // What was sent twice again, or with a gap, is not counted (RFC 3708 section 3).
      countable_ = countable_ && first == resent_ && !again_.overlaps(first, last);
      if (before(resent_, last)) resent_ = last;
    }
    again_.add(first, last);
  }
  /// Octets were sent for the first time.
  constexpr void sent_new() noexcept { sent_new_ = f_rto_ == step::verdict; }
  /// SND.UNA has come to `una`.
  constexpr void keep_in_reach(sequence_number<u32> una) noexcept { again_.keep_in_reach(una); }

  /// Says whether this acknowledgment shows that nothing was lost. The episode is then over.
  [[nodiscard]] constexpr bool on_ack(const acknowledged_news& news) noexcept {
    // The network duplicates: reports prove nothing on this connection any more (RFC 3708 section 3, step A.4).
    if (news.reported && !again_.holds(news.from, news.until)) network_duplicates_ = true;
    if (!watching_) return false;
    const bool needless = echoes_original(news) || f_rto_decides(news) || all_duplicated(news);
    if (needless) give_up();
    return needless;
  }

  /// After the first acknowledgment that follows a timeout: new data is preferred to what was taken for lost, so that
  /// the next acknowledgment tells (RFC 5682 section 3.1, step 2b).
  [[nodiscard]] constexpr bool wants_new_data() const noexcept { return f_rto_ == step::verdict; }
  /// There was no new data to send: the conventional recovery goes on.
  constexpr void no_new_data() noexcept { f_rto_ = step::none; }

  [[nodiscard]] constexpr bool watching() const noexcept { return watching_; }
  /// The episode began with a timeout.
  [[nodiscard]] constexpr bool by_timeout() const noexcept { return by_timeout_; }
  /// marked() was called in it.
  [[nodiscard]] constexpr bool is_marked() const noexcept { return marked_; }
  /// What was never sent again was reported to have arrived twice.
  [[nodiscard]] constexpr bool network_duplicates() const noexcept { return network_duplicates_; }
  /// What is known to have been sent again.
  [[nodiscard]] constexpr const resent_octets& sent_again() const noexcept { return again_; }
  /// Our timestamp clock at the first retransmission of the episode, and whether the answer to it has been seen.
  [[nodiscard]] constexpr std::optional<sequence_number<u32>> first_clock() const noexcept {
    return sent_ ? std::optional(first_clock_) : std::nullopt;
  }
  [[nodiscard]] constexpr bool echo_seen() const noexcept { return echo_seen_; }
  /// What was sent again, in one piece, and not reported as a duplicate: from here, until there; and whether that is
  /// still all of it.
  [[nodiscard]] constexpr sequence_number<u32> unreported() const noexcept { return unreported_; }
  [[nodiscard]] constexpr sequence_number<u32> resent_until() const noexcept { return resent_; }
  [[nodiscard]] constexpr bool countable() const noexcept { return countable_; }
  /// F-RTO has had something new sent, as it wants it.
  [[nodiscard]] constexpr bool has_sent_new() const noexcept { return sent_new_; }
  /// What is sent again next, the timer sends.
  [[nodiscard]] constexpr bool timer_sends() const noexcept { return timer_sends_; }
  /// F-RTO waits for the first acknowledgment after a timeout.
  [[nodiscard]] constexpr bool awaits_acknowledgment() const noexcept { return f_rto_ == step::acknowledgment; }

  friend bool operator==(const spurious_detector&, const spurious_detector&) noexcept = default;

 private:
  enum class step : std::uint8_t { none, acknowledgment, verdict };

  // RFC 3522 section 3.2: the first acknowledgment of what was sent again echoes a timestamp from before that. When
  // nothing is outstanding behind it, all acknowledgments may have been lost, which a D-SACK would tell (step 5).
  constexpr bool echoes_original(const acknowledged_news& news) noexcept {
    if (!news.progress || !news.again || echo_seen_ || !sent_) return false;
    echo_seen_ = true;
    if (news.reported || (news.everything && !news.reports_before)) return false;
    return news.echo && before(*news.echo, first_clock_);
  }

  constexpr bool f_rto_decides(const acknowledged_news& news) noexcept {
    if (f_rto_ == step::acknowledgment) {
      // Less than what was sent again says nothing: without SACK that ends it (section 2.1, step 2a).
      const bool covers = sent_ && !before(news.una, resent_);
      if (news.progress && covers) f_rto_ = news.beyond ? step::none : step::verdict;
      sent_new_ = false;
      if (!news.sack && (news.duplicate || (news.progress && !covers))) f_rto_ = step::none;
      return false;
    }
    if (f_rto_ != step::verdict || (!news.progress && !news.duplicate)) return false;
    f_rto_ = step::none;
    if (!sent_new_) return false;  // then step 3 is skipped, as step 2b recommends
    // Without SACK progress is enough: a hole before what was sent since would have made a duplicate of it
    // (section 2.1).
    return news.original && !(news.sack && news.beyond);
  }

  // Everything that was sent again has been reported as a duplicate, each octet once, in order (RFC 3708 section 3).
  // Where the first answer after a loss is such a report, all others may have been lost (step A.1). Of what still waits
  // to be sent again reports tell nothing, and they do not take it back (RFC 4015 section 3.1, step 7: LATE_SPUR_TO).
  constexpr bool all_duplicated(const acknowledged_news& news) noexcept {
    if (!news.reported || !sent_) return false;
    countable_ = countable_ && !network_duplicates_ && !news.all_answers_lost && news.from == unreported_ &&
                 from_until(unreported_, news.until, resent_);
    if (countable_) unreported_ = news.until;
    return countable_ && unreported_ == resent_ && !news.waits;
  }

  sequence_number<u32> first_clock_{};  // our clock at the first retransmission
  sequence_number<u32> unreported_{};   // sent again, up to resent_, and not reported as duplicates
  sequence_number<u32> resent_{};
  [[no_unique_address]] resent_octets again_{};
  step f_rto_ = step::none;
  bool sent_ : 1 = false;
  bool sent_new_ : 1 = false;     // for the first time, since the answer to the timeout
  bool timer_sends_ : 1 = false;  // what goes out again next, the timer sends
  bool countable_ : 1 = false;
  bool watching_ : 1 = false;
  bool echo_seen_ : 1 = false;
  bool by_timeout_ : 1 = false;
  bool marked_ : 1 = false;
  bool network_duplicates_ : 1 = false;  // for the rest of the connection
};

}  // namespace sequent

// Was a retransmission needless? (Eifel: RFC 3522; F-RTO: RFC 5682; duplicates reported: RFC 2883, RFC 3708.)
#pragma once

#include <cstdint>
#include <optional>

#include "sequent/seq.hpp"

namespace sequent {

/// What one acknowledgment brought, as far as this question goes.
struct acknowledged_news {
  bool progress = false;        ///< SND.UNA moved
  bool duplicate = false;       ///< a duplicate acknowledgment
  bool sack = false;            ///< SACK tells what the duplicate stands for
  bool original = false;        ///< octets were delivered that had been sent only once
  bool again = false;           ///< octets were delivered that had been sent again
  bool beyond = false;          ///< something was delivered that was sent after the timeout
  sequence_number<u32> una{};   ///< SND.UNA after it
  bool everything = false;      ///< nothing is outstanding any more
  bool reports_before = false;  ///< an earlier acknowledgment carried a D-SACK
  bool reported = false;        ///< this one does: [from, until) arrived twice
  sequence_number<u32> from{}, until{};
  std::optional<sequence_number<u32>> echo{};  ///< TSecr, when timestamps are in use
};

/// Watches one episode: from the moment at which something was taken for lost until everything outstanding then is
/// acknowledged. If it turns out that nothing had been lost, what the loss did to the congestion window is to be undone
/// (RFC 4015). Constant time and space.
class spurious_detector {
 public:
  /// An episode begins: by a timeout, or by duplicates. F-RTO is for the timeouts that do not follow another loss.
  constexpr void begin(bool by_timeout, bool with_f_rto) noexcept {
    *this = {};
    watching_ = true;
    f_rto_ = by_timeout && with_f_rto ? step::acknowledgment : step::none;
  }
  /// The timer expired once more: an earlier doubt is settled, and the window stays as it is.
  constexpr void give_up() noexcept {
    first_clock_.reset();
    unreported_ = resent_ = {};
    countable_ = watching_ = echo_seen_ = false;
    f_rto_ = step::none;
  }

  /// Octets were sent again, when our timestamp clock stood at `clock`.
  constexpr void resent(sequence_number<u32> first, sequence_number<u32> last, sequence_number<u32> clock) noexcept {
    if (!watching_) return;
    if (!first_clock_) {
      first_clock_ = clock;
      unreported_ = first;
      resent_ = first;
      countable_ = true;
    }
    // What was sent twice again, or with a gap, is not counted (RFC 3708 section 3).
    countable_ = countable_ && first == resent_;
    resent_ = last;
  }

  /// Says whether this acknowledgment shows that nothing was lost. The episode is then over.
  [[nodiscard]] constexpr bool on_ack(const acknowledged_news& news) noexcept {
    if (!watching_) return false;
    const bool needless = echoes_original(news) || f_rto_decides(news) || all_duplicated(news);
    if (needless) *this = {};
    return needless;
  }

  /// After the first acknowledgment that follows a timeout: new data is preferred to what was taken for lost, so that
  /// the next acknowledgment tells (RFC 5682 section 3.1, step 2b).
  [[nodiscard]] constexpr bool wants_new_data() const noexcept { return f_rto_ == step::verdict; }
  /// There was no new data to send: the conventional recovery goes on.
  constexpr void no_new_data() noexcept { f_rto_ = step::none; }

  [[nodiscard]] constexpr bool watching() const noexcept { return watching_; }
  /// Our timestamp clock at the first retransmission of the episode, and whether the answer to it has been seen.
  [[nodiscard]] constexpr auto first_clock() const noexcept { return first_clock_; }
  [[nodiscard]] constexpr bool echo_seen() const noexcept { return echo_seen_; }
  /// What was sent again, in one piece, and not reported as a duplicate: from here, until there; and whether that is
  /// still all of it.
  [[nodiscard]] constexpr sequence_number<u32> unreported() const noexcept { return unreported_; }
  [[nodiscard]] constexpr sequence_number<u32> resent_until() const noexcept { return resent_; }
  [[nodiscard]] constexpr bool countable() const noexcept { return countable_; }
  /// F-RTO waits for the first acknowledgment after a timeout.
  [[nodiscard]] constexpr bool awaits_acknowledgment() const noexcept { return f_rto_ == step::acknowledgment; }

  friend bool operator==(const spurious_detector&, const spurious_detector&) noexcept = default;

 private:
  enum class step : std::uint8_t { none, acknowledgment, verdict };

  // RFC 3522 section 3.2: the first acknowledgment of what was sent again echoes a timestamp from before that. When
  // nothing is outstanding behind it, all acknowledgments may have been lost, which a D-SACK would tell (step 5).
  constexpr bool echoes_original(const acknowledged_news& news) noexcept {
    if (!news.progress || !news.again || echo_seen_ || !first_clock_) return false;
    echo_seen_ = true;
    if (news.reported || (news.everything && !news.reports_before)) return false;
    return news.echo && before(*news.echo, *first_clock_);
  }

  constexpr bool f_rto_decides(const acknowledged_news& news) noexcept {
    if (f_rto_ == step::acknowledgment) {
      // Less than what was sent again says nothing: without SACK that ends it (section 2.1, step 2a).
      const bool covers = first_clock_ && !before(news.una, resent_);
      if (news.progress && covers) f_rto_ = news.beyond ? step::none : step::verdict;
      if (!news.sack && (news.duplicate || (news.progress && !covers))) f_rto_ = step::none;
      return false;
    }
    if (f_rto_ != step::verdict || (!news.progress && !news.duplicate)) return false;
    f_rto_ = step::none;
    return news.original && !news.beyond;
  }

  // Everything that was sent again has been reported as a duplicate, each octet once. A report of anything else shows
  // that the network duplicates, and reports prove nothing then (RFC 3708 section 3).
  constexpr bool all_duplicated(const acknowledged_news& news) noexcept {
    if (!news.reported || !first_clock_) return false;
    countable_ = countable_ && news.from == unreported_ && from_until(unreported_, news.until, resent_);
    if (countable_) unreported_ = news.until;
    return countable_ && unreported_ == resent_;
  }

  std::optional<sequence_number<u32>> first_clock_{};  // our clock at the first retransmission
  sequence_number<u32> unreported_{};                  // sent again, up to resent_, and not reported as duplicates
  sequence_number<u32> resent_{};
  bool countable_ = false;
  bool watching_ = false;
  bool echo_seen_ = false;
  step f_rto_ = step::none;
};

}  // namespace sequent

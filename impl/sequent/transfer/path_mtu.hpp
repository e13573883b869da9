// The largest segment that the path to the peer takes: what routers report (RFC 1191, RFC 8201), believed with the
// caution of RFC 5927, and what silence says (RFC 4821 section 7.7).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "sequent/base/seq.hpp"
#include "sequent/base/time.hpp"

namespace sequent {

/// Path MTU of one connection. All sizes are octets of options and text, as the MSS option counts them: an MTU less the
/// IP header and 20 octets of TCP's, see text_for_mtu(). The estimate falls when a report is believed or when large
/// segments vanish, and is put back to where it began after ten minutes; nothing that arrives ever raises it. Every
/// function takes constant time.
class path_mtu {
 public:
  /// Sizes that are tried when large segments vanish without a report (RFC 4821 section 7.2 names 1024 to begin with).
  /// Below the last, silence is more likely an outage, after which small segments would be a burden for ten minutes;
  /// RFC 4821 section 7.7 would halve further. Smaller links than that have to report themselves.
  static constexpr std::uint16_t first_fallback = 1'024;
  static constexpr std::uint16_t last_fallback = 512;
  /// How long a reduction lasts before more is tried (RFC 1191 section 6.3, RFC 8201 section 4: never below five
  /// minutes). Each try doubles it, six times at most: a path that lets nothing larger through is left in peace.
  static constexpr duration patience = duration::seconds(600);
  static constexpr std::uint8_t max_doublings = 6;

  constexpr path_mtu() noexcept = default;
  /// The estimate begins at `most`, the size that the first link takes, and never falls below `least` or, if that is
  /// smaller, `most`.
  constexpr path_mtu(std::uint16_t most, std::uint16_t least) noexcept
      : most_(most), least_((std::min)(most, least)), current_(most) {}

  /// Octets of options and text in the largest datagram of `mtu` octets whose IP header has `ip_header` octets.
  [[nodiscard]] static constexpr std::uint32_t text_for_mtu(std::uint32_t mtu, std::uint32_t ip_header) noexcept {
    const std::uint32_t headers = ip_header + 20;
    return mtu > headers ? mtu - headers : 0;
  }

  /// The estimate: most octets of options and text in a segment at present.
  [[nodiscard]] constexpr std::uint32_t largest_text() const noexcept { return current_; }
  /// A report waits for a timeout to confirm it.
  [[nodiscard]] constexpr bool doubts() const noexcept { return claimed_ != 0; }
  /// The estimate has been reduced.
  [[nodiscard]] constexpr bool reduced() const noexcept { return current_ != most_; }

  /// The estimate fell less than `span` ago: what made it fall may still be told of by other reports.
  [[nodiscard]] constexpr bool reduced_within(duration span, instant now) const noexcept {
    return reduced() && now < grow_at_ - patience * (std::int64_t{1} << doublings_) + span;
  }

  /// A segment of `size` octets left whose last octet stands before `end`. One size at a time is watched for its
  /// acknowledgment: a smaller one that is still on its way then counts as arrived, which makes reports wait longer.
  constexpr void on_sent(sequence_number<u32> end, std::uint32_t size) noexcept {
    const auto octets = static_cast<std::uint16_t>((std::min)(size, std::uint32_t{0xffff}));
    sent_ = (std::max)(sent_, octets);
    if (octets <= (std::max)(watched_, acked_)) return;
    acked_ = (std::max)(acked_, watched_);
    watched_ = octets;
    watched_until_ = end;
  }

  /// SND.UNA advanced to `una`: segments get through, so what a report said of those before it was not so.
  constexpr void on_acked(sequence_number<u32> una) noexcept {
    timed_out_ = false;
    explained_ = false;
    if (claimed_ != 0 && before(claimed_seq_, una)) claimed_ = 0;
    if (watched_ == 0 || before(una, watched_until_)) return;
    acked_ = watched_;
    watched_ = 0;
  }

  /// A report: the segment at `seq` was too big, `claimed` octets would fit. Not believed (RFC 5927 sections 4.1 and
  /// 7.2, RFC 1191 section 3) if that segment is not outstanding, in [una, nxt); if nothing larger than claimed was
  /// sent since the last reduction; if the claim is below the least; if it would raise the estimate. If segments larger
  /// than claimed have been acknowledged, it is remembered until a timeout confirms it or an acknowledgment refutes it.
  /// Says whether the estimate fell: then what is outstanding is worth sending again.
  [[nodiscard]] constexpr bool on_too_big(std::uint32_t claimed, sequence_number<u32> seq, sequence_number<u32> una,
                                          sequence_number<u32> nxt, instant now) noexcept {
    if (!in_window(seq, una, nxt - una)) return false;
    if (claimed < least_ || claimed >= current_ || claimed >= sent_) return false;
    const auto text = static_cast<std::uint16_t>(claimed);
    if (text < acked_ && !timed_out_) {
      claimed_ = text;
      claimed_seq_ = seq;
      return false;
    }
    reduce(text, now);
    return true;
  }

  /// The network has told why nothing gets through: until something does, silence does not speak against the size of
  /// segments (RFC 4821 section 7.7).
  constexpr void explain() noexcept { explained_ = true; }
  [[nodiscard]] constexpr bool explained() const noexcept { return explained_; }

  /// The retransmission timer expired; `size` is that of the segment to be sent again, `full_stop` whether it happened
  /// so often in a row that the path must be broken (R1, RFC 9293 section 3.8.3). A remembered report is believed now;
  /// after a full stop a segment too large for the next lower fallback counts as swallowed. Says whether the estimate
  /// fell.
  [[nodiscard]] constexpr bool on_timeout(std::uint32_t size, bool full_stop, instant now) noexcept {
    if (claimed_ != 0) {
      reduce(claimed_, now);
      return true;
    }
    timed_out_ = true;
    if (!full_stop) return false;
    const std::uint32_t tried = std::min<std::uint32_t>(size, current_);
    const std::uint16_t fallback = (std::max)(least_, tried > first_fallback ? first_fallback : last_fallback);
    if (tried <= fallback) return false;
    reduce(fallback, now);
    return true;
  }

  /// Puts a reduced estimate back to where it began, once that has lasted long enough. Says whether it did.
  [[nodiscard]] constexpr bool grow(instant now) noexcept {
    if (!reduced() || now < grow_at_) return false;
    current_ = most_;
    if (doublings_ != max_doublings) ++doublings_;
    return true;
  }

  /// Moves the origin of the clock forward.
  constexpr void rebase(duration elapsed) noexcept {
    if (reduced()) grow_at_ = grow_at_ - elapsed;
  }

  friend bool operator==(const path_mtu&, const path_mtu&) noexcept = default;

 private:
  constexpr void reduce(std::uint16_t text, instant now) noexcept {
    current_ = text;
    acked_ = (std::min)(acked_, text);
    // What is on its way goes again in smaller segments: its acknowledgment will prove no more than those.
    watched_ = (std::min)(watched_, text);
    if (watched_ <= acked_) watched_ = 0;
    sent_ = 0;
    claimed_ = 0;
    timed_out_ = false;
    grow_at_ = now + patience * (std::int64_t{1} << doublings_);
  }

  instant grow_at_{};                     // when more is tried, while reduced
  sequence_number<u32> watched_until_{};  // the end of the first segment of watched_ octets
  sequence_number<u32> claimed_seq_{};    // which segment the remembered report is about
  std::uint16_t most_ = 0;
  std::uint16_t least_ = 0;
  std::uint16_t current_ = 0;
  std::uint16_t sent_ = 0;     // maxsizesent of RFC 5927: the largest sent since the last reduction
  std::uint16_t acked_ = 0;    // maxsizeacked: the largest that was acknowledged
  std::uint16_t watched_ = 0;  // a larger one that is on its way; 0: none
  std::uint16_t claimed_ = 0;  // the remembered report; 0: none
  std::uint8_t doublings_ = 0;
  bool timed_out_ : 1 = false;  // nsegrto >= MAXSEGRTO of 1: a timeout since the last progress
  bool explained_ : 1 = false;  // an ICMP error since then
};

}  // namespace sequent

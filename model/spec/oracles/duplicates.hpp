// What duplicate acknowledgments let go: two new segments before the third (limited transmit, RFC 3042, RFC 5681
// section 3.2), and with the third, without SACK, what is missing (RFC 5681 section 3.2, RFC 6582 section 3.2).
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// Told of everything that one sender sends and hears, in order. Positions are octets of the stream.
class duplicates_oracle {
 public:
  duplicates_oracle(position smss, bool sack) : smss_(smss), sack_(sack) {}

  /// New text goes out, with `una` to its beginning outstanding, of which `sacked` octets have been reported, and the
  /// window is `window`; nothing is being repaired. Each of the first two duplicates lets a segment go beyond the
  /// window; with SACK only what it reports makes room (RFC 5681 section 3.2, MUST NOT).
  void sent_new(const octet_range& text, position una, position sacked, position window) {
    sent(text);
    const position room = window + sacked + (sack_ ? 0 : std::min<position>(duplicates_, 2) * smss_);
    if (text.last - una > room) {
      wrong_.note(show(text) + " goes out after " + std::to_string(duplicates_) + " duplicates, with " +
                  std::to_string(text.first - una) + " octets outstanding and room for " + std::to_string(room));
    }
  }
  /// Anything else goes out.
  void sent(const octet_range& text) {
    nxt_ = std::max(nxt_, text.last);
    if (owed_ && text.first == *owed_) owed_.reset();
  }
  /// The next event comes: what was owed should be on its way.
  void next_event() {
    if (owed_) wrong_.note("the third duplicate acknowledgment of " + std::to_string(*owed_) + " sends nothing");
    owed_.reset();
  }
  /// An acknowledgment, up to `ack`, which is a duplicate or not; something was being `repaired` when it came.
  void acknowledged(position ack, bool duplicate, bool repaired) {
    if (ack > una_) duplicates_ = 0;
    una_ = std::max(una_, ack);
    if (!duplicate) return;
    ++duplicates_;
    // "Covers more than recover": once for each window (RFC 6582 section 3.2, step 2).
    if (!sack_ && duplicates_ == 3 && !repaired && una_ > recover_) {
      owed_ = una_;
      recover_ = nxt_;
    }
  }
  /// A repair began otherwise, or the timer expired: all that was sent by then belongs to it.
  void repairs() { recover_ = nxt_; }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  position smss_;
  bool sack_;
  position una_ = 0;
  position nxt_ = 0;
  position recover_ = 0;
  std::int64_t duplicates_ = 0;
  std::optional<position> owed_{};  ///< is to be sent before anything else happens
  complaint wrong_;
};

}  // namespace sequent::spec

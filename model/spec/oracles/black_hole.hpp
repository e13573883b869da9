// When a sender takes silence for a path that swallows large packets: RFC 4821 section 7.7, over what it sends.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// What RFC 4821 leaves to the implementation. Sizes are octets of TCP's options and text.
struct black_hole_parameters {
  position full = 0;                    ///< where the search begins: what the first link and the peer take
  int full_stop = 3;                    ///< R1: so many timeouts in a row are a full-stop timeout
  std::vector<position> tried{};        ///< from the largest to the smallest
  position least = 0;                   ///< it never goes below, and does not begin where this is as large
  microseconds patience = 300'000'000;  ///< RFC 1191 section 6.3: at least so long nothing larger is tried
};

/// One sender on a path without reports that are believed. After a full stop what is sent again is smaller, unless the
/// network has told of another reason; before one it is not.
class black_hole_oracle {
 public:
  explicit black_hole_oracle(const black_hole_parameters& given) : given_(given), limit_(given.full) {}

  void passes(microseconds elapsed) { since_ += elapsed; }

  /// SND.UNA moved: something gets through.
  void advanced() {
    timeouts_ = 0;
    explained_ = false;
  }

  /// An ICMP error about what is outstanding says why nothing does, but for "too big".
  void explained() { explained_ = true; }

  /// A segment leaves.
  void sent(position size) {
    if (size > limit_ && since_ >= given_.patience) limit_ = given_.full;
    if (size > limit_)
      wrong_.note(std::to_string(size) + " octets are sent where " + std::to_string(limit_) + " may be");
  }

  /// The retransmission timer expired: the first segment goes again, with all of what is outstanding that fits into a
  /// segment. `outstanding` counts that, with the options that each segment carries.
  void sent_again(position size, position outstanding) {
    ++timeouts_;
    const position last = limit_;
    const bool searches = timeouts_ >= given_.full_stop && !explained_;
    if (takes(searches ? after_loss_of(limit_, outstanding) : limit_, size, outstanding)) return;
    // The first size may have come back without a segment that told of it, before the timer expired or upon that.
    if (since_ >= given_.patience) {
      if (takes(searches ? after_loss_of(given_.full, outstanding) : given_.full, size, outstanding)) return;
      if (takes(given_.full, size, outstanding)) return;
    }
    wrong_.note("after " + std::to_string(timeouts_) + " timeouts in a row" +
                (explained_ ? ", explained by ICMP, " : " ") + std::to_string(size) + " octets are sent again, where " +
                std::to_string(last) + " was the most");
  }

  [[nodiscard]] position limit() const { return limit_; }
  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  // What was lost is known only to be too large for sizes below its own.
  [[nodiscard]] position after_loss_of(position limit, position outstanding) const {
    for (const position each : given_.tried) {
      const position next = std::max(each, given_.least);
      if (std::min(limit, outstanding) > next) return next;
    }
    return limit;
  }
  // That the most is `limit` now would explain a segment of this size.
  [[nodiscard]] bool takes(position limit, position size, position outstanding) {
    if (size != std::min(limit, outstanding)) return false;
    if (limit != limit_) since_ = 0;
    limit_ = limit;
    return true;
  }

  black_hole_parameters given_;
  position limit_;
  int timeouts_ = 0;
  bool explained_ = false;
  microseconds since_ = 0;
  complaint wrong_;
};

}  // namespace sequent::spec

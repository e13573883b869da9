// That a congestion window which is not used does not grow: RFC 7661 section 4.4 asks for it, RFC 5681 leaves it open.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// What of the stream was outstanding at a moment when the window was full. Feed it every event in order.
class window_use_oracle {
 public:
  explicit window_use_oracle(position smss) : smss_(smss) {}

  /// Everything that may be sent has been, up to `nxt`, and so much is in the network. The window is full where no
  /// segment more has room in it.
  void now_is(position pipe, position window, position nxt) {
    if (pipe + smss_ > window) full_until_ = std::max(full_until_, nxt);
  }
  /// An acknowledgment of octets from `una` on; the window is `before` before it, and `after` after it, and nothing is
  /// being repaired. It may grow by what was outstanding in a full window.
  void acknowledged(position una, position before, position after) {
    if (after > before && una >= full_until_) {
      wrong_.note("the window grows from " + std::to_string(before) + " to " + std::to_string(after) +
                  " by octets that were sent when it was not full");
    }
  }
  /// A timeout or a recovery is taken back, and the window is as large as what it had found outstanding: whether its
  /// small window was full says nothing about this one.
  void undone() { full_until_ = 0; }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  position smss_;
  position full_until_ = 0;
  complaint wrong_;
};

}  // namespace sequent::spec

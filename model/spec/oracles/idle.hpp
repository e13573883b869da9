// How much a sender may send at once after silence: no more than the restart window, whatever it had earned before
// (RFC 5681 section 4.1), and where the window is kept instead, no longer burst either (RFC 7661 section 4.4.2).
#pragma once

#include <optional>
#include <string>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// The silences of one connection.
class idle_oracle {
 public:
  /// Something was heard of what is outstanding: what may follow is the congestion window's matter again.
  void heard(microseconds now) {
    heard_ = now;
    burst_.reset();
  }

  /// New text goes out. `patience` is the silence after which no more than `most` may leave until something is heard;
  /// it counts from what was sent last, or with `from_heard` from what was heard last.
  void sent(position octets, position most, microseconds patience, bool from_heard, microseconds now) {
    const std::optional<microseconds> last = from_heard ? heard_ : sent_;
    if (!burst_ && last && now - *last > patience) burst_ = 0;
    sent_ = now;
    if (!burst_) return;
    *burst_ += octets;
    if (*burst_ > most) {
      wrong_.note(std::to_string(*burst_) + " octets leave at once after a silence of more than " +
                  std::to_string(patience) + " us, the restart window being " + std::to_string(most));
    }
  }
  /// Something was sent again, which ends a silence too.
  void sent_again(microseconds now) { sent_ = now; }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  std::optional<microseconds> sent_{};
  std::optional<microseconds> heard_{};
  std::optional<position> burst_{};
  complaint wrong_;
};

}  // namespace sequent::spec

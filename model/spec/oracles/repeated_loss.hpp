// The loss of a retransmission is one more indication of congestion: RFC 5681 section 4.3.
//
// Feed everything that is sent again, each timeout that reduces, and what is newly taken for lost, with ssthresh before
// and after it. A loss of something that had been sent again since the latest reduction must lower ssthresh as a loss
// does; what had been sent again before is the same round trip's trouble. The window that governs sending after a
// timeout comes down too, and never stands above ssthresh.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// How far ssthresh comes down: kept / kept_of of what it was, two segments at the least (RFC 5681 equation 4).
struct repeated_loss_parameters {
  position smss = 1460;
  position kept_of = 2;
  position kept = 1;
};

/// The retransmissions of one connection.
class repeated_loss_oracle {
 public:
  explicit repeated_loss_oracle(const repeated_loss_parameters& given) : given_(given) {}

  /// Octets are sent again.
  void repeated(const octet_range& text, microseconds now) {
    drop(text);
    again_.push_back({text, now});
  }
  /// Everything before `una` has arrived.
  void acknowledged(position una) { drop({0, una}); }

  /// The window is reduced for a timeout: what was sent again before it is answered.
  void timed_out(microseconds now) { answered_ = now; }
  /// A fast recovery begins: a new loss has been answered, not that of anything that was sent again.
  void recovery_begins() { answered_ = never; }

  /// A window as the sender has it.
  struct windows {
    position cwnd = 0;
    position ssthresh = 0;
  };
  /// These octets are newly taken for lost, not at the beginning of a recovery. `slow_start`: after a timeout, where
  /// cwnd itself governs what is sent.
  void lost(const octet_ranges& text, const windows& before, const windows& after, bool slow_start, microseconds now) {
    const bool again = std::any_of(again_.begin(), again_.end(), [&](const transmission& each) {
      return each.at >= answered_ && holds_any(text, each.text);
    });
    if (!again) return;
    answered_ = now;
    const position most =
        std::max((before.ssthresh * given_.kept + given_.kept_of - 1) / given_.kept_of, 2 * given_.smss);
    if (after.ssthresh > most) {
      wrong_.note("a retransmission is lost, and ssthresh is " + std::to_string(after.ssthresh) + " where it was " +
                  std::to_string(before.ssthresh));
    }
    const position kept = std::max((before.cwnd * given_.kept + given_.kept_of - 1) / given_.kept_of, given_.smss);
    if (slow_start && after.cwnd > std::min(kept, most)) {
      wrong_.note("a retransmission is lost after a timeout, and cwnd is " + std::to_string(after.cwnd) +
                  " where it was " + std::to_string(before.cwnd));
    }
  }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  struct transmission {
    octet_range text{};
    microseconds at = 0;
  };

  // What was known of these octets counts no more.
  void drop(const octet_range& text) {
    std::vector<transmission> left;
    for (const transmission& each : again_) {
      if (each.text.first < text.first)
        left.push_back({{each.text.first, std::min(each.text.last, text.first)}, each.at});
      if (text.last < each.text.last) left.push_back({{std::max(each.text.first, text.last), each.text.last}, each.at});
    }
    again_ = std::move(left);
  }

  static constexpr microseconds never = 0;

  repeated_loss_parameters given_;
  std::vector<transmission> again_{};
  microseconds answered_ = never;
  complaint wrong_;
};

}  // namespace sequent::spec

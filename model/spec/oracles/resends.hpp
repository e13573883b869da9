// How much a sender may send again: no more in a round trip than its congestion window, whatever the peer, the routers
// and the timers say (RFC 5681 section 3, RFC 1191 section 6.4, RFC 9293 section 3.8.6).
//
// No RFC says it in one sentence. Each that lets something be sent again does so within the congestion window, or one
// segment at a time: the first octets after a timeout, a probe, what a router reported as too big. So whoever makes a
// sender repeat itself gets no more out of it than the window that was earned by acknowledgments, one segment, and as
// much as it acknowledges or reports meanwhile, which makes room for the next; and no octet is delivered twice.
#pragma once

#include <algorithm>
#include <deque>
#include <string>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// What bounds repetitions.
struct resend_parameters {
  microseconds round_trip = 100'000;  ///< the shortest in which the peer can answer
  position smss = 1460;               ///< the largest segment
  position first = 1;                 ///< the first octet of the stream
};

/// The repetitions of one connection.
class resends_oracle {
 public:
  explicit resends_oracle(const resend_parameters& given) : given_(given), nxt_(given.first) {
    marks_.restart(given.first);
  }

  /// The congestion window that the sender uses from now on.
  void uses(position window, microseconds now) { windows_.push_back({now, window}); }

  /// Octets are acknowledged, or reported by SACK.
  void delivered(const octet_range& octets, microseconds now) {
    marks_.extend(octets.last);
    const position fresh = marks_.set(octets, 1);
    if (fresh != 0) delivered_.push_back({now, fresh});
  }
  /// SND.UNA is this: nothing before it will be told of any more.
  void acknowledged_until(position una) { marks_.drop_below(una); }

  /// Octets [first, last) are put on the wire; what of them was sent before counts.
  void sent(position first, position last, microseconds now) {
    const position again = std::max<position>(0, std::min(last, nxt_) - first);
    nxt_ = std::max(nxt_, last);
    if (again == 0) return;
    repeated_.push_back({now, again});
    forget(now);
    position octets = 0;
    for (const amount& each : repeated_) octets += each.octets;
    position window = 0;
    for (const amount& each : windows_) window = std::max(window, each.octets);
    position made_room = 0;
    for (const amount& each : delivered_) made_room += each.octets;
    if (octets > window + made_room + given_.smss) {
      wrong_.note(std::to_string(octets) + " octets are sent again within a round trip, in which " +
                  std::to_string(made_room) + " are delivered, the window being " + std::to_string(window));
    }
  }

  /// Only `size` octets of text go in a segment from now on, and not `former`, as a router or silence says: the window
  /// shrinks in proportion at least, or what goes again would leave as a burst of small segments (RFC 5681
  /// section 3.1).
  void narrowed(position former, position size, position window_before, position window_after) {
    if (window_after <= std::max(size, window_before * size / former)) return;
    wrong_.note("segments shrink from " + std::to_string(former) + " to " + std::to_string(size) +
                " octets, and the window from " + std::to_string(window_before) + " to no less than " +
                std::to_string(window_after));
  }

  /// Then `acknowledged` octets are, the window having shrunk to `before`: it grows from there (section 3.1).
  void grew(position before, position acknowledged, position size, position after) {
    if (after <= before + std::max(acknowledged, size)) return;
    wrong_.note("the window has shrunk with the segments to " + std::to_string(before) + ", " +
                std::to_string(acknowledged) + " octets are acknowledged, and it is " + std::to_string(after));
  }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  struct amount {
    microseconds at;
    position octets;
  };

  // What is older than a round trip. Of the windows the last of those counts still: it was used when the round trip
  // began.
  void forget(microseconds now) {
    const microseconds since = now - given_.round_trip;
    while (!repeated_.empty() && repeated_.front().at <= since) repeated_.pop_front();
    while (!delivered_.empty() && delivered_.front().at <= since) delivered_.pop_front();
    while (windows_.size() > 1 && windows_[1].at <= since) windows_.pop_front();
  }

  resend_parameters given_;
  position nxt_;
  std::deque<amount> repeated_;
  std::deque<amount> delivered_;
  octet_marks marks_;
  std::deque<amount> windows_;
  complaint wrong_;
};

}  // namespace sequent::spec

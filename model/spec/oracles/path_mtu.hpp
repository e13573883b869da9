// Which path MTU a sender may believe in: RFC 1191 and 8201, with the counter-measures of RFC 5927 section 7.2 and the
// black-hole detection of RFC 4821. Sizes are those of IP packets in octets.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// What the RFCs leave to the implementation.
struct path_mtu_parameters {
  position initial = 1500;      ///< of the interface
  position floor = 68;          ///< the protocol's minimum: 68, or 1280 on IPv6
  position own_floor = 68;      ///< an implementation's own, not lower one: no claim takes it below
  int timeouts_to_believe = 1;  ///< MAXSEGRTO
  int timeouts_to_suspect = 2;  ///< so many timeouts of one segment may be a black hole
  /// How long after a reduction the first size may be tried again (RFC 1191 section 3, RFC 8201 section 4: never less).
  microseconds patience = 300'000'000;
};

/// The path MTU of one connection.
class path_mtu_oracle {
 public:
  explicit path_mtu_oracle(const path_mtu_parameters& given)
      : given_(given), now_(given.initial), largest_sent_(given.floor), largest_acked_(given.floor) {}

  /// Time goes by.
  void passes(microseconds elapsed) { since_reduction_ += elapsed; }

  /// A packet of this size is sent. One that is larger than the path MTU is a probe.
  void sent(position size, bool probe = false) {
    if (!probe && size > now_)
      wrong_.note("a packet of " + std::to_string(size) + " octets, path MTU " + std::to_string(now_));
    largest_sent_ = std::max(largest_sent_, size);
  }

  /// An acknowledgment covers a packet of this size, and everything before `ack`. A probe that arrived proves its size.
  void acknowledged(position ack, position size) {
    largest_acked_ = std::max(largest_acked_, size);
    proven_ = std::max(proven_, size);
    timeouts_ = 0;
    std::erase_if(reports_, [&](const report& each) { return ack > each.sequence; });
  }

  /// The oldest segment timed out.
  void timed_out() {
    ++timeouts_;
    if (timeouts_ < given_.timeouts_to_believe) return;
    for (report& each : reports_) confirm(each);
  }

  /// An ICMP error says that a packet with this TCP sequence number was too big, and what the next hop takes (0: an old
  /// router that does not say).
  void too_big(position claimed, position sequence, position snd_una, position snd_nxt) {
    if (sequence < snd_una || sequence >= snd_nxt) return;
    if (claimed == 0) claimed = std::max(given_.own_floor, given_.floor);
    claimed = std::max(claimed, given_.own_floor);
    if (claimed < given_.floor || claimed > largest_sent_ || claimed >= now_) return;
    report heard{claimed, sequence, false};
    // At equality the text of section 7.2 believes it at once and the pseudo-code of section 7.4 does not. A timeout
    // before the report confirms it too: section 7.2 asks for both, in whatever order.
    if (claimed >= largest_acked_) heard.confirmed = true;
    if (timeouts_ >= given_.timeouts_to_believe) confirm(heard);
    reports_.push_back(heard);
  }

  /// The implementation tells the path MTU that it uses now.
  void claims(position size) {
    if (size != now_ && !permitted(size)) {
      wrong_.note("the path MTU is " + std::to_string(size) + ", which nothing justifies after " +
                  std::to_string(now_));
    }
    if (size < now_) {
      // What timeouts say about the path is as good as a report that they confirm.
      if (timeouts_ >= given_.timeouts_to_suspect) largest_acked_ = std::min(largest_acked_, size);
      largest_sent_ = given_.floor;
      since_reduction_ = 0;
    }
    std::erase_if(reports_, [&](const report& each) { return each.size >= size; });
    now_ = size;
  }

  /// Whether the path MTU may be this.
  [[nodiscard]] bool permitted(position size) const {
    if (size < std::max(given_.floor, given_.own_floor)) return false;
    if (size == now_) return true;
    if (size > now_) {
      return size <= (since_reduction_ >= given_.patience ? given_.initial : std::min(proven_, given_.initial));
    }
    const bool suspected = timeouts_ >= given_.timeouts_to_suspect;
    return suspected || std::any_of(reports_.begin(), reports_.end(),
                                    [&](const report& each) { return each.confirmed && size >= each.size; });
  }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  struct report {
    position size;
    position sequence;
    bool confirmed;  ///< it may be acted on
  };

  void confirm(report& each) {
    each.confirmed = true;
    largest_acked_ = std::min(largest_acked_, each.size);
  }

  path_mtu_parameters given_;
  position now_;
  position largest_sent_;   ///< maxsizesent
  position largest_acked_;  ///< maxsizeacked
  position proven_ = 0;     ///< the largest packet that ever arrived
  microseconds since_reduction_ = 0;
  int timeouts_ = 0;               ///< nsegrto
  std::vector<report> reports_{};  ///< those that no acknowledgment has refuted; a sender may pass over any
  complaint wrong_;
};

}  // namespace sequent::spec

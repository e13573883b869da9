// Which path MTU a sender may believe in: RFC 1191 and 8201, with the counter-measures of RFC 5927 section 7.2 and the
// black-hole detection of RFC 4821. Sizes are those of IP packets in octets.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "model/spec/oracle_parts.hpp"

namespace sequent::spec {

/// What the RFCs leave to the implementation.
struct path_mtu_parameters {
  position initial = 1500;      ///< of the interface
  position floor = 68;          ///< the protocol's minimum: 68, or 1280 on IPv6
  position own_floor = 68;      ///< an implementation's own, not lower one: no claim takes it below
  int timeouts_to_believe = 1;  ///< MAXSEGRTO
  int timeouts_to_suspect = 2;  ///< so many timeouts of one segment may be a black hole
};

/// The path MTU of one connection.
class path_mtu_oracle {
 public:
  explicit path_mtu_oracle(const path_mtu_parameters& given)
      : given_(given), now_(given.initial), largest_sent_(given.floor), largest_acked_(given.floor) {}

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
    if (pending_ && ack > pending_->sequence) pending_.reset();
  }

  /// The oldest segment timed out.
  void timed_out() {
    ++timeouts_;
    if (pending_ && timeouts_ >= given_.timeouts_to_believe) believe(pending_->size);
  }

  /// An ICMP error says that a packet with this TCP sequence number was too big, and what the next hop takes (0: an old
  /// router that does not say).
  void too_big(position claimed, position sequence, position snd_una, position snd_nxt) {
    if (sequence < snd_una || sequence >= snd_nxt) return;
    if (claimed == 0) claimed = std::max(given_.own_floor, given_.floor);
    claimed = std::max(claimed, given_.own_floor);
    if (claimed < given_.floor || claimed > largest_sent_ || claimed >= now_) return;
    if (claimed >= largest_acked_) {
      // At equality the text of section 7.2 believes it at once and the pseudo-code of section 7.4 does not.
      believable_ = claimed;
    }
    if (claimed <= largest_acked_) pending_ = report{claimed, sequence};
    if (given_.timeouts_to_believe == 0) believe(claimed);
  }

  /// The implementation tells the path MTU that it uses now.
  void claims(position size) {
    if (size != now_ && !permitted(size)) {
      wrong_.note("the path MTU is " + std::to_string(size) + ", which nothing justifies after " +
                  std::to_string(now_));
    }
    if (size < now_) largest_sent_ = given_.floor;
    if (believable_ && size <= *believable_) believable_.reset();
    now_ = size;
  }

  /// Whether the path MTU may be this.
  [[nodiscard]] bool permitted(position size) const {
    if (size < std::max(given_.floor, given_.own_floor)) return false;
    if (size == now_) return true;
    if (size > now_) return size <= std::min(proven_, given_.initial);
    const bool suspected = timeouts_ >= given_.timeouts_to_suspect;
    return suspected || (believable_ && size >= *believable_);
  }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  struct report {
    position size;
    position sequence;
  };

  void believe(position size) {
    believable_ = size;
    largest_acked_ = std::min(largest_acked_, size);
    pending_.reset();
  }

  path_mtu_parameters given_;
  position now_;
  position largest_sent_;            ///< maxsizesent
  position largest_acked_;           ///< maxsizeacked
  position proven_ = 0;              ///< the largest packet that ever arrived
  int timeouts_ = 0;                 ///< nsegrto
  std::optional<report> pending_{};  ///< an error that waits for a timeout
  std::optional<position> believable_{};
  complaint wrong_;
};

}  // namespace sequent::spec

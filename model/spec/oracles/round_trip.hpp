// Which acknowledgments may measure a round trip, and what they measure (RFC 6298 sections 3 and 4, RFC 7323 section
// 4).
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// Told of every transmission and every acknowledgment of one sender. A sample must be the time since the last
/// transmission of octets that the acknowledgment covers and did not cover before, and it must be plain that this
/// transmission is answered: it was the only one (Karn), or a timestamp is echoed that is no older. No more than one is
/// taken in a round trip, so that what is timed goes out after the last sample: the weights of RFC 6298 are made for
/// that (RFC 7323 section 4.2). And one must be
/// taken in each round trip in which that is plain of everything (section 3), and of what goes out first after
/// abandoned(): what a timeout has made longer nothing else makes short again (section 5.7). With SACK, as long as none
/// was taken, also where something else was sent again: of what arrives by itself an answer tells at once.
class round_trip_oracle {
 public:
  explicit round_trip_oracle(bool sack = false) : sack_(sack) {}

  /// Octets went out, the sender's timestamp clock standing at `ticks`.
  void sent(const octet_range& r, microseconds now, std::int64_t ticks) {
    const bool again = r.first < nxt_;
    std::int64_t latest = std::numeric_limits<std::int64_t>::min();  // tick of an earlier transmission
    for (const transmission& t : sent_) {
      if (std::max(t.octets.first, r.first) < std::min(t.octets.last, r.last)) latest = std::max(latest, t.ticks);
    }
    std::erase_if(sent_, [&](const transmission& t) { return r.first <= t.octets.first && t.octets.last <= r.last; });
    for (transmission& t : sent_) {
      if (std::max(t.octets.first, r.first) >= std::min(t.octets.last, r.last)) continue;
      t.again = true;
      t.first = false;  // which part of it counts as timed is the sender's to say
    }
    sent_.push_back({r, now, ticks, again, latest < ticks, !std::exchange(owes_, true)});
    nxt_ = std::max(nxt_, r.last);
  }

  /// An acknowledgment arrived: octets before `ack` are there, and those in `reported`; `echoed` is its timestamp, if
  /// they are in use, and `sample` what the sender takes it to measure.
  void acknowledged(position ack, const octet_ranges& reported, std::optional<std::int64_t> echoed,
                    std::optional<microseconds> sample, microseconds now) {
    bool explained = false;
    bool right = false;
    bool owed = false;
    bool once = false;  // what arrived was sent once
    bool twice = false;
    for (transmission& t : sent_) {
      const bool covered = t.octets.last <= ack;
      const bool arrived = covered || holds_all(reported, {t.octets.last - 1, t.octets.last});
      if (t.answered || !arrived) continue;
      t.answered = true;
      // What is echoed belongs to what moved the acknowledgment on (RFC 7323 section 4.3).
      const bool told = !t.again || (t.apart && covered && echoed && *echoed >= t.ticks);
      owed = owed || (t.first && told);
      once = once || (!t.again && t.at != now);
      twice = twice || t.again;
      const bool explains = sample && told && now - t.at == *sample;
      explained = explained || explains;
      right = right || (explains && t.at >= sampled_at_);
    }
    if (explained && !right)
      wrong_.note("a round trip is measured twice: what is timed went out before the last sample");
    if (sample && !explained) {
      wrong_.note("a round trip of " + std::to_string(*sample) + " us is measured that no transmission explains");
    }
    if (owed && !sample) wrong_.note("what was sent first after a timeout is plainly answered, and not measured");
    if (sack_ && once && !twice && !sample && !sampled_) {
      wrong_.note("nothing has been measured yet, all that arrived was sent once, and it is not measured");
    }
    sampled_ = sampled_ || sample;
    // What is sent while a repetition is on its way need not be timed: its acknowledgment may wait for that one.
    if (std::any_of(sent_.begin(), sent_.end(), [](const transmission& t) { return t.again; })) plain_since_ = nxt_;
    const bool advances = std::erase_if(sent_, [&](const transmission& t) { return t.octets.last <= ack; }) != 0;
    una_ = std::max(una_, ack);
    if (sample) {
      sampled_at_ = now;
      next_due_ = nxt_;
    } else if (advances && una_ > std::max(next_due_, plain_since_)) {
      wrong_.note("a whole flight is acknowledged of which every octet was sent once, and no round trip was measured");
      next_due_ = nxt_;
    }
  }

  /// What was sent so far is to measure nothing: the retransmission timer expired, the path changed.
  void abandoned() {
    plain_since_ = nxt_;
    owes_ = false;
    for (transmission& t : sent_) t.first = false;
  }

  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  struct transmission {
    octet_range octets{};
    microseconds at = 0;
    std::int64_t ticks = 0;
    bool again = false;
    bool apart = false;  // the clock of the timestamps has ticked since these octets were sent before
    bool first = false;  // after abandoned()
    bool answered = false;
  };

  std::vector<transmission> sent_{};  // the last one of each octet
  microseconds sampled_at_ = std::numeric_limits<microseconds>::min();
  position una_ = 0;
  position nxt_ = 0;
  position plain_since_ = 0;  // what ends beyond it was sent while nothing was on its way for the second time
  position next_due_ = 0;     // an acknowledgment beyond it owes a sample
  bool sack_;
  bool sampled_ = false;  // ever
  bool owes_ = true;      // something was sent since abandoned()
  complaint wrong_{};
};

}  // namespace sequent::spec

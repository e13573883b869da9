// Keep-alives (RFC 9293 section 3.8.4): none unless they are on (MUST-24, MUST-25), none before a time of idleness
// (MUST-26, MUST-27), and no peer is given up for fewer unanswered ones than the user said (MUST-29).
#pragma once

#include <string>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// What the user has chosen.
struct keep_alive_parameters {
  microseconds idle = 7'200'000'000;   ///< nothing was heard for so long before the first probe
  microseconds interval = 75'000'000;  ///< between probes that are not answered
  int probes = 9;                      ///< unanswered ones after which the peer may be given up
};

/// The keep-alives of one connection. Feed it every event in order.
class keep_alive_oracle {
 public:
  explicit keep_alive_oracle(const keep_alive_parameters& given) : given_(given) {}

  /// The user turns them on or off: what was before counts no more.
  void turned(bool on, microseconds now) {
    on_ = on;
    heard(now);
  }
  /// The connection opened, or something was heard of the peer.
  void heard(microseconds now) {
    since_ = now;
    unanswered_ = 0;
  }
  /// A probe goes out.
  void probed(microseconds now) {
    if (!on_) return wrong_.note("a keep-alive is sent though they are off");
    const microseconds apart = unanswered_ == 0 ? given_.idle : given_.interval;
    if (now - since_ < apart) {
      wrong_.note("a keep-alive after " + std::to_string(now - since_) + " us, not " + std::to_string(apart));
    }
    since_ = now;
    ++unanswered_;
  }
  /// The peer is given up although nothing that it had to acknowledge was outstanding.
  void given_up() {
    if (on_ && unanswered_ >= given_.probes) return;
    wrong_.note("a peer is given up after " + std::to_string(unanswered_) + " keep-alives");
  }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  keep_alive_parameters given_;
  bool on_ = false;
  microseconds since_ = 0;
  int unanswered_ = 0;
  complaint wrong_;
};

}  // namespace sequent::spec

// When the retransmission timer may expire: RFC 6298 section 5, whose MUST is that nothing is sent again by it sooner
// than one timeout after it was sent last.
//
// The length of the timeout is told by the implementation, and judged by oracles/rto.hpp.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// The timer of one connection. Positions are octets of the stream, a FIN among them.
class retransmission_oracle {
 public:
  /// Text or FIN [first, last) is put on the wire, for the first time or again, while this is the timeout.
  void sent(position first, position last, microseconds timeout, microseconds now) {
    sent_.push_back({{first, last}, now, timeout});
  }

  /// The timeout is another from now on. The timer goes by the one at which it was started last (steps 5.1 and 5.3),
  /// which is at the transmission or since; so the least that held since then is what must have passed.
  void timeout_is(microseconds timeout) {
    for (transmission& each : sent_) each.least = std::min(each.least, timeout);
  }

  /// Everything before an octet is acknowledged.
  void acknowledged(position una) {
    std::erase_if(sent_, [&](const transmission& each) { return each.text.last <= una; });
  }

  /// The timer expires, with the oldest octet outstanding.
  void expired(position una, microseconds now) {
    for (auto latest = sent_.rbegin(); latest != sent_.rend(); ++latest) {
      if (una < latest->text.first || latest->text.last <= una) continue;
      if (now - latest->at < latest->least) {
        wrong_.note("the retransmission timer expires " + std::to_string(now - latest->at) + " us after " +
                    show(latest->text) + " was sent, where the timeout is " + std::to_string(latest->least));
      }
      return;
    }
  }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  struct transmission {
    octet_range text;
    microseconds at;
    microseconds least;  // timeout since then
  };

  std::vector<transmission> sent_{};
  complaint wrong_;
};

}  // namespace sequent::spec

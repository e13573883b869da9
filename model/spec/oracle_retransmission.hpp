// When the retransmission timer may expire: RFC 6298 section 5, whose MUST is that nothing is sent again by it sooner
// than one timeout after it was sent last.
//
// The length of the timeout is told by the implementation, and judged by oracle_rto.hpp.
#pragma once

#include <string>
#include <vector>

#include "model/spec/oracle_parts.hpp"

namespace sequent::spec {

/// The timer of one connection. Positions are octets of the stream, a FIN among them.
class retransmission_oracle {
 public:
  /// Text or FIN [first, last) is put on the wire, for the first time or again.
  void sent(position first, position last, microseconds now) { sent_.push_back({{first, last}, now}); }

  /// Everything before an octet is acknowledged.
  void acknowledged(position una) {
    std::erase_if(sent_, [&](const transmission& each) { return each.text.last <= una; });
  }

  /// The timer expires, with the oldest octet outstanding and the timeout as it was until now.
  void expired(position una, microseconds timeout, microseconds now) {
    for (auto latest = sent_.rbegin(); latest != sent_.rend(); ++latest) {
      if (una < latest->text.first || latest->text.last <= una) continue;
      if (now - latest->at < timeout) {
        wrong_.note("the retransmission timer expires " + std::to_string(now - latest->at) + " us after " +
                    show(latest->text) + " was sent, where the timeout is " + std::to_string(timeout));
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
  };

  std::vector<transmission> sent_{};
  complaint wrong_;
};

}  // namespace sequent::spec

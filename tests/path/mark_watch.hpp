// Where ECT stands, and that marks are echoed until CWR comes, on a whole run: what RFC 3168 section 6.1 asks that the
// interface of one end shows. Which reductions echoes ask for is judged by spec::reductions_oracle.
#pragma once

#include <algorithm>
#include <string>

#include "model/spec/oracles/ecn.hpp"
#include "model/spec/oracles/passing.hpp"
#include "sequent/wire/ip_fields.hpp"

namespace sequent::path {

/// Watches one end.
class mark_watch {
 public:
  /// It sends a segment with these control bits.
  void sent(const spec::passing_segment& seg, unsigned bits, ecn_codepoint mark) {
    if (seg.rst) return;
    spec::ecn_segment told = told_of(seg, bits, mark);
    told.window_probe = told.has_text() && told.last > edge_;
    oracle_.sent(told);
    if (seg.ack) acknowledged_ = std::max(acknowledged_, *seg.ack);
  }
  /// It hears one.
  void heard(const spec::passing_segment& seg, unsigned bits, ecn_codepoint mark) {
    // A SYN that comes when the connection is open is answered by a challenge ACK and tells nothing (RFC 5961 section
    // 4): an old one may say less than the one that counted.
    if (seg.rst || (seg.syn && open_)) return;
    open_ = open_ || (!seg.syn && seg.ack && *seg.ack > 0);
    spec::ecn_segment told = told_of(seg, bits, mark);
    told.outside_window = seg.octets.last <= acknowledged_;
    oracle_.received(told);
    if (seg.ack) edge_ = std::max(edge_, *seg.ack + seg.window);
  }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return oracle_.violation(); }

 private:
  [[nodiscard]] static spec::ecn_segment told_of(const spec::passing_segment& seg, unsigned bits, ecn_codepoint mark) {
    spec::ecn_segment told;
    told.syn = seg.syn;
    told.ack = seg.ack.has_value();
    told.ece = (bits & 0x40) != 0;
    told.cwr = (bits & 0x80) != 0;
    told.field = static_cast<spec::ecn_field>(mark);
    told.first = seg.octets.first;
    told.last = seg.syn ? seg.octets.first : seg.octets.last - (seg.fin ? 1 : 0);
    told.acknowledges = seg.ack.value_or(0);
    return told;
  }

  spec::ecn_oracle oracle_{false};
  spec::position acknowledged_ = 0;  // of the peer's stream, by it
  bool open_ = false;                // the peer has acknowledged its SYN
  spec::position edge_ = 0;          // of the window that the peer offered
};

}  // namespace sequent::path

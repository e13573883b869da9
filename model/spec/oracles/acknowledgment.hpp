// When a receiver may and must acknowledge: RFC 5681 section 4.2, RFC 9293 section 3.8.6.3.
//
// Feed every segment that arrives, everything that is sent, and each time that there is nothing more to send. That an
// acknowledgment does not wait for half a second is for others to see.
//
// SHLD-18 and SHLD-19 together: one segment in order, no larger than a full one, is not worth an acknowledgment of its
// own as soon as it is there, however quickly it is read. What opens the window is: by two segments, by a sixteenth of
// the buffer, which is much where it takes few segments, or where less than a segment is left of it.
#pragma once

#include <string>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// What a receiver does with a segment. Positions count from the peer's SYN.
struct arrived_segment {
  position first = 0;    ///< of its text
  position last = 0;     ///< after its text
  bool taken = false;    ///< it passed the checks before the seventh
  position next = 0;     ///< RCV.NXT after it
  bool waits = false;    ///< text or a FIN is held beyond RCV.NXT after it
  bool refused = false;  ///< its text was given up: there was no room to hold it
};

/// A segment that is sent with ACK.
struct sent_acknowledgment {
  position acknowledges = 0;
  position edge = 0;        ///< right edge that it offers
  bool bare = false;        ///< neither text nor SYN nor FIN nor RST
  bool keep_alive = false;  ///< it stands before SND.NXT
  bool at_once = false;     ///< no time has passed since the last arrival, and acknowledgments are to be delayed
  position grain = 1;       ///< unit of the window field
  position buffer = 0;      ///< of the receiver, as far as it is offered at all
};

/// The receiving end of one connection.
class acknowledgment_oracle {
 public:
  /// full: RMSS, the largest segment that it is willing to take.
  explicit acknowledgment_oracle(position full) : full_(full) {}

  /// A segment arrives. Each may be answered once.
  void arrived(const arrived_segment& seg) {
    ++answers_;
    lone_ = answers_ == 1 && !waiting_ && plain(seg);
    waiting_ = true;
    if (seg.taken && seg.first < seg.last && !seg.refused) {
      const bool new_text = seg.last > next_;
      // Text beyond a gap, and text that fills one in whole or in part.
      if (new_text && (seg.first > next_ || waits_ || seg.waits)) at_once_ = true;
    }
    next_ = std::max(next_, seg.next);
    waits_ = seg.waits;
  }

  /// A segment with ACK is sent. One without anything else needs a reason: a segment that was not answered yet, or a
  /// window that opens.
  void sent(const sent_acknowledgment& seg) {
    const bool opens = told_ && seg.edge > edge_;
    if (seg.bare && !seg.keep_alive && !opens) {
      wrong_.expect(answers_ > 0, "an acknowledgment that no segment and no window calls for");
    }
    if (seg.bare && seg.at_once && lone_ && told_) {
      const position moved = seg.edge - edge_ + seg.grain - 1;
      const bool tells = edge_ - next_ < full_ || moved >= 2 * full_ || moved >= seg.buffer / 16;
      wrong_.expect(tells, "a segment in order is acknowledged on its own as soon as it is there");
    }
    lone_ = waiting_ = false;
    if (seg.bare && answers_ > 0) --answers_;
    if (!told_ || seg.acknowledges > told_through_) answers_ = 0;
    told_through_ = std::max(told_through_, seg.acknowledges);
    edge_ = told_ ? std::max(edge_, seg.edge) : seg.edge;
    told_ = true;
    at_once_ = false;
  }

  /// There is nothing more to send for now.
  void quiet() {
    wrong_.expect(!at_once_, "text beyond a gap, or text that fills one, is not acknowledged at once");
    if (told_ && next_ - told_through_ >= 2 * full_) {
      wrong_.note(std::to_string(next_ - told_through_) + " octets wait for their acknowledgment, two segments of " +
                  std::to_string(full_));
    }
  }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  // Text that comes next, no more than a full segment of it, and all of it new.
  [[nodiscard]] bool plain(const arrived_segment& seg) const {
    return seg.taken && !seg.refused && !waits_ && !seg.waits && seg.first == next_ && seg.first < seg.last &&
           seg.next == seg.last && seg.last - seg.first <= full_;
  }

  position full_;
  position next_ = 0;
  position told_through_ = 0;
  position edge_ = 0;
  int answers_ = 0;  ///< segments that may still be answered
  bool told_ = false;
  bool waits_ = false;
  bool at_once_ = false;
  bool waiting_ = false;  ///< something has arrived since an acknowledgment was sent
  bool lone_ = false;     ///< and is one plain segment
  complaint wrong_;
};

}  // namespace sequent::spec

// Which options a segment must and may carry: RFC 9293 sections 3.2 and 3.7.1, RFC 2018 section 2, RFC 7323 sections
// 2.2, 3.2 and 4.3.
//
// Feed everything that one end sends and receives, in order. Timestamps are positions on their sender's clock, which
// never wrap.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "model/spec/oracles/parts.hpp"

namespace sequent::spec {

/// A timestamps option.
struct timestamps_option {
  position value = 0;  ///< TSval, on the clock of who sends it
  position echo = 0;   ///< TSecr, on the clock of who receives it
  bool blank = false;  ///< TSecr is zero on the wire
};

/// What of a segment matters here. Positions count from its sender's SYN.
struct optioned_segment {
  bool syn = false;
  bool ack = false;
  bool rst = false;
  position first = 0;         ///< SEG.SEQ
  position acknowledges = 0;  ///< SEG.ACK
  bool mss = false;
  bool window_scale = false;
  bool sack_permitted = false;
  std::optional<timestamps_option> timestamps{};
};

/// How far a received segment came.
enum class standing : std::uint8_t {
  refused,   ///< not acceptable by Table 6: its timestamp counts for nothing
  doubtful,  ///< acceptable, but a later check refuses it, or the letter of Table 6 does: its timestamp counts or not
  taken,
};

/// One end of one connection.
class options_oracle {
 public:
  /// offers_timestamps: its own SYN carries them, or it would answer them.
  explicit options_oracle(bool offers_timestamps) : offers_(offers_timestamps) {}

  /// A segment arrives. A SYN counts if it is the one that this connection was opened with.
  void received(const optioned_segment& seg, standing how) {
    if (seg.rst) return;
    if (seg.syn && !peer_syn_) {
      peer_syn_ = seg;
      if (seg.timestamps) recent_ = {seg.timestamps->value};
      return;
    }
    if (how == standing::refused || !agreed() || !seg.timestamps || seg.first > last_ack_sent_) return;
    std::vector<position> updated = how == standing::doubtful ? recent_ : std::vector<position>{};
    for (const position known : recent_) updated.push_back(std::max(known, seg.timestamps->value));
    recent_ = std::move(updated);
  }

  /// A segment is sent, at this time.
  void sent(const optioned_segment& seg, microseconds now) {
    check_places(seg);
    if (!seg.rst) check_presence(seg);
    if (seg.timestamps && !seg.rst) check_stamp(seg, now);
    if (seg.ack && !seg.rst) last_ack_sent_ = seg.acknowledges;
  }

  /// Whether both ends' SYNs carried timestamps, as far as this one knows.
  [[nodiscard]] bool agreed() const { return offers_ && peer_syn_ && peer_syn_->timestamps; }

  /// Empty, or the first thing that was wrong.
  [[nodiscard]] const std::string& violation() const { return wrong_.text(); }

 private:
  /// What negotiates stands on SYNs alone, and an answer agrees only to what was offered.
  void check_places(const optioned_segment& seg) {
    if (!seg.syn) {
      wrong_.expect(!seg.mss, "an MSS option on a segment without SYN");
      wrong_.expect(!seg.window_scale, "a window scale on a segment without SYN");
      wrong_.expect(!seg.sack_permitted, "SACK-permitted on a segment without SYN");
    } else if (seg.ack && peer_syn_) {
      wrong_.expect(!seg.window_scale || peer_syn_->window_scale, "a SYN,ACK scales windows that the SYN does not");
      wrong_.expect(!seg.sack_permitted || peer_syn_->sack_permitted,
                    "a SYN,ACK permits reports that the SYN does not");
    }
  }

  void check_presence(const optioned_segment& seg) {
    const bool wanted = seg.syn && !seg.ack ? offers_ : agreed();
    if (seg.timestamps && !wanted) wrong_.note("timestamps that were not agreed on");
    // A SYN that is repeated may give them up before they are agreed on.
    if (!seg.timestamps && wanted && !seg.syn) wrong_.note("a segment without the timestamps that were agreed on");
  }

  void check_stamp(const optioned_segment& seg, microseconds now) {
    const timestamps_option& stamp = *seg.timestamps;
    if (!seg.ack) {
      wrong_.expect(stamp.blank, "a segment without ACK echoes a timestamp");
    } else if (std::find(recent_.begin(), recent_.end(), stamp.echo) == recent_.end()) {
      wrong_.note("the timestamp " + std::to_string(stamp.echo) + " is echoed, not TS.Recent, " +
                  (recent_.empty() ? "which is not known" : std::to_string(recent_.front())));
    }
    if (last_) {
      const position ticks = stamp.value - last_->value;
      const microseconds passed = now - last_->at;
      // A tick is between a millisecond and a second.
      const bool in_time = passed / 1'000'000 - 1 <= ticks && ticks <= passed / 1'000 + 1;
      wrong_.expect(ticks >= 0 && in_time, "the clock of the timestamps goes wrong");
    }
    last_ = told{stamp.value, now};
  }

  struct told {
    position value;
    microseconds at;
  };

  bool offers_;
  std::optional<optioned_segment> peer_syn_{};
  std::vector<position> recent_{};  ///< TS.Recent, whichever it may be
  position last_ack_sent_ = 0;
  std::optional<told> last_{};
  complaint wrong_;
};

}  // namespace sequent::spec

// The checks of one connection, one function for each group of them.
#include "tools/capture_replay/conversation.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace capture_replay {

using position = stream::position;

const char* describe(check which) {
  switch (which) {
    case check::acknowledges_what_arrived: return "acknowledges only what arrived";
    case check::acknowledgment_advances: return "its acknowledgment never goes back";
    case check::window_never_shrinks: return "its window's right edge never moves left";
    case check::stays_inside_window: return "sends only inside the peer's window";
    case check::sends_the_same_again: return "sends the same octets again";
    case check::receives_the_same_again: return "receives the same octets again";
    case check::sack_names_what_arrived: return "SACK blocks name only what arrived";
    case check::echoes_a_timestamp: return "echoes a timestamp that arrived";
    case check::clock_advances: return "its timestamps never go back";
    case check::peer_acknowledges_what_was_sent: return "the peer acknowledges only what was sent";
    case check::reset_answers_segment: return "a reset fits the segment it answers";
  }
  return "?";
}

namespace {

class conversation {
 public:
  explicit conversation(findings& found) : found_(found) {}

  void sent(const seen_segment& seg);
  void received(const seen_segment& seg);

 private:
  void ask(check which, bool holds, const seen_segment& seg) {
    const auto index = static_cast<std::size_t>(which);
    ++found_.asked[index];
    if (holds) return;
    ++found_.broken[index];
    found_.what.push_back(seg.file + " packet " + std::to_string(seg.number) + ": not so: " + describe(which));
  }
  [[nodiscard]] position edge(const seen_segment& seg, const stream& acknowledged, std::uint32_t shift) const {
    return acknowledged.place(seg.header.ack.wire()) +
           (std::int64_t{seg.header.wnd} << (seg.header.control.syn() || !scaling() ? 0 : shift));
  }
  [[nodiscard]] bool scaling() const { return own_shift_ && peer_shift_; }

  void check_text(const seen_segment& seg);
  void check_acknowledgment(const seen_segment& seg);
  void check_timestamps(const seen_segment& seg);
  void check_reset(const seen_segment& seg);

  findings& found_;
  stream own_{};   // what Sequent sent
  stream peer_{};  // what reached it
  std::optional<std::uint32_t> own_shift_{};
  std::optional<std::uint32_t> peer_shift_{};
  std::optional<position> acknowledged_{};  // highest ACK of Sequent
  std::optional<position> own_edge_{};      // furthest right edge that Sequent offered
  std::optional<position> peer_edge_{};     // furthest that it was offered
  std::optional<std::uint32_t> clock_{};    // latest TSval of Sequent
  std::set<std::uint32_t> peer_clocks_{};
  const seen_segment* last_received_ = nullptr;
};

std::optional<std::uint32_t> shift_of(const seen_segment& seg) {
  if (!seg.header.options.window_scale) return std::nullopt;
  return std::min<std::uint32_t>(*seg.header.options.window_scale, 14);
}

void conversation::sent(const seen_segment& seg) {
  const auto& header = seg.header;
  if (header.control.rst()) {
    if (!own_.begun()) check_reset(seg);
    return;
  }
  if (header.control.syn()) {
    if (!own_.begun()) ++found_.connections;
    own_.begin(header.seq.wire());
    own_shift_ = shift_of(seg);
  }
  if (!own_.begun()) {
    ++found_.headless;
    return;
  }
  check_text(seg);
  if (header.control.ack() && peer_.begun()) check_acknowledgment(seg);
  check_timestamps(seg);
}

void conversation::received(const seen_segment& seg) {
  last_received_ = &seg;
  const auto& header = seg.header;
  if (header.control.rst()) return;
  if (header.control.syn()) {
    peer_.begin(header.seq.wire());
    peer_shift_ = shift_of(seg);
  }
  if (!peer_.begun()) {
    ++found_.headless;
    return;
  }
  if (header.options.ts) peer_clocks_.insert(header.options.ts->value.wire());
  const position at = peer_.place(header.seq.wire()) + (header.control.syn() ? 1 : 0);
  if (!seg.text.empty()) ask(check::receives_the_same_again, peer_.add(at, seg.text), seg);
  if (header.control.fin()) peer_.add_fin(at + static_cast<position>(seg.text.size()));
  if (!header.control.ack() || !own_.begun()) return;
  ask(check::peer_acknowledges_what_was_sent, own_.place(header.ack.wire()) <= own_.highest(), seg);
  peer_edge_ = std::max(peer_edge_.value_or(0), edge(seg, own_, peer_shift_.value_or(0)));
}

void conversation::check_text(const seen_segment& seg) {
  const auto& header = seg.header;
  const position at = own_.place(header.seq.wire()) + (header.control.syn() ? 1 : 0);
  const position end = at + static_cast<position>(seg.text.size()) + (header.control.fin() ? 1 : 0);
  if (!header.control.syn() && end != at && peer_edge_) {
    const bool probe = end - at == 1;
    ask(check::stays_inside_window, end <= *peer_edge_ + (probe ? 1 : 0), seg);
  }
  if (!seg.text.empty()) {
    if (at < own_.highest()) ++found_.sent_again;
    ask(check::sends_the_same_again, own_.add(at, seg.text), seg);
  }
  if (header.control.fin()) own_.add_fin(end - 1);
}

void conversation::check_acknowledgment(const seen_segment& seg) {
  const position ack = peer_.place(seg.header.ack.wire());
  ask(check::acknowledges_what_arrived, ack <= peer_.next(), seg);
  if (acknowledged_) ask(check::acknowledgment_advances, ack >= *acknowledged_, seg);
  acknowledged_ = std::max(acknowledged_.value_or(0), ack);
  const std::uint32_t shift = own_shift_.value_or(0);
  const position offered = edge(seg, peer_, shift);
  const position rounding = scaling() && !seg.header.control.syn() ? (position{1} << shift) - 1 : 0;
  if (own_edge_) ask(check::window_never_shrinks, offered + rounding >= *own_edge_, seg);
  own_edge_ = std::max(own_edge_.value_or(0), offered);
  for (const auto& block : seg.header.options.sack.view()) {
    const position left = peer_.place(block.left.wire());
    const position right = peer_.place(block.right.wire());
    ask(check::sack_names_what_arrived, left > ack && peer_.holds(left, right), seg);
  }
}

void conversation::check_timestamps(const seen_segment& seg) {
  const auto& ts = seg.header.options.ts;
  if (!ts) return;
  if (clock_) ask(check::clock_advances, ts->value.wire() - *clock_ < 0x8000'0000u, seg);
  clock_ = ts->value.wire();
  if (seg.header.control.ack()) ask(check::echoes_a_timestamp, peer_clocks_.contains(ts->echo.wire()), seg);
}

// Sequent had no connection: the RST takes its numbers from the segment before it.
void conversation::check_reset(const seen_segment& seg) {
  if (last_received_ == nullptr) {
    ++found_.headless;
    return;
  }
  const auto& cause = last_received_->header;
  const auto& reset = seg.header;
  const bool fits = cause.control.ack() ? !reset.control.ack() && reset.seq == cause.ack
                                        : reset.control.ack() && reset.seq.wire() == 0 &&
                                              reset.ack.wire() == cause.seq.wire() + cause.length();
  ask(check::reset_answers_segment, fits, seg);
}

}  // namespace

findings examine(const std::vector<seen_segment>& segments, const sequent::ipv4_address& self) {
  findings found;
  // One file may not go on where another ended, so the file is part of what tells connections apart.
  std::map<std::tuple<std::string, sequent::ipv4_address, std::uint16_t, std::uint16_t>, conversation> open;
  for (const seen_segment& seg : segments) {
    const bool outgoing = seg.source == self;
    const auto& header = seg.header;
    const auto key = outgoing ? std::tuple(seg.file, seg.destination, header.destination_port, header.source_port)
                              : std::tuple(seg.file, seg.source, header.source_port, header.destination_port);
    conversation& with = open.try_emplace(key, found).first->second;
    if (outgoing) {
      with.sent(seg);
    } else {
      with.received(seg);
    }
  }
  return found;
}

}  // namespace capture_replay

// Ends of the world whose answers are watched from outside: what they report by SACK, which options their segments
// carry, and when they acknowledge.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/spec/oracles/acknowledgment.hpp"
#include "model/spec/oracles/options.hpp"
#include "model/spec/oracles/sack_report.hpp"
#include "tests/property/connection/stream_world.hpp"

namespace sequent::property {

/// Watches what Base reports of text that arrives out of order or again (RFC 2018, RFC 2883) beside its oracle.
template <class Base>
class reports_watched : public Base {
 public:
  using packet = typename Base::packet;
  using Base::Base;

  void arrives(const packet& p) {
    const control_block<u32> before = Base::tcp().tcb();
    Base::arrives(p);
    const auto parsed = parse_segment(p.octets(), pseudo_header{});
    // The segment that ends the handshake may bring text.
    if (!parsed || before.state < connection_state::syn_received || !under_way(Base::tcp().state())) return;
    if (!oracle_) oracle_.emplace(spec::sack_report_parameters{.permitted = before.sack_permitted});
    const segment<u32>& seg = parsed->header;
    if (seg.control.syn() || seg.control.rst() || seg.text_length == 0) return;
    const spec::position first = position_of(seg.seq);
    const spec::position last = first + seg.text_length;
    const spec::position edge = position_of(before.rcv.nxt) + before.rcv.wnd;
    const spec::position next = position_of(before.rcv.nxt);
    const bool old = before.ts.enabled && seg.options.ts && sequent::before(seg.options.ts->value, before.ts.recent);
    const bool acceptable = last > next && first < edge;
    // RFC 5961 section 5.2.
    const bool ack_counts = before.snd.nxt - seg.ack <= before.snd.nxt - before.snd.una + before.snd.max_wnd;
    if (!acceptable || old || !ack_counts || (under_way(before.state) && !may_receive_text(before.state))) {
      oracle_->refused(std::max<spec::position>(first, 1), last);
    } else {
      const spec::octet_ranges held = oracle_->held();
      oracle_->arrived(std::max<spec::position>(first, 1), last, edge);
      refuse_excess(held);
    }
  }

  std::optional<packet> poll() {
    auto sent = Base::poll();
    if (!sent || !oracle_) return sent;
    const auto parsed = parse_segment(sent->octets(), pseudo_header{});
    if (!parsed || !parsed->header.control.ack() || parsed->header.control.rst()) return sent;
    const segment<u32>& seg = parsed->header;
    std::vector<spec::octet_range> blocks;
    for (const auto& block : seg.options.sack.view()) {
      const spec::position left = position_of(block.left);
      blocks.push_back({left, left + (block.right - block.left)});
    }
    // Forty octets of options, of which timestamps take twelve. Beside text a report may be left out.
    const std::size_t room = seg.options.ts ? 3 : 4;
    // Beside text or a FIN it is left out where it would take half of a segment, which is a few octets here.
    const bool beside = seg.text_length != 0 || seg.control.fin();
    oracle_->acknowledged(position_of(seg.ack), blocks, beside && blocks.empty() ? 0 : room);
    return sent;
  }

  [[nodiscard]] std::string violation() const {
    if (!wrong_.empty()) return wrong_;
    return oracle_ && !oracle_->violation().empty() ? oracle_->violation() : Base::violation();
  }

 private:
  [[nodiscard]] static bool under_way(connection_state at) { return at >= connection_state::established; }
  [[nodiscard]] spec::position position_of(sequence_number<u32> number) const {
    return static_cast<std::int32_t>(number - Base::tcp().tcb().rcv.irs);
  }

  // What would be one range too many the receiver may refuse; what was held before it keeps.
  void refuse_excess(const spec::octet_ranges& before) {
    const spec::octet_ranges held = oracle_->held();
    spec::octet_ranges kept;
    for (const interval& range : Base::tcp().receiving().held().view()) {
      kept.push_back({position_of(range.first), position_of(range.last)});
    }
    if (held == kept) return;
    constexpr auto most = Base::connection_type::max_held_ranges;
    if (held.size() <= most && wrong_.empty()) wrong_ = "text is refused although there is room to hold it";
    for (const spec::octet_range& r : held) {
      if (spec::holds_all(kept, r)) continue;
      if (spec::holds_any(before, r) && wrong_.empty()) wrong_ = "text is given up that was held";
      oracle_->discarded(r);
    }
  }

  std::optional<spec::sack_report_oracle> oracle_{};
  std::string wrong_;
};

/// Watches the options of what Base sends beside their oracle.
template <class Base>
class options_watched : public Base {
 public:
  using packet = typename Base::packet;
  using Base::Base;

  void arrives(const packet& p) {
    const control_block<u32> before = Base::tcp().tcb();
    Base::arrives(p);
    const connection_state now = Base::tcp().state();
    if (now <= connection_state::listen) oracle_.reset();
    const auto parsed = parse_segment(p.octets(), pseudo_header{});
    if (!parsed || now <= connection_state::listen) return;
    const segment<u32>& seg = parsed->header;
    if (before.state <= connection_state::syn_sent) {
      if (now == connection_state::syn_sent || !seg.control.syn()) return;
      if (before.state != connection_state::syn_sent) begin();
    }
    if (oracle_) oracle_->received(seen_at_peer(seg), standing_of(seg, before));
  }

  void advance(std::int64_t microseconds) {
    elapsed_ += microseconds;
    Base::advance(microseconds);
  }

  std::optional<packet> poll() {
    auto sent = Base::poll();
    if (!sent) return sent;
    const auto parsed = parse_segment(sent->octets(), pseudo_header{});
    if (!parsed) return sent;
    if (!oracle_ && parsed->header.control.syn()) begin();
    if (oracle_) oracle_->sent(seen_here(parsed->header), elapsed_);
    return sent;
  }

  [[nodiscard]] std::string violation() const {
    return oracle_ && !oracle_->violation().empty() ? oracle_->violation() : Base::violation();
  }

 private:
  void begin() { oracle_.emplace(Base::tcp().config().timestamps); }

  // Timestamps of one clock, unwrapped around the first that was seen.
  struct unwrapped {
    std::optional<u32> first{};
    spec::position operator()(sequence_number<u32> number) {
      if (!first) first = number.wire();
      return static_cast<std::int32_t>(number.wire() - *first);
    }
  };

  spec::optioned_segment seen(const segment<u32>& seg, u32 from, u32 to, unwrapped& values, unwrapped& echoes) {
    spec::optioned_segment out;
    out.syn = seg.control.syn();
    out.ack = seg.control.ack();
    out.rst = seg.control.rst();
    out.first = static_cast<std::int32_t>(seg.seq.wire() - from);
    out.acknowledges = static_cast<std::int32_t>(seg.ack.wire() - to);
    out.mss = seg.options.mss.has_value();
    out.window_scale = seg.options.window_scale.has_value();
    out.sack_permitted = seg.options.sack_permitted;
    if (seg.options.ts) {
      const bool blank = seg.options.ts->echo.wire() == 0;
      out.timestamps = {values(seg.options.ts->value), blank && !out.ack ? 0 : echoes(seg.options.ts->echo), blank};
    }
    return out;
  }
  spec::optioned_segment seen_here(const segment<u32>& seg) {
    return seen(seg, Base::tcp().tcb().snd.iss.wire(), Base::tcp().tcb().rcv.irs.wire(), ours_, theirs_);
  }
  spec::optioned_segment seen_at_peer(const segment<u32>& seg) {
    return seen(seg, Base::tcp().tcb().rcv.irs.wire(), Base::tcp().tcb().snd.iss.wire(), theirs_, ours_);
  }

  // RFC 9293 table 6, and the checks after it.
  [[nodiscard]] static spec::standing standing_of(const segment<u32>& seg, const control_block<u32>& before) {
    const auto offset = static_cast<std::int32_t>(seg.seq - before.rcv.nxt);
    const auto length =
        static_cast<std::int32_t>(seg.text_length + (seg.control.syn() ? 1u : 0u) + (seg.control.fin() ? 1u : 0u));
    const auto wnd = static_cast<std::int32_t>(before.rcv.wnd);
    const auto inside = [&](std::int32_t at) { return 0 <= at && at < wnd; };
    const bool acceptable =
        length == 0 ? inside(offset) || (wnd == 0 && offset == 0) : inside(offset) || inside(offset + length - 1);
    // At a closed window, or just past one, the acknowledgment may be read although the letter refuses it.
    if (!acceptable) return offset >= wnd ? spec::standing::doubtful : spec::standing::refused;
    const bool ack_counts = before.snd.nxt - seg.ack <= before.snd.nxt - before.snd.una + before.snd.max_wnd;
    const bool opens = before.state != connection_state::syn_received || !(seg.ack == before.snd.una);
    return seg.control.syn() || !seg.control.ack() || !ack_counts || !opens ? spec::standing::doubtful
                                                                            : spec::standing::taken;
  }

  std::optional<spec::options_oracle> oracle_{};
  unwrapped ours_{}, theirs_{};
  spec::microseconds elapsed_ = 0;
};

/// Watches when Base acknowledges, beside its oracle.
template <class Base>
class acknowledgments_watched : public Base {
 public:
  using packet = typename Base::packet;
  using Base::Base;

  void arrives(const packet& p) {
    const control_block<u32> before = Base::tcp().tcb();
    Base::arrives(p);
    const control_block<u32>& after = Base::tcp().tcb();
    if (after.state < connection_state::established) return oracle_.reset();
    // Twelve octets of timestamps take from the text of each segment.
    const u32 options = after.ts.enabled ? 12 : 0;
    const u32 mss = Base::tcp().config().receive_mss;
    if (!oracle_) oracle_.emplace(spec::position{mss > options ? mss - options : 1u});
    const auto parsed = parse_segment(p.octets(), pseudo_header{});
    if (!parsed) return;
    const segment<u32>& seg = parsed->header;
    spec::arrived_segment told;
    told.first = position_of(seg.seq);
    told.last = told.first + seg.text_length;
    told.next = position_of(after.rcv.nxt);
    told.waits = !Base::tcp().receiving().held().empty() || after.rcv.fin.has_value();
    const bool moved = !(after.rcv.nxt == before.rcv.nxt);
    told.taken = !seg.control.syn() && may_receive_text(before.state) && (moved || Base::ack_taken());
    told.refused = !moved && !holds(seg);
    oracle_->arrived(told);
    arrived_now_ = true;
  }

  void advance(std::int64_t microseconds) {
    if (microseconds != 0) arrived_now_ = false;
    Base::advance(microseconds);
  }

  std::optional<packet> poll() {
    auto sent = Base::poll();
    if (!oracle_) return sent;
    if (!sent) {
      oracle_->quiet();
      return sent;
    }
    const auto parsed = parse_segment(sent->octets(), pseudo_header{});
    if (!parsed || !parsed->header.control.ack() || parsed->header.control.rst()) return sent;
    const segment<u32>& seg = parsed->header;
    const u32 shift = seg.control.syn() ? 0 : Base::tcp().tcb().rcv.shift;
    const spec::position acknowledges = position_of(seg.ack);
    oracle_->sent({.acknowledges = acknowledges,
                   .edge = acknowledges + (spec::position{seg.wnd} << shift),
                   .bare = seg.text_length == 0 && !seg.control.syn() && !seg.control.fin(),
                   .keep_alive = !(seg.seq == Base::tcp().tcb().snd.nxt),
                   .at_once = arrived_now_ && Base::tcp().config().delayed_ack != duration{},
                   .grain = spec::position{1} << shift,
                   .buffer = Base::tcp().receiving().tuning().limit()});
    return sent;
  }

  [[nodiscard]] std::string violation() const {
    return oracle_ && !oracle_->violation().empty() ? oracle_->violation() : Base::violation();
  }

 private:
  [[nodiscard]] spec::position position_of(sequence_number<u32> number) const {
    return static_cast<std::int32_t>(number - Base::tcp().tcb().rcv.irs);
  }
  [[nodiscard]] bool holds(const segment<u32>& seg) const {
    for (const interval& range : Base::tcp().receiving().held().view()) {
      if (range.holds(seg.seq + (seg.text_length - 1u))) return true;
    }
    return false;
  }

  std::optional<spec::acknowledgment_oracle> oracle_{};
  bool arrived_now_ = false;
};

}  // namespace sequent::property

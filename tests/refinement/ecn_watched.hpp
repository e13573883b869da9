// An end of the world whose use of ECN is watched: beside it stands the oracle of RFC 3168, which is told what comes
// and goes and each reduction of the congestion window.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "model/spec/oracles/ecn.hpp"
#include "sequent/connection.hpp"
#include "tests/refinement/packet.hpp"

namespace sequent::refinement {

/// Watches Base, an end in lockstep, if it offers ECN. Streams of up to 2^31 octets, no attackers.
template <class Base>
class ecn_watched : public Base {
 public:
  using packet = typename Base::packet;
  using Base::Base;

  void arrives(const packet& p) {
    if (!offers()) return Base::arrives(p);
    const moment before = now();
    Base::arrives(p);
    const auto parsed = parse_segment(p.octets(), Base::tcp().config().addresses);
    if (parsed) take(parsed->header, p.ecn, before, now());
    forget_if_over();
  }

  void advance(std::int64_t microseconds) {
    if (!offers()) return Base::advance(microseconds);
    const moment before = now();
    Base::advance(microseconds);
    const moment after = now();
    const u32 flight = before.tcb.snd.nxt - before.tcb.snd.una;
    const bool probe = before.tcb.snd.wnd == 0 && flight <= 1;
    const bool synchronized = before.tcb.state > connection_state::syn_received;
    if (synchronized && after.attempts > before.attempts && !probe) {
      reduced(spec::reduction::timeout, before.attempts != 0);
    } else if (claims(before, after) || enters(before, after)) {
      reduced(spec::reduction::loss);
    }
    forget_if_over();
  }

  std::optional<packet> poll() {
    if (!offers()) return Base::poll();
    const moment before = now();
    auto sent = Base::poll();
    if (!sent) return sent;
    const auto parsed = parse_segment(sent->octets(), Base::tcp().config().addresses);
    if (parsed && !parsed->header.control.rst()) tell_sent(parsed->header, sent->ecn, before.tcb);
    return sent;
  }

  [[nodiscard]] std::string violation() const {
    if (!wrong_.empty()) return wrong_;
    return oracle_.violation().empty() ? Base::violation() : oracle_.violation();
  }

  void fingerprint(model::fingerprint& f) const {
    Base::fingerprint(f);
    if (!offers()) return;
    oracle_.each_value([&f](spec::position value) { f.add(value); });
    f.add(text_end_);
    f.add(reduced_at_);
  }

 private:
  // What is compared across an event.
  struct moment {
    control_block<u32> tcb;
    ecn_response response;
    recovery_phase phase;
    u32 window;
    std::uint8_t attempts;
    bool can_undo;
    std::optional<u32> lowered_at;
    bool probed;
    proportional_rate_reduction reduction;
  };

  [[nodiscard]] bool offers() const { return Base::tcp().config().ecn; }

  [[nodiscard]] moment now() const {
    const auto& sending = Base::tcp().sending();
    return {Base::tcp().tcb(),
            sending.ecn(),
            sending.recovery().phase(),
            sending.congestion().window(),
            sending.attempts(),
            sending.congestion().before().cwnd != 0,
            sending.recovery().lowered_at(),
            sending.recovery().probe().on_its_way(),
            sending.recovery().reduction()};
  }

  // The production code says that it has reduced its window.
  [[nodiscard]] static bool claims(const moment& before, const moment& after) {
    return (after.response.cwr_due() && !before.response.cwr_due()) ||
           !(after.response.reduced_until() == before.response.reduced_until());
  }
  // A recovery begins in a window of data for which nothing has been reduced yet.
  [[nodiscard]] bool enters(const moment& before, const moment& after) const {
    return before.phase == recovery_phase::open && after.phase == recovery_phase::recovery && oracle_.usable() &&
           position_of(after.tcb.snd.una, after.tcb.snd.iss) >= reduced_at_;
  }

  [[nodiscard]] static spec::position position_of(sequence_number<u32> number, sequence_number<u32> start) {
    return static_cast<std::int32_t>(number - start);
  }

  void reduced(spec::reduction why, bool again = false) {
    oracle_.reduced(why, again);
    reduced_at_ = text_end_;
  }

  // The next connection negotiates anew.
  void forget_if_over() {
    if (Base::tcp().state() > connection_state::listen) return;
    if (wrong_.empty()) wrong_ = oracle_.violation();
    oracle_ = {};
    text_end_ = reduced_at_ = 0;
  }

  void take(const segment<u32>& header, ecn_codepoint mark, const moment& before, const moment& after) {
    const bool counts = header.control.syn() ? is_their_syn(header, before.tcb, after.tcb) : Base::ack_taken();
    if (!counts) {
      if (must_count(header, before.tcb)) complain("a segment that must be taken is passed over");
      return;
    }
    spec::ecn_segment seg = told_of(header, mark);
    seg.first = position_of(header.seq, after.tcb.rcv.irs);
    seg.last = seg.first + header.text_length;
    seg.acknowledges = std::min<spec::position>(position_of(header.ack, after.tcb.snd.iss), text_end_);
    seg.outside_window = !reaches_window(header, before.tcb);
    seg.in_recovery = before.phase == recovery_phase::recovery || after.phase == recovery_phase::recovery;
    oracle_.received(seg);
    if (header.control.syn()) return;
    if (before.can_undo && !after.can_undo) {
      oracle_.undone();
      reduced_at_ = 0;
    }
    const bool entered = before.phase == recovery_phase::open && after.phase == recovery_phase::recovery;
    if (!claims(before, after) && !enters(before, after)) {
      const bool undisturbed =
          oracle_.usable() && before.phase == recovery_phase::open && after.phase == recovery_phase::open;
      if (undisturbed && after.window < before.window) complain("the window is reduced once more for the same data");
      return;
    }
    // A loss that is found with the same acknowledgment comes first: of a retransmission, which begins PRR anew, or
    // what a probe repaired. (Time may stand still meanwhile.)
    const bool another =
        after.phase == recovery_phase::recovery && (after.reduction.flight() != before.reduction.flight() ||
                                                    after.reduction.delivered() < before.reduction.delivered());
    const bool lost =
        (after.lowered_at && after.lowered_at != before.lowered_at) || (before.probed && !after.probed) || another;
    const bool by_echo = header.control.ece() && !entered && !lost;
    reduced(by_echo ? spec::reduction::echo : spec::reduction::loss);
    const u32 least = Base::tcp().effective_mss();
    if (by_echo && before.phase == recovery_phase::open && after.window > std::max(before.window / 2, least)) {
      complain("the window is not halved by an echo");
    }
    if (by_echo && before.phase == recovery_phase::open && after.window > before.window) {
      complain("an echo makes the window grow");
    }
  }

  [[nodiscard]] static bool is_their_syn(const segment<u32>& header, const control_block<u32>& before,
                                         const control_block<u32>& after) {
    if (header.control.rst() || after.state <= connection_state::listen) return false;
    if (before.state <= connection_state::syn_sent) return after.state > connection_state::syn_sent;
    return before.state == connection_state::syn_received && header.seq == before.rcv.irs;
  }

  // Text or SYN inside the window of RFC 9293 section 3.10.7.4, Table 6.
  [[nodiscard]] static bool reaches_window(const segment<u32>& header, const control_block<u32>& tcb) {
    const spec::position first = static_cast<std::int32_t>(header.seq - tcb.rcv.nxt);
    return first < spec::position{tcb.rcv.wnd} && first + spec::position{header.text_length} > 0;
  }

  // Text that lies in the window wholly, with an acknowledgment of what is outstanding or has just been acknowledged.
  [[nodiscard]] static bool must_count(const segment<u32>& header, const control_block<u32>& tcb) {
    if (tcb.state <= connection_state::syn_received || header.control.syn() || header.control.rst()) return false;
    if (tcb.state == connection_state::time_wait || !header.control.ack()) return false;
    if (tcb.ts.enabled) return false;  // PAWS may have its own opinion
    return header.seq == tcb.rcv.nxt && header.text_length != 0 && header.text_length <= tcb.rcv.wnd &&
           header.ack - tcb.snd.una <= tcb.snd.nxt - tcb.snd.una;
  }

  void tell_sent(const segment<u32>& header, ecn_codepoint mark, const control_block<u32>& before) {
    spec::ecn_segment seg = told_of(header, mark);
    seg.first = position_of(header.seq, before.snd.iss);
    seg.last = seg.first + (header.control.syn() ? 1 : header.text_length);
    seg.acknowledges = position_of(header.ack, before.rcv.irs);
    const u32 reach = header.seq + header.text_length - before.snd.una;
    seg.window_probe = header.text_length != 0 && reach > before.snd.wnd && reach < half_circle;
    oracle_.sent(seg);
    if (header.control.syn() || header.text_length != 0) text_end_ = std::max(text_end_, seg.last);
  }

  [[nodiscard]] static spec::ecn_segment told_of(const segment<u32>& header, ecn_codepoint mark) {
    spec::ecn_segment seg;
    seg.syn = header.control.syn();
    seg.ack = header.control.ack();
    seg.rst = header.control.rst();
    seg.ece = header.control.ece();
    seg.cwr = header.control.cwr();
    seg.field = static_cast<spec::ecn_field>(mark);
    return seg;
  }

  void complain(const char* what) {
    if (wrong_.empty()) wrong_ = what;
  }

  spec::ecn_oracle oracle_{};
  std::string wrong_;
  spec::position text_end_ = 0;    // after the last octet sent, no FIN counted
  spec::position reduced_at_ = 0;  // text_end_ at the last reduction
};

}  // namespace sequent::refinement

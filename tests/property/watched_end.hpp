// Ends of the world that are watched from outside: from the segments that come and go, and from what a connection tells
// about itself, each watcher works out what may not be, and says so as a violation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/spec/oracle_cwnd.hpp"
#include "tests/property/stream_world.hpp"

namespace sequent::property {

/// Watches the congestion window of Base, an end in lockstep, beside its oracle; and that no more text is outstanding,
/// or sent again, than the oracle's window allows.
template <class Base>
class window_watched : public Base {
 public:
  using packet = typename Base::packet;
  using Base::Base;

  void arrives(const packet& p) {
    const moment before = now();
    Base::arrives(p);
    const moment after = now();
    if (!oracle_) {
      if (Base::established()) begin();
      return check("arrival");
    }
    const u32 acked = after.tcb.snd.una - before.tcb.snd.una;
    if (acked != 0 && acked < half_circle) {
      if (before.recovering && !after.recovering) {
        oracle_->exit_recovery();
      } else {
        oracle_->acknowledged(acked);
      }
    } else if (after.recovering && !before.recovering) {
      oracle_->enter_recovery(before.tcb.snd.nxt - before.tcb.snd.una);
    } else if (after.recovering && acknowledges(p, before.tcb.snd.una)) {
      oracle_->duplicate();
    }
    check("arrival");
  }

  void advance(std::int64_t microseconds) {
    const moment before = now();
    Base::advance(microseconds);
    const u32 flight = before.tcb.snd.nxt - before.tcb.snd.una;
    // A probe of a closed window that is not answered says nothing about congestion.
    const bool probe = before.tcb.snd.wnd == 0 && flight <= 1;
    if (oracle_ && now().attempts > before.attempts && !probe) oracle_->timed_out(flight, before.attempts != 0);
    check("timer");
  }

  std::optional<packet> poll() {
    const moment before = now();
    auto sent = Base::poll();
    if (sent && oracle_) check_flight(*sent, before.tcb);
    check("sending");
    return sent;
  }

  [[nodiscard]] std::string violation() const { return wrong_.empty() ? Base::violation() : wrong_; }

 private:
  // What is compared across an event.
  struct moment {
    control_block<u32> tcb;
    bool recovering;
    std::uint8_t attempts;
  };

  [[nodiscard]] moment now() const {
    const auto& sending = Base::tcp().sending();
    return {Base::tcp().block(), sending.recovery().recovering(), sending.attempts()};
  }

  void begin() {
    oracle_.emplace(Base::tcp().effective_mss());
    if (Base::tcp().sending().syn_lost()) oracle_->handshake_repeated();
  }

  [[nodiscard]] static bool acknowledges(const packet& p, sequence_number<u32> una) {
    const auto parsed = parse_segment(p.octets(), pseudo_header{});
    return parsed && parsed->header.control.ack() && parsed->header.ack == una;
  }

  void check_flight(const packet& p, const control_block<u32>& before) {
    const auto parsed = parse_segment(p.octets(), pseudo_header{});
    if (!parsed || parsed->header.text_length == 0 || parsed->header.seq == before.snd.una) return;
    const u32 reach = parsed->header.seq + parsed->header.text_length - before.snd.una;
    if (reach > oracle_->flight() + phase() && wrong_.empty()) {
      wrong_ = "text " + std::to_string(reach) + " octets ahead of SND.UNA is sent, more than " +
               std::to_string(oracle_->flight()) + " that the congestion window may allow";
    }
  }

  // ssthresh may be half the flight rounded down or up. Where that decides whether an acknowledgment still belongs to
  // slow start, sender and oracle begin to count the octets of congestion avoidance at different ones, and either may
  // be one segment ahead of the other from then on; never more, since both grow by one segment for each window
  // acknowledged.
  [[nodiscard]] std::int64_t phase() const { return Base::tcp().effective_mss(); }

  void check(const char* after) {
    if (!oracle_ || !wrong_.empty() || Base::closed()) return;
    const auto cwnd = std::int64_t{Base::tcp().sending().congestion().window()};
    if (cwnd <= oracle_->window() + phase()) return;
    wrong_ = std::string("after ") + after + " cwnd is " + std::to_string(cwnd) + ", more than " +
             std::to_string(oracle_->window());
  }

  std::optional<spec::cwnd_oracle> oracle_{};
  std::string wrong_;
};

/// Watches the right edge of the window that Base offers on the wire: it never moves left by a whole unit of its scale.
template <class Base>
class edge_watched : public Base {
 public:
  using packet = typename Base::packet;
  using Base::Base;

  std::optional<packet> poll() {
    auto sent = Base::poll();
    if (!sent) return sent;
    const auto parsed = parse_segment(sent->octets(), pseudo_header{});
    if (!parsed || !parsed->header.control.ack() || parsed->header.control.rst()) return sent;
    const segment<u32>& seg = parsed->header;
    const u32 shift = seg.control.syn() ? 0 : Base::tcp().block().rcv.shift;
    const sequence_number<u32> edge = seg.ack + (seg.wnd << shift);
    if (furthest_ && before(edge, *furthest_) && *furthest_ - edge >= 1u << shift && wrong_.empty()) {
      wrong_ = "the right edge of the offered window moves left by " + std::to_string(*furthest_ - edge);
    }
    if (!furthest_ || before(*furthest_, edge)) furthest_ = edge;
    return sent;
  }

  [[nodiscard]] std::string violation() const { return wrong_.empty() ? Base::violation() : wrong_; }

 private:
  std::optional<sequence_number<u32>> furthest_{};
  std::string wrong_;
};

}  // namespace sequent::property

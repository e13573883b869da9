// The retransmission timeout and the congestion window beside their oracles, and the arithmetic of the offered window.
#include <algorithm>
#include <string>

#include "model/spec/oracles/cwnd.hpp"
#include "model/spec/oracles/rto.hpp"
#include "sequent/congestion/reno.hpp"
#include "sequent/core/transmit.hpp"
#include "sequent/recovery/rtt.hpp"
#include "tests/property/claim.hpp"
#include "tests/property/congestion/broken_congestion.hpp"

namespace sequent::property {
namespace estimates_properties {

// How far the estimator may be from the exact value, in microseconds, before back-off multiplies it.
//
// It keeps S = 8 SRTT and V = 4 RTTVAR in whole numbers. S' = S + r - floor(S / 8): each update adds an error in [0, 1)
// and keeps 7/8 of the old one, so the error of S stays in [0, 8), that of SRTT in [0, 1), and that of floor(S / 8) in
// (-1, 1). V' = V + |floor(S / 8) - r| - floor(V / 4): each update adds an error in (-1, 2) and keeps 3/4 of the old
// one, so the error of V stays in (-4, 8). RTO = floor(S / 8) + V is therefore off by less than 5 below and 9 above.
// Clamping and the maximum with G never widen a distance.
constexpr std::int64_t rounding_microseconds = 9;

/// Counts each sample twice.
struct hasty : rtt_estimator {
  using rtt_estimator::rtt_estimator;
  void sample(duration r) noexcept {
    rtt_estimator::sample(r);
    rtt_estimator::sample(r);
  }
};

/// Takes what the handshake measured for enough, though it had to be repeated.
struct trusting : rtt_estimator {
  using rtt_estimator::rtt_estimator;
  void restart_after_syn_loss() noexcept {
    if (!sampled()) rtt_estimator::restart_after_syn_loss();
  }
};

/// Does not double.
struct impatient : rtt_estimator {
  using rtt_estimator::rtt_estimator;
  void back_off() noexcept {}
};

template <class Estimator>
std::string rto_case(const drawn_case& c) {
  number_choice head(c.head);
  constexpr std::int64_t least_choices[] = {1'000'000, 200'000, 1'000, 1};
  constexpr std::int64_t grain_choices[] = {1, 1'000, 10'000};
  spec::rto_parameters exact;
  exact.least = least_choices[head.pick(4)];
  exact.granularity = grain_choices[head.pick(3)];
  // In a room of known hosts it may begin below a second.
  const auto begins = static_cast<std::int64_t>(head.pick(0x10000));
  exact.initial = begins % 4 == 0 ? std::max(exact.least, 5'000 + begins) : 1'000'000 + begins * 30;
  exact.most = 60'000'000 + static_cast<std::int64_t>(head.pick(0x10000)) * 1'000;
  exact.after_syn = std::min<std::int64_t>(3'000'000, 3 * exact.initial);
  rto_limits limits;
  limits.least = duration::microseconds(exact.least);
  limits.granularity = duration::microseconds(exact.granularity);
  limits.initial = duration::microseconds(exact.initial);
  limits.most = duration::microseconds(exact.most);
  Estimator core(limits);
  spec::rto_oracle oracle(exact);
  int doublings = 0;
  for (std::size_t i = 0; i < c.steps.size(); ++i) {
    const step& s = c.steps[i];
    constexpr std::int64_t scales[] = {1, 7, 100, 1'000, 10'000};
    switch (s[0] % 5) {
      case 3:
        core.back_off();
        oracle.expired();
        ++doublings;
        break;
      case 4:
        // The handshake ends before anything else is measured, or with timestamps measures something itself.
        if (core.sampled() || doublings == 0) continue;
        if (s[1] % 2 == 1) {
          core.sample(duration::microseconds(s[1] * 100));
          oracle.measured(s[1] * 100);
        }
        core.restart_after_syn_loss();
        oracle.established_after_timeout();
        doublings = 0;
        break;
      default: {
        const std::int64_t r = s[1] * scales[s[2] % 5];
        core.sample(duration::microseconds(r));
        oracle.measured(r);
        doublings = 0;
      }
    }
    const spec::tick_bounds expected = oracle.timeout();
    const std::int64_t tolerance = core.sampled() ? rounding_microseconds << std::min(doublings, 30) : 0;
    if (!expected.contain(core.timeout().count(), tolerance)) {
      return "step " + std::to_string(i) + ": RTO is " + std::to_string(core.timeout().count()) + " us, not " +
             std::to_string(expected.low) + " to " + std::to_string(expected.high) + " give or take " +
             std::to_string(tolerance);
    }
  }
  return {};
}

const registered rto{claim{
    // covers: rfc6298#2 rfc6298#5.5 rfc6298#5.7
    .id = "rto",
    .says = "The retransmission timeout is what RFC 6298 defines in exact arithmetic, but for rounding below 9 us "
            "times the "
            "back-off",
    .bounds =
        "samples of 0 to 655 s, time-outs between them, lower limits of 1 us to 1 s, first timeouts of 5 ms to 3 s, "
        "granularities of 1 us to 10 ms",
    .head = 4,
    .steps = 120,
    .cases = 10'000,
    .run = saying(rto_case<rtt_estimator>),
    .controls = {{"each sample counts twice", saying(rto_case<hasty>)},
                 {"the timeout is not doubled", saying(rto_case<impatient>)},
                 {"what a repeated handshake measures counts at once", saying(rto_case<trusting>)}},
}};

/// Remembers the window of each loss for ever, and gives it back.
struct forgiving : congestion::reno {
  void on_congestion(u32 flight, u32 mss, instant now) noexcept {
    largest = std::max(largest, window());
    congestion::reno::on_congestion(flight, mss, now);
  }
  void undo(u32 octets) noexcept {
    congestion::reno::undo(octets);
    set_window(std::max(window(), largest));
  }
  u32 largest = 0;
};

// One congestion control beside its oracle, told of the same events.
template <class Congestion>
class window_run {
 public:
  explicit window_run(const drawn_case& c)
      : head_(c.head),
        mss_(1 + static_cast<u32>(head_.pick(9'000))),
        syns_lost_(head_.pick(4) == 3),
        initial_(drawn_initial_window(head_)),
        oracle_(spec::cwnd_parameters{
            .smss = mss_, .recovery = spec::recovery_rule::proportional, .initial_segments = initial_}) {
    core_.start(mss_, syns_lost_, initial_);
    if (syns_lost_) oracle_.handshake_repeated(2);
  }

  /// What is wrong after the step, or nothing.
  std::string take(const step& s) {
    const u32 flight = static_cast<u32>(std::uint64_t{core_.window()} * (s[1] % 64) / 64) + 1;
    switch (s[0] % 9) {
      case 0: time_out(flight); break;
      case 1: lose(flight); break;
      case 2: steer(s); break;
      case 3: undo(flight, s); break;
      case 4: idle(); break;
      default: acknowledge(flight, s);
    }
    oracle_.claims(core_.window(), core_.threshold());
    if (!oracle_.violation().empty()) return oracle_.violation();
    if (!recovering_ && core_.window() < mss_) return "cwnd is below one segment";
    return {};
  }

 private:
  void time_out(u32 flight) {
    core_.on_timeout(flight, mss_, !repeated_, instant{});
    oracle_.timed_out(flight, repeated_);
    doubted_ = !repeated_ && !recovering_;  // one that strikes within a recovery is the same trouble
    recovering_ = false;
    repeated_ = true;
  }

  void lose(u32 flight) {
    if (recovering_) return;
    core_.on_congestion(flight, mss_, instant{});
    oracle_.enter_recovery(flight);
    recovering_ = true;
    doubted_ = true;
  }

  // Within recovery the sender's word counts; it is ended at any time.
  void steer(const step& s) {
    if (!recovering_) return;
    if (s[2] % 4 != 0) return core_.set_window(std::min<u32>(core_.window(), s[1] * 16u + 1));
    core_.leave_recovery();
    oracle_.exit_recovery();
    recovering_ = false;
    repeated_ = false;
  }

  // Only the latest reduction can turn out to have been for nothing.
  void undo(u32 flight, const step& s) {
    if (!doubted_) return;
    const u32 octets = s[2] % (2 * mss_);
    core_.undo(std::max(flight + std::min(octets, core_.initial_window(mss_)), mss_));
    oracle_.undone(flight, octets);
    recovering_ = doubted_ = repeated_ = false;
  }

  void idle() {
    if (recovering_) return;
    core_.after_idle(mss_);
    oracle_.restarted_after_idle();
  }

  void acknowledge(u32 flight, const step& s) {
    const u32 acked = 1 + s[2] % std::max(2 * mss_, 2u);
    congestion::progress p;
    p.acked = acked;
    p.mss = mss_;
    p.flight = flight;
    p.window_was_full = s[3] % 8 != 7;
    if (!recovering_) core_.on_ack(p);
    oracle_.acknowledged(acked);
    repeated_ = false;
  }

  number_choice head_;
  u32 mss_;
  bool syns_lost_;
  std::uint8_t initial_;
  Congestion core_{};
  spec::cwnd_oracle oracle_;
  bool recovering_ = false;
  bool repeated_ = false;  // the segment that timed out has not been acknowledged yet
  bool doubted_ = false;
};

template <class Congestion>
std::string cwnd_case(const drawn_case& c) {
  window_run<Congestion> run(c);
  for (std::size_t i = 0; i < c.steps.size(); ++i) {
    const std::string wrong = run.take(c.steps[i]);
    if (!wrong.empty()) return "step " + std::to_string(i) + ": " + wrong;
  }
  return {};
}

const registered cwnd{claim{
    // covers: congestion-policy rfc5681#3.1 rfc5681#4.1 rfc6582#3.2 rfc6928#2 rfc4015#3.2
    .id = "congestion-window",
    .says = "NewReno's window is never above what RFC 5681, 6582, 6928 and 4015 allow, nor below one segment outside "
            "of recovery",
    .bounds =
        "segment sizes of 1 to 9000 octets, initial windows of 1 to 64 segments, at most 200 acknowledgments, losses, "
        "time-outs, spurious ones and pauses in any order",
    .head = 4,
    .steps = 200,
    .cases = 10'000,
    .run = saying(cwnd_case<congestion::reno>),
    .controls = {{"a timeout does not collapse the window", saying(cwnd_case<shameless>)},
                 {"congestion avoidance grows like slow start", saying(cwnd_case<exponential>)},
                 {"undoing gives back the largest window there ever was", saying(cwnd_case<forgiving>)}},
}};

using offering = window_offer<u32> (*)(const receive_variables<u32>&, u32, u32, bool);

window_offer<u32> production_offer(const receive_variables<u32>& rcv, u32 room, u32 worthwhile, bool unscaled) {
  return offer_window(rcv, room, worthwhile, unscaled);
}
/// Offers what there is room for, also when that is less than was offered before.
window_offer<u32> shrinking_offer(const receive_variables<u32>& rcv, u32 room, u32, bool unscaled) {
  const u32 shift = unscaled ? 0 : rcv.shift;
  const u32 field = std::min(room >> shift, 0xffffu);
  return {field, field << shift};
}
/// Rounds the scaled field up.
window_offer<u32> generous_offer(const receive_variables<u32>& rcv, u32 room, u32 worthwhile, bool unscaled) {
  window_offer<u32> offer = offer_window(rcv, room, worthwhile, unscaled);
  if (!unscaled && rcv.shift != 0 && offer.field != 0xffff) ++offer.field;
  return offer;
}

template <offering Offer>
std::string offer_case(const drawn_case& c) {
  number_choice head(c.head);
  receive_variables<u32> rcv;
  rcv.shift = static_cast<u32>(head.pick(15));
  const u32 most = 0xffffu << rcv.shift;
  const u32 capacity = head.word() % most + 1;
  rcv.wnd = std::min(capacity, head.word() % most);
  const u32 room = std::max(rcv.wnd, head.word() % (capacity + 1));
  const u32 worthwhile = 1 + head.word() % 70'000;
  const bool unscaled = head.pick(8) == 7;
  const auto offer = Offer(rcv, room, worthwhile, unscaled);
  const u32 shift = unscaled ? 0 : rcv.shift;
  const u32 told = offer.field << shift;
  if (offer.field > 0xffff) return "the field is more than sixteen bits";
  if (told > offer.wnd) return "more is told than is believed";
  if (offer.wnd < rcv.wnd) return "the right edge moves left";
  if (offer.wnd > room) return "more is offered than there is room for";
  if (offer.field != 0xffff && offer.wnd - told >= 1u << shift) return "more is lost than rounding explains";
  if (offer.wnd > rcv.wnd && room - rcv.wnd < worthwhile) return "a silly window is offered";
  return {};
}

const registered offers{claim{
    // covers: MUST-39 SHLD-14 rfc7323#2.4
    .id = "window-offer",
    .says =
        "The offered window never takes back what was offered, never exceeds the room, loses less than one unit of its "
        "scale, and does not open by silly amounts (SHLD-14, MUST-39)",
    .bounds = "all scales, windows and rooms up to 2^30 octets",
    .head = 12,
    .cases = 40'000,
    .run = saying(offer_case<production_offer>),
    .controls = {{"the window follows the room back", saying(offer_case<shrinking_offer>)},
                 {"the field is rounded up", saying(offer_case<generous_offer>)}},
}};

}  // namespace estimates_properties
}  // namespace sequent::property

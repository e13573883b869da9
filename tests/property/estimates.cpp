// The retransmission timeout and the congestion window beside their oracles, and the arithmetic of the offered window.
#include <algorithm>
#include <string>

#include "model/spec/oracle_cwnd.hpp"
#include "model/spec/oracle_rto.hpp"
#include "sequent/congestion/reno.hpp"
#include "sequent/rtt.hpp"
#include "sequent/transmit.hpp"
#include "tests/property/broken_congestion.hpp"
#include "tests/property/claim.hpp"

namespace sequent::property {
namespace {

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
  exact.initial = 1'000'000 + static_cast<std::int64_t>(head.pick(0x10000)) * 30;
  exact.most = 60'000'000 + static_cast<std::int64_t>(head.pick(0x10000)) * 1'000;
  exact.after_syn = 3'000'000;
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
        // The handshake ends before anything else is measured.
        if (core.sampled() || doublings == 0) continue;
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
    .id = "rto",
    .says = "The retransmission timeout is what RFC 6298 defines in exact arithmetic, but for rounding below 9 us "
            "times the "
            "back-off",
    .bounds =
        "samples of 0 to 655 s, time-outs between them, lower limits of 1 us to 1 s, granularities of 1 us to 10 ms",
    .head = 4,
    .steps = 120,
    .cases = 10'000,
    .run = saying(rto_case<rtt_estimator>),
    .controls = {{"each sample counts twice", saying(rto_case<hasty>)},
                 {"the timeout is not doubled", saying(rto_case<impatient>)}},
}};

template <class Congestion>
std::string cwnd_case(const drawn_case& c) {
  number_choice head(c.head);
  const u32 mss = 1 + static_cast<u32>(head.pick(9'000));
  const bool syn_lost = head.pick(4) == 3;
  Congestion core;
  core.start(mss, syn_lost);
  spec::cwnd_oracle oracle(spec::cwnd_parameters{.smss = mss});  // with byte counting
  if (syn_lost) oracle.handshake_repeated();
  bool recovering = false;
  bool repeated = false;  // the segment that timed out has not been acknowledged yet
  for (std::size_t i = 0; i < c.steps.size(); ++i) {
    const step& s = c.steps[i];
    const u32 flight = core.window() == 0 ? mss : static_cast<u32>(std::uint64_t{core.window()} * (s[1] % 64) / 64) + 1;
    const u32 acked = 1 + s[2] % std::max(4 * mss, 2u);
    switch (s[0] % 8) {
      case 0:
        core.on_timeout(flight, mss, !repeated, {});
        oracle.timed_out(flight, repeated);
        recovering = false;
        repeated = true;
        break;
      case 1:
        if (recovering) break;
        core.on_congestion(flight, mss, {});
        oracle.enter_recovery(flight);
        recovering = true;
        break;
      case 2:
        if (!recovering) break;
        core.leave_recovery();
        oracle.exit_recovery();
        recovering = false;
        break;
      default:
        if (recovering) {
          core.set_window(std::min(core.window(), core.threshold()));  // the sender's word
          break;
        }
        core.on_ack({.acked = acked, .mss = mss, .flight = core.window(), .window_was_full = s[3] % 8 != 7});
        oracle.acknowledged(acked);
        repeated = false;
    }
    // While a recovery lasts the window is the sender's.
    if (recovering) continue;
    // One segment of difference: see watched_end.hpp.
    if (core.window() > oracle.window() + mss) {
      return "step " + std::to_string(i) + ": cwnd is " + std::to_string(core.window()) + ", more than " +
             std::to_string(oracle.window());
    }
    if (core.window() < mss) return "step " + std::to_string(i) + ": cwnd is below one segment";
  }
  return {};
}

const registered cwnd{claim{
    .id = "congestion-window",
    .says = "NewReno's window is never a segment above what RFC 5681, 3465 and 6928 allow, nor below one segment",
    .bounds = "segment sizes of 1 to 9000 octets, at most 200 acknowledgments, time-outs and recoveries in any order",
    .head = 2,
    .steps = 200,
    .cases = 10'000,
    .run = saying(cwnd_case<congestion::reno>),
    .controls = {{"a timeout does not collapse the window", saying(cwnd_case<shameless>)},
                 {"congestion avoidance grows like slow start", saying(cwnd_case<exponential>)}},
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

}  // namespace
}  // namespace sequent::property

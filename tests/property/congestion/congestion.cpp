// CUBIC and HyStart++ beside their oracles, and CUBIC's arithmetic.
#include <algorithm>
#include <cmath>
#include <string>

#include "model/spec/oracles/cubic.hpp"
#include "model/spec/oracles/cwnd.hpp"
#include "model/spec/oracles/hystart.hpp"
#include "sequent/congestion/cubic.hpp"
#include "tests/property/claim.hpp"
#include "tests/property/congestion/broken_congestion.hpp"

namespace sequent::property {
namespace congestion_properties {

using congestion::progress;

instant at(std::int64_t microseconds) { return instant::from_microseconds(microseconds); }
double seconds(std::int64_t microseconds) { return static_cast<double>(microseconds) * 1e-6; }

// How far CUBIC's window may be from the exact one: three segments, one part in a thousand, and one segment more for
// each reduction that was undone.
//
// W_est grows by whole segments and so does the window in the cubic regions, so either lags by less than one. W_est
// grows by what is acknowledged over cwnd, so a window that lags by one moves it by at most one more, in the other
// direction; and it turns to alpha = 1 where it regains what was lost, up to one segment earlier or later. K is rounded
// down to 1/1024 s, so W_cubic is above the exact one by at most 3 C K^2 / 1024 s segments: since C K^3 is at most 0.3
// W_max that is below W_max / 1000 for all K above 0.9 s, and a hundredth of a segment for all others; the cube loses
// less than a segment in 2^11 s. An undone reduction forgets less than a segment that W_est had grown by.
double tolerance(double window, u32 mss, int undone) { return (3.0 + undone) * mss + window / 1000; }

// One side of the comparison: a run of acknowledgments, events, and what is known in between.
template <class Control>
class cubic_run {
 public:
  explicit cubic_run(const drawn_case& c)
      : head_(c.head),
        mss_(64 + static_cast<u32>(head_.pick(9'000))),
        initial_(drawn_initial_window(head_)),
        oracle_(mss_, initial_window()) {
    core_.start(mss_, false, initial_);
    now_ = static_cast<std::int64_t>(head_.word()) * 1'000;  // the lowest 32 bits wrap on the way
  }

  // What is wrong after the step, or nothing.
  std::string take(const step& s) {
    constexpr std::int64_t trips[] = {50, 1'000, 20'000, 100'000, 300'000, 2'000'000};
    rtt_ = trips[s[3] % 6] + s[3] % 50;
    switch (s[0] % 12) {
      case 0: return congestion(s);
      case 1: return timeout(s);
      case 2: return undo(s);
      case 3: return idle();
      default: return acknowledge(s);
    }
  }

 private:
  [[nodiscard]] std::int64_t initial_window() const { return spec::cwnd_oracle::initial_window(mss_, initial_); }

  // The two may differ by what is tolerated; from here on they start from the same window again.
  void align() { oracle_.set_window(core_.window()); }

  u32 flight(const step& s) const {
    return static_cast<u32>(std::uint64_t{core_.window()} * (32 + s[1] % 33) / 64) + 1;  // half to all of it
  }

  std::string congestion(const step& s) {
    align();
    // Fast convergence asks whether cwnd is below W_max: where that hangs on a rounded octet either answer is right.
    if (std::abs(oracle_.w_max() - oracle_.window()) <= 2) return {};
    before_ = core_.window();
    const u32 outstanding = flight(s);
    core_.on_congestion(outstanding, mss_, at(now_));
    if (s[2] % 8 == 5) {  // an echo: the window is what it leaves of the flight, which may be a single segment
      core_.leave_recovery();
      core_.set_window(std::min(core_.window(), std::max(Control::reduced(outstanding), mss_)));
      oracle_.congestion_echoed(outstanding);
      return check();
    }
    oracle_.congestion(outstanding);
    if (core_.threshold() < 2 * mss_) return "ssthresh is below two segments";
    if (std::abs(core_.threshold() - oracle_.threshold()) > 1) return "ssthresh is not 0.7 of the flight";
    if (s[2] % 8 == 4) return undo(s);  // before the sender has lowered anything
    core_.set_window(core_.window() / 2 + 1);
    align();
    if (s[2] % 4 == 0) return {};
    core_.leave_recovery();
    oracle_.recovered();
    return check();
  }

  std::string timeout(const step& s) {
    align();
    const bool again = s[2] % 4 == 0 && timed_out_;
    const u32 outstanding = flight(s);
    if (!again) before_ = core_.window();
    core_.on_timeout(outstanding, mss_, !again, at(now_));
    oracle_.timed_out(outstanding, again);
    timed_out_ = true;
    if (core_.window() != mss_) return "a timeout leaves more than one segment";
    return check();
  }

  std::string undo(const step& s) {
    align();
    ++undone_;
    const u32 octets = static_cast<u32>(std::uint64_t{before_} * (32 + s[1] % 33) / 64);
    core_.undo(octets);
    oracle_.undone(octets);
    const double threshold = std::min(oracle_.threshold(), static_cast<double>(congestion::largest_window));
    if (std::abs(core_.threshold() - threshold) > 1) return "ssthresh is not what it was";
    return check();
  }

  std::string idle() {
    align();
    core_.after_idle(mss_);
    oracle_.restarted_after_idle(initial_window());
    now_ += 3 * rtt_;
    // The clock begins to count again with the first acknowledgment after the pause, in both.
    return acknowledge({4, 0, 7, 0}, true);
  }

  std::string acknowledge(const step& s, bool limited = false) {
    const int runs = limited ? 1 : 1 + s[1] % 128;
    const u32 octets = std::min(core_.window(), mss_ / 2 + s[2] % (4 * mss_));
    limited = limited || s[2] % 8 == 7;
    for (int i = 0; i != runs; ++i) {
      now_ += s[3] % (i % 16 == 15 ? 2 : 16) == 0 ? rtt_ : rtt_ / 16;
      progress p;
      p.acked = octets;
      p.mss = mss_;
      p.flight = core_.window();
      p.window_was_full = !limited;
      p.now = at(now_);
      p.smoothed = duration::microseconds(rtt_);
      const u32 before = core_.window();
      const bool slow_start = core_.in_slow_start();
      const Control previous = core_;
      core_.on_ack(p);
      oracle_.acknowledged(octets, seconds(now_), seconds(rtt_), limited, after_timeout() ? 1 : 2);
      if (!slow_start && !limited) decide(previous);
      if (core_.window() < before) return "an acknowledgment shrinks the window";
      if (limited && core_.window() != before) return "the window grows although it is not in use";
      if (!slow_start && core_.window() > before + before / 2 + mss_) return "the window grows by more than a half";
      if (std::string wrong = check(); !wrong.empty()) return wrong;
    }
    timed_out_ = false;
    return {};
  }

  [[nodiscard]] bool after_timeout() const { return core_.repairs_timeout(); }

  // Where W_est and W_cubic(t) are as close as rounding, the RFC's window may be either: it is the one that the core
  // took. In the Reno-friendly region its window grows to W_est or not at all; otherwise it, or the credit for it,
  // grows.
  void decide(const Control& before) {
    if (std::abs(oracle_.latest_choice().ahead) > tolerance(oracle_.window(), mss_, undone_)) return;
    const auto now = core_.stage();
    const bool reno =
        core_.window() != before.window() ? core_.window() == now.w_est : now.credit <= before.stage().credit;
    oracle_.choose(reno);
  }

  std::string check() const {
    const double exact = std::min(oracle_.window(), 1.0 * congestion::largest_window);
    if (std::abs(core_.window() - exact) <= tolerance(exact, mss_, undone_)) return {};
    return "cwnd is " + std::to_string(core_.window()) + ", not " + std::to_string(exact) + " (mss " +
           std::to_string(mss_) + ", W_max " + std::to_string(oracle_.w_max()) + ")";
  }

  number_choice head_;
  u32 mss_;
  std::uint8_t initial_;
  Control core_{};
  spec::cubic_oracle oracle_;
  std::int64_t now_ = 0;
  std::int64_t rtt_ = 1'000;
  bool timed_out_ = false;
  u32 before_ = 0;  // the window before the latest reduction
  int undone_ = 0;
};

template <class Control>
std::string cubic_case(const drawn_case& c) {
  cubic_run<Control> run(c);
  for (std::size_t i = 0; i < c.steps.size(); ++i) {
    const std::string wrong = run.take(c.steps[i]);
    if (!wrong.empty()) return "step " + std::to_string(i) + ": " + wrong;
  }
  return {};
}

const registered cubic_window{claim{
    // covers: rfc9438#4.2 rfc9438#4.3 rfc9438#4.6 rfc9438#4.7 rfc9438#4.8 rfc9438#4.9
    .id = "cubic-window",
    .says = "CUBIC's window is that of RFC 9438 in exact arithmetic, but for three segments and a part in a thousand; "
            "acknowledgments never shrink it, and ssthresh is never below two segments",
    .bounds =
        "segment sizes of 64 to 9063 octets, initial windows of 1 to 64 segments, round trips of 50 us to 2 s, at most "
        "100 runs of up to 128 "
        "acknowledgments, "
        "losses, time-outs, undone reductions and pauses in any order, acknowledgments at most two round trips apart",
    .head = 5,
    .steps = 100,
    .cases = 2'000,
    .run = saying(cubic_case<congestion::cubic_without_hystart>),
    .controls = {{"W_max is what fast convergence leaves of ssthresh", saying(cubic_case<short_of_plateau>)},
                 {"time passes although the window is not in use", saying(cubic_case<idle_clock>)},
                 {"a loss halves", saying(cubic_case<halving_cubic>)}},
}};

template <class Watch>
std::string hystart_case(const drawn_case& c) {
  number_choice head(c.head);
  const u32 mss = 1 + static_cast<u32>(head.pick(9'000));
  const sequence_number<u32> iss(head.word());
  const std::int64_t base = 1'000 + static_cast<std::int64_t>(head.pick(200'000));
  Watch core;
  spec::hystart_oracle oracle(mss);
  std::int64_t una = 0;
  std::int64_t nxt = std::int64_t{10} * mss;
  for (std::size_t i = 0; i < c.steps.size(); ++i) {
    const step& s = c.steps[i];
    for (int n = s[0] % 24; n >= 0; --n) {
      const std::int64_t octets = std::min(nxt - una, std::int64_t{1} + s[1] % (10 * mss));
      una += octets;
      nxt += octets + s[2] % (2 * mss);
      const std::int64_t rtt = base + s[3] % 32 * (base / 64) + n;
      const bool sampled = s[2] % 8 != 7;
      progress p;
      p.acked = static_cast<u32>(octets);
      p.mss = mss;
      if (sampled) p.round_trip = duration::microseconds(rtt);
      p.una = iss + static_cast<u32>(una);
      p.nxt = iss + static_cast<u32>(nxt);
      const u32 growth = core.on_ack(p);
      const double exact = oracle.acknowledged(octets, sampled ? rtt : -1, una, nxt);
      if (growth != static_cast<u32>(exact)) {
        return "step " + std::to_string(i) + ": cwnd grows by " + std::to_string(growth) + ", not " +
               std::to_string(exact);
      }
      if (static_cast<int>(core.now()) != static_cast<int>(oracle.now())) {
        return "step " + std::to_string(i) + ": it is in another phase than the RFC";
      }
      if (core.now() == congestion::hystart::phase::ended) return {};
    }
  }
  return {};
}

const registered rounds{claim{
    // covers: rfc9406#4.2
    .id = "hystart",
    .says = "HyStart++ changes its phase at the very acknowledgment, and grows by the very octets, that RFC 9406 says",
    .bounds = "segment sizes of 1 to 9000 octets, round trips of 1 to 300 ms that rise and fall, at most 4800 "
              "acknowledgments with and without samples, sequence numbers from anywhere",
    .head = 4,
    .steps = 200,
    .cases = 4'000,
    .run = saying(hystart_case<congestion::hystart>),
    .controls = {{"every other sample is lost", saying(hystart_case<half_deaf>)},
                 {"each acknowledgment is a round", saying(hystart_case<restless>)}},
}};

using growing = std::uint64_t (*)(std::uint64_t, std::uint64_t);

std::uint64_t production_growth(std::uint64_t us, std::uint64_t mss) { return congestion::cubic_growth(us, mss); }
/// Takes the cube of whole milliseconds.
std::uint64_t coarse_growth(std::uint64_t us, std::uint64_t mss) {
  return congestion::cubic_growth(us / 1'000 * 1'000, mss);
}
/// Lets the cube overflow.
std::uint64_t narrow_growth(std::uint64_t us, std::uint64_t mss) {
  return congestion::cubic_growth(us, mss) & 0xffff'ffffu;
}

template <growing Growth>
std::string growth_case(const drawn_case& c) {
  number_choice head(c.head);
  const std::uint64_t us = (head.word() & 0x7fff'ffffu) >> head.pick(20);
  const std::uint64_t mss = 1 + head.pick(65'535);
  const double t = static_cast<double>(us) * 1e-6;
  const double exact = 0.4 * t * t * t * static_cast<double>(mss);
  const auto growth = static_cast<double>(Growth(us, mss));
  // The rounding of t to 1/2^16 s, of its square to 1/2^10 s^2 and of the cube to 1/2^12 s^3: see the derivative.
  const double m = static_cast<double>(mss);
  const double below = 1 + m * (1.2 * t * t / 65'536 + 0.4 * t / 1'024 + 0.4 / 4'096);
  if (growth > exact * (1 + 1e-8)) return "more than C t^3: " + std::to_string(growth) + " > " + std::to_string(exact);
  if (growth < exact * (1 - 1e-8) - below) {
    return "less than C t^3: " + std::to_string(growth) + " < " + std::to_string(exact);
  }
  if (us < 0x7fff'ffffu && Growth(us + 1, mss) < Growth(us, mss)) return "it falls with time";
  const u32 k =
      static_cast<u32>(congestion::time_to_plateau(static_cast<u32>(us & 0x3fff'ffffu), static_cast<u32>(mss)));
  const double exact_k = std::cbrt(static_cast<double>(us & 0x3fff'ffffu) / m / 0.4) * 1e6;
  if (k > exact_k + 1 || k < exact_k - 978) {
    return "K is " + std::to_string(k) + " us, not " + std::to_string(exact_k);
  }
  return {};
}

const registered growth{claim{
    // covers: rfc9438#4.2
    .id = "cubic-arithmetic",
    .says = "C t^3 and K in whole numbers are the exact ones but for the rounding of their units, never above, and "
            "C t^3 never falls with time",
    .bounds = "times below 2^31 us, windows up to 2^30 octets below the plateau, segment sizes of 1 to 65535 octets",
    .head = 4,
    .steps = 0,
    .cases = 50'000,
    .run = saying(growth_case<production_growth>),
    .controls = {{"time is counted in milliseconds", saying(growth_case<coarse_growth>)},
                 {"the result has 32 bits", saying(growth_case<narrow_growth>)}},
}};

}  // namespace congestion_properties
}  // namespace sequent::property

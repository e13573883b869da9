// CUBIC and HyStart++ beside their oracles, the cube root, window validation and pacing.
#include <algorithm>
#include <cmath>
#include <deque>
#include <string>

#include "model/spec/oracle_cubic.hpp"
#include "model/spec/oracle_hystart.hpp"
#include "sequent/congestion/cubic.hpp"
#include "sequent/congestion/validation.hpp"
#include "sequent/pacing.hpp"
#include "tests/property/broken_congestion.hpp"
#include "tests/property/claim.hpp"

namespace sequent::property {
namespace {

using congestion::progress;

instant at(std::int64_t microseconds) { return instant::from_microseconds(microseconds); }
double seconds(std::int64_t microseconds) { return static_cast<double>(microseconds) * 1e-6; }

// How far CUBIC's window may be from the exact one: one segment, and one part in a thousand.
//
// W_est grows by whole segments, so it lags by less than one; in the other regions the window waits until a whole
// segment is due, so it lags by less than one there too, and at any time one of the two is the window. K is rounded
// down to 1/1024 s, so W_cubic is above the exact one by at most 3 C K^2 / 1024 s segments, and since C K^3 is at most
// 0.3 W_max that is below W_max / 1000 for all K above 0.9 s, and a hundredth of a segment for all others; the cube
// loses less than a segment in 2^11 s.
double tolerance(double window, u32 mss) { return 3.0 * mss + window / 1000; }

// One side of the comparison: a run of acknowledgments, events, and what is known in between.
template <class Control>
class cubic_run {
 public:
  explicit cubic_run(const drawn_case& c)
      : head_(c.head), mss_(64 + static_cast<u32>(head_.pick(9'000))), oracle_(mss_, Control::initial_window(mss_)) {
    core_.start(mss_, false);
    now_ = static_cast<std::int64_t>(head_.word()) * 1'000;  // the lowest 32 bits wrap on the way
  }

  // What is wrong after the step, or nothing.
  std::string take(const step& s) {
    constexpr std::int64_t trips[] = {50, 1'000, 20'000, 100'000, 300'000, 2'000'000};
    rtt_ = trips[s[3] % 6] + s[3] % 50;
    switch (s[0] % 12) {
      case 0: return congestion(s);
      case 1: return timeout(s);
      case 2: return undo();
      case 3: return idle();
      default: return acknowledge(s);
    }
  }

 private:
  // The two may differ by what is tolerated; from here on they start from the same window again.
  void align() { oracle_.set_window(core_.window()); }

  u32 flight(const step& s) const {
    return static_cast<u32>(std::uint64_t{core_.window()} * (32 + s[1] % 33) / 64) + 1;  // half to all of it
  }

  std::string congestion(const step& s) {
    align();
    // Fast convergence asks whether cwnd is below W_max: where that hangs on a rounded octet either answer is right.
    if (std::abs(oracle_.w_max() - oracle_.window()) <= 2) return {};
    core_.on_congestion(flight(s), mss_, at(now_));
    oracle_.congestion(flight(s));
    if (core_.threshold() < 2 * mss_) return "ssthresh is below two segments";
    if (std::abs(core_.threshold() - oracle_.threshold()) > 1) return "ssthresh is not 0.7 of the flight";
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
    core_.on_timeout(outstanding, mss_, !again, at(now_));
    oracle_.timed_out(outstanding, again);
    timed_out_ = true;
    if (core_.window() != mss_) return "a timeout leaves more than one segment";
    return check();
  }

  std::string undo() {
    align();
    ++slack_;  // the part of a segment that W_est had grown by is not remembered
    core_.undo();
    oracle_.undone();
    return check();
  }

  std::string idle() {
    align();
    core_.after_idle(mss_);
    oracle_.restarted_after_idle(Control::initial_window(mss_));
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
    if (std::abs(oracle_.latest_choice().ahead) > tolerance(oracle_.window(), mss_) + slack_ * mss_) return;
    const auto now = core_.stage();
    const bool reno =
        core_.window() != before.window() ? core_.window() == now.w_est : now.credit <= before.stage().credit;
    oracle_.choose(reno);
  }

  std::string check() const {
    const double exact = std::min(oracle_.window(), 1.0 * congestion::largest_window);
    if (std::abs(core_.window() - exact) <= tolerance(exact, mss_) + slack_ * mss_) return {};
    return "cwnd is " + std::to_string(core_.window()) + ", not " + std::to_string(exact) + " (mss " +
           std::to_string(mss_) + ", W_max " + std::to_string(oracle_.w_max()) + ")";
  }

  number_choice head_;
  u32 mss_;
  Control core_{};
  spec::cubic_oracle oracle_;
  std::int64_t now_ = 0;
  std::int64_t rtt_ = 1'000;
  bool timed_out_ = false;
  double slack_ = 0;  // segments
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
    .id = "cubic-window",
    .says = "CUBIC's window is that of RFC 9438 in exact arithmetic, but for one segment and a part in a thousand; "
            "acknowledgments never shrink it, and ssthresh is never below two segments",
    .bounds =
        "segment sizes of 64 to 9063 octets, round trips of 50 us to 2 s, at most 100 runs of up to 128 "
        "acknowledgments, "
        "losses, time-outs, undone reductions and pauses in any order, acknowledgments at most two round trips apart",
    .head = 3,
    .steps = 100,
    .cases = 2'000,
    .run = saying(cubic_case<congestion::cubic_without_hystart>),
    .controls = {{"W_max is what fast convergence leaves of ssthresh", saying(cubic_case<short_of_plateau>)},
                 {"time passes although the window is not in use", saying(cubic_case<idle_clock>)},
                 {"a loss halves", saying(cubic_case<halving_cubic>)}},
}};

}  // namespace
}  // namespace sequent::property

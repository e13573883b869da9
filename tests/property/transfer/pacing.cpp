// What may leave in a stretch of time, and how much of a window is in use.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "sequent/congestion/validation.hpp"
#include "sequent/transfer/pacing.hpp"
#include "tests/property/claim.hpp"

namespace sequent::property {
namespace pacing_properties {

instant at(std::int64_t microseconds) { return instant::from_microseconds(microseconds); }

/// Lets everything go at once.
struct unpaced : pacer {
  [[nodiscard]] instant earliest(instant now) const noexcept { return now; }
};

/// Counts half of what leaves.
struct half_counting : pacer {
  void sent(u32 octets, instant now) noexcept { pacer::sent(octets / 2, now); }
};

/// Saves up what was not sent in silence.
struct saving : pacer {
  void sent(u32 octets, instant now) noexcept {
    if (begun) return pacer::sent(octets, latest + (now - latest) / 2), void(latest = now);
    begun = true;
    latest = now;
    pacer::sent(octets, now);
  }
  bool begun = false;
  instant latest{};
};

// A pacer whose rate is set once, and one that sends as much and as early as it may, or later.
template <class Pacer>
std::string pacing_case(const drawn_case& c) {
  number_choice head(c.head);
  const u32 mss = 64 + static_cast<u32>(head.pick(9'000));
  const u32 cwnd = mss + head.word() % (u32{1} << (12 + head.pick(18)));
  const std::int64_t rtt = 20 + static_cast<std::int64_t>(head.pick(0x10000)) * (head.pick(4) == 3 ? 30 : 1);
  const bool slow_start = head.pick(2) == 1;
  Pacer core;
  core.update(cwnd, duration::microseconds(rtt), mss, slow_start);
  // Octets in a microsecond. The pacer keeps the time of an octet in 1/2^24 us, rounded down.
  const double exact = (slow_start ? 2.0 : 1.25) * cwnd / static_cast<double>(rtt);
  const double rate = 1 / (std::floor(16'777'216 / exact) / 16'777'216);
  std::int64_t now = static_cast<std::int64_t>(head.word()) * 1'000;
  std::vector<std::pair<std::int64_t, double>> sent;  // when, and how much before it
  double total = 0;
  for (std::size_t i = 0; i < c.steps.size(); ++i) {
    const step& s = c.steps[i];
    if (s[0] % 8 == 0) now += s[3] % 4 == 0 ? s[1] * 16 : s[1] % 64;
    const instant due = core.earliest(at(now));
    if (due < at(now)) return "step " + std::to_string(i) + ": a time that has passed";
    if (due - at(now) > core.time_of(core.quantum()) + duration::microseconds(2)) {
      return "step " + std::to_string(i) + ": it waits for longer than a run takes";
    }
    now = due.microseconds();
    const u32 octets = s[2] % 2 == 0 ? core.quantum() : 1 + s[2] % core.quantum();
    core.sent(octets, at(now));
    sent.emplace_back(now, total);
    total += octets;
    for (const auto& [since, before] : sent) {
      const double allowed = core.burst() + rate * static_cast<double>(now - since);
      if (total - before > allowed + 1) {
        return "step " + std::to_string(i) + ": " + std::to_string(total - before) + " octets in " +
               std::to_string(now - since) + " us, more than " + std::to_string(allowed);
      }
    }
  }
  return {};
}

const registered pacing{claim{
    // covers: pacing
    .id = "pacing",
    .says = "In any stretch of time no more leaves than a burst and what the rate sends, and nothing waits for longer "
            "than one run takes at the rate",
    .bounds = "segment sizes of 64 to 9063 octets, windows up to 2^30 octets, round trips of 20 us to 2 s, at most 150 "
              "runs of any length up to the quantum",
    .head = 9,
    .steps = 150,
    .cases = 4'000,
    .run = saying(pacing_case<pacer>),
    .controls = {{"nothing is held back", saying(pacing_case<unpaced>)},
                 {"half of what leaves is counted", saying(pacing_case<half_counting>)},
                 {"silence is saved up", saying(pacing_case<saving>)}},
}};

using congestion::window_validation;

/// Measures over four round trips.
struct slow_measuring : window_validation {
  void on_ack(u32 acked, instant now, duration smoothed) noexcept {
    window_validation::on_ack(acked, now, smoothed * 4);
  }
};

/// Forgets nothing.
struct unforgetting : window_validation {
  [[nodiscard]] std::optional<u32> pipe_ack(instant now) const noexcept {
    const std::optional<u32> measured = window_validation::pipe_ack(now);
    most = std::max(most, measured.value_or(0));
    return measured ? std::optional(most) : std::nullopt;
  }
  mutable u32 most = 0;
};

// RFC 7661 section 4.2: what was acknowledged in any one round trip that ended within the sampling period bounds
// pipeACK from above; and what was acknowledged in every round trip of the latest half of it, from below.
struct acknowledged {
  std::int64_t when = 0;
  double octets = 0;
};

template <class Validation>
std::string validation_case(const drawn_case& c) {
  number_choice head(c.head);
  const std::int64_t rtt = 1'000 + static_cast<std::int64_t>(head.pick(0x10000)) * 10;
  const std::int64_t period = std::max<std::int64_t>(3 * rtt, 1'000'000);
  std::int64_t now = static_cast<std::int64_t>(head.word()) * 1'000;
  Validation core;
  core.start(at(now));
  std::vector<acknowledged> all;
  for (std::size_t i = 0; i < c.steps.size(); ++i) {
    const step& s = c.steps[i];
    for (int n = s[0] % 16; n >= 0; --n) {
      now += s[1] % 8 == 7 ? s[1] * 64 : rtt * (s[1] % 64) / 256;
      const u32 octets = 1 + s[2];
      core.on_ack(octets, at(now), duration::microseconds(rtt));
      all.push_back({now, static_cast<double>(octets)});
    }
    now += s[3] % 4 == 3 ? s[3] * 64 : 0;
    const auto measured = core.pipe_ack(at(now));
    if (!measured) continue;
    double most = 0;
    double within = 0;
    for (std::size_t first = 0, last = 0; last < all.size(); ++last) {
      within += all[last].octets;
      while (all[last].when - all[first].when >= rtt) within -= all[first++].octets;
      if (all[last].when >= now - period - rtt) most = std::max(most, within);
    }
    if (*measured > most) {
      return "step " + std::to_string(i) + ": pipeACK is " + std::to_string(*measured) + ", more than " +
             std::to_string(most);
    }
    const u32 cwnd = *measured * 2 + 2;
    if (core.validated(cwnd + 2, at(now)) || !core.validated(*measured * 2, at(now))) return "the phase is wrong";
  }
  return {};
}

const registered validation{claim{
    // covers: rfc7661#4.1 rfc7661#4.2
    .id = "window-validation",
    .says = "pipeACK never exceeds what was acknowledged within one round trip of the sampling period, and a window of "
            "more than twice as much is not validated",
    .bounds = "round trips of 1 to 656 ms, at most 960 acknowledgments of 1 to 65536 octets, pauses of up to 4 s",
    .head = 3,
    .steps = 60,
    .cases = 4'000,
    .run = saying(validation_case<window_validation>),
    .controls = {{"it is measured over four round trips", saying(validation_case<slow_measuring>)},
                 {"the most ever measured stands", saying(validation_case<unforgetting>)}},
}};

}  // namespace pacing_properties
}  // namespace sequent::property

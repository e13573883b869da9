// Whole runs of two production ends over a path, in virtual time: every segment has a reason, and the end comes.
#include <algorithm>
#include <cstdint>
#include <string>

#include "sequent/congestion/reno.hpp"
#include "tests/path/drawn_path.hpp"
#include "tests/property/claim.hpp"
#include "tests/property/congestion/broken_congestion.hpp"

namespace sequent::property {
namespace paths_properties {

// What is wrong with the run as a whole.
std::string judged(const path::path_setting& s, const path::path_result& r) {
  if (!r.why.empty()) return r.why;
  // The last acknowledgment may be lost until the other end is gone.
  if (!r.finished && (r.read[1] != s.application[0].writes || r.read[0] != s.application[1].writes)) {
    return "the run does not come to its end: " + std::to_string(r.read[1]) + " of " +
           std::to_string(s.application[0].writes) + " octets were read";
  }
  const std::uint64_t probes_sent = r.reasons[0][static_cast<std::size_t>(spec::reason::tail_probe)];
  // RACK may take a segment for lost while acknowledgments queue for longer than the reordering window.
  if (path::loses_only(s) && r.timeouts[0] == 0 && r.needless[0] > probes_sent + r.drops[0] + 1) {
    return std::to_string(r.needless[0]) + " segments of end 0 had arrived before, where " +
           std::to_string(r.drops[0]) + " were lost and " + std::to_string(probes_sent) + " were probes";
  }
  const bool refuses = s.application[0].reads_every + s.application[1].reads_every != 0;  // a probe of a closed window
  if (!path::calm(s) || refuses || r.drops[0] + r.drops[1] != 0) return {};
  for (std::size_t i = 0; i != 2; ++i) {
    // A probe may go while acknowledgments queue for longer than the round trip was (RFC 8985 section 7.2).
    const std::uint64_t probes = r.reasons[i][static_cast<std::size_t>(spec::reason::tail_probe)];
    if (r.again[i] > probes) {
      return "end " + std::to_string(i) + " sends " + std::to_string(r.again[i] - probes) +
             " segments again beside probes, and nothing was lost or late";
    }
  }
  return {};
}

// How long it took beside what the path explains, where the timer did not expire.
std::string judged_in_time(const path::path_setting& s, const path::path_result& r) {
  const double most = path::longest(s, r.reductions[0] + r.reductions[1]);
  if (r.timeouts[0] + r.timeouts[1] != 0 || static_cast<double>(r.took) / 1e9 <= most) return judged(s, r);
  return "the run takes " + std::to_string(r.took / path::millisecond) + " ms where its path explains " +
         std::to_string(static_cast<std::int64_t>(most * 1e3));
}

template <class Policy>
case_check path_check(path::path_fault broken = path::path_fault::none,
                      path::path_with with = path::path_with::anything) {
  return [broken, with](const drawn_case& c) {
    path::path_setting s = path::drawn_path(c, with);
    s.broken = broken;
    finding found;
    const path::path_result r = path::two_ends<Policy>(s).run();
    found.why = with == path::path_with::losses_alone ? judged_in_time(s, r) : judged(s, r);
    if (found.why.empty()) return found;
    s.keeps_ladder = true;  // the same run again, to be drawn
    found.ladder = path::two_ends<Policy>(s).run().ladder;
    return found;
  };
}

struct reno_path : path::path_policy {
  using congestion_control = congestion::reno;
};
struct paced_path : path::path_policy {
  using pacing = pacer;
};

template <class Control>
struct controlled_path : path::path_policy {
  using congestion_control = Control;
};

constexpr const char* path_bounds =
    "paths of 128 kbit/s to 4 Gbit/s and 100 us to 1.8 s there and back, equal or up to 50 times slower on the way "
    "back, "
    "queues of a quarter to four times what is on its way, clocks of 1 us to 10 ms; bulk, pieces by the clock and slow "
    "readers; with and without SACK, timestamps, Nagle, delayed acknowledgments; buffers of 8 KiB to 1 MiB, segments "
    "of "
    "536 to 8960 octets; at most 24 packets or bursts lost, late or twice, random loss, jitter, gathered and lost "
    "acknowledgments; hops that take packets of 120 to 1 420 octets, from the beginning or from some moment on, and "
    "say "
    "so or not; in a fifth of the runs ends that offer ECN, and routers that mark";

const registered reasons{claim{
    // covers: trace-hook rfc6298#5 rfc6675#4 rfc8985#7.2 rfc5681#3.2 rfc9438#4.6 rfc6675#5
    .id = "path-reasons",
    .says =
        "Over a whole run every segment has a reason that an RFC gives it, the right edge that was offered is never "
        "passed, timers run while anything is outstanding, nothing is repeated on a calm path, the congestion window "
        "is reduced once for each round trip with loss by what the algorithm says, no pause is longer than what the "
        "path lost explains, and the end comes",
    .bounds = path_bounds,
    .head = path::path_numbers,
    .steps = 24,
    .cases = 600,
    .run = path_check<path::path_policy>(),
    .controls = {{"clocks run twice as fast as time", path_check<path::path_policy>(path::path_fault::hurried_clock)},
                 {"every fortieth segment goes out twice", path_check<path::path_policy>(path::path_fault::repeats)},
                 {"every fortieth segment stands a megabyte ahead",
                  path_check<path::path_policy>(path::path_fault::far_ahead)},
                 {"no timer is served", path_check<path::path_policy>(path::path_fault::deaf)},
                 {"every timer is served two seconds late", path_check<path::path_policy>(path::path_fault::drowsy)},
                 {"pauses are judged without what the path lost",
                  path_check<path::path_policy>(path::path_fault::unexplained)},
                 {"ssthresh stays whatever is lost", path_check<controlled_path<unmoved>>()},
                 {"ssthresh is lowered twice for a loss", path_check<controlled_path<lowers_twice>>()},
                 {"ssthresh goes back to more than it was", path_check<controlled_path<takes_back_more>>()}},
}};

const registered newreno{claim{
    // covers: rfc6582#3.2
    .id = "path-reasons-newreno",
    .says = "The same of ends that use NewReno instead of CUBIC",
    .bounds = path_bounds,
    .head = path::path_numbers,
    .steps = 24,
    .cases = 200,
    .run = path_check<reno_path>(),
    .controls = {{"clocks run twice as fast as time", path_check<reno_path>(path::path_fault::hurried_clock)},
                 {"half of the window is left, not of what was outstanding",
                  path_check<controlled_path<halves_window>>()}},
}};

const registered paced{claim{
    // covers: pacing
    .id = "path-reasons-paced",
    .says = "The same of ends that pace what they send",
    .bounds = path_bounds,
    .head = path::path_numbers,
    .steps = 24,
    .cases = 200,
    .run = path_check<paced_path>(),
    .controls = {{"every fortieth segment goes out twice", path_check<paced_path>(path::path_fault::repeats)}},
}};

const registered narrow{claim{
    // covers: rfc1191#6.4 rfc4821#7.7 rfc5681#3.1
    .id = "path-reasons-narrow",
    .says = "The same where a hop takes less than the ends' segments: what is repaired for that hides no loss",
    .bounds = path_bounds,
    .head = path::path_numbers,
    .steps = 24,
    .cases = 800,
    .run = path_check<path::path_policy>(path::path_fault::none, path::path_with::narrow_hop),
    .controls = {{"ssthresh stays whatever is lost",
                  path_check<controlled_path<unmoved>>(path::path_fault::none, path::path_with::narrow_hop)}},
}};

const registered in_time{claim{
    // covers: rfc5681#3.1
    .id = "path-in-time",
    .says =
        "A run on which segments are lost at most takes no longer than link, windows and acknowledgments need, slow "
        "start, and two round trips for each reduction of the window",
    .bounds =
        "the paths of path-reasons with SACK, with no faults but losses of what one end sends, and applications "
        "that never wait; half as long again, and runs on which the timer expires are judged as path-reasons does",
    .head = path::path_numbers,
    .steps = 24,
    .cases = 400,
    .run = path_check<path::path_policy>(path::path_fault::none, path::path_with::losses_alone),
    .controls = {{"the window never grows",
                  path_check<controlled_path<never_grows>>(path::path_fault::none, path::path_with::losses_alone)}},
}};

const registered marked{claim{
    // covers: rfc3168#6.1.2
    .id = "path-reasons-marked",
    .says =
        "The same where routers mark instead of dropping: each echo of congestion is answered, and once for a window",
    .bounds = path_bounds,
    .head = path::path_numbers,
    .steps = 24,
    .cases = 600,
    .run = path_check<path::path_policy>(path::path_fault::none, path::path_with::marks),
    .controls = {{"the ends do not hear echoes",
                  path_check<path::path_policy>(path::path_fault::echoes_unheard, path::path_with::marks)},
                 {"marks are not echoed",
                  path_check<path::path_policy>(path::path_fault::echoes_unsent, path::path_with::marks)}},
}};

}  // namespace paths_properties
}  // namespace sequent::property

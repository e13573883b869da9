// Three more things that hold on every run over the lossy network, seen from the wire: the congestion window, the right
// edge of the offered window, and what is not worth a segment.
#include <optional>
#include <vector>

#include "tests/property/congestion/broken_congestion.hpp"
#include "tests/property/connection/meddling.hpp"
#include "tests/property/connection/watched_end.hpp"

namespace sequent::property {
namespace watched_properties {

/// The ordinary end with another congestion control.
template <class Congestion>
struct with_congestion : roomy_policy {
  using congestion_control = Congestion;
};
template <class Congestion>
using watched_with =
    window_watched<refinement::lockstep<with_congestion<Congestion>, longest_header + ordinary_size.most_mss>>;

bool moves_ahead(segment<u32>& seg) {
  seg.seq = seg.seq + 40'000u;
  return seg.text_length != 0;
}
bool shrinks_window(segment<u32>& seg) {
  seg.wnd = seg.wnd / 2;
  return !seg.control.syn();
}
bool halves_text(segment<u32>& seg) {
  if (seg.text_length < 2 || seg.control.fin()) return false;
  seg.text_length = seg.text_length / 2;
  return true;
}

/// Every eighth segment with text claims to stand far beyond the window.
template <class Base>
using far_ahead = meddling<Base, 8, moves_ahead>;
/// Takes back half of the window in every fifth segment.
template <class Base>
using shrinking = meddling<Base, 5, shrinks_window>;
/// Every fourth segment with text carries half of it.
template <class Base>
using halving = meddling<Base, 4, halves_text>;

/// A stream of ends whose initial windows are drawn too.
template <class End>
finding begun_run(const drawn_case& c) {
  number_choice head(c.head);
  stream_setting s = drawn_setting(head, ordinary_size);
  for (std::uint32_t& options : s.options) options |= std::uint32_t{drawn_initial_window(head)} << initial_window_at;
  return run_stream<End>(s, ordinary_size, c.steps);
}

const registered window{claim{
    // covers: congestion-policy rfc5681#3.1 rfc5681#3.2 rfc3042#2 rfc6582#3.2 rfc6928#2 rfc9937#6 rfc4015#3.2
    .id = "stream-congestion-window",
    .says = "On every run the congestion window is never above what RFC 5681, 6582, 6928, 9937 and 4015 allow, and no "
            "text is sent beyond it but the first that is lost and a probe",
    .bounds = std::string(stream_bounds) + "; initial windows of 1 to 64 segments",
    .head = setting_numbers + 4,
    .steps = 120,
    .cases = 1'000,
    .run = begun_run<window_watched<roomy_end>>,
    .controls = {{"a timeout does not collapse the window", begun_run<watched_with<shameless>>},
                 {"congestion avoidance grows like slow start", begun_run<watched_with<exponential>>},
                 {"an initial window is taken for ten segments", begun_run<watched_with<deaf_to_settings>>},
                 {"text is sent far ahead", begun_run<window_watched<far_ahead<roomy_end>>>}},
}};

const registered edge{claim{
    // covers: SHLD-14
    .id = "stream-window-edge",
    .says = "On every run the right edge of the window that is offered on the wire never moves left, but for the "
            "rounding of "
            "its scale (SHLD-14)",
    .bounds = stream_bounds,
    .head = setting_numbers,
    .steps = 120,
    .cases = 1'000,
    .run = stream_check<edge_watched<roomy_end>>(ordinary_size),
    .controls = {{"every fifth segment takes back half of the window",
                  stream_check<edge_watched<shrinking<roomy_end>>>(ordinary_size)}},
}};

const registered silliness{claim{
    // covers: silly-window-sender rfc9293#3.8.6.2.1 MUST-38 SHLD-7
    .id = "stream-silly-window",
    .says =
        "On every run each segment with new text is full, or ends what was written while nothing is outstanding (with "
        "the modification of appendix A.3: nothing small), or is half of the largest window, or carries the FIN, or "
        "goes out because a timer said so",
    .bounds = stream_bounds,
    .head = setting_numbers,
    .steps = 120,
    .cases = 1'000,
    .run = stream_check<silliness_watched<roomy_end>>(ordinary_size),
    .controls = {{"Nagle's algorithm is off where it should be on",
                  stream_check<silliness_watched<roomy_end, true>>(ordinary_size)},
                 {"every fourth segment carries half of its text",
                  stream_check<silliness_watched<halving<roomy_end>>>(ordinary_size)}},
}};

/// Its clock runs twice as fast as time.
struct hurried : roomy_end {
  using roomy_end::roomy_end;
  [[nodiscard]] std::optional<std::int64_t> deadline() const {
    const auto due = roomy_end::deadline();
    return due ? std::optional((*due + 1) / 2) : due;
  }
  void advance(std::int64_t microseconds) { roomy_end::advance(2 * microseconds); }
};

/// What arrives was ten milliseconds on its way: the world's network alone takes no time, so that nearly all that is
/// repaired would be repaired at the very instant at which the timer began.
template <class Base>
struct travelled : Base {
  using Base::Base;
  void arrives(const typename Base::packet& p) {
    Base::advance(10'000);
    Base::arrives(p);
  }
};

/// A stream of many segments of which some are lost, so that much is sent again before a timer is due. Where the first
/// run finds nothing, a second has time on the way and a network that only loses, and does so more often.
template <class End>
finding repaired_run(const drawn_case& c) {
  number_choice head(c.head);
  stream_setting s = drawn_setting(head, ordinary_size);
  for (std::uint32_t& mss : s.mss) mss = std::min(mss, 60u);
  for (std::uint32_t& octets : s.octets) octets = std::max(octets, 2'000u);
  for (std::uint32_t* ring : {&s.send_ring[0], &s.send_ring[1], &s.receive_ring[0], &s.receive_ring[1]}) {
    *ring = std::max(*ring, 600u);
  }
  s.losses = std::max(s.losses, 8u);
  s.early_timers = std::max(s.early_timers, 4u);
  s.in_flight = most_flight;
  reconcile(s, ordinary_size);
  const finding found = run_stream<End>(s, ordinary_size, c.steps);
  if (!found.why.empty()) return found;
  s.duplicates = s.overtakings = s.corruptions = s.old_duplicates = 0;
  std::vector<step> steps = c.steps;
  for (step& each : steps) each[0] %= 16;
  return run_stream<travelled<End>>(s, ordinary_size, steps);
}

const registered timeouts{claim{
    // covers: rfc6298#5
    .id = "stream-timeouts",
    .says =
        "On every run the retransmission timer expires no sooner than one timeout after the oldest octet outstanding "
        "was sent last (RFC 6298 section 5)",
    .bounds =
        "the runs of the property stream with segments of at most 60 octets or a fortieth of the window, streams of "
        "2000 octets or more, 8 losses or more; once at no time, once with 10 ms on the way and no more than losses",
    .head = setting_numbers,
    .steps = 120,
    .cases = 1'000,
    .run = repaired_run<timer_watched<roomy_end>>,
    .controls = {{"a clock runs twice as fast as time", repaired_run<timer_watched<hurried>>}},
}};

}  // namespace watched_properties
}  // namespace sequent::property

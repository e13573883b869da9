// Three more things that hold on every run over the lossy network, seen from the wire: the congestion window, the right
// edge of the offered window, and what is not worth a segment.
#include <optional>

#include "tests/property/broken_congestion.hpp"
#include "tests/property/meddling.hpp"
#include "tests/property/watched_end.hpp"

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

const registered window{claim{
    // covers: congestion-policy rfc5681#3.1 rfc5681#3.2 rfc3042#2 rfc6582#3.2 rfc6928#2 rfc6937#3 rfc4015#3.2
    .id = "stream-congestion-window",
    .says = "On every run the congestion window is never above what RFC 5681, 6582, 6928, 6937 and 4015 allow, and no "
            "text is sent beyond it but the first that is lost and a probe",
    .bounds = stream_bounds,
    .head = setting_numbers,
    .steps = 120,
    .cases = 1'000,
    .run = stream_check<window_watched<roomy_end>>(ordinary_size),
    .controls = {{"a timeout does not collapse the window", stream_check<watched_with<shameless>>(ordinary_size)},
                 {"congestion avoidance grows like slow start", stream_check<watched_with<exponential>>(ordinary_size)},
                 {"text is sent far ahead", stream_check<window_watched<far_ahead<roomy_end>>>(ordinary_size)}},
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
        "On every run each segment with new text is full, or ends what was written while nothing is outstanding, or "
        "is half of the largest window, or carries the FIN, or goes out because a timer said so",
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

}  // namespace watched_properties
}  // namespace sequent::property

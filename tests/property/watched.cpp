// Four more things that hold on every run over the lossy network, seen from the wire: the congestion window, the right
// edge of the offered window, what is not worth a segment, and what is reported of text out of order.
#include <optional>
#include <utility>

#include "tests/property/broken_congestion.hpp"
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

/// Changes the header of every so-manieth segment, where `change` says that it has; text that is left out is cut off.
template <class Base, int every, bool (*change)(segment<u32>&)>
class meddling : public Base {
 public:
  using packet = typename Base::packet;
  using Base::Base;
  std::optional<packet> poll() {
    auto sent = Base::poll();
    if (!sent || ++count_ % every != 0) return sent;
    const auto parsed = parse_segment(sent->octets(), pseudo_header{});
    if (!parsed) return sent;
    segment<u32> changed = parsed->header;
    if (!change(changed)) return sent;
    sent->size = static_cast<std::uint16_t>(sent->size - (parsed->header.text_length - changed.text_length));
    emit_segment(changed, std::span(sent->room).first(sent->size), pseudo_header{});
    return sent;
  }

 private:
  int count_ = 0;
};

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

constexpr const char* stream_bounds =
    "the runs of the property stream: two ends, at most 8000 octets each way, rings of 1 to 4096 octets, segments of 1 "
    "to "
    "548 octets, at most 32 of each disturbance, 4 old duplicates";

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

bool turns_blocks(segment<u32>& seg) {
  if (seg.options.sack.count < 2) return false;
  std::swap(seg.options.sack.block[0], seg.options.sack.block[seg.options.sack.count - 1u]);
  return true;
}
bool shortens_block(segment<u32>& seg) {
  if (seg.options.sack.count == 0 || seg.options.sack.block[0].right - seg.options.sack.block[0].left < 2) return false;
  seg.options.sack.block[0].right = seg.options.sack.block[0].right - 1u;
  return true;
}

bool hides_repetition(segment<u32>& seg) {
  auto& sack = seg.options.sack;
  if (sack.count < 2 || !at_or_before(sack.block[0].right, seg.ack)) return false;
  sack.block[0] = sack.block[1];
  return true;
}

const registered reports{claim{
    // covers: rfc2018#3 rfc2018#4 rfc2883#4
    .id = "stream-sack-reports",
    .says = "On every run each acknowledgment that is sent while text is held out of order reports it as RFC 2018 and "
            "2883 have it: whole blocks that are held, that of the latest arrival first, as many as there is room for; "
            "what came again in front of them, once",
    .bounds = stream_bounds,
    .head = setting_numbers,
    .steps = 120,
    .cases = 1'000,
    .run = stream_check<reports_watched<roomy_end>>(ordinary_size),
    .controls = {{"the first block and the last change places",
                  stream_check<reports_watched<meddling<roomy_end, 1, turns_blocks>>>(ordinary_size)},
                 {"the first block is told an octet short",
                  stream_check<reports_watched<meddling<roomy_end, 1, shortens_block>>>(ordinary_size)},
                 {"what came again is not reported",
                  stream_check<reports_watched<meddling<roomy_end, 1, hides_repetition>>>(ordinary_size)}},
}};

}  // namespace watched_properties
}  // namespace sequent::property

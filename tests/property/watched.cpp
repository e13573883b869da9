// Three more things that hold on every run over the lossy network, seen from the wire: the congestion window, the right
// edge of the offered window, and what is not worth a segment.
#include <optional>

#include "tests/property/broken_congestion.hpp"
#include "tests/property/watched_end.hpp"

namespace sequent::property {
namespace {

/// The ordinary end with another congestion control.
template <class Congestion>
struct with_congestion : roomy_policy {
  using congestion_control = Congestion;
};
template <class Congestion>
using watched_with =
    window_watched<refinement::lockstep<with_congestion<Congestion>, longest_header + ordinary_size.most_mss>>;

/// Every eighth segment with text claims to stand far beyond the window.
template <class Base>
class far_ahead : public Base {
 public:
  using packet = typename Base::packet;
  using Base::Base;
  std::optional<packet> poll() {
    auto sent = Base::poll();
    if (!sent || ++count_ % 8 != 0) return sent;
    const auto parsed = parse_segment(sent->octets(), pseudo_header{});
    if (!parsed || parsed->header.text_length == 0) return sent;
    segment<u32> moved = parsed->header;
    moved.seq = moved.seq + 40'000u;
    emit_segment(moved, std::span(sent->room).first(sent->size), pseudo_header{});
    return sent;
  }

 private:
  int count_ = 0;
};

/// Takes back half of the window in every fifth segment.
template <class Base>
class shrinking : public Base {
 public:
  using packet = typename Base::packet;
  using Base::Base;
  std::optional<packet> poll() {
    auto sent = Base::poll();
    if (!sent || ++count_ % 5 != 0) return sent;
    const auto parsed = parse_segment(sent->octets(), pseudo_header{});
    if (!parsed || parsed->header.control.syn()) return sent;
    segment<u32> smaller = parsed->header;
    smaller.wnd = smaller.wnd / 2;
    emit_segment(smaller, std::span(sent->room).first(sent->size), pseudo_header{});
    return sent;
  }

 private:
  int count_ = 0;
};

/// Every fourth segment with text carries half of it.
template <class Base>
class halving : public Base {
 public:
  using packet = typename Base::packet;
  using Base::Base;
  std::optional<packet> poll() {
    auto sent = Base::poll();
    if (!sent || ++count_ % 4 != 0) return sent;
    const auto parsed = parse_segment(sent->octets(), pseudo_header{});
    if (!parsed || parsed->header.text_length < 2 || parsed->header.control.fin()) return sent;
    segment<u32> half = parsed->header;
    half.text_length = half.text_length / 2;
    sent->size = static_cast<std::uint16_t>(sent->size - (parsed->header.text_length - half.text_length));
    emit_segment(half, std::span(sent->room).first(sent->size), pseudo_header{});
    return sent;
  }

 private:
  int count_ = 0;
};

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

}  // namespace
}  // namespace sequent::property

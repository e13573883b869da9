// Window tuning beside a sender that is limited by the window, a path and a reader: the limit never shrinks, never
// exceeds the buffer, and reaches it in time for a reader that keeps up.
#include <algorithm>
#include <cstdint>
#include <string>

#include "sequent/transfer/window_tuning.hpp"
#include "tests/property/claim.hpp"

namespace sequent::property {
namespace window_tuning_properties {

/// Follows a reader that has become slower.
struct following : window_tuning {
  void on_text(u32 octets, u32 window, u32 capacity, instant now) noexcept {
    const u32 old = limit();
    window_tuning::on_text(octets, window, capacity, now);
    if (++calls_ % 16 == 0 && old > 1) start(old - 1, capacity);
  }
  u32 calls_ = 0;
};

/// Doubles whatever is read.
struct unbounded : window_tuning {
  void on_text(u32 octets, u32 window, u32 capacity, instant now) noexcept {
    window_tuning::on_text(octets, window, capacity > 0x7fff'ffffu ? capacity : 2 * capacity, now);
  }
};

/// Does not count what is read.
struct idle : window_tuning {
  void on_read(u32) noexcept {}
};

// Any calls at any moments, numbers and clocks of every size.
template <class Tuning>
std::string anything(const drawn_case& c) {
  number_choice head(c.head);
  const u32 capacity = 1 + head.word() % 0xffff'fff0u;
  const u32 initial = head.word() >> head.pick(32);
  Tuning tuning;
  tuning.start(initial, capacity);
  u32 limit = tuning.limit();
  if (limit > capacity || limit == 0) return "the initial limit is " + std::to_string(limit);
  std::int64_t now = 0;
  for (const step& s : c.steps) {
    const u32 amount = (u32{s[1]} << 16 | s[2]) >> s[3] % 32;
    switch (s[0] % 8) {
      case 0: tuning.on_echo(amount); break;
      case 1:
      case 2: tuning.on_read(amount); break;
      case 3: now -= static_cast<std::int64_t>(amount) << s[3] % 16; break;
      case 4: now += static_cast<std::int64_t>(amount) << s[3] % 16; break;
      default: now += s[3]; tuning.on_text(amount, s[2], capacity, instant::from_microseconds(now));
    }
    if (tuning.limit() < limit) return "the limit fell to " + std::to_string(tuning.limit());
    if (tuning.limit() > capacity) return "the limit exceeds the buffer: " + std::to_string(tuning.limit());
    if (tuning.round_trip() && tuning.round_trip()->count() <= 0) return "a round trip of no time";
    limit = tuning.limit();
  }
  return {};
}

const registered bounds{claim{
    // covers: window-tuning clock-jumps
    .id = "window-tuning-bounds",
    .says =
        "The part of the receive buffer that is offered never shrinks and never exceeds the buffer, whatever arrives, "
        "is read or is echoed, and whatever the clock does",
    .bounds = "buffers of 1 to 2^32 - 16 octets, 200 calls with amounts and clock steps of every magnitude",
    .head = 5,
    .steps = 200,
    .cases = 4000,
    .run = saying(anything<window_tuning>),
    .controls = {{"the limit follows a reader that has become slower", saying(anything<following>)},
                 {"the limit may reach twice the buffer", saying(anything<unbounded>)}},
}};

// Every round trip a window arrives in some segments, spread over part of the round trip, and is read.
template <class Tuning>
std::string keeps_up(const drawn_case& c) {
  number_choice head(c.head);
  const u32 initial = 1'000 + static_cast<u32>(head.pick(64'000));
  const u32 capacity = initial + head.word() % 200'000'000;
  const std::int64_t round_trip = 1 + static_cast<std::int64_t>(head.word() % 2'000'000);
  const auto pieces = static_cast<u32>(1 + head.pick(20));
  const auto spread = static_cast<std::int64_t>(head.pick(100));
  const bool echoes = head.pick(2) != 0;
  Tuning tuning;
  tuning.start(initial, capacity);
  // Twice as much in two round trips, less what the reader is behind at the edges of a round; and two to begin with.
  u32 doublings = 0;
  while (doublings != 32 && initial < capacity >> doublings) ++doublings;
  const std::int64_t allowed = 3 * std::int64_t{doublings} + 4;
  u32 in_flight = initial;
  for (std::int64_t round = 0; round != allowed; ++round) {
    const u32 offered = tuning.limit();
    for (u32 i = 0; i != pieces; ++i) {
      const u32 length = in_flight / pieces + (i < in_flight % pieces ? 1 : 0);
      const std::int64_t now = round * round_trip + round_trip * spread / 100 * i / pieces;
      // Each segment is acknowledged, with the window as it is then, before the next one arrives.
      const u32 window = tuning.limit() - std::min(tuning.limit(), length);
      if (echoes) tuning.on_echo(static_cast<u32>(round_trip / 1'000));
      tuning.on_text(length, window, capacity, instant::from_microseconds(now));
      tuning.on_read(length);
    }
    in_flight = offered;
  }
  if (tuning.limit() == capacity) return {};
  return "after " + std::to_string(allowed) + " round trips " + std::to_string(tuning.limit()) + " of " +
         std::to_string(capacity) + " octets are offered";
}

const registered growth{claim{
    // covers: window-tuning
    .id = "window-tuning-growth",
    .says = "For a reader that keeps up with a sender that fills the window, all of the buffer is offered within three "
            "round trips a doubling and four more",
    .bounds =
        "first windows of 1 000 to 65 000 octets, buffers up to 200 MB larger, round trips of 1 us to 2 s, 1 to 20 "
        "segments a window over up to the whole round trip, with and without timestamps",
    .head = 8,
    .steps = 1,
    .cases = 4000,
    .run = saying(keeps_up<window_tuning>),
    .controls = {{"what is read is not counted", saying(keeps_up<idle>)}},
}};

/// Sees octets, not segments.
struct continuous : window_tuning {
  void on_text(u32 octets, u32 window, u32 capacity, instant now) noexcept {
    for (u32 rest = octets; rest != 0;) {
      const u32 piece = std::min(rest, octets / 8 + 1);
      rest -= piece;
      window_tuning::on_text(piece, window + rest, capacity, now);
    }
  }
};

// A sender of whole segments, who sees the window in units of a scale, and a reader that reads at once. Where not even
// one segment fits, what the window says is sent: by the override of silly-window avoidance.
template <class Tuning>
std::string by_segments(const drawn_case& c) {
  number_choice head(c.head);
  const u32 segment = 1 + static_cast<u32>(head.pick(head.pick(2) != 0 ? 65'000 : 1'460));
  const u32 initial = 1 + static_cast<u32>(head.pick(4 * segment));
  const u32 capacity = std::max(initial, 8 * segment) + head.word() % (2'000 * segment);
  u32 unit = 1;
  while (capacity / unit > 0xffff) unit *= 2;
  Tuning tuning;
  tuning.start(initial, capacity);
  const std::int64_t round_trip = 1'000 + static_cast<std::int64_t>(head.word() % 2'000'000);
  for (std::int64_t round = 0; round != 160; ++round) {
    const u32 window = tuning.limit() / unit * unit;
    if (window == 0) return "a window of " + std::to_string(tuning.limit()) + " octets is no unit of its scale";
    const u32 length = std::min(segment, window);
    u32 left = window;
    for (; left >= length; left -= length) {
      tuning.on_text(length, left - length, capacity, instant::from_microseconds(round * round_trip));
      tuning.on_read(length);
    }
  }
  if (tuning.limit() == capacity) return {};
  return std::to_string(tuning.limit()) + " of " + std::to_string(capacity) + " octets are offered to segments of " +
         std::to_string(segment);
}

const registered segments{claim{
    // covers: window-tuning
    .id = "window-tuning-segments",
    .says =
        "However large segments are and whatever the scale rounds off, all of the buffer is offered in the end to a "
        "sender that fills the window, for a reader that keeps up",
    .bounds = "segments of 1 to 65 000 octets, first windows of 1 octet to four segments, buffers of eight to "
              "2 008 segments, 160 round trips",
    .head = 6,
    .steps = 1,
    .cases = 1000,
    .run = saying(by_segments<window_tuning>),
    .controls = {{"segments are not told from octets", saying(by_segments<continuous>)}},
}};

}  // namespace window_tuning_properties
}  // namespace sequent::property

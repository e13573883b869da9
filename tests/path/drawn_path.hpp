// The settings of a run over a path, drawn: every number through the one chooser, so that a failing run shrinks and
// replays like any other counterexample.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "tests/path/two_ends.hpp"
#include "tests/property/drawn.hpp"

namespace sequent::path {

/// How many numbers drawn_path() may use.
inline constexpr std::size_t path_numbers = 64;

/// What a run has in any case, where otherwise it is drawn whether.
enum class path_with : std::uint8_t { anything, narrow_hop, marks, losses_alone };

namespace drawn_detail {

using property::number_choice;

/// One of some values.
template <class T>
T one_of(number_choice& draw, std::initializer_list<T> values) {
  return *(values.begin() + static_cast<std::ptrdiff_t>(draw.pick(values.size())));
}

inline connection_config drawn_config(number_choice& draw) {
  connection_config config;
  config.user_timeout.reset();  // what is judged is when it sends, not when it gives up
  config.timestamps = draw.pick(3) != 2;
  config.sack = draw.pick(5) != 4;
  config.nagle = draw.pick(2) == 0;
  if (draw.pick(3) == 2) config.delayed_ack = duration{};
  config.receive_mss = config.send_mss = one_of<std::uint16_t>(draw, {1'460, 536, 1'220, 8'960});
  config.isn_offset = draw.word();
  return config;
}

/// The octets that are on their way when the link is full.
inline std::int64_t product(std::int64_t rate, nanoseconds round_trip) {
  return static_cast<std::int64_t>(static_cast<double>(rate) / 8e9 * static_cast<double>(round_trip));
}

inline void draw_ways(number_choice& draw, path_setting& s) {
  const auto rate = one_of<std::int64_t>(draw, {100'000'000, 10'000'000, 1'000'000, 1'000'000'000, 128'000}) *
                    static_cast<std::int64_t>(1 + draw.pick(4));
  const nanoseconds round_trip = one_of<nanoseconds>(draw, {20 * millisecond, 100 * microsecond, 2 * millisecond,
                                                            100 * millisecond, 600 * millisecond}) *
                                 static_cast<nanoseconds>(1 + draw.pick(3));
  const std::int64_t asymmetry = one_of<std::int64_t>(draw, {1, 1, 10, 50});
  for (std::size_t i = 0; i != 2; ++i) {
    link_setting& way = s.way[i];
    way.rate = i == 0 ? rate : std::max<std::int64_t>(rate / asymmetry, 64'000);
    way.delay = round_trip / 2;
    // From a quarter of what is on its way to four times as much, but always a few packets.
    way.queue = std::max<std::int64_t>(product(way.rate, round_trip) * one_of<std::int64_t>(draw, {8, 4, 1, 16}) / 4,
                                       12 * std::int64_t{s.config[0].receive_mss});
    way.seed = draw.word();
  }
}

inline void draw_applications(number_choice& draw, path_setting& s) {
  const std::uint64_t full = s.config[0].receive_mss;
  application_setting& left = s.application[0];
  left.writes = full * one_of<std::uint64_t>(draw, {20, 1, 4, 100, 400}) + draw.pick(2'000);
  s.application[1].writes = one_of<std::uint64_t>(draw, {0, 0, 1, 10'000, 100'000});
  if (draw.pick(3) == 2) {
    left.piece = 1 + draw.pick(8'000);
    left.every = static_cast<nanoseconds>(1 + draw.pick(200)) * millisecond;
    left.writes = std::min<std::uint64_t>(left.writes, 200 * left.piece);
  }
  if (draw.pick(4) == 3) {
    s.application[1].reads = 100 + draw.pick(20'000);
    s.application[1].reads_every = static_cast<nanoseconds>(1 + draw.pick(300)) * millisecond;
    left.writes = std::min<std::uint64_t>(left.writes, 200 * s.application[1].reads);
  }
  for (std::size_t i = 0; i != 2; ++i) {
    s.send_buffer[i] = one_of<std::size_t>(draw, {1 << 20, 65'536, 16'384}) + draw.pick(1'000);
    s.receive_buffer[i] = one_of<std::size_t>(draw, {1 << 20, 65'536, 16'384, 8'192}) + draw.pick(1'000);
  }
}

/// A hop that takes less than the segments that the ends agreed on. Who is told of nothing tries no less than 512
/// octets of text and options (docs/ip.md), so a silent hop takes those.
inline void draw_narrow_hop(number_choice& draw, path_setting& s, nanoseconds round_trip, bool always) {
  if (draw.pick(5) != 4 && !always) return;
  link_setting& way = s.way[draw.pick(4) == 3 ? 1 : 0];
  way.reports_too_big = draw.pick(2) == 0;
  way.mtu = one_of<std::int64_t>(draw, {1'000, 1'400, 576, way.reports_too_big ? 120 : 552}) +
            static_cast<std::int64_t>(draw.pick(20));
  if (draw.pick(2) == 1) way.narrows_at = round_trip * static_cast<nanoseconds>(1 + draw.pick(40));
}

/// Ends that offer ECN, and a path that marks from a queue on that it can hold many times. One end in eight does not
/// offer: then nothing is marked.
inline void draw_marks(number_choice& draw, path_setting& s, bool always) {
  if (draw.pick(5) != 4 && !always) return;
  for (std::size_t i = 0; i != 2; ++i) {
    s.config[i].ecn = draw.pick(8) != 7;
    s.way[i].marks_above = s.way[i].queue / one_of<std::int64_t>(draw, {4, 2, 10, 1'000});
  }
}

/// Step {gap, kind, amount, direction}: after `gap` packets that way something happens to the next one.
inline void draw_faults(std::span<const property::step> steps, path_setting& s, nanoseconds round_trip) {
  std::uint64_t at[2] = {0, 0};
  for (const property::step& one : steps) {
    const std::size_t i = one[3] % 4 == 3 ? 1 : 0;
    at[i] += 1u + one[0] % 64u;
    fault f{at[i], static_cast<fate>(one[1] % 3), 0};
    if (f.what == fate::late) f.by = round_trip * (one[2] % 64) / 32;
    if (f.what == fate::twice) f.by = round_trip * (one[2] % 64) / 64;
    s.way[i].faults.push_back(f);
    // Losses come in bursts, too.
    for (unsigned n = one[3] / 4 % 4 == 3 ? one[2] % 12 : 0; f.what == fate::loss && n != 0; --n) {
      s.way[i].faults.push_back({++at[i], fate::loss, 0});
    }
  }
}

/// What end 0 sends is lost at times; nothing is late, no end waits for anything but the other, and SACK tells of all.
inline void leave_losses_alone(path_setting& s) {
  std::erase_if(s.way[0].faults, [](const fault& f) { return f.what != fate::loss; });
  s.way[1].faults.clear();
  for (connection_config& config : s.config) config.sack = true;
  for (application_setting& each : s.application) each.piece = each.reads = 0, each.every = each.reads_every = 0;
}

}  // namespace drawn_detail

/// Draws a run: `steps` are faults.
[[nodiscard]] inline path_setting drawn_path(const property::drawn_case& c, path_with with = path_with::anything) {
  property::number_choice draw(c.head);
  path_setting s;
  s.config[0] = drawn_detail::drawn_config(draw);
  s.config[1] = drawn_detail::drawn_config(draw);
  drawn_detail::draw_ways(draw, s);
  drawn_detail::draw_applications(draw, s);
  const nanoseconds round_trip = 2 * s.way[0].delay;
  if (with == path_with::losses_alone) {
    drawn_detail::draw_faults(c.steps, s, round_trip);
    drawn_detail::leave_losses_alone(s);
    return s;
  }
  s.grain = drawn_detail::one_of<nanoseconds>(draw, {microsecond, microsecond, millisecond, 10 * millisecond});
  if (draw.pick(6) == 5) s.way[0].jitter = round_trip / 4;
  if (draw.pick(6) == 5) s.way[1].gathers = std::max<nanoseconds>(round_trip / 4, microsecond);
  if (draw.pick(6) == 5) s.way[1].loss = 100'000;
  if (draw.pick(8) == 7) s.way[0].loss = 10'000;
  drawn_detail::draw_narrow_hop(draw, s, round_trip, with == path_with::narrow_hop);
  drawn_detail::draw_marks(draw, s, with == path_with::marks);
  // Small packets over a slow path would take the hour that a run has.
  for (std::size_t i = 0; i != 2; ++i) {
    const std::int64_t mtu = s.way[i].mtu;
    if (mtu != 0)
      s.application[i].writes = std::min(s.application[i].writes, static_cast<std::uint64_t>(1'000 * (mtu - 60)));
  }
  drawn_detail::draw_faults(c.steps, s, round_trip);
  return s;
}

/// There and back through full queues. Seconds.
[[nodiscard]] inline double longest_round_trip(const path_setting& s) {
  double longest = 0;
  for (const link_setting& way : s.way) {
    longest +=
        static_cast<double>(way.delay) / 1e9 + static_cast<double>(way.queue) * 8 / static_cast<double>(way.rate);
  }
  return longest;
}

/// Nothing happens to packets but what their number, the rate and the delay do, and an acknowledgment comes before any
/// retransmission timer expires.
[[nodiscard]] inline bool calm(const path_setting& s) {
  return longest_round_trip(s) < 0.9 && std::all_of(s.way.begin(), s.way.end(), [](const link_setting& way) {
           return way.faults.empty() && way.blackouts.empty() && way.loss == 0 && way.jitter == 0 && way.gathers == 0 &&
                  way.changes_at < 0 && way.mtu == 0;
         });
}

/// How long a run may take whose writers and readers wait for nothing, and on which packets are lost at most: half as
/// long again as link, windows and acknowledgments need, one after the other; and round trips through full queues: for
/// slow start, which grows by half in one where acknowledgments are delayed (RFC 5681 section 3.1), two for each
/// reduction, one to repair and one to go on, with the delay of an acknowledgment, as a single segment may be left of
/// the window; and where there was one, as many as congestion avoidance needs that starts from nothing. Seconds.
[[nodiscard]] inline double longest(const path_setting& s, std::uint64_t reductions) {
  const double round_trip = 2 * static_cast<double>(s.grain) / 1e9 + longest_round_trip(s);
  double needs = 0, most_rounds = 0, delays = 0;
  for (std::size_t i = 0; i != 2; ++i) {
    const auto octets = static_cast<double>(s.application[i].writes);
    const auto mss = static_cast<double>(std::min(s.config[i].send_mss, s.config[1 - i].receive_mss));
    const auto buffer = static_cast<double>(std::min(s.send_buffer[i], s.receive_buffer[1 - i]));
    const double window = std::max(buffer - mss, buffer / 4);  // RFC 9293 section 3.8.6.2
    const double delay = static_cast<double>(s.config[1 - i].delayed_ack.count()) / 1e6;
    const double waits = buffer < 4 * mss ? delay : 0;  // in each round
    delays = std::max(delays, delay);
    constexpr double acknowledgment = 80, header = 60;
    needs += octets * (1 + header / mss) * 8 / static_cast<double>(s.way[i].rate);
    needs += octets / mss * acknowledgment * 8 / static_cast<double>(s.way[1 - i].rate);
    needs += octets / window * (round_trip + waits);
    const double grows = std::log2(1 + octets / mss / 10) / std::log2(1.5);
    most_rounds = std::max(most_rounds, grows + (reductions != 0 ? std::sqrt(2 * octets / mss) : 0));
  }
  constexpr double opens = 2;  // the handshake, and the way of the last segment
  const double rounds = most_rounds + opens + 2 * static_cast<double>(reductions);
  constexpr double probe = 0.2;  // for a delayed acknowledgment, behind the last segment (RFC 8985 section 7.2)
  return 1.5 * needs + rounds * round_trip + static_cast<double>(reductions) * delays + probe;
}

/// All that happens is that packets of end 0 are lost, and the peer says which.
[[nodiscard]] inline bool loses_only(const path_setting& s) {
  const auto still = [](const link_setting& way) {
    return way.jitter == 0 && way.gathers == 0 && way.blackouts.empty() && way.changes_at < 0 && way.mtu == 0;
  };
  const bool losses =
      std::all_of(s.way[0].faults.begin(), s.way[0].faults.end(), [](const fault& f) { return f.what == fate::loss; });
  return still(s.way[0]) && still(s.way[1]) && losses && s.way[1].faults.empty() && s.way[1].loss == 0 &&
         s.config[0].sack && s.config[1].sack && s.grain == microsecond && s.application[1].reads_every == 0;
}

}  // namespace sequent::path

// The settings of a run over a lossy network that is larger than the explorer's: every number is drawn, and the name of
// the setting tells them all, so that a run can be replayed from its trace alone.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/check/bounds.hpp"
#include "tests/property/drawn.hpp"

namespace sequent::property {

/// Two ends, left and right, and what the network may do to them. Amounts in octets.
struct stream_setting {
  std::array<std::uint32_t, 2> octets{};  ///< written by each side
  std::array<std::uint32_t, 2> piece{};   ///< taken by one write
  std::array<std::uint32_t, 2> send_ring{};
  std::array<std::uint32_t, 2> receive_ring{};
  std::array<std::uint32_t, 2> mss{};      ///< announced, and the most that is sent
  std::array<std::uint32_t, 2> reading{};  ///< most octets of one read; 0: reads all at once as it arrives
  std::array<std::uint32_t, 2> options{};  ///< bits of stream_option
  std::array<std::uint32_t, 2> iss{};
  std::uint32_t both_active = 0;  ///< both ends open actively
  std::uint32_t in_flight = 0;    ///< segments each way
  std::uint32_t losses = 0;
  std::uint32_t duplicates = 0;
  std::uint32_t overtakings = 0;
  std::uint32_t corruptions = 0;
  std::uint32_t old_duplicates = 0;
  std::uint32_t early_timers = 0;
  std::uint32_t marks = 0;  ///< of congestion; told in the name only if there are any
};

/// Bits of stream_setting::options.
enum stream_option : std::uint32_t {
  with_timestamps = 1u << 0,
  with_sack = 1u << 1,
  with_scaling = 1u << 2,
  with_nagle = 1u << 3,
  with_delayed_ack = 1u << 4,
  with_ecn = 1u << 6,      ///< not drawn by drawn_setting()
  writes_early = 1u << 5,  ///< an active end writes without waiting for the handshake
  opens_fast = 1u << 7,    ///< an active end uses Fast Open, and hands over its first piece with OPEN; not drawn
  serves_fast = 1u << 8,   ///< a passive end uses Fast Open, and may write early; not drawn
};
/// Above them in stream_setting::options: segments of the initial window, or 0 for as many as usual; not drawn by
/// drawn_setting().
inline constexpr std::uint32_t initial_window_at = 16;

/// How large a setting may be. Both are values of one type, so that one set of functions serves them.
struct stream_size {
  const char* prefix;         ///< of the name
  std::uint32_t most_octets;  ///< written by each side
  std::uint32_t most_ring;
  std::uint32_t least_ring;
  std::uint32_t most_mss;
};

/// Buffers of at most 4096 octets, segments of at most 548 (536 of text beside timestamps).
inline constexpr stream_size ordinary_size{"stream", 8'000, 4'096, 1, 548};
/// Buffers beyond 65535 octets, whose windows need scaling by 1 to 2 bits.
inline constexpr stream_size scaled_size{"scaled", 400'000, 262'144, 65'536, 8'960};

/// The most segments each way that the world of a stream holds.
inline constexpr std::uint32_t most_flight = 64;

namespace stream_detail {

/// Calls visit(letters, number) for each number of a setting, in a fixed order.
template <class Setting, class Visit>
void each_number(Setting& s, Visit visit) {
  constexpr const char* sides[2] = {"l", "r"};
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string at = sides[i];
    visit("w" + at, s.octets[i]);
    visit("p" + at, s.piece[i]);
    visit("s" + at, s.send_ring[i]);
    visit("b" + at, s.receive_ring[i]);
    visit("m" + at, s.mss[i]);
    visit("g" + at, s.reading[i]);
    visit("o" + at, s.options[i]);
    visit("i" + at, s.iss[i]);
  }
  visit("both", s.both_active);
  visit("fly", s.in_flight);
  visit("lose", s.losses);
  visit("dup", s.duplicates);
  visit("pass", s.overtakings);
  visit("bad", s.corruptions);
  visit("old", s.old_duplicates);
  visit("soon", s.early_timers);
  visit("mark", s.marks);
}

/// A number from least to most: mostly small, sometimes anything, sometimes the most.
inline std::uint32_t between(number_choice& draw, std::uint32_t least, std::uint32_t most) {
  const std::size_t way = draw.pick(8);
  const std::uint32_t width = most - least;
  const auto any = static_cast<std::uint32_t>(draw.pick(0x10000) << 4);
  if (way == 7) return most;
  if (way >= 3) return least + any % (width + 1);
  return least + any % (std::min(width, 40u) + 1);
}

/// Where a stream begins: anywhere, or just before the numbers wrap or change their sign.
inline std::uint32_t drawn_iss(number_choice& draw) {
  const std::size_t way = draw.pick(4);
  const std::uint32_t any = draw.word();
  if (way == 0) return 100;
  if (way == 1) return 0u - 1 - any % 5'000;
  if (way == 2) return 0x8000'0000u - 1 - any % 5'000;
  return any;
}

}  // namespace stream_detail

/// Makes numbers fit together: a run must end in reasonable time, and one event must not call for more segments than
/// the world puts down to a loop. So a window holds at most forty full segments, also when timestamps and SACK blocks
/// leave less room for text, and a stream fills a ring 64 times at most.
inline void reconcile(stream_setting& s, const stream_size& size) {
  for (std::size_t i = 0; i < 2; ++i) {
    const std::uint32_t window = std::min(s.send_ring[i], s.receive_ring[1 - i]);
    const std::uint32_t agreed = s.options[0] & s.options[1];
    const std::uint32_t overhead =
        ((agreed & with_timestamps) != 0 ? 12u : 0u) + ((agreed & with_sack) != 0 ? 36u : 0u);
    const std::uint32_t least = std::min((window + 39) / 40 + overhead, size.most_mss);
    s.octets[i] = std::min(s.octets[i], 64 * window);
    s.piece[i] = std::max(s.piece[i], s.octets[i] / 64 + 1);
    if (s.reading[1 - i] != 0) s.reading[1 - i] = std::max(s.reading[1 - i], s.octets[i] / 2'000 + 1);
    for (std::uint32_t& mss : s.mss) mss = std::max(mss, least);
  }
}

/// How many numbers drawn_setting() may use.
inline constexpr std::size_t setting_numbers = 56;

/// Draws a setting.
[[nodiscard]] inline stream_setting drawn_setting(number_choice& draw, const stream_size& size) {
  using stream_detail::between;
  stream_setting s;
  for (std::size_t i = 0; i < 2; ++i) {
    s.octets[i] = between(draw, 0, size.most_octets);
    s.piece[i] = between(draw, 1, size.most_octets);
    s.send_ring[i] = between(draw, size.least_ring, size.most_ring);
    s.receive_ring[i] = between(draw, size.least_ring, size.most_ring);
    s.mss[i] = between(draw, 1, size.most_mss);
    s.reading[i] = draw.pick(2) == 0 ? 0 : between(draw, 1, 256);
    s.options[i] = static_cast<std::uint32_t>(draw.pick(64));
    s.iss[i] = stream_detail::drawn_iss(draw);
  }
  s.both_active = draw.pick(4) == 3 ? 1 : 0;
  s.in_flight = between(draw, 4, most_flight);
  for (std::uint32_t* budget : {&s.losses, &s.duplicates, &s.overtakings, &s.corruptions, &s.early_timers}) {
    *budget = static_cast<std::uint32_t>(draw.pick(33));
  }
  s.old_duplicates = static_cast<std::uint32_t>(draw.pick(5));
  reconcile(s, size);
  return s;
}

/// The name that tells a setting, e.g. "stream/wl300.pl300...": it is the scenario's name in a trace.
[[nodiscard]] inline std::string name_of(const stream_setting& s, const stream_size& size) {
  std::string text = std::string(size.prefix) + '/';
  stream_detail::each_number(s, [&text](const std::string& letters, std::uint32_t number) {
    if (letters != "mark" || number != 0) text += letters + std::to_string(number) + '.';
  });
  text.pop_back();
  return text;
}

/// The setting of a name, or nothing if it is no such name.
[[nodiscard]] inline std::optional<stream_setting> setting_of(std::string_view name, const stream_size& size) {
  const std::string prefix = std::string(size.prefix) + '/';
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  stream_setting s;
  bool right = true;
  stream_detail::each_number(s, [&](const std::string& letters, std::uint32_t& number) {
    if (letters == "mark" && name.empty()) return;
    if (!right || !name.starts_with(letters)) {
      right = false;
      return;
    }
    name.remove_prefix(letters.size());
    const auto [stop, problem] = std::from_chars(name.data(), name.data() + name.size(), number);
    right = problem == std::errc();
    name.remove_prefix(static_cast<std::size_t>(stop - name.data()));
    if (!name.empty() && name.front() == '.') name.remove_prefix(1);
  });
  const bool within = *std::max_element(s.send_ring.begin(), s.send_ring.end()) <= size.most_ring &&
                      *std::max_element(s.receive_ring.begin(), s.receive_ring.end()) <= size.most_ring &&
                      *std::max_element(s.mss.begin(), s.mss.end()) <= size.most_mss;
  if (!right || !name.empty() || !within) return std::nullopt;
  return s;
}

/// The world's scenario of a setting: scripts and budgets.
[[nodiscard]] inline model::scenario scenario_of(const stream_setting& s, const stream_size& size) {
  model::scenario out;
  out.name = name_of(s, size);
  out.what = "streams both ways with drawn settings";
  for (std::size_t i = 0; i < 2; ++i) {
    model::script& todo = out.scripts[i];
    const bool active = i == 0 || s.both_active != 0;
    const bool fast = active && (s.options[i] & opens_fast) != 0;
    const bool early = (active || (s.options[i] & serves_fast) != 0) && (s.options[i] & writes_early) != 0;
    const std::uint32_t at_once = fast ? std::min({s.piece[i], s.octets[i], s.send_ring[i]}) : 0;
    todo.calls.push_back({active ? model::call_kind::open_active : model::call_kind::open_passive, at_once});
    for (std::uint32_t done = at_once; done < s.octets[i]; done += s.piece[i]) {
      todo.calls.push_back({model::call_kind::write, std::min(s.piece[i], s.octets[i] - done), early});
    }
    // CLOSE waits in any case: in SYN-SENT it would give the connection up (RFC 9293 section 3.10.4).
    todo.calls.push_back({model::call_kind::shutdown});
    todo.reads = {{s.reading[i] == 0 ? 256 : s.reading[i], true}};
    todo.reads_at_once = s.reading[i] == 0;
  }
  out.iss = {s.iss[0], s.iss[1]};
  const auto budget = [](std::uint32_t n) { return static_cast<std::uint16_t>(n); };
  out.limit.losses = budget(s.losses);
  out.limit.duplicates = budget(s.duplicates);
  out.limit.overtakings = budget(s.overtakings);
  out.limit.corruptions = budget(s.corruptions);
  out.limit.corruption_kinds = 6;
  out.limit.old_duplicates = budget(s.old_duplicates);
  out.limit.early_timers = budget(s.early_timers);
  out.limit.marks = budget(s.marks);
  out.limit.in_flight = static_cast<std::uint8_t>(s.in_flight);
  return out;
}

}  // namespace sequent::property

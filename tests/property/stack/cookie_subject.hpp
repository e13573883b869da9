// SYN cookies: a number is accepted if and only if making a cookie for this minute, the one before or, for a clock that
// went back, the next, for some size and with a secret in use, gives that number. So checking is held against making;
// that a changed cookie is one of those happens once in 2^24 times, and is then right. covers: rfc4987#3.6
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sequent/stack/syn_cookie.hpp"

namespace sequent::property {

/// What one check is about; a drawn case or a fuzzer's input says it.
struct cookie_case {
  secret_key key{};
  secret_key fresh{};
  flow name{};
  u32 irs = 0;
  cookie_options options{};
  u32 clock = 0;
  std::int64_t made_at = 0;        ///< microseconds
  std::int64_t checked_after = 0;  ///< microseconds; negative for a clock that went back
  bool rotated = false;            ///< the secret was replaced in between
  std::int64_t rotated_after = 0;  ///< microseconds
  unsigned changed = 0;            ///< which single thing is another when it comes back; 0 for none
  u32 change = 1;                  ///< by how much, not 0
};

/// The least size that stands for one: what survives the journey.
[[nodiscard]] inline std::uint16_t rounded_mss(std::uint16_t mss) {
  std::uint16_t least = cookie_mss.front();
  for (const std::uint16_t each : cookie_mss) {
    if (each <= mss) least = each;
  }
  return least;
}

/// What should come back of options that go out.
[[nodiscard]] inline cookie_options remembered(cookie_options options) {
  options.mss = rounded_mss(options.mss);
  if (!options.timestamps) {
    cookie_options less;
    less.mss = options.mss;
    return less;
  }
  if (options.window_scale && *options.window_scale > 14) options.window_scale = 14;
  return options;
}

/// Minutes, rounded down.
[[nodiscard]] inline std::int64_t minute_of(std::int64_t microseconds) {
  const std::int64_t minute = microseconds / 60'000'000;
  return microseconds % 60'000'000 < 0 ? minute - 1 : minute;
}

/// What comes back.
struct cookie_reply {
  flow name{};
  u32 irs = 0;
  u32 iss = 0;
  std::optional<u32> echo;
};

/// Changes the thing that the case says.
inline void change_one(const cookie_case& c, cookie_reply& back) {
  const auto small = static_cast<std::uint16_t>(c.change % 0xffff + 1);
  switch (c.changed % 9) {
    case 1: back.irs += c.change; break;
    case 2: back.iss += c.change; break;
    case 3: back.name.local_port = static_cast<std::uint16_t>(back.name.local_port + small); break;
    case 4: back.name.remote_port = static_cast<std::uint16_t>(back.name.remote_port + small); break;
    case 5:
    case 6: {
      ip_address& address = c.changed % 9 == 5 ? back.name.local : back.name.remote;
      ipv6_address octets = address.v6();
      std::uint8_t& octet = octets[12 + c.change % 4];
      octet = static_cast<std::uint8_t>(octet + 1 + (c.change >> 2) % 255);
      address = ip_address::from_v6(octets);
      break;
    }
    case 7:
      if (back.echo) *back.echo ^= 1 + c.change % 63;
      break;
    case 8: back.echo = back.echo ? std::nullopt : std::optional<u32>(c.clock); break;
    default: break;
  }
}

/// The options that some cookie which counts at `checked` says, if it is the one that came back.
[[nodiscard]] inline std::optional<cookie_options> made_lately(const cookie_case& c, const cookie_reply& back,
                                                               std::int64_t checked) {
  cookie_options options;
  options.timestamps = back.echo.has_value();
  if (back.echo) {
    if (*back.echo % 16 != 15) options.window_scale = static_cast<std::uint8_t>(*back.echo % 16);
    options.sack_permitted = *back.echo / 16 % 2 == 1;
    options.ecn = *back.echo / 32 % 2 == 1;
  }
  const std::int64_t rotated = minute_of(c.made_at + c.rotated_after);
  for (const bool old : {false, true}) {
    const syn_cookies maker(c.rotated && !old ? c.fresh : c.key);
    for (const std::int64_t minute : {minute_of(checked), minute_of(checked) - 1, minute_of(checked) + 1}) {
      if (old && (!c.rotated || minute > rotated)) continue;
      for (const std::uint16_t mss : cookie_mss) {
        options.mss = mss;
        const instant then = instant::from_microseconds(minute * 60'000'000);
        if (maker.make(back.name, sequence_number<u32>(back.irs), options, 0, then).iss.wire() == back.iss) {
          return options;
        }
      }
    }
  }
  return std::nullopt;
}

/// One cookie that was made, and what was read from what came back.
struct cookie_journey {
  syn_cookie sent{};
  cookie_reply back{};
  std::optional<cookie_options> got;
};

template <class Cookies>
[[nodiscard]] cookie_journey travel(const cookie_case& c) {
  Cookies cookies(c.key);
  cookie_journey trip;
  const instant made = instant::from_microseconds(c.made_at);
  trip.sent = cookies.make(c.name, sequence_number<u32>(c.irs), c.options, c.clock, made);
  trip.back = {c.name, c.irs, trip.sent.iss.wire(), {}};
  if (c.options.timestamps) trip.back.echo = trip.sent.timestamp;
  change_one(c, trip.back);
  if (c.rotated) cookies.rotate(c.fresh, instant::from_microseconds(c.made_at + c.rotated_after));
  trip.got = cookies.check(trip.back.name, sequence_number<u32>(trip.back.irs), sequence_number<u32>(trip.back.iss),
                           trip.back.echo, instant::from_microseconds(c.made_at + c.checked_after));
  return trip;
}

/// Carries one cookie to and fro with at most one thing changed; what is wrong, or nothing. `Cookies` is syn_cookies or
/// a broken one.
template <class Cookies>
[[nodiscard]] std::string carry_cookie(const cookie_case& c) {
  // A clock that goes back while the secret is replaced: what counts then is nobody's promise.
  if (c.rotated && c.checked_after < 0) return {};
  const cookie_journey trip = travel<Cookies>(c);
  if (c.clock - trip.sent.timestamp > 63) return "the timestamp is far from the clock";
  const std::int64_t checked = c.made_at + c.checked_after;
  const auto expected = made_lately(c, trip.back, checked);
  const std::int64_t age = minute_of(checked) - minute_of(c.made_at);
  const bool unchanged = c.changed % 9 == 0 || (c.changed % 9 == 7 && !c.options.timestamps);
  const bool kept = !c.rotated || minute_of(c.made_at + c.rotated_after) >= minute_of(c.made_at);
  if (unchanged && kept && -1 <= age && age <= 1) {
    if (!trip.got) return "a good cookie is refused";
    if (*trip.got != remembered(c.options)) return "the options that come back are not those that were sent";
  }
  if (trip.got && !expected) return "a cookie is accepted that was not made";
  if (expected && trip.got != expected) return "a cookie that may have been made is not read as it was";
  if (trip.got && !unchanged) {
    // Once in 2^24 times this is luck, but not twice with two secrets.
    cookie_case again = c;
    again.key.first += 1;
    if (travel<Cookies>(again).got) return "a changed cookie is accepted, whatever the secret";
  }
  return {};
}

}  // namespace sequent::property

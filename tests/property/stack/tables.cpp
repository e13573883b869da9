// The tables under a stack, each beside a plain one: timer wheel, demultiplexer, ports, cookies, rate limits.
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sequent/stack/ephemeral_ports.hpp"
#include "tests/property/claim.hpp"
#include "tests/property/drive.hpp"
#include "tests/property/stack/cookie_subject.hpp"
#include "tests/property/stack/flow_subject.hpp"
#include "tests/property/stack/wheel_subject.hpp"

namespace sequent::property {
namespace tables_properties {

// A clock's beginning: 0, near either end of what an instant can say, or anywhere.
std::int64_t drawn_clock(number_choice& head) {
  const std::size_t way = head.pick(4);
  const std::uint64_t high = head.word();
  const auto any = static_cast<std::int64_t>(high << 32 | head.word());
  if (way == 1) return std::numeric_limits<std::int64_t>::max() - (any & 0xff'ffff);
  if (way == 2) return std::numeric_limits<std::int64_t>::min() + (any & 0xff'ffff);
  return way == 0 ? 0 : any;
}

template <std::int64_t Tick, unsigned Bits>
using small_wheel = timer_wheel<inline_slots<timer_node, wheel_timers>, Tick, Bits>;

template <class Narrow, class Wide>
case_check wheel_check() {
  return saying([](const drawn_case& c) {
    number_choice head(c.head);
    const bool wide = head.pick(2) == 1;
    const std::int64_t start = drawn_clock(head);
    return wide ? drive(wheel_subject<Wide, 1'000>(start), c.steps) : drive(wheel_subject<Narrow, 7>(start), c.steps);
  });
}

/// Takes the tick that holds a deadline for the one that ends it.
template <class Wheel, std::int64_t Tick>
struct early_wheel : Wheel {
  using Wheel::Wheel;
  void start(u32 index, instant deadline) noexcept {
    const bool room = deadline.microseconds() > std::numeric_limits<std::int64_t>::min() + Tick;
    Wheel::start(index, room ? deadline - duration::microseconds(Tick) : deadline);
  }
};

/// Puts a running timer off, but does not bring it forward.
template <class Wheel>
struct stubborn_wheel : Wheel {
  using Wheel::Wheel;
  void start(u32 index, instant deadline) noexcept {
    if (due_[index] && this->running(index)) deadline = std::max(deadline, *due_[index]);
    due_[index] = deadline;
    Wheel::start(index, deadline);
  }
  std::array<std::optional<instant>, wheel_timers> due_{};
};

/// Lets the sleeper sleep for a tick too long.
template <class Wheel, std::int64_t Tick>
struct sleepy_wheel : Wheel {
  using Wheel::Wheel;
  std::optional<instant> next() const noexcept {
    const auto at = Wheel::next();
    return at && at->microseconds() < std::numeric_limits<std::int64_t>::max() - Tick
               ? *at + duration::microseconds(Tick)
               : at;
  }
};

using narrow = small_wheel<7, 1>;
using wide = small_wheel<1'000, 6>;

const registered wheels{claim{
    // covers: timer-wheel
    .id = "timer-wheel",
    .says =
        "The timer wheel fires what a sorted list of deadlines fires, never early and less than a tick late; it says "
        "when to wake, and files a timer anew at most once a level for each start",
    .bounds =
        "12 timers; ticks of 7 us with two slots a level and of 1 ms with 64; deadlines and steps of the clock of any "
        "size, either way; clocks that begin at 0, near both ends of time, and anywhere; timers started and stopped "
        "while others fire; calls that may do at most 0 to 3 steps",
    .head = 6,
    .steps = 200,
    .cases = 4000,
    .run = wheel_check<narrow, wide>(),
    .controls = {{"deadlines are rounded down", wheel_check<early_wheel<narrow, 7>, early_wheel<wide, 1'000>>()},
                 {"a deadline is not brought forward", wheel_check<stubborn_wheel<narrow>, stubborn_wheel<wide>>()},
                 {"next() is a tick late", wheel_check<sleepy_wheel<narrow, 7>, sleepy_wheel<wide, 1'000>>()}},
}};

// The demultiplexer.

using small_table = flow_table<std::uint16_t, poor_hash, inline_slots<flow_slot, 32>>;

template <class Table>
case_check flow_check() {
  return saying([](const drawn_case& c) {
    number_choice head(c.head);
    return drive(flow_subject<Table, 32>(static_cast<std::uint32_t>(head.pick(4))), c.steps);
  });
}

/// Believes the tag without comparing keys.
struct trusting_table : small_table {
  using small_table::small_table;
  template <class KeyOf>
  std::optional<u32> find(std::uint16_t key, KeyOf&&) const noexcept {
    return small_table::candidate(tag_of(key));
  }
};

/// Leaves a gap where something was erased: what stands behind it is lost.
struct gaping_table : small_table {
  using small_table::small_table;
  bool erase(std::uint16_t key, u32 index) noexcept {
    if (!small_table::erase(key, index)) return false;
    gone_ = tag_of(key);
    return true;
  }
  template <class KeyOf>
  std::optional<u32> find(std::uint16_t key, KeyOf&& key_of) const noexcept {
    if (gone_ && *gone_ % 32 == tag_of(key) % 32) return std::nullopt;
    return small_table::find(key, key_of);
  }
  std::optional<u32> gone_;
};

const registered flows{claim{
    // covers: demultiplexing
    .id = "flow-table",
    .says =
        "The demultiplexer holds what a map holds, refuses nothing while it has room, and compares keys only where 32 "
        "bits of their hashes agree",
    .bounds =
        "32 slots, 24 keys of 300, four hashes: one that scatters and three on which keys collide, in place, in all 32 "
        "bits, and around the end of the table",
    .head = 1,
    .steps = 150,
    .cases = 1000,
    .run = flow_check<small_table>(),
    .controls = {{"keys are not compared", flow_check<trusting_table>()},
                 {"what is erased leaves a gap", flow_check<gaping_table>()}},
}};

// SYN cookies.

cookie_case drawn_cookie(number_choice& head) {
  cookie_case c;
  c.changed = static_cast<unsigned>(head.pick(9));
  c.change = 1 + static_cast<u32>(head.pick(0xffff));
  if (head.pick(2) == 1) c.change <<= 16;
  c.key = {head.word(), head.word() | 1};  // zeros are refused
  c.fresh = {head.word(), head.word() | 1};
  const bool v6 = head.pick(2) == 1;
  for (ip_address* address : {&c.name.local, &c.name.remote}) {
    ipv6_address octets{0x20, 0x01};
    if (!v6) octets = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    store32(octets.data() + 12, head.word());
    *address = ip_address::from_v6(octets);
  }
  c.name.local_port = static_cast<std::uint16_t>(head.pick(0x10000));
  c.name.remote_port = static_cast<std::uint16_t>(head.pick(0x10000));
  c.irs = head.word();
  c.options.mss = static_cast<std::uint16_t>(head.pick(2) == 0 ? head.pick(1'600) : head.pick(0x10000));
  c.options.timestamps = head.pick(3) != 0;
  if (head.pick(3) != 0) c.options.window_scale = static_cast<std::uint8_t>(head.pick(18));
  c.options.sack_permitted = head.pick(2) == 1;
  c.options.ecn = head.pick(2) == 1;
  c.clock = head.word();
  c.made_at = static_cast<std::int64_t>(head.word()) * 30'000 - 50'000'000'000'000;
  // Near the ends of a cookie's life, the end of the count's five bits, or anywhere.
  const std::size_t minutes = head.pick(3) == 0 ? head.pick(70) : head.pick(4);
  c.checked_after =
      static_cast<std::int64_t>(minutes) * 60'000'000 + static_cast<std::int64_t>(head.word() % 60'000'000);
  if (head.pick(10) == 9) c.checked_after = -c.checked_after;
  c.rotated = head.pick(3) == 2;
  c.rotated_after = static_cast<std::int64_t>(head.word() % 120'000'000);
  if (head.pick(10) == 9) c.rotated_after = -c.rotated_after;
  return c;
}

template <class Cookies>
case_check cookie_check() {
  return saying([](const drawn_case& c) {
    number_choice head(c.head);
    return carry_cookie<Cookies>(drawn_cookie(head));
  });
}

/// Accepts a cookie for any initial number of the peer: of those that it may be, it tries the right one.
struct any_peer_number : syn_cookies {
  using syn_cookies::syn_cookies;
  syn_cookie make(const flow& f, sequence_number<u32>, const cookie_options& o, u32 clock, instant now) const noexcept {
    return syn_cookies::make(f, {}, o, clock, now);
  }
  std::optional<cookie_options> check(const flow& f, sequence_number<u32>, sequence_number<u32> iss,
                                      std::optional<u32> echo, instant now) const noexcept {
    return syn_cookies::check(f, {}, iss, echo, now);
  }
};

/// Accepts cookies of the minute before the last too.
struct long_lived : syn_cookies {
  using syn_cookies::syn_cookies;
  std::optional<cookie_options> check(const flow& f, sequence_number<u32> irs, sequence_number<u32> iss,
                                      std::optional<u32> echo, instant now) const noexcept {
    const auto fresh = syn_cookies::check(f, irs, iss, echo, now);
    return fresh ? fresh : syn_cookies::check(f, irs, iss, echo, now - period);
  }
};

/// Knows only cookies of the past.
struct unforgiving : syn_cookies {
  using syn_cookies::syn_cookies;
  std::optional<cookie_options> check(const flow& f, sequence_number<u32> irs, sequence_number<u32> iss,
                                      std::optional<u32> echo, instant now) const noexcept {
    const auto read = syn_cookies::check(f, irs, iss, echo, now);
    return read && syn_cookies::check(f, irs, iss, echo, now + period) ? read : std::nullopt;
  }
};

/// Forgets the older secret at once.
struct forgetful : syn_cookies {
  using syn_cookies::syn_cookies;
  void rotate(secret_key fresh, instant) noexcept { static_cast<syn_cookies&>(*this) = syn_cookies(fresh); }
};

const registered cookies{claim{
    // covers: rfc4987#3.6 rfc4987#A
    .id = "syn-cookie",
    .says = "A SYN cookie is accepted if and only if it was made in this minute, the one before or, for a clock that "
            "went back, the next, for "
            "this flow, peer's number and options, with a secret in use; and it says what the SYN said",
    .bounds =
        "cookies that come back with nothing or one thing changed, up to 70 minutes later or before they were made; "
        "secrets replaced in between; both families",
    .head = 50,
    .steps = 0,
    .cases = 20'000,
    .run = cookie_check<syn_cookies>(),
    .controls = {{"the peer's number does not count", cookie_check<any_peer_number>()},
                 {"a cookie lives a minute longer", cookie_check<long_lived>()},
                 {"a clock that goes back over a minute's edge refuses what is fresh", cookie_check<unforgiving>()},
                 {"a new secret ends the old one's cookies", cookie_check<forgetful>()}},
}};

// Ephemeral ports.

template <class Ports>
std::string ports_case(const drawn_case& c) {
  number_choice head(c.head);
  port_range range;
  range.first = static_cast<std::uint16_t>(head.pick(2) == 0 ? 0xffff - head.pick(40) : head.pick(0xffff));
  range.last = static_cast<std::uint16_t>(std::min<std::size_t>(0xffff, range.first + head.pick(40)));
  Ports ports(secret_key{head.word(), head.word()}, range);
  std::vector<bool> used(0x10000);
  std::size_t free = ports.size();
  const ip_address local = ip_address::from_v4({192, 0, 2, 1});
  for (const step& s : c.steps) {
    const ip_address remote = ip_address::from_v4({198, 51, 100, static_cast<std::uint8_t>(s[1] % 3)});
    if (s[0] % 3 == 2) {
      const std::size_t port = range.first + s[2] % ports.size();
      free += used[port] ? 1u : 0u;
      used[port] = false;
      continue;
    }
    std::size_t asked = 0;
    const u32 tries = s[0] % 7 == 0 ? s[3] % 8 : 65'536u;
    const auto got = ports.choose(
        local, remote, 80, [&](std::uint16_t port) { return ++asked, used[port]; }, tries);
    if (asked > tries || asked > ports.size()) return "asked too often";
    if (!got) {
      if (tries == 65'536 && free != 0) return "a port is free, but was not found";
      continue;
    }
    if (*got < range.first || *got > range.last) return "a port outside the range";
    if (used[*got]) return "a port that is in use";
    used[*got] = true;
    --free;
  }
  return {};
}

/// Does not ask about the port that it gives.
struct careless_ports : ephemeral_ports {
  using ephemeral_ports::ephemeral_ports;
  template <class InUse>
  std::optional<std::uint16_t> choose(const ip_address& l, const ip_address& r, std::uint16_t p, InUse&& in_use,
                                      u32 tries = usual_tries) {
    bool first = true;
    return ephemeral_ports::choose(
        l, r, p, [&](std::uint16_t port) { return !std::exchange(first, false) && in_use(port); }, tries);
  }
};

/// Gives up after a single port.
struct impatient_ports : ephemeral_ports {
  using ephemeral_ports::ephemeral_ports;
  template <class InUse>
  std::optional<std::uint16_t> choose(const ip_address& l, const ip_address& r, std::uint16_t p, InUse&& in_use,
                                      u32 = 1) {
    return ephemeral_ports::choose(l, r, p, in_use, 1);
  }
};

const registered ports{claim{
    // covers: rfc6056#3.3
    .id = "ephemeral-ports",
    .says = "A port that is chosen is free and in the range, no more are asked about than may be, and of a range that "
            "has no more than these one is found as long as one is free",
    .bounds = "ranges of 1 to 40 ports, up to 65535; three remote sockets that share ports; any number of tries",
    .head = 8,
    .steps = 100,
    .cases = 3000,
    .run = saying(ports_case<ephemeral_ports>),
    .controls = {{"the first port is not asked about", saying(ports_case<careless_ports>)},
                 {"only one port is tried", saying(ports_case<impatient_ports>)}},
}};

/// Algorithm 4 of RFC 6056: in turn by one of a few counters, which remote sockets share.
struct counted_ports {
  explicit counted_ports(secret_key key, port_range = {}) : hash(key) {}
  template <class InUse>
  std::optional<std::uint16_t> choose(const ip_address& l, const ip_address& r, std::uint16_t p, InUse&&) {
    const std::uint64_t offset = hash(flow{l, r, 0, p});
    return static_cast<std::uint16_t>(49'152 + (offset + ++turns[offset >> 56]) % 16'384);
  }
  flow_hash hash;
  std::array<std::uint16_t, 256> turns{};
};

/// The same, keyed anew for each network. It still takes the next port next.
struct rekeyed_ports : counted_ports {
  using counted_ports::counted_ports;
  template <class InUse>
  std::optional<std::uint16_t> choose(const ip_address& l, const ip_address& r, std::uint16_t p, InUse&& in_use) {
    if (drawn++ % 256 == 0) hash = flow_hash({drawn, hash(flow{})});
    return counted_ports::choose(l, r, p, in_use);
  }
  std::uint64_t drawn = 0;
};

// Somebody sees the ports of 64 connections, each to a remote socket of its own, drawn with repetitions; then of the
// same 64 again, and again. How a port differs from the last one to the same socket must not be what it was the time
// before, nor small.
template <class Ports>
std::string untold_case(const drawn_case& c) {
  number_choice head(c.head);
  Ports ports(secret_key{std::uint64_t{head.word()} << 32 | head.word(), head.word()});
  const ip_address local = ip_address::from_v4({192, 0, 2, 1});
  const auto free = [](std::uint16_t) { return false; };
  std::array<std::array<int, 64>, 3> seen{};
  const std::size_t stride = 1 + 2 * head.pick(32);
  for (std::size_t round = 0; round != 3; ++round) {
    for (std::size_t i = 0; i != 64; ++i) {
      const auto host = static_cast<std::uint8_t>(i * stride % 64);
      seen[round][host] = *ports.choose(local, ip_address::from_v4({198, 51, 100, host}), 443, free);
    }
  }
  int same = 0;
  int near = 0;
  for (std::size_t host = 0; host != 64; ++host) {
    const int first = seen[1][host] - seen[0][host];
    const int second = seen[2][host] - seen[1][host];
    same += first == second ? 1 : 0;
    near += std::abs(first) <= 8 ? 1 : 0;
  }
  // 0.004 and 0.07 on average, if each port is anywhere: six of them come once in 10^10 cases.
  if (same >= 6) return "ports move on in steps that are the same each time, which tells the host apart";
  if (near >= 6) return "the next port to a remote socket is near the last one";
  return {};
}

const registered untold{claim{
    // covers: rfc6056#3.3
    .id = "ephemeral-ports-untold",
    .says =
        "The ports of connections to 64 remote sockets, opened three times, neither move on in steps that repeat nor "
        "stay near, so that they tell nothing about the host or its other connections",
    .bounds = "any secret, any order of the 64; a chance of less than 10^-10 a case to be wrong",
    .head = 7,
    .steps = 0,
    .cases = 500,
    .run = saying(untold_case<ephemeral_ports>),
    .controls = {{"remote sockets share 256 counters", saying(untold_case<counted_ports>)},
                 {"they are keyed anew", saying(untold_case<rekeyed_ports>)}},
}};

}  // namespace tables_properties
}  // namespace sequent::property

// One stack under attack, a virtual clock, and everybody else, whose packets are written by hand. What the stack itself
// does is done in functions whose names begin with counted_, so that a profiler can tell it from what the attacker
// does.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "bench/measure.hpp"
#include "sequent/stack.hpp"
#include "tests/support/stack_net.hpp"

namespace bench::worst {

using sequent::flow;
using sequent::handle;
using sequent::instant;
using sequent::u32;
using sequent::test::at;
using sequent::test::ms;
using sequent::test::octet_string;
using sequent::test::packet;
using sequent::test::s;

/// What an attack sent and what it drew.
struct tally {
  std::uint64_t packets_in = 0;
  std::uint64_t octets_in = 0;
  std::uint64_t packets_out = 0;
  std::uint64_t octets_out = 0;
};

/// One adversarial input. It makes a victim, brings it to where the attack begins, and attacks with `packets` packets.
struct attack {
  std::string_view name;
  std::string_view what;
  void (*run)(std::uint32_t packets, tally& count);
  std::uint32_t packets = 1'000;
};

/// Attacks by the peer of a connection, by strangers, and on what others hold.
[[nodiscard]] std::span<const attack> attacks_by_peers();
[[nodiscard]] std::span<const attack> attacks_by_strangers();
[[nodiscard]] std::span<const attack> attacks_on_others();

template <class Stack>
[[gnu::noinline]] void counted_deliver(Stack& tcp, std::span<const std::uint8_t> octets, instant now) {
  tcp.on_packet(octets, now);
}
template <class Stack>
[[gnu::noinline]] std::optional<sequent::packet_out> counted_poll(Stack& tcp, std::span<std::uint8_t> room,
                                                                  instant now) {
  return tcp.poll_packet(now, room);
}
template <class Stack>
[[gnu::noinline]] void counted_deadline(Stack& tcp, instant now) {
  tcp.on_deadline(now);
}

template <class Stack, class... Arguments>
[[gnu::noinline]] sequent::result<handle> counted_connect(Stack& tcp, const Arguments&... arguments) {
  return tcp.connect(arguments...);
}

/// A megabyte each way, cookies, Fast Open: what a server has.
struct server_connection : sequent::default_policy {
  using send_storage = sequent::span_storage;
  using receive_storage = sequent::span_storage;
  using fast_open = sequent::with_fast_open;
};
struct server : sequent::default_stack_policy {
  using connection_policy = server_connection;
  static constexpr sequent::stack_sizes sizes{.send_octets = 1u << 20,
                                              .receive_octets = 1u << 20,
                                              .max_connections = 8,
                                              .max_half_open = 1'024,
                                              .max_time_wait = 8};
};

/// Many connections, four of which are awake.
struct crowd_connection : sequent::default_policy {
  using send_storage = sequent::inline_storage<4'096>;
  using receive_storage = sequent::inline_storage<4'096>;
};
struct crowd : sequent::default_stack_policy {
  using connection_policy = crowd_connection;
  static constexpr sequent::stack_sizes sizes{.max_connections = 64, .max_awake = 4};
};

[[nodiscard]] inline sequent::stack_config configuration() {
  sequent::stack_config config;
  config.secret = {0x0123'4567'89ab'cdef, 0xfedc'ba98'7654'3210};
  return config;
}

/// The flow of a peer of ours, by number.
[[nodiscard]] inline flow peer_flow(u32 n) {
  const sequent::ipv4_address theirs{11, static_cast<std::uint8_t>(n >> 20 & 0xffu),
                                     static_cast<std::uint8_t>(n >> 12 & 0xffu), 7};
  return {sequent::test::v4(1), sequent::ip_address::from_v4(theirs), 80,
          static_cast<std::uint16_t>(1'024 + n % 4'096)};
}

template <class Policy>
class victim {
 public:
  using stack = sequent::stack<Policy>;

  explicit victim(tally& count, const sequent::stack_config& config = configuration())
      : memory_(stack::buffer_octets), tcp(std::make_unique<stack>(config, memory_)), count_(count), room_(65'536) {
    const auto made = tcp->listen(std::nullopt, 80, 1'024);
    require(made.has_value(), "listening");
    listening = *made;
  }

  /// A packet that is no part of the attack. Nothing is counted.
  void give(const octet_string& octets) {
    counting_ = false;
    pass_on(octets);
    counting_ = true;
  }
  /// One that is.
  void strike(const octet_string& octets) {
    ++count_.packets_in;
    count_.octets_in += octets.size();
    pass_on(octets);
  }
  void give(const flow& path, const packet& p) { give(sequent::test::packet_to(path, p)); }
  void strike(const flow& path, const packet& p) { strike(sequent::test::packet_to(path, p)); }

  /// Everything that is to be sent now, as part of the attack if `counting`.
  void drain(bool counting = true) {
    counting_ = counting;
    empty();
    counting_ = true;
  }
  /// Time passes, with every deadline met and everything sent on the way.
  void wait(sequent::duration span) {
    const instant end = now + span;
    for (auto due = tcp->next_deadline(); due && *due <= end; due = tcp->next_deadline()) {
      now = std::max(now, *due);
      counted_deadline(*tcp, now);
      empty();
    }
    now = end;
  }

  /// What was sent since the last clear().
  std::vector<sequent::test::seen> sent{};
  bool remember = true;  ///< whether what is sent goes there

 private:
  std::vector<std::uint8_t> memory_;

 public:
  std::unique_ptr<stack> tcp;
  handle listening{};
  instant now = instant{} + s(1'000);

 private:
  // The functions that are counted are for the attack alone.
  void pass_on(const octet_string& octets) {
    if (counting_) {
      counted_deliver(*tcp, octets, now);
    } else {
      tcp->on_packet(octets, now);
    }
    empty();
  }
  void empty() {
    for (std::size_t i = 0; i != 100'000; ++i) {
      const auto out = counting_ ? counted_poll(*tcp, room_, now) : tcp->poll_packet(now, room_);
      if (!out) return;
      if (counting_) {
        ++count_.packets_out;
        count_.octets_out += out->length;
      }
      if (!remember) continue;
      if (auto read = sequent::test::read_packet(std::span(room_).first(out->length))) sent.push_back(*read);
    }
    require(false, "the stack never stops sending");
  }

  tally& count_;
  octet_string room_;
  bool counting_ = true;
};

/// A connection of the attacker's own, with every option that is on by default.
template <class Policy>
class attacker {
 public:
  attacker(victim<Policy>& of, u32 n, std::uint16_t mss = 1'460, std::uint8_t shift = 7)
      : path(peer_flow(n)), victim_(of) {
    packet syn = at(seq).syn().mss(mss).sack_permitted().ts(clock);
    if (shift != 0) syn.scale(shift);
    victim_.sent.clear();
    victim_.give(path, syn);
    require(victim_.sent.size() == 1, "a SYN is not answered");
    const auto& answer = victim_.sent.front().segment;
    una = top = answer.seq() + 1;
    require(answer.header.options.ts.has_value(), "no timestamps");
    echo = answer.header.options.ts->value.wire();
    ++seq;
    victim_.give(path, next());
    const auto made = victim_.tcp->accept(victim_.listening);
    require(made.has_value(), "accepting");
    of_victim = *made;
    while (victim_.tcp->next_event()) {
    }
  }

  /// A bare acknowledgment of everything before `una`.
  [[nodiscard]] packet next() { return at(seq).ack(una).window(window).ts(++clock, echo); }
  /// The same with a report of octets [first, last).
  static packet& report(packet& p, u32 first, u32 last) {
    p.header.options.sack.push({sequent::sequence_number<u32>(first), sequent::sequence_number<u32>(last)});
    return p;
  }

  /// The user writes for ever and everything is acknowledged, until so much is in flight, or as much as may be.
  void grow(u32 flight) {
    const octet_string text(1u << 16, 0x5a);
    for (int round = 0; round != 60; ++round) {
      while (victim_.tcp->write(of_victim, text)) {
      }
      victim_.sent.clear();
      victim_.drain(false);
      see();
      if (top - una >= flight) return;
      victim_.now = victim_.now + ms(10);
      victim_.sent.clear();
      acknowledge_all();
      see();
      if (top - una >= flight) return;
    }
  }

  flow path;
  u32 seq = 5'000;
  u32 una = 0;  ///< what is acknowledged
  u32 top = 0;  ///< what was sent
  u32 window = 0xffff;
  u32 clock = 1;
  u32 echo = 0;
  handle of_victim{};

 private:
  victim<Policy>& victim_;

  // Looks at what was sent.
  void see() {
    for (const auto& each : victim_.sent) {
      const u32 last = each.segment.seq() + each.segment.header.text_length;
      if (last - una < 0x8000'0000u && last - una > top - una) top = last;
      if (each.segment.header.options.ts) echo = each.segment.header.options.ts->value.wire();
    }
  }
  void acknowledge_all() {
    const u32 until = top;
    while (una != until) {
      una += std::min(2'896u, until - una);
      victim_.give(path, next());
    }
  }
};

}  // namespace bench::worst

// Attacks by the peer of a connection on the half that sends: reports, windows and sizes, all of them well-formed.
#include <array>
#include <optional>
#include <random>

#include "bench/worst/scene.hpp"
#include "tests/support/ip_packets.hpp"

namespace bench::worst {
namespace {

constexpr u32 flight = 700'000;  // octets that are outstanding when an attack begins
constexpr u32 size = 1'448;      // of text in a segment

using peer = attacker<server>;

// A connection of the attacker's with so much in flight as a large window lets out.
struct outstanding {
  victim<server> of;
  peer by;

  explicit outstanding(tally& count, const sequent::stack_config& config = configuration())
      : of(count, config), by(of, 0) {
    by.grow(flight);
    require(by.top - by.una >= flight, "too little is in flight");
    of.remember = false;
  }
  u32 segments() const { return (by.top - by.una) / size; }
  // The n-th segment outstanding.
  u32 segment(u32 n) const { return by.una + n * size; }
  // A packet each ten microseconds.
  void strike(const packet& p) {
    of.now = of.now + sequent::duration::microseconds(10);
    of.strike(by.path, p);
  }
};

// Packets that report up to three blocks of `length` octets each; `begins(packet, block)` says where, or that there is
// none.
template <class Begins>
void report_each(outstanding& scene, u32 packets, Begins begins, u32 length = size) {
  for (u32 i = 0; i != packets; ++i) {
    packet p = scene.by.next();
    for (u32 block = 0; block != 3; ++block) {
      if (const std::optional<u32> first = begins(i, block)) peer::report(p, *first, *first + length);
    }
    scene.strike(p);
  }
}

// What a receiver says that misses every second segment: each report has one more, and the two before it.
void sack_comb(u32 packets, tally& count) {
  outstanding scene(count);
  report_each(scene, packets, [&](u32 i, u32 back) -> std::optional<u32> {
    if (back > i) return std::nullopt;
    return scene.segment(1 + 2 * ((i - back) % (scene.segments() / 2)));
  });
}

// The same from the other end.
void sack_falling(u32 packets, tally& count) {
  outstanding scene(count);
  report_each(scene, packets, [&](u32 i, u32 back) -> std::optional<u32> {
    if (back > i) return std::nullopt;
    return scene.segment(scene.segments() - 1 - 2 * ((i - back) % (scene.segments() / 2 - 1)));
  });
}

// Three segments anywhere.
void sack_random(u32 packets, tally& count) {
  outstanding scene(count);
  std::mt19937 random(7);
  report_each(scene, packets, [&](u32, u32) -> std::optional<u32> {
    return scene.segment(1 + static_cast<u32>(random()) % (scene.segments() - 1));
  });
}

// Three single octets anywhere, which breaks up every run.
void sack_octets(u32 packets, tally& count) {
  outstanding scene(count);
  std::mt19937 random(7);
  report_each(
      scene, packets,
      [&](u32, u32) -> std::optional<u32> {
        return scene.by.una + 1 + static_cast<u32>(random()) % (scene.by.top - scene.by.una - 2);
      },
      1);
}

// A comb over all that is outstanding, an octet of which is then acknowledged at a time: the head moves, nothing else.
void sack_sliding(u32 packets, tally& count) {
  outstanding scene(count);
  for (u32 i = 0; i != 90; ++i) {
    packet p = scene.by.next();
    for (u32 block = 0; block != 3; ++block) {
      const u32 first = scene.segment(3 + (3 * i + block) * 5 / 2);
      if (first - scene.by.una < scene.by.top - scene.by.una - size) peer::report(p, first, first + 9);
    }
    scene.of.give(scene.by.path, p);
  }
  for (u32 i = 0; i != packets; ++i) {
    ++scene.by.una;
    packet p = scene.by.next();
    peer::report(p, scene.segment(40) + i, scene.segment(40) + i + 1);
    scene.strike(p);
  }
}

// Reports of what was acknowledged long ago, as if each repetition had been needless.
void dsack(u32 packets, tally& count) {
  outstanding scene(count);
  for (u32 i = 0; i != packets; ++i) {
    packet p = scene.by.next();
    peer::report(p, scene.by.una - 2 * size, scene.by.una - size);
    peer::report(p, scene.segment(i % 300 + 2), scene.segment(i % 300 + 3));
    scene.strike(p);
  }
}

// Duplicates without reports.
void duplicates(u32 packets, tally& count) {
  outstanding scene(count);
  for (u32 i = 0; i != packets; ++i) scene.strike(scene.by.next());
}

// An octet each time (RFC 3465).
void divided(u32 packets, tally& count) {
  outstanding scene(count);
  for (u32 i = 0; i != packets; ++i) {
    ++scene.by.una;
    scene.strike(scene.by.next());
  }
}

// Of what was never sent (RFC 5961 section 5).
void unsent(u32 packets, tally& count) {
  outstanding scene(count);
  for (u32 i = 0; i != packets; ++i) {
    packet p = scene.by.next();
    scene.strike(p.ack(scene.by.top + 1 + i));
  }
}

// A window that closes and opens.
void toggle(u32 packets, tally& count) {
  outstanding scene(count);
  for (u32 i = 0; i != packets; ++i) {
    packet p = scene.by.next();
    scene.strike(p.window(i % 2 == 0 ? 0 : 0xffff));
  }
}

// A window that shrinks by an octet and grows by one.
void tremble(u32 packets, tally& count) {
  outstanding scene(count);
  for (u32 i = 0; i != packets; ++i) {
    packet p = scene.by.next();
    scene.strike(p.window(i % 2 == 0 ? 100 : 101));
  }
}

// A window of one octet, which is acknowledged each time.
void tiny_window(u32 packets, tally& count) {
  victim<server> of(count);
  peer by(of, 0, 1'460, 0);
  by.window = 1;
  of.give(by.path, by.next());
  const octet_string text(1u << 16, 0x5a);
  require(of.tcp->write(by.of_victim, text).has_value(), "writing");
  of.drain(false);
  of.remember = false;
  for (u32 i = 0; i != packets; ++i) {
    of.now = of.now + ms(250);
    of.wait({});
    ++by.una;
    of.strike(by.path, by.next());
  }
}

// A peer that announces an MSS of 1 and a large window, which it acknowledges in strides.
void tiny_mss(u32 packets, tally& count) {
  victim<server> of(count);
  peer by(of, 0, 1);
  by.grow(20'000);
  of.remember = false;
  for (u32 i = 0; i != packets; ++i) {
    of.now = of.now + ms(1);
    by.una += 48;
    of.strike(by.path, by.next());
  }
}

// ICMP errors, each of which says that the path takes an octet less. What they quote is outstanding, and no segment of
// that size was acknowledged before, so that they are believed (RFC 5927 section 7.2).
void icmp_falling(u32 packets, tally& count) {
  namespace build = sequent::build;
  victim<server> of(count);
  peer by(of, 0);
  require(of.tcp->write(by.of_victim, octet_string(1u << 20, 0x5a)).has_value(), "writing");
  of.drain(false);
  of.remember = false;
  const build::four mine{10, 0, 0, 1};
  for (u32 i = 0; i != packets; ++i) {
    auto quoted = build::ipv4_packet(build::tcp_front(80, by.path.remote_port, by.una),
                                     {.source = mine, .destination = by.path.remote.v4()});
    build::put16(quoted, 2, 1'500);
    build::mend_ipv4(quoted);
    of.now = of.now + ms(1);
    of.strike(build::ipv4_packet(build::icmpv4_message(3, 4, 1'499 - i, quoted),
                                 {.source = build::router4, .destination = mine, .protocol = 1}));
  }
}

// Congestion is echoed with every acknowledgment.
void echo(u32 packets, tally& count) {
  auto config = configuration();
  config.connection.ecn = true;
  outstanding scene(count, config);
  for (u32 i = 0; i != packets; ++i) {
    scene.by.una += size;
    packet p = scene.by.next();
    p.header.control = p.header.control.with(sequent::control_bits<u32>::ece_bit);
    scene.strike(p);
  }
}

// What an honest receiver says: of every second segment, and the stack goes on.
void usual_acknowledgments(u32 packets, tally& count) {
  outstanding scene(count);
  const octet_string text(1u << 12, 0x5a);
  for (u32 i = 0; i != packets; ++i) {
    scene.by.una += 2 * size;
    scene.strike(scene.by.next());
    while (scene.of.tcp->write(scene.by.of_victim, text)) {
    }
  }
}

// What an honest sender sends: full segments in order, read at once, every second of which is acknowledged.
void usual_text(u32 packets, tally& count) {
  victim<server> of(count);
  peer by(of, 0);
  of.remember = false;
  octet_string room(1u << 16);
  for (u32 i = 0; i != packets; ++i) {
    packet p = by.next();
    of.strike(by.path, p.text(size));
    by.seq += size;
    (void)of.tcp->read(by.of_victim, room);
  }
}

constexpr std::array attacks{
    attack{"usual.ack", "no attack: an acknowledgment of two segments, and what it lets out", usual_acknowledgments},
    attack{"usual.text", "no attack: a full segment in order", usual_text},
    attack{"sack.comb", "reports of every second segment, rising", sack_comb},
    attack{"sack.falling", "the same, falling", sack_falling},
    attack{"sack.random", "three reported segments anywhere", sack_random},
    attack{"sack.octets", "three reported octets anywhere", sack_octets},
    attack{"sack.sliding", "a full scoreboard whose head moves by an octet", sack_sliding},
    attack{"sack.repeated", "DSACK of what was never repeated, and one segment more", dsack},
    attack{"ack.duplicate", "duplicate acknowledgments", duplicates},
    attack{"ack.divided", "acknowledgments of an octet each", divided},
    attack{"ack.unsent", "acknowledgments of what was never sent", unsent},
    attack{"window.toggle", "a window that closes and opens, 0.7 MB in flight", toggle, 200},
    attack{"window.tremble", "a window that shrinks and grows by 128 octets, 0.7 MB in flight", tremble, 200},
    attack{"window.octet", "a window of one octet", tiny_window, 500},
    attack{"mss.octet", "an MSS of one octet, 48 octets acknowledged at a time", tiny_mss},
    attack{"icmp.falling", "too big, octet by octet, ten segments in flight", icmp_falling, 1'400},
    attack{"ecn.echo", "an echo of congestion with every acknowledgment", echo, 400},
};

}  // namespace

std::span<const attack> attacks_by_peers() { return attacks; }

}  // namespace bench::worst

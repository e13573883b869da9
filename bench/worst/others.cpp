// Attacks on the connections of others by who knows addresses and ports, and by peers on what they share with others:
// sleepers, reassembly, options, answers.
#include <algorithm>
#include <array>
#include <deque>
#include <random>
#include <vector>

#include "bench/worst/scene.hpp"
#include "sequent/stack/flow_table.hpp"
#include "tests/support/ip_packets.hpp"

namespace bench::worst {
namespace {

// An established connection that has nothing to do.
struct idle_connection {
  victim<server> of;
  attacker<server> by;
  explicit idle_connection(tally& count) : of(count), by(of, 0) { of.remember = false; }
};

// RSTs inside the window but at another number (RFC 5961 section 3).
void reset_flood(u32 packets, tally& count) {
  idle_connection scene(count);
  for (u32 i = 0; i != packets; ++i) scene.of.strike(scene.by.path, at(scene.by.seq + 1 + i * 61u % 60'000u).rst());
}

// SYNs (section 4).
void syn_flood(u32 packets, tally& count) {
  idle_connection scene(count);
  for (u32 i = 0; i != packets; ++i) scene.of.strike(scene.by.path, at(i * 4'000'037u).syn().mss(1'460));
}

// Text at numbers outside the window.
void blind_text(u32 packets, tally& count) {
  idle_connection scene(count);
  for (u32 i = 0; i != packets; ++i) {
    packet p = at(scene.by.seq + 0x4000'0000u + i * 4'037u).ack(scene.by.una).ts(2, scene.by.echo);
    scene.of.strike(scene.by.path, p.text(1));
  }
}

// Octets of text with a hole after each, in random order: no two touch.
void reassembly(u32 packets, tally& count) {
  idle_connection scene(count);
  std::vector<u32> order(packets);
  for (u32 i = 0; i != packets; ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), std::mt19937(7));
  for (const u32 place : order) {
    packet p = at(scene.by.seq + 1 + 2 * place).ack(scene.by.una).ts(++scene.by.clock, scene.by.echo);
    scene.of.strike(scene.by.path, p.text(1));
  }
}

// The same, falling, and then over everything again.
void reassembly_again(u32 packets, tally& count) {
  idle_connection scene(count);
  for (u32 i = 0; i != packets; ++i) {
    const u32 place = (packets - i) % (packets / 2);
    packet p = at(scene.by.seq + 1 + 2 * place).ack(scene.by.una).ts(++scene.by.clock, scene.by.echo);
    scene.of.strike(scene.by.path, p.text(1));
  }
}

// A segment with 40 octets of options that we write ourselves.
octet_string with_options(const flow& path, const packet& p, const sequent::build::octets& options) {
  namespace build = sequent::build;
  packet plain = p;
  plain.header.source_port = path.remote_port;
  plain.header.destination_port = path.local_port;
  plain.header.options = {};
  octet_string segment = sequent::test::wire(plain, {});
  segment.insert(segment.begin() + 20, options.begin(), options.end());
  segment[12] = static_cast<std::uint8_t>((5 + options.size() / 4) << 4);
  build::put16(segment, 16, 0);
  const std::uint64_t pseudo =
      build::word_sum(path.remote.v4()) + build::word_sum(path.local.v4()) + 6 + segment.size();
  build::put16(segment, 16, build::plain_checksum(segment, pseudo));
  return build::ipv4_packet(segment, {.source = path.remote.v4(), .destination = path.local.v4()});
}

// Twenty unknown options of two octets each.
void unknown_options(u32 packets, tally& count) {
  idle_connection scene(count);
  sequent::build::octets options;
  for (std::uint8_t i = 0; i != 20; ++i) options.insert(options.end(), {static_cast<std::uint8_t>(100 + i), 2});
  for (u32 i = 0; i != packets; ++i) {
    scene.of.strike(with_options(scene.by.path, at(scene.by.seq).ack(scene.by.una), options));
  }
}

// Known ones again and again, the last of which counts.
void repeated_options(u32 packets, tally& count) {
  idle_connection scene(count);
  sequent::build::octets options;
  for (int i = 0; i != 4; ++i) options.insert(options.end(), {8, 10, 0, 0, 0, 9, 0, 0, 0, 1});
  for (u32 i = 0; i != packets; ++i) {
    scene.of.strike(with_options(scene.by.path, at(scene.by.seq).ack(scene.by.una), options));
  }
}

// Sixty-four connections, sixty of which sleep.
struct sleepers {
  victim<crowd> of;
  std::deque<attacker<crowd>> peers;
  explicit sleepers(tally& count) : of(count) {
    for (u32 n = 0; n != crowd::sizes.max_connections; ++n) peers.emplace_back(of, n);
    require(of.tcp->connections() == crowd::sizes.max_connections && of.tcp->connections_awake() == 4, "who sleeps");
    of.remember = false;
  }
  // The one that fell asleep longest ago, in turns.
  attacker<crowd>& next(u32 i) { return peers[i % peers.size()]; }
};

void sleepers_reset(u32 packets, tally& count) {
  sleepers scene(count);
  for (u32 i = 0; i != packets; ++i) {
    auto& of = scene.next(i);
    scene.of.strike(of.path, at(of.seq + 0x4000'0000u).rst());
  }
}

void sleepers_text(u32 packets, tally& count) {
  sleepers scene(count);
  for (u32 i = 0; i != packets; ++i) {
    auto& of = scene.next(i);
    scene.of.strike(of.path, at(of.seq).ack(of.una).text(1));  // without the timestamps that were agreed
  }
}

void sleepers_urgent(u32 packets, tally& count) {
  sleepers scene(count);
  for (u32 i = 0; i != packets; ++i) {
    auto& of = scene.next(i);
    packet p = at(of.seq).ack(of.una).ts(of.clock, of.echo);
    scene.of.strike(of.path, p.urg(1));
  }
}

// How far the furthest flow stands from home in a table that is half full, and what it costs to look for one that is
// not there: strangers' ports and addresses, under a key that they do not know. `packets_out` is that distance.
void half_full(u32 packets, tally& count) {
  using table_of = sequent::flow_table<flow, sequent::flow_hash, sequent::span_slots<sequent::flow_slot>>;
  std::vector<sequent::flow_slot> slots(std::size_t{1} << 17);
  table_of table(sequent::span_slots<sequent::flow_slot>(slots), sequent::flow_hash(configuration().secret));
  for (u32 i = 0; i != slots.size() / 2; ++i) require(table.insert(peer_flow(i), i), "inserting");
  count.packets_in = packets;
  count.packets_out = table.furthest();
}

// Room for more connections than there are ports to one server.
struct caller : sequent::default_stack_policy {
  using connection_policy = crowd_connection;
  static constexpr sequent::stack_sizes sizes{.max_connections = 256};
};

// No packets at all: our own user, at whose wish a server has every port that there is for it, wants one more.
void ports_taken(u32 calls, tally& count) {
  sequent::stack_config config = configuration();
  config.ports = {1'000, 1'199};
  victim<caller> of(count, config);
  const auto connect = [&] {
    return counted_connect(*of.tcp, sequent::test::v4(1), sequent::test::v4(9), std::uint16_t{80}, of.now);
  };
  for (std::uint16_t port = 1'000; port != 1'200; ++port) {
    require(of.tcp->connect(sequent::test::v4(1), sequent::test::v4(9), 80, of.now, port).has_value(), "connecting");
  }
  for (u32 i = 0; i != calls; ++i) require(!connect().has_value(), "finding no port");
  count.packets_in = calls;
}

constexpr std::array attacks{
    attack{"reset.window", "RSTs in the window of one connection", reset_flood},
    attack{"reset.syn", "SYNs to one connection", syn_flood},
    attack{"text.blind", "text outside the window of one connection", blind_text},
    attack{"reassembly.octets", "single octets with holes between, in random order", reassembly, 10'000},
    attack{"reassembly.falling", "the same falling, and then again", reassembly_again, 10'000},
    attack{"options.unknown", "twenty unknown options", unknown_options},
    attack{"options.repeated", "four timestamps options", repeated_options},
    attack{"sleepers.reset", "a RST outside the window of each sleeper in turn", sleepers_reset},
    attack{"sleepers.text", "text without the agreed timestamps to each sleeper in turn", sleepers_text},
    attack{"sleepers.urgent", "an urgent pointer to each sleeper in turn", sleepers_urgent},
    attack{"flows.furthest", "the furthest probe of a half-full table of 131,072 places", half_full, 1},
    attack{"connect.ports", "no packet: `connect()` with every port to a server in use", ports_taken},
};

}  // namespace

std::span<const attack> attacks_on_others() { return attacks; }

}  // namespace bench::worst

// Attacks by strangers, whose addresses may be forged: SYNs, cookies, what belongs to no connection, and nonsense.
#include <array>
#include <random>

#include "bench/worst/scene.hpp"
#include "tests/support/ip_packets.hpp"

namespace bench::worst {
namespace {

packet syn() { return at(5'000).syn().mss(1'460).scale(7).sack_permitted().ts(1); }

// Every SYN is from somebody else. There is room for all.
void syn_queue(u32 packets, tally& count) {
  victim<server> of(count);
  of.remember = false;
  for (u32 i = 0; i != packets; ++i) of.strike(peer_flow(i), syn());
}

// The same when the queue is full.
void syn_cookies(u32 packets, tally& count) {
  victim<server> of(count);
  of.remember = false;
  for (u32 i = 0; i != server::sizes.max_half_open; ++i) of.give(peer_flow(i), syn());
  for (u32 i = 0; i != packets; ++i) of.strike(peer_flow(100'000 + i), syn());
  require(of.tcp->statistics().cookies_sent >= packets, "cookies were not sent");
}

// One SYN as small as can be, and everything that is sent to whom it claims to come from.
void syn_unanswered(u32 packets, tally& count) {
  victim<server> of(count);
  of.remember = false;
  for (u32 i = 0; i != packets; ++i) of.strike(peer_flow(i), at(5'000).syn());
  of.wait(s(600));
}

// Acknowledgments that might bring cookies back, made at random.
void ack_cookies(u32 packets, tally& count) {
  victim<server> of(count);
  of.remember = false;
  for (u32 i = 0; i != server::sizes.max_half_open + 1; ++i) of.give(peer_flow(i), syn());
  std::mt19937 random(7);
  for (u32 i = 0; i != packets; ++i) {
    packet p = at(static_cast<u32>(random())).ack(static_cast<u32>(random()));
    of.strike(peer_flow(100'000 + i), p.ts(2, static_cast<u32>(random())));
  }
  require(of.tcp->connections() == 0, "a cookie was guessed");
}

// Numbers tried on a half-open connection.
void ack_half_open(u32 packets, tally& count) {
  victim<server> of(count);
  of.remember = false;
  of.give(peer_flow(0), syn());
  for (u32 i = 0; i != packets; ++i) of.strike(peer_flow(0), at(5'001).ack(i * 4'000'037u).ts(2, 1));
}

// To a port where nobody listens, each from somebody else.
void nobody(u32 packets, tally& count) {
  victim<server> of(count);
  of.remember = false;
  for (u32 i = 0; i != packets; ++i) {
    flow path = peer_flow(i);
    path.local_port = 81;
    of.strike(path, syn());
  }
}

// The largest packet whose checksum does not hold.
void bad_checksum(u32 packets, tally& count) {
  victim<server> of(count);
  of.remember = false;
  auto broken = sequent::test::packet_to(peer_flow(0), at(5'000).ack(1).text(1'460));
  broken.back() ^= 1u;
  for (u32 i = 0; i != packets; ++i) of.strike(broken);
}

// Octets at random, in an IPv4 header that holds.
void nonsense(u32 packets, tally& count) {
  victim<server> of(count);
  of.remember = false;
  std::mt19937 random(7);
  for (u32 i = 0; i != packets; ++i) {
    sequent::build::octets payload(60);
    for (auto& octet : payload) octet = static_cast<std::uint8_t>(random());
    of.strike(sequent::build::ipv4_packet(payload, {.protocol = static_cast<std::uint8_t>(i % 2 == 0 ? 6 : 1)}));
  }
}

// A client's Fast Open, its cookie earned honestly, from an address that somebody else then has: text goes to it at
// once. The user answers with all that it may.
void fast_open(u32 packets, tally& count) {
  victim<server> of(count);
  require(of.tcp->allow_fast_open(of.listening, 4).has_value(), "allowing Fast Open");
  packet ask = syn();
  ask.header.options.fast_open = sequent::fast_open_cookie{};
  of.give(peer_flow(0), ask);
  require(of.sent.size() == 1 && of.sent[0].segment.header.options.fast_open, "no cookie was given");
  const auto cookie = of.sent[0].segment.header.options.fast_open;
  of.remember = false;
  const octet_string answer(1u << 16, 0x5a);
  for (u32 i = 0; i != packets; ++i) {
    packet open = at(5'000).syn().text("a");
    open.header.options.fast_open = cookie;
    flow path = peer_flow(0);
    path.remote_port = static_cast<std::uint16_t>(2'000 + i);
    of.strike(path, open);
    while (const auto made = of.tcp->accept(of.listening)) {
      (void)of.tcp->write(*made, answer);
      of.drain();
    }
  }
  of.wait(s(600));
}

constexpr std::array attacks{
    attack{"syn.queue", "SYNs that the queue takes", syn_queue},
    attack{"syn.cookie", "SYNs that cookies answer", syn_cookies},
    attack{"syn.unanswered", "one SYN, and all that it draws", syn_unanswered, 1},
    attack{"ack.cookie", "acknowledgments that might bring cookies back", ack_cookies},
    attack{"ack.half_open", "numbers tried on a half-open connection", ack_half_open},
    attack{"nobody.syn", "SYNs to a port where nobody listens", nobody},
    attack{"nonsense.checksum", "1500 octets whose checksum does not hold", bad_checksum},
    attack{"nonsense.octets", "random octets as TCP or ICMP", nonsense},
    attack{"fast_open.text", "Fast Opens with a good cookie, never acknowledged", fast_open, 8},
};

}  // namespace

std::span<const attack> attacks_by_strangers() { return attacks; }

}  // namespace bench::worst

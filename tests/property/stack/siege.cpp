// An adversary is one more chooser: whatever it sends, honest clients are served, and what it draws and holds is
// bounded.
#include <array>
#include <string>
#include <vector>

#include "tests/property/claim.hpp"
#include "tests/property/stack/besieged_world.hpp"
#include "tests/support/ip_packets.hpp"

namespace sequent::property {
namespace siege_properties {

// A connection of the adversary's own, or what it takes for one.
struct own_connection {
  flow path{};
  u32 seq = 5'000;
  u32 una = 0;
  u32 top = 0;
  u32 clock = 1;
  u32 echo = 0;
  bool open = false;
};

class adversary {
 public:
  adversary(besieged_world& world, std::size_t most_own) : world_(world), own_(most_own) {
    for (std::size_t i = 0; i != own_.size(); ++i) {
      own_[i].path = {test::v4(1), test::v4(besieged_world::own), 80, static_cast<std::uint16_t>(3'000 + i)};
    }
  }

  /// What one drawn step has it do.
  void act(const step& s) {
    switch (s[0] % 16) {
      case 0: return strangers_syn(s);
      case 1: return strangers_guess(s);
      case 2: return nonsense(s);
      case 3: return forged_reset(s);
      case 4: return forged_syn(s);
      case 5: return forged_text(s);
      case 6: return forged_report(s);
      case 7: return flood(s);
      case 8:
      case 9: return open(s);
      case 10: return toggle(s);
      case 11: return reports(s);
      case 12: return own_text(s);
      case 13: return fast_open(s);
      case 14: return world_.wait(duration::milliseconds(s[1] % 50));
      default: return world_.wait(duration::milliseconds(s[1] % 3'000));
    }
  }

 private:
  void strike(const flow& path, const test::packet& p) { world_.strike(test::packet_to(path, p), path.remote); }
  [[nodiscard]] static flow stranger(std::uint16_t drawn) {
    const auto host = static_cast<std::uint8_t>(besieged_world::strangers + drawn % 20);
    return {test::v4(1), test::v4(host), static_cast<std::uint16_t>(drawn / 20 % 8 == 0 ? 81 : 80),
            static_cast<std::uint16_t>(2'000 + drawn / 160 % 10)};
  }
  [[nodiscard]] static test::packet plain_syn(std::uint16_t drawn) {
    test::packet syn = test::at(5'000).syn();
    if (drawn % 2 == 1) syn.mss(1'460).sack_permitted().scale(2).ts(drawn);
    return syn;
  }

  void strangers_syn(const step& s) { strike(stranger(s[1]), plain_syn(s[2])); }
  void flood(const step& s) {
    for (std::uint16_t i = 0; i != 12; ++i) strike(stranger(static_cast<std::uint16_t>(s[1] + i * 7)), plain_syn(s[2]));
  }
  void strangers_guess(const step& s) {
    test::packet p = test::at(5'001u + s[2] % 3).ack(u32{s[3]} << 16 | s[2]);
    if (s[1] % 3 == 1) p.rst();
    if (s[1] % 3 == 2) p.text(20);
    strike(stranger(s[1]), p);
  }
  void nonsense(const step& s) {
    build::octets payload(40);
    for (std::size_t i = 0; i != payload.size(); ++i) payload[i] = static_cast<std::uint8_t>(s[1] >> i % 8 ^ s[2] * i);
    const build::four from{10, 0, 0, besieged_world::strangers};
    world_.strike(build::ipv4_packet(payload, {.source = from, .destination = {10, 0, 0, 1}, .protocol = 6}),
                  ip_address::from_v4(from));
  }

  // An honest client's flow as the server sees it, and where its numbers stand. That the adversary knows these makes
  // it stronger than one who is off the path; the one number that ends a connection it does not use.
  [[nodiscard]] const test::seen* victim(std::uint16_t drawn) const {
    if (world_.to_server.empty()) return nullptr;
    auto at = world_.to_server.begin();
    std::advance(at, drawn % world_.to_server.size());
    return &at->second;
  }
  [[nodiscard]] static flow as_server_sees(const test::seen& of) {
    return {of.path.remote, of.path.local, of.path.remote_port, of.path.local_port};
  }
  // A number of its window, or beyond, but none that it may send next.
  [[nodiscard]] static u32 near(const test::seen& of, const step& s) {
    const u32 next = of.segment.seq() + of.segment.header.length();
    return s[2] % 4 == 0 ? next + 0x4000'0000u : next + 2'100u + s[2] % 400u;
  }
  void forged_reset(const step& s) {
    if (const auto* of = victim(s[1])) strike(as_server_sees(*of), test::at(near(*of, s)).rst());
  }
  void forged_syn(const step& s) {
    if (const auto* of = victim(s[1])) strike(as_server_sees(*of), plain_syn(s[2]));
  }
  // Text inside the window, but without the timestamps that were agreed; urgent, now and then.
  void forged_text(const step& s) {
    const auto* of = victim(s[1]);
    if (of == nullptr || of->segment.header.control.syn() || !of->segment.header.options.ts) return;
    test::packet p = test::at(of->segment.seq() + of->segment.header.length()).ack(of->segment.acknowledges());
    if (s[2] % 3 == 0) p.urg(1);
    strike(as_server_sees(*of), p.text(1 + s[3] % 50));
  }
  // An ICMP error about what the server may have outstanding: unreachable, or too big.
  void forged_report(const step& s) {
    const auto* of = victim(s[1]);
    if (of == nullptr) return;
    const flow path = as_server_sees(*of);
    auto quoted = build::ipv4_packet(build::tcp_front(80, path.remote_port, of->segment.acknowledges() + s[2] % 2),
                                     {.source = {10, 0, 0, 1}, .destination = path.remote.v4()});
    build::put16(quoted, 2, 576);
    build::mend_ipv4(quoted);
    const bool size = s[2] / 2 % 2 == 1;
    const auto code = static_cast<std::uint8_t>(size ? 4 : s[2] / 4 % 4);
    world_.strike(build::ipv4_packet(build::icmpv4_message(3, code, size ? 570u - s[3] % 500 : 0, quoted),
                                     {.source = build::router4, .destination = {10, 0, 0, 1}, .protocol = 1}),
                  path.remote);
  }

  // Its own connections.
  void learn() {
    for (const test::seen& each : world_.seen_by_adversary) {
      for (own_connection& mine : own_) {
        if (each.path.remote_port != mine.path.remote_port) continue;
        const auto& header = each.segment.header;
        if (header.control.syn()) mine.una = mine.top = each.segment.seq() + 1;
        if (header.options.ts) mine.echo = header.options.ts->value.wire();
        const u32 last = each.segment.seq() + header.length();
        if (last - mine.una < 0x8000'0000u && last - mine.una > mine.top - mine.una) mine.top = last;
      }
    }
    world_.seen_by_adversary.clear();
  }
  own_connection* mine(std::uint16_t drawn) {
    learn();
    own_connection& chosen = own_[drawn % own_.size()];
    return chosen.open ? &chosen : nullptr;
  }
  [[nodiscard]] static test::packet next(own_connection& of) {
    return test::at(of.seq).ack(of.una).ts(++of.clock, of.echo);
  }
  void open(const step& s) {
    learn();
    own_connection& chosen = own_[s[1] % own_.size()];
    if (chosen.open) return;
    strike(chosen.path, test::at(chosen.seq).syn().mss(s[2] % 5 == 0 ? 1 : 1'460).sack_permitted().ts(chosen.clock));
    learn();
    if (chosen.una == 0) return;
    chosen.open = true;
    ++chosen.seq;
    strike(chosen.path, next(chosen));
  }
  // It asks for an echo, which stays outstanding, and closes and opens its window.
  void toggle(const step& s) {
    if (auto* of = mine(s[1])) {
      for (std::uint16_t i = 0; i != 1 + s[2] % 8; ++i) strike(of->path, next(*of).window(i % 2 == 0 ? 0 : 0xffff));
    }
  }
  void reports(const step& s) {
    auto* of = mine(s[1]);
    if (of == nullptr) return;
    const u32 flight = of->top - of->una;
    test::packet p = next(*of);
    for (u32 i = 0; i != 3 && flight > 4; ++i) {
      const u32 first = of->una + 1 + (s[2] * (i + 1)) % (flight - 2);
      p.header.options.sack.push({sequence_number<u32>(first), sequence_number<u32>(first + 1)});
    }
    if (s[3] % 4 == 0) p.ack(of->una + s[3] / 4 % (flight + 3));
    strike(of->path, p);
  }
  void own_text(const step& s) {
    auto* of = mine(s[1]);
    if (of == nullptr) return;
    const bool in_order = s[2] % 2 == 0;
    test::packet p = next(*of);
    if (!in_order) p.header.seq = sequence_number<u32>(of->seq + 1 + s[3] % 2'000);
    p.text(in_order ? 1 + s[3] % 400 : 1);
    if (in_order) of->seq += p.header.text_length;
    strike(of->path, p);
  }
  // With the cookie that it earned: the address is its own, the ports are anything.
  void fast_open(const step& s) {
    learn();
    const flow path{test::v4(1), test::v4(besieged_world::own + 1), 80, static_cast<std::uint16_t>(4'000 + s[1] % 3)};
    test::packet syn = plain_syn(s[2]);
    const auto from = path.remote.v6();
    (void)from;
    syn.header.options.fast_open = cookie_ ? *cookie_ : fast_open_cookie{};
    if (cookie_) syn.text(1 + s[3] % 100);
    strike(path, syn);
    for (const test::seen& each : world_.seen_by_adversary) {
      const auto& given = each.segment.header.options.fast_open;
      if (given && !given->is_request()) cookie_ = *given;
    }
    // It ends what it opened, as the address's holder would: RSTs (RFC 7413 section 5.1).
    if (s[3] % 2 == 0) strike(path, test::at(5'001u + syn.header.text_length).rst());
  }

  besieged_world& world_;
  std::vector<own_connection> own_;
  std::optional<fast_open_cookie> cookie_{};
};

// Octets sent to addresses that are not known to be true: the SYN,ACK of one SYN, eight times, is the most (8.8 for 1).
// Own connections get their echoes, each sent again some ten times until it is given up.
std::string judged(const besieged_world& world) {
  const auto& strangers = world.from_strangers;
  if (strangers.out * 10 > strangers.in * 88) return "strangers draw more than 8.8 octets for one";
  const auto& own = world.from_own;
  if (own.out > own.in * 12 + 4'000) return "a peer draws more than twelve octets for one";
  return {};
}

// Whoever knows the secret forges cookies and guesses numbers, so with one of zeros nothing opens.
std::string opens_nothing(const stack_config& config) {
  const auto server = std::make_unique<besieged_stack>(config);
  if (server->listen(test::v4(1), 80, 10)) return "a stack listens though its secret is zeros";
  if (server->connect(test::v4(1), test::v4(2), 80, instant{})) return "a stack connects though its secret is zeros";
  return {};
}

std::string siege(const drawn_case& c, siege_fault fault) {
  number_choice head(c.head);
  stack_config config = test::plain_stack(7);
  config.secret = {head.word(), head.word()};
  config.cookies = static_cast<cookie_policy>(1 + head.pick(2));
  config.connection.timestamps = config.connection.sack = true;
  config.connection.zero_window = duration::seconds(30);
  if (config.secret.is_zero()) return opens_nothing(config);
  besieged_world world(config, fault, duration::milliseconds(static_cast<std::int64_t>(1 + head.pick(40))));
  adversary by(world, 1 + head.pick(3));
  const std::size_t octets = 1 + head.pick(4'000);
  const std::size_t apart = 1 + head.pick(40);
  for (std::size_t i = 0; i != c.steps.size() && world.wrong.empty(); ++i) {
    if (i % apart == 0 && i / apart < besieged_world::honest_clients) world.come(i / apart, octets);
    by.act(c.steps[i]);
    if (auto why = judged(world); !why.empty()) return why;
  }
  world.wait(duration::seconds(400));
  if (!world.wrong.empty()) return world.wrong;
  if (world.waiting()) return "an honest client is still waiting";
  if (auto why = judged(world); !why.empty()) return why;
  world.wait(duration::seconds(600));
  if (world.server->half_open_connections() + world.server->time_wait_connections() != 0)
    return "records are kept for ever";
  if (world.server->connections() > 3 + 2) return "strangers hold places of connections";
  return world.wrong;
}

case_check siege_check(siege_fault fault) {
  return saying([fault](const drawn_case& c) { return siege(c, fault); });
}

const registered siege_claim{claim{
    // covers: sleeping listeners syn-cookies fast-open limits owed-answers
    .id = "siege",
    .says = "Whatever an adversary sends, honest clients get back what they sent, the stack's tables agree, strangers "
            "draw at most 8.8 octets for each that they send and peers twelve, and what they took is free again in the "
            "end",
    .bounds =
        "three honest clients of one to 4,000 octets, with timestamps; room for twelve connections, six of them "
        "awake, six half-open, two opened fast; SYNs, guesses, nonsense, floods of twelve from twenty addresses; "
        "RSTs, SYNs, text and ICMP errors in the names of honest clients, near their numbers but for the one that a "
        "RST "
        "needs, without their timestamps; up to three connections of the adversary's own, with windows that close and "
        "open, "
        "reports, text out of order, an MSS of one octet; Fast Opens with a cookie, reset or not; at most 120 steps, "
        "up to 3 s apart; now and then the secret is zeros, and nothing may open; a client whose cookie found "
        "every place taken may have to come again",
    .head = 9,
    .steps = 120,
    .cases = 400,
    .run = siege_check(siege_fault::none),
    .controls = {{"answers to strangers are sent four times", siege_check(siege_fault::amplifies)},
                 {"a RST near the window ends a connection", siege_check(siege_fault::believes_rst)},
                 {"the user never gives a connection back", siege_check(siege_fault::keeps_places)},
                 {"what is outstanding is sent with every answer to a peer", siege_check(siege_fault::answers_again)}},
}};

}  // namespace siege_properties
}  // namespace sequent::property

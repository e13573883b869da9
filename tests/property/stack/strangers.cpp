// What one sees of the answers to others: nothing. The same packets twice, among such as are answered and such as are
// not.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tests/property/claim.hpp"
#include "tests/support/stack_net.hpp"

namespace sequent::property {
namespace strangers_properties {

// Room for everybody that is drawn, and for few answers to nobody.
struct stranger_policy : default_stack_policy {
  struct connection_policy : default_policy {
    using send_storage = inline_storage<200>;
    using receive_storage = inline_storage<200>;
  };
  static constexpr stack_sizes sizes{
      .max_connections = 160, .max_half_open = 160, .max_time_wait = 160, .max_replies = 4};
};

// A fault of the host around the stack: it loses what is postponed, as a ring of answers would that drops the newest;
// or it sends so many RSTs and no more, whosoever they are.
// Or it polls when there is no room any more, rather than after so many packets.
enum class fault { none, ring, common_limit, polls_when_full };

// Ten addresses are the observer's, and ten are others'. Ports: 80 has a listener, 81 has none.
[[nodiscard]] flow drawn_flow(const step& s, bool others) {
  const auto host = static_cast<std::uint8_t>((others ? 100 : 10) + s[1] % 10);
  return {test::v4(1), test::v4(host), static_cast<std::uint16_t>(80 + s[2] % 2),
          static_cast<std::uint16_t>(9 + s[2] / 2 % 3)};
}

[[nodiscard]] test::packet drawn_packet(const step& s, u32 iss) {
  const u32 off = s[3] % 4 == 0 ? s[3] / 4 : 0u;
  test::packet p = test::at(5'001 + off);
  switch (s[2] / 6 % 8) {
    case 0:
    case 1: return test::at(5'000).syn().mss(1'000);
    case 2: return p.ack(iss + 1 + s[3] / 64 % 3);
    case 3: return p.ack(iss + 1).text(s[3] % 30);
    case 4: return p.ack(iss + 1).fin();
    case 5: return p.ack(iss + 1).rst();
    case 6: return p.rst();
    default: return p.ack(s[3]);
  }
}

// What the observer gets in a run: every packet to an address of his, in order.
std::vector<std::pair<flow, test::packet>> observed(const drawn_case& c, fault wrong, bool with_others) {
  number_choice head(c.head);
  stack_config config = test::plain_stack();
  config.secret = {head.word(), head.word() | 1};  // zeros are refused
  config.cookies = static_cast<cookie_policy>(head.pick(3));
  const std::size_t batch = 1 + head.pick(40);
  test::stack_host<stranger_policy> host(config);
  const auto listening = host.tcp->listen(std::nullopt, 80, 150);
  std::vector<std::pair<flow, test::packet>> own;
  std::size_t resets = 0;
  const auto poll = [&] {
    for (const test::seen& each : host.out()) {
      if (wrong == fault::common_limit && each.segment.header.control.rst() && ++resets > 3) continue;
      if (each.path.remote.v4()[3] < 100) own.emplace_back(each.path, each.segment);
    }
    while (host.tcp->accept(*listening)) {
    }
    host.events();
  };
  std::vector<test::octet_string> packets;
  const auto hand_over = [&] {
    const std::vector<std::span<const std::uint8_t>> views(packets.begin(), packets.end());
    for (std::span<const std::span<const std::uint8_t>> left(views); !left.empty();) {
      if (wrong == fault::ring) {
        (void)host.tcp->on_packet(left.front(), host.now);
        left = left.subspan(1);
        continue;
      }
      if (wrong == fault::polls_when_full) {
        if (host.tcp->on_packet(left.front(), host.now) == delivery::postponed) {
          poll();
        } else {
          left = left.subspan(1);
        }
        continue;
      }
      const std::size_t taken = host.tcp->on_packets(left, host.now);
      if (taken == 0) return;  // it would be so for ever: everything has been polled
      left = left.subspan(taken);
      poll();
    }
    packets.clear();
    poll();
  };
  std::size_t in_batch = 0;
  for (const step& s : c.steps) {
    const bool others = s[0] % 2 == 1;
    const flow path = drawn_flow(s, others);
    const u32 iss =
        initial_sequence_number(isn_offset(derive_key(config.secret, key_use::sequence_numbers), path.local.v6(),
                                           path.local_port, path.remote.v6(), path.remote_port),
                                host.now)
            .wire();
    packets.push_back(test::packet_to(path, others && !with_others ? test::at(1).rst() : drawn_packet(s, iss)));
    if (++in_batch % batch != 0) continue;  // batches end at the same steps in both runs
    hand_over();
    host.now = host.now + duration::milliseconds(s[0] / 2 % 8 == 0 ? s[3] % 3'000 : 0);
    host.tcp->on_deadline(host.now);
    poll();
  }
  hand_over();
  return own;
}

std::string strangers_case(const drawn_case& c, fault wrong) {
  const auto alone = observed(c, wrong, false);
  const auto among = observed(c, wrong, true);
  if (alone.size() != among.size()) return "one sees from the number of one's answers that others were answered";
  for (std::size_t i = 0; i != alone.size(); ++i) {
    if (!(alone[i].first == among[i].first))
      return "one sees from the order of one's answers that others were answered";
    if (!(alone[i].second.header == among[i].second.header) || alone[i].second.octets != among[i].second.octets) {
      return "one sees from one's answers that others were answered";
    }
  }
  return {};
}

case_check strangers_check(fault wrong) {
  return saying([wrong](const drawn_case& c) { return strangers_case(c, wrong); });
}

const registered strangers{claim{
    // covers: owed-answers
    .id = "stack-strangers",
    .says = "Whatever packets others send, or somebody in their name, what one gets oneself is the same, segment by "
            "segment and in the same order: answers are owed by records or wait for room, and no limit is shared",
    .bounds =
        "ten addresses of the observer's and ten of others, three ports of each, towards a listener and a closed port; "
        "SYN, ACK, text, FIN and RST that fit and that do not; batches of 1 to 40 packets with room for four answers "
        "to nobody, polled as often as on_packets() asks for it; beside that others send nothing but RSTs; every "
        "cookie policy; at most 150 packets; room for a record of "
        "each: the SYN queue and the backlog are shared, and their filling up shows (docs/stack.md)",
    .head = 8,
    .steps = 150,
    .cases = 3000,
    .run = strangers_check(fault::none),
    .controls = {{"a ring of answers drops the newest", strangers_check(fault::ring)},
                 {"all RSTs share one limit", strangers_check(fault::common_limit)},
                 {"what is owed goes out when there is no room for more", strangers_check(fault::polls_when_full)}},
}};

}  // namespace strangers_properties
}  // namespace sequent::property

// Two stacks that carry streams over a bad network.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/property/claim.hpp"
#include "tests/support/stack_net.hpp"

namespace sequent::property {
namespace between_stacks_properties {

// Counts how often the network has lost a segment, so that it stays one over which a connection lives: a SYN that is
// lost for five minutes is given up, and rightly. Each repetition of a segment counts as that segment; and so does each
// SYN of a connection, as a cookie's number changes with the time.
class loss_count {
 public:
  static constexpr int most = 4;
  /// Whether the segment in an IPv4 packet may be lost once more, which is counted.
  bool allows(const test::octet_string& packet) {
    const auto tcp = packet.begin() + 20;
    test::octet_string which(tcp, tcp + 14);  // ports, SEG.SEQ, SEG.ACK, control bits
    if ((which[13] & 2) != 0) std::fill(which.begin() + 4, which.begin() + 12, std::uint8_t{0});
    int& lost = lost_[which];
    return lost++ < most;
  }

 private:
  std::map<test::octet_string, int> lost_{};
};

// The network does to the n-th packet what the n-th step says, and is good once the steps are used up.
template <bool Corrupts, int Shortest = 2>
std::string streams_case(const drawn_case& c) {
  number_choice head(c.head);
  stack_config left = test::plain_stack(1 + head.pick(1'000));
  stack_config right = test::plain_stack(7);
  left.connection.timestamps = right.connection.timestamps = head.pick(2) == 1;
  left.connection.sack = right.connection.sack = head.pick(2) == 1;
  right.cookies = static_cast<cookie_policy>(head.pick(3));
  const std::size_t count = 1 + head.pick(3);
  const std::size_t length = 100 + head.pick(5'000);
  test::stack_net<> net(left, right);
  // One path in five is shorter than the timestamps' clock can tell.
  const auto delay = static_cast<std::int64_t>(head.pick(50));
  net.latency = delay < 10 ? duration::microseconds(100) : duration::milliseconds(delay);
  std::string hasty;
  std::size_t next = 0;
  // A cookie comes back with the first octet or never: if all segments that bring it are lost, the connection is reset.
  const bool fragile = right.cookies == cookie_policy::always;
  loss_count losses;
  net.loses = [&](int from, const test::octet_string& packet) {
    const bool bad = next < c.steps.size() && c.steps[next++][0] % 4 == 1 && !(fragile && from == 0);
    return bad && losses.allows(packet);
  };
  auto& client = *net.end[0];
  auto& server = *net.end[1];
  const handle listening = *server.listen(std::nullopt, 80, 4);
  std::vector<handle> opened;
  for (std::size_t i = 0; i != count; ++i) opened.push_back(*client.connect(test::v4(1), test::v4(2), 80, net.now));
  std::vector<std::size_t> written(count);
  std::vector<std::pair<handle, test::octet_string>> received;
  bool corrupted = !Corrupts;
  const auto work = [&] {
    for (std::size_t i = 0; i != count; ++i) {
      // Each stream begins elsewhere in the pattern.
      const auto taken = client.write(opened[i], test::pattern(length - written[i], 10'000 * i + written[i]));
      if (taken) written[i] += *taken;
      const bool open = client.find(opened[i])->state() != connection_state::syn_sent;
      if (open && written[i] == length) (void)client.shutdown(opened[i]);
    }
    while (const auto made = server.accept(listening)) received.push_back({*made, {}});
    // No answer comes sooner than the path is long there and back; a cookie, which nobody has seen go, tells no time.
    const auto judge = [&](const auto& end, handle of) {
      const auto* const at = end.find(of);
      if (at == nullptr || !at->sending().rtt().sampled()) return;
      if (at->sending().rtt().smoothed() + duration::microseconds(1) < net.latency * Shortest) {
        hasty = "a round trip is shorter than the path";
      }
    };
    for (const handle of : opened) judge(client, of);
    for (const auto& each : received) judge(server, each.first);
    for (auto& [from, octets] : received) {
      test::octet_string room(700);
      for (auto got = server.read(from, room); got && *got != 0; got = server.read(from, room)) {
        octets.insert(octets.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(*got));
      }
      if (!corrupted && octets.size() > 50) {
        octets[50] ^= 1;
        corrupted = true;
      }
    }
  };
  net.run(duration::seconds(2'000), work);
  if (!hasty.empty()) return hasty;
  if (received.size() != count) return "the server accepted " + std::to_string(received.size()) + " connections";
  for (std::size_t i = 0; i != count; ++i) {
    const auto expected = test::pattern(length, 10'000 * i);
    const auto same = [&](const auto& each) { return each.second == expected; };
    if (std::count_if(received.begin(), received.end(), same) != 1) return "stream " + std::to_string(i) + " differs";
  }
  return client.consistent() && server.consistent() ? std::string() : "the tables do not agree";
}

const registered streams{claim{
    // covers: demultiplexing listeners syn-cookies rfc6298#3
    .id = "stack-streams",
    .says = "Streams of several connections between two stacks arrive whole, each at its own end, although packets are "
            "lost; and no round trip is measured that is shorter than the path (RFC 6298 section 3)",
    .bounds =
        "paths of 0.1 to 49 ms; one to three connections, streams of 100 to 5100 octets, up to 300 packets of which a "
        "quarter is lost, none of them more than four times, and none after them, with timestamps or SACK or neither, "
        "with cookies never, on overflow or always; with cookies always only what comes from the server is lost, as a "
        "cookie is not repeated",
    .head = 8,
    .steps = 300,
    .cases = 6'000,
    .run = saying(streams_case<false>),
    .controls = {{"an octet is changed on the way to its reader", saying(streams_case<true>)},
                 {"the path is twice as long", saying(streams_case<false, 4>)}},
}};

}  // namespace between_stacks_properties
}  // namespace sequent::property

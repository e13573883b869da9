// The stack: beside a map of whole connections, and carrying streams over a bad network.
#include <string>
#include <utility>
#include <vector>

#include "tests/property/claim.hpp"
#include "tests/property/stack_subject.hpp"

namespace sequent::property {
namespace {

stack_setting drawn_setting(number_choice& head) {
  stack_setting drawn;
  drawn.options = head.pick(2) == 1;
  drawn.latency_ms = static_cast<std::uint16_t>(head.pick(50));
  drawn.timestamps = head.pick(2) == 1;
  drawn.ecn = head.pick(2) == 1;
  drawn.short_lived = head.pick(2) == 1;
  drawn.named = head.pick(2) == 1;
  return drawn;
}

template <class Policy>
std::string drive(const stack_setting& drawn, stack_fault fault, const std::vector<step>& steps) {
  stack_subject<Policy> subject(drawn, fault);
  for (std::size_t i = 0; i != steps.size(); ++i) {
    if (std::string wrong = subject.apply(steps[i]); !wrong.empty()) return "step " + std::to_string(i) + ": " + wrong;
  }
  return {};
}

case_check map_check(stack_fault fault) {
  return saying([fault](const drawn_case& c) {
    number_choice head(c.head);
    return drive<roomy_policy>(drawn_setting(head), fault, c.steps);
  });
}

const registered maps{claim{
    // covers: demultiplexing listeners time-wait-records
    .id = "stack-map",
    .says =
        "A stack sends on every flow what a map from flows to whole connections sends, and ends in the same states: "
        "each segment and ICMP error reaches its connection, the compact SYN queue and TIME-WAIT change nothing, what "
        "is nobody's is not answered, no place is lost",
    .bounds =
        "ten flows of both families, six of which differ in one place each, and six that are opened from here; with "
        "and without timestamps, SACK, window scale and ECN; at most 120 segments, ICMP errors, calls and waits; "
        "limits hardly ever reached, no cookies, no early end of TIME-WAIT",
    .head = 6,
    .steps = 120,
    .cases = 4000,
    .run = map_check(stack_fault::none),
    .controls = {{"some segments reach another connection", map_check(stack_fault::crossed)},
                 {"TIME-WAIT ends early", map_check(stack_fault::forgets_time_wait)},
                 {"a new SYN ends TIME-WAIT", map_check(stack_fault::reuses_time_wait)},
                 {"marks of congestion are not passed on", map_check(stack_fault::sees_no_mark)},
                 {"a packet of a nobody is answered", map_check(stack_fault::takes_strangers)},
                 {"the SYN queue sends its SYN,ACK again too late", map_check(stack_fault::repeats_late)}},
}};

case_check limits_check(stack_fault fault) {
  return saying([fault](const drawn_case& c) {
    number_choice head(c.head);
    stack_setting drawn = drawn_setting(head);
    drawn.cookies = static_cast<cookie_policy>(head.pick(3));
    drawn.reuse = head.pick(4) != 0;
    drawn.lazy = head.pick(2) == 1;
    drawn.backlog = 1 + static_cast<u32>(head.pick(4));
    return drive<tight_policy>(drawn, fault, c.steps);
  });
}

const registered limits{claim{
    .id = "stack-limits",
    .says = "A stack whose tables are too small does at each limit what is documented: it keeps, drops, answers with a "
            "cookie, forgets the oldest or refuses exactly when a model of a few counts does; a cookie that comes back "
            "makes the connection that its SYN would have made, a new SYN ends TIME-WAIT as RFC 6191 says and gives it "
            "back if nothing comes of it",
    .bounds =
        "ten flows and six opened from here, with ports named or chosen from three; room for five connections, three "
        "half-open ones and two in TIME-WAIT; backlogs of one to four, accepted at once or late; every cookie policy, "
        "with secrets replaced; TIME-WAIT of 4 and 240 s; two retries of a SYN,ACK and 255; at most 150 segments, ICMP "
        "errors, calls and waits; the limit of RSTs is not reached",
    .head = 10,
    .steps = 150,
    .cases = 4000,
    .run = limits_check(stack_fault::none),
    .controls = {{"the backlog is one too long", limits_check(stack_fault::longer_backlog)},
                 {"a new secret ends the old one's cookies", limits_check(stack_fault::forgets_old_secret)},
                 {"a new SYN ends TIME-WAIT where it must not, and not where it should",
                  limits_check(stack_fault::reuses_time_wait)},
                 {"TIME-WAIT ends early", limits_check(stack_fault::forgets_time_wait)}},
}};

// A remote asks for as many RSTs as it likes, from any port and to any; then forty others ask for one each. A fault
// makes every remote look like one and the same, or another one from each of its ports.
enum class reset_fault { none, common, by_port };

std::string resets_case(const drawn_case& c, reset_fault fault) {
  number_choice head(c.head);
  stack_config config = test::plain_stack();
  config.secret = {head.word(), head.word()};
  config.reset_burst = 1 + static_cast<u32>(head.pick(8));
  config.reset_interval = duration::milliseconds(1 + static_cast<std::int64_t>(head.pick(1'000)));
  test::stack_host<> host(config);
  const auto answered = [&](std::uint8_t remote, std::uint16_t port) {
    flow path{test::v4(1), test::v4(fault == reset_fault::common ? std::uint8_t{2} : remote), 80, port};
    if (fault == reset_fault::by_port) path.remote = test::v4(static_cast<std::uint8_t>(port));
    return host.in(path, test::at(1).ack(1)).size();
  };
  const instant begin = host.now;
  std::uint64_t sent = 0;
  for (const step& s : c.steps) {
    host.now = host.now + duration::milliseconds(s[0] % 4 == 0 ? s[1] % 50 : 0);
    sent += answered(2, s[2]);
  }
  for (u32 i = 0; i != 10; ++i) sent += answered(2, static_cast<std::uint16_t>(i));
  const duration span = host.now - begin;
  const auto most = config.reset_burst + static_cast<std::uint64_t>(span.count() / config.reset_interval.count());
  if (sent > most) return "one remote got more RSTs than its burst and rate";
  std::uint64_t others = 0;
  for (std::uint8_t remote = 3; remote != 43; ++remote) others += answered(remote, 9);
  return others < 30 ? "who asks for nothing sees how much another has asked for" : std::string();
}

case_check resets_check(reset_fault fault) {
  return saying([fault](const drawn_case& c) { return resets_case(c, fault); });
}

const registered resets{claim{
    .id = "stack-resets",
    .says =
        "A remote gets no more RSTs than its burst and rate, whatever ports it uses, and what it has used up hardly "
        "shows in what others get (CVE-2016-5696)",
    .bounds =
        "any secret, bursts of 1 to 8, intervals of 1 ms to 1 s; at most 110 segments of one remote, then one each of "
        "40 others, of which 30 at least are answered: they fall into 256 buckets",
    .head = 6,
    .steps = 100,
    .cases = 1000,
    .run = resets_check(reset_fault::none),
    .controls = {{"all remotes share one limit", resets_check(reset_fault::common)},
                 {"each port has a limit of its own", resets_check(reset_fault::by_port)}},
}};

// The network does to the n-th packet what the n-th step says, and is good once the steps are used up.
template <bool Corrupts>
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
  net.latency = duration::milliseconds(1 + static_cast<std::int64_t>(head.pick(50)));
  std::size_t next = 0;
  // A cookie comes back with the first octet or never: if all segments that bring it are lost, the connection is reset.
  const bool fragile = right.cookies == cookie_policy::always;
  net.loses = [&](int from, const test::octet_string&) {
    return next < c.steps.size() && c.steps[next++][0] % 4 == 1 && !(fragile && from == 0);
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
  if (received.size() != count) return "the server accepted " + std::to_string(received.size()) + " connections";
  for (std::size_t i = 0; i != count; ++i) {
    const auto expected = test::pattern(length, 10'000 * i);
    const auto same = [&](const auto& each) { return each.second == expected; };
    if (std::count_if(received.begin(), received.end(), same) != 1) return "stream " + std::to_string(i) + " differs";
  }
  return client.consistent() && server.consistent() ? std::string() : "the tables do not agree";
}

const registered streams{claim{
    // covers: demultiplexing listeners syn-cookies
    .id = "stack-streams",
    .says = "Streams of several connections between two stacks arrive whole, each at its own end, although packets are "
            "lost",
    .bounds =
        "one to three connections, streams of 100 to 5100 octets, up to 300 packets of which a quarter is lost and "
        "none after them, with timestamps or SACK or neither, with cookies never, on overflow or always; with cookies "
        "always "
        "only what comes from the server is lost, as a cookie is not repeated",
    .head = 8,
    .steps = 300,
    .cases = 300,
    .run = saying(streams_case<false>),
    .controls = {{"an octet is changed on the way to its reader", saying(streams_case<true>)}},
}};

}  // namespace
}  // namespace sequent::property

// The limit of RSTs that a stack sends for no connection: what one remote uses up shows little to others.
#include <cstdint>
#include <string>

#include "tests/property/claim.hpp"
#include "tests/support/stack_net.hpp"

namespace sequent::property {
namespace resets_properties {

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
    // covers: rate-limits
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

}  // namespace resets_properties
}  // namespace sequent::property

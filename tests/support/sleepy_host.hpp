// A stack with fewer places for those that are awake than connections, and scripted peers.
#pragma once

#include <algorithm>
#include <vector>

#include "tests/support/stack_net.hpp"

namespace sequent::test {

/// Four connections, of which two can be awake.
struct sleepy_policy : small_stack_policy {
  static constexpr stack_sizes sizes = test::with(small_stack_policy::sizes, [](stack_sizes& s) { s.max_awake = 2; });
};
/// A server with `count` connections from ports 1000 on, all accepted and told of.
class sleepy_host : public stack_host<sleepy_policy> {
 public:
  explicit sleepy_host(u32 count, const stack_config& config = plain_stack(),
                       const packet& syn = at(5'000).syn().mss(1'460))
      : stack_host(config) {
    listening = *tcp->listen(std::nullopt, 80, 4);
    for (u32 n = 0; n != count; ++n) open(n, syn);
  }
  void open(u32 n, const packet& syn = at(5'000).syn().mss(1'460)) {
    iss.push_back(handshake(path(n), syn));
    const auto given = tcp->accept(listening);
    if (given) handles.push_back(*given);
    events();
  }
  [[nodiscard]] static flow path(u32 n) { return from_peer(static_cast<std::uint16_t>(1'000 + n)); }
  /// A router says that the host is unreachable for what was sent with this number (ICMP 3/1).
  void report(const flow& path, u32 number) {
    const octet_string inner =
        packet_to({path.remote, path.local, path.remote_port, path.local_port}, at(number).ack(1));
    octet_string octets(28 + 28);
    octets[20] = 3;
    octets[21] = 1;
    std::copy_n(inner.begin(), 28, octets.begin() + 28);
    store16(octets.data() + 22, checksum_field(sum_octets(std::span(octets).subspan(20))));
    (void)emit_ipv4({.source = {10, 0, 0, 99}, .destination = path.local.v4(), .protocol = ip_protocol::icmp}, octets);
    in(octets);
  }
  [[nodiscard]] bool awake(u32 n) const { return tcp->find(handles[n]) != nullptr; }
  /// The next segment of the n-th peer, which has sent nothing but its SYN.
  [[nodiscard]] packet from(u32 n) const { return at(5'001).ack(iss[n] + 1); }

  handle listening{};
  std::vector<handle> handles{};
  std::vector<u32> iss{};
};

}  // namespace sequent::test

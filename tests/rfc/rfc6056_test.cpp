// RFC 6056: port randomization.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <vector>

#include "sequent/stack/ephemeral_ports.hpp"
#include "tests/support/stack_net.hpp"

namespace sequent::test {
namespace rfc6056_test {

constexpr ip_address here = ip_address::from_v4({192, 0, 2, 1});
constexpr ip_address there(int host) { return ip_address::from_v4({198, 51, 100, static_cast<std::uint8_t>(host)}); }
constexpr auto all_free = [](std::uint16_t) { return false; };

// Section 3.3.1: each port is drawn anew, anywhere in the range, to one remote socket as to many.
// covers: rfc6056#3.3.1
TEST(rfc6056_section_3_3_1, ports_are_anywhere_in_the_range) {
  for (const int hosts : {1, 256}) {
    ephemeral_ports ports({1, 2});
    std::vector<int> sixteenths(16);
    int follow = 0;
    int last = 0;
    for (int i = 0; i != 1'024; ++i) {
      const int port = *ports.choose(here, there(i % hosts), 80, all_free);
      ++sixteenths[static_cast<std::size_t>((port - 49'152) / 1'024)];
      follow += std::abs(port - last) <= 4 ? 1 : 0;
      last = port;
    }
    // 64 in each on average; eight standard deviations either way.
    EXPECT_GT(*std::min_element(sixteenths.begin(), sixteenths.end()), 2);
    EXPECT_LT(*std::max_element(sixteenths.begin(), sixteenths.end()), 126);
    EXPECT_LE(follow, 8) << "0.6 on average; nearly all if they were taken in turn";
  }
}

// Section 3.3.3: they depend on both addresses and the remote port, and on a secret.
// covers: rfc6056#3.3.3
TEST(rfc6056_section_3_3_3, the_port_depends_on_the_remote_socket_the_local_address_and_the_secret) {
  const auto first = [](secret_key key, ip_address local, ip_address remote, std::uint16_t port) {
    return *ephemeral_ports(key).choose(local, remote, port, all_free);
  };
  const std::set<std::uint16_t> all{first({1, 2}, here, there(1), 80), first({1, 2}, here, there(2), 80),
                                    first({1, 2}, here, there(1), 81), first({1, 2}, there(3), there(1), 80),
                                    first({1, 3}, here, there(1), 80), first({4, 2}, here, there(1), 80)};
  EXPECT_EQ(all.size(), 6u);
  EXPECT_EQ(first({1, 2}, here, there(1), 80), first({1, 2}, here, there(1), 80));
}

/// Opens connections to 256 remote sockets, twice in a row: what the port of each moved on by.
std::vector<int> steps_of(ephemeral_ports& ports) {
  std::vector<int> moved;
  for (int host = 0; host != 256; ++host) moved.push_back(-*ports.choose(here, there(host), 80, all_free));
  for (int host = 0; host != 256; ++host) {
    moved[static_cast<std::size_t>(host)] += *ports.choose(here, there(host), 80, all_free);
  }
  return moved;
}

// What a host's ports do in one network says nothing about the host in another. With counters that remote sockets share
// (section 3.3.4) the steps tell which share one, the same every time: 256 of 256 agreed with a host's own steps
// before, and few with another's. covers: rfc6056#3.3.4
TEST(rfc6056_section_3_3_4, two_hundred_and_fifty_six_connections_do_not_tell_a_host_apart) {
  ephemeral_ports one({1, 2});
  ephemeral_ports other({3, 4});
  const auto agree = [](const std::vector<int>& a, const std::vector<int>& b) {
    int same = 0;
    for (std::size_t i = 0; i != a.size(); ++i) same += a[i] == b[i] ? 1 : 0;
    return same;
  };
  const auto before = steps_of(one);
  EXPECT_LE(agree(before, steps_of(one)), 3);
  EXPECT_LE(agree(before, steps_of(other)), 3);
}

// Section 3.1: a port in use is not given.
// covers: rfc6056#3.1
TEST(rfc6056_section_3_1, a_port_in_use_is_passed_over) {
  ephemeral_ports ports({1, 2}, {50'000, 50'099});
  std::set<std::uint16_t> used;
  for (int i = 0; i != 100; ++i) {
    const auto port = ports.choose(here, there(i % 7), 80, [&](std::uint16_t p) { return used.contains(p); });
    ASSERT_TRUE(port);
    EXPECT_TRUE(used.insert(*port).second);
  }
  EXPECT_FALSE(ports.choose(here, there(1), 80, [&](std::uint16_t p) { return used.contains(p); }));
}

// All ports to one remote socket in use: the open fails after a bounded number of tries, 128 of 16,384, where every
// port was asked about before. Nine of ten in use: it succeeds. covers: rfc6056#3.3.1
TEST(rfc6056_section_3_3_1, tries_are_bounded_when_the_range_is_full) {
  ephemeral_ports ports({1, 2});
  ASSERT_EQ(ports.size(), 16'384u);
  u32 asked = 0;
  EXPECT_FALSE(ports.choose(here, there(1), 80, [&](std::uint16_t) { return ++asked, true; }));
  EXPECT_EQ(asked, ephemeral_ports::usual_tries);
  for (int i = 0; i != 10'000; ++i) {
    ASSERT_TRUE(ports.choose(here, there(1), 80, [&](std::uint16_t port) { return port % 10 != 0; })) << i;
  }
}

}  // namespace rfc6056_test
}  // namespace sequent::test

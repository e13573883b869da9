// RFC 6056: port randomization.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "sequent/ephemeral_ports.hpp"

namespace sequent::test {
namespace rfc6056_test {

constexpr ip_address here = ip_address::from_v4({192, 0, 2, 1});
constexpr ip_address there(int host) { return ip_address::from_v4({198, 51, 100, static_cast<std::uint8_t>(host)}); }
constexpr auto all_free = [](std::uint16_t) { return false; };

// Section 3.3.4: ports to one remote socket follow one another; those to another do not tell them.
// covers: rfc6056#3.3.4
TEST(rfc6056_section_3_3_4, ports_to_one_remote_socket_are_taken_in_turn) {
  ephemeral_ports<> ports({1, 2});
  std::uint16_t last = *ports.choose(here, there(1), 80, all_free);
  for (int i = 0; i != 100; ++i) {
    const std::uint16_t next = *ports.choose(here, there(1), 80, all_free);
    EXPECT_EQ(next, last == 65'535 ? 49'152 : last + 1);
    last = next;
  }
}

// covers: rfc6056#3.3.4
TEST(rfc6056_section_3_3_4, the_first_port_of_each_remote_socket_is_anywhere) {
  ephemeral_ports<> ports({1, 2});
  std::vector<int> sixteenths(16);
  for (int host = 0; host != 256; ++host) {
    for (std::uint16_t port = 1; port != 5; ++port) {
      ++sixteenths[static_cast<std::size_t>((*ports.choose(here, there(host), port, all_free) - 49'152) / 1'024)];
    }
  }
  // 64 in each on average; eight standard deviations either way.
  EXPECT_GT(*std::min_element(sixteenths.begin(), sixteenths.end()), 2);
  EXPECT_LT(*std::max_element(sixteenths.begin(), sixteenths.end()), 126);
}

// Section 3.3.3: F depends on both addresses and the remote port, and on a secret.
// covers: rfc6056#3.3.3
TEST(rfc6056_section_3_3_3, the_offset_depends_on_the_remote_socket_the_local_address_and_the_secret) {
  const auto first = [](secret_key key, ip_address local, ip_address remote, std::uint16_t port) {
    return *ephemeral_ports<>(key).choose(local, remote, port, all_free);
  };
  const std::set<std::uint16_t> all{first({1, 2}, here, there(1), 80), first({1, 2}, here, there(2), 80),
                                    first({1, 2}, here, there(1), 81), first({1, 2}, there(3), there(1), 80),
                                    first({1, 3}, here, there(1), 80), first({4, 2}, here, there(1), 80)};
  EXPECT_EQ(all.size(), 6u);
  EXPECT_EQ(first({1, 2}, here, there(1), 80), first({1, 2}, here, there(1), 80));
}

// Section 3.3.4: connections to one remote socket move few of the others on, as there are many counters.
// covers: rfc6056#3.3.4
TEST(rfc6056_section_3_3_4, one_remote_socket_does_not_count_anothers_connections) {
  constexpr int hosts = 200;
  ephemeral_ports<> busy({1, 2});
  ephemeral_ports<> quiet({1, 2});
  for (int i = 0; i != 1'000; ++i) ASSERT_TRUE(busy.choose(here, there(250), 443, all_free));
  int moved = 0;
  for (int host = 0; host != hosts; ++host) {
    moved += busy.choose(here, there(host), 80, all_free) != quiet.choose(here, there(host), 80, all_free) ? 1 : 0;
  }
  EXPECT_LE(moved, 3) << "1 of 1024 counters; all of them if there were one";
}

// Section 3.1: a port in use is not given.
// covers: rfc6056#3.1
TEST(rfc6056_section_3_1, a_port_in_use_is_passed_over) {
  ephemeral_ports<> ports({1, 2}, {50'000, 50'099});
  std::set<std::uint16_t> used;
  for (int i = 0; i != 100; ++i) {
    const auto port = ports.choose(here, there(i % 7), 80, [&](std::uint16_t p) { return used.contains(p); });
    ASSERT_TRUE(port);
    EXPECT_TRUE(used.insert(*port).second);
  }
  EXPECT_FALSE(ports.choose(here, there(1), 80, [&](std::uint16_t p) { return used.contains(p); }));
}

}  // namespace rfc6056_test
}  // namespace sequent::test

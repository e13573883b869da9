#include "sequent/wire/flow.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <vector>

namespace flow_test {

using namespace sequent;

constexpr secret_key key{0x0706'0504'0302'0100u, 0x0f0e'0d0c'0b0a'0908u};

flow v4() { return {ip_address::from_v4({192, 0, 2, 1}), ip_address::from_v4({198, 51, 100, 2}), 443, 50'000}; }
flow v6() {
  return {ip_address::from_v6({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}),
          ip_address::from_v6({0x20, 1, 0xd, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}), 443, 50'000};
}

TEST(flow, both_v4_agrees_with_is_v4) {
  EXPECT_TRUE(both_v4(v4().local, v4().remote));
  EXPECT_FALSE(both_v4(v6().local, v6().remote));
  EXPECT_FALSE(both_v4(v4().local, v6().remote));
  EXPECT_FALSE(both_v4(v6().local, v4().remote));
  // Each octet of the prefix counts.
  for (std::size_t i = 0; i != 12; ++i) {
    ipv6_address octets = v4().local.v6();
    octets[i] ^= 1;
    const ip_address other = ip_address::from_v6(octets);
    EXPECT_FALSE(other.is_v4());
    EXPECT_FALSE(both_v4(other, v4().remote)) << i;
    EXPECT_FALSE(both_v4(v4().remote, other)) << i;
  }
  EXPECT_EQ(octets_of_addresses(v4().local, v4().remote), 8u);
  EXPECT_EQ(octets_of_addresses(v6().local, v6().remote), 32u);
}

TEST(flow, the_hash_of_ipv4_is_siphash_1_3_of_twelve_octets) {
  // Remote and local address, lowest octet first, then the ports likewise.
  const std::array<std::uint8_t, 12> message{2, 100, 51, 198, 1, 2, 0, 192, 0xbb, 0x01, 0x50, 0xc3};
  EXPECT_EQ(flow_hash(key)(v4()), siphash<siphash_1_3>(key, message));
}

TEST(flow, the_hash_of_ipv6_is_siphash_1_3_of_thirty_six_octets) {
  const flow name = v6();
  std::vector<std::uint8_t> message(name.local.v6().begin(), name.local.v6().end());
  message.insert(message.end(), name.remote.v6().begin(), name.remote.v6().end());
  message.insert(message.end(), {0xbb, 0x01, 0x50, 0xc3});
  EXPECT_EQ(flow_hash(key)(name), siphash<siphash_1_3>(key, message));
}

TEST(flow, every_part_of_a_flow_and_the_key_change_the_hash) {
  for (const flow& base : {v4(), v6()}) {
    std::set<std::uint64_t> seen{flow_hash(key)(base), flow_hash({key.first ^ 1, key.second})(base),
                                 flow_hash({key.first, key.second ^ 1})(base), flow_hash()(base)};
    std::size_t count = 4;
    const auto add = [&](const flow& f) {
      EXPECT_FALSE(f == base);
      seen.insert(flow_hash(key)(f));
      ++count;
    };
    for (std::size_t i = base.local.is_v4() ? 12 : 0; i != 16; ++i) {
      for (const bool local : {false, true}) {
        flow f = base;
        ip_address& address = local ? f.local : f.remote;
        ipv6_address octets = address.v6();
        octets[i] ^= 0x80;
        address = ip_address::from_v6(octets);
        add(f);
      }
    }
    add({base.local, base.remote, 444, 50'000});
    add({base.local, base.remote, 443, 50'001});
    add({base.remote, base.local, 443, 50'000});
    add({base.local, base.remote, 50'000, 443});
    EXPECT_EQ(seen.size(), count);
  }
}

}  // namespace flow_test

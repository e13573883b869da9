#include "sequent/wire/ip_address.hpp"

#include <gtest/gtest.h>

namespace ip_address_test {

using namespace sequent;

constexpr ipv4_address here4{192, 0, 2, 1};
constexpr ipv4_address there4{198, 51, 100, 77};
constexpr ipv6_address here6{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
constexpr ipv6_address there6{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0x12, 0x34, 0, 0xff, 0xfe, 0, 0x56, 0x78};

ipv6_address mapped(const ipv4_address& v4) { return ip_address::from_v4(v4).v6(); }

TEST(ip_address, keeps_ipv4_in_mapped_form) {
  const ip_address a = ip_address::from_v4(here4);
  EXPECT_TRUE(a.is_v4());
  EXPECT_EQ(a.v4(), here4);
  EXPECT_EQ(a.v6(), (ipv6_address{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1}));
  EXPECT_EQ(ip_address::from_v6(a.v6()), a);
}

TEST(ip_address, keeps_ipv6_as_it_is) {
  const ip_address a = ip_address::from_v6(here6);
  EXPECT_FALSE(a.is_v4());
  EXPECT_EQ(a.v6(), here6);
  EXPECT_NE(a, ip_address::from_v6(there6));
  EXPECT_NE(a, ip_address());
}

TEST(ip_address, every_octet_of_the_prefix_tells_the_family) {
  for (std::size_t i = 0; i != 12; ++i) {
    ipv6_address octets = mapped(here4);
    octets[i] ^= 1;
    EXPECT_FALSE(ip_address::from_v6(octets).is_v4()) << i;
  }
}

// covers: MUST-57
TEST(ip_address, a_peer_of_ipv4_is_one_host) {
  EXPECT_TRUE(ip_address::from_v4(here4).is_unicast_peer());
  EXPECT_TRUE(ip_address::from_v4({1, 0, 0, 0}).is_unicast_peer());
  EXPECT_TRUE(ip_address::from_v4({223, 255, 255, 255}).is_unicast_peer());
  EXPECT_FALSE(ip_address::from_v4({0, 0, 0, 0}).is_unicast_peer());
  EXPECT_FALSE(ip_address::from_v4({127, 0, 0, 1}).is_unicast_peer());
  EXPECT_FALSE(ip_address::from_v4({224, 0, 0, 1}).is_unicast_peer());
  EXPECT_FALSE(ip_address::from_v4({240, 0, 0, 1}).is_unicast_peer());
  EXPECT_FALSE(ip_address::from_v4({255, 255, 255, 255}).is_unicast_peer());
}

// covers: MUST-57
TEST(ip_address, a_peer_of_ipv6_is_one_host) {
  EXPECT_TRUE(ip_address::from_v6(here6).is_unicast_peer());
  EXPECT_TRUE(ip_address::from_v6(there6).is_unicast_peer());
  EXPECT_TRUE(ip_address::from_v6({0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1}).is_unicast_peer());
  EXPECT_FALSE(ip_address().is_unicast_peer());
  EXPECT_FALSE(ip_address::from_v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}).is_unicast_peer());
  EXPECT_FALSE(ip_address::from_v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1}).is_unicast_peer());
  EXPECT_FALSE(ip_address::from_v6({0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}).is_unicast_peer());
}

TEST(ip_address, a_mapped_address_is_a_peer_of_ipv4_and_never_of_ipv6) {
  EXPECT_FALSE(is_ipv6_peer(mapped(here4)));
  EXPECT_TRUE(ip_address::from_v6(mapped(here4)).is_unicast_peer());
  EXPECT_FALSE(ip_address::from_v6(mapped({127, 0, 0, 1})).is_unicast_peer());
}

TEST(ip_address, the_pseudo_header_of_ipv4_is_that_of_its_four_octets) {
  for (const ipv4_address& other : {there4, ipv4_address{}, ipv4_address{255, 255, 255, 255}}) {
    EXPECT_EQ(pseudo_header_of(ip_address::from_v4(here4), ip_address::from_v4(other)),
              pseudo_header::ipv4(here4, other));
  }
}

TEST(ip_address, the_pseudo_header_of_ipv6_takes_all_sixteen_octets) {
  EXPECT_EQ(pseudo_header_of(ip_address::from_v6(here6), ip_address::from_v6(there6)),
            pseudo_header::ipv6(here6, there6));
  EXPECT_NE(pseudo_header_of(ip_address::from_v6(here6), ip_address::from_v6(there6)),
            pseudo_header_of(ip_address::from_v6(here6), ip_address::from_v6(here6)));
}

}  // namespace ip_address_test

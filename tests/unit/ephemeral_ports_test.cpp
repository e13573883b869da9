#include "sequent/ephemeral_ports.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace ephemeral_ports_test {

using namespace sequent;

constexpr ip_address here = ip_address::from_v4({192, 0, 2, 1});
constexpr ip_address there(std::uint8_t host) { return ip_address::from_v4({198, 51, 100, host}); }
constexpr auto all_free = [](std::uint16_t) { return false; };

TEST(ephemeral_ports, the_default_is_the_dynamic_range) {
  ephemeral_ports<> ports({1, 2});
  EXPECT_EQ(ports.size(), 16'384u);
  for (int i = 0; i != 1'000; ++i) EXPECT_GE(*ports.choose(here, there(1), 80, all_free), 49'152);
}

TEST(ephemeral_ports, takes_every_port_in_turn_before_one_comes_again) {
  for (const port_range range : {port_range{65'000, 65'535}, port_range{0, 65'535}, port_range{1'024, 33'333}}) {
    ephemeral_ports<4> ports({1, 2}, range);
    std::set<std::uint16_t> seen;
    for (u32 i = 0; i != ports.size(); ++i) seen.insert(*ports.choose(here, there(1), 80, all_free));
    EXPECT_EQ(seen.size(), ports.size());
    EXPECT_EQ(*seen.begin(), range.first);
    EXPECT_EQ(*seen.rbegin(), range.last);
    std::vector<std::uint16_t> again;
    for (u32 i = 0; i != ports.size(); ++i) again.push_back(*ports.choose(here, there(1), 80, all_free));
    EXPECT_EQ(std::set<std::uint16_t>(again.begin(), again.end()).size(), ports.size()) << "after the turn wraps too";
  }
}

TEST(ephemeral_ports, finds_the_one_port_that_is_free) {
  ephemeral_ports<> ports({1, 2}, {60'000, 60'999});
  for (const int only : {60'000, 60'500, 60'999}) {
    EXPECT_EQ(ports.choose(here, there(1), 80, [&](std::uint16_t port) { return port != only; }), only);
  }
  u32 asked = 0;
  EXPECT_EQ(ports.choose(here, there(1), 80, [&](std::uint16_t) { return ++asked, true; }), std::nullopt);
  EXPECT_EQ(asked, 1'000u);
}

TEST(ephemeral_ports, asks_no_more_often_than_it_may) {
  ephemeral_ports<> ports({1, 2});
  u32 asked = 0;
  EXPECT_EQ(ports.choose(
                here, there(1), 80, [&](std::uint16_t) { return ++asked, true; }, 7),
            std::nullopt);
  EXPECT_EQ(asked, 7u);
}

TEST(ephemeral_ports, a_range_the_wrong_way_round_is_its_first_port) {
  ephemeral_ports<1> ports({1, 2}, {5'000, 4'000});
  EXPECT_EQ(ports.size(), 1u);
  EXPECT_EQ(ports.choose(here, there(1), 80, all_free), 5'000);
}

}  // namespace ephemeral_ports_test

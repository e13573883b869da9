#include "sequent/stack/ephemeral_ports.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace ephemeral_ports_test {

using namespace sequent;

constexpr ip_address here = ip_address::from_v4({192, 0, 2, 1});
constexpr ip_address there(std::uint8_t host) { return ip_address::from_v4({198, 51, 100, host}); }
constexpr auto all_free = [](std::uint16_t) { return false; };

TEST(ephemeral_ports, the_default_is_the_dynamic_range) {
  ephemeral_ports ports({1, 2});
  EXPECT_EQ(ports.size(), 16'384u);
  for (int i = 0; i != 1'000; ++i) EXPECT_GE(*ports.choose(here, there(1), 80, all_free), 49'152);
  EXPECT_LE(sizeof ports, 32u);
}

TEST(ephemeral_ports, every_port_of_the_range_comes) {
  for (const port_range range : {port_range{65'500, 65'535}, port_range{0, 40}, port_range{1'024, 1'099}}) {
    ephemeral_ports ports({1, 2}, range);
    std::set<std::uint16_t> seen;
    for (u32 i = 0; i != 40 * ports.size(); ++i) seen.insert(*ports.choose(here, there(1), 80, all_free, 1));
    EXPECT_EQ(seen.size(), ports.size());
    EXPECT_EQ(*seen.begin(), range.first);
    EXPECT_EQ(*seen.rbegin(), range.last);
  }
}

TEST(ephemeral_ports, finds_the_one_port_that_is_free_in_a_small_range) {
  ephemeral_ports ports({1, 2}, {60'000, 60'127});
  for (const int only : {60'000, 60'050, 60'127}) {
    EXPECT_EQ(ports.choose(here, there(1), 80, [&](std::uint16_t port) { return port != only; }), only);
  }
  u32 asked = 0;
  EXPECT_EQ(ports.choose(here, there(1), 80, [&](std::uint16_t) { return ++asked, true; }), std::nullopt);
  EXPECT_EQ(asked, 128u);
}

TEST(ephemeral_ports, asks_no_more_often_than_it_may) {
  ephemeral_ports ports({1, 2});
  for (const u32 tries : {0u, 7u, 1'000u}) {
    u32 asked = 0;
    EXPECT_EQ(ports.choose(
                  here, there(1), 80, [&](std::uint16_t) { return ++asked, true; }, tries),
              std::nullopt);
    EXPECT_EQ(asked, tries);
  }
}

TEST(ephemeral_ports, a_range_the_wrong_way_round_is_its_first_port) {
  ephemeral_ports ports({1, 2}, {5'000, 4'000});
  EXPECT_EQ(ports.size(), 1u);
  EXPECT_EQ(ports.choose(here, there(1), 80, all_free), 5'000);
}

}  // namespace ephemeral_ports_test

#include "sequent/connection/fast_open_keys.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace fast_open_keys_test {

using namespace sequent;

constexpr secret_key key{0x0706'0504'0302'0100u, 0x0f0e'0d0c'0b0a'0908u};
constexpr secret_key next_key{1, 2};
constexpr secret_key third_key{3, 4};
const ip_address here = ip_address::from_v4({192, 0, 2, 1});
const ip_address client = ip_address::from_v4({198, 51, 100, 7});
const ip_address stranger = ip_address::from_v4({198, 51, 100, 8});

// The hash of the addresses in the order of absorb_addresses(), checked against siphash() over the same octets.
TEST(fast_open_keys, makes_cookies_with_siphash_over_both_addresses) {
  const fast_open_keys keys(key);
  const std::array<std::uint8_t, 8> message{198, 51, 100, 7, 192, 0, 2, 1};
  std::array<std::uint8_t, 8> little = message;
  std::reverse(little.begin(), little.begin() + 4);
  std::reverse(little.begin() + 4, little.end());
  const std::uint64_t hash = siphash(key, little);
  std::vector<std::uint8_t> expected;
  for (int shift = 56; shift >= 0; shift -= 8) expected.push_back(static_cast<std::uint8_t>(hash >> shift));
  const fast_open_cookie made = keys.cookie_for(here, client);
  EXPECT_TRUE(std::ranges::equal(made.octets(), expected));
}

// covers: rfc7413#4.1.2
TEST(fast_open_keys, accept_a_cookie_from_its_own_addresses_alone) {
  const fast_open_keys keys(key);
  const ip_address v6 = ip_address::from_v6({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  const ip_address other_v6 = ip_address::from_v6({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2});
  const auto cookie = keys.cookie_for(here, client);
  EXPECT_TRUE(keys.judge(cookie, here, client).take_text);
  EXPECT_FALSE(keys.judge(cookie, here, client).give);
  EXPECT_FALSE(keys.judge(cookie, here, stranger).take_text);
  EXPECT_FALSE(keys.judge(cookie, client, here).take_text);
  EXPECT_TRUE(keys.judge(keys.cookie_for(v6, other_v6), v6, other_v6).take_text);
  EXPECT_FALSE(keys.judge(keys.cookie_for(v6, other_v6), other_v6, v6).take_text);
}

TEST(fast_open_keys, refuse_a_cookie_that_differs_in_one_bit_or_in_length) {
  const fast_open_keys keys(key);
  const auto cookie = keys.cookie_for(here, client);
  for (std::size_t bit = 0; bit != 64; ++bit) {
    std::vector<std::uint8_t> octets(cookie.octets().begin(), cookie.octets().end());
    octets[bit / 8] = static_cast<std::uint8_t>(octets[bit / 8] ^ 1u << bit % 8);
    const auto verdict = keys.judge(fast_open_cookie::of(octets), here, client);
    EXPECT_FALSE(verdict.take_text) << bit;
    EXPECT_EQ(verdict.give, cookie);
  }
  std::vector<std::uint8_t> longer(cookie.octets().begin(), cookie.octets().end());
  longer.push_back(0);
  longer.push_back(0);
  EXPECT_FALSE(keys.judge(fast_open_cookie::of(longer), here, client).take_text);
  EXPECT_FALSE(keys.judge(fast_open_cookie::of(std::span(longer).first(6)), here, client).take_text);
}

// covers: rfc7413#4.2.1
TEST(fast_open_keys, give_a_cookie_to_who_asks_and_nothing_to_who_does_not) {
  const fast_open_keys keys(key);
  const auto asked = keys.judge(fast_open_cookie{}, here, client);
  EXPECT_FALSE(asked.take_text);
  EXPECT_EQ(asked.give, keys.cookie_for(here, client));
  const auto silent = keys.judge(std::nullopt, here, client);
  EXPECT_FALSE(silent.take_text);
  EXPECT_FALSE(silent.give);
}

TEST(fast_open_keys, accept_the_former_secret_until_the_second_rotation_and_give_a_new_cookie) {
  fast_open_keys keys(key);
  const auto cookie = keys.cookie_for(here, client);
  keys.rotate(next_key);
  const auto verdict = keys.judge(cookie, here, client);
  EXPECT_TRUE(verdict.take_text);
  EXPECT_EQ(verdict.give, keys.cookie_for(here, client));
  EXPECT_NE(verdict.give, cookie);
  keys.rotate(third_key);
  EXPECT_FALSE(keys.judge(cookie, here, client).take_text);
  EXPECT_EQ(keys.judge(cookie, here, client).give, keys.cookie_for(here, client));
}

// A secret that was left at zero is everybody's.
TEST(fast_open_keys, a_key_of_zeros_gives_and_takes_no_cookie) {
  fast_open_keys keys({});
  const auto local = ip_address::from_v4({192, 0, 2, 1});
  const auto remote = ip_address::from_v4({192, 0, 2, 2});
  for (const auto& brought : {fast_open_cookie{}, keys.cookie_for(local, remote)}) {
    EXPECT_FALSE(keys.judge(brought, local, remote).take_text);
    EXPECT_FALSE(keys.judge(brought, local, remote).give);
  }
  const auto forged = keys.cookie_for(local, remote);
  keys.rotate({1, 2});
  EXPECT_FALSE(keys.judge(forged, local, remote).take_text) << "not as a former one either";
}

}  // namespace fast_open_keys_test

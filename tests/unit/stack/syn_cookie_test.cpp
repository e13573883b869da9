#include "sequent/stack/syn_cookie.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace syn_cookie_test {

using namespace sequent;
using number = sequence_number<u32>;

constexpr secret_key key{11, 12};
constexpr instant at(std::int64_t seconds) { return instant{} + duration::seconds(seconds); }

constexpr flow name() {
  return {ip_address::from_v4({192, 0, 2, 1}), ip_address::from_v4({198, 51, 100, 2}), 443, 50'000};
}

cookie_options full() {
  cookie_options options;
  options.mss = 1'460;
  options.timestamps = true;
  options.window_scale = 7;
  options.sack_permitted = true;
  options.ecn = true;
  return options;
}

TEST(syn_cookie, comes_back_with_what_the_syn_said) {
  const syn_cookies cookies(key);
  const syn_cookie sent = cookies.make(name(), number(1'000), full(), 0x1234'5678u, at(5));
  EXPECT_EQ(cookies.check(name(), number(1'000), sent.iss, sent.timestamp, at(6)), full());
}

TEST(syn_cookie, without_timestamps_only_the_segment_size_is_remembered) {
  const syn_cookies cookies(key);
  cookie_options asked = full();
  asked.timestamps = false;
  const syn_cookie sent = cookies.make(name(), number(1'000), asked, 77, at(5));
  EXPECT_EQ(sent.timestamp, 77u);
  cookie_options got;
  got.mss = 1'460;
  EXPECT_EQ(cookies.check(name(), number(1'000), sent.iss, std::nullopt, at(5)), got);
  EXPECT_EQ(cookies.check(name(), number(1'000), sent.iss, 77, at(5)), std::nullopt) << "timestamps out of nowhere";
}

TEST(syn_cookie, says_no_more_than_the_peer_can_take) {
  const syn_cookies cookies(key);
  for (u32 mss = 0; mss <= 0xffffu; mss += mss < 2'000 ? 1 : 501) {
    cookie_options asked;
    asked.mss = static_cast<std::uint16_t>(mss);
    const auto got = cookies.check(name(), number(1), cookies.make(name(), number(1), asked, 0, at(0)).iss, {}, at(0));
    ASSERT_TRUE(got) << mss;
    EXPECT_LE(got->mss, std::max<u32>(mss, 48));
    if (mss >= 1'460) {
      EXPECT_EQ(got->mss, 1'460);
    } else if (mss >= 536) {
      EXPECT_GE(got->mss, 536);
    }
  }
}

// covers: syn-cookies
TEST(syn_cookie, every_combination_of_options_survives_the_timestamp) {
  const syn_cookies cookies(key);
  for (u32 i = 0; i != 2u * 2u * 17u; ++i) {
    cookie_options asked = full();
    asked.sack_permitted = i % 2 == 1;
    asked.ecn = i / 2 % 2 == 1;
    asked.window_scale.reset();
    if (i / 4 != 16) asked.window_scale = static_cast<std::uint8_t>(i / 4);
    for (const u32 clock : {0u, 63u, 64u, 0x7fff'ffffu, 0x8000'0000u, 0xffff'ffffu}) {
      const syn_cookie sent = cookies.make(name(), number(9), asked, clock, at(0));
      EXPECT_LE(clock - sent.timestamp, 63u) << "not from the future, and hardly from the past";
      cookie_options expected = asked;
      if (asked.window_scale == 15) expected.window_scale = 14;
      EXPECT_EQ(cookies.check(name(), number(9), sent.iss, sent.timestamp, at(0)), expected) << i << ' ' << clock;
    }
  }
}

TEST(syn_cookie, lives_to_the_end_of_the_next_minute) {
  const syn_cookies cookies(key);
  for (const std::int64_t minute : {-100, -1, 0, 1, 31, 32, 1'000'000}) {
    for (const std::int64_t second : {0, 1, 59}) {
      const instant made = at(60 * minute + second);
      const syn_cookie sent = cookies.make(name(), number(5), full(), 64, made);
      const auto good = [&](instant now) {
        return cookies.check(name(), number(5), sent.iss, sent.timestamp, now).has_value();
      };
      const instant end = at(60 * (minute + 2));
      EXPECT_TRUE(good(made));
      EXPECT_TRUE(good(end - duration::microseconds(1)));
      EXPECT_FALSE(good(end));
      EXPECT_TRUE(good(at(60 * minute) - duration::microseconds(1))) << "a clock that went back over a minute's edge";
      EXPECT_TRUE(good(at(60 * (minute - 1))));
      EXPECT_FALSE(good(at(60 * (minute - 1)) - duration::microseconds(1))) << "a clock that went back a minute";
      // When five bits of the count have come round, the rest of it still tells.
      for (int more = 2; more != 100; ++more) EXPECT_FALSE(good(at(60 * (minute + more)))) << more;
    }
  }
}

TEST(syn_cookie, works_at_the_ends_of_time) {
  const syn_cookies cookies(key);
  for (const std::int64_t t : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    const instant now = instant::from_microseconds(t);
    const syn_cookie sent = cookies.make(name(), number(5), full(), 64, now);
    EXPECT_TRUE(cookies.check(name(), number(5), sent.iss, sent.timestamp, now));
  }
}

// A drawn number passes with probability 2^-24 at most: of 200 000 none should, and with this key none does.
TEST(syn_cookie, numbers_that_were_not_made_do_not_pass) {
  const syn_cookies cookies(key);
  const syn_cookie sent = cookies.make(name(), number(5), full(), 64, at(0));
  int passed = 0;
  for (u32 i = 1; i <= 100'000; ++i) {
    passed += cookies.check(name(), number(5), sent.iss + i * 42'949, sent.timestamp, at(0)).has_value() ? 1 : 0;
    passed += cookies.check(name(), number(5 + i), sent.iss, sent.timestamp, at(0)).has_value() ? 1 : 0;
  }
  EXPECT_EQ(passed, 0);
}

TEST(syn_cookie, an_older_secret_is_good_for_what_it_made_and_no_more) {
  syn_cookies cookies(key);
  const syn_cookie before = cookies.make(name(), number(5), full(), 64, at(59));
  cookies.rotate({21, 22}, at(59));
  const auto good = [&](const syn_cookie& c, instant now) {
    return cookies.check(name(), number(5), c.iss, c.timestamp, now).has_value();
  };
  EXPECT_TRUE(good(before, at(61)));
  EXPECT_FALSE(good(before, at(120)));
  EXPECT_FALSE(good(syn_cookies(key).make(name(), number(5), full(), 64, at(61)), at(61))) << "made after the change";
  const syn_cookie after = cookies.make(name(), number(5), full(), 64, at(61));
  EXPECT_TRUE(good(after, at(61)));
  cookies.rotate({31, 32}, at(62));
  EXPECT_TRUE(good(after, at(62)));
  EXPECT_FALSE(good(before, at(62))) << "two changes within its life";
}

TEST(syn_cookie, both_families) {
  const syn_cookies cookies(key);
  flow v6 = name();
  v6.local = ip_address::from_v6({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  v6.remote = ip_address::from_v6({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2});
  const syn_cookie sent = cookies.make(v6, number(5), full(), 64, at(0));
  EXPECT_EQ(cookies.check(v6, number(5), sent.iss, sent.timestamp, at(0)), full());
  EXPECT_FALSE(cookies.check(name(), number(5), sent.iss, sent.timestamp, at(0)));
}

TEST(syn_cookie, may_be_made_at_compile_time) {
  constexpr syn_cookies cookies(key);
  static_assert(cookies.check(name(), number(5), cookies.make(name(), number(5), {}, 0, at(0)).iss, {}, at(0)));
}

}  // namespace syn_cookie_test

// RFC 5961: robustness against blind in-window attacks.
#include <gtest/gtest.h>

#include "tests/support/states.hpp"

namespace sequent::test {
namespace rfc5961_test {

using state = connection_state;

// CVE-2004-0230: an attacker who hits the window without hitting RCV.NXT achieves nothing.
// covers: U-5
TEST(rfc5961_section_3, blind_resets_across_the_window_end_nothing) {
  endpoint<> host;
  host.open();
  for (u32 offset = 1; offset < 65'535; offset += 97) {
    host.in(at(5'001 + offset).rst());
    ASSERT_EQ(host.state(), state::established) << offset;
  }
  host.in(at(5'001 + 65'536).rst());
  host.in(at(5'000).rst());
  EXPECT_EQ(host.state(), state::established);
}

TEST(rfc5961_section_3, a_reset_outside_the_window_is_silent) {
  endpoint<> host;
  host.open();
  EXPECT_TRUE(host.in(at(5'000).rst()).empty());
  EXPECT_TRUE(host.in(at(5'001 + 65'535).rst()).empty());
}

// The peer that really lost its state answers the challenge with a RST that is exact.
TEST(rfc5961_section_3, a_genuine_reset_succeeds_by_way_of_the_challenge) {
  endpoint<> host;
  host.open();
  const auto challenge = host.in(at(5'001 + 10).rst());
  ASSERT_EQ(challenge.size(), 1u);
  endpoint<> forgetful;
  const auto exact = forgetful.in(challenge[0]);
  ASSERT_EQ(exact.size(), 1u);
  host.in(exact[0]);
  EXPECT_EQ(host.state(), state::closed);
}

// covers: U-7 U-8
TEST(rfc5961_section_4, blind_syns_end_nothing) {
  endpoint<> host;
  host.open();
  const auto before = host.tcp.tcb().rcv;
  for (u32 i = 0; i != 2'000; ++i) {
    host.in(at(i * 2'654'435'761u).syn());
    ASSERT_EQ(host.state(), state::established);
  }
  EXPECT_EQ(host.tcp.tcb().rcv, before);
}

// covers: U-9 U-10
TEST(rfc5961_section_5, the_range_of_acknowledgments_is_exact) {
  for (const u32 iss : {1'000u, 0xffff'fff0u, 0x7fff'fff0u}) {
    peer_offer offer;
    offer.window = 500;
    const auto takes = [&](u32 from_una) {
      endpoint<> host(plain(iss));
      host.open(offer);
      host.write(100);
      host.in(at(5'001).ack(host.una() + from_una).window(500).text("x"));
      return host.tcp.readable() == 1;
    };
    EXPECT_TRUE(takes(0)) << iss;
    EXPECT_TRUE(takes(100)) << iss;
    EXPECT_FALSE(takes(101)) << iss;
    EXPECT_TRUE(takes(u32(-500))) << iss;
    EXPECT_FALSE(takes(u32(-501))) << iss;
    EXPECT_FALSE(takes(0x8000'0000u)) << iss;
  }
}

// MAX.SND.WND is the largest window seen, not the present one.
TEST(rfc5961_section_5, the_range_keeps_the_largest_window_seen) {
  endpoint<> host;
  host.open();
  host.in(host.peer().window(10));
  host.in(at(5'001).ack(1'001u - 60'000u).window(10).text("x"));
  EXPECT_EQ(host.tcp.readable(), 1u);
}

TEST(rfc5961_section_7, challenges_are_limited_to_so_many_a_second) {
  connection_config config = plain();
  config.challenge_acks_per_second = 5;
  endpoint<> host(config);
  host.open();
  const auto attack = [&] {
    std::size_t answers = 0;
    for (u32 i = 0; i != 50; ++i) answers += host.in(at(5'001 + 1 + i).rst()).size();
    for (u32 i = 0; i != 50; ++i) answers += host.in(at(9'000'000 + i).syn()).size();
    for (u32 i = 0; i != 50; ++i) answers += host.in(at(5'001).ack(70'000'000 + i)).size();
    return answers;
  };
  EXPECT_EQ(attack(), 5u);
  EXPECT_EQ(attack(), 0u);
  host.wait(s(1));
  EXPECT_EQ(attack(), 5u);
}

// CVE-2016-5696: what one connection is sent says nothing about another.
TEST(rfc5961_section_7, connections_do_not_share_their_allowance) {
  endpoint<> attacked;
  endpoint<> other;
  attacked.open();
  other.open();
  for (u32 i = 0; i != 1'000; ++i) attacked.in(at(5'002 + i).rst());
  EXPECT_EQ(other.in(at(5'002).rst()).size(), 1u);
}

// smoltcp #1162: ordinary acknowledgments are not part of the allowance.
TEST(rfc5961_section_7, an_attack_does_not_silence_ordinary_acknowledgments) {
  endpoint<> host;
  host.open();
  for (u32 i = 0; i != 100; ++i) host.in(at(5'002 + i).rst());
  EXPECT_EQ(host.in(host.peer().text("abc")).size(), 1u);
  EXPECT_EQ(host.in(host.peer().text("abc")).size(), 1u) << "the same again: its acknowledgment may have been lost";
  EXPECT_EQ(host.in(at(5'100).ack(1'001).text("ahead")).size(), 1u);
}

}  // namespace rfc5961_test
}  // namespace sequent::test

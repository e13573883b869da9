// RFC 9293 section 3.8.6.2: avoiding silly windows.
#include <gtest/gtest.h>

#include "tests/support/pair.hpp"

namespace sequent::test {
namespace section_3_8_6_2_test {

// covers: MUST-38
TEST(section_3_8_6_2_1, MUST_38_a_window_that_opens_in_small_steps_gets_no_small_segments) {
  endpoint<> host;
  peer_offer offer;
  offer.window = 10'000;
  host.open(offer);
  host.write(10'000);
  host.in(host.peer().ack(host.nxt()).window(0));
  host.write(20'000);
  // Each step is far below a segment and below half of the largest window.
  for (u32 window = 50; window <= 1'450; window += 50) {
    EXPECT_TRUE(host.in(host.peer().ack(host.una()).window(window)).empty()) << window;
  }
  const auto sent = host.in(host.peer().ack(host.una()).window(1'460));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].octets.size(), 1'460u);
}

// covers: MUST-38
TEST(section_3_8_6_2_1, MUST_38_the_override_sends_what_fits_after_a_while) {
  endpoint<> host;
  host.open();
  host.write(14'600);
  host.in(host.peer().ack(host.nxt()).window(100));
  EXPECT_TRUE(host.write(5'000).empty());
  EXPECT_TRUE(host.wait(ms(99)).empty());
  const auto sent = host.wait(s(1));
  ASSERT_GE(sent.size(), 1u);
  EXPECT_EQ(sent[0].octets.size(), 100u);
}

// The peer talks all the time: what arrives does not put the override off (the fourth condition).
// covers: MUST-38
TEST(section_3_8_6_2_1, MUST_38_the_override_comes_in_time_whatever_arrives_meanwhile) {
  endpoint<> host;
  host.open();
  host.write(14'600);
  host.in(host.peer().ack(host.nxt()).window(100));
  ASSERT_TRUE(host.write(5'000).empty());
  const instant held = host.now;
  std::vector<packet> sent;
  for (u32 i = 0; i != 900 && text_octets(sent) == 0; ++i) {
    sent = host.wait(ms(100));
    if (text_octets(sent) == 0) sent = host.in(at(5'001 + 10 * i).ack(host.nxt()).window(100).text(10));
  }
  EXPECT_EQ(text_octets(sent), 100u);
  EXPECT_LE((host.now - held).count(), host.tcp.config().silly_window_override.count());
}

// The peer closes its window and opens it a little by turns: that puts the override off no more.
// covers: MUST-38
TEST(section_3_8_6_2_1, MUST_38_the_override_comes_in_time_though_the_window_closes_and_opens_by_turns) {
  // Where the window is closed when the time is up, at its next opening.
  for (const auto& [each, sent_by] : {std::pair(ms(30), ms(210)), {ms(130), ms(260)}, {ms(250), ms(250)}}) {
    endpoint<> host;
    host.open();
    host.write(14'600);
    host.in(host.peer().ack(host.nxt()).window(100));
    ASSERT_TRUE(host.write(5'000).empty());
    const instant held = host.now;
    bool open = true;
    std::size_t octets = 0;
    for (int i = 0; i != 100 && octets == 0; ++i) {
      octets = text_octets(host.wait(each));
      if (octets != 0) break;
      open = !open;
      octets = text_octets(host.in(host.peer().ack(host.nxt()).window(open ? 100 : 0)));
    }
    EXPECT_EQ(octets, 100u);
    EXPECT_EQ(host.now - held, sent_by);
  }
}

// A probe of a closed window may be a minute away when it opens a little: the override then counts from the opening.
// covers: MUST-38
TEST(section_3_8_6_2_1, MUST_38_the_override_counts_from_when_a_closed_window_opens) {
  endpoint<> host;
  host.open();
  host.write(14'600);
  host.in(host.peer().ack(host.nxt()).window(0));
  host.write(5'000);
  EXPECT_TRUE(host.in(host.peer().ack(host.nxt()).window(100)).empty());
  EXPECT_TRUE(host.wait(ms(199)).empty());
  EXPECT_EQ(text_octets(host.wait(ms(1))), 100u);
}

// covers: MUST-38
TEST(section_3_8_6_2_1, MUST_38_half_of_the_largest_window_is_worth_a_segment) {
  endpoint<> host;
  peer_offer offer;
  offer.window = 400;
  host.open(offer);
  host.write(400);
  EXPECT_TRUE(host.write(5'000).empty());
  const auto sent = host.in(host.peer().ack(1'401).window(200));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].octets.size(), 200u);
}

// covers: MUST-39 SHLD-14
TEST(section_3_8_6_2_2, MUST_39_reading_octet_by_octet_moves_the_edge_by_whole_segments) {
  endpoint<> host;
  host.open();
  for (u32 offset = 0; offset < 65'536; offset += 1'024) host.in(at(5'001 + offset).ack(1'001).text(1'024));
  u32 edge = host.sent.back().acknowledges() + host.sent.back().header.wnd;
  std::size_t updates = 0;
  for (int i = 0; i != 20'000; ++i) {
    (void)host.read(1);
    // The peer keeps asking, so that an offer is made after each octet.
    for (const packet& p : host.in(at(host.rcv_nxt() - 1).ack(1'001).text(1))) {
      const u32 now = p.acknowledges() + p.header.wnd;
      if (now == edge) continue;
      EXPECT_GE(now - edge, 1'460u);
      edge = now;
      ++updates;
    }
  }
  EXPECT_EQ(updates, 20'000u / 1'460);
}

// covers: MUST-39
TEST(section_3_8_6_2_2, MUST_39_a_small_buffer_moves_the_edge_by_half_of_itself) {
  struct small_policy : default_policy {
    using receive_storage = inline_storage<1'000>;
  };
  endpoint<small_policy> host;
  host.open();
  host.in(host.peer().text(1'000));
  for (int i = 0; i != 499; ++i) {
    (void)host.read(1);
    EXPECT_TRUE(host.out().empty()) << i;
  }
  (void)host.read(1);
  ASSERT_EQ(host.out().size(), 1u);
}

}  // namespace section_3_8_6_2_test
}  // namespace sequent::test

// RFC 9293 section 3.8.5: urgent information.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "tests/support/states.hpp"

namespace sequent::test {
namespace section_3_8_5_test {

struct large_policy : default_policy {
  using send_storage = inline_storage<200'000>;
};

// covers: MUST-30 MUST-62
TEST(section_3_8_5, MUST_62_the_pointer_designates_the_octet_after_the_urgent_text) {
  connection_config config = plain();
  config.nagle = false;
  endpoint<> host(config);
  host.open();
  host.write(10);
  ASSERT_TRUE(host.tcp.write_urgent(pattern(5)));
  const auto urgent = host.out();
  ASSERT_EQ(urgent.size(), 1u);
  EXPECT_TRUE(urgent[0].header.control.urg());
  EXPECT_EQ(urgent[0].seq() + urgent[0].header.up, 1'001u + 15);
  const auto after = host.write(10);
  ASSERT_EQ(after.size(), 1u);
  EXPECT_FALSE(after[0].header.control.urg());
}

// covers: MUST-62
TEST(section_3_8_5, MUST_62_every_segment_before_the_end_of_the_urgent_text_points_there) {
  endpoint<> host;
  host.open();
  ASSERT_TRUE(host.tcp.write_urgent(pattern(5'000)));
  const auto sent = host.out();
  ASSERT_GE(sent.size(), 3u);
  for (const packet& p : sent) {
    EXPECT_TRUE(p.header.control.urg());
    EXPECT_EQ(p.seq() + p.header.up, 6'001u);
  }
}

// covers: MUST-31
TEST(section_3_8_5, MUST_31_urgent_text_may_be_longer_than_the_field) {
  const auto host = std::make_unique<endpoint<large_policy>>();
  host->open();
  ASSERT_EQ(*host->tcp.write_urgent(pattern(150'000)), 150'000u);
  host->out();
  for (int i = 0; i != 400 && host->una() != 151'001; ++i) {
    host->in(host->peer().ack(host->una() + std::min(host->nxt() - host->una(), 1'460u)));
  }
  ASSERT_EQ(host->una(), 151'001u);
  u32 furthest = 0;
  for (const packet& p : host->sent) {
    if (p.octets.empty()) continue;
    EXPECT_TRUE(p.header.control.urg()) << p.seq();
    EXPECT_LE(p.seq() + p.header.up, 151'001u);
    furthest = std::max(furthest, p.seq() + p.header.up);
  }
  EXPECT_EQ(furthest, 151'001u);
}

// covers: MUST-31 MUST-32
TEST(section_3_8_5, MUST_31_an_end_that_keeps_moving_on_is_followed) {
  endpoint<> host;
  host.open();
  for (u32 i = 0; i != 100; ++i) {
    host.in(at(5'001 + i * 1'000).ack(1'001).urg(65'535).text(1'000));
    EXPECT_TRUE(host.tcp.take_signals().has(signal::urgent)) << i;
    EXPECT_EQ(host.tcp.urgent_ahead(), 65'535u) << i;
    (void)host.read(1'000);
  }
}

// covers: MUST-32 U-1
TEST(section_3_8_5, MUST_32_the_user_is_told_when_urgent_text_appears_and_when_its_end_moves_on) {
  endpoint<> host;
  host.open();
  host.in(at(5'001).ack(1'001).urg(100));
  EXPECT_TRUE(host.tcp.take_signals().has(signal::urgent)) << "before any of its octets has arrived";
  host.in(at(5'001).ack(1'001).urg(100).text(10));
  EXPECT_FALSE(host.tcp.take_signals().has(signal::urgent)) << "the same end again";
  host.in(at(5'011).ack(1'001).urg(50).text(10));
  EXPECT_FALSE(host.tcp.take_signals().has(signal::urgent)) << "an end before the one that is known";
  host.in(at(5'021).ack(1'001).urg(100).text(10));
  EXPECT_TRUE(host.tcp.take_signals().has(signal::urgent));
}

// covers: MUST-33
TEST(section_3_8_5, MUST_33_the_user_can_ask_how_much_urgent_text_remains) {
  endpoint<> host;
  host.open();
  EXPECT_EQ(host.tcp.urgent_ahead(), 0u);
  host.in(at(5'001).ack(1'001).urg(30).text(20));
  EXPECT_EQ(host.tcp.urgent_ahead(), 30u);
  (void)host.read(15);
  EXPECT_EQ(host.tcp.urgent_ahead(), 15u);
  host.in(at(5'021).ack(1'001).text(40));
  EXPECT_EQ(host.tcp.urgent_ahead(), 15u);
  (void)host.read(14);
  EXPECT_EQ(host.tcp.urgent_ahead(), 1u);
  (void)host.read(1);
  EXPECT_EQ(host.tcp.urgent_ahead(), 0u);
  (void)host.read(5);
  EXPECT_EQ(host.tcp.urgent_ahead(), 0u);
}

// covers: MUST-33
TEST(section_3_8_5, MUST_33_urgent_text_that_has_arrived_unread_is_counted_from_the_reader) {
  endpoint<> host;
  host.open();
  host.in(at(5'001).ack(1'001).text(100));
  host.in(at(5'101).ack(1'001).urg(0));
  EXPECT_EQ(host.tcp.urgent_ahead(), 0u) << "a pointer to its own segment announces nothing";
  EXPECT_FALSE(host.tcp.take_signals().has(signal::urgent));
  host.in(at(5'050).ack(1'001).urg(10).text(60, 49));
  EXPECT_EQ(host.tcp.urgent_ahead(), 59u);
  EXPECT_TRUE(host.tcp.take_signals().has(signal::urgent));
  (void)host.read(59);
  EXPECT_EQ(host.tcp.urgent_ahead(), 0u);
  host.in(at(5'050).ack(1'001).urg(5).text(70, 49));
  EXPECT_EQ(host.tcp.urgent_ahead(), 0u);
  EXPECT_FALSE(host.tcp.take_signals().has(signal::urgent)) << "it has been read";
}

// covers: MUST-33
TEST(section_3_8_5, MUST_33_the_fin_does_not_count_as_text) {
  endpoint<> host;
  host.open();
  host.in(at(5'001).ack(1'001).urg(100).text(100).fin());
  EXPECT_EQ(host.tcp.urgent_ahead(), 100u);
  (void)host.tcp.shutdown();
  host.out();
  host.in(at(5'102).ack(host.nxt()));
  ASSERT_EQ(host.state(), connection_state::closed);
  EXPECT_EQ(host.tcp.urgent_ahead(), 0u) << "without a connection nothing is known of it";
}

// URGENT/11, uIP: class 2 of damning bugs.
TEST(section_3_8_5, a_pointer_that_points_anywhere_never_changes_the_stream) {
  for (const u32 pointer : {0u, 1u, 9u, 10u, 11u, 0x7fffu, 0xffffu}) {
    endpoint<> host;
    host.open();
    host.in(at(5'001).ack(1'001).urg(pointer).text(10));
    host.in(at(5'006).ack(1'001).urg(pointer).text(10, 5));
    EXPECT_EQ(host.read(), pattern(15)) << pointer;
  }
}

// covers: MUST-30
TEST(section_3_8_5, MUST_30_an_urgent_write_of_nothing_marks_nothing) {
  endpoint<> host;
  host.open();
  ASSERT_TRUE(host.tcp.write_urgent({}));
  const auto sent = host.write(10);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_FALSE(sent[0].header.control.urg());
}

}  // namespace section_3_8_5_test
}  // namespace sequent::test

// RFC 9293 section 3.8.6.3: delayed acknowledgments.
#include <gtest/gtest.h>

#include "tests/support/states.hpp"

namespace sequent::test {
namespace section_3_8_6_3_test {

connection_config delaying() {
  connection_config config = plain();
  config.delayed_ack = connection_config{}.delayed_ack;
  return config;
}

// covers: MUST-40 SHLD-18
TEST(section_3_8_6_3, MUST_40_an_acknowledgment_waits_for_less_than_half_a_second) {
  for (const connection_state st :
       {connection_state::established, connection_state::fin_wait_1, connection_state::fin_wait_2}) {
    endpoint<> host(delaying());
    lead_to(host, st);
    const u32 seq = host.rcv_nxt();
    EXPECT_TRUE(host.in(at(seq).ack(host.una()).text(10)).empty()) << describe(st) << ": not at once";
    const auto sent = host.wait(ms(499));
    ASSERT_EQ(sent.size(), 1u) << describe(st);
    EXPECT_EQ(sent[0].acknowledges(), seq + 10);
  }
}

// covers: SHLD-18
TEST(section_3_8_6_3, SHLD_18_an_acknowledgment_rides_on_text) {
  endpoint<> host(delaying());
  host.open();
  host.in(host.peer().text(10));
  const auto text = host.write(20);
  ASSERT_EQ(text.size(), 1u);
  EXPECT_EQ(text[0].acknowledges(), 5'011u);
  host.in(at(5'011).ack(host.nxt()));
  EXPECT_TRUE(host.wait(s(1)).empty()) << "nothing is left to acknowledge";
}

// covers: SHLD-19
TEST(section_3_8_6_3, SHLD_19_every_second_full_segment_is_acknowledged_at_once) {
  endpoint<> host(delaying());
  host.open();
  for (u32 i = 0; i != 20; ++i) {
    const auto sent = host.in(at(5'001 + i * 1'460).ack(1'001).text(1'460));
    EXPECT_EQ(sent.size(), i % 2) << i;
  }
}

// covers: SHLD-19
TEST(section_3_8_6_3, SHLD_19_segments_of_any_size_leave_no_more_than_two_full_ones_unacknowledged) {
  endpoint<> host(delaying());
  host.open();
  u32 seq = 5'001;
  u32 acknowledged = seq;
  for (const std::size_t length : {1'460u, 1u, 1'460u, 700u, 1'460u, 1'460u, 100u, 100u, 1'460u, 1'459u, 1'460u}) {
    for (const packet& p : host.in(at(seq).ack(1'001).text(length))) acknowledged = p.acknowledges();
    seq += static_cast<u32>(length);
    EXPECT_LT(seq - acknowledged, 2 * 1'460u + 1);
  }
}

// covers: SHLD-18
TEST(section_3_8_6_3, out_of_order_text_and_the_filling_of_a_hole_are_acknowledged_at_once) {
  endpoint<> host(delaying());
  host.open();
  const auto duplicate = host.in(at(5'101).ack(1'001).text(100));
  ASSERT_EQ(duplicate.size(), 1u);
  EXPECT_EQ(duplicate[0].acknowledges(), 5'001u);
  const auto filled = host.in(at(5'001).ack(1'001).text(100));
  ASSERT_EQ(filled.size(), 1u);
  EXPECT_EQ(filled[0].acknowledges(), 5'201u);
}

TEST(section_3_8_6_3, a_fin_is_acknowledged_at_once) {
  endpoint<> host(delaying());
  host.open();
  EXPECT_EQ(host.in(host.peer().text(10).fin()).size(), 1u);
}

TEST(section_3_8_6_3, delaying_can_be_switched_off) {
  endpoint<> host(plain());
  host.open();
  EXPECT_EQ(host.in(host.peer().text(10)).size(), 1u);
}

}  // namespace section_3_8_6_3_test
}  // namespace sequent::test

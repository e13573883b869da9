// RFC 9293 section 3.8.2: congestion control; RFC 5681 is tested in rfc5681_test.cpp.
#include <gtest/gtest.h>

#include "tests/support/pair.hpp"

namespace sequent::test {
namespace section_3_8_2_test {

// covers: MUST-19
TEST(section_3_8_2, MUST_19_each_timeout_of_the_same_octets_doubles_the_next) {
  endpoint<> host;
  host.open();
  ASSERT_TRUE(host.tcp.set_user_timeout(std::nullopt, host.now));
  host.write(100);
  instant last = host.now;
  for (const std::int64_t expected : {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
    const auto again = host.wait_for_deadline();
    ASSERT_EQ(again.size(), 1u);
    EXPECT_EQ(again[0].octets, pattern(100));
    EXPECT_EQ(host.now - last, s(expected));
    last = host.now;
  }
}

// covers: MUST-19
TEST(section_3_8_2, MUST_19_the_flight_stays_inside_an_upper_bound_of_the_congestion_window) {
  endpoint<> host;
  host.open();
  // Slow start without loss: the initial window and what was acknowledged since.
  std::size_t bound = 14'600;
  host.write(60'000);
  for (int i = 0; i != 60; ++i) {
    ASSERT_LE(host.nxt() - host.una(), bound) << i;
    if (host.nxt() == host.una()) break;
    const u32 acked = std::min(host.nxt() - host.una(), 1'460u);
    host.in(host.peer().ack(host.una() + acked));
    bound += acked;
    host.write(60'000);
  }
}

// covers: MUST-19
TEST(section_3_8_2, MUST_19_after_a_timeout_one_segment_is_outstanding) {
  endpoint<> host;
  host.open();
  host.write(14'600);
  const auto again = host.wait_for_deadline();
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].octets.size(), 1'460u);
  EXPECT_EQ(again[0].seq(), 1'001u);
  EXPECT_EQ(host.tcp.sending().congestion().window(), 1'460u);
}

}  // namespace section_3_8_2_test
}  // namespace sequent::test

#include "sequent/core/arrives_closed.hpp"

#include <gtest/gtest.h>

#include "tests/support/blocks.hpp"

namespace sequent::test {
namespace arrives_closed_test {

actions<u32> arrives(const packet& p) {
  actions<u32> out;
  arrives_closed(p.header, out);
  return out;
}

// FreeRTOS+TCP #1235: two ends must not answer each other's RST for ever.
TEST(arrives_closed, a_reset_is_never_answered) {
  EXPECT_EQ(arrives(at(1).rst()), actions<u32>());
  EXPECT_EQ(arrives(at(1).rst().ack(5)), actions<u32>());
  EXPECT_EQ(arrives(at(1).rst().syn().fin().length_only(10)), actions<u32>());
}

TEST(arrives_closed, an_acknowledgment_is_answered_with_a_reset_at_its_number) {
  const auto out = arrives(at(1).ack(0xffff'ffffu).length_only(10));
  EXPECT_EQ(out.answer, reply::reset);
  EXPECT_EQ(out.reset_seq.wire(), 0xffff'ffffu);
  EXPECT_FALSE(out.reset_ack);
}

TEST(arrives_closed, anything_else_is_answered_with_a_reset_that_acknowledges_it) {
  const auto out = arrives(at(100).syn());
  EXPECT_EQ(out.answer, reply::reset);
  EXPECT_EQ(out.reset_seq.wire(), 0u);
  ASSERT_TRUE(out.reset_ack);
  EXPECT_EQ(out.reset_ack->wire(), 101u);
  EXPECT_EQ(arrives(at(100).length_only(9).fin()).reset_ack->wire(), 110u);
  EXPECT_EQ(arrives(at(100)).reset_ack->wire(), 100u);
}

}  // namespace arrives_closed_test
}  // namespace sequent::test

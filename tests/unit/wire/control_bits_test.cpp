#include "sequent/wire/control_bits.hpp"

#include <gtest/gtest.h>

namespace control_bits_test {

using namespace sequent;
using bits = control_bits<u32>;

TEST(control_bits, stand_where_the_header_has_them) {
  EXPECT_TRUE(bits(0x01).fin());
  EXPECT_TRUE(bits(0x02).syn());
  EXPECT_TRUE(bits(0x04).rst());
  EXPECT_TRUE(bits(0x08).psh());
  EXPECT_TRUE(bits(0x10).ack());
  EXPECT_TRUE(bits(0x20).urg());
  EXPECT_EQ(bits::ece_bit, 0x40u);
  EXPECT_EQ(bits::cwr_bit, 0x80u);
}

TEST(control_bits, each_question_looks_at_one_bit_only) {
  for (u32 wire = 0; wire != 256; ++wire) {
    const bits b(wire);
    EXPECT_EQ(b.fin(), (wire & 1u) != 0) << wire;
    EXPECT_EQ(b.syn(), (wire & 2u) != 0) << wire;
    EXPECT_EQ(b.rst(), (wire & 4u) != 0) << wire;
    EXPECT_EQ(b.psh(), (wire & 8u) != 0) << wire;
    EXPECT_EQ(b.ack(), (wire & 16u) != 0) << wire;
    EXPECT_EQ(b.urg(), (wire & 32u) != 0) << wire;
    EXPECT_EQ(b.ece(), (wire & 64u) != 0) << wire;
    EXPECT_EQ(b.cwr(), (wire & 128u) != 0) << wire;
    EXPECT_EQ(b.wire(), wire) << wire;
  }
}

TEST(control_bits, only_syn_and_fin_occupy_sequence_space) {
  for (u32 wire = 0; wire != 256; ++wire) {
    EXPECT_EQ(bits(wire).length(), ((wire & 1u) != 0 ? 1u : 0u) + ((wire & 2u) != 0 ? 1u : 0u)) << wire;
  }
}

// RFC 3168 section 6.1.1.
TEST(control_bits, a_syn_sets_up_ecn_with_both_bits_and_a_syn_ack_with_one) {
  for (u32 wire = 0; wire != 256; ++wire) {
    const bool ack = (wire & 16u) != 0;
    EXPECT_EQ(bits(wire).sets_up_ecn(), (wire & 0xc0u) == (ack ? 0x40u : 0xc0u)) << wire;
  }
}

TEST(control_bits, nothing_above_the_eighth_bit_is_kept) {
  EXPECT_EQ(bits(0x1'02u).wire(), 0x02u);
  EXPECT_EQ(bits().wire(), 0u);
}

TEST(control_bits, with_and_without_change_one_bit) {
  const bits syn_ack = bits(bits::syn_bit).with(bits::ack_bit);
  EXPECT_EQ(syn_ack.wire(), 0x12u);
  EXPECT_EQ(syn_ack.with(bits::ack_bit), syn_ack);
  EXPECT_EQ(syn_ack.without(bits::syn_bit), bits(bits::ack_bit));
  EXPECT_EQ(syn_ack.without(bits::fin_bit), syn_ack);
}

}  // namespace control_bits_test

#include "sequent/step.hpp"

#include <gtest/gtest.h>

#include "tests/support/blocks.hpp"

namespace sequent::test {
namespace step_test {

TEST(step, each_state_has_its_own_walk) {
  // One segment tells the four walks apart: a SYN at RCV.NXT.
  for (const connection_state s : all_states) {
    control_block<u32> tcb = block_in(s);
    const auto out = arrive(tcb, at(tcb.rcv.nxt.wire()).syn());
    reply expected = reply::challenge_ack;
    if (s == connection_state::closed) expected = reply::reset;
    if (s == connection_state::listen || s == connection_state::syn_sent) expected = reply::syn_ack;
    EXPECT_EQ(out.answer, expected) << describe(s);
  }
}

TEST(step, is_a_function_of_its_arguments) {
  for (const connection_state s : all_states) {
    control_block<u32> a = block_in(s);
    control_block<u32> b = block_in(s);
    const packet p = at(a.rcv.nxt.wire()).ack(a.snd.nxt.wire()).length_only(10).fin();
    EXPECT_EQ(arrive(a, p), arrive(b, p)) << describe(s);
    EXPECT_EQ(a, b) << describe(s);
  }
}

// What holds after every step, for every combination of control bits at the interesting places of both windows.
TEST(step, keeps_the_invariants_in_every_state_for_every_control) {
  for (const connection_state s : all_states) {
    for (u32 bits = 0; bits != 64; ++bits) {
      for (const u32 seq : {u32(-1), 0u, 1u, 999u, 1'000u, 0x8000'0000u}) {
        for (const u32 ack : {u32(-2'000), u32(-1), 0u, 1u, 2u, 0x8000'0000u}) {
          for (const u32 length : {0u, 1u, 1'500u}) {
            control_block<u32> tcb = block_in(s);
            const auto before = tcb;
            packet p = at(tcb.rcv.nxt.wire() + seq).ack(tcb.snd.una.wire() + ack).length_only(length);
            p.header.control = control_bits<u32>(bits);
            const auto out = arrive(tcb, p);
            ASSERT_TRUE(tcb.snd.nxt - tcb.snd.una < half_circle);
            ASSERT_TRUE(out.acked == 0 || before.snd.nxt - before.snd.una >= out.acked);
            ASSERT_LE(out.text_skip + out.text_take, length);
            ASSERT_TRUE(out.text == text_placement::none || out.text_take != 0);
            ASSERT_EQ(out.deleted && tcb.state != connection_state::closed, false);
            ASSERT_FALSE(p.header.control.rst() && out.answer == reply::reset) << "a RST answered with a RST";
            const bool same_connection = tcb.state != connection_state::closed && tcb.rcv.irs == before.rcv.irs;
            if (same_connection && s > connection_state::syn_sent && tcb.state > connection_state::syn_sent) {
              ASSERT_LE(tcb.rcv.nxt - before.rcv.nxt, before.rcv.wnd) << describe(s) << " " << bits;
            }
          }
        }
      }
    }
  }
}

}  // namespace step_test
}  // namespace sequent::test

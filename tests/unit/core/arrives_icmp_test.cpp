#include "sequent/core/arrives_icmp.hpp"

#include <gtest/gtest.h>

namespace arrives_icmp_test {

using namespace sequent;

control_block<u32> in(connection_state state, bool passive = false) {
  control_block<u32> tcb;
  tcb.state = state;
  tcb.passive = passive;
  tcb.snd.iss = sequence_number<u32>(7);
  return tcb;
}

TEST(arrives_icmp, a_hard_error_ends_an_attempt_to_open) {
  for (const connection_state state : {connection_state::syn_sent, connection_state::syn_received}) {
    control_block<u32> tcb = in(state);
    actions<u32> out;
    hard_error(tcb, out);
    EXPECT_EQ(tcb.state, connection_state::closed);
    EXPECT_TRUE(out.deleted);
    EXPECT_TRUE(out.raised.has(signal::unreachable));
    EXPECT_EQ(out.answer, reply::none);
  }
}

TEST(arrives_icmp, a_hard_error_sends_a_passive_attempt_back_to_listen) {
  control_block<u32> tcb = in(connection_state::syn_received, true);
  actions<u32> out;
  hard_error(tcb, out);
  EXPECT_EQ(tcb.state, connection_state::listen);
  EXPECT_TRUE(tcb.passive);
  EXPECT_FALSE(out.deleted);
  EXPECT_TRUE(out.raised.empty());
}

TEST(arrives_icmp, a_hard_error_changes_nothing_anywhere_else) {
  for (const connection_state state :
       {connection_state::closed, connection_state::listen, connection_state::established, connection_state::fin_wait_1,
        connection_state::fin_wait_2, connection_state::close_wait, connection_state::closing,
        connection_state::last_ack, connection_state::time_wait}) {
    const control_block<u32> before = in(state);
    control_block<u32> tcb = before;
    actions<u32> out;
    hard_error(tcb, out);
    EXPECT_EQ(tcb, before);
    EXPECT_EQ(out, actions<u32>{});
  }
}

TEST(arrives_icmp, a_hard_error_ends_a_passive_attempt_whose_user_has_text_of_it) {
  control_block<u32> tcb = in(connection_state::syn_received, true);
  tcb.fast_opened = true;
  actions<u32> out;
  hard_error(tcb, out);
  EXPECT_EQ(tcb.state, connection_state::closed);
  EXPECT_TRUE(out.raised.has(signal::unreachable));
}

}  // namespace arrives_icmp_test

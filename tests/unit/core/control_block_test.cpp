#include "sequent/core/control_block.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <type_traits>

namespace control_block_test {

using namespace sequent;

static_assert(std::is_trivially_copyable_v<control_block<u32>>, "a control block is a value");

TEST(connection_state, every_state_has_the_name_that_the_rfc_gives_it) {
  std::set<std::string> names;
  for (int i = 0; i <= static_cast<int>(connection_state::time_wait); ++i) {
    names.insert(describe(static_cast<connection_state>(i)));
  }
  EXPECT_EQ(names, (std::set<std::string>{"CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
                                          "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT"}));
}

TEST(connection_state, text_may_come_in_three_states_only) {
  std::set<connection_state> states;
  for (int i = 0; i <= static_cast<int>(connection_state::time_wait); ++i) {
    if (may_receive_text(static_cast<connection_state>(i))) states.insert(static_cast<connection_state>(i));
  }
  EXPECT_EQ(states, (std::set<connection_state>{connection_state::established, connection_state::fin_wait_1,
                                                connection_state::fin_wait_2}));
}

TEST(control_block, a_fresh_one_is_closed) {
  const control_block<u32> fresh;
  EXPECT_EQ(fresh.state, connection_state::closed);
  EXPECT_FALSE(fresh.passive);
  EXPECT_EQ(fresh, control_block<u32>());
}

TEST(control_block, a_fin_is_acknowledged_when_it_was_sent_and_nothing_is_outstanding) {
  control_block<u32> tcb;
  EXPECT_FALSE(tcb.fin_acked());
  tcb.snd.fin_sent = true;
  tcb.snd.nxt = sequence_number<u32>(10);
  tcb.snd.una = sequence_number<u32>(9);
  EXPECT_FALSE(tcb.fin_acked());
  tcb.snd.una = tcb.snd.nxt;
  EXPECT_TRUE(tcb.fin_acked());
  tcb.snd.fin_sent = false;
  EXPECT_FALSE(tcb.fin_acked());
}

TEST(control_block, equality_looks_into_every_part) {
  control_block<u32> a;
  for (int part = 0; part != 6; ++part) {
    control_block<u32> b;
    switch (part) {
      case 0: b.snd.wl2 = sequence_number<u32>(1); break;
      case 1: b.rcv.fin = sequence_number<u32>(0); break;
      case 2: b.ts.recent_at = instant::from_microseconds(1); break;
      case 3: b.challenges.sent = 1; break;
      case 4: b.offer.mss = 1; break;
      default: b.peer_mss = 1; break;
    }
    EXPECT_NE(a, b) << part;
  }
}

// covers: REC-1
TEST(control_block, a_scaled_window_needs_all_its_thirty_bits) {
  EXPECT_EQ(scaled_window(0xffffu, 0u), 0xffffu);
  EXPECT_EQ(scaled_window(1u, 7u), 128u);
  EXPECT_EQ(scaled_window(0xffffu, 14u), 0x3fff'c000u);
  EXPECT_LE(scaled_window(0xffffu, u32{largest_shift}), 1u << 30);
}

}  // namespace control_block_test

#include "sequent/stack/half_open.hpp"

#include <gtest/gtest.h>

#include "sequent/core/transmit.hpp"
#include "sequent/step.hpp"
#include "tests/support/build.hpp"

namespace sequent::test {
namespace half_open_test {

control_block<u32> listening(bool options) {
  control_block<u32> tcb;
  tcb.state = connection_state::listen;
  tcb.passive = true;
  tcb.offer.mss = 1'440;
  tcb.offer.shift = 6;
  tcb.offer.window_scale = tcb.offer.timestamps = tcb.offer.sack = tcb.offer.ecn = options;
  tcb.offer.default_peer_mss = 1'220;
  tcb.challenges.limit = 3;
  return tcb;
}

control_block<u32> after(control_block<u32> tcb, const packet& syn, instant now, u32 iss) {
  (void)step(tcb, syn.header, surroundings<u32>{now, sequence_number<u32>(iss)});
  return tcb;
}

const packet syns[] = {
    at(5'000).syn(),
    at(0xffff'ffffu).syn().mss(1'460),
    at(0).syn().mss(0).scale(0),
    at(1).syn().mss(65'535).scale(14).ts(0xffff'fff0u).sack_permitted(),
    at(2).syn().scale(255).ts(0),
    at(3).syn().sack_permitted().text(10),
    at(4).syn().ecn(),
};

// All that LISTEN can make of a SYN survives, before the SYN,ACK is sent and after.
// covers: listeners
TEST(half_open, gives_back_the_block_that_listen_made) {
  for (const bool options : {true, false}) {
    for (const packet& syn : syns) {
      const control_block<u32> listener = listening(options);
      control_block<u32> tcb = after(listener, syn, instant{} + duration::seconds(77), 0xffff'ffffu);
      ASSERT_EQ(tcb.state, connection_state::syn_received);
      EXPECT_EQ(expand(compress(tcb), listener), tcb);
      for (const u32 room : {0u, 1u, 4'096u, 65'535u, 1u << 22}) {
        control_block<u32> sent = tcb;
        const auto window = offer_window(sent.rcv, room, 1u, true);
        note_sent(sent, compose_syn(sent, window.field, 9u), window.wnd);
        EXPECT_EQ(expand(compress(sent), listener), sent) << room;
      }
    }
  }
}

TEST(half_open, remembers_the_challenges_that_were_sent) {
  const control_block<u32> listener = listening(true);
  control_block<u32> tcb = after(listener, syns[0], {}, 7);
  tcb.rcv.wnd = 1'000;
  const instant later = instant{} + duration::seconds(5);
  for (int i = 0; i != 5; ++i) {
    const auto answer = step(tcb, at(4'000).ack(1).header, surroundings<u32>{later, {}});
    tcb = expand(compress(tcb), listener);
    EXPECT_EQ(answer.answer, i < 3 ? reply::challenge_ack : reply::none) << i;
  }
  EXPECT_EQ(tcb.challenges.sent, 3u);
  EXPECT_EQ(tcb.challenges.since, later);
}

TEST(half_open, is_small) { EXPECT_LE(sizeof(half_open<u32>), 40u); }

}  // namespace half_open_test
}  // namespace sequent::test

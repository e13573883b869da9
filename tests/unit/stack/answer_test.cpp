#include "sequent/stack/answer.hpp"

#include <gtest/gtest.h>

#include "tests/support/blocks.hpp"
#include "tests/support/endpoint.hpp"

namespace sequent::test {
namespace answer_test {

// A connection with buffers, its delays set to none, writes the same segments for the same arrivals.
TEST(answer, is_what_a_connection_would_send) {
  endpoint<> host;
  (void)host.tcp.listen();
  host.in(at(5'000).syn().from(9));
  const packet arrivals[] = {at(5'000).syn(), at(4'000).ack(1'001),     at(5'001).ack(7),
                             at(4'999).syn(), at(5'001).ack(9).text(3), at(4'000).rst()};
  for (packet p : arrivals) {
    control_block<u32> tcb = host.tcp.tcb();
    const auto step_says = step(tcb, p.header, surroundings<u32>{host.now, {}});
    const auto composed = compose_answer(tcb, step_says, 0u);
    const auto sent = host.in(p.from(9));
    ASSERT_EQ(composed.has_value(), sent.size() == 1) << p.bits();
    if (!composed) continue;
    segment<u32> with_ports = *composed;
    with_ports.source_port = 7;
    with_ports.destination_port = 9;
    EXPECT_EQ(with_ports, sent[0].header) << p.bits();
  }
}

TEST(answer, scales_the_window_but_not_on_a_syn) {
  control_block<u32> tcb = block_in(connection_state::syn_received);
  tcb.rcv.wnd = 60'000;
  tcb.rcv.shift = 4;
  actions<u32> step_says;
  step_says.answer = reply::syn_ack;
  EXPECT_EQ(compose_answer(tcb, step_says, 0u)->wnd, 60'000u);
  step_says.answer = reply::ack;
  EXPECT_EQ(compose_answer(tcb, step_says, 0u)->wnd, 60'000u >> 4);
  step_says.answer = reply::none;
  EXPECT_FALSE(compose_answer(tcb, step_says, 0u));
}

}  // namespace answer_test
}  // namespace sequent::test

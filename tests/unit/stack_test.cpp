#include "sequent/stack.hpp"

#include <gtest/gtest.h>

#include "tests/support/stack_net.hpp"

namespace sequent::test {
namespace stack_test {

using state = connection_state;

octet_string read_all(stack<small_stack_policy>& tcp, handle of) {
  octet_string all;
  octet_string room(1'000);
  for (auto got = tcp.read(of, room); got && *got != 0; got = tcp.read(of, room)) {
    all.insert(all.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(*got));
  }
  return all;
}

class both_families : public testing::TestWithParam<bool> {
 public:
  [[nodiscard]] ip_address address(std::uint8_t last) const { return GetParam() ? v6(last) : v4(last); }
};
INSTANTIATE_TEST_SUITE_P(stack, both_families, testing::Bool(),
                         [](const auto& info) { return info.param ? "ipv6" : "ipv4"; });

// The whole life of a connection between two stacks, in IP packets.
TEST_P(both_families, carry_a_connection_from_handshake_to_time_wait) {
  stack_net<> net;
  auto& client = *net.end[0];
  auto& server = *net.end[1];
  const handle listening = *server.listen(std::nullopt, 80, 2);
  const handle made = *client.connect(address(1), address(2), 80, net.now);
  net.run(s(1));
  const auto accepted = server.accept(listening);
  ASSERT_TRUE(accepted);
  EXPECT_EQ(client.find(made)->state(), state::established);
  EXPECT_EQ(server.find(*accepted)->state(), state::established);
  EXPECT_EQ(server.half_open_connections(), 0u);

  EXPECT_EQ(*client.write(made, pattern(3'000)), 3'000u);
  EXPECT_EQ(*server.write(*accepted, pattern(2'000, 50)), 2'000u);
  net.run(s(1));
  EXPECT_EQ(read_all(server, *accepted), pattern(3'000));
  EXPECT_EQ(read_all(client, made), pattern(2'000, 50));

  ASSERT_TRUE(client.shutdown(made));
  net.run(s(1));
  ASSERT_TRUE(server.close(*accepted, net.now));
  net.run(s(1));
  EXPECT_EQ(client.find(made)->state(), state::time_wait);
  EXPECT_EQ(server.connections(), 0u);
  octet_string room(10);
  EXPECT_EQ(*client.read(made, room), 0u);
  ASSERT_TRUE(client.close(made, net.now));
  net.run(ms(1));
  EXPECT_EQ(client.connections(), 0u);
  EXPECT_EQ(client.time_wait_connections(), 1u);
  EXPECT_TRUE(client.consistent());
  net.run(s(240));
  EXPECT_EQ(client.time_wait_connections(), 0u);
  EXPECT_FALSE(client.next_deadline());
  EXPECT_FALSE(server.next_deadline());
  EXPECT_TRUE(client.consistent() && server.consistent());
}

// The RST of a close() that loses octets goes out before TIME-WAIT becomes a record.
// covers: SHLD-3 MUST-13
TEST(stack_close, unread_text_in_time_wait_costs_a_reset_and_leaves_a_record) {
  stack_host<> host;
  const handle listening = *host.tcp->listen(std::nullopt, 80, 2);
  const flow path = from_peer(9);
  const u32 iss = host.handshake(path);
  const handle made = *host.tcp->accept(listening);
  host.in(path, at(5'001).ack(iss + 1).text(10));
  ASSERT_TRUE(host.tcp->shutdown(made));
  host.out();
  host.in(path, at(5'011).ack(iss + 2).fin());
  ASSERT_EQ(host.state(made), state::time_wait);
  ASSERT_TRUE(host.tcp->close(made, host.now));
  const auto sent = host.out();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].segment.bits(), "RA");
  EXPECT_EQ(sent[0].segment.seq(), iss + 2);
  EXPECT_EQ(host.tcp->connections(), 0u);
  EXPECT_EQ(host.tcp->time_wait_connections(), 1u);
  EXPECT_TRUE(host.tcp->consistent());
}

}  // namespace stack_test
}  // namespace sequent::test

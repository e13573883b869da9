#include <gtest/gtest.h>

#include <set>

#include "tests/support/stack_net.hpp"

namespace sequent::test {
namespace stack_calls_test {

using state = connection_state;

template <class T>
error why(const result<T>& outcome) {
  return outcome ? error{} : outcome.why();
}

// covers: MUST-43 MUST-46
TEST(stack_calls, connect_asks_for_two_hosts_of_one_family) {
  stack_host<> host;
  const auto connect = [&](const ip_address& local, const ip_address& remote, std::uint16_t port) {
    return why(host.tcp->connect(local, remote, port, host.now));
  };
  EXPECT_EQ(connect(v4(1), v6(2), 80), error::foreign_socket_unspecified);
  EXPECT_EQ(connect(v4(1), ip_address(), 80), error::foreign_socket_unspecified);
  EXPECT_EQ(connect(v4(1), ip_address::from_v4({224, 0, 0, 1}), 80), error::foreign_socket_unspecified);
  EXPECT_EQ(connect(v4(1), ip_address::from_v4({255, 255, 255, 255}), 80), error::foreign_socket_unspecified);
  EXPECT_EQ(connect(v4(1), ip_address::from_v4({127, 0, 0, 1}), 80), error::foreign_socket_unspecified);
  EXPECT_EQ(connect(v4(1), v4(2), 0), error::foreign_socket_unspecified);
  ASSERT_TRUE(host.tcp->add_address(v4(1)));
  EXPECT_EQ(connect(v4(3), v4(2), 80), error::foreign_socket_unspecified);
  EXPECT_EQ(host.tcp->connections(), 0u);
  const auto made = host.tcp->connect(v4(1), v4(2), 80, host.now);
  ASSERT_TRUE(made);
  EXPECT_EQ(host.tcp->flow_of(*made)->local, v4(1));
  EXPECT_EQ(host.out().at(0).path.local, v4(1));
}

TEST(stack_calls, a_flow_is_used_once) {
  stack_host<> host;
  ASSERT_TRUE(host.tcp->connect(v4(1), v4(2), 80, host.now, 4'000));
  EXPECT_EQ(why(host.tcp->connect(v4(1), v4(2), 80, host.now, 4'000)), error::connection_already_exists);
  EXPECT_TRUE(host.tcp->connect(v4(1), v4(2), 81, host.now, 4'000));
  EXPECT_EQ(why(host.tcp->connect(v4(1), v4(1), 70, host.now, 70)), error::connection_already_exists);
}

// RFC 6056, and the least that may be asked of any choice: no port twice for one peer, none of a listener.
TEST(stack_calls, ports_are_chosen_from_those_that_are_free) {
  stack_config config = plain_stack();
  config.ports = {4'000, 4'003};
  stack_host<> host(config);
  ASSERT_TRUE(host.tcp->listen(std::nullopt, 4'001, 1));
  std::set<std::uint16_t> ports;
  for (int i = 0; i != 3; ++i) {
    const auto made = host.tcp->connect(v4(1), v4(2), 80, host.now);
    ASSERT_TRUE(made);
    ports.insert(host.tcp->flow_of(*made)->local_port);
  }
  EXPECT_EQ(ports, (std::set<std::uint16_t>{4'000, 4'002, 4'003}));
  EXPECT_EQ(why(host.tcp->connect(v4(1), v4(2), 80, host.now)), error::insufficient_resources);
  EXPECT_TRUE(host.tcp->connect(v4(1), v4(2), 81, host.now));  // another peer, the same ports
}

// covers: limits
TEST(stack_calls, connections_have_a_limit) {
  stack_host<> host;
  for (std::uint16_t i = 0; i != small_stack_policy::sizes.max_connections; ++i) {
    ASSERT_TRUE(host.tcp->connect(v4(1), v4(2), 80, host.now));
  }
  EXPECT_EQ(why(host.tcp->connect(v4(1), v4(2), 80, host.now)), error::insufficient_resources);
}

// covers: MUST-41
TEST(stack_calls, a_port_has_one_listener_and_listeners_a_limit) {
  stack_host<> host;
  const handle first = *host.tcp->listen(std::nullopt, 80, 1);
  EXPECT_EQ(why(host.tcp->listen(std::nullopt, 80, 1)), error::connection_already_exists);
  ASSERT_TRUE(host.tcp->listen(v4(1), 80, 1));
  EXPECT_EQ(why(host.tcp->listen(v4(1), 80, 1)), error::connection_already_exists);
  ASSERT_TRUE(host.tcp->listen(std::nullopt, 81, 1));
  EXPECT_EQ(why(host.tcp->listen(std::nullopt, 82, 1)), error::insufficient_resources);
  ASSERT_TRUE(host.tcp->close(first, host.now));
  EXPECT_TRUE(host.tcp->listen(std::nullopt, 82, 1));
}

TEST(stack_calls, a_handle_that_was_given_up_names_nothing) {
  stack_host<> host;
  const handle old = *host.tcp->connect(v4(1), v4(2), 80, host.now);
  ASSERT_TRUE(host.tcp->abort(old));
  host.out();
  const handle next = *host.tcp->connect(v4(1), v4(2), 80, host.now);
  ASSERT_EQ(next.index, old.index);  // in the same place
  octet_string room(10);
  EXPECT_EQ(why(host.tcp->write(old, room)), error::connection_does_not_exist);
  EXPECT_EQ(why(host.tcp->read(old, room)), error::connection_does_not_exist);
  EXPECT_EQ(why(host.tcp->shutdown(old)), error::connection_does_not_exist);
  EXPECT_EQ(why(host.tcp->close(old, host.now)), error::connection_does_not_exist);
  EXPECT_EQ(why(host.tcp->abort(old)), error::connection_does_not_exist);
  EXPECT_FALSE(host.tcp->accept(old));
  EXPECT_EQ(host.tcp->find(old), nullptr);
  EXPECT_FALSE(host.tcp->flow_of(old));
  EXPECT_EQ(why(host.tcp->close(handle{}, host.now)), error::connection_does_not_exist);
  EXPECT_EQ(host.state(next), state::syn_sent);
  const handle listening = *host.tcp->listen(std::nullopt, 80, 1);
  ASSERT_TRUE(host.tcp->close(listening, host.now));
  EXPECT_EQ(why(host.tcp->close(listening, host.now)), error::connection_does_not_exist);
}

TEST(stack_calls, one_who_closes_a_listener_resets_what_nobody_accepted) {
  stack_host<> host;
  const handle listening = *host.tcp->listen(std::nullopt, 80, 2);
  host.handshake(from_peer(9));
  const u32 iss = host.in(from_peer(10), at(5'000).syn())[0].segment.seq();
  ASSERT_TRUE(host.tcp->close(listening, host.now));
  const auto sent = host.out();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].segment.bits(), "RA");
  EXPECT_EQ(sent[0].path.remote_port, 9);
  EXPECT_EQ(host.tcp->connections(), 0u);
  // The half-open one is noticed when its peer is heard of.
  const auto answer = host.in(from_peer(10), at(5'001).ack(iss + 1));
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0].segment.bits(), "R");
  EXPECT_EQ(host.last, delivery::nobody);
  EXPECT_EQ(host.tcp->half_open_connections(), 0u);
  EXPECT_TRUE(host.tcp->consistent());
}

// A listener that takes the place of a closed one does not inherit its half-open connections.
TEST(stack_calls, half_open_connections_do_not_outlive_their_listener) {
  stack_host<> host;
  const handle first = *host.tcp->listen(std::nullopt, 80, 2);
  const u32 iss = host.in(from_peer(10), at(5'000).syn())[0].segment.seq();
  ASSERT_TRUE(host.tcp->close(first, host.now));
  const handle second = *host.tcp->listen(std::nullopt, 80, 2);
  EXPECT_EQ(second.index, first.index);
  host.in(from_peer(10), at(5'001).ack(iss + 1));
  EXPECT_FALSE(host.tcp->accept(second));
  host.wait(s(300));
  EXPECT_EQ(host.tcp->half_open_connections(), 0u);
  EXPECT_TRUE(host.tcp->consistent());
}

TEST(stack_calls, events_are_told_once_to_whoever_has_the_handle) {
  stack_host<> host;
  const handle listening = *host.tcp->listen(std::nullopt, 80, 2);
  const u32 iss = host.handshake(from_peer(9));
  host.in(from_peer(9), at(5'001).ack(iss + 1).text("early"));
  auto told = host.events();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].of, listening);
  EXPECT_TRUE(told[0].incoming);

  const handle made = *host.tcp->accept(listening);
  told = host.events();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].of, made);
  EXPECT_TRUE(told[0].raised.has(signal::established));
  EXPECT_TRUE(told[0].readable);
  EXPECT_TRUE(host.events().empty());

  (void)host.tcp->write(made, pattern(10));
  host.out();
  host.in(from_peer(9), at(5'006).ack(iss + 11));
  told = host.events();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(told[0].writable);
  EXPECT_FALSE(told[0].readable);

  host.in(from_peer(9), at(5'006).ack(iss + 11).fin());
  told = host.events();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(told[0].readable);
  EXPECT_TRUE(told[0].raised.has(signal::peer_closed));

  (void)host.tcp->close(made, host.now);
  host.out();
  host.in(from_peer(9), at(5'007).ack(iss + 12));
  EXPECT_TRUE(host.events().empty());
  EXPECT_EQ(host.tcp->connections(), 0u);
}

// What ended can still be asked why, until its handle is given up.
TEST(stack_calls, a_connection_that_was_reset_waits_for_its_owner) {
  stack_host<> host;
  const handle listening = *host.tcp->listen(std::nullopt, 80, 2);
  host.handshake(from_peer(9));
  const handle made = *host.tcp->accept(listening);
  host.in(from_peer(9), at(5'001).rst());
  EXPECT_EQ(host.state(made), state::closed);
  octet_string room(10);
  EXPECT_EQ(why(host.tcp->read(made, room)), error::connection_reset);
  EXPECT_EQ(host.tcp->connections(), 1u);
  // The flow is free meanwhile.
  host.handshake(from_peer(9));
  EXPECT_TRUE(host.tcp->accept(listening));
  ASSERT_TRUE(host.tcp->close(made, host.now));
  host.out();
  EXPECT_EQ(host.tcp->connections(), 1u);
  EXPECT_TRUE(host.tcp->consistent());
}

struct slice_connection_policy : default_policy {
  using send_storage = span_storage;
  using receive_storage = span_storage;
};
struct slice_stack_policy : small_stack_policy {
  using connection_policy = slice_connection_policy;
  static constexpr stack_sizes sizes = test::with(small_stack_policy::sizes, [](stack_sizes& s) {
    s.send_octets = 300;
    s.receive_octets = 200;
  });
};

// Octets may be written and read where they stand.
// covers: storage
TEST(stack_calls, buffers_are_lent) {
  stack_net<> net;
  const handle listening = *net.end[1]->listen(std::nullopt, 80, 2);
  const handle made = *net.end[0]->connect(v4(1), v4(2), 80, net.now);
  net.run(s(1));
  const handle accepted = *net.end[1]->accept(listening);
  const auto room = net.end[0]->writable_span(made);
  ASSERT_EQ(room.size(), 4'096u);
  const auto text = pattern(500);
  std::copy(text.begin(), text.end(), room.begin());
  EXPECT_EQ(*net.end[0]->commit(made, 500), 500u);
  net.run(s(1));
  const auto arrived = net.end[1]->readable_span(accepted);
  EXPECT_EQ(octet_string(arrived.begin(), arrived.end()), text);
  EXPECT_EQ(*net.end[1]->consume(accepted, 500), 500u);
  EXPECT_TRUE(net.end[1]->readable_span(accepted).empty());
  EXPECT_TRUE(net.end[0]->writable_span({}).empty());
  EXPECT_TRUE(net.end[0]->readable_span({}).empty());
  EXPECT_FALSE(net.end[0]->commit({}, 0));
  EXPECT_FALSE(net.end[0]->consume({}, 0));
}

// Buffers may be slices of the caller's memory; each connection keeps to its own.
// covers: storage
TEST(stack_calls, buffers_may_be_the_callers) {
  using tcp = stack<slice_stack_policy>;
  static_assert(tcp::buffer_octets == 4 * 500);
  std::vector<std::uint8_t> memory(tcp::buffer_octets, 0xee);
  auto host = std::make_unique<tcp>(plain_stack(), memory);
  const auto a = host->connect(v4(1), v4(2), 80, {});
  const auto b = host->connect(v4(1), v4(2), 80, {});
  ASSERT_TRUE(a && b);
  EXPECT_EQ(*host->write(*a, octet_string(1'000, 0xaa)), 300u);
  EXPECT_EQ(*host->write(*b, octet_string(1'000, 0xbb)), 300u);
  EXPECT_EQ(std::count(memory.begin(), memory.end(), 0xaa), 300);
  EXPECT_EQ(std::count(memory.begin(), memory.end(), 0xbb), 300);
}

}  // namespace stack_calls_test
}  // namespace sequent::test

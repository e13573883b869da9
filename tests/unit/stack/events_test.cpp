#include <gtest/gtest.h>

#include "tests/support/sleepy_host.hpp"

namespace sequent::test {
namespace stack_events_test {

// covers: limits
TEST(stack_events, who_was_refused_a_place_hears_of_the_next) {
  sleepy_host host(3);
  for (u32 n = 1; n != 3; ++n) {
    ASSERT_TRUE(host.tcp->write(host.handles[n], pattern(5)));
    host.out();
  }
  EXPECT_EQ(host.tcp->write(host.handles[0], pattern(5)).why(), error::no_place);
  EXPECT_EQ(host.tcp->shutdown(host.handles[0]).why(), error::no_place);
  EXPECT_TRUE(host.events().empty());
  EXPECT_FALSE(host.tcp->has_more());
  host.in(sleepy_host::path(1), host.from(1).ack(host.iss[1] + 6));
  EXPECT_TRUE(host.tcp->has_more());
  const auto told = host.events();
  ASSERT_EQ(told.size(), 2u);  // that octets were acknowledged, and then the place
  EXPECT_EQ(told[1].of, host.handles[0]);
  EXPECT_TRUE(told[1].place);
  EXPECT_TRUE(told[1].writable);
  EXPECT_TRUE(host.tcp->write(host.handles[0], pattern(5)));
  EXPECT_TRUE(host.tcp->consistent());
}

// A stranger's segment that wakes whoever waits for a place must not cost him the event, nor the lists their order.
TEST(stack_events, who_was_refused_a_place_hears_of_it_though_a_stranger_woke_him) {
  sleepy_host host(3);
  for (u32 n = 1; n != 3; ++n) {
    ASSERT_TRUE(host.tcp->write(host.handles[n], pattern(5)));
    host.out();
  }
  ASSERT_EQ(host.tcp->write(host.handles[0], pattern(5)).why(), error::no_place);
  for (u32 n = 1; n != 3; ++n) {
    host.in(sleepy_host::path(n), host.from(n).ack(host.iss[n] + 6));  // each may sleep once it has told its news
    ASSERT_TRUE(host.tcp->next_event());
    host.in(sleepy_host::path(0), at(0x9000'0000u).rst());
    host.out();
    EXPECT_TRUE(host.tcp->consistent());
    ASSERT_TRUE(host.tcp->write(host.handles[n], pattern(5)));  // pushes him out again
    host.out();
    EXPECT_TRUE(host.tcp->consistent());
    host.in(sleepy_host::path(n), host.from(n).ack(host.iss[n] + 11));
  }
  bool told = false;
  for (const stack_event& event : host.events()) told = told || (event.of == host.handles[0] && event.place);
  EXPECT_TRUE(told);
  EXPECT_TRUE(host.tcp->write(host.handles[0], pattern(5)));
  EXPECT_TRUE(host.tcp->consistent());
}

TEST(stack_events, who_was_refused_a_connection_hears_of_room) {
  stack_host<> host;
  std::vector<handle> made;
  for (int i = 0; i != 4; ++i) made.push_back(*host.tcp->connect(v4(1), v4(2), 80, host.now));
  EXPECT_EQ(host.tcp->connect(v4(1), v4(2), 80, host.now).why(), error::insufficient_resources);
  host.out();
  EXPECT_TRUE(host.events().empty());
  ASSERT_TRUE(host.tcp->abort(made[0]));
  host.out();
  const auto told = host.events();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(told[0].place);
  EXPECT_EQ(told[0].of, handle{});
  EXPECT_TRUE(host.tcp->connect(v4(1), v4(2), 80, host.now));
}

TEST(stack_events, a_secret_of_zeros_opens_nothing) {
  stack_config config = plain_stack();
  config.secret = {};
  EXPECT_STREQ(config.validate().wrong, "secret");
  stack_host<> host(config);
  EXPECT_FALSE(host.tcp->validate());
  EXPECT_EQ(host.tcp->listen(std::nullopt, 80, 1).why(), error::bad_argument);
  EXPECT_EQ(host.tcp->connect(v4(1), v4(2), 80, host.now).why(), error::bad_argument);
}

struct counting_policy : small_stack_policy {
  struct connection_policy : small_connection_policy {
    using statistics = counted_statistics;
  };
  static constexpr stack_sizes sizes = with(small_stack_policy::sizes, [](stack_sizes& each) { each.max_awake = 2; });
};

// What all connections have counted: awake, asleep, and those that ended in whatever way. Records count nothing.
// covers: statistics
TEST(stack_events, the_counters_of_all_connections_add_up) {
  stack_net<counting_policy> net;
  auto& client = *net.end[0];
  auto& server = *net.end[1];
  const handle listening = *server.listen(std::nullopt, 80, 4);
  std::vector<handle> opened;
  std::vector<handle> accepted;
  octet_string room(5'000);
  connection_counters known;
  for (int i = 0; i != 3; ++i) {
    opened.push_back(*client.connect(v4(1), v4(2), 80, net.now));
    net.run(s(1));
    accepted.push_back(server.accept(listening).value());
    ASSERT_TRUE(client.write(opened.back(), pattern(1'000)));
    net.run(s(1));
    ASSERT_TRUE(server.read(accepted.back(), room));
    for (auto& each : net.end) {
      while (each->next_event()) {
      }
    }
    known += client.find(opened.back())->statistics().counters;
  }
  ASSERT_NE(client.statistics().fallen_asleep, 0u);
  EXPECT_EQ(client.totals(), known);
  EXPECT_EQ(client.totals().octets_sent, 3'000u);
  EXPECT_EQ(server.totals().octets_received, 3'000u);
  ASSERT_TRUE(client.abort(opened[0]));  // in its sleep
  ASSERT_TRUE(client.abort(opened[2]));
  net.run(s(1));
  EXPECT_EQ(client.connections(), 1u);
  EXPECT_EQ(client.totals(), known);
  ASSERT_TRUE(client.close(opened[1], net.now));
  for (const handle each : accepted) (void)server.close(each, net.now);
  net.run(s(1));
  EXPECT_EQ(client.connections(), 0u);
  EXPECT_EQ(client.time_wait_connections(), 1u);
  EXPECT_EQ(client.totals().octets_sent, 3'000u);
  EXPECT_EQ(client.totals().octets_delivered, known.octets_delivered + 1) << "and the FIN";
  EXPECT_EQ(server.totals().octets_received, 3'000u);
}

// covers: statistics
TEST(stack_events, what_is_not_counted_costs_nothing) {
  stack_host<> host;
  EXPECT_EQ(host.tcp->totals(), connection_counters{});
  static_assert(std::is_empty_v<small_connection_policy::statistics>);
}

}  // namespace stack_events_test
}  // namespace sequent::test

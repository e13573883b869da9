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

}  // namespace stack_events_test
}  // namespace sequent::test

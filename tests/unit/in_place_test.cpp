// Buffers inside the object, however large, take nothing of the call stack: connections are made where they stand.
#include <gtest/gtest.h>

#include <pthread.h>

#include <memory>

#include "tests/support/stack_net.hpp"

namespace sequent::test {
namespace in_place_test {

struct large_connection_policy : default_policy {
  using send_storage = inline_storage<1 << 20>;
  using receive_storage = inline_storage<1 << 20>;
};
struct large_stack_policy : default_stack_policy {
  using connection_policy = large_connection_policy;
  static constexpr stack_sizes sizes{.max_connections = 2, .max_half_open = 2};
};
struct large_sleeping_policy : large_stack_policy {
  static constexpr stack_sizes sizes{.max_connections = 3, .max_awake = 2, .max_half_open = 2};
};

// Half of a mebibyte is less than one buffer, and more than any sanitizer's frames.
template <class Work>
bool on_a_small_stack(Work work) {
  pthread_attr_t attributes;
  pthread_t thread;
  void* (*const run)(void*) = [](void* what) -> void* {
    (*static_cast<Work*>(what))();
    return nullptr;
  };
  pthread_attr_init(&attributes);
  const bool started =
      pthread_attr_setstacksize(&attributes, 512 * 1'024) == 0 && pthread_create(&thread, &attributes, run, &work) == 0;
  if (started) pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  return started;
}

// covers: storage
TEST(in_place, a_connection_is_made_and_used_with_a_call_stack_smaller_than_its_buffers) {
  std::size_t written = 0;
  ASSERT_TRUE(on_a_small_stack([&written] {
    const auto host = std::make_unique<endpoint<large_connection_policy>>();
    host->open();
    written = *host->tcp.write(pattern(2'000'000));
  }));
  EXPECT_EQ(written, std::size_t{1} << 20);
}

template <class Policy>
std::size_t handed_over() {
  std::size_t read = 0;
  const bool started = on_a_small_stack([&read] {
    stack_net<Policy> net;
    (void)net.end[0]->add_address(v4(1));
    (void)net.end[1]->add_address(v4(2));
    const handle listening = *net.end[1]->listen(std::nullopt, 80, 2);
    const handle made = *net.end[0]->connect(v4(1), v4(2), 80, net.now);
    net.run(s(1));
    const auto accepted = net.end[1]->accept(listening);
    if (!accepted) return;
    (void)net.end[0]->write(made, pattern(50'000));
    net.run(s(5));
    octet_string room(100'000);
    read = *net.end[1]->read(*accepted, room);
  });
  return started ? read : 0;
}

// covers: storage
TEST(in_place, a_stack_makes_its_connections_in_place_too) {
  EXPECT_EQ(handed_over<large_stack_policy>(), 50'000u);
  EXPECT_EQ(handed_over<large_sleeping_policy>(), 50'000u);
}

}  // namespace in_place_test
}  // namespace sequent::test

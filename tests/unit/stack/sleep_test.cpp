#include <gtest/gtest.h>

#include "sequent/stack.hpp"
#include "tests/support/sleepy_host.hpp"

namespace sequent::test {
namespace stack_sleep_test {

using state = connection_state;

/// The same over memory that the test owns.
struct sleepy_span_policy : sleepy_policy {
  struct connection_policy : default_policy {
    using send_storage = span_storage;
    using receive_storage = span_storage;
  };
  static constexpr stack_sizes sizes =
      test::with(sleepy_policy::sizes, [](stack_sizes& s) { s.send_octets = s.receive_octets = 4'096; });
};
static_assert(stack<sleepy_span_policy>::buffer_octets == 2 * 8'192);
static_assert(stack<sleepy_policy>::sleeps && !stack<small_stack_policy>::sleeps);

// covers: sleeping
TEST(stack_sleep, the_longest_idle_makes_room_for_a_new_connection) {
  sleepy_host host(3);
  ASSERT_EQ(host.handles.size(), 3u);
  EXPECT_EQ(host.tcp->connections(), 3u);
  EXPECT_EQ(host.tcp->connections_awake(), 2u);
  EXPECT_FALSE(host.awake(0));
  EXPECT_TRUE(host.awake(1));
  EXPECT_TRUE(host.awake(2));
  EXPECT_EQ(host.tcp->statistics().fallen_asleep, 1u);
  EXPECT_EQ(host.tcp->state_of(host.handles[0]), state::established);
  EXPECT_EQ(*host.tcp->flow_of(host.handles[0]), sleepy_host::path(0));
  EXPECT_TRUE(host.tcp->consistent());
}

TEST(stack_sleep, text_wakes_a_sleeper_and_another_falls_asleep) {
  sleepy_host host(3);
  const auto answers = host.in(sleepy_host::path(0), host.from(0).text(pattern(10)));
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].segment.header.ack.wire(), 5'011u);
  EXPECT_TRUE(host.awake(0));
  EXPECT_FALSE(host.awake(1));
  octet_string room(100);
  ASSERT_EQ(*host.tcp->read(host.handles[0], room), 10u);
  EXPECT_TRUE(host.tcp->consistent());
}

TEST(stack_sleep, a_pure_acknowledgment_lets_it_sleep_on) {
  sleepy_host host(3);
  EXPECT_TRUE(host.in(sleepy_host::path(0), host.from(0)).empty());
  EXPECT_EQ(host.last, delivery::connection);
  EXPECT_FALSE(host.awake(0));
}

TEST(stack_sleep, a_user_that_writes_wakes_it) {
  sleepy_host host(3);
  EXPECT_EQ(*host.tcp->write(host.handles[0], pattern(5)), 5u);
  const auto sent = host.out();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].segment.seq(), host.iss[0] + 1);
  EXPECT_EQ(sent[0].path.local_port, 80);
  EXPECT_EQ(sent[0].path.remote_port, 1'000);
}

// What a stranger sends who knows addresses and ports only: nothing of it holds a place.
enum class forgery { reset_outside_the_window, text_without_timestamps, urgent_again, fin_far_away, syn, late_ack };
class forged : public testing::TestWithParam<forgery> {
 public:
  [[nodiscard]] static packet make() {
    switch (GetParam()) {
      case forgery::reset_outside_the_window: return at(0x9000'0000u).rst();
      case forgery::text_without_timestamps: return at(5'001).ack(1).text(pattern(10));
      case forgery::urgent_again: return at(5'001).ack(1).urg(0);
      case forgery::fin_far_away: return at(0x7000'0000u).ack(1).fin();
      case forgery::syn: return at(77).syn();
      case forgery::late_ack: return at(5'001).ack(0x9000'0000u);
    }
    return {};
  }
};
INSTANTIATE_TEST_SUITE_P(stack_sleep, forged,
                         testing::Values(forgery::reset_outside_the_window, forgery::text_without_timestamps,
                                         forgery::urgent_again, forgery::fin_far_away, forgery::syn,
                                         forgery::late_ack));

// covers: sleeping limits
TEST_P(forged, segments_hold_no_sleeper_awake) {
  stack_config config = plain_stack();
  config.connection.timestamps = true;
  sleepy_host host(4, config, at(5'000).syn().mss(1'460).ts(1, 0));
  for (u32 n = 0; n != 4; ++n) {
    host.in(sleepy_host::path(n), make());
    host.events();
    EXPECT_TRUE(host.tcp->consistent());
  }
  host.wait(s(86'400));
  for (u32 n = 0; n != 4; ++n) {
    EXPECT_TRUE(host.tcp->write(host.handles[n], pattern(3)));
    const auto sent = host.out();
    ASSERT_EQ(sent.size(), 1u);
    host.in(sleepy_host::path(n), at(5'001).ack(sent[0].segment.seq() + 3).ts(1, 0));
    host.events();
  }
  EXPECT_EQ(host.tcp->statistics().wakes_refused, 0u);
}

// The answer to a keep-alive is the last that there was to wait for.
TEST(stack_sleep, a_peer_that_answers_a_keep_alive_may_be_left_to_sleep_again) {
  stack_config config = plain_stack();
  config.connection.keep_alive.enabled = true;
  config.connection.keep_alive.idle = s(100);
  sleepy_host host(2, config);
  EXPECT_EQ(host.wait(s(101)).size(), 2u);
  host.in(sleepy_host::path(0), host.from(0));
  host.in(sleepy_host::path(1), host.from(1));
  EXPECT_TRUE(host.tcp->consistent());
  host.open(2);
  ASSERT_EQ(host.handles.size(), 3u);
  EXPECT_FALSE(host.awake(0));
}

// A report of the network's, true or forged, holds no place beyond what it is about.
TEST(stack_sleep, a_soft_error_holds_no_place) {
  sleepy_host host(2);
  for (u32 n = 0; n != 2; ++n) {
    ASSERT_TRUE(host.tcp->write(host.handles[n], pattern(10)));
    host.out();
    host.report(sleepy_host::path(n), host.iss[n] + 1);
    ASSERT_EQ(host.events().size(), 1u);
    host.in(sleepy_host::path(n), host.from(n).ack(host.iss[n] + 11));
    host.events();
  }
  EXPECT_EQ(host.tcp->statistics().icmp_taken, 2u);
  host.open(2);
  host.open(3);
  EXPECT_EQ(host.handles.size(), 4u);
  EXPECT_TRUE(host.tcp->consistent());
}

// What has arrived beyond a hole is not given up for the sake of a place.
TEST(stack_sleep, an_octet_beyond_a_hole_keeps_awake) {
  sleepy_host host(2);
  for (u32 n = 0; n != 2; ++n) host.in(sleepy_host::path(n), at(5'002).ack(host.iss[n] + 1).text("x"));
  EXPECT_FALSE(host.tcp->connect(v4(1), v4(9), 9, host.now));
  host.wait(s(100'000));
  EXPECT_TRUE(host.awake(0));
  host.in(sleepy_host::path(0), host.from(0).text("a"));
  octet_string room(10);
  EXPECT_EQ(*host.tcp->read(host.handles[0], room), 2u);
  host.out();
  host.events();
  EXPECT_TRUE(host.tcp->connect(v4(1), v4(9), 9, host.now));
  EXPECT_FALSE(host.awake(0));
}

// Nothing of a sleeper's is outstanding, so there is nothing that it could believe.
TEST(stack_sleep, an_icmp_error_wakes_nobody) {
  sleepy_host host(3);
  ASSERT_FALSE(host.awake(0));
  host.report(sleepy_host::path(0), host.iss[0]);
  host.report(sleepy_host::path(0), host.iss[0] + 1);
  EXPECT_FALSE(host.awake(0));
  EXPECT_EQ(host.tcp->statistics().icmp_ignored, 2u);
  EXPECT_EQ(host.tcp->statistics().icmp_taken, 0u);
}

// A peer that has closed, or one that was told of the end, may take as long as it likes.
// covers: rfc9293#3.6
TEST(stack_sleep, the_half_closed_sleep) {
  sleepy_host host(2);
  octet_string room(10);
  host.in(sleepy_host::path(0), host.from(0).fin());
  EXPECT_TRUE(host.events().at(0).readable);
  EXPECT_EQ(*host.tcp->read(host.handles[0], room), 0u);
  ASSERT_TRUE(host.tcp->shutdown(host.handles[1]));
  host.out();
  host.in(sleepy_host::path(1), host.from(1).ack(host.iss[1] + 2));
  host.events();
  host.open(2);
  host.open(3);
  ASSERT_EQ(host.handles.size(), 4u);
  EXPECT_FALSE(host.awake(0));
  EXPECT_FALSE(host.awake(1));
  EXPECT_EQ(host.tcp->state_of(host.handles[0]), state::close_wait);
  EXPECT_EQ(host.tcp->state_of(host.handles[1]), state::fin_wait_2);
  EXPECT_EQ(*host.tcp->read(host.handles[0], room), 0u);
  EXPECT_EQ(host.tcp->read(host.handles[1], room).why(), error::would_block);

  const auto answer = host.in(sleepy_host::path(1), at(5'001).ack(host.iss[1] + 2).text(pattern(5)).fin());
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0].segment.header.ack.wire(), 5'007u);
  EXPECT_EQ(*host.tcp->read(host.handles[1], room), 5u);
  EXPECT_EQ(*host.tcp->write(host.handles[0], pattern(3)), 3u);
  const auto sent = host.out();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].segment.seq(), host.iss[0] + 1);
  EXPECT_EQ(sent[0].segment.header.ack.wire(), 5'002u);
  EXPECT_TRUE(host.tcp->consistent());
}

TEST(stack_sleep, reading_lets_it_sleep_on) {
  sleepy_host host(3);
  octet_string room(10);
  EXPECT_EQ(host.tcp->read(host.handles[0], room).why(), error::would_block);
  EXPECT_TRUE(host.tcp->readable_span(host.handles[0]).empty());
  EXPECT_FALSE(host.awake(0));
}

// Unread octets, unacknowledged ones and untold news are something to do.
TEST(stack_sleep, the_busy_stay_awake_and_what_finds_no_place_is_as_if_lost) {
  sleepy_host host(3);
  host.in(sleepy_host::path(1), host.from(1).text(pattern(10)));
  EXPECT_EQ(*host.tcp->write(host.handles[2], pattern(5)), 5u);
  host.out();
  EXPECT_TRUE(host.in(sleepy_host::path(0), host.from(0).text(pattern(10))).empty());
  EXPECT_EQ(host.tcp->statistics().wakes_refused, 1u);
  EXPECT_EQ(host.tcp->write(host.handles[0], pattern(5)).why(), error::no_place);
  EXPECT_EQ(host.tcp->shutdown(host.handles[0]).why(), error::no_place);
  EXPECT_EQ(host.tcp->connect(v4(1), v4(9), 80, host.now).why(), error::insufficient_resources);
  EXPECT_FALSE(host.awake(0));
  // Once one of them has nothing to do, the peer's retransmission gets through.
  octet_string room(100);
  ASSERT_EQ(*host.tcp->read(host.handles[1], room), 10u);
  host.events();
  EXPECT_EQ(host.in(sleepy_host::path(0), host.from(0).text(pattern(10))).size(), 1u);
  EXPECT_TRUE(host.tcp->consistent());
}

TEST(stack_sleep, a_buffer_that_was_lent_is_not_taken_away) {
  sleepy_host host(2);
  const auto lent = host.tcp->writable_span(host.handles[0]);
  ASSERT_EQ(lent.size(), 4'096u);
  host.open(2);
  EXPECT_TRUE(host.awake(0));
  EXPECT_FALSE(host.awake(1));
  EXPECT_EQ(*host.tcp->commit(host.handles[0], 0), 0u);
}

TEST(stack_sleep, a_reset_ends_a_sleeper) {
  sleepy_host host(3);
  host.in(sleepy_host::path(0), at(5'001).rst());
  const auto told = host.events();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].of, host.handles[0]);
  EXPECT_TRUE(told[0].raised.has(signal::reset));
}

TEST(stack_sleep, aborting_a_sleeper_resets_the_peer) {
  sleepy_host host(3);
  ASSERT_TRUE(host.tcp->abort(host.handles[0]));
  const auto sent = host.out();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_TRUE(sent[0].segment.header.control.rst());
  EXPECT_EQ(sent[0].segment.seq(), host.iss[0] + 1);
  EXPECT_EQ(host.tcp->connections(), 2u);
  EXPECT_FALSE(host.tcp->flow_of(host.handles[0]));
  EXPECT_TRUE(host.tcp->consistent());
}

TEST(stack_sleep, a_keep_alive_falls_due_in_its_sleep) {
  stack_config config = plain_stack();
  config.connection.keep_alive.enabled = true;
  config.connection.keep_alive.idle = s(100);
  sleepy_host host(3, config);
  host.wait(s(60));
  host.in(sleepy_host::path(0), host.from(0));  // heard from in its sleep
  host.in(sleepy_host::path(1), host.from(1));
  host.in(sleepy_host::path(2), host.from(2));
  EXPECT_TRUE(host.wait(s(90)).empty());
  host.in(sleepy_host::path(1), host.from(1));
  host.in(sleepy_host::path(2), host.from(2));
  EXPECT_FALSE(host.awake(0));
  const auto probes = host.wait(s(20));
  ASSERT_EQ(probes.size(), 1u);
  EXPECT_EQ(probes[0].path.remote_port, 1'000);
  EXPECT_EQ(probes[0].segment.seq(), host.iss[0]);
  EXPECT_TRUE(host.awake(0));
  EXPECT_TRUE(host.tcp->consistent());
}

TEST(stack_sleep, connections_over_memory_of_the_callers_share_it) {
  octet_string memory(stack<sleepy_span_policy>::buffer_octets);
  stack<sleepy_span_policy> server(plain_stack(), memory);
  const instant now = instant{} + s(1'000);
  const handle listening = *server.listen(std::nullopt, 80, 4);
  octet_string room(2'000);
  const auto poll = [&] {
    std::optional<seen> last;
    while (const auto packet = server.poll_packet(now, room)) last = read_packet(std::span(room).first(packet->length));
    return last;
  };
  std::vector<handle> handles;
  for (std::uint16_t port = 1'000; port != 1'004; ++port) {
    server.on_packet(packet_to(from_peer(port), at(5'000).syn().mss(1'460)), now);
    const u32 iss = poll()->segment.seq();
    server.on_packet(packet_to(from_peer(port), at(5'001).ack(iss + 1).text(pattern(100, port))), now);
    (void)poll();
    handles.push_back(*server.accept(listening));
    while (server.next_event()) {
    }
    octet_string read(200);
    ASSERT_EQ(*server.read(handles.back(), read), 100u);
    EXPECT_EQ(octet_string(read.begin(), read.begin() + 100), pattern(100, port));
  }
  EXPECT_EQ(server.connections(), 4u);
  EXPECT_EQ(server.connections_awake(), 2u);
}

struct told_names {
  std::vector<std::string> all{};
  void operator()(const trace_event& what) {
    all.emplace_back(what.kind == trace_kind::sent    ? name(what.why)
                     : what.kind == trace_kind::heard ? "heard"
                                                      : "timer");
  }
};
struct traced_sleepy_policy : sleepy_policy {
  struct connection_policy : small_connection_policy {
    using trace = traced_by<told_names>;
  };
};

// covers: trace-hook sleeping
TEST(stack_sleep, a_sleeper_goes_on_telling_what_it_hears) {
  stack_host<traced_sleepy_policy> host;
  const handle listening = *host.tcp->listen(std::nullopt, 80, 4);
  std::vector<handle> own;
  std::vector<u32> iss;
  for (u32 n = 0; n != 3; ++n) {
    iss.push_back(host.handshake(sleepy_host::path(n)));
    own.push_back(*host.tcp->accept(listening));
    host.events();
  }
  ASSERT_EQ(host.tcp->find(own[0]), nullptr) << "asleep";
  told_names told;
  ASSERT_TRUE(host.tcp->set_trace(own[0], {&told}));
  host.in(sleepy_host::path(0), at(5'001).ack(iss[0] + 1));
  ASSERT_EQ(host.tcp->find(own[0]), nullptr) << "it sleeps on";
  ASSERT_TRUE(host.tcp->write(own[0], pattern(3)));
  host.out();
  host.in(sleepy_host::path(0), at(5'001).ack(iss[0] + 4));
  EXPECT_EQ(told.all, (std::vector<std::string>{"heard", "fresh", "heard"}));
  ASSERT_TRUE(host.tcp->set_trace(own[0], {}));
  host.in(sleepy_host::path(0), at(5'001).ack(iss[0] + 4));
  EXPECT_EQ(told.all.size(), 3u);
  EXPECT_EQ(host.tcp->set_trace({}, {&told}).why(), error::connection_does_not_exist);
}

}  // namespace stack_sleep_test
}  // namespace sequent::test

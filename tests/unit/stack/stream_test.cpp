#include <gtest/gtest.h>

#include "tests/support/sleepy_host.hpp"

namespace sequent::test {
namespace stack_stream_test {

using state = connection_state;

// The octets at the front of a buffer that was lent, written by its user.
void fill(std::span<std::uint8_t> room, std::size_t count, std::uint8_t with) {
  std::fill_n(room.begin(), count, with);
}

// Whatever arrives, from whomever: what is lent stays with the connection that it was lent of.
// covers: storage
TEST(stack_stream, a_lent_buffer_is_nobody_elses) {
  sleepy_host host(4);
  const auto room = host.tcp->writable_span(host.handles[0]);
  ASSERT_EQ(room.size(), 4'096u);
  host.in(sleepy_host::path(0), at(5'001).ack(0x9000'0000u));  // forged
  for (u32 n = 1; n != 4; ++n) {
    ASSERT_TRUE(host.tcp->write(host.handles[n], octet_string(200, 0xbb)));
    host.out();
    host.in(sleepy_host::path(n), host.from(n).ack(host.iss[n] + 201));
    host.events();
  }
  EXPECT_TRUE(host.awake(0));
  EXPECT_TRUE(host.tcp->consistent());
  fill(room, 16, 0xaa);
  EXPECT_EQ(*host.tcp->commit(host.handles[0], 16), 16u);
  const auto sent = host.out();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].segment.octets, octet_string(16, 0xaa));
  host.in(sleepy_host::path(0), host.from(0).ack(host.iss[0] + 17));
  host.events();
  ASSERT_TRUE(host.tcp->write(host.handles[1], pattern(1)));
  host.out();
  ASSERT_TRUE(host.tcp->write(host.handles[2], pattern(1)));
  host.out();
  EXPECT_FALSE(host.awake(0));  // it may sleep again
}

// Who was lent nothing commits nothing: the buffer holds what was in it before, perhaps another connection's.
TEST(stack_stream, nothing_is_committed_that_was_not_lent) {
  sleepy_host host(3);
  ASSERT_FALSE(host.awake(0));
  EXPECT_EQ(host.tcp->commit(host.handles[0], 16).why(), error::bad_argument);
  EXPECT_EQ(*host.tcp->commit(host.handles[0], 0), 0u);
  EXPECT_EQ(host.tcp->consume(host.handles[0], 1).why(), error::bad_argument);
  EXPECT_EQ(host.tcp->commit(host.handles[1], 16).why(), error::bad_argument);
  const auto room = host.tcp->writable_span(host.handles[1]);
  EXPECT_EQ(host.tcp->commit(host.handles[1], room.size() + 1).why(), error::bad_argument);
  EXPECT_EQ(host.tcp->commit(host.handles[1], 1).why(), error::bad_argument);  // which has ended the loan
  ASSERT_FALSE(host.tcp->writable_span(host.handles[1]).empty());
  ASSERT_TRUE(host.tcp->write(host.handles[1], pattern(3)));
  EXPECT_EQ(host.tcp->commit(host.handles[1], 1).why(), error::bad_argument);  // and so has write()
  const auto sent = host.out();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].segment.octets, pattern(3));
}

// One of the two places can be kept awake by a loan, so that the other is there for everybody.
// covers: limits
TEST(stack_stream, loans_hold_half_of_the_places) {
  sleepy_host host(3);
  ASSERT_FALSE(host.tcp->writable_span(host.handles[1]).empty());
  EXPECT_TRUE(host.tcp->writable_span(host.handles[2]).empty());
  EXPECT_TRUE(host.events().empty());
  EXPECT_TRUE(host.tcp->write(host.handles[0], pattern(1)));
  EXPECT_EQ(*host.tcp->commit(host.handles[1], 0), 0u);
  const auto told = host.events();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(told[0].place);
  EXPECT_EQ(told[0].of, handle{});
  EXPECT_FALSE(host.tcp->writable_span(host.handles[1]).empty());
  EXPECT_TRUE(host.tcp->writable_span(host.handles[0]).empty());
  host.out();
  EXPECT_TRUE(host.events().empty()) << "what was free once is not free again";
  EXPECT_FALSE(host.tcp->has_more());
  ASSERT_TRUE(host.tcp->close(host.handles[1], host.now));  // ends the loan as well
  host.out();
  EXPECT_EQ(host.events().size(), 1u);
  EXPECT_TRUE(host.tcp->consistent());
}

TEST(stack_stream, a_peer_may_end_a_connection_whose_buffers_are_lent) {
  sleepy_host host(2);
  host.in(sleepy_host::path(0), host.from(0).text(pattern(300)));
  ASSERT_EQ(host.tcp->readable_span(host.handles[0]).size(), 300u);
  ASSERT_EQ(host.tcp->writable_span(host.handles[0]).size(), 4'096u);
  host.in(sleepy_host::path(0), at(5'301).rst());
  EXPECT_EQ(host.tcp->consume(host.handles[0], 300).why(), error::connection_reset);
  EXPECT_EQ(host.tcp->commit(host.handles[0], 16).why(), error::connection_reset);
  octet_string room(16'384);
  EXPECT_EQ(host.tcp->read(host.handles[0], room).why(), error::connection_reset);
  ASSERT_TRUE(host.tcp->close(host.handles[0], host.now));
  host.out();
  EXPECT_EQ(host.tcp->connections(), 1u);
  EXPECT_TRUE(host.tcp->consistent());
}

// covers: MUST-17
TEST(stack_stream, nagle_is_each_connections_own) {
  stack_config config = plain_stack();
  config.connection.nagle = true;
  sleepy_host host(3, config);
  ASSERT_FALSE(host.awake(0));
  const auto segments = [&](u32 n) {
    std::size_t count = 0;
    for (int i = 0; i != 2; ++i) {
      (void)host.tcp->write(host.handles[n], pattern(5));
      count += host.out().size();
    }
    host.in(sleepy_host::path(n), host.from(n).ack(host.iss[n] + 6));
    host.in(sleepy_host::path(n), host.from(n).ack(host.iss[n] + 11));
    host.events();
    return count;
  };
  ASSERT_TRUE(host.tcp->set_nagle(host.handles[0], false));
  EXPECT_FALSE(host.awake(0));
  EXPECT_EQ(segments(0), 2u);
  EXPECT_EQ(segments(1), 1u);
  ASSERT_TRUE(host.tcp->set_nagle(host.handles[2], false));
  EXPECT_EQ(segments(2), 2u);
  EXPECT_EQ(host.tcp->set_nagle({}, false).why(), error::connection_does_not_exist);
}

// Turning it off lets go what it held back.
TEST(stack_stream, what_nagle_held_back_goes_when_it_is_turned_off) {
  stack_config config = plain_stack();
  config.connection.nagle = true;
  sleepy_host host(1, config);
  ASSERT_TRUE(host.tcp->write(host.handles[0], pattern(5)));
  EXPECT_EQ(host.out().size(), 1u);
  ASSERT_TRUE(host.tcp->write(host.handles[0], pattern(5)));
  EXPECT_TRUE(host.out().empty());
  ASSERT_TRUE(host.tcp->set_nagle(host.handles[0], false));
  EXPECT_EQ(host.out().size(), 1u);
}

// covers: MUST-24 MUST-25
TEST(stack_stream, keep_alives_are_each_connections_own) {
  stack_config config = plain_stack();
  config.connection.keep_alive.idle = s(100);
  sleepy_host host(3, config);
  ASSERT_FALSE(host.awake(0));
  ASSERT_TRUE(host.tcp->set_keep_alive(host.handles[0], true, host.now));
  ASSERT_TRUE(host.tcp->set_keep_alive(host.handles[2], true, host.now));
  EXPECT_FALSE(host.awake(0));
  host.out();
  ASSERT_TRUE(host.tcp->set_keep_alive(host.handles[2], false, host.now));
  auto probes = host.wait(s(101));
  ASSERT_EQ(probes.size(), 1u);
  EXPECT_EQ(probes[0].path.remote_port, 1'000);
  EXPECT_EQ(probes[0].segment.seq(), host.iss[0]);
  host.in(sleepy_host::path(0), host.from(0));
  ASSERT_TRUE(host.tcp->set_keep_alive(host.handles[0], false, host.now));
  EXPECT_TRUE(host.wait(s(1'000)).empty());
  EXPECT_EQ(host.tcp->set_keep_alive({}, true, host.now).why(), error::connection_does_not_exist);
}

// covers: MUST-21
TEST(stack_stream, the_user_timeout_is_each_connections_own) {
  sleepy_host host(3);
  ASSERT_FALSE(host.awake(0));
  EXPECT_EQ(host.tcp->set_user_timeout(host.handles[0], duration{}, host.now).why(), error::bad_argument);
  ASSERT_TRUE(host.tcp->set_user_timeout(host.handles[0], s(7), host.now));
  EXPECT_FALSE(host.awake(0));
  ASSERT_TRUE(host.tcp->write(host.handles[0], pattern(5)));
  host.out();
  ASSERT_TRUE(host.tcp->write(host.handles[2], pattern(5)));
  ASSERT_TRUE(host.tcp->set_user_timeout(host.handles[2], s(20), host.now));
  host.out();
  host.wait(s(8));
  EXPECT_EQ(host.tcp->state_of(host.handles[0]), state::closed);
  EXPECT_EQ(host.tcp->state_of(host.handles[2]), state::established);
  host.wait(s(13));
  EXPECT_EQ(host.tcp->state_of(host.handles[2]), state::closed);
  octet_string room(10);
  EXPECT_EQ(host.tcp->read(host.handles[2], room).why(), error::connection_timed_out);
  EXPECT_EQ(host.tcp->set_user_timeout({}, s(7), host.now).why(), error::connection_does_not_exist);
}

// covers: MUST-30 MUST-33
TEST(stack_stream, urgent_data_goes_both_ways) {
  sleepy_host host(3);
  ASSERT_FALSE(host.awake(0));
  EXPECT_EQ(*host.tcp->write_urgent(host.handles[0], pattern(5)), 5u);
  const auto sent = host.out();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_TRUE(sent[0].segment.header.control.urg());
  EXPECT_EQ(sent[0].segment.header.up, 5u);
  EXPECT_EQ(host.tcp->urgent_ahead(host.handles[0]), 0u);
  host.in(sleepy_host::path(0), host.from(0).ack(host.iss[0] + 6).text(pattern(3)).urg(3));
  EXPECT_TRUE(host.events().at(0).raised.has(signal::urgent));
  EXPECT_EQ(host.tcp->urgent_ahead(host.handles[0]), 3u);
  EXPECT_EQ(host.tcp->urgent_ahead({}), 0u);
  EXPECT_EQ(host.tcp->write_urgent({}, pattern(1)).why(), error::connection_does_not_exist);
}

// Once and for ever, whatever becomes of the connection, for as long as one has the handle (RFC 9293 section 3.10.3).
TEST(stack_stream, the_end_of_the_stream_is_read_as_0_for_ever) {
  sleepy_host host(3);
  const handle of = host.handles[1];
  host.in(sleepy_host::path(1), host.from(1).text("last").fin());
  ASSERT_TRUE(host.tcp->shutdown(of));
  host.out();
  host.in(sleepy_host::path(1), at(5'006).ack(host.iss[1] + 2));  // of our FIN
  ASSERT_EQ(host.tcp->state_of(of), state::closed);
  octet_string room(10);
  EXPECT_EQ(*host.tcp->read(of, room), 4u);
  for (int i = 0; i != 3; ++i) EXPECT_EQ(*host.tcp->read(of, room), 0u);
  EXPECT_EQ(*host.tcp->consume(of, 0), 0u);
  host.wait(s(1'000));
  EXPECT_EQ(*host.tcp->read(of, room), 0u);
  ASSERT_TRUE(host.tcp->close(of, host.now));
  EXPECT_EQ(host.tcp->read(of, room).why(), error::connection_does_not_exist);
}

struct tagged_policy : sleepy_policy {
  using tag = const char*;
};

TEST(stack_stream, a_user_keeps_something_with_each_connection) {
  stack_host<tagged_policy> host;
  const handle listening = *host.tcp->listen(std::nullopt, 80, 4);
  std::vector<handle> made;
  static constexpr const char* names[] = {"one", "two", "three"};
  for (std::uint16_t n = 0; n != 3; ++n) {
    host.handshake(from_peer(static_cast<std::uint16_t>(1'000 + n)));
    made.push_back(*host.tcp->accept(listening));
    host.events();
    EXPECT_EQ(host.tcp->tag(made[n]), nullptr);
    ASSERT_TRUE(host.tcp->set_tag(made[n], names[n]));
  }
  ASSERT_EQ(host.tcp->find(made[0]), nullptr);  // asleep
  for (std::uint16_t n = 0; n != 3; ++n) EXPECT_EQ(host.tcp->tag(made[n]), names[n]);
  EXPECT_EQ(host.tcp->tag({}), std::nullopt);
  EXPECT_EQ(host.tcp->set_tag({}, names[0]).why(), error::connection_does_not_exist);
}

template <std::size_t Send, std::size_t Receive>
struct tiny_policy : small_stack_policy {
  struct connection_policy : default_policy {
    using send_storage = inline_storage<Send>;
    using receive_storage = inline_storage<Receive>;
  };
};

// Both ends write twenty octets and read them. Nothing waits for a retransmission or a probe, which take a second.
template <std::size_t Send, std::size_t Receive>
void passes_data() {
  for (const bool options : {false, true}) {
    std::array<stack_config, 2> configs{plain_stack(1), plain_stack(7)};
    for (stack_config& each : configs) {
      each.connection.timestamps = each.connection.window_scale = each.connection.sack = options;
      each.connection.delayed_ack = ms(40);
    }
    stack_net<tiny_policy<Send, Receive>> net(configs[0], configs[1]);
    const handle listening = *net.end[1]->listen(std::nullopt, 80, 1);
    std::array<std::optional<handle>, 2> handles{*net.end[0]->connect(v4(1), v4(2), 80, net.now), std::nullopt};
    const octet_string text = pattern(20);
    std::array<octet_string, 2> got;
    std::array<std::size_t, 2> written{};
    net.run(ms(990), [&] {
      if (!handles[1]) handles[1] = net.end[1]->accept(listening);
      for (std::size_t i = 0; i != 2; ++i) {
        if (!handles[i]) continue;
        octet_string room(8);
        const auto n = net.end[i]->read(*handles[i], room);
        if (n) got[i].insert(got[i].end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(*n));
        const auto taken = net.end[i]->write(*handles[i], std::span(text).subspan(written[i]));
        if (taken) written[i] += *taken;
      }
    });
    EXPECT_EQ(got[0], text) << Send << " " << Receive << " " << options;
    EXPECT_EQ(got[1], text) << Send << " " << Receive << " " << options;
  }
}

// covers: storage
TEST(stack_stream, buffers_of_an_octet_or_a_few_pass_data) {
  passes_data<1, 1>();
  passes_data<2, 1>();
  passes_data<1, 2>();
  passes_data<2, 2>();
  passes_data<3, 3>();
  passes_data<100, 1>();
  passes_data<1, 100>();
}

}  // namespace stack_stream_test
}  // namespace sequent::test

#include "sequent/connection/calls.inl.hpp"

#include <gtest/gtest.h>
#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "tests/support/states.hpp"

namespace sequent::test {
namespace connection_calls_test {

using state = connection_state;

struct small_policy : default_policy {
  using send_storage = inline_storage<1'000>;
  using receive_storage = inline_storage<1'000>;
};

TEST(connection_calls, a_write_takes_what_fits_and_says_how_much) {
  endpoint<small_policy> host;
  host.open();
  EXPECT_EQ(host.tcp.writable(), 1'000u);
  EXPECT_EQ(*host.tcp.write(pattern(700)), 700u);
  EXPECT_EQ(*host.tcp.write(pattern(700)), 300u);
  const auto full = host.tcp.write(pattern(1));
  ASSERT_FALSE(full);
  EXPECT_EQ(full.why(), error::insufficient_resources);
  EXPECT_EQ(*host.tcp.write({}), 0u);
}

TEST(connection_calls, a_write_before_the_handshake_ends_is_queued) {
  endpoint<small_policy> host;
  ASSERT_TRUE(host.tcp.connect({}));
  EXPECT_EQ(*host.tcp.write(pattern(5)), 5u);
  const auto syn = host.out();
  ASSERT_EQ(syn.size(), 1u);
  EXPECT_TRUE(syn[0].octets.empty());
  const auto text = host.in(host.answer_to_syn({}));
  EXPECT_EQ(text_octets(text), 5u);
}

TEST(connection_calls, writes_are_refused_where_the_rfc_refuses_them) {
  for (const state s : {state::closed, state::listen, state::fin_wait_1, state::fin_wait_2, state::closing,
                        state::last_ack, state::time_wait}) {
    endpoint<small_policy> host;
    lead_to(host, s);
    EXPECT_FALSE(host.tcp.write(pattern(5))) << describe(s);
    EXPECT_EQ(host.tcp.writable(), 0u) << describe(s);
  }
}

TEST(connection_calls, reads_give_octets_then_nothing_yet_then_the_end) {
  endpoint<small_policy> host;
  host.open();
  std::vector<std::uint8_t> buffer(4);
  EXPECT_EQ(host.tcp.read(buffer).why(), error::would_block);
  host.in(host.peer().text("abcdef"));
  EXPECT_EQ(*host.tcp.read(buffer), 4u);
  EXPECT_EQ(*host.tcp.read(buffer), 2u);
  EXPECT_EQ(host.tcp.read(buffer).why(), error::would_block);
  host.in(at(host.rcv_nxt()).ack(host.nxt()).fin());
  EXPECT_EQ(*host.tcp.read(buffer), 0u);
  EXPECT_EQ(*host.tcp.read(buffer), 0u);
}

// A7 of docs/choices.md: what was received is delivered in every state.
TEST(connection_calls, what_arrived_before_the_end_is_read_in_every_state) {
  for (const state goal : {state::close_wait, state::closing, state::last_ack, state::time_wait}) {
    endpoint<small_policy> host;
    host.open();
    host.in(host.peer().text("abc"));
    if (goal == state::closing || goal == state::time_wait) {
      (void)host.tcp.shutdown();
      host.out();
      if (goal == state::time_wait) host.in(at(host.rcv_nxt()).ack(host.nxt()));
    }
    host.in(at(host.rcv_nxt()).ack(host.una()).fin());
    if (goal == state::last_ack) {
      (void)host.tcp.shutdown();
      host.out();
    }
    ASSERT_EQ(host.state(), goal) << describe(goal);
    EXPECT_EQ(host.read(), (std::vector<std::uint8_t>{'a', 'b', 'c'})) << describe(goal);
    std::vector<std::uint8_t> buffer(4);
    EXPECT_EQ(*host.tcp.read(buffer), 0u) << describe(goal);
  }
}

TEST(connection_calls, why_a_connection_ended_is_said_by_every_later_call) {
  endpoint<small_policy> host;
  host.open();
  host.in(at(host.rcv_nxt()).rst());
  std::vector<std::uint8_t> buffer(4);
  EXPECT_EQ(host.tcp.read(buffer).why(), error::connection_reset);
  EXPECT_EQ(host.tcp.write(pattern(4)).why(), error::connection_reset);
  EXPECT_EQ(host.tcp.ended_by(), error::connection_reset);
  EXPECT_EQ(host.tcp.shutdown().why(), error::connection_does_not_exist);
}

TEST(connection_calls, a_new_life_does_not_remember_how_the_last_one_ended) {
  endpoint<small_policy> host;
  host.open();
  host.in(at(host.rcv_nxt()).rst());
  ASSERT_TRUE(host.tcp.listen());
  std::vector<std::uint8_t> buffer(4);
  EXPECT_EQ(host.tcp.read(buffer).why(), error::would_block);
  EXPECT_FALSE(host.tcp.ended_by());
}

TEST(connection_calls, can_be_used_again_after_its_end) {
  endpoint<small_policy> host;
  host.open();
  host.write(100);
  host.in(host.peer().text("left unread"));
  ASSERT_TRUE(host.tcp.abort());
  host.out();
  host.written = 0;
  host.now = host.now + s(1);
  host.open();
  EXPECT_EQ(host.state(), state::established);
  EXPECT_EQ(host.tcp.readable(), 0u);
  const auto text = host.write(10);
  ASSERT_EQ(text.size(), 1u);
  EXPECT_EQ(text[0].seq(), host.iss() + 1);
  EXPECT_EQ(text[0].octets, pattern(10));
}

// covers: rfc9293#3.10.3
TEST(connection_calls, the_end_of_the_stream_is_read_for_as_long_as_one_asks) {
  endpoint<small_policy> host;
  host.open();
  host.in(host.peer().text("four").fin());
  ASSERT_TRUE(host.tcp.shutdown());
  host.out();
  host.in(at(host.rcv_nxt()).ack(host.nxt()));
  ASSERT_EQ(host.state(), state::closed);
  EXPECT_FALSE(host.tcp.end_of_stream());
  std::vector<std::uint8_t> buffer(16);
  EXPECT_EQ(*host.tcp.read(buffer), 4u);
  for (int i = 0; i != 3; ++i) {
    EXPECT_TRUE(host.tcp.end_of_stream());
    const auto got = host.tcp.read(buffer);
    ASSERT_TRUE(got) << describe(got.why());
    EXPECT_EQ(*got, 0u);
    const auto consumed = host.tcp.consume(0);
    ASSERT_TRUE(consumed);
    EXPECT_EQ(*consumed, 0u);
    EXPECT_TRUE(host.tcp.readable_span().empty());
  }
}

TEST(connection_calls, consuming_nothing_answers_as_reading_would) {
  endpoint<small_policy> host;
  EXPECT_EQ(host.tcp.consume(0).why(), error::connection_does_not_exist);
  host.open();
  EXPECT_EQ(host.tcp.consume(0).why(), error::would_block);
  host.in(host.peer().text("four"));
  EXPECT_EQ(*host.tcp.consume(0), 0u);
  EXPECT_EQ(*host.tcp.consume(4), 4u);
  EXPECT_EQ(host.tcp.consume(0).why(), error::would_block);
  host.in(at(host.rcv_nxt()).rst());
  EXPECT_EQ(host.tcp.consume(0).why(), error::connection_reset);
}

TEST(connection_calls, a_reset_behind_the_end_of_the_stream_takes_nothing_away) {
  for (const bool read_before : {true, false}) {
    endpoint<small_policy> host;
    host.open();
    host.in(host.peer().text("four").fin());
    std::vector<std::uint8_t> buffer(16);
    if (read_before) (void)host.tcp.read(buffer);
    host.in(at(host.rcv_nxt()).rst());
    ASSERT_EQ(host.tcp.ended_by(), error::connection_reset);
    const auto got = host.tcp.read(buffer);
    EXPECT_EQ(got ? std::nullopt : std::optional(got.why()),
              read_before ? std::nullopt : std::optional(error::connection_reset))
        << "unread octets were lost with the connection";
  }
}

// covers: rfc7323#3.2
TEST(connection_calls, the_reset_of_a_connection_with_timestamps_carries_them) {
  connection_config config = plain();
  config.timestamps = true;
  for (const int way : {0, 1, 2, 3}) {
    endpoint<small_policy> host(config);
    host.open({.ts = 700});
    host.write(10);
    const auto peer = [&] { return at(host.rcv_nxt()).ack(host.iss() + 1).from(9).ts(701); };
    if (way == 1) host.in(peer().text("unread"));
    if (way == 0) (void)host.tcp.abort();
    if (way == 1 || way == 2) (void)host.tcp.close(host.now);
    std::vector<packet> sent = host.out();
    if (way == 2) sent = host.in(peer().text("late"));
    if (way == 3) sent = host.wait(s(301));
    ASSERT_FALSE(sent.empty()) << way;
    ASSERT_TRUE(sent.back().header.control.rst()) << way;
    ASSERT_TRUE(sent.back().header.options.ts) << way;
    EXPECT_EQ(sent.back().header.options.ts->echo.wire(), way == 1 || way == 2 ? 701u : 700u) << way;
  }
}

TEST(connection_calls, shutdown_lets_the_peer_go_on) {
  endpoint<small_policy> host;
  host.open();
  ASSERT_TRUE(host.tcp.shutdown());
  const auto fin = host.out();
  ASSERT_EQ(fin.size(), 1u);
  EXPECT_EQ(fin[0].bits(), "FA");
  host.in(at(host.rcv_nxt()).ack(host.nxt()).text("still here"));
  EXPECT_EQ(host.state(), state::fin_wait_2);
  EXPECT_EQ(host.tcp.readable(), 10u);
  EXPECT_EQ(host.tcp.shutdown().why(), error::connection_closing);
}

// covers: SHLD-3 MAY-1
TEST(connection_calls, closing_with_unread_octets_resets) {
  endpoint<small_policy> host;
  host.open();
  host.in(host.peer().text("unread"));
  ASSERT_TRUE(host.tcp.close(host.now));
  const auto sent = host.out();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].bits(), "RA");
  EXPECT_EQ(sent[0].seq(), 1'001u);
  EXPECT_EQ(host.state(), state::closed);
}

// covers: SHLD-3 MAY-1
TEST(connection_calls, octets_that_arrive_after_a_close_reset) {
  endpoint<small_policy> host;
  host.open();
  ASSERT_TRUE(host.tcp.close(host.now));
  host.out();
  const auto sent = host.in(at(host.rcv_nxt()).ack(host.nxt()).text("too late"));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_TRUE(sent[0].header.control.rst());
  EXPECT_EQ(host.state(), state::closed);
  EXPECT_TRUE(host.tcp.take_signals().has(signal::aborted));
}

TEST(connection_calls, a_fin_after_a_close_is_no_reason_to_reset) {
  endpoint<small_policy> host;
  host.open();
  ASSERT_TRUE(host.tcp.close(host.now));
  host.out();
  host.in(at(host.rcv_nxt()).ack(host.nxt()).fin());
  EXPECT_EQ(host.state(), state::time_wait);
}

// C37 of docs/choices.md; class 11 of damning bugs: nobody holds a connection for ever that nobody reads.
// covers: reclamation
TEST(connection_calls, a_peer_that_never_closes_is_given_up_after_close_but_not_after_shutdown) {
  endpoint<small_policy> closed;
  closed.open();
  ASSERT_TRUE(closed.tcp.close(closed.now));
  closed.out();
  closed.in(at(closed.rcv_nxt()).ack(closed.nxt()));
  ASSERT_EQ(closed.state(), state::fin_wait_2);
  closed.wait(s(61));
  EXPECT_EQ(closed.state(), state::closed);
  endpoint<small_policy> half;
  lead_to(half, state::fin_wait_2);
  half.wait(s(100'000));
  EXPECT_EQ(half.state(), state::fin_wait_2);
}

TEST(connection_calls, abort_resets_at_snd_nxt_and_forgets_everything) {
  endpoint<small_policy> host;
  host.open();
  host.write(50);
  host.in(host.peer().text("unread"));
  ASSERT_TRUE(host.tcp.abort());
  const auto sent = host.out();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].bits(), "RA");
  EXPECT_EQ(sent[0].seq(), 1'051u);
  EXPECT_EQ(sent[0].acknowledges(), 5'007u);
  EXPECT_EQ(host.tcp.readable(), 0u);
  EXPECT_FALSE(host.tcp.next_deadline());
  EXPECT_EQ(host.tcp.abort().why(), error::connection_does_not_exist);
}

TEST(connection_calls, signals_are_told_once) {
  endpoint<small_policy> host;
  ASSERT_TRUE(host.tcp.connect({}));
  host.out();
  host.in(host.answer_to_syn({}));
  EXPECT_TRUE(connection_internals::pending_signals(host.tcp).has(signal::established));
  EXPECT_TRUE(host.tcp.take_signals().has(signal::established));
  EXPECT_TRUE(host.tcp.take_signals().empty());
}

TEST(connection_calls, a_lower_user_timeout_counts_for_what_is_outstanding) {
  endpoint<small_policy> host;
  host.open();
  host.write(10);
  ASSERT_TRUE(host.tcp.set_user_timeout(s(20), host.now));
  host.wait(s(19));
  EXPECT_EQ(host.state(), state::established);
  host.wait(s(2));
  EXPECT_EQ(host.state(), state::closed);
  EXPECT_EQ(host.tcp.ended_by(), error::connection_timed_out);
}

TEST(connection_calls, a_user_timeout_that_is_switched_off_does_not_strike) {
  endpoint<small_policy> host;
  host.open();
  host.write(10);
  host.wait(s(100));
  ASSERT_TRUE(host.tcp.set_user_timeout(std::nullopt, host.now));
  host.wait(s(10'000));
  EXPECT_EQ(host.state(), state::established);
}

TEST(connection_calls, urgent_ahead_counts_down_as_the_reader_comes_near) {
  endpoint<small_policy> host;
  host.open();
  host.in(host.peer().urg(4).text("urgent"));
  EXPECT_EQ(host.tcp.urgent_ahead(), 4u);
  (void)host.read(3);
  EXPECT_EQ(host.tcp.urgent_ahead(), 1u);
  (void)host.read(1);
  EXPECT_EQ(host.tcp.urgent_ahead(), 0u);
}

}  // namespace connection_calls_test
TEST(settings, a_delayed_ack_stays_below_half_a_second) {
  connection_config config;
  config.delayed_ack = duration::seconds(3);
  EXPECT_LT(connection<>(config).config().delayed_ack, duration::milliseconds(500));
}

TEST(closing_twice, close_after_shutdown_is_no_error_and_gives_up_reading) {
  connection_config toward_server;
  toward_server.remote_port = 7;
  auto ends = std::make_unique<std::array<connection<>, 2>>(
      std::array<connection<>, 2>{connection<>(toward_server), connection<>()});
  auto& [client, server] = *ends;
  ASSERT_TRUE(server.listen());
  ASSERT_TRUE(client.connect(instant{}));
  std::array<std::uint8_t, 1600> room;
  for (int turns = 0; turns != 3; ++turns) {
    while (const auto sent = client.poll_transmit(instant{}, room)) {
      ASSERT_TRUE(server.on_octets(std::span(room).first(sent->length), instant{}));
    }
    while (const auto sent = server.poll_transmit(instant{}, room)) {
      ASSERT_TRUE(client.on_octets(std::span(room).first(sent->length), instant{}));
    }
  }
  ASSERT_EQ(client.state(), connection_state::established);
  EXPECT_TRUE(client.shutdown());
  EXPECT_FALSE(connection_internals::abandoned(client));
  EXPECT_TRUE(client.close(instant{}));
  EXPECT_TRUE(connection_internals::abandoned(client));
  EXPECT_EQ(client.state(), connection_state::fin_wait_1);
}

}  // namespace sequent::test

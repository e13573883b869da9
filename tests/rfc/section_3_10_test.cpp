// RFC 9293 sections 3.10.1 to 3.10.6 and 3.10.8: the user's calls and the timeouts, on a whole connection.
#include <gtest/gtest.h>

#include "tests/support/states.hpp"

namespace sequent::test {
namespace section_3_10_test {

using state = connection_state;

constexpr state every_state[] = {state::closed,      state::listen,     state::syn_sent,   state::syn_received,
                                 state::established, state::fin_wait_1, state::fin_wait_2, state::close_wait,
                                 state::closing,     state::last_ack,   state::time_wait};

TEST(section_3_10_1, an_active_open_sends_iss_and_waits) {
  endpoint<> host;
  ASSERT_TRUE(host.tcp.connect(host.now));
  const auto sent = host.out();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].bits(), "S");
  EXPECT_EQ(sent[0].seq(), 1'000u);
  EXPECT_EQ(host.una(), 1'000u);
  EXPECT_EQ(host.nxt(), 1'001u);
}

TEST(section_3_10_2, send_answers_in_every_state) {
  for (const state st : every_state) {
    endpoint<> host;
    lead_to(host, st);
    const auto taken = host.tcp.write(pattern(5));
    switch (st) {
      case state::closed: EXPECT_EQ(taken.why(), error::connection_does_not_exist); break;
      case state::listen: EXPECT_EQ(taken.why(), error::foreign_socket_unspecified); break;
      case state::syn_sent:
      case state::syn_received:
      case state::established:
      case state::close_wait: EXPECT_EQ(*taken, 5u) << describe(st); break;
      default: EXPECT_EQ(taken.why(), error::connection_closing) << describe(st);
    }
  }
}

TEST(section_3_10_2, text_queued_in_the_handshake_leaves_when_it_is_over) {
  endpoint<> host;
  lead_to(host, state::syn_received);
  ASSERT_TRUE(host.tcp.write(pattern(100)));
  EXPECT_TRUE(host.out().empty());
  const auto sent = host.in(at(5'001).ack(host.nxt()));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].octets, pattern(100));
}

TEST(section_3_10_2, text_may_be_sent_in_close_wait) {
  endpoint<> host;
  lead_to(host, state::close_wait);
  const auto sent = host.write(100);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].acknowledges(), 5'002u);
}

TEST(section_3_10_3, receive_answers_in_every_state) {
  for (const state st : every_state) {
    endpoint<> host;
    lead_to(host, st);
    std::vector<std::uint8_t> buffer(5);
    const auto got = host.tcp.read(buffer);
    switch (st) {
      case state::closed: EXPECT_EQ(got.why(), error::connection_does_not_exist); break;
      case state::close_wait:
      case state::closing:
      case state::last_ack:
      case state::time_wait: EXPECT_EQ(*got, 0u) << describe(st) << ": the end of the stream"; break;
      default: EXPECT_EQ(got.why(), error::would_block) << describe(st);
    }
  }
}

TEST(section_3_10_4, close_answers_in_every_state) {
  for (const state st : every_state) {
    endpoint<> host;
    lead_to(host, st);
    const auto closed = host.tcp.shutdown();
    const auto sent = host.out();
    switch (st) {
      case state::closed: EXPECT_EQ(closed.why(), error::connection_does_not_exist); break;
      case state::listen:
      case state::syn_sent:
        EXPECT_TRUE(closed);
        EXPECT_EQ(host.state(), state::closed);
        EXPECT_TRUE(sent.empty());
        EXPECT_FALSE(host.tcp.next_deadline());
        break;
      case state::syn_received:
        EXPECT_TRUE(closed);
        EXPECT_TRUE(sent.empty()) << "the FIN waits for the handshake (C11)";
        break;
      case state::established:
      case state::close_wait:
        EXPECT_TRUE(closed);
        ASSERT_EQ(sent.size(), 1u);
        EXPECT_EQ(sent[0].bits(), "FA");
        EXPECT_EQ(host.state(), st == state::established ? state::fin_wait_1 : state::last_ack);
        break;
      default: EXPECT_EQ(closed.why(), error::connection_closing) << describe(st);
    }
  }
}

TEST(section_3_10_4, a_close_follows_everything_that_was_written) {
  endpoint<> host;
  host.open();
  ASSERT_TRUE(host.tcp.write(pattern(20'000)));
  ASSERT_TRUE(host.tcp.shutdown());
  EXPECT_EQ(host.state(), state::fin_wait_1);
  for (const packet& p : host.out()) EXPECT_FALSE(p.header.control.fin());
  const auto rest = host.in(host.peer().ack(host.nxt()));
  ASSERT_FALSE(rest.empty());
  EXPECT_TRUE(rest.back().header.control.fin());
  EXPECT_EQ(rest.back().seq() + rest.back().octets.size(), 21'001u);
}

TEST(section_3_10_4, a_close_in_syn_received_takes_effect_when_established) {
  endpoint<> host;
  lead_to(host, state::syn_received);
  ASSERT_TRUE(host.tcp.shutdown());
  const auto sent = host.in(at(5'001).ack(host.nxt()));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].bits(), "FA");
  EXPECT_EQ(host.state(), state::fin_wait_1);
}

TEST(section_3_10_5, abort_answers_in_every_state) {
  for (const state st : every_state) {
    endpoint<> host;
    lead_to(host, st);
    const u32 nxt = host.nxt();
    const auto aborted = host.tcp.abort();
    const auto sent = host.out();
    EXPECT_EQ(host.state(), state::closed) << describe(st);
    EXPECT_FALSE(host.tcp.next_deadline()) << describe(st);
    const bool resets = st == state::syn_received || st == state::established || st == state::fin_wait_1 ||
                        st == state::fin_wait_2 || st == state::close_wait;
    EXPECT_EQ(static_cast<bool>(aborted), st != state::closed);
    ASSERT_EQ(sent.size(), resets ? 1u : 0u) << describe(st);
    if (resets) {
      EXPECT_TRUE(sent[0].header.control.rst());
      EXPECT_EQ(sent[0].seq(), nxt);
    }
  }
}

TEST(section_3_10_6, status_needs_no_connection) {
  for (const state st : every_state) {
    endpoint<> host;
    lead_to(host, st);
    EXPECT_EQ(host.tcp.tcb().state, st);
  }
}

TEST(section_3_10_8, the_user_timeout_ends_every_state_that_waits_for_the_peer) {
  for (const state st : {state::syn_sent, state::syn_received, state::established, state::fin_wait_1, state::close_wait,
                         state::closing, state::last_ack}) {
    endpoint<> host;
    lead_to(host, st);
    if (st == state::established || st == state::close_wait) host.write(10);
    host.wait(s(301));
    EXPECT_EQ(host.state(), state::closed) << describe(st);
    EXPECT_EQ(host.tcp.ended_by(), error::connection_timed_out) << describe(st);
    EXPECT_TRUE(host.tcp.take_signals().has(signal::timed_out)) << describe(st);
  }
}

TEST(section_3_10_8, the_retransmission_timeout_sends_the_head_of_the_queue_again) {
  endpoint<> host;
  host.open();
  host.write(5'000);
  host.in(host.peer().ack(2'461));
  const auto again = host.wait_for_deadline();
  ASSERT_FALSE(again.empty());
  EXPECT_EQ(again[0].seq(), 2'461u);
  EXPECT_EQ(again[0].octets, pattern(1'460, 1'460));
}

TEST(section_3_10_8, what_is_sent_again_carries_the_newest_acknowledgment_and_window) {
  endpoint<> host;
  host.open();
  host.write(100);
  host.in(host.peer().text(1'000));
  const auto again = host.wait_for_deadline();
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].acknowledges(), 6'001u);
  EXPECT_EQ(again[0].header.wnd, 64'535u);
}

TEST(section_3_10_8, the_time_wait_timeout_deletes_the_connection) {
  endpoint<> host;
  lead_to(host, state::time_wait);
  host.wait(s(240));
  EXPECT_EQ(host.state(), state::closed);
  EXPECT_FALSE(host.tcp.ended_by());
}

// RFC 9293 section 3.10.4, SYN-RECEIVED: FIN-WAIT-1 at once where nothing was written. What then comes may end the
// connection, but never leads it back to LISTEN, where the next stranger's handshake would be taken in.
TEST(section_3_10_4, a_close_in_syn_received_is_not_forgotten) {
  for (const bool text : {false, true}) {
    for (const bool reset : {true, false}) {
      endpoint<> host;
      lead_to(host, state::syn_received);
      if (text) host.write(3);
      ASSERT_TRUE(host.tcp.shutdown());
      EXPECT_EQ(host.state(), text ? state::syn_received : state::fin_wait_1);
      const auto answer = host.in(reset ? at(5'001).rst().from(9) : at(5'011).syn().from(9));
      if (reset) {
        EXPECT_EQ(host.state(), state::closed);
        EXPECT_TRUE(host.tcp.take_signals().has(signal::reset));
        continue;
      }
      ASSERT_EQ(answer.size(), 1u);
      EXPECT_EQ(answer[0].bits(), "A");
      EXPECT_EQ(host.state(), text ? state::syn_received : state::fin_wait_1);
    }
  }
}

// The handshake goes on in FIN-WAIT-1: the SYN,ACK is repeated by its timer and for the peer's SYN, a wrong
// acknowledgment is answered by a RST and brings no text in, and the FIN follows the acknowledgment of our SYN.
TEST(section_3_10_4, a_close_in_syn_received_ends_in_good_order) {
  endpoint<> host;
  lead_to(host, state::syn_received);
  ASSERT_TRUE(host.tcp.shutdown());
  EXPECT_TRUE(host.out().empty()) << "the FIN waits for the handshake";
  const auto repeated = host.wait_for_deadline();
  ASSERT_EQ(repeated.size(), 1u);
  EXPECT_EQ(repeated[0].bits(), "SA");
  EXPECT_EQ(repeated[0].seq(), 1'000u);
  const auto again = host.in(at(5'000).syn().mss(1'460).from(9));
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].bits(), "SA");
  const auto wrong = host.in(at(5'001).ack(1'000).text("no").from(9));
  ASSERT_EQ(wrong.size(), 1u);
  EXPECT_EQ(wrong[0].bits(), "R");
  EXPECT_EQ(wrong[0].seq(), 1'000u);
  EXPECT_EQ(host.tcp.readable(), 0u);
  EXPECT_EQ(host.state(), state::fin_wait_1);
  const auto fin = host.in(at(5'001).ack(1'001).text("yes").from(9));
  EXPECT_EQ(host.tcp.readable(), 3u);
  ASSERT_FALSE(fin.empty());
  EXPECT_EQ(fin.back().bits(), "FA");
  EXPECT_EQ(fin.back().seq(), 1'001u);
  host.in(at(5'004).ack(1'002).from(9));
  EXPECT_EQ(host.state(), state::fin_wait_2);
  host.in(at(5'004).ack(1'002).fin().from(9));
  EXPECT_EQ(host.state(), state::time_wait);
}

// Nobody answers the SYN,ACK: the user is told, and the connection is gone.
TEST(section_3_10_4, a_close_in_syn_received_ends_though_the_peer_is_gone) {
  connection_config config = plain();
  config.user_timeout = s(60);
  endpoint<> host(config);
  lead_to(host, state::syn_received);
  ASSERT_TRUE(host.tcp.shutdown());
  host.wait(s(61));
  EXPECT_EQ(host.state(), state::closed);
  EXPECT_TRUE(host.tcp.take_signals().has(signal::timed_out));
}

// The same after a simultaneous open, whose SYN has given a window already.
TEST(section_3_10_4, a_close_after_crossing_syns_is_fin_wait_1) {
  endpoint<> host;
  lead_to(host, state::syn_sent);
  host.in(at(5'000).syn().mss(1'460).window(500).from(9));
  ASSERT_EQ(host.state(), state::syn_received);
  ASSERT_TRUE(host.tcp.shutdown());
  EXPECT_EQ(host.state(), state::fin_wait_1);
  EXPECT_TRUE(host.out().empty());
  const auto fin = host.in(at(5'000).syn().ack(1'001).mss(1'460).from(9));
  const auto more = host.in(at(5'001).ack(1'001).from(9));
  EXPECT_EQ(host.state(), state::fin_wait_1);
  EXPECT_EQ(text_octets(fin) + text_octets(more), 0u);
  ASSERT_FALSE(more.empty());
  EXPECT_EQ(more.back().bits(), "FA");
}

// RFC 9293 section 3.10.1: an active OPEN without a remote socket is an error, and nothing is sent.
TEST(section_3_10_1, an_active_open_names_its_remote_socket) {
  for (const bool listening : {false, true}) {
    connection_config config = plain();
    config.remote_port = 0;
    endpoint<> host(config);
    if (listening) (void)host.tcp.listen();
    const auto opened = host.tcp.connect(host.now);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.why(), error::foreign_socket_unspecified);
    EXPECT_EQ(host.state(), listening ? state::listen : state::closed);
    EXPECT_TRUE(host.out().empty());
    EXPECT_FALSE(host.tcp.next_deadline());
  }
}

}  // namespace section_3_10_test
}  // namespace sequent::test

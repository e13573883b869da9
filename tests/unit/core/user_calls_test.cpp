#include "sequent/core/user_calls.hpp"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/blocks.hpp"

namespace sequent::test {
namespace user_calls_test {

using state = connection_state;
constexpr sequence_number<u32> iss(7'000);

TEST(open_active, from_closed_or_listen_sends_a_syn) {
  for (const state s : {state::closed, state::listen}) {
    control_block<u32> tcb = block_in(s);
    actions<u32> out;
    EXPECT_TRUE(call_open_active(tcb, true, iss, out));
    EXPECT_EQ(tcb.state, state::syn_sent);
    EXPECT_FALSE(tcb.passive);
    EXPECT_EQ(out.answer, reply::syn);
    EXPECT_EQ(tcb.snd.una, iss);
    EXPECT_EQ(tcb.snd.nxt, iss + 1u);
  }
}

TEST(open_active, elsewhere_says_that_the_connection_exists) {
  for (const state s : all_states) {
    if (s == state::closed || s == state::listen) continue;
    control_block<u32> tcb = block_in(s);
    actions<u32> out;
    const auto opened = call_open_active(tcb, true, iss, out);
    ASSERT_FALSE(opened) << describe(s);
    EXPECT_EQ(opened.why(), error::connection_already_exists);
    EXPECT_EQ(tcb, block_in(s));
    EXPECT_EQ(out, actions<u32>());
  }
}

// RFC 9293 section 3.10.1: in CLOSED and in LISTEN an active OPEN without a remote socket is an error.
TEST(open_active, without_a_remote_socket_changes_nothing) {
  for (const state s : {state::closed, state::listen}) {
    control_block<u32> tcb = block_in(s);
    actions<u32> out;
    const auto opened = call_open_active(tcb, false, iss, out);
    ASSERT_FALSE(opened) << describe(s);
    EXPECT_EQ(opened.why(), error::foreign_socket_unspecified);
    EXPECT_EQ(tcb, block_in(s));
    EXPECT_EQ(out, actions<u32>());
  }
}

// covers: MUST-41
TEST(open_passive, listens_from_closed_and_leaves_any_other_record_untouched) {
  for (const state s : all_states) {
    control_block<u32> tcb = block_in(s);
    const auto opened = call_open_passive(tcb);
    EXPECT_EQ(static_cast<bool>(opened), s == state::closed) << describe(s);
    if (s == state::closed) {
      EXPECT_EQ(tcb, block_in(state::listen));
    } else {
      EXPECT_EQ(opened.why(), error::connection_already_exists);
      EXPECT_EQ(tcb, block_in(s));
    }
  }
}

TEST(send, each_state_allows_it_or_says_why_not) {
  const std::map<state, error> refused{
      {state::closed, error::connection_does_not_exist}, {state::listen, error::foreign_socket_unspecified},
      {state::fin_wait_1, error::connection_closing},    {state::fin_wait_2, error::connection_closing},
      {state::closing, error::connection_closing},       {state::last_ack, error::connection_closing},
      {state::time_wait, error::connection_closing}};
  for (const state s : all_states) {
    const auto allowed = call_send(block_in(s));
    const auto why = refused.find(s);
    EXPECT_EQ(static_cast<bool>(allowed), why == refused.end()) << describe(s);
    EXPECT_TRUE(allowed || why == refused.end() || allowed.why() == why->second) << describe(s);
  }
}

// A6 of docs/choices.md.
TEST(send, is_refused_while_a_close_waits_for_its_fin) {
  for (const state s : {state::syn_received, state::close_wait}) {
    control_block<u32> tcb = block_in(s);
    tcb.snd.fin_asked = true;
    ASSERT_FALSE(call_send(tcb)) << describe(s);
    EXPECT_EQ(call_send(tcb).why(), error::connection_closing);
  }
}

TEST(receive, with_nothing_buffered_each_state_says_why) {
  for (const state s : all_states) {
    error expected = error::would_block;
    if (s == state::closed) expected = error::connection_does_not_exist;
    if (s == state::close_wait || s == state::closing || s == state::last_ack || s == state::time_wait) {
      expected = error::connection_closing;
    }
    EXPECT_EQ(call_receive_empty(block_in(s)), expected) << describe(s);
  }
}

TEST(close, of_what_has_no_peer_yet_deletes_it) {
  for (const state s : {state::listen, state::syn_sent}) {
    control_block<u32> tcb = block_in(s);
    actions<u32> out;
    EXPECT_TRUE(call_close(tcb, false, out));
    EXPECT_EQ(tcb.state, state::closed);
    EXPECT_TRUE(out.deleted);
    EXPECT_EQ(out.answer, reply::none);
  }
}

TEST(close, asks_for_a_fin_once) {
  const std::map<state, state> then{{state::syn_received, state::fin_wait_1},
                                    {state::established, state::fin_wait_1},
                                    {state::close_wait, state::close_wait}};
  for (const auto& [from, to] : then) {
    control_block<u32> tcb = block_in(from);
    actions<u32> out;
    EXPECT_TRUE(call_close(tcb, false, out));
    EXPECT_EQ(tcb.state, to);
    EXPECT_TRUE(tcb.snd.fin_asked);
    EXPECT_FALSE(tcb.snd.fin_sent);
    const auto again = call_close(tcb, false, out);
    ASSERT_FALSE(again) << describe(from);
    EXPECT_EQ(again.why(), error::connection_closing);
  }
}

TEST(close, elsewhere_is_an_error) {
  for (const state s :
       {state::closed, state::fin_wait_1, state::fin_wait_2, state::closing, state::last_ack, state::time_wait}) {
    control_block<u32> tcb = block_in(s);
    actions<u32> out;
    const auto closed = call_close(tcb, false, out);
    ASSERT_FALSE(closed) << describe(s);
    EXPECT_EQ(closed.why(), s == state::closed ? error::connection_does_not_exist : error::connection_closing);
    EXPECT_EQ(tcb, block_in(s));
  }
}

// C11 of docs/choices.md.
TEST(close, a_half_open_connection_with_text_goes_to_fin_wait_1_when_established) {
  control_block<u32> tcb = block_in(state::syn_received);
  actions<u32> out;
  EXPECT_TRUE(call_close(tcb, true, out));
  EXPECT_EQ(tcb.state, state::syn_received);
  EXPECT_FALSE(tcb.closed_early);
  (void)arrive(tcb, at(5'000).ack(1'000));
  EXPECT_EQ(tcb.state, state::fin_wait_1);
}

// A8 of docs/choices.md: FIN-WAIT-1 at once, and the handshake goes on until our SYN is acknowledged.
TEST(close, a_half_open_connection_without_text_goes_to_fin_wait_1_at_once) {
  control_block<u32> tcb = block_in(state::syn_received);
  actions<u32> out;
  EXPECT_TRUE(call_close(tcb, false, out));
  EXPECT_EQ(tcb.state, state::fin_wait_1);
  EXPECT_TRUE(tcb.closed_early && tcb.syn_pending());
  const auto established = arrive(tcb, at(5'000).ack(1'000).window(777));
  EXPECT_EQ(tcb.state, state::fin_wait_1);
  EXPECT_FALSE(tcb.closed_early || tcb.syn_pending());
  EXPECT_TRUE(established.raised.has(signal::established));
  EXPECT_EQ(tcb.snd.wnd, 777u);
  EXPECT_EQ(tcb.snd.wl1.wire(), 5'000u);
  EXPECT_EQ(tcb.snd.wl2.wire(), 1'000u);
}

TEST(abort, resets_a_peer_that_may_still_send_or_expect_text) {
  for (const state s : all_states) {
    if (s == state::closed) continue;
    const bool resets = s == state::syn_received || s == state::established || s == state::fin_wait_1 ||
                        s == state::fin_wait_2 || s == state::close_wait;
    control_block<u32> tcb = block_in(s);
    const auto before = tcb;
    actions<u32> out;
    EXPECT_TRUE(call_abort(tcb, out));
    EXPECT_EQ(tcb.state, state::closed) << describe(s);
    EXPECT_TRUE(out.deleted);
    EXPECT_EQ(out.answer, resets ? reply::reset : reply::none) << describe(s);
    if (!resets) continue;
    EXPECT_EQ(out.reset_seq, before.snd.nxt) << describe(s);
    EXPECT_EQ(out.reset_ack, before.rcv.nxt) << describe(s);
  }
}

TEST(abort, of_nothing_is_an_error) {
  control_block<u32> tcb;
  actions<u32> out;
  ASSERT_FALSE(call_abort(tcb, out));
  EXPECT_EQ(call_abort(tcb, out).why(), error::connection_does_not_exist);
}

}  // namespace user_calls_test
}  // namespace sequent::test

// RFC 6429: a peer that keeps its window closed may be given up, if the user asks for it.
#include <gtest/gtest.h>

#include "tests/support/endpoint.hpp"

namespace sequent::test {
namespace rfc6429_test {

// A connection whose peer has closed its window while text waits.
endpoint<> stalled(const connection_config& config) {
  endpoint<> host(config);
  host.open();
  host.write(1'000);
  host.in(host.peer().ack(2'001).window(0));
  host.write(1'000);
  return host;
}

// The peer answers every probe for so many seconds, and never opens its window.
void probe_for(endpoint<>& host, int seconds) {
  for (int i = 0; i != seconds && host.state() == connection_state::established; ++i) {
    host.wait(s(1));
    if (host.state() == connection_state::established) host.in(host.peer().ack(host.una()).window(0));
  }
}

// covers: MUST-37
TEST(rfc6429_section_3, a_peer_that_answers_probes_is_never_given_up_by_default) {
  endpoint<> host = stalled(plain());
  probe_for(host, 1'000);
  EXPECT_EQ(host.state(), connection_state::established);
}

TEST(rfc6429_section_5, the_user_may_bound_how_long_a_window_stays_closed) {
  connection_config config = plain();
  config.zero_window = s(30);
  endpoint<> host = stalled(config);
  probe_for(host, 29);
  ASSERT_EQ(host.state(), connection_state::established);
  probe_for(host, 3);
  EXPECT_EQ(host.state(), connection_state::closed);
  EXPECT_EQ(host.tcp.ended_by(), error::connection_timed_out);
  EXPECT_TRUE(host.sent.back().header.control.rst()) << "the peer is told";
}

TEST(rfc6429_section_5, a_window_that_opens_starts_the_count_over) {
  connection_config config = plain();
  config.zero_window = s(30);
  endpoint<> host = stalled(config);
  probe_for(host, 20);
  host.in(host.peer().ack(host.una()).window(1'460));
  host.in(host.peer().ack(host.nxt()).window(0));
  probe_for(host, 20);
  EXPECT_EQ(host.state(), connection_state::established);
}

// A host that was away asks again what the window is like now, whenever it went, and gives up if that is not answered
// or the window is still closed; but not once for each absence.
TEST(rfc6429_section_5, a_host_that_was_away_asks_before_it_gives_up) {
  connection_config config = plain();
  config.zero_window = s(30);
  for (const int before : {0, 10, 20}) {
    const auto come_back = [&](endpoint<>& host) {
      probe_for(host, before);
      host.now = host.now + s(3'600);
      host.tcp.on_deadline(host.now);
      EXPECT_EQ(text_octets(host.out()), 1u) << before;
      ASSERT_EQ(host.state(), connection_state::established) << before;
    };
    endpoint<> opened = stalled(config);
    come_back(opened);
    opened.in(opened.peer().ack(opened.nxt()));
    EXPECT_EQ(opened.nxt(), opened.iss() + 2'001) << "the rest has gone";
    opened.in(opened.peer().ack(opened.nxt()));
    opened.wait(s(100));
    EXPECT_EQ(opened.state(), connection_state::established) << before;

    endpoint<> shut = stalled(config);
    come_back(shut);
    probe_for(shut, 31);
    EXPECT_EQ(shut.state(), connection_state::closed) << before;

    endpoint<> often = stalled(config);
    for (int i = 0; i != 10 && often.state() == connection_state::established; ++i) {
      often.now = often.now + s(3'600);
      often.tcp.on_deadline(often.now);
      often.out();
      if (often.state() == connection_state::established) often.in(often.peer().ack(often.una()).window(0));
    }
    EXPECT_EQ(often.state(), connection_state::closed) << before;
  }
}

// What is outstanding waits as well, text or FIN, also after close(), however the peer answers.
TEST(rfc6429_section_3, text_and_fin_in_flight_wait_no_longer_than_what_is_queued) {
  for (const bool text : {true, false}) {
    connection_config config = plain();
    config.zero_window = s(30);
    endpoint<> host(config);
    host.open();
    if (text) host.write(1'000);
    EXPECT_TRUE(host.tcp.close(host.now));
    host.out();
    ASSERT_FALSE(host.una() == host.nxt());
    const instant closed = host.now;
    host.in(host.peer().window(0));
    for (int i = 0; i != 1'000 && host.state() != connection_state::closed; ++i) {
      host.wait(s(1));
      if (host.state() != connection_state::closed) host.in(host.peer().window(0));
    }
    EXPECT_EQ((host.now - closed).count(), s(30).count()) << text;
  }
}

// A trickle is no opening: octets that are taken one by one, and windows that are worth no segment.
TEST(rfc6429_section_3, a_trickle_does_not_start_the_count_over) {
  for (const u32 window : {0u, 1u, 729u}) {
    connection_config config = plain();
    config.zero_window = s(30);
    config.user_timeout.reset();
    endpoint<> host(config);
    peer_offer offer;
    offer.window = 1'460;
    host.open(offer);
    host.write(1'460);
    const instant closed = host.now;
    host.in(host.peer().ack(host.nxt()).window(0));
    host.write(60'000);
    for (int i = 0; i != 1'000 && host.state() != connection_state::closed; ++i) {
      host.wait(s(1));
      if (host.state() == connection_state::closed) break;
      host.in(host.peer().ack(host.nxt()).window(window));
      if (window != 0) host.in(host.peer().ack(host.nxt()).window(0));
    }
    EXPECT_EQ((host.now - closed).count(), s(30).count()) << window;
  }
}

// Nothing that waits, nothing that counts.
TEST(rfc6429_section_3, a_closed_window_that_nothing_waits_for_may_stay_closed) {
  connection_config config = plain();
  config.zero_window = s(30);
  endpoint<> host(config);
  host.open();
  host.write(1'000);
  host.in(host.peer().ack(host.una()).window(0));
  host.in(host.peer().ack(host.nxt()).window(0));
  host.wait(s(1'000));
  EXPECT_EQ(host.state(), connection_state::established);
}

// Decision 0021: after close() nobody can abort any more.
TEST(rfc6429_section_3, an_orphan_of_a_silent_peer_ends_without_any_user_timeout) {
  connection_config config = plain();
  config.user_timeout.reset();
  endpoint<> host(config);
  host.open();
  host.write(1'000);
  host.wait(s(1'000));
  ASSERT_EQ(host.state(), connection_state::established);
  EXPECT_TRUE(host.tcp.close(host.now));
  host.wait(s(119));
  ASSERT_EQ(host.state(), connection_state::fin_wait_1);
  host.wait(s(1));
  EXPECT_EQ(host.state(), connection_state::closed);
  EXPECT_EQ(host.tcp.ended_by(), error::connection_timed_out);
}

// covers: MUST-37
TEST(rfc6429_section_4, an_orphan_whose_peer_answers_is_kept_by_default) {
  endpoint<> host = stalled(plain());
  EXPECT_TRUE(host.tcp.close(host.now));
  for (int i = 0; i != 1'000; ++i) {
    host.wait(s(60));
    ASSERT_EQ(host.state(), connection_state::fin_wait_1);
    host.in(host.peer().ack(host.una()).window(0));
  }
}

TEST(rfc6429_section_3, closing_never_lengthens_a_user_timeout) {
  endpoint<> host;
  host.open();
  host.write(1'000);
  host.wait(s(290));
  EXPECT_TRUE(host.tcp.close(host.now));
  host.wait(s(10));
  EXPECT_EQ(host.state(), connection_state::closed);
}

}  // namespace rfc6429_test
}  // namespace sequent::test

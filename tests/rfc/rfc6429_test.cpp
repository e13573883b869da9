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
  host.in(host.peer().ack(host.una()).window(1));
  host.in(host.peer().ack(host.nxt()).window(0));
  probe_for(host, 20);
  EXPECT_EQ(host.state(), connection_state::established);
}

}  // namespace rfc6429_test
}  // namespace sequent::test

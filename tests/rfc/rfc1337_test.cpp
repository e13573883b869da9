// RFC 1337: hazards of TIME-WAIT.
#include <gtest/gtest.h>

#include "tests/support/pair.hpp"
#include "tests/support/states.hpp"

namespace sequent::test {
namespace rfc1337_test {

using state = connection_state;

endpoint<> waiting() {
  endpoint<> host;
  lead_to(host, state::time_wait);
  return host;
}

// Section 3, fix F1: RST segments are ignored in TIME-WAIT.
TEST(rfc1337_section_3, F1_a_reset_does_not_end_time_wait) {
  endpoint<> host = waiting();
  for (const u32 offset : {0u, 1u, 1'000u, u32(-1), 0x8000'0000u}) {
    host.in(at(host.rcv_nxt() + offset).rst());
    host.in(at(host.rcv_nxt() + offset).rst().ack(host.nxt()));
    EXPECT_EQ(host.state(), state::time_wait) << offset;
  }
}

// RFC 9293 section 3.10.7.4, fifth: only the peer's own FIN, come again, begins 2 MSL anew. A stranger who guesses the
// ports alone must not keep TIME-WAIT alive.
TEST(rfc1337_section_3, only_the_peers_own_fin_prolongs_time_wait) {
  connection_config config = plain();
  config.msl = s(20);
  endpoint<> host(config);
  lead_to(host, state::time_wait);
  const instant began = host.now;
  for (int i = 0; i != 20; ++i) {
    host.wait(s(1));
    const u32 own = host.rcv_nxt() - 1;
    host.in(at(own + 0x4000'0000u).ack(host.nxt()).fin());
    host.in(at(own - 0x4000'0000u).ack(host.nxt()).fin());
    host.in(at(own - 1).ack(host.nxt()).fin());
    host.in(at(own).ack(host.nxt() + 1).fin());
    host.in(at(own).fin());
    host.in(at(own - 1).ack(host.nxt()).syn().fin());
    ASSERT_EQ(host.tcp.next_deadline(), began + s(40)) << i;
  }
  host.in(at(host.rcv_nxt() - 1).ack(host.nxt()).fin());
  EXPECT_EQ(host.tcp.next_deadline(), host.now + s(40));
  host.wait(s(1));
  host.in(at(host.rcv_nxt() - 6).ack(host.nxt()).text("again").fin());
  EXPECT_EQ(host.tcp.next_deadline(), host.now + s(40));
  host.wait(s(40));
  EXPECT_EQ(host.state(), state::closed);
}

// Hazard H1, as the RFC tells it: an old segment is acknowledged, the peer that has forgotten resets, and TIME-WAIT
// dies.
TEST(rfc1337_section_2, H1_an_old_segment_does_not_assassinate_time_wait) {
  endpoint<> host = waiting();
  const auto answer = host.in(at(4'900).ack(1'001).text("old"));
  ASSERT_EQ(answer.size(), 1u);
  endpoint<> forgetful;
  const auto reset = forgetful.in(answer[0]);
  ASSERT_EQ(reset.size(), 1u);
  host.in(reset[0]);
  EXPECT_EQ(host.state(), state::time_wait);
  host.wait(s(239));
  EXPECT_EQ(host.state(), state::time_wait);
}

// Hazard H2: acknowledgments without end between two ends that disagree.
TEST(rfc1337_section_2, H2_two_ends_that_disagree_fall_silent) {
  endpoint<> a(plain(1'000));
  endpoint<> b(plain(77'000'000));
  a.open();
  peer_offer offer;
  offer.iss = 1'000'000'000;
  b.open(offer);
  std::vector<packet> flying = a.in(at(b.nxt()).ack(b.rcv_nxt()));
  std::size_t count = 0;
  for (int turn = 1; !flying.empty() && count < 1'000; ++turn) {
    std::vector<packet> next;
    for (const packet& p : flying) {
      ++count;
      const auto more = turn % 2 == 1 ? b.in(p) : a.in(p);
      next.insert(next.end(), more.begin(), more.end());
    }
    flying = next;
  }
  EXPECT_LE(count, 21u);
}

// An old duplicate does not extend TIME-WAIT either: only the peer's FIN does.
TEST(rfc1337_section_2, an_old_duplicate_does_not_prolong_time_wait) {
  endpoint<> host = waiting();
  host.wait(s(200));
  host.in(at(4'900).ack(1'001).text("old"));
  host.in(at(host.rcv_nxt()).ack(host.nxt()));
  host.wait(s(41));
  EXPECT_EQ(host.state(), state::closed);
}

}  // namespace rfc1337_test
}  // namespace sequent::test

// RFC 9293 section 3.8.1: the retransmission timeout; RFC 6298 is tested in rfc6298_test.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/pair.hpp"

namespace sequent::test {
namespace section_3_8_1_test {

// RFC 6298 in exact arithmetic, in sixteenths of a microsecond of slack at most.
struct oracle {
  double srtt = 0;
  double rttvar = 0;
  bool sampled = false;
  void sample(double r) {
    if (!sampled) {
      srtt = r;
      rttvar = r / 2;
      sampled = true;
      return;
    }
    rttvar = 0.75 * rttvar + 0.25 * std::abs(srtt - r);
    srtt = 0.875 * srtt + 0.125 * r;
  }
  [[nodiscard]] double timeout() const {
    if (!sampled) return 1e6;
    return std::clamp(srtt + std::max(1'000.0, 4 * rttvar), 1e6, 60e6);
  }
};

// covers: MUST-18
TEST(section_3_8_1, MUST_18_every_deadline_is_the_one_of_rfc_6298) {
  endpoint<> host;
  host.open();
  oracle expected;
  expected.sample(0);  // the handshake took no time
  for (const std::int64_t round_trip : {500, 1'500, 900, 3'000, 100, 100, 2'500, 40, 700}) {
    host.write(100);
    const auto due = host.tcp.timers().due(timer::retransmission);
    ASSERT_TRUE(due);
    EXPECT_NEAR(static_cast<double>((*due - host.now).count()), expected.timeout(), 20.0);
    // No longer than the timeout, so that nothing is sent again.
    const auto wait = std::min(ms(round_trip), *due - host.now - ms(1));
    host.wait(wait);
    expected.sample(static_cast<double>(wait.count()));
    host.in(host.peer().ack(host.nxt()));
  }
}

// covers: MUST-18
TEST(section_3_8_1, MUST_18_karn_an_acknowledgment_of_what_was_sent_twice_is_no_sample) {
  endpoint<> host;
  host.open();
  const auto before = host.tcp.sending().rtt().smoothed();
  host.write(100);
  host.wait(s(1));
  host.wait(ms(5));
  host.in(host.peer().ack(host.nxt()));
  EXPECT_EQ(host.tcp.sending().rtt().smoothed(), before);
  EXPECT_EQ(host.tcp.sending().rtt().timeout(), s(2)) << "the back-off stays until there is a sample";
  host.write(100);
  host.wait(ms(10));
  host.in(host.peer().ack(host.nxt()));
  EXPECT_EQ(host.tcp.sending().rtt().timeout(), s(1));
}

// covers: MUST-18
TEST(section_3_8_1, MUST_18_with_timestamps_what_was_sent_twice_is_a_sample) {
  connection_config config = plain();
  config.timestamps = true;
  endpoint<> host(config);
  peer_offer offer;
  offer.ts = 1;
  host.open(offer);
  host.write(100);
  const auto again = host.wait(s(1));
  ASSERT_EQ(again.size(), 1u);
  host.wait(ms(800));
  host.in(host.peer().ack(host.nxt()).ts(2, again[0].header.options.ts->value.wire()));
  EXPECT_EQ(host.tcp.sending().rtt().smoothed(), ms(100)) << "an eighth of 800 ms";
  EXPECT_EQ(host.tcp.sending().rtt().doublings(), 0u);
}

// covers: MUST-18
TEST(section_3_8_1, MUST_18_a_syn_that_was_sent_twice_is_no_sample) {
  endpoint<> active;
  ASSERT_TRUE(active.tcp.connect(active.now));
  active.out();
  active.wait(s(1));
  active.in(active.answer_to_syn({}));
  EXPECT_FALSE(active.tcp.sending().rtt().sampled());
}

// covers: MUST-18
TEST(section_3_8_1, MUST_18_a_syn_ack_sent_twice_because_the_syn_came_twice_is_no_sample) {
  endpoint<> passive;
  ASSERT_TRUE(passive.tcp.listen());
  EXPECT_EQ(passive.in(at(5'000).syn()).size(), 1u);
  passive.wait(ms(500));
  EXPECT_EQ(passive.in(at(5'000).syn()).size(), 1u);
  passive.wait(ms(1));
  passive.in(at(5'001).ack(passive.nxt()));
  ASSERT_EQ(passive.state(), connection_state::established);
  EXPECT_FALSE(passive.tcp.sending().rtt().sampled());
}

// covers: MUST-18
TEST(section_3_8_1, MUST_18_the_numbers_of_a_simultaneous_open_are_no_sample) {
  endpoint<> host;
  ASSERT_TRUE(host.tcp.connect(host.now));
  host.out();
  host.wait(ms(500));
  EXPECT_EQ(host.in(at(5'000).syn()).size(), 1u);
  host.in(at(5'001).ack(host.nxt()));
  ASSERT_EQ(host.state(), connection_state::established);
  EXPECT_FALSE(host.tcp.sending().rtt().sampled());
}

}  // namespace section_3_8_1_test
}  // namespace sequent::test

// RFC 9293 section 3.4: sequence numbers.
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "tests/support/pair.hpp"
#include "tests/support/states.hpp"

namespace sequent::test {
namespace section_3_4_test {

u32 iss_at(u32 offset, instant when) {
  connection_config config = plain();
  config.isn_offset = offset;
  connection<> tcp(config);
  EXPECT_TRUE(tcp.connect(when));
  return tcp.tcb().snd.iss.wire();
}

// covers: MUST-8
TEST(section_3_4_1, MUST_8_the_initial_sequence_number_ticks_every_four_microseconds) {
  const instant t = instant::from_microseconds(123'456'788);
  for (const std::int64_t later : {4LL, 400LL, 1'000'000LL, 17'179'869'184LL}) {
    EXPECT_EQ(iss_at(99, t + duration::microseconds(later)) - iss_at(99, t),
              static_cast<u32>(static_cast<std::uint64_t>(later) / 4));
  }
}

// covers: MUST-8
TEST(section_3_4_1, MUST_8_a_passive_open_takes_its_number_from_the_clock_too) {
  connection_config config = plain(77);
  connection<> tcp(config);
  ASSERT_TRUE(tcp.listen());
  const packet syn = at(5).syn();
  (void)tcp.on_segment(syn.header, {}, instant::from_microseconds(4'000));
  EXPECT_EQ(tcp.tcb().snd.iss.wire(), 1'077u);
}

// covers: MUST-9 SHLD-1
TEST(section_3_4_1, SHLD_1_different_connections_have_unrelated_numbers_under_a_secret) {
  const std::array<std::uint8_t, 4> here{192, 0, 2, 1};
  const std::array<std::uint8_t, 4> there{198, 51, 100, 2};
  std::set<u32> numbers;
  std::set<u32> differences;
  u32 last = 0;
  for (std::uint16_t port = 1'000; port != 1'200; ++port) {
    const u32 number = iss_at(isn_offset({1, 2}, here, port, there, 80), {});
    numbers.insert(number);
    differences.insert(number - last);
    last = number;
    EXPECT_NE(number, iss_at(isn_offset({1, 3}, here, port, there, 80), {}));
    EXPECT_EQ(number, iss_at(isn_offset({1, 2}, here, port, there, 80), {})) << "and the same again";
  }
  EXPECT_EQ(numbers.size(), 200u);
  EXPECT_EQ(differences.size(), 200u);
}

// covers: MUST-66
TEST(section_3_4, MUST_66_a_closed_window_still_takes_resets_and_urgent_pointers) {
  endpoint<> host;
  host.open();
  // Fill the receive buffer.
  for (u32 offset = 0; offset < 65'536; offset += 1'024) host.in(at(5'001 + offset).ack(1'001).text(1'024));
  ASSERT_EQ(host.tcp.tcb().rcv.wnd, 0u);
  (void)host.tcp.take_signals();
  const u32 nxt = host.rcv_nxt();
  const auto probe = host.in(at(nxt).ack(1'001).urg(10).text(1));
  EXPECT_TRUE(host.tcp.take_signals().has(signal::urgent));
  ASSERT_EQ(probe.size(), 1u);
  EXPECT_EQ(probe[0].acknowledges(), nxt);
  EXPECT_EQ(probe[0].header.wnd, 0u);
  host.in(at(nxt).rst().text("farewell"));
  EXPECT_TRUE(host.tcp.take_signals().has(signal::reset));
  EXPECT_EQ(host.state(), connection_state::closed);
}

// A transfer both ways that carries either direction across 2^32, or across 2^31.
TEST(section_3_4, numbers_wrap_during_a_transfer) {
  for (const u32 start : {0xffff'f000u, 0x7fff'f000u}) {
    pair<> net(pair<>::ports(plain(start), 7, 9), pair<>::ports(plain(start + 77), 9, 7));
    net.loses = [](const passing& p) { return p.index % 7 == 3; };
    net.open();
    net.run(s(5));
    (void)net.end[0].write(pattern(30'000));
    (void)net.end[1].write(pattern(30'000, 5));
    net.run(s(200));
    EXPECT_EQ(net.received[1], pattern(30'000)) << start;
    EXPECT_EQ(net.received[0], pattern(30'000, 5)) << start;
    EXPECT_EQ(net.violations(), std::vector<std::string>());
  }
}

}  // namespace section_3_4_test
}  // namespace sequent::test

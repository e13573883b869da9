// RFC 9293 section 3.1: the header.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "tests/support/pair.hpp"
#include "tests/support/states.hpp"

namespace sequent::test {
namespace section_3_1_test {

// covers: MUST-1
TEST(section_3_1, MUST_1_the_window_is_unsigned) {
  for (const u32 window : {0x7fffu, 0x8000u, 0xffffu}) {
    endpoint<> host;
    peer_offer offer;
    offer.window = window;
    host.open(offer);
    // Acknowledge everything until congestion control is no longer what holds the sender back.
    std::size_t largest = 0;
    host.write(60'000);
    for (int i = 0; i != 40; ++i) {
      largest = std::max<std::size_t>(largest, host.nxt() - host.una());
      host.in(host.peer(offer).ack(host.una() + std::min(host.nxt() - host.una(), 2'920u)));
      host.write(60'000);
    }
    EXPECT_LE(largest, window);
    EXPECT_GT(largest + 1'460, window) << "the window was not used to the full";
  }
}

// covers: MUST-2 MUST-68 MUST-69 MUST-65 SHLD-14
TEST(section_3_1, MUST_2_every_segment_of_a_transfer_has_a_checksum_that_holds) {
  connection_config left = pair<>::ports({}, 7, 9);
  connection_config right = pair<>::ports({}, 9, 7);
  pair<> net(left, right);
  net.loses = [](const passing& p) { return p.index % 17 == 5; };
  net.open();
  for (const std::size_t n : {1u, 2u, 1'459u, 1'460u, 20'001u}) {
    (void)net.end[0].write(pattern(n));
    (void)net.end[1].write_urgent(pattern(n));
    net.run(s(20));
  }
  (void)net.end[0].shutdown();
  (void)net.end[1].shutdown();
  net.run(s(100));
  EXPECT_GT(net.log.size(), 60u);
  EXPECT_EQ(net.violations(), std::vector<std::string>());
  EXPECT_EQ(net.received[1].size(), 1u + 2 + 1'459 + 1'460 + 20'001);
}

// covers: MUST-2
TEST(section_3_1, MUST_2_the_pseudo_header_of_ipv6_is_part_of_it) {
  std::array<std::uint8_t, 16> here{0x20, 0x01, 0x0d, 0xb8};
  std::array<std::uint8_t, 16> there{0x20, 0x01, 0x0d, 0xb8};
  there[15] = 1;
  connection_config config = plain();
  config.addresses = pseudo_header::ipv6(here, there);
  connection<> tcp(config);
  ASSERT_TRUE(tcp.connect({}));
  std::array<std::uint8_t, 100> out{};
  const auto sent = tcp.poll_transmit({}, out);
  ASSERT_TRUE(sent);
  std::uint64_t sum = 6 + sent->length;
  const auto add = [&](std::span<const std::uint8_t> octets) {
    for (std::size_t i = 0; i != octets.size(); ++i) sum += i % 2 == 0 ? octets[i] * 256u : octets[i];
  };
  add(here);
  add(there);
  add(std::span(out).first(sent->length));
  while (sum > 0xffff) sum = sum / 0x1'0000 + sum % 0x1'0000;
  EXPECT_EQ(sum, 0xffffu);
}

// covers: MUST-3
TEST(section_3_1, MUST_3_a_segment_whose_checksum_does_not_hold_changes_nothing) {
  for (const connection_state st : {connection_state::listen, connection_state::syn_sent, connection_state::established,
                                    connection_state::fin_wait_2}) {
    endpoint<> host;
    lead_to(host, st);
    host.out();
    const packet p =
        st == connection_state::listen ? at(5'000).syn() : at(host.rcv_nxt()).ack(host.nxt()).text("abc").fin();
    const auto good = wire(p);
    const auto block = host.tcp.tcb();
    const auto timers = host.tcp.timers();
    for (std::size_t bit = 0; bit != good.size() * 8; ++bit) {
      auto bad = good;
      bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1u << bit % 8));
      EXPECT_FALSE(host.tcp.on_octets(bad, host.now));
    }
    EXPECT_EQ(host.tcp.tcb(), block);
    EXPECT_EQ(host.tcp.timers(), timers);
    EXPECT_FALSE(host.tcp.next_segment(host.now));
  }
}

// The octets of a SYN with these octets as its options.
std::vector<std::uint8_t> syn_with(std::vector<std::uint8_t> options) {
  while (options.size() % 4 != 0) options.push_back(0);
  auto octets = wire(at(5'000).syn());
  octets[12] = static_cast<std::uint8_t>((20 + options.size()) / 4 << 4);
  octets.insert(octets.end(), options.begin(), options.end());
  octets[16] = octets[17] = 0;
  store16(octets.data() + 16, checksum_field(sum_octets(octets) + pseudo_header().sum(octets.size())));
  return octets;
}

u32 effective_mss_after(const std::vector<std::uint8_t>& options) {
  endpoint<> host;
  (void)host.tcp.listen();
  EXPECT_TRUE(host.tcp.on_octets(syn_with(options), host.now));
  return host.tcp.effective_mss();
}

// covers: MUST-4 MUST-64
TEST(section_3_1, MUST_4_end_nop_and_mss_are_understood) {
  EXPECT_EQ(effective_mss_after({2, 4, 0x03, 0xe8}), 1'000u);
  EXPECT_EQ(effective_mss_after({1, 2, 4, 0x03, 0xe8}), 1'000u);
  EXPECT_EQ(effective_mss_after({1, 1, 1, 2, 4, 0x03, 0xe8, 0, 0xff, 0xff}), 1'000u);
  EXPECT_EQ(effective_mss_after({0, 2, 4, 0x03, 0xe8}), 536u) << "behind the end marker";
}

// covers: MUST-5
TEST(section_3_1, MUST_5_options_may_stand_on_any_segment) {
  for (const std::string kind : {"ack", "text", "fin", "rst"}) {
    std::array<std::optional<endpoint<>>, 2> hosts;
    for (std::size_t with = 0; with != 2; ++with) {
      auto& host = hosts[with].emplace();
      host.open();
      packet p = host.peer();
      if (kind == "text") p.text("abc");
      if (kind == "fin") p.fin();
      if (kind == "rst") p.rst();
      if (with == 1) p.mss(100).scale(9).sack_permitted().ts(5, 6);
      ASSERT_TRUE(host.tcp.on_octets(wire(p), host.now));
    }
    EXPECT_EQ(hosts[0]->tcp.tcb(), hosts[1]->tcp.tcb()) << kind;
    EXPECT_EQ(hosts[0]->tcp.effective_mss(), hosts[1]->tcp.effective_mss()) << kind;
    EXPECT_EQ(connection_internals::pending_signals(hosts[0]->tcp),
              connection_internals::pending_signals(hosts[1]->tcp))
        << kind;
  }
}

// covers: MUST-6
TEST(section_3_1, MUST_6_unknown_options_are_skipped) {
  EXPECT_EQ(effective_mss_after({30, 2, 2, 4, 0x03, 0xe8}), 1'000u);
  EXPECT_EQ(effective_mss_after({254, 6, 2, 4, 0, 1, 2, 4, 0x03, 0xe8}), 1'000u);
}

// covers: MUST-7
TEST(section_3_1, MUST_7_impossible_option_lengths_are_survived) {
  for (const auto& options : std::vector<std::vector<std::uint8_t>>{
           {2, 0, 0, 0}, {2, 1, 0, 0}, {2, 5, 0, 0}, {1, 1, 1, 2}, {30, 255, 0, 0}, {8, 10, 0, 0}}) {
    endpoint<> host;
    ASSERT_TRUE(host.tcp.listen());
    const auto did = host.tcp.on_octets(syn_with(options), host.now);
    ASSERT_FALSE(did);
    EXPECT_EQ(did.why(), error::bad_option_length);
    EXPECT_EQ(host.state(), connection_state::listen);
    EXPECT_FALSE(host.tcp.next_segment(host.now));
  }
}

// covers: REC-1
TEST(section_3_1, REC_1_windows_beyond_sixteen_bits_are_used) {
  struct large_policy : default_policy {
    using send_storage = inline_storage<400'000>;
  };
  connection_config config = plain();
  config.window_scale = true;
  const auto host = std::make_unique<endpoint<large_policy>>(config);
  peer_offer offer;
  offer.scale = 4;
  offer.window = 65'535;
  host->open(offer);
  std::size_t largest = 0;
  for (int i = 0; i != 200; ++i) {
    host->write(400'000);
    largest = std::max<std::size_t>(largest, host->nxt() - host->una());
    host->in(host->peer(offer).ack(host->una() + std::min(host->nxt() - host->una(), 2'920u)));
  }
  EXPECT_GT(largest, 200'000u);
}

}  // namespace section_3_1_test
}  // namespace sequent::test

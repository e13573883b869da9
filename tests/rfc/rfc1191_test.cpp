// RFC 1191 and RFC 8201: path MTU discovery.
#include <initializer_list>
#include <utility>

#include <gtest/gtest.h>

#include "tests/support/doubtful.hpp"
#include "tests/support/icmp_reports.hpp"
#include "tests/support/ip_packets.hpp"
#include "tests/support/states.hpp"

namespace sequent::test {
namespace rfc1191_test {

// covers: rfc1191#3
TEST(rfc1191_section_3, a_report_reduces_the_estimate_and_none_raises_it) {
  endpoint<> host;
  host.open();
  host.write(10'000);
  host.tcp.on_icmp(too_big(9'000, host.una()), host.now);
  EXPECT_EQ(host.tcp.effective_mss(), 1'460u);
  host.tcp.on_icmp(too_big(1'300, host.una()), host.now);
  EXPECT_EQ(host.tcp.effective_mss(), 1'260u);
  host.out();
  host.tcp.on_icmp(too_big(1'400, host.una()), host.now);
  EXPECT_EQ(host.tcp.effective_mss(), 1'260u);
}

// covers: rfc1191#3
TEST(rfc1191_section_3, the_estimate_never_falls_below_68_octets_whatever_the_configuration) {
  connection_config config = plain();
  config.min_mss = 1;
  endpoint<> host(config);
  host.open();
  host.write(10'000);
  host.tcp.on_icmp(too_big(67, host.una()), host.now);
  EXPECT_EQ(host.tcp.effective_mss(), 1'460u);
  host.tcp.on_icmp(too_big(68, host.una()), host.now);
  EXPECT_EQ(host.tcp.effective_mss(), 28u);
}

// covers: rfc1191#5
TEST(rfc1191_section_5, an_old_router_leads_down_the_table_one_step_at_a_time) {
  endpoint<> host;
  host.open();
  host.write(30'000);
  for (const u32 plateau : {1'492u, 1'006u, 508u, 296u}) {
    const auto front = build::tcp_front(7, 9, host.una());
    const std::size_t total = host.tcp.effective_mss() + 40;
    const auto packet = build::icmpv4_packet(3, 4, 0, build::quoted_ipv4(total, front));
    host.tcp.on_icmp(*parse_icmp(*parse_ip(packet)), host.now);
    EXPECT_EQ(host.tcp.effective_mss(), plateau - 40);
    EXPECT_EQ(largest_text(host.out()), plateau - 40);
    host.wait(s(1));
  }
}

// covers: rfc1191#6.3 rfc8201#4
TEST(rfc1191_section_6_3, more_is_tried_no_sooner_than_ten_minutes_after_the_last_report) {
  endpoint<> host;
  host.open();
  host.write(1'460);
  host.tcp.on_icmp(too_big(1'400, host.una()), host.now);
  for (int minute = 0; minute != 10; ++minute) {
    EXPECT_EQ(largest_text(host.out()) + largest_text(host.write(1'460)) > 0, true);
    EXPECT_LE(largest_text(host.sent), minute == 0 ? 1'460u : 1'360u);
    host.in(host.peer().ack(host.nxt()));
    host.sent.clear();
    host.now = host.now + s(60);
  }
  EXPECT_EQ(largest_text(host.write(1'460)), 1'460u);
}

// One segment goes again until it is acknowledged; then slow start leads back to where the window was.
// covers: rfc1191#6.4
TEST(rfc1191_section_6_4, a_reduction_sends_one_segment_again_and_slow_start_follows) {
  endpoint<reno_policy> host;
  host.open();
  const auto first = host.write(60'000);
  ASSERT_EQ(text_octets(first), 14'600u);
  for (const packet& p : first) host.tcp.on_icmp(too_big(1'400, p.header.seq.wire()), host.now);
  EXPECT_EQ(text_octets(host.out()), 1'360u);
  EXPECT_GE(host.tcp.sending().congestion().threshold(), 14'600u);
  EXPECT_TRUE(host.tcp.sending().congestion().in_slow_start());
  EXPECT_EQ(text_octets(host.in(host.peer().ack(host.una() + 1'360))), 2 * 1'360u);
  for (int i = 0; i != 40 && host.nxt() < 50'000; ++i) {
    host.in(host.peer().ack(std::min(host.una() + 1'360, host.nxt())));
  }
  EXPECT_GE(host.tcp.sending().congestion().window(), 10 * 1'360u);
}

// An end that has measured a round trip of 100 ms with its SYN, and agreed on SACK.
struct measured_host : endpoint<reno_policy> {
  measured_host() : endpoint<reno_policy>(with_sack()) {
    (void)tcp.connect(now);
    out();
    wait(ms(100));
    in(answer_to_syn({.sack = true}));
  }
  static connection_config with_sack() {
    connection_config config = plain();
    config.sack = true;
    return config;
  }
};

// What goes out while smaller segments repair what was too large may be lost too, and for congestion.
// covers: rfc1191#6.4 rfc5681#3.2
TEST(rfc1191_section_6_4, a_loss_while_smaller_segments_repair_lowers_the_window) {
  measured_host host;
  const auto first = host.write(60'000);
  host.tcp.on_icmp(too_big(1'400, first.front().header.seq.wire()), host.now);
  host.out();
  const auto& congestion = host.tcp.sending().congestion();
  const u32 before = congestion.threshold();
  for (int i = 0; i != 4; ++i) {
    host.wait(ms(100));
    host.in(host.peer().ack(host.una() + 1'360));
  }
  EXPECT_EQ(congestion.threshold(), before) << "nothing is lost yet";
  const u32 una = host.una();
  host.wait(ms(100));
  for (u32 end = una + 2 * 1'360; end <= una + 5 * 1'360; end += 1'360) {
    packet report = host.peer().ack(una);
    (void)report.header.options.sack.push({sequence_number<u32>(una + 1'360), sequence_number<u32>(end)});
    host.in(report);
  }
  EXPECT_LT(congestion.threshold(), before);
  EXPECT_TRUE(host.tcp.sending().recovery().recovering());
}

/// Slow start repairs what was too large, a segment of `small` octets each acknowledgment, until several are on their
/// way: what follows the first of them is reported, and nothing else. Returns when they were sent.
template <class Policy>
instant lose_one_small_segment(doubtful_sender<Policy>& host, bool stamped) {
  const u32 small = host.tcp.effective_mss();
  instant sent_at = host.now;
  const auto answer = [&](u32 until) {
    packet p = at(5'001).ack(until).from(9);
    return stamped ? p.ts(78, static_cast<u32>(sent_at.microseconds() / 1'000)) : p;
  };
  host.out();
  for (int i = 0; i != 3; ++i) {
    sent_at = host.now;
    host.wait(ms(100));
    host.in(answer(host.una() + small));
  }
  sent_at = host.now;
  const u32 una = host.una();
  host.wait(ms(100));
  for (u32 end = una + 2 * small; end <= una + 4 * small; end += small) {
    packet report = answer(una);
    (void)report.header.options.sack.push({sequence_number<u32>(una + small), sequence_number<u32>(end)});
    host.in(report);
  }
  return sent_at;
}

// The small segment that was taken for lost was only late, and its echo says so. What was too large is lost for certain
// all the same, and goes on being sent again.
// covers: rfc1191#6.4 rfc4015#3.1
TEST(rfc1191_section_6_4, no_echo_puts_back_in_flight_what_was_too_large) {
  doubtful_sender<> host({.timestamps = true, .sack = true}, ms(100));
  host.write(60'000);
  host.tcp.on_icmp(too_big(1'400, host.una()), host.now);
  const u32 small = host.tcp.effective_mss();
  ASSERT_EQ(small, 1'348u);
  const instant sent_at = lose_one_small_segment(host, true);
  const auto& recovery = host.tcp.sending().recovery();
  ASSERT_TRUE(recovery.recovering());
  ASSERT_GT(recovery.board().lost(), small);
  const u32 threshold = host.threshold();
  host.wait(ms(10));
  packet late = at(5'001).ack(host.una() + 4 * small).from(9);
  host.in(late.ts(78, static_cast<u32>(sent_at.microseconds() / 1'000)));
  EXPECT_EQ(host.threshold(), threshold);
  EXPECT_TRUE(recovery.recovering());
  EXPECT_GT(recovery.board().lost(), 0u);
}

// What was too large is marked as sent again, which makes its loss no second one: two small segments of one flight are
// lost, and the window is lowered once.
// covers: rfc1191#6.4 rfc5681#4.3
TEST(rfc1191_section_6_4, two_losses_of_one_flight_lower_the_window_once) {
  doubtful_sender<> host({.sack = true}, ms(100));
  host.write(60'000);
  host.tcp.on_icmp(too_big(1'400, host.una()), host.now);
  host.out();
  const u32 small = host.tcp.effective_mss();
  for (int round = 0; round != 3; ++round) {
    host.wait(ms(100));
    for (u32 n = host.tcp.sending().recovery().pipe() / small; n != 0; --n) {
      host.in(at(5'001).ack(host.una() + small).from(9));
    }
  }
  host.wait(ms(100));
  const u32 una = host.una();
  const auto report = [&](std::initializer_list<std::pair<u32, u32>> segments) {
    packet p = at(5'001).ack(una).from(9);
    for (const auto& [first, last] : segments) {
      (void)p.header.options.sack.push(
          {sequence_number<u32>(una + first * small), sequence_number<u32>(una + last * small)});
    }
    host.in(p);
  };
  int lowered = 0;
  u32 before = host.threshold();
  const auto note = [&] {
    if (host.threshold() < before) ++lowered;
    before = host.threshold();
  };
  for (u32 last = 2; last <= 4; ++last) report({{1, last}}), note();
  for (u32 last = 6; last <= 8; ++last) report({{5, last}, {1, 4}}), note();
  ASSERT_TRUE(host.tcp.sending().recovery().recovering());
  EXPECT_EQ(lowered, 1);
  EXPECT_EQ(host.threshold(), 4 * small);
}

// A timeout's repair stays one when a router reports meanwhile that the path takes less.
// covers: rfc1191#6.4 rfc6675#5.1
TEST(rfc1191_section_6_4, a_report_within_a_timeouts_repair_lets_no_fast_recovery_begin) {
  doubtful_sender<> host({.sack = true}, ms(100));
  host.write(60'000);
  while (host.tcp.timers().running(timer::loss_probe)) host.wait_for_deadline();
  host.wait_for_deadline();
  const auto& recovery = host.tcp.sending().recovery();
  ASSERT_EQ(recovery.phase(), recovery_phase::loss);
  host.tcp.on_icmp(too_big(1'400, host.una()), host.now);
  ASSERT_EQ(host.tcp.effective_mss(), 1'360u);
  const u32 before = host.threshold();
  (void)lose_one_small_segment(host, false);
  EXPECT_LT(host.threshold(), before) << "the loss is seen";
  EXPECT_EQ(recovery.phase(), recovery_phase::loss);
}

// A report that a timeout confirms is true of all that is outstanding, also of what was sent a moment ago: counted as
// in flight it would hold back its own repair.
// covers: rfc1191#6.4
TEST(rfc1191_section_6_4, what_a_timeout_confirms_is_given_up_whole) {
  measured_host host;
  host.write(3 * 1'460);
  host.wait(ms(100));
  host.in(host.peer().ack(host.una() + 1'460));
  host.tcp.on_icmp(too_big(1'000, host.una()), host.now);
  ASSERT_EQ(host.tcp.effective_mss(), 1'460u) << "larger ones have been acknowledged";
  while (host.tcp.timers().running(timer::loss_probe)) host.wait_for_deadline();
  host.now = *host.tcp.timers().due(timer::retransmission) - ms(20);
  ASSERT_EQ(text_octets(host.write(1'460)), 1'460u);
  host.wait(ms(30));
  ASSERT_EQ(host.tcp.effective_mss(), 960u);
  EXPECT_LE(host.tcp.sending().recovery().pipe(), 960u);
}

// Reports that fall octet by octet draw no more than one segment in a timeout.
// covers: rfc1191#6.4
TEST(rfc1191_section_6_4, reports_that_fall_octet_by_octet_draw_one_segment_a_timeout) {
  connection_config config = plain();
  config.user_timeout.reset();
  endpoint<reno_policy> host(config);
  host.open();
  host.write(60'000);
  host.sent.clear();
  for (u32 mtu = 1'499; mtu >= 100; --mtu) {
    host.tcp.on_icmp(too_big(mtu, host.una()), host.now);
    host.out();
    host.wait(ms(1));
  }
  EXPECT_LE(text_octets(host.sent), 4 * 1'460u) << "in 1.4 seconds";
}

// A report may be about a SYN that carries text (RFC 7413).
// covers: rfc1191#3
TEST(rfc1191_section_3, a_report_about_a_syn_with_text_is_believed) {
  struct fast_policy : default_policy {
    using fast_open = with_fast_open;
  };
  endpoint<fast_policy> host;
  const fast_open_server known{*fast_open_cookie::of(std::vector<std::uint8_t>(8, 7)), 1'460};
  ASSERT_TRUE(host.tcp.connect(known, host.now));
  host.write(5'000);
  ASSERT_EQ(host.sent[0].octets.size(), 1'444u);
  host.tcp.on_icmp(too_big(1'000, host.iss()), host.now);
  EXPECT_TRUE(host.out().empty()) << "the SYN goes out again by its own timer";
  const auto sent = host.in(host.answer_to_syn({}));
  EXPECT_EQ(largest_text(sent), 960u);
  EXPECT_EQ(sent[0].seq(), host.iss() + 1);
}

// covers: rfc8201#4
TEST(rfc8201_section_4, a_report_below_1280_octets_is_discarded) {
  const auto front = build::tcp_front(7, 9, 1);
  EXPECT_FALSE(parse_icmp(*parse_ip(build::icmpv6_packet(2, 0, 1'279, build::quoted_ipv6(1'500, front)))));
  EXPECT_TRUE(parse_icmp(*parse_ip(build::icmpv6_packet(2, 0, 1'280, build::quoted_ipv6(1'500, front)))));
}

}  // namespace rfc1191_test
}  // namespace sequent::test

// RFC 5927: what an attacker who cannot see the segments may reach with ICMP errors.
#include <gtest/gtest.h>

#include "tests/support/icmp_reports.hpp"
#include "tests/support/states.hpp"

namespace sequent::test {
namespace rfc5927_test {

// covers: rfc5927#4.1
TEST(rfc5927_section_4_1, what_quotes_a_segment_that_is_not_outstanding_is_ignored) {
  endpoint<> opening;
  ASSERT_TRUE(opening.tcp.connect(opening.now));
  opening.out();
  for (const u32 seq : {opening.iss() - 1, opening.iss() + 1, 0u}) {
    opening.tcp.on_icmp(hard(seq), opening.now);
    opening.tcp.on_icmp(soft(seq), opening.now);
    EXPECT_EQ(opening.state(), connection_state::syn_sent);
    EXPECT_TRUE(opening.tcp.take_signals().empty());
    EXPECT_FALSE(opening.tcp.last_icmp());
  }
  endpoint<> open;
  open.open();
  open.write(10'000);
  for (const u32 seq : {open.una() - 1, open.nxt(), open.una() ^ 0x8000'0000u}) {
    open.tcp.on_icmp(too_big(600, seq), open.now);
    open.tcp.on_icmp(soft(seq), open.now);
    EXPECT_EQ(open.tcp.effective_mss(), 1'460u);
    EXPECT_TRUE(open.tcp.take_signals().empty());
  }
}

// covers: rfc5927#4.1
TEST(rfc5927_section_4_1, nothing_is_outstanding_where_nothing_was_sent) {
  endpoint<> host;
  host.tcp.on_icmp(hard(0), host.now);
  ASSERT_TRUE(host.tcp.listen());
  host.tcp.on_icmp(hard(0), host.now);
  EXPECT_EQ(host.state(), connection_state::listen);
  endpoint<> idle;
  idle.open();
  idle.tcp.on_icmp(hard(idle.nxt()), idle.now);
  idle.tcp.on_icmp(too_big(600, idle.nxt()), idle.now);
  EXPECT_TRUE(idle.tcp.take_signals().empty());
}

// covers: rfc5927#5.2
TEST(rfc5927_section_5_2, no_report_aborts_a_connection_in_a_synchronized_state) {
  for (const connection_state state :
       {connection_state::established, connection_state::fin_wait_1, connection_state::close_wait}) {
    endpoint<> host;
    host.open();
    if (state == connection_state::close_wait) host.in(host.peer().fin());
    host.write(100);
    if (state == connection_state::fin_wait_1) {
      ASSERT_TRUE(host.tcp.shutdown());
    }
    ASSERT_EQ(host.state(), state);
    for (const std::uint8_t code : {std::uint8_t{2}, std::uint8_t{3}})
      host.tcp.on_icmp(hard(host.una(), code), host.now);
    EXPECT_EQ(host.state(), state);
    EXPECT_FALSE(host.tcp.ended_by());
  }
}

// A connection that has had a full segment acknowledged and sends more.
endpoint<> experienced() {
  endpoint<> host;
  host.open();
  host.write(1'460);
  host.in(host.peer().ack(host.nxt()));
  host.write(10'000);
  return host;
}

// covers: rfc5927#7.2
TEST(rfc5927_section_7_2, a_forged_report_about_an_open_path_changes_nothing) {
  endpoint<> host = experienced();
  host.tcp.on_icmp(too_big(600, host.una()), host.now);
  EXPECT_EQ(host.tcp.effective_mss(), 1'460u);
  EXPECT_TRUE(host.out().empty());
  host.in(host.peer().ack(host.nxt()));  // progress: the report was not true
  EXPECT_FALSE(host.tcp.path().doubts());
  host.write(5'000);
  host.wait_for_deadline();
  EXPECT_EQ(host.tcp.effective_mss(), 1'460u);
}

// covers: rfc5927#7.2
TEST(rfc5927_section_7_2, a_path_that_became_narrow_is_known_after_one_timeout) {
  endpoint<> host = experienced();
  host.tcp.on_icmp(too_big(600, host.una()), host.now);
  const auto again = host.wait_for_deadline();
  EXPECT_EQ(host.tcp.effective_mss(), 560u);
  ASSERT_FALSE(again.empty());
  EXPECT_EQ(again[0].header.seq.wire(), host.una());
  EXPECT_EQ(largest_text(again), 560u);
}

// covers: rfc5927#7.2
TEST(rfc5927_section_7_2, a_path_that_was_narrow_from_the_beginning_is_known_at_once) {
  endpoint<> host;
  host.open();
  host.write(500);
  host.in(host.peer().ack(host.nxt()));
  host.write(10'000);
  host.tcp.on_icmp(too_big(600, host.una()), host.now);
  EXPECT_EQ(host.tcp.effective_mss(), 560u);
}

// covers: rfc5927#7.2
TEST(rfc5927_section_7_2, a_report_that_no_segment_can_have_caused_is_ignored) {
  endpoint<> host;
  host.open();
  host.write(300);
  host.tcp.on_icmp(too_big(400, host.una()), host.now);
  EXPECT_EQ(host.tcp.effective_mss(), 1'460u);
}

}  // namespace rfc5927_test
}  // namespace sequent::test

// RFC 5682: a timeout that would not have been, had the sender waited longer.
#include <gtest/gtest.h>

#include "tests/support/doubtful.hpp"

namespace sequent::test {
namespace rfc5682_test {

using host_type = doubtful_sender<reno_policy>;

/// Twelve segments are outstanding and the timer has expired twice, without a word from the peer.
void time_out_twice(host_type& host) {
  host.fill(12);
  while (host.tcp.sending().attempts() != 2) host.wait_for_deadline();
  host.now = host.now + ms(100);
}

/// The originals are acknowledged one by one: after the first, two new segments go out.
void hear_the_originals(host_type& host) {
  const auto fresh = host.in(host.answer(host.first + 1));
  ASSERT_EQ(fresh.size(), 2u);
  EXPECT_EQ(fresh[0].seq(), host.number(host.sent_segments() - 2));
  host.in(host.answer(host.first + 2));
}

// covers: rfc5682#3.1 rfc5682#2.1
TEST(rfc5682_section_3_1, a_second_timeout_for_the_same_segment_starts_anew) {
  for (const bool sack : {false, true}) {
    host_type host({.sack = sack});
    time_out_twice(host);
    hear_the_originals(host);
    EXPECT_GT(host.threshold(), 60'000u) << "spurious: " << sack;
    EXPECT_EQ(host.tcp.sending().recovery().phase(), recovery_phase::open);
  }
}

// There is one new segment to send and no second one: what answers it tells all the same.
// covers: rfc5682#2.1/2b
TEST(rfc5682_section_2_1, one_new_segment_is_enough) {
  for (const bool sack : {false, true}) {
    host_type host({.sack = sack});
    host.write(4 * host_type::size);
    while (host.tcp.sending().attempts() != 1) host.wait_for_deadline();
    host.write(host_type::size);
    const auto fresh = host.in(host.answer(1));
    ASSERT_EQ(fresh.size(), 1u) << sack;
    EXPECT_EQ(fresh[0].seq(), host.number(4));
    host.in(host.answer(2));
    EXPECT_GT(host.threshold(), 60'000u) << "spurious: " << sack;
  }
}

// covers: rfc5682#3.1
TEST(rfc5682_section_3_1, a_second_timeout_after_an_acknowledgment_does_not) {
  for (const bool sack : {false, true}) {
    host_type host({.sack = sack});
    host.write(60'000);
    while (host.tcp.sending().attempts() != 1) host.wait_for_deadline();
    host.in(host.answer(1));
    while (host.tcp.sending().attempts() != 1) host.wait_for_deadline();
    host.in(host.answer(2));
    host.in(host.answer(3));
    EXPECT_LT(host.threshold(), 10 * host.size) << sack;
  }
}

// The clock of the first retransmission tells, and is kept.
// covers: rfc3522#3.2/2
TEST(rfc3522_section_3_2, a_second_timeout_does_not_begin_anew) {
  for (const bool between : {false, true}) {
    host_type host({.timestamps = true});
    const instant sent_at = host.now;
    host.write(60'000);
    while (host.tcp.sending().attempts() != 1) host.wait_for_deadline();
    const instant first = host.now;
    while (host.tcp.sending().attempts() != 2) host.wait_for_deadline();
    host.now = host.now + ms(100);
    host.in(host.answer(2, between ? first : sent_at));
    EXPECT_EQ(host.threshold() > 60'000u, !between);
  }
}

// A delay of everything but three segments begins a recovery, and lasts until a timeout within it. The first answer,
// which echoes the first transmission, shows that both were needless (before: all of it went again). RFC 5682
// section 3.1 keeps F-RTO out of it. covers: rfc3522#3.2/2
TEST(rfc3522_section_3_2, a_timeout_within_a_recovery_does_not_end_the_wait_for_its_first_answer) {
  for (const bool original : {true, false}) {
    host_type host({.timestamps = true, .sack = true});
    host.fill(12);
    const instant sent_at = host.now;
    host.now = host.now + ms(100);
    host.in(host.with_block(host.answer(host.first, sent_at), host.first + 4, host.first + 8));
    host.now = host.now + ms(50);
    host.out();
    ASSERT_EQ(host.tcp.sending().recovery().phase(), recovery_phase::recovery);
    const instant repeated = host.now;
    while (host.tcp.sending().attempts() != 1) host.wait_for_deadline();
    ASSERT_EQ(host.tcp.sending().recovery().phase(), recovery_phase::loss);
    host.now = host.now + ms(100);
    const u32 reduced = host.threshold();
    host.in(host.answer(host.first + 1, original ? sent_at : repeated));
    EXPECT_EQ(host.tcp.sending().recovery().phase(), original ? recovery_phase::open : recovery_phase::loss);
    EXPECT_EQ(host.tcp.sending().recovery().board().lost() == 0, original);
    EXPECT_EQ(host.threshold(), reduced) << "two reductions are not taken back at once";
  }
}

}  // namespace rfc5682_test
}  // namespace sequent::test

// RFC 3708: what reports of duplicates may and may not say about a loss.
#include <gtest/gtest.h>

#include "tests/support/doubtful.hpp"

namespace sequent::test {
namespace rfc3708_test {

using host_with_sack = doubtful_sender<reno_policy>;

constexpr doubtful_options sacks{.sack = true};

/// Twenty segments are outstanding, and the first of them is overtaken by three others: it goes out again.
void overtaken(host_with_sack& host) {
  host.fill(20);
  host.now = host.now + ms(100);
  for (u32 i = 2; i != 5; ++i) {
    host.now = host.now + ms(1);
    host.in(host.with_block(host.answer(host.first), host.first + 1, host.first + i));
  }
  host.wait(ms(20));  // the reordering timer
}

/// The timer expires; a probe that is sent before it is new text.
void time_out(host_with_sack& host) {
  while (host.tcp.sending().attempts() == 0) host.wait_for_deadline();
}

// covers: rfc3708#3/B.1
TEST(rfc3708_section_3, B_1_what_was_only_overtaken_costs_nothing) {
  host_with_sack host(sacks);
  overtaken(host);
  ASSERT_TRUE(host.tcp.sending().recovery().recovering());
  EXPECT_LT(host.threshold(), 20 * host.size);
  host.now = host.now + ms(1);
  host.in(host.answer(host.first + 4));
  host.now = host.now + ms(99);
  host.in(host.with_block(host.answer(host.first + 10), host.first, host.first + 1));
  EXPECT_FALSE(host.tcp.sending().recovery().recovering());
  EXPECT_GE(host.threshold(), 20 * host.size);
}

// covers: rfc3708#3/A.1
TEST(rfc3708_section_3, A_1_when_a_whole_window_of_acknowledgments_was_lost_the_window_stays_reduced) {
  host_with_sack host(sacks);
  host.write(14'480);
  time_out(host);
  ASSERT_EQ(host.window(), host.size);
  host.now = host.now + ms(100);
  host.in(host.with_block(host.answer(10), 0, 1));
  EXPECT_EQ(host.window(), 2 * host.size) << "as slow start has it";
  EXPECT_EQ(host.threshold(), 5 * host.size);
  EXPECT_EQ(host.write(60'000).size(), 2u);
}

// covers: rfc3708#3/A.4
TEST(rfc3708_section_3, A_4_once_the_network_duplicates_reports_prove_nothing_for_ever) {
  host_with_sack host(sacks);
  host.write(14'480);
  host.now = host.now + ms(100);
  host.in(host.with_block(host.answer(3), 1, 2));  // was sent once
  overtaken(host);
  const u32 threshold = host.threshold();
  ASSERT_TRUE(host.tcp.sending().recovery().recovering());
  host.now = host.now + ms(1);
  host.in(host.answer(host.first + 4));
  host.now = host.now + ms(99);
  host.in(host.with_block(host.answer(host.first + 10), host.first, host.first + 1));
  EXPECT_TRUE(host.tcp.sending().recovery().recovering());
  EXPECT_EQ(host.threshold(), threshold);
}

// covers: rfc3708#3/B.2
TEST(rfc3708_section_3, B_2_a_probe_that_is_not_reported_counts_as_sent_again) {
  host_with_sack host(sacks);
  host.write(14'480);
  host.now = host.now + ms(100);
  host.in(host.answer(1));
  const auto probe = host.wait_for_deadline();
  ASSERT_EQ(probe.size(), 1u);
  ASSERT_EQ(probe[0].seq(), host.number(9)) << "nothing is new: the last segment again";
  // The second is overtaken and goes out again needlessly; of the last one nobody knows.
  host.write(14'480);
  for (u32 i = 3; i != 6; ++i) {
    host.now = host.now + ms(1);
    host.in(host.with_block(host.answer(1), 2, i));
  }
  host.wait(ms(20));
  ASSERT_TRUE(host.tcp.sending().recovery().recovering());
  const u32 threshold = host.threshold();
  host.now = host.now + ms(50);
  host.in(host.with_block(host.answer(5), 1, 2));
  EXPECT_TRUE(host.tcp.sending().recovery().recovering());
  EXPECT_EQ(host.threshold(), threshold);
}

}  // namespace rfc3708_test
}  // namespace sequent::test

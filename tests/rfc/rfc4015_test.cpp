// RFC 4015: what is given back when a timeout, or a recovery, turns out to have been needless.
#include <gtest/gtest.h>

#include "tests/support/doubtful.hpp"

namespace sequent::test {
namespace rfc4015_test {

using reno_end = doubtful_sender<reno_policy>;
using cubic_end = doubtful_sender<default_policy>;

/// Twenty segments of 1448 octets are outstanding; the timer expires, and then the acknowledgment of nineteen of them
/// comes, which had only been late.
template <class End>
std::size_t late_acknowledgment(End& host) {
  host.fill(20);
  const instant sent_at = host.now;
  EXPECT_EQ(host.window(), 28'960u);
  EXPECT_EQ(host.flight(), 28'960u);
  EXPECT_EQ(host.wait_for_deadline().size(), 1u);
  host.now = host.now + ms(100);
  return host.in(host.answer(host.first + 19, sent_at)).size();
}

// covers: rfc4015#3.1/9
TEST(rfc4015_section_3_1, the_window_after_a_spurious_timeout_is_what_is_outstanding_and_an_initial_window) {
  const auto check = [](auto&& host) {
    const u32 threshold = host.threshold();
    const std::size_t sent = late_acknowledgment(host);
    EXPECT_EQ(host.window(), 1'448u + 14'480u) << "one segment is outstanding, nineteen were acknowledged";
    EXPECT_EQ(host.threshold(), threshold);
    EXPECT_EQ(sent, 10u);
  };
  check(reno_end({.timestamps = true}));
  check(cubic_end({.timestamps = true}));
}

// SRTT 800 ms and RTTVAR 400 ms, which are more than before, so RTO = 800 + 4 * 400 ms.
// covers: rfc4015#3.1/11
TEST(rfc4015_section_3_1, after_a_spurious_timeout_the_first_sample_of_new_text_starts_the_estimators_over) {
  reno_end host({.timestamps = true});
  (void)late_acknowledgment(host);
  const u32 fresh = host.sent_segments() - 10;
  const instant sent_at = host.now;
  host.now = host.now + ms(800);
  host.in(host.answer(fresh, sent_at));
  EXPECT_EQ(host.tcp.sending().rtt().timeout(), ms(2'000)) << "backed off: nothing new is acknowledged yet";
  host.in(host.answer(fresh + 1, sent_at));
  EXPECT_EQ(host.tcp.sending().rtt().smoothed(), ms(800));
  EXPECT_EQ(host.tcp.sending().rtt().variation(), ms(400));
  EXPECT_EQ(host.tcp.sending().rtt().timeout(), ms(2'400));
  EXPECT_EQ(host.tcp.timers().due(timer::retransmission), host.now + ms(2'400));
  const instant later = host.now;
  host.now = host.now + ms(800);
  host.in(host.answer(host.sent_segments(), later));
  EXPECT_LT(host.tcp.sending().rtt().timeout(), ms(2'400)) << "the first sample only";
}

// covers: rfc4015#3.1/11
TEST(rfc4015_section_3_1, without_timestamps_too) {
  reno_end host({.sack = true});
  host.fill(20);
  host.wait_for_deadline();  // a probe, and then the timer
  while (host.tcp.sending().attempts() == 0) host.wait_for_deadline();
  const u32 fresh = host.sent_segments();
  host.now = host.now + ms(100);
  EXPECT_EQ(host.in(host.answer(host.first + 1)).size(), 2u) << "RFC 5682: two new segments";
  const instant sent_at = host.now;
  host.in(host.answer(host.first + 2));
  EXPECT_EQ(host.window(), 22 * host.size) << "21 outstanding, one of them the probe, and one acknowledged";
  host.now = sent_at + ms(800);
  host.in(host.answer(fresh + 2));
  EXPECT_EQ(host.tcp.sending().rtt().timeout(), ms(2'400));
}

// covers: rfc4015#3.1/0
TEST(rfc4015_section_3_1, the_estimators_do_not_fall_below_what_they_were) {
  reno_end host({.timestamps = true});
  host.fill(20);
  const duration srtt = host.tcp.sending().rtt().smoothed();
  const duration rttvar = host.tcp.sending().rtt().variation();
  const instant sent_at = host.now;
  host.wait_for_deadline();
  host.in(host.answer(host.first + 19, sent_at));
  const u32 fresh = host.first + host.window() / host.size;
  host.in(host.answer(host.sent_segments(), host.now));
  EXPECT_GE(host.sent_segments(), fresh);
  EXPECT_EQ(host.tcp.sending().rtt().smoothed(), srtt + ms(2)) << "and two ticks of a millisecond more";
  EXPECT_EQ(host.tcp.sending().rtt().variation(), rttvar);
}

/// Room for more than the peer's window.
struct roomy : reno_policy {
  using send_storage = inline_storage<200'000>;
};

// 44 segments fill the peer's window, the congestion window being 88. A timeout that came too early is undone, and then
// nothing more is written: what is acknowledged was sent when the window was not full.
// covers: rfc7661#4.4
TEST(rfc4015_section_3_1, what_an_undone_timeout_had_outstanding_does_not_open_the_window) {
  for (const bool sack : {false, true}) {
    connection_config config = plain();
    config.sack = sack;
    endpoint<roomy> host(config);
    peer_offer offer;
    offer.sack = sack;
    host.open(offer);
    const auto segments = [&] { return host.tcp.sending().congestion().window() / 1'460; };
    const auto acknowledge = [&](u32 until) {
      while (host.una() != until) host.in(host.peer().ack(std::min(host.una() + 2'920, until)));
    };
    host.write(65'000);
    for (int i = 0; i != 8; ++i) {
      host.now = host.now + ms(100);
      const u32 end = host.nxt();
      host.write(static_cast<std::size_t>(host.tcp.writable()));
      acknowledge(end);
    }
    // Two segments are left, which F-RTO has sent, and one that a loss probe sends before the timeout.
    const u32 left = sack ? 4'380 : 2'920;
    while (host.tcp.sending().end() - host.tcp.tcb().snd.nxt > left) acknowledge(host.una() + 1'460);
    ASSERT_EQ((host.nxt() - host.una()) / 1'460, 44u);
    ASSERT_GE(segments(), 88u);
    while (host.tcp.sending().attempts() == 0) host.wait_for_deadline();
    acknowledge(host.una() + 2'920);
    acknowledge(host.una() + 2'920);
    ASSERT_EQ(host.tcp.sending().recovery().phase(), recovery_phase::open) << "undone";
    const u32 given_back = segments();
    EXPECT_LE(given_back, 45u);
    acknowledge(host.nxt());
    EXPECT_EQ(segments(), given_back) << (sack ? "with SACK" : "without");
  }
}

// A peer says of everything that it has arrived, and twice what the timer sent, without acknowledging any of it. The
// timeout is undone, and the next one is answered as a first one, not as one of the same loss.
// covers: rfc4015#3.1/9 rfc5681#3.1
TEST(rfc4015_section_3_1, a_timeout_that_was_undone_is_not_counted) {
  reno_end host({.sack = true}, ms(100));
  host.write(11 * host.size);  // the probe is the last one of them
  while (host.tcp.sending().attempts() == 0) host.wait_for_deadline();
  const u32 ssthresh = host.threshold();
  host.now = host.now + ms(100);
  host.in(host.with_block(host.answer(0), 1, 11));
  host.in(host.with_block(host.with_block(host.answer(0), 0, 1), 0, 11));
  ASSERT_GT(host.threshold(), ssthresh) << "undone";
  EXPECT_EQ(host.tcp.sending().attempts(), 0u);
  while (host.tcp.sending().attempts() == 0) host.wait_for_deadline();
  EXPECT_EQ(host.threshold(), ssthresh);
}

}  // namespace rfc4015_test
}  // namespace sequent::test

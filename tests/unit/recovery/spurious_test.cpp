#include "sequent/recovery/spurious.hpp"

#include <gtest/gtest.h>

namespace sequent::test {
namespace spurious_test {

sequence_number<u32> at(u32 offset) { return sequence_number<u32>(0xffff'fff0u + offset); }

acknowledged_news progress() {
  acknowledged_news news;
  news.progress = true;
  news.sack = true;
  news.una = at(100);
  return news;
}

// The first octets sent again are acknowledged, the timestamp being `echo`.
acknowledged_news answer(u32 echo) {
  acknowledged_news news = progress();
  news.again = true;
  news.echo = at(echo);
  return news;
}

acknowledged_news report(u32 from, u32 until) {
  acknowledged_news news;
  news.sack = true;
  news.reported = true;
  news.from = at(from);
  news.until = at(until);
  return news;
}

spurious_detector after_timeout() {
  spurious_detector d;
  d.begin(true, true, at(0));
  d.resent(at(0), at(100), at(50));
  return d;
}

spurious_detector after_duplicates() {
  spurious_detector d;
  d.begin(false, true, at(0));
  d.resent(at(0), at(100), at(50));
  return d;
}

TEST(spurious_detector, watches_only_an_episode) {
  spurious_detector d;
  EXPECT_FALSE(d.watching());
  EXPECT_FALSE(d.on_ack(answer(0)));
  d.resent(at(0), at(100), at(50));
  EXPECT_FALSE(d.first_clock());
}

// covers: rfc3522#3.2
TEST(eifel_detection, an_echo_from_before_the_retransmission_shows_it_needless) {
  spurious_detector d = after_duplicates();
  EXPECT_TRUE(d.on_ack(answer(49)));
  EXPECT_FALSE(d.watching());
}

TEST(eifel_detection, the_same_tick_shows_nothing) {
  spurious_detector d = after_duplicates();
  EXPECT_FALSE(d.on_ack(answer(50)));
}

TEST(eifel_detection, only_the_first_answer_counts) {
  spurious_detector d = after_duplicates();
  EXPECT_FALSE(d.on_ack(answer(50)));
  EXPECT_FALSE(d.on_ack(answer(0)));
}

TEST(eifel_detection, the_clock_of_the_first_retransmission_counts) {
  spurious_detector d = after_duplicates();
  d.resent(at(100), at(200), at(70));
  EXPECT_FALSE(d.on_ack(answer(60)));
}

TEST(eifel_detection, what_was_never_sent_again_answers_nothing) {
  spurious_detector d = after_duplicates();
  acknowledged_news older = progress();
  older.echo = at(0);
  EXPECT_FALSE(d.on_ack(older));
  EXPECT_FALSE(d.echo_seen());
  EXPECT_TRUE(d.on_ack(answer(49)));
}

// covers: rfc3522#3.2/5
TEST(eifel_detection, a_report_with_the_answer_means_that_acknowledgments_were_lost) {
  spurious_detector d = after_duplicates();
  acknowledged_news news = answer(49);
  news.reported = true;
  news.from = at(500);
  news.until = at(600);
  EXPECT_FALSE(d.on_ack(news));
}

// covers: rfc3522#3.2/5
TEST(eifel_detection, when_all_is_acknowledged_only_a_peer_that_reports_is_believed) {
  acknowledged_news all = answer(49);
  all.everything = true;
  spurious_detector silent = after_duplicates();
  EXPECT_FALSE(silent.on_ack(all));
  all.reports_before = true;
  spurious_detector reporting = after_duplicates();
  EXPECT_TRUE(reporting.on_ack(all));
}

// covers: rfc5682#3.1
TEST(f_rto, an_original_acknowledged_after_new_data_was_sent_shows_a_spurious_timeout) {
  spurious_detector d = after_timeout();
  EXPECT_TRUE(d.awaits_acknowledgment());
  EXPECT_FALSE(d.on_ack(progress()));
  EXPECT_TRUE(d.wants_new_data());
  d.sent_new();
  acknowledged_news second = progress();
  second.original = true;
  EXPECT_TRUE(d.on_ack(second));
}

// covers: rfc5682#2.1/2b
TEST(f_rto, where_nothing_new_was_sent_the_next_acknowledgment_shows_nothing) {
  for (const bool nothing_new : {false, true}) {
    spurious_detector d = after_timeout();
    EXPECT_FALSE(d.on_ack(progress()));
    ASSERT_TRUE(d.wants_new_data());
    if (!nothing_new) d.sent_new();
    acknowledged_news news = progress();
    news.original = true;
    EXPECT_EQ(d.on_ack(news), !nothing_new);
    EXPECT_FALSE(d.wants_new_data());
  }
}

// covers: rfc5682#3.1/3a
TEST(f_rto, new_data_acknowledged_shows_a_genuine_one) {
  spurious_detector d = after_timeout();
  EXPECT_FALSE(d.on_ack(progress()));
  acknowledged_news second = progress();
  second.original = second.beyond = true;
  EXPECT_FALSE(d.on_ack(second));
  EXPECT_FALSE(d.wants_new_data());
}

// covers: rfc5682#3.1/3a
TEST(f_rto, a_duplicate_that_tells_nothing_new_shows_a_genuine_one) {
  spurious_detector d = after_timeout();
  EXPECT_FALSE(d.on_ack(progress()));
  acknowledged_news duplicate;
  duplicate.duplicate = duplicate.sack = true;
  EXPECT_FALSE(d.on_ack(duplicate));
  EXPECT_FALSE(d.wants_new_data());
}

// covers: rfc5682#3.1/3b
TEST(f_rto, a_duplicate_that_reports_an_original_shows_a_spurious_one) {
  spurious_detector d = after_timeout();
  EXPECT_FALSE(d.on_ack(progress()));
  d.sent_new();
  acknowledged_news duplicate;
  duplicate.duplicate = duplicate.sack = duplicate.original = true;
  EXPECT_TRUE(d.on_ack(duplicate));
}

// covers: rfc5682#2.1/2a
TEST(f_rto, without_sack_a_duplicate_first_ends_it_and_with_sack_it_does_not) {
  acknowledged_news duplicate;
  duplicate.duplicate = true;
  spurious_detector plain = after_timeout();
  EXPECT_FALSE(plain.on_ack(duplicate));
  EXPECT_FALSE(plain.awaits_acknowledgment());
  duplicate.sack = true;
  spurious_detector sacks = after_timeout();
  EXPECT_FALSE(sacks.on_ack(duplicate));
  EXPECT_TRUE(sacks.awaits_acknowledgment());
}

// covers: rfc5682#2.1/2a
TEST(f_rto, without_sack_less_than_what_was_sent_again_ends_it_and_with_sack_it_does_not) {
  acknowledged_news part = progress();
  part.una = at(99);
  spurious_detector sacks = after_timeout();
  EXPECT_FALSE(sacks.on_ack(part));
  EXPECT_TRUE(sacks.awaits_acknowledgment());
  part.sack = false;
  spurious_detector plain = after_timeout();
  EXPECT_FALSE(plain.on_ack(part));
  EXPECT_FALSE(plain.awaits_acknowledgment());
  EXPECT_FALSE(plain.wants_new_data());
}

TEST(f_rto, what_is_neither_progress_nor_a_duplicate_is_ignored) {
  spurious_detector d = after_timeout();
  EXPECT_FALSE(d.on_ack(progress()));
  EXPECT_FALSE(d.on_ack(acknowledged_news{}));
  EXPECT_TRUE(d.wants_new_data());
}

// covers: rfc5682#3.1/2b
TEST(f_rto, without_anything_new_to_send_it_gives_way) {
  spurious_detector d = after_timeout();
  EXPECT_FALSE(d.on_ack(progress()));
  d.no_new_data();
  acknowledged_news second = progress();
  second.original = true;
  EXPECT_FALSE(d.on_ack(second));
}

TEST(f_rto, is_not_for_recoveries_that_duplicates_began) {
  spurious_detector d = after_duplicates();
  EXPECT_FALSE(d.awaits_acknowledgment());
}

// covers: rfc3708#3
TEST(duplicate_reports, all_that_was_sent_again_must_be_reported) {
  spurious_detector d = after_duplicates();
  d.resent(at(100), at(200), at(60));
  EXPECT_FALSE(d.on_ack(report(0, 100)));
  EXPECT_TRUE(d.on_ack(report(100, 200)));
}

// covers: rfc3708#3 rfc4015#3.1/7
TEST(duplicate_reports, take_nothing_back_while_something_waits_to_be_sent_again) {
  spurious_detector d = after_duplicates();
  acknowledged_news news = report(0, 100);
  news.waits = true;
  EXPECT_FALSE(d.on_ack(news));
  EXPECT_TRUE(d.watching());
}

TEST(duplicate_reports, the_same_report_does_not_count_twice) {
  spurious_detector d = after_duplicates();
  d.resent(at(100), at(200), at(60));
  EXPECT_FALSE(d.on_ack(report(0, 100)));
  EXPECT_FALSE(d.on_ack(report(0, 100)));
  EXPECT_FALSE(d.countable());
}

// A report of what was not sent again: the network duplicates, or the peer lies.
TEST(duplicate_reports, a_report_of_anything_else_counts_for_nothing_and_ends_counting) {
  for (const auto& [from, until] : {std::pair{500u, 600u}, std::pair{0u, 0x4000'0000u}, std::pair{0u, 101u}}) {
    spurious_detector d = after_duplicates();
    EXPECT_FALSE(d.on_ack(report(from, until)));
    EXPECT_FALSE(d.on_ack(report(0, 100)));
  }
}

TEST(duplicate_reports, octets_sent_twice_again_prove_nothing) {
  spurious_detector d = after_duplicates();
  d.resent(at(0), at(100), at(60));
  EXPECT_FALSE(d.on_ack(report(0, 100)));
}

// covers: rfc5682#3.1/1
TEST(f_rto, starts_anew_when_the_timer_expires_again_before_an_answer) {
  spurious_detector d = after_timeout();
  d.timed_out_again(true);
  d.resent(at(0), at(100), at(60));
  EXPECT_TRUE(d.awaits_acknowledgment());
  EXPECT_EQ(d.first_clock(), at(50)) << "RFC 3522: the first retransmission's clock is kept";
  acknowledged_news answer = progress();
  answer.again = true;
  EXPECT_FALSE(d.on_ack(answer));
  d.timed_out_again(true);
  EXPECT_FALSE(d.watching()) << "an answer has come";
}

// covers: rfc3522#3.2/2
TEST(eifel, goes_on_beyond_a_timeout_within_a_recovery) {
  spurious_detector d = after_duplicates();
  d.timed_out_again(false);
  d.resent(at(0), at(100), at(90));
  EXPECT_FALSE(d.awaits_acknowledgment()) << "RFC 5682 section 3.1: no F-RTO in a recovery";
  EXPECT_TRUE(d.watching());
  acknowledged_news answer = progress();
  answer.again = true;
  answer.echo = at(40);
  EXPECT_TRUE(d.on_ack(answer));
}

// covers: rfc5682#3.1/1
TEST(f_rto, ends_when_more_is_sent_again_than_the_timer_sends) {
  for (const u32 first : {0u, 100u}) {
    spurious_detector d = after_timeout();
    d.resent(at(first), at(first + 50), at(60));
    EXPECT_FALSE(d.awaits_acknowledgment());
    EXPECT_EQ(d.resent_until(), at(first == 0 ? 100 : 150));
  }
}

// covers: rfc3708#3/A.1
TEST(duplicate_reports, where_all_answers_may_have_been_lost_a_report_proves_nothing) {
  spurious_detector d = after_duplicates();
  acknowledged_news news = report(0, 100);
  news.all_answers_lost = true;
  EXPECT_FALSE(d.on_ack(news));
  EXPECT_FALSE(d.on_ack(report(0, 100)));
}

// covers: rfc3708#3/A.4
TEST(duplicate_reports, prove_nothing_for_ever_once_the_network_duplicates) {
  spurious_detector d;
  EXPECT_FALSE(d.on_ack(report(500, 600)));
  EXPECT_TRUE(d.network_duplicates());
  d.begin(false, false, at(600));
  d.resent(at(600), at(700), at(60));
  EXPECT_FALSE(d.on_ack(report(600, 700)));
}

// covers: rfc3708#3/B.2
TEST(duplicate_reports, what_was_sent_again_before_the_episode_must_be_reported_too) {
  for (const u32 una : {0u, 600u}) {
    spurious_detector d;
    d.resent(at(500), at(600), at(50));
    d.begin(false, false, at(una));
    d.resent(at(una), at(una + 100), at(60));
    EXPECT_EQ(d.on_ack(report(una, una + 100)), una == 600u);
  }
}

// covers: rfc4015#3.4
TEST(spurious_detector, notes_an_echo_of_congestion_within_an_episode) {
  spurious_detector d;
  d.marked();
  EXPECT_FALSE(d.is_marked());
  d = after_timeout();
  d.marked();
  EXPECT_TRUE(d.is_marked());
  EXPECT_TRUE(d.by_timeout());
}

TEST(spurious_detector, gives_up) {
  spurious_detector d = after_timeout();
  d.give_up();
  EXPECT_FALSE(d.watching());
  EXPECT_FALSE(d.on_ack(answer(0)));
}

}  // namespace spurious_test
}  // namespace sequent::test

#include "sequent/transfer/sender.hpp"

#include <gtest/gtest.h>

#include "sequent/congestion/reno.hpp"
#include "tests/support/blocks.hpp"
#include "tests/support/endpoint.hpp"

namespace sequent::test {
namespace sender_test {

constexpr u32 mss = 100;

// An established sending half whose first octet has the sequence number of the parameter.
class sending : public testing::TestWithParam<u32> {
 protected:
  sending() {
    tcb = block_in(connection_state::established, {first - 1, 4'999});
    tcb.snd.wnd = tcb.snd.max_wnd = 10'000;
    half.start(tcb.snd.iss, config.rto);
    half.established(mss);
  }

  void write(std::size_t octets) { half.write(pattern(octets), false); }
  std::optional<text_to_send> next(bool nagle = true) {
    text_to_send run;
    return half.next(tcb, mss, mss, nagle, run) ? std::optional(run) : std::nullopt;
  }
  // Sends all that may be sent; the lengths, FINs counted as one.
  std::vector<u32> drain(bool nagle = true) {
    std::vector<u32> lengths;
    while (const auto run = next(nagle)) {
      half.sent(*run, now, {}, tcb.sack_permitted, timers, config);
      packet p = at(run->seq.wire()).ack(5'000).length_only(run->length);
      if (run->fin) p.fin();
      note_sent(tcb, p.header, tcb.rcv.wnd);
      lengths.push_back(p.header.length());
    }
    half.settle(tcb, mss, now, timers, config);
    return lengths;
  }
  void acknowledge(u32 octets, u32 window = 10'000) {
    const bool closed = tcb.snd.wnd == 0;
    const packet p = at(5'000).ack(first + octets).window(window);
    const auto step = arrive(tcb, p, now);
    half.on_ack(tcb, p.header, step, closed, mss, {}, now, timers, config);
  }
  void time_out() { half.on_retransmission_timeout(tcb, mss, now, timers, config); }
  u32 offset(sequence_number<u32> x) const { return x.wire() - first; }

  const u32 first = GetParam();
  control_block<u32> tcb{};
  sender<inline_storage<4'096>, congestion::reno, 16> half{};
  timer_set timers{};
  connection_config config{};
  instant now{};
};

INSTANTIATE_TEST_SUITE_P(origins, sending, testing::Values(1'000u, 0xffff'ff80u, 0u, 0x7fff'ff80u, 0x8000'0000u));

TEST_P(sending, queues_no_more_than_there_is_room_for) {
  EXPECT_EQ(half.room(), 4'096u);
  EXPECT_EQ(half.write(pattern(4'000), false), 4'000u);
  EXPECT_EQ(half.write(pattern(4'000), false), 96u);
  EXPECT_EQ(half.write(pattern(1), false), 0u);
  EXPECT_EQ(half.room(), 0u);
}

TEST_P(sending, copies_the_octets_of_a_segment_also_after_some_were_acknowledged) {
  write(300);
  drain();
  acknowledge(150);
  std::vector<std::uint8_t> out(100);
  half.copy(sequence_number<u32>(first + 180), out);
  EXPECT_EQ(out, pattern(100, 180));
}

// covers: SHLD-28 MUST-61
TEST_P(sending, full_segments_go_first_and_the_last_one_pushes) {
  write(250);
  const auto a = next();
  ASSERT_TRUE(a);
  EXPECT_EQ(a->length, 100u);
  EXPECT_FALSE(a->push);
  EXPECT_EQ(drain(false), (std::vector<u32>{100, 100, 50}));
}

TEST_P(sending, nagle_holds_back_what_is_not_full_while_something_is_outstanding) {
  write(250);
  EXPECT_EQ(drain(), (std::vector<u32>{100, 100}));
  EXPECT_FALSE(next());
  acknowledge(200);
  EXPECT_EQ(drain(), (std::vector<u32>{50}));
}

// Nothing fits but a part: RFC 9293 section 3.8.6.2.1.
TEST_P(sending, a_silly_segment_waits_for_the_override) {
  tcb.snd.wnd = 30;
  write(250);
  EXPECT_EQ(drain(), (std::vector<u32>{}));
  ASSERT_TRUE(timers.running(timer::persist));
  EXPECT_EQ(timers.due(timer::persist), now + config.silly_window_override);
  half.on_persist_timeout(tcb.snd);
  EXPECT_EQ(drain(), (std::vector<u32>{30}));
}

TEST_P(sending, half_of_the_largest_window_is_not_silly) {
  tcb.snd.wnd = tcb.snd.max_wnd = 60;
  write(250);
  tcb.snd.wnd = 30;
  EXPECT_EQ(drain(), (std::vector<u32>{30}));
}

TEST_P(sending, the_peers_window_bounds_what_is_outstanding) {
  tcb.snd.wnd = tcb.snd.max_wnd = 250;
  write(1'000);
  EXPECT_EQ(drain(), (std::vector<u32>{100, 100}));
  EXPECT_EQ(drain(false), (std::vector<u32>{}));
}

TEST_P(sending, the_congestion_window_bounds_what_is_outstanding) {
  write(4'000);
  EXPECT_EQ(drain().size(), 10u);
}

// smoltcp #489: a window below what is outstanding.
TEST_P(sending, a_window_that_shrinks_stops_new_text_and_nothing_underflows) {
  write(1'000);
  tcb.snd.wnd = 500;
  drain();
  acknowledge(0, 100);
  EXPECT_EQ(tcb.snd.wnd, 100u);
  EXPECT_FALSE(next());
  EXPECT_FALSE(next(false));
  acknowledge(500, 400);
  EXPECT_EQ(drain(), (std::vector<u32>{100, 100, 100, 100}));
}

TEST_P(sending, a_fin_rides_on_the_last_segment) {
  write(150);
  tcb.snd.fin_asked = true;
  EXPECT_EQ(drain(), (std::vector<u32>{100, 51}));
  EXPECT_TRUE(tcb.snd.fin_sent);
  EXPECT_FALSE(next());
}

// gVisor #13393: a FIN behind a window that is full waits for it, and then goes.
TEST_P(sending, a_fin_waits_for_the_window) {
  tcb.snd.wnd = tcb.snd.max_wnd = 100;
  write(100);
  tcb.snd.fin_asked = true;
  EXPECT_EQ(drain(), (std::vector<u32>{100}));
  acknowledge(100, 0);
  EXPECT_EQ(drain(), (std::vector<u32>{}));
  EXPECT_TRUE(timers.running(timer::persist));
  acknowledge(100, 1);
  EXPECT_EQ(drain(), (std::vector<u32>{1}));
  EXPECT_TRUE(tcb.snd.fin_sent);
}

TEST_P(sending, a_probe_of_a_closed_window_is_one_octet) {
  tcb.snd.wnd = 0;
  write(250);
  EXPECT_EQ(drain(), (std::vector<u32>{}));
  EXPECT_EQ(timers.due(timer::persist), now + s(1));
  half.on_persist_timeout(tcb.snd);
  EXPECT_EQ(drain(), (std::vector<u32>{1}));
  EXPECT_FALSE(timers.running(timer::persist));
  EXPECT_TRUE(timers.running(timer::retransmission));
}

// Probes that were refused are no timeouts of what goes out when the window is open. Found by path-reasons.
// covers: rfc5681#3.1
TEST_P(sending, a_timeout_after_probes_of_a_closed_window_sets_ssthresh) {
  tcb.snd.wnd = 0;
  write(2'000);
  drain();
  half.on_persist_timeout(tcb.snd);
  drain();
  for (int i = 0; i != 3; ++i) {
    time_out();
    drain();
  }
  ASSERT_EQ(half.congestion().threshold(), congestion::largest_window);
  acknowledge(0);
  drain();
  const u32 flight = tcb.snd.nxt - tcb.snd.una;
  ASSERT_EQ(flight, 901u) << "the octet that probed, and nine segments";
  time_out();
  EXPECT_EQ(half.congestion().threshold(), 450u);
  EXPECT_EQ(half.congestion().window(), mss);
}

// covers: rfc8985#7.2
TEST_P(sending, a_single_segment_with_fin_is_probed_no_sooner_than_one_without) {
  tcb.sack_permitted = true;
  write(mss);
  drain();
  now = now + duration::milliseconds(1);
  acknowledge(mss);
  write(mss);
  tcb.snd.fin_asked = true;
  EXPECT_EQ(drain(), std::vector<u32>{mss + 1});
  ASSERT_TRUE(timers.due(timer::loss_probe));
  EXPECT_EQ(*timers.due(timer::loss_probe), now + half.rtt().smoothed() * 2 + config.peer_ack_delay);
}

TEST_P(sending, a_fin_alone_probes_a_closed_window) {
  tcb.snd.wnd = 0;
  tcb.snd.fin_asked = true;
  EXPECT_EQ(drain(), (std::vector<u32>{}));
  half.on_persist_timeout(tcb.snd);
  EXPECT_EQ(drain(), (std::vector<u32>{1}));
  EXPECT_TRUE(tcb.snd.fin_sent);
}

TEST_P(sending, a_timeout_sends_the_first_segment_again_and_goes_on_as_acknowledged) {
  write(400);
  drain();
  time_out();
  EXPECT_EQ(half.congestion().window(), mss);
  const auto run = next();
  ASSERT_TRUE(run);
  EXPECT_TRUE(run->again);
  EXPECT_EQ(offset(run->seq), 0u);
  EXPECT_EQ(drain(), (std::vector<u32>{100}));
  acknowledge(100);
  EXPECT_EQ(drain(), (std::vector<u32>{100, 100}));
  acknowledge(400);
  EXPECT_EQ(drain(), (std::vector<u32>{}));
  EXPECT_FALSE(timers.running(timer::retransmission));
}

// RFC 5681 section 3: nothing beyond the acknowledged plus the congestion window, retransmissions included.
TEST_P(sending, what_is_sent_again_stays_inside_the_congestion_window) {
  write(400);
  drain();
  time_out();
  drain();
  acknowledge(1);
  while (const auto run = next()) {
    EXPECT_LE(offset(run->seq) + run->length, 1 + half.congestion().window());
    half.sent(*run, now, {}, tcb.sack_permitted, timers, config);
  }
}

TEST_P(sending, a_fin_is_sent_again_with_its_text_or_alone) {
  write(150);
  tcb.snd.fin_asked = true;
  drain();
  acknowledge(100);
  time_out();
  EXPECT_EQ(drain(), (std::vector<u32>{51}));
  acknowledge(150);
  time_out();
  const auto run = next();
  ASSERT_TRUE(run);
  EXPECT_EQ(run->length, 0u);
  EXPECT_TRUE(run->fin);
}

TEST_P(sending, three_duplicates_send_the_first_segment_again_whatever_the_window) {
  write(1'000);
  drain();
  for (int i = 0; i != 2; ++i) acknowledge(0);
  EXPECT_FALSE(next());
  acknowledge(0);
  const auto run = next();
  ASSERT_TRUE(run);
  EXPECT_TRUE(run->again);
  EXPECT_EQ(offset(run->seq), 0u);
  EXPECT_EQ(drain().front(), 100u);
}

TEST_P(sending, timers_follow_rfc_6298_section_5) {
  write(200);
  EXPECT_FALSE(timers.running(timer::retransmission));
  drain();
  EXPECT_EQ(timers.due(timer::retransmission), now + s(1));  // 5.1
  now = now + ms(400);
  acknowledge(100);
  EXPECT_EQ(timers.due(timer::retransmission), now + half.rtt().timeout());  // 5.3
  acknowledge(200);
  EXPECT_FALSE(timers.running(timer::retransmission));  // 5.2
}

// Karn's rule.
// covers: MUST-18
TEST_P(sending, what_was_sent_again_gives_no_sample) {
  write(100);
  drain();
  time_out();
  drain();
  now = now + ms(10);
  acknowledge(100);
  EXPECT_FALSE(half.rtt().sampled());
  EXPECT_EQ(half.rtt().timeout(), s(2)) << "and the back-off stays until there is a sample";
}

TEST_P(sending, one_segment_at_a_time_is_timed) {
  write(200);
  drain();
  now = now + ms(300);
  acknowledge(100);
  EXPECT_EQ(half.rtt().smoothed(), ms(300));
  now = now + s(5);
  acknowledge(200);
  EXPECT_EQ(half.rtt().smoothed(), ms(300)) << "the second segment was not being timed";
}

TEST_P(sending, urgent_text_is_marked_until_it_is_acknowledged) {
  write(50);
  EXPECT_FALSE(half.urgent_until());
  half.write(pattern(50, 50), true);
  ASSERT_TRUE(half.urgent_until());
  EXPECT_EQ(offset(*half.urgent_until()), 100u);
  drain();
  acknowledge(99);
  EXPECT_TRUE(half.urgent_until());
  acknowledge(100);
  EXPECT_FALSE(half.urgent_until());
}

TEST_P(sending, flushing_leaves_nothing_to_send) {
  write(300);
  drain();
  half.flush();
  EXPECT_EQ(half.queued(), 0u);
  EXPECT_EQ(half.room(), 4'096u);
  EXPECT_FALSE(half.urgent_until());
}

TEST_P(sending, starting_anew_forgets_the_back_off_of_the_connection_before) {
  write(100);
  drain();
  for (int i = 0; i != 5; ++i) time_out();
  EXPECT_EQ(half.rtt().timeout(), s(32));
  half.start(sequence_number<u32>(1), config.rto);
  EXPECT_EQ(half.rtt().timeout(), s(1));
}

}  // namespace sender_test
}  // namespace sequent::test

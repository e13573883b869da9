// Whole runs whose right outcome the RFCs or arithmetic give. Figures in comments are what was seen before each was
// mended.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/path/two_ends.hpp"

namespace sequent::path {
namespace rows_test {

path_setting symmetric(std::int64_t rate, nanoseconds round_trip) {
  path_setting s;
  for (link_setting& way : s.way) {
    way.rate = rate;
    way.delay = round_trip / 2;
  }
  s.keeps_ladder = true;
  return s;
}

double milliseconds(nanoseconds span) { return static_cast<double>(span) / 1e6; }

template <class Policy = path_policy>
path_result run(const path_setting& s) {
  const path_result r = two_ends<Policy>(s).run();
  EXPECT_EQ(r.why, "") << r.ladder;
  EXPECT_TRUE(r.finished);
  return r;
}

/// Tables as the defaults for 64 KiB have them.
struct default_tables : path_policy {
  static constexpr std::size_t max_held_ranges = held_ranges_for(65'536);
  static constexpr std::size_t max_sent_runs = sent_runs_for(65'536);
};
struct vast_tables : path_policy {
  static constexpr std::size_t max_held_ranges = max_table_entries;
  static constexpr std::size_t max_sent_runs = max_table_entries;
};

// Nothing is lost, so nothing is repeated, and the link is full but for slow start.
TEST(path_rows, a_calm_path_carries_everything_once) {
  path_setting s = symmetric(100'000'000, 20 * millisecond);
  s.application[0].writes = 10'000'000;
  const path_result r = run(s);
  EXPECT_EQ(r.again[0], 0u);
  EXPECT_LT(milliseconds(r.took), 1'000) << "800 ms at the rate of the link";
}

// SRTT was zero, as the ticks of the timestamps were preferred to the clock, and with it the time of a probe.
// covers: rfc8985#7.2 rfc6298#3
TEST(path_rows, a_short_path_draws_no_probes) {
  path_setting s = symmetric(1'000'000'000, 100 * microsecond);
  s.config[1].delayed_ack = duration{};
  s.application[0] = {.writes = 4'096 * 2'000, .piece = 4'096, .every = 10 * millisecond};
  two_ends<> ends(s);
  const path_result r = ends.run();
  EXPECT_EQ(r.why, "") << r.ladder;
  EXPECT_EQ(r.again[0], 0u);
  const auto smoothed = ends.end(0).sending().rtt().smoothed();
  EXPECT_GE(smoothed, duration::microseconds(100));
  EXPECT_LE(smoothed, duration::microseconds(200));
}

// Times for a data centre: a last segment that is lost costs a few milliseconds (with the defaults 200 ms).
// covers: rfc8985#7.2
TEST(path_rows, in_a_data_center_a_lost_tail_costs_milliseconds) {
  path_setting s = symmetric(10'000'000'000, 100 * microsecond);
  for (connection_config& config : s.config) config = in_data_center(config);
  s.application[0].writes = 100'000;
  const path_result calm = run(s);
  EXPECT_EQ(calm.again[0], 0u);
  s.way[0].faults = {{calm.segments[0] - 1}};
  const path_result r = run(s);
  EXPECT_EQ(r.again[0], 1u);
  EXPECT_EQ(r.timeouts[0], 0u);
  EXPECT_LT(milliseconds(r.took - calm.took), 3);
}

// A lost SYN and a lost first text cost tens of milliseconds, also where no timestamp measures the handshake (before:
// three seconds for the text).
// covers: rfc6298#5.7
TEST(path_rows, in_a_data_center_a_lost_syn_costs_milliseconds) {
  path_setting s = symmetric(10'000'000'000, 100 * microsecond);
  for (connection_config& config : s.config) {
    config = in_data_center(config);
    config.timestamps = false;
  }
  s.application[0].writes = 1'000;
  s.way[0].faults = {{0}, {3}};  // behind the SYN, the SYN again and what acknowledges it, the text
  const path_result r = run(s);
  EXPECT_EQ(r.again[0], 2u);
  EXPECT_LT(milliseconds(r.took), 60);
}

// Sixty lost one after the other are sent again once each (before: 155 retransmissions).
// covers: rfc6675#5
TEST(path_rows, sixty_losses_in_a_row_are_repaired_one_by_one) {
  path_setting s = symmetric(100'000'000, 40 * millisecond);
  s.application[0].writes = 4'000'000;
  for (std::uint64_t i = 0; i != 60; ++i) s.way[0].faults.push_back({500 + i});
  const path_result r = run(s);
  EXPECT_EQ(r.again[0], 60u);
  EXPECT_EQ(r.timeouts[0], 0u);
  EXPECT_EQ(r.repairs[0], 1u);
}

// The third SACK begins the repair, though the segments of the burst left within an eighth of a round trip.
// covers: rfc8985#6.2 rfc6675#5
TEST(path_rows, the_third_report_begins_the_repair) {
  path_setting s = symmetric(10'000'000, 100 * millisecond);
  s.application[0].writes = 1'448 * 8;
  s.way[0].faults = {{2}};
  const path_result r = run(s);
  EXPECT_EQ(r.again[0], 1u);
  // Handshake, the flight, and a round trip for the repair; the segments take 1.2 ms each.
  EXPECT_LT(milliseconds(r.took), 100 + 50 + 100 + 15);
}

// A first flight that is lost whole waits for a probe and RACK, not for one timeout after the other (before: 1.05
// to 9.2 s). covers: rfc8985#6.2 rfc8985#7
TEST(path_rows, a_first_flight_lost_whole_takes_a_few_round_trips) {
  path_setting s = symmetric(100'000'000, 20 * millisecond);
  s.application[0].writes = 14'000;
  for (std::uint64_t i = 2; i != 12; ++i) s.way[0].faults.push_back({i});
  const path_result r = run(s);
  EXPECT_EQ(r.timeouts[0], 0u);
  EXPECT_LT(milliseconds(r.took), 200);
}

// Without SACK the flight goes again by slow start, though F-RTO had new data sent first, which nothing tells to have
// left the network (before: 3.2 s, a timeout more for what stood at SND.UNA). covers: rfc5682#2.1 rfc5681#3.1
TEST(path_rows, without_sack_a_flight_lost_whole_costs_one_timeout) {
  for (const bool timestamps : {false, true}) {
    path_setting s = symmetric(100'000'000, 20 * millisecond);
    for (connection_config& config : s.config) {
      config.sack = false;
      config.timestamps = timestamps;
    }
    s.application[0].writes = 30'000;
    for (std::uint64_t i = 2; i != 12; ++i) s.way[0].faults.push_back({i});
    const path_result r = run(s);
    EXPECT_EQ(r.timeouts[0], 1u);
    EXPECT_LT(milliseconds(r.took), 20 + 1'000 + 200);
  }
}

// Acknowledgments that are lost do not make the round trip longer (before: a timeout of 15 to 46 s).
// covers: rfc7323#4.3 rfc6298#3
TEST(path_rows, lost_acknowledgments_leave_the_timeout_as_it_is) {
  path_setting s = symmetric(10'000'000, 20 * millisecond);
  s.way[1].loss = 300'000;
  s.application[0].writes = 2'000'000;
  two_ends<> ends(s);
  const path_result r = ends.run();
  EXPECT_EQ(r.why, "") << r.ladder;
  EXPECT_EQ(r.again[0], 0u);
  EXPECT_LT(ends.end(0).sending().rtt().timeout(), duration::seconds(2));
}

// Text both ways, some of it lost at once: A's window must not reach beyond what B offered (before: 7 304 octets, and
// B's text took 1 620 s). covers: rfc9293#3.10.7.4
TEST(path_rows, losses_both_ways_leave_the_offered_edge_alone) {
  for (std::uint64_t first = 2; first != 40; ++first) {
    path_setting s = symmetric(100'000'000, 20 * millisecond);
    s.application[0].writes = s.application[1].writes = 200'000;
    s.receive_buffer = {65'536, 65'536};
    s.way[0].faults = {{first}, {first + 1}};
    s.way[1].faults = {{first}, {first + 1}};
    const path_result r = run(s);
    EXPECT_LT(milliseconds(r.took), 2'000) << first;
  }
}

// Every second segment of a flight is lost: holes are filled once each, whatever their number (before, beyond 16: 178
// segments that had arrived were repeated for 30 losses).
// covers: rfc2018#8 rfc6675#5
TEST(path_rows, as_many_holes_as_the_buffer_can_have_are_filled_once_each) {
  for (const std::uint64_t holes : {16u, 17u, 20u}) {
    path_setting s = symmetric(100'000'000, 40 * millisecond);
    s.send_buffer = s.receive_buffer = {65'536, 65'536};
    s.application[0].writes = 2'000'000;
    for (std::uint64_t i = 0; i != holes; ++i) s.way[0].faults.push_back({200 + 2 * i});
    const path_result r = run<default_tables>(s);
    EXPECT_EQ(r.again[0], holes);
    EXPECT_EQ(r.needless[0], 0u) << holes;
  }
}

// What a table has no place for is refused and sent again, but never what was reported.
// covers: rfc2018#8
TEST(path_rows, more_holes_than_the_table_has_places_cost_no_more_than_what_lies_beyond_them) {
  path_setting s = symmetric(100'000'000, 40 * millisecond);
  s.application[0].writes = 4'000'000;
  for (std::uint64_t i = 0; i != 100; ++i) s.way[0].faults.push_back({300 + 2 * i});
  const path_result few = run<default_tables>(s);
  const path_result many = run<vast_tables>(s);
  EXPECT_EQ(many.again[0], 100u);
  EXPECT_LE(few.again[0], 100u + 260u) << "the flight beyond the places";
  EXPECT_LT(milliseconds(many.took), 800);
}

// A queue of one BDP on a satellite's path: slow start's overshoot is repaired in one go (before: 5 106
// retransmissions, 42.4 s, and where the timer was not restarted 7 526). The timer expires once meanwhile, 1.19 s after
// the first repair, whose answer takes 1.2 s: SRTT follows the queue with a sample a round trip (RFC 6298 section 3).
// Nothing that has arrived goes again for it. covers: rfc6675#5.1 rfc5681#3.1
TEST(path_rows, a_satellite_with_a_deep_queue_repairs_its_overshoot_in_one_go) {
  path_setting s = symmetric(20'000'000, 600 * millisecond);
  s.application[0].writes = 50'000'000;
  s.send_buffer[0] = s.receive_buffer[1] = 4 << 20;
  s.way[0].queue = 1'500'000;
  const path_result r = run<vast_tables>(s);
  EXPECT_LE(r.timeouts[0], 1u);
  EXPECT_LT(r.again[0], 1'500u);
  EXPECT_LE(r.needless[0], 1u);
  EXPECT_LT(milliseconds(r.took), 30'000) << "20 s at the rate of the link";
}

// A hop takes 1 000 octets, and says nothing: the first timeouts repeat what vanishes, after R1 of them segments become
// smaller, and from then on what is left takes round trips, not timeouts; whatever tells round trips, and however short
// they are beside the clock's ticks (before: 1 924 s where neither timestamps nor the clock showed any).
// covers: rfc4821#7.7 rfc8985#6.3 rfc6298#5.5
TEST(path_rows, a_black_hole_costs_the_timeouts_that_find_it_and_no_more) {
  for (const nanoseconds round_trip : {100 * microsecond, 20 * millisecond}) {
    for (const nanoseconds grain : {microsecond, 10 * millisecond}) {
      for (int options = 0; options != 4; ++options) {
        path_setting s = symmetric(1'000'000'000, round_trip);
        s.application[0].writes = 300'000;
        s.grain = grain;
        for (connection_config& config : s.config) {
          config.timestamps = options % 2 != 0;
          config.sack = options / 2 != 0;
        }
        s.way[0].mtu = 1'000;
        const path_result r = run(s);
        EXPECT_EQ(r.timeouts[0], 4u);
        EXPECT_LT(milliseconds(r.took), 1'000 + 2'000 + 4'000 + 8'000 + 1'000)
            << "round trip " << round_trip << " ns, clock " << grain << " ns, options " << options;
      }
    }
  }
}

// The same hop says so: what it dropped goes again in smaller segments after a round trip, without a timeout. Where
// larger segments have been acknowledged before, one timeout has to confirm it (RFC 5927 section 7.2).
// covers: rfc1191#6.4
TEST(path_rows, a_report_that_packets_are_too_big_costs_round_trips) {
  for (const nanoseconds from : {0 * millisecond, 90 * millisecond}) {
    for (int options = 0; options != 4; ++options) {
      path_setting s = symmetric(100'000'000, 20 * millisecond);
      s.application[0].writes = 600'000;
      for (connection_config& config : s.config) {
        config.timestamps = options % 2 != 0;
        config.sack = options / 2 != 0;
      }
      s.way[0].mtu = 1'000;
      s.way[0].narrows_at = from;
      s.way[0].reports_too_big = true;
      const path_result r = run(s);
      EXPECT_EQ(r.timeouts[0], from == 0 ? 0u : 1u) << options;
      EXPECT_LT(milliseconds(r.took), from == 0 ? 300 : 90 + 20 + 1'000 + 300) << options;
    }
  }
}

}  // namespace rows_test
}  // namespace sequent::path

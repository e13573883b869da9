// What the receiver's window, its acknowledgments and Nagle's algorithm make of a run: figures that follow from
// arithmetic.
#include <gtest/gtest.h>

#include "tests/path/two_ends.hpp"

namespace sequent::path {
namespace {

path_setting symmetric(std::int64_t rate, nanoseconds round_trip) {
  path_setting s;
  for (link_setting& way : s.way) {
    way.rate = rate;
    way.delay = round_trip / 2;
  }
  return s;
}

// RFC 9293 section 3.8.6.3: one acknowledgment for two segments, also where the reader reads each of them at once.
TEST(path_windows, a_reader_who_reads_at_once_does_not_defeat_delayed_acknowledgments) {
  for (const bool timestamps : {false, true}) {
    for (const std::size_t buffer : {65'536u, 1u << 20}) {
      path_setting s = symmetric(100'000'000, 20 * millisecond);
      s.application[0].writes = 1'460'000;
      s.config[0].timestamps = timestamps;
      s.receive_buffer[1] = buffer;
      const path_result r = two_ends<>(s).run();
      ASSERT_TRUE(r.finished) << r.why;
      EXPECT_LE(r.acks[1], r.segments[0] / 2 + 5) << buffer << (timestamps ? " with timestamps" : "");
    }
  }
}

// As many whole segments a round trip as the window has room for: the edge moves with each, whatever options take of
// them (section 3.8.6.2.2).
TEST(path_windows, a_small_buffer_is_used_as_far_as_whole_segments_allow) {
  for (const bool timestamps : {false, true}) {
    path_setting s = symmetric(1'000'000'000, 20 * millisecond);
    s.application[0].writes = 1'000'000;
    s.receive_buffer[1] = 8'192;
    s.config[0].timestamps = timestamps;
    const path_result r = two_ends<>(s).run();
    ASSERT_TRUE(r.finished) << r.why;
    const std::int64_t segment = timestamps ? 1'448 : 1'460;
    const std::int64_t round_trips = 1'000'000 / (8'192 / segment * segment) + 3;  // the handshake, slow start
    EXPECT_LE(r.took, round_trips * 20'300 * microsecond) << timestamps;
  }
}

// However little is offered at first: a window of one segment grows as well, whatever the scale rounds off.
// covers: window-tuning
TEST(path_windows, a_window_that_begins_below_two_segments_grows) {
  for (const u32 initial : {100u, 1'000u, 2'000u, 2'900u, 2'920u, 14'600u}) {
    for (const bool timestamps : {false, true}) {
      path_setting s = symmetric(100'000'000, 50 * millisecond);
      s.application[0].writes = 1'000'000;
      s.config[0].timestamps = timestamps;
      s.config[1].initial_receive_window = initial;
      const path_result r = two_ends<>(s).run();
      ASSERT_TRUE(r.finished) << r.why;
      EXPECT_LE(r.took, 2 * second) << initial << (timestamps ? " with timestamps" : "");
    }
  }
}

// What is offered at first is less than one unit of the scale, and would be a closed window.
// covers: window-tuning
TEST(path_windows, a_window_that_begins_below_a_unit_of_the_scale_opens) {
  for (const u32 initial : {1u, 100u, 511u}) {
    path_setting s = symmetric(100'000'000, 50 * millisecond);
    s.application[0].writes = 1'000'000;
    s.receive_buffer[1] = 16u << 20;
    s.config[1].initial_receive_window = initial;
    const path_result r = two_ends<>(s).run();
    ASSERT_TRUE(r.finished) << initial << ' ' << r.why;
    EXPECT_LE(r.took, 3 * second) << initial;
  }
}

// RFC 9293 appendix A.3: the short end of what is written goes with the full segments in front of it, half a round trip
// after the handshake; as section 3.7.4 has it, it waits for their acknowledgment, the last of which is delayed.
TEST(path_windows, the_short_end_of_a_write_does_not_wait_for_a_round_trip) {
  for (const bool modified : {false, true}) {
    path_setting s = symmetric(100'000'000, 100 * millisecond);
    s.application[0] = {.writes = 2 * 7'740, .piece = 7'740, .every = 1 * second};
    s.config[0].nagle_modified = modified;
    two_ends<> run(s);
    std::array<u32, 2> arrived{};
    const auto look = [](two_ends<>& at) {
      const receive_variables<u32>& rcv = at.end(1).tcb().rcv;
      return rcv.nxt - rcv.irs - 1u;
    };
    run.at(160 * millisecond, [&](two_ends<>& at) { arrived[0] = look(at); });
    run.at(300 * millisecond, [&](two_ends<>& at) { arrived[1] = look(at); });
    const path_result r = run.run();
    ASSERT_TRUE(r.finished) << r.why;
    EXPECT_EQ(arrived[0], modified ? 7'740u : 5 * 1'448u);
    EXPECT_EQ(arrived[1], 7'740u);
  }
}

}  // namespace
}  // namespace sequent::path

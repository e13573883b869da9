// RFC 2883: reporting segments that arrive again.
#include <gtest/gtest.h>

#include "tests/support/pair.hpp"

namespace sequent::test {
namespace rfc2883_test {

using ranges = std::vector<std::pair<u32, u32>>;

// A peer that permits SACK. Sequence numbers of the examples count from the first octet of the stream.
class rfc2883 : public testing::Test {
 protected:
  static constexpr u32 first = 5'001;

  rfc2883() : host(settings()) {
    peer_offer offer;
    offer.sack = true;
    host.open(offer);
  }
  static connection_config settings() {
    connection_config config = plain();
    config.sack = true;
    return config;
  }
  void takes(u32 from, u32 to) { host.in(at(first + from).ack(1'001).text(to - from, from)); }
  u32 acknowledged() const { return host.sent.back().acknowledges() - first; }
  ranges blocks() const {
    ranges out;
    for (const auto& b : host.sent.back().header.options.sack.view()) {
      out.emplace_back(b.left.wire() - first, b.right.wire() - first);
    }
    return out;
  }

  endpoint<> host;
};

// covers: rfc2883#4.1.1
TEST_F(rfc2883, example_1_a_segment_before_the_acknowledgment) {
  for (u32 i = 0; i != 8; ++i) takes(i * 500, i * 500 + 500);
  takes(3'000, 3'500);
  EXPECT_EQ(acknowledged(), 4'000u);
  EXPECT_EQ(blocks(), (ranges{{3'000, 3'500}}));
}

// covers: rfc2883#4.1.2
TEST_F(rfc2883, example_2_the_same_while_something_is_held) {
  takes(0, 4'000);
  takes(4'500, 5'000);
  takes(3'000, 3'500);
  EXPECT_EQ(acknowledged(), 4'000u);
  EXPECT_EQ(blocks(), (ranges{{3'000, 3'500}, {4'500, 5'000}}));
}

// covers: rfc2883#4.1.3
TEST_F(rfc2883, example_3_a_segment_of_what_is_held) {
  takes(0, 4'000);
  takes(4'500, 5'000);
  takes(5'000, 5'500);
  EXPECT_EQ(blocks(), (ranges{{4'500, 5'500}}));
  takes(5'000, 5'500);
  EXPECT_EQ(blocks(), (ranges{{5'000, 5'500}, {4'500, 5'500}}));
}

TEST_F(rfc2883, a_whole_run_that_arrives_again_stands_twice) {
  takes(500, 1'000);
  takes(500, 1'000);
  EXPECT_EQ(blocks(), (ranges{{500, 1'000}, {500, 1'000}}));
}

// covers: rfc2883#4.2.1
TEST_F(rfc2883, example_4_a_part_that_arrived_before) {
  takes(0, 1'000);
  takes(2'000, 2'500);
  takes(1'000, 1'500);
  takes(1'000, 2'000);
  EXPECT_EQ(acknowledged(), 2'500u);
  EXPECT_EQ(blocks(), (ranges{{1'000, 1'500}}));
}

// covers: rfc2883#4.2.2
TEST_F(rfc2883, example_5_of_two_such_parts_the_first_is_told) {
  takes(0, 1'000);
  takes(3'000, 3'500);
  takes(1'000, 1'500);
  takes(2'000, 2'500);
  takes(1'000, 2'500);
  EXPECT_EQ(acknowledged(), 2'500u);
  EXPECT_EQ(blocks(), (ranges{{1'000, 1'500}, {3'000, 3'500}}));
}

// covers: rfc2883#4.2.3
TEST_F(rfc2883, example_6_the_same_beyond_the_acknowledgment) {
  takes(0, 1'000);
  takes(3'500, 4'000);
  takes(1'500, 2'000);
  takes(2'500, 3'000);
  takes(1'500, 3'000);
  EXPECT_EQ(acknowledged(), 1'000u);
  EXPECT_EQ(blocks(), (ranges{{1'500, 2'000}, {1'500, 3'000}, {3'500, 4'000}}));
}

TEST_F(rfc2883, it_is_told_once) {
  takes(0, 1'000);
  takes(0, 500);
  EXPECT_EQ(blocks(), (ranges{{0, 500}}));
  takes(2'000, 2'500);
  EXPECT_EQ(blocks(), (ranges{{2'000, 2'500}}));
  takes(1'000, 1'500);
  EXPECT_EQ(blocks(), (ranges{{2'000, 2'500}}));
}

TEST_F(rfc2883, segments_handed_over_together_are_told_together_where_they_touch) {
  takes(0, 3'000);
  for (const u32 from : {0u, 500u, 1'000u}) host.in_quietly(at(first + from).ack(1'001).text(500, from));
  host.out();
  EXPECT_EQ(blocks(), (ranges{{0, 1'500}}));
  for (const u32 from : {0u, 2'000u}) host.in_quietly(at(first + from).ack(1'001).text(500, from));
  host.out();
  EXPECT_EQ(blocks(), (ranges{{2'000, 2'500}}));
}

TEST_F(rfc2883, text_of_ours_carries_it_too) {
  takes(0, 1'000);
  host.in_quietly(at(first).ack(1'001).text(500, 0));
  const auto sent = host.write(100);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].octets.size(), 100u);
  EXPECT_EQ(blocks(), (ranges{{0, 500}}));
}

// The tail is what a retransmission repeats most often.
TEST_F(rfc2883, it_is_told_after_the_end_of_the_stream) {
  host.in(at(first).ack(1'001).text(500, 0).fin());
  ASSERT_EQ(host.state(), connection_state::close_wait);
  host.in(at(first).ack(1'001).text(500, 0).fin());
  EXPECT_EQ(acknowledged(), 501u);
  EXPECT_EQ(blocks(), (ranges{{0, 500}}));
}

// Somebody who guesses a number must not make us vouch for it: the peer never sends what is older than a window.
TEST_F(rfc2883, octets_older_than_the_buffer_are_not_told) {
  takes(0, 1'000);
  host.in(at(first - 100'000).ack(1'001).text(500, 0));
  EXPECT_EQ(blocks(), (ranges{}));
}

TEST(rfc2883_without_sack, nothing_is_told_to_a_peer_that_did_not_permit_it) {
  endpoint<> host(plain());
  host.open();
  host.in(at(5'001).ack(1'001).text(500, 0));
  host.in(at(5'001).ack(1'001).text(500, 0));
  EXPECT_EQ(host.sent.back().header.options.sack.count, 0u);
  EXPECT_TRUE(host.tcp.receiving().repeated().empty());
}

// A set that is full keeps the run around a repetition and goes on reporting it.
struct two_ranges : default_policy {
  static constexpr std::size_t max_held_ranges = 2;
};
TEST(rfc2883_full_set, a_repetition_is_told_though_more_is_refused) {
  connection_config config = plain();
  config.sack = true;
  endpoint<two_ranges> host(config);
  peer_offer offer;
  offer.sack = true;
  host.open(offer);
  for (const u32 from : {300u, 300u, 200u, 100u}) host.in_quietly(at(5'001 + from).ack(1'001).text(10, from));
  host.out();
  const auto sack = host.sent.back().header.options.sack;
  ASSERT_EQ(sack.count, 3u);
  EXPECT_EQ(sack.block[0].left.wire(), 5'301u) << "what came again";
  EXPECT_EQ(sack.block[1].left.wire(), 5'301u) << "the run around it";
  EXPECT_EQ(sack.block[2].left.wire(), 5'201u);
}

}  // namespace rfc2883_test
}  // namespace sequent::test

// RFC 2018: selective acknowledgments, the receiving side.
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/doubtful.hpp"
#include "tests/support/pair.hpp"

namespace sequent::test {
namespace rfc2018_test {

connection_config selective() {
  connection_config config = plain();
  config.sack = true;
  return config;
}

endpoint<> opened(bool stamped = false) {
  connection_config config = selective();
  config.timestamps = stamped;
  endpoint<> host(config);
  peer_offer offer;
  offer.sack = true;
  if (stamped) offer.ts = 1;
  host.open(offer);
  return host;
}

// The blocks of the last acknowledgment, as offsets from 5001.
std::vector<std::pair<u32, u32>> blocks(const endpoint<>& host) {
  std::vector<std::pair<u32, u32>> out;
  for (const auto& b : host.sent.back().header.options.sack.view()) {
    out.emplace_back(b.left.wire() - 5'001, b.right.wire() - 5'001);
  }
  return out;
}

using ranges = std::vector<std::pair<u32, u32>>;

void early(endpoint<>& host, u32 offset, std::size_t length) {
  packet p = at(5'001 + offset).ack(1'001).text(length, offset);
  if (host.tcp.tcb().ts.enabled) p.ts(1, 0);
  host.in(p);
}

TEST(rfc2018_section_2, the_option_is_offered_on_syns_only_and_answered_only_if_offered) {
  endpoint<> active(selective());
  ASSERT_TRUE(active.tcp.connect(active.now));
  EXPECT_TRUE(active.out()[0].header.options.sack_permitted);
  for (const bool offered : {false, true}) {
    endpoint<> passive(selective());
    ASSERT_TRUE(passive.tcp.listen());
    packet syn = at(5'000).syn();
    if (offered) syn.sack_permitted();
    EXPECT_EQ(passive.in(syn)[0].header.options.sack_permitted, offered);
  }
}

TEST(rfc2018_section_3, no_blocks_are_sent_to_a_peer_that_did_not_permit_them) {
  endpoint<> host(selective());
  host.open();
  early(host, 100, 10);
  EXPECT_EQ(host.sent.back().header.options.sack.count, 0u);
}

TEST(rfc2018_section_4, a_block_is_a_run_that_is_held_with_nothing_before_or_behind_it) {
  endpoint<> host = opened();
  early(host, 500, 500);
  early(host, 1'000, 500);
  EXPECT_EQ(blocks(host), (ranges{{500, 1'500}}));
}

// Case 2 of section 7: the first segment is lost, the others arrive.
TEST(rfc2018_section_7, case_2_the_first_of_eight_segments_is_lost) {
  endpoint<> host = opened();
  for (u32 i = 1; i != 8; ++i) {
    early(host, i * 500, 500);
    EXPECT_EQ(host.sent.back().acknowledges(), 5'001u);
    EXPECT_EQ(blocks(host), (ranges{{500, (i + 1) * 500}})) << i;
  }
}

// Case 3 of section 7: the second, fourth, sixth and eighth are lost.
TEST(rfc2018_section_7, case_3_every_second_segment_is_lost) {
  endpoint<> host = opened();
  early(host, 0, 500);
  EXPECT_EQ(blocks(host), (ranges{}));
  early(host, 1'000, 500);
  EXPECT_EQ(blocks(host), (ranges{{1'000, 1'500}}));
  early(host, 2'000, 500);
  EXPECT_EQ(blocks(host), (ranges{{2'000, 2'500}, {1'000, 1'500}}));
  early(host, 3'000, 500);
  EXPECT_EQ(blocks(host), (ranges{{3'000, 3'500}, {2'000, 2'500}, {1'000, 1'500}}));
  // The fourth arrives, then the second.
  early(host, 1'500, 500);
  EXPECT_EQ(blocks(host), (ranges{{1'000, 2'500}, {3'000, 3'500}}));
  early(host, 500, 500);
  EXPECT_EQ(host.sent.back().acknowledges(), 7'501u);
  EXPECT_EQ(blocks(host), (ranges{{3'000, 3'500}}));
}

TEST(rfc2018_section_3, blocks_and_timestamps_share_forty_octets) {
  endpoint<> host = opened(true);
  for (u32 i = 1; i != 7; ++i) early(host, i * 100, 10);
  EXPECT_EQ(blocks(host).size(), 4u) << "in the structure";
  EXPECT_LE(options_length(host.sent.back().header.options), 40u);
  EXPECT_EQ(parse_segment(wire(host.sent.back()), {})->header.options.sack.count, 3u);
}

struct few_ranges : default_policy {
  static constexpr std::size_t max_held_ranges = 2;
};

// A receiver that has no place for more ranges refuses them, and keeps what it has reported: it never reneges.
TEST(rfc2018_section_8, what_was_reported_is_kept) {
  connection_config config = selective();
  endpoint<few_ranges> host(config);
  peer_offer offer;
  offer.sack = true;
  host.open(offer);
  for (const u32 offset : {300u, 200u, 100u}) host.in(at(5'001 + offset).ack(1'001).text(10, offset));
  const auto sack = host.sent.back().header.options.sack;
  ASSERT_EQ(sack.count, 2u);
  EXPECT_EQ(sack.block[0].left.wire(), 5'201u);
  EXPECT_EQ(sack.block[1].left.wire(), 5'301u);
}

// CVE-2019-11477 and smoltcp #1136: blocks from the peer, however absurd, do no harm.
TEST(rfc2018_section_5, absurd_blocks_do_no_harm) {
  for (const u32 iss : {1'000u, 0x8000'0000u, 0xffff'ff00u}) {
    connection_config config = selective();
    config.isn_offset = iss;
    endpoint<> host(config);
    peer_offer offer;
    offer.sack = true;
    host.open(offer);
    host.write(5'000);
    for (const u32 left : {0u, iss, iss + 1, iss + 2'000, iss + 0x8000'0000u, 0xffff'ffffu}) {
      for (const u32 right : {0u, left, left + 1, left - 1, left + 0x8000'0000u}) {
        packet p = host.peer(offer).ack(host.una());
        p.header.options.sack.push({sequence_number<u32>(left), sequence_number<u32>(right)});
        host.in(p);
      }
    }
    EXPECT_EQ(host.state(), connection_state::established);
    for (int i = 0; i != 2; ++i) host.in(host.peer(offer).ack(host.nxt()));
    EXPECT_EQ(host.una(), iss + 5'001);
    EXPECT_EQ(host.una(), host.nxt());
  }
}

// An acknowledgment that stops where what was reported begins tells that the receiver has thrown that away: it goes out
// again within a round trip, whatever else is acknowledged meanwhile.
TEST(rfc2018_section_8, a_receiver_that_shows_that_it_reneges_is_believed) {
  doubtful_sender<> host({.sack = true});
  host.fill(10);
  host.now = host.now + ms(100);
  for (u32 i = 2; i <= 10; ++i) host.in(host.with_block(host.answer(host.first), host.first + 1, host.first + i));
  host.now = host.now + ms(100);
  const std::size_t before = host.sent.size();
  host.in(host.answer(host.first + 1));
  EXPECT_EQ(host.tcp.sending().recovery().board().sacked(), 0u);
  u32 last = host.first + 10;
  for (int i = 0; i != 15; ++i) {
    host.write(60'000);
    host.wait(ms(20));
    if (last < host.sent_segments()) host.in(host.with_block(host.answer(host.first + 1), host.first + 10, ++last));
  }
  const bool again = std::any_of(host.sent.begin() + static_cast<std::ptrdiff_t>(before), host.sent.end(),
                                 [&](const packet& sent) { return sent.seq() == host.number(host.first + 1); });
  EXPECT_TRUE(again) << "not within 300 ms";
}

}  // namespace rfc2018_test
}  // namespace sequent::test

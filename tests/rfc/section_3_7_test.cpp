// RFC 9293 section 3.7: segmentation.
#include <gtest/gtest.h>

#include "tests/support/pair.hpp"
#include "tests/support/states.hpp"

namespace sequent::test {
namespace section_3_7_test {

// covers: MUST-14 MUST-16
TEST(section_3_7_1, MUST_14_the_mss_option_of_the_peer_bounds_every_segment) {
  for (const std::uint16_t mss : std::initializer_list<std::uint16_t>{88, 536, 1'000, 1'460, 65'535}) {
    endpoint<> host;
    peer_offer offer;
    offer.mss = mss;
    host.open(offer);
    EXPECT_EQ(largest_text(host.write(60'000)), std::min<std::size_t>(mss, 1'460)) << mss;
  }
}

// covers: MUST-14 SHLD-5 MAY-3
TEST(section_3_7_1, SHLD_5_every_syn_announces_the_mss) {
  for (const std::uint16_t mss : std::initializer_list<std::uint16_t>{536, 1'220, 1'460, 8'960}) {
    connection_config config = plain();
    config.receive_mss = mss;
    endpoint<> active(config);
    ASSERT_TRUE(active.tcp.connect(active.now));
    EXPECT_EQ(active.out()[0].header.options.mss, mss);
    endpoint<> passive(config);
    ASSERT_TRUE(passive.tcp.listen());
    EXPECT_EQ(passive.in(at(5).syn())[0].header.options.mss, mss);
  }
}

// covers: MUST-15
TEST(section_3_7_1, MUST_15_without_the_option_536_or_1220_is_assumed) {
  for (const std::uint16_t assumed : std::initializer_list<std::uint16_t>{536, 1'220}) {
    connection_config config = plain();
    config.default_peer_mss = assumed;
    endpoint<> host(config);
    ASSERT_TRUE(host.tcp.connect(host.now));
    host.out();
    host.in(at(5'000).syn().ack(1'001));
    EXPECT_EQ(largest_text(host.write(60'000)), assumed);
  }
}

// covers: MUST-16
TEST(section_3_7_1, MUST_16_segments_fit_what_both_the_peer_and_the_path_take_less_options) {
  for (const std::uint16_t path : std::initializer_list<std::uint16_t>{536, 1'400, 1'460}) {
    for (const std::uint16_t peer : std::initializer_list<std::uint16_t>{536, 1'000, 9'000}) {
      for (const bool stamped : {false, true}) {
        connection_config config = plain();
        config.send_mss = path;
        config.timestamps = stamped;
        endpoint<> host(config);
        peer_offer offer;
        offer.mss = peer;
        if (stamped) offer.ts = 1;
        host.open(offer);
        const auto sent = host.write(20'000);
        ASSERT_FALSE(sent.empty());
        std::size_t largest = 0;
        for (const packet& p : sent) {
          largest = std::max(largest, p.octets.size() + options_length(p.header.options));
        }
        EXPECT_EQ(largest, std::min(path, peer));
      }
    }
  }
}

// However small: nothing larger than announced is ever sent.
// covers: MUST-16
TEST(section_3_7_1, MUST_16_an_absurdly_small_mss_is_kept_by) {
  for (const std::uint16_t mss : std::initializer_list<std::uint16_t>{1, 7, 47, 48}) {
    for (const bool stamped : {false, true}) {
      connection_config config = plain();
      config.timestamps = stamped;
      endpoint<> host(config);
      peer_offer offer;
      offer.mss = mss;
      if (stamped) offer.ts = 1;
      host.open(offer);
      // Options that fill the segment alone leave one octet, or nothing would ever arrive.
      const std::size_t most = !stamped ? mss : mss > 12 ? mss - 12u : 1u;
      EXPECT_EQ(largest_text(host.write(1'000)), most) << mss;
    }
  }
}

// Class 3 of damning bugs: an option that leaves no room for text stops nobody; it counts as none.
// covers: MUST-15
TEST(section_3_7_1, MUST_15_an_mss_of_zero_is_no_mss) {
  endpoint<> host;
  peer_offer offer;
  offer.mss = 0;
  host.open(offer);
  EXPECT_EQ(largest_text(host.write(1'000)), 536u);
}

// covers: MUST-67
TEST(section_3_7_1, MUST_67_no_more_is_announced_than_was_configured) {
  for (std::uint16_t mms_r = 556; mms_r < 9'000; mms_r = static_cast<std::uint16_t>(mms_r + 777)) {
    connection_config config = plain();
    config.receive_mss = static_cast<std::uint16_t>(mms_r - 20);
    endpoint<> host(config);
    ASSERT_TRUE(host.tcp.connect(host.now));
    EXPECT_LE(*host.out()[0].header.options.mss, mms_r - 20);
  }
}

// covers: SHLD-7
TEST(section_3_7_4, SHLD_7_small_writes_are_gathered_while_text_is_outstanding) {
  endpoint<> host;
  host.open();
  EXPECT_EQ(host.write(10).size(), 1u);
  for (int i = 0; i != 20; ++i) EXPECT_TRUE(host.write(10).empty());
  const auto gathered = host.in(host.peer().ack(1'011));
  ASSERT_EQ(gathered.size(), 1u);
  EXPECT_EQ(gathered[0].octets, pattern(200, 10));
}

// covers: SHLD-7
TEST(section_3_7_4, SHLD_7_a_full_segment_is_not_held_back) {
  endpoint<> host;
  host.open();
  host.write(10);
  EXPECT_TRUE(host.write(1'459).empty());
  const auto full = host.write(1);
  ASSERT_EQ(full.size(), 1u);
  EXPECT_EQ(full[0].octets.size(), 1'460u);
}

// covers: MUST-17
TEST(section_3_7_4, MUST_17_nagle_can_be_switched_off_for_one_connection) {
  endpoint<> eager;
  endpoint<> other;
  eager.open();
  other.open();
  eager.write(10);
  other.write(10);
  eager.tcp.set_nagle(false);
  EXPECT_EQ(eager.write(10).size(), 1u);
  EXPECT_EQ(eager.write(1).size(), 1u);
  EXPECT_TRUE(other.write(10).empty());
  eager.tcp.set_nagle(true);
  EXPECT_TRUE(eager.write(10).empty());
}

// covers: MUST-17
TEST(section_3_7_4, MUST_17_switching_nagle_off_releases_what_it_held) {
  endpoint<> host;
  host.open();
  host.write(10);
  host.write(20);
  host.tcp.set_nagle(false);
  const auto released = host.out();
  ASSERT_EQ(released.size(), 1u);
  EXPECT_EQ(released[0].octets.size(), 20u);
}

// covers: SHLD-7
TEST(section_3_7_4, SHLD_7_one_small_segment_is_outstanding_at_most) {
  for (const bool modified : {false, true}) {
    connection_config config = plain();
    config.nagle_modified = modified;
    endpoint<> host(config);
    host.open();
    const std::size_t full = host.tcp.effective_mss();
    // Two full segments and their short end, which the letter lets wait for them (appendix A.3).
    EXPECT_EQ(host.write(2 * full + 100).size(), modified ? 3u : 2u);
    EXPECT_TRUE(host.write(200).empty());
    EXPECT_EQ(host.write(full).size(), 1u) << "what fills a segment goes";
    EXPECT_TRUE(host.write(1).empty());
  }
}

// covers: MUST-17
TEST(section_3_7_4, MUST_17_nagle_may_be_off_from_the_beginning) {
  connection_config config = plain();
  config.nagle = false;
  endpoint<> host(config);
  host.open();
  for (int i = 0; i != 5; ++i) EXPECT_EQ(host.write(3).size(), 1u);
}

}  // namespace section_3_7_test
}  // namespace sequent::test

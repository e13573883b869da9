#include "sequent/connection/output.inl.hpp"

#include <gtest/gtest.h>

#include "tests/support/pair.hpp"

namespace sequent::test {
namespace connection_output_test {

using state = connection_state;

struct small_policy : default_policy {
  using send_storage = inline_storage<4'000>;
  using receive_storage = inline_storage<1'000>;
};

TEST(connection_output, a_syn_carries_ports_window_and_options) {
  connection_config config;
  config.local_port = 80;
  config.remote_port = 4'000;
  config.isn_offset = 1'000;
  config.timestamp_offset = 50;
  endpoint<> host(config);
  ASSERT_TRUE(host.tcp.connect({}));
  const auto sent = host.out();
  ASSERT_EQ(sent.size(), 1u);
  const auto& syn = sent[0].header;
  EXPECT_EQ(sent[0].bits(), "S");
  EXPECT_EQ(syn.source_port, 80u);
  EXPECT_EQ(syn.destination_port, 4'000u);
  EXPECT_EQ(syn.seq.wire(), 1'000u);
  EXPECT_EQ(syn.wnd, 65'535u);
  EXPECT_EQ(syn.options.mss, 1'460u);
  EXPECT_EQ(syn.options.window_scale, 1u);
  EXPECT_TRUE(syn.options.sack_permitted);
  ASSERT_TRUE(syn.options.ts);
  EXPECT_EQ(syn.options.ts->value.wire(), 50u);
}

TEST(connection_output, the_timestamp_clock_ticks_once_a_millisecond) {
  connection_config config = plain();
  config.timestamps = true;
  endpoint<> host(config);
  peer_offer offer;
  offer.ts = 1;
  host.open(offer);
  host.now = host.now + ms(1'234);
  const auto text = host.write(1);
  ASSERT_EQ(text.size(), 1u);
  EXPECT_EQ(text[0].header.options.ts->value.wire(), 1'234u);
  EXPECT_EQ(text[0].header.options.ts->echo.wire(), 1u);
}

TEST(connection_output, text_comes_before_the_acknowledgment_and_carries_it) {
  endpoint<> host;
  host.open();
  ASSERT_TRUE(host.tcp.write(pattern(10)));
  const auto sent = host.in(host.peer().text("abc"));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].acknowledges(), 5'004u);
  EXPECT_EQ(sent[0].octets.size(), 10u);
}

TEST(connection_output, the_fin_of_a_silent_close_acknowledges_too) {
  endpoint<> host;
  host.open();
  host.in_quietly(host.peer().text("abc"));
  ASSERT_TRUE(host.tcp.shutdown());
  const auto sent = host.out();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].bits(), "FA");
  EXPECT_EQ(sent[0].acknowledges(), 5'004u);
}

TEST(connection_output, a_limit_on_the_text_is_kept) {
  endpoint<> host;
  host.open();
  ASSERT_TRUE(host.tcp.write(pattern(1'000)));
  const auto next = host.tcp.next_segment(host.now, 100);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->header.text_length, 100u);
}

TEST(connection_output, a_limit_of_nothing_sends_no_text_and_comes_to_an_end) {
  endpoint<> host;
  host.open();
  ASSERT_TRUE(host.tcp.write(pattern(100)));
  host.out();
  host.now = host.now + s(1);
  host.tcp.on_deadline(host.now);
  ASSERT_TRUE(host.tcp.write(pattern(100)));
  int segments = 0;
  while (const auto next = host.tcp.next_segment(host.now, 0)) {
    EXPECT_EQ(next->header.text_length, 0u);
    ASSERT_LT(++segments, 10);
  }
}

// What a network interface, or the caller, cuts a large segment into fits the path, with every option on each.
// covers: large-segments
TEST(connection_output, large_segments_are_cut_into_what_fits) {
  for (const bool stamped : {false, true}) {
    for (const bool reports : {false, true}) {
      connection_config config = plain();
      config.large_segments = true;
      config.timestamps = stamped;
      config.sack = true;
      endpoint<> host(config);
      peer_offer offer;
      offer.sack = true;
      if (stamped) offer.ts = 1;
      host.open(offer);
      packet ahead = at(6'000).ack(host.iss() + 1).text(100);  // behind a hole
      if (stamped) ahead.ts(1);
      if (reports) host.in_quietly(ahead);
      ASSERT_TRUE(host.tcp.write(pattern(20'000)));
      std::vector<std::uint8_t> room(30'000);
      const auto sent = host.tcp.poll_transmit(host.now, room);
      ASSERT_TRUE(sent);
      const auto parsed = parse_segment(std::span<const std::uint8_t>(room).first(sent->length), pseudo_header{});
      ASSERT_TRUE(parsed);
      EXPECT_EQ(parsed->header.options.sack.count, reports ? 1u : 0u);
      const std::size_t header = sent->length - parsed->header.text_length;
      EXPECT_GT(parsed->header.text_length, 5u * 1'000u);
      EXPECT_EQ(header + sent->segment_size, 20u + host.tcp.config().send_mss) << stamped << reports;
      EXPECT_EQ(parsed->header.text_length % sent->segment_size, 0u);
      EXPECT_TRUE(std::ranges::equal(parsed->text, pattern(parsed->header.text_length)));
    }
  }
}

TEST(connection_output, the_offer_shrinks_with_what_is_unread) {
  endpoint<small_policy> host;
  host.open();
  const auto sent = host.in(host.peer().text(300));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].header.wnd, 700u);
}

TEST(connection_output, a_read_that_frees_enough_is_announced) {
  endpoint<small_policy> host;
  host.open();
  host.in(host.peer().text(1'000));
  EXPECT_EQ(host.sent.back().header.wnd, 0u);
  (void)host.read(499);
  EXPECT_TRUE(host.out().empty());
  (void)host.read(1);
  const auto update = host.out();
  ASSERT_EQ(update.size(), 1u);
  EXPECT_EQ(update[0].header.wnd, 500u);
}

TEST(connection_output, sack_blocks_ride_on_acknowledgments_and_on_text) {
  connection_config config = plain();
  config.sack = true;
  endpoint<> host(config);
  peer_offer offer;
  offer.sack = true;
  host.open(offer);
  const auto ack = host.in(at(5'101).ack(1'001).text(50));
  ASSERT_EQ(ack.size(), 1u);
  ASSERT_EQ(ack[0].header.options.sack.count, 1u);
  EXPECT_EQ(ack[0].header.options.sack.block[0].left.wire(), 5'101u);
  EXPECT_EQ(ack[0].header.options.sack.block[0].right.wire(), 5'151u);
  const auto text = host.write(3'000);
  ASSERT_FALSE(text.empty());
  EXPECT_EQ(text[0].header.options.sack.count, 1u);
  for (const packet& p : text) EXPECT_LE(p.octets.size() + options_length(p.header.options), 1'460u);
}

// covers: MUST-65
TEST(connection_output, options_of_a_syn_stand_on_nothing_else) {
  connection_config config;
  config.remote_port = 9;
  config.isn_offset = 1'000;
  endpoint<> host(config);
  peer_offer offer;
  offer.sack = true;
  offer.scale = 3;
  offer.ts = 9;
  host.open(offer);
  host.write(5'000);
  host.in(at(5'001).ack(1'001).text(10).ts(10, 0));
  (void)host.tcp.shutdown();
  host.out();
  (void)host.tcp.abort();
  host.out();
  ASSERT_GT(host.sent.size(), 4u);
  for (const packet& p : host.sent) {
    EXPECT_FALSE(p.header.control.syn());
    EXPECT_FALSE(p.header.options.mss);
    EXPECT_FALSE(p.header.options.window_scale);
    EXPECT_FALSE(p.header.options.sack_permitted);
  }
}

// Window tuning: at first a part of the buffer is offered, and all of it to a reader that keeps up.
TEST(connection_output, the_offered_window_grows_with_the_reader) {
  for (const bool stamped : {false, true}) {
    connection_config config = pair<>::ports(plain(5'000), 9, 7);
    config.initial_receive_window = 8'192;
    config.timestamps = stamped;
    connection_config other = pair<>::ports(plain(1'000), 7, 9);
    other.timestamps = stamped;
    pair<> both(other, config);
    both.open();
    EXPECT_EQ(both.end[1].tcb().rcv.wnd, 8'192u);
    u32 limit = 8'192;
    for (int i = 0; i != 200 && limit != 65'536; ++i) {
      (void)both.end[0].write(pattern(65'536));
      both.run(ms(20));
      const u32 now = both.end[1].receiving().tuning().limit();
      ASSERT_GE(now, limit);
      limit = now;
    }
    EXPECT_EQ(limit, 65'536u);
    EXPECT_TRUE(both.violations().empty());
  }
}

TEST(connection_output, the_offered_window_stays_small_for_a_reader_that_does_not_read) {
  connection_config config = pair<>::ports(plain(5'000), 9, 7);
  config.initial_receive_window = 8'192;
  pair<> both(pair<>::ports(plain(1'000), 7, 9), config);
  both.reads[1] = false;
  both.open();
  (void)both.end[0].write(pattern(65'536));
  both.run(s(30));
  EXPECT_EQ(both.end[1].receiving().tuning().limit(), 8'192u);
  EXPECT_EQ(both.end[1].readable(), 8'192u);
  EXPECT_TRUE(both.violations().empty());
}

}  // namespace connection_output_test
}  // namespace sequent::test

#include "sequent/connection.hpp"

#include <gtest/gtest.h>

#include <array>

#include "tests/support/states.hpp"

namespace sequent::test {
namespace connection_test {

struct tiny_policy : default_policy {
  using send_storage = inline_storage<32>;
  using receive_storage = inline_storage<32>;
  static constexpr std::size_t max_held_ranges = 2;
};

struct borrowing_policy : default_policy {
  using send_storage = span_storage;
  using receive_storage = span_storage;
};

TEST(connection, begins_closed_with_nothing_to_do) {
  connection<> tcp;
  EXPECT_EQ(tcp.state(), connection_state::closed);
  EXPECT_FALSE(tcp.next_deadline());
  EXPECT_FALSE(tcp.next_segment({}));
  EXPECT_TRUE(tcp.take_signals().empty());
  EXPECT_EQ(tcp.readable(), 0u);
  EXPECT_EQ(tcp.writable(), 0u);
  EXPECT_FALSE(tcp.ended_by());
}

// A connection is a value: a copy goes its own way.
TEST(connection, can_be_copied_in_the_middle_of_its_life) {
  endpoint<tiny_policy> host;
  host.open();
  host.write(20);
  endpoint<tiny_policy> copy = host;
  host.in(host.peer().ack(host.nxt()));
  EXPECT_EQ(host.una(), host.nxt());
  EXPECT_EQ(copy.una(), copy.iss() + 1);
  copy.in(copy.peer().text("abc"));
  EXPECT_EQ(copy.tcp.readable(), 3u);
  EXPECT_EQ(host.tcp.readable(), 0u);
}

// covers: storage
TEST(connection, can_live_on_storage_of_the_caller) {
  std::array<std::uint8_t, 100> to_send{};
  std::array<std::uint8_t, 50> received{};
  connection<borrowing_policy> tcp(plain(), span_storage(to_send), span_storage(received));
  ASSERT_TRUE(tcp.connect({}));
  const auto syn = tcp.next_segment({});
  ASSERT_TRUE(syn);
  EXPECT_EQ(syn->header.wnd, 50u);
  const packet answer = at(5'000).syn().ack(1'001);
  (void)tcp.on_segment(answer.header, {}, {});
  EXPECT_EQ(*tcp.write(pattern(200)), 100u);
  EXPECT_EQ(tcp.writable(), 0u);
}

TEST(connection, poll_transmit_writes_octets_that_on_octets_reads) {
  endpoint<> host(plain());
  ASSERT_TRUE(host.tcp.connect({}));
  std::array<std::uint8_t, 1'500> buffer{};
  const auto sent = host.tcp.poll_transmit({}, buffer);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->length, 24u);
  EXPECT_EQ(sent->segment_size, 0u);
  const auto parsed = parse_segment(std::span(buffer).first(sent->length), {});
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->header.control.syn());
  const auto answer = wire(at(5'000).syn().ack(1'001).mss(1'460));
  ASSERT_TRUE(host.tcp.on_octets(answer, {}));
  EXPECT_EQ(host.state(), connection_state::established);
}

// covers: MUST-3
TEST(connection, octets_that_are_no_segment_change_nothing) {
  endpoint<> host(plain());
  host.open();
  auto octets = wire(host.peer().text("abc").fin());
  for (std::size_t i = 0; i != octets.size(); ++i) {
    auto bad = octets;
    bad[i] = static_cast<std::uint8_t>(bad[i] ^ 0x10);
    const auto before = host.tcp.tcb();
    EXPECT_FALSE(host.tcp.on_octets(bad, {})) << i;
    EXPECT_EQ(host.tcp.tcb(), before);
    EXPECT_TRUE(host.tcp.take_signals().empty());
    EXPECT_FALSE(host.tcp.next_segment({}));
  }
  EXPECT_TRUE(host.tcp.on_octets(octets, {}));
  EXPECT_EQ(host.state(), connection_state::close_wait);
}

TEST(connection, poll_transmit_loses_nothing_when_there_is_no_room) {
  endpoint<> host(plain());
  ASSERT_TRUE(host.tcp.connect({}));
  std::array<std::uint8_t, 60> small{};
  EXPECT_FALSE(host.tcp.poll_transmit({}, small));
  std::array<std::uint8_t, 61> enough{};
  EXPECT_TRUE(host.tcp.poll_transmit({}, enough));
}

TEST(connection, poll_transmit_makes_shorter_segments_for_a_shorter_buffer) {
  endpoint<> host(plain());
  host.open();
  ASSERT_TRUE(host.tcp.write(pattern(100)));
  std::vector<std::uint8_t> stream;
  std::array<std::uint8_t, 70> buffer{};
  while (const auto sent = host.tcp.poll_transmit({}, buffer)) {
    EXPECT_LE(sent->segment_size, 10u);
    const auto parsed = parse_segment(std::span(buffer).first(sent->length), {});
    ASSERT_TRUE(parsed);
    stream.insert(stream.end(), parsed->text.begin(), parsed->text.end());
  }
  EXPECT_EQ(stream, pattern(100));
}

// covers: checksum-offload
TEST(connection, leaves_the_checksum_to_the_hardware_when_told_to) {
  connection_config config = plain();
  config.checksum = checksum_by::hardware;
  connection<> tcp(config);
  ASSERT_TRUE(tcp.connect({}));
  std::array<std::uint8_t, 100> buffer{};
  ASSERT_TRUE(tcp.poll_transmit({}, buffer));
  EXPECT_EQ(load16(buffer.data() + 16), 0u);
}

// A state reached later is the same state.
TEST(connection, rebasing_forgets_when_it_was_reached) {
  const auto reach = [](duration offset) {
    connection_config config = plain();
    config.timestamps = true;
    config.timestamp_offset = 0u - static_cast<u32>(offset.count() / 1'000);
    config.isn_offset = 1'000 - static_cast<u32>(offset.count() / 4);
    endpoint<tiny_policy> host(config);
    host.now = instant{} + offset;
    peer_offer offer;
    offer.ts = 77;
    host.open(offer);
    host.write(10);
    connection_internals::rebase(host.tcp, offset);
    return host.tcp;
  };
  const auto early = reach({});
  const auto late = reach(s(1'000));
  EXPECT_EQ(early.tcb(), late.tcb());
  EXPECT_EQ(early.timers(), late.timers());
  EXPECT_EQ(early.sending().timed(), late.sending().timed());
}

TEST(connection, knows_its_effective_segment_size) {
  connection_config config = plain();
  config.send_mss = 1'400;
  peer_offer offer;
  for (const auto& [theirs, expected] : std::vector<std::pair<std::uint16_t, u32>>{
           {1'460, 1'400}, {1'000, 1'000}, {536, 536}, {65'535, 1'400}, {48, 48}, {47, 47}, {1, 1}, {0, 536}}) {
    endpoint<> host(config);
    offer.mss = theirs;
    host.open(offer);
    EXPECT_EQ(host.tcp.effective_mss(), expected) << theirs;
  }
}

// CVE-2018-16523, CVE-2019-11479: the smallest segment leaves room for text beside its options.
// covers: odd-peers
TEST(connection, timestamps_make_segments_shorter_but_never_empty) {
  connection_config config = plain();
  config.timestamps = true;
  peer_offer offer;
  offer.ts = 1;
  for (const auto& [theirs, expected] :
       std::vector<std::pair<std::uint16_t, u32>>{{1'460, 1'448}, {13, 1}, {12, 1}, {1, 1}, {0, 524}}) {
    endpoint<> host(config);
    offer.mss = theirs;
    host.open(offer);
    EXPECT_EQ(host.tcp.effective_mss(), expected) << theirs;
    EXPECT_GT(text_octets(host.write(5)), 0u) << theirs;
  }
}

// TCP.3d of EverParse refused such a SYN: unknown options and reserved bits are everyday.
TEST(connection, takes_a_syn_with_everything_that_is_allowed_on_it) {
  endpoint<> host(plain());
  ASSERT_TRUE(host.tcp.listen());
  std::vector<std::uint8_t> syn = wire(at(5'000).syn().mss(1'460));
  syn[12] = 0x9f;
  syn.insert(syn.end(), {30, 8, 1, 2, 3, 4, 5, 6, 254, 4, 0, 0});
  syn[16] = syn[17] = 0;
  store16(syn.data() + 16, checksum_field(sum_octets(syn) + pseudo_header().sum(syn.size())));
  ASSERT_TRUE(host.tcp.on_octets(syn, {}));
  EXPECT_EQ(host.state(), connection_state::syn_received);
}

}  // namespace connection_test
}  // namespace sequent::test

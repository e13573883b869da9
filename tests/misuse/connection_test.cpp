// What a careless caller does to a connection, call by call. Nothing of it may reach memory, and each is answered with
// an error: in a build with assertions, and in one without. Both are compiled from this file.
#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <vector>

#include "tests/support/pair.hpp"
#include "tests/support/states.hpp"

namespace sequent::test {
namespace misuse_connection_test {

using state = connection_state;

struct tiny_policy : default_policy {
  using send_storage = inline_storage<64>;
  using receive_storage = inline_storage<512>;
  using fast_open = with_fast_open;
};
using host_type = endpoint<tiny_policy>;

constexpr std::size_t lengths_too_large[] = {513, 5'000, std::size_t{1} << 32, std::numeric_limits<std::size_t>::max()};

host_type opened() {
  host_type host;
  host.open();
  return host;
}

TEST(misuse_consume, more_than_was_lent_is_refused_and_changes_nothing) {
  host_type host = opened();
  host.in(host.peer().text(300));
  ASSERT_EQ(host.tcp.readable_span().size(), 300u);
  EXPECT_EQ(host.tcp.consume(301).why(), error::bad_argument);
  for (const std::size_t length : lengths_too_large) EXPECT_EQ(host.tcp.consume(length).why(), error::bad_argument);
  EXPECT_EQ(host.tcp.readable(), 300u);
  EXPECT_EQ(host.read(), pattern(300));
  EXPECT_EQ(host.tcp.consume(1).why(), error::bad_argument);
}

// The peer chooses the moment of its RST, which takes back what was lent.
TEST(misuse_consume, what_the_peer_took_back_meanwhile_is_refused) {
  host_type host = opened();
  host.in(host.peer().text(300));
  const auto lent = host.tcp.readable_span();
  host.in(at(host.rcv_nxt()).rst());
  EXPECT_EQ(host.tcp.consume(lent.size()).why(), error::connection_reset);
  EXPECT_EQ(host.tcp.readable(), 0u);
  std::vector<std::uint8_t> room(16'384);
  EXPECT_EQ(host.tcp.read(room).why(), error::connection_reset);
}

TEST(misuse_consume, a_connection_that_was_never_opened_has_lent_nothing) {
  host_type host;
  EXPECT_TRUE(host.tcp.readable_span().empty());
  EXPECT_EQ(host.tcp.consume(1).why(), error::bad_argument);
  EXPECT_EQ(host.tcp.consume(0).why(), error::connection_does_not_exist);
}

TEST(misuse_commit, more_than_was_lent_is_refused_and_changes_nothing) {
  host_type host = opened();
  ASSERT_EQ(host.tcp.writable_span().size(), 64u);
  EXPECT_EQ(host.tcp.commit(65).why(), error::bad_argument);
  for (const std::size_t length : lengths_too_large) EXPECT_EQ(host.tcp.commit(length).why(), error::bad_argument);
  EXPECT_EQ(host.tcp.sending().queued(), 0u);
  EXPECT_TRUE(host.out().empty());
  ASSERT_TRUE(host.tcp.commit(64));
  EXPECT_EQ(host.tcp.commit(1).why(), error::bad_argument);
}

TEST(misuse_commit, a_span_that_outlives_its_connection_is_refused) {
  host_type host = opened();
  const auto lent = host.tcp.writable_span();
  host.in(at(host.rcv_nxt()).rst());
  EXPECT_EQ(host.tcp.commit(lent.size()).why(), error::connection_reset);
  EXPECT_TRUE(host.tcp.writable_span().empty());
}

TEST(misuse_copy_text, another_length_and_another_place_are_refused) {
  host_type host = opened();
  ASSERT_TRUE(host.tcp.write(pattern(64)));
  const auto next = host.tcp.next_segment(host.now);
  ASSERT_TRUE(next && next->header.text_length == 64);
  std::array<std::uint8_t, 64> room{};
  EXPECT_FALSE(host.tcp.copy_text(next->header, std::span(room).first(63)));
  for (const u32 ahead : {1u, 64u, 0x8000'0000u, 0xffff'ffffu}) {
    segment<u32> moved = next->header;
    moved.seq = moved.seq + ahead;
    EXPECT_EQ(host.tcp.copy_text(moved, room).why(), error::bad_argument) << ahead;
  }
  segment<u32> longer = next->header;
  longer.text_length = 0xffff'ffffu;
  EXPECT_FALSE(host.tcp.copy_text(longer, room));
  ASSERT_TRUE(host.tcp.copy_text(next->header, room));
  EXPECT_TRUE(std::equal(room.begin(), room.end(), pattern(64).begin()));
  host.in(host.peer().ack(host.nxt()));
  EXPECT_FALSE(host.tcp.copy_text(next->header, room)) << "it was acknowledged meanwhile";
}

TEST(misuse_on_segment, text_of_another_length_is_refused_and_changes_nothing) {
  host_type host = opened();
  const auto before = host.tcp.tcb();
  packet p = host.peer().text(10);
  for (const u32 length : {0u, 9u, 11u, 0xffff'ffffu}) {
    p.header.text_length = length;
    EXPECT_EQ(host.tcp.on_segment(p.header, p.octets, host.now).why(), error::bad_argument) << length;
  }
  EXPECT_EQ(host.tcp.tcb(), before);
  EXPECT_EQ(host.tcp.readable(), 0u);
}

TEST(misuse_on_segment, numbers_that_no_header_can_say_are_refused) {
  host_type host = opened();
  const auto before = host.tcp.tcb();
  packet wide = host.peer();
  wide.header.wnd = 0x10000;
  EXPECT_EQ(host.tcp.on_segment(wide.header, {}, host.now).why(), error::bad_argument);
  packet urgent = host.peer().urg(0x10000);
  EXPECT_EQ(host.tcp.on_segment(urgent.header, {}, host.now).why(), error::bad_argument);
  packet sacked = host.peer();
  sacked.header.options.sack.count = 200;
  EXPECT_EQ(host.tcp.on_segment(sacked.header, {}, host.now).why(), error::bad_argument);
  EXPECT_EQ(host.tcp.tcb(), before);
}

TEST(misuse_on_octets, what_is_no_segment_changes_nothing_whatever_its_length) {
  host_type host = opened();
  const auto before = host.tcp.tcb();
  for (const int fill : {0x00, 0x50, 0xf0, 0xff}) {
    for (std::size_t length = 0; length != 130; ++length) {
      const std::vector<std::uint8_t> octets(length, static_cast<std::uint8_t>(fill));
      EXPECT_FALSE(host.tcp.on_octets(octets, host.now)) << fill << ' ' << length;
    }
  }
  EXPECT_EQ(host.tcp.tcb(), before);
}

TEST(misuse_poll_transmit, any_buffer_will_do) {
  for (std::size_t size = 0; size != longest_header + 1; ++size) {
    host_type host = opened();
    ASSERT_TRUE(host.tcp.write(pattern(64)));
    std::vector<std::uint8_t> room(size);
    EXPECT_FALSE(host.tcp.poll_transmit(host.now, room)) << size;
    std::vector<std::uint8_t> large(200'000);
    const auto sent = host.tcp.poll_transmit(host.now, large);
    ASSERT_TRUE(sent) << "nothing was lost";
    EXPECT_EQ(sent->length, header_length + 64);
  }
}

TEST(misuse_next_segment, no_room_for_text_sends_none) {
  host_type host = opened();
  ASSERT_TRUE(host.tcp.write(pattern(64)));
  EXPECT_FALSE(host.tcp.next_segment(host.now, 0));
  EXPECT_EQ(host.tcp.next_segment(host.now, 1)->header.text_length, 1u);
}

TEST(misuse_read_and_write, nothing_and_very_much) {
  host_type host = opened();
  EXPECT_EQ(*host.tcp.write({}), 0u);
  EXPECT_EQ(*host.tcp.write(pattern(10'000)), 64u);
  host.in(host.peer().text(300));
  EXPECT_EQ(*host.tcp.read({}), 0u);
  std::vector<std::uint8_t> large(100'000);
  EXPECT_EQ(*host.tcp.read(large), 300u);
  EXPECT_EQ(host.tcp.read({}).why(), error::would_block);
}

TEST(misuse_open, a_connection_that_exists_is_left_alone) {
  for (const state from : {state::listen, state::syn_sent, state::established, state::time_wait}) {
    host_type host;
    lead_to(host, from);
    const auto before = host.tcp.tcb();
    EXPECT_TRUE(from == state::listen || !host.tcp.connect(host.now));
    EXPECT_FALSE(host.tcp.listen());
    EXPECT_EQ(host.tcp.resume(before, {}, host.now).why(), error::connection_already_exists);
    EXPECT_TRUE(from == state::syn_sent || !host.tcp.use_fast_open({}));
    EXPECT_TRUE(from == state::listen || !host.tcp.bind_peer(1, {}, 1));
    EXPECT_EQ(host.tcp.tcb(), before) << describe(from);
  }
}

TEST(misuse_use_fast_open, after_the_syn_it_is_too_late) {
  host_type host;
  ASSERT_TRUE(host.tcp.connect(host.now));
  EXPECT_TRUE(host.tcp.use_fast_open({}));
  host.out();
  EXPECT_EQ(host.tcp.use_fast_open({}).why(), error::bad_argument);
}

TEST(misuse_resume, only_what_waits_for_the_last_segment_of_a_handshake_is_taken_over) {
  host_type other;
  lead_to(other, state::syn_received);
  const control_block<u32> good = other.tcp.tcb();
  const auto refused = [&](auto change) {
    control_block<u32> bad = good;
    change(bad);
    host_type host;
    const auto done = host.tcp.resume(bad, {}, host.now);
    return !done && done.why() == error::bad_argument && host.state() == state::closed;
  };
  EXPECT_TRUE(refused([](auto& b) { b = {}; }));
  EXPECT_TRUE(refused([](auto& b) { b.state = state::established; }));
  EXPECT_TRUE(refused([](auto& b) { b.snd.nxt = b.snd.nxt + 1u; }));
  EXPECT_TRUE(refused([](auto& b) { b.snd.una = b.snd.una + 1u; }));
  EXPECT_TRUE(refused([](auto& b) { b.snd.shift = 32; }));
  EXPECT_TRUE(refused([](auto& b) { b.rcv.shift = 15; }));
  EXPECT_TRUE(refused([](auto& b) { b.rcv.wnd = 513; })) << "more than the buffer has room for";
  host_type host;
  EXPECT_TRUE(host.tcp.resume(good, {}, host.now));
}

TEST(misuse_config, what_nothing_can_be_made_of_is_named_and_not_opened) {
  const auto wrong = [](auto change) {
    connection_config config = plain();
    change(config);
    host_type active(config);
    host_type passive(config);
    EXPECT_EQ(active.tcp.connect({}).why(), error::bad_argument);
    EXPECT_EQ(passive.tcp.listen().why(), error::bad_argument);
    EXPECT_EQ(active.state(), state::closed);
    return std::string(active.tcp.validate().wrong);
  };
  const duration below = duration::microseconds(-1);
  EXPECT_EQ(wrong([](auto& c) { c.receive_mss = 0; }), "receive_mss");
  EXPECT_EQ(wrong([](auto& c) { c.send_mss = 0; }), "send_mss");
  EXPECT_EQ(wrong([](auto& c) { c.default_peer_mss = 0; }), "default_peer_mss");
  EXPECT_EQ(wrong([&](auto& c) { c.delayed_ack = below; }), "delayed_ack");
  EXPECT_EQ(wrong([](auto& c) { c.silly_window_override = {}; }), "silly_window_override");
  EXPECT_EQ(wrong([](auto& c) { c.rto.initial = {}; }), "rto.initial");
  EXPECT_EQ(wrong([](auto& c) { c.rto.least = s(61); }), "rto.least");
  EXPECT_EQ(wrong([](auto& c) { c.rto.least = c.rto.most = {}; }), "rto.most");
  EXPECT_EQ(wrong([](auto& c) { c.rto.granularity = {}; }), "rto.granularity");
  EXPECT_EQ(wrong([](auto& c) { c.user_timeout = duration{}; }), "user_timeout");
  EXPECT_EQ(wrong([&](auto& c) { c.zero_window = below; }), "zero_window");
  EXPECT_EQ(wrong([&](auto& c) { c.msl = below; }), "msl");
  EXPECT_EQ(wrong([](auto& c) { c.fin_wait_2 = duration{}; }), "fin_wait_2");
  EXPECT_EQ(wrong([](auto& c) { c.orphan_timeout = duration{}; }), "orphan_timeout");
  EXPECT_EQ(wrong([](auto& c) { c.keep_alive.idle = {}; }), "keep_alive.idle");
  EXPECT_EQ(wrong([&](auto& c) { c.keep_alive.interval = below; }), "keep_alive.interval");
  EXPECT_EQ(wrong([](auto& c) { c.keep_alive.probes = 0; }), "keep_alive.probes");
  EXPECT_EQ(wrong([](auto& c) { c.checksum = static_cast<checksum_by>(7); }), "checksum");
  EXPECT_EQ(wrong([](auto& c) { c.ip_header_octets = 0; }), "ip_header_octets");
  EXPECT_EQ(wrong([](auto& c) { c.ip_header_octets = 255; }), "ip_header_octets");
  EXPECT_EQ(wrong([](auto& c) { c.initial_receive_window = 0xffff'ffffu; }), "initial_receive_window");
  EXPECT_TRUE(host_type().tcp.validate());
}

struct borrowing_policy : default_policy {
  using send_storage = span_storage;
  using receive_storage = span_storage;
};

TEST(misuse_storage, buffers_of_no_octet_or_of_too_many_are_not_opened) {
  std::array<std::uint8_t, 64> octets{};
  const span_storage some{octets};
  // Never touched: it is refused for its size.
  const span_storage vast{std::span<std::uint8_t>(octets.data(), largest_buffer + 1)};
  const auto wrong = [](const span_storage& out, const span_storage& in) {
    connection<borrowing_policy> tcp(plain(), out, in);
    const bool refused = !tcp.listen() && !tcp.connect({}) && tcp.writable_span().empty() && !tcp.commit(1);
    const char* const name = tcp.validate().wrong;
    return std::string(refused && name != nullptr ? name : "");
  };
  EXPECT_EQ(wrong({}, some), "send_storage");
  EXPECT_EQ(wrong(some, {}), "receive_storage");
  EXPECT_EQ(wrong(vast, some), "send_storage");
  EXPECT_EQ(wrong(some, vast), "receive_storage");
  EXPECT_TRUE(connection<borrowing_policy>(plain(), some, some).validate());
}

template <std::size_t Out, std::size_t In>
struct small_buffers : default_policy {
  using send_storage = inline_storage<Out>;
  using receive_storage = inline_storage<In>;
};

template <std::size_t Out, std::size_t In>
std::vector<std::uint8_t> handed_over(u32 initial_window) {
  connection_config config = plain();
  config.initial_receive_window = initial_window;
  using net_type = pair<small_buffers<Out, In>>;
  net_type net(net_type::ports(config, 7, 9), net_type::ports(config, 9, 7));
  net.open();
  const auto text = pattern(20);
  std::size_t written = 0;
  for (int i = 0; i != 200 && written != text.size(); ++i) {
    const auto taken = net.end[0].write(std::span(text).subspan(written));
    if (taken) written += *taken;
    net.run(s(1));
  }
  (void)net.end[0].shutdown();
  net.run(s(5));
  return net.state(1) == state::close_wait ? net.received[1] : std::vector<std::uint8_t>{};
}

// However few they are, one octet is enough: the explorer has every interleaving with one and two.
TEST(misuse_storage, a_buffer_of_a_few_octets_is_slow_and_works) {
  for (const u32 initial_window : {0u, 1u, 3u}) {
    EXPECT_EQ((handed_over<1, 1>(initial_window)), pattern(20));
    EXPECT_EQ((handed_over<2, 3>(initial_window)), pattern(20));
    EXPECT_EQ((handed_over<3, 2>(initial_window)), pattern(20));
    EXPECT_EQ((handed_over<64, 4>(initial_window)), pattern(20));
  }
}

TEST(misuse_settings, a_user_timeout_of_nothing_is_refused) {
  host_type host = opened();
  host.write(10);
  for (const duration timeout :
       {duration{}, duration::microseconds(-1), duration::microseconds(std::numeric_limits<std::int64_t>::min())}) {
    EXPECT_EQ(host.tcp.set_user_timeout(timeout, host.now).why(), error::bad_argument);
  }
  EXPECT_EQ(host.tcp.config().user_timeout, plain().user_timeout);
}

// The longest settings, and a clock that jumps between its ends: nothing overflows, and nobody waits for ever for it.
TEST(misuse_time, the_longest_settings_and_the_furthest_instants_are_harmless) {
  const duration longest = duration::microseconds(std::numeric_limits<std::int64_t>::max());
  connection_config config = plain();
  config.timestamps = true;
  config.user_timeout = config.zero_window = config.fin_wait_2 = longest;
  config.keep_alive = {true, longest, longest, 255};
  config.msl = config.silly_window_override = config.delayed_ack = longest;
  config.rto.initial = config.rto.least = config.rto.most = longest;
  const instant first = instant::from_microseconds(std::numeric_limits<std::int64_t>::min());
  const std::array<instant, 5> moments{first, end_of_time, instant{}, instant::from_microseconds(-1), first};
  endpoint<tiny_policy> host(config);
  host.now = first;
  host.open({.ts = 1});
  ASSERT_EQ(host.state(), state::established);
  std::vector<std::uint8_t> room(2'000);
  for (const instant moment : moments) {
    host.now = moment;
    host.write(20);
    host.tcp.on_deadline(moment);
    host.in(at(host.rcv_nxt()).ack(host.nxt()).from(9).ts(2).text(4));
    (void)host.tcp.read(room);
    (void)host.tcp.set_user_timeout(longest, moment);
    host.tcp.set_keep_alive(true, moment);
    (void)host.tcp.next_deadline();
    host.out();
    connection_internals::rebase(host.tcp, longest);
    connection_internals::rebase(host.tcp, duration::microseconds(std::numeric_limits<std::int64_t>::min()));
  }
  ASSERT_EQ(host.state(), state::established);
  EXPECT_TRUE(host.tcp.close(end_of_time));
  host.tcp.on_deadline(end_of_time);
}

}  // namespace misuse_connection_test
}  // namespace sequent::test

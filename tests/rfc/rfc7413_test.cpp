// RFC 7413: TCP Fast Open.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "sequent/congestion/reno.hpp"
#include "tests/support/endpoint.hpp"
#include "tests/support/pair.hpp"

namespace sequent::test {
namespace rfc7413_test {

struct fast_policy : default_policy {
  using congestion_control = congestion::reno;
  using fast_open = with_fast_open;
};
using host = endpoint<fast_policy>;

fast_open_cookie cookie(std::uint8_t fill = 7) { return *fast_open_cookie::of(std::vector<std::uint8_t>(8, fill)); }

packet with(packet p, const fast_open_cookie& option) {
  p.header.options.fast_open = option;
  return p;
}

/// A client that knows a cookie, with so many octets queued, whose SYN has gone out.
host client(std::size_t queued, const fast_open_server& known = {cookie(), 1'000}, connection_config config = plain()) {
  host made(config);
  EXPECT_TRUE(made.tcp.connect(known, made.now));
  made.write(queued);
  return made;
}

/// A server that has taken a SYN with so much text and a cookie that was found good; its SYN,ACK is out[0].
host server(std::size_t text, const connection_config& config = plain()) {
  host made(config);
  EXPECT_TRUE(made.tcp.listen());
  made.tcp.judge_syn({true, std::nullopt});
  made.in(with(at(5'000).syn().mss(1'000).from(9).text(text), cookie()));
  return made;
}

// covers: rfc7413#4.2.2
TEST(rfc7413_client, puts_the_cookie_and_text_on_its_syn) {
  const host one = client(300);
  ASSERT_EQ(one.sent.size(), 1u);
  EXPECT_EQ(one.sent[0].bits(), "SP");
  EXPECT_EQ(one.sent[0].header.options.fast_open, cookie());
  EXPECT_EQ(one.sent[0].octets, pattern(300));
  EXPECT_EQ(one.nxt(), one.iss() + 301);
  EXPECT_TRUE(one.tcp.fast_open().text_sent());
}

// covers: rfc7413#4.1.3
TEST(rfc7413_client, sends_no_more_text_than_the_servers_segment_or_the_default_holds) {
  for (const std::uint16_t known : {std::uint16_t{1'000}, std::uint16_t{0}}) {
    const host one = client(5'000, {cookie(), known});
    const std::size_t options = options_length(one.sent[0].header.options);
    EXPECT_EQ(one.sent[0].octets.size() + options, known == 0 ? 536u : 1'000u);
    EXPECT_EQ(one.sent[0].bits(), "S");
  }
  connection_config narrow = plain();
  narrow.send_mss = 200;
  const host one = client(5'000, {cookie(), 1'000}, narrow);
  EXPECT_EQ(one.sent[0].octets.size() + options_length(one.sent[0].header.options), 200u);
}

// covers: rfc7413#4.2.1
TEST(rfc7413_client, without_a_cookie_asks_for_one_and_sends_no_text) {
  host one = client(300, {});
  ASSERT_EQ(one.sent.size(), 1u);
  ASSERT_TRUE(one.sent[0].header.options.fast_open);
  EXPECT_TRUE(one.sent[0].header.options.fast_open->is_request());
  EXPECT_TRUE(one.sent[0].octets.empty());
  const auto answer = one.in(with(one.answer_to_syn({}), cookie(9)));
  EXPECT_EQ(text_octets(answer), 300u);
  EXPECT_EQ(one.tcp.fast_open().learned(), cookie(9));
  EXPECT_FALSE(one.tcp.fast_open().text_refused());
}

// covers: rfc7413#4.2
TEST(rfc7413_client, does_nothing_unless_it_is_told_to) {
  host one;
  ASSERT_TRUE(one.tcp.connect(one.now));
  const auto syn = one.write(300);
  ASSERT_EQ(syn.size(), 1u);
  EXPECT_FALSE(syn[0].header.options.fast_open);
  EXPECT_TRUE(syn[0].octets.empty());
}

TEST(rfc7413_client, is_established_by_the_acknowledgment_of_its_text) {
  host one = client(300);
  packet answer = one.answer_to_syn({});
  answer.ack(one.iss() + 301);
  const auto next = one.in(answer);
  EXPECT_EQ(one.state(), connection_state::established);
  ASSERT_EQ(next.size(), 1u);
  EXPECT_EQ(next[0].bits(), "A");
  EXPECT_EQ(next[0].seq(), one.iss() + 301);
  EXPECT_FALSE(one.tcp.fast_open().text_refused());
  EXPECT_FALSE(one.tcp.timers().running(timer::retransmission));
  EXPECT_EQ(one.tcp.sending().queued(), 0u);
}

// covers: rfc7413#4.2.2, rfc7413#4.1.3.1
TEST(rfc7413_client, sends_text_again_at_once_that_the_syn_ack_does_not_acknowledge) {
  for (const u32 acknowledged : {0u, 100u}) {
    host one = client(300);
    packet answer = one.answer_to_syn({});
    answer.ack(one.iss() + 1 + acknowledged);
    const auto next = one.in(answer);
    ASSERT_EQ(next.size(), 1u);
    EXPECT_EQ(next[0].seq(), one.iss() + 1 + acknowledged);
    EXPECT_EQ(next[0].octets, pattern(300 - acknowledged, acknowledged));
    EXPECT_EQ(one.tcp.fast_open().text_refused(), acknowledged == 0);
    EXPECT_EQ(one.tcp.sending().congestion().window(), congestion::initial_window_of(1'460));
  }
}

// covers: rfc7413#4.2.2
TEST(rfc7413_client, repeats_its_syn_without_text_and_option) {
  host one = client(300);
  const auto again = one.wait_for_deadline();
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].bits(), "S");
  EXPECT_EQ(again[0].seq(), one.iss());
  EXPECT_TRUE(again[0].octets.empty());
  EXPECT_FALSE(again[0].header.options.fast_open);
  const auto next = one.in(one.answer_to_syn({}));
  EXPECT_EQ(text_octets(next), 300u);
  EXPECT_TRUE(one.tcp.fast_open().text_refused());
  EXPECT_TRUE(one.tcp.sending().syn_lost());
}

TEST(rfc7413_client, takes_a_reset_that_acknowledges_its_text) {
  host one = client(300);
  one.in(at(0).ack(one.iss() + 301).rst().from(9));
  EXPECT_EQ(one.state(), connection_state::closed);
  EXPECT_EQ(one.tcp.ended_by(), error::connection_reset);
}

TEST(rfc7413_client, keeps_its_text_through_a_simultaneous_open) {
  host one = client(300);
  const auto syn_ack = one.in(at(5'000).syn().mss(1'460).from(9));
  ASSERT_EQ(syn_ack.size(), 1u);
  EXPECT_EQ(syn_ack[0].bits(), "SA");
  EXPECT_TRUE(syn_ack[0].octets.empty());
  EXPECT_FALSE(syn_ack[0].header.options.fast_open);
  const auto next = one.in(one.peer());
  EXPECT_EQ(one.state(), connection_state::established);
  EXPECT_EQ(text_octets(next), 300u);
}

// Both put more text on their SYNs than the other has room for, so that each one's bare acknowledgments lie outside the
// other's window.
TEST(rfc7413_client, reads_the_acknowledgment_of_a_crossing_syn_ack) {
  host one = client(300);
  one.in(at(5'000).syn().mss(1'460).from(9).window(10));
  const auto next = one.in(at(5'000).syn().ack(one.iss() + 1).mss(1'460).from(9).window(10));
  EXPECT_EQ(one.state(), connection_state::established);
  ASSERT_FALSE(next.empty());
  EXPECT_EQ(next[0].seq(), one.iss() + 1);
  EXPECT_EQ(next[0].acknowledges(), 5'001u);
}

TEST(rfc7413_client, writes_a_syn_with_text_to_the_wire) {
  connection_config large = plain();
  large.large_segments = true;
  for (const connection_config& config : {plain(), large}) {
    host host_of(config);
    ASSERT_TRUE(host_of.tcp.connect({cookie(), 1'000}, host_of.now));
    ASSERT_TRUE(host_of.tcp.write(pattern(300)));
    std::vector<std::uint8_t> room(1'500);
    const auto sent = host_of.tcp.poll_transmit(host_of.now, room);
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->segment_size, 300u);
    const auto parsed = parse_segment(std::span(room).first(sent->length), {});
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(std::ranges::equal(parsed->text, pattern(300)));
    EXPECT_TRUE(parsed->header.control.syn());
  }
}

// covers: rfc7413#4.2.2
TEST(rfc7413_server, gives_the_text_of_a_syn_with_a_good_cookie_to_its_reader_at_once) {
  host one = server(300);
  EXPECT_EQ(one.state(), connection_state::syn_received);
  ASSERT_EQ(one.sent.size(), 1u);
  EXPECT_EQ(one.sent[0].bits(), "SA");
  EXPECT_EQ(one.sent[0].acknowledges(), 5'301u);
  EXPECT_EQ(one.read(), pattern(300));
}

// covers: rfc7413#4.2.2
TEST(rfc7413_server, acknowledges_the_syn_alone_without_a_good_cookie_and_gives_a_new_one) {
  host one;
  ASSERT_TRUE(one.tcp.listen());
  one.tcp.judge_syn({false, cookie(9)});
  const auto answer = one.in(with(at(5'000).syn().mss(1'000).from(9).text(300), cookie()));
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0].acknowledges(), 5'001u);
  EXPECT_EQ(answer[0].header.options.fast_open, cookie(9));
  EXPECT_TRUE(one.read().empty());
  EXPECT_TRUE(one.write(10).empty()) << "text waits for the handshake";
  EXPECT_EQ(text_octets(one.in(one.peer())), 10u);
}

// covers: rfc7413#4.2
TEST(rfc7413_server, ignores_option_and_text_unless_it_is_told_otherwise) {
  host one;
  ASSERT_TRUE(one.tcp.listen());
  const auto answer = one.in(with(at(5'000).syn().mss(1'000).from(9).text(300), cookie()));
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0].acknowledges(), 5'001u);
  EXPECT_FALSE(answer[0].header.options.fast_open);
  EXPECT_TRUE(one.read().empty());
}

// covers: rfc7413#4.2.2
TEST(rfc7413_server, answers_before_the_handshake_is_complete_with_no_more_than_the_initial_window) {
  connection_config config = plain();
  config.fast_open_amplification = 255;
  host one = server(300, config);
  const auto first = one.write(30'000);
  ASSERT_FALSE(first.empty());
  EXPECT_EQ(one.state(), connection_state::syn_received);
  EXPECT_EQ(first[0].seq(), one.iss() + 1);
  EXPECT_EQ(first[0].acknowledges(), 5'301u);
  EXPECT_EQ(text_octets(first), 10'000u);
  EXPECT_TRUE(one.out().empty());
}

// Section 5.2: by default no more than three times what came, as the cookie may be stolen, and the rest at once when the
// handshake is complete.
// covers: rfc7413#5.2
TEST(rfc7413_server, answers_with_three_times_the_syn_before_the_handshake_is_complete) {
  for (const int times : {0, 1, 3, 10}) {
    connection_config config = plain();
    config.fast_open_amplification = static_cast<std::uint8_t>(times);
    host one = server(300, config);
    const auto came = 20 + 20 + options_length(with(at(5'000).syn().mss(1'000), cookie()).header.options) + 300;
    const auto first = one.write(30'000);
    std::size_t octets = 44;  // the SYN,ACK
    for (const packet& each : first) octets += 40 + each.octets.size();
    EXPECT_LE(octets, std::max<std::size_t>(44, static_cast<std::size_t>(times) * came));
    EXPECT_EQ(first.empty(), times == 0);
    if (times != 0) {
      EXPECT_GE(octets + 41, static_cast<std::size_t>(times) * came);
    }
    const auto rest = one.in(at(5'301).ack(one.iss() + 1).from(9));
    const std::size_t all = text_octets(first) + text_octets(rest);
    EXPECT_TRUE(all <= 10'000 && all > 9'000) << all << ": the initial window, in full segments";
  }
}

TEST(rfc7413_server, does_not_hold_back_a_small_answer_for_the_sake_of_its_syn_ack) {
  host one = server(300);
  EXPECT_EQ(text_octets(one.write(10)), 10u);
  EXPECT_TRUE(one.write(10).empty()) << "but another one for the sake of the first";
  EXPECT_EQ(text_octets(one.in(at(5'301).ack(one.iss() + 11).from(9))), 10u);
}

TEST(rfc7413_server, keeps_its_fin_until_the_handshake_is_complete) {
  host one = server(300);
  one.read();
  one.write(10);
  ASSERT_TRUE(one.tcp.shutdown());
  EXPECT_TRUE(one.out().empty());
  const auto next = one.in(at(5'301).ack(one.iss() + 1).from(9));
  ASSERT_EQ(next.size(), 1u);
  EXPECT_EQ(next[0].bits(), "FA");
  EXPECT_EQ(one.state(), connection_state::fin_wait_1);
}

// covers: rfc7413#4.2.2
TEST(rfc7413_server, repeats_its_syn_ack_without_text_and_option) {
  host one;
  ASSERT_TRUE(one.tcp.listen());
  one.tcp.judge_syn({true, cookie(9)});
  one.in(with(at(5'000).syn().mss(1'000).from(9).text(300), cookie()));
  EXPECT_EQ(one.sent[0].header.options.fast_open, cookie(9));
  EXPECT_EQ(text_octets(one.write(10)), 10u);
  for (const bool by_timer : {false, true}) {
    const auto again =
        by_timer ? one.wait_for_deadline() : one.in(with(at(5'000).syn().mss(1'000).from(9).text(300), cookie()));
    ASSERT_EQ(again.size(), 1u);
    EXPECT_EQ(again[0].bits(), "SA");
    EXPECT_EQ(again[0].acknowledges(), 5'301u);
    EXPECT_TRUE(again[0].octets.empty());
    EXPECT_FALSE(again[0].header.options.fast_open);
  }
  EXPECT_TRUE(one.write(10).empty()) << "nothing new goes out after a timeout";
  const auto next = one.in(at(5'301).ack(one.iss() + 1).from(9));
  ASSERT_FALSE(next.empty());
  EXPECT_EQ(next[0].seq(), one.iss() + 1) << "what was sent behind the lost SYN,ACK goes out again at once";
  EXPECT_EQ(one.read(), pattern(300)) << "the repeated SYN added nothing";
}

TEST(rfc7413_server, takes_as_much_text_as_it_has_room_for_and_the_rest_later) {
  struct small_policy : fast_policy {
    using receive_storage = inline_storage<100>;
  };
  endpoint<small_policy> one;
  ASSERT_TRUE(one.tcp.listen());
  one.tcp.judge_syn({true, std::nullopt});
  const auto answer = one.in(at(5'000).syn().mss(1'000).from(9).text(300));
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0].acknowledges(), 5'101u);
  EXPECT_EQ(answer[0].header.wnd, 0u);
  EXPECT_EQ(one.read(), pattern(100));
  const auto opened = one.in(at(5'101).ack(one.iss() + 1).from(9));
  ASSERT_EQ(opened.size(), 1u) << "the window that was closed by the SYN is opened";
  EXPECT_EQ(opened[0].header.wnd, 100u);
}

TEST(rfc7413_server, tells_its_user_when_the_connection_comes_to_nothing) {
  host one = server(300);
  one.in(at(5'301).rst().from(9));
  EXPECT_EQ(one.state(), connection_state::closed);
  EXPECT_EQ(one.tcp.ended_by(), error::connection_reset);
  host two = server(300);
  const auto challenge = two.in(at(5'301).syn().from(9));
  EXPECT_EQ(two.state(), connection_state::syn_received);
  ASSERT_EQ(challenge.size(), 1u);
  EXPECT_EQ(challenge[0].bits(), "A");
}

TEST(rfc7413, a_request_and_its_answer_take_one_round_trip) {
  connection_config left = pair<fast_policy>::ports(plain(1'000), 7, 9);
  connection_config right = pair<fast_policy>::ports(plain(5'000), 9, 7);
  left.timestamps = right.timestamps = left.sack = right.sack = true;
  right.nagle = false;
  right.fast_open_amplification = 255;
  pair<fast_policy> net(left, right);
  net.reads = {false, true};
  ASSERT_TRUE(net.end[1].listen());
  net.end[1].judge_syn({true, std::nullopt});
  ASSERT_TRUE(net.end[0].connect({cookie(), 1'000}, net.now));
  ASSERT_TRUE(net.end[0].write(pattern(300)));
  net.run(net.latency);
  EXPECT_EQ(net.received[1], pattern(300));
  EXPECT_EQ(net.state(1), connection_state::syn_received);
  ASSERT_TRUE(net.end[1].write(pattern(5'000)));
  net.run(net.latency);
  EXPECT_EQ(net.end[0].readable(), 5'000u);
  net.run(s(2));
  EXPECT_EQ(net.state(0), connection_state::established);
  EXPECT_EQ(net.state(1), connection_state::established);
  EXPECT_TRUE(net.violations().empty());
}

}  // namespace rfc7413_test
}  // namespace sequent::test

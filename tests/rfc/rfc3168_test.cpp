// RFC 3168: explicit congestion notification.
#include <gtest/gtest.h>

#include <string>

#include "sequent/congestion/reno.hpp"
#include "tests/support/doubtful.hpp"
#include "tests/support/endpoint.hpp"

namespace sequent::test {
namespace rfc3168_test {

using bits = control_bits<u32>;

constexpr std::uint16_t segment_size = 1'000;
constexpr auto ce = ecn_codepoint::congestion_experienced;

connection_config willing() {
  connection_config config = plain();
  config.ecn = true;
  config.send_mss = segment_size;
  return config;
}

packet with(packet p, u32 more) {
  p.header.control = p.header.control.with(more);
  return p;
}

struct halving_policy : default_policy {
  using congestion_control = congestion::reno;
};

/// An end that offers ECN, by default after a handshake in which the peer agreed.
struct host_with_ecn : endpoint<halving_policy> {
  explicit host_with_ecn(const connection_config& config = willing()) : endpoint<halving_policy>(config) {}

  void agree() {
    ASSERT_TRUE(tcp.connect(now));
    out();
    in(with(answer_to_syn({}), bits::ece_bit));
    ASSERT_TRUE(tcp.tcb().ecn);
  }
  void agree_passively() {
    ASSERT_TRUE(tcp.listen());
    in(with(at(5'000).syn().mss(1'460).from(9), bits::ece_bit | bits::cwr_bit));
    in(peer());
    ASSERT_EQ(state(), connection_state::established);
  }

  /// The next segment, with its codepoint.
  std::optional<outgoing_segment> next() { return tcp.next_segment(now); }
  void queue(std::size_t octets) { ASSERT_TRUE(tcp.write(pattern(octets))); }
  /// The peer's text, 10 octets at a time, marked or not, and what answers it.
  std::vector<packet> text_in(ecn_codepoint mark, u32 more = 0) {
    packet p = with(at(5'001 + heard).ack(nxt()).from(9).text(10), more);
    heard += 10;
    last = *tcp.on_segment(p.header, p.octets, now, mark);
    return out();
  }
  [[nodiscard]] u32 window() const { return tcp.sending().congestion().window(); }
  /// An acknowledgment of everything up to `number`, with ECE.
  std::vector<packet> echo(u32 number) { return in(with(peer().ack(number), bits::ece_bit)); }

  u32 heard = 0;
};

// A caller that carries no codepoints would never hear of congestion: it is told so.
// covers: rfc3168#6.1 SHLD-8
TEST(rfc3168_section_6_1, a_segment_without_its_mark_is_refused_where_ecn_is_on) {
  for (const bool on : {false, true}) {
    connection_config config = plain();
    config.ecn = on;
    connection<> tcp(config);
    ASSERT_TRUE(tcp.listen());
    const packet syn = at(5'000).syn();
    const auto before = tcp.tcb();
    const auto without = tcp.on_segment(syn.header, {}, instant{});
    EXPECT_EQ(without.has_value(), !on);
    if (!on) continue;
    EXPECT_EQ(without.why(), error::bad_argument);
    EXPECT_EQ(tcp.tcb(), before);
    EXPECT_EQ(tcp.on_octets({}, instant{}).why(), error::bad_argument);
    EXPECT_TRUE(tcp.on_segment(syn.header, {}, instant{}, ecn_codepoint::not_capable));
  }
}

// covers: SHLD-8 rfc3168#6.1.1
TEST(rfc3168_section_6_1_1, a_syn_asks_with_both_bits_and_only_if_wanted) {
  host_with_ecn host;
  ASSERT_TRUE(host.tcp.connect(host.now));
  EXPECT_EQ(host.out().at(0).bits(), "SEC");
  host_with_ecn unwilling(plain());
  ASSERT_TRUE(unwilling.tcp.connect(unwilling.now));
  EXPECT_EQ(unwilling.out().at(0).bits(), "S");
}

// covers: SHLD-8 rfc3168#6.1.1
TEST(rfc3168_section_6_1_1, a_syn_ack_agrees_with_ece_alone) {
  for (const u32 asked : {0u, u32{bits::ece_bit}, u32{bits::cwr_bit}, bits::ece_bit | bits::cwr_bit}) {
    host_with_ecn host;
    ASSERT_TRUE(host.tcp.listen());
    const bool setup = asked == (bits::ece_bit | bits::cwr_bit);
    EXPECT_EQ(host.in(with(at(5'000).syn().from(9), asked)).at(0).bits(), setup ? "SAE" : "SA");
    EXPECT_EQ(host.tcp.tcb().ecn, setup);
    host_with_ecn unwilling(plain());
    ASSERT_TRUE(unwilling.tcp.listen());
    EXPECT_EQ(unwilling.in(with(at(5'000).syn().from(9), asked)).at(0).bits(), "SA");
    EXPECT_FALSE(unwilling.tcp.tcb().ecn);
  }
}

// covers: SHLD-8 rfc3168#6.1.1.2
TEST(rfc3168_section_6_1_1_2, a_syn_ack_that_reflects_both_bits_does_not_agree) {
  for (const u32 answered : {0u, u32{bits::ece_bit}, u32{bits::cwr_bit}, bits::ece_bit | bits::cwr_bit}) {
    host_with_ecn host;
    ASSERT_TRUE(host.tcp.connect(host.now));
    host.out();
    EXPECT_EQ(host.in(with(host.answer_to_syn({}), answered)).at(0).bits(), "A");
    EXPECT_EQ(host.tcp.tcb().ecn, answered == bits::ece_bit);
    EXPECT_FALSE(host.tcp.sending().ecn().cwr_due()) << "ECE on a SYN,ACK is no echo";
  }
}

// covers: rfc3168#6.1.1.1
TEST(rfc3168_section_6_1_1_1, a_syn_that_comes_again_without_the_bits_takes_the_offer_back) {
  host_with_ecn host;
  ASSERT_TRUE(host.tcp.listen());
  host.in(with(at(5'000).syn().from(9), bits::ece_bit | bits::cwr_bit));
  EXPECT_EQ(host.in(with(at(5'000).syn().from(9), bits::ece_bit | bits::cwr_bit)).at(0).bits(), "SAE");
  EXPECT_EQ(host.in(at(5'000).syn().from(9)).at(0).bits(), "SA");
  EXPECT_FALSE(host.tcp.tcb().ecn);
}

// covers: rfc3168#6.1.1.1
TEST(rfc3168_section_6_1_1_1, a_syn_that_is_not_answered_comes_again_without_the_bits) {
  host_with_ecn host;
  ASSERT_TRUE(host.tcp.connect(host.now));
  EXPECT_EQ(host.out().at(0).bits(), "SEC");
  EXPECT_EQ(host.wait_for_deadline().at(0).bits(), "S");
  EXPECT_EQ(host.wait_for_deadline().at(0).bits(), "S");
}

// covers: rfc3168#6.1.1.1
TEST(rfc3168_section_6_1_1_1, the_next_connection_asks_again) {
  host_with_ecn host;
  ASSERT_TRUE(host.tcp.connect(host.now));
  host.out();
  host.wait_for_deadline();
  ASSERT_TRUE(host.tcp.abort());
  ASSERT_EQ(host.state(), connection_state::closed);
  ASSERT_TRUE(host.tcp.connect(host.now));
  EXPECT_EQ(host.out().at(0).bits(), "SEC");
}

// covers: rfc3168#6.1.1
TEST(rfc3168_section_6_1_1, an_end_that_took_its_offer_back_marks_nothing_but_echoes_what_the_peer_marks) {
  host_with_ecn host;
  ASSERT_TRUE(host.tcp.connect(host.now));
  host.out();
  host.wait_for_deadline();
  host.in(with(host.answer_to_syn({}), bits::ece_bit));  // to the first, which had only been slow
  ASSERT_EQ(host.state(), connection_state::established);
  host.queue(segment_size);
  EXPECT_EQ(host.next()->ecn, ecn_codepoint::not_capable);
  const u32 before = host.window();
  host.echo(host.nxt());
  EXPECT_GE(host.window(), before) << "nothing was marked, so nothing can have been marked on the way";
  EXPECT_EQ(host.text_in(ce).at(0).bits(), "AE");
}

TEST(rfc3168_section_6_1_1, ends_that_open_at_once_agree) {
  host_with_ecn host;
  ASSERT_TRUE(host.tcp.connect(host.now));
  host.out();
  EXPECT_EQ(host.in(with(at(5'000).syn().from(9), bits::ece_bit | bits::cwr_bit)).at(0).bits(), "SAE");
  host.in(with(host.answer_to_syn({}), bits::ece_bit));
  EXPECT_TRUE(host.tcp.tcb().ecn);
  host.in(host.answer_to_syn({}));
  EXPECT_FALSE(host.tcp.tcb().ecn) << "a SYN,ACK without ECE takes it back";
}

// covers: SHLD-8 rfc3168#6.1.2 rfc3168#6.1.4 rfc3168#6.1.5
TEST(rfc3168_section_6_1, new_text_alone_is_sent_with_ect) {
  host_with_ecn host;
  ASSERT_TRUE(host.tcp.connect(host.now));
  EXPECT_EQ(host.next()->ecn, ecn_codepoint::not_capable) << "SYN";
  host.in_quietly(with(host.answer_to_syn({}), bits::ece_bit));
  EXPECT_EQ(host.next()->ecn, ecn_codepoint::not_capable) << "pure ACK";
  host.queue(10);
  EXPECT_EQ(host.next()->ecn, ecn_codepoint::capable_0);
  host.now = *host.tcp.next_deadline();
  host.tcp.on_deadline(host.now);
  const auto again = host.next();
  ASSERT_TRUE(again && again->header.text_length == 10);
  EXPECT_EQ(again->ecn, ecn_codepoint::not_capable) << "retransmission";
  ASSERT_TRUE(host.tcp.shutdown());
  host.in_quietly(host.peer().ack(host.nxt()));
  const auto fin = host.next();
  ASSERT_TRUE(fin && fin->header.control.fin());
  EXPECT_EQ(fin->ecn, ecn_codepoint::not_capable) << "FIN without text";
}

TEST(rfc3168_section_6_1, without_agreement_nothing_is_marked_echoed_or_answered) {
  host_with_ecn host;
  ASSERT_TRUE(host.tcp.connect(host.now));
  host.out();
  host.in(host.answer_to_syn({}));
  EXPECT_EQ(host.text_in(ce).at(0).bits(), "A");
  host.queue(10);
  EXPECT_EQ(host.next()->ecn, ecn_codepoint::not_capable);
  const u32 before = host.window();
  host.echo(host.nxt());
  EXPECT_GE(host.window(), before);
}

// covers: SHLD-8 rfc3168#6.1.3
TEST(rfc3168_section_6_1_3, every_acknowledgment_echoes_a_mark_until_cwr) {
  host_with_ecn host;
  host.agree_passively();
  EXPECT_EQ(host.text_in(ecn_codepoint::capable_0).at(0).bits(), "A");
  EXPECT_EQ(host.text_in(ce).at(0).bits(), "AE");
  EXPECT_EQ(host.text_in(ecn_codepoint::capable_0).at(0).bits(), "AE");
  EXPECT_EQ(host.write(10).at(0).bits(), "PAE") << "text is an acknowledgment too";
  EXPECT_EQ(host.text_in(ecn_codepoint::capable_0, bits::cwr_bit).at(0).bits(), "A");
  EXPECT_EQ(host.text_in(ce, bits::cwr_bit).at(0).bits(), "AE") << "marked anew";
}

// covers: rfc3168#6.1.3
TEST(rfc3168_section_6_1_3, a_delayed_acknowledgment_echoes_any_mark_among_what_it_acknowledges) {
  connection_config config = willing();
  config.delayed_ack = ms(40);
  host_with_ecn host(config);
  host.agree_passively();
  EXPECT_TRUE(host.text_in(ce).empty());
  const auto late = host.wait(ms(40));
  ASSERT_EQ(late.size(), 1u);
  EXPECT_EQ(late[0].bits(), "AE");
}

// covers: rfc3168#6.1.5
TEST(rfc3168_section_6_1_5, marks_outside_the_window_are_not_believed) {
  host_with_ecn host;
  host.agree_passively();
  host.text_in(ecn_codepoint::capable_0);
  const packet old = at(5'001).ack(host.nxt()).from(9).text(10);
  (void)host.tcp.on_segment(old.header, old.octets, host.now, ce);
  EXPECT_EQ(host.out().at(0).bits(), "A");
  const packet ahead = at(5'001 + 100'000).ack(host.nxt()).from(9).text(10);
  (void)host.tcp.on_segment(ahead.header, ahead.octets, host.now, ce);
  EXPECT_EQ(host.out().at(0).bits(), "A");
}

// covers: SHLD-8 rfc3168#6.1.2
TEST(rfc3168_section_6_1_2, an_echo_halves_the_window_once_for_each_window_of_data) {
  host_with_ecn host;
  host.agree();
  host.write(60'000);
  const u32 before = host.window();
  ASSERT_EQ(before, 10u * segment_size);
  const u32 sent_before = host.nxt();
  host.echo(host.una() + segment_size);
  EXPECT_EQ(host.window(), before / 2);
  host.echo(host.una() + segment_size);
  host.echo(sent_before);
  EXPECT_EQ(host.window(), before / 2) << "these tell of the same window";
  ASSERT_NE(sent_before, host.nxt());
  host.echo(sent_before + segment_size);
  EXPECT_LT(host.window(), before / 2);
}

// covers: rfc3168#6.1.2
TEST(rfc3168_section_6_1_2, cwr_stands_on_the_first_new_text_after_a_reduction_alone) {
  host_with_ecn host;
  host.agree();
  host.write(60'000);
  const u32 first = host.nxt();
  std::vector<packet> sent = host.echo(host.una() + segment_size);
  while (sent.empty()) sent = host.echo(host.una() + segment_size);
  EXPECT_EQ(sent[0].seq(), first);
  EXPECT_TRUE(sent[0].header.control.cwr());
  for (std::size_t i = 1; i < sent.size(); ++i) EXPECT_FALSE(sent[i].header.control.cwr());
  for (const packet& p : host.in(host.peer().ack(host.nxt()))) EXPECT_FALSE(p.header.control.cwr());
}

// covers: rfc3168#6.1.2
TEST(rfc3168_section_6_1_2, cwr_tells_of_every_reduction_but_not_on_what_is_sent_again) {
  host_with_ecn host;
  host.agree();
  host.write(60'000);
  host.in(host.peer().ack(host.una() + segment_size));
  const auto again = host.wait_for_deadline();
  ASSERT_FALSE(again.empty());
  EXPECT_EQ(again[0].seq(), host.una());
  EXPECT_FALSE(again[0].header.control.cwr());
  const auto fresh = host.in(host.peer().ack(host.nxt()));
  ASSERT_FALSE(fresh.empty());
  EXPECT_TRUE(fresh[0].header.control.cwr());
}

// covers: rfc3168#6.1.2
TEST(rfc3168_section_6_1_2, an_echo_does_not_open_the_window) {
  host_with_ecn host;
  host.agree();
  host.write(60'000);
  host.echo(host.una() + segment_size);
  const u32 reduced = host.window();
  for (int i = 0; i != 5; ++i) {
    host.echo(host.una() + segment_size);
    EXPECT_LE(host.window(), reduced);
  }
}

// covers: rfc3168#6.1.2
TEST(rfc3168_section_6_1_2, a_loss_in_a_window_that_was_marked_reduces_no_further) {
  host_with_ecn host;
  host.agree();
  host.write(60'000);
  host.echo(host.una() + segment_size);
  const u32 threshold = host.tcp.sending().congestion().threshold();
  for (int i = 0; i != 3; ++i) host.in(host.peer().ack(host.una()));
  EXPECT_TRUE(host.tcp.sending().recovery().recovering());
  EXPECT_EQ(host.tcp.sending().congestion().threshold(), threshold);
}

// covers: rfc3168#6.1.2
TEST(rfc3168_section_6_1_2, at_a_window_of_one_segment_the_timer_paces) {
  host_with_ecn host;
  host.agree();
  host.write(segment_size);
  while (host.window() != segment_size) host.wait_for_deadline();  // a timeout leaves a window of one segment
  host.echo(host.nxt());
  ASSERT_EQ(host.window(), u32{segment_size});
  EXPECT_TRUE(host.write(10'000).empty()) << "nothing new before the timer expires";
  const duration timeout = host.tcp.sending().rtt().timeout();
  EXPECT_TRUE(host.wait(timeout - ms(1)).empty());
  const auto fresh = host.wait(ms(1));
  ASSERT_EQ(fresh.size(), 1u);
  EXPECT_EQ(fresh[0].octets.size(), segment_size);
  EXPECT_TRUE(fresh[0].header.control.cwr());
  EXPECT_GT(host.in(host.peer().ack(host.nxt())).size(), 1u) << "without an echo the window opens again";
}

// covers: rfc3168#6.1.6
TEST(rfc3168_section_6_1_6, a_window_probe_has_neither_ect_nor_cwr) {
  host_with_ecn host;
  host.agree();
  host.write(segment_size);
  host.in(with(host.peer().ack(host.nxt()).window(0), bits::ece_bit));
  ASSERT_TRUE(host.tcp.sending().ecn().cwr_due());
  host.queue(10);
  EXPECT_FALSE(host.next());
  host.now = *host.tcp.next_deadline();
  host.tcp.on_deadline(host.now);
  const auto probe = host.next();
  ASSERT_TRUE(probe && probe->header.text_length == 1);
  EXPECT_EQ(probe->ecn, ecn_codepoint::not_capable);
  EXPECT_FALSE(probe->header.control.cwr());
  EXPECT_TRUE(host.tcp.sending().ecn().cwr_due());
}

// A network interface may copy the bits of a large segment to each that it makes of it.
TEST(rfc3168_section_6_1_2, cwr_is_not_put_on_a_large_segment) {
  connection_config config = willing();
  config.large_segments = true;
  host_with_ecn host(config);
  host.agree();
  const auto large = host.write(60'000);
  ASSERT_GT(large.at(0).octets.size(), segment_size);
  std::vector<packet> sent = host.echo(host.nxt());
  ASSERT_FALSE(sent.empty());
  EXPECT_TRUE(sent[0].header.control.cwr());
  EXPECT_EQ(sent[0].octets.size(), segment_size);
}

/// A segment of twenty is lost, and then its retransmission too; what lies behind it arrives. Returns the two
/// thresholds.
template <class Policy>
std::pair<u32, u32> lose_twice(bool ecn) {
  doubtful_sender<Policy> host({.sack = true, .ecn = ecn});
  host.fill(20);
  host.now = host.now + ms(100);
  for (u32 i = 2; i != 5; ++i) {
    host.now = host.now + ms(1);
    host.in(host.with_block(host.answer(host.first), host.first + 1, host.first + i));
  }
  host.wait(ms(20));  // the reordering timer
  const u32 once = host.threshold();
  for (u32 i = 5; i != 20; ++i) {
    host.now = host.now + ms(1);
    host.in(host.with_block(host.answer(host.first), host.first + 1, host.first + i));
  }
  host.now = host.now + ms(100);
  host.in(host.with_block(host.answer(host.first), host.first + 1, host.sent_segments()));
  EXPECT_TRUE(host.tcp.sending().recovery().recovering());
  return {once, host.threshold()};
}

// covers: rfc3168#6.1.2 rfc5681#4.3
TEST(rfc3168_section_6_1_2, a_lost_retransmission_is_a_new_instance_of_congestion_with_ecn_too) {
  for (const bool ecn : {false, true}) {
    EXPECT_EQ(lose_twice<halving_policy>(ecn), std::pair(10u * 1'448u, 5u * 1'448u)) << ecn;
    EXPECT_EQ(lose_twice<default_policy>(ecn), std::pair(20'272u, 14'190u)) << "0.7 and 0.49 of 28 960: " << ecn;
  }
}

// covers: rfc3168#6.1.2 rfc9438#4.6
template <class Policy>
void echo_everything() {
  doubtful_sender<Policy> host({.ecn = true});
  host.fill(20);
  u32 acknowledged = host.first;
  for (int i = 0; i != 200 && host.window() > host.size; ++i) {
    host.now = host.now + ms(100);
    host.in(host.echoing(host.answer(acknowledged = host.sent_segments())));
    host.write(60'000);
  }
  EXPECT_EQ(host.window(), host.size);
  EXPECT_EQ(host.threshold(), 2 * host.size);
  // And from there on a segment for each timeout.
  for (int i = 0; i != 3; ++i) {
    host.in(host.echoing(host.answer(host.sent_segments())));
    EXPECT_EQ(host.flight(), 0u);
    const duration timeout = host.tcp.sending().rtt().timeout();
    EXPECT_EQ(host.wait(timeout - ms(1)).size(), 0u);
    EXPECT_EQ(host.wait(ms(1)).size(), 1u);
  }
}

TEST(rfc3168_section_6_1_2, where_everything_is_marked_the_window_comes_down_to_one_segment_and_then_the_timer_paces) {
  echo_everything<halving_policy>();
  echo_everything<default_policy>();
}

// Where the window is one segment nothing new goes before the timer, also for a tail loss probe.
// covers: rfc3168#6.1.2 rfc8985#7.3
TEST(rfc3168_section_6_1_2, no_probe_sends_something_new_while_the_timer_paces) {
  doubtful_sender<halving_policy> host({.sack = true, .ecn = true});
  host.write(60'000);
  while (host.window() > host.size) {
    host.now = host.now + ms(100);
    host.in(host.echoing(host.answer(host.sent_segments())));
  }
  host.in(host.echoing(host.answer(host.sent_segments())));
  ASSERT_EQ(host.wait(host.tcp.sending().rtt().timeout()).size(), 1u);
  host.now = host.now + ms(100);
  ASSERT_EQ(host.flight(), host.size);
  packet half = host.answer(host.sent_segments() - 1);
  half.ack(host.una() + 700);
  host.in(host.echoing(half));
  ASSERT_EQ(host.flight(), host.size - 700);
  const duration timeout = host.tcp.sending().rtt().timeout();
  EXPECT_TRUE(host.wait(timeout - ms(1)).empty());
  const auto again = host.wait(ms(1));
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].seq(), host.una());
}

// An echo that finds the window at one segment is answered by the timer, whatever window of data it belongs to.
// covers: rfc3168#6.1.2
TEST(rfc3168_section_6_1_2, at_one_segment_every_echo_of_something_new_lets_the_timer_pace) {
  doubtful_sender<halving_policy> host({.ecn = true});
  host.write(60'000);
  for (int i = 0; i != 2; ++i) {
    host.now = host.now + ms(100);
    host.in(host.echoing(host.answer(host.sent_segments())));
  }
  ASSERT_EQ(host.flight(), 2 * host.size);
  host.now = host.now + ms(100);
  EXPECT_TRUE(host.in(host.echoing(host.answer(host.sent_segments() - 1))).empty());
  ASSERT_EQ(host.window(), host.size);
  host.now = host.now + ms(50);
  EXPECT_TRUE(host.in(host.echoing(host.answer(host.sent_segments()))).empty());
  EXPECT_EQ(host.flight(), 0u);
  const duration timeout = host.tcp.sending().rtt().timeout();
  EXPECT_TRUE(host.wait(timeout - ms(1)).empty());
  EXPECT_EQ(host.wait(ms(1)).size(), 1u);
}

// The echo keeps the reduction; that the timer was too hasty is no less so.
// covers: rfc4015#3.1/11
TEST(rfc4015_section_3_4, an_echo_does_not_keep_the_timer_from_becoming_more_patient) {
  doubtful_sender<halving_policy> host({.timestamps = true, .ecn = true});
  host.fill(20);
  const instant sent_at = host.now;
  host.wait_for_deadline();
  host.now = host.now + ms(100);
  host.in(host.echoing(host.answer(host.first + 1, sent_at)));
  EXPECT_FALSE(host.in(host.answer(host.first + 20, sent_at)).empty());
  const instant fresh_at = host.now;
  host.now = host.now + ms(800);
  host.in(host.answer(host.first + 21, fresh_at));
  EXPECT_EQ(host.tcp.sending().rtt().timeout(), ms(2'400)) << "800 ms and four times 400 ms";
}

// covers: rfc4015#3.1/9 rfc3168#6.1.2
TEST(rfc4015_section_3_4, a_needless_timeout_is_not_undone_when_the_acknowledgment_echoes_congestion) {
  for (const bool marked : {false, true}) {
    doubtful_sender<halving_policy> host({.timestamps = true, .ecn = true});
    host.fill(20);
    const instant sent_at = host.now;
    host.wait_for_deadline();
    host.now = host.now + ms(100);
    packet late = host.answer(host.first + 1, sent_at);
    if (marked) late = host.echoing(late);
    host.in(late);
    EXPECT_EQ(host.window(), marked ? host.size : 20 * host.size);
    EXPECT_EQ(host.threshold() > 60'000u, !marked);
    EXPECT_EQ(host.tcp.sending().recovery().phase(), recovery_phase::open) << "nothing was lost in either case";
    EXPECT_EQ(host.tcp.sending().ecn().cwr_due(), marked);
  }
}

// A mark that comes later has not been answered by what was taken back.
// covers: rfc4015#3.1/9 rfc3168#6.1.2
TEST(rfc4015_section_3_4, after_an_undo_the_next_echo_is_answered) {
  doubtful_sender<halving_policy> host({.timestamps = true, .ecn = true});
  host.fill(20);
  const instant sent_at = host.now;
  host.wait_for_deadline();
  host.now = host.now + ms(100);
  host.in(host.answer(host.first + 1, sent_at));
  ASSERT_FALSE(host.tcp.sending().ecn().cwr_due()) << "nothing has been reduced";
  host.in(host.echoing(host.answer(host.first + 2, sent_at)));
  EXPECT_EQ(host.window(), 10 * host.size);
  EXPECT_TRUE(host.tcp.sending().ecn().cwr_due());
}

// A mark that came while the loss was in doubt is answered by the reduction, which stays.
// covers: rfc4015#3.1/9 rfc3168#6.1.2
TEST(rfc4015_section_3_4, an_echo_before_the_verdict_keeps_the_reduction) {
  doubtful_sender<halving_policy> host({.sack = true, .ecn = true});
  host.fill(20);
  host.now = host.now + ms(100);
  for (u32 i = 2; i != 5; ++i) {
    host.now = host.now + ms(1);
    host.in(host.with_block(host.answer(host.first), host.first + 1, host.first + i));
  }
  host.wait(ms(20));
  ASSERT_TRUE(host.tcp.sending().recovery().recovering());
  host.now = host.now + ms(1);
  host.in(host.echoing(host.answer(host.first + 4)));
  host.now = host.now + ms(99);
  host.in(host.with_block(host.answer(host.first + 10), host.first, host.first + 1));
  EXPECT_FALSE(host.tcp.sending().recovery().recovering()) << "the report shows that nothing was lost";
  EXPECT_EQ(host.threshold(), 10 * host.size);
  EXPECT_EQ(host.window(), 10 * host.size);
}

}  // namespace rfc3168_test
}  // namespace sequent::test

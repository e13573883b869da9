// RFC 9937: how much is sent on each acknowledgment of a recovery.
#include <gtest/gtest.h>

#include <string>

#include "tests/support/doubtful.hpp"

namespace sequent::test {
namespace rfc9937_test {

constexpr u32 mss = doubtful_sender<>::size;

/// A sender with twenty segments in flight and more to send, of which the test says what arrives.
struct twenty : doubtful_sender<> {
  explicit twenty(bool sack = true) : doubtful_sender<>({.sack = sack}) {
    fill(20);
    now = now + ms(100);
  }
  /// The first `until` of them have arrived, and of the others [from, last).
  std::vector<packet> hears(u32 until, u32 from, u32 last) {
    const packet told =
        from == last ? answer(first + until) : with_block(answer(first + until), first + from, first + last);
    const auto out = in(told);
    write(20'000);
    return out;
  }
  [[nodiscard]] u32 pipe() const { return tcp.sending().recovery().pipe(); }
  [[nodiscard]] const proportional_rate_reduction& reduction() const { return tcp.sending().recovery().reduction(); }
  [[nodiscard]] bool recovering() const { return tcp.sending().recovery().recovering(); }
  [[nodiscard]] bool again(const packet& p) const { return before(sequence_number<u32>(p.seq()), edge_); }
  /// What is sent from now on and lies before this had been sent.
  void note_edge() { edge_ = tcp.tcb().snd.nxt; }

 private:
  sequence_number<u32> edge_{};
};

// Section 8, first example: of twenty segments the first is lost. Half of what arrives may be sent, so that each second
// acknowledgment draws a segment (where the figure counts in segments and rounds up, it is the one before), until what
// is in flight has come down to ssthresh; which the window is when the recovery ends.
// covers: rfc9937#8
TEST(rfc9937_section_8, one_loss_spreads_the_reduction_over_the_round_trip) {
  twenty host;
  host.note_edge();
  std::string drawn;
  u32 in_flight = 20;
  for (u32 ack = 1; ack != 22; ++ack) {
    const auto out = host.hears(0, 1, ack + 1);
    ASSERT_LE(out.size(), 1u) << "acknowledgment " << ack;
    drawn += out.empty() ? ' ' : host.again(out[0]) ? 'R' : 'N';
    in_flight -= ack == 3 ? 2 : 1;  // the third shows the loss
    in_flight += static_cast<u32>(out.size());
    EXPECT_EQ(host.pipe(), in_flight * mss) << "acknowledgment " << ack;
  }
  EXPECT_EQ(drawn, "NNR  N N N N N N  NNN");
  EXPECT_EQ(in_flight, 10u);
  host.hears(22, 0, 0);
  EXPECT_FALSE(host.recovering());
  EXPECT_EQ(host.window(), 10 * mss);
}

// Section 8, second example: the first fifteen are lost. While acknowledgments only show losses, one segment goes for
// each segment delivered; once SND.UNA advances and nothing further is lost, one more.
// covers: rfc9937#8 rfc9937#6.2
TEST(rfc9937_section_6_2, the_bound_is_chosen_at_each_acknowledgment) {
  twenty host;
  for (u32 ack = 15; ack != 20; ++ack) EXPECT_EQ(host.hears(0, 15, ack + 1).size(), 1u) << "acknowledgment " << ack;
  EXPECT_EQ(host.window(), 5 * mss);
  for (u32 ack = 20; ack != 22; ++ack) EXPECT_EQ(host.hears(0, 15, ack + 1).size(), 1u) << "limited transmit arrived";
  host.now = host.now + ms(100);
  EXPECT_EQ(host.hears(1, 15, 22).size(), 2u);
  EXPECT_EQ(host.hears(2, 15, 22).size(), 2u);
  // What was sent again for the third is lost too: nothing is added though SND.UNA could not advance.
  EXPECT_EQ(host.hears(2, 3, 4).size(), 1u);
}

// What is told twice takes nothing back of what the first telling let go, sent or not.
// covers: rfc9937#6.2
TEST(rfc9937_section_6_2, what_delivers_nothing_leaves_the_window) {
  twenty host;
  for (u32 ack = 15; ack != 22; ++ack) host.hears(0, 15, ack + 1);
  host.now = host.now + ms(100);
  const packet told = host.with_block(host.answer(host.first + 1), host.first + 15, host.first + 22);
  ASSERT_TRUE(host.tcp.on_segment(told.header, {}, host.now));
  const u32 window = host.window();
  EXPECT_EQ(window, host.pipe() + 2 * mss);
  ASSERT_TRUE(host.tcp.on_segment(told.header, {}, host.now));
  EXPECT_EQ(host.window(), window);
}

/// Ten segments in flight and nothing more to send.
struct ten : doubtful_sender<> {
  ten() : doubtful_sender<>({.sack = true}, ms(100)) {
    write(10 * mss);
    now = now + ms(100);
  }
  std::vector<packet> hears(u32 from, u32 last) { return in(with_block(answer(0), from, last)); }
};

// Section 6.2, last step: two lost of ten leave exactly ssthresh in flight when the third of the others arrives. There
// is no room, and one segment is sent all the same, once.
// covers: rfc9937#6.2
TEST(rfc9937_section_6_2, the_first_acknowledgment_always_draws_a_segment) {
  ten host;
  EXPECT_TRUE(host.hears(2, 3).empty());
  EXPECT_TRUE(host.hears(2, 4).empty());
  const auto out = host.hears(2, 5);
  EXPECT_EQ(host.threshold(), 5 * mss);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].seq(), host.number(0));
  EXPECT_EQ(host.window(), 6 * mss) << "what was in flight, and one segment";
  EXPECT_EQ(host.tcp.sending().recovery().pipe(), 6 * mss);
}

// Section 6.1: what SACK had reported before is not delivered in this recovery, and does not slow it down.
// covers: rfc9937#6.1
TEST(rfc9937_section_6_1, what_was_reported_before_the_recovery_is_left_out) {
  twenty host;
  for (u32 ack = 1; ack != 4; ++ack) host.hears(0, 1, ack + 1);
  ASSERT_TRUE(host.recovering());
  // Twenty, two that limited transmit added, less the two that were reported by then.
  EXPECT_EQ(host.reduction().flight(), 20 * mss);
  EXPECT_EQ(host.reduction().delivered(), mss);
}

// Section 6.2: without SACK duplicates count as one segment each, but for no more than was outstanding when the
// recovery began, however many a peer sends (and MUST NOT take more off what is in flight).
// covers: rfc9937#6.2
TEST(rfc9937_section_6_2, without_sack_duplicates_deliver_no_more_than_was_outstanding) {
  twenty host(false);
  std::size_t segments = 0;
  for (int i = 0; i != 1'000; ++i) segments += host.hears(0, 0, 0).size();
  // Twenty and the two of limited transmit were outstanding; the window is ssthresh, ten segments. When all 22 are
  // taken for delivered, ten new ones are in flight, and before them went the two and what was sent again.
  EXPECT_EQ(host.reduction().flight(), 22 * mss);
  EXPECT_EQ(host.reduction().delivered(), 22 * mss);
  EXPECT_EQ(host.tcp.sending().recovery().departed(), 22 * mss);
  EXPECT_EQ(segments, 2u + 1u + 10u);
  EXPECT_EQ(host.tcp.sending().recovery().pipe(), 10 * mss);
}

// Section 6.4: the window is ssthresh at the end, though losses had brought it down further.
// covers: rfc9937#6.4
TEST(rfc9937_section_6_4, the_window_is_the_threshold_at_the_end) {
  twenty host;
  for (u32 ack = 15; ack != 20; ++ack) host.hears(0, 15, ack + 1);
  EXPECT_EQ(host.window(), 5 * mss);
  host.now = host.now + ms(100);
  host.hears(22, 0, 0);
  EXPECT_FALSE(host.recovering());
  EXPECT_EQ(host.window(), 10 * mss);
}

}  // namespace rfc9937_test
}  // namespace sequent::test

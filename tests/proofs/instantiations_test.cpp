// The two instantiations of the core, std::uint32_t as it ships and word32 as it is proved, do the same for the same
// numbers. What C++ does to integers and a bit-vector does not (promotion, narrowing) would show here.
#include <gtest/gtest.h>

#include <random>

#include "proofs/engine/symbolic.hpp"
#include "sequent/core/transmit.hpp"
#include "sequent/step.hpp"

namespace sequent::proof {
namespace {

using draw = std::mt19937;

// Numbers near one another and near the edges of the circle, where carries and comparisons differ.
u32 near_something(draw& d) {
  constexpr u32 marks[] = {0, 1, 0x7fff'ffffu, 0x8000'0000u, 0xffff'ffffu, 0x1'0000u, 0x4000'0000u};
  const u32 mark = marks[d() % std::size(marks)];
  return d() % 4 == 0 ? static_cast<u32>(d()) : mark + static_cast<u32>(d() % 9) - 4u;
}

u32 value(u32 word) { return word; }
u32 value(const word32& word) {
  EXPECT_TRUE(word.is_constant());
  return word.value();
}

// One connection and one segment, the same numbers for the same seed.
template <class W>
void fill(draw& d, control_block<W>& tcb, segment<W>& seg) {
  const u32 ours = near_something(d);
  const u32 theirs = near_something(d);
  const auto number = [](u32 n) { return sequence_number<W>(W(n)); };
  const auto close_to = [&d](u32 base) { return base + static_cast<u32>(d() % 12) - 5u; };
  tcb.state = static_cast<connection_state>(d() % 11);
  tcb.passive = d() % 2 == 0;
  tcb.snd.iss = number(close_to(ours));
  tcb.snd.una = number(ours);
  tcb.snd.nxt = number(ours + static_cast<u32>(d() % 8));
  tcb.snd.wnd = W(static_cast<u32>(d() % 20));
  tcb.snd.max_wnd = W(static_cast<u32>(d() % 20));
  tcb.snd.wl1 = number(close_to(theirs));
  tcb.snd.wl2 = number(close_to(ours));
  tcb.snd.shift = W(static_cast<u32>(d() % 15));
  tcb.snd.fin_asked = d() % 2 == 0;
  tcb.snd.fin_sent = tcb.snd.fin_asked && d() % 2 == 0;
  tcb.rcv.irs = number(close_to(theirs));
  tcb.rcv.nxt = number(theirs);
  tcb.rcv.wnd = W(static_cast<u32>(d() % 10));
  tcb.rcv.up = number(close_to(theirs));
  if (d() % 4 == 0) tcb.rcv.fin = number(theirs + 1 + static_cast<u32>(d() % 9));
  tcb.ts.enabled = d() % 2 == 0;
  tcb.ts.recent = number(near_something(d));
  tcb.ts.last_ack_sent = number(close_to(theirs));
  seg.seq = number(close_to(theirs));
  seg.ack = number(close_to(ours));
  seg.control = control_bits<W>(W(static_cast<u32>(d() % 4 == 0 ? d() % 256 : 16 + d() % 4 * 16)));
  seg.wnd = W(static_cast<u32>(d() % 65536));
  seg.up = W(static_cast<u32>(d() % 16));
  seg.text_length = W(static_cast<u32>(d() % 12));
  if (d() % 2 == 0) seg.options.ts = timestamps<W>{number(near_something(d)), number(near_something(d))};
}

// Everything that a step may have changed or asked for, as plain numbers.
template <class W>
std::vector<u32> outcome(const control_block<W>& tcb, const actions<W>& out) {
  std::vector<u32> all{static_cast<u32>(tcb.state),
                       tcb.passive,
                       tcb.snd.fin_sent,
                       tcb.snd.fin_asked,
                       tcb.rcv.fin.has_value(),
                       tcb.ts.enabled,
                       tcb.challenges.sent,
                       static_cast<u32>(out.answer),
                       out.raised.bits(),
                       static_cast<u32>(out.text),
                       out.acceptable_ack,
                       out.duplicate_ack,
                       out.window_opened,
                       out.time_wait,
                       out.deleted,
                       out.reset_ack.has_value()};
  for (const W& word :
       {tcb.snd.iss.wire(),   tcb.snd.una.wire(), tcb.snd.nxt.wire(), tcb.snd.wnd,          tcb.snd.wl1.wire(),
        tcb.snd.wl2.wire(),   tcb.snd.max_wnd,    tcb.snd.shift,      tcb.rcv.irs.wire(),   tcb.rcv.nxt.wire(),
        tcb.rcv.wnd,          tcb.rcv.up.wire(),  tcb.rcv.shift,      tcb.ts.recent.wire(), tcb.ts.last_ack_sent.wire(),
        out.reset_seq.wire(), out.text_skip,      out.text_take,      out.text_at.wire(),   out.acked}) {
    all.push_back(value(word));
  }
  if (tcb.rcv.fin) all.push_back(value(tcb.rcv.fin->wire()));
  if (out.reset_ack) all.push_back(value(out.reset_ack->wire()));
  return all;
}

template <class W>
std::vector<u32> run(u32 seed) {
  draw d(seed);
  control_block<W> tcb;
  segment<W> seg;
  fill(d, tcb, seg);
  surroundings<W> around;
  around.now = instant::from_microseconds(5'000'000);
  around.iss = sequence_number<W>(W(near_something(d)));
  const actions<W> out = step(tcb, seg, around);
  return outcome(tcb, out);
}

TEST(Instantiations, StepAlike) {
  for (u32 seed = 1; seed <= 20'000; ++seed) ASSERT_EQ(run<u32>(seed), run<word32>(seed)) << "seed " << seed;
}

template <class W>
std::vector<u32> offers(u32 seed) {
  draw d(seed);
  receive_variables<W> rcv;
  rcv.wnd = W(near_something(d) & 0x3fff'ffffu);
  rcv.shift = W(static_cast<u32>(d() % 15));
  const W room(near_something(d));
  const W worthwhile(near_something(d));
  const window_offer<W> offer = offer_window(rcv, room, worthwhile, d() % 4 == 0);
  return {value(offer.field), value(offer.wnd)};
}

TEST(Instantiations, OfferWindowsAlike) {
  for (u32 seed = 1; seed <= 20'000; ++seed) ASSERT_EQ(offers<u32>(seed), offers<word32>(seed)) << "seed " << seed;
}

}  // namespace
}  // namespace sequent::proof

// Window scaling, the offer of a window, and the update of the send window.
#include "proofs/engine/symbolic.hpp"
#include "sequent/core/arrives_synchronized.hpp"
#include "sequent/core/transmit.hpp"

namespace sequent::proof {
namespace {

const position largest_window{std::int64_t{1} << 30};

word32 shift_input(std::uint32_t most) {
  const word32 shift = word32::input("shift", 4);
  assume(!below(word32(most), shift));
  return shift;
}

// RFC 7323 section 2.3: the largest window is below 2^30, so it never spans half the circle.
void scaled(std::uint32_t most_shift) {
  const word32 field = word32::input("field", 16);
  const word32 shift = shift_input(most_shift);
  const word32 window = scaled_window(field, shift);
  prove(position::unsigned_of(window) <= largest_window, "a scaled window never exceeds 2^30");
  prove(same(window >> shift, field), "no bit of the field is lost");
}

// The offered edge, RCV.NXT + RCV.WND, never moves left; what goes on the wire never says more than what is kept, nor
// less by a unit of the scale unless the field is full.
void offered(word32 (*kept)(const receive_variables<word32>&, const window_offer<word32>&)) {
  receive_variables<word32> rcv;
  rcv.wnd = word32::input("window");
  rcv.shift = shift_input(largest_shift);
  const word32 room = word32::input("room");
  const word32 worthwhile = word32::input("worthwhile");
  const bool unscaled = truth::input("unscaled");
  assume(position::unsigned_of(rcv.wnd) <= largest_window);
  const window_offer<word32> offer = offer_window(rcv, room, worthwhile, unscaled);
  const word32 shift = unscaled ? word32(0) : rcv.shift;
  const position before = position::unsigned_of(rcv.wnd);
  const position after = position::unsigned_of(kept(rcv, offer));
  const position seen = position::unsigned_of(offer.field << shift);
  const position storage = position::unsigned_of(room);
  const position unit = position(1) << position::unsigned_of(shift);
  prove(after >= before, "the offered edge never moves left");
  prove(after <= largest_window, "the offer never exceeds 2^30");
  prove(position::unsigned_of(offer.field) <= position(0xffff), "the field fits its 16 bits");
  prove(seen <= after, "the peer is never told more than is kept");
  const truth full = same(offer.field, word32(0xffff));
  prove(full || after - seen < unit, "the peer is told less by under one unit of the scale");
  prove(after == before || after <= storage, "no more is offered than there is room for");
  prove(after == before || storage - before >= position::unsigned_of(worthwhile), "no silly advance");
}

// The fifth check's rule for SND.WND, in positions: taken when the segment is newer than the last that was taken, by
// its number or because it acknowledges more. So SND.UNA + SND.WND stays, or is what this segment offers: it never
// passes an edge that was offered, if it had not before. `letter`: the rule by numbers alone.
void updated(bool strictly_newer, bool letter) {
  const stream ours = stream::flowing(axis::send);
  const stream theirs = stream::flowing(axis::receive);
  const word32 flight = word32::input("flight");
  const word32 acknowledged = word32::input("ack");
  const word32 last_seq = word32::input("wl1");
  const word32 last_ack = word32::input("wl2");
  assume(below(flight, word32(half_circle)));
  control_block<word32> tcb;
  tcb.snd.una = sequence_number<word32>(ours.wire(word32(0)));
  tcb.snd.nxt = sequence_number<word32>(ours.wire(flight));
  tcb.snd.wl1 = sequence_number<word32>(theirs.wire(last_seq));
  tcb.snd.wl2 = sequence_number<word32>(ours.wire(last_ack));
  tcb.snd.wnd = word32::input("window");
  tcb.snd.max_wnd = word32::input("largest");
  tcb.snd.shift = shift_input(largest_shift);
  segment<word32> seg;
  seg.seq = sequence_number<word32>(theirs.wire(word32(0)));
  seg.ack = sequence_number<word32>(ours.wire(acknowledged));
  seg.wnd = word32::input("field", 16);
  // WL1 and WL2 are those of an earlier segment, less than half the circle away (A30).
  assume(!same(last_seq, word32(half_circle)));
  assume(ours.at(last_ack) <= ours.at(word32(0)));
  assume(ours.at(flight) - ours.at(last_ack) < position(std::int64_t{1} << 31));
  const word32 old_window = tcb.snd.wnd;
  actions<word32> out;
  take_ack(tcb, seg, out);
  const position una = ours.at(word32(0));
  const position ack = ours.at(acknowledged);
  const position nxt = ours.at(flight);
  const truth fresh = una < ack && ack <= nxt;
  const truth valid = una <= ack && ack <= nxt;
  const position seq = theirs.at(word32(0));
  const position wl1 = theirs.at(last_seq);
  const truth by_number = wl1 < seq || (wl1 == seq && truth(!strictly_newer) && ours.at(last_ack) <= ack);
  const truth newer = by_number || (fresh && truth(!letter));
  const word32 offered_window = seg.wnd << tcb.snd.shift;
  prove(implies(fresh, same(tcb.snd.una.wire(), seg.ack.wire())), "a new ACK moves SND.UNA");
  prove(implies(!fresh, ours.unwrap(tcb.snd.una.wire()) == una), "no other ACK moves it");
  prove(implies(valid && newer, same(tcb.snd.wnd, offered_window)), "a newer segment's window is taken");
  prove(implies(!(valid && newer), same(tcb.snd.wnd, old_window)), "an older segment's window is not");
  prove(truth(out.window_opened) == (valid && newer), "and that is reported");
  const position edge = ours.unwrap(tcb.snd.una.wire()) + position::unsigned_of(tcb.snd.wnd);
  const position old_edge = una + position::unsigned_of(old_window);
  const position offered_edge = ack + position::unsigned_of(offered_window);
  prove(edge == old_edge || (valid && edge == offered_edge), "the edge is the old one or the one that is offered");
}

word32 as_offered(const receive_variables<word32>&, const window_offer<word32>& offer) { return offer.wnd; }
word32 as_seen(const receive_variables<word32>& rcv, const window_offer<word32>& offer) {
  return offer.field << rcv.shift;
}

const enrol scaling({
    .id = "proof.window.scaling",
    .says = "a scaled window loses no bit and never exceeds 2^30",
    .cite = "rfc7323#2.3",
    .bounds = "all 16-bit fields, all shifts from 0 to 14",
    .body = [] { scaled(largest_shift); },
    .controls = {{"a shift of 15 is let in", [] { scaled(15); }}},
});

// covers: rfc9293#3.8.6.2.2
const enrol offer({
    .id = "proof.window.offer",
    .says =
        "an offer of a window never moves the offered edge left, never exceeds the room or 2^30, and never tells the "
        "peer more than is kept",
    .cite = "rfc9293#3.8.6",
    .bounds = "windows up to 2^30, all sizes of room and of worthwhile advances, shifts from 0 to 14, scaled or not",
    .body = [] { offered(as_offered); },
    .controls = {{"what the peer sees after rounding is taken for the window", [] { offered(as_seen); }}},
});

// covers: rfc9293#3.8.6
const enrol update({
    .id = "proof.window.update",
    .says =
        "SND.UNA moves for new acknowledgments only, SND.WND is taken from newer segments only, and SND.UNA + SND.WND "
        "is what it was or what the segment offers, so it never passes an offered edge",
    .cite = "rfc9293#3.10.7.4/fifth",
    .bounds = "all acknowledgment numbers, WL1 less than 2^31 away from SEG.SEQ, WL2 not beyond SND.UNA and less than "
              "2^31 behind SND.NXT",
    .body = [] { updated(false, false); },
    .controls = {{"a segment at SND.WL1 is not new enough", [] { updated(true, false); }},
                 {"an older number's window is left though it acknowledges more", [] { updated(false, true); }}},
});

}  // namespace
}  // namespace sequent::proof

// Table 6 and trimming against a definition by intervals of positions.
#include "sequent/core/acceptance.hpp"
#include "proofs/engine/symbolic.hpp"

namespace sequent::proof {
namespace {

constexpr std::uint32_t largest_text = half_circle - 3;

// A segment and a window on the receive stream; position 0 stands for RCV.NXT.
struct scene {
  segment<word32> seg;
  receive_variables<word32> rcv;
  position first;   // of the segment, SYN included
  position length;  // in sequence space
  position window;
  position text_first;
  position text_length;
};

scene arrange() {
  const stream line = stream::starting(axis::receive);
  const word32 distance = word32::input("distance");
  scene view;
  view.rcv.nxt = sequence_number<word32>(line.wire(word32(0)));
  view.rcv.wnd = word32::input("window");
  view.seg.seq = sequence_number<word32>(line.wire(distance));
  view.seg.control = control_bits<word32>(word32::input("control", 8));
  view.seg.text_length = word32::input("text");
  assume(!below(word32(half_circle), view.rcv.wnd));
  assume(!below(word32(largest_text), view.seg.text_length));
  view.first = line.at(distance);
  view.window = position::unsigned_of(view.rcv.wnd);
  view.text_length = position::unsigned_of(view.seg.text_length);
  const word32 bits = view.seg.control.wire();
  const position syn = position::unsigned_of((bits >> word32(1)) & word32(1));
  const position fin = position::unsigned_of(bits & word32(1));
  view.text_first = view.first + syn;
  view.length = view.text_length + syn + fin;
  return view;
}

using acceptance_test = bool (*)(const segment<word32>&, const receive_variables<word32>&);

// An octet lies in the window when the intervals meet. Table 6 looks at the first and the last octet only, so it does
// not accept a segment that covers the whole window with both its ends outside (A16).
void accepts_what_lies_in_the_window(acceptance_test accepts) {
  const scene view = arrange();
  const truth answer = accepts(view.seg, view.rcv);
  const position end = view.first + view.length;
  const truth empty = view.length == position(0);
  const truth closed = view.window == position(0);
  const truth point_inside = position(0) <= view.first && view.first < view.window;
  const truth point = (closed && view.first == position(0)) || (!closed && point_inside);
  const truth meets = view.first < view.window && end > position(0) && !closed;
  const truth covers = view.first < position(0) && end > view.window;
  prove(implies(empty, answer == point), "without length: the point lies in the window");
  prove(implies(!empty, answer == (meets && !covers)), "with length: an octet lies in the window");
}

bool only_the_first_octet(const segment<word32>& seg, const receive_variables<word32>& rcv) {
  if (rcv.wnd == word32(0)) return seg.length() == word32(0) && seg.seq == rcv.nxt;
  return in_window(seg.seq, rcv.nxt, rcv.wnd);
}

bool end_instead_of_last(const segment<word32>& seg, const receive_variables<word32>& rcv) {
  if (acceptable(seg, rcv)) return true;
  if (rcv.wnd == word32(0)) return false;
  return in_window(seg.seq + seg.length(), rcv.nxt, rcv.wnd);
}

// Trimming keeps exactly the octets of the text that lie in the window.
void trims_to_the_window(bool forget_right_edge) {
  const scene view = arrange();
  assume(truth(same(view.seg.control.wire() & word32(control_bits<>::syn_bit), word32(0))));
  if (!acceptable(view.seg, view.rcv)) return;
  const text_in_window<word32> kept = trim(view.seg, view.rcv);
  const position begin = view.text_first;
  const position end = begin + view.text_length;
  const position limit = forget_right_edge ? end : view.window;
  const position low = begin < position(0) ? position(0) : begin;
  const position high = end < limit ? end : limit;
  if (low < high) {
    prove(position::unsigned_of(kept.take) == high - low, "the octets in the window are taken");
    prove(position::unsigned_of(kept.skip) == low - begin, "the octets before it are skipped");
    prove(same(kept.first.wire(), (view.seg.seq + kept.skip).wire()), "the first is named by its number");
  } else {
    prove(same(kept.take, word32(0)), "nothing is taken when no octet is in the window");
  }
}

const char* const ranges = "all numbers; windows up to 2^31, text up to 2^31 - 3 octets, all control bits";

const enrol acceptance({
    .id = "proof.acceptance",
    .says =
        "Table 6 accepts exactly the segments of which an octet (without length: the point) lies in the window, but "
        "for those that cover the whole window with both ends outside (A16)",
    .cite = "rfc9293#3.10.7.4/first",
    .bounds = ranges,
    .body = [] { accepts_what_lies_in_the_window(acceptable<word32>); },
    .controls = {{"the last octet is not looked at", [] { accepts_what_lies_in_the_window(only_the_first_octet); }},
                 {"the octet after the last is looked at",
                  [] { accepts_what_lies_in_the_window(end_instead_of_last); }}},
});

const enrol trimming({
    .id = "proof.acceptance.trim",
    .says = "trimming an acceptable segment keeps exactly the octets of its text that lie in the window",
    .cite = "rfc9293#3.10.7.4/first",
    .bounds = std::string(ranges) + " but SYN",
    .body = [] { trims_to_the_window(false); },
    .controls = {{"the right edge is forgotten", [] { trims_to_the_window(true); }}},
});

}  // namespace
}  // namespace sequent::proof

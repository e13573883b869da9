// Header prediction against the walk that it saves.
#include "proofs/arrival.hpp"
#include "sequent/core/predict.hpp"

namespace sequent::proof {
namespace {

using predicting = bool (*)(control_block<word32>&, const segment<word32>&, instant, actions<word32>&);

// Whatever is taken as predicted leaves the same behind as step() would.
void agrees(connection_state at, predicting predict) {
  const arrival scene = arrange(at);
  control_block<word32> quick = scene.tcb;
  actions<word32> quick_out;
  if (!predict(quick, scene.seg, scene.around.now, quick_out)) return;
  control_block<word32> walked = scene.tcb;
  const actions<word32> walked_out = step(walked, scene.seg, scene.around);
  prove(quick == walked, "the control block is the walk's");
  prove(quick_out == walked_out, "what is to be done is the walk's");
}

bool shipped(control_block<word32>& tcb, const segment<word32>& seg, instant now, actions<word32>& out) {
  return arrives_as_predicted(tcb, seg, now, out);
}

// Text that overlaps what has arrived is taken too.
bool from_anywhere(control_block<word32>& tcb, const segment<word32>& seg, instant now, actions<word32>& out) {
  segment<word32> moved = seg;
  moved.seq = tcb.rcv.nxt;
  return arrives_as_predicted(tcb, moved, now, out);
}

// The window is not looked at.
bool any_window(control_block<word32>& tcb, const segment<word32>& seg, instant now, actions<word32>& out) {
  segment<word32> same_window = seg;
  same_window.wnd = tcb.snd.wnd >> tcb.snd.shift;
  return arrives_as_predicted(tcb, same_window, now, out);
}

// A FIN is not noticed.
bool deaf(control_block<word32>& tcb, const segment<word32>& seg, instant now, actions<word32>& out) {
  segment<word32> without = seg;
  without.control = seg.control.without(control_bits<word32>::fin_bit);
  return arrives_as_predicted(tcb, without, now, out);
}

constexpr auto established = connection_state::established;

// covers: header-prediction
const enrol prediction({
    .id = "proof.header_prediction",
    .says = "a segment that is taken as predicted leaves the same control block and the same actions as the walk of "
            "section 3.10.7.4",
    .cite = "rfc9293#3.10.7.4",
    .bounds = arrival_bounds,
    .body = [] { agrees(established, shipped); },
    .controls = {{"a segment from anywhere", [] { agrees(established, from_anywhere); }},
                 {"any window", [] { agrees(established, any_window); }},
                 {"a FIN is not seen", [] { agrees(established, deaf); }}},
    .seconds = 120,
});

}  // namespace
}  // namespace sequent::proof

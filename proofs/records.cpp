// The records of a stack against the whole blocks that they stand for.
#include "proofs/arrival.hpp"
#include "sequent/core/transmit.hpp"
#include "sequent/stack/half_open.hpp"
#include "sequent/stack/time_wait.hpp"

namespace sequent::proof {
namespace {

using tcb_type = control_block<word32>;

// TIME-WAIT.

using remembering = time_wait<word32> (*)(const tcb_type&);

time_wait<word32> shipped_time_wait(const tcb_type& tcb) { return compress_time_wait(tcb); }

time_wait<word32> without_largest_window(const tcb_type& tcb) {
  time_wait<word32> record = compress_time_wait(tcb);
  record.max_wnd = word32(0);
  return record;
}

time_wait<word32> without_timestamps(const tcb_type& tcb) {
  time_wait<word32> record = compress_time_wait(tcb);
  record.timestamps = false;
  return record;
}

time_wait<word32> without_window(const tcb_type& tcb) {
  time_wait<word32> record = compress_time_wait(tcb);
  record.rcv_wnd = word32(0xffff);
  return record;
}

// A block in TIME-WAIT that owes no acknowledgment, and the block made from its record, take the same segment.
void time_wait_is_kept(remembering remember) {
  const arrival scene = arrange(connection_state::time_wait);
  tcb_type whole = scene.tcb;
  whole.ts.last_ack_sent = whole.rcv.nxt;
  tcb_type small = expand(remember(whole));
  const actions<word32> of_whole = step(whole, scene.seg, scene.around);
  const actions<word32> of_small = step(small, scene.seg, scene.around);
  prove(of_whole == of_small, "the record asks for what the block asks for");
  prove(whole.state == small.state, "the record ends when the block ends");
  if (whole.state != connection_state::time_wait) return;
  prove(compress_time_wait(whole) == compress_time_wait(small), "what is recorded afterwards is the same");
}

// covers: time-wait-records
const enrol of_time_wait({
    .id = "proof.records.time_wait",
    .says = "a block in TIME-WAIT and the one made from its record do the same with every segment, and leave the same "
            "record",
    .cite = "rfc9293#3.10.7.4",
    .bounds = arrival_bounds,
    .body = [] { time_wait_is_kept(shipped_time_wait); },
    .controls = {{"the largest window is forgotten", [] { time_wait_is_kept(without_largest_window); }},
                 {"timestamps are forgotten", [] { time_wait_is_kept(without_timestamps); }},
                 {"the window offered is forgotten", [] { time_wait_is_kept(without_window); }}},
    .seconds = 120,
});

// The SYN queue.

using keeping = half_open<word32> (*)(const tcb_type&);

half_open<word32> shipped_half_open(const tcb_type& tcb) { return compress(tcb); }

half_open<word32> without_shift(const tcb_type& tcb) {
  half_open<word32> record = compress(tcb);
  record.window = record.window & word32(0xffff);
  return record;
}

half_open<word32> without_recent(const tcb_type& tcb) {
  half_open<word32> record = compress(tcb);
  record.recent = {};
  return record;
}

// What a listener offers.
tcb_type listener_of(const tcb_type& tcb) {
  tcb_type listening;
  listening.state = connection_state::listen;
  listening.passive = true;
  listening.offer = tcb.offer;
  listening.challenges.limit = tcb.challenges.limit;
  return listening;
}

// Whatever a record says, a segment leaves its block either in a state of which the record says everything, or out of
// the SYN queue. `keep` stands for compress() in the end.
void half_open_is_kept(keeping keep) {
  const arrival scene = arrange(connection_state::syn_received);
  if (!scene.tcb.passive) return;
  const tcb_type listening = listener_of(scene.tcb);
  half_open<word32> record = compress(scene.tcb);
  record.window = word32::input("offered", 16) | (scene.tcb.snd.shift << word32(16));
  tcb_type tcb = expand(record, listening);
  prove(expand(keep(tcb), listening) == tcb, "the block that is made from a record gives the record again");
  static_cast<void>(step(tcb, scene.seg, scene.around));
  if (tcb.state != connection_state::syn_received) return;
  prove(expand(keep(tcb), listening) == tcb, "nothing is lost of what a segment changes");
}

// covers: listeners
const enrol of_half_open({
    .id = "proof.records.half_open",
    .says = "the block made from a record of the SYN queue is, after any segment that leaves it there, again the one "
            "made from its record",
    .cite = "rfc4987#3.3",
    .bounds = arrival_bounds,
    .body = [] { half_open_is_kept(shipped_half_open); },
    .controls = {{"the window's shift is forgotten", [] { half_open_is_kept(without_shift); }},
                 {"the peer's timestamp is forgotten", [] { half_open_is_kept(without_recent); }}},
    .seconds = 120,
});

// From LISTEN to SYN-RECEIVED.
void syn_is_kept(keeping keep) {
  const arrival scene = arrange(connection_state::listen);
  tcb_type tcb = scene.tcb;
  tcb.passive = true;
  const tcb_type listening = tcb;
  static_cast<void>(step(tcb, scene.seg, scene.around));
  if (tcb.state != connection_state::syn_received) return;
  prove(expand(keep(tcb), listening) == tcb, "nothing is lost of what LISTEN makes of a SYN");
  const word32 field = word32::input("offered", 16);
  note_sent(tcb, compose_syn(tcb, field, word32(0)), field);
  prove(expand(keep(tcb), listening) == tcb, "nor when its SYN,ACK has been sent");
}

// covers: listeners
const enrol of_syn({
    .id = "proof.records.syn",
    .says =
        "the record of the SYN queue gives back the block that LISTEN makes of any SYN, before and after its SYN,ACK "
        "is sent",
    .cite = "rfc4987#3.3",
    .bounds = arrival_bounds,
    .body = [] { syn_is_kept(shipped_half_open); },
    .controls = {{"the window's shift is forgotten", [] { syn_is_kept(without_shift); }},
                 {"the peer's timestamp is forgotten", [] { syn_is_kept(without_recent); }}},
    .seconds = 120,
});

}  // namespace
}  // namespace sequent::proof

// A symbolic connection and a symbolic segment: see arrival.hpp.
#include "proofs/arrival.hpp"

namespace sequent::proof {
namespace {

using number = sequence_number<word32>;

const position half{std::int64_t{1} << 31};
constexpr std::uint32_t widest = 1u << 30;

word32 at_most(const char* name, std::uint32_t most) {
  const word32 value = word32::input(name);
  assume(!below(word32(most), value));
  return value;
}

// Two points on one circle have an order only when they are less than half of it apart (A1).
void assume_comparable(const position& a, const position& b) { assume(a - b < half && b - a < half); }

bool is_early(connection_state at) {
  return at == connection_state::closed || at == connection_state::listen || at == connection_state::syn_sent;
}

// How far RCV.NXT is from the base of the peer's stream, and SND.UNA from that of ours: in SYN-RECEIVED the bases are
// the SYNs themselves, which nothing precedes; later they are arbitrary points of long streams.
places place(connection_state at, bool closed_early) {
  const bool young = is_early(at) || at == connection_state::syn_received || closed_early;
  return {young ? stream::starting(axis::send) : stream::flowing(axis::send),
          young ? stream::starting(axis::receive) : stream::flowing(axis::receive), stream::flowing(axis::clock)};
}

// The segment: any fields at all, its numbers written from where the connection stands.
segment<word32> any_segment(const places& where, const word32& rcv_offset) {
  segment<word32> seg;
  seg.seq = number(where.theirs.wire(rcv_offset + word32::input("seq")));
  seg.ack = number(where.ours.wire(word32::input("ack")));
  seg.control = control_bits<word32>(word32::input("control", 8));
  seg.wnd = word32::input("field", 16);
  seg.up = word32::input("urgent", 16);
  seg.text_length = at_most("text", widest);
  return seg;
}

// Our side of a connection that has exchanged SYNs.
void any_send_side(arrival& scene) {
  send_variables<word32>& snd = scene.tcb.snd;
  const stream& ours = scene.where.ours;
  const connection_state at = scene.tcb.state;
  snd.iss = number(ours.start());
  snd.una = number(ours.wire(word32(0)));
  snd.shift = word32::input("shift", 4);
  assume(!below(word32(largest_shift), snd.shift));
  word32 flight;
  if (scene.tcb.syn_pending()) {
    flight = word32(1);
    snd.fin_asked = scene.tcb.closed_early || truth::input("fin_asked");
    snd.nxt = number(ours.wire(flight));
    // A CLOSE behind text waits in SYN-RECEIVED, one without is FIN-WAIT-1.
    const word32 queued = at_most("queued", widest);
    if (scene.tcb.closed_early) assume(same(queued, word32(0)));
    scene.more.snd_end = ours.at(flight) + places::octets(queued);
    return;
  }
  switch (at) {
    case connection_state::fin_wait_2:
    case connection_state::time_wait: snd.fin_asked = snd.fin_sent = true; break;
    case connection_state::fin_wait_1:
    case connection_state::closing:
      snd.fin_asked = true;
      snd.fin_sent = truth::input("fin_sent");
      flight = at_most("flight", half_circle - 1);
      break;
    case connection_state::last_ack:
      snd.fin_asked = snd.fin_sent = true;
      flight = at_most("flight", half_circle - 1);
      break;
    case connection_state::close_wait: snd.fin_asked = truth::input("fin_asked"); [[fallthrough]];
    default: flight = at_most("flight", half_circle - 1); break;
  }
  // A FIN that was sent and acknowledged has moved the connection on from these states.
  const bool fin_in_flight = snd.fin_sent && at != connection_state::fin_wait_2 && at != connection_state::time_wait;
  if (fin_in_flight) assume(!same(flight, word32(0)));
  snd.nxt = number(ours.wire(flight));
  scene.more.snd_end = ours.at(flight) + places::octets(at_most("queued", widest));
}

// The send window, and the segment that last updated it.
void any_send_window(arrival& scene) {
  send_variables<word32>& snd = scene.tcb.snd;
  const places& where = scene.where;
  const bool handshake = scene.tcb.syn_pending();
  if (handshake && scene.tcb.passive) return;  // nothing has given it a window yet
  snd.wnd = at_most("window", widest);
  snd.max_wnd = at_most("largest", widest);
  assume(!below(snd.max_wnd, snd.wnd));
  if (handshake) {
    snd.wl1 = scene.tcb.rcv.irs;
    snd.wl2 = snd.iss;
    return;
  }
  snd.wl1 = number(where.theirs.wire(word32::input("wl1")));
  snd.wl2 = number(where.ours.wire(word32::input("wl2")));
  assume_comparable(where.receive(scene.seg.seq), where.receive(snd.wl1));
  assume(where.send(snd.wl2) <= where.send(snd.una) && where.send(snd.nxt) - where.send(snd.wl2) < half);
}

// The peer's side. A FIN is held only where text may still come, and only inside the window.
void any_receive_side(arrival& scene, const word32& rcv_offset) {
  receive_variables<word32>& rcv = scene.tcb.rcv;
  const stream& theirs = scene.where.theirs;
  rcv.irs = number(theirs.start());
  rcv.nxt = number(theirs.wire(rcv_offset));
  rcv.wnd = at_most("rcv_wnd", widest);
  rcv.up = number(theirs.wire(rcv_offset + at_most("rcv_up", widest) - at_most("rcv_up_lag", widest)));
  if (may_receive_text(scene.tcb.state) && !scene.tcb.closed_early && truth::input("fin_held")) {
    const word32 ahead = word32::input("fin_ahead");
    assume(below(word32(0), ahead) && below(ahead, rcv.wnd));
    rcv.fin = number(theirs.wire(rcv_offset + ahead));
  }
}

void any_timestamps(arrival& scene) {
  timestamp_variables<word32>& ts = scene.tcb.ts;
  const places& where = scene.where;
  const bool young = scene.tcb.syn_pending();
  // Before our SYN is acknowledged nothing but the SYN can have been acknowledged.
  ts.last_ack_sent = young ? scene.tcb.rcv.nxt : number(where.theirs.wire(word32::input("last_ack")));
  ts.enabled = truth::input("timestamps");
  if (!ts.enabled) return;
  ts.recent = number(where.ticks.wire(word32(0)));
  ts.recent_at = scene.around.now;
  if (!truth::input("has_timestamps")) return;
  scene.seg.options.ts = sequent::timestamps<word32>{number(where.ticks.wire(word32::input("tick"))), {}};
  scene.ts_stale = truth::input("stale");
  if (scene.ts_stale) ts.recent_at = scene.around.now - duration::microseconds(spec::longest_use_of_recent + 1);
  assume_comparable(where.clock(scene.seg.options.ts->value), where.clock(ts.recent));
  assume(where.receive(ts.last_ack_sent) <= where.receive(scene.tcb.rcv.nxt));
  assume_comparable(where.receive(scene.seg.seq), where.receive(ts.last_ack_sent));
}

// CLOSED, LISTEN and SYN-SENT: nothing is known of the peer, whose number is position 0 wherever it stands.
void any_opening(arrival& scene) {
  control_block<word32>& tcb = scene.tcb;
  scene.around.iss = number(scene.where.ours.wire(word32(0)));
  if (truth::input("has_timestamps")) {
    scene.seg.options.ts = sequent::timestamps<word32>{number(scene.where.ticks.wire(word32::input("tick"))), {}};
  }
  tcb.offer.timestamps = truth::input("offers_timestamps");
  tcb.offer.window_scale = truth::input("offers_scale");
  tcb.offer.ecn = truth::input("offers_ecn");
  if (truth::input("has_scale")) scene.seg.options.window_scale = truth::input("wild_scale") ? 255 : 7;
  if (tcb.state == connection_state::listen) tcb.passive = true;
  if (tcb.state != connection_state::syn_sent) return;
  tcb.snd.iss = tcb.snd.una = scene.around.iss;
  tcb.snd.nxt = number(scene.where.ours.wire(word32(1)));
  tcb.rcv.wnd = at_most("rcv_wnd", 0xffff);
  scene.more.snd_end = position(1) + places::octets(at_most("queued", widest));
}

}  // namespace

arrival arrange(connection_state at, bool closed_early) {
  const bool handshake = at == connection_state::syn_received || closed_early;
  const word32 rcv_offset(handshake ? 1 : 0);
  const places where = place(at, closed_early);
  arrival scene{.where = where, .tcb = {}, .seg = {}, .around = {}, .more = {}};
  scene.tcb.state = at;
  scene.around.now = instant::from_microseconds(0) + duration::seconds(100LL * 24 * 3600);
  scene.tcb.challenges.since = scene.around.now;
  scene.seg = any_segment(where, rcv_offset);
  if (is_early(at)) {
    if (at != connection_state::closed) any_opening(scene);
    scene.seg.seq = number(where.theirs.wire(word32(0)));
    return scene;
  }
  scene.tcb.closed_early = closed_early;
  scene.tcb.passive = handshake && truth::input("passive");
  any_send_side(scene);
  any_receive_side(scene, rcv_offset);
  any_send_window(scene);
  any_timestamps(scene);
  if (handshake) scene.tcb.ecn = truth::input("ecn");
  return scene;
}

namespace {

// What the caller of a step relies on beside the control block.
void prove_actions(const arrival& before, const arrival& after, const actions<word32>& out) {
  const word32 old_nxt = before.tcb.rcv.nxt.wire();
  if (out.text == text_placement::in_order) prove(same(out.text_at.wire(), old_nxt), "text in order begins at RCV.NXT");
  if (out.text != text_placement::none) {
    const segment<word32>& seg = before.seg;
    prove(same(out.text_at.wire() - seg.seq.wire(), out.text_skip), "skipped octets lead to the first taken");
    prove(!below(seg.text_length, out.text_skip) && !below(seg.text_length - out.text_skip, out.text_take),
          "what is taken is inside the segment's text");
  }
  const connection_state old_state = before.tcb.state;
  const connection_state state = after.tcb.state;
  prove(truth(out.deleted == (state == connection_state::closed && old_state != connection_state::closed)),
        "the caller is told when the block is deleted");
  prove(truth(state != connection_state::time_wait || old_state == state || out.time_wait),
        "the caller is told to start the TIME-WAIT timer");
}

// Whether the scene after a step is among the permitted outcomes.
truth among(const spec::outcomes<position>& permitted, spec::phase before, arrival after, const actions<word32>& out,
            bool throttled) {
  const bool known = before != spec::phase::closed && before != spec::phase::listen;
  after.more.owes_ack = out.answer == reply::ack || out.answer == reply::challenge_ack;
  if (out.text == text_placement::out_of_order) {
    const position first = after.where.receive(out.text_at);
    after.more.held.push_back({first, first + places::octets(out.text_take)});
  }
  if (before == spec::phase::listen) after.more.snd_end = position(1);
  const spec::state<position> reached = after.before();
  spec::observation<position> seen = refinement::abstract_actions<position>(out, after.where, known);
  seen.throttled = throttled;
  truth any = false;
  for (const auto& each : permitted) any = any || spec::matches(each, reached, seen);
  return any;
}

}  // namespace

void refines(const arrival& scene, const stepping& take) {
  arrival after = scene;
  const actions<word32> out = take(after.tcb, after.seg, after.around);
  const spec::state<position> before = scene.before();
  const auto permitted = spec::permitted<spec::matching::first>(before, scene.event());
  prove(among(permitted, before.at, after, out, false), "the result is one that the specification permits");
  prove_actions(scene, after, out);
  // Once more with the allowance of challenge ACKs used up: the same decisions, so this costs no question. Most results
  // are the very same.
  arrival weary = scene;
  weary.tcb.challenges.sent = weary.tcb.challenges.limit;
  const actions<word32> silent = take(weary.tcb, weary.seg, weary.around);
  weary.tcb.challenges = after.tcb.challenges;
  if (weary.tcb == after.tcb && silent == out) return;
  prove(among(permitted, before.at, weary, silent, true),
        "so is the result when no challenge ACK may be sent any more");
}

}  // namespace sequent::proof

// SEGMENT ARRIVES, state by state: the production walk against the specification, for all values.
#include "proofs/arrival.hpp"

namespace sequent::proof {
namespace {

using tcb_t = control_block<word32>;
using seg_t = segment<word32>;
using around_t = surroundings<word32>;

// Broken cores, for the controls.

// Any RST in the window resets, as before RFC 5961.
actions<word32> believing_every_reset(tcb_t& tcb, const seg_t& seg, const around_t& around) {
  seg_t moved = seg;
  if (seg.control.rst() && in_window(seg.seq, tcb.rcv.nxt, tcb.rcv.wnd)) moved.seq = tcb.rcv.nxt;
  return step(tcb, moved, around);
}

// An acknowledgment whose number is smaller than SND.UNA's is taken for an old one.
actions<word32> comparing_plain_numbers(tcb_t& tcb, const seg_t& seg, const around_t& around) {
  seg_t old = seg;
  if (seg.ack.wire() < tcb.snd.una.wire()) old.ack = tcb.snd.una;
  return step(tcb, old, around);
}

// The FIN of a segment is not seen.
actions<word32> deaf_to_fin(tcb_t& tcb, const seg_t& seg, const around_t& around) {
  seg_t without = seg;
  without.control = seg.control.without(control_bits<word32>::fin_bit);
  return step(tcb, without, around);
}

// The acknowledgment of our FIN is not told from others.
actions<word32> forgetting_our_fin(tcb_t& tcb, const seg_t& seg, const around_t& around) {
  const bool sent = tcb.snd.fin_sent;
  tcb.snd.fin_sent = false;
  const actions<word32> out = step(tcb, seg, around);
  if (tcb.state != connection_state::closed) tcb.snd.fin_sent = sent;
  return out;
}

// ISS itself is accepted as an acknowledgment of the SYN.
actions<word32> accepting_iss(tcb_t& tcb, const seg_t& seg, const around_t& around) {
  seg_t moved = seg;
  if (seg.ack == tcb.snd.iss) moved.ack = tcb.snd.nxt;
  return step(tcb, moved, around);
}

// That our SYN is not acknowledged yet is forgotten.
actions<word32> forgetting_our_syn(tcb_t& tcb, const seg_t& seg, const around_t& around) {
  tcb.closed_early = false;
  const actions<word32> out = step(tcb, seg, around);
  tcb.closed_early = tcb.state == connection_state::fin_wait_1 && tcb.snd.una == tcb.snd.iss;
  return out;
}

// A RST is answered like anything else.
actions<word32> answering_resets(tcb_t& tcb, const seg_t& seg, const around_t& around) {
  seg_t without = seg;
  without.control = seg.control.without(control_bits<word32>::rst_bit);
  return step(tcb, without, around);
}

// covers: rfc5961#3 rfc5961#4 rfc5961#5 rfc1337#3 rfc7323#3.2 rfc7323#5.3 rfc9293#3.8.5 rfc9293#3.5 rfc9293#3.6
theorem arrives(connection_state at, const char* name, const char* cite, std::vector<control> controls, double limit) {
  return {
      .id = std::string("proof.arrival.") + name,
      .says = std::string("what the core does with any segment in ") + describe(at) + " the specification permits",
      .cite = cite,
      .bounds = arrival_bounds,
      .body = [at] { refines(arrange(at), production); },
      .controls = std::move(controls),
      .seconds = limit,
  };
}

control broken(connection_state at, const char* how, stepping core) {
  return {how, [at, core = std::move(core)] { refines(arrange(at), core); }};
}

using enum connection_state;

const enrol in_closed(arrives(closed, "closed", "rfc9293#3.10.7.1",
                              {broken(closed, "a RST is answered", answering_resets)}, 20));
const enrol in_listen(arrives(listen, "listen", "rfc9293#3.10.7.2",
                              {broken(listen, "a RST is taken for nothing", answering_resets)}, 20));
const enrol in_syn_sent(arrives(syn_sent, "syn_sent", "rfc9293#3.10.7.3",
                                {broken(syn_sent, "ISS acknowledges the SYN", accepting_iss)}, 20));
const enrol in_syn_received(arrives(syn_received, "syn_received", "rfc9293#3.10.7.4",
                                    {broken(syn_received, "ISS acknowledges the SYN", accepting_iss)}, 60));
const enrol in_established(arrives(established, "established", "rfc9293#3.10.7.4",
                                   {broken(established, "any RST in the window resets", believing_every_reset),
                                    broken(established, "unsigned < on acknowledgments", comparing_plain_numbers)},
                                   240));
const enrol in_fin_wait_1(arrives(fin_wait_1, "fin_wait_1", "rfc9293#3.10.7.4",
                                  {broken(fin_wait_1, "the ACK of our FIN is not noticed", forgetting_our_fin)}, 240));
const enrol in_closed_early({
    .id = "proof.arrival.closed_early",
    .says =
        "what the core does with any segment in FIN-WAIT-1, entered by a CLOSE before its SYN was acknowledged, the "
        "specification permits",
    .cite = "rfc9293#3.10.4",
    .bounds = arrival_bounds,
    .body = [] { refines(arrange(fin_wait_1, true), production); },
    .controls = {{"ISS acknowledges the SYN", [] { refines(arrange(fin_wait_1, true), accepting_iss); }},
                 {"the handshake is taken for over", [] { refines(arrange(fin_wait_1, true), forgetting_our_syn); }}},
    .seconds = 60,
});
const enrol in_fin_wait_2(arrives(fin_wait_2, "fin_wait_2", "rfc9293#3.10.7.4",
                                  {broken(fin_wait_2, "the peer's FIN is not seen", deaf_to_fin)}, 240));
const enrol in_close_wait(arrives(close_wait, "close_wait", "rfc9293#3.10.7.4",
                                  {broken(close_wait, "unsigned < on acknowledgments", comparing_plain_numbers)}, 60));
const enrol in_closing(arrives(closing, "closing", "rfc9293#3.10.7.4",
                               {broken(closing, "the ACK of our FIN is not noticed", forgetting_our_fin)}, 60));
const enrol in_last_ack(arrives(last_ack, "last_ack", "rfc9293#3.10.7.4",
                                {broken(last_ack, "the ACK of our FIN is not noticed", forgetting_our_fin)}, 60));
const enrol in_time_wait(arrives(time_wait, "time_wait", "rfc9293#3.10.7.4",
                                 {broken(time_wait, "a RST is answered", answering_resets)}, 60));

}  // namespace
}  // namespace sequent::proof

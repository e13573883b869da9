// The guards of each stage of the specification are exhaustive and disjoint: exactly one rule speaks for every event in
// every state. A proof about the specification itself, on which the proofs of the core rest: they take the first rule
// whose guard holds for the only one.
#include <cstring>

#include "proofs/arrival.hpp"

namespace sequent::proof {
namespace {

using spec::kind;
using spec::stage;

// A small number that is decided at once, so that each path has one value of it.
unsigned pick(const char* name, unsigned below_this) {
  const word32 chosen = word32::input(name, 8);
  assume(below(chosen, word32(below_this)));
  unsigned value = 0;
  while (value + 1 < below_this && !(chosen == word32(value))) ++value;
  return value;
}

// Every choice that an implementation may make.
spec::policy any_policy() {
  spec::policy choices;
  choices.reset_mitigation = truth::input("reset_mitigation");
  choices.syn_mitigation = truth::input("syn_mitigation");
  choices.ack_range_check = truth::input("ack_range_check");
  choices.ignore_reset_in_time_wait = truth::input("ignore_reset_in_time_wait");
  return choices;
}

// The state in which a stage may find a connection on an event's way through the stages: a FIN may be held anywhere.
spec::state<position> any_state(const arrival& scene) {
  spec::state<position> s = scene.before();
  s.choices = any_policy();
  if (s.fin_held) s.fin_held = scene.where.theirs.at(word32::input("fin_anywhere"));
  return s;
}

int enabled(const spec::state<position>& s, const spec::event<position>& e, stage at, const char* left_out) {
  int count = 0;
  for (const auto& each : spec::all_rules<position>()) {
    if (each.in == at && std::strcmp(each.id, left_out) != 0 && each.when(s, e)) ++count;
  }
  return count;
}

void arrivals_are_spoken_for(connection_state at, const char* left_out, bool closed_early = false) {
  const arrival scene = arrange(at, closed_early);
  spec::state<position> s = any_state(scene);
  const spec::event<position> e = scene.event();
  const auto route = spec::route(s, e);
  const unsigned which = pick("stage", static_cast<unsigned>(route.size()));
  if (route[which] == stage::text) s.left = pick("left", 2) == 1;
  prove(truth(enabled(s, e, route[which], left_out) == 1), "exactly one rule of the stage is enabled");
}

void calls_are_spoken_for(const char* left_out) {
  constexpr kind calls[] = {kind::open_passive, kind::open_active,  kind::send,
                            kind::receive,      kind::close,        kind::close_both,
                            kind::abort,        kind::user_timeout, kind::time_wait_timeout,
                            kind::reclaim,      kind::evict};
  const unsigned at = pick("state", spec::phase_count + 1);  // one more than there are: closed early
  const bool closed_early = at == spec::phase_count;
  const arrival scene =
      arrange(closed_early ? connection_state::fin_wait_1 : static_cast<connection_state>(at), closed_early);
  spec::state<position> s = any_state(scene);
  s.left = pick("left", 2) == 1;
  spec::event<position> e;
  e.what = calls[pick("call", std::size(calls))];
  e.amount = places::octets(word32::input("amount"));
  e.unspecified = e.what == kind::open_active && truth::input("unspecified");
  prove(truth(enabled(s, e, stage::call, left_out) == 1), "exactly one rule is enabled");
}

theorem guards_in(connection_state at, const char* name, const char* left_out) {
  return {
      .id = std::string("proof.guards.") + name,
      .says = std::string("at each check of a segment in ") + describe(at) + " exactly one rule is enabled",
      .cite = "rfc9293#3.10.7",
      .bounds = std::string(arrival_bounds) + "; but a FIN held anywhere; all choices of RFC 5961 and RFC 1337",
      .body = [at] { arrivals_are_spoken_for(at, ""); },
      .controls = {{std::string("without rule ") + left_out,
                    [at, left_out] { arrivals_are_spoken_for(at, left_out); }}},
      .seconds = 120,
  };
}

using enum connection_state;

const enrol in_closed(guards_in(closed, "closed", "CLOSED-3"));
const enrol in_listen(guards_in(listen, "listen", "LISTEN-4"));
const enrol in_syn_sent(guards_in(syn_sent, "syn_sent", "SYNSENT-7"));
const enrol in_syn_received(guards_in(syn_received, "syn_received", "SEQ-6"));
const enrol in_established(guards_in(established, "established", "TEXT-5"));
const enrol in_fin_wait_1(guards_in(fin_wait_1, "fin_wait_1", "ACK-7"));
const enrol in_closed_early({
    .id = "proof.guards.closed_early",
    .says = "at each check of a segment in FIN-WAIT-1 before our SYN is acknowledged exactly one rule is enabled",
    .cite = "rfc9293#3.10.4",
    .bounds = std::string(arrival_bounds) + "; all choices of RFC 5961 and RFC 1337",
    .body = [] { arrivals_are_spoken_for(fin_wait_1, "", true); },
    .controls = {{"without rule ACK-5", [] { arrivals_are_spoken_for(fin_wait_1, "ACK-5", true); }}},
    .seconds = 120,
});
const enrol in_fin_wait_2(guards_in(fin_wait_2, "fin_wait_2", "FIN-5"));
const enrol in_close_wait(guards_in(close_wait, "close_wait", "TEXT-2"));
const enrol in_closing(guards_in(closing, "closing", "ACK-9"));
const enrol in_last_ack(guards_in(last_ack, "last_ack", "ACK-11"));
const enrol in_time_wait(guards_in(time_wait, "time_wait", "RST-9"));

const enrol calls({
    .id = "proof.guards.calls",
    .says = "for each user call and time-out in each state exactly one rule is enabled",
    .cite = "rfc9293#3.10",
    .bounds = "all states with all positions, all amounts below 2^32",
    .body = [] { calls_are_spoken_for(""); },
    .controls = {{"without rule OPEN-5", [] { calls_are_spoken_for("OPEN-5"); }}},
    .seconds = 120,
});

}  // namespace
}  // namespace sequent::proof

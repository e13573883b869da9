// PAWS and TS.Recent against the integers that timestamps stand for.
#include "sequent/core/timestamps.hpp"
#include "model/spec/event.hpp"
#include "proofs/engine/symbolic.hpp"

namespace sequent::proof {
namespace {

struct scene {
  timestamp_variables<word32> ts;
  segment<word32> seg;
  instant now;
  position recent, seen, seq, last_ack;
  bool stale = false;
};

// The ages of TS.Recent that matter are those around its lifetime, and a clock that jumped back.
scene arrange() {
  const stream clock = stream::flowing(axis::clock);
  const stream theirs = stream::flowing(axis::receive);
  const word32 tick = word32::input("tick");
  const word32 ahead = word32::input("ahead");
  assume(!same(tick, word32(half_circle)) && !same(ahead, word32(half_circle)));
  scene view;
  view.ts.enabled = true;
  view.ts.recent = sequence_number<word32>(clock.wire(word32(0)));
  view.ts.last_ack_sent = sequence_number<word32>(theirs.wire(word32(0)));
  view.ts.recent_at = instant::from_microseconds(1'000'000);
  view.seg.seq = sequence_number<word32>(theirs.wire(ahead));
  view.seg.options.ts = timestamps<word32>{sequence_number<word32>(clock.wire(tick)), {}};
  const word32 age = word32::input("age", 2);
  view.now = view.ts.recent_at - duration::seconds(1);
  const duration lifetime = duration::microseconds(spec::longest_use_of_recent);
  if (age == word32(1)) view.now = view.ts.recent_at + lifetime;
  if (age == word32(2)) view.now = view.ts.recent_at + lifetime + duration::microseconds(1);
  if (age == word32(3)) view.now = view.ts.recent_at;
  view.stale = spec::outlived((view.now - view.ts.recent_at).count());
  view.recent = clock.at(word32(0));
  view.seen = clock.at(tick);
  view.seq = theirs.at(ahead);
  view.last_ack = theirs.at(word32(0));
  return view;
}

void rejects(bool (*paws)(const timestamps<word32>&, const timestamp_variables<word32>&, instant)) {
  const scene view = arrange();
  prove(truth(paws(*view.seg.options.ts, view.ts, view.now)) == (view.seen < view.recent && truth(!view.stale)),
        "PAWS rejects an older timestamp unless TS.Recent is stale");
}

void takes(bool any_segment) {
  scene view = arrange();
  const word32 before = view.ts.recent.wire();
  take_timestamp(view.seg, view.ts, view.now);
  const truth covers = truth(any_segment) || view.seq <= view.last_ack;
  const truth taken = covers && (view.seen >= view.recent || truth(view.stale));
  const word32 after = view.ts.recent.wire();
  prove(implies(taken, same(after, view.seg.options.ts->value.wire())), "the timestamp to echo is taken");
  prove(implies(!taken, same(after, before)), "no other is");
  prove(implies(taken, truth(view.ts.recent_at == view.now)), "when it was taken is noted");
}

bool unsigned_order(const timestamps<word32>& seen, const timestamp_variables<word32>& ts, instant now) {
  return seen.value.wire() < ts.recent.wire() && !recent_is_stale(ts, now);
}

const char* const ranges =
    "timestamps less than 2^31 from TS.Recent and numbers less than 2^31 from Last.ACK.sent; TS.Recent new, of exactly "
    "24 days, of one microsecond more, and from the future";

const enrol paws({
    .id = "proof.timestamps.paws",
    .says = "PAWS rejects exactly the timestamps that are older than TS.Recent, unless TS.Recent is stale",
    .cite = "rfc7323#5.3",
    .bounds = ranges,
    .body = [] { rejects(paws_rejects<word32>); },
    .controls = {{"unsigned < on timestamps", [] { rejects(unsigned_order); }}},
});

const enrol recent({
    .id = "proof.timestamps.recent",
    .says = "TS.Recent is taken from segments that cover Last.ACK.sent and never moves back unless it is stale",
    .cite = "rfc7323#4.3",
    .bounds = ranges,
    .body = [] { takes(false); },
    .controls = {{"any segment's timestamp is taken", [] { takes(true); }}},
});

}  // namespace
}  // namespace sequent::proof

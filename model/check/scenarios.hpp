// The scenarios that the engines run, as data. Nothing here knows what kind of endpoint runs them.
//
// Each scenario has a ".small" variant, for seconds, and a ".large" one, for exhaustive verification: the same scripts
// with larger budgets.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/check/bounds.hpp"

namespace sequent::model {

namespace scenario_detail {

/// Active on the left, passive on the right, no data, both close. Each reads until the end, as soon as it can.
inline scenario plain(std::string name, std::string what) {
  scenario s;
  s.name = std::move(name);
  s.what = std::move(what);
  s.scripts[0].calls = {{call_kind::open_active}, {call_kind::shutdown}};
  s.scripts[1].calls = {{call_kind::open_passive}, {call_kind::shutdown}};
  for (script& todo : s.scripts) {
    todo.reads = {{64, true}};
    todo.reads_at_once = true;
  }
  s.iss = {100, 300};
  return s;
}

/// The calls: open, write some octets (0: none), close.
inline std::vector<call> talk(call_kind open, std::uint32_t octets) {
  if (octets == 0) return {{open}, {call_kind::shutdown}};
  return {{open}, {call_kind::write, octets}, {call_kind::shutdown}};
}

/// Adds the two variants of a scenario.
inline void add(std::vector<scenario>& list, scenario s, const bounds& small, const bounds& large) {
  const std::string name = s.name;
  s.name = name + ".small";
  s.limit = small;
  list.push_back(s);
  s.name = name + ".large";
  s.limit = large;
  list.push_back(std::move(s));
}

/// A network that does everything a little: the usual small budgets.
inline bounds rough(std::uint16_t each) {
  bounds b;
  b.losses = b.duplicates = b.overtakings = each;
  b.early_timers = 1;
  return b;
}

/// The usual large budgets where no text is sent.
inline bounds rougher(std::uint16_t losses) {
  bounds b = rough(1);
  b.losses = losses;
  return b;
}

/// The usual large budgets where text is sent: time passes early in the small variants of other scenarios.
inline bounds rough_text() {
  bounds b = rough(1);
  b.early_timers = 0;
  return b;
}

// covers: rfc9293#3.10.1 rfc9293#3.10.7 rfc9293#3.5
inline void add_opens(std::vector<scenario>& list) {
  add(list, plain("open", "passive and active open, then both close"), rough(1), rougher(2));

  scenario crossing = plain("simultaneous-open", "both open actively at once, then both close");
  crossing.scripts[1].calls = talk(call_kind::open_active, 0);
  add(list, crossing, rough(1), rougher(2));

  scenario late = plain("refused-open", "both open actively at any time: the earlier SYN may meet a closed port");
  late.scripts[1].calls = talk(call_kind::open_active, 0);
  late.scripts[0].open_at_start = late.scripts[1].open_at_start = false;
  late.may_abort = true;
  add(list, late, rough(1), rougher(2));

  scenario stamped = late;
  stamped.name = "refused-open-stamped";
  stamped.what = "the same with timestamps, which the RST then carries back";
  stamped.timestamps = true;
  bounds few;
  few.losses = 1;
  few.timers = 4;
  bounds more = rough(1);
  more.timers = 6;
  add(list, stamped, few, more);

  scenario early = plain("open-with-data", "the active side writes before the connection is established");
  early.scripts[0].calls = {{call_kind::open_active}, {call_kind::write, 2, true}, {call_kind::shutdown, 0, true}};
  bounds small = rough(1);
  small.duplicates = 0;
  add(list, early, small, rough(1));
}

// covers: rfc9293#3.10.2 rfc9293#3.10.3 rfc9293#3.10.7 rfc9293#3.4 rfc9293#3.8.6 rfc9293#3.8.6.1 rfc9293#3.8.6.2.2
// covers: rfc9293#3.8.6.3 sleeping
inline void add_data(std::vector<scenario>& list) {
  scenario data = plain("data-both-ways", "three octets each way in segments of two, then both close");
  data.scripts[0].calls = talk(call_kind::open_active, 3);
  data.scripts[1].calls = talk(call_kind::open_passive, 3);
  bounds small = rough(1);
  small.duplicates = 0;
  small.early_timers = 0;
  bounds large = small;
  large.duplicates = 1;
  add(list, data, small, large);

  const struct {
    const char* name;
    const char* what;
    std::uint32_t left, right;
  } wraps[] = {
      {"wrap-32", "data both ways, both streams straddle 2^32", 0xFFFFFFFEu, 0xFFFFFFFDu},
      {"wrap-31", "data both ways, both streams straddle 2^31", 0x7FFFFFFEu, 0x7FFFFFFDu},
      {"wrap-mixed", "data both ways, one stream straddles 2^32 and the other 2^31", 0xFFFFFFFFu, 0x7FFFFFFFu},
      {"wrap-syn", "data both ways, the SYNs take the last number below 2^32 and below 2^31", 0xFFFFFFFFu, 0x7FFFFFFEu},
  };
  for (const auto& w : wraps) {
    scenario s = data;
    s.name = w.name;
    s.what = w.what;
    s.iss = {w.left, w.right};
    add(list, s, small, large);
  }

  scenario window = plain("zero-window", "five octets into a buffer of two that is read one octet at a time");
  window.scripts[0].calls = talk(call_kind::open_active, 5);
  window.scripts[1].reads = {{1, true}};
  window.scripts[1].reads_at_once = false;
  window.receive_buffer = 2;
  bounds probes;
  probes.losses = 1;
  probes.early_timers = 1;
  bounds more = probes;
  more.losses = 2;
  add(list, window, probes, more);
}

// covers: rfc9293#3.10.4 rfc9293#3.10.5 rfc9293#3.10.8 rfc9293#3.6 rfc9293#3.8.3 rfc9293#3.8.4
inline void add_closes(std::vector<scenario>& list) {
  scenario left = plain("half-close-left", "the left end closes first and reads on while the right one writes");
  left.scripts[0].calls = talk(call_kind::open_active, 1);
  left.scripts[1].calls = talk(call_kind::open_passive, 3);
  bounds small = rough(1);
  small.duplicates = 0;
  small.early_timers = 0;
  add(list, left, small, rough_text());

  scenario right = plain("half-close-right", "the right end closes first and reads on while the left one writes");
  right.scripts[0].calls = talk(call_kind::open_active, 3);
  right.scripts[1].calls = talk(call_kind::open_passive, 1);
  add(list, right, small, rough_text());

  scenario both = plain("simultaneous-close", "both close as soon as they can: the FINs may cross");
  bounds crossing = rough(1);
  crossing.duplicates = 0;
  add(list, both, crossing, rough(1));

  scenario misused = plain("misused-calls", "users open twice, turn a listener active, and close twice");
  misused.scripts[0].calls = {{call_kind::open_active},
                              {call_kind::open_active},
                              {call_kind::shutdown},
                              {call_kind::shutdown},
                              {call_kind::shutdown}};
  misused.scripts[1].calls = {{call_kind::open_passive},
                              {call_kind::open_passive},
                              {call_kind::open_active},
                              {call_kind::shutdown},
                              {call_kind::abort}};
  misused.may_abort = true;
  bounds quiet;
  bounds some_loss;
  some_loss.losses = 1;
  add(list, misused, quiet, some_loss);

  scenario nameless = misused;
  nameless.name = "nobody-to-call";
  nameless.what = "the same, and the listener names no remote socket that it could be connected to";
  nameless.any_peer = true;
  add(list, nameless, quiet, some_loss);

  scenario silence = plain("silence", "the network loses so much that users run out of patience");
  silence.scripts[0].calls = talk(call_kind::open_active, 1);
  silence.may_abort = true;
  bounds much_loss;
  much_loss.losses = 12;
  bounds more_loss;
  more_loss.losses = 20;
  add(list, silence, much_loss, more_loss);

  scenario early = plain("close-early", "either end may close before the connection is established");
  early.scripts[0].calls[1].early = early.scripts[1].calls[1].early = true;
  early.may_abort = true;
  add(list, early, rough(1), rougher(2));

  scenario abort_left = plain("abort-left", "the active end writes and aborts at any time, the other one writes");
  abort_left.scripts[0].calls = {{call_kind::open_active}, {call_kind::write, 2, true}, {call_kind::abort, 0, true}};
  abort_left.scripts[1].calls = talk(call_kind::open_passive, 1);
  abort_left.may_abort = true;
  bounds little = rough(1);
  little.duplicates = 0;
  add(list, abort_left, little, rough(1));

  scenario abort_right = plain("abort-right", "the passive end aborts at any time, the other one writes");
  abort_right.scripts[0].calls = talk(call_kind::open_active, 2);
  abort_right.scripts[1].calls = {{call_kind::open_passive}, {call_kind::abort, 0, true}};
  abort_right.may_abort = true;
  add(list, abort_right, little, rough(1));
}

// covers: rfc9293#3.6.1
inline void add_leavers(std::vector<scenario>& list) {
  // What was not read when its user leaves, or comes after that, costs the connection (SHLD-3).
  const auto leaves = [](std::string name, std::string what) {
    scenario s = plain(std::move(name), std::move(what));
    for (script& todo : s.scripts) {
      todo.reads = {{1, true}};
      todo.reads_at_once = false;
    }
    s.may_abort = true;
    return s;
  };
  scenario unread =
      leaves("close-unread", "both write an octet and close both directions, whether they have read or not");
  unread.scripts[0].calls = {{call_kind::open_active}, {call_kind::write, 1}, {call_kind::close}};
  unread.scripts[1].calls = {{call_kind::open_passive}, {call_kind::write, 1}, {call_kind::close}};
  bounds lossy;
  lossy.losses = 1;
  bounds rougher_still = rough(1);
  rougher_still.duplicates = 0;
  add(list, unread, lossy, rougher_still);

  scenario stamped = unread;
  stamped.name = "close-unread-stamped";
  stamped.what = "the same with timestamps, which every RST then carries";
  stamped.timestamps = true;
  bounds few_timers = lossy;
  few_timers.timers = 4;
  bounds more_timers = rougher_still;
  more_timers.timers = 6;
  add(list, stamped, few_timers, more_timers);

  scenario late =
      leaves("close-after-shutdown", "both close their side, then the other one, with an octet read or not");
  late.scripts[0].calls = {{call_kind::open_active}, {call_kind::write, 1}, {call_kind::shutdown}, {call_kind::close}};
  late.scripts[1].calls = {{call_kind::open_passive}, {call_kind::write, 1}, {call_kind::shutdown}, {call_kind::close}};
  add(list, late, lossy, rougher_still);

  scenario taken =
      leaves("close-evicted", "both write an octet and close both directions, and one host takes its end back then");
  taken.scripts[0].calls = {{call_kind::open_active}, {call_kind::write, 1}, {call_kind::close}, {call_kind::evict}};
  taken.scripts[1].calls = {{call_kind::open_passive}, {call_kind::write, 1}, {call_kind::close}};
  add(list, taken, lossy, rougher_still);

  scenario orphan = leaves("close-reclaimed", "one end closes both directions, the other one writes and never closes");
  orphan.scripts[0].calls = {{call_kind::open_active}, {call_kind::close}};
  orphan.scripts[1].calls = {{call_kind::open_passive}, {call_kind::write, 1}};
  add(list, orphan, lossy, rough(1));
}

// covers: rfc5961#3 rfc5961#4 rfc5961#5 rfc1337#3 rfc9293#3.1 rfc9293#3.8.5
inline void add_attacks(std::vector<scenario>& list) {
  const struct {
    const char* name;
    const char* what;
    std::uint32_t attacks;
    bool may_abort;
  } attackers[] = {
      {"attacker-reset", "forged RST inside the window: must not reset", attack_reset, false},
      {"attacker-reset-exact", "forged RST at RCV.NXT: may reset", attack_reset_exact, true},
      {"attacker-syn", "forged SYN: must not reset", attack_syn, false},
      {"attacker-data", "forged text with an ACK out of range: must not get into the stream", attack_data, false},
      {"attacker-ack", "forged ACK of what was never sent: must not count", attack_ack, false},
  };
  for (const auto& a : attackers) {
    scenario s = plain(a.name, a.what);
    s.scripts[0].calls = talk(call_kind::open_active, 2);
    s.scripts[1].calls = talk(call_kind::open_passive, 1);
    s.attacks = a.attacks;
    s.may_abort = a.may_abort;
    bounds small;
    small.injections = 1;
    small.losses = 1;
    bounds large = small;
    large.overtakings = 1;
    large.injections = 2;
    add(list, s, small, large);
  }
  scenario anything =
      plain("attacker-on-path", "one forged segment of any kind, at any edge of the window, in any state");
  anything.scripts[0].calls = talk(call_kind::open_active, 2);
  anything.scripts[1].reads = {{1, true}};
  anything.scripts[1].reads_at_once = false;
  anything.receive_buffer = 2;  // so that the window closes
  anything.attacks = attack_anything;
  anything.may_abort = true;
  bounds once;
  once.injections = 1;
  bounds once_and_loss = once;
  once_and_loss.losses = 1;
  add(list, anything, once, once_and_loss);
  scenario crossing = anything;
  crossing.name = "attacker-on-path-crossing";
  crossing.what = "the same while both open at once";
  crossing.scripts[1].calls = talk(call_kind::open_active, 0);
  add(list, crossing, once, once_and_loss);

  scenario closed = plain("attacker-closed-early", "the same while the passive end closes before it is established");
  closed.scripts[1].calls[1].early = true;
  closed.attacks = attack_anything;
  closed.may_abort = true;
  add(list, closed, once, once_and_loss);
  scenario behind = closed;
  behind.name = "attacker-closed-behind-text";
  behind.what = "the same where it has written something before";
  behind.scripts[1].calls = {{call_kind::open_passive}, {call_kind::write, 1, true}, {call_kind::shutdown, 0, true}};
  add(list, behind, once, once_and_loss);

  scenario unstamped = plain("attacker-unstamped", "forged SYN and text without the timestamps that are in use");
  unstamped.scripts[0].calls = talk(call_kind::open_active, 1);
  unstamped.timestamps = true;
  unstamped.attacks = attack_syn | attack_data;
  bounds short_of_time = once;
  short_of_time.timers = 4;
  bounds longer = once_and_loss;
  longer.timers = 6;
  add(list, unstamped, short_of_time, longer);

  scenario given_up = plain("abort-stamped", "both ends abort at any time, with timestamps in use");
  for (script& todo : given_up.scripts) todo.calls.back() = {call_kind::abort, 0, true};
  given_up.timestamps = true;
  given_up.may_abort = true;
  bounds few_timers;
  few_timers.losses = 1;
  few_timers.timers = 4;
  bounds more_timers = rough(1);
  more_timers.timers = 6;
  add(list, given_up, few_timers, more_timers);
}

// covers: rfc9293#3.1 rfc1337#3
inline void add_copies(std::vector<scenario>& list) {
  scenario old = plain("old-duplicates", "copies of earlier segments arrive again at any time, also after the end");
  old.scripts[0].calls = talk(call_kind::open_active, 2);
  old.scripts[1].calls = talk(call_kind::open_passive, 1);
  bounds small;
  small.old_duplicates = 1;
  small.losses = 1;
  bounds large = small;
  large.old_duplicates = 2;
  add(list, old, small, large);

  scenario damage = plain("corruption", "damaged segments arrive: each must be noticed and sent again");
  damage.scripts[0].calls = talk(call_kind::open_active, 3);
  damage.scripts[1].calls = talk(call_kind::open_passive, 1);
  bounds some;
  some.corruptions = 1;
  some.corruption_kinds = 4;
  bounds much = some;
  much.corruptions = 2;
  much.losses = 1;
  much.early_timers = 1;
  add(list, damage, some, much);
}

// covers: rfc7323#3.2 rfc7323#4.3 rfc7323#5.3
inline void add_timestamps(std::vector<scenario>& list) {
  scenario stamped = plain("timestamps", "data one way with timestamps, old duplicates among them");
  stamped.scripts[0].calls = talk(call_kind::open_active, 3);
  stamped.timestamps = true;
  bounds small;
  small.losses = 1;
  small.old_duplicates = 1;
  small.early_timers = 1;
  small.timers = 6;  // the clocks of both ends run on: only a bound on time keeps the space finite
  bounds large = small;
  large.overtakings = 1;
  large.early_timers = 2;
  large.timers = 8;
  add(list, stamped, small, large);
}

// covers: rfc2018#4 rfc2883#4 rfc6298#5
inline void add_losses(std::vector<scenario>& list) {
  scenario holes =
      plain("losses", "five segments one way; some are lost, others overtake: every hole is found and filled");
  holes.scripts[0].calls = talk(call_kind::open_active, 5);
  holes.segment_size = 1;
  // One loss here: with two, the moments at which round trips are measured make more states than four gibibytes hold.
  bounds small;
  small.losses = 1;
  small.overtakings = 1;
  bounds large = small;
  large.losses = 3;
  large.duplicates = 1;
  add(list, holes, small, large);

  scenario blind = holes;
  blind.name = "losses-without-sack";
  blind.what = "the same where the receiver cannot say what it holds";
  blind.sack[1] = false;
  add(list, blind, small, large);
}

// covers: rfc3168#6.1
inline void add_ecn(std::vector<scenario>& list) {
  scenario marked = plain("ecn", "data one way over a network that marks, both ends willing: RFC 3168 is kept");
  marked.scripts[0].calls = talk(call_kind::open_active, 7);
  marked.ecn = {true, true};
  marked.receive_buffer = 2;  // so that text is left to be sent when an echo comes
  bounds small;
  small.marks = 2;
  small.losses = 1;
  bounds large = small;
  large.overtakings = 1;
  large.duplicates = 1;
  add(list, marked, small, large);

  scenario crossing =
      plain("ecn-crossing", "both open at once and offer ECN, data both ways over a network that marks");
  crossing.scripts[0].calls = talk(call_kind::open_active, 3);
  crossing.scripts[1].calls = talk(call_kind::open_active, 3);
  crossing.ecn = {true, true};
  bounds little;
  little.marks = 1;
  little.losses = 1;
  bounds more = little;
  more.marks = 2;
  add(list, crossing, little, more);

  scenario refused = plain("ecn-refused", "one end offers ECN and the other does not: it is never used");
  refused.scripts[0].calls = talk(call_kind::open_active, 2);
  refused.ecn = {true, false};
  bounds lossy;
  lossy.losses = 1;
  lossy.marks = 1;
  bounds lossier = lossy;
  lossier.losses = 2;
  add(list, refused, lossy, lossier);
}

// covers: rfc7413#4.2
inline void add_fast_open(std::vector<scenario>& list) {
  // A SYN's options leave four octets of such a segment for text.
  const auto fast = [](std::string name, std::string what) {
    scenario s = plain(std::move(name), std::move(what));
    s.scripts[0].calls = {{call_kind::open_active, 3}, {call_kind::write, 2, true}, {call_kind::shutdown}};
    s.segment_size = 24;
    s.sack = {false, false};
    s.fast_open = {true, true};
    return s;
  };
  bounds small;
  small.losses = small.duplicates = small.overtakings = 1;
  bounds large = small;
  large.losses = 2;
  large.early_timers = 1;

  scenario answered = fast("fast-open", "text on a SYN with a good cookie, answered at once, then both close");
  answered.scripts[1].calls = {{call_kind::open_passive}, {call_kind::write, 3, true}, {call_kind::shutdown}};
  add(list, answered, small, large);

  scenario refused = fast("fast-open-refused", "text on a SYN to an end without Fast Open: it is sent again");
  refused.fast_open = {true, false};
  add(list, refused, small, large);

  scenario narrow = fast("fast-open-narrow", "text on a SYN, more than there is room for at the other end");
  narrow.receive_buffer = 2;
  add(list, narrow, small, large);

  scenario crossing = fast("fast-open-crossing", "both open at once with more text than the other has room for");
  crossing.scripts[1].calls = {{call_kind::open_active, 3}, {call_kind::shutdown}};
  crossing.receive_buffer = 1;
  bounds little;
  little.losses = little.duplicates = 1;
  bounds more = small;
  add(list, crossing, little, more);
}

inline std::vector<scenario> all() {
  std::vector<scenario> list;
  add_opens(list);
  add_data(list);
  add_closes(list);
  add_leavers(list);
  add_attacks(list);
  add_copies(list);
  add_timestamps(list);
  add_losses(list);
  add_ecn(list);
  add_fast_open(list);
  // A connection whose peer is gone, and that has nothing to send, only learns of it by asking (C37).
  for (scenario& s : list) s.keep_alives = s.may_abort;
  return list;
}

}  // namespace scenario_detail

/// All scenarios, in a fixed order. They live as long as the program.
[[nodiscard]] inline const std::vector<scenario>& scenarios() {
  static const std::vector<scenario> list = scenario_detail::all();
  return list;
}

/// The scenario of a name, or null.
[[nodiscard]] inline const scenario* find_scenario(std::string_view name) {
  for (const scenario& s : scenarios()) {
    if (s.name == name) return &s;
  }
  return nullptr;
}

}  // namespace sequent::model

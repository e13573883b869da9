// Feeds everything that the future of a connection depends on to a fingerprint.
//
// A member that is forgotten here would merge states that differ, and the explorer would miss what follows from one of
// them. So each structure's size is asserted beside its list: a new member stops the build until it is listed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "model/world/fingerprint.hpp"
#include "sequent/congestion/reno.hpp"
#include "sequent/connection.hpp"
#include "sequent/connection/internals.hpp"

namespace sequent::refinement {

inline void feed(model::fingerprint& f, sequence_number<u32> n) { f.add(n.wire()); }
inline void feed(model::fingerprint& f, instant t) { f.add(t.microseconds()); }

template <class T>
void feed(model::fingerprint& f, const std::optional<T>& value) {
  f.add(value.has_value());
  if (value) feed(f, *value);
}

inline void feed(model::fingerprint& f, const control_block<u32>& t) {
  static_assert(sizeof(send_variables<u32>) == 36 && sizeof(receive_variables<u32>) == 28 &&
                sizeof(timestamp_variables<u32>) == 24 && sizeof(challenge_allowance) == 16 &&
                sizeof(handshake_offer) == 10 && sizeof(control_block<u32>) == 128);
  f.add(t.state);
  f.add(t.passive);
  f.add(t.plain_syn);
  f.add(t.closed_early);
  for (const auto n : {t.snd.iss, t.snd.una, t.snd.nxt, t.snd.wl1, t.snd.wl2}) feed(f, n);
  for (const u32 n : {t.snd.wnd, t.snd.max_wnd, t.snd.shift, t.rcv.wnd, t.rcv.shift}) f.add(n);
  f.add(t.snd.fin_asked);
  f.add(t.snd.fin_sent);
  for (const auto n : {t.rcv.irs, t.rcv.nxt, t.rcv.up, t.ts.recent, t.ts.last_ack_sent}) feed(f, n);
  feed(f, t.rcv.fin);
  f.add(t.ts.enabled);
  feed(f, t.ts.recent_at);
  f.add(t.window_scaling);
  f.add(t.sack_permitted);
  f.add(t.ecn);
  f.add(t.fast_opened);
  f.add(t.peer_mss);
  feed(f, t.challenges.since);
  f.add(t.challenges.sent);
  // The offer and the allowance's limit never change within a run.
}

inline void feed(model::fingerprint& f, const timer_set& timers) {
  static_assert(timer_set::count == 10 && sizeof(timer_set) == 10 * 8);
  for (std::size_t i = 0; i != timer_set::count; ++i) feed(f, timers.due(static_cast<timer>(i)));
}

inline void feed(model::fingerprint& f, const rtt_estimator& rtt) {
  f.add(rtt.sampled());
  f.add(rtt.eighths_of_srtt());
  f.add(rtt.quarters_of_rttvar());
  f.add(rtt.timeout().count());
  f.add(rtt.doublings());
  f.add(rtt.raises());
}

template <std::size_t Most>
void feed(model::fingerprint& f, const scoreboard<Most>& board) {
  static_assert(sizeof(sent_run) == 12 && sizeof(scoreboard<4>) == 4 * 12 + 16);
  f.add(board.view().size());
  for (const sent_run& run : board.view()) {
    feed(f, run.first);
    f.add(run.sent_at);
    f.add(run.fate);
    f.add(run.again);
    f.add(run.told);
    f.add(run.doubtful);
    f.add(run.spread);
  }
  feed(f, board.end());
}

inline void feed(model::fingerprint& f, const rack& r) {
  static_assert(sizeof(rack) == 32);
  f.add(r.known());
  f.add(r.sent_at());
  feed(f, r.end());
  f.add(r.round_trip());
  f.add(r.min_round_trip().value_or(0));
  f.add(r.min_at());
  feed(f, r.furthest());
  feed(f, r.round_of_duplicate());
  f.add(r.multiplier());
  f.add(r.persists());
  f.add(r.reordering_seen());
}

inline void feed(model::fingerprint& f, const resent_octets& again) {
  static_assert(sizeof(resent_octets) == 28);
  f.add(again.size());
  for (std::size_t i = 0; i != again.size(); ++i) {
    feed(f, again.first_of(i));
    feed(f, again.last_of(i));
  }
}

inline void feed(model::fingerprint& f, const spurious_detector& d) {
  static_assert(sizeof(spurious_detector) == 40);
  feed(f, d.sent_again());
  f.add(d.by_timeout());
  f.add(d.timer_sends());
  f.add(d.has_sent_new());
  f.add(d.is_marked());
  f.add(d.network_duplicates());
  feed(f, d.first_clock());
  feed(f, d.unreported());
  feed(f, d.resent_until());
  f.add(d.countable());
  f.add(d.watching());
  f.add(d.echo_seen());
  f.add(d.awaits_acknowledgment());
  f.add(d.wants_new_data());
}

inline void feed(model::fingerprint& f, const tail_probe& p) {
  static_assert(sizeof(tail_probe) == 8);
  feed(f, p.sent_until());
  f.add(p.again());
  f.add(p.due());
  f.add(p.has_measured());
}

template <std::size_t Most>
void feed(model::fingerprint& f, const loss_recovery<Most>& r) {
  static_assert(sizeof(loss_recovery<4>) == 64 + 32 + 16 + 40 + 8 + 36);
  feed(f, r.board());
  feed(f, r.recent());
  // What a recovery counts is not looked at between recoveries, and starts over with the next one.
  if (r.recovering()) {
    for (const u32 n :
         {r.reduction().flight(), r.reduction().threshold(), r.reduction().delivered(), r.reduction().sent()}) {
      f.add(n);
    }
  }
  // Only what is on its way again can be lost again.
  if (r.phase() != recovery_phase::open) {
    f.add(r.lowered_at().has_value());
    for (const sent_run& run : r.board().view()) {
      if (run.again && r.lowered_at()) f.add(run.sent_at - *r.lowered_at() < half_circle);
    }
  }
  feed(f, r.doubt());
  feed(f, r.probe());
  feed(f, r.recover());
  // What lies behind the octets that are outstanding makes no difference.
  const auto runs = r.board().view();
  f.add(!runs.empty() && before(runs.front().first, r.full_until()) ? r.full_until().wire() : 0u);
  f.add(!runs.empty() && before(runs.front().first, r.answered_until()) ? r.answered_until().wire() : 0u);
  f.add(r.departed());
  f.add(r.board().view().empty() ? 0u : r.run_began());
  f.add(r.phase());
  f.add(r.duplicates());
  f.add(r.head_due());
  f.add(r.reports_seen());
}

inline void feed(model::fingerprint& f, const congestion::reno& c) {
  static_assert(sizeof(congestion::reno) == 6 * 4);
  for (const u32 n : {c.window(), c.threshold(), c.counted(), c.before().cwnd, c.before().ssthresh}) f.add(n);
  f.add(c.repairs_timeout());
  f.add(c.initial_window(1));
}

inline void feed(model::fingerprint& f, const ecn_response& e) {
  static_assert(sizeof(ecn_response) == 16);
  f.add(e.recently_reduced());
  f.add(e.recently_reduced() ? e.reduced_until().wire() : 0u);
  f.add(e.by_echo());
  f.add(e.cwr_due());
  f.add(e.was_due());
  f.add(e.held());
  feed(f, e.held_until());
}

template <class Storage, class Congestion, std::size_t Most>
void feed(model::fingerprint& f, const sender<Storage, Congestion, Most>& s) {
  static_assert(sizeof(sender<span_storage, congestion::reno, 4>) == 408);
  feed(f, s.first());
  f.add(s.queued());
  for (u32 i = 0; i < s.queued(); ++i) {
    std::array<std::uint8_t, 1> octet{};
    s.copy(s.first() + i, octet);
    f.add(octet[0]);
  }
  feed(f, s.rtt());
  if (s.rtt().raises() || s.recovery().doubt().by_timeout()) {
    static_assert(sizeof(rtt_estimator::measures) == 32);
    f.add(s.rtt().known().srtt_before);
    f.add(s.rtt().known().rttvar_before);
    feed(f, s.unsent_from());
  }
  feed(f, s.congestion());
  feed(f, s.recovery());
  f.add(s.override_at().has_value());
  if (s.override_at()) f.add(*s.override_at());
  feed(f, s.urgent_until());
  static_assert(sizeof(round_trip_timer) == 24);
  f.add(s.timed().running());
  feed(f, s.timed().since());
  feed(f, s.timed().until());
  feed(f, s.timed().again_at());
  f.add(s.timed().apart());
  f.add(s.attempts());
  f.add(s.spares_user_timeout());
  f.add(s.spares_closed_window());
  f.add(s.forced());
  f.add(s.syn_lost());
  f.add(s.syn_sent());
  feed(f, s.last_sent());
  f.add(s.probes());
  feed(f, s.ecn());
  // Where the latest small segment ends counts with Nagle's algorithm alone, which is off in every scenario.
}

template <class Storage, std::size_t Most>
void feed(model::fingerprint& f, const receiver<Storage, Most>& r, sequence_number<u32> origin) {
  static_assert(sizeof(receiver<span_storage, 4>) == 144);
  f.add(r.unread());
  std::array<std::uint8_t, 1> octet{};
  for (u32 i = 0; i < r.unread(); ++i) {
    r.peek(i, octet);
    f.add(octet[0]);
  }
  f.add(r.held().view().size());
  for (const interval& range : r.held().view()) {
    feed(f, range.first);
    feed(f, range.last);
    for (u32 i = range.first - origin; i < range.last - origin; ++i) {
      r.peek(r.unread() + i, octet);
      f.add(octet[0]);
    }
  }
  f.add(r.recently_held().size());
  for (const interval& range : r.recently_held()) feed(f, range.first);
  f.add(r.largest_text());
  // Window tuning is at rest: no scenario holds back a part of the buffer.
  f.add(r.repeated().empty());
  if (!r.repeated().empty()) {
    feed(f, r.repeated().first);
    feed(f, r.repeated().last);
  }
}

inline void feed(model::fingerprint&, const no_fast_open&) {}

inline void feed(model::fingerprint& f, const with_fast_open& state) {
  static_assert(sizeof(with_fast_open) == 24);
  f.octets(state.cookie().octets());
  f.add(state.early_room());
  for (const bool bit : {state.serves(), state.option_due(), state.takes_text(), state.text_sent(),
                         state.text_refused(), state.learned().has_value()}) {
    f.add(bit);
  }
}

/// Everything but the path MTU, which nothing here moves: no ICMP error arrives, and no segment is as large as
/// path_mtu::last_fallback. The connection's clock stands at zero (connection::rebase()). Settings do not change within
/// a run; the two clock offsets do, by rebasing, and count only while they can still reach the wire.
template <class Policy>
void feed(model::fingerprint& f, const connection<Policy>& c, bool may_open_again) {
  feed(f, c.tcb());
  feed(f, c.timers());
  feed(f, c.sending());
  feed(f, c.receiving(), c.tcb().rcv.nxt);
  f.add(connection_internals::owes_reset(c).has_value());
  if (connection_internals::owes_reset(c)) {
    feed(f, connection_internals::owes_reset(c)->seq);
    feed(f, connection_internals::owes_reset(c)->ack);
    feed(f, connection_internals::owes_reset(c)->echo);
    f.add(connection_internals::owes_reset(c)->answers);
    f.add(connection_internals::owes_reset(c)->to_port);
  }
  f.add(c.ended_by().has_value());
  if (c.ended_by()) f.add(*c.ended_by());
  f.add(connection_internals::keep_alives_unanswered(c));
  f.add(c.echo().due());
  feed(f, c.fast_open());
  f.add(connection_internals::owes_syn(c));
  f.add(connection_internals::owes_ack(c));
  f.add(connection_internals::owes_probe(c));
  f.add(connection_internals::abandoned(c));
  f.add(c.stream_ended());
  f.add(c.config().remote_port);
  f.add(may_open_again ? c.config().isn_offset : 0u);
  f.add(c.config().timestamps ? c.config().timestamp_offset : 0u);
}

}  // namespace sequent::refinement

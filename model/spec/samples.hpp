// Small concrete states and events that reach every rule: the sample from which the diagram is drawn and over which the
// guards are checked to be exhaustive and disjoint.
#pragma once

#include <vector>

#include "model/spec/event.hpp"
#include "model/spec/state.hpp"

namespace sequent::spec {

/// A connection in the middle of things: three octets of text outstanding (11, 12, 13 of 11 to 15 written), the next
/// position expected is 21 with a window of four.
[[nodiscard]] inline state<position> sample_state(phase at) {
  state<position> s;
  s.at = at;
  if (at == phase::closed) return s;
  s.passive = at == phase::listen || at == phase::syn_received;
  if (at == phase::listen) return s;
  s.snd_nxt = 1;
  s.snd_end = 1;
  s.rcv_wnd = 4;
  if (at == phase::syn_sent) return s;
  s.rcv_nxt = 1;
  s.last_ack_sent = 1;
  if (at == phase::syn_received) return s;
  s.snd_una = 11;
  s.snd_nxt = 14;
  s.snd_end = 16;
  s.snd_wnd = 8;
  s.snd_max_wnd = 9;
  s.snd_wl1 = 20;
  s.snd_wl2 = 10;
  s.rcv_nxt = 21;
  s.last_ack_sent = 21;
  if (at == phase::established || at == phase::close_wait) return s;
  s.fin_asked = true;
  if (at == phase::fin_wait_1) return s;
  s.fin_sent = true;
  s.snd_nxt = 17;
  if (at == phase::fin_wait_2 || at == phase::time_wait) s.snd_una = 17;
  return s;
}

/// Variants of the sample that differ in what guards ask about: a closed window, text and FIN held, a FIN sent, a
/// queued CLOSE, timestamps, origin, and the choices of policy.
[[nodiscard]] inline std::vector<state<position>> sample_states() {
  std::vector<state<position>> all;
  for (int i = 0; i < phase_count; ++i) {
    const state<position> base = sample_state(static_cast<phase>(i));
    std::vector<state<position>> variants{base};
    const auto vary = [&](auto change) {
      state<position> s = base;
      change(s);
      variants.push_back(s);
    };
    const bool receives = i >= static_cast<int>(phase::syn_received);
    const bool reads = base.at == phase::established || base.at == phase::fin_wait_1 || base.at == phase::fin_wait_2;
    if (receives) vary([](auto& s) { s.rcv_wnd = 0; });
    if (base.fin_asked) vary([](auto& s) { s.left = true; });
    if (receives) vary([](auto& s) { s.timestamps = true, s.ts_recent = 5; });
    if (receives) vary([](auto& s) { s.choices.reset_mitigation = s.choices.syn_mitigation = false; });
    if (receives) vary([](auto& s) { s.choices.ignore_reset_in_time_wait = s.choices.ack_range_check = false; });
    if (base.at == phase::syn_received) vary([](auto& s) { s.ecn = s.choices.offers_ecn = true; });
    if (reads) vary([](auto& s) { s.held = {{s.rcv_nxt + 1, s.rcv_nxt + 2}}; });
    if (reads) vary([](auto& s) { s.held = {{s.rcv_nxt + 1, s.rcv_nxt + 2}}, s.choices.max_held_ranges = 1; });
    if (reads) vary([](auto& s) { s.fin_held = s.rcv_nxt + 2; });
    if (reads) vary([](auto& s) { s.held = {{s.rcv_nxt + 1, s.rcv_nxt + 2}}, s.fin_held = s.rcv_nxt + 2; });
    if (reads) vary([](auto& s) { s.choices.must_hold_out_of_order = false; });
    if (base.at == phase::syn_received) vary([](auto& s) { s.passive = false; });
    if (base.at == phase::listen || base.at == phase::syn_sent) vary([](auto& s) { s.choices.fast_open = true; });
    if (base.at == phase::syn_received)
      vary([](auto& s) { s.choices.fast_open = s.fast_opened = true, s.rcv_nxt = 3; });
    if (base.at == phase::syn_received) vary([](auto& s) { s.passive = false, s.choices.syn_mitigation = false; });
    if (base.at == phase::syn_received || base.at == phase::close_wait) vary([](auto& s) { s.fin_asked = true; });
    if (base.at == phase::close_wait)
      vary([](auto& s) { s.fin_asked = true, s.snd_una = s.snd_nxt = 16, s.snd_wnd = 0; });
    if (base.at == phase::syn_received) vary([](auto& s) { s.fin_asked = true, s.snd_end = 3; });
    if (base.at == phase::syn_received) vary([](auto& s) { s.snd_end = 3; });
    if (base.at == phase::fin_wait_1) vary([](auto& s) { s.fin_sent = true, s.snd_nxt = 17; });
    if (base.at == phase::fin_wait_1) {
      for (const bool passive : {true, false}) {
        for (const bool sent : {true, false}) {
          state<position> early = sample_state(phase::syn_received);
          early.at = phase::fin_wait_1;
          early.passive = passive;
          early.closed_early = early.fin_asked = true;
          early.fin_sent = sent;
          early.snd_nxt = sent ? 2 : 1;
          variants.push_back(early);
        }
      }
    }
    if (receives && base.at != phase::syn_received) vary([](auto& s) { s.snd_nxt = s.snd_una, s.snd_wnd = 0; });
    if (receives && base.at != phase::syn_received) vary([](auto& s) { s.snd_una = s.snd_nxt; });
    all.insert(all.end(), variants.begin(), variants.end());
  }
  return all;
}

/// Segments around the edges of a state: every set of flags, positions about the window and the acknowledgment.
[[nodiscard]] inline std::vector<segment<position>> sample_segments(const state<position>& s) {
  std::vector<segment<position>> all;
  const position edge = s.rcv_nxt + s.rcv_wnd;
  for (int flags = 0; flags < 32; ++flags) {
    for (const position seq : {s.rcv_nxt - 1, s.rcv_nxt, s.rcv_nxt + 1, edge - 1, edge}) {
      for (const position text : {0, 1, 2, 7}) {
        for (const position ack : {s.snd_una - 10, s.snd_una, s.snd_una + 1, s.snd_nxt, s.snd_nxt + 1}) {
          segment<position> seg;
          seg.has_ack = (flags & 1) != 0;
          seg.syn = (flags & 2) != 0;
          seg.rst = (flags & 4) != 0;
          seg.fin = (flags & 8) != 0;
          seg.urg = (flags & 16) != 0;
          seg.seq = seq;
          seg.text = text;
          seg.ack = seg.has_ack ? ack : 0;
          seg.wnd = 6;
          seg.urgent = seg.urg ? 3 : 0;
          all.push_back(seg);
          if (!seg.has_ack) break;
        }
      }
    }
  }
  return all;
}

/// Calls and timeouts, the arrival of every sample segment (with a good, an old and a stale timestamp where timestamps
/// are in use), and its emission.
[[nodiscard]] inline std::vector<event<position>> sample_events(const state<position>& s) {
  std::vector<event<position>> all;
  for (const kind what :
       {kind::open_passive, kind::open_active, kind::send, kind::receive, kind::close, kind::close_both, kind::abort,
        kind::user_timeout, kind::time_wait_timeout, kind::reclaim, kind::evict}) {
    all.push_back({what, {}, 2, 0});
    if (what != kind::open_active) continue;
    all.push_back({what, {}, 2, 0});
    all.back().unspecified = true;
  }
  all.push_back({kind::close_both, {}, 0, 0});
  for (const auto& seg : sample_segments(s)) {
    all.push_back({kind::arrival, seg, 0, 0});
    if (s.choices.fast_open && seg.syn) {
      all.push_back({kind::arrival, seg, 0, 0});
      all.back().seg.good_cookie = true;
    }
    if (!s.timestamps) continue;
    for (const position value : {4, 6}) {
      event<position> stamped{kind::arrival, seg, 0, 0};
      stamped.seg.has_timestamps = true;
      stamped.seg.ts_value = value;
      all.push_back(stamped);
      stamped.seg.ts_stale = true;
      all.push_back(stamped);
    }
  }
  for (int flags = 0; flags < 8; ++flags) {
    for (const position seq : {s.snd_una - 1, s.snd_una, s.snd_nxt, s.snd_end}) {
      for (const position text : {0, 1, 2}) {
        event<position> out{kind::emission, {}, 0, s.rcv_nxt + s.rcv_wnd};
        out.seg.has_ack = (flags & 1) != 0;
        out.seg.syn = (flags & 2) != 0;
        out.seg.fin = (flags & 4) != 0;
        out.seg.ack = out.seg.has_ack ? s.rcv_nxt : 0;
        out.seg.seq = seq;
        out.seg.text = text;
        out.seg.has_timestamps = s.at == phase::syn_sent ? s.choices.offers_timestamps : s.timestamps;
        out.seg.ts_echo = out.seg.has_timestamps ? s.ts_recent : 0;
        all.push_back(out);
      }
    }
  }
  return all;
}

}  // namespace sequent::spec

// Short ways to write segments and events in the specification's tests.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>

#include "model/spec/matching.hpp"
#include "model/spec/samples.hpp"
#include "model/spec/specification.hpp"

namespace sequent::spec::drive {

using state_t = state<position>;
using event_t = event<position>;
using segment_t = segment<position>;
using outcome_t = outcome<position>;
using outcomes_t = outcomes<position>;

/// A segment with an ACK field.
inline segment_t data(position seq, position ack, position text = 0, position wnd = 8) {
  segment_t seg;
  seg.seq = seq;
  seg.ack = ack;
  seg.has_ack = true;
  seg.text = text;
  seg.wnd = wnd;
  return seg;
}

inline segment_t with_fin(segment_t seg) {
  seg.fin = true;
  return seg;
}

inline segment_t with_syn(segment_t seg) {
  seg.syn = true;
  return seg;
}

inline segment_t with_rst(segment_t seg) {
  seg.rst = true;
  return seg;
}

inline segment_t without_ack(segment_t seg) {
  seg.has_ack = false;
  seg.ack = 0;
  return seg;
}

inline segment_t with_urgent(segment_t seg, position offset) {
  seg.urg = true;
  seg.urgent = offset;
  return seg;
}

inline segment_t with_timestamp(segment_t seg, position value, bool stale = false) {
  seg.has_timestamps = true;
  seg.ts_value = value;
  seg.ts_stale = stale;
  return seg;
}

/// A bare SYN, and a bare RST.
inline segment_t syn() { return with_syn(without_ack(data(0, 0))); }
inline segment_t rst(position seq) { return with_rst(without_ack(data(seq, 0))); }

inline outcomes_t arrive(const state_t& s, const segment_t& seg) { return permitted(s, {kind::arrival, seg, 0, 0}); }
inline outcomes_t call(const state_t& s, kind what, position amount = 0) { return permitted(s, {what, {}, amount, 0}); }

/// An emission that offers `room` octets beyond what it acknowledges.
inline outcomes_t emit(const state_t& s, const segment_t& seg, position room) {
  return permitted(s, {kind::emission, seg, 0, s.rcv_nxt + room});
}

/// The one outcome of an event that leaves no choice.
inline outcome_t only(const outcomes_t& all) {
  EXPECT_EQ(all.size(), 1u);
  return all.empty() ? outcome_t{} : all.front();
}

/// True when the replies permitted are exactly these, in this order.
inline bool replies(const outcomes_t& all, std::initializer_list<reply> expected) {
  if (all.size() != expected.size()) return false;
  auto next = expected.begin();
  for (const auto& each : all) {
    if (each.seen.sent != *next++) return false;
  }
  return true;
}

/// True when every outcome leaves the connection in this phase.
inline bool all_in(const outcomes_t& all, phase at) {
  for (const auto& each : all) {
    if (each.next.at != at) return false;
  }
  return !all.empty();
}

/// True when no outcome changes anything but the acknowledgment that is owed.
inline bool unchanged(const outcomes_t& all, const state_t& s) {
  for (const auto& each : all) {
    state_t next = each.next;
    next.owes_ack = s.owes_ack;
    if (!(next == s)) return false;
  }
  return !all.empty();
}

}  // namespace sequent::spec::drive

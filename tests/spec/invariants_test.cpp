// The invariant of model/spec/invariants.hpp is inductive: over the sample, and along random walks that mix every kind
// of event, from CLOSED on.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "model/spec/invariants.hpp"
#include "tests/spec/drive.hpp"

namespace sequent::spec::drive {
namespace invariants_test {

TEST(Invariant, HoldsAfterEveryEventThatFindsIt) {
  std::uint64_t steps = 0;
  for (const auto& s : sample_states()) {
    if (!well_formed(s)) continue;
    for (const auto& e : sample_events(s)) {
      for (const auto& each : permitted(s, e)) {
        ++steps;
        ASSERT_EQ(ill_formed(each.next), nullptr) << ill_formed(each.next) << ", from " << name(s.at) << " to "
                                                  << name(each.next.at) << " at event " << static_cast<int>(e.what);
      }
    }
  }
  EXPECT_GT(steps, 100000u);
}

TEST(Invariant, TheSampleHoldsAWellFormedStateOfEveryPhase) {
  for (int i = 0; i < phase_count; ++i) {
    const state_t s = sample_state(static_cast<phase>(i));
    EXPECT_EQ(ill_formed(s), nullptr) << name(s.at) << ": " << ill_formed(s);
  }
}

/// Draws events that are likely to be of consequence: near the edges of the state.
class wanderer {
 public:
  explicit wanderer(std::uint64_t seed) : random_(seed) {}

  event_t next(const state_t& s) {
    event_t e;
    const int what = draw(20);
    if (what == 0) return {pick<kind>({kind::open_passive, kind::open_active}), {}, 0, 0, draw(4) == 0};
    if (what == 1) return {pick<kind>({kind::send, kind::receive, kind::close}), {}, draw(6), 0};
    if (what == 2 && draw(6) == 0)
      return {pick<kind>({kind::abort, kind::close_both, kind::user_timeout, kind::time_wait_timeout, kind::reclaim,
                          kind::evict}),
              {},
              draw(2),
              0};
    const bool out = what < 9;
    e.what = out ? kind::emission : kind::arrival;
    e.seg = out ? outgoing(s) : incoming(s);
    e.offered = s.rcv_nxt + s.rcv_wnd + draw(3);
    return e;
  }

  template <class T>
  T pick(const std::vector<T>& from) {
    return from[static_cast<std::size_t>(draw(static_cast<int>(from.size())))];
  }

  int draw(int below) { return static_cast<int>(random_() % static_cast<std::uint64_t>(below)); }

 private:
  segment_t outgoing(const state_t& s) {
    segment_t seg = data(pick<position>({s.snd_una, s.snd_nxt, s.snd_nxt, 0}), s.rcv_nxt, draw(4));
    seg.syn = draw(8) == 0 || s.at == phase::syn_sent;
    seg.fin = s.fin_asked && draw(2) == 0;
    seg.has_ack = s.at != phase::syn_sent;
    if (s.at == phase::syn_sent) seg.text = seg.ack = 0;
    seg.has_timestamps = s.at == phase::syn_sent ? s.choices.offers_timestamps : s.timestamps;
    seg.ts_echo = seg.has_timestamps ? s.ts_recent : 0;
    return seg;
  }

  segment_t incoming(const state_t& s) {
    segment_t seg = data(s.rcv_nxt + pick<position>({0, 0, 0, 0, -1, 1, 2, 3, 7}), s.snd_una, draw(5), draw(9));
    seg.ack = pick<position>({s.snd_una, s.snd_nxt, s.snd_nxt, s.snd_una + 1, s.snd_nxt + 1, s.snd_una - 1});
    const bool opening = s.at <= phase::syn_sent;
    const bool again = shaking_hands(s) && draw(6) == 0;
    seg.syn = opening ? draw(3) != 0 : again || draw(30) == 0;
    if (opening || again) seg.seq = again && draw(4) == 0 ? -1 : 0;
    seg.has_ack = s.at == phase::listen ? draw(5) == 0 : draw(12) != 0;
    if (!seg.has_ack) seg.ack = 0;
    seg.rst = draw(60) == 0;
    seg.fin = draw(12) == 0;
    seg.urg = draw(10) == 0;
    seg.urgent = seg.urg ? draw(8) : 0;
    seg.has_timestamps = draw(3) != 0;
    seg.ts_value = seg.has_timestamps ? s.ts_recent + draw(4) - 1 : 0;
    return seg;
  }

  std::mt19937_64 random_;
};

TEST(Invariant, HoldsAlongRandomWalksThatVisitEveryPhase) {
  std::set<phase> visited;
  firing_counts fired;
  wanderer from(20260721);
  for (int walk_number = 0; walk_number < 1000; ++walk_number) {
    state_t s;
    s.choices.must_hold_out_of_order = walk_number % 2 == 0;
    s.choices.max_held_ranges = 1 + walk_number % 4;
    s.choices.offers_timestamps = walk_number % 3 == 0;
    s.choices.syn_mitigation = walk_number % 5 != 0;
    s.choices.ignore_reset_in_time_wait = walk_number % 2 != 0;
    for (int step = 0; step < 400; ++step) {
      const event_t e = from.next(s);
      const auto report = permitted_with_visits(s, e);
      for (const auto& visit : report.visits) ASSERT_EQ(visit.enabled, 1) << name(visit.at);
      (void)permitted(s, e, fired);
      if (report.results.empty()) continue;
      for (const auto& each : report.results) ASSERT_EQ(ill_formed(each.next), nullptr) << ill_formed(each.next);
      s = from.pick(report.results).next;
      visited.insert(s.at);
    }
  }
  EXPECT_EQ(visited.size(), static_cast<std::size_t>(phase_count));
  std::string silent;
  for (std::size_t i = 0; i < rule_count; ++i) {
    if (fired.counts[i] == 0) silent += std::string(" ") + all_rules<position>()[i].id;
  }
  EXPECT_EQ(silent, " EMIT-8") << "only the rule that permits nothing may be silent";
}

}  // namespace invariants_test
}  // namespace sequent::spec::drive

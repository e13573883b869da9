// The guards of each stage are exhaustive and disjoint, and every rule fires, over the sample of states and events.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "model/spec/matching.hpp"
#include "model/spec/samples.hpp"
#include "model/spec/specification.hpp"
#include "tests/spec/strict_position.hpp"

namespace sequent::spec {
namespace guards_test {

std::string describe(const state<position>& s, const event<position>& e) {
  std::string text = std::string(name(s.at)) + " event " + std::to_string(static_cast<int>(e.what));
  text += " seq " + std::to_string(e.seg.seq) + " ack " + std::to_string(e.seg.ack) + " text ";
  text += std::to_string(e.seg.text) + " flags";
  for (const auto& [set, flag] :
       {std::pair{e.seg.has_ack, " ACK"}, std::pair{e.seg.syn, " SYN"}, std::pair{e.seg.rst, " RST"},
        std::pair{e.seg.fin, " FIN"}, std::pair{e.seg.urg, " URG"}}) {
    if (set) text += flag;
  }
  return text;
}

strict_position strict(position p) { return strict_position::of(p); }

state<strict_position> strict(const state<position>& s) {
  state<strict_position> t;
  t.at = s.at, t.passive = s.passive;
  t.snd_una = strict(s.snd_una), t.snd_nxt = strict(s.snd_nxt), t.snd_wnd = strict(s.snd_wnd);
  t.snd_wl1 = strict(s.snd_wl1), t.snd_wl2 = strict(s.snd_wl2), t.snd_max_wnd = strict(s.snd_max_wnd);
  t.snd_end = strict(s.snd_end), t.fin_asked = s.fin_asked, t.fin_sent = s.fin_sent, t.left = s.left;
  t.rcv_nxt = strict(s.rcv_nxt), t.rcv_wnd = strict(s.rcv_wnd), t.rcv_up = strict(s.rcv_up);
  for (const auto& each : s.held) t.held.push_back({strict(each.first), strict(each.last)});
  if (s.fin_held) t.fin_held = strict(*s.fin_held);
  t.owes_ack = s.owes_ack, t.timestamps = s.timestamps, t.ts_recent = strict(s.ts_recent);
  t.last_ack_sent = strict(s.last_ack_sent), t.snd_shift = strict(s.snd_shift), t.choices = s.choices;
  t.ecn = s.ecn, t.choices.offers_ecn = s.choices.offers_ecn;
  t.closed_early = s.closed_early;
  t.fast_opened = s.fast_opened, t.choices.fast_open = s.choices.fast_open;
  return t;
}

event<strict_position> strict(const event<position>& e) {
  event<strict_position> f;
  f.what = e.what, f.amount = strict(e.amount), f.offered = strict(e.offered);
  f.unspecified = e.unspecified, f.seg.ts_echo = strict(e.seg.ts_echo);
  f.seg.seq = strict(e.seg.seq), f.seg.ack = strict(e.seg.ack), f.seg.text = strict(e.seg.text);
  f.seg.wnd = strict(e.seg.wnd), f.seg.urgent = strict(e.seg.urgent), f.seg.ts_value = strict(e.seg.ts_value);
  f.seg.has_ack = {e.seg.has_ack}, f.seg.syn = {e.seg.syn}, f.seg.rst = {e.seg.rst}, f.seg.fin = {e.seg.fin};
  f.seg.urg = {e.seg.urg}, f.seg.ece = {e.seg.ece}, f.seg.cwr = {e.seg.cwr};
  f.seg.good_cookie = e.seg.good_cookie;
  f.seg.has_timestamps = e.seg.has_timestamps, f.seg.ts_stale = e.seg.ts_stale;
  return f;
}

TEST(Guards, ExactlyOneRuleIsEnabledAtEveryStage) {
  std::uint64_t visits = 0;
  for (const auto& s : sample_states()) {
    for (const auto& e : sample_events(s)) {
      for (const auto& visit : permitted_with_visits(s, e).visits) {
        ++visits;
        ASSERT_EQ(visit.enabled, 1) << name(visit.at) << " stage, " << describe(s, e);
      }
    }
  }
  EXPECT_GT(visits, 500000u);
}

TEST(Guards, EveryRuleFires) {
  firing_counts fired;
  std::set<std::size_t> enabled_without_outcome;
  for (const auto& s : sample_states()) {
    for (const auto& e : sample_events(s)) (void)permitted(s, e, fired);
  }
  for (std::size_t i = 0; i < rule_count; ++i) {
    const auto& each = all_rules<position>()[i];
    if (std::string(each.id) == "EMIT-8") {
      EXPECT_EQ(fired.counts[i], 0u) << "EMIT-8 permits nothing";
    } else {
      EXPECT_GT(fired.counts[i], 0u) << each.id;
    }
  }
}

TEST(Guards, SomethingIsPermittedForEveryEventButAnEmission) {
  for (const auto& s : sample_states()) {
    for (const auto& e : sample_events(s)) {
      if (e.what == kind::emission) continue;
      ASSERT_FALSE(permitted(s, e).empty()) << describe(s, e);
    }
  }
}

TEST(Guards, RuleIdsAreUniqueAndEveryRuleHasACitation) {
  std::set<std::string> ids;
  for (const auto& each : all_rules<position>()) {
    EXPECT_TRUE(ids.insert(each.id).second) << each.id;
    EXPECT_EQ(std::string(each.cite).rfind("rfc", 0), 0u) << each.id;
    EXPECT_GT(std::string(each.says).size(), 5u) << each.id;
  }
  EXPECT_EQ(ids.size(), rule_count);
}

TEST(Guards, TakingTheFirstEnabledRuleGivesTheSameOutcomes) {
  for (const auto& s : sample_states()) {
    for (const auto& e : sample_events(s)) {
      const auto every = permitted(s, e);
      const auto first = permitted<matching::first>(s, e);
      ASSERT_EQ(every.size(), first.size()) << describe(s, e);
      for (std::size_t i = 0; i < every.size(); ++i) ASSERT_EQ(every[i].next, first[i].next) << describe(s, e);
    }
  }
}

TEST(Guards, AStrictPositionTypeGivesTheSameOutcomesAndAsksLittle) {
  std::uint64_t most_asked = 0;
  for (const auto& s : sample_states()) {
    for (const auto& e : sample_events(s)) {
      const auto plain = permitted(s, e);
      strict_truth::asked = 0;
      const auto same = permitted<matching::first>(strict(s), strict(e));
      most_asked = std::max(most_asked, strict_truth::asked);
      ASSERT_EQ(plain.size(), same.size()) << describe(s, e);
      for (std::size_t i = 0; i < plain.size(); ++i) {
        observation<strict_position> seen;
        seen.sent = plain[i].seen.sent, seen.signals = plain[i].seen.signals;
        seen.lingers = plain[i].seen.lingers, seen.throttled = plain[i].seen.throttled;
        if (plain[i].seen.reset_echo) seen.reset_echo = strict(*plain[i].seen.reset_echo);
        seen.reset_answers = plain[i].seen.reset_answers;
        seen.reset_seq = strict(plain[i].seen.reset_seq);
        if (plain[i].seen.reset_ack) seen.reset_ack = strict(*plain[i].seen.reset_ack);
        ASSERT_TRUE(any_matches(same, strict(plain[i].next), seen)) << describe(s, e);
      }
    }
  }
  EXPECT_LT(most_asked, 600u);
}

}  // namespace guards_test
}  // namespace sequent::spec

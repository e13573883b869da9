// The explorer finds each flaw of the toy transport by a shortest counterexample, and holds what is right.
#include "model/check/explorer.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "model/check/bounds.hpp"
#include "model/check/properties.hpp"
#include "model/world/choice.hpp"
#include "model/world/run.hpp"
#include "model/world/world.hpp"
#include "tests/world/alternating_bit.hpp"

namespace {

using namespace sequent::model;
using sequent::toy::alternating_bit;
using sequent::toy::flaw;

static_assert(endpoint<alternating_bit<flaw::none>>);

scenario both_ways(std::uint32_t left_octets, std::uint32_t right_octets) {
  scenario s;
  s.name = "toy";
  s.what = "octets both ways, then both close";
  s.scripts[0].calls = {{call_kind::open_active}, {call_kind::write, left_octets}, {call_kind::shutdown}};
  s.scripts[1].calls = {{call_kind::open_passive}, {call_kind::write, right_octets}, {call_kind::shutdown}};
  for (script& todo : s.scripts) todo.reads = {{2, true}};
  return s;
}

template <flaw F>
world<alternating_bit<F>> toy_world(const scenario& s) {
  return world<alternating_bit<F>>(s, alternating_bit<F>(), alternating_bit<F>());
}

template <flaw F>
exploration search(const scenario& s, unsigned threads = 2) {
  static const std::atomic<bool> never{false};
  exploration_options options;
  options.threads = threads;
  return explore(toy_world<F>(s), options, never);
}

/// The counterexample, run again, must show exactly what the explorer said.
template <flaw F>
void expect_replays(const scenario& s, const exploration& found) {
  auto w = toy_world<F>(s);
  replay_choice replay(found.counterexample);
  const run_result again = run(w, replay, 1000, [](const auto& now) { return judge(now); });
  EXPECT_FALSE(replay.diverged());
  EXPECT_EQ(again.steps, found.counterexample.size());
  if (again.how == ending::violated) {
    EXPECT_EQ(again.why, found.why);
  }
}

TEST(explorer, correct_protocol_holds_over_loss_duplication_and_damage) {
  scenario s = both_ways(2, 1);
  s.limit.losses = 2;
  s.limit.duplicates = 1;
  s.limit.corruptions = 1;
  s.limit.early_timers = 1;
  const exploration found = search<flaw::none>(s);
  EXPECT_EQ(found.verdict, exploration_verdict::holds) << found.why << found.stopped;
  EXPECT_GT(found.states, 1000u);
  EXPECT_GT(found.transitions, found.states);
  EXPECT_GT(found.finished, 0u);
  EXPECT_EQ(found.bounded_out, 0u);
  EXPECT_EQ(found.undecided, 0u);
  EXPECT_EQ(found.overflows, 0u);
  std::uint64_t sum = 0;
  for (const std::uint64_t kind : found.by_kind) sum += kind;
  EXPECT_EQ(sum, found.transitions);
  for (const move_kind kind : {move_kind::call, move_kind::read, move_kind::deliver, move_kind::time, move_kind::lose,
                               move_kind::duplicate, move_kind::corrupt}) {
    EXPECT_GT(found.by_kind[static_cast<std::size_t>(kind)], 0u) << name(kind);
  }
  EXPECT_EQ(found.by_kind[static_cast<std::size_t>(move_kind::overtake)], 0u);
}

TEST(explorer, figures_do_not_depend_on_threads) {
  scenario s = both_ways(2, 1);
  s.limit.losses = 1;
  s.limit.duplicates = 1;
  s.limit.early_timers = 1;
  const exploration one = search<flaw::none>(s, 1);
  for (const unsigned threads : {2u, 3u}) {
    const exploration more = search<flaw::none>(s, threads);
    EXPECT_EQ(one.verdict, more.verdict);
    EXPECT_EQ(one.states, more.states);
    EXPECT_EQ(one.transitions, more.transitions);
    EXPECT_EQ(one.depth, more.depth);
    EXPECT_EQ(one.finished, more.finished);
    EXPECT_EQ(one.widest_level, more.widest_level);
    EXPECT_EQ(one.by_kind, more.by_kind);
  }
}

TEST(explorer, finds_a_repeated_octet_by_a_shortest_way) {
  scenario s = both_ways(2, 0);
  s.limit.duplicates = 1;
  const exploration found = search<flaw::ignores_bit>(s);
  ASSERT_EQ(found.verdict, exploration_verdict::violated);
  // Left writes, its first octet arrives twice, right reads both: no run is shorter.
  EXPECT_EQ(found.counterexample.size(), 4u);
  EXPECT_NE(found.why.find("octet 1 of the stream"), std::string::npos) << found.why;
  expect_replays<flaw::ignores_bit>(s, found);
  const exploration alone = search<flaw::ignores_bit>(s, 1);
  EXPECT_EQ(alone.counterexample, found.counterexample);
  EXPECT_EQ(alone.why, found.why);
}

TEST(explorer, finds_a_deadlock) {
  scenario s = both_ways(1, 0);
  const exploration fine = search<flaw::no_timer>(s);
  EXPECT_EQ(fine.verdict, exploration_verdict::holds) << fine.why;
  s.limit.losses = 1;
  const exploration found = search<flaw::no_timer>(s);
  ASSERT_EQ(found.verdict, exploration_verdict::violated);
  EXPECT_NE(found.why.find("deadlock"), std::string::npos) << found.why;
  auto w = toy_world<flaw::no_timer>(s);
  replay_choice replay(found.counterexample);
  std::vector<move> scratch;
  while (!replay.exhausted()) ASSERT_TRUE(w.step(replay, scratch));
  w.moves(scratch);
  EXPECT_TRUE(scratch.empty());
  EXPECT_FALSE(w.finished());
}

TEST(explorer, finds_that_the_ends_can_never_finish) {
  scenario s = both_ways(1, 0);
  const exploration fine = search<flaw::mute_when_closed>(s);
  EXPECT_EQ(fine.verdict, exploration_verdict::holds) << fine.why;
  s.limit.losses = 1;
  const exploration found = search<flaw::mute_when_closed>(s);
  ASSERT_EQ(found.verdict, exploration_verdict::violated);
  EXPECT_NE(found.why.find("never finish"), std::string::npos) << found.why;
  auto w = toy_world<flaw::mute_when_closed>(s);
  const auto no_judge = [](const auto&) { return std::string(); };
  replay_choice replay(found.counterexample);
  EXPECT_EQ(run(w, replay, 1000, no_judge).how, ending::exhausted);
  EXPECT_EQ(run_fairly(w, 1000, no_judge).how, ending::bounded);
}

TEST(explorer, bounded_timers_are_counted_not_claimed) {
  scenario s = both_ways(1, 0);
  s.limit.losses = 1;
  s.limit.timers = 3;
  const exploration found = search<flaw::mute_when_closed>(s);
  EXPECT_EQ(found.verdict, exploration_verdict::holds) << found.why;
  EXPECT_GT(found.bounded_out, 0u);
  EXPECT_GT(found.undecided, 0u);
}

template <flaw F>
void expect_found(scenario s, const std::string& what) {
  const exploration found = search<F>(s);
  ASSERT_EQ(found.verdict, exploration_verdict::violated) << what;
  EXPECT_NE(found.why.find(what), std::string::npos) << found.why;
  expect_replays<F>(s, found);
}

TEST(explorer, finds_every_other_flaw) {
  scenario s = both_ways(2, 1);
  s.limit.losses = 1;
  s.limit.corruptions = 1;
  expect_found<flaw::takes_damage>(s, "of the stream is");
  expect_found<flaw::keeps_timer>(s, "QUIET");
  expect_found<flaw::always_sends>(s, "transmit loop");
  expect_found<flaw::timer_stays_due>(s, "a timer stays due");
  expect_found<flaw::ends_early>(s, "end of stream after");
  expect_found<flaw::closes_unasked>(s, "ASKED");
}

TEST(explorer, finds_an_abort_without_cause_and_a_stream_cut_short) {
  scenario s = both_ways(1, 0);
  s.scripts[0].calls = {{call_kind::open_active}, {call_kind::abort}};
  expect_found<flaw::none>(s, "CAUSE");
}

TEST(explorer, reordering_and_old_duplicates_break_the_alternating_bit) {
  scenario s = both_ways(3, 0);
  s.limit.old_duplicates = 1;
  expect_found<flaw::none>(s, "stream");
  s.limit.old_duplicates = 0;
  s.limit.early_timers = 1;
  s.limit.overtakings = 2;
  const exploration found = search<flaw::none>(s);
  EXPECT_GT(found.by_kind[static_cast<std::size_t>(move_kind::overtake)], 0u);
}

TEST(explorer, says_incomplete_at_its_limits) {
  const std::atomic<bool> never{false};
  scenario s = both_ways(3, 3);
  s.limit.losses = 2;
  exploration_options options;
  options.most_states = 500;
  exploration found = explore(toy_world<flaw::none>(s), options, never);
  EXPECT_EQ(found.verdict, exploration_verdict::incomplete);
  EXPECT_EQ(found.stopped, "limit on states");
  options.most_states = 4'000'000'000;
  options.most_octets = 100'000;
  found = explore(toy_world<flaw::none>(s), options, never);
  EXPECT_EQ(found.verdict, exploration_verdict::incomplete);
  EXPECT_EQ(found.stopped, "memory limit");
}

TEST(explorer, stops_when_asked) {
  const std::atomic<bool> now{true};
  scenario s = both_ways(3, 3);
  s.limit.losses = 2;
  const exploration found = explore(toy_world<flaw::none>(s), {}, now);
  EXPECT_EQ(found.verdict, exploration_verdict::incomplete);
  EXPECT_EQ(found.stopped, "interrupted");
}

TEST(explorer, reports_progress) {
  const std::atomic<bool> never{false};
  scenario s = both_ways(3, 3);
  s.limit.losses = 1;
  exploration_options options;
  options.report_seconds = 0;
  std::uint64_t calls = 0;
  std::uint64_t last = 0;
  options.report = [&](const exploration_progress& p) {
    ++calls;
    EXPECT_GE(p.states, last);
    EXPECT_LE(p.expanded, p.frontier);
    last = p.states;
  };
  const exploration found = explore(toy_world<flaw::none>(s), options, never);
  EXPECT_GT(calls, 10u);
  EXPECT_EQ(last, found.states);
}

}  // namespace
